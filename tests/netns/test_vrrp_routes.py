"""Routes, rules and static addresses: what the kernel has of them, against what keepalived makes of
the same configuration, and what becomes of them when a director, an interface, a process or a
person changes something.

The oracle is `ip -j`; `ip monitor` shows that nothing was touched that should not be.
"""
import json
import os
import re
import subprocess

import pytest

from lab.daemons import settle
from lab.links import needs
from lab.space import wait_for
from lab.topology import VIP
from test_vrrp_process import Held

ROUTE = "10.1.0.0/16 via 192.168.1.50 dev eth0 src %s metric 5" % VIP
BLACKHOLE = "blackhole 10.4.0.0/16"
RULE = "from 10.1.0.0/16 table 7 preference 100"

# One of each kind.
STATIC = """
static_ipaddress {
    10.55.0.1/24 dev eth0
    10.56.0.1/24 dev eth1 brd + scope link label eth1:x noprefixroute
    10.58.0.1 dev eth1 peer 10.58.0.2
    fd00:1::1/64 dev eth1
    fd00:1::2/64 dev eth1 home -nodad
    fd00:1::3/128 dev eth1
    fd00:1::4/64 dev eth1 preferred_lft 0
    fd00:1::5/128 dev eth1 preferred_lft forever
}
static_routes {
    10.77.0.0/16 via 10.55.0.2 dev eth0
    blackhole 10.79.0.0/16 no_track
    unreachable 10.80.0.0/16 no_track
    prohibit 10.81.0.0/16 no_track
    throw 10.82.0.0/16 table 5 no_track
    fd00:77::/32 via fe80::7 dev eth0 pref high
}
static_rules {
    from 10.77.0.0/16 table 5 preference 500
    not from 10.78.0.0/16 table 5 preference 501 suppress_prefixlength 8
}
"""
ROUTES = """
        default via 192.168.1.50 dev eth0 metric 4000
        10.1.0.0/16 via 192.168.1.50 dev eth0 src %s metric 5
        10.2.0.0/16 dev eth0 scope link no_track
        10.3.0.0/16 dev eth0 table 1000 tos 0x10 mtu lock 1400 advmss 1300 hoplimit 50 window 5000
        10.5.0.0/16 nexthop via 192.168.1.50 dev eth0 weight 3 nexthop via 192.168.1.51 dev eth0 weight 256
        10.6.0.0/16 dev eth0 protocol static no_track
        10.7.0.0/16 dev eth1 cwnd lock 10 ssthresh 20 initcwnd 11 initrwnd 12 features ecn quickack 1 congctl reno
        10.8.0.0/16 dev eth0 rtt 300ms rttvar 400ms rto_min 500ms reordering 5 fastopen_no_cookie 1
        10.9.0.0/16 via 192.168.1.50 dev eth0 realms 3/4
        10.10.0.0/16 via 192.168.1.51 dev eth0
        10.10.0.0/16 via 192.168.1.52 dev eth0 append
        10.11.0.0/16 via 10.99.0.1 dev eth0 onlink
        multicast 239.9.0.0/16 dev eth0 table 9
        fd00:5::/32 via fe80::1 dev eth0 mtu 1400
        fd00:6::/32 dev eth0 table 9 metric 7
        fd00:7::/32 nexthop via fe80::1 dev eth0 nexthop via fe80::2 dev eth0 weight 5
        blackhole fd00:8::/32 no_track
        inet6 default via fe80::1 dev eth0
        10.12.0.0/16 dev eth0 encap ip id 5 dst 10.5.5.5 ttl 4
        10.13.0.0/16 dev eth0 ttl-propagate disabled
        fd00:a::/32 dev eth0 from fd00:99::/48
        fd00:b::/32 dev eth0 expires 1000
""" % VIP
RULES = """
        from 10.1.0.0/16 table 7 preference 100
        from 10.2.0.0/16 table 7 preference 101 no_track
        to 10.3.0.0/16 tos 4 fwmark 5/255 iif eth0 oif eth1 table 1000 realms 3/4 preference 102
        from 10.3.0.0/16 goto 500 preference 103
        to 10.4.0.0/16 blackhole preference 104
        to 10.4.1.0/24 prohibit preference 105
        to 10.4.2.0/24 unreachable preference 106
        to 10.4.3.0/24 nop preference 107
        table 5 tunnel-id 7 preference 108
        table 5 uidrange 5-10 ipproto udp sport 10-20 dport 30-40 preference 109
        table 5 suppress_ifgroup 3 preference 110
        to fd00:9::/32 table 8 preference 111
"""
CONFIG = """
global_defs {
    router_id test
}
%s
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    version 3
    priority %d
    advert_int 0.1
    %s
    virtual_ipaddress {
        192.168.1.200/32
    }
    virtual_ipaddress_excluded {
        10.155.0.1/24
        10.157.0.1/24 dev eth1 brd + scope link label eth1:v noprefixroute
        10.158.0.1 dev eth1 peer 10.158.0.2
        fd00:2::1/64 -nodad
        fd00:2::2/64 home noprefixroute
        fd00:2::3/128
        fd00:2::4/128 preferred_lft forever
    }
    virtual_routes {%s
    }
    virtual_rules {%s
    }
}
"""


