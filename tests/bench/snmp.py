#!/usr/bin/python3
"""GETBULK of one and of five columns of halRsTable, beside a trivial agent with the same OIDs: through a real
snmpd as its subagents, and alone; and how long a SET of a priority takes, beside what the disk alone takes.

In network namespaces, without IPVS: rows are there, and no kernel has them. Prints a Markdown table.
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import common
from common import daemons
from lab import scale
from lab.snmp import name_index
from lab.space import Namespace, ip_batch, wait_for

BUILD = os.environ.get("builddir", ".")
ASK, TRIVIAL = (os.path.join(BUILD, "tests/bench", n) for n in ("snmp_ask", "trivial_agent"))
ROOT = "1.3.6.1.4.1.8072.9999.9999.6404.1.9"
ONE = [ROOT + ".1.6"]
FIVE = [ROOT + ".1.%d" % n for n in (6, 7, 8, 9, 10)]
MASTER, ALONE = "udp:127.0.0.1:161", "udp:127.0.0.1:1161"
PROMISES = {"agentx": 0.9, "alone": 0.6}
PRIORITY = "1.3.6.1.4.1.8072.9999.9999.6404.1.3.1.10." + name_index("VI_1")
SETS, SET_SLACK_US = 200, 5000
ROUNDS = 3  # in turns; the median of each counts


class Site:
    """One director; nobody hears its advertisements."""

    def __init__(self):
        ip_batch(["netns add snmp", "link add eth0 netns snmp type veth peer name other netns snmp"])
        self.director = Namespace("snmp")
        self.director.ip("link set lo up", "link set eth0 up", "link set other up", "addr add 192.0.2.1/24 dev eth0")


def ask(site, *words):
    out = site.director.run([ASK, *map(str, words)])
    return [float(w) for w in out.stdout.split()]


def rate(site, address, columns, seconds):
    count, took = ask(site, "walk", address, 50, seconds, *columns)
    return count / took


def rates(site, address, seconds):
    return {"one": rate(site, address, ONE, seconds), "five": rate(site, address, FIVE, seconds)}


def count_rows(site, address, community="public"):
    out = site.director.run(["snmpbulkwalk", "-v2c", "-c", community, "-m", "", "-Onq", "-Cr50", "-t", "5", address, ONE[0]],
                            check=False).stdout
    return sum(line.startswith(".") for line in out.splitlines()) if "No Such" not in out else 0


def has(site, address, name):
    out = site.director.run(["snmpget", "-v2c", "-c", "public", "-m", "", "-Onq", "-t", "1", "-r", "0", address, name], check=False)
    return out.returncode == 0 and "No Such" not in out.stdout


def names(site, address):
    out = "".join(site.director.run(["snmpbulkwalk", "-v2c", "-c", "public", "-m", "", "-Onq", "-Cr50", address, c]).stdout
                  for c in FIVE)
    return "".join(line.split()[0] + "\n" for line in out.splitlines() if line.startswith("."))


def trivial(site, kind, where, oids):
    source = tempfile.TemporaryFile("w+")
    source.write(oids)
    source.seek(0)
    return site.director.popen([TRIVIAL, kind, where, ROOT], stdin=source, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)


def measure(site, servers, seconds, alone):
    """(Halvard's rates, the trivial agent's)."""
    file = scale.Services(servers // 10, 10)
    folder = tempfile.mkdtemp(dir="/run/lab")
    os.chmod(folder, 0o755)  # the agent has its own user
    address = ALONE if alone else MASTER
    snmpd = None if alone else daemons.Snmpd(site.director, os.path.join(folder, "snmpd")).start()
    text = file.text().replace("global_defs {", "global_defs {\n snmp_standalone %s" % ALONE) if alone else file.text()
    halvard = daemons.Halvard(site.director, os.path.join(folder, "halvard"), text, snmpd and snmpd.agentx).start()
    wait_for(lambda: count_rows(site, address) == servers, 60, "the rows", every=0.5)
    oids = names(site, address)
    last = oids.split()[-1]
    ours, theirs = [], []
    for n in range(ROUNDS):
        if n:
            halvard.start()
            wait_for(lambda: has(site, address, last), 60, "the rows", every=0.5)
        ours.append(rates(site, address, seconds))
        halvard.stop(deadline=30)
        wait_for(lambda: not has(site, address, last), 20, "nobody", every=0.5)
        other = trivial(site, "listen" if alone else "agentx", ALONE if alone else snmpd.agentx, oids)
        wait_for(lambda: has(site, address, last), 60, "the trivial agent's", every=0.5)
        theirs.append(rates(site, address, seconds))
        other.kill()
        other.wait()
        wait_for(lambda: not has(site, address, last), 20, "nobody", every=0.5)
    ours, theirs = ({w: statistics.median(r[w] for r in found) for w in ("one", "five")} for found in (ours, theirs))
    if snmpd:
        snmpd.stop()
    return ours, theirs


def disk_us(folder):
    """What the overlay needs of it: a new file, its octets, its name and its folder, on disk."""
    took = []
    for n in range(SETS):
        began = time.perf_counter()
        path = os.path.join(folder, ".new")
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.write(fd, b"halvard-overlay 1\n" * 5)
        os.fsync(fd)
        os.close(fd)
        os.rename(path, os.path.join(folder, "probe"))
        d = os.open(folder, os.O_RDONLY)
        os.fsync(d)
        os.close(d)
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1e6


def measure_set(site, state_dir):
    """(median, longest) in microseconds, through snmpd."""
    folder = tempfile.mkdtemp(dir="/run/lab")
    os.chmod(folder, 0o755)  # the agent has its own user
    snmpd = daemons.Snmpd(site.director, os.path.join(folder, "snmpd")).start()
    halvard = daemons.Halvard(site.director, os.path.join(folder, "halvard"), scale.Services(100, 10).text(),
                              snmpd.agentx, state_dir=state_dir).start()
    wait_for(lambda: count_rows(site, MASTER) == 1000, 60, "the rows", every=0.5)
    found = ask(site, "set", MASTER, SETS, PRIORITY)
    halvard.stop(deadline=30)
    snmpd.stop()
    return found


def line(title, ours, theirs):
    return f"| {title} | {ours / 1000:.1f} k/s | {theirs / 1000:.1f} k/s | {ours / theirs:.2f} |"


def main():
    args = common.arguments(__doc__)
    outside = tempfile.mkdtemp(dir=os.environ.get("HALVARD_BENCH_DISK", "/var/tmp"))
    common.enter_namespaces()
    os.makedirs("/run/lab", exist_ok=True)
    if not os.path.exists(TRIVIAL):
        print("built without the agent: nothing to measure")
        sys.exit(77)
    site = Site()
    seconds = 2
    kept, lines = [], []
    for alone in (False, True):
        for servers in (1000, 10000):
            ours, theirs = measure(site, servers, seconds, alone)
            for what in ("one", "five"):
                place = "alone" if alone else "agentx"
                lines.append(line(f"{place}, {servers} servers, {what}", ours[what], theirs[what]))
                kept.append((lines[-1].split("|")[1].strip(), ours[what] >= PROMISES[place] * theirs[what]))
                print(lines[-1], file=sys.stderr, flush=True)
    median, longest = measure_set(site, outside)
    disk = disk_us(outside)
    print("\nGETBULK of columns of halRsTable, 50 repetitions: variable bindings a second\n")
    print("| columns | halvard | trivial agent | ratio |\n|---|---|---|---|")
    print("\n".join(lines))
    print(f"\nSET of one priority, {SETS} times: median {median / 1000:.2f} ms, longest {longest / 1000:.2f} ms; "
          f"the disk alone, median {disk / 1000:.2f} ms\n")
    print(f"- {common.machine() if hasattr(common, 'machine') else 'load %.1f' % os.getloadavg()[0]}")
    for title, good in kept:
        limit = PROMISES[title.split(",")[0]]
        print(f"- {title}: at least {limit:.0%} of a trivial agent: {'yes' if good else 'no'}")
    print(f"- SET: at most 5 ms more than the disk: {'yes' if median <= disk + SET_SLACK_US else 'no'}")


if __name__ == "__main__":
    main()
