"""1,000 virtual routers on four interfaces, two directors: they start, elect, reload without a gap,
and stop cleanly; the same with a virtual MAC address each.

Adverts are read from a packet socket at the other end of the wires, and the addresses from the
kernels. Gaps are those of each router of its own.
"""
import json
import re
import select
import socket
import struct
import threading
import time

import pytest

from lab.daemons import Halvard, halvard_is_built, settle
from lab.scale import _cpu_of
from lab.space import Namespace, ip_batch, wait_for
from lab.watch import Pulse
from vrrp_alone import Wire

INTERFACES, EACH = 4, 250
INTERVAL = 1.0
HIGH, LOW = 150, 100
SLACK = 0.5  # of a loaded machine


def address(n):
    return "10.%d.%d.1" % (n // EACH, n % EACH)


def instance(n, priority, vmac):
    return """
vrrp_instance I%d {
	state BACKUP
	interface eth%d
	virtual_router_id %d
	version 3
	priority %d
	advert_int %g
	%s
	virtual_ipaddress {
		%s
	}
}
""" % (n, n // EACH, n % EACH + 1, priority, INTERVAL, "use_vmac v%d" % n if vmac else "", address(n))


def config(priority, vmac, without=()):
    return "".join(instance(n, priority, vmac) for n in range(INTERFACES * EACH) if n not in without)


class Ear:
    """Times of the advertisements that one director hears, by (interface, VRID)."""

    def __init__(self, space):
        self.heard = {}  # [(time, priority)]
        self.socket = space.call(self._open)
        self.names = space.call(lambda: {socket.if_nametoindex("eth%d" % n): n for n in range(INTERFACES)})
        self.ahead = Wire._wall_ahead()
        self.over = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def _open():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
        s.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        s.setsockopt(socket.SOL_SOCKET, Wire.SO_TIMESTAMPNS, 1)
        return s

    def _run(self):
        while not self.over:
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            data, extra, _, where = self.socket.recvmsg(512, 64)
            if where[2] == socket.PACKET_OUTGOING or data[9] != 112 or not where[0].startswith("eth"):
                continue
            seconds, nanoseconds = struct.unpack("=qq", extra[0][2])
            key = int(where[0][3:]) * EACH + data[21] - 1
            self.heard.setdefault(key, []).append((seconds + nanoseconds / 1e9 - self.ahead, data[22]))

    def longest_gap(self, since, until, but=()):
        """(seconds, number of the router); silence at both ends counts."""
        worst = (0.0, None)
        for n in set(range(INTERFACES * EACH)) - set(but):
            times = [since, *(t for t, _ in self.heard.get(n, []) if since < t < until), until]
            worst = max(worst, max((b - a, n) for a, b in zip(times, times[1:])))
        return worst

    def close(self):
        self.over = True
        self.thread.join()
        self.socket.close()


@pytest.fixture
def vmac(request):
    return request.param


@pytest.fixture
def site(folder, vmac):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    ip_batch(["netns add s1", "netns add s2"]
             + ["link add eth%d netns s1 type veth peer name eth%d netns s2" % (n, n) for n in range(INTERFACES)])
    spaces = [Namespace("s1"), Namespace("s2")]
    for k, space in enumerate(spaces, 1):
        space.ip("link set lo up", *(line for n in range(INTERFACES) for line in (
            "addr add 192.168.%d.%d/24 dev eth%d" % (n, k, n), "link set eth%d up" % n)))
    programs = [Halvard(space, "%s/%s" % (folder, space.name), config(priority, vmac))
                for space, priority in zip(spaces, (HIGH, LOW))]
    ear = Ear(spaces[1])
    yield spaces, programs, ear
    for program in programs:
        program.kill_all()
    ear.close()
    for space in spaces:
        space.close()
    ip_batch(["netns del s1", "netns del s2"])


def owned(space):
    return len(re.findall(r"inet 10\.", space.run(["ip", "-4", "-o", "addr"]).stdout))


def wait_owned(spaces, wanted, deadline):
    start = time.monotonic()
    wait_for(lambda: [owned(s) for s in spaces] == wanted, deadline,
             lambda: "%s addresses: %s" % (wanted, [owned(s) for s in spaces]), 0.05)
    return time.monotonic() - start


def latest(program):
    """The latest that a timer of a router came, in seconds, as the program has measured it."""
    rows = json.loads(program.ctl("--json", "show", "vrrp_instance").stdout)["vrrp_instance"]
    return max(r["worst_lateness_us"] for r in rows) / 1e6


def links(space):
    return len(space.run(["ip", "-o", "link", "show", "type", "macvlan"]).stdout.splitlines())


@pytest.mark.parametrize("vmac", [False, True], indirect=True, ids=["plain", "use_vmac"])
def test_a_thousand_routers(site, vmac):
    spaces, programs, ear = site
    total = INTERFACES * EACH
    pulse = Pulse()
    for program in programs:
        program.start()
    print("elected in %.2f s" % wait_owned(spaces, [total, 0], 20))
    assert [links(s) for s in spaces] == ([total, total] if vmac else [0, 0])
    settle(1)

    since, before = time.monotonic(), _cpu_of(programs[0].role("vrrp"))
    settle(3)
    undisturbed = (_cpu_of(programs[0].role("vrrp")) - before) / (time.monotonic() - since)
    print("undisturbed: longest gap %.3f s (router %s)" % ear.longest_gap(since, time.monotonic()))

    # What others do on the machine costs each of the thousand a look, and no more.
    begun, before = time.monotonic(), _cpu_of(programs[0].role("vrrp"))
    for verb in ("add", "del"):
        for n in range(50):
            spaces[0].ip("addr %s 172.16.0.%d/32 dev lo" % (verb, n))
    cost = _cpu_of(programs[0].role("vrrp")) - before - undisturbed * (time.monotonic() - begun)
    cost /= 100
    print("an event of others: %.1f ms of processor" % (cost * 1000))
    assert cost < (0.02 if vmac else 0.002)

    # The same file, then one without ten, then all again.
    programs[0].reload()
    wait_for(lambda: " 0 rows changed" in programs[0].log_text(), 5, "a reload")
    programs[0].configure(config(HIGH, vmac, range(10)))
    programs[0].reload()
    wait_for(lambda: owned(spaces[0]) == total - 10, 5, "ten are gone")
    programs[0].configure(config(HIGH, vmac))
    programs[0].reload()
    wait_owned(spaces, [total, 0], 10)
    settle(1)
    gap = ear.longest_gap(since, time.monotonic(), range(10))
    late = latest(programs[0])
    print("with three reloads: longest gap %.3f s (router %s), timers late by %.3f s, the machine by %.3f s"
          % (*gap, late, pulse.longest))
    assert gap[0] < INTERVAL + SLACK + pulse.longest and late < SLACK / 2 + pulse.longest

    since = time.monotonic()
    programs[0].stop()
    assert owned(spaces[0]) == 0
    print("stopped in %.2f s, taken over in %.2f s more" % (
        time.monotonic() - since, wait_owned(spaces, [0, total], 10)))
    resigned = sum(1 for n in range(total) if any(p == 0 and t > since for t, p in ear.heard[n]))
    assert resigned == total
    programs[1].stop()
    assert owned(spaces[1]) == 0 and [links(s) for s in spaces] == [0, 0]
