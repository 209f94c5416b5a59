"""One line for each transition, with its fields; routine is silent; levels by area, at run time.

The entries are read where systemd-journald would read them, by tests/lab/journal.py, and once by
the real one.
"""
import json
import os
import signal
import socket
import time

import pytest

from lab.daemons import descendants, halvard_is_built
from lab.journal import Journald, Reader, journald_is_missing
from lab.space import wait_for
from lab.topology import VIP

INSTANCE_ID = "0b9585d26a8340508b4db0ae177c0ad0"
PORT = 8081
CONFIG = """
global_defs {
	%(more)s
}
vrrp_sync_group VG {
	group {
		VI_1
	}
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.1
	virtual_ipaddress {
		%(vip)s
	}
}
virtual_server 192.0.2.1 80 {
	delay_loop 0.1
	real_server 127.0.0.1 %(port)d {
		TCP_CHECK {
			connect_timeout 1
			retry 0
			warmup 0
		}
	}
}
"""


def config(priority=100, more="no_snmp"):
    return CONFIG % {"priority": priority, "more": more, "vip": VIP, "port": PORT}


@pytest.fixture
def journal():
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture
def server(cluster):
    """What the check of the first director finds."""
    s = cluster.directors[0].namespace.call(lambda: socket.create_server(("127.0.0.1", PORT)))
    yield s
    s.close()


def halvard(director, priority=100, more="no_snmp", options=(), **kw):
    """With -l and -D, as all in the lab, but at the level that is usual."""
    options = options or ("--log-level=info",)
    return director.halvard(config(priority, more), options=options, **kw).start()


def of(program, entries):
    """Those that this daemon's processes have sent."""
    pids = {program.process.pid, *descendants(program.process.pid)}
    return [e for e in entries if int(e["SYSLOG_PID"]) in pids]


def rows(program, table):
    return json.loads(program.ctl("--json", "show", table).stdout)[table]


def runs(program):
    return rows(program, "checker")[0]["runs"]


def wait_runs(program, more):
    """So many further runs of the check."""
    goal = runs(program) + more
    wait_for(lambda: runs(program) >= goal, 10, "runs of the check")


def level(program, text):
    program.ctl("set", "global", "log_level", text)
    return time.monotonic()


# ---- one line for each transition ---------------------------------------------------


def said(entry):
    return {k: entry.get(k) for k in ("HALVARD_OLD_STATE", "HALVARD_STATE", "HALVARD_REASON",
                                      "PRIORITY", "HALVARD_AREA", "HALVARD_OBJECT")}


def expected(table, old, new, reason):
    return {"HALVARD_OLD_STATE": old, "HALVARD_STATE": new, "HALVARD_REASON": reason, "PRIORITY": "5",
            "HALVARD_AREA": "vrrp", "HALVARD_OBJECT": table}


def test_a_takeover_is_one_line_on_each_side(cluster, journal):
    first, second = cluster.directors
    one = halvard(first, 150)
    cluster.wait_owner(first, 10)
    two = halvard(second, 100)
    wait_for(lambda: of(two, journal.find(HALVARD_INSTANCE="VI_1", HALVARD_STATE="backup")), 10,
             "a backup")
    since = time.monotonic()
    one.ctl("yield", "VI_1")
    cluster.wait_owner(second, 5)
    journal.wait(5, since, HALVARD_SYNC_GROUP="VG", HALVARD_STATE="backup")
    wait_for(lambda: of(two, journal.find(since, HALVARD_SYNC_GROUP="VG")), 5, "the group")
    for key, table in (("HALVARD_INSTANCE", "vrrp_instance"), ("HALVARD_SYNC_GROUP", "sync_group")):
        name = "VI_1" if table == "vrrp_instance" else "VG"
        entries = journal.find(since, **{key: name})
        assert [said(e) for e in of(one, entries)] == [expected(table, "master", "backup", "yielded")]
        assert [said(e) for e in of(two, entries)] == [
            expected(table, "backup", "master", "masterResigned")]
    # Beside these there is the operator's change, and nothing of that level or a worse one.
    rest = [e for e in journal.find(since) if int(e["PRIORITY"]) <= 5 and
            e.get("HALVARD_OBJECT") not in ("vrrp_instance", "sync_group")]
    assert [e["MESSAGE"] for e in rest] == [
        "change vrrp_instance VI_1 command: none -> yield (ok) by ctl root, done"]
    entry, = of(two, journal.find(since, MESSAGE_ID=INSTANCE_ID))
    assert entry["MESSAGE"] == "vrrp_instance VI_1: backup -> master (masterResigned), priority 100"
    assert entry["SYSLOG_IDENTIFIER"] == "halvard-vrrp"


