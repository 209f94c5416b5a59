"""Weights by snmpset: they arrive as set, or nothing changes and the error says why."""
import os

import pytest

from lab.daemons import fill_disk
from lab.scale import TableWrites
from lab.space import wait_for
from lab.steer import object_name

NAME = object_name("halRsWeight")


@pytest.fixture
def ready(steered):
    steered.start()
    steered.wait_healthy()
    return steered


def unchanged(steered, weight="1"):
    assert steered.weight() == weight
    assert steered.weight("real2") == "1"
    assert steered.kernel_weight() == int(weight)
    assert steered.kernel_weight("real2") == 1


def test_weights_arrive_as_set(ready):
    for weight in (256, 300, 65535, 1):
        ready.snmp.set_ok(NAME, "u", str(weight))
        wait_for(lambda: ready.kernel_weight() == weight, 1, "weight %d in the kernel" % weight)
        assert ready.weight() == str(weight)
    assert ready.kernel_weight("real2") == 1


def test_a_weight_is_one_message(ready):
    """The kernel gets the one server in one message, and nothing is taken out to come back."""
    with TableWrites(ready.director.namespace) as writes:
        ready.snmp.set_ok(NAME, "u", "77")
        assert ready.kernel_weight() == 77
        wait_for(lambda: writes.seen(), 5, "the message")
        assert writes.seen() == ["set server"]


def test_bad_values_change_nothing(ready):
    oid = ready.snmp.oid(NAME)
    for kind, value, error in (("u", "65536", "wrongValue"), ("u", "4294967295", "wrongValue"),
                               ("i", "-1", "wrongType"), ("s", "x", "wrongType")):
        assert ready.snmp.set(oid, kind, value, named=False) == error, (kind, value)
        unchanged(ready)


def test_one_request_is_all_or_nothing(ready):
    good = ready.snmp.oid(NAME), "u", "7"
    bad = ready.snmp.oid(object_name("halRsWeight", "real2")), "u", "65536"
    for varbinds in (good + bad, bad + good):
        assert ready.snmp.set(*varbinds, named=False) == "wrongValue"
        unchanged(ready)
    both = good + bad[:2] + ("9",)
    assert ready.snmp.set(*both, named=False) is None
    wait_for(lambda: (ready.kernel_weight(), ready.kernel_weight("real2")) == (7, 9), 1,
             "both weights in the kernel")


def test_full_disk_changes_nothing(steered, small_state):
    steered.start(state_dir=small_state)
    steered.wait_healthy()
    filler = fill_disk(small_state)
    assert steered.snmp.set(NAME, "u", "5") == "commitFailed"
    unchanged(steered)
    os.unlink(filler)
    steered.snmp.set_ok(NAME, "u", "5")
    wait_for(lambda: steered.kernel_weight() == 5, 1, "weight 5 in the kernel")
