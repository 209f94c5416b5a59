"""A minute in which snmpd is of no use, against a minute in which it is: advertisements, masters
and checks are the same, and the tables are back when snmpd is.

Two directors at 100 ms, snmpd beside the master. A check of the master goes to the client, so
that it succeeds; this kernel need not have IPVS for that.
"""
import json
import os
import random
import signal
import socket
import time

import pytest

from lab import daemons
from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from lab.watch import Pulse
from netns.test_agent_snmp import ROOT, SYS_UPTIME, Manager, subids
from vrrp_alone import Wire

SELF = ADDRESS["director1"]
MINUTE = 60
ROOM = 0.05       # more than the undisturbed minute's longest gap and the machine's standstill
TRIES = 3
STANDSTILL = 0.12 # of the whole machine, which lets nobody be in time
ROWS_BACK = 2.0
ASKING = 0.5      # for a tool to start and ask on a busy machine
PORT = 8080
STATE = ROOT + ".3.1.8" + subids("VI_1")
WEIGHTS = ROOT + ".9.1.6"

VRRP = """
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	version 3
	priority %%d
	advert_int 0.1
	virtual_ipaddress {
		%s
	}
}
""" % VIP
LVS = """
virtual_server 192.0.2.1 80 {
	delay_loop 1
	lvs_sched rr
	protocol TCP
	real_server %s %d {
		TCP_CHECK {
			connect_timeout 3
		}
	}
}
""" % (ADDRESS["client"], PORT)


def rows(program, table):
    return json.loads(program.ctl("--json", "show", table).stdout)[table]


def instance(program):
    return rows(program, "vrrp_instance")[0]


def in_state(program, state):
    return program.ctl("status", check=False).returncode == 0 and instance(program)["state"] == state


def accept_and_close():
    with socket.create_server(("", PORT)) as listener:
        while True:
            listener.accept()[0].close()


class Minute:
    """What happened between two looks."""

    def __init__(self, stage):
        self.stage = stage
        self.pulse = Pulse()
        self.started = time.monotonic()
        self.before = self._look()

    def _look(self):
        check = rows(self.stage.first, "checker")[0]
        return {"transitions": [instance(p)["transitions"] for p in self.stage.both],
                "runs": check["runs"], "failures": check["failures"]}

    def end(self):
        ended = time.monotonic()
        after = self._look()
        self.pulse.stop()
        times = [h[0] for h in self.stage.wire.adverts(SELF) if self.started <= h[0] <= ended]
        # The ends count too: silence that has not ended is a gap as well.
        times = [self.started, *times, ended]
        self.gap = max(b - a for a, b in zip(times, times[1:]))
        self.runs = after["runs"] - self.before["runs"]
        self.failures = after["failures"] - self.before["failures"]
        self.moved = after["transitions"] != self.before["transitions"]
        print("longest gap %.1f ms, %d adverts, %d runs of the check; longest standstill %.1f ms"
              % (self.gap * 1000, len(times) - 2, self.runs, self.pulse.longest * 1000))
        return self


