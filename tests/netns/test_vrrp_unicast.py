"""Unicast, and from where and to where advertisements go: what is on the wire, who is listened to,
and Debian's keepalived as the other half in both roles.
"""
import ctypes
import os
import signal
import socket
import struct
import time

import pytest

from lab.daemons import settle
from lab.links import needs
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from test_vrrp_interop import AUTHENTICATION, HIGH, LOW, STARTING, TOLERANCE, one_owner_for
from test_vrrp_v6 import GLOBAL, LINK_LOCAL, no_wait, own_address
from vrrp_alone import Wire, advert, checksum, packed

SELF, PEER, OTHER = ADDRESS["director1"], ADDRESS["client"], "192.168.1.51"
SELF6, PEER6 = "2001:db8::100", "2001:db8::50"


class Peer(Wire):
    """The client as a unicast peer: sends from any of its addresses to one address."""

    def to(self, message, target=SELF, source=PEER, ttl=255):
        self.tx.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        info = struct.pack("=i4s4s", 0, packed(source), b"\0" * 4)
        self.tx.sendmsg([message], [(socket.IPPROTO_IP, 8, info)], 0, (target, 0))  # IP_PKTINFO


@pytest.fixture
def peer(cluster):
    with Peer(cluster.client) as w:
        yield w


def add(vrrp, peers=(PEER,), name="VI_1", **fields):
    for p in peers:
        address, _, limits = p.partition(" ")
        limits = dict(zip(limits.split()[::2], limits.split()[1::2]))
        vrrp._row("add", "vrrp_peer %s %s" % (name, address), {"addr": address, **limits})
    vrrp.instance(name, **{"version": 3, "adver_int_cs": 10, **fields})
    vrrp.barrier()


def message(source=PEER, target=SELF, **fields):
    return advert(source=source, group=target, **fields)


def ip_header(frame):
    return {"ttl": frame[22], "source": socket.inet_ntoa(frame[26:30]),
            "target": socket.inet_ntoa(frame[30:34]), "body": frame[34:]}


def count_of(vrrp, field, peer=PEER, name="VI_1"):
    return vrrp.count(field, "vrrp_peer %s %s" % (name, peer))


# ---- sending ------------------------------------------------------------------

def test_to_each_peer(vrrp, peer):
    add(vrrp, (PEER, OTHER), unicast_ttl=64)
    vrrp.wait_state("master", 5)
    wait_for(lambda: len(peer.frames) >= 4, 3, "advertisements")
    seen = [ip_header(f) for f in peer.frames[:4]]
    assert {h["target"] for h in seen} == {PEER, OTHER}
    assert {h["source"] for h in seen} == {SELF}
    assert {h["ttl"] for h in seen} == {64}
    for h in seen:
        pseudo = packed(SELF) + packed(h["target"]) + struct.pack("!HH", 112, 12)
        assert checksum(pseudo + h["body"][:12]) == 0
    for p in (PEER, OTHER):
        wait_for(lambda: count_of(vrrp, "adverts_sent", p) >= 2, 3, "counted for " + p)


def test_one_peer_that_cannot_be_reached(vrrp, peer):
    """The others hear all the same, and it is said once."""
    # Through an interface the kernel would look for it on the link, where there is no route.
    add(vrrp, ("198.51.100.1", PEER), interface="", source_addr=SELF)
    vrrp.wait_state("master", 5)
    wait_for(lambda: len(peer.frames) >= 3, 3, "advertisements")
    wait_for(lambda: count_of(vrrp, "send_errors", "198.51.100.1") >= 3, 3, "errors of the peer")
    assert vrrp.log_text().count("cannot send advertisements to it") == 1
    assert "cannot send advertisements on" not in vrrp.log_text()
    wait_for(lambda: vrrp.count("adverts_sent") >= 3, 3, "counted")


def test_peers_change_while_it_runs(vrrp, peer):
    """A peer more, none at all (multicast), and back, without a transition."""
    add(vrrp, (PEER,))
    vrrp.wait_state("master", 5)
    transitions = vrrp.row()["transitions"]

    def hears(target):
        since = len(peer.frames)
        wait_for(lambda: target in [ip_header(f)["target"] for f in peer.frames[since:]], 3, target)

    hears(PEER)
    vrrp._row("add", "vrrp_peer VI_1 " + OTHER, {"addr": OTHER})
    hears(OTHER)
    vrrp.ask("del vrrp_peer VI_1 " + OTHER)
    vrrp.ask("del vrrp_peer VI_1 " + PEER)
    hears("224.0.0.18")
    vrrp._row("add", "vrrp_peer VI_1 " + PEER, {"addr": PEER})
    hears(PEER)
    assert vrrp.row()["transitions"] == transitions


