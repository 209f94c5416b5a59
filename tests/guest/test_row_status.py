"""Rows that come and go by RowStatus, or by halvardctl: in the kernel at once, over a reload and a crash,
all of one request or nothing."""
import json
import os

import pytest

from lab.daemons import fill_disk
from lab.snmp import name_index
from lab.space import wait_for
from lab.steer import BOTH
from lab.topology import REAL, SERVICE, VIP

ACTIVE, NOT_IN_SERVICE, NOT_READY, CREATE_AND_GO, CREATE_AND_WAIT, DESTROY = "1", "2", "3", "4", "5", "6"
SECOND = VIP + ":81/tcp"
THIRD = "192.168.1.13:80"


def rs(column, name, service=SERVICE):
    return '%s."%s"."%s"' % (column, service, name)


def vs(column, service=SECOND):
    return '%s."%s"' % (column, service)


@pytest.fixture
def ready(steered):
    steered.start()
    steered.wait_healthy()
    return steered


def overlay(steered):
    if not os.path.exists(steered.halvard.state_dir + "/overlay"):
        return []
    with open(steered.halvard.state_dir + "/overlay") as f:
        return f.read().splitlines()[1:]


def rows(steered, table):
    return json.loads(steered.halvard.ctl("--json", "show", table).stdout)[table]


def test_a_server_comes_with_its_checks_and_goes(cluster, ready):
    status = rs("halRsRowStatus", THIRD)
    ready.snmp.set_ok(rs("halRsWeight", THIRD), "u", "5", status, "i", CREATE_AND_GO)
    assert ready.snmp.get(status) in ("active", ACTIVE)
    check = next(r for r in rows(ready, "checker") if r["rs"] == THIRD)
    assert (check["connect_addr"], check["connect_port"], check["delay_loop_ms"]) == ("192.168.1.13", 80, 1000)
    # Nobody answers there: the check finds out, and not before it has looked does it get traffic for long.
    wait_for(lambda: THIRD not in ready.director.weights(), 15, "the check takes it out")
    assert overlay(ready) == ['add real_server "%s" "%s"' % (SERVICE, THIRD),
                              'set real_server "%s" "%s" weight "5"' % (SERVICE, THIRD)]
    ready.reload(ready.config.replace("delay_loop 1", "delay_loop 2"))
    ready.halvard.kill_all()
    ready.halvard.start()
    ready.wait_service()
    wait_for(lambda: ready.snmp.numeric(ready.snmp.oid(rs("halRsWeight", THIRD))) == "5", 10, "it is still there")
    ready.snmp.set_ok(status, "i", DESTROY)
    assert not [r for table in ("real_server", "checker") for r in rows(ready, table)
                if THIRD in (r.get("name"), r.get("rs"))]
    assert overlay(ready) == []
    assert ready.snmp.set(status, "i", DESTROY) is None, "RFC 2579: nothing to destroy is no error"
    cluster.wait_weights(ready.director, BOTH, 10)


def test_one_of_the_file_stays_away(cluster, ready):
    ready.snmp.set_ok(rs("halRsRowStatus", REAL["real1"]), "i", DESTROY)
    assert ready.director.weights() == {REAL["real2"]: 1}
    ready.reload()
    assert ready.director.weights() == {REAL["real2"]: 1}
    ready.halvard.kill_all()
    ready.halvard.start()
    ready.wait_service()
    cluster.wait_weights(ready.director, {REAL["real2"]: 1}, 10)
    ready.snmp.set_ok(rs("halRsRowStatus", REAL["real1"]), "i", CREATE_AND_GO)
    cluster.wait_weights(ready.director, BOTH, 10)


