"""Addresses on a lease: what the kernel does when nobody renews them, and that somebody does."""
import os
import signal
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from lab.watch import AddressWatch
from vrrp_alone import Wire, advert

SELF = ADDRESS["director1"]
LEASE = 2  # of an interval of 100 ms: 3.6 intervals in whole seconds, and one


def master(vrrp, **fields):
    vrrp.instance(**{"version": 3, "adver_int_cs": 10, "base_priority": 100, **fields})
    vrrp.barrier()
    vrrp.wait_state("master", 6)
    vrrp.barrier()


def lifetime(vrrp, address=VIP):
    """Seconds that are left in the kernel; None: for ever."""
    lines = vrrp.director.namespace.run(["ip", "-4", "-o", "addr", "show", "dev", "eth0"]).stdout
    text = next(line for line in lines.splitlines() if " %s/" % address in line)
    word = text.split("valid_lft ")[1].split()[0]
    return None if word == "forever" else int(word.removesuffix("sec"))


def test_lease_is_renewed(vrrp):
    master(vrrp)
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        since = time.monotonic()
        settle(1.7 * LEASE)
        assert lifetime(vrrp) in (LEASE, LEASE - 1)
        assert not watch.transitions_since(since), watch.events
        assert 4 <= watch.renewals <= 8


@pytest.mark.parametrize("lease_ms, seconds", [(0, None), (7000, 7)])
def test_lease_as_configured(vrrp, lease_ms, seconds):
    master(vrrp, address_lease_ms=lease_ms)
    assert lifetime(vrrp) in ([None] if seconds is None else [seconds, seconds - 1])


def test_lease_changes_while_it_runs(vrrp):
    master(vrrp)
    sent = vrrp.row()["transitions"]
    vrrp.set("vrrp_instance VI_1", address_lease_ms=0)
    vrrp.barrier()
    assert lifetime(vrrp) is None
    vrrp.set("vrrp_instance VI_1", address_lease_ms=30000)
    vrrp.barrier()
    assert lifetime(vrrp) in (29, 30)
    vrrp.set("vrrp_instance VI_1", address_lease_ms=1, adver_int_cs=200)
    vrrp.barrier()
    assert lifetime(vrrp) in (8, 9)  # 2 s: 7.2 s in whole seconds, and one
    assert vrrp.row()["transitions"] == sent


def test_stopped_master_loses_the_address(vrrp, cluster):
    """And says nothing of mastership when it wakes, though a peer is there that it would beat."""
    master(vrrp, preempt="no")
    with Wire(cluster.client) as wire, AddressWatch([vrrp.director.namespace], VIP) as watch:
        wait_for(lambda: watch.owners() and wire.adverts(SELF), 3, "address and advertisements")
        stopped = time.monotonic()
        os.kill(vrrp.pid, signal.SIGSTOP)
        wait_for(lambda: not watch.owners(), LEASE + 3, "the kernel removes the address")
        assert watch.events[-1][0] - stopped < LEASE + 1.2
        for _ in range(3):  # the peer's interval is 1 s: a backup waits for 3.6 s
            wire.send(advert(priority=90, interval=100))
        woken = time.monotonic()
        os.kill(vrrp.pid, signal.SIGCONT)
        wait_for(lambda: vrrp.row()["reason"] == "wokeLate", 3, "it woke late")
        settle(1)
        assert vrrp.row()["state"] == "backup"
        assert not wire.adverts(SELF, woken)
        assert not watch.owners(), "the address came back"


def test_hanging_loop_loses_the_address(vrrp):
    """The netlink thread is well, and does not renew for a loop that is not."""
    master(vrrp)
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        hung = time.monotonic()
        os.kill(vrrp.pid, signal.SIGUSR1)  # for 5 s
        wait_for(lambda: not watch.owners(), 5, "the kernel removes the address")
        assert watch.events[-1][0] - hung < 0.4 + LEASE + 1.2
        wait_for(lambda: vrrp.row()["reason"] == "wokeLate", 5, "it woke late")


def test_lapse_is_repaired(vrrp):
    """Somebody shortens the lease: the master is awake and takes the address again."""
    master(vrrp, address_lease_ms=60000)
    with AddressWatch([vrrp.director.namespace], VIP) as watch:
        wait_for(lambda: watch.owners(), 3, "the watch sees the address")
        vrrp.director.namespace.ip("addr change %s/32 dev eth0 valid_lft 1 preferred_lft 1" % VIP)
        wait_for(lambda: not watch.owners(), 4, "the address lapses")
        wait_for(lambda: watch.owners(), 4, "it is back")
        assert vrrp.row()["state"] == "master"
    vrrp.barrier()
    assert lifetime(vrrp) > 50


def test_stop_and_keep_is_for_ever(vrrp):
    master(vrrp)
    vrrp.stop("keep")
    assert lifetime(vrrp) is None
