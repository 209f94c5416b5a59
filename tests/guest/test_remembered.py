"""What a director knows outlives its processes: a server known to be dead gets no packet of a
client, whoever is killed; a drain ends when it was to end."""
import collections
import os
import signal
import socket
import threading
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.steer import BOTH, QUICK_CHECKS
from lab.topology import REAL, SERVICE, VIP, Download, tutorial_config
from lab.watch import TableWatch

ETH_P_IP = 0x0800


class Arrivals:
    """IP packets for the virtual address that reach a real server, while this is entered."""

    def __init__(self, namespace):
        def opened():
            return socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))

        self._socket = namespace.call(opened)
        self._socket.settimeout(0.1)
        self._address = socket.inet_aton(VIP)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.count = 0

    def _run(self):
        while not self._over.is_set():
            try:
                packet = self._socket.recv(64)
            except socket.timeout:
                continue
            self.count += packet[16:20] == self._address

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._over.set()
        self._thread.join()
        self._socket.close()


class Clients:
    """Connections one after the other, as long as this is entered; who answered."""

    def __init__(self, cluster):
        self._cluster = cluster
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.answers = collections.Counter()

    def _run(self):
        while not self._over.is_set():
            self.answers[self._cluster.try_fetch(timeout=1)] += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._over.set()
        self._thread.join()


def kill_both(halvard):
    dead = [halvard.role("main"), halvard.role("lvs")]
    for signo in (signal.SIGSTOP, signal.SIGKILL):
        for pid in dead:
            os.kill(pid, signo)
    for role, pid in zip(("main", "lvs"), dead):
        wait_for(lambda: halvard.role(role) != pid, 10, role + " is restarted")


def kill_everything(halvard):
    halvard.kill_all()
    halvard.start()


def remembers(halvard, what):
    path = os.path.join(halvard.state_dir, "remembered")
    if not os.path.exists(path):
        return False
    with open(path) as f:
        return any(line.startswith(what) for line in f)


# The first check after a restart is within so many seconds, so that nobody can say that it was
# only quick to see again what had been forgotten.
SLOW_START = [*QUICK_CHECKS, ("delay_loop 1", "delay_loop 1\nwarmup 20")]


@pytest.mark.parametrize("kill", [kill_both, kill_everything])
def test_a_dead_server_gets_no_packet(cluster, kill):
    director = cluster.directors[0]
    halvard = director.halvard(tutorial_config(replace=QUICK_CHECKS)).start()
    cluster.wait_owner(director, 15)
    cluster.wait_weights(director, BOTH, 15)
    cluster.web["real1"].stop()
    cluster.wait_weights(director, {REAL["real2"]: 1}, 10)
    wait_for(lambda: remembers(halvard, "down "), 5, "it is written down")
    halvard.configure(tutorial_config(replace=SLOW_START))
    with Arrivals(cluster.space["real1"]) as dead, Arrivals(cluster.space["real2"]) as alive, \
            Clients(cluster) as clients:
        wait_for(lambda: alive.count and clients.answers["real2"], 5, "clients are served")
        assert dead.count == 0
        kill(halvard)
        wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 10, "an answer")
        cluster.wait_owner(director, 15)
        settle(1)
        before = clients.answers["real2"]
        wait_for(lambda: clients.answers["real2"] > before + 10, 10, "clients are served again")
    assert dead.count == 0, "%d packets to a server that is known to be dead" % dead.count
    assert director.weights() == {REAL["real2"]: 1}
    assert "down" in halvard.ctl("show", "real_server", SERVICE, REAL["real1"]).stdout

    cluster.web["real1"].start()
    cluster.wait_weights(director, BOTH, 30)
    wait_for(lambda: not remembers(halvard, "down "), 5, "it is forgotten")


def test_a_drain_ends_when_it_was_to_end(cluster):
    """Everything dies in the middle, and the drain has a connection that does not end."""
    director = cluster.directors[0]
    halvard = director.halvard(tutorial_config(replace=QUICK_CHECKS)).start()
    cluster.wait_owner(director, 15)
    cluster.wait_weights(director, BOTH, 15)
    download = Download(cluster.client, 20000)
    real = REAL[download.server]
    halvard.ctl("drain", SERVICE, real, "--time", "14")
    began = time.monotonic()
    wait_for(lambda: director.weights().get(real) == 0, 2, "it drains")
    wait_for(lambda: remembers(halvard, "drain "), 5, "it is written down")
    settle(7)
    kill_everything(halvard)
    wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 10, "an answer")
    assert director.weights().get(real) == 0, "it must stay while somebody is connected"
    wait_for(lambda: real not in director.weights(), 20, "the drain is over")
    took = time.monotonic() - began
    download.close()
    assert 13 < took < 20, took


@pytest.mark.parametrize("scheduler, steps", [("wrr", 20), ("sh", 4)])
def test_a_server_that_is_back_starts_slowly(cluster, scheduler, steps):
    """In the kernel's table: in steps upwards, each written once, from down and not at start."""
    director = cluster.directors[0]
    replace = [*QUICK_CHECKS, ("lb_algo rr", "lb_algo %s\nslow_start 4" % scheduler),
               ("weight 1", "weight 100")]
    with TableWatch(director.namespace) as first:
        director.halvard(tutorial_config(replace=replace)).start()
        cluster.wait_owner(director, 15)
        cluster.wait_weights(director, {real: 100 for real in REAL.values()}, 15)
    assert not [w for rows in first.seen for s, d, w in rows if d and w != 100], first.seen
    cluster.web["real1"].stop()
    cluster.wait_weights(director, {REAL["real2"]: 100}, 10)
    with TableWatch(director.namespace) as table:
        began = time.monotonic()
        cluster.web["real1"].start()
        cluster.wait_weights(director, {real: 100 for real in REAL.values()}, 20)
        took = time.monotonic() - began
    weights = [w for rows in table.seen for s, d, w in rows if d == REAL["real1"]]
    assert weights == sorted(set(weights)), weights
    # Steps are of the clock: a guest that is held up leaves some out, and is never early.
    assert weights[0] <= 50 and weights[-1] == 100, weights
    assert steps // 2 <= len(weights) <= steps, weights
    assert took > 4 - 4 / steps - 0.1, took


def test_a_check_has_its_mark(cluster):
    """What routes marked packets away hits the check that has the mark, and no other."""
    director = cluster.directors[0]
    config = tutorial_config(replace=QUICK_CHECKS)
    config = config.replace("TCP_CHECK {", "TCP_CHECK {\nfwmark 9", 1)
    director.halvard(config).start()
    cluster.wait_owner(director, 15)
    cluster.wait_weights(director, BOTH, 15)
    director.namespace.ip("rule add fwmark 9 unreachable")
    cluster.wait_weights(director, {REAL["real2"]: 1}, 10)
    director.namespace.ip("rule del fwmark 9 unreachable")
    cluster.wait_weights(director, BOTH, 10)
