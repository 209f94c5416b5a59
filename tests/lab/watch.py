"""Continuous observation: the oracle of the cluster tests.

AddressWatch reads the kernel's own announcements of addresses in several
namespaces; TableWatch reads /proc/net/ip_vs as often as it can, and Asking asks a
question of the test's. All keep what they saw, so that a test can ask afterwards
what never happened.
"""
import os
import re
import select
import socket
import struct
import threading
import time

RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 0x10, 0x100
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
IFA_ADDRESS, IFA_LOCAL = 1, 2
IFA_F_PERMANENT = 0x80


def _open_netlink():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    s.bind((0, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
    s.send(struct.pack("=IHHIIBxxxI", 24, RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 1, 0,
                       socket.AF_UNSPEC, 0))
    s.setblocking(False)
    return s


def _address_events(data):
    """(added, address, without a lifetime) for each message in one datagram."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if kind in (RTM_NEWADDR, RTM_DELADDR):
            family = data[at + 16]
            permanent = bool(data[at + 18] & IFA_F_PERMANENT)
            wanted = IFA_ADDRESS if family == socket.AF_INET6 else IFA_LOCAL
            attr = at + 24
            while attr + 4 <= at + length:
                size, name = struct.unpack_from("=HH", data, attr)
                if name == wanted:
                    text = socket.inet_ntop(family, data[attr + 4:attr + size])
                    yield kind == RTM_NEWADDR, text, permanent
                attr += (size + 3) & ~3
        at += (length + 3) & ~3


class AddressWatch:
    """Who has `address`, among namespaces, from now on.

    events: (time, namespace name, has it) for each change, in the order read.
    A renewal (an announcement of an address that is there already) is no event.
    """

    def __init__(self, namespaces, address):
        self.address = address
        self.started = time.monotonic()
        self.events = []
        self.renewals = 0
        self.owner_now = {n.name: False for n in namespaces}
        self.permanent = {}  # by name: whether it was last announced without a lifetime
        self._sockets = {n.call(_open_netlink): n.name for n in namespaces}
        self._stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop:
            for s in select.select(list(self._sockets), [], [], 0.1)[0]:
                self._take(self._sockets[s], s.recv(1 << 16))

    def _take(self, name, data):
        for added, address, permanent in _address_events(data):
            if address != self.address:
                continue
            self.permanent[name] = permanent
            if self.owner_now[name] == added:
                self.renewals += added
                continue
            self.owner_now[name] = added
            self.events.append((time.monotonic(), name, added))

    def stop(self):
        self._stop = True
        self._thread.join()
        for s in self._sockets:
            s.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    def owners(self):
        return sorted(n for n, has in self.owner_now.items() if has)

    def _spans(self, wanted):
        """Lengths of the times in which the number of owners satisfied wanted(n)."""
        owned = set()
        since = self.started if wanted(0) else None
        spans = []
        for when, name, has in self.events:
            (owned.add if has else owned.discard)(name)
            if wanted(len(owned)) and since is None:
                since = when
            elif not wanted(len(owned)) and since is not None:
                spans.append(when - since)
                since = None
        if since is not None:
            spans.append(time.monotonic() - since)
        return spans

    def longest_with_two_owners(self):
        return max(self._spans(lambda n: n > 1), default=0.0)

    def longest_without_owner(self):
        return max(self._spans(lambda n: n == 0), default=0.0)

    def transitions_since(self, when):
        return [e for e in self.events if e[0] >= when]


class Pulse:
    """A real-time thread that does nothing but wake up: a machine that stands still says nothing
    of anybody's gaps."""

    def __init__(self):
        self.longest = 0.0
        self._stop = False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        os.sched_setscheduler(threading.get_native_id(), os.SCHED_RR, os.sched_param(1))
        last = time.monotonic()
        while not self._stop:
            time.sleep(0.01)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now

    def stop(self):
        self._stop = True


# ---- IPVS -----------------------------------------------------------------

_SERVICE = re.compile(r"^(TCP|UDP|SCTP)\s+([0-9A-F]{8}):([0-9A-F]{4})\s+(\S+)\s*(.*?)\s*$")
_DEST = re.compile(r"^  -> ([0-9A-F]{8}):([0-9A-F]{4})\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)")


def _host_port(host, port):
    return "%s:%d" % (socket.inet_ntoa(bytes.fromhex(host)), int(port, 16))


class Destination:
    def __init__(self, method, weight, active, inactive):
        self.method = method
        self.weight = int(weight)
        self.active = int(active)
        self.inactive = int(inactive)

    def __repr__(self):
        return "%s weight %d active %d inactive %d" % (
            self.method, self.weight, self.active, self.inactive)


class Service:
    def __init__(self, scheduler, flags):
        self.scheduler = scheduler
        self.flags = flags  # e.g. "persistent 120 ffffffff"
        self.dests = {}

    def __repr__(self):
        return "%s %s %r" % (self.scheduler, self.flags, self.dests)

    @property
    def weights(self):
        return {name: d.weight for name, d in self.dests.items()}


def parse_table(text):
    """/proc/net/ip_vs as {"192.168.1.200:80/tcp": Service}; IPv4 services only."""
    table, service = {}, None
    for line in text.splitlines():
        if m := _SERVICE.match(line):
            service = Service(m[4], m[5])
            table["%s/%s" % (_host_port(m[2], m[3]), m[1].lower())] = service
        elif (m := _DEST.match(line)) and service:
            service.dests[_host_port(m[1], m[2])] = Destination(m[3], m[4], m[5], m[6])
    return table


def ipvs_table(namespace):
    try:
        return parse_table(namespace.read("ip_vs"))
    except FileNotFoundError:
        return {}  # the module is not loaded yet


class TableWatch:
    """Reads the table without pause; `seen` lists each different set of rows once.

    A row is (service, destination or None, weight); connection counts are left out.
    """

    def __init__(self, namespace):
        self.seen = []
        self.reads = 0
        self._stop = False
        self._thread = namespace.thread(self._run)

    def _run(self):
        last, ends = None, False
        while not ends:
            ends = self._stop  # what is there at the end is seen
            with open("/proc/thread-self/net/ip_vs") as f:
                rows = self._rows(parse_table(f.read()))
            self.reads += 1
            if rows != last:
                self.seen.append(rows)
                last = rows
            time.sleep(0.002)

    @staticmethod
    def _rows(table):
        rows = set()
        for name, service in table.items():
            rows.add((name, None, service.scheduler))
            rows.update((name, d, v.weight) for d, v in service.dests.items())
        return rows

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._stop = True
        self._thread.join()


# ---- anything else --------------------------------------------------------

class Asking(threading.Thread):
    """Asks again and again; `seen` counts each different answer. None is no answer."""

    def __init__(self, question):
        super().__init__(daemon=True)
        self.question = question
        self.seen = {}
        self.over = False
        self.start()

    def run(self):
        while not self.over:
            answer = self.question()
            if answer is not None:
                self.seen[answer] = self.seen.get(answer, 0) + 1

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.over = True
        self.join()
