"""What delays a takeover or an answer: preempt_delay, the delays after a start and a boot,
down_timer_adverts, and who answers whom.

The vrrp process alone hears packets that are made here; the two delays are tried with the whole
daemon opposite Debian's keepalived too, in both roles, by the addresses in the kernel.
"""
import threading
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from vrrp_alone import advert

INTERVAL = 0.1
DOWN = 3 * INTERVAL + INTERVAL  # more than Active_Down of any priority
LATE = 1.5                      # what a busy machine may add
SELF = ADDRESS["director1"]


def begin(vrrp, **fields):
    vrrp.instance(**{"version": 3, "adver_int_cs": 10, "base_priority": 100, **fields})
    vrrp.barrier()


class Rival:
    """A master on the wire: one advertisement each interval until it is silent."""

    def __init__(self, wire, priority, **more):
        self.wire, self.message = wire, advert(priority=priority, **more)
        self._silent = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._silent.is_set():
            self.wire.send(self.message)
            self._silent.wait(INTERVAL / 2)

    def silence(self):
        self._silent.set()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.silence()


def backup_of(vrrp, priority):
    wait_for(lambda: vrrp.row()["master_priority"] == str(priority), 3, "its master was heard")
    assert vrrp.row()["state"] == "backup"


# ---- preempt_delay --------------------------------------------------------------

def test_weaker_master_is_preempted_after_the_delay(vrrp, wire):
    with Rival(wire, 50):
        begin(vrrp, preempt_delay_ms=2000)
        backup_of(vrrp, 50)
        took = vrrp.wait_state("master", 2 + DOWN + LATE)
        assert took > 2 - INTERVAL - LATE / 10 and vrrp.row()["reason"] == "preempt"
    wire.send(advert(priority=200))
    vrrp.wait_state("backup", 2)
    with Rival(wire, 50):  # once lost the delay begins anew
        lost = time.monotonic()
        backup_of(vrrp, 50)
        vrrp.wait_state("master", 2 + DOWN + LATE)
        assert time.monotonic() - lost > 2


def test_delay_that_is_changed_meanwhile_counts_from_its_beginning(vrrp, wire):
    with Rival(wire, 50):
        begin(vrrp, preempt_delay_ms=60000)
        backup_of(vrrp, 50)
        vrrp.set("vrrp_instance VI_1", preempt_delay_ms=500)
        vrrp.wait_state("master", 0.5 + DOWN + LATE)


def test_silent_master_is_replaced_at_once_despite_a_delay(vrrp, wire):
    with Rival(wire, 50) as rival:
        begin(vrrp, preempt_delay_ms=60000)
        backup_of(vrrp, 50)
        settle(2 * DOWN)
        assert vrrp.row()["state"] == "backup"
        rival.silence()
        vrrp.wait_state("master", DOWN + LATE)
        assert vrrp.row()["reason"] == "masterDownTimer"


def test_stronger_master_ends_the_delay(vrrp, wire):
    """Each second a stronger master is heard in between: the delay never ends."""
    with Rival(wire, 50):
        begin(vrrp, preempt_delay_ms=1500)
        for _ in range(3):
            backup_of(vrrp, 50)
            settle(1)
            wire.send(advert(priority=200))
        assert vrrp.row()["become_master"] == "0"


# ---- the start ------------------------------------------------------------------

def test_nobody_takes_over_before_the_start_delay_has_ended(vrrp):
    started = time.monotonic()
    vrrp.ask('add global vrrp_startup_delay_ms "2000"')
    begin(vrrp, base_priority=255, initial_state="master")
    vrrp.instance("VI_2", ("192.168.1.201",), version=3, adver_int_cs=10, vrid=52)
    vrrp.barrier()
    settle(1)
    if time.monotonic() < started + 1.8:
        assert vrrp.row()["state"] == vrrp.row("vrrp_instance VI_2")["state"] == "backup"
    vrrp.wait_state("master", 2 + LATE)
    vrrp.wait_state("master", DOWN + LATE, "vrrp_instance VI_2")
    assert time.monotonic() - started > 1.8
    vrrp.ask("respawn")  # a process that is replaced later does not wait again
    vrrp.barrier()
    vrrp.wait_state("master", LATE)


def test_nobody_takes_over_before_the_delay_after_the_boot_has_ended(vrrp):
    with open("/proc/uptime") as f:
        until = float(f.read().split()[0]) + 2
    end = time.monotonic() + 2
    vrrp.ask('add global vrrp_delay_after_boot_ms "%d"' % (until * 1000))
    begin(vrrp)
    settle(1)
    if time.monotonic() < end - 0.2:
        assert vrrp.row()["state"] == "backup"
    vrrp.wait_state("master", 2 + DOWN + LATE)
    assert time.monotonic() > end