def test_the_death_of_the_master_is_one_line(cluster, journal):
    first, second = cluster.directors
    one = halvard(first, 150)
    cluster.wait_owner(first, 10)
    two = halvard(second, 100)
    wait_for(lambda: of(two, journal.find(HALVARD_SYNC_GROUP="VG", HALVARD_STATE="backup")), 10,
             "a backup")
    since = time.monotonic()
    one.kill_all()
    journal.wait(5, since, HALVARD_SYNC_GROUP="VG")
    entry, = journal.find(since, HALVARD_INSTANCE="VI_1")
    assert said(entry) == expected("vrrp_instance", "backup", "master", "masterDownTimer")


def test_an_address_that_is_taken_away_is_two_lines(cluster, journal):
    director = cluster.directors[0]
    halvard(director)
    cluster.wait_owner(director, 10)
    since = time.monotonic()
    director.namespace.ip("addr del %s/32 dev eth0" % VIP)
    journal.wait(5, since, HALVARD_ADDRESS=VIP, HALVARD_STATE="present")
    lines = journal.find(since, HALVARD_INSTANCE="VI_1")
    assert [(e["MESSAGE"], e["PRIORITY"]) for e in lines] == [
        ("vrrp_address VI_1 %s: present -> absent (lost), it is added again" % VIP, "4"),
        ("vrrp_address VI_1 %s: absent -> present (restored)" % VIP, "5")]


def test_a_server_that_goes_is_one_line(cluster, journal, server):
    """On a kernel without IPVS it is down for another reason: its check is what is seen then."""
    daemon = halvard(cluster.directors[0])
    journal.wait(10, HALVARD_CHECK="TCP_CHECK", HALVARD_STATE="up")
    since = time.monotonic()
    server.close()
    entry, = journal.wait(5, since, HALVARD_CHECK="TCP_CHECK")
    assert (entry["HALVARD_OLD_STATE"], entry["HALVARD_STATE"], entry["HALVARD_REASON"]) == \
        ("up", "down", "refused")
    assert entry["HALVARD_TARGET"] == "127.0.0.1:%d" % PORT and entry["HALVARD_AREA"] == "check"
    wait_runs(daemon, 5)
    assert len(journal.find(since, HALVARD_AREA="check")) == 1


def test_a_death_is_one_line_and_a_return_one(cluster, journal):
    daemon = halvard(cluster.directors[0])
    cluster.wait_owner(cluster.directors[0], 10)
    since = time.monotonic()
    pid = daemon.kill_role("lvs")
    journal.wait(5, since, HALVARD_PROCESS="lvs", HALVARD_STATE="running")
    told = [(e["HALVARD_OLD_STATE"], e["HALVARD_STATE"], e["HALVARD_REASON"], e["PRIORITY"])
            for e in journal.find(since, HALVARD_PROCESS="lvs")]
    assert told == [("running", "dead", "signal", "4"), ("dead", "starting", "restarted", "5"),
                    ("starting", "running", "ready", "6")]
    assert journal.find(since, HALVARD_PROCESS="lvs")[0]["MESSAGE"] == \
        "process lvs: running -> dead (signal), pid %d, ended by Killed" % pid


def test_reloads_and_changes_are_one_line(cluster, journal):
    daemon = halvard(cluster.directors[0])
    cluster.wait_owner(cluster.directors[0], 10)
    since = time.monotonic()
    daemon.ctl("reload")
    daemon.configure(config() + "\nvrrp_instance X {\n}\n")
    assert daemon.ctl("reload", check=False).returncode
    daemon.ctl("set", "vrrp_instance", "VI_1", "base_priority", "120")
    daemon.ctl("set", "vrrp_instance", "VI_1", "base_priority", "999", check=False)
    journal.wait(5, since, HALVARD_FIELD="base_priority")
    good, bad = journal.find(since, MESSAGE_ID="e4c366db42a745f5bb31fe97d0c6157a")
    assert (good["HALVARD_STATE"], good["HALVARD_WHO"], good["PRIORITY"]) == ("ok", "root", "5")
    assert (bad["HALVARD_STATE"], bad["HALVARD_FILE"], bad["PRIORITY"]) == ("refused", daemon.config, "3")
    change, = journal.find(since, HALVARD_FIELD="base_priority")
    assert change["MESSAGE"] == ("change vrrp_instance VI_1 base_priority: 100 -> 120 (ok) by ctl root, "
                                 "done")


