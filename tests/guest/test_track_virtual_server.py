"""track_virtual_server: a director whose pool is dead steps down, and comes back with its pool.

The real servers live all the time; those that the first director cannot reach any more have lost
their way back to it. So its pool is dead and that of the second is not.
"""
import json

import pytest

from lab import daemons
from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, REAL, SERVICE, VIP

OTHER = "192.168.1.201"
CONFIG = """
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	version 3
	priority %(priority)d
	advert_int 0.2
	track_virtual_server {
		192.168.1.200:80/tcp weight -60
	}
	virtual_ipaddress {
		192.168.1.200
	}
}

vrrp_instance VI_2 {
	interface eth0
	virtual_router_id 52
	version 3
	priority %(priority)d
	advert_int 0.2
	track_virtual_server {
		192.168.1.200:80/tcp
	}
	virtual_ipaddress {
		192.168.1.201
	}
}

virtual_server 192.168.1.200 80 {
	delay_loop 1
	lb_algo rr
	lb_kind DR
	protocol TCP
	real_server 192.168.1.11 80 {
		weight 1
		TCP_CHECK {
			connect_timeout 1
			retry 0
		}
	}
	real_server 192.168.1.12 80 {
		weight 1
		TCP_CHECK {
			connect_timeout 1
			retry 0
		}
	}
}
"""
BOTH = {REAL["real1"]: 1, REAL["real2"]: 1}


@pytest.fixture
def pair(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    first, second = cluster.directors
    programs = [first.halvard(CONFIG % {"priority": 150}).start()]
    cluster.wait_owner(first, 15)
    programs.append(second.halvard(CONFIG % {"priority": 100}).start())
    for director in cluster.directors:
        cluster.wait_weights(director, BOTH, 15)
    yield programs
    for name in ("real1", "real2"):
        reach(cluster, name, check=False)


def lose(cluster, name):
    cluster.space[name].ip("route add unreachable %s/32" % ADDRESS["director1"])


def reach(cluster, name, check=True):
    cluster.space[name].run(["ip", "route", "del", "unreachable", "%s/32" % ADDRESS["director1"]], check=check)


def row(program, table, name):
    rows = json.loads(program.ctl("--json", "show", table).stdout)[table]
    return next(r for r in rows if name in (r.get("user"), r.get("name")))


def test_a_dead_pool_gives_the_addresses_away(cluster, pair):
    first, second = cluster.directors
    lose(cluster, "real1")
    cluster.wait_weights(first, {REAL["real2"]: 1}, 15)
    assert row(pair[0], "track", "VI_1")["state"] == "ok"
    assert cluster.owner() is first

    with cluster.watch() as watch:
        lose(cluster, "real2")
        cluster.wait_owner(second, 15)
        cluster.wait_owner(second, 15, OTHER)
    assert watch.longest_with_two_owners() < 0.2, watch.events
    wait_for(cluster.try_fetch, 2, "service through the second director")
    assert cluster.answers(4) == {"real1": 2, "real2": 2}
    assert row(pair[0], "virtual_server", SERVICE)["oper_state"] == "down"
    tracked = row(pair[0], "track", "VI_1")
    assert (tracked["state"], tracked["contribution"], tracked["transitions"]) == ("failed", -60, 1)
    assert row(pair[0], "vrrp_instance", "VI_1")["effective_priority"] == 90
    assert row(pair[0], "vrrp_instance", "VI_1")["state"] == "backup"
    assert row(pair[0], "vrrp_instance", "VI_2")["reason"] == "trackFault"

    # Neither a new main nor a new lvs takes anything back.
    for role in ("main", "lvs"):
        pair[0].kill_role(role)
        settle(2)
        assert cluster.owner() is second and cluster.owner(OTHER) is second, role
    wait_for(lambda: row(pair[0], "track", "VI_1")["state"] == "failed", 5, "still failed")

    reach(cluster, "real1")
    cluster.wait_owner(first, 15)
    cluster.wait_owner(first, 15, OTHER)
    wait_for(cluster.try_fetch, 2, "service through the first director")
    assert row(pair[0], "vrrp_instance", "VI_1")["effective_priority"] == 150
    assert VIP in SERVICE


def test_disabled_by_the_operator_is_not_dead(cluster, pair):
    first = cluster.directors[0]
    pair[0].ctl("disable", "192.168.1.200:80/tcp")
    wait_for(lambda: row(pair[0], "virtual_server", SERVICE)["oper_state"] == "disabled", 5, "disabled")
    settle(2)
    assert cluster.owner() is first and cluster.owner(OTHER) is first
    assert row(pair[0], "track", "VI_1")["state"] == "ok"
