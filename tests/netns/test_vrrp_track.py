"""Tracking: what happens to interfaces, files, scripts and processes changes the priority, or is a
fault.

Halvard and Debian's keepalived have the same configuration on two directors, under other virtual
router identifiers, so that both are master of all their instances. In each situation the priorities
on the wire must be those that the manual promises, and so the same from both; an instance in fault
is silent. One identifier for each rule: a tracker with another weight.
"""
import json
import os
import shutil
import subprocess
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS
from vrrp_alone import Wire

INTERVAL = 0.2
BASE = 100
PLACES = {"halvard": ("director1", 10), "keepalived": ("director2", 60)}
AT_ONCE = 3  # seconds, when nobody has to look again by the clock; a takeover takes one of them
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

    def priorities(self, expected, within=SETTLED):
        """All are heard with these priorities."""
        def reached():
            since = time.monotonic() - 3 * INTERVAL
            return all(self.heard(k, since) == expected for k in self.kinds)

        wait_for(reached, within, lambda: "expected %s, heard %s" % (
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


def test_a_flap_is_bridged(cluster, wire):
    """interface_up_down_delays: what is taken back in time has no effect, what lasts has."""
    head = "interface_up_down_delays {\n\teth1 1 0.5\n}\n"
    both = Both(cluster, wire, [interface("weight -30")], head=head)
    both.priorities([BASE])
    since = time.monotonic()
    both.ip("link set far1 down")
    settle(0.4)
    both.ip("link set far1 up")
    settle(1.2)
    assert {h[3][2] for h in wire.adverts(None, since)} == {BASE}
    down = time.monotonic()
    both.ip("link set far1 down")
    both.priorities([70])
    first = {k: next(h[0] for h in wire.adverts(ADDRESS[PLACES[k][0]], down) if h[3][2] == 70) for k in both.kinds}
    assert all(0.9 < when - down < 2 for when in first.values()), (down, first)
    both.ip("link set far1 up")
    both.priorities([BASE])


def test_a_polled_link(cluster, wire):
    """linkbeat_interfaces: keepalived polls it too."""
    both = Both(cluster, wire, [interface("weight -30")], head="linkbeat_interfaces {\n\teth1 ETHTOOL\n}\n")
    both.priorities([BASE])
    both.ip("link set far1 down")
    both.priorities([70])
    both.ip("link set far1 up")
    both.priorities([BASE])


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


# ---- files, scripts, processes --------------------------------------------------

GLOBAL = "global_defs {\n\tscript_user root\n\tenable_script_security\n}\n"


def put(path, text):
    """As a whole, as who writes such files should."""
    with open(path + ".new", "w") as f:
        f.write(text)
    os.rename(path + ".new", path)


# options of the tracker; priorities for each number in the file (None: fault)
NUMBERS = ["7", "-7", "0", "200", "-254"]
FILE = [("", [107, 93, BASE, 254, None]), ("weight 3", [121, 79, BASE, 254, None]),
        ("weight -2", [86, 114, BASE, None, 254]), ("weight 0", [None, None, BASE, None, None])]


def test_file(cluster, wire, folder):
    path = os.path.join(folder, "load")
    put(path, NUMBERS[0])
    head = GLOBAL + "track_file load {\n\tfile %s\n}\n" % path
    both = Both(cluster, wire, ["track_file {\n\t\tload %s\n\t}" % f[0] for f in FILE], head=head)
    both.priorities([f[1][0] for f in FILE])
    for n, text in enumerate(NUMBERS):
        put(path, text + "\n")
        both.priorities([f[1][n] for f in FILE], within=AT_ONCE)
    os.remove(path)
    both.priorities([BASE] * len(FILE), within=AT_ONCE)
    with open(path, "w") as f:
        f.write("5\n")
    both.priorities([105, 115, 90, None], within=AT_ONCE)


INIT = """
track_file %(name)s {
	file %(path)s
	init_file %(options)s
}
"""


def test_init_file(cluster, folder):
    """A file is made, or written over when that was asked for; links and what is no file are left alone."""
    director, places = cluster.directors[0], os.path.join(folder, "files")
    os.mkdir(places)
    path = {name: os.path.join(places, name) for name in ("new", "kept", "over", "link", "pipe", "target")}
    for name in ("kept", "over", "target"):
        put(path[name], "77777\n")
    os.symlink(path["target"], path["link"])
    os.mkfifo(path["pipe"])
    text = "".join(INIT % {"name": name, "path": path[name], "options": "5" if name == "kept" else "5 overwrite"}
                   for name in ("new", "kept", "over", "link", "pipe"))
    lines = "track_file {\n\t\tnew\n\t\tkept\n\t\tover\n\t\tlink\n\t\tpipe\n\t}"
    program = director.halvard(GLOBAL + text + config([lines], 10), options=["-P"]).start()
    wait_for(lambda: program.ctl("status", check=False).returncode == 0, 10, "its control socket")
    wait_for(lambda: {r["name"]: r["value"] for r in rows(program, "track_file")} ==
             {"new": 5, "kept": 77777, "over": 5, "link": 77777, "pipe": 0}, 10, "the numbers")
    with open(path["target"]) as f:
        assert f.read() == "77777\n"
    assert "restarted" not in program.log_text()


SCRIPT = "vrrp_script chk {\n\tscript \"/usr/bin/test -e %s\"\n\tinterval 1\n\t%s\n}\n"
SCRIPTS = [("", BASE, None), ("weight 20", 120, BASE), ("weight -30", BASE, 70), ("weight 0 reverse", None, BASE),
           ("weight 20 reverse", 80, BASE)]


def test_script(cluster, wire, folder):
    path = os.path.join(folder, "fine")
    put(path, "")
    head = GLOBAL + SCRIPT % (path, "")
    both = Both(cluster, wire, ["track_script {\n\t\tchk %s\n\t}" % s[0] for s in SCRIPTS], head=head)
    up, down = [s[1] for s in SCRIPTS], [s[2] for s in SCRIPTS]
    both.priorities(up)
    os.remove(path)
    both.priorities(down)
    put(path, "")
    both.priorities(up)


def test_script_rises_and_falls(cluster, wire, folder):
    """So many results one after the other; the first of all counts at once."""
    path = os.path.join(folder, "fine")
    put(path, "")
    head = GLOBAL + SCRIPT % (path, "interval 0.1\n\ttimeout 5\n\trise 3\n\tfall 2\n\tweight -30")
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t}"], kinds=("halvard",), head=head)
    program = both.programs["halvard"]
    both.priorities([BASE])
    assert script(program)["runs"] >= 1 and script(program)["state"] == "ok"
    for there, state, priority, needed in ((False, "failed", 70, 2), (True, "ok", BASE, 3)):
        before = script(program)
        put(path, "") if there else os.remove(path)
        both.priorities([priority])
        after = script(program)
        assert after["state"] == state and after["transitions"] == before["transitions"] + 1
        assert after["runs"] - before["runs"] >= needed, (before, after)


def script(program, name="chk"):
    return next(r for r in rows(program, "vrrp_script") if r["name"] == name)


def test_script_that_hangs_holds_up_nobody(cluster, wire, folder):
    """It is ended after its time, with all that it has begun, and has failed; another goes on."""
    marks = os.path.join(folder, "marks")
    hangs = os.path.join(folder, "hangs")
    with open(hangs, "w") as f:
        f.write("#!/bin/sh\ntrap '' TERM\necho $$ >>%s\nsleep 1000 &\necho $! >>%s\nwait\nwait\n" % (marks, marks))
    os.chmod(hangs, 0o755)
    head = (GLOBAL + "vrrp_script chk {\n\tscript %s\n\tinterval 0.2\n\ttimeout 0.5\n\tweight -30\n}\n" % hangs
            + "vrrp_script quick {\n\tscript /bin/true\n\tinterval 0.1\n\tweight 5\n}\n")
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t\tquick\n\t}"], kinds=("halvard",), head=head)
    program = both.programs["halvard"]
    both.priorities([75])
    wait_for(lambda: script(program)["timeouts"] >= 1 and script(program, "quick")["runs"] >= 5, 10, "both have run")
    assert script(program)["failures"] == script(program)["runs"]
    with open(marks) as f:
        first = [int(pid) for pid in f.read().split()[:2]]
    wait_for(lambda: not any(lives(pid) for pid in first), 5, "the first run and its child have ended")
    with open(marks) as f:
        runs = [int(pid) for pid in f.read().split()[::2]]
    assert len([pid for pid in runs if lives(pid)]) <= 1, "two runs at once"


