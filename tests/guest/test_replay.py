"""What was set, made and taken away at run time is after a restart what it was before, in whatever order it was
said; and what one change says holds together, or is refused."""
import pytest

from lab.space import wait_for
from lab.steer import object_name
from lab.topology import REAL, SERVICE, VIP
from test_row_status import CREATE_AND_GO, DESTROY, SECOND, THIRD, overlay, rows, rs, vi, vs

SHOWN = {"virtual_server": ("name", "forwarding", "delay_loop_ms", "scheduler", "persistence_timeout_s", "snmp_index"),
         "real_server": ("vs", "name", "forwarding", "weight", "admin_state", "snmp_index"),
         "checker": ("vs", "rs", "number", "delay_loop_ms", "connect_port", "connect_addr", "admin_state"),
         "vrrp_instance": ("name", "interface", "vrid", "base_priority"),
         "vrrp_address": ("instance", "address", "prefix_len", "preferred_lft_s")}


def shown(steered, numbers=False):
    return {t: [tuple(r[k] for k in fields if numbers or k != "snmp_index") for r in rows(steered, t)]
            for t, fields in SHOWN.items()}


@pytest.fixture
def ready(steered):
    steered.start()
    steered.wait_healthy()
    return steered


def restart(steered, config=None):
    steered.halvard.kill_all()
    if config:
        steered.halvard.configure(config)
    steered.halvard.start()
    steered.wait_service()


def say(steered, lines):
    for line in lines:
        steered.halvard.ctl(*line.replace("VS", SERVICE).replace("RS1", REAL["real1"]).replace("NEW", THIRD).split())


@pytest.mark.parametrize("lines", [
    # the interval of the virtual server, and of a check that once had the same
    ["set virtual_server VS delay_loop_ms 2000", "set checker VS RS1 1 delay_loop_ms 1000",
     "set virtual_server VS delay_loop_ms 3000"],
    ["set checker VS RS1 1 delay_loop_ms 2000", "set virtual_server VS delay_loop_ms 2000",
     "set virtual_server VS delay_loop_ms 3000"],
    # what a row had from another that has changed since
    ["set checker VS RS1 1 delay_loop_ms 2000", "add real_server VS NEW", "set checker VS RS1 1 delay_loop_ms 3000"],
    ["set virtual_server VS forwarding NAT", "add real_server VS 192.168.1.13:8080", "set virtual_server VS forwarding DR"],
    # away and back, with another weight each time
    ["set real_server VS RS1 weight 7", "delete real_server VS RS1", "add real_server VS RS1",
     "set real_server VS RS1 weight 8", "set real_server VS RS1 weight 9"],
], ids=["service-check-service", "check-service-service", "copied-check", "copied-forwarding", "away-and-back"])
def test_a_restart_changes_nothing(ready, lines):
    say(ready, lines)
    before = shown(ready)
    assert "0 rows changed" in ready.halvard.ctl("reload").stdout
    assert shown(ready) == before
    restart(ready)
    assert shown(ready) == before


def test_beside_a_line_that_is_not_in_force(ready):
    """A new file forbids one line: the others hold, can be taken back, and the row can be made anew."""
    ctl = ready.halvard.ctl
    ctl("add", "virtual_server", VIP + ":0/tcp", "persistence_timeout_s", "300")
    ctl("add", "real_server", VIP + ":0/tcp", "192.168.1.11:0")
    ready.snmp.set_ok(vi("halVrrpRowStatus"), "i", CREATE_AND_GO, vi("halVrrpInterface"), "s", "eth0",
                      vi("halVrrpVrid"), "u", "99", vi("halVrrpBasePriority"), "u", "77")
    restart(ready, ready.config.replace("virtual_router_id 51", "virtual_router_id 99"))
    assert [r["name"] for r in rows(ready, "vrrp_instance")] == ["VI_1"]
    assert VIP + ":0/tcp" in [r["name"] for r in rows(ready, "virtual_server")]
    ctl("set", "virtual_server", SERVICE, "quorum", "2")
    ctl("revert", "virtual_server", SERVICE)
    ctl("add", "vrrp_instance", "VI_9", "interface", "eth0", "vrid", "98")
    assert [r["base_priority"] for r in rows(ready, "vrrp_instance") if r["name"] == "VI_9"] == [100]
    before = shown(ready)
    restart(ready)
    assert shown(ready) == before


