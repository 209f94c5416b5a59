"""A real server goes and comes, and the quorum with it: snmptrapd hears of it, once each, with the
reason."""
import json

from lab.snmp import ROOT, name_index
from lab.space import wait_for
from lab.steer import object_name
from lab.topology import REAL, SERVICE, Download

RS_CHANGE = ".%s.0.3" % ROOT
TRAP = ".1.3.6.1.6.3.1.1.4.1.0"
INDEX = "." + name_index(SERVICE, REAL["real1"])
OPER_STATE, REASON, WEIGHT = (".%s.1.9.1.%d%s" % (ROOT, n, INDEX) for n in (9, 10, 7))
QUORUM_CHANGE = ".%s.0.4" % ROOT
SERVICE_INDEX = "." + name_index(SERVICE)
QUORUM, VS_STATE = (".%s.1.8.1.%d%s" % (ROOT, n, SERVICE_INDEX) for n in (24, 16))
MET, LOST, VS_DOWN = "2", "3", "5"
UP, DOWN, OK, REFUSED = "1", "2", "3", "5"
DRAINED = ".%s.0.6" % ROOT
ADMIN, ACTIVE, DRAINS = (".%s.1.9.1.%d%s" % (ROOT, n, INDEX) for n in (8, 22, 41))
TO_ENABLED, TO_DRAINING, STATE_DRAINED = "1", "2", "5"
TRAPS_ON = [(r"router_id LVS_DEVEL", "router_id LVS_DEVEL\n   enable_traps")]


def test_real_server_is_told(cluster, steered):
    trapd = steered.director.snmptrapd().start()
    steered.start(snmpd=steered.director.snmpd().send_notifications(),
                  replace=TRAPS_ON)
    steered.wait_healthy()

    def told():
        return [(t[OPER_STATE], t[REASON], t[WEIGHT]) for t in trapd.received()
                if t.get(TRAP) == RS_CHANGE and OPER_STATE in t]

    def state():
        rows = json.loads(steered.halvard.ctl("--json", "show", "real_server").stdout)["real_server"]
        return next(r["oper_state"] for r in rows if r["name"] == REAL["real1"])

    # Whether the first check comes before the agent has its session, nobody can say.
    wait_for(lambda: state() == "up", 5, "up after the first check")
    up, down = (UP, OK, "1"), (DOWN, REFUSED, "0")
    cluster.web["real1"].stop()
    wait_for(lambda: told()[-1:] == [down], 15, "down, refused")
    cluster.web["real1"].start()
    wait_for(lambda: told()[-2:] == [down, up], 15, "up again")
    assert told() in ([down, up], [up, down, up])

    def told_of_quorum():
        return [(t[QUORUM], t[VS_STATE]) for t in trapd.received()
                if t.get(TRAP) == QUORUM_CHANGE and QUORUM in t]

    before = len(told_of_quorum())
    for name in ("real1", "real2"):
        cluster.web[name].stop()
    wait_for(lambda: told_of_quorum()[before:] == [(LOST, VS_DOWN)], 15, "lost")
    for name in ("real1", "real2"):
        cluster.web[name].start()
    wait_for(lambda: [q for q, _ in told_of_quorum()[before + 1:]] == [MET], 15, "gained")


def test_end_of_a_drain_is_told(cluster, steered):
    """Once each: of one that had nobody left, and of one whose time was over."""
    trapd = steered.director.snmptrapd().start()
    steered.start(snmpd=steered.director.snmpd().send_notifications(), replace=TRAPS_ON)
    steered.wait_healthy()

    def told():
        return [(t[OPER_STATE], t[ADMIN], t[ACTIVE], t[DRAINS]) for t in trapd.received()
                if t.get(TRAP) == DRAINED and DRAINS in t]

    steered.snmp.set_ok(object_name("halRsAdminState"), "i", TO_DRAINING)
    wait_for(lambda: told() == [(STATE_DRAINED, TO_DRAINING, "0", "1")], 10, "nobody was left")
    steered.snmp.set_ok(object_name("halRsAdminState"), "i", TO_ENABLED)
    steered.wait_healthy()
    downloads = [Download(cluster.client, 20000) for _ in range(2)]
    assert {d.server for d in downloads} == {"real1", "real2"}
    steered.snmp.set_ok(object_name("halRsAdminState"), "i", TO_DRAINING,
                        object_name("halRsDrainTime"), "u", "3")
    wait_for(lambda: told()[1:] == [(STATE_DRAINED, TO_DRAINING, "1", "2")], 15, "its time was over")
    for d in downloads:
        d.close()
