"""Every object of the four modules, from their text: where it is, in which order, of which type; and of
every object that may be written each boundary, what lies beyond it, other types and lengths."""
import os
import re

import pytest

from lab import daemons, mib, snmp
from lab.pdu import Talker
from lab.space import wait_for
from test_foreign_mibs import FILE, TRACKS

FOREIGN = "/usr/share/snmp/mibs"
MODULES = {
    "HALVARD-MIB": (os.path.join(daemons.SOURCE, "mibs/HALVARD-MIB.txt"), (1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 6404)),
    "KEEPALIVED-MIB": (FOREIGN + "/KEEPALIVED-MIB.txt", (1, 3, 6, 1, 4, 1, 9586, 100, 5)),
    "VRRP-MIB": (FOREIGN + "/VRRP-MIB.txt", (1, 3, 6, 1, 2, 1, 68)),
    "VRRPV3-MIB": (FOREIGN + "/VRRPv3-MIB.txt", (1, 3, 6, 1, 2, 1, 207)),
}
SIX = """
vrrp_instance VI_6 {
	state BACKUP
	interface eth0
	virtual_router_id 66
	priority 66
	virtual_ipaddress {
		fd00::66/64
	}
	virtual_ipaddress_excluded {
		192.168.7.1 peer 192.168.7.2 label eth0:1
	}
	virtual_routes {
		fd01::/64 from fd02::/64 via fd00::1 dev eth0 src fd00::66 pref high expires 600
		192.168.230.0/24 via 192.168.1.11 dev eth0 congctl cubic fastopen_no_cookie 1
		192.168.231.0/24 encap mpls 16/17 via inet 192.168.1.11 dev eth0
		192.168.232.0/24 encap ip id 7 dst 10.1.0.1 src 10.1.0.2 tos 4 ttl 9 flags 3 dev eth0
		192.168.233.0/24 nexthop encap mpls 18 via inet 192.168.1.11 dev eth0 nexthop encap ip id 7 dst 10.1.0.1 src 10.1.0.2 tos 4 ttl 9 flags 3 dev eth0 realms 5/6
		fd05::/64 encap ila 1:2:3:4 via fd00::1 dev eth0
		fd06::/64 nexthop encap ila 1:2:3:4 via fd00::1 dev eth0 nexthop via fd00::2 dev eth0
	}
	virtual_rules {
		from 10.7.0.0/16 ipproto tcp sport 1-10 dport 80-90 uidrange 1-5 tun_id 5 suppress_ifgroup 3 protocol 4 table 100 priority 300
		from 10.8.0.0/16 l3mdev priority 301
	}
}
virtual_server fd00::66 80 {
	lb_kind DR
	protocol TCP
	persistence_timeout 50
	persistence_granularity 64
	real_server fd00::11 80 {
	}
}
"""
CHECKED = """
virtual_server 192.168.1.209 80 {
	delay_loop 1
	lb_kind TUN
	protocol TCP
	real_server 192.168.1.11 80 {
		lvs_method TUN type gue port 5555 csum
		TCP_CHECK {
			connect_timeout 2
		}
		MISC_CHECK {
			misc_path "/bin/true"
		}
	}
}
"""
CONFIG = CHECKED + TRACKS.replace("quorum_up", "quorum 1\n	quorum_up") + SIX + FILE[FILE.index("virtual_server 192.168.1.200 81"):]
# What keepalived shows too although the module has no name for it.
BEYOND = {"vrrpRouteProtocol": 19}
# What has no instance here, and why.
ABSENT = [
    (r".*Bfd.*", "there is no BFD"),
    (r".*Script(Master|Backup|Fault|Stop|Deleted|MstrRxLowerPri|Command)|vrrp(Instance|SyncGroup)Script|"
     r"realServerNotify(Up|Down)|virtualServerQuorum(Up|Down)",
     "commands are known to the process that runs them and to no other"),
    (r".*VirtualHost", "the name of a host is one of a check"),
    (r"smtpEmailSmtpAlert(Vrrp)?|virtualServerWeight", "what holds where nothing is said is not kept: each has its own"),
    (r"vrrpRouteSecondaryGateway", "no statement gives it"),
]


@pytest.fixture(scope="module")
def objects():
    return {name: mib.read(path) for name, (path, _) in MODULES.items()}


