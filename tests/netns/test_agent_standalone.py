"""The agent without snmpd: who may ask is in a file of its own, which begins safe; a low port, IPv6, SNMPv3
over a restart, notifications."""
import os
import stat

import pytest

from lab import daemons
from lab.space import wait_for
from netns.test_agent_snmp import ROOT, VERSION, subids
from netns.test_agent_daemon import CONFIG

PRIORITY = ROOT + ".3.1.10" + subids("VI_1")
STATE = ROOT + ".3.1.8" + subids("VI_1")
V3 = ["-v3", "-l", "authPriv", "-u", "operator", "-a", "SHA-256", "-A", "long secret", "-x", "AES", "-X", "other secret"]
PLACES = "snmp_standalone udp:127.0.0.1:161,udp6:[::1]:1161"


class Alone:
    def __init__(self, director, words=PLACES):
        self.director = director
        self.halvard = director.halvard(CONFIG % words)
        self.folder = self.halvard.state_dir + "-agent"

    def start(self):
        self.halvard.start()
        wait_for(lambda: "answers at" in self.halvard.log_text().rsplit("process guardian", 1)[-1], 15, "the agent listens")
        wait_for(lambda: self.get(STATE) == "3", 20, "master")
        return self

    def run(self, tool, *args, who=("-v2c", "-c", "public"), at="udp:127.0.0.1:161"):
        out = self.director.namespace.run([tool, *who, "-t", "2", "-r", "1", "-m", "", "-Ovqe", at, *args], check=False)
        return out.stdout.strip()

    def get(self, oid, **kw):
        return self.run("snmpget", oid, **kw).strip('"')

    def access(self, lines):
        with open(self.folder + "/halvard-agent.conf", "a") as f:
            f.write(lines)


@pytest.fixture
def alone(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    return Alone(cluster.directors[0])


def test_begins_safe(alone):
    alone.start()
    path = alone.folder + "/halvard-agent.conf"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600 and stat.S_IMODE(os.stat(alone.folder).st_mode) == 0o770
    assert alone.get(VERSION) and alone.get(VERSION, at="udp6:[::1]:1161") == alone.get(VERSION)
    assert "noAccess" in alone.run("snmpset", PRIORITY, "u", "77")
    assert alone.get(PRIORITY) == "100"
    assert "Timeout" in alone.run("snmpget", VERSION, who=("-v2c", "-c", "private"))
    status = open("/proc/%d/status" % alone.halvard.role("agent")).read()
    assert "CapEff:\t0000000000000000" in status and "CapAmb:\t0000000000000000" in status, "given up behind the port"
    walk = alone.run("snmpbulkwalk", "-Cr50", ROOT)
    assert len(walk.splitlines()) > 100


def test_an_operator_by_snmpv3(alone):
    """Made by two lines; his word is kept, and he is known again after everything was restarted."""
    alone.start()
    alone.halvard.kill_all()
    alone.access('createUser operator SHA-256 "long secret" AES "other secret"\nrwuser operator priv\n')
    alone.start()
    assert alone.get(PRIORITY, who=V3) == "100"
    assert alone.run("snmpset", PRIORITY, "u", "77", who=V3) == "77"
    assert "wrongValue" in alone.run("snmpset", PRIORITY, "u", "256", who=V3)
    for _ in range(2):
        boots = alone.get("1.3.6.1.6.3.10.2.1.2.0", who=V3)
        alone.halvard.kill_role("agent")
        wait_for(lambda: alone.get("1.3.6.1.6.3.10.2.1.2.0", who=V3) not in (boots, ""), 15,
                 lambda: "another boot than %s: %s; %s" % (boots, alone.get("1.3.6.1.6.3.10.2.1.2.0", who=V3),
                                                          os.popen("ls -lR %s; cat %s/keep/*" % (alone.folder, alone.folder)).read()))
    assert alone.get(PRIORITY, who=V3) == "77"
    assert "Timeout" in alone.run("snmpget", PRIORITY, who=V3[:-1] + ["wrong secret"]) or \
        "ecryption" in alone.run("snmpget", PRIORITY, who=V3[:-1] + ["wrong secret"])
    assert "uthorization" in alone.run("snmpget", PRIORITY, who=["-v3", "-l", "noAuthNoPriv", "-u", "operator"]) or \
        "level" in alone.run("snmpget", PRIORITY, who=["-v3", "-l", "noAuthNoPriv", "-u", "operator"])


def test_notifications(cluster, alone):
    trapd = cluster.directors[0].snmptrapd().start()
    alone.halvard.configure(CONFIG % (PLACES + "\n\tenable_traps"))
    alone.halvard.start()
    wait_for(lambda: os.path.exists(alone.folder + "/halvard-agent.conf"), 15, "its file")
    alone.halvard.kill_all()
    alone.access("trap2sink 127.0.0.1 public\n")
    alone.start()
    wait_for(lambda: any(t.get(STATE if STATE[0] == "." else "." + STATE) == "3" for t in trapd.received()), 15,
             lambda: str(trapd.received()))


def test_a_place_that_is_taken(alone):
    """It says so and tries again; nobody else notices."""
    other = alone.director.snmpd().start()
    alone.halvard.start()
    wait_for(lambda: "cannot listen at" in alone.halvard.log_text(), 15, "the reason")
    wait_for(lambda: "-> master" in alone.halvard.log_text(), 15, "VRRP does not mind")
    other.stop()
    wait_for(lambda: alone.get(STATE) == "3", 40, "it listens now")


def test_by_the_command_line(cluster):
    """--snmp-standalone is over what the file says, and runs the agent whatever it says."""
    director = cluster.directors[0]
    halvard = director.halvard(CONFIG % "no_snmp", options=["--snmp-standalone", "udp:127.0.0.1:1161"]).start()
    answer = ["snmpget", "-v2c", "-c", "public", "-r", "0", "-t", "1", "-m", "", "-Ovqe", "udp:127.0.0.1:1161", VERSION]
    wait_for(lambda: director.namespace.run(answer, check=False).returncode == 0, 15, "it answers")
    assert "udp:127.0.0.1:1161" in halvard.ctl("show", "global").stdout
