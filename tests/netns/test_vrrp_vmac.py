"""Virtual MAC addresses: what is on the wire, who answers for an address, what is left behind, and
Debian's keepalived with use_vmac as the other half in both roles, over IPv4 and IPv6.

All frames that reach the client's interface are looked at, since what counts is where a switch
and the neighbours believe the virtual MAC address to be.
"""
import os
import re
import select
import socket
import struct
import threading
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from test_vrrp_interop import HIGH, LOW, STARTING, TOLERANCE, Protocol, one_owner_for
from test_vrrp_v6 import GLOBAL, LINK_LOCAL, no_wait, own_address
from vrrp_alone import Alone

BASE_MAC = {name: "02:00:" + ":".join("%02x" % int(n) for n in ADDRESS[name].split("."))
            for name in ("client", "director1", "director2")}
CLIENT6 = "2001:db8::50"


class Kind:
    """One of the two families."""

    def __init__(self, six):
        self.six = six
        self.vmac = "00:00:5e:00:%02x:33" % (2 if six else 1)
        self.vip = GLOBAL if six else VIP
        self.addresses = (LINK_LOCAL, GLOBAL + "/64") if six else (VIP + "/24",)
        self.family = socket.AF_INET6 if six else socket.AF_INET

    def fields(self, **more):
        return {"family": "ipv6" if self.six else "ipv4", "version": 3, "adver_int_cs": 10,
                "use_vmac": "yes", "vmac_interface": "vrrp.51", **more}


V4, V6 = Kind(False), Kind(True)
both = pytest.mark.parametrize("kind", [V4, V6], ids=["ipv4", "ipv6"])


def mac(octets):
    return ":".join("%02x" % b for b in octets)


class Frame:
    def __init__(self, when, data):
        self.when = when
        self.data = data
        self.to, self.sender = mac(data[:6]), mac(data[6:12])
        self.kind = self._kind(data[12:14], data[14:])

    def _kind(self, ether, body):
        if ether == b"\x08\x06":
            self.ip_from, self.ip_to = socket.inet_ntoa(body[14:18]), socket.inet_ntoa(body[24:28])
            self.mac_in = mac(body[8:14])
            return "reply" if body[7] == 2 else "announcement" if self.ip_from == self.ip_to else "request"
        if ether == b"\x08\x00":
            return {112: "advert", 51: "authenticated", 2: "igmp", 1: "echo"}.get(body[9], "ip")
        if ether != b"\x86\xdd":
            return "other"
        if body[6] == 112:
            return "advert"
        at = 48 if body[6] == 0 else 40
        if body[6] not in (0, 58):
            return "ip"
        if body[at] in (135, 136):
            self.ip_from = socket.inet_ntop(socket.AF_INET6, body[at + 8:at + 24])
        if body[at] == 136:
            self.flags = body[at + 4]
            return "reply" if self.flags & 0x40 else "announcement"
        return {135: "request", 133: "router solicitation", 143: "mld", 131: "mld", 132: "mld",
                129: "echo"}.get(body[at], "icmp")

    def __repr__(self):
        return "%s %s > %s" % (self.kind, self.sender, self.to)


class Frames:
    """All frames that come in at eth0 of a namespace, in a thread."""

    def __init__(self, namespace):
        self.heard = []
        self.socket = namespace.call(self._open)
        self._stop = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @staticmethod
    def _open():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind(("eth0", 3))
        s.setsockopt(263, 1, struct.pack("=iHH8s", socket.if_nametoindex("eth0"), 1, 0, b""))  # promiscuous
        return s

    def _listen(self):
        while not self._stop:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            data, where = self.socket.recvfrom(2048)
            if where[2] != socket.PACKET_OUTGOING:
                self.heard.append(Frame(time.monotonic(), data))

    def of(self, kind, sender=None, since=0.0):
        return [f for f in self.heard
                if f.kind == kind and sender in (None, f.sender) and f.when >= since]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stop = True
        self._thread.join()
        self.socket.close()


@pytest.fixture
def frames(cluster):
    with Frames(cluster.client) as f:
        yield f


@pytest.fixture
def client(cluster):
    """With an IPv6 address, and no memory of its neighbours."""
    cluster.client.ip("addr replace %s/64 dev eth0 nodad" % CLIENT6, "neigh flush dev eth0")
    yield cluster.client
    cluster.client.ip("addr del %s/64 dev eth0" % CLIENT6)


