"""Virtual routers for IPv6: what is on the wire, what is waited for, and Debian's keepalived as
the other half in both roles.

The virtual addresses are fe80::200 and 2001:db8::200, the routers speak from the link-local
addresses that the kernel has made of the interfaces' hardware addresses.
"""
import os
import signal
import socket
import struct
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS
from lab.watch import AddressWatch
from test_vrrp_interop import HIGH, LOW, STARTING, TOLERANCE, Protocol, one_owner_for
from vrrp_alone import Alone, advert, checksum, packed

LINK_LOCAL, GLOBAL = "fe80::200", "2001:db8::200"
OTHER = "fe80::c0ff:fea8:132"  # the client's, who plays a rival


def own_address(host):
    """What the kernel makes of 02:00 and the IPv4 address (lab/topology)."""
    a, b, c, d = (int(n) for n in ADDRESS[host].split("."))
    text = "fe80::%x:%x:%x:%x" % (0, a << 8 | 0xff, 0xfe << 8 | b, c << 8 | d)
    return socket.inet_ntop(socket.AF_INET6, packed(text))


SELF = own_address("director1")


def no_wait(space, address):
    """The kernel would look for duplicates for one or two seconds."""
    space.ip("addr flush dev eth0 scope link", "addr add %s/64 dev eth0 nodad" % address)


@pytest.fixture
def vrrp(cluster):
    director = cluster.directors[0]
    no_wait(director.namespace, SELF)
    program = Alone(director.namespace, director.path("vrrp")).start()
    director.programs.append(program)
    program.director = director
    return program


def add(vrrp, **fields):
    fields = {"version": 3, "family": "ipv6", "adver_int_cs": 10, **fields}
    vrrp.instance(addresses=(LINK_LOCAL, GLOBAL), **fields)
    vrrp.barrier()


def rival(priority, addresses=(LINK_LOCAL, GLOBAL), **fields):
    return advert(priority=priority, addresses=addresses, source=OTHER, **fields)


# ---- on the wire --------------------------------------------------------------

def test_advertisement(vrrp, wire):
    add(vrrp, base_priority=150)
    vrrp.wait_state("master", 8)
    wait_for(lambda: wire.adverts(SELF), 3, "an advertisement")
    frame = wire.frames[0]
    assert frame[:6].hex() == "333300000012"
    assert frame[14:16].hex()[:3] == "6c0", "version 6, traffic class CS6"
    assert frame[21] == 255, "hop limit"
    assert socket.inet_ntop(socket.AF_INET6, frame[38:54]) == "ff02::12"
    message = wire.adverts(SELF)[0][3]
    assert message[:6] == bytes([0x31, 51, 150, 2, 0, 10])
    assert message[8:] == packed(LINK_LOCAL) + packed(GLOBAL), "link-local first"
    pseudo = packed(SELF) + packed("ff02::12") + struct.pack("!II", len(message), 112)
    assert checksum(pseudo + message) == 0


def test_neighbour_advertisement(vrrp, wire):
    add(vrrp)
    vrrp.wait_state("master", 8)
    for address in (LINK_LOCAL, GLOBAL):
        wait_for(lambda: len(wire.announcements(address)) >= 5, 3, "five for " + address)
    first = next(h[3] for h in wire.heard if h[1] == "na" and h[2] == GLOBAL)
    mac = first[6:12]
    assert first[:6].hex() == "333300000001"
    assert first[21] == 255, "hop limit"
    assert socket.inet_ntop(socket.AF_INET6, first[22:38]) == GLOBAL
    assert socket.inet_ntop(socket.AF_INET6, first[38:54]) == "ff02::1"
    assert first[58:62].hex() == "a0000000", "router, override, not solicited"
    assert first[78:86] == bytes([2, 1]) + mac, "target link-layer address"
    pseudo = first[22:54] + struct.pack("!II", 32, 58)
    assert checksum(pseudo + first[54:86]) == 0


def test_both_families_are_announced(vrrp, wire):
    """An excluded address may be of the other family."""
    vrrp.address("192.168.1.210/24", excluded="yes")
    add(vrrp)
    vrrp.wait_state("master", 8)
    wait_for(lambda: len(wire.announcements("192.168.1.210")) >= 5, 3, "gratuitous ARP")
    wait_for(lambda: wire.adverts(SELF), 3, "an advertisement")
    assert wire.adverts(SELF)[0][3][3] == 2, "addresses in the advertisement"
    assert vrrp.director.owns("192.168.1.210") and vrrp.director.owns(GLOBAL)


