"""Reloads and changes on trial: they go back by themselves unless somebody confirms them."""
import json
import os
import time

import pytest

from lab import snmp
from lab.daemons import fill_disk, settle
from lab.space import wait_for
from test_daemon import VIP, VRRP, field

PRIORITY = ("vrrp_instance", ["VI_1"], "base_priority")


@pytest.fixture
def halvard(cluster):
    daemon = cluster.directors[0].halvard(VRRP % (150, VIP), options=["-P"]).start()
    answers(daemon)
    return daemon


def answers(daemon):
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "an answer")


def priority(daemon):
    return int(field(daemon, *PRIORITY))


def whole(daemon):
    return json.loads(daemon.ctl("--json", "show", "global").stdout)["global"]


def wait_priority(daemon, wanted, deadline=10):
    wait_for(lambda: priority(daemon) == wanted, deadline, "priority %d" % wanted, every=0.1)


def restart(daemon):
    daemon.kill_all()
    daemon.start()
    answers(daemon)


def on_trial(daemon, number, seconds):
    """A file with another priority, and how the reload is answered."""
    daemon.configure(VRRP % (number, VIP))
    return daemon.ctl("reload", "--confirm", str(seconds), check=False)


def overlay(daemon):
    with open(os.path.join(daemon.state_dir, "overlay")) as f:
        return f.read()


def says(result, text):
    return result.returncode and text in result.stdout


def test_a_reload_goes_back_and_its_file_is_not_run_by_a_start(halvard):
    began = time.monotonic()
    assert "it goes back in 3 s unless it is confirmed" in on_trial(halvard, 120, 3).stdout
    assert priority(halvard) == 120
    assert whole(halvard)["confirm_pending"] == "reload"
    assert "a reload is on trial, and goes back in" in halvard.ctl("status").stdout
    wait_priority(halvard, 150)
    assert 2.9 < time.monotonic() - began < 6
    now = whole(halvard)
    assert (now["confirm_pending"], now["config_source"], now["last_reload_result"]) == ("none", "stored", "refused")
    assert "nobody confirmed it within 3 s" in now["config_source_reason"]
    assert "nobody confirmed it" in halvard.ctl("log").stdout
    for again in (lambda: restart(halvard), lambda: (halvard.kill_role("main"), answers(halvard))):
        again()
        assert priority(halvard) == 150
        assert "did not confirm it within 3 s" in halvard.ctl("status").stdout
    halvard.ctl("reload")  # the word that takes it
    assert priority(halvard) == 120 and whole(halvard)["config_source"] == "file"
    restart(halvard)
    assert priority(halvard) == 120


def test_another_file_is_run_by_a_start(halvard):
    """Also one that differs in what each director has for itself."""
    on_trial(halvard, 120, 1)
    wait_priority(halvard, 150)
    halvard.configure(VRRP % (130, VIP))
    restart(halvard)
    assert priority(halvard) == 130 and whole(halvard)["config_source"] == "file"


def test_a_change_on_trial_does_not_let_a_file_in_that_has_gone_back(halvard):
    on_trial(halvard, 120, 1)
    wait_priority(halvard, 150)
    for end in ("confirm", "confirm back"):
        halvard.ctl("--confirm", "60", "set", "vrrp_instance", "VI_1", "adver_int_cs", "200")
        halvard.kill_role("main")
        answers(halvard)
        assert priority(halvard) == 150 and whole(halvard)["confirm_pending"] == "change"
        halvard.ctl(*end.split())
        restart(halvard)
        assert priority(halvard) == 150
    halvard.ctl("--confirm", "60", "set", "vrrp_instance", "VI_1", "adver_int_cs", "300")
    halvard.ctl("reload")
    assert whole(halvard)["confirm_pending"] == "change"
    restart(halvard)
    assert priority(halvard) == 120, "a reload takes it, whatever else is on trial"


