"""halvard-agent under Debian's snmpd, run as its own user; tests/unit/fake_main is guardian and
main. The real main's part of a SET is tested with the whole daemon."""
import os
import re
import signal
import subprocess
import threading
import time

import pytest

from lab import daemons
from lab.space import wait_for

ROOT = ".1.3.6.1.4.1.8072.9999.9999.6404.1"
VS, RS1, RS2 = "192.168.1.200:80/tcp", "192.168.1.11:80", "192.168.1.9:80"
GOOD = "noError"


def subids(*names):
    return "".join(".%d%s" % (len(n), "".join(".%d" % b for b in n.encode())) for n in names)


def weight(rs):
    return ROOT + ".9.1.6" + subids(VS, rs)


def rs_admin(rs):
    return ROOT + ".9.1.8" + subids(VS, rs)


PRIORITY = ROOT + ".3.1.10" + subids("VI_1")
VRRP_ADMIN = ROOT + ".3.1.7" + subids("VI_1")
VS_ADMIN = ROOT + ".8.1.15" + subids(VS)
TRACK = ("instance", "VI_1", "interface", "eth1")
TRACK_WEIGHT = ROOT + ".7.1.5.1" + subids("VI_1") + ".1" + subids("eth1")
VERSION = ROOT + ".1.1.0"
SYS_UPTIME = ".1.3.6.1.2.1.1.3.0"
AGE = ROOT + ".1.17.0"


class FakeMain(daemons.Program):
    name = "fake_main"

    def __init__(self, namespace, folder, agentx, user):
        super().__init__(namespace, folder)
        self.agentx, self.user = agentx, user

    def command(self):
        fake = daemons._installed_copy("tests/unit/fake_main")
        return [fake, daemons._installed_copy("halvard-agent"), self.user, "unix:" + self.agentx]

    def start(self):
        os.makedirs("/run/lab/bin/tests/unit", exist_ok=True)
        with open(self.log, "a") as log:
            self.process = self.namespace.popen(
                self.command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                cwd="/", start_new_session=True, text=True)
        return self

    def ask(self, *words):
        """One command; returns what it printed."""
        line = " ".join('"%s"' % w for w in words)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        printed = []
        while True:
            answer = self.process.stdout.readline()
            if answer == "ok\n":
                return "\n".join(printed)
            assert answer and answer != "no\n", "%s: %s" % (line, answer)
            printed.append(answer.rstrip("\n"))

    def fill(self):
        for rs, w in ((RS1, 1), (RS2, 2)):
            self.ask("set", "real_server", VS, rs, "addr", rs.split(":")[0])
            self.ask("set", "real_server", VS, rs, "weight", w)
        self.ask("set", "virtual_server", VS, "scheduler", "rr")
        self.ask("set", "vrrp_instance", "VI_1", "interface", "eth0")
        self.ask("set", "vrrp_instance", "VI_1", "admin_state", "up")
        self.ask("set", "vrrp_address", "VI_1", "192.168.1.200", "addr", "192.168.1.200")
        self.ask("set", "vrrp_instance", "VI_1", "sync_group", "VG")
        self.ask("set", "sync_group", "VG", "state", "fault")
        self.ask("set", "sync_member", "VG", "VI_1", "usable", "yes")
        self.ask("set", "track", *TRACK, "weight", 5)
        self.ask("set", "process", "main", "pid", 17)
        self.ask("set", "change_log", 1, "who", "me")
        return self


class Manager:
    """net-snmp's tools against the snmpd of one namespace, numeric throughout."""

    def __init__(self, namespace, agent="127.0.0.1"):
        self.namespace = namespace
        self.agent = agent
        self.env = dict(os.environ, MIBS="", MIBDIRS="/nonexistent")

    def run(self, tool, *args, community="public", timeout=10, env=None):
        return self.namespace.run([tool, "-v2c", "-c", community, "-t", str(timeout), "-r", "0",
                                   "-On", "-Oe", self.agent, *args],
                                  check=False, env=env or self.env).stdout

    def get(self, *oids, timeout=10):
        """Values as snmpget prints them behind "=", one each."""
        out = self.run("snmpget", *oids, timeout=timeout)
        return [line.split(" = ", 1)[1] for line in out.splitlines() if " = " in line] or [out]

    def walk(self, oid, tool="snmpwalk", timeout=10):
        return [tuple(line.split(" = ", 1))
                for line in self.run(tool, "-Cc", oid, timeout=timeout).splitlines()
                if " = " in line and " = No Such" not in line]

    def set(self, *triples):
        """noError, or the reason with the number of the varbind: "wrongValue 2"."""
        out = self.run("snmpset", *[str(w) for t in triples for w in t], community="private")
        reason = re.search(r"Reason: \(?(\w+)", out)
        if not reason:
            assert out.count(" = ") == len(triples), out
            return GOOD
        failed = re.search(r"Failed object: (\S+)", out)
        number = [t[0] for t in triples].index(failed.group(1)) + 1 if failed else 0
        return "%s %d" % (reason.group(1), number)


