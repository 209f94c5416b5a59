"""Tracking: what happens to interfaces, files, scripts and processes changes the priority, or is a
fault.

Halvard and Debian's keepalived have the same configuration on two directors, under other virtual
router identifiers, so that both are master of all their instances. In each situation the priorities
on the wire must be those that the manual promises, and so the same from both; an instance in fault
is silent. One identifier for each rule: a tracker with another weight.
"""
import json
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS
from vrrp_alone import Wire

INTERVAL = 0.2
BASE = 100
PLACES = {"halvard": ("director1", 10), "keepalived": ("director2", 60)}
SETTLED = 8  # seconds in which a priority must be on the wire: starting, or stepping up from a fault

INSTANCE = """
vrrp_instance %(name)s {
	state BACKUP
	interface eth0
	virtual_router_id %(vrid)d
	version 3
	priority %(priority)d
	advert_int 0.2
	%(more)s
	virtual_ipaddress {
		192.168.1.%(host)d
	}
}
"""


def config(trackers, first_vrid, priority=BASE, head=""):
    """One instance for each text of a tracker."""
    return head + "".join(
        INSTANCE % {"name": "VI_%d" % n, "vrid": first_vrid + n, "priority": priority, "host": 120 + first_vrid + n,
                    "more": more} for n, more in enumerate(trackers))


class Both:
    """Both programs with the same trackers, and what they say on the wire."""

    def __init__(self, cluster, wire, trackers, kinds=("halvard", "keepalived"), more_links=(), **kw):
        self.wire = wire
        self.kinds = kinds
        self.count = len(trackers)
        self.directors = {k: next(d for d in cluster.directors if d.name == PLACES[k][0]) for k in kinds}
        for n in ["eth1", *more_links]:
            far = n.replace("eth", "far")
            self.ip("link add %s type veth peer name %s" % (n, far))
            self.ip("link set %s up" % n)
            self.ip("link set %s up" % far)
        self.programs = {k: d.manager(k, config(trackers, PLACES[k][1], **kw)).start()
                         for k, d in self.directors.items()}

    def ip(self, line):
        for d in self.directors.values():
            d.namespace.ip(line)

    def heard(self, kind, since):
        """The last priority of each instance since a time; None: silent."""
        found = [None] * self.count
        name, first = PLACES[kind]
        for h in self.wire.adverts(ADDRESS[name], since):
            n = h[3][1] - first
            if 0 <= n < self.count and h[3][2]:
                found[n] = h[3][2]
        return found

    def priorities(self, expected):
        """All are heard with these priorities, and stay so."""
        def reached():
            since = time.monotonic() - 3 * INTERVAL
            return all(self.heard(k, since) == expected for k in self.kinds)

        wait_for(reached, SETTLED, lambda: "expected %s, heard %s" % (
            expected, {k: self.heard(k, time.monotonic() - 3 * INTERVAL) for k in self.kinds}))


