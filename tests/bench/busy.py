#!/usr/bin/python3
"""False takeovers on a busy machine: Halvard beside keepalived, in one run.

A pair of directors of each program advertises each 10 ms while 16 processes do nothing but
compute, on two processors or fewer. All lives on; a peer that takes over has taken a late packet
for a death. Times are the kernel's, of the receipt on the other side of the veth pair. Prints a
Markdown table; the status is 1 when Halvard took over.
"""
import multiprocessing
import os
import sys
import time

import common
from common import SELF, Director, Namespace
from lab.space import wait_for
from lab.watch import AddressWatch
from vrrp_alone import Wire

INTERVAL = 0.01
BUSY = 16
PROCESSORS = 2


def burn():
    while True:
        sum(range(10000))


class Pair:
    def __init__(self, program):
        self.name = program.name
        common.make_network(self.name[0])
        self.first, self.second = (Director(self.name[0], side, program, INTERVAL) for side in "ab")
        self.space = Namespace(self.second.netns)
        self.wire = Wire(self.space)
        self.watch = AddressWatch([self.space], common.VIP)

    def start(self):
        self.first.start()
        with AddressWatch([Namespace(self.first.netns)], common.VIP) as watch:
            wait_for(watch.owners, 15, f"{self.name}: a master")
        self.second.start()

    def took(self, since):
        return sum(1 for when, _, has in self.watch.events if has and when >= since)

    def line(self, since, until):
        times = [since, *(h[0] for h in self.wire.adverts(SELF["a"], since) if h[0] < until), until]
        gaps = sorted(b - a for a, b in zip(times, times[1:]))
        return [self.name, str(len(times) - 2), f"{gaps[-1] * 1000:.1f} ms",
                f"{gaps[int(0.999 * (len(gaps) - 1))] * 1000:.1f} ms",
                str(sum(1 for g in gaps if g > 3 * INTERVAL)), str(self.took(since))]

    def end(self):
        self.first.clean()
        self.second.clean()
        self.watch.stop()
        self.wire.close()


def main():
    args = common.arguments(__doc__)
    common.enter_namespaces()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])
    programs = common.find_programs(args)
    pairs = [Pair(p) for p in programs]
    load = [multiprocessing.Process(target=burn, daemon=True) for _ in range(BUSY)]
    try:
        for pair in pairs:
            pair.start()
        time.sleep(2)
        for p in load:
            p.start()
        since = time.monotonic()
        time.sleep(min(args.seconds, 60))
        until = time.monotonic()
        for p in load:
            p.kill()
        time.sleep(0.5)
        common.print_table(
            f"{until - since:.0f} s at {INTERVAL * 1000:g} ms, {BUSY} busy processes on"
            f" {len(os.sched_getaffinity(0))} processors",
            ["program", "packets", "longest gap", "99.9 % of the gaps within", "gaps over 3 intervals",
             "false takeovers"], [pair.line(since, until) for pair in pairs], programs)
        return any(pair.took(since) for pair in pairs if pair.name == "halvard")
    finally:
        for p in load:
            if p.pid:
                p.kill()
        for pair in pairs:
            pair.end()


sys.exit(main())
