"""The four promises of the tutorial, with its file on both directors.

Kept by Halvard; the same tests with Debian's keepalived in its place prove the lab.
"""
import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import REAL, tutorial_config

BOTH = {REAL["real1"]: 1, REAL["real2"]: 1}


@pytest.fixture(params=["keepalived", "halvard"])
def pair(request, cluster):
    """Both directors with the tutorial's file; director1 has the address, all is healthy."""
    if request.param == "halvard" and not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    master, backup = cluster.directors
    programs = [master.manager(request.param, tutorial_config()).start(),
                backup.manager(request.param, tutorial_config(backup=True)).start()]
    cluster.wait_owner(master, 15)
    for director in cluster.directors:
        cluster.wait_weights(director, BOTH, 15)
    return programs


def test_requests_alternate(cluster, pair):
    assert cluster.answers(10) == {"real1": 5, "real2": 5}
    answer = cluster.client.run(["curl", "-sS", "http://192.168.1.200/"]).stdout.strip()
    assert answer in ("real1", "real2")


def test_backup_takes_over_and_gives_back(cluster, pair):
    master, backup = cluster.directors
    with cluster.watch() as watch:
        pair[0].stop()
        cluster.wait_owner(backup, 5)
        wait_for(cluster.try_fetch, 2, "service through the backup")
        assert cluster.answers(10) == {"real1": 5, "real2": 5}

        pair[0].start()
        cluster.wait_owner(master, 10)
        cluster.wait_weights(master, BOTH, 15)
        wait_for(cluster.try_fetch, 2, "service through the master")
        assert cluster.answers(10) == {"real1": 5, "real2": 5}
    assert watch.longest_with_two_owners() < 0.2, watch.events


def test_web_server_leaves_and_returns(cluster, pair):
    master = cluster.directors[0]
    cluster.web["real1"].stop()
    cluster.wait_weights(master, {REAL["real2"]: 1}, 25)
    assert cluster.answers(6) == {"real2": 6}

    cluster.web["real1"].start()
    cluster.wait_weights(master, BOTH, 15)
    assert cluster.answers(10) == {"real1": 5, "real2": 5}