def lives(pid):
    """Not ended, whether or not somebody has taken note of that."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def test_script_runs_as_its_user_without_a_shell(cluster, wire, folder):
    """What stands there is what it gets: words, no expansion, nothing of ours in its environment."""
    out = os.path.join(folder, "out")
    tool = os.path.join(folder, "tool")
    with open(tool, "w") as f:
        f.write("#!/bin/sh\n{ id -un; for a; do echo \"<$a>\"; done; env | sort; } >%s/said.$$\n"
                "mv %s/said.$$ %s/said\n" % (out, out, out))
    os.chmod(tool, 0o755)
    os.makedirs(out)
    os.chmod(out, 0o777)
    head = (GLOBAL + "vrrp_script chk {\n\tscript \"%s 'a b' $HOME * \\\"c\\\"\"\n\tuser nobody\n\tweight 5\n}\n"
            % tool)
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t}"], kinds=("halvard",), head=head)
    both.priorities([105])
    with open(os.path.join(out, "said")) as f:
        said = f.read().splitlines()
    assert said[:5] == ["nobody", "<a b>", "<$HOME>", "<*>", "<c>"], said
    assert not [line for line in said[5:] if line.split("=")[0] not in ("PATH", "PWD", "SHLVL", "_", "OLDPWD")], said


def test_script_that_cannot_be_run_does_not_count(cluster, wire):
    head = GLOBAL + "vrrp_script chk {\n\tscript /no/such/script\n}\n"
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t}"], kinds=("halvard",), head=head)
    both.priorities([BASE])
    program = both.programs["halvard"]
    assert script(program)["state"] == "disabled" and "No such file" in script(program)["result"]
    assert rows(program)[0]["state"] == "disabled"


def test_init_fail_waits_for_a_success(cluster, wire, folder):
    path = os.path.join(folder, "fine")
    head = GLOBAL + SCRIPT % (path, "init_fail\n\tinterval 0.2")
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t}"], kinds=("halvard",), head=head)
    program = both.programs["halvard"]
    wait_for(lambda: program.ctl("status", check=False).returncode == 0 and
             instance(program)["state"] == "fault", 8, "fault")
    put(path, "")
    both.priorities([BASE])


def test_process(cluster, wire, folder):
    """A start is noticed within a second, an end at once; a short break is bridged."""
    name = os.path.join(folder, "tracked")
    shutil.copy("/bin/sleep", name)
    head = (GLOBAL + "vrrp_track_process one {\n\tprocess tracked\n\tweight 10\n}\n"
            "vrrp_track_process two {\n\tprocess %s 1000\n\tquorum 2\n\tweight 20\n\tfull_command\n}\n"
            "vrrp_track_process slow {\n\tprocess tracked\n\tterminate_delay 1000\n\tweight 0\n}\n" % name)
    trackers = ["track_process {\n\t\t%s\n\t}" % p for p in ("one", "two", "slow")]
    first = subprocess.Popen([name, "1000"])
    both = Both(cluster, wire, trackers, kinds=("halvard",), head=head)
    try:
        both.priorities([110, BASE, BASE])
        second = subprocess.Popen([name, "1000"])
        try:
            both.priorities([110, 120, BASE])
        finally:
            second.kill()
            second.wait()
        both.priorities([110, BASE, BASE])
    finally:
        first.kill()
        first.wait()
    both.priorities([BASE, BASE, BASE])
    found = {r["name"]: r for r in rows(both.programs["halvard"], "track_process")}
    assert found["one"]["state"] == "failed" and found["slow"]["state"] == "ok"


def test_observers_may_die(cluster, wire, folder):
    """A new main, a new exec and a new vrrp take nothing back, and what follows is still seen."""
    path = os.path.join(folder, "fine")
    head = GLOBAL + SCRIPT % (path, "interval 0.2\n\tweight -30")
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t}"], kinds=("halvard",), head=head)
    program = both.programs["halvard"]
    both.priorities([70])
    for role in ("exec", "main", "vrrp"):
        since = time.monotonic()
        program.kill_role(role)
        settle(5 * INTERVAL)
        heard = {h[3][2] for h in wire.adverts(ADDRESS["director1"], since)}
        assert heard == {70}, (role, heard)
    put(path, "")
    both.priorities([BASE])


def test_a_group_yields_by_its_name(cluster, wire):
    both = Both(cluster, wire, ["", ""], kinds=("halvard",), head=GROUP % "")
    program = both.programs["halvard"]
    both.priorities([BASE, BASE])
    program.ctl("yield", "VG")
    both.priorities([1, 1])  # nobody else is there
    assert {r["command"] for r in rows(program, "vrrp_instance")} == {"yield"}
    program.ctl("takeover", "VG")
    both.priorities([BASE, BASE])


def test_reload_adds_and_takes_away(cluster, wire, folder):
    """A tracker that is new to a running master disturbs nothing before it has a result."""
    path = os.path.join(folder, "fine")
    slow = os.path.join(folder, "slow")
    with open(slow, "w") as f:
        f.write("#!/bin/sh\nsleep 1\nexec test -e %s\n" % path)
    os.chmod(slow, 0o755)
    put(path, "")
    both = Both(cluster, wire, [""], kinds=("halvard",))
    program = both.programs["halvard"]
    both.priorities([BASE])
    before = instance(program)["transitions"]
    script = GLOBAL + "vrrp_script chk {\n\tscript %s\n\tinterval 0.2\n\ttimeout 5\n}\n" % slow
    tracked = "track_script {\n\t\tchk\n\t}\n\ttrack_interface {\n\t\teth1 weight 7\n\t}"
    since = time.monotonic()
    program.configure(config([tracked], PLACES["halvard"][1], head=script))
    program.reload()
    both.priorities([107])
    wait_for(lambda: [r["state"] for r in rows(program) if r["kind"] == "script"] == ["ok"], 8, "a result")
    assert instance(program)["transitions"] == before
    heard = [h[0] for h in wire.adverts(ADDRESS["director1"], since)]
    assert max(b - a for a, b in zip(heard, heard[1:])) < 3 * INTERVAL
    os.remove(path)
    both.priorities([None])
    program.configure(config([""], PLACES["halvard"][1]))
    program.reload()
    both.priorities([BASE])
    assert not rows(program) and not rows(program, "vrrp_script")


def test_first_result_is_awaited(cluster, wire, folder):
    """Nobody is master of something that may be about to fail."""
    slow = os.path.join(folder, "slow")
    with open(slow, "w") as f:
        f.write("#!/bin/sh\nsleep 4\nexit 1\n")
    os.chmod(slow, 0o755)
    head = GLOBAL + "vrrp_script chk {\n\tscript %s\n\tinterval 8\n}\n" % slow
    since = time.monotonic()
    both = Both(cluster, wire, ["track_script {\n\t\tchk\n\t}", ""], head=head)
    program = both.programs["halvard"]
    both.priorities([None, BASE])  # the other is master long before there is a result
    assert (instance(program)["state"], rows(program)[0]["state"]) == ("init", "unknown")
    wait_for(lambda: instance(program)["state"] == "fault", 8, "fault")
    assert rows(program)[0]["state"] == "failed"
    both.priorities([None, BASE])
    assert {h[3][1] - PLACES[k][1] for k in both.kinds
            for h in wire.adverts(ADDRESS[PLACES[k][0]], since)} == {1}
