"""The last accepted configuration: a start whose file has a mistake, or is gone, runs what ran
before, and says so; the mended file is back in force with the next reload."""
import json
import os
import re
import subprocess

import pytest

from lab.daemons import fill_disk, halvard_is_built
from lab.space import wait_for
from lab.topology import VIP
from netns.test_daemon import VRRP, field, lost

pytestmark = pytest.mark.skipif(not halvard_is_built(), reason="halvard is not built")
GOOD = VRRP % (150, VIP)
BROKEN = GOOD.replace("priority 150", "priority 155").replace("eth0", "eth0\n\tadvrt_int 3")
STORED = "the stored configuration runs, which was accepted last, not the file"


def answers(daemon):
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "status")


@pytest.fixture
def halvard(cluster):
    director = cluster.directors[0]
    daemon = director.halvard(GOOD, options=["-P"]).start()
    cluster.wait_owner(director, 10)
    answers(daemon)
    return daemon


def source(daemon):
    return field(daemon, "global", [], "config_source")


def priority(daemon):
    return field(daemon, "vrrp_instance", ["VI_1"], "base_priority")


def kept(daemon):
    with open(os.path.join(daemon.state_dir, "accepted.conf")) as f:
        return f.read()


def again(daemon, cluster):
    """Everything dies at once, and starts again."""
    daemon.kill_all()
    daemon.start()
    cluster.wait_owner(cluster.directors[0], 20)
    answers(daemon)


def test_kept(halvard):
    """It is root's alone, parses without a finding, holds what the file says and not what the
    command line adds, and is written only when it differs."""
    path = os.path.join(halvard.state_dir, "accepted.conf")
    before = os.stat(path)
    assert before.st_mode & 0o777 == 0o600
    halvard.ctl("reload")
    halvard.configure("# a comment\n" + GOOD)
    halvard.ctl("reload")
    assert os.stat(path).st_ino == before.st_ino, "the same is not written again"
    os.remove(path)
    halvard.ctl("reload")
    assert "priority 150" in kept(halvard), "it was gone"
    before = os.stat(path)
    halvard.configure(GOOD.replace("150", "160"))
    halvard.ctl("reload")
    assert os.stat(path).st_ino != before.st_ino
    assert "priority 160" in kept(halvard)
    assert not re.search(r"^\s*router_id", kept(halvard), re.M), "the host name is not the file's"
    program = halvard.command()[0]
    printed = subprocess.run([program, "--print-config", "-f", path], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True, check=True)
    assert not printed.stderr
    assert printed.stdout in kept(halvard)
    halvard.configure(BROKEN)
    assert halvard.ctl("reload", check=False).returncode == 1
    assert "priority 160" in kept(halvard), "what was refused is not kept"


@pytest.mark.parametrize("mistake", ["error", "gone", "no octets"])
def test_start_with_a_bad_file(halvard, cluster, mistake):
    halvard.ctl("set", "vrrp_instance", "VI_1", "adver_int_cs", "200")
    if mistake == "gone":
        os.remove(halvard.config)
    else:
        halvard.configure(BROKEN if mistake == "error" else "")
    again(halvard, cluster)
    assert priority(halvard) == "150"
    assert field(halvard, "vrrp_instance", ["VI_1"], "adver_int_cs") == "200", "the overlay stays"
    why = {"error": r"halvard\.conf:5:2: advrt_int .*did you mean advert_int\?",
           "gone": r"halvard\.conf: cannot be read: No such file",
           "no octets": r"halvard\.conf: the file is empty"}[mistake]
    assert re.search(STORED + ": .*" + why, halvard.ctl("status").stdout)
    row = json.loads(halvard.ctl("--json", "show", "global").stdout)["global"]
    assert row["config_source"] == "stored" and re.search(why, row["config_source_reason"])
    assert row["last_reload_result"] == "refused"
    assert re.search("the stored configuration runs instead, as it was accepted last from "
                     + re.escape(halvard.config) + " .*" + why, halvard.log_text())
    with cluster.watch() as watch:
        halvard.configure(GOOD.replace("150", "140"))
        halvard.ctl("reload")
        assert source(halvard) == "file" and priority(halvard) == "140"
        assert STORED not in halvard.ctl("status").stdout
    assert not lost(watch)
    assert "priority 140" in kept(halvard)


