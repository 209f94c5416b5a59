"""Statistics are read from the kernel while somebody asks for them: a manager by SNMP, who hears
from when they are."""
from lab.space import wait_for
from lab.topology import SERVICE, Download


def test_by_snmp(cluster, steered):
    steered.start()
    steered.wait_healthy()
    age = steered.snmp.oid('halVsStatsAge."%s"' % SERVICE)
    active = steered.snmp.oid('halVsActiveConns."%s"' % SERVICE)
    downloads = [Download(cluster.client, 20000) for _ in range(3)]
    assert steered.snmp.numeric(active) == "0", "nobody has asked, and the answer does not wait"
    wait_for(lambda: steered.snmp.numeric(active) == "3", 5, "the connections")
    assert int(steered.snmp.numeric(age)) < 3000
    for d in downloads:
        d.close()
    wait_for(lambda: steered.snmp.numeric(active) == "0", 10, "that they have ended")
