#!/usr/bin/python3
"""Gaps between advertisements at 10 ms while snmpd is frozen: Halvard, keepalived, a bare loop.

Side by side in one run: a pair of Halvard, a pair of keepalived, and a loop that does nothing
but send (send_loop.c): what the machine allows. Each first director has an snmpd of its own and
serves SNMP; after a fifth of the time both snmpd are stopped (SIGSTOP), after four fifths they go
on. Times are the kernel's, of the receipt on the other side of the veth pair. Prints Markdown
tables.
"""
import os
import re
import signal
import subprocess
import time

import common
from common import SELF, Director, Namespace, daemons
from lab.space import wait_for
from lab.watch import AddressWatch
from vrrp_alone import Wire

INTERVAL = 0.01
PHASES = ["undisturbed", "snmpd frozen", "after"]
LOOP = "send loop"


class Listener:
    """Hears one sender, and cuts what it heard into phases."""

    def __init__(self, name, netns):
        self.name = name
        self.namespace = Namespace(netns)
        self.wire = Wire(self.namespace)
        self.watch = AddressWatch([self.namespace], common.VIP)

    def times(self, start, end):
        """Of the advertisements between, with the two ends: silence at an end is a gap too."""
        heard = [h[0] for h in self.wire.adverts(SELF["a"]) if start <= h[0] <= end]
        return [start, *heard, end]

    def figures(self, start, end):
        times = self.times(start, end)
        gaps = sorted(b - a for a, b in zip(times, times[1:]))
        took = sum(1 for when, _, has in self.watch.events if has and start <= when <= end)
        return {"adverts": len(times) - 2, "longest": gaps[-1],
                "quantile": gaps[int(0.999 * (len(gaps) - 1))],
                "many": sum(1 for g in gaps if g > 3 * INTERVAL), "took": took}

    def longest(self, end):
        """Since the first advertisement: what a master can say of itself."""
        heard = [h[0] for h in self.wire.adverts(SELF["a"]) if h[0] <= end]
        return max(b - a for a, b in zip(heard, heard[1:]))

    def close(self):
        self.watch.stop()
        self.wire.close()


class Pair:
    """Two directors of one program, snmpd beside the first."""

    def __init__(self, program):
        self.name = program.name
        common.make_network(self.name[0])
        netns = {side: f"{self.name[0]}{side}" for side in "ab"}
        self.listener = Listener(self.name, netns["b"])
        self.snmpd = daemons.Snmpd(Namespace(netns["a"]), f"/run/{self.name}-snmpd").start()
        self.first = Director(self.name[0], "a", program, INTERVAL, self.snmpd.agentx)
        self.second = Director(self.name[0], "b", program, INTERVAL)
        self.said = []

    def start(self):
        """The first is master and its tables are served before the second begins."""
        self.first.start()
        namespace = Namespace(self.first.netns)
        with AddressWatch([namespace], common.VIP) as watch:
            wait_for(watch.owners, 15, f"{self.name}: a master")
        wait_for(lambda: re.search("connected to the master|subagent connected",
                                   self.first.text()), 15, f"{self.name}: AgentX")
        self.second.start()

    def end(self):
        self.first.clean()
        self.second.clean()
        self.snmpd.kill_all()
        self.listener.close()


class Loop:
    """The bare loop."""

    name = LOOP

    def __init__(self, path):
        self.path = path
        common.make_network("l")
        self.listener = Listener(self.name, "lb")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["ip", "netns", "exec", "la", self.path, "eth0",
                                         str(int(INTERVAL * 1e6))])

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.listener.close()


def run(pairs, loop, seconds):
    """The moments at which the phases begin and end."""
    for part in [*pairs, *loop]:
        part.start()
    time.sleep(3)
    moments = [time.monotonic()]
    for share, signo in ((0.2, signal.SIGSTOP), (0.8, signal.SIGCONT), (1, None)):
        time.sleep(max(0, moments[0] + share * seconds - time.monotonic()))
        moments.append(time.monotonic())
        for p in pairs:
            if signo:
                os.kill(p.snmpd.process.pid, signo)
            p.said.append((moments[-1], p.first.own_word()))
    return moments


def ms(seconds):
    return f"{seconds * 1000:.1f} ms"


def table(parts, moments):
    for n, phase in enumerate(PHASES):
        for part in parts:
            f = part.listener.figures(moments[n], moments[n + 1])
            yield [f"{phase}, {moments[n + 1] - moments[n]:.0f} s", part.name, str(f["adverts"]),
                   ms(f["longest"]), ms(f["quantile"]), str(f["many"]),
                   "-" if part.name == LOOP else str(f["took"])]


def print_own_word(pair, start):
    for phase, (end, said) in zip(PHASES, pair.said):
        common.print_own_word(f"until the end of \"{phase}\"", said, pair.listener.longest(end),
                              pair.listener.figures(start, end)["took"])


def main():
    args = common.arguments(__doc__)
    common.enter_namespaces()
    programs = common.find_programs(args)
    built = os.path.join(os.environ.get("builddir", "."), "tests/bench/send_loop")
    loop = [Loop(built)] if os.path.exists(built) else []
    pairs = [Pair(p) for p in programs]
    try:
        moments = run(pairs, loop, args.seconds)
        common.print_table(
            f"Gaps between advertisements each {INTERVAL * 1000:g} ms, snmpd stopped in the middle",
            ["phase", "program", "packets", "longest gap", "99.9 % of the gaps within",
             "gaps over 3 intervals", "takeovers by the peer"],
            table([*pairs, *loop], moments), programs)
        for pair in pairs:
            if pair.name == "halvard":
                print_own_word(pair, moments[0])
    finally:
        for part in [*pairs, *loop]:
            part.end()


main()
