"""Everything of a master dies at once: how long the peer needs, as the wire tells it, and what
the one that comes back does to it."""
import random
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from netns.test_vrrp_resume import SECOND, in_state, rows, transitions
from vrrp_alone import Wire

CONFIG = """
vrrp_instance FAST {
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.1
	nopreempt
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
	nopreempt
	vrrp_address_lease off
	virtual_ipaddress {
		192.168.1.201
	}
}
"""
INTERVAL = {51: 0.1, 52: 1.0}
ROUNDS = 6
ROOM = 0.05


class Side:
    """One of the two directors: its daemon, source address and priority."""

    def __init__(self, director, priority):
        self.director = director
        self.priority = priority
        self.address = ADDRESS[director.name]
        self.daemon = director.halvard(CONFIG % {"priority": priority}, options=["-P"])

    def start(self, state):
        self.daemon.start()
        wait_for(lambda: in_state(self.daemon, state), 20, "%s is %s" % (self.director, state))

    def active_down(self, vrid):
        return (3 + (256 - self.priority) / 256) * INTERVAL[vrid]

    def adverts(self, wire, vrid, since=0.0):
        return [h[0] for h in wire.adverts(self.address, since) if h[3][1] == vrid]


@pytest.fixture
def pair(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    sides = [Side(d, p) for d, p in zip(cluster.directors, (200, 100))]
    sides[0].start("master")
    sides[1].start("backup")
    return sides


def addresses_left(side):
    return {VIP, SECOND} & {a.split("/")[0] for a in side.director.namespace.addresses()}


def takeover(wire, dead, heir):
    """Kills the master at a random moment; {vrid: how much later than Active_Down the heir spoke}."""
    settle(1 + random.random())  # the heir has heard the master, and not always at the same time
    killed = time.monotonic()
    dead.daemon.kill_all()
    first = {v: wait_for(lambda: heir.adverts(wire, v, killed), 10, "the heir of %d" % v)[0]
             for v in INTERVAL}
    return {v: first[v] - dead.adverts(wire, v)[-1] - heir.active_down(v) for v in INTERVAL}


def test_peer_takes_over_in_time(pair, cluster):
    master, backup = pair
    with Wire(cluster.client) as wire:
        wait_for(lambda: all(master.adverts(wire, v) for v in INTERVAL), 5, "advertisements")
        for _ in range(ROUNDS):
            late = takeover(wire, master, backup)
            print("after Active_Down: 100 ms %+.1f ms, 1 s %+.1f ms"
                  % (1000 * late[51], 1000 * late[52]))
            assert all(-ROOM < x < ROOM for x in late.values()), late
            wait_for(lambda: in_state(backup.daemon, "master"), 5, "master")

            before, since = transitions(backup.daemon), time.monotonic()
            assert addresses_left(master) == {SECOND}, "the lease of the other is over"
            master.start("backup")
            wait_for(lambda: not addresses_left(master), 3, "what was left is taken away")
            settle(0.5)
            assert not wire.adverts(master.address, since), "the one that came back has spoken"
            assert addresses_left(backup) == {VIP, SECOND}
            assert transitions(backup.daemon) == before
            assert all(r["reason"] == "startup" for r in rows(master.daemon).values())
            master, backup = backup, master