def test_source_and_group(vrrp, peer):
    add(vrrp, (), source_addr="192.168.1.99", group_addr="224.0.0.199")
    vrrp.wait_state("master", 5)
    wait_for(lambda: peer.frames, 3, "an advertisement")
    header = ip_header(peer.frames[0])
    assert header["source"] == "192.168.1.99", "though the machine does not have it"
    assert header["target"] == "224.0.0.199" and header["ttl"] == 255
    assert peer.frames[0][:6].hex() == "01005e0000c7"
    assert vrrp.row()["primary_addr"] == "192.168.1.99"


# ---- receiving ----------------------------------------------------------------

def test_is_heard(vrrp, peer):
    add(vrrp, base_priority=100)
    vrrp.wait_state("master", 5)
    peer.to(message(priority=200), ttl=17)
    vrrp.wait_state("backup", 3)
    wait_for(lambda: count_of(vrrp, "adverts_received") == 1, 3, "counted")
    assert vrrp.row("vrrp_peer VI_1 " + PEER)["last_heard"] != "never"
    assert vrrp.row()["master_addr"] == PEER


@pytest.mark.parametrize("check, state", [("no", "backup"), ("yes", "master")])
def test_from_another(vrrp, peer, check, state):
    add(vrrp, (OTHER,), base_priority=100, check_unicast_src=check)
    vrrp.wait_state("master", 5)
    peer.to(message(priority=200))
    if state == "backup":
        vrrp.wait_state("backup", 3)
        return
    wait_for(lambda: vrrp.count("peer_errors") == 1, 3, "counted")
    assert vrrp.row()["state"] == "master"
    assert "its sender is no unicast peer" in vrrp.log_text()


def test_limits_of_ttl(vrrp, peer):
    add(vrrp, (PEER + " min_ttl 60 max_ttl 64",), base_priority=100, check_unicast_src="yes")
    vrrp.wait_state("master", 5)
    for n, ttl in enumerate((59, 65, 255), 1):
        peer.to(message(priority=200), ttl=ttl)
        wait_for(lambda: vrrp.count("ttl_errors") == n, 3, "TTL %d is refused" % ttl)
    assert vrrp.row()["state"] == "master"
    assert count_of(vrrp, "ttl_errors") == 3
    peer.to(message(priority=200), ttl=60)
    vrrp.wait_state("backup", 3)


def test_multicast_is_not_for_unicast_nor_the_reverse(vrrp, peer):
    add(vrrp, base_priority=100)
    add(vrrp, (), "VI_2", vrid=52, base_priority=100, addresses=("192.168.1.202",))
    vrrp.wait_state("master", 5)
    vrrp.wait_state("master", 5, "vrrp_instance VI_2")
    peer.send(advert(priority=200))
    wait_for(lambda: vrrp.count("peer_errors") == 1, 3, "multicast is counted")
    peer.to(message(vrid=52, priority=200, addresses=("192.168.1.202",)))
    wait_for(lambda: vrrp.count("peer_errors", "vrrp_instance VI_2") == 1, 3, "unicast is counted")
    assert vrrp.row()["state"] == vrrp.row("vrrp_instance VI_2")["state"] == "master"


def test_one_identifier_for_three(vrrp, peer):
    """Two unicast routers with other peers, and a multicast one, all with VRID 51 on eth0."""
    add(vrrp, (PEER,), base_priority=100)
    add(vrrp, (OTHER,), "VI_2", base_priority=100, addresses=("192.168.1.202",))
    add(vrrp, (), "VI_3", base_priority=100, addresses=("192.168.1.203",))
    for name in ("VI_1", "VI_2", "VI_3"):
        vrrp.wait_state("master", 5, "vrrp_instance " + name)
    peer.to(message(priority=200, source=OTHER, addresses=("192.168.1.202",)), source=OTHER)
    vrrp.wait_state("backup", 3, "vrrp_instance VI_2")
    assert vrrp.row()["state"] == vrrp.row("vrrp_instance VI_3")["state"] == "master"
    add(vrrp, (PEER,), "VI_4", base_priority=100, addresses=("192.168.1.204",))
    wait_for(lambda: "VI_4: interface eth0 cannot be used: another instance" in vrrp.log_text(), 3,
             "the same peer twice")


def test_old_checksum(vrrp, peer):
    """A peer that has the multicast group in its sum gets the same, unless it was forbidden."""
    add(vrrp, base_priority=100)
    vrrp.wait_state("master", 5)
    wait_for(lambda: peer.frames, 3, "an advertisement")

    def sums(body):
        return [checksum(packed(SELF) + packed(t) + struct.pack("!HH", 112, 12) + body[:12]) == 0
                for t in (PEER, "224.0.0.18")]

    assert sums(ip_header(peer.frames[-1])["body"]) == [True, False]
    peer.to(advert(priority=50))  # the sum is that of 224.0.0.18
    wait_for(lambda: count_of(vrrp, "adverts_received") == 1, 3, "it is taken")
    wait_for(lambda: sums(ip_header(peer.frames[-1])["body"]) == [False, True], 3, "the old sum")
    vrrp.set("vrrp_instance VI_1", old_unicast_checksum="never")
    vrrp.barrier()
    peer.to(advert(priority=50))
    wait_for(lambda: vrrp.count("checksum_errors") == 1, 3, "it is not taken")


