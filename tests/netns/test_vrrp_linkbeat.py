"""linkbeat_interfaces and linkbeat_use_polling: what the driver says counts instead of what rtnetlink
tells, as soon as it was asked, and the delays of interface_up_down_delays hold for it too.

The two differ for a link that waits for somebody to say that it may be used (dormant): it has a
carrier, and does not run.
"""
import time

import pytest

from lab.daemons import settle
from lab.space import wait_for
from vrrp_alone import Alone

ROW = "linkbeat_interface x0"


@pytest.fixture
def vrrp(cluster):
    """An instance on a link that has a carrier and is dormant."""
    director = cluster.directors[0]
    space = director.namespace
    space.ip("link add x0 type veth peer name x1", "link set x0 mode dormant", "link set x0 up",
             "addr add 10.1.1.1/24 dev x0", "link set x1 up")
    wait_for(lambda: "state DORMANT" in space.run(["ip", "link", "show", "x0"]).stdout, 5, "dormant")
    program = Alone(space, director.path("vrrp")).start()
    director.programs.append(program)
    program.space = space
    program.instance(interface="x0", version=3, adver_int_cs=10, addresses=("10.1.1.200",))
    program.barrier()
    return program


def polled(vrrp, method, verb="set"):
    vrrp._row(verb, ROW, {"method": method})
    vrrp.barrier()


def used(vrrp):
    row = vrrp.row(ROW)
    return row["used"], row["link_up"]


def test_methods(vrrp):
    assert vrrp.row()["state"] == "fault"
    polled(vrrp, "ETHTOOL", "add")
    vrrp.wait_state("master", 5)
    wait_for(lambda: used(vrrp) == ("ETHTOOL", "yes"), 3, "it is told")
    polled(vrrp, "IOCTL")
    vrrp.wait_state("fault", 5)
    wait_for(lambda: used(vrrp) == ("IOCTL", "no"), 3, "it is told")
    polled(vrrp, "any")
    vrrp.wait_state("master", 5)
    wait_for(lambda: used(vrrp) == ("ETHTOOL", "yes"), 3, "the first that answers")
    polled(vrrp, "MII")
    vrrp.wait_state("fault", 5)
    settle(2.2)
    assert vrrp.log_text().count("interface x0: its link cannot be polled by MII: ") == 1
    assert used(vrrp)[0] == "any"
    vrrp.ask("del " + ROW)
    polled(vrrp, "ETHTOOL", "add")
    vrrp.wait_state("master", 5)
    vrrp.ask("del " + ROW)
    vrrp.barrier()
    vrrp.wait_state("fault", 5)


def test_all_interfaces(vrrp):
    vrrp._row("add", "network", {"linkbeat_use_polling": "yes"})
    vrrp.wait_state("master", 5)
    vrrp.space.ip("link set x1 down")
    vrrp.wait_state("fault", 5)
    vrrp.space.ip("link set x1 up")
    vrrp.wait_state("master", 5)
    vrrp.space.ip("link set x0 down")  # by the administrator: rtnetlink's word
    vrrp.wait_state("fault", 5)
    vrrp.space.ip("link set x0 up")
    vrrp.wait_state("master", 5)
    vrrp._row("set", "network", {"linkbeat_use_polling": "no"})
    vrrp.wait_state("fault", 5)


def test_delays_hold(vrrp):
    vrrp._row("add", "interface_delay x0", {"up_delay_ms": 1500})
    polled(vrrp, "ETHTOOL", "add")
    vrrp.wait_state("master", 6)
    vrrp.space.ip("link set x1 down")
    vrrp.wait_state("fault", 5)
    since = time.monotonic()
    vrrp.space.ip("link set x1 up")
    vrrp.wait_state("master", 8)
    assert time.monotonic() - since > 1.4


def test_an_interface_that_comes_later(vrrp):
    """And goes, and comes back."""
    polled(vrrp, "ETHTOOL", "add")
    vrrp.wait_state("master", 5)
    vrrp.space.ip("link del x0")
    vrrp.wait_state("fault", 5)
    wait_for(lambda: used(vrrp) == ("any", "no"), 5, "not known any more")
    vrrp.space.ip("link add x0 type veth peer name x1", "link set x0 mode dormant", "link set x0 up",
                  "addr add 10.1.1.1/24 dev x0", "link set x1 up")
    vrrp.wait_state("master", 5)
    assert "cannot be polled" not in vrrp.log_text()
