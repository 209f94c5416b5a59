#!/usr/bin/python3
"""The process that sends advertisements is killed: Halvard beside keepalived, in one run.

SIGKILL of that one process of the master; the program starts it again by itself. Halvard runs
through all kills. keepalived is started anew before each: it restarts a process at once only
when that is the first death in a minute, and delays the next ones by 1, 2, 4 ... 60 s. Seen from
outside: the longest time without an advertisement of the killed director (the kernel's times, on
the other side of the veth pair), the kernel's reports of the address on both directors. Prints a
Markdown table.
"""
import contextlib
import os
import random
import signal
import statistics
import sys
import time

import common
from common import SELF, Director, Namespace
from lab.space import wait_for
from lab.watch import AddressWatch
from vrrp_alone import Wire

LIFE = 1.0  # the guardian of Halvard forgives a death after so long


class Cell:
    """One line of the table: a program and an interval."""

    count = 0

    def __init__(self, program, interval):
        Cell.count += 1
        self.cluster = f"c{Cell.count}"
        self.program = program
        self.interval = interval
        self.silences = []
        self.absences = []  # of the address from the killed director
        self.nobody = 0.0   # longest time on neither
        self.took = 0
        self.failures = 0
        self.said = None

    def at_rest(self, watch, wire, a):
        """The first director alone has the address and advertises."""
        since = time.monotonic()
        wait_for(lambda: watch.owners() == [a.netns] and
                 len(wire.adverts(SELF["a"], since)) >= 2, 15 + 10 * self.interval, "a master")

    def one_round(self, spaces, wire, a, b):
        with AddressWatch(spaces, common.VIP) as watch:
            if self.program.name == "keepalived":
                a.clean()
                a.start()
            self.at_rest(watch, wire, a)
            time.sleep(LIFE + 0.1 + random.random() * self.interval)
            start = time.monotonic()
            watch.started, watch.events = start, [(start, a.netns, True)]  # only what comes now
            os.kill(a.sender(), signal.SIGKILL)
            time.sleep(4.5 * self.interval + 0.3)  # longer than the peer's patience
            self.at_rest(watch, wire, a)
            self.judge(watch, a, b)
        times = [h[0] for h in wire.adverts(SELF["a"], start - 2 * self.interval)]
        self.silences.append(max(y - x for x, y in zip(times, times[1:])))

    def judge(self, watch, a, b):
        gone = None
        for when, name, has in watch.events[1:]:
            self.took += has and name == b.netns
            if name == a.netns and not has:
                gone = when
            elif name == a.netns and gone:
                self.absences.append(when - gone)
        self.nobody = max(self.nobody, watch.longest_without_owner())

    def run(self, rounds):
        common.make_network(self.cluster)
        a, b = (Director(self.cluster, side, self.program, self.interval) for side in "ab")
        spaces = [Namespace(d.netns) for d in (a, b)]
        with contextlib.ExitStack() as stack:
            for d in (a, b):
                stack.callback(d.clean)
                d.start()
            wire = stack.enter_context(Wire(spaces[1]))
            for _ in range(rounds):
                try:
                    self.one_round(spaces, wire, a, b)
                except AssertionError as e:
                    self.failures += 1
                    print(f"{self.program.name}: {e}:\n{a.tail()}", file=sys.stderr)
            self.said = a.own_word()

    def line(self):
        silence = [f"{t * 1000:.1f} ms" for t in (statistics.median(self.silences),
                                                 max(self.silences))] if self.silences else ["-"] * 2
        rounds = len(self.silences) + self.failures
        failed = f" ({self.failures} without)" if self.failures else ""
        longest = f", {max(self.absences) * 1000:.0f} ms at most" if self.absences else ""
        return [f"{self.interval * 1000:g} ms", self.program.name, f"{rounds}{failed}",
                str(self.took), *silence, f"{len(self.absences)}{longest}",
                f"{self.nobody * 1000:.0f} ms"]


def main():
    args = common.arguments(__doc__, rounds=20)
    common.enter_namespaces()
    programs = common.find_programs(args)
    done = []
    for interval in args.intervals:
        cells = [Cell(p, interval) for p in programs]
        common.run_cells(cells, args.rounds, together=interval >= 0.5)
        done += cells
    common.print_table(
        "SIGKILL of the process that sends (VRRPv3, priorities 200 and 100)",
        ["advert interval", "program", "kills", "takeovers by the peer", "silence, median",
         "silence, maximum", "address taken off", "address nowhere, at most"],
        [cell.line() for cell in done], programs)
    for cell in done:
        if cell.said is not None and cell.silences:
            common.print_own_word(f"at {cell.interval * 1000:g} ms", cell.said, max(cell.silences),
                                  cell.took)
    sys.exit(1 if any(c.failures or not c.silences for c in done) else 0)


main()