# ---- silence, and answers -----------------------------------------------------------

def test_ten_intervals_until_takeover(vrrp, wire):
    with Rival(wire, 200) as rival:
        begin(vrrp, down_timer_adverts=10)
        backup_of(vrrp, 200)
        rival.silence()
    silent = time.monotonic()
    assert vrrp.count("master_down_us") == 1060937
    vrrp.wait_state("master", 1.1 + LATE)
    assert time.monotonic() - silent > 1 - INTERVAL


def test_losing_advertisement_may_stay_unanswered(vrrp, wire):
    """By default it is answered, see test_vrrp_process; the gratuitous ARP stays."""
    begin(vrrp, adver_int_cs=1000, lower_prio_no_advert="yes", base_priority=255, initial_state="master")
    vrrp.wait_state("master", 2)
    wait_for(lambda: len(wire.announcements(VIP)) == 5, 2, "it announces itself")
    settle(0.5)  # counters are told each 0.2 s
    sent = vrrp.count("adverts_sent")
    wire.send(advert(priority=1, interval=1000))
    wait_for(lambda: len(wire.announcements(VIP)) == 10, 2, "announcements")
    settle(0.5)
    assert vrrp.count("adverts_received") == 1 and vrrp.count("adverts_sent") == sent


@pytest.mark.parametrize("last_word", ["yes", "no"])
def test_losing_master_may_have_the_last_word(vrrp, wire, last_word):
    begin(vrrp, higher_prio_send_advert=last_word)
    vrrp.wait_state("master", 3)
    vrrp.set("vrrp_instance VI_1", adver_int_cs=1000)
    vrrp.barrier()
    sent = vrrp.count("adverts_sent")
    wire.send(advert(priority=200))
    vrrp.wait_state("backup", 2)
    wait_for(lambda: vrrp.count("adverts_sent") == sent + (last_word == "yes"), 2, "the last word")
    assert vrrp.count("priority_zero_sent") == 0


@pytest.mark.parametrize("deaf", ["yes", "no"])
def test_owner_may_ignore_another_owner(vrrp, wire, deaf, cluster):
    begin(vrrp, base_priority=255, initial_state="master", owner_ignore_adverts=deaf)
    vrrp.wait_state("master", 2)
    cluster.client.ip("addr add 192.168.1.250/24 dev eth0")
    try:
        wire.tx.bind(("192.168.1.250", 0))
        wire.send(advert(priority=255, source="192.168.1.250"))
        wait_for(lambda: vrrp.count("adverts_received") == 1, 2, "it was heard")
        assert vrrp.row()["state"] == ("master" if deaf == "yes" else "backup")
    finally:
        cluster.client.ip("addr del 192.168.1.250/24 dev eth0")


@pytest.mark.parametrize("skip, counted", [("yes", 1), ("no", 3)])
def test_addresses_are_compared_once_for_a_master(vrrp, wire, skip, counted):
    begin(vrrp, skip_check_adv_addr=skip)
    for n in range(3):
        wire.send(advert(priority=200, addresses=("192.168.1.222",)))
        wait_for(lambda: vrrp.count("adverts_received") == n + 1, 2, "it was heard")
    assert vrrp.count("address_list_errors") == counted


# ---- opposite keepalived ----------------------------------------------------------

CONFIG = """
global_defs {
	%(globals)s
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.2
	%(more)s
	virtual_ipaddress {
		192.168.1.200
	}
}
"""


def start(kind, director, priority, more="", **options):
    text = CONFIG % {"priority": priority, "more": more, "globals": options.get("globals", "")}
    return getattr(director, kind)(text).start()


DELAY = {"more": "preempt_delay 2"}
START = {"globals": "vrrp_startup_delay 2"}


# With its vrrp_startup_delay keepalived 2.2.7 does not take over from a weaker master at all: each
# advertisement that it discards puts the end of the delay off.
@pytest.mark.parametrize("strong, weak, setting", [
    pytest.param("halvard", "keepalived", DELAY, id="preempt_delay"),
    pytest.param("keepalived", "halvard", DELAY, id="preempt_delay-of-keepalived"),
    pytest.param("halvard", "keepalived", START, id="vrrp_startup_delay")])
def test_delays_opposite_keepalived(cluster, strong, weak, setting):
    high, low = cluster.directors
    with cluster.watch() as watch:
        start(weak, low, 100)
        cluster.wait_owner(low, 5)
        started = time.monotonic()
        start(strong, high, 150, **setting)
        cluster.wait_owner(high, 2 + 1 + 3)
        assert time.monotonic() - started > 2
        settle(1)
        assert cluster.owner() == high
    assert watch.longest_with_two_owners() < 0.25, watch.events