def configuration(priority=100, static="", routes="\n        " + ROUTE, rules="\n        " + RULE, extra=""):
    return CONFIG % (static, priority, extra, routes, rules)


def ip(director, *args):
    out = director.namespace.run(["ip", "-j", *args]).stdout
    return json.loads(out) if out.strip() else []


def tables(director):
    """All routes, rules and addresses that are not the kernel's own, as texts in order."""
    found = []
    for family in ("-4", "-6"):
        for r in ip(director, "-d", family, "route", "show", "table", "all"):
            if r.get("protocol") != "kernel" and r.get("table") != "local":
                r.pop("expires", None)
                found.append("route " + json.dumps(r, sort_keys=True))
        for r in ip(director, family, "rule"):
            if r["priority"] not in (0, 32766, 32767):
                found.append("rule " + json.dumps(r, sort_keys=True))
    for link in ip(director, "addr"):
        for a in link["addr_info"]:
            if not a["local"].startswith("fe80:"):
                # Halvard's are on a lease; and one that is tentative is not for long
                a = {k: v for k, v in a.items()
                     if not k.endswith("_life_time") and k not in ("dynamic", "tentative")}
                found.append("addr " + json.dumps(a, sort_keys=True))
    return sorted(found)


def has_route(director, destination, *more):
    return any(r["dst"] == destination for r in ip(director, "route", "show", "table", "all", *more))


def has_rule(director, preference):
    return any(r["priority"] == preference for r in ip(director, "rule"))


