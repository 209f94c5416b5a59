"""Every process of the master dies at once. Its kernel goes on with what it has: it balances,
and it answers for the address until the lease ends, here never (`vrrp_address_lease off`, the worst
case). So what counts is what the one that comes back does with what was left."""
import json

import pytest

from lab.daemons import halvard_is_built
from lab.space import wait_for
from lab.steer import BOTH
from lab.topology import REAL, SERVICE, VIP, Download, tutorial_config
from lab.watch import TableWatch

FOREIGN = "192.0.2.1:80/tcp"
FIRST = [(r"state MASTER", "state BACKUP\nnopreempt\nvrrp_address_lease off")]


@pytest.fixture
def pair(cluster):
    """Daemons: the first director is master and stays backup when it comes back."""
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    first, second = cluster.directors
    first.namespace.run(["ipvsadm", "-A", "-t", "192.0.2.1:80", "-s", "wlc"])
    first.namespace.run(["ipvsadm", "-a", "-t", "192.0.2.1:80", "-r", "192.0.2.9:80", "-g", "-w", "3"])
    a = first.halvard(tutorial_config(replace=FIRST)).start()
    cluster.wait_owner(first, 15)
    b = second.halvard(tutorial_config(backup=True)).start()
    for director in cluster.directors:
        cluster.wait_weights(director, BOTH, 15)
    wait_for(lambda: instance(b)["state"] == "backup", 10, "the second director is backup")
    return a, b


def instance(daemon):
    out = daemon.ctl("--json", "show", "vrrp_instance", check=False)
    return json.loads(out.stdout)["vrrp_instance"][0] if out.returncode == 0 else {"state": ""}


def connections(director):
    return sum(d.active for d in director.table()[SERVICE].dests.values())


def spoil(director):
    """What the dead one cannot put right."""
    director.namespace.run(["ipvsadm", "-e", "-t", VIP + ":80", "-r", REAL["real1"], "-g", "-w", "7"])
    director.namespace.run(["ipvsadm", "-d", "-t", VIP + ":80", "-r", REAL["real2"]])


@pytest.mark.parametrize("spoilt", [False, True])
def test_what_comes_back_disturbs_nobody(cluster, pair, spoilt):
    a, b = pair
    first, second = cluster.directors
    lost = Download(cluster.client, rate=60000)
    a.kill_all()
    wait_for(second.owns, 10, "the peer takes over")
    wait_for(lambda: not lost.running(), 10, "the connections of the dead one end")
    assert set(cluster.answers(4)) == {"real1", "real2"}
    assert first.owns(), "nobody has taken its address away"
    if spoilt:
        spoil(first)
    before = instance(b)
    download = Download(cluster.client, rate=120000)
    assert connections(second) == 1

    with TableWatch(first.namespace) as left, TableWatch(second.namespace) as table, \
            cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == ["director1", "director2"], 2, "the watch has begun")
        addresses.events.clear()
        a.start()
        wait_for(lambda: not first.owns(), 10, "the address that was left is taken away")
        cluster.wait_weights(first, BOTH, 10)
        wait_for(lambda: instance(a)["state"] == "backup", 10, "backup")
        download.wait()
    assert [e[1:] for e in addresses.events] == [("director1", False)]
    assert len(table.seen) == 1 and left.reads > 20
    after = instance(b)
    assert (after["state"], after["transitions"]) == ("master", before["transitions"])

    foreign = {(FOREIGN, None, "wlc"), (FOREIGN, "192.0.2.9:80", 3)}
    service = (SERVICE, None, "rr")
    assert all(foreign <= rows and service in rows for rows in left.seen)
    assert left.seen[-1] - foreign == {service, *((SERVICE, real, 1) for real in BOTH)}
    assert (len(left.seen) > 1) == spoilt, "adopted without a write: %s" % left.seen