# ---- levels ---------------------------------------------------------------------------


def test_routine_is_silent(cluster, journal, server):
    """A master whose check succeeds ten times and that sends as many advertisements."""
    daemon = halvard(cluster.directors[0])
    cluster.wait_owner(cluster.directors[0], 10)
    journal.wait(10, HALVARD_CHECK="TCP_CHECK", HALVARD_STATE="up")
    since = time.monotonic()
    wait_runs(daemon, 10)
    assert [e["MESSAGE"] for e in journal.find(since)] == []
    since = level(daemon, "check:debug")
    wait_runs(daemon, 3)
    entries = journal.find(since, HALVARD_AREA="check")
    assert len(entries) >= 3
    assert {(e["HALVARD_OLD_STATE"], e["HALVARD_STATE"], e["PRIORITY"]) for e in entries} == {
        ("up", "up", "7")}


def test_a_level_outlives_reload_and_restart(cluster, journal, server):
    director = cluster.directors[0]
    daemon = halvard(director)
    journal.wait(10, HALVARD_CHECK="TCP_CHECK", HALVARD_STATE="up")
    level(daemon, "check:debug")
    daemon.ctl("reload")
    since = time.monotonic()
    wait_runs(daemon, 2)
    assert journal.find(since, HALVARD_AREA="check", PRIORITY="7")
    daemon.kill_role("lvs")
    since = time.monotonic()
    journal.wait(5, since, HALVARD_AREA="check", PRIORITY="7")
    daemon.kill_role("main")
    since = time.monotonic()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "main")
    wait_runs(daemon, 2)
    assert journal.find(since, HALVARD_AREA="check", PRIORITY="7")
    daemon.stop()
    daemon.start()
    since = time.monotonic()
    journal.wait(10, since, HALVARD_AREA="check", PRIORITY="7")
    assert rows(daemon, "global")["log_level"] == "check:debug"


def test_vrrp_and_guardian_follow(cluster, journal):
    first, second = cluster.directors
    daemon = halvard(first)
    cluster.wait_owner(first, 10)
    since = level(daemon, "vrrp:warning,guardian:error")
    daemon.ctl("disable", "VI_1")
    wait_for(lambda: not first.owns(), 5, "the address goes")
    daemon.ctl("enable", "VI_1")
    cluster.wait_owner(first, 5)
    old = daemon.kill_role("lvs")
    wait_for(lambda: daemon.role("lvs") != old and {p["role"]: p["state"] for p in rows(
        daemon, "process")}["lvs"] == "running", 5, "lvs")
    assert not [e["MESSAGE"] for e in journal.find(since)
                if e["HALVARD_AREA"] in ("vrrp", "guardian")]
    since = level(daemon, "")
    daemon.ctl("disable", "VI_1")
    daemon.kill_role("lvs")
    journal.wait(5, since, HALVARD_INSTANCE="VI_1", HALVARD_REASON="adminDown")
    journal.wait(5, since, HALVARD_PROCESS="lvs", HALVARD_STATE="dead")


def test_the_agent_follows(cluster, journal):
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    daemon = halvard(director, more="enable_traps", agentx=snmpd.agentx)
    entry, = journal.wait(15, HALVARD_OBJECT="agent", HALVARD_STATE="connected")
    assert entry["HALVARD_SOCKET"] == "unix:" + snmpd.agentx and entry["HALVARD_AREA"] == "snmp"
    since = level(daemon, "snmp:error")
    snmpd.stop()
    wait_for(lambda: not rows(daemon, "agent")["connected"], 5, "no session")
    snmpd.start()
    wait_for(lambda: rows(daemon, "agent")["connected"], 10, "a session")
    assert not [e["MESSAGE"] for e in journal.find(since) if e["HALVARD_AREA"] == "snmp"]
    since = level(daemon, "snmp:warning")
    snmpd.stop()
    entry, = journal.wait(5, since, HALVARD_OBJECT="agent")
    assert (entry["HALVARD_OLD_STATE"], entry["HALVARD_STATE"], entry["PRIORITY"]) == (
        "connected", "disconnected", "4")