class Monitor:
    """What `ip monitor` shows of routes and rules."""

    def __init__(self, director):
        self.path = director.path("monitor")
        with open(self.path, "w") as f:
            self.process = director.namespace.popen(["ip", "monitor", "route", "rule"], stdout=f)
        # It listens when it shows something that is done for it alone.
        self.director = director
        wait_for(lambda: self._knock() or "10.222" in self.text(), 5, "ip monitor")

    def _knock(self):
        subprocess.run(["ip", "-n", self.director.name, "route", "replace", "blackhole", "10.222.0.0/16"])
        subprocess.run(["ip", "-n", self.director.name, "route", "del", "blackhole", "10.222.0.0/16"])

    def text(self):
        with open(self.path) as f:
            return f.read()

    def lines(self):
        """But for the kernel's own and those that it was tried with."""
        return [n.strip() for n in self.text().splitlines()
                if n.strip() and "10.222" not in n and "proto kernel" not in n]

    def close(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def director(cluster):
    for d in cluster.directors:
        d.namespace.ip("link add eth1 type veth peer name peer1", "link set eth1 up", "link set peer1 up",
                       "addr add 10.66.0.1/24 dev eth1")
    return cluster.directors[0]


def add_route(vrrp, name, text, instance="VI_1", **fields):
    destination, _, length = name.split()[0].partition("/")
    vrrp._row("add", 'vrrp_route "%s" "%s"' % (instance, name),
              {"route": text, "destination": destination, "prefix_len": length,
               "dev": (re.findall(r"dev (\S+)", text) or [""])[0], **fields})


def add_rule(vrrp, preference, text, instance="VI_1", **fields):
    vrrp._row("add", 'vrrp_rule "%s" %d' % (instance, preference),
              {"rule": text, "preference": preference, **fields})


def present(vrrp, table, name, instance="VI_1"):
    lines = vrrp.ask('show %s "%s" "%s"' % (table, instance, name))
    return [n.split()[-1] for n in lines if " present " in n] == ["yes"]


def quiet(director):
    """No IPv6, whose addresses come and go at times of their own: each would be a reason to look."""
    director.namespace.sysctl("net.ipv6.conf.all.disable_ipv6", 1)


def with_paths(vrrp):
    vrrp.instance(version=3, adver_int_cs=10)
    add_route(vrrp, "10.1.0.0/16", ROUTE)
    add_route(vrrp, "10.4.0.0/16", BLACKHOLE)
    add_rule(vrrp, 100, RULE)


def master(vrrp):
    with_paths(vrrp)
    vrrp.wait_state("master", 6)
    vrrp.barrier()


# ---- beside keepalived ------------------------------------------------------

# What one of them has and the other has not, as text that begins so.
EXPLAINED = {
    "keepalived": [],
    # with inet6 before it keepalived 2.2.7 sees no destination, and leaves the line out
    "halvard": [r'route .*"dst": "default".*"gateway": "fe80::1"'],
}


def test_the_kernel_has_what_keepalived_gives_it(director):
    """Differential: the same file, one daemon after the other in one namespace."""
    text = configuration(static=STATIC, routes=ROUTES, rules=RULES)
    before = tables(director)
    seen = {}
    for kind in ("keepalived", "halvard"):
        program = director.manager(kind, text)
        program.start()
        wait_for(lambda: has_rule(director, 110) and director.owns(), 15, kind + " is master")
        wait_for(lambda: tables(director) == (settle(0.2), tables(director))[1], 5, "a steady state")
        seen[kind] = tables(director)
        program.stop()
        left = [n for n in tables(director) if n not in before]
        # keepalived forgets addresses that have a peer
        assert not [n for n in left if kind == "halvard" or '"address"' not in n], left
        director.namespace.run(["ip", "addr", "flush", "dev", "eth1"])
        director.namespace.ip("addr add 10.66.0.1/24 dev eth1")
    only = {"keepalived": [n for n in seen["keepalived"] if n not in seen["halvard"]],
            "halvard": [n for n in seen["halvard"] if n not in seen["keepalived"]]}
    for kind, lines in only.items():
        unexplained = [n for n in lines if not any(re.match(e, n) for e in EXPLAINED[kind])]
        assert not unexplained, kind + " only:\n" + "\n".join(unexplained) + "\nall:\n" + "\n".join(sum(only.values(), []))
    assert len(seen["halvard"]) > 50


def test_a_crash_with_one_of_each_kind_touches_none(director):
    """The process is killed in the daemon; its successor is master at once and adopts them all."""
    program = director.halvard(configuration(static=STATIC, routes=ROUTES, rules=RULES)).start()
    wait_for(lambda: has_rule(director, 111) or len(ip(director, "-6", "rule")) > 2, 15, "master")
    wait_for(lambda: tables(director) == (settle(0.3), tables(director))[1], 5, "a steady state")
    before = tables(director)
    monitor = Monitor(director)
    program.kill_role("vrrp")
    wait_for(lambda: "resumed" in program.ctl("show", "vrrp_instance", "VI_1").stdout, 5, "resumed")
    director.namespace.ip("addr add 10.44.0.1/32 dev lo")  # a reason to look at all of them
    settle(0.5)
    monitor.close()
    assert tables(director) == sorted(before + [n for n in tables(director) if "10.44.0.1" in n])
    touched = [n for n in monitor.lines() if "10.44.0.1" not in n]
    assert not touched, touched
    program.stop()


# ---- between directors -------------------------------------------------------

def test_takeover_moves_them_and_a_stop_leaves_nothing(cluster, director):
    one, two = cluster.directors
    clean = [tables(d) for d in (one, two)]
    programs = [d.halvard(configuration(priority)).start() for d, priority in ((one, 200), (two, 100))]
    wait_for(lambda: has_route(one, "10.1.0.0/16") and has_rule(one, 100), 10, "the first is master")
    assert not has_route(two, "10.1.0.0/16") and not has_rule(two, 100)
    programs[0].stop()
    assert tables(one) == clean[0]
    wait_for(lambda: has_route(two, "10.1.0.0/16") and has_rule(two, 100), 5, "the second is master")
    programs[1].stop()
    assert tables(two) == clean[1]


def test_reload_touches_only_what_differs(director):
    routes = "\n        %s\n        10.2.0.0/16 dev eth0\n        %s no_track" % (ROUTE, BLACKHOLE)
    program = director.halvard(configuration(static=STATIC, routes=routes)).start()
    wait_for(lambda: has_rule(director, 100), 10, "master")
    monitor = Monitor(director)
    program.configure(configuration(static=STATIC.replace("10.77.0.0/16 via", "10.78.0.0/16 via"),
                                    routes=routes.replace("10.2.0.0/16", "10.2.0.0/17")))
    program.ctl("reload")
    wait_for(lambda: has_route(director, "10.2.0.0/17"), 5, "the new route")
    wait_for(lambda: has_route(director, "10.78.0.0/16"), 5, "the new static route")
    settle(0.3)
    monitor.close()
    touched = {re.sub(r"^(Deleted )?(\S+).*", r"\2", n) for n in monitor.lines()}
    assert touched == {"10.2.0.0/16", "10.2.0.0/17", "10.77.0.0/16", "10.78.0.0/16"}, monitor.lines()
    assert "transitions 1" not in program.ctl("show", "vrrp_instance", "VI_1").stdout
    program.stop()


# ---- the process alone ---------------------------------------------------------

def test_what_somebody_removes_comes_back_and_is_said(vrrp, director):
    quiet(director)
    master(vrrp)
    settle(0.3)  # until it has looked at what its own addresses have changed
    add_route(vrrp, "10.2.0.0/16", "10.2.0.0/16 dev eth0 no_track", no_track="yes")
    vrrp.barrier()
    director.namespace.ip("route del 10.1.0.0/16 metric 5", "route del blackhole 10.4.0.0/16",
                          "route del 10.2.0.0/16", "rule del pref 100")
    wait_for(lambda: has_route(director, "10.1.0.0/16") and has_route(director, "10.4.0.0/16")
             and has_rule(director, 100), 3, "they are back")
    settle(0.3)
    assert not has_route(director, "10.2.0.0/16")
    assert present(vrrp, "vrrp_route", "10.1.0.0/16") and not present(vrrp, "vrrp_route", "10.2.0.0/16")
    assert vrrp.row()["transitions"] == "2"
    log = vrrp.log_text()
    assert log.count("vrrp_route VI_1 10.1.0.0/16: present -> absent (lost)") == 1
    assert log.count("vrrp_rule VI_1 100: absent -> present (restored)") == 1


def test_what_is_asked_of_a_slow_kernel_does_not_pile_up(vrrp, director):
    """Each event is a reason to look at all routes; the thread that would do it is held."""
    vrrp.instance(version=3, adver_int_cs=10)
    for n in range(250):
        add_route(vrrp, "10.200.%d.0/24" % n, "10.200.%d.0/24 dev eth0" % n)
    vrrp.wait_state("master", 6)
    vrrp.barrier()

    def memory():
        with open("/proc/%d/status" % vrrp.pid) as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])

    before = memory()
    writer, = {int(t) for t in os.listdir("/proc/%d/task" % vrrp.pid)} - {vrrp.pid}
    with Held(writer):
        for _ in range(30):
            director.namespace.ip("addr add 10.3.0.1/32 dev lo", "addr del 10.3.0.1/32 dev lo")
            settle(0.06)
        assert memory() < before + 4096
    director.namespace.ip("route del 10.200.7.0/24")
    wait_for(lambda: has_route(director, "10.200.7.0/24"), 5, "it is looked at again")