def _add(director, program):
    director.programs.append(program)
    return program


@pytest.fixture
def stage(cluster):
    """(namespace's manager, snmpd, fake main), nothing running."""
    director = cluster.directors[0]
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("built without the agent")
    snmpd = director.snmpd()
    main = _add(director, FakeMain(director.namespace, director.path("fake"), snmpd.agentx, _user()))
    return Manager(director.namespace), snmpd, main


def _user():
    """Whom the agent runs as: in a user namespace of an ordinary user there is only one user."""
    with open("/proc/self/uid_map") as f:
        return "halvard-agent" if int(f.read().split()[2]) > 65536 else "-"


def wait_rows(manager, deadline, rows=2):
    start = time.monotonic()
    wait_for(lambda: len(manager.walk(ROOT + ".9.1.6", timeout=0.3)) == rows, deadline,
             "rows of the agent")
    return time.monotonic() - start


@pytest.fixture
def agent(stage):
    manager, snmpd, main = stage
    snmpd.start()
    main.start().fill()
    wait_rows(manager, 10)
    return stage


def test_it_runs_as_its_own_user(agent):
    _, _, main = agent
    (pid,) = daemons.children(main.process.pid)
    if main.user == "-":
        pytest.skip("a user namespace has no other users")
    with open("/proc/%d/status" % pid) as f:
        status = f.read()
    assert re.search(r"^Uid:\s+(\d+)", status, re.M).group(1) != "0"
    assert re.search(r"^CapEff:\s+0+$", status, re.M), status


def test_walk_is_complete_and_in_order(agent):
    manager, _, _ = agent
    for tool in ("snmpwalk", "snmpbulkwalk"):
        rows = manager.walk(ROOT, tool)
        oids = [tuple(int(n) for n in oid.split(".")[1:]) for oid, _ in rows]
        assert oids == sorted(set(oids))
        arcs = [o[ROOT.count(".")] for o in oids]
        assert set(arcs) == {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14}
        assert arcs.count(1) == 21
        assert arcs.count(9) == 2 * 41  # halRsChangedAt has no instance yet


def test_get_shows_types_and_absence(agent):
    manager, _, _ = agent
    assert manager.get(VERSION, weight(RS2), rs_admin(RS1)) == [
        'STRING: "0.1.0"', "Gauge32: 2", "INTEGER: 1"]
    assert "No Such Instance" in manager.get(weight("10.9.9.9:1"))[0]
    assert "No Such Instance" in manager.get(ROOT + ".9.1.14" + subids(VS, RS1))[0]
    assert "No Such Object" in manager.get(ROOT + ".9.1.99" + subids(VS, RS1))[0]
    assert manager.get(ROOT + ".9.1.3" + subids(VS, RS1)) == ['Hex-STRING: C0 A8 01 0B ']


def test_sync_group_and_its_member(agent):
    manager, _, _ = agent
    assert manager.get(ROOT + ".5.1.2" + subids("VG"), ROOT + ".6.1.2" + subids("VG", "VI_1"),
                       ROOT + ".3.1.44" + subids("VI_1")) == ["INTEGER: 4", "INTEGER: 1", 'STRING: "VG"']


def test_names_work_with_the_module(agent):
    manager, _, _ = agent
    base = subprocess.run([os.path.join(daemons.SOURCE, "tests/mib-base")],
                          stdout=subprocess.PIPE, text=True)
    if base.returncode:
        pytest.skip(base.stdout.strip())
    env = dict(os.environ, MIBS="HALVARD-MIB",
               MIBDIRS=base.stdout.strip() + ":" + os.path.join(daemons.SOURCE, "mibs"))
    name = 'HALVARD-MIB::halRsWeight."%s"."%s"' % (VS, RS2)
    assert "Gauge32: 2" in manager.run("snmpget", name, env=env)
    out = manager.run("snmpset", name, "u", "300", community="private", env=env)
    assert "Gauge32: 300" in out, out
    out = manager.run("snmpset", 'HALVARD-MIB::halRsAdminState."%s"."%s"' % (VS, RS2), "=",
                      "draining", community="private", env=env)
    assert "INTEGER: 2" in out, out


