"""The vrrp process alone: what it makes of rows, of the kernel and of packets.

vrrp_driver stands for guardian and main; the oracle is the kernel's addresses and what a
third host on the segment hears.
"""
import json
import ctypes
import os
import signal
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from vrrp_alone import advert

INTERVAL = 0.1
DOWN = 3 * INTERVAL + INTERVAL  # more than Active_Down of any priority
SELF = ADDRESS["director1"]


def basic(vrrp, **fields):
    """Version 3, 100 ms, priority 100, the usual address."""
    vrrp.instance(**{"version": 3, "adver_int_cs": 10, "base_priority": 100, **fields})
    vrrp.barrier()


def master(vrrp, **fields):
    basic(vrrp, **fields)
    vrrp.wait_state("master", 6)
    vrrp.barrier()


def longest_gap(adverts):
    times = [a[0] for a in adverts]
    return max(b - a for a, b in zip(times, times[1:]))


# ---- packets --------------------------------------------------------------

WRONG = [
    ("ttl_errors", {}, 254),
    ("checksum_errors", {"wrong_sum": 1}, 255),
    ("version_errors", {"version": 2, "interval": 1}, 255),
    ("version_errors", {"version": 4}, 255),
    ("type_errors", {"kind": 2}, 255),
    ("length_errors", {"count": 2}, 255),
    ("interval_errors", {"interval": 0}, 255),
    ("address_list_errors", {"addresses": ()}, 255),
    (None, {"vrid": 52}, 255),
]


def test_wrong_packets_are_counted_and_ignored(vrrp, wire):
    master(vrrp)
    for field, wrong, ttl in WRONG:
        before = vrrp.row()
        wire.send(advert(**{"priority": 200, **wrong}), ttl=ttl)
        if field:
            wait_for(lambda: vrrp.count(field) == int(before[field]) + 1, 2, field)
    settle(0.3)
    row = vrrp.row()
    assert row["state"] == "master" and row["adverts_received"] == "0"
    wire.send(advert(priority=200))  # the same without a fault
    vrrp.wait_state("backup", 2)
    assert vrrp.row()["reason"] == "higherPriority"
    assert vrrp.row()["master_addr"] == ADDRESS["client"]


def test_wrong_password_and_interval_are_ignored_in_version_2(vrrp, wire):
    vrrp.instance(version=2, base_priority=250, auth_type="PASS", auth_pass="1111")
    vrrp.wait_state("master", 5)
    good = {"version": 2, "interval": 1, "priority": 255, "password": "1111"}
    for field, wrong in (("auth_errors", {"password": "1112"}), ("auth_errors", {"password": None}),
                         ("interval_errors", {"interval": 2})):
        before = vrrp.count(field)
        wire.send(advert(**{**good, **wrong}))
        wait_for(lambda: vrrp.count(field) == before + 1, 2, field)
    assert vrrp.row()["state"] == "master"
    wire.send(advert(**good))
    vrrp.wait_state("backup", 2)


def test_both_checksums_are_taken_and_the_configured_one_is_sent(vrrp, wire):
    master(vrrp)
    wire.send(advert(priority=1, pseudo=True))
    wire.send(advert(priority=1, pseudo=False))
    wait_for(lambda: vrrp.count("adverts_received") == 2, 2, "both taken")
    sent = wait_for(lambda: wire.adverts(SELF), 2, "an advertisement")[-1][3]
    assert sent == advert(priority=100, source=SELF, pseudo=True)
    vrrp.set("vrrp_instance VI_1", v3_checksum_as_v2="yes")
    vrrp.barrier()
    vrrp.wait_state("master", 6)
    since = time.monotonic()
    sent = wait_for(lambda: wire.adverts(SELF, since), 2, "an advertisement")[-1][3]
    assert sent == advert(priority=100, source=SELF, pseudo=False)


