"""Draining and disabling by the lvs role, with real traffic."""
import socket
import struct
import time

import pytest

from lab.space import wait_for
from lab.topology import CLIENTS, REAL, SERVICE, VIP, Download, connect

from lvs_rig import REALS, Untouched, rig_on

OTHER = {"real1": "real2", "real2": "real1"}
SYSCTL = "ipv4/vs/expire_quiescent_template"


@pytest.fixture
def director(cluster):
    return cluster.directors[0]


@pytest.fixture
def rig(director):
    return rig_on(director)


def sysctl(director):
    def read():
        with open("/proc/sys/net/" + SYSCTL) as f:
            return f.read().strip()

    return director.namespace.call(read)


def who_has_connection(director):
    """The name of the real server that has the one active connection."""
    def find():
        active = [n for n, real in REAL.items()
                  if director.table()[SERVICE].dests.get(real) and
                  director.table()[SERVICE].dests[real].active]
        return active[0] if len(active) == 1 else None

    return wait_for(find, 5, "one active connection")


def reset(sock):
    """Closes with a reset: the kernel forgets the connection within ten seconds."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def answers_from_everywhere(cluster, count):
    found = set()
    for n in range(count):
        found.add(cluster.try_fetch(source=CLIENTS[n % len(CLIENTS)], timeout=2))
    return found


@pytest.mark.parametrize("scheduler", ["rr", "wlc", "sh", "mh"])
def test_drain_keeps_downloads_and_refuses_newcomers(cluster, director, rig, scheduler):
    rig.tutorial(scheduler=scheduler)
    download = Download(cluster.client, 250000)
    name = who_has_connection(director)
    rig.change(REAL[name], "weight", 300)
    rig.change(REAL[name], "admin_state", "draining")
    assert director.weights() == {REAL[name]: 0, REAL[OTHER[name]]: 1}
    assert answers_from_everywhere(cluster, 20) == {OTHER[name]}
    assert rig.get(REAL[name], "oper_state") == "draining"
    assert rig.get(REAL[name], "weight") == "300"
    assert rig.get(REAL[name], "effective_weight") == "0"
    download.wait()
    assert ("fallback" in director.namespace.run(["ipvsadm", "-Ln"]).stdout) == \
        (scheduler in ("sh", "mh"))
    rig.change(REAL[name], "admin_state", "enabled")
    assert director.weights() == {REAL[name]: 300, REAL[OTHER[name]]: 1}
    assert "fallback" not in director.namespace.run(["ipvsadm", "-Ln"]).stdout


def test_drained_when_the_last_connection_is_gone(cluster, director, rig):
    own = Untouched(cluster, rig)
    sock, name = own.connect()
    real = own.reals[name]
    rig.change(real, "admin_state", "draining", own.name)
    with pytest.raises(AssertionError):
        rig.wait(3, real, "oper_state", "drained", own.name)
    assert director.weights(own.name)[real] == 0
    assert rig.get(real, "active_conns", own.name) == "1"
    reset(sock)
    rig.wait(40, real, "oper_state", "drained", own.name)
    assert director.weights(own.name) == {own.reals[OTHER[name]]: 1}
    rig.change(real, "admin_state", "enabled", own.name)
    assert director.weights(own.name) == {r: 1 for r in own.reals.values()}
    own.close()


def test_drain_without_connections_is_quick(cluster, director, rig):
    own = Untouched(cluster, rig)
    rig.change(own.reals["real1"], "admin_state", "draining", own.name)
    rig.wait(4, own.reals["real1"], "oper_state", "drained", own.name)
    assert director.weights(own.name) == {own.reals["real2"]: 1}
    own.close()


def test_drain_time_ends_the_drain(cluster, director, rig):
    rig.tutorial()
    sock = connect(cluster.client)
    name = who_has_connection(director)
    rig.change(REAL[name], "drain_time_s", 2)
    begin = time.monotonic()
    rig.change(REAL[name], "admin_state", "draining")
    rig.wait(10, REAL[name], "oper_state", "drained")
    assert time.monotonic() - begin >= 1.9
    assert director.weights() == {REAL[OTHER[name]]: 1}
    assert "drain time of 2 s is over, 1 active" in rig.log_text()
    sock.close()


def test_drain_survives_the_role(cluster, director, rig):
    rig.tutorial()
    sock = connect(cluster.client)
    name = who_has_connection(director)
    rig.change(REAL[name], "admin_state", "draining")
    started = rig.get(REAL[name], "drain_started")
    rig.do("kill")
    wait_for(lambda: "1 services and 2 servers adopted, 0 written" in rig.log_text(), 5,
             "adoption")
    rig.settle()
    assert rig.get(REAL[name], "oper_state") == "draining"
    assert rig.get(REAL[name], "drain_started") == started
    assert director.weights()[REAL[name]] == 0
    reset(sock)


def test_persistent_clients_leave(cluster, director, rig):
    rig.tutorial(persistence_timeout_s=300)
    name = cluster.fetch()
    assert {cluster.fetch() for _ in range(4)} == {name}
    assert sysctl(director) == "0"
    sock = connect(cluster.client)
    rig.change(REAL[name], "admin_state", "draining")
    assert sysctl(director) == "1"
    assert {cluster.fetch() for _ in range(4)} == {OTHER[name]}
    rig.change(REAL[name], "admin_state", "enabled")
    assert sysctl(director) == "0"
    assert "expire_quiescent_template=1" in rig.log_text()
    reset(sock)


def test_disabled_has_no_end(cluster, director, rig):
    rig.tutorial(scheduler="sh")
    download = Download(cluster.client, 400000)
    name = who_has_connection(director)
    rig.change(REAL[name], "admin_state", "disabled")
    assert rig.get(REAL[name], "oper_state") == "disabled"
    assert answers_from_everywhere(cluster, 10) == {OTHER[name]}
    download.wait()
    assert director.weights()[REAL[name]] == 0


def test_forced_offline_is_at_once(cluster, director, rig):
    rig.tutorial()
    rig.change(REALS[0], "admin_state", "forcedOffline")
    assert director.weights() == {REALS[1]: 1}
    assert rig.get(REALS[0], "oper_state") == "disabled"
    assert cluster.answers(4) == {"real2": 4}


def test_disabled_virtual_server(cluster, director, rig):
    rig.tutorial()
    download = Download(cluster.client, 400000)
    rig.do("put virtual_server %s admin_state=disabled" % SERVICE)
    rig.settle()
    assert director.weights() == {r: 0 for r in REALS}
    assert rig.get(REALS[0], "oper_state") == "disabledByParent"
    assert rig.get_service("oper_state") == "disabled"
    assert cluster.try_fetch(timeout=1) is None
    download.wait()
    rig.do("put virtual_server %s admin_state=enabled" % SERVICE)
    rig.settle()
    assert cluster.answers(4) == {"real1": 2, "real2": 2}
