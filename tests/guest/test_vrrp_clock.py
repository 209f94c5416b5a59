"""The wall clock is set while two directors run: nothing of VRRP may depend on it.

In the guest only, whose clock is nobody else's. The oracle is the kernel's addresses.
"""
import os
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from lab.topology import VIP

CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %d
	advert_int 0.5
	virtual_ipaddress {
		%s
	}
}
"""
DOWN = 2.0  # more than Active_Down
HOUR = 3600


def step(seconds):
    time.clock_settime(time.CLOCK_REALTIME, time.clock_gettime(time.CLOCK_REALTIME) + seconds)


@pytest.mark.skipif(os.environ.get("LAB_KERNEL") != "guest", reason="the clock is the machine's own")
def test_clock_steps(cluster):
    high, low = cluster.directors
    with cluster.watch() as watch:
        programs = [d.halvard(CONFIG % (p, VIP)).start() for d, p in ((high, 150), (low, 100))]
        wait_for(lambda: watch.owners() == [high.name], 20, "a master")
        settle(DOWN)
        since, wall = time.monotonic(), time.time()
        try:
            for seconds in (HOUR, -20 * HOUR, 0.4):
                step(seconds)
                settle(DOWN)
                assert not watch.transitions_since(since), watch.events
        finally:
            time.clock_settime(time.CLOCK_REALTIME, wall + time.monotonic() - since)
        since = time.monotonic()
        programs[0].stop()
        step(-HOUR)
        wait_for(lambda: watch.owners() == [low.name], 5, "the other has taken over")
        assert time.monotonic() - since < 5