def test_main_dies_while_the_file_is_broken(halvard, cluster):
    before = field(halvard, "vrrp_instance", ["VI_1"], "transitions")
    halvard.configure(BROKEN)
    with cluster.watch() as watch:
        halvard.kill_role("main")
        halvard.role("main")
        answers(halvard)
        assert priority(halvard) == "150" and source(halvard) == "stored"
    assert not lost(watch)
    assert field(halvard, "vrrp_instance", ["VI_1"], "transitions") == before


def test_first_start_with_errors(cluster):
    """Nothing was accepted before: the good parts run, and are not kept as accepted."""
    daemon = cluster.directors[0].halvard(BROKEN, options=["-P"]).start()
    cluster.wait_owner(cluster.directors[0], 10)
    answers(daemon)
    assert source(daemon) == "parts" and priority(daemon) == "155"
    assert "only the good parts of the configuration file run: " in daemon.ctl("status").stdout
    assert "what is good of the file runs" in daemon.log_text()
    assert not os.path.exists(os.path.join(daemon.state_dir, "accepted.conf"))


@pytest.mark.parametrize("damage,said", [
    (lambda text: text.replace("priority 150", "priority 110"), "its content is not what was written"),
    (lambda text: text[:-30], "its content is not what was written"),
    (lambda text: "", "it is not one of ours"),
    (lambda text: text.replace("accepted 1 ", "accepted 2 "), "it was written by another version of the program: "
     "its form is 2, not 1"),
], ids=["changed", "cut", "empty", "newer"])
def test_damaged(halvard, cluster, damage, said):
    """A stored file that is not what was written is not run: the good parts of the file are."""
    halvard.configure(BROKEN)
    with open(os.path.join(halvard.state_dir, "accepted.conf"), "r+") as f:
        text = damage(f.read())
        f.seek(0)
        f.truncate()
        f.write(text)
    again(halvard, cluster)
    assert source(halvard) == "parts" and priority(halvard) == "155"
    assert "is of no use: " + said in halvard.log_text()


def test_disk_full(cluster, small_state):
    """The file is durable by itself: a reload succeeds and says that its copy is not."""
    director = cluster.directors[0]
    daemon = director.halvard(GOOD, options=["-P"], state_dir=small_state).start()
    cluster.wait_owner(director, 10)
    answers(daemon)
    filler = fill_disk(small_state)
    daemon.configure(GOOD.replace("150", "140"))
    out = daemon.ctl("reload").stdout
    assert "could not be kept as the last accepted configuration (No space left" in out, out
    assert priority(daemon) == "140" and "priority 150" in kept(daemon)
    os.unlink(filler)
    assert "could not be kept" not in daemon.ctl("reload").stdout
    assert "priority 140" in kept(daemon)


@pytest.mark.parametrize("at_start", [False, True], ids=["reload", "start"])
def test_folder_that_is_not_mounted(halvard, cluster, at_start):
    """What is left when an include finds nothing is not taken for the wish to have nothing."""
    with open(halvard.config, "w") as f:
        f.write("include conf.d/*.conf\n")
    if at_start:
        again(halvard, cluster)
        assert source(halvard) == "stored"
    else:
        out = halvard.ctl("reload", check=False)
        assert out.returncode == 1 and "nothing was included" in out.stdout, out
    assert priority(halvard) == "150"
    os.mkdir(halvard.path("conf.d"))
    halvard.write("conf.d/vi.conf", GOOD.replace("priority 150", "priority 151"))
    halvard.ctl("reload")
    assert priority(halvard) == "151" and source(halvard) == "file"
