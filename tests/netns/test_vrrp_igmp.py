"""disable_local_igmp: no report of the group, and the setting of the kernel is as it was in the end,
whoever is killed or changes it meanwhile.
"""
import socket

import pytest

from lab.daemons import halvard_is_built, settle
from lab.space import wait_for
from lab.topology import VIP
from test_vrrp_daemon import CONFIG
from test_vrrp_vmac import Frames, setting
from vrrp_alone import GROUP

NAME = "ipv4/igmp_link_local_mcast_reports"


def switch(vrrp, off, verb="set"):
    vrrp._row(verb, "network", {"disable_local_igmp": "yes" if off else "no"})
    vrrp.barrier()


def master(vrrp):
    vrrp.instance(version=3, adver_int_cs=10)
    vrrp.barrier()
    vrrp.wait_state("master", 5)


def test_no_report(vrrp, cluster):
    """And one when it is allowed again: the kernel reports at the next join."""
    with Frames(cluster.client) as frames:
        def reports():
            return [f for f in frames.of("igmp") if socket.inet_aton(GROUP) in f.data]

        switch(vrrp, True, "add")
        assert setting(vrrp.director.namespace, NAME) == "0"
        master(vrrp)
        settle(1.5)  # a report is sent twice within a second
        assert not reports()
        vrrp.ask("del vrrp_instance VI_1")
        switch(vrrp, False)
        assert setting(vrrp.director.namespace, NAME) == "1"
        master(vrrp)
        wait_for(reports, 3, "a report")


def test_put_back_after_a_crash(vrrp):
    switch(vrrp, True, "add")
    master(vrrp)
    vrrp.ask("respawn")
    vrrp.barrier()
    wait_for(lambda: vrrp.row()["reason"] == "resumed", 5, "resumed")
    assert setting(vrrp.director.namespace, NAME) == "0"
    vrrp.stop()
    assert setting(vrrp.director.namespace, NAME) == "1"


def test_of_somebody_else(vrrp):
    """Zero before stays zero; what is set meanwhile stays too."""
    vrrp.director.namespace.sysctl("net." + NAME.replace("/", "."), 0)
    switch(vrrp, True, "add")
    switch(vrrp, False)
    assert setting(vrrp.director.namespace, NAME) == "0"
    vrrp.director.namespace.sysctl("net." + NAME.replace("/", "."), 1)
    switch(vrrp, True)
    assert setting(vrrp.director.namespace, NAME) == "0"
    vrrp.stop("keep")
    assert setting(vrrp.director.namespace, NAME) == "0", "the successor puts it back"


@pytest.mark.skipif(not halvard_is_built(), reason="halvard is not built")
def test_the_whole_daemon(cluster):
    """With the rights and system calls that the process has there; it is killed in between."""
    director = cluster.directors[0]
    head = "global_defs {\n\tdisable_local_igmp\n}\n"
    program = director.halvard(head + CONFIG % (100, VIP)).start()
    cluster.wait_owner(director, 10)
    assert setting(director.namespace, NAME) == "0"
    old = program.kill_role("vrrp")
    wait_for(lambda: program.role("vrrp") != old, 5, "vrrp is back")
    cluster.wait_owner(director, 10)
    assert setting(director.namespace, NAME) == "0"
    program.stop()
    assert setting(director.namespace, NAME) == "1"
