"""What an operator must be told of other routers and of this machine: each thing is counted in a
field of the instance and said in the log, once, by a line that names the other router and what to do.

The vrrp process alone, with packets that are made here.
"""
import os
import re
import signal
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from vrrp_alone import advert

CLIENT = ADDRESS["client"]
SELF = ADDRESS["director1"]
KEY = "vrrp_instance VI_1"


def begin(vrrp, state="backup", **fields):
    """A backup for 30 s, or a master at once (as an owner, whose priority may change then)."""
    fields = {"version": 3, "adver_int_cs": 1000 if state == "backup" else 10, "base_priority": 100,
              **fields}
    wanted = fields["base_priority"]
    if state == "master":
        fields.update(base_priority=255, initial_state="master")
    vrrp.instance(**fields)
    vrrp.barrier()
    vrrp.wait_state(state, 3)
    if state == "master" and wanted != 255:
        vrrp.set(KEY, base_priority=wanted)
        vrrp.barrier()


def said(vrrp, pattern):
    return [n for n in vrrp.log_text().splitlines() if re.search(pattern, n)]


def told(vrrp, wire, field, pattern, message, times=2, ttl=255):
    """Sends it so often; it is counted each time and said once."""
    before = vrrp.count(field)
    for _ in range(times):
        wire.send(message, ttl=ttl)
    wait_for(lambda: vrrp.count(field) == before + times, 2, field)
    lines = said(vrrp, pattern)
    assert len(lines) == 1, vrrp.log_text()
    assert "vrrp_instance VI_1" in lines[0] and CLIENT in lines[0]


THINGS = {
    "equal priority": ({}, "equal_priority_adverts", {"priority": 100, "interval": 1000},
                       "has priority 100 as this router.*priority of its own"),
    "interval": ({}, "interval_mismatches", {"priority": 200, "interval": 30},
                 r"advertises each 0.30 s, this router each 10.00 s.*same advert_int"),
    "checksum form": ({}, "checksum_form_mismatches", {"priority": 200, "interval": 1000, "pseudo": False},
                      "without pseudo-header, this router with.*set v3_checksum_as_v2 here"),
    "other checksum form": ({"v3_checksum_as_v2": "yes"}, "checksum_form_mismatches",
                            {"priority": 200, "interval": 1000},
                            "with pseudo-header, this router without.*set v3_checksum_as_v2 there"),
    "address list": ({}, "address_list_errors",
                     {"priority": 200, "interval": 1000, "addresses": (VIP, "192.168.1.201")},
                     "is used: address list differs .it has 2, this router 1.*virtual_ipaddress"),
    "another router": ({}, "foreign_adverts",
                       {"priority": 200, "interval": 1000, "addresses": ("192.168.1.222",)},
                       "virtual_router_id 51 on eth0 for 192.168.1.222 .*choose another number"),
    "version": ({}, "version_errors", {"version": 2, "interval": 1},
                "is ignored: wrong version .2, this router has 3.*set the same version"),
    "interval of version 2": ({"version": 2, "adver_int_cs": 100}, "interval_errors",
                              {"version": 2, "interval": 2}, "2 s, this router has 1.*set the same advert_int"),
    "authentication": ({"version": 2, "adver_int_cs": 100, "auth_type": "PASS", "auth_pass": "1111"},
                       "auth_errors", {"version": 2, "interval": 1, "password": "1112"},
                       "is ignored: wrong authentication.*same auth_type and auth_pass"),
    "authentication header": ({"version": 2, "adver_int_cs": 100, "auth_type": "AH", "auth_pass": "1111"},
                              "auth_errors", {"version": 2, "interval": 1, "password": "1111"},
                              "is ignored: wrong authentication.*same auth_type and auth_pass"),
}


@pytest.mark.parametrize("thing", THINGS)
def test_what_another_router_does_is_told(vrrp, wire, thing):
    fields, field, message, pattern = THINGS[thing]
    begin(vrrp, **fields)
    told(vrrp, wire, field, pattern, advert(**{"priority": 200, **message}))


def test_packet_that_passed_a_router_is_told(vrrp, wire):
    begin(vrrp)
    told(vrrp, wire, "ttl_errors", "wrong TTL .254.: a router has passed it on",
         advert(priority=200), ttl=254)