def test_one_request_holds_together(ready):
    # what is said of a service is said before its servers come
    ready.snmp.set_ok(vs("halVsRowStatus"), "i", CREATE_AND_GO, rs("halRsRowStatus", "192.168.1.11:81", SECOND), "i",
                      CREATE_AND_GO, vs("halVsForwarding"), "i", "2")
    assert [r["forwarding"] for r in rows(ready, "real_server") if r["vs"] == SECOND] == ["DR"]
    before, lines = shown(ready), overlay(ready)
    third = rs("halRsRowStatus", THIRD)
    for binds in (["halConfigRevert.0", "i", "2", third, "i", CREATE_AND_GO],
                  [vs("halVsRowStatus", SERVICE), "i", DESTROY, third, "i", CREATE_AND_GO],
                  [object_name("halRsWeight"), "u", "5", rs("halRsRowStatus", REAL["real1"]), "i", DESTROY],
                  [rs("halRsRowStatus", REAL["real1"]), "i", DESTROY, object_name("halRsWeight"), "u", "5"]):
        assert ready.snmp.set(*binds) in ("inconsistentValue", "noCreation"), binds
    assert shown(ready) == before and overlay(ready) == lines


def test_what_goes_and_comes_back(ready):
    """With its number, and with the machine that it is on."""
    ctl = ready.halvard.ctl
    before = shown(ready, numbers=True)
    ctl("delete", "real_server", SERVICE, REAL["real1"])
    ctl("add", "real_server", SERVICE, "192.168.1.10:80")
    assert {r["name"]: r["rs_total"] for r in rows(ready, "node")} == \
        {"192.168.1.10": 1, "192.168.1.11": 0, "192.168.1.12": 1}
    ctl("drain", "node", "192.168.1.10")
    ctl("revert", "real_server", SERVICE, REAL["real1"])
    ctl("delete", "real_server", SERVICE, "192.168.1.10:80")
    ctl("revert", "all")
    wait_for(lambda: shown(ready, numbers=True) == before, 5, lambda: str(shown(ready, numbers=True)))


def test_who_changed_it_is_kept(ready):
    ctl = ready.halvard.ctl
    ctl("delete", "real_server", SERVICE, REAL["real1"])
    ctl("add", "real_server", SERVICE, REAL["real1"])
    (before,) = rows(ready, "overlay")
    assert before["value"] == "added" and before["changed_by"]
    ctl("set", "virtual_server", SERVICE, "quorum", "2")
    assert before in rows(ready, "overlay")


def test_what_no_file_would_take(ready):
    def refused(*words):
        out = ready.halvard.ctl(*words, check=False)
        assert out.returncode == 1, (words, out.stdout)

    for name in ("a\nb", "x y", "\x01"):
        refused("add", "vrrp_instance", name, "interface", "eth0", "vrid", "77")
    for interface in ("bad/name", "eth0:1", ".."):
        refused("add", "vrrp_instance", "VI_9", "interface", interface, "vrid", "77")
    refused("set", "virtual_server", SERVICE, "persistence_granularity", "64")
    refused("add", "vrrp_address", "VI_1", "192.168.1.222", "prefix_len", "64")
    refused("add", "vrrp_instance", "VI_6", "interface", "eth0", "vrid", "66", "family", "ipv6")
    assert overlay(ready) == []
    # a single IPv6 address is deprecated, as one of the file is
    ready.halvard.ctl("add", "vrrp_instance", "VI_6", "interface", "eth0", "vrid", "66", "family", "ipv6", "version", "3")
    ready.halvard.ctl("add", "vrrp_address", "VI_6", "2001:db8::77")
    ready.halvard.ctl("add", "vrrp_address", "VI_6", "2001:db8::78", "prefix_len", "64")
    assert [(r["address"], r["preferred_lft_s"]) for r in rows(ready, "vrrp_address") if r["instance"] == "VI_6"] == \
        [("2001:db8::77", 0), ("2001:db8::78", 4294967295)]


def test_what_belongs_to_a_row_goes_with_it(steered):
    """The commands of a server; the group that has no member any more, with what it tracks."""
    steered.start(replace=[(r"weight 1\nTCP_CHECK", "weight 1\nnotify_up /bin/true\nTCP_CHECK"),
                           (r"vrrp_instance VI_1", "vrrp_sync_group VG_1 {\n group {\n VI_1\n }\n track_interface {\n eth0 "
                            "weight 3\n }\n notify_master /bin/true\n}\nvrrp_instance VI_1")])
    steered.wait_healthy()
    assert len([r for r in rows(steered, "notify") if REAL["real1"] in r["name"]]) == 1
    steered.halvard.ctl("delete", "real_server", SERVICE, REAL["real1"])
    assert not [r for r in rows(steered, "notify") if REAL["real1"] in r["name"]]
    steered.halvard.ctl("delete", "vrrp_instance", "VI_1")
    for table in ("sync_group", "sync_member", "vrrp_address", "track", "vrrp_instance"):
        assert rows(steered, table) == [], table
    assert not [r for r in rows(steered, "notify") if r["name"] == "VG_1"]
    steered.halvard.ctl("revert", "all")
    assert [r["name"] for r in rows(steered, "sync_group")] == ["VG_1"]