def test_two_tables_in_one_request(ready):
    """A virtual server, a server of it and an address; and nothing of it when the last cannot be."""
    address = 'halVrrpAddrRowStatus."VI_1"."192.168.1.210"'
    wanted = [rs("halRsWeight", "192.168.1.11:81", SECOND), "u", "7",
              vs("halVsRowStatus"), "i", CREATE_AND_GO,
              rs("halRsRowStatus", "192.168.1.11:81", SECOND), "i", CREATE_AND_GO,
              vs("halVsScheduler"), "s", "wrr", vs("halVsForwarding"), "i", "2"]
    bad = 'halVrrpAddrRowStatus."VI_1"."2001:db8::1"'
    assert ready.snmp.set(*wanted, bad, "i", CREATE_AND_GO) == "inconsistentValue"
    assert ready.director.weights(SECOND) == {} and overlay(ready) == []
    ready.snmp.set_ok(*wanted, address, "i", CREATE_AND_GO)
    assert ready.director.weights(SECOND) == {"192.168.1.11:81": 7}
    assert "-s wrr" in ready.director.namespace.run(["ipvsadm", "-Sn"]).stdout
    wait_for(lambda: "192.168.1.210" in ready.director.namespace.run(["ip", "-4", "addr"]).stdout, 5, "the address")
    ready.halvard.kill_role("lvs")
    ready.halvard.kill_role("main")
    wait_for(lambda: ready.snmp.numeric(ready.snmp.oid(vs("halVsOperState"))) == "1", 20, "up again")
    assert ready.director.weights(SECOND) == {"192.168.1.11:81": 7}
    ready.snmp.set_ok(address, "i", DESTROY, vs("halVsRowStatus"), "i", DESTROY)
    assert "%s:81" % VIP not in ready.director.namespace.run(["ipvsadm", "-Sn"]).stdout
    wait_for(lambda: "192.168.1.210" not in ready.director.namespace.run(["ip", "-4", "addr"]).stdout, 5, "gone")
    assert overlay(ready) == []


def test_state_table(ready):
    """RFC 2579, RowStatus: each value for a row that is there and for one that is not."""
    address = 'halVrrpAddrRowStatus."VI_1"."%s"'
    for there, absent, pauses in ((rs("halRsRowStatus", REAL["real1"]), rs("halRsRowStatus", THIRD), True),
                                  (vs("halVsRowStatus", SERVICE), vs("halVsRowStatus"), True),
                                  (vi("halVrrpRowStatus", "VI_1"), vi("halVrrpRowStatus"), True),
                                  (address % VIP, address % "192.168.1.9", False)):
        paused = "inconsistentValue" if pauses else "wrongValue"
        for status, value, error in (
                (there, CREATE_AND_GO, "inconsistentValue"), (there, CREATE_AND_WAIT, "wrongValue"),
                (there, NOT_READY, "wrongValue"), (there, "0", "wrongValue"), (there, "7", "wrongValue"),
                (there, ACTIVE, None), (absent, ACTIVE, "inconsistentValue"), (absent, NOT_IN_SERVICE, paused),
                (absent, CREATE_AND_WAIT, "wrongValue"), (absent, NOT_READY, "wrongValue"), (absent, DESTROY, None)):
            assert ready.snmp.set(status, "i", value) == error, (status, value)
        assert ready.snmp.numeric(ready.snmp.oid(there)) == ACTIVE
        assert ready.snmp.numeric(ready.snmp.oid(absent)) is None
        if not pauses:
            assert ready.snmp.set(there, "i", NOT_IN_SERVICE) == "wrongValue"
            continue
        ready.snmp.set_ok(there, "i", NOT_IN_SERVICE)
        assert ready.snmp.numeric(ready.snmp.oid(there)) == NOT_IN_SERVICE
        ready.snmp.set_ok(there, "i", ACTIVE)
        ready.wait_service()
    there = rs("halRsRowStatus", REAL["real1"])
    ready.wait_healthy()
    assert ready.snmp.set(there, "u", ACTIVE, named=True) is not None
    ready.snmp.set_ok(there, "i", NOT_IN_SERVICE)
    assert ready.kernel_weight() is None
    assert ready.snmp.numeric(ready.snmp.oid(there)) == NOT_IN_SERVICE
    ready.snmp.set_ok(there, "i", ACTIVE)
    ready.wait_healthy()
    # names that are none, and a column of a row that nobody makes
    for name in ("10.0.0.1", "10.0.0.1:080", "nonsense:1", "10.0.0.1:99999"):
        assert ready.snmp.set(rs("halRsRowStatus", name), "i", CREATE_AND_GO) == "inconsistentValue", name
    assert ready.snmp.set(rs("halRsWeight", THIRD), "u", "1") == "noCreation"
    assert ready.snmp.set(rs("halRsRowStatus", THIRD, SECOND), "i", CREATE_AND_GO) == "inconsistentValue"
    long_index = "%s.1.9.1.42.%s" % (ready.snmp.oid("halObjects").rsplit(".", 1)[0], name_index("x" * 57, THIRD))
    assert ready.snmp.set(long_index, "i", CREATE_AND_GO, named=False) in ("noCreation", "wrongLength")
    assert overlay(ready) == []


