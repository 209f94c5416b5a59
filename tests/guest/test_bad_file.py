"""A file that is bad in whatever way never stops or changes a running director: a reload of it is
refused with its reason, and kernel, addresses, advertisements and model stay as they were."""
import json
import os
import time

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import ADDRESS, REAL, VIP, tutorial_config
from vrrp_alone import Wire

ADVERT_S = 0.1
GOOD = tutorial_config(replace=[(r"advert_int 1 ", "advert_int 0.1 "),
                                (r"(?s)authentication \{.*?\}\n", ""),
                                (r"global_defs \{", "global_defs {\nvrrp_version 3")])


def text(before, after):
    """The good file with one thing in it changed."""
    assert before in GOOD, before
    return lambda path: write(path, GOOD.replace(before, after).encode())


def added(lines):
    return lambda path: write(path, (GOOD + lines).encode())


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def large(path):
    with open(path, "wb") as f:
        f.write(GOOD.encode())
        f.truncate((64 << 20) + 1)


# What is wrong, how the file is made, a word of the reason.
BAD = {
    "no end": (text("connect_timeout 3\nnb_get", "connect_timeout 3\nreal_server {\nnb_get"), ":"),
    "unknown word": (text("lb_algo rr", "lb_algoo rr"), "lb_algo"),
    "unknown block": (added("virtual_servers 192.168.1.201 80 {\n}\n"), "virtual_server"),
    "out of range": (text("priority 90", "priority 900"), "1..255"),
    "not a number": (text("delay_loop 2", "delay_loop two"), "two"),
    "no value": (text("virtual_router_id 51", "virtual_router_id"), "virtual_router_id"),
    "open quote": (text("router_id LVS_DEVEL", 'router_id "LVS_DEVEL'), "quote"),
    "missing include": (added("includem /nowhere/x\n"), "/nowhere/x"),
    "includes itself": (added("include halvard.conf\n"), "itself"),
    "includes a folder": (added("include /proc/self\n"), "directory"),
    "dangling member": (added("vrrp_sync_group G {\ngroup {\nVI_1\nVI_9\n}\n}\n"), "VI_9"),
    "taken router": (added("vrrp_instance VI_2 {\ninterface eth0\nvirtual_router_id 51\n"
                           "virtual_ipaddress {\n192.168.1.202\n}\n}\n"), "VI_1"),
    "twice": (added("vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 52\n"
                    "virtual_ipaddress {\n192.168.1.202\n}\n}\n"), "VI_1"),
    "unknown scheduler": (text("lb_algo rr", "lb_algo rrr"), "rrr"),
    "empty": (lambda path: write(path, b""), "empty"),
    "NUL": (lambda path: write(path, GOOD.encode().replace(b"delay_loop", b"delay\0loop")), "NUL"),
    "zeros": (lambda path: write(path, bytes(len(GOOD))), "NUL"),
    "binary": (lambda path: write(path, os.urandom(4096) + b"\0"), ":"),
    "too large": (large, "64 MiB"),
    "unreadable": (lambda path: (os.remove(path), os.symlink("/proc/self/mem", path)), "error"),
    "missing": (os.remove, "No such file"),
    "folder": (lambda path: (os.remove(path), os.mkdir(path)), "directory"),
    "pipe": (lambda path: (os.remove(path), os.mkfifo(path)), "regular"),
    "nowhere": (lambda path: (os.remove(path), os.symlink("/nowhere/x", path)), "No such file"),
    "loop": (lambda path: (os.remove(path), os.symlink(path, path)), "symbolic links"),
}
CONFIGURED = ("vrrp_instance", "vrrp_address", "virtual_server", "real_server", "checker")
SEEN = ("state", "oper_state", "weight", "base_priority", "adver_int_cs", "scheduler",
        "transitions", "effective_weight", "vrid", "interface", "addr", "delay_loop_ms")


class Running:
    def __init__(self, director, wire, watch):
        self.director = director
        self.program = director.halvard(GOOD).start()
        self.wire = wire
        self.watch = watch

    def rows(self, table):
        return json.loads(self.program.ctl("--json", "show", table).stdout)[table]

    def state(self):
        """What a bad file must leave alone."""
        model = {t: [{k: v for k, v in r.items() if k in SEEN or k in ("name", "rs", "address")}
                     for r in self.rows(t)] for t in CONFIGURED}
        table = {name: (s.scheduler, s.flags, s.weights)
                 for name, s in self.director.table().items()}
        pids = {role: self.program.role(role) for role in ("main", "vrrp", "lvs")}
        return model, table, sorted(self.director.namespace.addresses()), pids

    def settled(self):
        return [r["oper_state"] for r in self.rows("real_server")] == ["up", "up"]

    def clean(self):
        path = self.program.config
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.remove(path)

    def good(self, content=GOOD):
        self.clean()
        self.program.configure(content)

    def told(self):
        return self.program.log_text().count("refused by signal")


@pytest.fixture
def running(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    director = cluster.directors[0]
    with Wire(cluster.client) as wire, cluster.watch() as watch:
        r = Running(director, wire, watch)
        cluster.wait_owner(director, 15)
        cluster.wait_weights(director, {s: 1 for s in REAL.values()}, 15)
        wait_for(r.settled, 15, "both servers are up")
        yield r


def reload_is_refused(r, name, word):
    out = r.program.ctl("reload", check=False)
    assert out.returncode == 1, (name, out.stdout)
    assert word in out.stdout and "halvard.conf" in out.stdout, (name, out.stdout)
    told = r.told()
    r.program.reload()
    wait_for(lambda: r.told() > told, 10, "%s: a refusal after SIGHUP" % name)


def test_bad_files_change_nothing(running):
    before = running.state()
    begin = time.monotonic()
    for name, (make, word) in BAD.items():
        running.good()
        make(running.program.config)
        reload_is_refused(running, name, word)
        assert running.state() == before, name
    times = [a[0] for a in running.wire.adverts(ADDRESS["director1"], begin)]
    assert max(b - a for a, b in zip(times, times[1:])) < 2 * ADVERT_S
    assert not running.watch.transitions_since(begin), running.watch.events
    assert running.director.owns(VIP)

    running.good(GOOD.replace("weight 1", "weight 3", 1))
    assert "1 rows changed" in running.program.ctl("reload").stdout
    wait_for(lambda: running.director.weights()[REAL["real1"]] == 3, 5, "the good file's weight")
