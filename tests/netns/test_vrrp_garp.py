"""The pace of gratuitous ARP, as a third host on the segment hears it: the interval of an interface,
a garp_group, turns, an end; and the announcements on other interfaces.

The vrrp process alone. Bursts without a pace are in test_vrrp_process.
"""
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import VIP
from vrrp_alone import advert

PACE = 0.1
SECOND = "192.168.1.201"
BOTH = (VIP, SECOND)


def master(vrrp, addresses=BOTH, **fields):
    vrrp.instance(addresses=addresses, **{
        "version": 3, "adver_int_cs": 10, "base_priority": 100, "garp_master_delay_ms": 0, **fields})
    vrrp.wait_state("master", 3)


def garps(wire):
    """(time, address) of all that was announced."""
    return [(h[0], h[2]) for h in wire.heard if h[1] == "arp" and h[2] == h[3]]


def apart(heard, seconds):
    """The kernel's times of receipt; a thread that was held up may shorten one gap."""
    times = [t for t, _ in heard]
    assert times[-1] - times[0] > (len(times) - 1.5) * seconds, heard
    assert sum(b - a > 0.7 * seconds for a, b in zip(times, times[1:])) >= len(times) - 2, heard


def test_interface_has_a_pace_and_addresses_take_turns(vrrp, wire):
    vrrp.ask('add global vrrp_garp_interval_us "%d"' % (PACE * 1e6))
    master(vrrp, garp_master_repeat=4)
    heard = wait_for(lambda: len(garps(wire)) >= 8 and garps(wire), 5, "all announcements")
    settle(3 * PACE)
    assert len(garps(wire)) == 8
    apart(heard, PACE)
    turns = [a for _, a in heard]
    assert sorted(turns[:2]) == list(BOTH) and turns == turns[:2] * 4


def test_what_waits_is_dropped_when_mastership_is_lost(vrrp, wire):
    vrrp.ask('add global vrrp_garp_interval_us "%d"' % (PACE * 1e6))
    master(vrrp, garp_master_repeat=100)
    wait_for(lambda: len(garps(wire)) >= 3, 3, "the first of them")
    wire.send(advert(priority=200, addresses=BOTH))
    vrrp.wait_state("backup", 2)
    settle(PACE)
    count = len(garps(wire))
    settle(2 * PACE)
    assert len(garps(wire)) == count
    assert vrrp.row()["state"] == "backup"


def test_pace_that_ends_lets_everything_go(vrrp, wire):
    vrrp.ask('add global vrrp_garp_interval_us "1000000"')
    master(vrrp, garp_master_repeat=50)
    wait_for(lambda: garps(wire), 3, "the first")
    vrrp.ask('set global vrrp_garp_interval_us "0"')
    wait_for(lambda: len(garps(wire)) == 100, 1, "the others")


def test_interfaces_of_a_group_share_the_pace(vrrp, wire, director):
    """The other interface gets every second turn, so that there is twice the time between two here."""
    for interface in ("eth0", "x0"):
        vrrp.ask('add garp_group 1 %s garp_interval_us "%d"' % (interface, PACE * 1e6))
    director.namespace.ip("link add x0 type veth peer name x1", "link set x0 up", "link set x1 up")
    try:
        vrrp.instance(addresses=(VIP,), version=3, adver_int_cs=10, garp_master_repeat=4,
                      garp_master_delay_ms=0)
        vrrp.address("10.2.2.2", dev="x0")
        heard = wait_for(lambda: len(garps(wire)) >= 4 and garps(wire), 6, "all announcements")
        assert {a for _, a in heard} == {VIP}
        apart(heard, 2 * PACE)
    finally:
        director.namespace.ip("link del x0")


def test_interface_outside_a_group_is_not_paced(vrrp, wire):
    vrrp.ask('add garp_group 1 x0 garp_interval_us "1000000"')
    master(vrrp)
    wait_for(lambda: len(garps(wire)) == 10, 1, "a burst")


@pytest.mark.parametrize("everywhere", ["yes", "no"])
def test_announcements_on_the_interfaces_of_addresses(vrrp, wire, everywhere):
    """By default not on the instance's own interface, which carries the advertisements."""
    master(vrrp, garp_extra_if_ms=200, garp_extra_if_all=everywhere, garp_master_repeat=1)
    began = time.monotonic()
    wait_for(lambda: len(garps(wire)) >= 2, 2, "the first burst")
    if everywhere == "yes":
        heard = wait_for(lambda: garps(wire)[2:] if len(garps(wire)) > 5 else None, 3, "more")
        assert len({a for _, a in heard}) == 1  # one address is enough for an interface
        assert time.monotonic() - began > 0.5
    else:
        settle(0.7)
        assert len(garps(wire)) == 2


def test_intervals_that_are_changed_while_master_count_at_once(vrrp, wire):
    master(vrrp, addresses=(VIP,), garp_master_repeat=1, garp_master_refresh_ms=600000)
    wait_for(lambda: len(garps(wire)) == 1, 2, "the first burst")
    vrrp.set("vrrp_instance VI_1", garp_master_refresh_ms=100)
    wait_for(lambda: len(garps(wire)) >= 4, 3, "refreshes")
    vrrp.set("vrrp_instance VI_1", garp_master_refresh_ms=0)
    vrrp.barrier()
    settle(0.1)
    heard = len(garps(wire))
    settle(0.4)
    assert len(garps(wire)) == heard
    vrrp.set("vrrp_instance VI_1", garp_extra_if_ms=100, garp_extra_if_all="yes")
    wait_for(lambda: len(garps(wire)) >= heard + 3, 3, "on the interface of its address")


def test_losing_advertisement_without_announcements_leaves_the_second_burst(vrrp, wire):
    master(vrrp, addresses=(VIP,), garp_master_repeat=1, garp_master_delay_ms=600, garp_lower_prio_repeat=0)
    wire.send(advert(priority=50))
    wait_for(lambda: vrrp.count("lower_priority_received") == 1, 2, "heard")
    wait_for(lambda: len(garps(wire)) == 2, 2, "the second burst")
