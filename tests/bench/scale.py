#!/usr/bin/python3
"""Start-up and reload of 1,000 x 10 servers: Halvard beside keepalived, in one guest and run.

Both run the same file with no option but those that place their own files, one after the other,
in the lab (tests/lab/run), where IPVS exists. What ends a time is seen in the kernel by the same
eyes (tests/lab/scale.py): start-up, from the execve() of the program, ends when the table holds
every service and server; the reload of a changed file (a weight in the first service, a service
that goes, one that comes) when the table holds all of that. What the reload of an unchanged file
costs is the processor time of all processes in the ten seconds after the signal, less that of ten
seconds before. Each life has namespaces of its own: the kernel keeps servers that were taken out for
two minutes, and looks through them for each that is added, which takes long or not by the order in
which the program before has taken them out. Prints a Markdown table.
"""
import os
import signal
import statistics
import sys
import time

import common
from common import daemons
from lab import scale
from lab.space import wait_for
from vrrp_alone import Wire

LAB = os.path.join(common.HERE, "../lab/run")
QUIET_S = 5    # after a start or reload
WINDOW_S = 10  # of processor time
PROMISE = 1 / 3


def plain(program):
    """Without -D: as the packages start them. Its process waits at a gate, so that what it costs
    to make one out of this program is no part of its start."""
    class Plain(program):
        def command(self):
            gate = self.path("gate")
            if not os.path.exists(gate):
                os.mkfifo(gate)
            return ["sh", "-c", 'read -r _ <"$0"; exec "$@"', gate,
                    *(word for word in super().command() if word != "-D")]

        def go(self):
            with open(self.path("gate"), "w") as gate:
                gate.write("\n")
                return time.monotonic()
    return Plain


KINDS = {"halvard": plain(daemons.Halvard), "keepalived": plain(daemons.Keepalived)}


class Figures:
    """What was measured of one program, each a list with one value for each round."""

    def __init__(self, program):
        self.program = program
        self.values = {}

    def add(self, name, value):
        self.values.setdefault(name, []).append(value)
        print(f"{self.program.name}: {name}: {value:.3f}", file=sys.stderr, flush=True)

    def median(self, name):
        return statistics.median(self.values[name]) if name in self.values else None


class Round:
    """One life of one program."""

    def __init__(self, figures, site, services, folder):
        self.figures = figures
        self.site = site
        self.file = services
        name = figures.program.name
        self.program = KINDS[name](site.director, folder, self.file.text())
        self.probe = None

    def pid(self):
        return self.program.process.pid

    def start(self):
        base = scale.module_references()
        self.program.start()
        begin = self.program.go()
        end = scale.wait_table(self.site.director, base, *self.file.total())
        self.figures.add("start", end - begin)
        self.probe = scale.TableProbe(self.site.director)

    def memory(self):
        self.figures.add("memory", sum(map(scale.memory_kib, scale.processes(self.pid()))) / 1024)
        if hasattr(self.program, "role"):
            octets = scale.memory_kib(self.program.role("lvs")) * 1024
            self.figures.add("replica", octets / self.file.total()[1])

    def cpu_in(self, seconds):
        before = scale.cpu_seconds(self.pid())
        time.sleep(seconds)
        return scale.cpu_seconds(self.pid()) - before

    def unchanged(self):
        idle = self.cpu_in(WINDOW_S)
        self.program.process.send_signal(signal.SIGHUP)
        self.figures.add("unchanged", self.cpu_in(WINDOW_S) - idle)

    def changed(self):
        gone, new = self.file.numbers.pop(len(self.file.numbers) // 2), self.file.numbers[-1] + 1
        self.file.numbers.append(new)
        weight = self.file.weight[(0, 0)] = self.file.weight.get((0, 0), 1) + 1
        self.program.configure(self.file.text())

        def done():
            return self.probe.weights(0).get(scale.server_address(0, 0)) == weight and \
                not self.probe.weights(gone) and len(self.probe.weights(new)) == self.file.servers

        begin = time.monotonic()
        self.program.process.send_signal(signal.SIGHUP)
        wait_for(done, 120, "the changed file in the kernel", every=0.005)
        self.figures.add("changed", time.monotonic() - begin)

    def set_weight(self):
        if not hasattr(self.program, "ctl"):
            return
        begin = time.monotonic()
        self.program.ctl("weight", f"{scale.VIP}:{scale.PORT + 1}/tcp",
                         scale.server_address(1, 0) + ":80", "7")
        self.figures.add("set", time.monotonic() - begin)

    def run(self):
        with Wire(self.site.peer) as wire:
            self.start()
            time.sleep(QUIET_S)
            self.memory()
            since = time.monotonic()
            self.unchanged()
            self.changed()
            time.sleep(QUIET_S)
            self.set_weight()
            heard = [a[0] for a in wire.adverts("192.0.2.1", since)]
            self.figures.add("gap", max(b - a for a, b in zip(heard, heard[1:])))

    def end(self):
        if self.probe:
            self.probe.close()
        self.program.stop(deadline=120)
        wait_for(lambda: scale.count_table(self.site.director) == (0, 0), 60, "an empty table")


LINES = [("start", "start-up", "s"), ("changed", "reload of a changed file", "s"),
         ("unchanged", "reload of the same file, processor time", "s"),
         ("set", "a weight set by hand", "s"), ("memory", "memory of all processes", "MiB"),
         ("replica", "the lvs process, whole, for each server", "octets"),
         ("gap", "longest gap between advertisements (each 0.1 s)", "s")]


def table(figures):
    for name, title, unit in LINES:
        medians = [f.median(name) for f in figures]
        both = len(medians) == 2 and None not in medians and medians[1] > 0
        yield [title, *("-" if m is None else f"{m:.2f} {unit}" for m in medians),
               f"{medians[0] / medians[1]:.2f}" if both else "-"]


def print_promise(figures):
    for name, title, _ in LINES[:3]:
        ours, theirs = (f.median(name) for f in figures)
        kept = ours <= PROMISE * theirs
        print(f"- {title}: at most a third of keepalived's time: {'yes' if kept else 'no'}")


def inside(args):
    if os.environ.get("LAB_IPVS") != "yes":
        print("no kernel with IPVS: nothing to measure with")
        sys.exit(77)
    programs = common.find_programs(args)
    figures = [Figures(p) for p in programs]
    for n in range(args.rounds):
        for f in figures:
            site = scale.Site("/run/lab/scale")
            services = scale.Services(args.services, args.servers)
            r = Round(f, site, services, f"/run/lab/{f.program.name}{n}")
            try:
                r.run()
            finally:
                r.end()
                site.close()
    common.print_table(
        f"{args.services} services with {args.servers} servers each, TCP checks each minute; "
        f"median of {args.rounds}",
        ["", *(p.name for p in programs), "ratio"], table(figures), programs)
    if len(figures) == 2:
        print_promise(figures)


def main():
    args = common.arguments(__doc__, rounds=3)
    if os.environ.get("LAB_KERNEL"):
        inside(args)
    else:
        os.execv(LAB, [LAB, "--time-limit", "3000", "--", sys.executable, *sys.argv])


if __name__ == "__main__":
    main()
