"""Halvard opposite Debian's keepalived, in both roles: the kernel's addresses on both
sides, watched without a gap, say who was master when."""
import pytest

from lab import daemons
from lab.topology import VIP

CONFIG = """
global_defs {
	router_id %(name)s
}
vrrp_instance VI_1 {
	state %(state)s
	interface eth0
	virtual_router_id 51
	version %(version)d
	priority %(priority)d
	advert_int %(interval)s
	%(auth)s
	virtual_ipaddress {
		%(vip)s
	}
}
"""
PASS = "authentication {\n auth_type PASS\n auth_pass 1111\n }"
VARIANTS = {
    "v2-pass": dict(version=2, interval="1", auth=PASS),
    "v3": dict(version=3, interval="0.5", auth=""),
}
OVERLAP = 0.2  # both act on the same packet; this is the time a busy machine may need


def config(variant, high):
    return CONFIG % dict(VARIANTS[variant], vip=VIP, state="MASTER" if high else "BACKUP",
                         name="high" if high else "low", priority=150 if high else 100)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("roles", ["halvard-high", "keepalived-high"])
def test_election_takeover_preemption(cluster, variant, roles):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    kinds = ["halvard", "keepalived"] if roles == "halvard-high" else ["keepalived", "halvard"]
    high, low = cluster.directors
    interval = float(VARIANTS[variant]["interval"])
    down = 3 * interval + 1  # Active_Down with the largest skew
    with cluster.watch() as watch:
        first = high.manager(kinds[0], config(variant, high=True)).start()
        low.manager(kinds[1], config(variant, high=False)).start()
        cluster.wait_owner(high, 2 * down + 5)
        daemons.settle(down)
        assert watch.owners() == ["director1"], "the election holds"

        first.stop()
        assert cluster.wait_owner(low, 5) < 2 * interval + 1, "priority 0 hands over at once"
        daemons.settle(down)
        assert watch.owners() == ["director2"]

        first.start()
        cluster.wait_owner(high, 2 * down + 5)
        daemons.settle(down)
        assert watch.owners() == ["director1"], "preempted, and stays"
    assert watch.longest_with_two_owners() < OVERLAP, watch.events
    starts = [e for e in watch.events if e[2]]
    assert len(starts) == 3, "no flapping: %s" % watch.events