def test_second_master_that_goes_on_is_told_and_one_at_a_takeover_is_not(vrrp, wire):
    begin(vrrp, "master")
    for n in range(2):
        wire.send(advert(priority=50))
        wait_for(lambda: vrrp.count("second_master_adverts") == n + 1, 2, "it is counted")
    settle(1.2)  # more than ten intervals: these were another story
    wire.send(advert(priority=50))
    wait_for(lambda: vrrp.count("second_master_adverts") == 3, 2, "it is counted")
    assert vrrp.count("second_masters") == 0 and not said(vrrp, "is master too")
    for _ in range(4):
        wire.send(advert(priority=50))
    wait_for(lambda: vrrp.count("second_master_adverts") == 7, 2, "they are counted")
    lines = said(vrrp, "%s is master too, with priority 50,.*this router has 100.*protocol 112" % CLIENT)
    assert len(lines) == 1 and vrrp.count("second_masters") == 1


def test_second_owner_is_told(vrrp, wire, cluster):
    """The lesser address goes on, so that it is both owner and second master."""
    begin(vrrp, "master", base_priority=255)
    told(vrrp, wire, "second_owner_adverts", "is owner of the addresses .priority 255.*lower the priority",
         advert(priority=255), times=3)
    wait_for(lambda: vrrp.count("second_masters") == 1, 2, "it goes on")
    assert vrrp.count("equal_priority_adverts") == 0


def test_own_address_is_told(vrrp, wire, cluster, director):
    director.namespace.sysctl("net.ipv4.conf.eth0.accept_local", 1)  # else the kernel drops it
    cluster.client.ip("addr add %s/32 dev lo" % SELF)
    try:
        begin(vrrp)
        wire.tx.bind((SELF, 0))
        for n in range(2):
            wire.send(advert(priority=100, source=SELF))
            wait_for(lambda: vrrp.count("own_address_adverts") == n + 1, 2, "it is counted")
        assert len(said(vrrp, "own address %s came in on eth0: the network has a loop" % SELF)) == 1
    finally:
        cluster.client.ip("addr del %s/32 dev lo" % SELF)
        director.namespace.sysctl("net.ipv4.conf.eth0.accept_local", 0)


@pytest.mark.parametrize("log", ["yes", "no"])
def test_unknown_virtual_routers_are_counted_and_told_on_demand(vrrp, wire, log):
    vrrp.ask("add network")
    begin(vrrp, "master")  # who advertises tells its counters
    vrrp.ask('set network log_unknown_vrids "%s"' % log)  # at run time
    vrrp.barrier()
    for _ in range(3):
        wire.send(advert(vrid=77))
    wait_for(lambda: vrrp.count("vrid_errors") == 3, 2, "they are counted")
    lines = said(vrrp, "interface eth0: %s advertises virtual router 77, which no vrrp_instance" % CLIENT)
    assert len(lines) == (1 if log == "yes" else 0)
    vrrp.ask("respawn")  # the count goes on
    vrrp.barrier()
    vrrp.wait_state("master", 3)
    wire.send(advert(vrid=78))
    wait_for(lambda: vrrp.count("vrid_errors") == 4, 2, "it is counted")


def test_own_lateness_is_told(vrrp, wire):
    begin(vrrp, "master")
    settle(0.5)
    late = vrrp.count("late_timers")
    os.kill(vrrp.pid, signal.SIGSTOP)
    time.sleep(0.25)  # two intervals and a half: late, and still believed
    os.kill(vrrp.pid, signal.SIGCONT)
    wait_for(lambda: vrrp.count("late_timers") > late, 2, "it is counted")
    assert said(vrrp, r"its timer was \d+ ms late, with advertisements each 100 ms: this machine")


def test_nothing_is_said_while_all_is_well(vrrp, wire):
    begin(vrrp)
    for _ in range(5):
        wire.send(advert(priority=200, interval=1000))
    wait_for(lambda: vrrp.count("adverts_received") == 5, 2, "they are taken")
    row = vrrp.row()
    fields = {f for _, f, _, _ in THINGS.values()} | {
        "ttl_errors", "second_masters", "second_master_adverts", "second_owner_adverts",
        "own_address_adverts", "vrid_errors"}
    assert not {f: row[f] for f in fields if row[f] != "0"}
    assert not said(vrrp, CLIENT)