def test_losing_advertisement_is_answered_at_once(vrrp, wire):
    master(vrrp, adver_int_cs=100)
    since = time.monotonic()
    wait_for(lambda: wire.adverts(SELF, since), 2, "an advertisement")
    since = time.monotonic()
    wire.send(advert(priority=1, interval=100))
    answer = wait_for(lambda: wire.adverts(SELF, since), 0.5, "an answer", every=0.002)[0]
    assert answer[0] - since < 0.3
    wait_for(lambda: len(wire.announcements(VIP, since)) >= 5, 1, "announcements")


def test_own_packet_from_a_loop_is_no_rival(vrrp, wire, cluster, director):
    """An advertisement that a loop in the network brings back to its sender."""
    director.namespace.sysctl("net.ipv4.conf.eth0.accept_local", 1)  # else the kernel drops it
    cluster.client.ip("addr add %s/32 dev lo" % SELF)
    try:
        master(vrrp, adver_int_cs=100)
        wire.tx.bind((SELF, 0))
        sent = vrrp.count("adverts_sent")
        for _ in range(20):
            wire.send(advert(priority=100, interval=100, source=SELF))
        settle(0.3)
        assert vrrp.count("adverts_sent") <= sent + 2
        assert vrrp.row()["adverts_received"] == "0"
    finally:
        cluster.client.ip("addr del %s/32 dev lo" % SELF)
        director.namespace.sysctl("net.ipv4.conf.eth0.accept_local", 0)


def test_who_was_heard_is_not_silent(vrrp, wire):
    """A process that was held up for longer than Active_Down reads what has arrived meanwhile, of
    all routers, before it takes over from any."""
    many = range(1, 121)

    def speak():
        for n in many:
            wire.send(advert(priority=200, vrid=n, addresses=("10.1.0.%d" % n,), interval=20))

    for n in many:
        vrrp.instance("I%d" % n, ("10.1.0.%d" % n,), version=3, adver_int_cs=20, vrid=n)
        if n % 20 == 0:
            vrrp.barrier()
            speak()
    os.kill(vrrp.pid, signal.SIGSTOP)
    settle(4 * 0.2)
    speak()
    os.kill(vrrp.pid, signal.SIGCONT)
    vrrp.barrier()
    assert vrrp.log_text().count("-> master") == 0


# ---- addresses and announcements --------------------------------------------

def test_address_options_reach_the_kernel(vrrp, director):
    vrrp.instance(version=3, adver_int_cs=10, address_lease_ms=0, addresses=())
    vrrp.address(VIP + "/25", label="eth0:vip", broadcast_set="yes", scope="link")
    vrrp.address("10.9.8.7", dev="lo")
    vrrp.barrier()
    vrrp.wait_state("master", 6)
    vrrp.barrier()
    lines = director.namespace.run(["ip", "-o", "-4", "addr"]).stdout.splitlines()
    vip, = [" ".join(n.split()) for n in lines if VIP + "/" in n]
    assert "inet %s/25 brd 192.168.1.255 scope link eth0:vip" % VIP in vip
    assert any("lo" in n and "inet 10.9.8.7/32" in n for n in lines)
    wait_for(lambda: vrrp.row("vrrp_address VI_1 " + VIP)["present"] == "yes", 1, "present")
    vrrp.stop()
    assert not director.owns() and not director.owns("10.9.8.7")


def ip_json(director, what, *options):
    return json.loads(director.namespace.run(["ip", "-j", *options, *what.split()]).stdout)