def test_addresses_are_used_at_once(vrrp):
    """The kernel looks for no duplicates: the old master may be there still."""
    add(vrrp)
    vrrp.wait_state("master", 8)
    vrrp.barrier()
    shown = vrrp.director.namespace.run(["ip", "-6", "-o", "addr", "show", "dev", "eth0"]).stdout
    lines = [line for line in shown.splitlines() if " %s/" % GLOBAL in line]
    assert lines and "nodad" in lines[0] and "tentative" not in lines[0]


# ---- receiving ----------------------------------------------------------------

def test_rival_is_heard(vrrp, wire):
    add(vrrp, base_priority=100)
    vrrp.wait_state("master", 8)
    wire.send6(rival(200))
    vrrp.wait_state("backup", 3)
    assert vrrp.row()["master_addr"] == OTHER
    wait_for(lambda: not vrrp.director.owns(GLOBAL), 3, "the address is gone")
    vrrp.wait_state("master", 3)


@pytest.mark.parametrize("counter, hops, fields", [
    ("ttl_errors", 254, {}),
    ("checksum_errors", 255, {"wrong_sum": 1}),
    ("version_errors", 255, {"version": 2}),
    ("address_list_errors", 255, {"addresses": (GLOBAL, "2001:db8::201")}),
])
def test_not_taken(vrrp, wire, counter, hops, fields):
    add(vrrp, base_priority=100)
    vrrp.wait_state("master", 8)
    wire.send6(rival(200, **{"interval": 1 if "version" in fields else 10, **fields}), hops)
    wait_for(lambda: vrrp.count(counter) == 1, 3, counter)
    assert vrrp.row()["state"] == "master"
    assert vrrp.count("adverts_received") == 0


def test_same_list_in_another_order(vrrp, wire):
    """keepalived sends what its file says as it says it; the routers must still agree."""
    add(vrrp, base_priority=100)
    vrrp.wait_state("master", 8)
    wire.send6(rival(200, addresses=(GLOBAL, LINK_LOCAL)))
    vrrp.wait_state("backup", 3)


# ---- the source ---------------------------------------------------------------

def test_link_local_address_comes_later(vrrp, wire):
    space = vrrp.director.namespace
    space.ip("addr flush dev eth0 scope link", "addr add 2001:db8::100/64 dev eth0 nodad")
    add(vrrp)
    wait_for(lambda: "no IPv6 link-local address" in vrrp.log_text(), 5, "what is missing")
    assert vrrp.row()["state"] == "fault"
    space.ip("addr add fe80::99/64 dev eth0")  # the kernel looks for duplicates first
    wait_for(lambda: "is tentative" in vrrp.log_text(), 5, "what is missing now")
    vrrp.wait_state("master", 10)
    wait_for(lambda: wire.adverts("fe80::99"), 3, "an advertisement")
    assert not wire.adverts("2001:db8::100")


def test_link_local_address_of_another_link_is_another(vrrp):
    """One that is virtual there may be this interface's own here."""
    space = vrrp.director.namespace
    space.ip("link add x0 type veth peer name x1", "link set x1 up", "link set x0 up",
             "addr add fe80::77/64 dev x0 nodad")
    try:
        vrrp.instance("VI_2", addresses=(SELF + "/64",), family="ipv6", interface="x0",
                      vrid=61, version=3, adver_int_cs=10)
        vrrp.wait_state("master", 5, "vrrp_instance VI_2")
        add(vrrp)
        vrrp.wait_state("master", 5)
        assert vrrp.row()["primary_addr"] == SELF
    finally:
        space.ip("link del x0")


def test_two_instances_with_one_identifier(vrrp, wire):
    """IPv4 and IPv6 are two virtual routers."""
    add(vrrp)
    vrrp.instance("VI_2", version=3, adver_int_cs=10)
    vrrp.barrier()
    vrrp.wait_state("master", 8)
    vrrp.wait_state("master", 8, "vrrp_instance VI_2")
    wait_for(lambda: wire.adverts(SELF) and wire.adverts(ADDRESS["director1"]), 3, "both speak")


# ---- a process that dies ------------------------------------------------------

def test_successor_goes_on(vrrp, wire):
    add(vrrp, adver_int_cs=50)
    vrrp.wait_state("master", 10)
    vrrp.barrier()
    with AddressWatch([vrrp.director.namespace], GLOBAL) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        seen = time.monotonic()
        vrrp.ask("respawn")
        wait_for(lambda: vrrp.row()["reason"] == "resumed", 5, "resumed")
        count = len(wire.adverts(SELF))
        wait_for(lambda: len(wire.adverts(SELF)) > count + 2, 5, "advertisements go on")
        assert not watch.transitions_since(seen), watch.events


