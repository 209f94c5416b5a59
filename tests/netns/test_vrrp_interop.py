"""Halvard and Debian's keepalived as a pair, in both roles, versions 2 (PASS, AH) and 3.

The oracle is the kernel: who has the address, watched continuously on both sides. Two
owners are tolerated for as long as an advertisement and a netlink write need, and no owner
only for as long as the protocol's own times say.
"""
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import VIP
from vrrp_alone import Alone, Wire

TOLERANCE = 0.25

CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version %(version)d
	priority %(priority)d
	advert_int %(seconds)g
	%(more)s
	virtual_ipaddress {
		%(address)s
	}
}
"""
AUTHENTICATION = "authentication {\n\t\tauth_type %s\n\t\tauth_pass 1111\n\t}"


class Protocol:
    """One of the two protocols, with the times of its RFC."""

    def __init__(self, version, interval, auth_type="PASS"):
        self.version = version
        self.interval = interval
        self.auth_type = auth_type

    def skew(self, priority):
        return (256 - priority) / 256 * (1 if self.version == 2 else self.interval)

    def down(self, priority):
        return 3 * self.interval + self.skew(priority)

    def config(self, priority, nopreempt):
        more = [AUTHENTICATION % self.auth_type] * (self.version == 2) + ["nopreempt"] * nopreempt
        return CONFIG % {"version": self.version, "priority": priority, "seconds": self.interval,
                         "more": "\n\t".join(more), "address": VIP}

    def rows(self, priority, nopreempt):
        rows = {"version": self.version, "base_priority": priority,
                "adver_int_cs": round(100 * self.interval), "preempt": "no" if nopreempt else "yes"}
        if self.version == 2:
            rows.update(auth_type=self.auth_type, auth_pass="1111")
        return rows

    def start(self, kind, director, priority, nopreempt=False):
        """Starts keepalived, or Halvard (its vrrp process alone while there is no daemon)."""
        text = self.config(priority, nopreempt)
        if kind == "keepalived":
            return director.keepalived(text).start()
        if halvard_is_built():
            return director.halvard(text).start()
        alone = Alone(director.namespace, director.path("vrrp")).start()
        director.programs.append(alone)
        alone.instance(addresses=(VIP,), **self.rows(priority, nopreempt))
        alone.barrier()
        return alone


V2 = Protocol(2, 1)
V2_AH = Protocol(2, 1, "AH")
V3 = Protocol(3, 0.2)
ROLES = {"halvard-high": ("halvard", "keepalived"), "halvard-low": ("keepalived", "halvard"),
         "halvard-both": ("halvard", "halvard")}
# Two Halvards are tested with version 3 only: it is faster and the code is the same.
pairs = pytest.mark.parametrize("protocol, kinds", [
    pytest.param(protocol, ROLES[roles], id="%s-%s" % (name, roles))
    for name, protocol in (("v2-PASS", V2), ("v3", V3)) for roles in ROLES
    if not (protocol is V2 and roles == "halvard-both")])

HIGH, LOW = 150, 100
STARTING = 3  # seconds that a program may take before it speaks


def one_owner_for(cluster, watch, director, seconds):
    """The director owns the address alone for the whole time."""
    wait_for(lambda: watch.owners() == [director.name], TOLERANCE, "the watch to have seen it")
    since = time.monotonic()
    settle(seconds)
    assert not watch.transitions_since(since), watch.events
    assert watch.owners() == [director.name]


with_ah = pytest.mark.parametrize("protocol, kinds", [
    pytest.param(V2_AH, ROLES[roles], id="v2-AH-" + roles) for roles in ("halvard-high", "halvard-low")])


@with_ah
def test_election_resignation_and_return_with_authentication_header(cluster, protocol, kinds):
    """Who returns has to learn the sequence number from the other."""
    elect_resign_and_return(cluster, protocol, kinds)


def test_replaced_process_goes_on_with_its_sequence_number(cluster):
    """Else keepalived would take its advertisements for old ones, and become master."""
    high, low = cluster.directors
    with cluster.watch() as watch:
        program = V2_AH.start("halvard", high, HIGH)
        V2_AH.start("keepalived", low, LOW)
        cluster.wait_owner(high, V2_AH.down(HIGH) + STARTING)
        settle(3 * V2_AH.interval)
        since = time.monotonic()
        program.kill_role("vrrp")
        wait_for(lambda: "resumed" in program.log_text(), 3, "it goes on as master")
        settle(V2_AH.down(LOW) + V2_AH.interval)
        assert not watch.transitions_since(since), watch.events
        assert "already proc" not in low.programs[0].log_text()  # a replay, in keepalived's words


@pairs
def test_election_resignation_and_return(cluster, protocol, kinds):
    elect_resign_and_return(cluster, protocol, kinds)


def elect_resign_and_return(cluster, protocol, kinds):
    high, low = cluster.directors
    with cluster.watch() as watch:
        first = protocol.start(kinds[0], high, HIGH)
        protocol.start(kinds[1], low, LOW)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING)
        one_owner_for(cluster, watch, high, protocol.down(LOW) + protocol.interval)

        first.stop()
        took = cluster.wait_owner(low, protocol.down(LOW))
        assert took < protocol.skew(LOW) + 2 * TOLERANCE, "priority 0 was not heeded"
        one_owner_for(cluster, watch, low, protocol.interval)

        protocol.start(kinds[0], high, HIGH)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING)
        one_owner_for(cluster, watch, high, protocol.down(LOW) + protocol.interval)
    assert watch.longest_with_two_owners() < TOLERANCE, watch.events


@pairs
def test_takeover_from_the_dead(cluster, protocol, kinds):
    high, low = cluster.directors
    with cluster.watch() as watch:
        first = protocol.start(kinds[0], high, HIGH)
        protocol.start(kinds[1], low, LOW)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING)
        one_owner_for(cluster, watch, high, protocol.interval)
        assert watch.longest_with_two_owners() < TOLERANCE, watch.events
        died = time.monotonic()
        first.kill_all()
        high.namespace.ip("addr del %s/32 dev eth0" % VIP)  # as the dead machine would
        cluster.wait_owner(low, protocol.down(LOW) + 2)
        took = time.monotonic() - died
        assert protocol.down(LOW) - protocol.interval - 0.1 < took < protocol.down(LOW) + 2 * TOLERANCE
        one_owner_for(cluster, watch, low, protocol.interval)


@pairs
def test_nopreempt(cluster, protocol, kinds):
    """The higher priority comes later and does not preempt."""
    high, low = cluster.directors
    with cluster.watch() as watch:
        second = protocol.start(kinds[1], low, LOW)
        cluster.wait_owner(low, protocol.down(LOW) + STARTING)
        protocol.start(kinds[0], high, HIGH, nopreempt=True)
        one_owner_for(cluster, watch, low, protocol.down(HIGH) + 2 * protocol.interval + 1)
        second.stop()
        cluster.wait_owner(high, protocol.down(HIGH))
    assert watch.longest_with_two_owners() < TOLERANCE, watch.events


@pytest.mark.parametrize("protocol", [V2, V3], ids=["v2-PASS", "v3"])
def test_new_master_announces_its_address(cluster, protocol):
    high, low = cluster.directors
    with Wire(cluster.client) as wire:
        protocol.start("keepalived", high, HIGH)
        protocol.start("halvard", low, LOW)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING)
        settle(protocol.interval * 2)
        since = time.monotonic()
        high.programs[0].stop()
        cluster.wait_owner(low, protocol.down(LOW))
        settle(0.2)
        assert len(wire.announcements(VIP, since)) == 5
