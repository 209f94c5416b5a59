"""yield and takeover: the operator hands mastership over, and it stays where it was put."""
import time

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from vrrp_alone import Wire

FIRST, SECOND = ADDRESS["director1"], ADDRESS["director2"]
INTERVAL = 0.5
ACTIVE_DOWN = 3 * INTERVAL + (256 - 100) / 256 * INTERVAL
CONFIG = """
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	version 3
	priority %d
	advert_int 0.5
	nopreempt
	virtual_ipaddress {
		192.168.1.200
	}
}
"""


@pytest.fixture
def pair(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    first, second = cluster.directors
    a = first.halvard(CONFIG % 200).start()
    cluster.wait_owner(first, 15)
    b = second.halvard(CONFIG % 100).start()
    wait_for(lambda: b.ctl("vrrp", check=False).returncode == 0 and "backup" in b.ctl("vrrp").stdout,
             15, "the second director is backup")
    with Wire(cluster.client) as wire:
        wait_for(lambda: wire.adverts(FIRST), 5, "advertisements")
        yield a, b, wire


def field(program, name):
    for line in program.ctl("show", "vrrp_instance", "VI_1").stdout.splitlines():
        if line.split()[0] == name:
            return line.split()[1]
    raise AssertionError("no field " + name)


def test_yield_and_takeover(pair, cluster):
    a, b, wire = pair
    first, second = cluster.directors
    a.ctl("yield", "VI_1", "--reason", "new kernel")
    wait_for(lambda: len(wire.adverts(SECOND)) > 1, 10, "the peer advertises")
    resigned = [h for h in wire.adverts(FIRST) if h[3][2] == 0]
    assert len(resigned) == 1
    skew = (256 - 100) / 256 * INTERVAL
    print("takeover: %.3f s, skew %.3f s" % (wire.adverts(SECOND)[0][0] - resigned[0][0], skew))
    assert wire.adverts(SECOND)[0][0] - resigned[0][0] < skew + 0.1
    cluster.wait_owner(second, 5)
    assert field(a, "effective_priority") == "1"
    assert field(a, "reason") == "yielded"
    settle(3 * ACTIVE_DOWN)
    assert cluster.owner() is second
    assert wire.adverts(FIRST)[-1] is resigned[0]

    a.kill_all()
    a.start()
    wait_for(lambda: a.ctl("vrrp", check=False).returncode == 0 and field(a, "state") == "backup", 15,
             "backup again")
    assert field(a, "command") == "yield"
    settle(1.5 * ACTIVE_DOWN)
    assert cluster.owner() is second

    since = time.monotonic()
    a.ctl("takeover", "VI_1")
    cluster.wait_owner(first, 10)
    assert field(a, "reason") == "takeover"
    assert field(a, "effective_priority") == "200"
    wait_for(lambda: wire.adverts(FIRST, since), 5, "advertisements")
    assert field(b, "state") == "backup"
    print("takeover by command: %.3f s" % (wire.adverts(FIRST, since)[0][0] - since))


def test_yielded_is_the_last_reserve(pair, cluster):
    a, b, wire = pair
    first, second = cluster.directors
    a.ctl("yield", "VI_1")
    cluster.wait_owner(second, 10)
    b.kill_all()
    wait_for(lambda: field(a, "state") == "master", 10, "it takes over from nobody")
    assert field(a, "effective_priority") == "1"
    wait_for(lambda: wire.adverts(FIRST)[-1][3][2] == 1, 3, "priority 1 on the wire")


def test_owner_refuses_to_yield(pair):
    a, b, wire = pair
    a.configure((CONFIG % 255).replace("nopreempt", ""))
    a.reload()
    wait_for(lambda: field(a, "base_priority") == "255", 5, "owner")
    answer = a.ctl("yield", "VI_1", check=False)
    assert answer.returncode == 1 and "cannot yield" in answer.stdout, answer.stdout
    assert field(a, "command") == "none"
    a.ctl("set", "vrrp_instance", "VI_1", "base_priority", "150")
    a.ctl("yield", "VI_1")
    answer = a.ctl("set", "vrrp_instance", "VI_1", "base_priority", "255", check=False)
    assert answer.returncode == 1 and "inconsistent value" in answer.stdout, answer.stdout
