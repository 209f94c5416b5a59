"""halvardctl on the tutorial's cluster: what it shows and what it changes, seen in the kernel."""
import json

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import REAL, SERVICE, VIP, tutorial_config

QUICK = [(r"delay_loop 2", "delay_loop 1")]


class Ctl:
    def __init__(self, cluster):
        self.cluster = cluster
        self.director = cluster.directors[0]
        self.config = tutorial_config(replace=QUICK)
        self.halvard = self.director.halvard(self.config).start()
        cluster.wait_owner(self.director, 15)
        self.wait_weights({REAL["real1"]: 1, REAL["real2"]: 1})
        wait_for(lambda: all(r["oper_state"] == "up" for r in self.rows("real_server")), 10, "up")

    def run(self, *words, status=0):
        out = self.halvard.ctl(*words, check=False)
        assert out.returncode == status, (words, out.stdout)
        return out.stdout

    def rows(self, table):
        return json.loads(self.run("--json", "show", table))[table]

    def server(self, name):
        return next(r for r in self.rows("real_server") if r["name"] == REAL[name])

    def wait_weights(self, wanted):
        self.cluster.wait_weights(self.director, wanted, 15)

    def answers(self, count=6):
        return {self.cluster.fetch() for _ in range(count)}


@pytest.fixture
def ctl(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    return Ctl(cluster)


def test_shows_the_cluster(ctl):
    for _ in range(10):
        ctl.cluster.fetch()
    text = ctl.run("status")
    for word in ("LVS_DEVEL", "VI_1", "master", VIP, SERVICE, REAL["real1"], "2 of 2 up, rr DR"):
        assert word in text, text
    states = {r["role"]: r["state"] for r in ctl.rows("process")}
    assert states.pop("exec") == "disabled"  # nothing is to be executed
    assert [role for role in states if states[role] != "running"] in ([], ["agent"])
    wait_for(lambda: sum(r["conns"] for r in ctl.rows("real_server")) >= 10, 15, "the counters")
    assert "192.168.1.11:80" in ctl.run("checks", VIP)


def test_drain_weight_enable(ctl):
    assert "admin_state is draining, was enabled" in ctl.run("drain", "192.168.1.11",
                                                             "--reason", "new kernel")
    assert ctl.answers() == {"real2"}
    row = ctl.server("real1")
    assert (row["admin_state"], row["weight"], row["effective_weight"]) == ("draining", 1, 0)
    assert (row["changed_by"], row["admin_reason"]) == ("root", "new kernel")
    ctl.run("weight", VIP, "192.168.1.12", "300")
    assert ctl.director.weights()[REAL["real2"]] == 300, "in the kernel when halvardctl returns"

    ctl.halvard.kill_all()
    ctl.halvard.start()
    # The address that was left there goes before the election and comes with its end.
    wait_for(lambda: ctl.halvard.ctl("status", check=False).returncode == 0 and
             ctl.rows("vrrp_instance")[0]["state"] == "master", 20, "master again")
    ctl.cluster.wait_owner(ctl.director, 15)
    assert ctl.server("real1")["admin_state"] == "draining"
    assert ctl.server("real2")["weight"] == 300
    ctl.run("reload")
    assert ctl.server("real1")["admin_state"] == "draining"

    ctl.run("enable", "192.168.1.11")
    ctl.run("weight", "192.168.1.12", "1")
    ctl.wait_weights({REAL["real1"]: 1, REAL["real2"]: 1})
    assert ctl.answers() == {"real1", "real2"}
    log = ctl.run("log")
    assert "draining -> enabled" in log and "300 -> 1" in log


def test_reload_applies_or_refuses(ctl):
    ctl.halvard.configure(ctl.config.replace("lb_algo rr", "lb_algo wrr"))
    assert "row" in ctl.run("reload")
    assert ctl.rows("virtual_server")[0]["scheduler"] == "wrr"
    ctl.halvard.configure(ctl.config.replace("weight 1", "weight heavy"))
    assert "heavy" in ctl.run("reload", status=1)
    assert "was refused" in ctl.run("status")
    assert ctl.director.weights() == {REAL["real1"]: 1, REAL["real2"]: 1}


def test_instance_down_and_up(ctl):
    ctl.run("disable", "VI_1", "--reason", "maintenance")
    wait_for(lambda: not ctl.director.owns(), 5, "the address is released")
    assert ctl.rows("vrrp_instance")[0]["state"] == "init"
    ctl.run("enable", "VI_1")
    ctl.cluster.wait_owner(ctl.director, 15)


def test_offline_and_back(ctl):
    ctl.run("offline", "192.168.1.11")
    ctl.wait_weights({REAL["real2"]: 1})
    ctl.run("enable", "192.168.1.11")
    ctl.wait_weights({REAL["real1"]: 1, REAL["real2"]: 1})


def test_check_now(ctl):
    """A server is judged when the operator asks, and IPVS follows at once."""
    ctl.config = tutorial_config(replace=[(r"delay_loop 2", "delay_loop 600")])
    ctl.halvard.configure(ctl.config)
    ctl.run("reload")
    assert "ok" in ctl.run("check-now", VIP, "192.168.1.11")
    ctl.cluster.web["real1"].stop()
    # It was up: its checks may fail `retry` times before it is down.
    for _ in range(1 + max(k["retry"] for k in ctl.rows("checker"))):
        assert "refused" in ctl.run("check-now", VIP, "192.168.1.11", status=1)
    assert ctl.server("real1")["oper_state"] == "down"
    assert ctl.director.weights() == {REAL["real2"]: 1}, "in the kernel when halvardctl returns"
    ctl.cluster.web["real1"].start()
    assert "ok" in ctl.run("check-now", VIP, "192.168.1.11")
    assert ctl.director.weights() == {REAL["real1"]: 1, REAL["real2"]: 1}
