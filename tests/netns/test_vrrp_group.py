"""A sync group on two interfaces: both addresses are on one director, whatever happens.

The peer is Debian's keepalived with the same group, or a second Halvard. The oracle is the
kernel: who has which address, watched continuously on both sides. An address may have two owners
for as long as an advertisement and a netlink write need; the two addresses may be on different
directors for that long too (TOLERANCE), where the one that takes over is Halvard.
"""
import json
import os
import signal
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import ip_batch, wait_for
from lab.topology import VIP

OTHER = "192.168.2.200"  # on eth1
TOLERANCE = 0.25
STARTING = 5  # seconds that a program may take before it speaks
INTERVAL = 0.5
HIGH, LOW = 150, 100

INSTANCE = """
vrrp_instance VI_%(n)d {
	state BACKUP
	interface eth%(n)d
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.5
	%(more)s
	virtual_ipaddress {
		%(address)s
	}
}
"""
GROUP = "vrrp_sync_group VG {\n\tgroup {\n\t\tVI_0\n\t\tVI_1\n\t}\n}\n"


def config(first, second=None, more="", group=GROUP):
    both = ((0, first, VIP), (1, second or first, OTHER))
    return group + "".join(INSTANCE % {"n": n, "priority": priority, "address": address, "more": more}
                           for n, priority, address in both)


def skew(priority):
    return (256 - priority) / 256 * INTERVAL


def down(priority):
    return 3 * INTERVAL + skew(priority)


def rows(program, table="vrrp_instance"):
    """{last key: row} as the director itself tells them."""
    found = json.loads(program.ctl("--json", "show", table).stdout)[table]
    return {r.get("instance", r.get("name")): r for r in found}


def states(program):
    """Of the group and its members, as one set."""
    try:
        return {r["state"] for t in ("sync_group", "vrrp_instance") for r in rows(program, t).values()}
    except Exception:  # it is not there yet
        return set()


def reasons(program):
    """Of the group and its members, as one set."""
    return {r["reason"] for t in ("sync_group", "vrrp_instance") for r in rows(program, t).values()}


def wait_states(program, state, deadline):
    wait_for(lambda: states(program) == {state}, deadline, "group and members are " + state)


def different(a, b):
    """Longest time in which both addresses had owners, and not the same."""
    events = sorted([(*e, 0) for e in a.events] + [(*e, 1) for e in b.events])
    owners, since, longest = (set(), set()), None, 0.0
    for when, name, has, which in [*events, (time.monotonic(), None, False, 0)]:
        if since is not None:
            longest = max(longest, when - since)
        (owners[which].add if has else owners[which].discard)(name)
        split = owners[0] and owners[1] and owners[0] != owners[1]
        since = when if split else None
    return longest


class Pair:
    """Both directors with two interfaces, and both addresses watched."""

    def __init__(self, cluster, watches):
        self.high, self.low = cluster.directors
        self.watches = watches

    def both_on(self, director, deadline):
        started = time.monotonic()
        wait_for(lambda: all(w.owners() == [director.name] for w in self.watches), deadline,
                 "both addresses are on %s: %s" % (director.name, [w.owners() for w in self.watches]))
        return time.monotonic() - started

    def start(self, kinds, first, second):
        programs = [self.high.manager(kinds[0], first).start()]
        self.both_on(self.high, down(HIGH) + STARTING)
        programs.append(self.low.manager(kinds[1], second).start())
        if kinds[1] == "halvard":
            wait_states(programs[1], "backup", STARTING)
        else:
            wait_for(lambda: programs[1].log_text().count("Entering BACKUP STATE") >= 2, STARTING,
                     "keepalived is backup")
        return programs

    def undisturbed(self, seconds):
        since = time.monotonic()
        settle(seconds)
        assert not any(w.transitions_since(since) for w in self.watches), self.events()

    def events(self):
        return [w.events for w in self.watches]

    def never_torn(self):
        for w in self.watches:
            assert w.longest_with_two_owners() < TOLERANCE, self.events()
        print("on different directors: %.3f s at most" % different(*self.watches))
        assert different(*self.watches) < TOLERANCE, self.events()


