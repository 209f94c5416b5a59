"""RFC 9568 and RFC 3768 item by item, with packets made here, on a real interface.

Each test is one item (vrrp_items.py) for one program and one variant: Halvard, and Debian's
keepalived beside it under the same injector. A program is started once, with a virtual router of
its own for each test; all tests of it run at the same time, since most of what they do is to
wait. The oracle is the kernel: addresses and frames. Of Halvard the counter that an operator
looks at is held against what was injected.
"""
import concurrent.futures
import inspect
import random
import re
import shutil
import statistics
import time

import pytest

from lab.daemons import halvard_is_built
from lab.space import wait_for
from lab.watch import Pulse
import vrrp_frames as frames
import vrrp_items
from vrrp_subject import GREATER, LESSER, MAC, OWN, Rival, Router, Site

WORKERS = 40
STALL = 0.05  # the machine stood still for longer: the test is tried again
ATTEMPTS = 3
CASES = []


class Case:
    """One test of one variant; the router is made when the program is."""

    def __init__(self, number, name, variant, check, config):
        self.vrid = number + 1
        self.name, self.variant, self.check, self.config = name, variant, check, config

    def router(self, site):
        return Router(site, self.vrid, self.variant, **self.config)


def item(**config):
    """Makes a check into a test for each program and variant. A check that yields does so where
    the program is stopped."""
    def make(check):
        name = check.__name__.replace("test_", "")
        cases = []
        for variant in vrrp_items.ITEMS[name][0]:
            cases.append(Case(len(CASES), name, variant, check, config))
            CASES.append(cases[-1])

        @pytest.mark.parametrize("program, case", [
            pytest.param(program, case, id="%s-%s" % (program, case.variant))
            for program in vrrp_items.PROGRAMS for case in cases])
        def test(program, case, outcomes):
            judge(program, case, outcomes(program, case))

        return test
    return make


def deviation(program, case):
    return vrrp_items.DEVIATIONS.get((program, case.name), {}).get(case.variant)


def judge(program, case, error):
    known = deviation(program, case)
    if error and not isinstance(error, AssertionError):
        raise error
    if known:
        assert error, "no deviation any more, but one is known: " + known
        print("known: %s\nseen: %s" % (known, error))
    elif error:
        raise error


# ---- running ----------------------------------------------------------------

class Examination:
    """Of one program: what became of each selected case."""

    def __init__(self, kind, folder, cases):
        self.cases = cases
        self.site = Site(kind, folder)
        self.routers = {c: c.router(self.site) for c in CASES}
        self.errors = {}
        self.pulse = Pulse()

    def run(self):
        # Else the load of this machine is what is examined; Halvard has real time by itself.
        favour = "\tvrrp_priority -20\n" if self.site.kind == "keepalived" else ""
        self.site.start("global_defs {\n\trouter_id subject\n%s}\n\n" % favour
                        + "\n".join(r.config() for r in self.routers.values()))
        try:
            self._settle()
            stopping = [c for c in self.cases if inspect.isgeneratorfunction(c.check)]
            self._each(self._run_one, [c for c in self.cases if c not in stopping])
            checks = {c: c.check(self.routers[c]) for c in stopping}
            self._each(lambda c: next(checks[c]), stopping)
            self.site.program.stop()
            self.site.ear.catch_up()
            self._each(lambda c: next(checks[c], None), [c for c in stopping if c not in self.errors])
        finally:
            self.pulse.stop()
            self.site.close()
        return self

    def _settle(self):
        """All have what they begin with."""
        end = time.monotonic() + 15
        while not all(r.owns() for r in self.routers.values()) and time.monotonic() < end:
            time.sleep(0.05)

    def _each(self, function, cases):
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for case, error in zip(cases, pool.map(lambda c: self._guard(function, c), cases)):
                if error:
                    self.errors[case] = error

    def _guard(self, function, case):
        try:
            function(case)
        except Exception as e:  # one check's failure is its own
            e.args = (*e.args, "\n".join(self.routers[case].log()[-30:]))
            return e
        return None

    def _run_one(self, case):
        """A machine that stands still is no deviation, nor is a keepalived that does: it holds its own
        packets up for half a second and more while many instances change at once."""
        for attempt in range(ATTEMPTS):
            try:
                return case.check(self.routers[case])
            except AssertionError:
                may = self.site.kind == "keepalived" or self.pulse.longest > STALL
                if attempt == ATTEMPTS - 1 or deviation(self.site.kind, case) or not may:
                    raise


