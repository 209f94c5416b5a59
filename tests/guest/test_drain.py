"""Draining a real server by snmpset: what it promises, for schedulers that differ in how
they treat a weight of 0, through crash and reload."""
import time

import pytest

from lab.space import wait_for
from lab.steer import BOTH, QUICK_CHECKS, object_name
from lab.topology import CLIENTS, REAL, SERVICE, VIP, Download, tutorial_config
from lab.watch import TableWatch

DRAINING, ENABLED = "2", "1"
KINDS = {
    "rr": [],
    "sh": [("lb_algo rr", "lb_algo sh")],
    "mh": [("lb_algo rr", "lb_algo mh")],
    "persistence": [("lb_kind DR", "lb_kind DR\npersistence_timeout 120")],
}


# With persistence a client keeps the server that the drain led it to; others come after it.
EARLY, LATE = CLIENTS[:10], CLIENTS[10:]


def download_from(cluster, server, rate):
    """A download that `server` sends, and the client's address that it went to."""
    for source in EARLY:
        for _ in range(2):
            download = Download(cluster.client, rate, source)
            if download.server == server:
                return download, source
            download.close()
    raise AssertionError("no client reaches " + server)


def served_by(cluster, sources=EARLY):
    """Who answers fresh connections from many addresses of the client."""
    return {cluster.fetch(source=source) for source in sources}


def is_out(steered):
    """Nothing new may reach real1: weight 0, or removed once nothing is connected."""
    return steered.kernel_weight("real1") in (0, None) and steered.kernel_weight("real2") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_drain_keeps_downloads_and_survives(cluster, steered, kind):
    steered.start(replace=KINDS[kind])
    steered.wait_healthy()
    assert served_by(cluster) == {"real1", "real2"}
    download, source = download_from(cluster, "real1", rate=120000)

    steered.snmp.set_ok(object_name("halRsAdminState"), "i", DRAINING)
    wait_for(lambda: steered.kernel_weight() == 0, 1, "weight 0 in the kernel")
    assert cluster.fetch(source=source) == "real2"
    assert served_by(cluster) == {"real2"}
    assert steered.weight() == "1", "the configured weight is not lost"
    assert download.running(), "the download was to outlast the drain"
    assert steered.kernel_weight() == 0, "it must stay while somebody is connected"
    download.wait()

    with TableWatch(steered.director.namespace) as table:
        steered.halvard.kill_all()
        steered.halvard.start()
        steered.wait_service()
        wait_for(lambda: steered.admin_state() == DRAINING, 5, "still draining after a crash")
        steered.reload(steered.config.replace("delay_loop 1", "delay_loop 2"))
        assert steered.admin_state() == DRAINING, "still draining after a reload"
        assert is_out(steered)
        assert served_by(cluster) == {"real2"}
    lit = [row for rows in table.seen for row in rows if row[1] == REAL["real1"] and row[2] > 0]
    assert not lit, "real1 had a weight in between: %s" % table.seen

    steered.snmp.set_ok(object_name("halRsAdminState"), "i", ENABLED)
    steered.wait_healthy()
    assert served_by(cluster, LATE) == {"real1", "real2"}


def test_dh_refuses_to_drain(steered):
    """The scheduler dh sends clients to a server of weight 0 and fails them."""
    steered.start(replace=[("lb_algo rr", "lb_algo dh")])
    steered.wait_healthy()
    assert steered.snmp.set(object_name("halRsAdminState"), "i", DRAINING) == "inconsistentValue"
    assert steered.admin_state() == ENABLED
    assert steered.kernel_weight() == 1


SECOND = "%s:81/tcp" % VIP
# Without a check, and with no traffic: what is asked is whether it follows.
SECOND_SERVICE = """
virtual_server %s 81 {
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 192.168.1.11 81 {
    }
    real_server 192.168.1.12 81 {
    }
}
""" % VIP


def test_a_node_drains_everywhere(cluster):
    """One word; a connection goes on to the deadline, none comes, and all is as before after."""
    director = cluster.directors[0]
    halvard = director.halvard(tutorial_config(replace=QUICK_CHECKS) + SECOND_SERVICE).start()
    cluster.wait_owner(director, 15)
    cluster.wait_weights(director, BOTH, 15)
    download = Download(cluster.client, 20000)
    name = download.server
    address = REAL[name].split(":")[0]
    other = {"real1": "real2", "real2": "real1"}[name]
    in_second = {address + ":81": 0, REAL[other].replace(":80", ":81"): 1}
    halvard.ctl("drain", "node", address, "--time", "6", "--reason", "disk")
    began = time.monotonic()
    assert director.weights() == {REAL[name]: 0, REAL[other]: 1}
    assert director.weights(SECOND) in (in_second, {REAL[other].replace(":80", ":81"): 1})
    assert served_by(cluster) == {other}
    row = halvard.ctl("show", "real_server", SERVICE, REAL[name]).stdout
    assert "node %s is draining" % address in row, row
    assert download.running(), "the connection was to outlast the drain"
    wait_for(lambda: REAL[name] not in director.weights(), 20, "the drain is over")
    assert 5 < time.monotonic() - began < 15
    download.close()

    halvard.kill_all()
    halvard.start()
    cluster.wait_owner(director, 15)
    wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 10, "an answer")
    assert director.weights() == {REAL[other]: 1}, "the word on the node survives everything"
    halvard.ctl("enable", "node", address)
    cluster.wait_weights(director, BOTH, 10)
    assert len(director.weights(SECOND)) == 2


def test_a_node_is_set_by_snmp_and_dh_refuses(steered):
    steered.start(replace=[("lb_algo rr", "lb_algo dh")])
    steered.wait_healthy()
    name = 'halNodeAdminState."%s"' % REAL["real1"].split(":")[0]
    assert steered.snmp.set(name, "i", DRAINING) == "inconsistentValue"
    assert steered.kernel_weight() == 1
    steered.snmp.set_ok(name, "i", "4")
    assert steered.kernel_weight() is None
    steered.snmp.set_ok(name, "i", ENABLED)
    steered.wait_healthy()