def test_more_options_reach_the_kernel(vrrp, director):
    """A limited preferred time is counted from the addition, whatever renewals come."""
    vrrp.instance(version=3, adver_int_cs=10)
    vrrp.address("10.9.8.1", peer="10.9.8.2", excluded="yes")
    vrrp.address("10.9.9.1/24", no_prefix_route="yes", excluded="yes")
    vrrp.address("239.1.2.3", join_group="yes", excluded="yes")
    vrrp.address("fd00::1/64", excluded="yes", preferred_lft_s=0)
    vrrp.address("fd00::2/64", excluded="yes", preferred_lft_s=1)
    vrrp.address("fd00::3/64", excluded="yes", detect_duplicates="yes", home="yes")
    vrrp.wait_state("master", 6)
    vrrp.barrier()

    def of(address):
        for link in ip_json(director, "addr"):
            for a in link["addr_info"]:
                if a["local"] == address:
                    return a
        return None

    assert of("10.9.8.1")["address"] == "10.9.8.2"
    assert of("10.9.9.1")["noprefixroute"] and of("239.1.2.3")["autojoin"]
    assert of("fd00::1")["deprecated"] and of("fd00::1")["nodad"]
    assert not of("fd00::3").get("nodad") and of("fd00::3")["home"]
    wait_for(lambda: of("fd00::2").get("deprecated"), 4, "the address is deprecated")
    settle(0.6)  # more than a renewal
    assert of("fd00::2")["deprecated"] and not of("10.9.9.1").get("deprecated")
    vrrp.stop()
    assert not any(of(a) for a in ("10.9.8.1", "10.9.9.1", "239.1.2.3", "fd00::1", "fd00::3"))


def test_address_that_nobody_tracks_stays_away(vrrp, director):
    vrrp.instance(version=3, adver_int_cs=10, addresses=())
    vrrp.address(VIP, no_track="yes")
    vrrp.address("10.9.8.7")
    vrrp.wait_state("master", 6)
    vrrp.barrier()
    director.namespace.ip("addr del %s/32 dev eth0" % VIP, "addr del 10.9.8.7/32 dev eth0")
    wait_for(lambda: director.owns("10.9.8.7"), 2, "the other one is back")
    settle(0.3)
    assert not director.owns() and vrrp.row()["transitions"] == "2"
    vrrp.set("vrrp_instance VI_1", admin_state="down")
    vrrp.barrier()
    vrrp.set("vrrp_instance VI_1", admin_state="up")
    wait_for(director.owns, 6, "the address of the next mastership")


