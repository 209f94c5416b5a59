"""Notifications, as Debian's snmptrapd receives them from Debian's snmpd: what they hold, that none
is lost or out of order while snmpd is away, and that nobody is told what did not happen."""
import os
import re
import signal
import socket
import time

import pytest

from lab import daemons
from lab.space import wait_for
from netns.test_agent_snmp import GOOD, ROOT, FakeMain, Manager, _add, _user, restart, subids, wait_rows

EVENTS = ROOT.removesuffix(".1") + ".0"
TRAP, UPTIME = ".1.3.6.1.6.3.1.1.4.1.0", ".1.3.6.1.2.1.1.3.0"
NUMBER, WHEN = ROOT + ".15.1.0", ROOT + ".15.2.0"
ROUTER_ID, ENABLED = ROOT + ".1.2.0", ROOT + ".1.16.0"
VRRP_CHANGE, GROUP_CHANGE, RESTARTED, START = (EVENTS + ".%d" % n for n in (1, 2, 9, 12))
WAITING, SENT, LOST = (ROOT + ".14.%d.0" % n for n in (3, 4, 5))
VI = subids("VI_1")
STATE, REASON, TRANSITIONS = (ROOT + ".3.1.%d" % n + VI for n in (8, 9, 25))
GROUP_STATE = ROOT + ".5.1.2" + subids("VG")
CONFIG = """
global_defs {
	router_id LAB
	enable_traps
}
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	version 3
	advert_int 0.1
	virtual_ipaddress {
		192.168.1.200
	}
}
vrrp_instance VI_2 {
	interface eth0
	virtual_router_id 52
	version 3
	advert_int 0.1
	virtual_ipaddress {
		192.168.1.201
	}
}
vrrp_sync_group VG {
	group {
		VI_1
		VI_2
	}
}
"""


def sink(director):
    """snmpd that sends to a snmptrapd."""
    return director.snmpd().send_notifications(), director.snmptrapd().start()


@pytest.fixture
def stage(cluster):
    """(manager, snmpd, fake main, snmptrapd); the agent is connected and notifications are on."""
    director = cluster.directors[0]
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("built without the agent")
    snmpd, trapd = sink(director)
    snmpd.start()
    main = _add(director, FakeMain(director.namespace, director.path("fake"), snmpd.agentx, _user()))
    main.start().fill()
    manager = Manager(director.namespace)
    main.ask("set", "vrrp_instance", "VI_1", "state", "master")
    wait_for(lambda: manager.get(STATE) == ["INTEGER: 3"], 5, "the state")
    assert mine(trapd) == []
    assert manager.set((ENABLED, "i", 1)) == GOOD
    return manager, snmpd, main, trapd


def mine(trapd):
    """Not snmpd's own."""
    return [t for t in trapd.received() if t[TRAP].startswith(EVENTS)]


def change(main, transitions):
    main.ask("set", "vrrp_instance", "VI_1", "transitions", transitions)


def wait_number(trapd, count, deadline=5):
    wait_for(lambda: len({t[NUMBER] for t in mine(trapd)}) >= count, deadline,
             "%d notifications" % count)
    return mine(trapd)


def in_order(traps):
    """The numbers as they came first; one may be repeated when its answer was lost."""
    return list(dict.fromkeys(int(t[NUMBER]) for t in traps))


def wait_transitions(trapd, last, at_least):
    """All that came up to this count: without a hole, in order. Changes that main made within one
    turn of its loop are one."""
    wait_for(lambda: mine(trapd) and mine(trapd)[-1][TRANSITIONS] == str(last), 5, "the last one")
    traps = mine(trapd)
    counts = list(dict.fromkeys(int(t[TRANSITIONS]) for t in traps))
    assert in_order(traps) == list(range(1, len(counts) + 1))
    assert counts == sorted(counts) and len(counts) >= at_least, counts
    return traps


def value(manager, oid):
    return int(re.search(r"\d+$", manager.get(oid)[0])[0])


