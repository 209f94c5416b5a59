"""A vrrp process that dies, or is held up: what its successor and it itself may still believe."""
import json
import os
import random
import signal
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from lab.watch import AddressWatch
from vrrp_alone import Alone, Wire, advert

SELF = ADDRESS["director1"]
SECOND = "192.168.1.201"
INTERVAL = 0.5  # of the process alone: a slow machine has time


@pytest.fixture
def vrrp(cluster):
    """The process alone, as master, with memory."""
    director = cluster.directors[0]
    program = Alone(director.namespace, director.path("vrrp")).start()
    director.programs.append(program)
    program.instance(version=3, adver_int_cs=int(INTERVAL * 100), base_priority=100)
    program.barrier()
    program.wait_state("master", 10)
    program.barrier()
    program.director = director
    return program


def longest_gap(adverts):
    times = [a[0] for a in adverts]
    return max(b - a for a, b in zip(times, times[1:]))


def told_gap(vrrp):
    return vrrp.count("worst_advert_gap_us") / 1e6


def wait_reason(vrrp, reason, deadline=5):
    wait_for(lambda: vrrp.row()["reason"] == reason, deadline, "reason " + reason)


# ---- the process alone ------------------------------------------------------------

def test_successor_goes_on(vrrp, wire):
    wait_for(lambda: wire.adverts(SELF), 3, "advertisements")
    before, since = vrrp.row(), time.monotonic()
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        seen = time.monotonic()
        vrrp.ask("respawn")
        wait_reason(vrrp, "resumed")
        count = len(wire.adverts(SELF))
        wait_for(lambda: len(wire.adverts(SELF)) > count + 2, 5, "advertisements go on")
        assert not watch.transitions_since(seen), watch.events
    assert longest_gap(wire.adverts(SELF, since - INTERVAL)) < 3 * INTERVAL
    assert all(a[3][2] == 100 for a in wire.adverts(SELF))
    after = vrrp.row()
    assert after["state"] == "master"
    assert after["transitions"] == before["transitions"], "nothing has changed"
    wait_for(lambda: wire.announcements(VIP, since), 5, "gratuitous ARP")


def becomes_backup(vrrp, watch):
    """It gave the address away, and waited for Active_Down before it took it again."""
    wait_for(lambda: vrrp.row()["state"] == "backup", 5, "backup")
    wait_for(lambda: not watch.owners(), 2, "the address is away")
    started = time.monotonic()
    assert vrrp.row()["reason"] == "startup"
    vrrp.wait_state("master", 10)
    assert time.monotonic() - started > 2 * INTERVAL


def test_successor_finds_something_else(vrrp):
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        vrrp.ask("forget")
        vrrp.ask("respawn")
        becomes_backup(vrrp, watch)


def test_successor_finds_no_address(vrrp):
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        os.kill(vrrp.pid, signal.SIGSTOP)
        vrrp.director.namespace.ip("addr del %s/32 dev eth0" % VIP)
        vrrp.ask("respawn")
        becomes_backup(vrrp, watch)


def test_successor_comes_too_late(vrrp):
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        os.kill(vrrp.pid, signal.SIGSTOP)
        settle(3.2 * INTERVAL)
        vrrp.ask("respawn")
        becomes_backup(vrrp, watch)


@pytest.mark.parametrize("meanwhile", [[], [90, 90]])
def test_master_wakes_late(vrrp, wire, meanwhile):
    """Whatever it finds when it wakes, it says nothing until its time as backup is over."""
    wait_for(lambda: wire.adverts(SELF), 3, "advertisements")
    os.kill(vrrp.pid, signal.SIGSTOP)
    settle(3.2 * INTERVAL)
    for priority in meanwhile:
        wire.send(advert(priority=priority, interval=int(INTERVAL * 100)))
    woken = time.monotonic()
    os.kill(vrrp.pid, signal.SIGCONT)
    wait_reason(vrrp, "wokeLate")
    vrrp.wait_state("master", 10)
    wait_for(lambda: wire.adverts(SELF, woken), 3, "advertisements")
    assert wire.adverts(SELF, woken)[0][0] - woken > 2.9 * INTERVAL
    assert vrrp.director.owns() or wait_for(vrrp.director.owns, 3, "the address is back")
    assert told_gap(vrrp) < 2 * INTERVAL  # it was not master in that time


