"""One VRRP program under examination: two namespaces on a veth pair, every virtual router of the
examination in one start of the program, an ear and a hand at the other end of the wire.

What counts as the program's state is the kernel's: its addresses, and the frames that arrive.
"""
import json
import os
import re
import select
import socket
import struct
import threading
import time

from lab import daemons
from lab.space import Namespace, ip_batch, wait_for
from lab.watch import IFA_LOCAL, RTM_DELADDR, RTM_NEWADDR
from vrrp_alone import Wire
import vrrp_frames as frames

MAC = "02:00:00:00:00:10"  # of eth0
OWN = {4: "192.0.2.10", 6: "fe80::10"}
LESSER = {4: "192.0.2.2", 6: "fe80::2"}
GREATER = {4: "192.0.2.20", 6: "fe80::20"}
# Somebody whose packets are forwarded, and to whom: behind eth1.
CLIENT = {4: "192.0.2.77", 6: "2001:db8:aa::77"}
BEYOND = {4: "198.51.100.77", 6: "2001:db8:bb::77"}
RIVAL_MAC = "02:00:00:00:00:02"
SLACK = {"halvard": 0.15, "keepalived": 0.8}  # seconds that a program may be late on a busy machine
RTMGRP_ADDRESSES = 0x10 | 0x100
IFA_ADDRESS = 1


