"""The oracles of the guest tests, proven on a table that is written by hand: they see what
is there, and what is there for a moment only."""
import pytest

from lab.space import wait_for
from lab.topology import REAL, SERVICE, VIP, Download
from lab.watch import TableWatch


@pytest.fixture
def balanced(cluster):
    director = cluster.directors[0]
    director.namespace.ip("addr add %s/32 dev eth0" % VIP)
    rules = "-A -t %s:80 -s rr\n" % VIP + "".join(
        "-a -t %s:80 -r %s -g -w 1\n" % (VIP, rs) for rs in REAL.values())
    director.namespace.run(["ipvsadm", "-R"], input=rules)
    return director


def edit(director, *args):
    director.namespace.run(["ipvsadm", *args])


def test_table_and_answers(cluster, balanced):
    service = balanced.table()[SERVICE]
    assert (service.scheduler, service.weights) == ("rr", dict.fromkeys(REAL.values(), 1))
    assert {d.method for d in service.dests.values()} == {"Route"}
    assert cluster.answers(10) == {"real1": 5, "real2": 5}


def test_download_outlives_weight_0_but_not_the_server(cluster, balanced):
    one, two = Download(cluster.client, 200000), Download(cluster.client, 200000)
    first, second = sorted([one, two], key=lambda d: d.server)
    assert (first.server, second.server) == ("real1", "real2")
    edit(balanced, "-e", "-t", VIP + ":80", "-r", REAL["real1"], "-g", "-w", "0")
    assert cluster.answers(4) == {"real2": 4}
    wait_for(lambda: balanced.table()[SERVICE].dests[REAL["real1"]].active == 1, 2, "one active")
    cluster.web["real2"].kill_all()
    first.wait()
    with pytest.raises(AssertionError):
        second.wait()


def test_watch_sees_what_lasts_a_moment(cluster, balanced):
    with TableWatch(balanced.namespace) as table, cluster.watch() as addresses:
        wait_for(lambda: table.reads > 10, 5, "the table is being read")
        edit(balanced, "-d", "-t", VIP + ":80", "-r", REAL["real1"])
        edit(balanced, "-a", "-t", VIP + ":80", "-r", REAL["real1"], "-g", "-w", "1")
        other = cluster.directors[1].namespace
        other.ip("addr add %s/32 dev eth0" % VIP, "addr del %s/32 dev eth0" % VIP)
        wait_for(lambda: len(addresses.events) >= 3, 5, "the events are read")
        wait_for(lambda: len(table.seen) >= 3, 5, "the change is read")
    assert len(table.seen) == 3 and table.seen[0] == table.seen[2]
    assert addresses.longest_with_two_owners() > 0