def test_a_route_of_another_to_the_same_place_stays(vrrp, director):
    other = "10.1.0.0/16 via 192.168.1.51 dev eth0 metric 5"
    director.namespace.ip("route add " + other)
    master(vrrp)
    gateways = lambda: [r.get("gateway") for r in ip(director, "route", "show", "10.1.0.0/16")]
    assert gateways() == ["192.168.1.50", "192.168.1.51"]
    vrrp.stop()
    assert gateways() == ["192.168.1.51"]


def test_a_crash_leaves_them_and_its_successor_adopts_them(vrrp, director):
    master(vrrp)
    before = tables(director)
    monitor = Monitor(director)
    vrrp.ask("respawn", "pid .*")
    vrrp.wait_state("master", 3)
    vrrp.barrier()
    settle(0.3)
    monitor.close()
    assert tables(director) == before and not monitor.lines()
    assert present(vrrp, "vrrp_route", "10.1.0.0/16") and present(vrrp, "vrrp_rule", "100")


def test_a_backup_removes_what_a_crash_left(vrrp, director):
    director.namespace.ip("addr add %s/32 dev eth0" % VIP,
                          "route add 10.1.0.0/16 via 192.168.1.50 dev eth0 src %s metric 5 proto 18" % VIP,
                          "route add blackhole 10.4.0.0/16 proto 18",
                          "rule add from 10.1.0.0/16 table 7 pref 100 protocol 18",
                          "route add 10.1.0.0/16 via 192.168.1.51 dev eth0 metric 6")  # another's
    vrrp.instance(version=3, adver_int_cs=1000)
    add_route(vrrp, "10.1.0.0/16", ROUTE)
    add_route(vrrp, "10.4.0.0/16", BLACKHOLE)
    add_rule(vrrp, 100, RULE)
    vrrp.barrier()
    assert vrrp.row()["state"] == "backup"
    routes = [r for r in ip(director, "route") if r["dst"].startswith("10.")]
    assert [(r["dst"], r.get("metric")) for r in routes if r["dst"] != "10.66.0.0/24"] == [("10.1.0.0/16", 6)]
    assert not has_rule(director, 100)