def vi(column, name="VI_9"):
    return '%s."%s"' % (column, name)


def instance(steered, name="VI_9"):
    return next((r for r in rows(steered, "vrrp_instance") if r["name"] == name), None)


def has_address(steered, address):
    return address + "/" in steered.director.namespace.run(["ip", "-4", "addr"]).stdout


def test_an_instance_with_its_address(ready):
    """One request makes a virtual router; it takes mastership, holds over a reload and a crash, and goes."""
    address = "192.168.1.219"
    row = 'halVrrpAddrRowStatus."VI_9"."%s"' % address
    wanted = [row, "i", CREATE_AND_GO, 'halVrrpAddrPrefixLength."VI_9"."%s"' % address, "u", "24",
              vi("halVrrpBasePriority"), "u", "77", vi("halVrrpVrid"), "u", "99",
              vi("halVrrpInterface"), "s", "eth0"]
    assert ready.snmp.set(*wanted[:3]) == "inconsistentValue", "an address of nobody"
    assert ready.snmp.set(*wanted) == "noCreation", "settings of nobody"
    assert ready.snmp.set(vi("halVrrpRowStatus"), "i", CREATE_AND_GO, vi("halVrrpVrid"), "u", "99") == \
        "inconsistentValue", "without an interface"
    taken = [vi("halVrrpVrid"), "u", str(instance(ready, "VI_1")["vrid"]), vi("halVrrpRowStatus"), "i", CREATE_AND_GO,
             vi("halVrrpInterface"), "s", instance(ready, "VI_1")["interface"]]
    assert ready.snmp.set(*taken) == "inconsistentValue", "the identifier is taken"
    assert instance(ready) is None and overlay(ready) == []
    ready.snmp.set_ok(*wanted, vi("halVrrpRowStatus"), "i", CREATE_AND_GO)
    wait_for(lambda: instance(ready)["state"] == "master" and has_address(ready, address), 10, "it is master")
    assert address + "/24" in ready.director.namespace.run(["ip", "-4", "addr"]).stdout
    assert ready.snmp.set(vi("halVrrpVrid"), "u", "98") == "inconsistentValue"
    assert ready.snmp.set(vi("halVrrpVrid", "VI_1"), "u", "98") == "inconsistentValue"
    ready.reload(ready.config.replace("delay_loop 1", "delay_loop 2"))
    ready.halvard.kill_all()
    ready.halvard.start()
    ready.wait_service()
    wait_for(lambda: instance(ready) and instance(ready)["state"] == "master" and has_address(ready, address), 15,
             "it is there again")
    assert (instance(ready)["vrid"], instance(ready)["base_priority"]) == (99, 77)
    ready.snmp.set_ok(vi("halVrrpRowStatus"), "i", NOT_IN_SERVICE)
    wait_for(lambda: instance(ready)["state"] == "init" and not has_address(ready, address), 5, "it is down")
    assert ready.snmp.numeric(ready.snmp.oid(vi("halVrrpRowStatus"))) == NOT_IN_SERVICE
    ready.snmp.set_ok(vi("halVrrpRowStatus"), "i", ACTIVE)
    wait_for(lambda: has_address(ready, address), 10, "it is up")
    ready.snmp.set_ok(vi("halVrrpRowStatus"), "i", DESTROY)
    wait_for(lambda: not has_address(ready, address), 5, "its address has gone")
    assert instance(ready) is None and overlay(ready) == []
    assert not [r for r in rows(ready, "vrrp_address") if r["instance"] == "VI_9"]