def test_the_file_changes_and_main_dies(halvard):
    """What a start runs is on trial, whatever the file was."""
    on_trial(halvard, 120, 4)
    halvard.configure(VRRP % (130, VIP))
    halvard.kill_role("main")
    answers(halvard)
    assert priority(halvard) == 130 and whole(halvard)["confirm_pending"] == "reload"
    wait_priority(halvard, 150)
    restart(halvard)
    assert priority(halvard) == 150, "nobody has confirmed that either"


def test_what_does_not_run_is_not_confirmed(halvard):
    on_trial(halvard, 120, 60)
    halvard.configure("vrrp_instance {")
    halvard.kill_role("main")
    answers(halvard)
    assert priority(halvard) == 150 and whole(halvard)["config_source"] == "stored"
    assert says(halvard.ctl("confirm", check=False), "the file on trial is not what runs")
    halvard.ctl("confirm", "back")
    halvard.configure(VRRP % (120, VIP))
    restart(halvard)
    assert priority(halvard) == 150


def test_what_is_confirmed_stays(halvard):
    on_trial(halvard, 120, 2)
    halvard.ctl("confirm")
    assert whole(halvard)["confirm_pending"] == "none"
    with pytest.raises(AssertionError):
        wait_priority(halvard, 150, 3)
    assert says(halvard.ctl("confirm", check=False), "nothing awaits a confirmation")
    halvard.configure("vrrp_instance {")  # what is run then is what was confirmed
    restart(halvard)
    assert priority(halvard) == 120


def test_what_is_confirmed_stays_though_it_cannot_be_kept(halvard):
    on_trial(halvard, 120, 2)
    os.mkdir(os.path.join(halvard.state_dir, ".accepted.conf.new"))
    assert "it could not be kept as the last accepted" in halvard.ctl("confirm").stdout
    assert whole(halvard)["confirm_pending"] == "none"
    restart(halvard)
    assert priority(halvard) == 120


def test_a_reload_without_it_confirms_and_back_takes_back(halvard):
    on_trial(halvard, 120, 60)
    assert says(on_trial(halvard, 110, 60), "the reload by root awaits its confirmation")
    assert priority(halvard) == 120
    halvard.ctl("reload")
    assert priority(halvard) == 110 and whole(halvard)["confirm_pending"] == "none"
    on_trial(halvard, 100, 60)
    assert "root took it back" in halvard.ctl("confirm", "back").stdout
    assert priority(halvard) == 110
    assert says(halvard.ctl("confirm", "back", check=False), "nothing awaits a confirmation")


@pytest.mark.parametrize("who", ["main", "everything"])
def test_nobodys_death_ends_a_trial(halvard, who):
    on_trial(halvard, 120, 4)
    if who == "main":
        halvard.kill_role("main")
        answers(halvard)
    else:
        restart(halvard)
    assert priority(halvard) == 120 and whole(halvard)["confirm_pending"] == "reload"
    wait_priority(halvard, 150)


def test_time_that_ends_while_nobody_is_there(halvard):
    """The file is never in force again, not for a moment."""
    on_trial(halvard, 120, 1)
    halvard.kill_all()
    halvard.ctl("status", check=False)
    ended = time.monotonic()
    wait_for(lambda: time.monotonic() > ended + 1.2, 5, "its end")
    halvard.start()
    answers(halvard)
    assert priority(halvard) == 150
    assert "priority 120" not in halvard.log_text()
    assert whole(halvard)["config_source"] == "stored"


def test_all_that_is_taken_back_comes_back(halvard):
    halvard.ctl("set", "vrrp_instance", "VI_1", "base_priority", "77")
    halvard.ctl("add", "vrrp_address", "VI_1", "192.168.1.210")
    was_set = overlay(halvard)
    for words in (["all"], ["vrrp_instance", "VI_1"]):
        halvard.ctl("revert", *words, "--confirm", "2")
        assert priority(halvard) == 150
        wait_priority(halvard, 77)
        assert overlay(halvard) == was_set


