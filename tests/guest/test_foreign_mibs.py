"""KEEPALIVED-MIB, VRRP-MIB and VRRPV3-MIB: the same file by keepalived and by Halvard, and a manager
sees the same of it."""
import json
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

# What is tracked, routes and rules, groups of addresses, mail.
TRACKS = """global_defs {
	router_id LAB
	notification_email {
		b@example.org
		a@example.org
	}
	notification_email_from lab@example.org
	smtp_server 127.0.0.1 2525
	smtp_connect_timeout 7
	smtp_alert_vrrp on
	lvs_sync_daemon eth0 VI_1 id 5 maxlen 1400 port 8849 ttl 3 group 224.0.0.91
	lvs_timeouts tcp 900 tcpfin 120 udp 300
	enable_script_security
	script_user root
	enable_snmp_keepalived
	enable_snmp_rfc
	enable_snmp_checker
}
vrrp_script ok {
	script "/bin/true"
	interval 2
	weight 4
	rise 2
	fall 3
}
vrrp_script bad {
	script "/bin/false"
	interval 1
	weight -5
}
track_file zfile {
	file /run/lab/zfile
	weight 3
	init_file 2 overwrite
}
vrrp_track_process sleeper {
	process sleep 60
	weight 5
	quorum 1
	delay 1.5
}
vrrp_sync_group VG_1 {
	group {
		VI_2
		VI_3
	}
	track_interface {
		lo weight 2
	}
	track_script {
		ok weight 7
	}
	track_file {
		zfile
	}
	track_process {
		sleeper
	}
}
vrrp_instance VI_2 {
	state BACKUP
	interface eth0
	virtual_router_id 52
	priority 150
	advert_int 2
	virtual_ipaddress {
		192.168.1.201/24
	}
}
vrrp_instance VI_3 {
	state BACKUP
	interface eth0
	virtual_router_id 53
	priority 150
	advert_int 2
	virtual_ipaddress {
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
	track_interface {
		lo weight 3
	}
	track_script {
		bad
		ok weight 3 reverse
	}
	track_file {
		zfile
	}
	track_process {
		sleeper weight -4
	}
	virtual_ipaddress {
		192.168.1.200/24
	}
	virtual_routes {
		192.168.200.0/24 via 192.168.1.11 dev eth0 metric 10
		192.168.203.0/24 dev eth0 scope link mtu lock 1400 rtt 100 rttvar lock 50 window 70 advmss lock 900 hoplimit 9 initcwnd 5 initrwnd 6 quickack 1 reordering 3 ssthresh lock 55 cwnd lock 6 rto_min lock 300 features ecn table 100 tos 4 realms 3/4
		blackhole 192.168.204.0/24
		default via 192.168.1.12 dev eth0 table 101
		192.168.205.0/24 nexthop via 192.168.1.11 dev eth0 weight 3 nexthop via 192.168.1.12 dev eth0 weight 5
	}
	virtual_rules {
		from 192.168.1.0/24 to 10.1.0.0/16 table 100 priority 200
		not from 192.168.7.0/24 iif eth0 oif lo fwmark 7/15 tos 4 priority 201 table 102 realms 5/6 suppress_prefixlength 8
		to 10.9.0.0/16 blackhole priority 202
		from 10.8.0.0/16 goto 500 priority 203
	}
}
virtual_server_group WEB {
	192.168.1.200 80
	192.168.1.201-205 81
	fwmark 9
}
virtual_server_group ANOTHER {
	192.168.1.202 80
}
virtual_server group WEB {
	lb_algo wrr
	lb_kind NAT
	protocol TCP
	weight 4
	virtualhost www.example.org
	quorum_up "/bin/true up"
	quorum_down "/bin/true down"
	real_server 192.168.1.18 81 {
		weight 3
		notify_up "/bin/true rsup"
		virtualhost rs.example.org
	}
	real_server 192.168.1.17 81 {
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
TRACKS_DIFFERENCES = [
    (r"1.3.[89].0", "what holds where an instance does not say is not kept: each has its own"),
    (r"2.3.1.11.[123]|2.3.1.27.\d|2.6.1.11.\d.\d|1.1.0|1.10.0|3.3.1.60.\d|3.3.1.71.\d|3.4.1.55.\d.\d", "as above"),
    (r"2.20.1.3.\d.\d|2.16.1.3.\d.\d", "the weight that the line says; keepalived shows that of the definition"),
    (r"2.3.1.8.\d", "lo counts; keepalived adds nothing for it"),
    (r"2.7.1.27.3.2|2.7.1.29.3.2", "in milliseconds, as the module says; keepalived shows what the kernel counts in"),
    (r"2.9.1.3.\d|3.3.1.2[45].1|3.4.1.11.1.1", "commands are known to the process that runs them and to no other"),
    (r"3.3.1.12.1|3.4.1.41.1.1", "a name of a host is one of a check, and shown there (halCheckTable)"),
    (r"3.3.1.51.1", "of IPv4; keepalived says 4294967295 for IPv6"),
]
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


def walked(manager, program, servers=4):
    """When the instances have found their place and the servers are in the table."""
    program.start()
    wait_for(lambda: "2" in [v[-1] for v in walk(manager, KEEPALIVED + ".2.3.1.4").values()], 20, "a master")
    wait_for(lambda: len(walk(manager, WEIGHT)) == servers, 20, "the servers")
    return {root: walk(manager, root) for root in DIFFERENCES}


def compare(before, after, explained):
    """Nothing differs but what is explained, and each explanation has its use."""
    assert len(before) > 25
    names = [oid for oid in {**before, **after} if before.get(oid) != after.get(oid)]
    unexplained = {oid: (before.get(oid), after.get(oid)) for oid in names
                   if not any(re.fullmatch(pattern, oid) for pattern, _ in explained)}
    assert not unexplained
    return names


def both(cluster, text, ready, **more):
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    manager = snmp.Manager(director.namespace)
    theirs = Keepalived(director.namespace, "/run/lab/foreign", text, ["-x", "-A", snmpd.agentx])
    found = []
    for program in (theirs, director.halvard(text, agentx=snmpd.agentx)):
        walked(manager, program, **more)
        wait_for(lambda: ready(manager), 20, lambda: str(walk(manager, KEEPALIVED + ".2")))
        found.append({root: walk(manager, root) for root in DIFFERENCES})
        program.stop(deadline=20)
        wait_for(lambda: not walk(manager, KEEPALIVED), 20, "it has left")
    return found


def states(manager):
    return [v.split()[-1] for v in walk(manager, KEEPALIVED + ".2.3.1.4").values()]


def test_the_same_as_keepalived(cluster):
    before, after = both(cluster, FILE, lambda m: states(m) == ["2", "2"])
    for root, explained in DIFFERENCES.items():
        compare(before[root], after[root], explained)


def test_the_same_of_what_is_tracked(cluster):
    """Scripts that have run, a file that counts, routes and rules in the kernel."""
    def ready(m):
        return states(m) == ["1", "1", "2"] and \
            list(walk(m, KEEPALIVED + ".2.9.1.6").values()) == ["INTEGER: 3", "INTEGER: 2"] and \
            set(walk(m, KEEPALIVED + ".2.7.1.14").values()) == {"INTEGER: 1"}

    before, after = both(cluster, TRACKS, ready, servers=2)
    compare(before[KEEPALIVED], after[KEEPALIVED], TRACKS_DIFFERENCES)
    for table in ("1.3.5", "2.4", "2.5", "2.7", "2.8", "2.9", "2.11", "2.12", "2.13", "2.14", "2.15", "2.16", "3.1", "3.2"):
        assert any(oid.startswith(table + ".1.") for oid in after[KEEPALIVED]), table


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
    # rows do not come here, and one that is down may go
    assert manager.set(absent, "i", "6", named=False) is None
    assert manager.set(row, "i", "2", named=False) is None
    wait_for(lambda: manager.numeric(status) == "1", 5, "not in service")
    assert manager.set(row, "i", "6", named=False) is None
    assert manager.numeric(status) is None
    row = VRRP + ".1.3.1.15." + next(iter(walk(manager, VRRP + ".1.3.1.3")))
    for value, error in (("1", None), ("2", "wrongValue"), ("4", "inconsistentValue"), ("6", "inconsistentValue")):
        assert manager.set(row, "i", value, named=False) == error, value
    assert manager.set(admin, "i", "2", named=False) is None
    wait_for(lambda: manager.numeric(state) == "1", 5, "down")
    assert manager.set(row, "i", "6", named=False) is None
    assert manager.numeric(state) is None
    assert not json.loads(halvard.ctl("--json", "show", "vrrp_instance").stdout)["vrrp_instance"]
