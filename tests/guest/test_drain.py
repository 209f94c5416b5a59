"""Draining a real server by snmpset: what it promises, for schedulers that differ in how
they treat a weight of 0, through crash and reload."""
import pytest

from lab.space import wait_for
from lab.steer import object_name
from lab.topology import CLIENTS, REAL, Download
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