@pytest.fixture
def vrrp(cluster):
    """The process alone."""
    director = cluster.directors[0]
    no_wait(director.namespace, own_address("director1"))
    director.namespace.ip("addr add 2001:db8::100/64 dev eth0 nodad")
    program = Alone(director.namespace, director.path("vrrp")).start()
    director.programs.append(program)
    program.director = director
    return program


def add(vrrp, kind, name="VI_1", addresses=None, **fields):
    vrrp.instance(name, addresses=addresses or kind.addresses, **kind.fields(**fields))
    vrrp.barrier()


def links(space):
    """{"vrrp.51": (ifindex, mac, base, everything)} of all macvlans."""
    found = {}
    for line in space.run(["ip", "-d", "-o", "link", "show", "type", "macvlan"]).stdout.splitlines():
        m = re.match(r"(\d+): ([^@]+)@([^:]+): .*link/ether (\S+)", line)
        found[m[2]] = (int(m[1]), m[4], m[3], line)
    return found


def carries(space, device):
    """Addresses on a device."""
    out = space.run(["ip", "-o", "addr", "show", "dev", device], check=False).stdout
    return [line.split()[3] for line in out.splitlines() if "inet" in line]


def setting(space, name):
    def read():
        with open("/proc/sys/net/" + name) as f:
            return f.read().strip()

    return space.call(read)


def neighbour(space, address):
    """What the kernel knows of a neighbour: its MAC address, or None."""
    out = space.run(["ip", "neigh", "show", address, "dev", "eth0"]).stdout
    m = re.search(r"lladdr (\S+)", out)
    return m[1] if m else None


class Echo:
    """ICMP from a namespace; there is no ping where the tests run."""

    def __init__(self, namespace, kind):
        protocol = socket.getprotobyname("ipv6-icmp") if kind.six else socket.IPPROTO_ICMP
        self.socket = namespace.call(socket.socket, kind.family, socket.SOCK_RAW, protocol)
        self.socket.settimeout(0.2)
        self.kind = kind
        self.number = 0

    def answered(self):
        """Whether one request has an answer."""
        self.number += 1
        body = struct.pack("!BBHHH", 128 if self.kind.six else 8, 0, 0, os.getpid() & 0xffff, self.number)
        if not self.kind.six:
            total = sum(struct.unpack("!4H", body))
            body = body[:2] + struct.pack("!H", ~((total & 0xffff) + (total >> 16)) & 0xffff) + body[4:]
        try:
            self.socket.sendto(body, (self.kind.vip, 0))
            end = time.monotonic() + 0.3
            while time.monotonic() < end:
                data = self.socket.recv(200)
                data = data if self.kind.six else data[20:]
                if data[0] in (0, 129) and data[6:8] == body[6:8]:
                    return True
        except OSError:
            pass
        return False

    def close(self):
        self.socket.close()


@pytest.fixture
def echo(client):
    made = []

    def make(kind):
        made.append(Echo(client, kind))
        return made[-1]

    yield make
    for e in made:
        e.close()


# ---- on the wire ------------------------------------------------------------------

@both
def test_advertises_and_announces_from_it(vrrp, frames, kind):
    """T4, T10: nothing comes from the virtual MAC address before its first advertisement."""
    add(vrrp, kind)
    vrrp.wait_state("master", 5)
    wait_for(lambda: len(frames.of("announcement", kind.vmac)) >= 5, 3, "announcements")
    wait_for(lambda: len(frames.of("advert", kind.vmac)) >= 3, 3, "advertisements")
    own = [f for f in frames.heard if f.sender == kind.vmac]
    assert own[0].kind == "advert", own[:3]
    assert not frames.of("advert", BASE_MAC["director1"])
    for f in frames.of("announcement"):
        assert f.sender == kind.vmac
        assert kind.six or f.mac_in == kind.vmac
        assert not kind.six or (f.flags & 0xe0 == 0xa0 and mac(f.data[-6:]) == kind.vmac)
    assert {f.to for f in frames.of("advert")} == {"33:33:00:00:00:12" if kind.six else "01:00:5e:00:00:12"}
    assert set(a.split("/")[0] for a in carries(vrrp.director.namespace, "vrrp.51")) == \
        {a.split("/")[0] for a in kind.addresses}
    assert kind.vip not in str(carries(vrrp.director.namespace, "eth0"))