class Stage:
    """Both directors at work, and what an undisturbed minute is like."""

    def __init__(self, cluster):
        cluster.client.thread(accept_and_close)
        one, two = cluster.directors
        self.snmpd = one.snmpd().start()
        self.manager = Manager(one.namespace)
        self.first = one.halvard(VRRP % 200 + LVS, agentx=self.snmpd.agentx).start()
        wait_for(lambda: in_state(self.first, "master"), 20, "the first director is master")
        self.second = two.halvard(VRRP % 100).start()
        wait_for(lambda: in_state(self.second, "backup"), 20, "the second director is backup")
        self.both = [self.first, self.second]
        wait_for(lambda: rows(self.first, "checker")[0]["state"] == "up", 10, "the check is up")
        self.rows_back(10)
        self.wire = Wire(cluster.client)
        wait_for(lambda: self.wire.adverts(SELF), 5, "advertisements")
        self.usual = self.minute(lambda: settle(MINUTE))

    def minute(self, disturb, mend=lambda: None):
        """A minute in which the machine itself did not stand still, in some tries."""
        for _ in range(TRIES):
            m = Minute(self)
            disturb()
            m.end()
            if m.pulse.longest < STANDSTILL:
                break
            mend()
            self.settled()
        return m

    def settled(self):
        """Both are again what they were at the beginning, and rows are there."""
        wait_for(lambda: in_state(self.first, "master"), 20, "the first director is master")
        wait_for(lambda: in_state(self.second, "backup"), 20, "the second director is backup")
        self.rows_back(10)

    def rows_back(self, deadline):
        """Tables of two processes answer within the time."""
        def answer():
            return (self.manager.get(STATE, timeout=0.3) == ["INTEGER: 3"] and
                    self.manager.walk(WEIGHTS, timeout=0.3))

        wait_for(answer, deadline, "rows by SNMP")

    def as_usual(self, minute):
        assert not minute.moved, "a director changed its state"
        assert minute.gap <= self.usual.gap + minute.pulse.longest + ROOM
        assert minute.failures == self.usual.failures == 0
        assert minute.runs >= self.usual.runs - 2


@pytest.fixture(scope="module")
def stage(whole_cluster):
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("built without the agent")
    whole_cluster.begin("/run/lab/test_snmp_frozen")
    try:
        stage = Stage(whole_cluster)
        yield stage
        stage.wire.close()
    finally:
        whole_cluster.end()


@pytest.fixture
def snmpd(stage):
    """At work at the beginning and at the end of each test."""
    stage.rows_back(10)
    yield stage.snmpd
    if stage.snmpd.running():
        os.kill(stage.snmpd.process.pid, signal.SIGCONT)
    else:
        stage.snmpd.start()


def freeze(snmpd):
    os.kill(snmpd.process.pid, signal.SIGSTOP)


def thaw(snmpd):
    os.kill(snmpd.process.pid, signal.SIGCONT)


def test_frozen(stage, snmpd):
    def disturb():
        freeze(snmpd)
        settle(MINUTE)

    minute = stage.minute(disturb, lambda: thaw(snmpd))
    thaw(snmpd)
    stage.rows_back(ROWS_BACK + ASKING)
    stage.as_usual(minute)


def test_killed_and_started_again_and_again(stage, snmpd):
    """It lives between nothing and 3 s: some lives end while the agent comes back."""
    def return_of_the_master():
        snmpd.kill_all()
        snmpd.start()
        wait_for(lambda: "Timeticks" in stage.manager.get(SYS_UPTIME, timeout=0.3)[0], 10, "snmpd")

    def disturb():
        end = time.monotonic() + MINUTE
        while time.monotonic() < end:
            return_of_the_master()
            settle(random.uniform(0, 3))

    minute = stage.minute(disturb, return_of_the_master)
    return_of_the_master()
    stage.rows_back(ROWS_BACK + ASKING)
    stage.as_usual(minute)


def fill_backlog(path):
    """Connections to a socket on which nobody accepts, until the next would have to wait."""
    held = []
    while True:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.setblocking(False)
        try:
            s.connect(path)
        except BlockingIOError:
            s.close()
            return held
        held.append(s)


def test_backlog_full(stage, snmpd):
    """The others who wait in the queue go only after the rows are back."""
    held = []

    def disturb():
        freeze(snmpd)
        held.extend(fill_backlog(snmpd.agentx))
        settle(MINUTE)

    def empty():
        for s in held:
            s.close()
        held.clear()

    def mend():
        thaw(snmpd)
        empty()

    minute = stage.minute(disturb, mend)
    try:
        if held:
            assert not fill_backlog(snmpd.agentx)
        thaw(snmpd)
        stage.rows_back(ROWS_BACK + ASKING)
    finally:
        empty()
    stage.as_usual(minute)
