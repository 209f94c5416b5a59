"""Weights by scripts and files: MISC_CHECK, plain and dynamic, and FILE_CHECK, beside keepalived.

Both directors have the same configuration and look at the same files: what the scripts exit with,
and the numbers. After each step both kernels' tables must be what the step says.
"""
import contextlib
import json
import os
import signal
import threading
import time

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

SERVICE = VIP + ":80/tcp"
CONFIG = """
global_defs {
	script_user root
}
track_file F1 {
	file %(dir)s/f1
}
track_file F2 {
	file %(dir)s/f2
	weight 2 reverse
}
virtual_server %(vip)s 80 {
	delay_loop 1
	lb_algo wrr
	lb_kind DR
	protocol TCP
	warmup 0
	real_server 10.9.0.11 80 {
		weight 5
		MISC_CHECK {
			misc_path "%(dir)s/dynamic.sh 1"
			misc_timeout 1
			misc_dynamic
		}
	}
	real_server 10.9.0.12 80 {
		weight 5
		FILE_CHECK {
			track_file F1
		}
	}
	real_server 10.9.0.13 80 {
		weight 5
		MISC_CHECK {
			misc_path %(dir)s/plain.sh
			misc_timeout 1
		}
	}
	real_server 10.9.0.14 80 {
		weight 5
		MISC_CHECK {
			misc_path "%(dir)s/dynamic.sh 2"
			misc_timeout 1
			misc_dynamic
		}
		FILE_CHECK {
			track_file F1
			weight 2
		}
	}
	real_server 10.9.0.15 80 {
		weight 5
		FILE_CHECK {
			track_file F2
			weight -3 reverse
		}
	}
	real_server 10.9.0.16 80 {
		weight 5
		FILE_CHECK {
			track_file F1
			weight 0
		}
	}
	real_server 10.9.0.17 80 {
		weight 5
		FILE_CHECK {
			track_file F2
			weight 3
		}
	}
	real_server 10.9.0.18 80 {
		weight 5
		FILE_CHECK {
			track_file F2
		}
	}
}
"""
OUT = None
# What changes, and the weights of .11 to .18 from then on.
STEPS = [
    ({}, [5, 5, 5, 5, 5, 5, 5, 5]),
    ({"dynamic": 12, "plain": 12}, [10, 5, OUT, 10, 5, 5, 5, 5]),
    ({"dynamic": 22, "plain": 0}, [20, 5, 5, 20, 5, 5, 5, 5]),
    ({"dynamic": 0}, [5, 5, 5, 5, 5, 5, 5, 5]),
    ({"dynamic": 2}, [0, 5, 5, 0, 5, 5, 5, 5]),
    ({"dynamic": 1}, [OUT, 5, 5, OUT, 5, 5, 5, 5]),
    ({"dynamic": 255}, [253, 5, 5, 253, 5, 5, 5, 5]),
    ({"dynamic": 1}, [OUT, 5, 5, OUT, 5, 5, 5, 5]),
    ({"dynamic": 0}, [5, 5, 5, 5, 5, 5, 5, 5]),
    ({"f1": 10, "f2": 10}, [5, 15, 5, 25, 35, OUT, 35, 0]),
    ({"f1": -3, "f2": -1}, [5, 2, 5, 0, 2, OUT, 2, 7]),
    ({"f1": 300, "f2": 0}, [5, 305, 5, 605, 5, OUT, 5, 5]),
    ({"f1": -300}, [5, 0, 5, 0, 5, OUT, 5, 5]),
    ({"dynamic": 12, "f1": 1}, [10, 6, 5, 12, 5, OUT, 5, 5]),
    ({"dynamic": 1}, [OUT, 6, 5, OUT, 5, OUT, 5, 5]),
    ({"f1": 5}, [OUT, 10, 5, OUT, 5, OUT, 5, 5]),
    ({"dynamic": 0, "f1": 0}, [5, 5, 5, 5, 5, 5, 5, 5]),
]


def table_of(weights):
    return {"10.9.0.%d:80" % (11 + i): w for i, w in enumerate(weights) if w is not OUT}