def test_nobody_has_the_identifier(vrrp, peer):
    add(vrrp, ())
    vrrp.wait_state("master", 5)
    vrrp.ask("add network")
    peer.send(advert(vrid=77))
    wait_for(lambda: vrrp.count("vrid_errors") == 1, 3, "it is counted")
    assert "virtual router 77" not in vrrp.log_text()
    vrrp.ask("set network log_unknown_vrids yes")
    vrrp.barrier()
    peer.send(advert(vrid=78))
    wait_for(lambda: "%s advertises virtual router 78" % PEER in vrrp.log_text(), 3, "it is said")


PIDFD_GETFD = 438


def sockets_of(pid):
    """Copies of a process's sockets."""
    libc = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(pid)
    for number in os.listdir("/proc/%d/fd" % pid):
        if not os.readlink("/proc/%d/fd/%s" % (pid, number)).startswith("socket:"):
            continue
        fd = libc.syscall(PIDFD_GETFD, process, int(number), 0)
        assert fd >= 0, os.strerror(ctypes.get_errno())
        with socket.socket(fileno=fd) as s:
            yield s
    os.close(process)


def receive_buffers(pid):
    """Of its sockets for VRRP; the kernel doubles what it is asked for."""
    return [s.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) // 2 for s in sockets_of(pid)
            if s.type == socket.SOCK_RAW and s.proto == 112]


@pytest.mark.parametrize("policy, each", [
    ({}, None), ({"vrrp_rx_bufs_policy": "MTU", "vrrp_rx_bufs_multiplier": 7}, 10500),
    ({"vrrp_rx_bufs_policy": "ADVERT", "vrrp_rx_bufs_multiplier": 1000}, 52000),
    ({"vrrp_rx_bufs_policy": "size", "vrrp_rx_bufs_size": 300000}, 300000)],
    ids=["default", "MTU", "ADVERT", "bytes"])
def test_receive_buffer(vrrp, policy, each):
    """Two instances with one socket: as the policy says, and with a word of one's own."""
    vrrp._row("add", "network", policy)
    vrrp.address(VIP)
    add(vrrp, (), addresses=())
    vrrp.wait_state("master", 5)
    assert (each or 262144) in receive_buffers(vrrp.pid)
    add(vrrp, (), "VI_2", vrid=52, kernel_rx_buf_size=70000, addresses=("192.168.1.202",))
    vrrp.wait_state("master", 5, "vrrp_instance VI_2")
    assert (each or 0) + 70000 in receive_buffers(vrrp.pid)


# ---- what is waited for -------------------------------------------------------

def test_tracked_source(vrrp):
    space = vrrp.director.namespace
    add(vrrp, source_addr="192.168.1.99", track_src_ip="yes")
    wait_for(lambda: "its source address is not there" in vrrp.log_text(), 5, "what is missing")
    assert vrrp.row()["state"] == "fault"
    space.ip("addr add 192.168.1.99/24 dev eth0")
    vrrp.wait_state("master", 5)
    space.ip("addr del 192.168.1.99/24 dev eth0")
    vrrp.wait_state("fault", 5)


def test_no_peer(vrrp):
    add(vrrp, (), unicast_fault_no_peer="yes")
    vrrp.wait_state("fault", 5)
    assert "it has no unicast peer" in vrrp.log_text()
    vrrp._row("add", "vrrp_peer VI_1 " + PEER, {"addr": PEER})
    vrrp.wait_state("master", 5)


def test_without_an_interface(vrrp, peer):
    """It hears on all of them, and is not another's who is bound to one."""
    vrrp.address(VIP, dev="eth0")
    add(vrrp, interface="", source_addr=SELF, base_priority=100, addresses=())
    add(vrrp, (), "VI_2", base_priority=100, addresses=("192.168.1.202",))
    vrrp.wait_state("master", 5)
    vrrp.wait_state("master", 5, "vrrp_instance VI_2")
    wait_for(lambda: vrrp.director.owns(), 3, "the address is on eth0")
    peer.to(message(priority=200))
    vrrp.wait_state("backup", 3)
    peer.send(advert(priority=200, addresses=("192.168.1.202",)))
    vrrp.wait_state("backup", 3, "vrrp_instance VI_2")  # counters are told with it
    assert vrrp.count("peer_errors", "vrrp_instance VI_2") == 0
    assert vrrp.count("peer_errors") == 0


