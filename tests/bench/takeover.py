#!/usr/bin/python3
"""How long until the peer has the address: Halvard beside keepalived, in one run.

VRRPv3. The master is killed (SIGKILL of every process of it, as when the power goes; SIGTERM
of its first process, as at an orderly stop) at a random moment of its interval; the time ends
when the kernel reports the address on the peer (a netlink socket in this process, no polling).
Prints a Markdown table.
"""
import random
import signal
import socket
import statistics
import struct
import sys
import time

import common
from common import VIP, Director, Namespace

RTMGRP_IPV4_IFADDR = 0x10
RTM_NEWADDR = 20
IFA_LOCAL = 2


class AddressWatch:
    """Tells when the kernel of a namespace reports the address."""

    def __init__(self, netns):
        self.sock = Namespace(netns).call(self._open)

    @staticmethod
    def _open():
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        s.bind((0, RTMGRP_IPV4_IFADDR))
        return s

    def drain(self):
        self.sock.setblocking(False)
        try:
            while True:
                self.sock.recv(65536)
        except BlockingIOError:
            pass
        self.sock.setblocking(True)

    def wait(self, seconds):
        """The moment (monotonic ns) at which the address came, or None."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                return None
            now = time.monotonic_ns()
            if any(kind == RTM_NEWADDR and VIP in addresses for kind, addresses in parse(data)):
                return now


def parse(data):
    """(type, local addresses) of each netlink message."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if length < 16:
            return
        found = []
        attr = at + 16 + 8
        while attr + 4 <= at + length:
            size, name = struct.unpack_from("=HH", data, attr)
            if size < 4:
                break
            if name == IFA_LOCAL and size == 8:
                found.append(socket.inet_ntoa(data[attr + 4:attr + 8]))
            attr += (size + 3) & ~3
        yield kind, found
        at += (length + 3) & ~3


class Cell:
    """One line of the table: a program, an interval, a signal."""

    count = 0

    def __init__(self, program, interval, sig):
        Cell.count += 1
        self.cluster = f"c{Cell.count}"
        self.program = program
        self.interval = interval
        self.sig = sig
        self.times = []
        self.failures = 0

    def one_round(self, a, b, watch_a, watch_b):
        a.clean()
        b.clean()
        watch_a.drain()
        a.start()
        b.start()
        if watch_a.wait(10 + 5 * self.interval) is None:
            print(f"{self.program.name}: no master:\n{a.tail()}", file=sys.stderr)
            return None
        # The peer has heard some adverts, and the kill falls anywhere between two.
        time.sleep(0.3 + 2 * self.interval + random.random() * self.interval)
        watch_b.drain()
        start = a.kill(self.sig)
        end = watch_b.wait(10 + 5 * self.interval)
        if end is None:
            print(f"{self.program.name}: no takeover:\n{b.tail()}", file=sys.stderr)
            return None
        return (end - start) / 1e6

    def run(self, rounds):
        common.make_network(self.cluster)
        a, b = (Director(self.cluster, side, self.program, self.interval) for side in "ab")
        watch_a, watch_b = AddressWatch(a.netns), AddressWatch(b.netns)
        try:
            for _ in range(rounds):
                ms = self.one_round(a, b, watch_a, watch_b)
                if ms is None:
                    self.failures += 1
                else:
                    self.times.append(ms)
        finally:
            a.clean()
            b.clean()

    def line(self):
        what = {signal.SIGKILL: "SIGKILL of everything", signal.SIGTERM: "SIGTERM"}[self.sig]
        times = [f"{t:.1f} ms" for t in (statistics.median(self.times), max(self.times))] \
            if self.times else ["-", "-"]
        rounds = len(self.times) + self.failures
        failed = f" ({self.failures} without)" if self.failures else ""
        return [f"{self.interval * 1000:g} ms", what, self.program.name, *times,
                f"{rounds}{failed}"]


def main():
    args = common.arguments(__doc__, rounds=10)
    common.enter_namespaces()
    programs = common.find_programs(args)
    done = []
    for interval in args.intervals:
        cells = [Cell(p, interval, s) for s in (signal.SIGKILL, signal.SIGTERM) for p in programs]
        common.run_cells(cells, args.rounds, together=interval >= 0.5)
        done += cells
    common.print_table(
        "Takeover: from the signal to the address on the peer (VRRPv3, priorities 200 and 100)",
        ["advert interval", "the master gets", "program", "median", "maximum", "rounds"],
        [cell.line() for cell in done], programs)
    sys.exit(1 if any(c.failures for c in done) else 0)


main()
