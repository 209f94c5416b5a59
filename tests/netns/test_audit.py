"""Who has changed what, and when, outlives main, the daemon and a full disk: what was answered is in
the change log, of halvardctl and of SNMP, under the number that it had."""
import json
import os
import threading

import pytest

from lab.daemons import fill_disk, halvard_is_built
from lab.space import wait_for
from netns.test_agent_daemon import CONFIG, PRIORITY, start_again, wait_master
from netns.test_agent_snmp import GOOD, ROOT, Manager
from netns.test_ctl import Watch

pytestmark = pytest.mark.skipif(not halvard_is_built(), reason="halvard is not built")
SMALL = 16
KILLS = 5


def answers(daemon):
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "status")


def log(daemon):
    return json.loads(daemon.ctl("--json", "log").stdout)["change_log"]


def authors(daemon):
    """Of what was set; each is known with its time."""
    rows = json.loads(daemon.ctl("--json", "diff", check=False).stdout)["overlay"]
    assert all(r["changed_at"] for r in rows), rows
    return {r["field"]: r["changed_by"] for r in rows}


def put(daemon, value, check=True):
    return daemon.ctl("set", "vrrp_instance", "VI_1", "base_priority", str(value), check=check)


def refused(daemon):
    """By main: halvardctl sees nothing wrong with it."""
    assert daemon.ctl("add", "vrrp_instance", "VI_7", check=False).returncode != 0


def new_main(daemon):
    dead = daemon.kill_role("main")
    wait_for(lambda: daemon.role("main") != dead, 5, "another main")
    answers(daemon)


def again(daemon):
    """Everything dies at once, and starts again."""
    daemon.kill_all()
    daemon.start()
    answers(daemon)


def path(daemon):
    return os.path.join(daemon.state_dir, "changes")


def lines(daemon):
    with open(path(daemon)) as f:
        return f.read().split("\n")


@pytest.fixture
def halvard(cluster):
    daemon = cluster.directors[0].halvard(CONFIG % ("change_log_size %d" % SMALL), options=["-P"]).start()
    answers(daemon)
    return daemon


@pytest.fixture
def roomy(cluster):
    daemon = cluster.directors[0].halvard(CONFIG % "", options=["-P"]).start()
    answers(daemon)
    return daemon


def test_what_is_kept(halvard):
    put(halvard, 140)
    inode = os.stat(path(halvard)).st_ino
    refused(halvard)
    assert halvard.ctl("set", "vrrp_instance", "VI_1", "auth_pass", "hunter22", check=False).returncode != 0
    halvard.ctl("reload")
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_reason", "a \"note\"\nof two lines, é")
    before = log(halvard)
    first = dict(before[0])
    assert first.pop("when")
    assert first == {"number": 1, "source": "ctl", "who": "root", "object": "vrrp_instance VI_1",
                     "field": "base_priority", "old_value": "100", "new_value": "140", "result": "done",
                     "result_text": ""}
    assert [(r["number"], r["source"], r["result"]) for r in before[1:]] == [
        (2, "ctl", "refused"), (3, "file", "done"), (4, "ctl", "done")]
    assert os.stat(path(halvard)).st_mode & 0o777 == 0o600
    assert os.stat(path(halvard)).st_ino == inode, "lines are appended"
    assert lines(halvard)[0] == "halvard-changes 1" and "hunter22" not in "".join(lines(halvard))
    assert authors(halvard) == {"base_priority": "root", "admin_reason": "root"}
    new_main(halvard)
    assert log(halvard) == before
    again(halvard)
    assert log(halvard) == before
    assert authors(halvard) == {"base_priority": "root", "admin_reason": "root"}
    put(halvard, 141)
    assert (log(halvard)[-1]["number"], log(halvard)[-1]["old_value"]) == (5, "140")
    text = halvard.ctl("log", "2").stdout
    assert "140 -> 141" in text and "note" in text and "100 -> 140" not in text


def test_main_is_killed_amid_changes(roomy):
    """Each change that was answered is there once, as it was; so is what was under way."""
    done, stop = [], threading.Event()

    def change():
        value = 0
        while not stop.is_set():
            value = value % 250 + 1
            if put(roomy, value, check=False).returncode == 0:
                done.append(str(value))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(KILLS):
            seen = len(done)
            wait_for(lambda: len(done) >= seen + 5, 30, "changes")
            new_main(roomy)
    finally:
        stop.set()
        thread.join()
    rows = log(roomy)
    assert [r["number"] for r in rows] == list(range(1, len(rows) + 1))
    told = iter(rows)
    for value in done:
        assert any(r["new_value"] == value and r["result"] == "done" for r in told), value
    assert {(r["who"], r["source"], r["field"]) for r in rows} == {("root", "ctl", "base_priority")}
    known = {"100"}
    for r in rows:
        assert r["old_value"] in known, r
        known = {r["new_value"]} | ({r["old_value"]} if "main ended before" in r["result_text"] else set())
    assert len(rows) <= len(done) + 2 * KILLS
    again(roomy)
    assert log(roomy) == rows


