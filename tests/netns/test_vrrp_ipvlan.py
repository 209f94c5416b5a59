"""use_ipvlan: what is on the wire, who answers for an address, takeover in both directions, and what
is left behind; and that what is made for an instance is in the VRF of the interface below.

Most of it is left to tests/guest/test_links.py where the kernel has no ipvlans or VRFs (lab/links.py).
"""
import socket
import time

import pytest

from lab.daemons import settle
from lab.links import lacks, needs
from lab.space import wait_for
from lab.topology import VIP
from test_vrrp_interop import TOLERANCE
from test_vrrp_vmac import BASE_MAC, V4, Echo, Frames, carries, setting
from vrrp_alone import Alone

OWN = {"director1": "192.168.1.77", "director2": "192.168.1.78"}


def links(space):
    out = space.run(["ip", "-d", "-o", "link", "show", "type", "ipvlan"], check=False).stdout
    return {line.split()[1].split("@")[0]: line for line in out.splitlines()}


def start(director, folder="vrrp"):
    program = Alone(director.namespace, director.path(folder)).start()
    director.programs.append(program)
    program.director = director
    return program


def add(program, **fields):
    name = program.director.name
    program.instance(addresses=(VIP + "/24",), **{
        "version": 3, "adver_int_cs": 20, "use_ipvlan": "yes", "vmac_interface": "ipv51",
        "ipvlan_addr": OWN[name], "ipvlan_prefix_len": 24, **fields})
    program.barrier()


@pytest.fixture
def directors(cluster):
    return cluster.directors


@pytest.fixture
def frames(cluster):
    with Frames(cluster.client) as f:
        yield f


@pytest.fixture
def echo(cluster):
    e = Echo(cluster.client, V4)
    cluster.client.ip("neigh flush dev eth0")
    yield e
    e.close()


def sources(frames, since=0.0):
    return {socket.inet_ntoa(f.data[26:30]) for f in frames.of("advert", since=since)}


@needs("ipvlan")
def test_advertises_and_answers_from_it(directors, frames, echo):
    space = directors[0].namespace
    vrrp = start(directors[0])
    names = ["ipv4/conf/eth0/" + n for n in ("arp_ignore", "arp_announce")]
    before = [setting(space, n) for n in names]
    add(vrrp, ipvlan_reach="private")
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    assert " private" in links(space)["ipv51"] and " l2" in links(space)["ipv51"]
    assert sorted(carries(space, "ipv51")) == sorted([OWN["director1"] + "/24", VIP + "/24"])
    wait_for(lambda: len(frames.of("advert")) > 2, 3, "advertisements")
    assert sources(frames) == {OWN["director1"]}
    assert {f.sender for f in frames.of("advert")} == {BASE_MAC["director1"]}
    assert {f.sender for f in frames.of("announcement") if f.ip_from == VIP} == {BASE_MAC["director1"]}
    wait_for(echo.answered, 3, "an answer from the address")
    vrrp.stop()
    assert not links(space)
    assert [setting(space, n) for n in names] == before
    assert VIP not in str(carries(space, "eth0"))


@needs("ipvlan")
def test_takeover(directors, frames, echo):
    """Each hears the other, whichever of them is master, and finds the client.

    An ARP request of eth0 that named the virtual address would be answered to the ipvlan."""
    first, second = (start(d) for d in directors)
    add(first, base_priority=110)
    first.wait_state("master", 5)
    add(second, base_priority=100)
    second.wait_state("backup", 3)
    settle(1.2)  # longer than Active_Down_Interval
    assert second.row()["state"] == "backup" and second.count("become_master") == 0
    assert second.row()["master_addr"] == OWN["director1"]
    wait_for(echo.answered, 3, "an answer from the first")
    first.stop()
    second.wait_state("master", 3)
    assert VIP + "/24" in carries(directors[1].namespace, "ipv51")
    wait_for(echo.answered, 3, "an answer from the second")
    again = start(directors[0], "again")
    add(again, base_priority=110)
    again.wait_state("master", 5)
    second.wait_state("backup", 3)
    assert VIP not in str(carries(directors[1].namespace, "ipv51"))
    assert sources(frames) == set(OWN.values())


@needs("ipvlan")
def test_unicast_comes_in_on_it(directors):
    first, second = (start(d) for d in directors)
    for program, own, other in ((first, "director1", "director2"), (second, "director2", "director1")):
        program._row("add", "vrrp_peer VI_1 " + OWN[other], {"addr": OWN[other]})
        add(program, base_priority=110 if own == "director1" else 100)
    first.wait_state("master", 5)
    second.wait_state("backup", 5)
    settle(1.2)
    assert second.row()["state"] == "backup"
    assert second.row()["master_addr"] == OWN["director1"]
    directors[1].namespace.ip("link del ipv51")
    wait_for(lambda: OWN["director2"] + "/24" in carries(directors[1].namespace, "ipv51"), 5, "made again")
    second.wait_state("backup", 3)
    heard = second.count("adverts_received")
    wait_for(lambda: second.count("adverts_received") > heard, 5, "heard on the new one")


