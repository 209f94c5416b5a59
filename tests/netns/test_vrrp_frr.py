"""Halvard and FRRouting's vrrpd (Debian's frr 8.4) as a pair, in both roles; version 3.

The oracle is the kernel of both sides, watched continuously: Halvard owns the address when its
kernel has it, FRR when its macvlan with the address is not protodown. FRR's macvlan is up from
the start of the device until its daemon has looked at it, so watching begins when it is backup.
"""
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.frr import Frr, ProtodownWatch, frr_is_installed
from lab.space import wait_for
from lab.topology import VIP
from lab.watch import AddressWatch

VRID = 51
INTERVAL = 0.2
HIGH, LOW = 150, 100
TOLERANCE = 0.25
STARTING = 5  # seconds that a program may take before it speaks
ADDRESSES = {"ipv4": VIP, "ipv6": "fe80::200"}

CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id %(vrid)d
	version 3
	priority %(priority)d
	advert_int %(interval)g
	virtual_ipaddress {
		%(address)s
	}
}
"""


def skew(priority):
    return (256 - priority) / 256 * INTERVAL


def down(priority):
    return 3 * INTERVAL + skew(priority)


class Pair:
    """Halvard on the first director, FRR on the second."""

    def __init__(self, cluster, address):
        self.address = address
        self.halvard_at, self.frr_at = cluster.directors
        self.watches = []

    def start_halvard(self, priority):
        self.halvard = self.halvard_at.halvard(CONFIG % {
            "vrid": VRID, "priority": priority, "interval": INTERVAL, "address": self.address}).start()
        return self.halvard

    def start_frr(self, priority, **kw):
        self.frr = Frr(self.frr_at.namespace, self.frr_at.path("frr"), VRID, self.address, priority,
                       round(INTERVAL * 1000), **kw)
        self.frr_at.programs.append(self.frr)
        self.down = ProtodownWatch(self.frr_at.namespace, self.frr.device)
        self.watches.append(self.down)
        return self.frr.start()

    def watch(self):
        """From now on; FRR has decided what it is."""
        self.has = AddressWatch([self.halvard_at.namespace], self.address)
        self.watches.append(self.has)
        self.since = time.monotonic()

    def owners(self):
        return ["halvard"] * bool(self.has.owners()) + ["frr"] * self.down.has

    def wait_owner(self, who, deadline):
        start = time.monotonic()
        wait_for(lambda: self.owners() == [who], deadline, lambda: "%s owns it: %s" % (who, self.owners()), 0.005)
        return time.monotonic() - start

    def owns_for(self, who, seconds):
        since = time.monotonic()
        settle(seconds)
        assert self.owners() == [who] and not [e for e in self.events() if e[0] > since], self.events()

    def events(self):
        return sorted(self.has.events + self.down.events)

    def longest(self, wanted, since):
        """Longest time since then in which wanted(number of owners) was true."""
        owned, begun, longest = set(), None, 0.0
        for when, name, has in [*self.events(), (time.monotonic(), None, False)]:
            if begun is not None:
                longest = max(longest, when - max(begun, since))
            (owned.add if has else owned.discard)(name)
            begun = when if wanted(len(owned)) else None
        return longest

    def close(self):
        for w in self.watches:
            w.stop()


@pytest.fixture(params=list(ADDRESSES))
def pair(request, cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    if not frr_is_installed():
        pytest.skip("vrrpd is not installed (Debian package frr)")
    p = Pair(cluster, ADDRESSES[request.param])
    yield p
    p.close()


def frr_is_backup(pair):
    """It has heard the master: it is held down, and stays so."""
    wait_for(lambda: pair.down.events and not pair.down.has, STARTING, "FRR's macvlan is protodown")


def test_halvard_is_preferred(pair):
    """It is master, FRR follows; FRR takes over from it, and gives way when it is back."""
    pair.start_halvard(HIGH)
    pair.watch()
    wait_for(pair.has.owners, STARTING + down(HIGH), "Halvard is master")
    pair.start_frr(LOW)
    frr_is_backup(pair)
    started = time.monotonic()
    pair.owns_for("halvard", 2 * down(LOW))
    pair.halvard.stop()
    took = pair.wait_owner("frr", down(LOW) + TOLERANCE)
    assert took < skew(LOW) + TOLERANCE, "priority 0 was not heeded"
    pair.owns_for("frr", 2 * down(HIGH))
    pair.start_halvard(HIGH)
    pair.wait_owner("halvard", STARTING + down(HIGH))
    pair.owns_for("halvard", 2 * down(LOW))
    pair.halvard.kill_all()
    pair.halvard_at.namespace.ip("addr del %s dev eth0" % pair.address)  # as the dead machine would
    pair.wait_owner("frr", down(LOW) + 2 * TOLERANCE)
    assert pair.longest(lambda n: n > 1, started) < TOLERANCE, pair.events()


def test_frr_is_preferred(pair):
    """It is master, Halvard follows; Halvard takes over from it, and gives way when it is back."""
    pair.start_frr(HIGH)
    wait_for(lambda: pair.down.has and "Master" in pair.frr.log_text(), STARTING + down(HIGH), "FRR is master")
    pair.watch()
    pair.start_halvard(LOW)
    started = time.monotonic()
    wait_for(lambda: pair.halvard.log_text().count("-> backup"), STARTING, "Halvard is backup")
    pair.owns_for("frr", 2 * down(LOW))
    pair.frr.vrrpd.stop()
    pair.frr.device_down()  # what is left up when vrrpd has ended
    took = pair.wait_owner("halvard", down(LOW) + TOLERANCE)
    assert took < skew(LOW) + TOLERANCE, "priority 0 was not heeded"
    pair.owns_for("halvard", 2 * down(HIGH))
    pair.frr.device_up()
    pair.frr.vrrpd.start()
    pair.wait_owner("frr", STARTING + down(HIGH))
    pair.owns_for("frr", 2 * down(LOW))
    pair.frr.vrrpd.kill_all()
    pair.frr.device_down()  # as the dead machine would be
    pair.wait_owner("halvard", down(LOW) + 2 * TOLERANCE)
    assert pair.longest(lambda n: n > 1, started) < TOLERANCE, pair.events()
