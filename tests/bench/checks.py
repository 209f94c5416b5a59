#!/usr/bin/python3
"""What a TCP check costs: 1,000 x 10 servers, each checked every 3 s, beside keepalived and a bare loop.

All three make the same connections to the same nginx, one after the other, in one guest and run
(tests/lab/run). The processor time is that of all processes of the program, as the scheduler counts
it, over the connections that the kernel has opened meanwhile; what the guest's kernel does for nginx on
behalf of a connection is in all three alike. Prints a Markdown table.
"""
import os
import statistics
import subprocess
import sys
import time

import common
from common import daemons
from lab import scale
from lab.space import wait_for
from scale import LAB, plain

LOOP = os.path.join(os.environ.get("builddir", "."), "tests/bench/connect_loop")
INTERVAL_S = 3
WARM_S, WINDOW_S = 8, 15
PROMISES = {"keepalived": 1.0, "loop": 1.5}


class Loop(daemons.Program):
    name = "loop"

    def __init__(self, namespace, folder, total, servers):
        super().__init__(namespace, folder)
        self.words = [str(total), str(INTERVAL_S * 1000), str(servers)]

    def command(self):
        return [LOOP, *self.words]

    def go(self):
        pass


def cpu_ns(pid):
    """As the scheduler counts it, of the process and all below it."""
    total = 0
    for p in scale.processes(pid):
        for task in os.listdir("/proc/%d/task" % p):
            with open("/proc/%d/task/%s/schedstat" % (p, task)) as f:
                total += int(f.read().split()[0])
    return total


def opened(namespace):
    """Connections that have been opened in there."""
    lines = [line.split() for line in namespace.call(lambda: open("/proc/thread-self/net/snmp").read()).splitlines()]
    names, values = [words for words in lines if words[0] == "Tcp:"]
    return int(values[names.index("ActiveOpens")])


def measure(site, program):
    program.start()
    program.go()
    try:
        begin = opened(site.director)
        wait_for(lambda: opened(site.director) > begin, 60, "the first connection")
        time.sleep(WARM_S)
        pid = program.process.pid
        since, cpu, count = time.monotonic(), cpu_ns(pid), opened(site.director)
        time.sleep(WINDOW_S)
        cpu, count = cpu_ns(pid) - cpu, opened(site.director) - count
        return cpu / count / 1000, count / (time.monotonic() - since)
    finally:
        program.stop(deadline=120)
        wait_for(lambda: scale.count_table(site.director) == (0, 0), 60, "an empty table")


def makers(args, programs):
    """What is started of each, by name."""
    services = scale.Services(args.services, args.servers)
    services.delay_loop = INTERVAL_S
    kinds = {"halvard": plain(daemons.Halvard), "keepalived": plain(daemons.Keepalived)}
    found = {p.name: lambda site, folder, p=p: kinds[p.name](site.director, folder, services.text())
             for p in programs}
    if os.path.exists(LOOP):
        found["loop"] = lambda site, folder: Loop(site.director, folder, args.services * args.servers, args.servers)
    return found


def inside(args):
    if os.environ.get("LAB_IPVS") != "yes":
        print("no kernel with IPVS: nothing to measure with")
        sys.exit(77)
    programs = common.find_programs(args)
    site, found = scale.Site("/run/lab/checks"), {}
    for n in range(args.rounds):
        for name, make in makers(args, programs).items():
            cost, rate = measure(site, make(site, "/run/lab/checks-%s%d" % (name, n)))
            found.setdefault(name, []).append((cost, rate))
            print("%s: %.1f us a check, %.0f checks a second" % (name, cost, rate), file=sys.stderr, flush=True)
    site.close()
    cost = {name: statistics.median(c for c, _ in values) for name, values in found.items()}
    rate = {name: statistics.median(r for _, r in values) for name, values in found.items()}
    common.print_table(
        "%d services with %d servers each, a TCP check of each every %d s; median of %d" % (
            args.services, args.servers, INTERVAL_S, args.rounds),
        ["", *cost],
        [["processor time of a check", *("%.1f us" % c for c in cost.values())],
         ["checks a second", *("%.0f" % r for r in rate.values())]], programs)
    for other, most in PROMISES.items():
        if other in cost and "halvard" in cost:
            ratio = cost["halvard"] / cost[other]
            print("- a check costs %.2f of %s's, at most %.1f is wanted: %s" % (
                ratio, other, most, "yes" if ratio <= most else "no"))


def main():
    args = common.arguments(__doc__, rounds=3)
    if os.environ.get("LAB_KERNEL"):
        inside(args)
    else:
        os.execv(LAB, [LAB, "--time-limit", "3000", "--", sys.executable, *sys.argv])


if __name__ == "__main__":
    main()
