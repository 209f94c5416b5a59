"""What a virtual server says of the kernel's service: the same file by keepalived and by Halvard,
and the kernel's tables are equal; a change goes into the service in its place."""
import json
import re
import socket
import struct

import pytest

from lab import scale
from lab.daemons import Halvard, Keepalived
from lab.space import Namespace, ip_batch, wait_for

VIP = "192.0.2.1"
FOLDER = "/run/lab/test_services"

SERVICE = """virtual_server %s {
	%s
	real_server %s {
		weight 3
		%s
	}
}
"""


def service(head, words, server="10.0.0.1 80", more=""):
    return SERVICE % (head, words, server, more)


# What each is about, and its text.
SERVICES = {
    "plain": service(VIP + " 80", "lb_algo wrr\n lb_kind DR\n protocol TCP"),
    "nat-port": service(VIP + " 81", "lb_algo rr\n lb_kind NAT\n protocol TCP", "10.0.0.1 8080"),
    "udp-ops": service(VIP + " 53", "lb_algo rr\n lb_kind DR\n protocol UDP\n ops", "10.0.0.1 53"),
    "sctp": service(VIP + " 5060", "lb_algo lc\n lb_kind DR\n protocol SCTP", "10.0.0.1 5060"),
    "persistent": service(VIP + " 82", "lb_algo rr\n lb_kind DR\n protocol TCP\n persistence_timeout 50",
                          "10.0.0.1 82"),
    "granular": service(VIP + " 83", "lb_algo rr\n lb_kind DR\n protocol TCP\n persistence_timeout 50\n"
                        " persistence_granularity 255.255.255.0", "10.0.0.1 83"),
    "sh": service(VIP + " 84", "lb_algo sh\n lb_kind DR\n protocol TCP\n sh-port\n sh-fallback", "10.0.0.1 84"),
    "mh": service(VIP + " 85", "lb_algo mh\n lb_kind DR\n protocol TCP\n mh-port\n mh-fallback", "10.0.0.1 85"),
    "flags": service(VIP + " 86", "lb_algo rr\n lb_kind DR\n protocol TCP\n flag-1\n flag-3", "10.0.0.1 86"),
    "thresholds": service(VIP + " 87", "lb_algo rr\n lb_kind DR\n protocol TCP", "10.0.0.1 87",
                          "uthreshold 100\n lthreshold 50"),
    "tun": service(VIP + " 88", "lb_algo rr\n lb_kind TUN\n protocol TCP", "10.0.0.1 88"),
    "tun-gue": service(VIP + " 89", "lb_algo rr\n lb_kind TUN type gue port 6080 csum\n protocol TCP", "10.0.0.1 89"),
    "tun-gre": service(VIP + " 90", "lb_algo rr\n lb_kind TUN\n protocol TCP", "10.0.0.1 90",
                       "lvs_method TUN type gre csum"),
    "tun-own": service(VIP + " 91", "lb_algo rr\n lb_kind TUN type gue port 6080\n protocol TCP", "10.0.0.1 91",
                       "lvs_method TUN"),
    "mixed": service(VIP + " 92", "lb_algo rr\n lb_kind TUN\n protocol TCP", "2001:db8::5 92"),
    "fwmark": service("fwmark 7", "lb_algo rr\n lb_kind DR\n protocol TCP"),
    "fwmark6": service("fwmark 8", "lb_algo rr\n lb_kind DR\n protocol TCP\n ip_family inet6", "2001:db8::5 80"),
    "ipv6": service("2001:db8::1 80", "lb_algo rr\n lb_kind DR\n protocol TCP\n persistence_timeout 60\n"
                    " persistence_granularity 64", "2001:db8::5 80"),
    "sip": service(VIP + " 5061", "lb_algo rr\n lb_kind DR\n protocol UDP\n persistence_timeout 60\n"
                   " persistence_engine sip", "10.0.0.1 5061"),
}

