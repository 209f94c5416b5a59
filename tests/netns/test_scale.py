"""A reload of 1,000 services with 10 servers each, changed or not, makes no gap between
advertisements. (What it writes to the kernel is counted in the guest.)"""
import time

import pytest

from lab import scale
from lab.daemons import halvard_is_built
from lab.space import wait_for
from lab.topology import ADDRESS
from netns.test_daemon import field
from vrrp_alone import Wire

SELF = ADDRESS["director1"]
SERVER = [f"{scale.VIP}:{scale.PORT}/tcp", scale.server_address(0, 0) + ":80"]


def test_reloads_make_no_gap(cluster):
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    file = scale.Services()
    program = cluster.directors[0].halvard(file.text()).start()
    with Wire(cluster.client) as wire:
        wait_for(lambda: len(wire.adverts(SELF)) > 3, 30, "advertisements")
        wait_for(lambda: program.ctl("status", check=False).returncode == 0, 30, "main")
        since = time.monotonic()
        program.ctl("reload", check=False)  # fails where there is no IPVS
        assert " 0 rows changed" in program.log_text()
        file.weight[(0, 0)] = 2
        program.configure(file.text())
        program.ctl("reload", check=False)
        assert field(program, "real_server", SERVER, "weight") == "2"
        end = time.monotonic()
        wait_for(lambda: wire.adverts(SELF, end), 2, "advertisements")
        times = [a[0] for a in wire.adverts(SELF, since)]
        assert max(b - a for a, b in zip([since, *times], times)) < 2 * scale.ADVERT_S