@pytest.fixture(scope="session")
def outcomes(request, tmp_path_factory):
    """outcomes(program, case): the error of the case, or None. Runs what is selected, once."""
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    selected = [i.callspec.params for i in request.session.items
                if getattr(i, "callspec", None) and "case" in i.callspec.params and i.module.__name__ == __name__]
    found = {}

    def examine(kind):
        cases = [p["case"] for p in selected if p["program"] == kind]
        if cases:
            found[kind] = Examination(kind, "/run/lab/conformance", cases).run()

    kinds = [k for k in vrrp_items.PROGRAMS if k == "halvard" or shutil.which(k, path="/usr/sbin:/usr/bin")]
    for kind in kinds:  # one after the other, so that neither makes the other late
        examine(kind)

    def outcome(program, case):
        if program not in found:
            pytest.skip(program + " is not installed")
        return found[program].errors.get(case)

    return outcome


def test_every_item_has_a_test():
    assert {c.name for c in CASES} == set(vrrp_items.ITEMS)
    assert {(c.name, c.variant) for c in CASES} >= {
        (name, v) for (_, name), variants in vrrp_items.DEVIATIONS.items() for v in variants}
    assert len(CASES) < 255


# ---- counters -----------------------------------------------------------------

class Counted:
    """Halvard's counter grows by one for each of `times` packets; nothing is asked of others."""

    def __init__(self, router, field, times=1):
        self.router, self.field, self.times = router, field, times

    def _read(self):
        return self.router.row()[self.field] if self.router.site.kind == "halvard" else None

    def __enter__(self):
        self.before = self._read()
        return self

    def __exit__(self, kind, *rest):
        if self.before is None or kind:
            return
        wait_for(lambda: self._read() >= self.before + self.times, 3,
                 lambda: "%s %s: %d, not %d more than %d" % (
                     self.router.name, self.field, self._read(), self.times, self.before), 0.1)
        assert self._read() == self.before + self.times


def discards(r, field, *spoiled):
    """A master with a packet that would make it a backup, were it not spoiled: nothing happens;
    then with the same packet as it should be."""
    r.wait_master()
    with Counted(r, field, len(spoiled)):
        since = time.monotonic()
        for fields in spoiled:
            r.inject(**fields)
        r.stays_master(2.5 * r.interval, since)
    r.inject()
    r.wait_backup()


# ---- sending -------------------------------------------------------------------

def sent(r):
    r.wait_master()
    return r.next_advert(time.monotonic(), 5)


@item()
def test_T1_ttl_255(r):
    assert sent(r).ttl == 255


@item()
def test_T2_group_and_protocol(r):
    found = sent(r)  # which is of protocol 112
    assert (found.target, found.target_mac) == (frames.GROUP[r.family], frames.GROUP_MAC[r.family])


@item()
def test_T3_source_is_the_primary_address(r):
    found = sent(r)
    assert (found.source, found.source_mac) == (OWN[r.family], MAC)


@item()
def test_T4_source_is_the_virtual_mac(r):
    assert sent(r).source_mac == r.mac


@item()
def test_T5_reserved_bits_are_zero(r):
    assert sent(r).message[4] >> 4 == 0


@item(more=("v3_checksum_as_v2",))
def test_T6_checksum(r):
    assert sent(r).sums() == {"pseudo" if r.family == 6 else "message"}


@item()
def test_T6_checksum_by_default(r):
    assert sent(r).sums() == {"pseudo" if r.family == 6 else "message"}


@item()
def test_T7_first_address_is_link_local(r):
    addresses = sent(r).addresses
    assert addresses[0].startswith("fe80:") and set(map(frames.family_of, addresses)) == {6}


@item(priority=255, more=("state MASTER",))
def test_T8_priority_of_the_owner(r):
    assert sent(r).priority == 255


@item(priority=254)
def test_T8_priority_of_others(r):
    assert sent(r).priority == 254


@item()
def test_T9_count_and_addresses(r):
    found = sent(r)
    assert found.message[3] == len(r.vips) and set(found.addresses) == set(r.vips)
    assert len(found.message) == len(r.advert().message())


@item()
def test_T10_announced_when_present(r):
    r.wait_master()
    for address in r.vips:
        found = wait_for(lambda a=address: r.announcements(a), 2, "an announcement of " + address)
        # The kernel tells of an IPv6 address a moment after it has it.
        told = [e[0] for e in r.site.ear.events[address] if e[1]]
        assert all(h.present or (r.family == 6 and any(t < h.time + 0.1 for t in told)) for h in found)