@needs("vrf")
def test_in_a_vrf(vrrp, peer):
    space = vrrp.director.namespace
    vrrp.address(VIP, dev="eth0")
    add(vrrp, interface="", vrf="blue", source_addr=SELF, base_priority=100, addresses=())
    wait_for(lambda: "there is no such interface" in vrrp.log_text(), 5, "what is missing")
    space.ip("link add blue type vrf table 10", "link set blue up", "link set eth0 master blue")
    vrrp.wait_state("master", 5)
    wait_for(lambda: peer.frames, 3, "advertisements")
    peer.to(message(priority=200))
    vrrp.wait_state("backup", 3)


# ---- keepalived ---------------------------------------------------------------

CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version %(version)d
	priority %(priority)d
	advert_int %(interval)g
	%(authentication)s
	unicast_src_ip %(own)s
	check_unicast_src
	unicast_peer {
		%(other)s
	}
	virtual_ipaddress {
		%(addresses)s
	}
}
"""


class Unicast:
    def __init__(self, six, version, interval, auth_type=None):
        self.six, self.version, self.interval = six, version, interval
        self.authentication = AUTHENTICATION % auth_type if auth_type else ""
        self.owned = GLOBAL if six else VIP

    def address(self, director):
        if self.six:
            return "2001:db8::" + ADDRESS[director.name].rsplit(".", 1)[1]
        return ADDRESS[director.name]

    def down(self, priority):
        skew = (256 - priority) / 256 * (1 if self.version == 2 else self.interval)
        return 3 * self.interval + skew

    def prepare(self, director):
        if self.six:
            no_wait(director.namespace, own_address(director.name))
            director.namespace.ip("addr add %s/64 dev eth0 nodad" % self.address(director))

    def start(self, kind, director, other, priority):
        text = CONFIG % {
            "version": self.version, "priority": priority, "interval": self.interval,
            "own": self.address(director), "other": self.address(other),
            "authentication": self.authentication,
            "addresses": "%s\n\t\t%s" % (LINK_LOCAL, GLOBAL) if self.six else VIP}
        return director.manager(kind, text).start()


HALVARD_HIGH, HALVARD_LOW = ("halvard", "keepalived"), ("keepalived", "halvard")


@pytest.mark.parametrize("protocol, kinds", [
    pytest.param(Unicast(False, 2, 1, "PASS"), HALVARD_HIGH, id="v2-PASS-halvard-high"),
    pytest.param(Unicast(False, 2, 1), HALVARD_LOW, id="v2-halvard-low"),
    pytest.param(Unicast(False, 2, 1, "AH"), HALVARD_HIGH, id="v2-AH-halvard-high"),
    pytest.param(Unicast(False, 2, 1, "AH"), HALVARD_LOW, id="v2-AH-halvard-low"),
    pytest.param(Unicast(False, 3, 0.2), HALVARD_HIGH, id="v3-halvard-high"),
    pytest.param(Unicast(False, 3, 0.2), HALVARD_LOW, id="v3-halvard-low"),
    pytest.param(Unicast(True, 3, 0.2), HALVARD_HIGH, id="v3-ipv6-halvard-high"),
    pytest.param(Unicast(True, 3, 0.2), HALVARD_LOW, id="v3-ipv6-halvard-low")])
def test_with_keepalived(cluster, protocol, kinds):
    """With an authentication header the TTL is not part of what is authenticated, unlike multicast."""
    high, low = cluster.directors
    for director in cluster.directors:
        protocol.prepare(director)
    with cluster.watch(protocol.owned) as watch:
        first = protocol.start(kinds[0], high, low, HIGH)
        protocol.start(kinds[1], low, high, LOW)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING, protocol.owned)
        one_owner_for(cluster, watch, high, protocol.interval)
        first.stop()
        cluster.wait_owner(low, 1 + 2 * TOLERANCE, protocol.owned)
        protocol.start(kinds[0], high, low, HIGH)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING, protocol.owned)
        one_owner_for(cluster, watch, high, protocol.interval)
        assert watch.longest_with_two_owners() < TOLERANCE, watch.events


def test_successor_goes_on(vrrp, peer):
    add(vrrp, adver_int_cs=50)
    vrrp.wait_state("master", 6)
    vrrp.barrier()
    wait_for(lambda: peer.frames, 3, "advertisements")
    os.kill(vrrp.pid, signal.SIGSTOP)
    settle(0.3)
    vrrp.ask("respawn")
    wait_for(lambda: vrrp.row()["reason"] == "resumed", 5, "resumed")
    since = time.monotonic()
    wait_for(lambda: peer.adverts(SELF, since), 3, "it goes on")