def test_a_change_is_told_with_its_row(stage):
    manager, _, main, trapd = stage
    main.ask("set", "global", "router_id", "LAB")
    main.ask("set", "vrrp_instance", "VI_1", "reason", "preempt")
    main.ask("set", "vrrp_instance", "VI_1", "master_addr", "192.168.1.100")
    before = int(re.search(r"\((\d+)\)", manager.get(UPTIME)[0])[1])
    change(main, 7)
    (trap,) = wait_number(trapd, 1)
    assert list(trap)[:2] == [UPTIME, TRAP]
    assert trap[TRAP] == VRRP_CHANGE
    assert trap[NUMBER] == "1" and trap[ROUTER_ID] == '"LAB"'
    assert (trap[STATE], trap[REASON], trap[TRANSITIONS]) == ("3", "8", "7")
    assert trap[ROOT + ".3.1.2" + VI] == '"eth0"'
    assert trap[ROOT + ".3.1.21" + VI].replace('"', "").split() == ["C0", "A8", "01", "64"]
    assert abs(int(trap[UPTIME]) - before) < 100
    year = time.gmtime().tm_year
    assert trap[WHEN].replace('"', "").split()[:2] == ["%02X" % (year >> 8), "%02X" % (year & 255)]
    assert len(trap) == 2 + 3 + 8
    assert value(manager, SENT) == 1 and value(manager, LOST) == value(manager, WAITING) == 0


def test_other_changes_are_not_told(stage):
    manager, _, main, trapd = stage
    main.ask("set", "vrrp_instance", "VI_1", "adverts_sent", 5)
    main.ask("set", "vrrp_instance", "VI_1", "effective_priority", 50)
    main.ask("set", "virtual_server", "10.9.9.9:1/tcp", "scheduler", "rr")
    main.ask("set", "real_server", "10.9.9.9:1/tcp", "10.0.0.1:1", "transitions", 1)  # a new row
    main.ask("main", "restart")  # the same rows again
    main.ask("set", "process", "vrrp", "pid", 5)
    wait_for(lambda: manager.get(ROOT + ".2.1.2" + subids("vrrp")) == ["Gauge32: 5"], 5, "the row")
    main.ask("set", "process", "vrrp", "restarts", 1)
    (trap,) = wait_number(trapd, 1)
    assert trap[TRAP] == RESTARTED and trap[ROOT + ".2.1.4" + subids("vrrp")] == "1"


def test_switched_by_snmp(stage):
    manager, _, main, trapd = stage
    assert manager.set((ENABLED, "i", 2)) == GOOD
    change(main, 1)
    assert manager.set((ENABLED, "i", 3)) == "wrongValue 1"
    assert manager.set((ENABLED, "i", 1)) == GOOD
    change(main, 2)
    (trap,) = wait_number(trapd, 1)
    assert trap[TRANSITIONS] == "2"
    assert manager.get(ENABLED) == ["INTEGER: 1"]


def test_none_is_lost_while_snmpd_is_away(stage):
    manager, snmpd, main, trapd = stage
    change(main, 1)
    wait_number(trapd, 1)
    os.kill(snmpd.process.pid, signal.SIGKILL)
    snmpd.process.wait(10)
    for n in range(2, 52):
        change(main, n)
    restart(snmpd, manager)
    traps = wait_transitions(trapd, 51, 20)
    assert {t[UPTIME] for t in traps[1:]} == {"0"}, "they happened before this snmpd began"
    change(main, 52)
    wait_transitions(trapd, 52, 20)
    assert int(mine(trapd)[-1][UPTIME]) > 0
    assert value(manager, SENT) == len(in_order(mine(trapd))) and value(manager, LOST) == 0


def fill_queue(snmpd):
    """Connections until the frozen snmpd's socket takes no more."""
    held = []
    while len(held) < 5000:
        s = socket.socket(socket.AF_UNIX)
        s.setblocking(False)
        held.append(s)
        try:
            s.connect(snmpd.agentx)
        except BlockingIOError:
            return held
    raise AssertionError("the queue has no end")


def rows_after(manager, since):
    wait_rows(manager, 10)
    return time.monotonic() - since


@pytest.mark.parametrize("queue", ["open", "full"])
def test_none_is_lost_while_snmpd_is_frozen(stage, queue):
    """The agent goes on with main's link meanwhile: its replica does not age."""
    manager, snmpd, main, trapd = stage
    held = []
    os.kill(snmpd.process.pid, signal.SIGSTOP)
    try:
        if queue == "full":
            held = fill_queue(snmpd)
        for n in range(1, 21):
            change(main, n)
        time.sleep(4)  # several attempts in vain
    finally:
        os.kill(snmpd.process.pid, signal.SIGCONT)
    since = time.monotonic()
    for s in held:
        s.close()
    assert rows_after(manager, since) < 2 + 1.5
    wait_transitions(trapd, 20, 8)


