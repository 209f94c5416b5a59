"""SNMP on the whole daemon: what a SET changes is durable, what it cannot keep it does not
change, and the agent comes and goes without anybody else noticing."""
import os
import re
import signal
import time

import pytest

from lab import daemons
from lab.daemons import fill_disk, settle
from lab.space import wait_for
from netns.test_agent_snmp import (AGE, GOOD, PRIORITY, ROOT, VERSION, VRRP_ADMIN, Manager, subids)

CONFIG = """
global_defs {
	router_id LAB
	%s
}
vrrp_instance VI_1 {
	state MASTER
	interface eth0
	virtual_router_id 51
	priority 100
	advert_int 1
	virtual_ipaddress {
		192.168.1.200
	}
}
"""
STATE = ROOT + ".3.1.8" + subids("VI_1")
EFFECTIVE_PRIORITY = ROOT + ".3.1.11" + subids("VI_1")
COMMAND = ROOT + ".3.1.17" + subids("VI_1")
NONE, YIELD, TAKEOVER = 1, 2, 3
TRANSITIONS = ROOT + ".3.1.25" + subids("VI_1")
OVERLAY_ENTRIES = ROOT + ".1.9.0"
MASTER = "INTEGER: 3"


@pytest.fixture
def running(cluster):
    """(manager, snmpd, halvard), master of its one instance."""
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    halvard = director.halvard(CONFIG % "", agentx=snmpd.agentx).start()
    manager = Manager(director.namespace)
    wait_master(manager)
    return manager, snmpd, halvard


def read(manager, oid):
    return manager.get(oid, timeout=0.5)[0]


def wait_value(manager, oid, value, deadline=10):
    wait_for(lambda: read(manager, oid) == value, deadline, "%s = %s" % (oid, value))


def wait_master(manager):
    wait_value(manager, STATE, MASTER, 15)


def pid_of(manager, role):
    """As halProcessTable tells it."""
    return int(read(manager, ROOT + ".2.1.2" + subids(role)).split()[1])


def start_again(halvard, manager):
    halvard.kill_all()
    halvard.start()
    wait_for(lambda: "STRING" in read(manager, VERSION), 5, "the agent after a restart")


def test_set_is_in_force_and_durable(running):
    manager, _, halvard = running
    assert manager.set((PRIORITY, "u", 77)) == GOOD
    assert read(manager, PRIORITY) == "Gauge32: 77"
    assert read(manager, OVERLAY_ENTRIES) == "Gauge32: 1"
    assert manager.set((VRRP_ADMIN, "i", 2)) == GOOD
    wait_value(manager, STATE, "INTEGER: 1")
    start_again(halvard, manager)
    assert read(manager, PRIORITY) == "Gauge32: 77"
    assert read(manager, VRRP_ADMIN) == "INTEGER: 2"
    assert read(manager, STATE) == "INTEGER: 1"
    halvard.reload()
    wait_for(lambda: read(manager, ROOT + ".1.7.0") == "INTEGER: 2", 5, "the reload")
    assert read(manager, PRIORITY) == "Gauge32: 77"
    assert manager.set((VRRP_ADMIN, "i", 1)) == GOOD
    wait_master(manager)


def test_one_bad_varbind_changes_nothing(running):
    manager, _, _ = running
    assert manager.set((VRRP_ADMIN, "i", 2), (PRIORITY, "u", 256)) == "wrongValue 2"
    assert manager.set((PRIORITY, "i", -1)) == "wrongType 1"
    assert manager.set((PRIORITY, "s", "x")) == "wrongType 1"
    assert read(manager, VRRP_ADMIN) == "INTEGER: 1"
    assert read(manager, PRIORITY) == "Gauge32: 100"
    assert read(manager, OVERLAY_ENTRIES) == "Gauge32: 0"


def test_full_disk_answers_commit_failed(cluster, small_state):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    halvard = director.halvard(CONFIG % "", agentx=snmpd.agentx, state_dir=small_state).start()
    manager = Manager(director.namespace)
    wait_master(manager)
    filler = fill_disk(small_state)
    assert manager.set((PRIORITY, "u", 77)) == "commitFailed 1"
    assert read(manager, PRIORITY) == "Gauge32: 100"
    assert read(manager, STATE) == MASTER
    os.unlink(filler)
    assert manager.set((PRIORITY, "u", 77)) == GOOD
    start_again(halvard, manager)
    assert read(manager, PRIORITY) == "Gauge32: 77"


def test_changes_by_others_are_seen(running):
    manager, _, halvard = running
    halvard.ctl("set", "vrrp_instance", "VI_1", "base_priority", "88")
    assert read(manager, PRIORITY) == "Gauge32: 88"
    assert manager.set((PRIORITY, "u", 89)) == GOOD
    rows = manager.walk(ROOT + ".13.1")
    shown = {tuple(oid.rsplit(".", 2)[1:]): value for oid, value in rows}
    numbers = sorted({number for _, number in shown}, key=int)
    assert [shown["3", n] for n in numbers] == ["INTEGER: 2", "INTEGER: 1"]
    assert [shown["8", n] for n in numbers] == ['STRING: "88"', 'STRING: "89"']
    assert [shown["9", n] for n in numbers] == ["INTEGER: 1"] * 2


