"""halvardctl support: one text with every part, and no secret in it; also without a daemon."""
import re

import pytest

from lab import daemons
from lab.space import wait_for

CONFIG = """
global_defs {
	router_id HELPME
	enable_script_security
	script_user root
}
vrrp_script secretive {
	script "/bin/true tops3cret-argument"
	interval 1
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 100
	advert_int 1
	authentication {
		auth_type PASS
		auth_pass hunter22
	}
	track_script {
		secretive
	}
	virtual_ipaddress {
		192.168.1.200
	}
}
"""


@pytest.fixture
def halvard(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    return cluster.directors[0].halvard(CONFIG)


def parts(text):
    """{command: what it printed}"""
    found = re.split(r"^==== (.*)$", text, flags=re.M)
    return dict(zip(found[1::2], found[2::2]))


def test_all_that_is_to_know_and_no_secret(cluster, halvard):
    halvard.start()
    cluster.wait_owner(cluster.directors[0], 15)
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_reason", "a note for the log")
    wait_for(lambda: "secretive" in halvard.ctl("show", "track").stdout, 10, "the script")
    out = halvard.ctl("support").stdout
    found = parts(out)
    assert "HELPME" in found["halvardctl show global"] and "master" in found["halvardctl status"]
    assert "a note for the log" in found["halvardctl diff"] and "a note for the log" in found["halvardctl log 1000"]
    assert "VI_1" in found["halvardctl export"] and "Linux" in found["uname -a"]
    assert "192.168.1.200" in found["ip addr"]
    for secret in ("hunter22", "tops3cret"):
        assert secret not in out, secret


def test_without_a_daemon(halvard):
    out = halvard.ctl("support").stdout
    found = parts(out)
    assert "(exit status 3)" in found["halvardctl status"] and "lo" in found["ip addr"]
    assert len(found) > 25