@both
def test_advertises_from_the_interface_below(vrrp, frames, kind):
    add(vrrp, kind, vmac_xmit_base="yes")
    vrrp.wait_state("master", 5)
    wait_for(lambda: len(frames.of("announcement", kind.vmac)) >= 5, 3, "announcements")
    assert len(frames.of("advert", BASE_MAC["director1"])) >= 1
    assert not frames.of("advert", kind.vmac)


def test_authenticated_advertisements_come_from_it_too(vrrp, frames):
    add(vrrp, V4, version=2, adver_int_cs=100, auth_type="AH", auth_pass="1234", initial_state="master",
        base_priority=255)
    vrrp.wait_state("master", 5)
    wait_for(lambda: frames.of("authenticated", V4.vmac), 3, "an advertisement")
    assert not frames.of("authenticated", BASE_MAC["director1"])


@both
def test_answers_with_it_and_never_with_another(vrrp, client, frames, echo, kind):
    """A1. What the director asks for in order to answer does not name the address with its own
    MAC address either."""
    space = vrrp.director.namespace
    add(vrrp, kind)
    vrrp.wait_state("master", 5)
    ping = echo(kind)
    for round_ in range(2):
        client.ip("neigh flush dev eth0")
        space.ip("neigh flush dev eth0")  # it has to ask for the client's
        assert wait_for(ping.answered, 3, "an answer")
        assert neighbour(client, kind.vip) == kind.vmac
    replies = [f for f in frames.of("reply") if f.ip_from == kind.vip]
    assert replies and {f.sender for f in replies} == {kind.vmac}
    asked = frames.of("request", BASE_MAC["director1"])
    if kind.six:
        assert all(mac(f.data[-6:]) == BASE_MAC["director1"] for f in asked)
        assert all(f.flags & 0x80 for f in replies), "router"
    else:
        assert asked, "the director asked for the client"
        assert {f.ip_from for f in asked} == {ADDRESS["director1"]}
        # The interface below is asked for its own address, and both are not mixed up.
        client.ip("neigh flush dev eth0")
        client.call(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", (ADDRESS["director1"], 9)))
        wait_for(lambda: neighbour(client, ADDRESS["director1"]), 3, "an answer")
        assert neighbour(client, ADDRESS["director1"]) == BASE_MAC["director1"]
        settle(0.1)
        own = [f for f in frames.of("reply") if f.ip_from == ADDRESS["director1"]]
        assert {f.sender for f in own} == {BASE_MAC["director1"]}


@pytest.mark.parametrize("all_filters", [0, 1], ids=["rp_filter-0", "rp_filter-1"])
def test_reverse_path_filter_lets_clients_in(vrrp, client, echo, all_filters):
    space = vrrp.director.namespace
    space.sysctl("net.ipv4.conf.all.rp_filter", all_filters)
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    assert wait_for(echo(V4).answered, 3, "an answer")
    assert setting(space, "ipv4/conf/all/rp_filter") == str(all_filters)


class Port:
    """The bridge's end of director1's cable: what it gets, whatever the bridge has learned."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind(("v-director1", 3))
        self.socket.setblocking(False)

    def sent(self):
        """Frames from the director since the last call."""
        found = []
        while select.select([self.socket], [], [], 0)[0]:
            data, where = self.socket.recvfrom(2048)
            if where[2] != socket.PACKET_OUTGOING:
                found.append(Frame(0, data))
        return found

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def forwards(port, marker):
    """Whether the director forwards a packet to the virtual MAC address, from and to the client."""
    octets = [bytes.fromhex(m.replace(":", "")) for m in (V4.vmac, BASE_MAC["client"])]
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(marker), 1, 0, 9, 17, 0,
                     socket.inet_aton("192.168.1.50"), socket.inet_aton("192.168.1.55"))
    total = sum(struct.unpack("!10H", ip))
    ip = ip[:10] + struct.pack("!H", ~((total & 0xffff) + (total >> 16)) & 0xffff) + ip[12:]
    udp = struct.pack("!HHHH", 9, 9, 8 + len(marker), 0) + marker
    port.sent()
    port.socket.send(octets[0] + octets[1] + b"\x08\x00" + ip + udp)

    def came_back():
        return any(marker in f.data and f.kind == "ip" for f in port.sent())

    try:
        return wait_for(came_back, 0.5, "it comes back")
    except AssertionError:
        return False


def test_only_a_master_forwards(vrrp, cluster):
    """A2, B1: packets to the virtual MAC address are for the master to forward."""
    space = vrrp.director.namespace
    space.sysctl("net.ipv4.ip_forward", 1)
    space.ip("neigh replace 192.168.1.55 lladdr %s dev eth0" % BASE_MAC["client"])
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    with Port() as port:
        assert wait_for(lambda: forwards(port, b"as master"), 3, "forwarding")
        other = cluster.directors[1]
        stronger = Alone(other.namespace, other.path("vrrp")).start()
        other.programs.append(stronger)
        stronger.instance(addresses=V4.addresses, **V4.fields(base_priority=200))
        vrrp.wait_state("backup", 5)
        vrrp.barrier()
        assert not forwards(port, b"as backup")
        stronger.stop()
        vrrp.wait_state("master", 5)
        assert wait_for(lambda: forwards(port, b"again"), 3, "forwarding")


@both
def test_backup_is_silent(vrrp, frames, cluster, kind):
    """B1: a switch must not learn the virtual MAC address from a backup, neither from IGMP or MLD
    nor from the search for routers."""
    other = cluster.directors[1]
    no_wait(other.namespace, own_address("director2"))
    first = Alone(other.namespace, other.path("vrrp")).start()
    other.programs.append(first)
    first.instance(addresses=kind.addresses, **kind.fields(base_priority=200))
    first.wait_state("master", 5)
    first.barrier()
    with Port() as port:
        add(vrrp, kind)
        vrrp.wait_state("backup", 5)
        wait_for(lambda: vrrp.count("adverts_received") >= 15, 5, "advertisements")
        sent = port.sent()
    assert not [f for f in sent if f.sender == kind.vmac]
    assert vrrp.row()["state"] == "backup"
    assert vrrp.row()["master_addr"] == (own_address("director2") if kind.six else ADDRESS["director2"])


# ---- what is made and what is left ----------------------------------------------------

@both
def test_nothing_is_left(vrrp, kind):
    space = vrrp.director.namespace
    names = ["ipv4/conf/eth0/" + n for n in ("arp_ignore", "arp_announce", "rp_filter", "arp_filter")]
    before = [setting(space, n) for n in names]
    add(vrrp, kind)
    add(vrrp, kind, "VI_2", vrid=52, vmac_interface="vrrp.52",
        addresses=("fe80::201",) if kind.six else ("192.168.1.201",))
    vrrp.wait_state("master", 5)
    assert set(links(space)) == {"vrrp.51", "vrrp.52"}
    changed = [setting(space, n) for n in names]
    assert changed == (before if kind.six else ["1", "2", *before[2:]])
    vrrp.ask("del vrrp_instance VI_2")
    vrrp.barrier()
    wait_for(lambda: set(links(space)) == {"vrrp.51"}, 3, "one macvlan is gone")
    assert [setting(space, n) for n in names] == changed
    assert vrrp.row()["state"] == "master"
    vrrp.stop()
    assert not links(space)
    assert [setting(space, n) for n in names] == before


def test_many_are_removed_in_time(vrrp):
    """One after the other they would take longer than the process has for its end."""
    space = vrrp.director.namespace
    for n in range(1, 161):
        vrrp.instance("I%d" % n, addresses=("10.7.0.%d" % n,),
                      **V4.fields(vrid=n, vmac_interface="vrrp.%d" % n, adver_int_cs=100))
    vrrp.barrier()
    wait_for(lambda: len(links(space)) == 160, 20, "all of them")
    vrrp.stop()
    assert not links(space)
    assert setting(space, "ipv4/conf/eth0/arp_ignore") == "0"


def test_settings_that_are_there_stay(vrrp):
    """What an administrator has set, before or meanwhile, is not ours."""
    space = vrrp.director.namespace
    space.sysctl("net.ipv4.conf.eth0.arp_ignore", 2)
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    assert setting(space, "ipv4/conf/eth0/arp_ignore") == "2"
    assert setting(space, "ipv4/conf/eth0/arp_announce") == "2"
    space.sysctl("net.ipv4.conf.eth0.arp_announce", 1)
    vrrp.stop()
    assert setting(space, "ipv4/conf/eth0/arp_ignore") == "2"
    assert setting(space, "ipv4/conf/eth0/arp_announce") == "1"


@both
def test_killed_process_is_replaced_without_a_transition(vrrp, frames, kind):
    space = vrrp.director.namespace
    add(vrrp, kind)
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    made, before = links(space)["vrrp.51"][:3], vrrp.row()
    since = time.monotonic()
    vrrp.ask("respawn")
    vrrp.barrier()
    wait_for(lambda: vrrp.row()["reason"] == "resumed", 5, "resumed")
    assert links(space)["vrrp.51"][:3] == made
    assert vrrp.row()["transitions"] == before["transitions"]
    wait_for(lambda: len(frames.of("advert", kind.vmac, since)) > 5, 3, "advertisements")
    assert {f.sender for f in frames.of("advert")} == {kind.vmac}
    vrrp.stop()
    assert not links(space)
    assert setting(space, "ipv4/conf/eth0/arp_ignore") == "0", "known to the successor"
    assert setting(space, "ipv4/conf/eth0/arp_announce") == "0"


def test_stop_and_keep(vrrp):
    space = vrrp.director.namespace
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    made = links(space)["vrrp.51"][:3]
    vrrp.stop("keep")
    assert links(space)["vrrp.51"][:3] == made
    assert carries(space, "vrrp.51") == [VIP + "/24"]


def test_left_by_a_dead_one_is_removed(vrrp):
    """When the configuration does not want it any more."""
    space = vrrp.director.namespace
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    vrrp.kill_all()
    assert "vrrp.51" in links(space)
    second = Alone(space, vrrp.director.path("second")).start()
    vrrp.director.programs.append(second)
    add(second, V4, use_vmac="no", vmac_interface="")
    wait_for(lambda: not links(space), 3, "it is removed")
    wait_for(lambda: setting(space, "ipv4/conf/eth0/arp_ignore") == "0", 3, "the setting")
    second.wait_state("master", 5)
    second.barrier()
    assert VIP + "/24" in carries(space, "eth0")


def test_configuration_gives_it_up_and_takes_it(vrrp):
    space = vrrp.director.namespace
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    vrrp.set("vrrp_instance VI_1", use_vmac="no", vmac_interface="")
    vrrp.barrier()
    wait_for(lambda: not links(space), 3, "it is removed")
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    assert VIP + "/24" in carries(space, "eth0")
    vrrp.set("vrrp_instance VI_1", use_vmac="yes", vmac_interface="mac0", virtual_mac="02:00:00:00:00:09",
             vmac_group=7)
    vrrp.barrier()
    vrrp.wait_state("backup", 5)
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    assert links(space)["mac0"][1] == "02:00:00:00:00:09"
    assert " group 7 " in links(space)["mac0"][3]
    assert carries(space, "mac0") == [VIP + "/24"]
    assert VIP not in str(carries(space, "eth0"))


def test_another_interface_below_gives_the_first_its_settings_back(vrrp):
    space = vrrp.director.namespace
    space.ip("link add x0 type veth peer name x1", "link set x1 up", "link set x0 up",
             "addr add 10.1.1.1/24 dev x0")
    try:
        add(vrrp, V4)
        vrrp.wait_state("master", 5)
        assert setting(space, "ipv4/conf/eth0/arp_ignore") == "1"
        vrrp.set("vrrp_instance VI_1", interface="x0")
        wait_for(lambda: links(space).get("vrrp.51", (0, 0, 0))[2] == "x0", 5, "it is on the other one")
        vrrp.wait_state("master", 5)
        assert setting(space, "ipv4/conf/x0/arp_ignore") == "1"
        assert setting(space, "ipv4/conf/eth0/arp_ignore") == "0"
        assert setting(space, "ipv4/conf/eth0/arp_announce") == "0"
        vrrp.stop()
        assert setting(space, "ipv4/conf/x0/arp_ignore") == "0"
    finally:
        space.ip("link del x0")


def test_one_that_comes_to_a_master_forwards(vrrp):
    """That of an address which a reload brings."""
    space = vrrp.director.namespace
    space.ip("link add x0 type veth peer name x1", "link set x1 up", "link set x0 up")
    try:
        space.sysctl("net.ipv4.conf.x0.forwarding", 1)
        add(vrrp, V4)
        vrrp.wait_state("master", 5)
        vrrp.address("10.1.1.200", dev="x0", vmac_interface="vrrp1.51", excluded="yes")
        wait_for(lambda: carries(space, "vrrp1.51"), 3, "its address")
        wait_for(lambda: setting(space, "ipv4/conf/vrrp1.51/forwarding") == "1", 2, "it forwards")
    finally:
        space.ip("link del x0")


def test_one_that_cannot_be_set_up_is_removed_when_nobody_wants_it(vrrp):
    """The interface below has one with that MAC address already. Nor do settings stay."""
    space = vrrp.director.namespace
    space.ip("link add theirs link eth0 address %s type macvlan mode bridge" % V4.vmac, "link set theirs up")
    add(vrrp, V4)
    wait_for(lambda: "setting it up: Address already in use" in vrrp.log_text(), 3, "it is said")
    assert set(links(space)) == {"theirs", "vrrp.51"}
    assert setting(space, "ipv4/conf/eth0/arp_ignore") == "1"
    vrrp.set("vrrp_instance VI_1", use_vmac="no", vmac_interface="")
    vrrp.barrier()
    wait_for(lambda: set(links(space)) == {"theirs"}, 3, "it is removed")
    wait_for(lambda: setting(space, "ipv4/conf/eth0/arp_ignore") == "0", 1, "the setting")
    space.ip("link del theirs")


@pytest.mark.parametrize("what", ["type bridge", "link eth0 type macvlan mode bridge"], ids=["bridge", "macvlan"])
def test_that_of_somebody_else_is_left_alone(vrrp, what):
    space = vrrp.director.namespace
    space.ip("link add name vrrp.51 address 00:00:5e:00:01:33 " + what, "link set vrrp.51 up")
    before = space.run(["ip", "link", "show", "vrrp.51"]).stdout
    add(vrrp, V4)
    wait_for(lambda: "was not made by this Halvard" in vrrp.log_text(), 3, "it is said")
    settle(0.3)
    assert space.run(["ip", "link", "show", "vrrp.51"]).stdout == before
    assert not carries(space, "vrrp.51") or VIP not in str(carries(space, "vrrp.51"))
    assert vrrp.row()["state"] == "fault"
    assert vrrp.log_text().count("was not made by this Halvard") == 1
    space.ip("link del vrrp.51")
    vrrp.wait_state("master", 5)
    assert links(space)["vrrp.51"][1] == V4.vmac
    vrrp.stop()
    assert not links(space)


def test_somebody_takes_it_away(vrrp):
    space = vrrp.director.namespace
    add(vrrp, V4)
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    for damage in ("link del vrrp.51", "link set vrrp.51 down", "link set vrrp.51 address 02:00:00:00:00:07"):
        before = vrrp.count("become_master")
        space.ip(damage)
        wait_for(lambda: vrrp.count("become_master") > before, 5, "master again after " + damage)
        vrrp.barrier()
        assert links(space)["vrrp.51"][1] == V4.vmac
        assert carries(space, "vrrp.51") == [VIP + "/24"]


@both
def test_interface_below_goes_and_comes_back(vrrp, kind):
    space = vrrp.director.namespace
    own = "addr add fe80::9/64 dev x0 nodad" if kind.six else "addr add 10.1.1.1/24 dev x0"

    def arrive():
        space.ip("link add x0 type veth peer name x1", "link set x1 up", "link set x0 up", own)

    add(vrrp, kind, interface="x0")
    assert vrrp.row()["state"] == "fault"
    arrive()
    try:
        vrrp.wait_state("master", 5)
        vrrp.barrier()
        assert links(space)["vrrp.51"][2] == "x0"
        space.ip("link set x0 name x9")
        vrrp.wait_state("fault", 3)
        vrrp.barrier()
        assert kind.vip not in str(carries(space, "vrrp.51")), "not held in fault"
        space.ip("link set x9 name x0")
        vrrp.wait_state("master", 5)
        space.ip("link set x0 down")
        vrrp.wait_state("fault", 3)
        vrrp.barrier()
        assert kind.vip not in str(carries(space, "vrrp.51"))
        space.ip("link set x0 up", *[own] * kind.six)
        vrrp.wait_state("master", 5)
        space.ip("link del x0")
        vrrp.wait_state("fault", 3)
        assert not links(space)
        arrive()
        vrrp.wait_state("master", 5)
        vrrp.barrier()
        assert links(space)["vrrp.51"][1:3] == (kind.vmac, "x0")
        assert kind.vip in str(carries(space, "vrrp.51"))
    finally:
        space.ip("link del x0")


# ---- addresses elsewhere ----------------------------------------------------------------

def test_address_on_another_interface_and_of_the_other_family(vrrp):
    """use_vmac of an address, and use_vmac_addr."""
    space = vrrp.director.namespace
    space.ip("link add x0 type veth peer name x1", "link set x1 up", "link set x0 up",
             "addr add 10.1.1.1/24 dev x0")
    try:
        vrrp.address("10.1.1.200", dev="x0", vmac_interface="vrrp1.51", excluded="yes")
        vrrp.address("2001:db8::201", vmac_interface="vrrp6.51", excluded="yes")
        vrrp.address("2001:db8::202", excluded="yes")
        add(vrrp, V4)
        vrrp.wait_state("master", 5)
        wait_for(lambda: carries(space, "vrrp1.51") and carries(space, "vrrp6.51"), 3, "addresses")
        assert links(space)["vrrp1.51"][1:3] == (V4.vmac, "x0")
        assert links(space)["vrrp6.51"][1:3] == (V6.vmac, "eth0")
        assert carries(space, "vrrp1.51") == ["10.1.1.200/32"]
        assert carries(space, "vrrp6.51") == ["2001:db8::201/128"]
        assert "2001:db8::202/128" in carries(space, "eth0")
        assert setting(space, "ipv4/conf/x0/arp_ignore") == "1"
        vrrp.stop()
        assert not links(space)
        assert setting(space, "ipv4/conf/x0/arp_ignore") == "0"
    finally:
        space.ip("link del x0")


# ---- beside keepalived ---------------------------------------------------------------------

class WithVmac(Protocol):
    def __init__(self, kind):
        super().__init__(3, 0.2)
        self.kind = kind

    def config(self, priority, nopreempt):
        text = super().config(priority, nopreempt)
        text = text.replace("priority", "use_vmac\n\tpriority")
        return text.replace(VIP, "\n".join(self.kind.addresses))


@both
@pytest.mark.parametrize("kinds", [("halvard", "keepalived"), ("keepalived", "halvard")],
                         ids=["halvard-high", "halvard-low"])
def test_takeover_beside_keepalived(cluster, client, frames, echo, kind, kinds):
    """Both ways; the client keeps what it knows of the neighbour and is answered all the time."""
    protocol = WithVmac(kind)
    high, low = cluster.directors
    for d in (high, low):
        no_wait(d.namespace, own_address(d.name))
        d.namespace.ip("addr add 2001:db8::%s/64 dev eth0 nodad" % ADDRESS[d.name].split(".")[-1])
    # Keepalived asks for the client with the virtual address and its own MAC address.
    cluster.directors[kinds.index("keepalived")].namespace.sysctl("net.ipv4.conf.eth0.arp_announce", 2)
    ping = echo(kind)
    with cluster.watch(kind.vip) as watch:
        protocol.start(kinds[1], low, LOW)
        cluster.wait_owner(low, protocol.down(LOW) + STARTING, kind.vip)
        assert wait_for(ping.answered, 3, "an answer")
        assert neighbour(client, kind.vip) == kind.vmac
        since = time.monotonic()
        first = protocol.start(kinds[0], high, HIGH)
        cluster.wait_owner(high, protocol.down(HIGH) + STARTING, kind.vip)
        one_owner_for(cluster, watch, high, protocol.down(LOW) + protocol.interval)
        assert wait_for(ping.answered, 3, "an answer from the other")
        assert neighbour(client, kind.vip) == kind.vmac
        first.stop()
        cluster.wait_owner(low, protocol.down(LOW), kind.vip)
        one_owner_for(cluster, watch, low, protocol.interval)
        assert wait_for(ping.answered, 3, "an answer from the first")
        assert neighbour(client, kind.vip) == kind.vmac
        assert watch.longest_with_two_owners() < TOLERANCE, watch.events
    assert {f.sender for f in frames.of("advert", since=since)} == {kind.vmac}
    assert not links(high.namespace)


GROUP = """
global_defs {
	iproute_etc_dir %s
}
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	use_vmac mac0 group uplinks
	virtual_ipaddress {
		%s
	}
}
"""


def test_group_by_its_name(cluster, tmp_path):
    """As the administrator's file has it."""
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    (tmp_path / "group").write_text("# groups of links\n7 others\n0x4711\tuplinks\n")
    director.halvard(GROUP % (tmp_path, VIP)).start()
    wait_for(lambda: "mac0" in links(director.namespace), 5, "the macvlan")
    group = director.namespace.run(["ip", "link", "show", "group", str(0x4711)], check=False).stdout
    assert " mac0@" in group, group
