"""A real server goes and comes: snmptrapd hears of it, once each, with the reason."""
from lab.snmp import ROOT, name_index
from lab.space import wait_for
from lab.topology import REAL, SERVICE

RS_CHANGE = ".%s.0.3" % ROOT
TRAP = ".1.3.6.1.6.3.1.1.4.1.0"
INDEX = "." + name_index(SERVICE, REAL["real1"])
OPER_STATE, REASON, WEIGHT = (".%s.1.9.1.%d%s" % (ROOT, n, INDEX) for n in (9, 10, 7))
UP, DOWN, OK, REFUSED = "1", "2", "3", "5"


def test_real_server_is_told(cluster, steered):
    trapd = steered.director.snmptrapd().start()
    steered.start(snmpd=steered.director.snmpd().send_notifications(),
                  replace=[(r"router_id LVS_DEVEL", "router_id LVS_DEVEL\n   enable_traps")])
    steered.wait_healthy()

    def told():
        return [(t[OPER_STATE], t[REASON], t[WEIGHT]) for t in trapd.received()
                if t.get(TRAP) == RS_CHANGE and OPER_STATE in t]

    wait_for(lambda: told()[-1:] == [(UP, OK, "1")], 5, "up after the first check")
    before = len(told())
    cluster.web["real1"].stop()
    wait_for(lambda: told()[before:] == [(DOWN, REFUSED, "0")], 15, "down, refused")
    cluster.web["real1"].start()
    wait_for(lambda: told()[before + 1:] == [(UP, OK, "1")], 15, "up again")
