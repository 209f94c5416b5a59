"""The file changes under what was set at run time: what stands is as the manual says, and is said."""
import json

import pytest

from lab.space import wait_for
from test_confirm import answers, priority, restart
from test_daemon import VIP, VRRP, field

SECOND = VRRP.replace("VI_1", "VI_2").replace("51", "52") % (100, "192.168.1.202")


@pytest.fixture
def halvard(cluster):
    daemon = cluster.directors[0].halvard(VRRP % (150, VIP) + SECOND, options=["-P"]).start()
    answers(daemon)
    return daemon


def set_priority(daemon, instance, value):
    daemon.ctl("set", "vrrp_instance", instance, "base_priority", str(value))


def reload_with(daemon, text):
    """The lines that the log has got by it."""
    before = len(daemon.log_text())
    daemon.configure(text)
    daemon.ctl("reload")
    return daemon.log_text()[before:]


def instances(daemon):
    return [r["name"] for r in json.loads(daemon.ctl("--json", "show", "vrrp_instance").stdout)["vrrp_instance"]]


def test_a_value_of_the_file_changes_under_one_that_was_set(halvard):
    set_priority(halvard, "VI_1", 77)
    assert "at run time" not in reload_with(halvard, VRRP % (150, VIP) + SECOND + "# nothing else"), "no conflict"
    wanted = "vrrp_instance VI_1: base_priority is 120 in the file now, it was 150; 77, which was set at run time, stays"
    halvard.configure(VRRP % (120, VIP) + SECOND)
    assert wanted in halvard.ctl("reload", "--dry-run").stdout
    assert priority(halvard) == 77
    assert wanted in reload_with(halvard, VRRP % (120, VIP) + SECOND)
    assert priority(halvard) == 77
    assert "at run time" not in reload_with(halvard, VRRP % (120, VIP) + SECOND), "it was said"
    assert "base_priority is 77 in the file now, as it was set" in reload_with(halvard, VRRP % (77, VIP) + SECOND)
    reload_with(halvard, VRRP % (90, VIP) + SECOND)
    halvard.ctl("revert", "vrrp_instance", "VI_1")
    assert priority(halvard) == 90


def test_the_file_changes_while_nobody_is_there(halvard):
    set_priority(halvard, "VI_1", 77)
    halvard.stop()
    halvard.configure(VRRP % (120, VIP) + SECOND)
    halvard.start()
    wait_for(lambda: "base_priority is 120 in the file now, it was 150; 77, which" in halvard.log_text(), 10, "it is said")
    answers(halvard)
    assert priority(halvard) == 77
    said = halvard.log_text().count("in the file now")
    restart(halvard)
    assert halvard.log_text().count("in the file now") == said


def test_a_row_goes_from_the_file_and_comes_back(halvard):
    set_priority(halvard, "VI_2", 66)
    assert "vrrp_instance VI_2 is not in the file any more: what was set of it (base_priority) is kept" in \
        reload_with(halvard, VRRP % (150, VIP))
    assert instances(halvard) == ["VI_1"]
    assert "noRow" in halvard.ctl("diff", check=False).stdout
    reload_with(halvard, VRRP % (150, VIP) + SECOND)
    assert field(halvard, "vrrp_instance", ["VI_2"], "base_priority") == "66"


def test_rows_that_were_made_and_taken_away(halvard):
    halvard.ctl("delete", "vrrp_instance", "VI_2")
    assert "vrrp_instance VI_2, which was deleted at run time, is not in the file any more" in \
        reload_with(halvard, VRRP % (150, VIP))
    assert "VI_2, which was deleted at run time, is in the file again, and stays away" in \
        reload_with(halvard, VRRP % (150, VIP) + SECOND)
    assert instances(halvard) == ["VI_1"]
    halvard.ctl("revert", "vrrp_instance", "VI_2")
    assert instances(halvard) == ["VI_1", "VI_2"]
    halvard.ctl("add", "vrrp_address", "VI_1", "192.168.1.210")
    own = VRRP.replace("%s", "%s\n\t\t192.168.1.210") % (150, VIP) + SECOND
    assert "192.168.1.210, which was added at run time, is in the file now" in reload_with(halvard, own)
    assert "192.168.1.210, which was added at run time, is not in the file any more, and is made by itself" in \
        reload_with(halvard, VRRP % (150, VIP) + SECOND)
    assert "192.168.1.210" in halvard.ctl("show", "vrrp_address").stdout
