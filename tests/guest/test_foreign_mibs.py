"""KEEPALIVED-MIB, VRRP-MIB and VRRPV3-MIB: the same file by keepalived and by Halvard, and a manager
sees the same of it."""
import re

from lab import snmp
from lab.daemons import Keepalived
from lab.space import wait_for

KEEPALIVED = ".1.3.6.1.4.1.9586.100.5"
VRRP, VRRPV3 = ".1.3.6.1.2.1.68", ".1.3.6.1.2.1.207"
FILE = """global_defs {
	router_id LAB
	enable_snmp_keepalived
	enable_snmp_rfc
	enable_snmp_checker
}
vrrp_sync_group VG_1 {
	group {
		VI_2
		VI_1
	}
}
vrrp_instance VI_2 {
	state BACKUP
	interface eth0
	virtual_router_id 52
	priority 150
	version 2
	advert_int 2
	virtual_ipaddress {
		192.168.1.201/24
		192.168.1.202/24
	}
	virtual_ipaddress_excluded {
		192.168.1.203/24
	}
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 100
	version 3
	advert_int 1
	nopreempt
	virtual_ipaddress {
		192.168.1.200/24
	}
}
virtual_server 192.168.1.200 81 {
	delay_loop 3
	lb_algo wrr
	lb_kind NAT
	protocol TCP
	persistence_timeout 60
	quorum 2
	hysteresis 1
	sorry_server 192.168.1.19 80
	real_server 192.168.1.18 81 {
		weight 3
		inhibit_on_failure
	}
	real_server 192.168.1.17 81 {
		weight 7
		uthreshold 100
		lthreshold 50
	}
}
virtual_server 192.168.1.200 53 {
	delay_loop 5
	lb_algo sh
	sh-fallback
	lb_kind DR
	protocol UDP
	ops
	real_server 192.168.1.17 53 {
		weight 2
	}
}
virtual_server fwmark 7 {
	lb_algo rr
	lb_kind TUN
	protocol TCP
	real_server 192.168.1.17 {
	}
}
"""


# What differs, by the end of the OID behind its module, and why.
DIFFERENCES = {
    KEEPALIVED: [
        (r"1.1.0", "another program's version"),
        (r"1.3.[12678]\.0|1.3.3.0|1.3.9.0|1.3.10.0", "no mail is configured: what would hold is shown"),
        (r"1.10.0", "interfaces may always come and go"),
        (r"2.3.1.11.\d", "a fault of its own interface is one of the instance; keepalived says so of track_interface"),
        (r"2.3.1.27.\d", "true(1) or false(2); keepalived says 0"),
        (r"2.6.1.11.2.1", "the address is advertised; keepalived says no"),
        (r"3.3.1.51.3", "a mark has the granularity of IPv4; keepalived says 4294967295 for IPv6"),
        (r"3.3.1.60.\d", "a weight for servers that name none is not kept: each has its own"),
        (r"3.3.1.71.\d|3.4.1.55.\d.\d", "everything has a name"),
    ],
    VRRP: [
        (r"1.3.1.2..*", "the virtual MAC address, not that of the interface"),
        (r"1.3.1.7..*", "the address of the master, also when it is this router"),
        (r"1.3.1.10..*", "reads as zero octets, as RFC 2787 has it"),
        (r"1.3.1.13..*", "a time"),
    ],
    VRRPV3: [
        (r"1.1.1.1.5..*", "the virtual MAC address, not that of the interface"),
        (r"1.1.1.1.12..*|1.2.4.0", "a time"),
        (r"1.1.2.1.2..*", "an InetAddress in an index has its length before it (RFC 4001)"),
    ],
}
WEIGHT, PRIORITY = KEEPALIVED + ".3.4.1.7", KEEPALIVED + ".2.3.1.7"


def walk(manager, root):
    """{OID below the root: type and value}"""
    out = manager.tool("snmpbulkwalk", "-On", "-Oe", "-Ot", snmp.AGENT, root, named=False)[1]
    found = {}
    for line in out.splitlines():
        m = re.match(r"(\.[0-9.]+) = (.*)", line)
        if m and m[1].startswith(root + "."):
            found[m[1][len(root) + 1:]] = m[2]
    return found


def walked(manager, program):
    """When both instances have found their place and the servers are in the table."""
    program.start()
    wait_for(lambda: list(walk(manager, KEEPALIVED + ".2.3.1.4").values()) == 2 * ["INTEGER: 2"], 20, "two masters")
    wait_for(lambda: len(walk(manager, WEIGHT)) == 4, 20, "four servers")
    return {root: walk(manager, root) for root in DIFFERENCES}


def test_the_same_as_keepalived(cluster):
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    manager = snmp.Manager(director.namespace)
    theirs = Keepalived(director.namespace, "/run/lab/foreign", FILE, ["-x", "-A", snmpd.agentx])
    before = walked(manager, theirs)
    theirs.stop(deadline=20)
    wait_for(lambda: not walk(manager, KEEPALIVED), 20, "keepalived has left")
    ours = director.halvard(FILE, agentx=snmpd.agentx)
    after = walked(manager, ours)
    ours.stop(deadline=20)
    for root, explained in DIFFERENCES.items():
        assert len(before[root]) > 25
        names = [oid for oid in {**before[root], **after[root]} if before[root].get(oid) != after[root].get(oid)]
        unexplained = {oid: (before[root].get(oid), after[root].get(oid)) for oid in names
                       if not any(re.fullmatch(pattern, oid) for pattern, _ in explained)}
        assert not unexplained, root


