#!/usr/bin/python3
"""Processor time per advertisement sent and received: Halvard beside keepalived, in one run.

A pair of directors with 250 virtual routers that advertise each 10 ms: the first sends, the second
receives. One program after the other, in turns, so that they do not disturb each other. Time is what
the kernel has charged to all processes of a director; advertisements are the packets that it has
counted on the wire. Prints a Markdown table.
"""
import os
import time

import common
from common import Director, Namespace
from lab.space import wait_for

INSTANCES = 250
INTERVAL = 0.01

INSTANCE = """
vrrp_instance V%(n)d {
    state %(state)s
    interface eth0
    virtual_router_id %(n)d
    priority %(priority)d
    advert_int %(interval)g
    virtual_ipaddress {
        10.0.%(n)d.1/32
    }
}
"""


def config(side):
    head = f"global_defs {{\n    router_id {side}\n    vrrp_version 3\n}}\n"
    return head + "".join(INSTANCE % {
        "n": n, "state": "MASTER" if side == "a" else "BACKUP", "priority": common.PRIORITY[side],
        "interval": INTERVAL} for n in range(1, INSTANCES + 1))


def charged_ns(pid):
    """What the kernel has charged to a process and all below it, all threads."""
    total = 0
    for p in common.children(pid):
        try:
            for task in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{task}/schedstat") as f:
                    total += int(f.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has just ended
    return total


def counted(netns):
    """(received, sent) on eth0: of VRRP all but a handful."""
    line = next(n for n in Namespace(netns).read("dev").splitlines() if "eth0:" in n)
    fields = line.split(":")[1].split()
    return int(fields[1]), int(fields[9])


class Pair:
    def __init__(self, cluster, program):
        self.program = program
        self.sides = []
        common.make_network(cluster)
        for side in "ab":
            director = Director(cluster, side, program, INTERVAL)
            with open(director.conf, "w", encoding="ascii") as f:
                f.write(config(side))
            self.sides.append(director)
        self.cost = {"sent": [], "received": []}

    def owned(self, side):
        return sum(a.startswith("10.0.") for a in Namespace(side.netns).addresses())

    def measure(self, seconds):
        first, second = self.sides
        first.start()
        wait_for(lambda: self.owned(first) == INSTANCES, 30, f"{self.program.name}: all are master")
        second.start()
        time.sleep(3)  # whatever it does at its start
        before = [(charged_ns(s.process.pid), *counted(s.netns)) for s in self.sides]
        time.sleep(seconds)
        after = [(charged_ns(s.process.pid), *counted(s.netns)) for s in self.sides]
        spent = [a[0] - b[0] for a, b in zip(after, before)]
        sent, received = after[0][2] - before[0][2], after[1][1] - before[1][1]
        took = self.owned(second)
        self.cost["sent"].append((spent[0] / sent / 1000, sent, took))
        self.cost["received"].append((spent[1] / received / 1000, received, took))
        for s in (second, first):
            s.clean()


def table(pairs):
    for what in ("sent", "received"):
        best = {p.program.name: min(c[0] for c in p.cost[what]) for p in pairs}
        for p in pairs:
            costs = p.cost[what]
            ratio = f"{best[p.program.name] / best['keepalived']:.2f}" if "keepalived" in best else "-"
            yield [what, p.program.name, " ".join(f"{c[0]:.2f}" for c in costs), ratio,
                   str(sum(c[1] for c in costs)), str(max(c[2] for c in costs))]


def main():
    args = common.arguments(__doc__, 3)
    common.enter_namespaces()
    programs = common.find_programs(args)
    pairs = [Pair(f"p{n}", p) for n, p in enumerate(programs)]
    seconds = min(args.seconds, 10)
    for _ in range(args.rounds):
        for pair in pairs:
            pair.measure(seconds)
    common.print_table(
        f"Processor time per advertisement, {INSTANCES} virtual routers each {INTERVAL * 1000:g} ms",
        ["advertisements", "program", "microseconds each, by turn", "of keepalived's (best turns)", "packets",
         "routers with two owners"], table(pairs), programs)


main()