def test_lease(vrrp):
    add(vrrp)
    vrrp.wait_state("master", 8)
    with AddressWatch([vrrp.director.namespace], GLOBAL) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        wait_for(lambda: watch.renewals >= 2, 5, "it is renewed")
        assert vrrp.director.owns(LINK_LOCAL)
        os.kill(vrrp.pid, signal.SIGSTOP)
        try:
            wait_for(lambda: not watch.owners(), 6, "the kernel takes it away")
            wait_for(lambda: not vrrp.director.owns(LINK_LOCAL), 3, "the other too")
        finally:
            os.kill(vrrp.pid, signal.SIGCONT)


# ---- keepalived ---------------------------------------------------------------

class Protocol6(Protocol):
    def config(self, priority, nopreempt):
        text = super().config(priority, nopreempt)
        head, _, _ = text.partition("virtual_ipaddress")
        head = head.replace("authentication {\n\t\tauth_type PASS\n\t\tauth_pass 1111\n\t}", "")
        return head + "virtual_ipaddress {\n\t\t%s\n\t\t%s\n\t}\n}\n" % (LINK_LOCAL, GLOBAL)


V2, V3 = Protocol6(2, 1), Protocol6(3, 0.2)
pairs = pytest.mark.parametrize("kinds", [("halvard", "keepalived"), ("keepalived", "halvard")],
                                ids=["halvard-high", "halvard-low"])


@pairs
def test_election_death_and_return(cluster, kinds, protocol=V3):
    high, low = cluster.directors
    with cluster.watch(GLOBAL) as watch:
        first = protocol.start(kinds[0], high, HIGH)
        protocol.start(kinds[1], low, LOW)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING + 3, GLOBAL)
        one_owner_for(cluster, watch, high, protocol.down(LOW) + protocol.interval)

        first.stop()
        took = cluster.wait_owner(low, protocol.down(LOW), GLOBAL)
        assert took < protocol.skew(LOW) + 2 * TOLERANCE, "priority 0 was not heeded"
        one_owner_for(cluster, watch, low, protocol.interval)

        first = protocol.start(kinds[0], high, HIGH)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING, GLOBAL)
        one_owner_for(cluster, watch, high, protocol.interval)
        assert watch.longest_with_two_owners() < TOLERANCE, watch.events
        died = time.monotonic()
        first.kill_all()
        high.namespace.ip("addr del %s/128 dev eth0" % GLOBAL)  # as the dead machine would
        cluster.wait_owner(low, protocol.down(LOW) + 2, GLOBAL)
        took = time.monotonic() - died
        assert protocol.down(LOW) - protocol.interval - 0.1 < took
        assert took < protocol.down(LOW) + 2 * TOLERANCE
        one_owner_for(cluster, watch, low, protocol.interval)


@pairs
def test_version_2(cluster, kinds):
    """It is in no standard; keepalived speaks it without an authentication field."""
    high, low = cluster.directors
    for director in cluster.directors:
        no_wait(director.namespace, own_address(director.name))
    with cluster.watch(GLOBAL) as watch:
        first = V2.start(kinds[0], high, HIGH)
        V2.start(kinds[1], low, LOW)
        cluster.wait_owner(high, V2.down(HIGH) + STARTING, GLOBAL)
        one_owner_for(cluster, watch, high, V2.interval)
        assert watch.longest_with_two_owners() == 0, watch.events
        first.stop()
        took = cluster.wait_owner(low, V2.down(LOW), GLOBAL)
        assert took < V2.skew(LOW) + 2 * TOLERANCE, "priority 0 was not heeded"


def test_list_of_keepalived_in_the_order_of_its_file(cluster):
    """Its first address is not link-local; it is said, and taken."""
    high, low = cluster.directors

    class Swapped(Protocol6):
        def config(self, priority, nopreempt):
            text = super().config(priority, nopreempt)
            return text.replace("%s\n\t\t%s" % (LINK_LOCAL, GLOBAL), "%s\n\t\t%s" % (GLOBAL, LINK_LOCAL))

    with cluster.watch(GLOBAL) as watch:
        Swapped(3, 0.2).start("keepalived", high, HIGH)
        V3.start("halvard", low, LOW)
        cluster.wait_owner(high, V3.down(HIGH) + STARTING + 3, GLOBAL)
        settle(2 * V3.down(LOW))
        assert watch.owners() == [high.name], watch.events
