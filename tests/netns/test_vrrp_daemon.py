"""VRRP in the whole daemon: what main does or suffers leaves the advertisements alone."""
import os
import signal
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from vrrp_alone import Wire

INTERVAL = 0.1
SELF = ADDRESS["director1"]
SECOND = "192.168.1.201"
CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %d
	advert_int 0.1
	virtual_ipaddress {
		%s
	}
}
"""


@pytest.fixture
def running(cluster):
    """Halvard as master on the first director: (director, program, wire, watch)."""
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    program = director.halvard(CONFIG % (100, VIP)).start()
    with Wire(cluster.client) as wire, cluster.watch() as watch:
        cluster.wait_owner(director, 10)
        wait_for(lambda: len(wire.adverts(SELF)) > 3, 3, "advertisements")
        yield director, program, wire, watch


def undisturbed(wire, watch, since):
    """No gap of advertisements, no transition, and nothing announced anew."""
    times = [a[0] for a in wire.adverts(SELF, since)]
    assert max(b - a for a, b in zip(times, times[1:])) < 2 * INTERVAL
    assert time.monotonic() - times[-1] < 2 * INTERVAL
    assert not watch.transitions_since(since), watch.events
    assert not wire.announcements(VIP, since)


def test_main_is_killed(running):
    director, program, wire, watch = running
    since = time.monotonic()
    old = program.kill_role("main")
    wait_for(lambda: program.role("main") != old, 5, "main is back")
    settle(1)
    undisturbed(wire, watch, since)


def test_reload_of_the_same_file(running):
    """Not even a netlink write: without a lease, so that renewals are not taken for one."""
    director, program, wire, watch = running
    program.configure(CONFIG.replace("priority", "vrrp_address_lease off\n\tpriority") % (100, VIP))
    program.reload()
    wait_for(lambda: watch.permanent[director.name], 3, "no lease")
    watch.renewals, since = 0, time.monotonic()
    program.reload()
    settle(1)
    undisturbed(wire, watch, since)
    assert watch.renewals == 0


def test_reload_changes_what_differs(running):
    director, program, wire, watch = running
    since = time.monotonic()
    program.configure(CONFIG % (77, VIP + "\n\t\t" + SECOND))
    program.reload()
    wait_for(lambda: director.owns(SECOND), 3, "the second address")
    wait_for(lambda: wire.adverts(SELF)[-1][3][2:4] == bytes([77, 2]), 2, "priority and count on the wire")
    settle(0.3)
    assert not watch.transitions_since(since), watch.events
    assert all(a[3][2] != 0 for a in wire.adverts(SELF, since))


def test_vrrp_is_killed_and_comes_back(running, cluster):
    director, program, wire, watch = running
    old = program.kill_role("vrrp")
    wait_for(lambda: program.role("vrrp") != old, 5, "vrrp is back")
    since = time.monotonic()
    wait_for(lambda: len(wire.adverts(SELF, since)) > 3, 5, "master again")
    assert director.owns()


def test_end_takes_the_addresses_away(running):
    director, program, wire, watch = running
    program.stop()
    assert not director.owns()
    assert wire.adverts(SELF)[-1][3][2] == 0


def test_packet_loop_runs_on_the_named_processor(running):
    """With all limits of the real process in force; without the word on all processors again."""
    director, program, _, _ = running

    def allowed():
        with open("/proc/%d/status" % program.role("vrrp")) as f:
            return [n.split()[1] for n in f if n.startswith("Cpus_allowed_list")][0]

    before = allowed()
    program.configure("global_defs {\n\tvrrp_cpu_affinity 0\n}\n" + CONFIG % (100, VIP))
    program.reload()
    wait_for(lambda: allowed() == "0", 5, "processor 0")
    program.configure(CONFIG % (100, VIP))
    program.reload()
    wait_for(lambda: allowed() == before, 5, "as before")


def test_name_and_limit_of_the_process(running):
    """Named by its role without the words. The limit stands, and can be raised again; its signal is
    an end like any other: the next process goes on."""
    director, program, wire, watch = running

    def name():
        with open("/proc/%d/comm" % program.role("vrrp")) as f:
            return f.read().strip()

    def limit():
        with open("/proc/%d/limits" % program.role("vrrp")) as f:
            return [line.split()[3] for line in f if line.startswith("Max realtime timeout")][0]

    assert (name(), limit()) == ("halvard-vrrp", "unlimited")
    with open("/proc/%d/comm" % program.role("lvs")) as f:
        assert f.read().strip() == "halvard-lvs"
    for microseconds in (2000000, 3000000):
        program.configure("global_defs {\n\tvrrp_process_name speaker_of_adverts\n\tvrrp_rlimit_rttime %d\n}\n%s" % (
            microseconds, CONFIG % (100, VIP)))
        program.reload()
        wait_for(lambda n=microseconds: (name(), limit()) == ("speaker_of_adve", str(n)), 5, "what the file says")
    since = time.monotonic()
    old = program.role("vrrp")
    os.kill(old, signal.SIGXCPU)
    wait_for(lambda: program.role("vrrp") != old and name() == "speaker_of_adve" and limit() == "3000000", 5, "the next one")
    wait_for(lambda: "resumed" in program.log_text(), 3, "it goes on as master")
    assert not watch.transitions_since(since), watch.events
    program.configure(CONFIG % (100, VIP))
    program.reload()
    wait_for(lambda: (name(), limit()) == ("halvard-vrrp", "unlimited"), 5, "as before")