def test_a_watch_does_not_tell_old_changes(halvard):
    put(halvard, 140)
    with Watch(halvard, "--json") as watch:
        new_main(halvard)
        wait_for(lambda: watch.find(table="connection", old="lost", new="connected"), 10, "connected again")
        put(halvard, 141)
        watch.wait(table="change_log", new="141")
        assert len(watch.find(table="change_log")) == 1, watch.lines


def test_it_is_bounded(halvard):
    for i in range(200):
        put(halvard, 1 + i)
    wait_for(lambda: len(lines(halvard)) <= 2 * SMALL + 3, 5, "a short file")
    assert os.path.getsize(path(halvard)) < 200 * len(lines(halvard))
    rows = log(halvard)
    assert [r["number"] for r in rows] == list(range(201 - SMALL, 201))
    again(halvard)
    assert log(halvard) == rows
    put(halvard, 99)
    assert log(halvard) == rows[1:] + log(halvard)[-1:] and log(halvard)[-1]["number"] == 201


@pytest.mark.parametrize("damage,left", [
    (lambda text: text[:-1], 2), (lambda text: text[:-30], 2), (lambda text: text + "4 17", 3),
    (lambda text: text + "\0" * 100, 3), (lambda text: text[:10], 0)],
    ids=["no end", "cut", "more", "zeros", "no line"])
def test_a_line_that_was_cut(halvard, damage, left):
    for _ in range(3):
        refused(halvard)  # one line each
    before = log(halvard)
    halvard.kill_all()
    with open(path(halvard)) as f:
        text = f.read()
    with open(path(halvard), "w") as f:
        f.write(damage(text))
    halvard.start()
    answers(halvard)
    assert "changes was cut as it was written, and is left out" in halvard.log_text()
    assert log(halvard) == before[:left]
    put(halvard, 140)
    again(halvard)
    assert [r["number"] for r in log(halvard)] == list(range(1, left + 2))
    assert halvard.log_text().count("was cut") == 1
    assert "are not understood" not in halvard.log_text(), "nothing was written behind half a line"


def test_a_file_that_is_not_ours(halvard):
    put(halvard, 140)
    halvard.kill_all()
    with open(path(halvard), "w") as f:
        f.write("halvard-changes 2\n1 2 3\n")
    halvard.start()
    answers(halvard)
    assert log(halvard) == [] and "cannot be used: it is not one of ours" in halvard.log_text()
    with open(path(halvard) + ".unreadable") as f:
        assert f.read() == "halvard-changes 2\n1 2 3\n"
    put(halvard, 141)
    new_main(halvard)
    assert [r["number"] for r in log(halvard)] == [1]


def test_a_change_whose_row_cannot_be_written(halvard):
    """It is in force and durable all the same; it is said once, and made up for."""
    put(halvard, 140)
    os.remove(path(halvard))
    os.mkdir(path(halvard))
    put(halvard, 141)
    put(halvard, 142)
    assert halvard.log_text().count("what is changed now is in memory alone") == 1
    assert [r["new_value"] for r in log(halvard)] == ["140", "141", "142"]
    os.rmdir(path(halvard))
    wait_for(lambda: os.path.isfile(path(halvard)), 15, "the file, without a change")
    assert "changes is written again" in halvard.log_text()
    again(halvard)
    assert [r["new_value"] for r in log(halvard)] == ["140", "141", "142"]


def test_the_table_of_the_mib_and_a_full_disk(cluster, small_state):
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    halvard = director.halvard(CONFIG % "", agentx=snmpd.agentx, state_dir=small_state).start()
    manager = Manager(director.namespace)
    wait_master(manager)

    def table():
        return manager.walk(ROOT + ".13.1")

    assert manager.set((PRIORITY, "u", 77)) == GOOD
    put(halvard, 78)
    filler = fill_disk(small_state)
    assert manager.set((PRIORITY, "u", 79)) == "commitFailed 1"
    assert put(halvard, 80, check=False).returncode != 0
    os.unlink(filler)
    assert manager.set((PRIORITY, "u", 81)) == GOOD
    before = table()
    rows = log(halvard)
    assert [(r["number"], r["source"], r["who"], r["new_value"], r["result"]) for r in rows] == [
        (1, "snmp", "snmp", "77", "done"), (2, "ctl", "root", "78", "done"), (3, "snmp", "snmp", "79", "failed"),
        (4, "ctl", "root", "80", "failed"), (5, "snmp", "snmp", "81", "done")]
    assert len(before) == 9 * len(rows)
    start_again(halvard, manager)
    assert table() == before and log(halvard) == rows
    assert manager.set((PRIORITY, "u", 82)) == GOOD
    assert (ROOT + ".13.1.8.6", 'STRING: "82"') in table()

    filler = fill_disk(small_state)
    for _ in range(60):  # what is left of the file's last page goes
        assert put(halvard, 90, check=False).returncode != 0
    assert halvard.log_text().count("what is changed now is in memory alone") == 1
    os.unlink(filler)
    put(halvard, 91)
    assert halvard.log_text().count("changes is written again") == 1
    rows = log(halvard)
    assert [r["number"] for r in rows] == list(range(1, 68))
    halvard.kill_all()
    halvard.start()
    answers(halvard)
    assert log(halvard) == rows