class World:
    """What the checks look at."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self.set(dynamic=0, plain=0, f1=0, f2=0)
        for name in ("dynamic", "plain"):
            self.script(name, "exit $(cat %s/%s)" % (folder, name))

    def _write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w") as f:
            f.write(text)
        os.chmod(path + ".new", mode)
        os.rename(path + ".new", path)

    def set(self, **values):
        for name, value in values.items():
            self._write(name, "%d\n" % value)

    def script(self, name, body, mode=0o755):
        """Each run leaves a line, with its argument."""
        self._write(name + ".sh", "#!/bin/sh\necho \"$1\" >>%s/%s.runs\n%s\n"
                    % (self.folder, name, body), mode)

    def runs(self, name):
        try:
            with open(os.path.join(self.folder, name + ".runs")) as f:
                return f.read().split("\n")[:-1]
        except FileNotFoundError:
            return []

    def config(self):
        return CONFIG % {"dir": self.folder, "vip": VIP}


@pytest.fixture
def world(cluster, tmp_path):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    return World(str(tmp_path / "world"))


def wait_weights(director, weights, deadline=20):
    wait_for(lambda: director.weights(SERVICE) == table_of(weights), deadline,
             lambda: "%s of %s, which has %s" % (table_of(weights), director.name,
                                                 director.weights(SERVICE)))


@pytest.fixture
def director(cluster, world):
    d = cluster.directors[0]
    d.program = d.halvard(world.config()).start()
    wait_weights(d, STEPS[0][1])
    return d


def check_of(director, server, number=1):
    rows = json.loads(director.program.ctl("--json", "show", "checker").stdout)["checker"]
    return [r for r in rows if r["rs"] == "10.9.0.%d:80" % server and r["number"] == number][0]


def wait_check(director, server, **fields):
    wait_for(lambda: all(check_of(director, server)[k] == v for k, v in fields.items()), 20,
             lambda: "%s, not %s" % (fields, check_of(director, server)), every=0.2)


def test_the_same_weights_as_keepalived(cluster, world):
    first, second = cluster.directors
    first.halvard(world.config()).start()
    second.keepalived(world.config(), options=["-C"]).start()
    for changes, weights in STEPS:
        world.set(**changes)
        for director in (first, second):
            wait_weights(director, weights)


def test_a_script_that_hangs_is_killed_or_cannot_be_run(director, world):
    plain = [5, 5, OUT, 5, 5, 5, 5, 5]
    world.script("plain", "exec sleep 60")
    wait_weights(director, plain)
    wait_check(director, 13, state="down", reason="timeout")
    world.script("plain", "exit 0")
    wait_weights(director, STEPS[0][1])
    world.script("plain", "kill -9 $$")
    wait_weights(director, plain)
    wait_check(director, 13, state="down", reason="script", result="was ended by Killed")
    world.script("plain", "exit 0")
    wait_weights(director, STEPS[0][1])
    # What the director cannot do is no fault of the server's.
    world.script("plain", "exit 0", mode=0o644)
    wait_check(director, 13, state="up", reason="localError")
    assert director.weights(SERVICE) == table_of(STEPS[0][1])
    world.script("plain", "exit 3")
    wait_weights(director, plain)
    wait_check(director, 13, state="down", reason="script", result="ended with status 3")


def test_one_run_for_all_who_ask_for_the_same(cluster, world):
    service = "virtual_server" + CONFIG.partition("virtual_server")[2]
    services = "".join(service.replace("%(vip)s 80", "%(vip)s " + str(p)) for p in (81, 82, 83))
    text = (CONFIG + services) % {"dir": world.folder, "vip": VIP}
    d = cluster.directors[0]
    d.program = d.halvard(text).start()
    wait_for(lambda: len(world.runs("plain")) > 5, 30, "six runs")
    before, names = len(world.runs("plain")), world.runs("dynamic")
    rows = json.loads(d.program.ctl("--json", "show", "checker").stdout)["checker"]
    runs = [r["runs"] for r in rows if r["rs"].startswith("10.9.0.13:")]
    assert len(runs) == 4 and max(runs) <= len(world.runs("plain"))
    # All four have each result, so that there were not four times as many.
    assert sum(runs) >= 3 * (before - 2), [(r["vs"], r["runs"], r["state"], r["object"], r["last_run"]) for r in rows if r["rs"].startswith("10.9.0.13:")]
    assert set(names) == {"1", "2"}  # another argument is another script


@contextlib.contextmanager
def only_these(director, weights):
    """The kernel's table has these weights and no others, whenever it is looked at."""
    seen, ended = [], threading.Event()

    def watch():
        while not ended.is_set():
            now = director.weights(SERVICE)
            if now != table_of(weights):
                seen.append(now)
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
    assert not seen, seen


BUSY = [20, 15, 5, 40, 5, OUT, 5, 5]  # when the script ends with 22 and 10 is in F1


@pytest.mark.parametrize("role", ["exec", "main", "lvs"])
def test_a_death_changes_nothing(director, world, role):
    world.set(dynamic=22, f1=10)
    wait_weights(director, BUSY)
    with only_these(director, BUSY):
        for _ in range(2):
            director.program.kill_role(role)
            count = len(world.runs("dynamic"))
            wait_for(lambda: len(world.runs("dynamic")) >= count + 4, 40, "runs after a death")
    world.set(dynamic=0, plain=1, f1=0)
    wait_weights(director, [5, 5, OUT, 5, 5, 5, 5, 5])


def test_a_main_that_exec_has_told_nothing_changes_nothing(director, world):
    """The numbers in files are in force while those who look at them say nothing."""
    world.set(dynamic=22, f1=10)
    wait_weights(director, BUSY)
    halvard = director.program
    with only_these(director, BUSY):
        deaf = halvard.role("exec")
        os.kill(deaf, signal.SIGSTOP)
        halvard.kill_role("main")
        wait_for(lambda: halvard.ctl("reload", check=False).returncode == 0, 10, "lvs is done")
        os.kill(deaf, signal.SIGCONT)
    world.set(f1=0)
    wait_weights(director, [20, 5, 5, 20, 5, 5, 5, 5])
