"""An agent that was taken over: what it says to main and to the guardian changes nothing that an
agent may not change, costs nobody else anything, and is over when an honest one is back."""
import json
import os
import re
import subprocess
import time

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP
from netns.test_agent_snmp import GOOD, PRIORITY, VERSION, Manager

FUZZER = os.path.join("tests", "netns", "agent_fuzzer")
SECONDS = 20
ROUNDS = 2  # of five manners, 11 s
CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 150
	version 3
	advert_int 0.5
	virtual_ipaddress {
		%s
	}
}
virtual_server 192.0.2.1 80 {
	delay_loop 3600 # no check runs and changes a state by right
	lvs_sched rr
	protocol TCP
	real_server 127.0.0.1 9 {
		TCP_CHECK {
		}
	}
}
""" % VIP
MEASURED = {"worst_lateness_us", "worst_advert_gap_us"}
STANDING = ["main", "vrrp", "lvs"]
# What main keeps for a peer that does not read, and half of that again for the rest.
MEMORY_KB = 96 * 1024


def rows(daemon, table):
    return json.loads(daemon.ctl("--json", "show", table).stdout)[table]


def what_must_stay(daemon, fields):
    """{table: rows} with the fields that no agent may change."""
    found = {}
    for table in sorted({t for t, _ in fields} - {"process", "change_log", "overlay"}):
        got = rows(daemon, table)
        found[table] = [{k: v for k, v in row.items() if (table, k) in fields}
                        for row in (got if isinstance(got, list) else [got])]
    return found


def changed(before, now):
    """[(table, field, value before, value now)]"""
    return [(t, k, old[k], new.get(k)) for t in before for old, new in zip(before[t], now[t])
            for k in old if old[k] != new.get(k)] + [t for t in before if len(before[t]) != len(now[t])]


def fields_that_must_stay():
    out = subprocess.run([os.path.join(daemons.BUILD, FUZZER), "--fields"], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    return {tuple(line.split()) for line in out.splitlines()
            if line.split()[1] not in MEASURED}


def memory_kb(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS:"))


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


@pytest.fixture
def daemon(cluster, monkeypatch):
    """Master of its instance, with an honest agent; the count of liars is in `daemon.count`."""
    for program in ("halvard-agent", FUZZER):
        if not os.path.exists(os.path.join(daemons.BUILD, program)):
            pytest.skip(program + " is not built")
    director = cluster.directors[0]
    count = director.path("count")
    with open(count, "w") as f:
        f.write("0\n")
    os.chmod(count, 0o666)
    monkeypatch.setenv("HALVARD_FUZZ", count)
    snmpd = director.snmpd().start()
    halvard = director.halvard(CONFIG, agentx=snmpd.agentx, bin_dir=director.path("bin")).start()
    halvard.count = count
    halvard.manager = Manager(director.namespace)
    wait_for(lambda: "STRING" in halvard.manager.get(VERSION, timeout=0.5)[0], 15, "SNMP")
    cluster.wait_owner(director, 15)
    wait_for(lambda: rows(halvard, "real_server")[0]["reason"] == "kernelRefused" or
             os.environ.get("LAB_IPVS"), 10, "the state of the server")
    return halvard


def liars(daemon):
    with open(daemon.count) as f:
        return int(f.read() or 0)


def look(daemon, pids, limits):
    """Nobody has died, and nobody has grown."""
    assert {r: daemon.role(r) for r in STANDING} == pids
    for pid, (kb, files) in limits.items():
        assert memory_kb(pid) < kb
        assert descriptors(pid) <= files


def change(daemon, priority):
    """By halvardctl, in its turn: behind one transaction that is held (2 s) and one that a worker
    is asked about."""
    start = time.monotonic()
    daemon.ctl("set", "vrrp_instance", "VI_1", "base_priority", str(priority))
    assert time.monotonic() - start < 10
    assert rows(daemon, "vrrp_instance")[0]["base_priority"] == priority


def test_an_agent_that_lies(daemon, cluster):
    fields = fields_that_must_stay()
    before = what_must_stay(daemon, fields)
    transitions = rows(daemon, "vrrp_instance")[0]["transitions"]
    pids = {r: daemon.role(r) for r in STANDING}
    limits = {p: (memory_kb(p) + MEMORY_KB, descriptors(p) + 2)
              for p in (pids["main"], daemon.process.pid)}
    priority = 130
    with cluster.watch() as watch:
        daemon.replace_agent(FUZZER)
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or liars(daemon) < ROUNDS * 5:
            assert time.monotonic() < end + 40, "%d liars" % liars(daemon)
            look(daemon, pids, limits)
            priority = 130 + (priority + 1) % 20
            change(daemon, priority)
            daemons.settle(0.1)
        change(daemon, 150)
        processes = {p["role"]: p for p in rows(daemon, "process")}
        old = daemon.replace_agent("halvard-agent")
        wait_for(lambda: daemon.role("agent") != old, 15, "an honest agent")
    assert not [e for e in watch.events if not e[2]], "the address went"
    assert rows(daemon, "vrrp_instance")[0]["transitions"] == transitions
    assert [processes[r]["restarts"] for r in STANDING] == [0, 0, 0]
    assert processes["agent"]["restarts"] >= ROUNDS * 5
    wait_for(lambda: GOOD == daemon.manager.set((PRIORITY, "u", 77)), 15, "a SET by an honest one")
    assert daemon.manager.get(PRIORITY, timeout=0.5)[0] == "Gauge32: 77"
    change(daemon, 150)
    wait_for(lambda: not changed(before, what_must_stay(daemon, fields)), 10,
             lambda: "what was before; now %s" % changed(before, what_must_stay(daemon, fields)))
    assert not re.search(r": reload .* by ", daemon.log_text())
    assert re.search(r"process agent: running -> dead \(linkBroken\), pid \d+, it broke the rules of its link", daemon.log_text())
    look(daemon, pids, limits)