def test_what_cannot_go_back_is_said_once(halvard):
    on_trial(halvard, 120, 1)
    os.remove(os.path.join(halvard.state_dir, "accepted.conf"))
    wait_for(lambda: "cannot go back" in halvard.log_text(), 10, "it is said")
    settle(5.5)  # it is tried again
    assert halvard.log_text().count("cannot go back") == halvard.ctl("log").stdout.count("as before") == 1
    assert says(halvard.ctl("confirm", "back", check=False), "there is no accepted configuration")
    halvard.ctl("confirm")
    restart(halvard)
    assert priority(halvard) == 120


def test_a_change_goes_back(halvard):
    halvard.ctl("set", "vrrp_instance", "VI_1", "adver_int_cs", "200")
    halvard.ctl("--confirm", "2", "set", *PRIORITY[:1], *PRIORITY[1], PRIORITY[2], "77")
    assert priority(halvard) == 77 and whole(halvard)["confirm_pending"] == "change"
    for words in (["set", "vrrp_instance", "VI_1", "adver_int_cs", "300"], ["revert", "all"],
                  ["set", "vrrp_instance", "VI_1", "adver_int_cs", "300", "--confirm", "5"]):
        assert says(halvard.ctl(*words, check=False), "the change by root awaits its confirmation"), words
    wait_priority(halvard, 150)
    assert field(halvard, "vrrp_instance", ["VI_1"], "adver_int_cs") == "200"
    kept = [line for line in halvard.ctl("diff", check=False).stdout.splitlines() if "adver_int_cs" in line]
    assert len(kept) == 1 and "root" in kept[0], "and who has set it"
    assert "base_priority" not in halvard.ctl("diff", check=False).stdout
    restart(halvard)
    assert priority(halvard) == 150
    halvard.ctl("set", "vrrp_instance", "VI_1", "adver_int_cs", "300")


@pytest.mark.parametrize("over", [False, True])
def test_a_change_and_everybody_dies(halvard, over):
    seconds = 1 if over else 4
    halvard.ctl("--confirm", str(seconds), "set", *PRIORITY[:1], *PRIORITY[1], PRIORITY[2], "77")
    began = time.monotonic()
    halvard.kill_all()
    if over:
        wait_for(lambda: time.monotonic() > began + 1.2, 5, "its end")
    halvard.start()
    answers(halvard)
    assert priority(halvard) == (150 if over else 77)
    wait_priority(halvard, 150)
    assert "as before" in halvard.ctl("log").stdout
    assert whole(halvard)["confirm_pending"] == "none"


def test_what_is_set_while_a_reload_is_on_trial_stays(halvard):
    on_trial(halvard, 120, 3)
    halvard.ctl("set", "vrrp_instance", "VI_1", "adver_int_cs", "300")
    assert says(halvard.ctl("save", check=False), "awaits its confirmation")
    wait_for(lambda: whole(halvard)["confirm_pending"] == "none", 10, "back", every=0.1)
    assert priority(halvard) == 150
    assert field(halvard, "vrrp_instance", ["VI_1"], "adver_int_cs") == "300"


def test_a_file_with_errors_is_not_on_trial(halvard):
    halvard.configure("vrrp_instance {")
    assert halvard.ctl("reload", "--confirm", "60", check=False).returncode
    assert whole(halvard)["confirm_pending"] == "none"
    for words in (["reload"], ["set", "vrrp_instance", "VI_1", "base_priority", "77"]):
        for seconds in ("0", "86401", "x"):
            assert says(halvard.ctl(*words, "--confirm", seconds, check=False), "1..86400")
    assert priority(halvard) == 150
    assert says(halvard.ctl("confirm", "now", check=False), "only back")
    assert os.listdir(halvard.state_dir).count("unconfirmed") == 0