# ---- receiving -------------------------------------------------------------------

@item()
def test_R1_ttl_not_255(r):
    discards(r, "ttl_errors", {"ttl": 254}, {"ttl": 1}, {"ttl": 64})


@item()
def test_R2_another_version(r):
    discards(r, "version_errors", {"version": 5 - r.version, "interval": 1}, {"version": 1}, {"version": 4}, {"version": 15})


@item()
def test_R3_another_type(r):
    discards(r, "type_errors", {"kind": 0}, {"kind": 2}, {"kind": 15})


@item()
def test_R4_too_short(r):
    size = 16 if r.family == 6 else 4
    discards(r, "length_errors", {"count": 3}, {"cut": 1}, {"cut": size}, {"count": 255})


@item()
def test_R5_wrong_checksum(r):
    discards(r, "checksum_errors", {"wrong_sum": 1}, {"wrong_sum": 0x8000})


@item()
def test_R5_both_checksums(r):
    for pseudo in (True, False):
        r.wait_master()
        with Counted(r, "checksum_form_mismatches", 0 if pseudo else 1):
            r.inject(pseudo=pseudo)
            r.wait_backup()


@item(interface="eth1")
def test_R6_vrid_of_another_interface(r):
    wait_for(r.owns, 15, "master on the other interface")
    here = Router(r.site, next(c.vrid for c in CASES if c.variant == r.variant), r.variant)
    halvard = r.site.kind == "halvard"
    before = here.row()["vrid_errors"] if halvard else 0
    r.inject()
    since = time.monotonic()
    r.pause(2.5 * r.interval)
    assert r.owns() and not r.changes(since)
    if halvard:  # at least: the other variants are at it too
        wait_for(lambda: here.row()["vrid_errors"] > before, 2, "it is counted", 0.1)


@item()
def test_R7_no_address(r):
    discards(r, "address_list_errors", {"addresses": ()})


@item()
def test_R8_interval_0(r):
    discards(r, "interval_errors", {"interval": 0})


@item()
def test_R9_first_address_is_not_link_local(r):
    discards(r, "address_list_errors", {"addresses": ("2001:db8::9", r.vips[0])}, {"addresses": (r.vips[1],)})


@item()
def test_R9_list_in_another_order(r):
    r.wait_master()
    r.inject(addresses=tuple(reversed(r.vips)))
    r.stays_master(2.5 * r.interval)


@item()
def test_R10_reserved_bits_are_ignored(r):
    r.wait_master()
    r.takes_over(r.inject(reserved=15), r.down())


@item()
def test_R11_another_interval(r):
    if r.version == 2:
        discards(r, "interval_errors", {"interval": 2}, {"interval": 255})
        return
    r.wait_master()
    longer = 2 * r.interval
    with Counted(r, "interval_mismatches"):
        r.takes_over(r.inject(interval=longer), r.down(longer))


@item()
def test_R12_another_list(r):
    for addresses in (r.vips[:1], [*r.vips, r.vips[0]], [*r.vips[:1], "10.9.9.9" if r.family == 4 else "2001:db8::9"]):
        r.wait_master()
        with Counted(r, "address_list_errors"):
            r.inject(addresses=tuple(addresses))
            r.wait_backup()


@item(priority=255, more=("state MASTER",))
def test_R13_second_owner(r):
    r.wait_master()
    with Counted(r, "adverts_received"), Counted(r, "second_owner_adverts"):
        r.inject(priority=255)
        r.stays_master(2.5 * r.interval)
    r.inject(priority=255, source=GREATER[r.family])
    r.wait_backup()


# ---- the start -------------------------------------------------------------------

@item(priority=255, more=("state MASTER",))
def test_S1_owner_starts_as_active(r):
    r.wait_master()
    first = r.adverts()[0]
    for address in r.vips:
        announced = wait_for(lambda a=address: r.announcements(a), 2, "an announcement of " + address)[0]
        assert 0 <= announced.time - first.time < 5 * r.slack


@item()
def test_S1_others_wait(r):
    """Silent for as long after the owners' first word, which is that of the same start."""
    r.wait_master()
    start = min(h[0].time for h in list(r.site.ear.by_vrid.values()) if h[0].priority == 255)
    waited = r.adverts()[0].time - start
    assert r.down() - r.slack < waited, waited
    assert waited < r.down() + 3 * r.slack or r.site.kind == "keepalived", waited


# ---- backup ----------------------------------------------------------------------

def silent_about(r, address, since):
    heard = r.about(address, "arp", "na", "echo-reply", since=since)
    assert not heard, heard


