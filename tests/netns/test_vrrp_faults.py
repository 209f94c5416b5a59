"""Faults of wire, interface, kernel and operator: what two directors make of them in the end.

While a fault lasts there may be two owners, or none, as the protocol has it; when it is over the
better one owns the address alone, within the protocol's own time, and stays so. When all has
ended, nothing that a program brought is left in the kernel: no address, route, rule or device.
"""
import json
import multiprocessing
import os
import random
import signal
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.middle import Middle
from lab.space import ip_batch, wait_for
from lab.topology import VIP

INTERVAL = 0.2
HIGH, LOW = 150, 100
SLACK = 0.5
STARTING = 5
SECOND = "192.168.1.201"

CONFIG = """
global_defs {
	router_id fault
	%(globals)s
}

vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.2
	%(more)s
	virtual_ipaddress {
		%(addresses)s
	}
}
"""
# All else that an instance brings to the kernel, and a static route and rule.
ALL_OF_IT = """use_vmac
	virtual_routes {
		198.51.100.0/24 dev eth0
		203.0.113.0/24 dev eth0 table 300
	}
	virtual_rules {
		from 198.51.100.0/24 table 300
	}"""


def config(priority, more=(), **kw):
    return CONFIG % {"priority": priority, "globals": kw.get("globals", ""), "more": kw.get("brings", ""),
                     "addresses": "\n\t\t".join([VIP, *more])}


def down(priority):
    return 3 * INTERVAL + (256 - priority) / 256 * INTERVAL


def picture(space):
    """What the kernel has: devices, addresses, routes, rules."""
    found = []
    for args in (["addr"], ["-4", "route", "show", "table", "all"], ["-6", "route", "show", "table", "all"],
                 ["-4", "rule"], ["-6", "rule"]):
        for entry in json.loads(space.run(["ip", "-j", *args]).stdout or "[]"):
            if "addr_info" in entry:
                found += [("addr", entry["ifname"], a["local"], a["prefixlen"]) for a in entry["addr_info"]]
                found.append(("link", entry["ifname"]))
            elif not entry.get("dst", "").startswith("fe80"):
                found.append((" ".join(args), json.dumps(entry, sort_keys=True)))
    return sorted(found)


class Pair:
    def __init__(self, cluster, watch):
        self.directors = self.high, self.low = cluster.directors
        self.watch = watch
        self.middle = Middle(cluster.directors)
        self.before = [picture(d.namespace) for d in self.directors]

    def start(self, **kw):
        self.programs = []
        for director, priority in ((self.high, HIGH), (self.low, LOW)):
            self.programs.append(director.halvard(config(priority, **kw)).start())
        self.alone(self.high, STARTING + down(LOW))

    def alone(self, director, deadline):
        """It owns the address alone by then, and for longer than Active_Down after that."""
        wait_for(lambda: self.watch.owners() == [director.name], deadline,
                 lambda: "%s owns it: %s" % (director.name, self.watch.events[-6:]))
        since = time.monotonic()
        settle(down(LOW) + INTERVAL)
        assert not self.watch.transitions_since(since), self.watch.events
        assert [d.owns() for d in self.directors] == [d is director for d in self.directors]

    def fault_ends(self):
        """The better one has it, and the other has given it up."""
        self.alone(self.high, down(LOW) + 2 * SLACK)

    def end(self):
        for program in self.programs:
            program.stop()
        for director, before in zip(self.directors, self.before):
            wait_for(lambda d=director, b=before: picture(d.namespace) == b, 3,
                     lambda d=director, b=before: "left in the kernel of %s: %s; missing: %s" % (
                         d.name, set(picture(d.namespace)) - set(b), set(b) - set(picture(d.namespace))))