@pytest.fixture
def talker(cluster):
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    halvard = director.halvard(CONFIG, agentx=snmpd.agentx).start()
    manager = snmp.Manager(director.namespace)
    state = ".1.3.6.1.4.1.9586.100.5.2.3.1.4.%d"
    wait_for(lambda: manager.numeric(state % 3) == "2" and manager.numeric(state % 4) == "2", 30, "masters")
    t = Talker(director.namespace)
    t.halvard, t.manager, t.director = halvard, manager, director
    yield t
    t.close()


def ask_for(talker, o, oid, kind, before):
    """By GET, by GETNEXT from the name before it, and where it is not."""
    absent, unknown = oid + (1,), o.oid[:-1] + (199,) + oid[len(o.oid):]
    here, not_here, no_object = talker.get(oid, absent, unknown)
    assert (here[0], not_here[0], no_object[0]) == (kind, "NoSuchInstance", "NoSuchObject"), o.name
    if before:
        ((name, value),) = talker.next(before)
        assert (name, value[0]) == (oid, kind), o.name


def test_every_object(talker, objects):
    server, node = '"192.168.1.209:80/tcp"."192.168.1.11:80"', '"192.168.1.11"'
    talker.manager.set_ok("halRsAdminReason." + server, "s", "why", "halNodeAdminReason." + node, "s", "why")
    for module, (_, root) in MODULES.items():
        walked = talker.walk(root)
        names = [oid for oid, _ in walked]
        assert names == sorted(set(names)), "each once, in order"
        seen, asked = set(), set()
        for oid, (kind, value) in walked:
            o = mib.object_of(objects[module], oid)
            assert o, "%s has no object of %s" % (module, oid)
            assert kind == o.type, "%s: %s is of type %s" % (o.name, oid, kind)
            assert o.fits(value) or BEYOND.get(o.name) == value, "%s: %s" % (o.name, value)
            seen.add(o.name)
            if o.name not in asked:
                asked.add(o.name)
                ask_for(talker, o, oid, kind, names[names.index(oid) - 1] if oid != names[0] else None)
        wanted = {o.name for o in objects[module].values() if o.access not in ("not-accessible", "accessible-for-notify")}
        explained = {name for name in wanted for pattern, _ in ABSENT if re.fullmatch(pattern, name)}
        assert wanted - seen == explained - seen, module
        assert not seen & explained, "%s: what is said to be absent is there" % module


# ---- what may be written -------------------------------------------------------------------------------------

INT, GAUGE, TEXT, ADDRESS = "Integer32", "Gauge32", "OctetString", "IpAddress"
# Objects that no operator changes here: notWritable (docs/SNMP.md).
READ_ONLY = {"vrrpInstanceUseLinkbeat", "vrrpInstanceNotifyDeleted", "vrrpOperAuthType", "vrrpOperAuthKey",
             "vrrpOperProtocol", "vrrpAssoIpAddrRowStatus", "vrrpv3AssociatedIpAddrRowStatus"}
# Ranges that the text of the module does not give in a way that can be read from it.
LIMITS = {"vrrpInstanceBasePriority": (1, 255), "realServerWeight": (0, 65535), "vrrpOperPriority": (1, 255),
          "vrrpv3OperationsPriority": (1, 254), "halVrrpAddrPrefixLength": (0, 128)}
# Good by themselves, and refused as things stand: {value: error}, or one error for all of them.
REFUSED = {
    "halVrrpInterface": "inconsistentValue", "halVrrpVrid": "inconsistentValue", "halVrrpVersion": "inconsistentValue",
    "halVrrpFamily": "inconsistentValue", "halVrrpAddrPrefixLength": "inconsistentValue",
    "halVrrpAddrInterface": "inconsistentValue",
    "halVrrpAdverInterval": {25500: "inconsistentValue"},  # version 3 has 12 bits
    "halVsHysteresis": {4294967295: "inconsistentValue"},  # above the quorum
    "halRsLowerThreshold": {4294967295: "inconsistentValue"},  # above the upper one
}
# Texts are words here, or an address of this director.
WORDS = {"halVsScheduler": (b"rr", b"wlc"), "vrrpOperPrimaryIpAddr": (bytes(4), bytes([192, 168, 1, 100])),
         "vrrpv3OperationsPrimaryIpAddr": (b"", bytes([192, 168, 1, 100]))}