def same_as_the_wire(vrrp, wire, since):
    """What it says of its longest gap is what was heard, but for the time to send and to hear."""
    wait_for(lambda: told_gap(vrrp) >= 2 * INTERVAL, 3, "it tells of the gap")
    assert abs(told_gap(vrrp) - longest_gap(wire.adverts(SELF, since))) < 0.1 * INTERVAL


def test_tells_its_longest_gap(vrrp, wire):
    wait_for(lambda: len(wire.adverts(SELF)) > 2, 5, "advertisements")
    wait_for(lambda: told_gap(vrrp) >= INTERVAL, 3, "a gap of one interval")
    since = wire.adverts(SELF)[0][0]
    os.kill(vrrp.pid, signal.SIGSTOP)
    settle(2 * INTERVAL)
    os.kill(vrrp.pid, signal.SIGCONT)
    same_as_the_wire(vrrp, wire, since)
    assert vrrp.row()["state"] == "master"


def test_longest_gap_over_a_death(vrrp, wire):
    """The gap that a death makes counts when it is resumed, and the figure goes on."""
    wait_for(lambda: wire.adverts(SELF), 3, "advertisements")
    since = wire.adverts(SELF)[0][0]
    os.kill(vrrp.pid, signal.SIGSTOP)
    settle(2 * INTERVAL)
    vrrp.ask("respawn")
    wait_reason(vrrp, "resumed")
    same_as_the_wire(vrrp, wire, since)
    known = told_gap(vrrp)
    vrrp.ask("forget")
    vrrp.ask("respawn")
    wait_for(lambda: vrrp.row()["state"] == "backup", 5, "backup")
    vrrp.wait_state("master", 10)
    assert told_gap(vrrp) == known  # the time as backup is no gap


# ---- the daemon, with a peer ---------------------------------------------------------

CONFIG = """
vrrp_instance FAST {
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.1
	virtual_ipaddress {
		192.168.1.200
	}
}
vrrp_instance SLOW {
	interface eth0
	virtual_router_id 52
	version 3
	priority %(priority)d
	advert_int 1
	virtual_ipaddress {
		192.168.1.201
	}
}
"""


def rows(program):
    """{instance name: row} as the director itself tells them."""
    found = json.loads(program.ctl("--json", "show", "vrrp_instance").stdout)
    return {r["name"]: r for r in found["vrrp_instance"]}


def in_state(program, state):
    try:
        return all(r["state"] == state for r in rows(program).values())
    except Exception:  # it is not there yet
        return False


@pytest.fixture
def pair(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    first, second = cluster.directors
    a = first.halvard(CONFIG % {"priority": 200}).start()
    wait_for(lambda: in_state(a, "master"), 20, "the first director is master")
    b = second.halvard(CONFIG % {"priority": 100}).start()
    wait_for(lambda: in_state(b, "backup"), 20, "the second director is backup")
    return a, b


def transitions(program):
    return {name: int(r["transitions"]) for name, r in rows(program).items()}


def test_twenty_crashes_are_nothing_to_the_peer(pair, cluster):
    """At 100 ms and at 1 s at once: each kill hits both instances."""
    a, b = pair
    before = transitions(b)
    with cluster.watch(VIP) as fast, cluster.watch(SECOND) as slow, Wire(cluster.client) as wire:
        for w in (fast, slow):
            wait_for(lambda: w.owners() == ["director1"], 5, "the watch sees the address")
        since = time.monotonic()
        for _ in range(20):
            old = a.kill_role("vrrp")
            wait_for(lambda: a.role("vrrp") != old, 5, "vrrp is back")
            settle(1.1 + random.random() / 10)  # the guardian forgives a life of 1 s
        wait_for(lambda: in_state(a, "master"), 10, "master")
        assert transitions(b) == before
        assert not slow.transitions_since(since), slow.events
        assert not fast.transitions_since(since), fast.events
        heard = {vrid: [h for h in wire.adverts(SELF) if h[3][1] == vrid] for vrid in (51, 52)}
    assert all(r["reason"] == "resumed" for r in rows(a).values())
    print("longest gap at 100 ms: %.3f s, at 1 s: %.3f s"
          % (longest_gap(heard[51]), longest_gap(heard[52])))