@pytest.fixture
def pair(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    with cluster.watch() as watch:
        p = Pair(cluster, watch)
        yield p
        p.middle.close()


def test_partition(pair):
    pair.start()
    since = time.monotonic()
    pair.middle.cut(0, 1)
    wait_for(lambda: len(pair.watch.owners()) == 2, down(LOW) + SLACK, "each is master of its part")
    settle(2 * INTERVAL)
    pair.middle.cut()
    pair.fault_ends()
    # The better one never gave it up.
    assert not [e for e in pair.watch.transitions_since(since) if e[1] == pair.high.name]
    pair.end()


@pytest.mark.parametrize("deaf", [0, 1], ids=["master-deaf", "backup-deaf"])
def test_one_way(pair, deaf):
    """Only one direction is lost. A master that hears nothing goes on; a backup that hears nothing
    takes over, which its master must bear and answer."""
    pair.start()
    since = time.monotonic()
    pair.middle.cut(1 - deaf)
    settle(3 * down(LOW))
    owners = [pair.high.name] if deaf == 0 else [pair.high.name, pair.low.name]
    assert pair.watch.owners() == owners, pair.watch.events
    assert not [e for e in pair.watch.transitions_since(since) if e[1] == pair.high.name]
    pair.middle.cut()
    pair.fault_ends()
    pair.end()


def test_loss(pair):
    """30 % of all frames, for as long as three lost ones in a row are likely several times."""
    pair.start()
    since = time.monotonic()
    pair.middle.loss = [0.3, 0.3]
    settle(6)
    pair.middle.cut()
    assert sum(pair.middle.lost) > 5
    pair.fault_ends()
    assert not [e for e in pair.watch.transitions_since(since) if e[1] == pair.high.name], pair.watch.events
    assert pair.watch.longest_with_two_owners() < 10 * INTERVAL
    pair.end()


@pytest.mark.parametrize("end", ["own", "far"])
def test_flaps(pair, end):
    """The master's interface, or the other end of its cable, goes down and up a dozen times."""
    pair.start()
    dice = random.Random(5)
    for _ in range(12):
        for state in ("down", "up"):
            if end == "own":
                pair.high.namespace.ip("link set eth0 " + state)
            else:
                ip_batch(["link set %s %s" % (pair.middle.ends[0], state)])
            settle(dice.choice([0.01, 0.1, 0.3]))
    assert "-> fault" in pair.programs[0].log_text(), "a cable without a signal is a fault, too"
    pair.alone(pair.high, 2 * down(LOW) + 2 * SLACK)
    pair.end()


def test_netlink_overruns(pair):
    """The socket of events holds two of them; addresses come and go by the thousand, and among
    them the virtual one, which no renewal of a lease brings back."""
    pair.start(globals="vrrp_netlink_monitor_rcv_bufs 2304\n\tvrrp_address_lease off")
    many = ["10.3.%d.%d/32 dev lo" % (n // 250, n % 250 + 1) for n in range(1000)]
    for director in pair.directors:
        director.namespace.ip(*["addr add " + a for a in many])
    vrrp = pair.programs[0].role("vrrp")
    for n in range(3):
        if n == 0:  # surely too slow to read them all
            os.kill(vrrp, signal.SIGSTOP)
        pair.high.namespace.ip(*["addr del " + a for a in many], "addr del %s/32 dev eth0" % VIP,
                               *["addr add " + a for a in many])
        os.kill(vrrp, signal.SIGCONT)
        wait_for(lambda: pair.watch.owners() == [pair.high.name], 3, "the address is back")
    assert "events were lost" in pair.programs[0].log_text()
    # A backup that missed everything loses what does not belong to it.
    pair.low.namespace.ip(*["addr del " + a for a in many])
    pair.high.namespace.ip(*["addr del " + a for a in many])
    pair.alone(pair.high, 3)
    pair.high.namespace.ip("link set eth0 down")
    pair.alone(pair.low, down(LOW) + SLACK)
    pair.high.namespace.ip("link set eth0 up")
    pair.alone(pair.high, down(HIGH) + 2 * SLACK)
    pair.end()


def routes(director):
    return {json.dumps(e, sort_keys=True) for kind, e in (
        (k, e) for k in (["route", "show", "table", "all"], ["rule"])
        for e in json.loads(director.namespace.run(["ip", "-j", "-4", *k]).stdout))
        if e.get("src") == "198.51.100.0" or e.get("dst") in ("198.51.100.0/24", "203.0.113.0/24")}


def test_all_is_taken_back(pair):
    """Routes, rules and the virtual MAC's interface, through a partition, a flap, and a reload that
    drops them: they are where the address is, and nowhere in the end."""
    pair.start(brings=ALL_OF_IT)

    def brought():
        return [len(routes(d)) for d in pair.directors]

    wait_for(lambda: brought() == [3, 0], 2, lambda: "routes and a rule with the master: %s" % brought())
    pair.middle.cut(0, 1)
    wait_for(lambda: len(pair.watch.owners()) == 2, down(LOW) + SLACK, "each is master of its part")
    pair.middle.cut()
    pair.fault_ends()
    wait_for(lambda: brought() == [3, 0], 2, brought)
    pair.high.namespace.ip("link set eth0 down")
    pair.alone(pair.low, down(LOW) + 2 * SLACK)
    pair.high.namespace.ip("link set eth0 up")
    pair.alone(pair.high, down(HIGH) + 4 * SLACK)
    wait_for(lambda: brought() == [3, 0], 2, brought)
    pair.programs[0].configure(config(HIGH))
    pair.programs[0].reload()
    wait_for(lambda: brought() == [0, 0], 3, brought)
    pair.end()


def burn(stop):
    while not stop.is_set():
        sum(range(10000))


def test_reload_under_load(pair):
    """Reloads that add and remove an address while all processors are busy: neither director
    changes its mind, and the last file is in force."""
    stop = multiprocessing.Event()
    pair.start()
    load = [multiprocessing.Process(target=burn, args=(stop,), daemon=True) for _ in range(8)]
    for p in load:
        p.start()
    try:
        since = time.monotonic()
        for n in range(11):
            for program, priority in zip(pair.programs, (HIGH, LOW)):
                program.configure(config(priority, [SECOND] if n % 2 == 0 else []))
                program.reload()
            if n % 3 == 0:
                settle(0.2)
        wait_for(lambda: [d.owns(SECOND) for d in pair.directors] == [True, False], 10, "the last file is in force")
        for program, priority in zip(pair.programs, (HIGH, LOW)):
            program.configure(config(priority))
            program.reload()
        wait_for(lambda: [d.owns(SECOND) for d in pair.directors] == [False, False], 10, "its address is gone")
        assert not pair.watch.transitions_since(since), pair.watch.events
    finally:
        stop.set()
        for p in load:
            p.join()
    pair.end()