@pytest.fixture
def pair(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    ip_batch(["link add br1 type bridge", "link set br1 up"])
    for n, director in enumerate(cluster.directors):
        ip_batch(["link add w-%s type veth peer name eth1 netns %s" % (director.name, director.name),
                  "link set w-%s master br1 up" % director.name])
        director.namespace.ip("addr add 192.168.2.%d/24 brd + dev eth1" % (100 + n), "link set eth1 up")
    with cluster.watch(VIP) as first, cluster.watch(OTHER) as second:
        yield Pair(cluster, (first, second))
    for director in cluster.directors:
        director.reset()
    ip_batch(["link del w-" + d.name for d in cluster.directors] + ["link del br1"])


ROLES = {"halvard-high": ("halvard", "keepalived"), "halvard-low": ("keepalived", "halvard"),
         "halvard-both": ("halvard", "halvard")}


def pairs(*names):
    return pytest.mark.parametrize("kinds", [ROLES[n] for n in names or ROLES], ids=names or list(ROLES))


@pairs()
def test_interface_down_and_back(pair, kinds):
    """Of the master: it resigns on the interface that is left, and the peer takes both at once."""
    first, second = pair.start(kinds, config(HIGH), config(LOW))
    pair.undisturbed(down(LOW) + INTERVAL)
    pair.high.namespace.ip("link set eth1 down")
    took = pair.both_on(pair.low, 2 * down(LOW) + 2)
    print("takeover: %.3f s, skew %.3f s" % (took, skew(LOW)))
    if kinds[1] == "halvard":
        assert took < skew(LOW) + 2 * TOLERANCE, pair.events()
        wait_states(second, "master", 2)
        found = sorted(r["reason"] for r in rows(second).values())
        assert found == ["group", "masterResigned"], found
    if kinds[0] == "halvard":
        wait_states(first, "fault", 2)
        assert [rows(first)[n]["reason"] for n in ("VI_0", "VI_1")] == ["group", "interfaceDown"]
        assert rows(first, "sync_group")["VG"]["reason"] == "interfaceDown"
        assert [m["usable"] for m in rows(first, "sync_member").values()] == [True, False]
    pair.undisturbed(down(LOW) + INTERVAL)

    pair.high.namespace.ip("link set eth1 up")
    pair.both_on(pair.high, 2 * down(HIGH) + 2)
    pair.undisturbed(down(LOW) + INTERVAL)
    for kind, program, state in ((kinds[0], first, "master"), (kinds[1], second, "backup")):
        if kind == "halvard":
            wait_states(program, state, 2)
    pair.never_torn()


@pairs("halvard-high", "halvard-low")
def test_takeover_from_the_dead(pair, kinds):
    first, second = pair.start(kinds, config(HIGH), config(LOW))
    pair.undisturbed(INTERVAL)
    pair.never_torn()
    died = time.monotonic()
    first.kill_all()
    for dev, address in (("eth0", VIP), ("eth1", OTHER)):  # as the dead machine would
        pair.high.namespace.ip("addr del %s/32 dev %s" % (address, dev))
    pair.both_on(pair.low, 2 * down(LOW) + 2)
    print("takeover: %.3f s, Active_Down %.3f s" % (time.monotonic() - died, down(LOW)))
    if kinds[1] == "halvard":
        assert time.monotonic() - died < down(LOW) + 2 * TOLERANCE
    pair.undisturbed(down(LOW))
    pair.never_torn()


@pairs("halvard-low")
def test_one_segment_is_cut(pair, kinds):
    """The backup hears nobody on one of them, and the master on the other: it stays backup."""
    second = pair.start(kinds, config(HIGH), config(LOW))[1]
    ip_batch(["link set w-director2 nomaster"])
    pair.undisturbed(4 * down(LOW))
    wait_states(second, "backup", 1)
    ip_batch(["link set w-director2 master br1"])
    pair.undisturbed(down(LOW) + INTERVAL)
    pair.never_torn()


def test_crossed_priorities_settle(pair):
    """Each is the better one on one of the segments: the first to be master keeps both."""
    pair.start(("halvard", "halvard"), config(HIGH, LOW), config(LOW, HIGH))
    pair.undisturbed(4 * down(LOW))
    pair.never_torn()


@pairs("halvard-high")
def test_crashes(pair, kinds):
    """Of the vrrp process of the master: nothing to the peer."""
    first = pair.start(kinds, config(HIGH), config(LOW))[0]
    since = time.monotonic()
    for _ in range(5):
        old = first.kill_role("vrrp")
        wait_for(lambda: first.role("vrrp") != old, 5, "vrrp is back")
        settle(1.1)  # the guardian forgives a life of 1 s
    wait_states(first, "master", 5)
    assert reasons(first) == {"resumed"}
    assert not any(w.transitions_since(since) for w in pair.watches), pair.events()


def test_wakes_late(pair):
    """A group that was held up has lost all of its members, not only the one that wakes first."""
    first = pair.start(("halvard", "keepalived"), config(HIGH), config(LOW))[0]
    pid = first.role("vrrp")
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: all("director2" in w.owners() for w in pair.watches), down(LOW) + 2, "the peer has both")
    os.kill(pid, signal.SIGCONT)
    pair.both_on(pair.low, 1)
    assert reasons(first) == {"wokeLate"}
    pair.both_on(pair.high, 2 * down(HIGH) + 2)
    assert different(*pair.watches) < TOLERANCE, pair.events()