@needs("ipvlan")
def test_what_is_taken_away_comes_back(directors):
    space = directors[0].namespace
    vrrp = start(directors[0])
    add(vrrp)
    vrrp.wait_state("master", 5)
    space.ip("addr del %s/24 dev ipv51" % OWN["director1"])
    wait_for(lambda: OWN["director1"] + "/24" in carries(space, "ipv51"), 5, "its address")
    space.ip("link set ipv51 down")
    wait_for(lambda: "state UP" in links(space)["ipv51"] or "UNKNOWN" in links(space)["ipv51"], 5, "up")
    vrrp.set("vrrp_instance VI_1", ipvlan_reach="vepa")
    wait_for(lambda: " vepa" in links(space).get("ipv51", ""), 5, "with another reach")
    vrrp.wait_state("master", 5)


@needs("ipvlan")
def test_killed_process_is_replaced_without_a_transition(directors):
    space = directors[0].namespace
    vrrp = start(directors[0])
    add(vrrp)
    vrrp.wait_state("master", 5)
    vrrp.barrier()
    wait_for(lambda: VIP + "/24" in carries(space, "ipv51"), 3, "the address")
    made, before = links(space)["ipv51"].split(":")[0], vrrp.row()
    vrrp.ask("respawn")
    vrrp.barrier()
    wait_for(lambda: vrrp.row()["reason"] == "resumed", 5, "resumed")
    assert links(space)["ipv51"].split(":")[0] == made
    assert vrrp.row()["transitions"] == before["transitions"]
    vrrp.stop()
    assert not links(space)


@needs("ipvlan")
def test_after_a_macvlan_of_the_same_name(directors):
    """What the settings of the interface below were is not forgotten on the way."""
    space = directors[0].namespace
    names = ["ipv4/conf/eth0/" + n for n in ("arp_ignore", "arp_announce")]
    before = [setting(space, n) for n in names]
    vrrp = start(directors[0])
    add(vrrp, use_ipvlan="no", use_vmac="yes", ipvlan_addr="", ipvlan_prefix_len=0)
    vrrp.wait_state("master", 5)
    vrrp.set("vrrp_instance VI_1", use_ipvlan="yes", use_vmac="no", ipvlan_addr=OWN["director1"],
             ipvlan_prefix_len=24)
    wait_for(lambda: "ipv51" in links(space), 5, "the ipvlan")
    vrrp.wait_state("master", 5)
    vrrp.stop()
    assert not links(space)
    assert [setting(space, n) for n in names] == before


CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority %d
	advert_int 0.2
	use_ipvlan ipv51 %s/24
	virtual_ipaddress {
		%s/24
	}
}
"""


@needs("ipvlan")
@pytest.mark.parametrize("kinds", [("halvard", "keepalived"), ("keepalived", "halvard")],
                         ids=["halvard-above", "keepalived-above"])
def test_beside_keepalived(directors, cluster, echo, kinds):
    """The same file, both roles; never two owners for long."""
    high, low = directors
    with cluster.watch() as watch:
        low.manager(kinds[1], CONFIG % (100, OWN[low.name], VIP)).start()
        cluster.wait_owner(low, 8)
        first = high.manager(kinds[0], CONFIG % (150, OWN[high.name], VIP)).start()
        cluster.wait_owner(high, 8)
        settle(1.2)  # longer than Active_Down_Interval
        assert cluster.owner() is high
        wait_for(echo.answered, 5, "an answer from the one above")
        first.stop()
        cluster.wait_owner(low, 4)
        wait_for(echo.answered, 5, "an answer from the other")
        assert watch.longest_with_two_owners() < TOLERANCE, watch.events


@lacks("ipvlan")
def test_a_kernel_without_it(cluster):
    """It is said, and the instance is in fault."""
    vrrp = start(cluster.directors[0])
    add(vrrp)
    wait_for(lambda: "interface ipv51 as an ipvlan on eth0: making it: " in vrrp.log_text(), 5, "it is said")
    vrrp.wait_state("fault", 3)
    assert vrrp.log_text().count("making it") == 1


@needs("vrf")
def test_a_macvlan_follows_into_a_vrf(cluster, frames):
    """And out of it again; nothing is made anew."""
    director = cluster.directors[0]
    space = director.namespace
    space.ip("link add blue type vrf table 10", "link set blue up", "link set eth0 master blue")
    vrrp = start(director)

    def line():
        return space.run(["ip", "-o", "link", "show", "vrrp.51"], check=False).stdout

    vrrp.instance(addresses=(VIP + "/24",), **V4.fields())
    vrrp.barrier()
    vrrp.wait_state("master", 5)
    assert " master blue " in line()
    wait_for(lambda: frames.of("advert", V4.vmac), 3, "advertisements")
    made = line().split(":")[0]
    space.ip("link set eth0 nomaster")
    wait_for(lambda: line() and " master " not in line(), 5, "out of it")
    space.ip("link set eth0 master blue")
    wait_for(lambda: " master blue " in line(), 5, "into it")
    assert line().split(":")[0] == made
    vrrp.wait_state("master", 5)
    since = time.monotonic()
    wait_for(lambda: frames.of("advert", V4.vmac, since), 3, "advertisements again")
