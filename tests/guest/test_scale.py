"""1,000 services with 10 servers each: a reload of the same file writes nothing to the kernel and
makes no gap between advertisements; one of a changed file writes what has changed."""
import time

import pytest

from lab import daemons, scale
from lab.space import wait_for
from lab.watch import Pulse
from vrrp_alone import Wire

SELF = "192.0.2.1"
PATIENCE_S = 60
TRIES = 5


@pytest.fixture
def site():
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    place = scale.Site("/run/lab/scale")
    yield place
    place.close()


@pytest.fixture
def director(site, folder):
    """Halvard with every service in the kernel and every check begun: (program, file)."""
    file = scale.Services()
    base = scale.module_references()
    with daemons.Halvard(site.director, folder, file.text()) as program:
        scale.wait_table(site.director, base, *file.total(), deadline=PATIENCE_S)
        wait_for(lambda: "row" in program.ctl("reload", check=False).stdout, PATIENCE_S, "main")
        yield program, file
    site.director.run(["ipvsadm", "-C"])


def longest_gap(wire, since):
    times = [a[0] for a in wire.adverts(SELF, since)]
    assert len(times) > 3
    return max(b - a for a, b in zip([since, *times], times))


def test_reload(site, director):
    program, file = director
    with Wire(site.peer) as wire, scale.TableWrites(site.director) as writes:
        wait_for(lambda: len(wire.adverts(SELF)) > 3, 5, "advertisements")
        # The eyes see: a weight is one write, and it is of a server.
        file.weight[(500, 3)] = 7
        program.configure(file.text())
        assert "1 rows changed" in program.ctl("reload").stdout
        wait_for(lambda: writes.seen(), 5, "the write of a weight")
        assert writes.seen() == ["set server"]

        before = scale.count_table(site.director)
        pulse = Pulse()
        for reload in (lambda: program.ctl("reload").stdout, program.reload):
            for _ in range(TRIES):
                told = program.log_text().count(" 0 rows changed")
                pulse.longest, since = 0.0, time.monotonic()
                reload()
                wait_for(lambda: program.log_text().count(" 0 rows changed") > told, PATIENCE_S,
                         "the reload")
                now = time.monotonic()
                wait_for(lambda: wire.adverts(SELF, now) and len(wire.adverts(SELF, since)) > 3, 5,
                         "adverts")
                gap = longest_gap(wire, since)
                if gap < 2 * scale.ADVERT_S or pulse.longest < scale.ADVERT_S:
                    break
            assert gap < 2 * scale.ADVERT_S, (gap, pulse.longest)
        assert writes.seen() == ["set server"]
        assert scale.count_table(site.director) == before == file.total()
