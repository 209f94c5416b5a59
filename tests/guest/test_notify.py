"""A real server goes and comes, and the quorum with it: snmptrapd hears of it, once each, with the
reason."""
import json

from lab.snmp import ROOT, name_index
from lab.space import wait_for
from lab.steer import object_name
from lab.topology import REAL, SERVICE, Download, tutorial_config

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
    left = steered.snmp.oid(object_name("halRsDrainConns"))
    wait_for(lambda: steered.snmp.numeric(left) == "1", 3, "one is left")
    wait_for(lambda: told()[1:] == [(STATE_DRAINED, TO_DRAINING, "1", "2")], 15, "its time was over")
    assert steered.snmp.numeric(left) == "0"
    for d in downloads:
        d.close()


KEEPALIVED, VRRP, VRRPV3 = ".1.3.6.1.4.1.9586.100.5", ".1.3.6.1.2.1.68", ".1.3.6.1.2.1.207"
AS_KEEPALIVED = [(r"router_id LVS_DEVEL", "router_id LVS_DEVEL\n   enable_traps\n enable_snmp_keepalived\n enable_snmp_rfc")]
DIRECTOR, OTHER = "192.168.1.100", "192.168.1.101"


def start_with(steered, *more):
    trapd = steered.director.snmptrapd().start()
    steered.start(snmpd=steered.director.snmpd().send_notifications(), replace=AS_KEEPALIVED + list(more))
    steered.wait_healthy()
    return trapd


def router_index(steered):
    (row,) = json.loads(steered.halvard.ctl("--json", "show", "vrrp_instance").stdout)["vrrp_instance"]
    return "%d.%d" % (row["ifindex"], row["vrid"])


def told_by(trapd, root):
    return [t for t in trapd.received() if t.get(TRAP, "").startswith(root + ".")]


def down_and_up(cluster, steered):
    for state in ("down", "up"):
        steered.halvard.ctl("set", "vrrp_instance", "VI_1", "admin_state", state)
    cluster.wait_owner(steered.director, 15)


def test_those_of_keepalived_and_rfc_2787(cluster, steered):
    """What a receiver that was made for keepalived waits for: the objects of its module, with their instances."""
    trapd = start_with(steered)
    down_and_up(cluster, steered)
    name, state, initial = (KEEPALIVED + ".2.3.1.%d.1" % n for n in (2, 4, 5))
    router = KEEPALIVED + ".1.2.0"

    def changes():
        return [t for t in told_by(trapd, KEEPALIVED) if t[TRAP] == KEEPALIVED + ".2.10.0.2"]

    wait_for(lambda: [t[state] for t in changes()][-3:] == ["0", "1", "2"], 10, lambda: str(changes()))
    assert all((t[name], t[initial], t[router]) == ('"VI_1"', "2", '"LVS_DEVEL"') for t in changes()), changes()
    master = VRRP + ".1.3.1.7." + router_index(steered)
    wait_for(lambda: [t for t in told_by(trapd, VRRP) if t[TRAP] == VRRP + ".0.1" and t[master] == DIRECTOR], 10,
             lambda: str(told_by(trapd, VRRP)))

    # the second server is the second of the first virtual server
    for web in ("real2", "real1"):
        cluster.web[web].stop()
    server, service = (lambda n: KEEPALIVED + ".3.4.1.%d.1.2" % n), (lambda n: KEEPALIVED + ".3.3.1.%d.1" % n)

    def dead():
        return [t for t in told_by(trapd, KEEPALIVED) if t[TRAP] == KEEPALIVED + ".3.5.0.1" and t.get(server(6)) == "2"]

    wait_for(dead, 20, lambda: str(told_by(trapd, KEEPALIVED)))
    (t,) = dead()
    assert (t[server(3)], t[server(5)], t[service(2)], t[service(8)], t[service(20)], t[service(7)], t[router]) == \
        ("1", "80", "2", "1", "2", "80", '"LVS_DEVEL"'), t
    quorum = [t for t in told_by(trapd, KEEPALIVED) if t[TRAP] == KEEPALIVED + ".3.5.0.2"]
    wait_for(lambda: [t for t in told_by(trapd, KEEPALIVED) if t[TRAP] == KEEPALIVED + ".3.5.0.2" and
                      t[service(23)] == "2" and t[service(21)] == "0"], 10, lambda: str(quorum))
    assert not told_by(trapd, VRRPV3), "it is of version 2"

    second = cluster.directors[1].halvard(tutorial_config(backup=True, replace=[("auth_pass 1111", "auth_pass 2222")]))
    second.start()
    wait_for(lambda: [t for t in told_by(trapd, VRRP) if t[TRAP] == VRRP + ".0.2" and
                      (t.get(VRRP + ".1.5.0"), t.get(VRRP + ".1.6.0")) == (OTHER, "3")], 15, lambda: str(told_by(trapd, VRRP)))
    second.stop()


def test_those_of_rfc_6527(cluster, steered):
    three = [(r"advert_int 1", "version 3\nadvert_int 1"),
             (r"authentication \{[^}]*\}", "")]
    trapd = start_with(steered, *three)
    down_and_up(cluster, steered)
    index = router_index(steered) + ".1"
    reason = VRRPV3 + ".1.2.5.1.2." + index
    wait_for(lambda: [t for t in told_by(trapd, VRRPV3) if t[TRAP] == VRRPV3 + ".0.1" and t[reason] == "3" and
                      VRRPV3 + ".1.1.1.1.3." + index in t], 10, lambda: str(told_by(trapd, VRRPV3)))
    second = cluster.directors[1].halvard(tutorial_config(backup=True)).start()
    error = VRRPV3 + ".1.2.5.1.6." + index
    wait_for(lambda: [t for t in told_by(trapd, VRRPV3) if t[TRAP] == VRRPV3 + ".0.2" and t[error] == "2"], 15,
             lambda: str(told_by(trapd, VRRPV3)))
    second.stop()
    assert not told_by(trapd, VRRP), "it is of version 3"


def test_without_the_word_only_ours(cluster, steered):
    trapd = steered.director.snmptrapd().start()
    steered.start(snmpd=steered.director.snmpd().send_notifications(), replace=TRAPS_ON)
    down_and_up(cluster, steered)
    wait_for(lambda: len([t for t in trapd.received() if t.get(TRAP) == ".%s.0.1" % ROOT]) >= 3, 10, "ours")
    assert not any(told_by(trapd, root) for root in (KEEPALIVED, VRRP, VRRPV3))