def _address_messages(data):
    """(added, interface index, address) for each message of one datagram."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if kind in (RTM_NEWADDR, RTM_DELADDR):
            index, = struct.unpack_from("=I", data, at + 20)
            attr, found = at + 24, {}
            while attr + 4 <= at + length:
                size, name = struct.unpack_from("=HH", data, attr)
                found[name] = data[attr + 4:attr + size]
                attr += (size + 3) & ~3
            value = found.get(IFA_LOCAL) or found[IFA_ADDRESS]
            yield kind == RTM_NEWADDR, index, socket.inet_ntop(
                socket.AF_INET if len(value) == 4 else socket.AF_INET6, value)
        at += (length + 3) & ~3


class Ear:
    """Hears all frames at the peer's eth0 and all changes of the subject's addresses.

    Both are read by one thread, the addresses first: an address that is announced and was not
    told by then is not in the kernel.
    """

    def __init__(self, subject, peer):
        self.by_vrid, self.by_address, self.others = {}, {}, []
        self.owned = set()
        self.events = {}  # address: [(time, added)]
        self.netlink = subject.call(self._open_netlink)
        self.packets = peer.call(self._open_packets)
        self.ahead = Wire._wall_ahead()
        self.caught_up = 0.0  # all that had happened until then is known
        self.over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def catch_up(self):
        """Waits until everything is known that has happened by now."""
        now = time.monotonic()
        wait_for(lambda: self.caught_up >= now, 10, "the ear has caught up", 0.002)

    @staticmethod
    def _open_netlink():
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        s.bind((0, RTMGRP_ADDRESSES))
        s.setblocking(False)
        return s

    @staticmethod
    def _open_packets():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        s.setsockopt(socket.SOL_SOCKET, Wire.SO_TIMESTAMPNS, 1)
        s.bind(("eth0", 3))
        promiscuous = struct.pack("=iHH8s", socket.if_nametoindex("eth0"), 1, 0, b"")
        s.setsockopt(263, 1, promiscuous)  # SOL_PACKET, PACKET_ADD_MEMBERSHIP
        return s

    def _run(self):
        while not self.over:
            now = time.monotonic()
            ready = select.select([self.netlink, self.packets], [], [], 0)[0]
            if not ready:
                self.caught_up = now
                ready = select.select([self.netlink, self.packets], [], [], 0.02)[0]
            if self.packets in ready:
                data, extra, _, where = self.packets.recvmsg(9000, 64)
                self._take_addresses()
                if where[2] != socket.PACKET_OUTGOING:
                    seconds, nanoseconds = struct.unpack("=qq", extra[0][2])
                    self._take(frames.parse(seconds + nanoseconds / 1e9 - self.ahead, data))
            elif ready:
                self._take_addresses()

    def _take_addresses(self):
        while True:
            try:
                data = self.netlink.recv(1 << 16)
            except BlockingIOError:
                return
            for added, _, address in _address_messages(data):
                if (address in self.owned) == added:
                    continue  # a renewal
                (self.owned.add if added else self.owned.discard)(address)
                self.events.setdefault(address, []).append((time.monotonic(), added))

    def _take(self, h):
        if h.kind == "vrrp":
            self.by_vrid.setdefault((h.vrid, frames.family_of(h.source)), []).append(h)
        elif h.kind in ("arp", "na", "echo-reply"):
            # A reply is about the address that sends it; an announcement of both.
            about = h.about if h.kind == "na" else h.source
            h.present = about in self.owned
            self.by_address.setdefault(about, []).append(h)
        else:
            self.others.append(h)

    def close(self):
        self.over = True
        self.thread.join()
        self.netlink.close()
        self.packets.close()


class Site:
    """The namespaces of one program, `kind` "halvard" or "keepalived"."""

    def __init__(self, kind, folder):
        self.kind = kind
        self.folder = os.path.join(folder, kind)
        names = [kind, kind + "-peer"]
        ip_batch(["netns add " + n for n in names]
                 + ["link add eth%d netns %s type veth peer name eth%d netns %s" % (d, names[0], d, names[1])
                    for d in (0, 1)])
        self.space, self.peer = map(Namespace, names)
        for space in (self.space, self.peer):
            for scope in ("all", "default"):
                space.sysctl("net.ipv6.conf.%s.accept_dad" % scope, 0)
            space.ip("link set lo up", *("link set eth%d addrgenmode none" % d for d in (0, 1)))
        self.space.ip("link set eth0 address " + MAC, "link set eth0 up", "link set eth1 up",
                      "addr add %s/24 dev eth0" % OWN[4], "addr add %s/64 dev eth0 nodad" % OWN[6],
                      "addr add 198.51.100.10/24 dev eth1", "addr add fe80::11/64 dev eth1 nodad")
        self.space.ip(*("neigh add %s lladdr %s dev eth0" % (a, RIVAL_MAC) for a in LESSER.values()))
        self.space.sysctl("net.ipv4.ip_forward", 1)
        self.space.sysctl("net.ipv6.conf.all.forwarding", 1)
        self.space.ip("addr add 2001:db8:bb::10/64 dev eth1 nodad", "route add 2001:db8:aa::/64 dev eth0",
                      *("neigh add %s lladdr 02:00:00:00:00:99 dev eth1" % a for a in BEYOND.values()))
        # The peer answers no ARP or ND by itself: what is heard is the subject's.
        self.peer.ip("link set eth0 arp off", "link set eth0 up", "link set eth1 up")
        self.ear = Ear(self.space, self.peer)
        self.hand = self.peer.call(self._open_hand)
        self.behind = self.peer.call(self._open_behind)
        self.passed = []  # (time, target) of what has come out there
        self.program = None
        self.started = 0.0

    @staticmethod
    def _open_hand():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.bind(("eth0", 0))
        return s

    @staticmethod
    def _open_behind():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind(("eth1", 3))
        s.setsockopt(263, 1, struct.pack("=iHH8s", socket.if_nametoindex("eth1"), 1, 0, b""))
        s.setblocking(False)
        return s

    def came_through(self, target, since):
        while True:
            try:
                data = self.behind.recv(9000)
            except BlockingIOError:
                break
            self.passed.append((time.monotonic(), frames.parse(0, data).target))
        return any(when >= since and t == target for when, t in list(self.passed))

    def start(self, config):
        if self.kind == "halvard":
            self.program = daemons.Halvard(self.space, self.folder, config)
        else:
            self.program = daemons.Keepalived(self.space, self.folder, config, ["-P"])
        self.started = time.monotonic()
        self.program.start()

    def send(self, frame):
        self.hand.send(frame)

    def close(self):
        if self.program:
            self.program.kill_all()
        self.ear.close()
        self.hand.close()
        self.behind.close()
        for space in (self.space, self.peer):
            space.close()
        ip_batch(["netns del " + self.kind, "netns del " + self.kind + "-peer"])


class Rival(threading.Thread):
    """Another router that advertises until it is stopped; last: when it did so last."""

    def __init__(self, router, **fields):
        super().__init__(daemon=True)
        self.router, self.fields = router, fields
        self.interval = fields.get("interval", router.interval)
        self.over = threading.Event()
        self.last = 0.0

    def run(self):
        due = time.monotonic()
        while not self.over.is_set():
            self.last = self.router.inject(**self.fields)
            due += self.interval
            self.over.wait(max(0, due - time.monotonic()))

    def stop(self):
        """The rival falls silent; the time of its last advertisement."""
        self.over.set()
        self.join()
        return self.last

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.stop()


def later(heard, since):
    """What of a list that grows in order of time was heard since then."""
    at = len(heard)
    while at and heard[at - 1].time >= since:
        at -= 1
    return heard[at:]


class Router:
    """One virtual router of the subject, as a check sees it."""

    def __init__(self, site, vrid, variant, **config):
        self.site, self.vrid, self.variant = site, vrid, variant
        self.version = 2 if variant.startswith("v2") else 3
        self.family = 6 if variant.endswith("ipv6") else 4
        self.vmac = variant.startswith("vmac")
        self.priority = config.pop("priority", 100)
        self.interval = 1.0 if self.version == 2 else config.pop("interval", 0.2)
        config.pop("interval", None)
        self.more = config.pop("more", ())
        self.interface = config.pop("interface", "eth0")
        assert not config, config
        self.vips = ((["fe80::5e:%x" % vrid] if self.family == 6 else ["10.0.%d.1" % vrid])
                     + (["2001:db8:%x::1" % vrid] if self.family == 6 else ["10.0.%d.2" % vrid]))
        self.name = "R%d" % vrid
        self.mac = "00:00:5e:00:0%d:%02x" % (1 if self.family == 4 else 2, vrid) if self.vmac else MAC
        self.slack = SLACK[site.kind]

    def config(self):
        lines = ["interface " + self.interface, "virtual_router_id %d" % self.vrid,
                 "version %d" % self.version, "priority %d" % self.priority,
                 "advert_int %g" % self.interval,
                 *(["use_vmac"] if self.vmac else []), *self.more,
                 "virtual_ipaddress {", *("\t%s/%d" % (a, 32 if self.family == 4 else 64 if a.startswith("fe80") else 128)
                   for a in self.vips), "}"]
        return "vrrp_instance %s {\n\t%s\n}\n" % (self.name, "\n\t".join(lines))

    # ---- its times --------------------------------------------------------

    def skew(self, interval=None):
        whole = 1 if self.version == 2 else interval or self.interval
        return (256 - self.priority) / 256 * whole

    def down(self, interval=None):
        return 3 * (interval or self.interval) + self.skew(interval)

    # ---- what is seen of it -------------------------------------------------

    def adverts(self, since=0.0):
        return later(self.site.ear.by_vrid.get((self.vrid, self.family), []), since)

    def about(self, address, *kinds, since=0.0):
        """ARP, NA and echo replies about one address."""
        return [h for h in later(self.site.ear.by_address.get(address, []), since) if h.kind in kinds]

    def announcements(self, address, since=0.0):
        return [h for h in self.about(address, "arp", "na", since=since)
                if (h.gratuitous if h.kind == "arp" else "S" not in h.flags)]

    def owns(self):
        """True when the kernel has all its addresses, None when it has some."""
        has = {a in self.site.ear.owned for a in self.vips}
        return has.pop() if len(has) == 1 else None

    def leaves_no_device(self):
        return self.mac == MAC or self.mac not in self.site.space.run(["ip", "-o", "link"]).stdout

    def changes(self, since):
        return [e for a in self.vips for e in self.site.ear.events.get(a, []) if e[0] >= since]

    def next_advert(self, since, deadline):
        found = wait_for(lambda: self.adverts(since), deadline + 1, "%s: an advertisement" % self.name, 0.01)[0]
        assert found.time - since <= deadline, "the advertisement came after %.3f s" % (found.time - since)
        return found

    def log(self):
        """Lines of the program's log about it."""
        return [n for n in self.site.program.log_text().splitlines()
                if re.search(r"\b%s\b" % self.name, n)]

    def row(self, name="vrrp_instance"):
        out = self.site.program.ctl("--json", "show", name, self.name).stdout
        return json.loads(out)[name]

    def pause(self, seconds):
        """Lets time pass; what has happened in it is known then."""
        time.sleep(seconds)
        self.site.ear.catch_up()

    # ---- what is done to it ----------------------------------------------------

    def advert(self, **fields):
        given = {"vrid": self.vrid, "priority": 200, "addresses": tuple(self.vips), "version": self.version,
                 "interval": self.interval, "source": LESSER[self.family], **fields}
        return frames.Advert(**given)

    def inject(self, **fields):
        """Sends one advertisement of another router; returns when."""
        now = time.monotonic()
        self.site.send(self.advert(**fields).frame(RIVAL_MAC))
        return now

    def ask_who_has(self, address):
        source = LESSER[self.family]
        self.site.send(frames.arp_request(RIVAL_MAC, source, address) if self.family == 4 else
                       frames.solicitation(RIVAL_MAC, source, address))

    def ping(self, address):
        self.site.send(frames.echo(RIVAL_MAC, self.mac, LESSER[self.family], address))

    def pass_on(self):
        """A packet for somebody behind the subject; true when it has come out on the other side."""
        since = time.monotonic()
        self.site.send(frames.echo(RIVAL_MAC, self.mac, CLIENT[self.family], BEYOND[self.family]))
        try:
            wait_for(lambda: self.site.came_through(BEYOND[self.family], since), 0.5, "it has come through", 0.01)
        except AssertionError:
            return False
        return True

    # ---- states ---------------------------------------------------------------

    def wait_master(self):
        """It has its addresses and speaks."""
        wait_for(lambda: self.owns() and self.adverts(time.monotonic() - 2 * self.interval - self.slack), 15,
                 "%s is master" % self.name, 0.01)

    def wait_backup(self, deadline=1):
        wait_for(lambda: self.owns() is False, deadline, "%s is backup" % self.name, 0.005)

    def stays_master(self, seconds, since=None):
        """From now on, or from a moment before."""
        since = since or time.monotonic()
        self.pause(seconds + 2 * self.slack)
        assert self.owns() and not self.changes(since), "it lost its addresses"
        assert len(self.adverts(since)) >= int(seconds / self.interval) - 1, "it fell silent"

    def stays_backup(self, seconds):
        since = time.monotonic()
        self.pause(seconds)
        assert self.owns() is False and not self.changes(since), "it took the addresses"
        assert not self.adverts(since), "it advertised"

    def takes_over(self, since, after, early=0.03):
        """The first advertisement since then comes after that time, by its clock."""
        first = self.next_advert(since + 0.001, after + self.slack)
        assert first.time - since >= after - early, "after %.3f s, not %.3f" % (first.time - since, after)
        return first