def test_rows_come_and_go(agent):
    manager, _, main = agent
    main.ask("set", "real_server", VS, "10.0.0.1:80", "weight", 7)
    wait_rows(manager, 2, 3)
    assert manager.get(weight("10.0.0.1:80")) == ["Gauge32: 7"]
    main.ask("del", "real_server", VS, RS1)
    wait_rows(manager, 2, 2)
    assert "No Such Instance" in manager.get(weight(RS1))[0]


# ---- SET ---------------------------------------------------------------------

GOOD_SETS = [
    *[(weight(RS1), "u", n, "real_server", (VS, RS1), "weight", str(n))
      for n in (0, 1, 256, 300, 65535)],
    *[(rs_admin(RS1), "i", n, "real_server", (VS, RS1), "admin_state", name)
      for n, name in ((2, "draining"), (3, "disabled"), (4, "forcedOffline"), (1, "enabled"))],
    *[(VS_ADMIN, "i", n, "virtual_server", (VS,), "admin_state", name)
      for n, name in ((2, "disabled"), (1, "enabled"))],
    *[(PRIORITY, "u", n, "vrrp_instance", ("VI_1",), "base_priority", str(n)) for n in (1, 254, 255)],
    *[(VRRP_ADMIN, "i", n, "vrrp_instance", ("VI_1",), "admin_state", name)
      for n, name in ((2, "down"), (1, "up"))],
    *[(TRACK_WEIGHT, "i", n, "track", TRACK, "weight", str(n)) for n in (-254, -1, 0, 254)],
    (ROOT + ".9.1.12" + subids(VS, RS1), "s", "ticket 17", "real_server", (VS, RS1),
     "admin_reason", "ticket 17"),
    (ROOT + ".9.1.15" + subids(VS, RS1), "u", 2592000, "real_server", (VS, RS1), "drain_time_s",
     "2592000"),
]


def test_good_sets_are_executed(agent):
    manager, _, main = agent
    for oid, kind, value, table, key, field, text in GOOD_SETS:
        assert manager.set((oid, kind, value)) == GOOD, (field, value)
        assert main.ask("get", table, *key, field) == text
        wait_for(lambda: str(value) in manager.get(oid)[0], 2, "%s reads as %s" % (field, value))


def test_bad_sets_change_nothing(agent):
    manager, _, main = agent
    bad = [
        (weight(RS1), "u", 65536, "wrongValue"), (weight(RS1), "u", 4294967295, "wrongValue"),
        (weight(RS1), "i", -1, "wrongType"), (weight(RS1), "i", 1, "wrongType"),
        (weight(RS1), "s", "x", "wrongType"), (weight(RS1), "t", 1, "wrongType"),
        (weight("10.9.9.9:1"), "u", 1, "noCreation"),
        (rs_admin(RS1), "i", 0, "wrongValue"), (rs_admin(RS1), "i", 5, "wrongValue"),
        (rs_admin(RS1), "i", -1, "wrongValue"), (rs_admin(RS1), "i", 257, "wrongValue"),
        (rs_admin(RS1), "u", 1, "wrongType"), (rs_admin(RS1), "s", "enabled", "wrongType"),
        (VS_ADMIN, "i", 3, "wrongValue"), (VRRP_ADMIN, "i", 3, "wrongValue"),
        (PRIORITY, "u", 0, "wrongValue"), (PRIORITY, "u", 256, "wrongValue"),
        (PRIORITY, "u", 300, "wrongValue"), (PRIORITY, "i", -1, "wrongType"),
        (TRACK_WEIGHT, "i", -255, "wrongValue"), (TRACK_WEIGHT, "i", 255, "wrongValue"),
        (TRACK_WEIGHT, "u", 5, "wrongType"),
        (ROOT + ".9.1.12" + subids(VS, RS1), "s", "x" * 128, "wrongLength"),
        (ROOT + ".9.1.12" + subids(VS, RS1), "x", "ff", "wrongValue"),
        (ROOT + ".9.1.9" + subids(VS, RS1), "i", 1, "notWritable"),
        (ROOT + ".9.1.99" + subids(VS, RS1), "i", 1, "notWritable"),
        (VERSION, "s", "9", "notWritable"), (ROOT + ".1.99.0", "i", 1, "notWritable"),
    ]
    before = [v for v in manager.walk(ROOT) if not v[0].startswith(ROOT + ".1.17")]
    for oid, kind, value, error in bad:
        assert manager.set((oid, kind, value)) == error + " 1", (oid, kind, value)
    assert main.ask("log") == ""
    assert [v for v in manager.walk(ROOT) if not v[0].startswith(ROOT + ".1.17")] == before