def test_resumes_as_a_whole_or_not(pair):
    """One address has gone meanwhile: neither is kept."""
    first = pair.high.halvard(config(HIGH)).start()
    pair.both_on(pair.high, down(HIGH) + STARTING)
    wait_states(first, "master", 2)
    old = first.role("vrrp")
    os.kill(old, signal.SIGSTOP)
    pair.high.namespace.ip("addr del %s/32 dev eth1" % OTHER)
    since = time.monotonic()
    first.kill_role("vrrp")
    wait_for(lambda: not pair.high.owns(VIP), 2, "the other address goes too")
    wait_states(first, "backup", 2)
    assert reasons(first) == {"startup"}
    pair.both_on(pair.high, down(HIGH) + 2)
    assert time.monotonic() - since > 2 * INTERVAL


@pairs("halvard-high")
def test_yield_is_of_the_group(pair, kinds):
    first = pair.start(kinds, config(HIGH, more="nopreempt"), config(LOW))[0]
    first.ctl("yield", "VI_1", "--reason", "new kernel")
    pair.both_on(pair.low, 2 * down(LOW) + 2)
    wait_states(first, "backup", 2)
    assert {r["effective_priority"] for r in rows(first).values()} == {1}
    assert reasons(first) == {"yielded"}
    pair.undisturbed(2 * down(LOW))

    first.ctl("takeover", "VI_0")  # VI_1 still yields
    pair.undisturbed(down(LOW))
    first.ctl("takeover", "VI_1")
    pair.both_on(pair.high, 2 * down(HIGH) + 2)
    assert {r["effective_priority"] for r in rows(first).values()} == {HIGH}
    pair.undisturbed(down(LOW))
    pair.never_torn()


@pairs("halvard-high")
def test_member_set_down(pair, kinds):
    first = pair.start(kinds, config(HIGH), config(LOW))[0]
    first.ctl("set", "vrrp_instance", "VI_0", "admin_state", "down")
    pair.both_on(pair.low, 2 * down(LOW) + 2)
    wait_for(lambda: rows(first)["VI_1"]["state"] == "fault", 2, "the other is in fault")
    assert [rows(first)[n]["reason"] for n in ("VI_0", "VI_1")] == ["adminDown", "group"]
    assert rows(first, "sync_group")["VG"]["reason"] == "adminDown"
    pair.undisturbed(down(LOW))
    first.ctl("set", "vrrp_instance", "VI_0", "admin_state", "up")
    pair.both_on(pair.high, 2 * down(HIGH) + 2)
    pair.never_torn()


def test_reload_changes_membership(pair):
    """Members come and go, and the others stay as they are."""
    first = pair.high.halvard(config(HIGH)).start()
    pair.both_on(pair.high, down(HIGH) + STARTING)
    wait_states(first, "master", 2)
    before = {n: r["transitions"] for n, r in rows(first).items()}

    def reload(text, condition, what):
        first.configure(text)
        first.reload()
        wait_for(condition, 5, what)
        assert {n: r["transitions"] for n, r in rows(first).items() if n in before} == before

    reload(config(HIGH, group=""), lambda: {r["sync_group"] for r in rows(first).values()} == {""},
           "the group goes")
    assert not rows(first, "sync_group") and not rows(first, "sync_member")
    new = GROUP.replace("VG", "NEW")
    reload(config(HIGH, group=new),
           lambda: rows(first, "sync_group").get("NEW", {}).get("state") == "master", "another group")
    assert {r["sync_group"] for r in rows(first).values()} == {"NEW"}
    third = (INSTANCE % {"n": 1, "priority": LOW, "more": "", "address": "192.168.2.201"}) \
        .replace("VI_1", "VI_2").replace("51", "52")
    reload(config(HIGH, group=new.replace("VI_1", "VI_1 VI_2")) + third,
           lambda: rows(first).get("VI_2", {}).get("state") == "master", "it is master with them")
    assert rows(first)["VI_2"]["reason"] == "group"
    assert rows(first, "sync_group")["NEW"]["members"] == 3
    reload(config(HIGH, group=new), lambda: "VI_2" not in rows(first), "it goes")
    pair.undisturbed(INTERVAL)
    assert not pair.high.owns("192.168.2.201")


def test_all_members_are_replaced(pair):
    """Nobody is left who knows that the group is master: others may be, where it goes now."""
    first = pair.high.halvard(config(HIGH)).start()
    pair.both_on(pair.high, down(HIGH) + STARTING)
    wait_states(first, "master", 2)
    before = rows(first, "sync_group")["VG"]["transitions"]
    first.configure(config(HIGH).replace("virtual_router_id 51", "virtual_router_id 61"))
    started = time.monotonic()
    first.ctl("reload")
    assert states(first) == {"backup"}
    wait_states(first, "master", down(HIGH) + STARTING)
    assert time.monotonic() - started > 3 * INTERVAL
    assert rows(first, "sync_group")["VG"]["transitions"] == before + 2