@item()
def test_B1_backup_has_no_address(r):
    r.wait_master()
    with Rival(r):
        r.wait_backup()
        since = time.monotonic()
        for address in r.vips:
            r.ask_who_has(address)
            r.ping(address)
        r.pause(0.5)
        for address in r.vips:
            silent_about(r, address, since)
        assert not [h for h in r.site.ear.others if h.kind == "ra"]


@item()
def test_B2_takeover_order(r):
    r.wait_master()
    gone = r.inject()
    r.wait_backup()
    since = time.monotonic()
    first = r.takes_over(gone, r.down())
    for address in r.vips:
        announced = wait_for(lambda a=address: r.announcements(a, since), 2, "an announcement of " + address)[0]
        assert 0 <= announced.time - first.time < 2 * r.slack
        assert announced.target_mac == (frames.BROADCAST if r.family == 4 else "33:33:00:00:00:01")
        assert r.family == 4 or announced.flags == "RO", announced.flags


@item()
def test_B3_resignation(r):
    r.wait_master()
    interval = r.interval if r.version == 2 else 3 * r.interval
    with Rival(r, interval=interval) as rival:
        r.wait_backup()
        r.pause(interval)
        rival.stop()
        gone = r.inject(priority=0, interval=interval)
        r.takes_over(gone, r.skew(interval))


def kept_down(r, **fields):
    r.wait_master()
    interval = fields.get("interval", r.interval)
    r.inject(interval=interval)
    r.wait_backup()
    with Rival(r, **fields) as rival:
        r.stays_backup(2 * r.down(interval))
        r.takes_over(rival.stop(), r.down(interval))


@item()
def test_B4_higher_priority(r):
    kept_down(r, **({} if r.version == 2 else {"interval": 1.5 * r.interval}))


@item()
def test_B4_equal_priority(r):
    kept_down(r, priority=100)


@item(more=("nopreempt",))
def test_B4_no_preempt(r):
    kept_down(r, priority=50)


@item()
def test_B5_lower_priority(r):
    r.wait_master()
    gone = r.inject()
    r.wait_backup()
    with Rival(r, priority=50):
        r.takes_over(gone, r.down())


@item()
def test_B6_backup_ends_silently(r):
    r.wait_master()
    with Rival(r):
        r.wait_backup()
        since = time.monotonic()
        yield
        assert not r.adverts(since) and not r.owns() and r.leaves_no_device()


# ---- active -----------------------------------------------------------------------

@item()
def test_A1_answers_for_the_address(r):
    r.wait_master()
    for address in r.vips:
        since = time.monotonic()
        r.ask_who_has(address)
        answer = wait_for(lambda a=address, s=since: [
            h for h in r.about(a, "arp", "na", since=s) if h.flags == "reply" or "S" in h.flags],
            1, "an answer about " + address)[0]
        assert answer.at_mac == r.mac and (r.family == 4 or "R" in answer.flags), answer
        r.ping(address)
        wait_for(lambda a=address, s=since: r.about(a, "echo-reply", since=s), 1, "an echo of " + address)


@item()
def test_A1_only_with_the_virtual_mac(r):
    r.wait_master()
    for address in r.vips:
        r.ask_who_has(address)
    r.pause(1)
    for address in r.vips:
        heard = r.about(address, "arp", "na")
        assert heard and {h.at_mac for h in heard} == {r.mac}, heard
        assert {h.source_mac for h in heard} == {r.mac}, heard


@item()
def test_A2_forwards(r):
    r.wait_master()
    assert r.pass_on()


@item()
def test_B1_does_not_forward(r):
    r.wait_master()
    with Rival(r):
        r.wait_backup()
        assert not r.pass_on()


@item()
def test_A1_no_router_advertisements(r):
    r.wait_master()
    r.pause(2 * r.interval)
    assert not [h for h in r.site.ear.others if h.kind == "ra"]


def echoes(r, address):
    since = time.monotonic()
    r.ping(address)
    r.pause(0.3)
    return r.about(address, "echo-reply", since=since)


@item(more=("no_accept",))
def test_A3_no_accept(r):
    r.wait_master()
    for address in r.vips:
        wait_for(lambda a=address: not echoes(r, a), 5, "no answers from " + address)
        since = time.monotonic()
        r.ask_who_has(address)
        wait_for(lambda a=address, s=since: [
            h for h in r.about(a, "arp", "na", since=s) if h.flags == "reply" or "S" in h.flags],
            1, "an answer about " + address)
        assert not echoes(r, address)


