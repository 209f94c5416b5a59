"""halCheckTable: what a check does is read, its settings are set, and one that is disabled neither runs
nor counts."""
from lab.space import wait_for
from lab.steer import object_name


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