def test_agent_killed(running):
    manager, _, halvard = running
    before = read(manager, TRANSITIONS)
    for _ in range(3):
        old = halvard.kill_role("agent")
        wait_for(lambda: halvard.role("agent") != old, 5, "another agent")
        wait_for(lambda: "STRING" in read(manager, VERSION), 5, "rows of the new agent")
    assert read(manager, TRANSITIONS) == before
    assert manager.set((PRIORITY, "u", 90)) == GOOD


def test_main_killed(running):
    manager, _, _ = running
    before = read(manager, TRANSITIONS)
    os.kill(pid_of(manager, "main"), signal.SIGKILL)
    assert "STRING" in read(manager, VERSION)  # the replica answers meanwhile
    wait_for(lambda: manager.set((PRIORITY, "u", 91)) == GOOD, 5, "a SET through the new main")
    assert read(manager, TRANSITIONS) == before


def test_age_is_small_and_shows_a_hang(running):
    manager, _, _ = running

    def age():
        return int(read(manager, AGE).split()[1])

    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert age() < 1500
    pid = pid_of(manager, "main")
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for(lambda: age() > 1700, 5, "the age to grow")
        assert manager.set((PRIORITY, "u", 92)) == "resourceUnavailable 1"
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: age() < 1500, 5, "the age to fall")
    assert read(manager, PRIORITY) == "Gauge32: 100"