@pytest.fixture
def wire(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    with Wire(cluster.client) as w:
        yield w


def rows(program, table="track"):
    return json.loads(program.ctl("--json", "show", table).stdout)[table]


def instance(program, name="VI_0"):
    return next(r for r in rows(program, "vrrp_instance") if r["name"] == name)


def interface(options):
    return "track_interface {\n\t\teth1 %s\n\t}" % options


# options of the tracker; priority while eth1 is up, and while it is down (None: fault)
INTERFACE = [("", BASE, None), ("weight 0", BASE, None), ("weight 20", 120, BASE), ("weight -30", BASE, 70),
             ("weight 20 reverse", 80, BASE), ("weight -30 reverse", BASE, 130), ("weight 253", 254, BASE),
             ("weight -253", BASE, 1), ("weight 0 reverse", None, BASE)]


def test_interface(cluster, wire):
    both = Both(cluster, wire, [interface(i[0]) for i in INTERFACE])
    up, down = [i[1] for i in INTERFACE], [i[2] for i in INTERFACE]
    both.priorities(up)
    both.ip("link set far1 down")  # the cable
    both.priorities(down)
    first = both.programs["halvard"]
    assert instance(first)["state"] == "fault" and instance(first)["reason"] == "trackFault"
    assert {r["contribution"] for r in rows(first)} == {0, -30, 30, -253}
    both.ip("link set far1 up")
    both.priorities(up)
    both.ip("link del eth1")
    both.priorities(down)


def test_several_add_up_and_an_owner_stays(cluster, wire):
    more = "track_interface {\n\t\teth1 weight -30\n\t\tfar1 weight -20\n\t\tlo weight 5\n\t}"
    both = Both(cluster, wire, [more, interface("weight -10")], priority=BASE)
    both.priorities([105, BASE])
    both.ip("link set eth1 down")  # takes the carrier of the other end
    both.priorities([55, 90])
    both.ip("link set eth1 up")
    both.priorities([105, BASE])


def test_owner_is_not_weighed(cluster, wire):
    both = Both(cluster, wire, [interface("weight -30")], kinds=("halvard",), priority=255)
    both.priorities([255])
    both.ip("link set eth1 down")
    settle(5 * INTERVAL)
    both.priorities([255])


def test_weight_is_changed_at_run_time_and_stays(cluster, wire):
    both = Both(cluster, wire, [interface("weight -30")], kinds=("halvard",))
    program = both.programs["halvard"]
    both.priorities([BASE])
    both.ip("link set eth1 down")
    both.priorities([70])
    program.ctl("set", "track", "instance", "VI_0", "interface", "eth1", "weight", "-45")
    both.priorities([55])
    answer = program.ctl("set", "track", "instance", "VI_0", "interface", "eth1", "weight", "-300", check=False)
    assert answer.returncode and "-254..254" in answer.stdout
    program.stop()
    since = time.monotonic()
    program.start()
    wait_for(lambda: both.heard("halvard", since) == [55], SETTLED, "the weight is kept")
    wait_for(lambda: program.ctl("status", check=False).returncode == 0, 5, "it answers")
    program.ctl("set", "track", "instance", "VI_0", "interface", "eth1", "reverse", "yes")
    both.priorities([145])


def test_own_interface_down_is_no_fault_with_dont_track_primary(cluster, wire):
    both = Both(cluster, wire, ["dont_track_primary", ""], kinds=("halvard",))
    program = both.programs["halvard"]
    both.priorities([BASE, BASE])
    both.ip("link set eth0 down")
    wait_for(lambda: instance(program, "VI_1")["state"] == "fault", 5, "the other is in fault")
    settle(3 * INTERVAL)
    assert instance(program, "VI_0")["state"] == "master"
    both.ip("link set eth0 up")
    both.priorities([BASE, BASE])


GROUP = """
vrrp_sync_group VG {
	group {
		VI_0
		VI_1
	}
	%s
}
"""


def test_group_tracks_for_all_members(cluster, wire):
    """One weight for all, and a fault of all."""
    head = GROUP % "track_interface {\n\t\teth2 weight -30\n\t\teth1\n\t}"
    both = Both(cluster, wire, ["", ""], more_links=["eth2"], head=head)
    both.priorities([BASE, BASE])
    both.ip("link set eth2 down")
    both.priorities([70, 70])
    both.ip("link set far1 down")
    both.priorities([None, None])
    program = both.programs["halvard"]
    assert rows(program, "sync_group")[0]["state"] == "fault"
    both.ip("link set far1 up")
    both.priorities([70, 70])
    both.ip("link set eth2 up")
    both.priorities([BASE, BASE])


def test_weight_of_a_member_has_no_effect_and_a_fault_has(cluster, wire):
    """keepalived 2.2.7 says so too, and sends the other priority all the same."""
    trackers = [interface("weight -30"), "track_interface {\n\t\teth2\n\t}"]
    both = Both(cluster, wire, trackers, kinds=("halvard",), more_links=["eth2"], head=GROUP % "")
    both.priorities([BASE, BASE])
    both.ip("link set eth1 down")
    settle(5 * INTERVAL)
    both.priorities([BASE, BASE])
    both.ip("link set eth2 down")
    both.priorities([None, None])


def test_weight_of_a_member_counts_where_the_group_says_so(cluster, wire):
    both = Both(cluster, wire, [interface("weight -30"), interface("weight -40")],
                head=GROUP % "sync_group_tracking_weight")
    both.priorities([BASE, BASE])
    both.ip("link set eth1 down")
    both.priorities([70, 60])
