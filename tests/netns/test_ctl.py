"""halvardctl against the daemon as it is: what was set, what a reload would do, what happens."""
import json
import os
import signal
import socket
import subprocess
import threading

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

jsonschema = pytest.importorskip("jsonschema")

CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority %d
	advert_int 1
	virtual_ipaddress {
		%s
		192.0.2.1
	}
}
virtual_server 192.0.2.1 80 {
	lvs_sched rr
	protocol TCP
	delay_loop 3600
	real_server 127.0.0.1 9 {
	}
}
"""
RS = "real_server 192.0.2.1:80/tcp 127.0.0.1:9"


@pytest.fixture
def halvard(cluster):
    director = cluster.directors[0]
    daemon = director.halvard(CONFIG % (150, VIP)).start()
    cluster.wait_owner(director, 10)
    return daemon


@pytest.fixture(scope="module")
def schema():
    with open(os.path.join(daemons.SOURCE, "docs/halvardctl.schema.json")) as f:
        return json.load(f)


class Answer:
    def __init__(self, daemon, schema, *words):
        out = daemon.ctl("--json", *words, check=False)
        self.status = out.returncode
        self.data = json.loads(out.stdout)
        part = {**schema, "$ref": "#/$defs/command." + words[0]}
        jsonschema.Draft202012Validator(part).validate(self.data)


def what_stands(daemon):
    row = json.loads(daemon.ctl("--json", "show", "global").stdout)["global"]
    return [row[k] for k in ("config_generation", "config_digest", "last_reload_result")]


def test_every_reader_prints_what_the_schema_says(halvard, schema):
    for command in ("status", "vrrp", "vs", "rs", "checks", "log", "diff", "export"):
        assert Answer(halvard, schema, command).status == 0, command
    with open(os.path.join(daemons.SOURCE, "docs/halvardctl.schema.json")) as f:
        assert halvard.ctl("schema").stdout == f.read()
    for table in json.loads(halvard.ctl("--json", "show").stdout)["tables"]:
        assert Answer(halvard, schema, "show", table["name"]).status == 0, table


def test_dry_run_of_an_unchanged_file(halvard, schema):
    before = what_stands(halvard)
    out = halvard.ctl("reload", "--dry-run")
    assert out.stdout == "nothing would change\n"
    answer = Answer(halvard, schema, "reload", "--dry-run")
    assert answer.data["preview"] == [] and answer.data["findings"] == []
    assert what_stands(halvard) == before


def test_dry_run_of_a_changed_file(halvard, schema):
    before = what_stands(halvard)
    text = CONFIG % (140, VIP) + "virtual_server 192.0.2.2 80 {\n\tprotocol TCP\n\treal_server 127.0.0.1 9 {\n\t}\n}\n"
    halvard.configure(text.replace("interface eth0", "interface lo").replace("127.0.0.1 9", "127.0.0.1 10", 1))
    lines = halvard.ctl("reload", "--dry-run").stdout.split("\n")
    assert "  vrrp_instance VI_1: base_priority 150 -> 140" in lines, lines
    assert "  vrrp_instance VI_1: interface eth0 -> lo (restarts it)" in lines, lines
    assert "- " + RS in lines and "+ real_server 192.0.2.1:80/tcp 127.0.0.1:10" in lines, lines
    assert "+ virtual_server 192.0.2.2:80/tcp" in lines, lines
    assert lines[-2] == "rows that would be added: 3, removed: 1, changed: 1", lines
    answer = Answer(halvard, schema, "reload", "--dry-run")
    assert {"kind": "changed", "table": "vrrp_instance", "key": ["VI_1"], "field": "base_priority",
            "old": "150", "new": "140", "effect": "live"} in answer.data["preview"]
    assert what_stands(halvard) == before, "nothing was done"
    assert "would be" not in halvard.ctl("log").stdout


def test_dry_run_of_a_bad_file(halvard, schema):
    before = what_stands(halvard)
    halvard.configure((CONFIG % (140, VIP)).replace("lvs_sched rr", "lvs_sched rrr\n\tfrobnicate 3"))
    out = halvard.ctl("reload", "--dry-run", check=False)
    assert out.returncode == 1
    assert "halvard.conf:14:" in out.stdout and "rrr" in out.stdout, out.stdout
    answer = Answer(halvard, schema, "reload", "--dry-run")
    assert answer.status == 1 and answer.data["result"]["status"] == "refused"
    assert {f["line"] for f in answer.data["findings"]} >= {14}, answer.data
    assert answer.data["preview"] == []
    assert what_stands(halvard) == before, "no reload was tried, and none noted"


def test_dry_run_is_long(halvard, schema):
    """Nothing is cut off, and the daemon goes on meanwhile."""
    services = ["virtual_server 10.%d.%d.1 80 {\n\tprotocol TCP\n%s}\n" % (
        n // 250, n % 250, "".join("\treal_server 10.200.%d.%d 80 {\n\t}\n" % (n % 250, r) for r in range(1, 11)))
        for n in range(1000)]
    halvard.configure(CONFIG % (150, VIP) + "".join(services))
    lines = halvard.ctl("reload", "--dry-run").stdout.split("\n")
    assert sum(line.startswith("+ real_server ") for line in lines) == 10000
    assert sum(line.startswith("+ virtual_server ") for line in lines) == 1000
    assert sum(line.startswith("+ node ") for line in lines) == 2500  # the servers share addresses
    assert lines[-2].startswith("rows that would be added: 13500, removed: 0"), lines[-2]


def test_diff_with_the_file(halvard, schema):
    assert halvard.ctl("diff").stdout == "nothing differs from the file\n"
    halvard.ctl("set", "vrrp_instance", "VI_1", "base_priority", "140")
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_reason", "a \"note\"")
    answer = Answer(halvard, schema, "diff")
    assert answer.status == 1
    row = next(r for r in answer.data["overlay"] if r["field"] == "base_priority")
    assert row["changed_at"]
    assert {k: row[k] for k in row if k != "changed_at"} == {
        "object": "vrrp_instance VI_1", "field": "base_priority", "file_value": "150", "value": "140",
        "state": "inForce", "changed_by": "root"}
    assert 'a "note"' in halvard.ctl("diff", check=False).stdout

    dead = halvard.kill_role("main")
    wait_for(lambda: halvard.role("main") != dead, 5, "another main")
    wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 5, "status")
    row = next(r for r in Answer(halvard, schema, "diff").data["overlay"] if r["field"] == "base_priority")
    assert (row["value"], row["changed_by"]) == ("140", "root") and row["changed_at"]

    halvard.configure(CONFIG % (130, VIP))
    halvard.ctl("reload")
    row = next(r for r in Answer(halvard, schema, "diff").data["overlay"] if r["field"] == "base_priority")
    assert (row["file_value"], row["value"]) == ("130", "140")
    halvard.configure((CONFIG % (130, VIP)).replace("VI_1", "VI_9"))
    halvard.ctl("reload")
    assert {r["state"] for r in Answer(halvard, schema, "diff").data["overlay"]} == {"noRow"}
    halvard.configure(CONFIG % (130, VIP))
    halvard.ctl("reload")
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_reason", "")
    assert [r["field"] for r in Answer(halvard, schema, "diff").data["overlay"]] == ["base_priority"]


def test_what_is_set_of_a_machine_leaves_its_counts(halvard, schema):
    def counted():
        return [(r["rs_total"], r["changed_by"]) for r in Answer(halvard, schema, "show", "node").data["node"]]

    assert counted() == [(1, "")]
    halvard.ctl("set", "node", "127.0.0.1", "admin_reason", "a note")
    assert counted() == [(1, "root")]


def test_two_directors_are_compared(cluster, schema):
    first, second = (d.halvard(CONFIG % (p, VIP)).start() for d, p in zip(cluster.directors, (150, 100)))
    cluster.wait_owner(cluster.directors[0], 10)

    def diff(*more):
        path = second.write("export", first.ctl("export").stdout)
        return second.ctl("diff", "--peer", path, *more, check=False)

    out = diff()
    assert out.returncode == 0 and out.stdout.count("the same") == 2, "priorities rightly differ: " + out.stdout
    assert "VI_1: base_priority is 100 here, 150 there" in diff("--all").stdout
    first.ctl("set", "vrrp_instance", "VI_1", "preempt", "no")
    out = diff()
    assert out.returncode == 1 and "vrrp_instance VI_1: preempt is yes here, no there" in out.stdout
    assert "overlay digest" in out.stdout and "config digest: the same" in out.stdout


def check(port):
    return "real_server 127.0.0.1 %d {\n\t\tTCP_CHECK {\n\t\t\tconnect_timeout 3\n\t\t}" % port


def test_check_now(cluster, schema):
    """Checks run without IPVS too; their own interval is an hour."""
    director = cluster.directors[0]
    sock, port = director.namespace.call(lambda: (s := socket.create_server(("127.0.0.1", 0)), s.getsockname()[1]))
    text = (CONFIG % (150, VIP)).replace("real_server 127.0.0.1 9 {", check(port))
    daemon = director.halvard(text).start()
    server = "127.0.0.1:%d" % port
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "status")
    with Watch(daemon, "--json", "checker") as watch:
        answer = Answer(daemon, schema, "check-now", server)
        assert answer.status == 0 and answer.data["result"]["status"] == "ok", answer.data
        row = answer.data["checker"][0]
        assert (row["rs"], row["runs"], row["state"], row["reason"]) == (server, 1, "up", "ok")
        watch.wait(table="checker", new="up")
        sock.close()
        out = daemon.ctl("check-now", "192.0.2.1", server, check=False)
        assert out.returncode == 1 and "refused" in out.stdout, out.stdout
        answer = Answer(daemon, schema, "check-now", server)
        assert answer.status == 1 and answer.data["result"]["status"] == "failed", answer.data
        assert answer.data["checker"][0]["runs"] == 3, "each time it was run"
        watch.wait(table="checker", old="up", new="down")

    daemon.configure(CONFIG % (150, VIP))
    daemon.ctl("reload", check=False)
    out = daemon.ctl("check-now", "127.0.0.1:9", check=False)
    assert out.returncode == 1 and "no check" in out.stdout, out.stdout
    os.chmod(daemon.folder, 0o755)
    out = daemon.namespace.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         os.path.join(daemon.bin_dir, "halvardctl"), "--run-dir", daemon.run_dir, "check-now", "127.0.0.1:9"],
        check=False)
    assert out.returncode == 1 and "denied" in out.stdout, out.stdout


def test_check_now_waits_for_every_check(cluster, schema):
    """One is refused at once, one gets no answer for a second."""
    director = cluster.directors[0]
    both = check(9) + "\n\t\tTCP_CHECK {\n\t\t\tconnect_ip 192.168.1.77\n\t\t\tconnect_timeout 1\n\t\t}"
    daemon = director.halvard((CONFIG % (150, VIP)).replace("real_server 127.0.0.1 9 {", both)).start()
    director.namespace.ip("neigh add 192.168.1.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent")
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "status")
    answer = Answer(daemon, schema, "check-now", "127.0.0.1")
    assert [(k["runs"], k["reason"]) for k in answer.data["checker"]] == [(1, "refused"), (1, "timeout")]


def test_check_now_and_a_worker_that_dies(cluster, schema):
    """A check that gets no answer is under way when lvs is killed."""
    director = cluster.directors[0]
    text = (CONFIG % (150, VIP)).replace("real_server 127.0.0.1 9 {", check(9).replace("127.0.0.1", "192.168.1.77")
                                         .replace("connect_timeout 3", "connect_timeout 20"))
    daemon = director.halvard(text).start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "status")
    director.namespace.ip("neigh add 192.168.1.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent")
    ask = daemon.namespace.popen(
        [os.path.join(daemon.bin_dir, "halvardctl"), "--run-dir", daemon.run_dir, "check-now", "192.168.1.77"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lvs = daemon.role("lvs")
    wait_for(lambda: daemon.namespace.run(["ss", "-Htn", "state", "syn-sent"]).stdout.strip(), 5, "the check")
    daemon.kill_role("lvs")
    text = ask.communicate(timeout=10)[0]
    assert ask.returncode == 1 and "lvs process went away" in text, text
    wait_for(lambda: daemon.role("lvs") != lvs, 5, "another lvs")


class Watch:
    """halvardctl watch; its lines as they come, those of --json as objects."""

    def __init__(self, daemon, *words):
        self.json = "--json" in words
        program = os.path.join(daemon.bin_dir, "halvardctl")
        self.process = daemon.namespace.popen([program, "--run-dir", daemon.run_dir, "watch", *words],
                                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        wait_for(lambda: self.lines, 5, "the first line")

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line) if self.json else line.rstrip("\n"))

    def find(self, **wanted):
        return [e for e in self.lines if all(e[k] == v for k, v in wanted.items())]

    def wait(self, **wanted):
        wait_for(lambda: self.find(**wanted), 10, wanted)
        return self.find(**wanted)[0]

    def end(self, signo=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(signo)
        status = self.process.wait(5)
        self.thread.join(5)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.end(signal.SIGKILL)


def test_watch_sees_a_takeover_and_a_new_main(cluster, schema):
    first, second = (d.halvard(CONFIG % (p, VIP)).start() for d, p in zip(cluster.directors, (150, 100)))
    cluster.wait_owner(cluster.directors[0], 10)
    with Watch(first, "--json") as one, Watch(second, "--json") as two, Watch(first, "VI_1") as text:
        first.ctl("yield", "VI_1", "--reason", "test")
        cluster.wait_owner(cluster.directors[1], 10)
        event = one.wait(table="vrrp_instance", key=["VI_1"], field="state", old="master", new="backup")
        assert event["reason"] == "yielded", event
        event = two.wait(table="vrrp_instance", key=["VI_1"], field="state", old="backup", new="master")
        assert event["reason"] == "masterResigned" or event["reason"].startswith("master"), event
        event = one.wait(table="change_log", key=["vrrp_instance", "VI_1"], field="command", new="yield")
        assert "root" in event["reason"] and "done" in event["reason"]
        one.wait(table="vrrp_address", field="present", old="yes", new="no")

        dead = first.kill_role("main")
        one.wait(table="connection", new="lost")
        wait_for(lambda: one.find(table="connection", old="lost", new="connected"), 10, "connected again")
        one.wait(table="process", key=["main"], field="pid", old=str(dead))
        first.ctl("takeover", "VI_1")
        one.wait(table="vrrp_instance", field="state", old="backup", new="master")
        first.configure((CONFIG % (150, VIP)).replace("real_server 127.0.0.1 9", "real_server 127.0.0.1 10"))
        first.ctl("reload", check=False)  # without IPVS not all of it can be in force
        one.wait(table="real_server", key=["192.0.2.1:80/tcp", "127.0.0.1:10"], field=None, new="configured")
        one.wait(table="real_server", key=["192.0.2.1:80/tcp", "127.0.0.1:9"], field=None, new="removed")
        event = one.wait(table="change_log", key=["configuration"])
        assert "2 rows changed" in event["reason"], event
        assert not [e for e in one.lines if e["old"] == e["new"]], "each is a change"
        assert len(one.find(table="vrrp_instance", field="state")) == 2, "main's death is no transition"

        for event in one.lines + two.lines:
            jsonschema.Draft202012Validator({**schema, "$ref": "#/$defs/command.watch"}).validate(event)
        assert one.end() == 0 and text.end() == 0
        assert any(line.endswith("vrrp_instance VI_1: state master -> backup, yielded") for line in text.lines), \
            text.lines
        assert all("VI_1" in line or "connection" in line for line in text.lines), text.lines


def test_watch_ends_with_its_reader(halvard):
    watch = halvard.namespace.popen(
        [os.path.join(halvard.bin_dir, "halvardctl"), "--run-dir", halvard.run_dir, "watch"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert "connected" in watch.stdout.readline()
        watch.stdout.close()
        assert watch.wait(5) == 0, "while nothing happens"
        assert watch.stderr.read() == ""
    finally:
        watch.kill()
    out = halvard.ctl("watch", "reel_server", check=False)
    assert out.returncode == 1 and "did you mean real_server?" in out.stdout