def test_promote_secondaries_holds_while_there_is_the_instance(vrrp, director):
    space = director.namespace
    setting = "/proc/sys/net/ipv4/conf/eth0/promote_secondaries"
    value = lambda: space.run(["cat", setting]).stdout.strip()
    assert value() == "0"
    vrrp.instance(version=3, adver_int_cs=10, promote_secondaries="yes", addresses=("10.3.3.1/24", "10.3.3.2/24"))
    vrrp.wait_state("master", 6)
    vrrp.barrier()
    wait_for(lambda: value() == "1", 2, "the setting")
    vrrp.ask("del vrrp_address VI_1 10.3.3.1")
    vrrp.barrier()
    assert director.owns("10.3.3.2") and not director.owns("10.3.3.1")
    vrrp.stop()
    assert value() == "0" and not director.owns("10.3.3.2")


def test_stop_and_keep(vrrp, director):
    master(vrrp)
    vrrp.stop("keep")
    assert has_route(director, "10.1.0.0/16") and has_rule(director, 100)


def test_an_interface_that_goes_is_a_fault_and_one_that_returns_is_not(vrrp, director):
    """Down, renamed, deleted; with no_track it does not matter."""
    space = director.namespace
    with_paths(vrrp)
    add_route(vrrp, "10.7.0.0/16", "10.7.0.0/16 dev eth1")
    add_route(vrrp, "10.8.0.0/16", "10.8.0.0/16 dev x0 no_track", no_track="yes")
    vrrp.wait_state("master", 6)
    wait_for(lambda: has_route(director, "10.7.0.0/16"), 2, "the route")
    for away, back in ((("link set eth1 down",), ("link set eth1 up",)),
                       (("link set eth1 down", "link set eth1 name eth9", "link set eth9 up"),
                        ("link set eth9 down", "link set eth9 name eth1", "link set eth1 up")),
                       (("link del eth1",), ("link add eth1 type veth peer name peer1",
                                             "link set eth1 up", "link set peer1 up"))):
        space.ip(*away)
        vrrp.wait_state("fault", 3)
        wait_for(lambda: not has_route(director, "10.1.0.0/16") and not has_rule(director, 100), 2, "all are gone")
        space.ip(*back)
        vrrp.wait_state("master", 6)
        wait_for(lambda: has_route(director, "10.7.0.0/16") and has_rule(director, 100), 2, "all are back")
    assert "interface eth1 of route 10.7.0.0/16 is down" in vrrp.log_text()
    space.ip("link add x0 type veth peer name x1", "link set x0 up", "link set x1 up")
    wait_for(lambda: has_route(director, "10.8.0.0/16"), 3, "the route on the new interface")