# Which instance: by the rest of its name.
INSTANCES = {
    "halVrrp": "VI_1", "halVs": "192.168.1.209:80/tcp", "halRs": "192.168.1.209:80/tcp", "halCheck": "192.168.1.209:80/tcp",
    "halTrack": "zfile",
}
SHOWN_OTHERWISE = {"halConfigReload", "halConfigSpinLock", "realServerWeight", "halVrrpCommand",
                   "vrrpOperPrimaryIpAddr", "vrrpv3OperationsPrimaryIpAddr"}


def octets(value):
    return value if isinstance(value, bytes) else b"%d" % value


class Writer:
    """One object of one row: what it was, and what becomes of it."""

    def __init__(self, talker, o, oid):
        self.talker, self.o, self.oid = talker, o, oid
        self.before = talker.get(oid)[0]
        self.other = None

    def refuses(self, kind, value, error):
        """Behind another that is good, so that its number is told; nothing of the request is in force."""
        good = (OTHER, (GAUGE, 77))
        assert self.talker.set(good, (self.oid, (kind, value))) == (error, 2), (self.o.name, kind, value)
        assert self.talker.get(OTHER)[0] != (GAUGE, 77), self.o.name

    def takes(self, value):
        assert self.talker.set((self.oid, (self.o.type, value))) == ("noError", 0), (self.o.name, value)
        if self.o.name not in SHOWN_OTHERWISE:
            assert self.talker.get(self.oid)[0] == (self.o.type, value), self.o.name

    def restore(self):
        if self.talker.get(self.oid)[0] != self.before:
            assert self.talker.set((self.oid, self.before))[0] == "noError", (self.o.name, self.before)


def sub_ids(name):
    return (len(name),) + tuple(name.encode())


HAL = MODULES["HALVARD-MIB"][1] + (1,)
OTHER = HAL + (9, 1, 15) + sub_ids("192.168.1.209:80/tcp") + sub_ids("192.168.1.11:80")  # halRsDrainTime


def values_of(o):
    """(good, wrong in value, wrong in length)"""
    if o.name in WORDS:
        return WORDS[o.name], (), (b"\1\2\3",) if "IpAddr" in o.name and o.type == TEXT else ()
    low, high = LIMITS.get(o.name) or o.range or (min(o.values), max(o.values))
    if o.type == TEXT:
        good = (b"x" * high,) + ((b"",) if low == 0 else ())
        return good, (b"\xff", b"a\nb"), (b"x" * (high + 1),) + ((b"",) if low else ())
    good = sorted(o.values) if o.values else (low, high)
    ends = (-2 ** 31, 2 ** 31 - 1) if o.type == INT else (0, 2 ** 32 - 1)
    return good, [n for n in {low - 1, high + 1, *ends} if ends[0] <= n <= ends[1] and not low <= n <= high], ()


def other_types(o):
    return [(kind, value) for kind, value in ((INT, 1), (GAUGE, 1), (TEXT, b"1"), ("TimeTicks", 1), ("Counter32", 1))
            if kind != o.type]


def instance_of(walked, o):
    wanted = next((tuple(v.encode()) for k, v in INSTANCES.items() if o.name.startswith(k) and o.oid[:len(HAL)] == HAL), ())
    for oid, _ in walked:
        if oid[:len(o.oid)] == o.oid and (not wanted or any(
                oid[i:i + len(wanted)] == wanted for i in range(len(o.oid), len(oid)))):
            return oid
    return None


def check_object(talker, o, oid):
    w = Writer(talker, o, oid)
    good, wrong, lengths = values_of(o)
    refused = REFUSED.get(o.name, {})
    for kind, value in other_types(o):
        w.refuses(kind, value, "notWritable" if o.name in READ_ONLY else "wrongType")
    if o.name in READ_ONLY:
        w.refuses(o.type, w.before[1] if w.before[1] != b"" else b"x", "notWritable")
        return
    for value in wrong:
        w.refuses(o.type, value, "wrongValue")
    for value in lengths:
        w.refuses(o.type, value, "wrongLength")
    for value in good:
        error = refused if isinstance(refused, str) else refused.get(value)
        if error:
            w.refuses(o.type, value, error)
        else:
            w.takes(value)
    if not isinstance(refused, str):
        w.restore()