def test_snmpd_absent_is_no_error(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    snmpd = director.snmpd()
    halvard = director.halvard(CONFIG % "", agentx=snmpd.agentx).start()
    manager = Manager(director.namespace)
    cluster.wait_owner(director, 15)
    assert not re.search(r"(?i)agent.*(error|warn|fail)", halvard.log_text())
    snmpd.start()
    start = time.monotonic()
    wait_master(manager)
    assert time.monotonic() - start < 3.5


def test_reload_changes_which_tables_there_are(running):
    manager, _, halvard = running
    halvard.configure(CONFIG % "enable_snmp_vrrp false")
    halvard.reload()
    wait_for(lambda: not manager.walk(ROOT + ".3", timeout=0.5) and
             "STRING" in read(manager, VERSION), 10, "the tables without VRRP")
    halvard.configure(CONFIG % "")
    halvard.reload()
    wait_master(manager)


def test_socket_moved(cluster):
    """The file names another socket: the agent goes over to the snmpd that is there."""
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    first = director.snmpd().start()
    second = director._add(daemons.Snmpd(director.namespace, director.path("snmpd2")))
    second.listen = "udp:127.0.0.1:1161"
    second.start()
    halvard = director.halvard(CONFIG % ("snmp_socket unix:" + first.agentx)).start()
    manager = Manager(director.namespace)
    wait_master(manager)
    halvard.configure(CONFIG % ("snmp_socket unix:" + second.agentx))
    halvard.reload()
    moved = time.monotonic()
    there = Manager(director.namespace, "127.0.0.1:1161")
    wait_value(there, STATE, MASTER)
    assert time.monotonic() - moved < 2 + 1.5
    assert not manager.walk(ROOT, timeout=0.5)


def test_yield_and_takeover(running):
    """By halVrrpCommand: durable, and read back as it stands."""
    manager, _, halvard = running
    assert manager.set((COMMAND, "i", 4)) == "wrongValue 1"
    assert manager.set((COMMAND, "i", YIELD)) == GOOD
    assert read(manager, EFFECTIVE_PRIORITY) == "Gauge32: 1"
    assert read(manager, COMMAND) == "INTEGER: 2"
    start_again(halvard, manager)
    assert read(manager, COMMAND) == "INTEGER: 2"
    assert read(manager, EFFECTIVE_PRIORITY) == "Gauge32: 1"
    assert manager.set((COMMAND, "i", TAKEOVER)) == GOOD
    assert read(manager, EFFECTIVE_PRIORITY) == "Gauge32: 100"
    wait_master(manager)


def test_owner_refuses_to_yield(running):
    manager, _, _ = running
    assert manager.set((PRIORITY, "u", 255)) == GOOD
    assert manager.set((COMMAND, "i", YIELD)) == "inconsistentValue 1"
    assert read(manager, COMMAND) == "INTEGER: 1"
    assert read(manager, OVERLAY_ENTRIES) == "Gauge32: 1"
    assert manager.set((PRIORITY, "u", 100), (COMMAND, "i", YIELD)) == GOOD
    assert manager.set((PRIORITY, "u", 255)) == "inconsistentValue 1"
    assert manager.set((COMMAND, "i", NONE)) == GOOD


LOCK, RELOAD = ROOT + ".1.15.0", ROOT + ".1.12.0"
RELOAD_RESULT, REFUSED_COUNT = ROOT + ".1.7.0", ROOT + ".1.18.0"


def number(text):
    return int(text.split()[1])


def test_the_lock_lets_one_manager_through(running):
    """TestAndIncr: of two that have read the same value one changes something; nobody else has changed
    anything either, by whatever way."""
    manager, _, halvard = running
    lock = number(read(manager, LOCK))
    assert manager.set((LOCK, "i", lock), (PRIORITY, "u", 77)) == GOOD
    assert number(read(manager, LOCK)) == lock + 1
    assert manager.set((LOCK, "i", lock), (PRIORITY, "u", 78)) == "inconsistentValue 1"
    assert manager.set((PRIORITY, "u", 78), (LOCK, "i", lock)) == "inconsistentValue 2"
    assert read(manager, PRIORITY) == "Gauge32: 77"
    halvard.ctl("set", "vrrp_instance", "VI_1", "base_priority", "88")
    assert manager.set((LOCK, "i", lock + 1), (PRIORITY, "u", 78)) == "inconsistentValue 1"
    assert manager.set((LOCK, "i", lock + 2), (PRIORITY, "u", 79)) == GOOD
    assert manager.set((LOCK, "i", -1)) == "wrongValue 1"
    assert manager.set((LOCK, "u", lock + 3)) == "wrongType 1"
    assert read(manager, OVERLAY_ENTRIES) == "Gauge32: 1", "the lock is no change that is kept"


def test_a_reload_by_snmp(running):
    manager, _, halvard = running
    halvard.configure((CONFIG % "").replace("priority 100", "priority 120"))
    assert read(manager, RELOAD) == "INTEGER: 1"
    assert manager.set((RELOAD, "i", 1)) == GOOD, "idle is no order"
    assert manager.set((RELOAD, "i", 3)) == "wrongValue 1"
    assert read(manager, PRIORITY) == "Gauge32: 100"
    assert manager.set((RELOAD, "i", 2)) == GOOD
    wait_value(manager, PRIORITY, "Gauge32: 120")
    assert (read(manager, RELOAD), read(manager, RELOAD_RESULT)) == ("INTEGER: 1", "INTEGER: 2")
    halvard.configure(CONFIG % "no_such_word {")
    assert manager.set((RELOAD, "i", 2)) == GOOD
    wait_value(manager, RELOAD_RESULT, "INTEGER: 3")
    assert read(manager, REFUSED_COUNT) == "Counter32: 1"
    assert read(manager, PRIORITY) == "Gauge32: 120"


def test_settings_of_an_instance(running):
    """Those that take effect at once, and the one that begins the instance anew."""
    manager, _, halvard = running
    interval, preempt, delay, accept = ("%s.3.1.%d%s" % (ROOT, n, subids("VI_1")) for n in (12, 14, 15, 16))
    before = read(manager, TRANSITIONS)
    assert manager.set((interval, "u", 200), (preempt, "i", 2), (delay, "u", 7000)) == GOOD
    assert [read(manager, o) for o in (interval, preempt, delay)] == ["Gauge32: 200", "INTEGER: 2", "Gauge32: 7000"]
    assert read(manager, TRANSITIONS) == before
    assert manager.set((interval, "u", 250)) == "inconsistentValue 1", "version 2 has whole seconds"
    assert manager.set((accept, "i", 2)) == GOOD
    wait_for(lambda: read(manager, TRANSITIONS) != before and read(manager, STATE) == MASTER, 15, "master again")
    start_again(halvard, manager)
    assert read(manager, accept) == "INTEGER: 2"


def test_modules_are_named(running):
    """sysORTable has them, also after snmpd was away."""
    manager, snmpd, _ = running

    def named():
        walk = manager.run("snmpwalk", "1.3.6.1.2.1.1.9.1.3", timeout=1)
        return [walk.count(m) for m in ("HALVARD-MIB", "KEEPALIVED-MIB", "VRRP-MIB (RFC 2787)", "VRRPV3-MIB (RFC 6527)")]

    assert named() == [1, 1, 1, 1]
    ids = manager.run("snmpwalk", "1.3.6.1.2.1.1.9.1.2", timeout=1)
    for number in (1, 2, 3):  # halvardCapabilitiesMIB
        assert ids.count("8072.9999.9999.6404.2.3.%d\n" % number) == 1, ids
    snmpd.kill_all()
    snmpd.start()
    wait_for(lambda: named() == [1, 1, 1, 1], 20, "they are named again")


def test_without_the_program(cluster):
    """It is another package: one line says that it is missing, and a reload finds it."""
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    halvard = director.halvard(CONFIG % "", agentx=snmpd.agentx, bin_dir=director.path("bin")).start()
    manager = Manager(director.namespace)
    wait_master(manager)
    program = os.path.join(halvard.bin_dir, "halvard-agent")
    os.rename(program, program + ".away")
    halvard.kill_role("agent")
    said = "process agent: its program is not installed"
    wait_for(lambda: said in halvard.log_text(), 10, "it is said")
    wait_for(lambda: "disabled" in halvard.ctl("show", "process", "agent").stdout, 5, "it is off")
    settle(1)
    assert halvard.log_text().count(said) == 1
    os.rename(program + ".away", program)
    halvard.ctl("reload")
    wait_master(manager)
