"""no_accept: the director itself does not answer on the addresses of a master that is not their owner.

Proven here, from another machine on the segment, for IPv4, IPv6 and an address of the local link: ping
and TCP are refused and neighbour discovery is not, beside Debian's keepalived; an instance that accepts,
an owner and a backup are left alone; the kernel has a table of ours while there is a need and else
none, after an orderly end, a crash of exec and one of everything; and what its options do.
"""
import json
import os
import re
import shutil
import signal
import socket
import struct
import time

import pytest

from lab.space import wait_for
from lab.topology import VIP

GLOBAL, LINK_LOCAL = "2001:db8::200", "fe80::200"
OPEN = "192.168.1.201"
PATIENCE = 0.4  # seconds that an answer may take
ALL = (VIP, GLOBAL, LINK_LOCAL)
CONFIG = """
global_defs {
	%(globals)s
}
vrrp_instance V4 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.2
	%(more)s
	virtual_ipaddress {
		%(vip)s
	}
	virtual_ipaddress_excluded {
		2001:db8::200/64
	}
}
vrrp_instance V6 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.2
	%(more)s
	virtual_ipaddress {
		fe80::200/64
	}
}
vrrp_instance OPEN {
	state BACKUP
	interface eth0
	virtual_router_id 52
	version 3
	priority %(priority)d
	advert_int 0.2
	virtual_ipaddress {
		%(open)s
	}
}
"""


def config(more="no_accept", priority=150, globals_="no_snmp"):
    return CONFIG % {"more": more, "priority": priority, "vip": VIP, "open": OPEN, "globals": globals_}


@pytest.fixture
def director(cluster):
    if not shutil.which("nft"):
        pytest.skip("nft is not installed")
    space = cluster.directors[0].namespace
    if space.run(["nft", "list", "ruleset"], check=False).returncode:
        pytest.skip("this kernel has no nftables")
    space.ip("addr add 2001:db8::1/64 dev eth0 nodad")
    cluster.client.ip("addr replace 2001:db8::9/64 dev eth0 nodad")
    return cluster.directors[0]


def scoped(address):
    return address + "%eth0" if address.startswith("fe80") else address


def ping(cluster, address):
    """Whether an echo request to the address is answered."""
    six = ":" in address

    def body():
        where = socket.getaddrinfo(scoped(address), None, type=socket.SOCK_DGRAM)[0][4]
        ask = struct.pack("!BBHHH", 128 if six else 8, 0, 0, os.getpid() & 0xffff, 1)
        if not six:  # the kernel sums up only ICMPv6
            total = sum(struct.unpack("!4H", ask))
            ask = ask[:2] + struct.pack("!H", ~(total + (total >> 16)) & 0xffff) + ask[4:]
        with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW,
                           socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP) as s:
            s.sendto(ask, where)
            end = time.monotonic() + PATIENCE
            while (left := end - time.monotonic()) > 0:
                s.settimeout(left)
                try:
                    answer, who = s.recvfrom(2048)
                except TimeoutError:
                    return False
                kind = answer[0] if six else answer[20]
                if kind == (129 if six else 0) and who[0].split("%")[0] == address:
                    return True
            return False

    return cluster.client.call(body)


