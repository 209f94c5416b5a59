"""A process of Halvard dies, snmpd is not there: traffic and addresses do not notice."""
import collections
import json
import os
import signal
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.steer import BOTH, QUICK_CHECKS, object_name
from lab.topology import REAL, Download, tutorial_config
from lab.watch import Asking, TableWatch

# DESIGN: rows are back 2 s after the master agent's return; the rest is for a slow guest.
ROWS_BACK = 2 + 1.5


@pytest.mark.parametrize("role", ["lvs", "main"])
def test_killed_process_leaves_traffic_alone(cluster, steered, role):
    steered.start()
    cluster.directors[1].keepalived(tutorial_config(backup=True)).start()  # would take over
    steered.wait_healthy()
    download = Download(cluster.client, rate=120000)
    with TableWatch(steered.director.namespace) as table, cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == ["director1"], 2, "the watch has begun")
        addresses.events.clear()
        dead = steered.halvard.kill_role(role)
        wait_for(lambda: steered.halvard.role(role) != dead, 5, role + " is restarted")
        steered.snmp.wait_rows(5)
        download.wait()
        settle(1)
    assert table.reads > 100
    assert len(table.seen) == 1, "the table changed: %s" % table.seen
    assert addresses.events == [], "an address moved"

    cluster.web["real1"].stop()
    cluster.wait_weights(steered.director, {REAL["real2"]: 1}, 10)
    cluster.web["real1"].start()
    cluster.wait_weights(steered.director, BOTH, 10)
    steered.snmp.set_ok(object_name("halRsWeight"), "u", "4")
    wait_for(lambda: steered.kernel_weight() == 4, 1, "steering works again")


def states(halvard):
    """What is told of the virtual server and of both real servers, or None for no answer."""
    fields = ("oper_state", "transitions", "effective_weight", "checks_failing", "rs_up")
    told = []
    for table in ("virtual_server", "real_server"):
        out = halvard.ctl("--json", "show", table, check=False)
        if out.returncode:
            return None
        told += [tuple(row.get(f) for f in fields) for row in json.loads(out.stdout)[table]]
    return tuple(told)


@pytest.mark.parametrize("role", ["main", "lvs"])
def test_states_of_servers_stay(cluster, role):
    """One is up and one is down; nobody is ever told anything else, however often it dies."""
    director = cluster.directors[0]
    halvard = director.halvard(tutorial_config(replace=QUICK_CHECKS)).start()
    cluster.web["real1"].stop()
    cluster.wait_owner(director, 15)
    cluster.wait_weights(director, {REAL["real2"]: 1}, 15)
    wait_for(lambda: "checking" not in str(states(halvard)), 10, "both are checked")
    before = states(halvard)
    assert [s[0] for s in before] == ["degraded", "down", "up"], before
    with Asking(lambda: states(halvard)) as told, TableWatch(director.namespace) as table:
        for _ in range(5):
            dead, answers = halvard.kill_role(role), sum(told.seen.values())
            wait_for(lambda: halvard.role(role) != dead, 5, role + " is restarted")
            settle(1.2)  # the guardian forgives a life of 1 s
            wait_for(lambda: sum(told.seen.values()) > answers + 1, 20, "answers")
    assert list(told.seen) == [before], told.seen
    assert len(table.seen) == 1, table.seen


def held(steered, role):
    return steered.halvard.process.pid if role == "guardian" else steered.halvard.role(role)


@pytest.mark.parametrize("role", ["guardian", "main", "lvs", "agent"])
def test_hanging_process_leaves_traffic_alone(cluster, steered, role):
    """It stands still for 4 s; lvs is replaced meanwhile, the others are nobody's concern."""
    steered.start(options=["--watchdog", "2"])
    cluster.directors[1].keepalived(tutorial_config(backup=True)).start()  # would take over
    steered.wait_healthy()
    download = Download(cluster.client, rate=180000)
    pid = held(steered, role)
    with TableWatch(steered.director.namespace) as table, cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == ["director1"], 2, "the watch has begun")
        addresses.events.clear()
        os.kill(pid, signal.SIGSTOP)
        try:
            until, answers = time.monotonic() + 4, collections.Counter()
            while time.monotonic() < until:
                answers += cluster.answers(2)
            assert set(answers) == {"real1", "real2"}
        finally:
            if role != "lvs":
                os.kill(pid, signal.SIGCONT)
        wait_for(lambda: (held(steered, role) != pid) == (role == "lvs"), 15, "its fate")
        download.wait()
    assert len(table.seen) == 1, "the table changed: %s" % table.seen
    assert addresses.events == [], "an address moved"

    cluster.web["real1"].stop()
    cluster.wait_weights(steered.director, {REAL["real2"]: 1}, 10)
    cluster.web["real1"].start()
    cluster.wait_weights(steered.director, BOTH, 10)


def rows_after(steered):
    """Seconds until a row of the real server table is answered."""
    start = time.monotonic()
    oid = steered.snmp.oid(object_name("halRsWeight"))
    wait_for(lambda: steered.snmp.numeric(oid) == "1", 10, "rows by SNMP")
    return time.monotonic() - start


def test_snmpd_late_and_restarted(cluster, steered):
    director = steered.director
    snmpd = director.snmpd()
    steered.snmp.oid(object_name("halRsWeight"))  # read the modules before time is measured
    steered.halvard = director.halvard(tutorial_config(), agentx=snmpd.agentx).start()
    cluster.wait_owner(director, 15)
    cluster.wait_weights(director, BOTH, 10)
    assert set(cluster.answers(4)) == {"real1", "real2"}, "service does not need snmpd"

    with cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == ["director1"], 2, "the watch has begun")
        addresses.events.clear()
        snmpd.start()
        assert rows_after(steered) < ROWS_BACK, "snmpd started late"
        snmpd.stop()
        settle(1)
        snmpd.start()
        assert rows_after(steered) < ROWS_BACK, "snmpd restarted"
        snmpd.kill_all()
        snmpd.start()
        assert rows_after(steered) < ROWS_BACK, "snmpd killed"
    assert addresses.events == [], "an address moved"