def test_without_room_nothing_goes_on_trial(cluster, small_state):
    """What could not be taken back after a crash does not begin."""
    halvard = cluster.directors[0].halvard(VRRP % (150, VIP), options=["-P"], state_dir=small_state).start()
    answers(halvard)
    filler = fill_disk(small_state)
    assert says(on_trial(halvard, 120, 60), "No space left")
    assert says(halvard.ctl("--confirm", "9", "set", "vrrp_instance", "VI_1", "base_priority", "77", check=False),
                "No space left")
    assert priority(halvard) == 150 and whole(halvard)["confirm_pending"] == "none"
    os.unlink(filler)
    assert not on_trial(halvard, 120, 60).returncode
    assert priority(halvard) == 120
    halvard.ctl("confirm", "back")
    filler = fill_disk(small_state)
    assert says(on_trial(halvard, 120, 60), "No space left")
    os.unlink(filler)
    assert not on_trial(halvard, 130, 60).returncode
    filler = fill_disk(small_state)
    halvard.ctl("confirm")
    os.unlink(filler)
    halvard.configure(VRRP % (120, VIP))
    halvard.ctl("reload")
    restart(halvard)
    assert priority(halvard) == 120, "what had gone back is taken by a reload for good"


def test_by_snmp(cluster):
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    halvard = director.halvard(VRRP % (150, VIP), agentx=snmpd.agentx, options=["-P"]).start()
    answers(halvard)
    manager = snmp.Manager(director.namespace)
    name = 'halVrrpBasePriority."VI_1"'
    wait_for(lambda: manager.get(name) == "150", 10, "the agent")
    assert manager.set("halConfigConfirmTime.0", "u", "60") == "inconsistentValue"
    assert manager.set("halConfigConfirm.0", "i", "2") == "inconsistentValue"
    manager.set_ok(name, "u", "77", "halConfigConfirmTime.0", "u", "2")
    assert manager.get(name) == "77"
    assert [manager.get("halConfigConfirm%s.0" % n) for n in ("Time", "", "Pending")] == ["2 seconds", "1", "3"]
    assert manager.set(name, "u", "78") == "inconsistentValue"
    wait_for(lambda: manager.get(name) == "150", 10, "it goes back")
    manager.set_ok(name, "u", "77", "halConfigConfirmTime.0", "u", "2")
    manager.set_ok("halConfigConfirm.0", "i", "2")
    assert manager.get("halConfigConfirmPending.0") == "1"
    halvard.configure(VRRP % (120, VIP))
    assert manager.set("halConfigReload.0", "i", "2", "halConfigConfirmTime.0", "u", "60", name, "u", "5") == "inconsistentValue"
    manager.set_ok("halConfigReload.0", "i", "2", "halConfigConfirmTime.0", "u", "60")
    wait_for(lambda: manager.get("halConfigConfirmPending.0") == "2", 5, "the reload is on trial")
    manager.set_ok("halConfigConfirm.0", "i", "3")
    wait_for(lambda: manager.get("halConfigConfirmPending.0") == "1", 5, "it is back")
    assert manager.get(name) == "77", "what was confirmed stays over a reload that goes back"
    assert manager.get("halConfigReloadResult.0") == "3"


def test_a_change_that_goes_back_is_no_reload(cluster, tmp_path):
    """Nobody who asks for all states at a reload gets them."""
    os.chmod(tmp_path, 0o755)
    fifo = str(tmp_path / "fifo")
    text = "global_defs {\nvrrp_notify_fifo %s\nfifo_write_vrrp_states_on_reload\n}\n" % fifo
    halvard = cluster.directors[0].halvard(text + VRRP % (150, VIP), options=["-P"]).start()
    cluster.wait_owner(cluster.directors[0], 15)
    end = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        def told():
            try:
                return os.read(end, 65536)
            except BlockingIOError:
                return b""

        halvard.ctl("reload")
        wait_for(lambda: b"MASTER" in told(), 5, "all states")
        halvard.ctl("--confirm", "1", "set", "vrrp_instance", "VI_1", "adver_int_cs", "200")
        wait_for(lambda: whole(halvard)["confirm_pending"] == "none", 5, "back")
        settle(0.5)
        assert told() == b""
    finally:
        os.close(end)
