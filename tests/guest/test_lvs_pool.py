"""Pool rules by the lvs role: quorum, the sorry server, and what a restart must not change."""
import socket

import pytest

from lab.space import wait_for
from lab.topology import REAL, VIP

from lvs_rig import rig_on

NAMES = sorted(REAL)


@pytest.fixture
def director(cluster):
    return cluster.directors[0]


@pytest.fixture
def rig(director):
    return rig_on(director)


class Pool:
    """A service on a port of its own, behind which two servers listen as they are told."""

    _next = 8300

    def __init__(self, cluster, rig, **fields):
        self.port = Pool._next
        Pool._next += 1
        self.cluster, self.rig = cluster, rig
        self.director = cluster.directors[0]
        self.name = "%s:%d/tcp" % (VIP, self.port)
        self.reals = {n: "%s:%d" % (REAL[n].partition(":")[0], self.port) for n in NAMES}
        self.listeners = {}
        rig.service(self.name, **fields)

    def server(self, name, **fields):
        self.rig.server(self.reals[name], self.name, **fields)

    def sorry(self, host, **fields):
        self.rig.server("%s:%d" % (host, self.port), self.name, kind="sorry", **fields)
        return "%s:%d" % (host, self.port)

    def check(self, name, **fields):
        self.rig.check(self.reals.get(name, name), self.name, retry=0, **fields)

    def listen(self, *names):
        def socket_of_its_own():
            return socket.create_server(("", self.port), backlog=64)

        for name in names:
            self.listeners[name] = self.cluster.space[name].call(socket_of_its_own)

    def fail(self, *names):
        for name in names:
            self.listeners.pop(name).close()

    def weights(self):
        entry = self.director.table().get(self.name)
        return entry.weights if entry else None

    def wait(self, weights):
        named = {self.reals.get(n, n): w for n, w in weights.items()}
        wait_for(lambda: self.weights() == named, 15, "%s, not %s" % (named, self.weights()))

    def state(self, state):
        self.rig.do("wait 5 virtual_server %s oper_state %s" % (self.name, state))

    def close(self):
        self.fail(*list(self.listeners))


def test_quorum_and_sorry_server(cluster, director, rig):
    pool = Pool(cluster, rig, quorum=2, hysteresis=1)
    pool.server("real1", weight=1)
    pool.server("real2", weight=2)
    sorry = pool.sorry("192.168.1.13", weight=1)
    pool.check("real1")
    pool.check("real2")
    pool.listen("real1", "real2")
    rig.settle()
    pool.wait({"real1": 1, "real2": 2})
    pool.state("up")
    assert rig.get(sorry, "oper_state", pool.name) == "standby"
    pool.fail("real2")
    pool.wait({"real1": 1})  # 1 is not below 2 - 1
    pool.state("degraded")
    pool.fail("real1")
    pool.wait({sorry: 1})
    pool.state("sorry")
    assert rig.get_service("quorum_state", pool.name) == "lost"
    # Neither a new process nor a new main takes the sorry server away, or lets the others in.
    pool.listen("real1")
    rig.wait(15, pool.reals["real1"], "oper_state", "up", pool.name)
    assert pool.weights() == {sorry: 1}
    rig.do("kill")
    wait_for(lambda: "adopted, 0 written" in rig.log_text(), 5, "adoption")
    rig.do("relink")
    rig.settle()
    assert pool.weights() == {sorry: 1}
    pool.state("sorry")
    pool.listen("real2")
    pool.wait({"real1": 1, "real2": 2})  # 3 is 2 + 1
    pool.state("up")
    lines = [l for l in rig.log_text().split("\n") if "virtual_server %s: " % pool.name in l]
    assert [l.partition(pool.name + ": ")[2] for l in lines][-3:] == [
        "up -> degraded, 1 of 2 servers up, weight 1 of 3",
        "degraded -> sorry, 0 of 2 servers up, weight 0 of 3, 3 is needed",
        "sorry -> up, 2 of 2 servers up, weight 3 of 3"]
    pool.close()


def test_a_sorry_server_that_fails_takes_nobodys_place(cluster, director, rig):
    pool = Pool(cluster, rig, quorum=3)
    pool.server("real1", weight=2, inhibit_on_failure="yes")
    sorry = pool.sorry(pool.reals["real2"].partition(":")[0], inhibit_on_failure="yes")
    pool.check("real1")
    pool.check("real2", alpha="yes")
    pool.listen("real1")
    rig.settle()
    rig.wait(15, sorry, "oper_state", "down", pool.name)
    pool.wait({"real1": 2, "real2": 0})
    pool.state("quorumLost")
    pool.listen("real2")
    pool.wait({"real1": 0, "real2": 1})
    pool.state("sorry")
    pool.fail("real2")
    pool.wait({"real1": 2, "real2": 0})
    pool.state("quorumLost")
    rig.do("put virtual_server %s quorum=2" % pool.name)
    rig.settle()
    pool.state("up")
    pool.close()


@pytest.mark.parametrize("inhibit", ["yes", "no"])
def test_alpha(cluster, director, rig, inhibit):
    pool = Pool(cluster, rig)
    pool.server("real1", inhibit_on_failure=inhibit)
    pool.check("real1", alpha="yes", warmup_ms=600000)
    rig.settle()
    # Whoever has not succeeded yet gets nothing; nobody listens.
    assert pool.weights() == ({pool.reals["real1"]: 0} if inhibit == "yes" else {})
    pool.state("down")
    pool.listen("real1")
    pool.check("real1", alpha="yes")
    rig.settle()
    pool.wait({"real1": 1})
    pool.state("up")
    pool.close()


@pytest.mark.parametrize("scheduler", ["sh", "mh"])
def test_who_waits_with_weight_0_gets_no_client(cluster, director, rig, scheduler):
    """A scheduler that would choose such a server passes over it."""
    pool = Pool(cluster, rig, scheduler=scheduler)
    pool.server("real1", inhibit_on_failure="yes")
    sorry = pool.sorry("192.168.1.13", inhibit_on_failure="yes")
    pool.check("real1")
    pool.listen("real1")
    rig.settle()
    rig.wait(5, pool.reals["real1"], "oper_state", "up", pool.name)

    def flags():
        shown = director.namespace.run(["ipvsadm", "-Sn"]).stdout
        return [l for l in shown.splitlines() if l.startswith("-A -t %s:%d" % (VIP, pool.port))]

    assert pool.weights() == {pool.reals["real1"]: 1, sorry: 0}
    assert scheduler + "-fallback" in flags()[0], flags()
    pool.fail("real1")
    pool.wait({"real1": 0, sorry: 1})
    assert scheduler + "-fallback" in flags()[0], flags()
    pool.close()
