"""docs/SNMP.md: every recipe of its table, as it stands there, one after the other."""
import os
import re

import pytest

from lab import daemons, snmp
from lab.space import wait_for

SERVICE, SERVER = "192.0.2.10:80/tcp", "10.0.0.1:80"
FILE = """
vrrp_sync_group VG_1 {
	group {
		VI_1
		VI_0
	}
}
vrrp_instance VI_0 {
	state BACKUP
	interface eth0
	virtual_router_id 50
	priority 100
	version 3
	virtual_ipaddress {
		192.0.2.20/24
	}
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 100
	version 3
	advert_int 1
	track_interface {
		eth0 weight 2
	}
	virtual_ipaddress {
		192.0.2.10/24
	}
}
virtual_server 192.0.2.10 80 {
	delay_loop 60
	lb_algo wrr
	lb_kind NAT
	protocol TCP
	real_server 10.0.0.1 80 {
		TCP_CHECK {
			connect_timeout 1
		}
	}
	real_server 10.0.0.2 80 {
		TCP_CHECK {
			connect_timeout 1
		}
	}
}
"""


def page():
    with open(os.path.join(daemons.SOURCE, "docs/SNMP.md"), encoding="utf-8") as f:
        return f.read()


def recipes():
    """The commands of the table, without the words around them."""
    table = page().split("## Recipes")[1].split("### On two directors")[0]
    commands = [c for row in table.splitlines() if row.startswith("| ") and not row.startswith("| to ")
                for c in re.findall(r"`([^`]*)`", row.split("|", 2)[2])]
    return [c for c in commands if c.startswith(("snmpset", "snmpget", "snmpwalk"))]


def test_the_table_is_found():
    assert len(recipes()) > 25


@pytest.fixture
def director(cluster):
    d = cluster.directors[0]
    snmpd = d.snmpd().start()
    d.halvard(FILE, agentx=snmpd.agentx).start()
    manager = snmp.Manager(d.namespace)
    state = manager.oid('halVrrpState."VI_1"')
    wait_for(lambda: manager.numeric(state) == "3", 20, "master")
    d.manager = manager
    return d


def test_every_recipe(director):
    manager = director.manager
    folders = snmp.mib_folders()
    for command in recipes():
        line = command.replace('"…"."…"', '"%s"."%s"' % (SERVICE, SERVER)).replace('"…"', '"%s"' % SERVICE)
        line = line.replace("VALUE", manager.numeric(manager.oid("halConfigSpinLock.0")))
        tool, words = line.split(" ", 1)
        full = "%s -v2c -c private -M %s -m HALVARD-MIB -t 5 -r 0 %s %s" % (tool, folders, snmp.AGENT, words)
        out = director.namespace.run(["sh", "-c", full], check=False)
        assert out.returncode == 0 and "No Such" not in out.stdout and "End of MIB" not in out.stdout, (line, out.stdout)
    assert manager.numeric(manager.oid("halConfigDigest.0")) and manager.numeric(manager.oid("halConfigOverlayDigest.0"))