@item(priority=255, more=("state MASTER", "no_accept"))
def test_A3_no_accept_of_the_owner(r):
    r.wait_master()
    r.pause(1)
    for address in r.vips:
        r.ask_who_has(address)
        assert echoes(r, address)


@item()
def test_A4_interval(r):
    r.wait_master()
    since = time.monotonic()
    r.pause((5 if r.version == 2 else 12) * r.interval)
    times = [h.time for h in r.adverts(since)]
    gaps = [b - a for a, b in zip(times, times[1:])]
    assert len(gaps) >= 3 and max(gaps) < r.interval + r.slack, gaps
    most = 1.1 if r.site.kind == "halvard" else 1.5
    assert 0.95 * r.interval < statistics.median(gaps) < most * r.interval, gaps


@item(interval=1)
def test_A5_answers_a_resignation(r):
    r.wait_master()
    at = r.next_advert(time.monotonic(), r.interval + r.slack).time
    r.pause(max(0, at + 0.3 - time.monotonic()))
    answer = r.next_advert(r.inject(priority=0), r.slack)
    r.takes_over(answer.time, r.interval)
    assert r.owns()


@item()
def test_A6_higher_priority(r):
    r.wait_master()
    interval = r.interval if r.version == 2 else 2 * r.interval
    gone = r.inject(interval=interval)
    r.wait_backup()
    r.takes_over(gone, r.down(interval))


@item()
def test_A6_equal_priority_greater_address(r):
    r.wait_master()
    gone = r.inject(priority=100, source=GREATER[r.family])
    r.wait_backup()
    r.takes_over(gone, r.down())


@item()
def test_A6_equal_priority_lesser_address(r):
    r.wait_master()
    with Counted(r, "equal_priority_adverts"):
        r.inject(priority=100)
        r.stays_master(2.5 * r.interval)


@item(interval=1)
def test_A7_losing_advertisement(r):
    r.wait_master()
    at = r.next_advert(time.monotonic(), r.interval + r.slack).time
    r.pause(max(0, at + 0.3 - time.monotonic()))
    for fields in ({"priority": 50}, {"priority": 100, "source": LESSER[r.family]}):
        r.next_advert(r.inject(**fields), r.slack)
    assert r.owns()


@item()
def test_A8_resigns(r):
    r.wait_master()
    since = time.monotonic()
    yield
    assert r.adverts(since)[-1].priority == 0 and r.owns() is False and r.leaves_no_device()


# ---- what should be -----------------------------------------------------------------

@item()
def test_SHOULD_log_limited(r):
    r.wait_master()
    for _ in range(20):
        r.inject(wrong_sum=1)
    r.pause(0.5)
    assert 1 <= len([n for n in r.log() if "checksum" in n.lower()]) <= 3, r.log()


def told(r, pattern, **fields):
    """An advertisement is injected, and something that fits is in the log about this router."""
    r.wait_master()
    r.inject(**fields)
    wait_for(lambda: [n for n in r.log() if re.search(pattern, n, re.I)], 2 + 2 * r.slack, lambda: str(r.log()))


@item()
def test_SHOULD_tell_another_interval(r):
    told(r, "interval|advert_int|advertises each", interval=7)


@item()
def test_SHOULD_tell_another_list(r):
    told(r, "address|ip number", addresses=tuple(r.vips[:1]))


@item(priority=255, more=("state MASTER",))
def test_SHOULD_tell_second_owner(r):
    told(r, "owner", priority=255)


@item()
def test_SHOULD_tell_equal_priority(r):
    told(r, "equal|same priority|priority 100 as", priority=100)


@item()
def test_SHOULD_survive_what_was_never_vrrp(r):
    r.wait_master()
    since = time.monotonic()
    dice = random.Random(r.vrid)
    for n in range(100):
        good = r.advert().message()
        noise = bytes(dice.randrange(256) for _ in range(dice.randrange(120)))
        payload = good[:dice.randrange(len(good))] + noise if n % 2 else noise
        source, target = LESSER[r.family], frames.GROUP[r.family]
        if len(payload) > 1 and payload[1] != r.vrid:
            payload = payload[:1] + bytes([r.vrid]) + payload[2:]
        r.site.send(frames.ethernet(frames.GROUP_MAC[r.family], "02:00:00:00:00:02",
                                    0x0800 if r.family == 4 else 0x86dd,
                                    frames.ip(source, target, frames.VRRP, payload, 255)))
    r.stays_master(2.5 * r.interval)
    assert not r.changes(since)