def test_socket_replaced_while_the_old_master_hangs(stage):
    """Another snmpd takes the path over; the frozen one is never heard of again."""
    manager, snmpd, main, trapd = stage
    old, held = snmpd.process, []
    os.kill(old.pid, signal.SIGSTOP)
    try:
        held = fill_queue(snmpd)
        time.sleep(2.5)
        os.unlink(snmpd.agentx)
        snmpd.listen = "udp:127.0.0.1:1161"
        snmpd.start()
        since = time.monotonic()
        change(main, 1)
        wait_number(trapd, 1)
        assert time.monotonic() - since < 2 + 1.5
    finally:
        for s in held:
            s.close()
        os.kill(old.pid, signal.SIGKILL)
        old.wait()


# ---- the daemon -------------------------------------------------------------------


@pytest.fixture
def running(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    snmpd, trapd = sink(director)
    snmpd.start()
    halvard = director.halvard(CONFIG, agentx=snmpd.agentx, options=["-P"]).start()
    cluster.wait_owner(director, 15)
    manager = Manager(director.namespace)
    wait_for(lambda: manager.get(STATE, timeout=0.5) == ["INTEGER: 3"], 15, "master")
    return manager, halvard, trapd


def told(trapd, kind):
    return [t for t in mine(trapd) if t[TRAP] == kind]


def states(trapd):
    """Of VI_1."""
    return [t[STATE] for t in told(trapd, VRRP_CHANGE) if STATE in t]


def test_the_daemon_tells_what_happens(running):
    manager, halvard, trapd = running
    (start,) = wait_for(lambda: told(trapd, START), 5, "the agent's start")
    assert start[ROUTER_ID] == '"LAB"' and start[NUMBER] == "1"
    wait_for(lambda: told(trapd, GROUP_CHANGE)[-1:] and told(trapd, GROUP_CHANGE)[-1][GROUP_STATE] == "3",
             5, "the group as master")
    before, groups = len(states(trapd)), len(told(trapd, GROUP_CHANGE))
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_state", "down")
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_state", "up")
    wait_for(lambda: states(trapd)[before:] == ["1", "2", "3"], 5, "init, backup, master")
    wait_for(lambda: [t[GROUP_STATE] for t in told(trapd, GROUP_CHANGE)][groups:] == ["4", "2", "3"], 5,
             "the group: fault, backup, master")
    assert in_order(mine(trapd)) == list(range(1, len(mine(trapd)) + 1))


def changes(trapd):
    return told(trapd, VRRP_CHANGE) + told(trapd, GROUP_CHANGE)


def test_deaths_are_told_and_no_more(running):
    """Neither of these ends mastership: a state that was not left is not told."""
    manager, halvard, trapd = running
    wait_for(lambda: told(trapd, START), 5, "the agent's start")
    before = len(changes(trapd))
    halvard.kill_role("main")
    wait_for(lambda: [t for t in told(trapd, RESTARTED) if ROOT + ".2.1.4" + subids("main") in t], 5,
             "main's restart")
    halvard.kill_role("vrrp")
    wait_for(lambda: [t for t in told(trapd, RESTARTED) if ROOT + ".2.1.4" + subids("vrrp") in t], 5,
             "vrrp's restart")
    wait_for(lambda: manager.get(REASON, timeout=0.5) == ["INTEGER: 15"], 5, "resumed")
    halvard.kill_role("agent")
    wait_for(lambda: len(told(trapd, START)) == 2, 5, "another agent's start")
    assert len(changes(trapd)) == before


def both_die(halvard, held=0):
    """Main and vrrp at once, after they have stood still for a while."""
    pids = [halvard.role(r) for r in ("main", "vrrp")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    daemons.settle(held)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for role, pid in zip(("main", "vrrp"), pids):
        wait_for(lambda: halvard.role(role) != pid, 5, "another " + role)


def test_two_deaths_at_once_are_told_as_they_are(running):
    """Nobody is left who has counted. First mastership goes on, then it was lost meanwhile."""
    manager, halvard, trapd = running
    wait_for(lambda: told(trapd, START), 5, "the agent's start")
    before = len(changes(trapd))
    both_die(halvard)
    wait_for(lambda: manager.get(REASON, timeout=0.5) == ["INTEGER: 15"], 5, "resumed")
    assert len(changes(trapd)) == before
    both_die(halvard, 0.8)
    wait_for(lambda: states(trapd)[-2:] == ["2", "3"], 10, "backup, master")
