#!/usr/bin/python3
"""A weight by SNMP, to the kernel and to the disk, and a walk of real servers: Halvard beside keepalived.

In one guest with IPVS (tests/lab/run), through a real snmpd, at the same OIDs of KEEPALIVED-MIB, one program
after the other; Halvard's own halRsWeight too. An answer of Halvard means that the kernel has the weight
and the disk its line; what that disk needs for a file of the size is measured beside. keepalived keeps
nothing. Prints a Markdown table.
"""
import os
import sys
import tempfile

import common
from common import daemons
from lab import scale
from lab.snmp import name_index
from lab.space import wait_for
from scale import LAB
from snmp import disk_us

ASK = os.path.join(os.environ.get("builddir", "."), "tests/bench/snmp_ask")
MASTER = "udp:127.0.0.1:161"
SERVERS = "1.3.6.1.4.1.9586.100.5.3.4.1"
COLUMNS = {"one": (7,), "five": (4, 5, 6, 7, 15)}
SETS, SLACK_US, SECONDS = 200, 5000, 3


def ask(site, *words):
    return [float(w) for w in site.director.run([ASK, *map(str, words)]).stdout.split()]


def measure(site, make, services, own):
    """{what: figure} of one program; `own`: the name of Halvard's weight, or None."""
    folder = tempfile.mkdtemp(dir="/run/lab")
    os.chmod(folder, 0o755)  # the agent has its own user
    snmpd = daemons.Snmpd(site.director, os.path.join(folder, "snmpd")).start()
    program = make(os.path.join(folder, "program"), snmpd.agentx).start()
    found = {}
    try:
        wait_for(lambda: scale.count_table(site.director) == services.total(), 120, "the table")
        wait_for(lambda: site.director.run(["snmpget", "-v2c", "-c", "public", "-m", "", "-On", "-t", "5", MASTER,
                                            SERVERS + ".7.1.1"], check=False).stdout.strip().endswith("INTEGER: 1"),
                 60, "the rows", every=0.5)
        probe = scale.TableProbe(site.director)
        found["set"], found["set, longest"] = ask(site, "set", MASTER, SETS, SERVERS + ".7.1.1", "integer")
        found["kernel"] = probe.weights(0)[scale.server_address(0, 0)]
        if own:
            found["own"], found["own, longest"] = ask(site, "set", MASTER, SETS, own)
        probe.close()
        for what, columns in COLUMNS.items():
            count, took = ask(site, "walk", MASTER, 50, SECONDS, *("%s.%d" % (SERVERS, c) for c in columns))
            found[what] = count / took
    finally:
        program.stop(deadline=120)
        snmpd.stop()
        wait_for(lambda: scale.count_table(site.director) == (0, 0), 60, "an empty table")
    return found


def inside(args):
    if os.environ.get("LAB_IPVS") != "yes" or not os.path.exists(ASK):
        print("no kernel with IPVS, or built without the agent: nothing to measure")
        sys.exit(77)
    services = scale.Services(100, 10)
    state = tempfile.mkdtemp(dir=os.environ.get("HALVARD_BENCH_DISK", "/var/tmp"))
    site = scale.Site("/run/lab/weight")
    own = "1.3.6.1.4.1.8072.9999.9999.6404.1.9.1.6." + name_index(
        "%s:%d/tcp" % (scale.VIP, scale.PORT), scale.server_address(0, 0) + ":80")
    text = services.text()
    theirs_text = text.replace("global_defs {", "global_defs {\n enable_snmp_keepalived\n enable_snmp_checker\n", 1)
    try:
        ours = measure(site, lambda folder, agentx: daemons.Halvard(site.director, folder, text, agentx, state_dir=state),
                       services, own)
        theirs = measure(site, lambda folder, agentx: daemons.Keepalived(site.director, folder, theirs_text,
                                                                         ["-x", "-A", agentx]), services, None)
        disk = disk_us(state)
    finally:
        site.close()
    print(f"\nThrough snmpd, 1000 real servers; SETs {SETS} times, times in milliseconds\n")
    print("| | halvard | keepalived |\n|---|---|---|")
    for what, title in (("set", "SET of realServerWeight, median"), ("set, longest", "longest")):
        print(f"| {title} | {ours[what] / 1000:.2f} | {theirs[what] / 1000:.2f} |")
    print(f"| SET of halRsWeight, median | {ours['own'] / 1000:.2f} | - |")
    print(f"| longest | {ours['own, longest'] / 1000:.2f} | - |")
    print(f"| the kernel's weight at the last answer, {SETS} | {ours['kernel']} | {theirs['kernel']} |")
    print(f"| the disk alone, median | {disk / 1000:.2f} | nothing is kept |")
    for what in COLUMNS:
        print(f"| GETBULK of {what} of realServerTable, bindings a second | {ours[what]:.0f} | {theirs[what]:.0f} |")
    print(f"\n- load {os.getloadavg()[0]:.1f}")
    print(f"- a weight to kernel and disk: median at most 5 ms more than the disk: "
          f"{'yes' if ours['own'] <= disk + SLACK_US and ours['kernel'] == SETS else 'no'}")


def main():
    args = common.arguments(__doc__)
    if os.environ.get("LAB_KERNEL"):
        inside(args)
    else:
        os.execv(LAB, [LAB, "--time-limit", "600", "--", sys.executable, *sys.argv])


if __name__ == "__main__":
    main()