def connects(cluster, director, address):
    """Whether a server of the director on the address can be reached."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def body(where):
        return socket.getaddrinfo(where, 8080, family, socket.SOCK_STREAM)[0][4]

    def serve():
        s = socket.socket(family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", 8080))
        s.listen()
        return s

    def come():
        with socket.socket(family) as s:
            s.settimeout(PATIENCE)
            try:
                s.connect(body(scoped(address)))
            except OSError:
                return False
            return True

    with director.namespace.call(serve):
        return cluster.client.call(come)


def neighbour(cluster, address):
    """The client knows who has the address: discovery, or ARP, has worked just now."""
    cluster.client.run(["ip", "neigh", "flush", "to", address], check=False)
    ping(cluster, address)
    return re.search(r"lladdr (\S+)", cluster.client.run(
        ["ip", "neigh", "show", "to", address, "dev", "eth0"]).stdout) is not None


def ruleset(director):
    return director.namespace.run(["nft", "list", "ruleset"]).stdout


def tables(director):
    return set(re.findall(r"^table (\S+ \S+)", ruleset(director), re.M))


def wait_masters(cluster, director):
    for address in (*ALL, OPEN):
        wait_for(lambda a=address: director.owns(a), 10, "the owner of " + address)


def wait_refused(cluster, director, table="inet halvard"):
    wait_for(lambda: all(a in ruleset(director) for a in ALL), 10, "the table")


@pytest.mark.parametrize("kind", ["halvard", "keepalived"])
def test_refused(cluster, director, kind):
    program = director.manager(kind, config().replace("no_snmp", "" if kind == "keepalived" else "no_snmp"),
                               options=["-P"]).start()
    wait_masters(cluster, director)
    wait_refused(cluster, director)
    for address in ALL:
        assert not ping(cluster, address), address
        assert not connects(cluster, director, address), address
        assert neighbour(cluster, address), address
    assert ping(cluster, OPEN) and connects(cluster, director, OPEN)
    program.stop(deadline=20)
    assert not tables(director)


def test_accepting_and_owner(cluster, director):
    daemon = director.halvard(config(more="accept"), options=["-P"]).start()
    wait_masters(cluster, director)
    for address in ALL:
        assert ping(cluster, address) and connects(cluster, director, address), address
    assert not tables(director)
    assert not any("exec" in line for line in daemon.log_text().splitlines()), "nothing to execute"
    daemon.configure(config(priority=255))
    daemon.reload()
    wait_for(lambda: "reload" in daemon.log_text(), 5, "the reload")
    wait_masters(cluster, director)
    assert all(ping(cluster, a) for a in ALL), "no_accept is not for an owner"
    assert not tables(director)


def test_with_the_state(cluster, director):
    daemon = director.halvard(config(), options=["-P"]).start()
    wait_masters(cluster, director)
    wait_refused(cluster, director)
    daemon.ctl("set", "vrrp_instance", "V4", "admin_state", "down")
    wait_for(lambda: VIP not in ruleset(director), 5, "the address of no master")
    assert LINK_LOCAL in ruleset(director)
    daemon.ctl("set", "vrrp_instance", "V4", "admin_state", "up")
    wait_for(lambda: VIP in ruleset(director), 5, "the address of a master")
    daemon.configure(config(more=""))
    daemon.reload()
    wait_for(lambda: not tables(director), 10, "no table")
    wait_masters(cluster, director)
    assert all(ping(cluster, a) for a in ALL)


def test_crashes(cluster, director):
    daemon = director.halvard(config(), options=["-P"]).start()
    wait_masters(cluster, director)
    wait_refused(cluster, director)
    old = daemon.kill_role("exec")
    wait_for(lambda: daemon.role("exec") != old, 5, "another exec")
    assert not ping(cluster, VIP), "the table stays"
    director.namespace.run(["nft", "delete", "table", "inet", "halvard"])
    os.kill(daemon.role("exec"), signal.SIGKILL)
    wait_refused(cluster, director)
    daemon.kill_all()
    assert tables(director) == {"inet halvard"}
    daemon.configure(config(more=""))  # the next start has no need of it
    daemon.start()
    wait_for(lambda: not tables(director), 10, "what was left is removed")
    wait_masters(cluster, director)
    assert all(ping(cluster, a) for a in ALL)


def test_options(cluster, director):
    director.namespace.run(["nft", "add", "table", "inet", "other"])
    daemon = director.halvard(config(
        globals_="no_snmp\n\tnftables mine\n\tnftables_priority -20\n\tnftables_ifindex\n\tnftables_counters"),
        options=["-P"]).start()
    wait_masters(cluster, director)
    wait_refused(cluster, director)
    assert tables(director) == {"inet mine", "inet other"}
    assert re.search(r"priority (filter - 20|-20)", ruleset(director)) and "iface_index" in ruleset(director)
    for address in ALL:
        assert not ping(cluster, address)

    def count(name):
        text = director.namespace.run(["nft", "list", "counter", "inet", "mine", name]).stdout
        return int(re.search(r"packets (\d+)", text)[1])

    before = count("dropped4")
    assert before >= 1 and count("dropped6") >= 2
    daemon.ctl("set", "vrrp_instance", "V6", "admin_state", "down")
    wait_for(lambda: LINK_LOCAL not in ruleset(director), 5, "a change of the table")
    assert count("dropped4") == before, "counters go on"
    daemon.configure(config())
    daemon.reload()
    wait_for(lambda: tables(director) == {"inet halvard", "inet other"}, 10, "the table has another name")
    daemon.stop(deadline=20)
    assert tables(director) == {"inet other"}


def test_without_nft(cluster, director, folder):
    """What cannot be done is said and shown; VRRP goes on."""
    daemon = director.halvard(config(), options=["-P"])
    daemon.start()
    wait_masters(cluster, director)
    wait_refused(cluster, director)
    director.namespace.run(["nft", "delete", "table", "inet", "halvard"])
    director.namespace.run(["nft", "add", "table", "inet", "halvard"])
    director.namespace.run(["nft", "add", "set", "inet", "halvard", "addresses4", "{ type ipv6_addr; }"])
    daemon.ctl("set", "vrrp_instance", "V4", "admin_state", "down")  # nft refuses to change that set

    def error():
        return json.loads(daemon.ctl("--json", "show", "exec").stdout)["exec"]["nftables_error"]

    wait_for(error, 5, "the error is shown")
    assert "no_accept: nft: " in daemon.log_text()
    daemon.ctl("set", "vrrp_instance", "V4", "admin_state", "up")
    wait_for(lambda: not error() and all(a in ruleset(director) for a in ALL), 15, "it is made anew")