# Groups: of each the services that come of it, and the text.
GROUPS = {
    "addresses": (["192.0.2.20 80 6", "192.0.2.21 80 6", "192.0.2.22 80 6", "192.0.2.23 80 6", "192.0.2.20 81 6"],
                  "192.0.2.20 80\n 192.0.2.21 80\n 192.0.2.22-23 80\n 192.0.2.20 81",
                  "lb_algo wrr\n lb_kind DR\n protocol TCP", "10.0.0.1 80"),
    "network": (["192.0.2.%d 80 6" % n for n in range(32, 36)], "192.0.2.32/30 80",
                "lb_algo sh\n sh-port\n lb_kind NAT\n protocol TCP", "10.0.0.1 8080"),
    "no-port": (["192.0.2.40 80 17", "192.0.2.40 81 17"], "192.0.2.40 80\n 192.0.2.40 81",
                "lb_algo rr\n lb_kind NAT\n protocol UDP", "10.0.0.1"),
    "marks": (["fwmark 18", "fwmark 19"], "fwmark 18\n fwmark 19", "lb_algo rr\n lb_kind DR", "10.0.0.1"),
    "marks-nat": (["fwmark 20"], "fwmark 20", "lb_algo rr\n lb_kind NAT", "10.0.0.1 80"),
    "mark-and-address": (["192.0.2.50 80 6", "fwmark 21"], "192.0.2.50 80\n fwmark 21",
                         "lb_algo rr\n lb_kind NAT\n protocol TCP", "10.0.0.1 8080"),
    "mark-and-address-dr": (["192.0.2.51 80 6", "fwmark 22"], "192.0.2.51 80\n fwmark 22",
                            "lb_algo rr\n lb_kind DR\n protocol TCP", "10.0.0.1 80"),
    "all-ports": (["192.0.2.60 0 6", "192.0.2.61 0 6"], "192.0.2.60-61",
                  "lb_algo rr\n lb_kind DR\n protocol TCP\n persistence_timeout 60", "10.0.0.1"),
    "ipv6": (["2001:db8::%x 80 6" % n for n in (0x10, 0x11, 0x12, 0x100, 0x101)],
             "2001:db8::10-12 80\n 2001:db8::100/127 80",
             "lb_algo rr\n lb_kind DR\n protocol TCP\n persistence_timeout 60", "2001:db8::5 80"),
    "both": (["192.0.2.70 80 6", "2001:db8::70 80 6", "fwmark 23", "fwmark 24 inet6"],
             "192.0.2.70 80\n 2001:db8::70 80\n fwmark 23 inet\n fwmark 24 inet6",
             "lb_algo rr\n lb_kind TUN\n protocol TCP", "10.0.0.1 80"),
}


def group(name, members, words, server):
    return "virtual_server_group %s {\n %s\n}\n" % (name, members) + service("group " + name, words, server)


class Table(scale.TableProbe):
    """Every attribute of every service and its servers, but for what is counted."""

    GET_SERVICE, STATS = 4, {"service": {10, 12}, "dest": {7, 8, 9, 10, 12}}

    def read(self):
        services = {}
        for reply in self._exchange(self.family, scale.NLM_F_DUMP, self.GET_SERVICE, b""):
            s = scale._attributes(reply[scale.IPVS_CMD_ATTR_SERVICE])
            key = b"".join(scale._attribute(t, s[t]) for t in (1, 2, 3, 4, 5) if t in s)
            dests = self._exchange(self.family, scale.NLM_F_DUMP, scale.IPVS_CMD_GET_DEST,
                                   scale._attribute(scale.IPVS_CMD_ATTR_SERVICE, key))
            name = self.name(s)
            services[name] = ({t: v for t, v in s.items() if t not in self.STATS["service"]},
                              [{t: v for t, v in scale._attributes(d[scale.IPVS_CMD_ATTR_DEST]).items()
                                if t not in self.STATS["dest"]} for d in dests])
        return services

    @staticmethod
    def name(s):
        if struct.unpack("=I", s.get(5, bytes(4)))[0]:
            inet6 = struct.unpack("=H", s[1])[0] == socket.AF_INET6
            return "fwmark %d" % struct.unpack("=I", s[5]) + (" inet6" if inet6 else "")
        family = struct.unpack("=H", s[1])[0]
        return "%s %d %d" % (socket.inet_ntop(family, s[3][:4 if family == socket.AF_INET else 16]),
                             struct.unpack("!H", s[4])[0], struct.unpack("=H", s[2])[0])


@pytest.fixture(scope="module")
def director():
    ip_batch(["netns add director", "link add eth0 netns director type veth peer name eth1"])
    namespace = Namespace("director")
    namespace.ip("link set lo up", "addr add 192.0.2.9/24 dev eth0", "link set eth0 up",
                 "addr add 2001:db8::9/64 dev eth0 nodad")
    yield namespace
    namespace.close()
    ip_batch(["netns del director"])


def table_of(namespace, program, count):
    """What the program makes of the kernel's table, which is empty before and after."""
    probe = Table(namespace)
    assert probe.read() == {}
    program.start()
    wait_for(lambda: len(t := probe.read()) == count and all(d for _, d in t.values()), 30,
             lambda: "%d services, there are %s" % (count, sorted(probe.read())))
    table = probe.read()
    program.stop(deadline=30)
    wait_for(lambda: probe.read() == {}, 30, "an empty table")
    probe.close()
    return table


