"""What was set at run time is taken back: one row or everything, by halvardctl or SNMP, in force and on disk."""
import os

from lab.daemons import fill_disk
from lab.space import wait_for
from lab.steer import BOTH, object_name
from lab.topology import REAL, SERVICE
from test_row_status import CREATE_AND_GO, DESTROY, THIRD, overlay, rows, rs


def change_much(steered):
    """A weight, a note, a drain of a machine, a priority, a server that came and one that went."""
    steered.snmp.set_ok(object_name("halRsWeight"), "u", "300", object_name("halRsAdminReason"), "s", "why",
                        'halVrrpBasePriority."VI_1"', "u", "77")
    steered.snmp.set_ok(rs("halRsRowStatus", THIRD), "i", CREATE_AND_GO, rs("halRsWeight", THIRD), "u", "5")
    steered.snmp.set_ok(rs("halRsRowStatus", REAL["real2"]), "i", DESTROY)
    steered.snmp.set_ok('halNodeAdminState."192.168.1.11"', "i", "2")


def is_as_the_file(cluster, steered):
    cluster.wait_weights(steered.director, BOTH, 15)
    assert [r["name"] for r in rows(steered, "real_server")] == list(REAL.values())
    (instance,) = rows(steered, "vrrp_instance")
    assert (instance["base_priority"], rows(steered, "node")[0]["admin_state"]) == (90, "enabled")
    assert all(r["admin_reason"] == "" and r["weight"] == 1 and r["node_admin"] == "enabled"
               for r in rows(steered, "real_server"))
    assert overlay(steered) == []


def test_everything(cluster, steered):
    steered.start()
    steered.wait_healthy()
    for take_back in (lambda: steered.snmp.set_ok("halConfigRevert.0", "i", "2"),
                      lambda: steered.halvard.ctl("revert", "all")):
        change_much(steered)
        assert steered.kernel_weight("real2") is None and len(overlay(steered)) >= 5
        take_back()
        is_as_the_file(cluster, steered)
        assert steered.snmp.get("halConfigRevert.0") in ("idle", "1")
    assert "reverted" in steered.halvard.ctl("log").stdout
    steered.halvard.kill_all()
    steered.halvard.start()
    steered.wait_service()
    is_as_the_file(cluster, steered)


def test_one_row(cluster, steered):
    steered.start()
    steered.wait_healthy()
    change_much(steered)
    ctl = steered.halvard.ctl
    assert "reverted" in ctl("revert", "real_server", SERVICE, REAL["real2"]).stdout
    wait_for(lambda: steered.kernel_weight("real2") == 1, 15, "it is back, with its check")
    ctl("revert", "node", "192.168.1.11")
    ctl("revert", "real_server", SERVICE, REAL["real1"])
    wait_for(lambda: steered.kernel_weight() == 1, 5, "the weight of the file")
    # what was set of others stays
    assert rows(steered, "vrrp_instance")[0]["base_priority"] == 77
    assert [r["weight"] for r in rows(steered, "real_server") if r["name"] == THIRD] == [5]
    again = ctl("revert", "real_server", SERVICE, REAL["real1"], check=False)
    assert again.returncode == 1 and "as the file has it" in again.stdout
    # with all that is part of it
    ctl("revert", "virtual_server", SERVICE)
    assert THIRD not in [r["name"] for r in rows(steered, "real_server")]
    ctl("revert", "vrrp_instance", "VI_1")
    is_as_the_file(cluster, steered)


def test_a_full_disk_takes_nothing_back(steered, small_state):
    steered.start(state_dir=small_state)
    steered.wait_healthy()
    change_much(steered)
    before = overlay(steered)
    filler = fill_disk(small_state)
    assert steered.snmp.set("halConfigRevert.0", "i", "2") == "commitFailed"
    assert steered.halvard.ctl("revert", "all", check=False).returncode == 1
    assert rows(steered, "vrrp_instance")[0]["base_priority"] == 77 and steered.kernel_weight("real2") is None
    os.unlink(filler)
    assert overlay(steered) == before
    steered.snmp.set_ok("halConfigRevert.0", "i", "2")
    assert overlay(steered) == []
