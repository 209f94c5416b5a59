"""PING_CHECK and others that speak a protocol of their own: what a check finds, and what it says.

One director with one virtual server for each case; this kernel need not have IPVS for that.
"""
import json

import pytest

from lab.daemons import Halvard
from lab.space import Namespace, ip_batch, wait_for

FOLDER = "/run/lab/test_check_protocols"
SERVER, SERVER6, SILENT, AWAY = "10.0.0.1", "fd00::1", "10.9.0.1", "10.8.0.1"
RETRY, PAUSE, PATIENCE = 2, 0.2, 1.0  # of the checks: further attempts, seconds between, deadline

# name: keyword, address, port, what is in the block, state, reason, what the text says
CASES = {
    "ping": ("PING_CHECK", SERVER, 80, "", "up", "ok", ""),
    "ping6": ("PING_CHECK", SERVER6, 80, "", "up", "ok", ""),
    "ping-source": ("PING_CHECK", SERVER, 80, "bindto 10.0.0.7", "up", "ok", ""),
    "ping-no-source": ("PING_CHECK", SERVER, 80, "bindto 192.0.2.77", "unknown", "localError", "assign"),
    "ping-silent": ("PING_CHECK", SILENT, 80, "", "down", "timeout", "no answer in time"),
    "ping-away": ("PING_CHECK", AWAY, 80, "", "down", "unreachable", "No route to host"),
}
NUMBER = {name: n for n, name in enumerate(CASES, 1)}


def service(name):
    keyword, address, port, words = CASES[name][:4]
    return """
virtual_server %s %d {
	lvs_method NAT
	protocol TCP
	delay_loop 0.5
	warmup 0.5
	retry %d
	delay_before_retry %g
	connect_timeout %g
	real_server %s %d {
		%s {
			%s
		}
	}
}
""" % ("fd00::99" if ":" in address else "192.0.2.1", 1000 + NUMBER[name], RETRY, PAUSE, PATIENCE,
       address, port, keyword, words)


class Stage:
    def __init__(self, namespace):
        self.namespace = namespace
        self.halvard = Halvard(namespace, FOLDER, "".join(map(service, CASES))).start()
        wait_for(lambda: self.halvard.ctl("status", check=False).returncode == 0, 10, "the control socket")

    def checker(self, name):
        rows = json.loads(self.halvard.ctl("--json", "show", "checker").stdout)["checker"]
        return next(r for r in rows if r["vs"].endswith(":%d/tcp" % (1000 + NUMBER[name])))

    def sockets(self, *kinds):
        return sum(len(self.namespace.run(["cat", "/proc/net/" + kind]).stdout.splitlines()) - 1
                   for kind in kinds)


@pytest.fixture(scope="module")
def stage():
    ip_batch(["netns add checks"])
    namespace = Namespace("checks")
    namespace.ip("link set lo up", "route add local 10.0.0.0/16 dev lo", "route add local fd00::/64 dev lo",
                 "link add silent type veth peer name nobody", "link set silent up", "link set nobody up",
                 "route add 10.9.0.0/16 dev silent",
                 "neigh add %s lladdr 02:00:00:00:09:01 dev silent nud permanent" % SILENT,
                 "route add unreachable " + AWAY)
    it = Stage(namespace)
    yield it
    it.halvard.stop()
    namespace.close()
    ip_batch(["netns del checks"])


def judged(stage, name):
    state, reason, text = CASES[name][4:]
    row = wait_for(lambda: (r := stage.checker(name))["runs"] > 0 and r["reason"] != "notRun" and r, 20,
                   "a run of " + name)
    assert (row["state"], row["reason"]) == (state, reason), row
    assert text in row["result"], row
    return row


@pytest.mark.parametrize("name", CASES)
def test_case(stage, name):
    row = judged(stage, name)
    if row["reason"] == "timeout":
        assert PATIENCE * 0.95e6 <= row["latency_us"] <= PATIENCE * 4e6


def test_pings_by_either_socket(stage):
    """Where the kernel gives no socket for pings it is a raw one; both find the same."""
    wait_for(lambda: stage.sockets("raw") and not stage.sockets("icmp"), 20, "a raw socket that waits")
    stage.namespace.run(["sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"])
    wait_for(lambda: stage.sockets("icmp"), 20, "a socket for pings that waits")
    for name in (n for n in CASES if n.startswith("ping")):
        before = stage.checker(name)["runs"]
        wait_for(lambda: stage.checker(name)["runs"] > before + 1, 20, "another run of " + name)
        judged(stage, name)
    wait_for(lambda: not stage.sockets("raw", "raw6"), 20, "no raw socket")