def test_file_and_command_line(cluster, journal, server):
    """The file says debug for checks; the option is over it; a bad word changes nothing."""
    director = cluster.directors[0]
    daemon = halvard(director, more="no_snmp\n\tlog_level check debug", options=("--log-level=lvs:error",))
    journal.wait(10, HALVARD_AREA="check", PRIORITY="7")
    assert rows(daemon, "global")["log_level"] == "lvs:error,check:debug"
    out = daemon.ctl("set", "global", "log_level", "chek:debug", check=False)
    assert out.returncode == 1
    assert '"chek" is not an area of the log' in out.stdout and "did you mean check?" in out.stdout
    assert rows(daemon, "global")["log_level"] == "lvs:error,check:debug"
    daemon.stop()
    daemon = halvard(director, more="no_snmp\n\tlog_level check debug", options=("--log-level=check:info",))
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "main")
    wait_for(lambda: runs(daemon) > 3, 10, "runs of the check")
    assert not of(daemon, journal.find(HALVARD_AREA="check", PRIORITY="7"))


# ---- trouble ---------------------------------------------------------------------------


def test_a_journal_that_does_not_read_makes_nothing_late(cluster, journal):
    """Its socket is full, and nobody hears: advertisements go out, and the loss is told later."""
    director = cluster.directors[0]
    os.unlink("/run/systemd/journal/socket")
    deaf = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    deaf.bind("/run/systemd/journal/socket")
    os.chmod("/run/systemd/journal/socket", 0o666)
    stuffing = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        while True:
            stuffing.sendto(b"MESSAGE=x\n", "/run/systemd/journal/socket")
    except BlockingIOError:
        pass
    daemon = director.halvard(config(), options=("--log-level=debug",))
    daemon.command = lambda command=daemon.command: [a for a in command() if a != "-l"]
    daemon.start()
    cluster.wait_owner(director, 10)
    for priority in (120, 110):
        daemon.ctl("set", "vrrp_instance", "VI_1", "base_priority", str(priority))
    row = rows(daemon, "vrrp_instance")[0]
    assert row["worst_advert_gap_us"] < 300000 and row["transitions"] <= 2
    told = {}
    deaf.settimeout(5)
    while set(told) < {"halvard-vrrp", "halvard-main", "halvard"}:
        entry = dict(line.split("=", 1) for line in deaf.recv(1 << 16).decode().splitlines())
        if entry["MESSAGE"].endswith("lines were lost, nobody took them in time"):
            told[entry["SYSLOG_IDENTIFIER"]] = int(entry["MESSAGE"].split()[1])
    assert all(n > 0 for n in told.values())
    deaf.close()


# ---- the real one ------------------------------------------------------------------------


def test_the_real_journald(cluster, folder):
    if journald_is_missing():
        pytest.skip(journald_is_missing())
    real = Journald(folder)
    try:
        director = cluster.directors[0]
        daemon = halvard(director)
        cluster.wait_owner(director, 10)
        vrrp = daemon.role("vrrp")
        entry, = real.wait(10, MESSAGE_ID=INSTANCE_ID, HALVARD_INSTANCE="VI_1", HALVARD_STATE="master")
        assert entry["HALVARD_OLD_STATE"] == "backup" and entry["HALVARD_REASON"] == "masterDownTimer"
        assert entry["_TRANSPORT"] == "journal" and entry["PRIORITY"] == "5"
        assert entry["SYSLOG_IDENTIFIER"] == "halvard-vrrp" and int(entry["_PID"]) == vrrp
        os.kill(daemon.process.pid, signal.SIGHUP)
        entry, = real.wait(10, HALVARD_OBJECT="reload")
        assert entry["HALVARD_FILE"] == daemon.config and entry["HALVARD_AREA"] == "config"
    finally:
        real.close()
