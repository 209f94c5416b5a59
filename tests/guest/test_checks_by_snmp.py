"""halCheckTable: what a check does is read, its settings are set, and one that is disabled neither runs
nor counts."""
from lab.space import wait_for
from lab.steer import object_name
from lab.topology import SERVICE


def test_a_check(cluster, steered):
    steered.start()
    steered.wait_healthy()
    snmp = steered.snmp

    def column(name):
        return snmp.oid(object_name(name) + ".1")

    runs, admin, interval = (column("halCheck" + n) for n in ("Runs", "AdminState", "Interval"))
    assert snmp.get(object_name("halCheckKind") + ".1") == "1", "tcpCheck"
    assert snmp.numeric(interval) == "1000"
    snmp.numeric(runs)
    wait_for(lambda: int(snmp.numeric(runs)) > 1, 10, "its runs")
    before = int(snmp.numeric(runs))
    wait_for(lambda: int(snmp.numeric(runs)) > before, 10, "more of them")
    assert snmp.numeric(column("halCheckSharers")) == "1"

    snmp.set_ok(object_name("halCheckAdminState") + ".1", "i", "2")
    cluster.web["real1"].stop()
    still = int(snmp.numeric(runs))
    snmp.set_ok(object_name("halCheckInterval", "real2") + ".1", "u", "500")
    other = snmp.oid(object_name("halCheckRuns", "real2") + ".1")
    since = int(snmp.numeric(other))
    wait_for(lambda: int(snmp.numeric(other)) > since + 4, 15, "the other check goes on, twice as often")
    assert int(snmp.numeric(runs)) in (still, still + 1)
    assert steered.kernel_weight() == 1, "nobody looks"
    snmp.set_ok(object_name("halCheckAdminState") + ".1", "i", "1")
    wait_for(lambda: steered.kernel_weight() is None, 15, "it was looked at")
    assert snmp.numeric(column("halCheckState")) == "3"
    assert snmp.set(object_name("halCheckInterval") + ".1", "u", "0") == "wrongValue"


def test_the_interval_of_a_virtual_server(cluster, steered):
    """It is that of all its checks that had the same; one of its own stays; a reload and a crash keep it."""
    steered.start()
    steered.wait_healthy()
    snmp = steered.snmp
    of_service = 'halVsCheckInterval."%s"' % SERVICE
    first, second = (snmp.oid(object_name("halCheckInterval", real) + ".1") for real in ("real1", "real2"))
    snmp.set_ok(object_name("halCheckInterval", "real2") + ".1", "u", "700")
    snmp.set_ok(of_service, "u", "400")
    assert (snmp.numeric(first), snmp.numeric(second)) == ("400", "700")
    runs = snmp.oid(object_name("halCheckRuns") + ".1")
    snmp.numeric(runs)
    since = int(snmp.numeric(runs))
    wait_for(lambda: int(snmp.numeric(runs)) > since + 4, 8, "five runs in two seconds")
    # a request that is refused takes nothing along
    assert snmp.set(of_service, "u", "900", 'halVsHysteresis."%s"' % SERVICE, "u", "9") == "inconsistentValue"
    assert (snmp.numeric(first), snmp.numeric(snmp.oid(of_service))) == ("400", "400")
    steered.reload()
    steered.halvard.kill_all()
    steered.halvard.start()
    steered.wait_service()
    wait_for(lambda: (snmp.numeric(first), snmp.numeric(second)) == ("400", "700"), 10, "kept")