def test_every_object_that_may_be_written(talker, objects):
    done = set()
    for module, (_, root) in MODULES.items():
        if module == "VRRP-MIB":
            continue
        walked = talker.walk(root)
        for o in objects[module].values():
            if not o.writable or o.word == "RowStatus" and o.name not in READ_ONLY:
                continue
            if o.name in ("halConfigReload", "halConfigRevert", "halConfigSave", "halConfigSpinLock",
                          "halConfigConfirmTime", "halConfigConfirm"):
                continue
            oid = instance_of(walked, o)
            assert oid, o.name
            check_object(talker, o, oid)
            done.add(o.name)
    assert len(done) > 45


def test_vrrp_mib_while_up_and_down(talker, objects):
    """RFC 2787: nothing but the admin state while it is up; all of it while it is down."""
    columns = {o.name: o for o in objects["VRRP-MIB"].values()}
    walked = talker.walk(MODULES["VRRP-MIB"][1])
    admin, state = (instance_of(walked, columns[n]) for n in ("vrrpOperAdminState", "vrrpOperState"))
    down_only = [o for o in columns.values() if o.writable and not o.scalar and o.word != "RowStatus" and
                 o.name not in READ_ONLY | {"vrrpOperAdminState"}]
    assert len(down_only) == 4
    for o in down_only:
        w = Writer(talker, o, instance_of(walked, o))
        for value in values_of(o)[0]:
            w.refuses(o.type, value, "inconsistentValue")
    assert talker.set((admin, (INT, 2))) == ("noError", 0)
    wait_for(lambda: talker.get(state)[0] == (INT, 1), 5, "down")
    for o in columns.values():
        if o.writable and (o.word != "RowStatus" or o.name in READ_ONLY) and o.name != "vrrpOperAdminState":
            check_object(talker, o, instance_of(walked, o))
    assert talker.set((admin, (INT, 1))) == ("noError", 0)
    wait_for(lambda: talker.get(state)[0] != (INT, 1), 20, "up")


def test_reload_and_lock(talker, objects):
    """What reads back otherwise than it was set: an order is idle again, a lock has grown."""
    o = {x.name: x for x in objects["HALVARD-MIB"].values()}
    reload, revert, save, lock = (o[n].oid + (0,) for n in ("halConfigReload", "halConfigRevert", "halConfigSave",
                                                            "halConfigSpinLock"))
    for kind, value in other_types(o["halConfigReload"]):
        for name in (reload, revert, save, lock):
            assert talker.set((name, (kind, value)))[0] == "wrongType"
    for order in (reload, revert):
        assert talker.set((order, (INT, 0)))[0] == talker.set((order, (INT, 3)))[0] == "wrongValue"
        assert talker.set((order, (INT, 1))) == ("noError", 0)
        assert talker.set((order, (INT, 2))) == ("noError", 0)
        assert talker.get(order)[0] == (INT, 1)
    assert talker.set((save, (INT, 0)))[0] == "wrongValue" and talker.set((save, (INT, 1))) == ("noError", 0)
    assert talker.set((save, (INT, 2))) == ("inconsistentValue", 1), "there is nothing to save"
    confirm, trial = (o[n].oid + (0,) for n in ("halConfigConfirm", "halConfigConfirmTime"))
    for name, good, bad in ((confirm, (INT, 1), [(INT, 0), (INT, 4)]), (trial, (GAUGE, 0), [(GAUGE, 86401)])):
        for value in bad:
            assert talker.set((name, value)) == ("wrongValue", 1)
        assert talker.set((name, (TEXT, b"1"))) == ("wrongType", 1)
        assert talker.set((name, good)) == ("noError", 0)
    for bind in ((confirm, (INT, 2)), (confirm, (INT, 3)), (trial, (GAUGE, 60))):
        assert talker.set(bind) == ("inconsistentValue", 1), "nothing is on trial, or would be"
    now = talker.get(lock)[0][1]
    assert talker.set((lock, (INT, now + 1)))[0] == "inconsistentValue"
    assert talker.set((lock, (INT, -1)))[0] == "wrongValue"
    assert talker.set((lock, (INT, now))) == ("noError", 0)
    assert talker.get(lock)[0][1] > now
