"""What is shown while processes are replaced: a state that a worker has told, or none.

A master that has never ceased to be one is shown as nothing else, and its count of transitions
stands still, however main, vrrp and lvs come and go. Those who ask are halvardctl and a manager
behind snmpd (the agent's replica).
"""
import datetime
import json
import os
import signal
import time

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP
from lab.watch import Asking
from netns.test_agent_snmp import ROOT, Manager, subids

CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 150
	advert_int 1
	virtual_ipaddress {
		%s
	}
}
virtual_server 192.0.2.1 80 {
	delay_loop 1
	lvs_sched rr
	protocol TCP
	real_server 127.0.0.1 9 {
		TCP_CHECK {
			connect_timeout 1
			retry 0
		}
	}
}
""" % VIP
STATE = ROOT + ".3.1.8" + subids("VI_1")
TRANSITIONS = ROOT + ".3.1.25" + subids("VI_1")
MASTER = "INTEGER: 3"
VRRP_FIELDS = ("state", "transitions", "become_master", "last_transition")
REAL_FIELDS = ("oper_state", "transitions", "checks_failing", "last_change")


def rows(daemon, table):
    out = daemon.ctl("--json", "show", table, check=False)
    return json.loads(out.stdout)[table] if out.returncode == 0 else None


def told(daemon, table, fields):
    """The fields of the only row, or None while nobody answers."""
    found = rows(daemon, table)
    return None if found is None else tuple(found[0][f] for f in fields)


def with_time(answer):
    """The last field in seconds: halvardctl makes it of two clocks, which is good to a few ms."""
    if not answer or not answer[-1]:
        return answer and (*answer[:-1], 0.0)
    return (*answer[:-1], datetime.datetime.fromisoformat(answer[-1]).timestamp())


def vrrp_told(daemon):
    return with_time(told(daemon, "vrrp_instance", VRRP_FIELDS))


def real_told(daemon):
    return with_time(told(daemon, "real_server", REAL_FIELDS))


def only(seen, before):
    """Whether every answer was as before."""
    return seen and all(a[:-1] == before[:-1] and abs(a[-1] - before[-1]) < 0.1 for a in seen)


def snmp_told(manager):
    answer = manager.get(STATE, TRANSITIONS, timeout=0.5)
    return tuple(answer) if len(answer) == 2 else None


@pytest.fixture
def running(cluster):
    """(daemon, manager): master, its real server found down, all of it served by SNMP."""
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("halvard-agent is not built")
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    daemon = director.halvard(CONFIG, agentx=snmpd.agentx).start()
    manager = Manager(director.namespace)
    cluster.wait_owner(director, 15)
    wait_for(lambda: rows(daemon, "real_server")[0]["checks_failing"] == 1, 10, "a failed check")
    wait_for(lambda: (snmp_told(manager) or [""])[0] == MASTER, 15, "master by SNMP")
    return daemon, manager


def killed(daemon, role):
    dead = daemon.kill_role(role)
    wait_for(lambda: daemon.role(role) != dead, 15, "another " + role)
    wait_for(lambda: next(r["state"] for r in rows(daemon, "process") or [{"role": role, "state": ""}]
                          if r["role"] == role) == "running", 10, role + " is at work")


@pytest.mark.parametrize("role", ["main", "vrrp", "lvs"])
def test_ten_deaths_are_no_news(running, role):
    daemon, manager = running
    before = vrrp_told(daemon), real_told(daemon), snmp_told(manager)
    with Asking(lambda: vrrp_told(daemon)) as vrrp, Asking(lambda: real_told(daemon)) as real, \
            Asking(lambda: snmp_told(manager)) as snmp:
        for _ in range(10):
            killed(daemon, role)
            time.sleep(1.1)  # the guardian forgives a life of 1 s
    print("answers:", *(sum(a.seen.values()) for a in (vrrp, real, snmp)))
    assert only(vrrp.seen, before[0]), vrrp.seen
    assert only(real.seen, before[1]), real.seen
    assert list(snmp.seen) == [before[2]]


@pytest.mark.parametrize("slow", ["vrrp", "lvs"])
def test_new_main_waits_for_the_workers(running, slow):
    """Who asks meanwhile is answered later, and with the truth."""
    daemon, manager = running
    before = vrrp_told(daemon), real_told(daemon), snmp_told(manager)
    pid = daemon.role(slow)
    os.kill(pid, signal.SIGSTOP)
    try:
        dead = daemon.kill_role("main")
        wait_for(lambda: daemon.role("main") != dead, 5, "another main")
        with Asking(lambda: vrrp_told(daemon)) as vrrp, Asking(lambda: real_told(daemon)) as real, \
                Asking(lambda: snmp_told(manager)) as snmp:
            wait_for(lambda: snmp.seen.get(before[2], 0) > 30, 10, "the agent's replica is asked")
            assert not vrrp.seen and not real.seen
            os.kill(pid, signal.SIGCONT)
            wait_for(lambda: vrrp.seen and real.seen, 5, "an answer")
            count = snmp.seen[before[2]]
            wait_for(lambda: snmp.seen[before[2]] > count + 30, 10, "answers by SNMP")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert only(vrrp.seen, before[0]), vrrp.seen
    assert only(real.seen, before[1]), real.seen
    assert list(snmp.seen) == [before[2]]
    assert "has not told what it sees" not in daemon.log_text()


def test_new_main_does_not_wait_for_ever(running):
    daemon, _ = running
    pid = daemon.role("lvs")
    os.kill(pid, signal.SIGSTOP)
    try:
        dead = daemon.kill_role("main")
        wait_for(lambda: daemon.role("main") != dead, 5, "another main")
        started = time.monotonic()
        wait_for(lambda: vrrp_told(daemon), 6, "an answer without lvs")
        assert time.monotonic() - started > 1
        assert "process lvs: it has not told what it sees" in daemon.log_text()
        assert vrrp_told(daemon)[0] == "master"
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: real_told(daemon)[2] == 1, 5, "lvs tells")


def test_both_die_at_once(running):
    """Nothing is known of before, but what is shown is what the new vrrp is: master."""
    daemon, _ = running
    for _ in range(5):
        pids = [daemon.role(r) for r in ("main", "vrrp")]
        with Asking(lambda: told(daemon, "vrrp_instance", ["state"])) as vrrp:
            for signo in (signal.SIGSTOP, signal.SIGKILL):
                for pid in pids:
                    os.kill(pid, signo)
            for role, pid in zip(("main", "vrrp"), pids):
                wait_for(lambda: daemon.role(role) != pid, 5, "another " + role)
            vrrp.seen.clear()
            wait_for(lambda: sum(vrrp.seen.values()) > 5, 5, "answers")
            time.sleep(1.1)
        assert list(vrrp.seen) == [("master",)], vrrp.seen
    assert rows(daemon, "vrrp_instance")[0]["reason"] == "resumed"


def state_and_reason(daemon):
    return told(daemon, "vrrp_instance", ["state", "reason"])


def test_a_master_that_hangs_is_none(cluster):
    """Nobody kills it here. What it said last holds for three intervals and no longer."""
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    daemon = director.halvard(CONFIG, options=["--watchdog", "off"]).start()
    cluster.wait_owner(director, 15)
    pid = daemon.role("vrrp")
    os.kill(pid, signal.SIGSTOP)
    try:
        stopped = time.monotonic()
        wait_for(lambda: state_and_reason(daemon) == ("init", "processSilent"), 3 + 1 + 3, "it is none")
        assert time.monotonic() - stopped > 2
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: state_and_reason(daemon) == ("backup", "wokeLate"), 3, "it woke, as backup")
    wait_for(lambda: state_and_reason(daemon)[0] == "master", 10, "master again")


def test_a_guardian_that_hangs_says_nothing_of_others(running):
    """It has heard nobody while it stood still, and blames nobody for that."""
    daemon, _ = running
    before = vrrp_told(daemon)
    with Asking(lambda: vrrp_told(daemon)) as vrrp:
        os.kill(daemon.process.pid, signal.SIGSTOP)
        daemons.settle(5)
        os.kill(daemon.process.pid, signal.SIGCONT)
        daemons.settle(2.5)
    assert only(vrrp.seen, before), vrrp.seen