def test_routes_that_went_with_a_link_come_back_with_it(vrrp, director):
    """The kernel says nothing when IPv4 routes go because their link is down."""
    quiet(director)
    add_route(vrrp, "10.7.0.0/16", "10.7.0.0/16 via 10.66.0.2 dev eth1", instance="")
    vrrp.barrier()
    wait_for(lambda: has_route(director, "10.7.0.0/16"), 2, "the route")
    director.namespace.ip("link set eth1 down")
    wait_for(lambda: not present(vrrp, "vrrp_route", "10.7.0.0/16", ""), 2, "it is known to be gone")
    director.namespace.ip("link set eth1 up")
    wait_for(lambda: has_route(director, "10.7.0.0/16"), 2, "the route is back")


@needs("vrf")
def test_a_route_of_a_vrf_goes_to_its_table(vrrp, director):
    director.namespace.ip("link add blue type vrf table 77", "link set blue up")
    add_route(vrrp, "10.7.0.0/16 vrf blue", "10.7.0.0/16 vrf blue via 10.66.0.2 dev eth1", instance="")
    vrrp.barrier()
    wait_for(lambda: any(r["dst"] == "10.7.0.0/16" for r in ip(director, "route", "show", "table", "77")), 2,
             "the route in the table of the VRF")
    vrrp.stop()
    assert not ip(director, "route", "show", "table", "77", "proto", "18")


def test_static_ones_and_what_tracks_them(vrrp, director):
    with_paths(vrrp)
    vrrp._row("add", "static_address 10.55.0.1",
              {"addr": "10.55.0.1", "prefix_len": 24, "dev": "eth1", "track_group": "G"})
    add_route(vrrp, "10.77.0.0/16", "10.77.0.0/16 via 10.55.0.2", instance="")
    add_rule(vrrp, 500, "from 10.77.0.0/16 table 5 preference 500", instance="")
    vrrp._row("add", "track_group_member G VI_1", {})
    vrrp.barrier()
    assert director.owns("10.55.0.1") and has_route(director, "10.77.0.0/16") and has_rule(director, 500)
    vrrp.wait_state("master", 6)
    director.namespace.ip("rule del pref 500", "addr del 10.55.0.1/24 dev eth1")
    wait_for(lambda: has_rule(director, 500) and director.owns("10.55.0.1")
             and has_route(director, "10.77.0.0/16"), 3, "all are back")
    director.namespace.ip("link set eth1 name eth9")
    vrrp.wait_state("fault", 4)
    assert "static address 10.55.0.1 is not there" in vrrp.log_text()
    director.namespace.ip("link set eth9 name eth1")
    vrrp.wait_state("master", 6)
    vrrp.stop()
    assert not director.owns("10.55.0.1") and not has_rule(director, 500)
    assert not has_route(director, "10.77.0.0/16") and not has_route(director, "10.1.0.0/16")


def test_what_the_kernel_refuses_is_said_once_and_tried_again(vrrp, director):
    vrrp.instance(version=3, adver_int_cs=10)
    add_route(vrrp, "10.9.0.0/16", "10.9.0.0/16 via 10.99.0.1 dev eth0")
    vrrp.wait_state("master", 6)
    text = "vrrp_route VI_1 10.9.0.0/16: it cannot be added: Network is unreachable"
    wait_for(lambda: text in vrrp.log_text(), 2, "the refusal is said")
    director.namespace.ip("addr add 10.98.0.2/24 dev eth0")  # wakes it up, in vain
    settle(0.4)
    assert vrrp.log_text().count(text) == 1 and vrrp.row()["state"] == "master"
    director.namespace.ip("addr add 10.99.0.2/24 dev eth0")
    wait_for(lambda: has_route(director, "10.9.0.0/16"), 2, "the route")