def test_an_instance_of_the_file_stays_away(ready):
    ready.snmp.set_ok(vi("halVrrpRowStatus", "VI_1"), "i", DESTROY)
    wait_for(lambda: not has_address(ready, VIP), 5, "its address has gone")
    assert overlay(ready) == ["del vrrp_instance VI_1"] or overlay(ready) == ['del vrrp_instance "VI_1"']
    ready.reload()
    assert instance(ready, "VI_1") is None and not has_address(ready, VIP)
    ready.halvard.ctl("add", "vrrp_instance", "VI_1", "interface", "eth0", "vrid", "51",
                      "base_priority", "100")
    wait_for(lambda: instance(ready, "VI_1")["state"] == "master", 10, "it is back, as it was added")


def test_a_full_disk_makes_no_row_and_takes_none_away(steered, small_state):
    """Each creatable table; nothing has come, gone or is kept."""
    steered.start(state_dir=small_state)
    steered.wait_healthy()
    before = {table: rows(steered, table) for table in ("vrrp_instance", "vrrp_address", "virtual_server")}
    filler = fill_disk(small_state)
    new = 'halVrrpAddrRowStatus."VI_1"."192.168.1.211"'
    for binds in ([rs("halRsRowStatus", THIRD), "i", CREATE_AND_GO],
                  [rs("halRsRowStatus", REAL["real1"]), "i", DESTROY],
                  [vs("halVsRowStatus"), "i", CREATE_AND_GO],
                  [vs("halVsRowStatus", SERVICE), "i", DESTROY],
                  [new, "i", CREATE_AND_GO],
                  ['halVrrpAddrRowStatus."VI_1"."%s"' % VIP, "i", DESTROY],
                  [vi("halVrrpRowStatus"), "i", CREATE_AND_GO, vi("halVrrpInterface"), "s", "eth0", vi("halVrrpVrid"), "u", "9"],
                  [vi("halVrrpRowStatus", "VI_1"), "i", DESTROY]):
        assert steered.snmp.set(*binds) == "commitFailed", binds
    assert steered.director.weights() == BOTH and has_address(steered, VIP)
    assert [[r["name" if "name" in r else "address"] for r in rows(steered, t)] for t in before] == \
        [[r["name" if "name" in r else "address"] for r in before[t]] for t in before]
    os.unlink(filler)
    assert not os.path.exists(small_state + "/overlay") or overlay(steered) == []
    steered.snmp.set_ok(rs("halRsRowStatus", THIRD), "i", CREATE_AND_GO)
    assert steered.snmp.get(rs("halRsRowStatus", THIRD)) in ("active", ACTIVE)


def test_by_halvardctl(cluster, ready):
    ctl = ready.halvard.ctl
    out = ctl("add", "real_server", SERVICE, THIRD, "weight", "9").stdout
    assert "real_server %s %s: added" % (SERVICE, THIRD) in out and "weight is 9" in out, out
    again = ctl("add", "real_server", SERVICE, THIRD, check=False)
    assert again.returncode == 1 and "is there already" in again.stdout
    assert "added" in ctl("diff", check=False).stdout
    assert ctl("add", "process", "x", check=False).returncode == 1
    assert ctl("add", "real_server", SERVICE, THIRD, "oper_state", "up", check=False).returncode == 2
    ctl("delete", "real_server", SERVICE, THIRD)
    assert overlay(ready) == []
    assert "deleted" in ctl("log").stdout