def test_one_pdu_is_one_change(agent):
    manager, _, main = agent
    assert manager.set((weight(RS1), "u", 11), (PRIORITY, "u", 111), (VS_ADMIN, "i", 2),
                       (weight(RS2), "u", 22)) == GOOD
    assert main.ask("log") == "test:4 commit:4"
    assert manager.set((weight(RS1), "u", 1), (weight(RS2), "u", 65536)) == "wrongValue 2"
    assert manager.set((weight(RS1), "u", 1), (PRIORITY, "u", 0)) == "wrongValue 2"
    assert manager.set((PRIORITY, "u", 0), (weight(RS1), "u", 1)) == "wrongValue 1"
    assert main.ask("log") == ""
    assert main.ask("get", "real_server", VS, RS1, "weight") == "11"


def test_refusals_of_main(agent):
    manager, _, main = agent
    three = ((weight(RS1), "u", 5), (PRIORITY, "u", 50), (weight(RS2), "u", 6))
    for status, error in (("inconsistent-value", "inconsistentValue"), ("wrong-value", "wrongValue"),
                          ("no-such-row", "noCreation"), ("unavailable", "resourceUnavailable")):
        main.ask("answer", "test", status, 0)
        assert manager.set(*three) == error + " 1"
        assert main.ask("log") == "test:3"
    # the ops are in the order in which the tables were asked, whatever the PDU's
    main.ask("answer", "test", "inconsistent-value", 0)
    assert manager.set(three[1], three[0]) == "inconsistentValue 1"
    main.ask("log")
    main.ask("answer", "commit", "commit-failed", 0)
    assert manager.set(*three).startswith("commitFailed")
    assert main.ask("log") == "test:3 commit:3"
    assert main.ask("get", "real_server", VS, RS1, "weight") == "1"
    assert manager.set(*three) == GOOD


def test_a_silent_main_holds_nobody_up(agent):
    manager, _, main = agent
    for question, error in (("test", "resourceUnavailable"), ("commit", "commitFailed")):
        main.ask("answer", question, "silence", 0)
        start = time.monotonic()
        assert manager.set((weight(RS1), "u", 5)).startswith(error)
        assert 0.25 < time.monotonic() - start < 1.5
        assert "undo" in wait_for(lambda: main.ask("log"), 1, "an undo")
    assert manager.set((weight(RS1), "u", 5)) == GOOD


def test_a_repeated_pdu_is_applied_once(stage):
    """A master with retries repeats TestSet each second while the agent is frozen."""
    manager, snmpd, main = stage
    with open(snmpd.path("snmpd.conf"), "a") as f:
        f.write("agentXTimeout 1\nagentXRetries 5\n")
    snmpd.start()
    main.start().fill()
    wait_rows(manager, 10)
    (pid,) = daemons.children(main.process.pid)
    result = []
    setter = threading.Thread(target=lambda: result.append(manager.set((weight(RS1), "u", 55))))
    os.kill(pid, signal.SIGSTOP)
    try:
        setter.start()
        time.sleep(2.5)
    finally:
        os.kill(pid, signal.SIGCONT)
    setter.join()
    assert result == [GOOD]
    assert main.ask("log") == "test:1 commit:1"
    assert manager.get(weight(RS1)) == ["Gauge32: 55"]
    assert manager.set((weight(RS1), "u", 56)) == GOOD


def test_main_restarts(agent):
    manager, _, main = agent
    assert manager.set((weight(RS1), "u", 9)) == GOOD
    main.ask("main", "restart")
    assert manager.get(weight(RS2)) == ["Gauge32: 2"]
    wait_for(lambda: manager.set((weight(RS1), "u", 10)) == GOOD, 2, "a SET through the new link")
    assert "connected -> disconnected" not in main.log_text()


def test_ends_when_told(agent):
    """In order: the master hears of it, and nothing is left over."""
    manager, _, main = agent
    main.ask("stop")
    main.process.wait(5)
    assert manager.walk(ROOT) == []
    assert "Sanitizer" not in main.log_text() and "free" not in main.log_text()


def test_starts_again_when_its_settings_change(agent):
    _, _, main = agent
    main.ask("set", "global", "enable_snmp_vrrp", "no")
    main.process.wait(5)
    assert "the settings have changed" in main.log_text()
    assert "Sanitizer" not in main.log_text() and "free" not in main.log_text()


