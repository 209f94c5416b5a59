"""halvardctl against the daemon as it is: what was set, what a reload would do, what happens."""
import json
import os

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
    assert lines[-2] == "3 rows would be added, 1 removed, 1 changed", lines
    answer = Answer(halvard, schema, "reload", "--dry-run")
    assert {"kind": "changed", "table": "vrrp_instance", "key": ["VI_1"], "field": "base_priority",
            "old": "150", "new": "140", "effect": "live"} in answer.data["preview"]
    assert what_stands(halvard) == before, "nothing was done"
    assert "rows" not in halvard.ctl("log").stdout


def test_dry_run_of_a_bad_file(halvard, schema):
    before = what_stands(halvard)
    halvard.configure((CONFIG % (140, VIP)).replace("lvs_sched rr", "lvs_sched rrr\n\tfrobnicate 3"))
    out = halvard.ctl("reload", "--dry-run", check=False)
    assert out.returncode == 1
    assert "halvard.conf:13:" in out.stdout and "rrr" in out.stdout, out.stdout
    answer = Answer(halvard, schema, "reload", "--dry-run")
    assert answer.status == 1 and answer.data["result"]["status"] == "refused"
    assert {f["line"] for f in answer.data["findings"]} >= {13}, answer.data
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
    assert lines[-2].startswith("11000 rows would be added, 0 removed"), lines[-2]


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
    assert (row["value"], row["changed_by"], row["changed_at"]) == ("140", "", None)

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