def test_writes_and_numbers(cluster):
    """realServerWeight drains and enables; numbers stay with their rows over a reload."""
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    manager = snmp.Manager(director.namespace)
    halvard = director.halvard(FILE, agentx=snmpd.agentx)
    walked(manager, halvard)
    service = "192.168.1.200:81"

    def server(number):
        return "%s.1.%d" % (WEIGHT, number)

    assert manager.set(server(3), "i", "256", named=False) is None
    wait_for(lambda: director.weights(service + "/tcp").get("192.168.1.17:81") == 256, 5, "256, whole")
    assert manager.set(server(3), "i", "0", named=False) is None
    assert manager.numeric(server(3)) == "0"
    row = halvard.ctl("show", "real_server", service + "/tcp", "192.168.1.17:81").stdout
    assert re.search(r"admin_state +draining", row) and re.search(r"weight +256", row), row
    assert manager.set(server(3), "i", "5", named=False) is None
    wait_for(lambda: director.weights(service + "/tcp").get("192.168.1.17:81") == 5, 5, "back with 5")
    for value, error in (("-1", "wrongValue"), ("65536", "wrongValue")):
        assert manager.set(server(3), "i", value, named=False) == error
    assert manager.set(server(3), "u", "1", named=False) == "wrongType"
    assert manager.set(PRIORITY + ".1", "i", "77", PRIORITY + ".2", "i", "256", named=False) == "wrongValue"
    assert manager.set(PRIORITY + ".1", "i", "77", named=False) is None
    assert manager.numeric(KEEPALIVED + ".2.3.1.8.1") == "77"

    names = {"1": service + "/tcp", "2": "192.168.1.200:53/udp", "3": "fwmark:7"}
    first = "virtual_server 192.168.1.200 99 {\n lb_kind NAT\n protocol TCP\n real_server 192.168.1.17 99 {\n }\n}\n"
    text = FILE.replace("virtual_server 192.168.1.200 81", first + "virtual_server 192.168.1.200 81", 1)
    text = text.replace("	sorry_server", "	real_server 192.168.1.16 81 {\n	}\n	sorry_server")
    halvard.configure(text)
    halvard.reload()
    wait_for(lambda: walk(manager, KEEPALIVED + ".3.3.1.71") ==
             {"%s" % n: 'STRING: "%s"' % name for n, name in {**names, "4": "192.168.1.200:99/tcp"}.items()}, 10,
             lambda: str(walk(manager, KEEPALIVED + ".3.3.1.71")))
    servers = walk(manager, KEEPALIVED + ".3.4.1.55.1")
    assert servers["4"] == 'STRING: "192.168.1.16:81"' and servers["3"] == 'STRING: "192.168.1.17:81"'


def test_rules_of_the_standards(cluster):
    """VRRP-MIB lets nothing but the admin state be changed while a virtual router is up; VRRPV3-MIB
    refuses the owner's priority, and its RowStatus takes one down and up."""
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    manager = snmp.Manager(director.namespace)
    halvard = director.halvard(FILE, agentx=snmpd.agentx)
    walked(manager, halvard)
    at = next(iter(walk(manager, VRRP + ".1.3.1.3")))  # ifIndex.VRID
    old = [VRRP + ".1.3.1.%d.%s" % (n, at) for n in (3, 4, 5, 11)]
    state, admin, priority, interval = old
    assert manager.numeric(state) == "3"
    assert manager.set(priority, "i", "90", named=False) == "inconsistentValue"
    assert manager.set(admin, "i", "2", named=False) is None
    wait_for(lambda: manager.numeric(state) == "1", 5, "down")
    assert manager.set(priority, "i", "90", interval, "i", "3", named=False) is None
    assert manager.set(interval, "i", "0", named=False) == "wrongValue"
    assert manager.set(interval, "i", "256", named=False) == "wrongValue"
    assert manager.set(admin, "i", "1", named=False) is None
    wait_for(lambda: manager.numeric(state) == "3", 20, "up again")
    assert (manager.numeric(priority), manager.numeric(interval)) == ("90", "3")

    at = next(o for o, v in walk(manager, VRRPV3 + ".1.1.1.1.7").items() if ".51." in o)
    priority, accept, status, row = [VRRPV3 + ".1.1.1.1.%d.%s" % (n, at) for n in (7, 11, 6, 13)]
    for value in ("0", "255", "256"):
        assert manager.set(priority, "u", value, named=False) == "wrongValue", value
    assert manager.set(priority, "u", "200", named=False) is None
    for value, error in (("4", "inconsistentValue"), ("5", "wrongValue"), ("3", "wrongValue"), ("6", "inconsistentValue")):
        assert manager.set(row, "i", value, named=False) == error, value
    assert manager.set(row, "i", "2", named=False) is None
    wait_for(lambda: manager.numeric(status) == "1", 5, "not in service")
    assert manager.numeric(row) == "2"
    assert manager.set(row, "i", "1", named=False) is None
    wait_for(lambda: manager.numeric(status) == "3", 20, "active")
    absent = VRRPV3 + ".1.1.1.1.13.9.9.1"
    assert manager.set(absent, "i", "4", named=False) == "noCreation"