class Held:
    """Holds one thread of a process; the others run on."""

    PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH, WALL = 0x4206, 0x4207, 17, 0x40000000

    def __init__(self, tid):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long] * 4
        self.tid = tid

    def _do(self, request):
        if self.libc.ptrace(request, self.tid, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def __enter__(self):
        self._do(self.PTRACE_SEIZE)
        self._do(self.PTRACE_INTERRUPT)
        os.waitpid(self.tid, self.WALL)

    def __exit__(self, *exc):
        self._do(self.PTRACE_DETACH)


def test_no_announcement_before_the_address(vrrp, director, wire):
    """The thread that writes addresses is held: whoever is told of the address would find nobody."""
    basic(vrrp)
    writer, = {int(t) for t in os.listdir("/proc/%d/task" % vrrp.pid)} - {vrrp.pid}
    with Held(writer):
        wait_for(lambda: len(wire.adverts(SELF)) > 3, 3, "it is master")
        assert not director.owns() and not wire.announcements(VIP)
    wait_for(director.owns, 2, "the address")
    wait_for(lambda: wire.announcements(VIP), 2, "an announcement")


def test_two_bursts_of_announcements_and_refresh(vrrp, wire):
    started = time.monotonic()
    basic(vrrp, garp_master_delay_ms=1000, garp_master_refresh_ms=400)
    vrrp.wait_state("master", 6)
    first = wait_for(lambda: wire.announcements(VIP), 2, "announcements")[0]
    assert first > started
    wait_for(lambda: len([t for t in wire.announcements(VIP) if t < first + 0.2]) == 5, 1, "first burst")
    wait_for(lambda: len([t for t in wire.announcements(VIP) if 0.8 < t - first < 1.3]) >= 5, 3, "second burst")
    refreshes = [t for t in wire.announcements(VIP) if 0.3 < t - first < 0.6]
    assert len(refreshes) == 1
    advert_first = wire.adverts(SELF)[0][0]
    assert advert_first <= first


def test_address_that_a_crash_left_is_removed_by_a_backup(vrrp, director, wire):
    director.namespace.ip("addr add %s/32 dev eth0" % VIP)
    basic(vrrp, adver_int_cs=100)
    assert not director.owns()
    assert vrrp.row()["state"] == "backup"


def test_address_that_somebody_removes_comes_back(vrrp, director):
    master(vrrp)
    director.namespace.ip("addr del %s/32 dev eth0" % VIP)
    wait_for(director.owns, 2, "the address is back")
    assert vrrp.row()["transitions"] == "2"


def test_address_whose_interface_comes_later(vrrp, director):
    """Without no_track the instance would be in fault until then: test_vrrp_routes.py."""
    vrrp.instance(version=3, adver_int_cs=10)
    vrrp.address("10.2.2.2", dev="x0", no_track="yes")
    vrrp.wait_state("master", 6)
    director.namespace.ip("link add x0 type veth peer name x1", "link set x0 up")
    try:
        wait_for(lambda: director.owns("10.2.2.2"), 2, "the address on the new interface")
        assert vrrp.row()["transitions"] == "2"
    finally:
        director.namespace.ip("link del x0")


@pytest.mark.parametrize("lease", [0, 1], ids=["for ever", "lease"])
def test_interface_with_another_name_keeps_nothing(vrrp, director, lease):
    """The instance is in fault: others have the address, and the routes, from now on."""
    space = director.namespace
    space.ip("link add x0 type veth peer name x1", "link set x1 up", "link set x0 up", "addr add 10.1.1.1/24 dev x0")
    text = "10.155.0.0/16 via 10.1.1.50 dev x0"
    try:
        vrrp.ask('add vrrp_route VI_1 "10.155.0.0/16" destination "10.155.0.0" prefix_len "16" dev "x0" '
                 'route "%s"' % text)
        master(vrrp, interface="x0", address_lease_ms=lease)
        wait_for(lambda: "10.155.0.0/16" in space.run(["ip", "route"]).stdout, 2, "the route")
        space.ip("link set x0 name x9")
        vrrp.wait_state("fault", 3)
        wait_for(lambda: not director.owns(), 3, "the address is gone")
        assert vrrp.row("vrrp_address VI_1 " + VIP)["present"] == "no"
        wait_for(lambda: "10.155.0.0/16" not in space.run(["ip", "route"]).stdout, 3, "the route is gone")
        space.ip("link set x9 name x0")
        vrrp.wait_state("master", 5)
        wait_for(director.owns, 2, "the address is back")
        # names change places: there is an interface of that name all the time that matters
        space.ip("link add y0 type veth peer name y1", "link set y1 up", "link set y0 up",
                 "addr add 10.1.1.2/24 dev y0")
        os.kill(vrrp.pid, signal.SIGSTOP)
        space.ip("link set x0 name z0", "link set y0 name x0")
        os.kill(vrrp.pid, signal.SIGCONT)
        wait_for(lambda: vrrp.row()["primary_addr"] == "10.1.1.2", 3, "it runs on the other one")
        vrrp.wait_state("master", 5)

        def where():
            return [w["ifname"] for w in ip_json(director, "addr") for a in w["addr_info"] if a.get("local") == VIP]

        wait_for(lambda: where() == ["x0"], 3, "only the interface of that name has it")
    finally:
        for name in ("x0", "x9", "y0", "z0"):
            space.run(["ip", "link", "del", name], check=False)


@pytest.mark.parametrize("first, second", [(1, 2), (2, 1)])
def test_address_that_changes_its_instance_stays(vrrp, director, first, second):
    for n in (1, 2):
        vrrp.instance("VI_%d" % n, addresses=("192.168.1.%d" % (200 + n),), vrid=50 + n, version=3, adver_int_cs=10)
        vrrp.wait_state("master", 5, "vrrp_instance VI_%d" % n)
    vrrp.address("10.9.9.9", "VI_%d" % first, excluded="yes")
    vrrp.barrier()
    vrrp.address("10.9.9.9", "VI_%d" % second, excluded="yes")
    vrrp.ask("del vrrp_address VI_%d 10.9.9.9" % first)
    vrrp.barrier()
    settle(0.3)
    assert director.owns("10.9.9.9") and "lost" not in vrrp.log_text()
    vrrp.ask("del vrrp_address VI_%d 10.9.9.9" % second)
    vrrp.barrier()
    assert not director.owns("10.9.9.9")


def test_lost_events_are_made_up_for(vrrp, director):
    """The process is stopped while more happens than its netlink socket can hold."""
    master(vrrp)
    os.kill(vrrp.pid, signal.SIGSTOP)
    many = ["10.3.%d.%d/32 dev lo" % (n // 250, n % 250 + 1) for n in range(4000)]
    director.namespace.ip(*["addr add " + a for a in many], "addr del %s/32 dev eth0" % VIP,
                          *["addr del " + a for a in many])
    os.kill(vrrp.pid, signal.SIGCONT)
    wait_for(director.owns, 5, "the address is back")
    assert "events were lost" in vrrp.log_text()
    wait_for(lambda: vrrp.row("vrrp_address VI_1 " + VIP)["present"] == "yes", 2, "present")


def test_stop_and_keep(vrrp, director, wire):
    master(vrrp)
    wait_for(director.owns, 1, "the address")
    since = time.monotonic()
    vrrp.stop("keep")
    settle(0.3)
    assert director.owns()
    assert all(a[3][2] != 0 for a in wire.adverts(SELF, since))


def test_stop_resigns(vrrp, director, wire):
    master(vrrp)
    vrrp.stop()
    assert not director.owns()
    wait_for(lambda: wire.adverts(SELF)[-1][3][2] == 0, 1, "priority 0 on the wire")


# ---- changes while it runs ---------------------------------------------------

def test_live_changes_do_not_restart(vrrp, director, wire):
    master(vrrp)
    vrrp.set("vrrp_instance VI_1", base_priority=77)
    vrrp.barrier()
    wait_for(lambda: wire.adverts(SELF)[-1][3][2] == 77, 1, "the new priority on the wire")
    vrrp.address("192.168.1.201")
    vrrp.barrier()
    assert director.owns() and director.owns("192.168.1.201")
    wait_for(lambda: wire.adverts(SELF)[-1][3][3] == 2, 1, "two addresses on the wire")
    wait_for(lambda: len(wire.announcements("192.168.1.201")) >= 5, 1, "announcements")
    vrrp.ask("del vrrp_address VI_1 " + VIP)
    vrrp.barrier()
    assert not director.owns() and director.owns("192.168.1.201")
    assert vrrp.row()["transitions"] == "2" and vrrp.row()["effective_priority"] == "77"


def test_only_the_instance_that_changed_restarts(vrrp, director):
    basic(vrrp)
    vrrp.instance("VI_2", ("192.168.1.202",), version=3, adver_int_cs=10, vrid=52)
    for name in ("VI_1", "VI_2"):
        vrrp.wait_state("master", 3, "vrrp_instance " + name)
    vrrp.set("vrrp_instance VI_2", vrid=53)
    vrrp.barrier()
    assert vrrp.row("vrrp_instance VI_2")["state"] == "backup"
    assert vrrp.row("vrrp_instance VI_2")["reason"] == "configuration"
    assert vrrp.row()["state"] == "master" and vrrp.row()["transitions"] == "2"
    assert director.owns() and not director.owns("192.168.1.202")
    vrrp.ask("del vrrp_instance VI_1")
    vrrp.barrier()
    assert not director.owns()


def test_group_is_of_one_mind_while_a_new_member_awaits_a_result(vrrp, wire):
    def member(n):
        vrrp.instance("VI_%d" % n, addresses=("192.168.1.%d" % (200 + n),), vrid=50 + n, version=3,
                      adver_int_cs=50, base_priority=100)
        vrrp.ask("add sync_member VG VI_%d" % n)

    vrrp.ask("add sync_group VG")
    member(1)
    member(2)
    vrrp.wait_state("master", 5)
    vrrp.wait_state("master", 5, "vrrp_instance VI_2")
    vrrp.ask('add track instance VI_3 script chk weight "0"')
    member(3)
    vrrp.barrier()
    assert vrrp.row("vrrp_instance VI_3")["state"] == "init"
    wire.send(advert(priority=200, vrid=51, interval=50, addresses=("192.168.1.201",)))
    for key in ("vrrp_instance VI_1", "vrrp_instance VI_2", "sync_group VG"):
        vrrp.wait_state("backup", 1, key)


def test_administrative_state(vrrp, director, wire):
    master(vrrp)
    vrrp.set("vrrp_instance VI_1", admin_state="down")
    vrrp.barrier()
    assert not director.owns()
    assert vrrp.row()["state"] == "init" and vrrp.row()["reason"] == "adminDown"
    assert wire.adverts(SELF)[-1][3][2] == 0
    since = time.monotonic()
    settle(2 * DOWN)
    assert not wire.adverts(SELF, since)
    vrrp.set("vrrp_instance VI_1", admin_state="up")
    vrrp.wait_state("master", 6)


def test_interface_comes_goes_and_comes_back(vrrp, director):
    space = director.namespace
    basic(vrrp, interface="x0")
    assert vrrp.row()["state"] == "fault" and vrrp.row()["reason"] == "interfaceDown"
    space.ip("link add x0 type veth peer name x1", "link set x1 up")
    settle(0.2)
    assert vrrp.row()["state"] == "fault"  # it has no address
    try:
        space.ip("addr add 10.1.1.1/24 dev x0", "link set x0 up")
        vrrp.wait_state("master", 6)
        assert vrrp.row()["primary_addr"] == "10.1.1.1"
        vrrp.barrier()
        space.ip("link set x0 down")
        vrrp.wait_state("fault", 1)
        vrrp.barrier()
        assert not director.owns()
        assert vrrp.row()["master_addr"] == "-"
        space.ip("link set x0 up")
        vrrp.wait_state("master", 6)
    finally:
        space.ip("link del x0")
    vrrp.wait_state("fault", 1)
    vrrp.barrier()


# ---- main comes and goes --------------------------------------------------------

def test_main_dies_and_nobody_notices(vrrp, director, wire):
    master(vrrp)
    wait_for(lambda: len(wire.adverts(SELF)) > 3, 2, "advertisements")
    since = time.monotonic()
    with director_watch(director) as watch:
        for _ in range(3):
            vrrp.ask("die")
            settle(0.3)
            vrrp.ask("newmain")
            vrrp.barrier()
        settle(0.3)
        assert not watch.transitions_since(since + 0.05), watch.events
    assert longest_gap(wire.adverts(SELF, since)) < 2 * INTERVAL
    assert vrrp.row()["transitions"] == "2"
    assert not wire.announcements(VIP, since + 0.1)


def director_watch(director):
    from lab.watch import AddressWatch
    return AddressWatch([director.namespace], VIP)


def test_counters_do_not_flood_main(vrrp):
    """20 advertisements, told in steps of 0.2 s; longer pauses of this process are the machine's."""
    master(vrrp, adver_int_cs=10)
    at = len(vrrp.lines)
    settle(2)
    told = [n for n in vrrp.lines[at:] if " adverts_sent " in n]
    assert 2 <= len(told) <= 12, told
    assert vrrp.count("adverts_sent") > len(told) + 4


def test_killed_process_goes_on_with_its_counters(vrrp, director):
    master(vrrp)
    settle(0.5)
    before = vrrp.row()
    assert int(before["adverts_sent"]) > 3
    vrrp.ask("respawn")
    vrrp.barrier()
    wait_for(lambda: vrrp.row()["reason"] == "resumed", 3, "it runs again")
    vrrp.wait_state("master", 3)
    assert vrrp.count("adverts_sent") > int(before["adverts_sent"])
    assert vrrp.count("become_master") == int(before["become_master"])
    vrrp.barrier()
    assert director.owns()
