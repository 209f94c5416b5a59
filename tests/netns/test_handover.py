"""SIGUSR2 without IPVS: whom it concerns, all kinds of routers, and what is left lying about."""
import json
import os
import signal

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP
from lab.watch import AddressWatch

HANDOVER = 75
SECOND = "192.168.1.201"
PAIR = """
vrrp_sync_group G {
	group {
		VI_1
		VI_2
	}
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority %(priority)d
	advert_int 1
	virtual_ipaddress {
		192.168.1.200
	}
	virtual_routes {
		10.77.0.0/16 dev eth0
	}
}
vrrp_instance VI_2 {
	state BACKUP
	interface eth0
	virtual_router_id 52
	use_vmac vm52
	priority %(priority)d
	advert_int 1
	virtual_ipaddress {
		192.168.1.201
	}
}
"""


@pytest.fixture
def halvard(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    daemon = director.halvard(PAIR % {"priority": 150}, options=["-P"]).start()
    cluster.wait_owner(director, 15)
    cluster.wait_owner(director, 15, SECOND)
    return daemon


def routers(daemon):
    rows = json.loads(daemon.ctl("--json", "show", "vrrp_instance").stdout)["vrrp_instance"]
    return [(r["name"], r["state"], r["transitions"], r["become_master"]) for r in rows]


def left(daemon):
    return sorted(n for n in os.listdir(daemon.run_dir) if n.startswith("handover."))


def make_place(daemon):
    daemon.process.send_signal(signal.SIGUSR2)
    assert daemon.process.wait(10) == HANDOVER
    daemon.process = None


def start(daemon):
    daemon.start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "it runs")


def test_a_group_with_a_virtual_mac_and_routes_beside_keepalived(cluster, halvard):
    first, second = cluster.directors
    peer = second.keepalived(PAIR % {"priority": 100}).start()
    wait_for(lambda: peer.log_text().count("Entering BACKUP STATE") >= 2, 10, "two backups")
    before = routers(halvard)
    spaces = [d.namespace for d in cluster.directors]
    with AddressWatch(spaces, VIP) as one, AddressWatch(spaces, SECOND) as two:
        wait_for(lambda: one.owners() == two.owners() == [first.name], 5, "the watches have begun")
        one.events.clear()
        two.events.clear()
        for _ in range(3):
            make_place(halvard)
            assert "10.77.0.0/16" in first.namespace.run(["ip", "route"]).stdout
            start(halvard)
            assert routers(halvard) == before
    assert one.events == two.events == [], "an address moved"
    assert "10.77.0.0/16" in first.namespace.run(["ip", "route"]).stdout
    assert "MASTER STATE" not in peer.log_text()


def test_what_is_left_is_for_one_start(halvard):
    assert left(halvard) == []
    make_place(halvard)
    assert left(halvard) == ["handover.states", "handover.vrrp"]
    start(halvard)
    assert left(halvard) == []
    assert "going on where another daemon stopped" in halvard.log_text()
    halvard.stop()
    assert left(halvard) == []
    said = halvard.log_text().count("going on where")
    start(halvard)
    assert halvard.log_text().count("going on where") == said
    assert [r[1] for r in routers(halvard)] == ["backup", "backup"]


def test_only_the_guardian_is_meant(cluster, halvard):
    """killall sends it to all of the name."""
    before = [(r, halvard.role(r)) for r in ("main", "vrrp")]
    with cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == ["director1"], 5, "the watch has begun")
        addresses.events.clear()
        for _, pid in before:
            os.kill(pid, signal.SIGUSR2)
        halvard.ctl("reload")
    assert [(r, halvard.role(r)) for r in ("main", "vrrp")] == before
    assert addresses.events == []


def test_an_agent_that_hangs_does_not_cost_the_mastership(cluster):
    """A frozen process has no time to end; the address stays all the same."""
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    daemon = director.halvard(PAIR % {"priority": 150}, agentx=snmpd.agentx, options=["-P"]).start()
    cluster.wait_owner(director, 15)
    peer = cluster.directors[1].halvard(PAIR % {"priority": 100}, options=["-P"])
    start(peer)
    before = routers(peer)
    with cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == [director.name], 5, "the watch has begun")
        addresses.events.clear()
        os.kill(daemon.role("agent"), signal.SIGSTOP)
        make_place(daemon)
        start(daemon)
    assert addresses.events == []
    assert routers(peer) == before


TOLD = """
global_defs {
	script_user root
}
%s
"""


def test_a_main_that_hangs_leaves_nothing_that_is_told_wrong(cluster, tmp_path):
    """A master that goes on has not stopped, whoever knows what of it."""
    os.chmod(tmp_path, 0o755)
    script = tmp_path / "told.sh"
    script.write_text("#!/bin/sh\necho $3 >>%s/told\n" % tmp_path)
    script.chmod(0o755)
    text = TOLD % PAIR % {"priority": 150}
    director = cluster.directors[0]
    daemon = director.halvard(text.replace("advert_int 1", "advert_int 1\nnotify %s" % script, 1),
                              options=["-P"]).start()
    told = tmp_path / "told"
    wait_for(lambda: told.exists() and told.read_text().endswith("MASTER\n"), 15, "it is told")
    before = told.read_text()
    os.kill(daemon.role("main"), signal.SIGSTOP)
    make_place(daemon)
    assert left(daemon) == ["handover.vrrp"]
    start(daemon)
    wait_for(lambda: told.read_text() != before, 10, "it is told again")
    assert told.read_text() == before + "MASTER\n"
    assert [r[1] for r in routers(daemon)] == ["master", "master"]


def test_what_has_gone_from_the_file_goes_from_the_kernel(cluster):
    """Nothing else knows of routes and rules, and addresses without a lease."""
    director = cluster.directors[0]
    ip = director.namespace
    more = "global_defs {\nvrrp_address_lease off\n}\nstatic_routes {\n10.99.0.0/16 dev eth0\n}\n"
    pair = PAIR % {"priority": 150}
    pair = pair.replace("\tvirtual_routes {", "\tvirtual_rules {\n\t\tfrom 10.88.0.0/16 table 100\n\t}\n\tvirtual_routes {")
    daemon = director.halvard(more + pair, options=["-P"]).start()
    cluster.wait_owner(director, 15)
    cluster.wait_owner(director, 15, SECOND)
    ours = ("10.77.0.0/16", "10.88.0.0/16", "10.99.0.0/16", VIP, "vm52")

    def found():
        seen = "".join(ip.run(["ip", *w]).stdout for w in (["route"], ["rule"], ["addr"], ["link"]))
        return [o for o in ours if o in seen]

    wait_for(lambda: found() == list(ours), 5, "all is there")
    make_place(daemon)
    daemon.configure("vrrp_instance VI_3" + pair.split("vrrp_instance VI_2")[1].replace("use_vmac vm52", ""))
    start(daemon)
    wait_for(lambda: found() == [], 10, "all is gone")
    assert [r[0] for r in routers(daemon)] == ["VI_3"]
    make_place(daemon)
    start(daemon)
    assert daemon.log_text().count("it is reloaded") == 1