def test_age_of_the_replica(agent):
    manager, _, main = agent
    assert int(manager.get(AGE)[0].split()[1]) < 1500
    os.kill(main.process.pid, signal.SIGSTOP)
    try:
        wait_for(lambda: int(manager.get(AGE)[0].split()[1]) > 1600, 5, "the age to grow")
        assert manager.get(weight(RS2)) == ["Gauge32: 2"]
    finally:
        os.kill(main.process.pid, signal.SIGCONT)
    wait_for(lambda: int(manager.get(AGE)[0].split()[1]) < 1500, 3, "the age to fall")


# ---- the master comes and goes -------------------------------------------------

ROWS_BACK = 2.0
MARGIN = 1.5  # starting snmpd and the tools on a busy machine


def test_snmpd_started_late(stage):
    manager, snmpd, main = stage
    main.start().fill()
    wait_for(lambda: "link" not in main.log_text() and main.running(), 2, "the agent")
    time.sleep(2.5)  # several attempts to connect in vain
    snmpd.start()
    assert wait_rows(manager, ROWS_BACK + MARGIN) < ROWS_BACK + MARGIN


def restart(snmpd, manager, signo=signal.SIGKILL):
    """Ends snmpd and starts it again; returns when the new one answers."""
    snmpd.process.send_signal(signo)
    snmpd.process.wait(10)
    if os.path.exists(snmpd.agentx):
        os.unlink(snmpd.agentx)
    snmpd.start()
    wait_for(lambda: "Timeticks" in manager.get(SYS_UPTIME, timeout=0.2)[0], 5, "snmpd's answer")


def test_snmpd_killed_and_restarted(agent):
    manager, snmpd, _ = agent
    for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        restart(snmpd, manager, how)
        wait_rows(manager, ROWS_BACK + MARGIN)
        assert manager.set((weight(RS1), "u", 33)) == GOOD


def test_snmpd_frozen(agent):
    manager, snmpd, main = agent
    os.kill(snmpd.process.pid, signal.SIGSTOP)
    try:
        time.sleep(4)
        main.ask("set", "real_server", VS, RS1, "weight", 44)
    finally:
        os.kill(snmpd.process.pid, signal.SIGCONT)
    wait_for(lambda: manager.get(weight(RS1), timeout=1) == ["Gauge32: 44"], ROWS_BACK + MARGIN,
             "the table after SIGCONT")


def test_not_let_in_names_the_remedy(stage):
    manager, snmpd, main = stage
    if main.user == "-":
        pytest.skip("a user namespace has no other users")
    conf = snmpd.path("snmpd.conf")
    with open(conf) as f:
        text = re.sub(r"agentXPerms .*", "agentXPerms 0600 0755 root root", f.read())
    with open(conf, "w") as f:
        f.write(text)
    snmpd.start()
    main.start().fill()
    wait_for(lambda: "agentXPerms 0660 0755 root halvard-agent" in main.log_text(), 5, "the remedy")
    time.sleep(2.5)
    assert main.log_text().count("permission denied at the AgentX socket") == 1


def test_time_stamps_follow_the_master(agent):
    manager, snmpd, main = agent
    changed = ROOT + ".9.1.37" + subids(VS, RS1)

    def value():
        return int(re.search(r"\((\d+)\)|Timeticks: (\d+)", manager.get(changed)[0]).group(1))

    def now():
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)

    main.ask("set", "real_server", VS, RS1, "last_change", now())
    first = wait_for(value, 2, "a time stamp")
    uptime = int(re.search(r"\((\d+)\)", manager.get(SYS_UPTIME)[0]).group(1))
    assert abs(uptime - first) < 150, (uptime, first)
    assert {value() for _ in range(20)} == {first}
    restart(snmpd, manager)
    wait_rows(manager, ROWS_BACK + MARGIN)
    wait_for(lambda: value() == 0, 2, "a change before the master's start to read as 0")


def test_many_walkers_and_sets(agent):
    """Walks beside SETs and rows that come and go: none loops or loses a steady row."""
    manager, _, main = agent
    for i in range(100):
        main.ask("set", "real_server", VS, "10.0.1.%d:80" % i, "weight", i)
    wait_rows(manager, 3, 102)
    stop, faults = threading.Event(), []

    def walker():
        while not stop.is_set():
            oids = [o for o, _ in manager.walk(ROOT + ".9.1.6", "snmpbulkwalk")]
            if len(oids) != len(set(oids)) or not {weight(RS1), weight(RS2)} <= set(oids):
                faults.append(oids)

    threads = [threading.Thread(target=walker) for _ in range(2)]
    for t in threads:
        t.start()
    for n in range(20):
        assert manager.set((weight(RS1), "u", n)) == GOOD
        main.ask("del", "real_server", VS, "10.0.1.%d:80" % n)
    stop.set()
    for t in threads:
        t.join()
    assert not faults
