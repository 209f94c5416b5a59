"""docs/MIGRATION.md: a pair goes from keepalived to Halvard one director after the other, on the same
files, and can go back."""
import os
import re

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

FILE = """
global_defs {
	router_id pair
	vrrp_version 3
}
vrrp_instance VI_1 {
	state %(state)s
	interface eth0
	virtual_router_id 51
	priority %(priority)d
	advert_int 1
	virtual_ipaddress {
		%(vip)s/24
	}
}
"""
DOWN = 3 * 1 + 1  # seconds: Active_Down with the largest skew
BUSY = 3          # seconds that a noisy machine may add


def file_of(high):
    return FILE % dict(state="MASTER" if high else "BACKUP", priority=150 if high else 100, vip=VIP)


@pytest.fixture
def pair(cluster):
    """Both run keepalived, the first is master."""
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    lb1, lb2 = cluster.directors
    old = lb1.keepalived(file_of(True)).start(), lb2.keepalived(file_of(False)).start()
    cluster.wait_owner(lb1, DOWN + 10)
    return lb1, lb2, old


def enable(director, high):
    halvard = director.halvard(file_of(high)).start()
    wait_for(lambda: halvard.ctl("vrrp", "VI_1", check=False).returncode == 0, 10, "halvardctl answers")
    return halvard


def is_backup_of(halvard, address):
    row = halvard.ctl("vrrp", "VI_1").stdout
    return re.search(r"^VI_1 +backup\b.*\b%s\b" % re.escape(address), row, re.M)


def test_pair_goes_over_and_back(cluster, pair):
    lb1, lb2, (old1, old2) = pair
    with cluster.watch() as watch:
        old2.stop()
        new2 = enable(lb2, high=False)
        wait_for(lambda: is_backup_of(new2, "192.168.1.100"), 10, "lb2 is the backup of lb1")
        assert watch.owners() == ["director1"], "the traffic did not notice"

        old1.stop()
        assert cluster.wait_owner(lb2, DOWN + BUSY) < 2, "it resigned: nobody waited for its silence"
        new1 = enable(lb1, high=True)
        cluster.wait_owner(lb1, DOWN + 10)

        exported = new2.ctl("export").stdout
        other = os.path.join(lb1.folder, "lb2.export")
        with open(other, "w", encoding="utf-8") as f:
            f.write(exported)
        same = new1.ctl("diff", "--peer", other, check=False)
        assert same.returncode == 0 and same.stdout.count("digest: the same") == 2, same.stdout
        new2.ctl("set", "vrrp_instance", "VI_1", "preempt", "no")
        with open(other, "w", encoding="utf-8") as f:
            f.write(new2.ctl("export").stdout)
        differs = new1.ctl("diff", "--peer", other, check=False)
        assert differs.returncode == 1 and "preempt" in differs.stdout, differs.stdout

        before = len(watch.events)
        new2.stop()
        lb2.keepalived(file_of(False)).start()
        new1.stop()
        cluster.wait_owner(lb2, DOWN + BUSY)
        lb1.keepalived(file_of(True)).start()
        cluster.wait_owner(lb1, DOWN + 10)
        assert len(watch.events) > before
    assert watch.longest_without_owner() < DOWN + BUSY, watch.events