@pytest.fixture(scope="module")
def tables(director):
    text = "".join(SERVICES.values()) + "".join(group(name, *g[1:]) for name, g in GROUPS.items())
    count = len(SERVICES) + sum(len(g[0]) for g in GROUPS.values())
    return {kind: table_of(director, program(director, FOLDER + "/" + kind, text), count)
            for kind, program in (("keepalived", Keepalived), ("halvard", Halvard))}


def key_of(name):
    """As Table.name() has it."""
    head = re.match(r"virtual_server (\S+) (\d+)", SERVICES[name])
    if head.group(1) == "fwmark":
        return "fwmark " + head.group(2) + (" inet6" if "inet6" in SERVICES[name] else "")
    protocol = re.search(r"protocol (\w+)", SERVICES[name]).group(1)
    return "%s %s %d" % (*head.groups(), {"TCP": 6, "UDP": 17, "SCTP": 132}[protocol])


@pytest.mark.parametrize("name", SERVICES)
def test_the_same_as_keepalived(tables, name):
    ours, theirs = (tables[k][key_of(name)] for k in ("halvard", "keepalived"))
    assert ours == theirs


@pytest.mark.parametrize("name", GROUPS)
def test_groups_as_keepalived(tables, name):
    for key in GROUPS[name][0]:
        ours, theirs = (tables[k][key] for k in ("halvard", "keepalived"))
        assert ours == theirs, key


CHANGES = [
    ("uthreshold", "\n real_server 10.0.0.1 80 {", "\n real_server 10.0.0.1 80 {\n uthreshold 9\n lthreshold 3"),
    ("granularity", "persistence_timeout 50", "persistence_timeout 50\n persistence_granularity 255.255.0.0"),
    ("no persistence", "persistence_timeout 50", ""),
    ("tunnel", "lb_kind DR", "lb_kind TUN type gue port 7000 remcsum"),
    ("flags", "lb_algo rr", "lb_algo sh\n sh-port"),
]


def test_changes_are_in_place(director):
    """Each change of the file ends where a fresh start with it would, and no service goes meanwhile."""
    before = service(VIP + " 80", "lb_algo rr\n lb_kind DR\n protocol TCP\n persistence_timeout 50")
    wanted = {}
    for what, old, new in CHANGES:
        text = re.sub(r"\s*\n\s*", "\n ", before)
        assert old in text, what
        wanted[what] = (text.replace(old, new),
                        table_of(director, Halvard(director, FOLDER + "/fresh", text.replace(old, new)), 1))
    program = Halvard(director, FOLDER + "/change", before).start()
    probe = Table(director)
    wait_for(lambda: len(probe.read()) == 1, 20, "the service")
    with scale.TableWrites(director) as writes:
        for what, (text, table) in wanted.items():
            program.configure(text)
            program.reload()
            wait_for(lambda: probe.read() == table, 20,
                     lambda: "%s: %s, wanted is %s" % (what, probe.read(), table))
        seen = set(writes.seen())
    assert seen == {"set service", "set server"}
    probe.close()
    program.stop(deadline=30)


def test_what_nat_needs_is_said(director):
    """Forwarding is the administrator's to allow: it is not set, and what is missing is said."""
    before = director.run(["sysctl", "-n", "net.ipv4.ip_forward"]).stdout.strip()
    text = service(VIP + " 80", "lb_algo rr\n lb_kind NAT\n protocol TCP")
    program = Halvard(director, FOLDER + "/nat", text)

    def missing():
        return json.loads(program.ctl("--json", "show", "ipvs").stdout)["ipvs"]["missing"]

    director.run(["sysctl", "-q", "net.ipv4.ip_forward=0"])
    try:
        program.start()
        wait_for(lambda: program.ctl("status", check=False).returncode == 0, 10, "an answer")
        wait_for(lambda: missing() == "net.ipv4.ip_forward=1", 10, "that it is said")
        assert "real servers behind NAT cannot answer: net.ipv4.ip_forward=1 is missing" in program.log_text()
        assert director.run(["sysctl", "-n", "net.ipv4.ip_forward"]).stdout.strip() == "0"
        director.run(["sysctl", "-q", "net.ipv4.ip_forward=1"])
        wait_for(lambda: missing() == "", 10, "that it is there")
    finally:
        director.run(["sysctl", "-q", "net.ipv4.ip_forward=" + before])
    program.stop(deadline=30)
