"""What a pool means to the daemon as a whole: whose address is elsewhere is not checked."""
import json
import socket

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP

PORT = 9201
SERVICE = "%s:%d/tcp" % (VIP, PORT)
GROUP = "group:followed/tcp"
REAL = "%s:%d" % (ADDRESS["real1"], PORT)
CONFIG = """
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	version 3
	advert_int 0.2
	virtual_ipaddress {
		%(vip)s
	}
}

virtual_server %(vip)s %(port)d {
	delay_loop 0.3
	lb_kind DR
	protocol TCP
	ha_suspend
	real_server %(real)s %(port)d {
		TCP_CHECK {
			connect_timeout 1
			retry 0
		}
	}
}

virtual_server_group followed {
	%(vip)s 9202
	fwmark 10
}

virtual_server group followed {
	delay_loop 0.3
	lb_kind DR
	protocol TCP
	ha_suspend
	real_server %(real)s {
		TCP_CHECK {
			connect_port %(port)d
			connect_timeout 1
			retry 0
		}
	}
}

virtual_server fwmark 9 {
	delay_loop 0.3
	lb_kind DR
	ha_suspend
	real_server %(real)s {
		TCP_CHECK {
			connect_port %(port)d
			connect_timeout 1
			retry 0
		}
	}
}
""" % {"vip": VIP, "port": PORT, "real": ADDRESS["real1"]}


@pytest.fixture
def program(cluster):
    return cluster.directors[0].halvard(CONFIG).start()


def row(program, table, name):
    rows = json.loads(program.ctl("--json", "show", table).stdout)[table]
    return next(r for r in rows if name in (r.get("vs"), r["name"]))


def check_of(program, service=SERVICE):
    rows = json.loads(program.ctl("--json", "show", "checker").stdout)["checker"]
    return next(r for r in rows if r["vs"] == service)


def test_ha_suspend(cluster, program):
    director = cluster.directors[0]
    listener = cluster.space["real1"].call(lambda: socket.create_server(("", PORT), backlog=64))
    wait_for(lambda: director.owns() and check_of(program)["state"] == "up", 15, "up, and master")
    program.ctl("set", "vrrp_instance", "VI_1", "admin_state", "down")
    wait_for(lambda: not director.owns(), 5, "the address is gone")
    wait_for(lambda: row(program, "virtual_server", SERVICE)["suspended"], 5, "suspended")
    assert row(program, "virtual_server", GROUP)["suspended"]

    # Nobody asks, so nobody hears that the server is dead; a mark has no address to follow.
    listener.close()
    wait_for(lambda: check_of(program, "fwmark:9")["state"] == "down", 5, "found by the other")
    runs = check_of(program)["runs"]
    settle(1)
    assert check_of(program)["runs"] == runs
    assert row(program, "real_server", SERVICE)["oper_state"] == "up"
    assert row(program, "real_server", GROUP)["oper_state"] == "up"
    assert director.weights(SERVICE) == {REAL: 1}
    for role in ("lvs", "main"):
        died = program.kill_role(role)
        wait_for(lambda died=died, role=role: program.role(role) != died, 5, "another " + role)
    settle(1)
    assert director.weights(SERVICE) == {REAL: 1}

    program.ctl("set", "vrrp_instance", "VI_1", "admin_state", "up")
    wait_for(lambda: director.weights(SERVICE) == {}, 10, "found when the address is back")
    for name in (SERVICE, GROUP):
        assert not row(program, "virtual_server", name)["suspended"]
    wait_for(lambda: row(program, "real_server", GROUP)["oper_state"] == "down", 10, "of the group too")
