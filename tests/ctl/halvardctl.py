#!/usr/bin/python3
"""halvardctl against a fake daemon (fake_main.c) with a fixed set of rows: what it prints is
compared with golden/*.txt, its JSON is read with Python's parser, its changes are seen as
the daemon receives them, and each mistake has its message and its exit code.

HALVARDCTL_GOLDEN=write writes the golden files anew.
"""
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:  # python3-jsonschema
    jsonschema = None

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("builddir", ".")
CTL = os.path.join(BUILD, "halvardctl")
FAKE = os.path.join(BUILD, "tests/ctl/fake_main")
WEB = "192.168.1.200:80/tcp"
DNS = "[2001:db8::1]:53/udp"
VIEWS = {
    "status": ["status"],
    "vrrp": ["vrrp"],
    "vs": ["vs", "2001:db8::1"],
    "rs": ["rs", "192.168.1.200"],
    "checks": ["checks"],
    "log": ["log"],
    "show": ["show"],
    "show-vrrp_address": ["show", "vrrp_address", "VI_1", "192.168.1.200"],
    "help": ["--help", "--run-dir", "x"],
    "help-drain": ["drain", "--help"],
}
JSON_VIEWS = {
    "status": {"global", "process", "vrrp_instance", "vrrp_address", "vrrp_peer", "sync_group", "sync_member",
               "virtual_server", "real_server", "checker"},
    "vrrp": {"vrrp_instance", "vrrp_address", "vrrp_peer", "sync_group", "sync_member"},
    "vrrp VI_1": {"vrrp_instance", "vrrp_address", "vrrp_peer"},
    "vs": {"virtual_server"},
    "rs": {"real_server"},
    "checks": {"checker"},
    "log": {"change_log"},
    "show global": {"global"},
    "show real_server": {"real_server"},
    "show": {"tables"},
    "export": {"digests", "fields"},
}
# (arguments, exit status, what the message must hold)
MISTAKES = [
    ("", 2, "no command"),
    ("stauts", 2, "did you mean status?"),
    ("status extra", 2, "usage: halvardctl status"),
    ("--jsn status", 2, "did you mean --json?"),
    ("drain --reson=x 192.168.1.12", 2, "did you mean --reason?"),
    ("--frobnicate status", 2, "see halvardctl --help"),
    ("drain 192.168.1.12 --reason", 2, "--reason needs its TEXT"),
    ("status --json=yes", 2, "--json takes no argument"),
    ("help drian", 2, "did you mean drain?"),
    ("status --peer x", 2, "status has no option --peer"),
    ("diff --peer /nonexistent", 2, "No such file"),
    ("weight --time 3 192.168.1.12 3", 2, "weight has no option --time"),
    ("show reel_server", 2, "did you mean real_server?"),
    ("show real_server x", 2, "has 2 keys, not 1"),
    ("show vrrp_instance VI_2", 1, "did you mean VI_1?"),
    ("vs 192.168.1.222", 1, "no virtual server"),
    ("drain 192.168.1.200:81 192.168.1.12", 1, "did you mean 192.168.1.200:80?"),
    ("drain 192.168.1.11", 1, "name its virtual server too, or say --all"),
    ("drain 192.168.1.13", 1, 'no real server "192.168.1.13"'),
    ("drain [2001", 1, 'no real server "[2001"'),
    ("drain --time soon 192.168.1.12", 1, "drain_time_s"),
    ("weight 192.168.1.12 65536", 1, "0..65535"),
    ("weight 192.168.1.12 heavy", 1, "0..65535"),
    ("weight 192.168.1.12 13", 1, "inconsistent value: 13 is not possible now"),
    ("set real_server 192.168.1.200 192.168.1.12 wieght 3", 2, "did you mean weight?"),
    ("set real_server 192.168.1.200 192.168.1.12 oper_state up", 2, "may not be set"),
    ("set real_server 192.168.1.12 weight 3", 2, "usage: set real_server vs name FIELD VALUE"),
    ("set process main pid 3", 2, "nothing of process may be set"),
    ("set real_server 192.168.1.200 192.168.1.12 admin_state gone", 1, "forcedOffline"),
    ("set real_server 192.168.1.200 192.168.1.12 admin_state drainng", 1, "did you mean draining?"),
    ("yield VI_2", 1, "did you mean VI_1?"),
    ("yield", 2, "usage: halvardctl yield INSTANCE | GROUP"),
    ("log soon", 2, "not a number of lines"),
]
# (arguments, the lines that the daemon received)
CHANGES = [
    ("weight 192.168.1.200:80 192.168.1.12 300",
     [f"set real_server {WEB} 192.168.1.12:80: weight = 300"]),
    ("drain 192.168.1.12 --time 60 --reason kernel",
     [f"set real_server {WEB} 192.168.1.12:80: admin_state = draining",
      f"set real_server {WEB} 192.168.1.12:80: admin_reason = kernel",
      f"set real_server {WEB} 192.168.1.12:80: drain_time_s = 60"]),
    ("drain --all 192.168.1.11",
     [f"set real_server {WEB} 192.168.1.11:80: admin_state = draining",
      f"set real_server {DNS} 192.168.1.11:53: admin_state = draining"]),
    ("enable [2001:db8::11]", [f"set real_server {DNS} [2001:db8::11]:53: admin_state = enabled"]),
    ("enable 192.168.1.200 192.168.1.12",
     [f"set real_server {WEB} 192.168.1.12:80: admin_state = enabled",
      f"set real_server {WEB} 192.168.1.12:80: admin_reason ="]),
    ("disable 192.168.1.11:53", [f"set real_server {DNS} 192.168.1.11:53: admin_state = disabled"]),
    ("offline 192.168.1.12", [f"set real_server {WEB} 192.168.1.12:80: admin_state = forcedOffline"]),
    ("disable 192.168.1.200", [f"set virtual_server {WEB}: admin_state = disabled"]),
    ("disable VI_1", ["set vrrp_instance VI_1: admin_state = down"]),
    ("enable VI_1", ["set vrrp_instance VI_1: admin_state = up"]),
    ("yield VI_1 --reason kernel", ["set vrrp_instance VI_1: command = yield",
                                    "set vrrp_instance VI_1: admin_reason = kernel"]),
    ("yield VG_1", ["set vrrp_instance VI_1: command = yield"]),
    ("takeover VG_1", ["set vrrp_instance VI_1: command = takeover"]),
    ("set vrrp_instance VI_1 base_priority 150", ["set vrrp_instance VI_1: base_priority = 150"]),
    ("reload", ["command reload"]),
]


class Tap:
    count = 0
    failed = 0

    def check(self, name, good, *lines):
        self.count += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            self.failed += 1
            for line in lines:
                print(*(f"# {part}" for part in str(line).split("\n")), sep="\n")


class Fake:
    """The daemon: a process of its own, ended by closing its standard input."""

    def __init__(self, *more):
        self.dir = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([FAKE, self.dir.name, *more], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def ctl(self, *args):
        env = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
        return subprocess.run([CTL, "--run-dir", self.dir.name, *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=env, timeout=60,
                              encoding="utf-8", errors="replace")

    def received(self, count):
        return [self.process.stdout.readline().strip() for _ in range(count)]

    def end(self):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        status = self.process.wait(10)
        self.dir.cleanup()
        return rest if status == 0 else f"fake_main ended with {status}"


def golden(tap, name, text):
    path = os.path.join(HERE, "golden", name + ".txt")
    if os.environ.get("HALVARDCTL_GOLDEN") == "write":
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    with open(path, encoding="utf-8") as f:
        want = f.read()
    tap.check(f"{name} prints golden/{name}.txt", text == want,
              *difflib.unified_diff(want.split("\n"), text.split("\n"), "wanted", "printed", lineterm=""))


def test_views(tap, fake):
    for name, args in VIEWS.items():
        out = fake.ctl(*args)
        tap.check(f"{name}: exit 0 and a silent stderr", out.returncode == 0 and not out.stderr, out.stderr)
        golden(tap, name, re.sub(r"\[/.*\]", "[RUNDIR]", out.stdout) if name == "help" else out.stdout)
    out = fake.ctl("help", "drain")
    tap.check("help drain says what drain --help says", out.stdout == fake.ctl("drain", "--help").stdout
              and "--time SECONDS" in out.stdout, out.stdout)


def test_json(tap, fake):
    for words, members in JSON_VIEWS.items():
        out = fake.ctl("--json", *words.split())
        try:
            data = json.loads(out.stdout)
            tap.check(f"{words} --json holds its tables", set(data) == members, out.stdout)
        except ValueError as e:
            tap.check(f"{words} --json is JSON", False, e, out.stdout)
    data = json.loads(fake.ctl("--json", "status").stdout)
    tap.check("strings are escaped", data["global"]["router_id"] == 'LVS "one"\t\ufffd\u00fc',
              data["global"]["router_id"])
    rs = next(r for r in data["real_server"] if r["admin_state"] == "draining")
    tap.check("wall times are RFC 3339", rs["changed_at"] == "2023-11-14T22:13:20.123Z", rs)
    tap.check("what never was is null", rs["drain_started"] is None, rs)
    tap.check("numbers and booleans have their types",
              rs["weight"] == 1 and rs["inhibit_on_failure"] is False, rs)
    vrrp = data["vrrp_instance"][0]
    tap.check("a secret is not shown", "1111" not in json.dumps(vrrp), vrrp)
    for words, table, count in (("rs 192.168.1.200", "real_server", 2), ("rs", "real_server", 4),
                                ("rs 192.168.1.200 192.168.1.12", "real_server", 1),
                                ("vs 2001:db8::1", "virtual_server", 1), ("checks", "checker", 2),
                                ("checks 192.168.1.200", "checker", 1),
                                ("vrrp VI_1", "vrrp_address", 2)):
        rows = json.loads(fake.ctl("--json", *words.split()).stdout)[table]
        tap.check(f"{words} --json has {count} rows of {table}", len(rows) == count, rows)
    one = json.loads(fake.ctl("--json", "show", "vrrp_instance", "VI_1").stdout)
    tap.check("one row is an object", one["vrrp_instance"]["vrid"] == 51, one)


class Schema:
    """The published schema: each output is held against the definition of its command."""

    def __init__(self, tap):
        self.tap = tap
        path = os.path.join(os.environ.get("srcdir", "."), "docs/halvardctl.schema.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        made = subprocess.run([CTL, "schema"], stdout=subprocess.PIPE, encoding="utf-8").stdout
        tap.check("docs/halvardctl.schema.json is what `halvardctl schema` prints", text == made,
                  "write it anew: ./halvardctl schema >docs/halvardctl.schema.json")
        self.schema = json.loads(made)
        if jsonschema:
            jsonschema.Draft202012Validator.check_schema(self.schema)

    def check(self, definition, text):
        if not jsonschema:
            return print("# python3-jsonschema is not there: not held against the schema")
        part = {**self.schema, "$ref": "#/$defs/command." + definition}
        try:
            errors = list(jsonschema.Draft202012Validator(part).iter_errors(json.loads(text)))
        except ValueError as e:
            errors = [e]
        self.tap.check(f"what {definition} prints is as the schema says", not errors, *errors, text)
        return None


def test_schema(tap, fake, schema):
    for words in JSON_VIEWS:
        schema.check(words.split()[0], fake.ctl("--json", *words.split()).stdout)
    for words in ("weight 192.168.1.12 4", "yield VI_1 --reason x", "reload"):
        schema.check(words.split()[0], fake.ctl("--json", *words.split()).stdout)
    fake.received(4)
    told = json.loads(fake.ctl("--json", "weight", "192.168.1.12", "7").stdout)
    fake.received(1)
    tap.check("a change tells old and new", told == {
        "changes": [{"table": "real_server", "key": [WEB, "192.168.1.12:80"], "field": "weight",
                     "old": "1", "new": "7"}],
        "result": {"status": "ok", "exit_status": 0, "message": ""}}, told)
    told = json.loads(fake.ctl("--json", "reload").stdout)["result"]
    fake.received(1)
    tap.check("the daemon's answer is the message", told["message"] == "3 rows changed", told)
    # (arguments, exit status, status, what the message must hold)
    for words, status, word, message in (
            ("weight 192.168.1.12 13", 1, "inconsistent value", "13 is not possible now"),
            ("weight 192.168.1.12 heavy", 1, "wrong value", "0..65535"),
            ("vrrp VI_2", 1, "no such row", "did you mean VI_1?"),
            ("drain", 2, "wrong command line", "usage: halvardctl drain"),
            ("stauts", 2, "wrong command line", "did you mean status?")):
        out = fake.ctl("--json", *words.split())
        schema.check("failed", out.stdout)
        got = json.loads(out.stdout)["result"]
        tap.check(f"--json {words}: {word}",
                  (out.returncode, got["exit_status"], got["status"]) == (status, status, word)
                  and message in got["message"] and not out.stderr, out.returncode, got, out.stderr)
    fake.received(1)
    out = subprocess.run([CTL, "--json", "--run-dir", "/nonexistent", "status"], stderr=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True)
    schema.check("failed", out.stdout)
    tap.check("--json without a daemon", out.returncode == 3 and not out.stderr
              and json.loads(out.stdout)["result"]["status"] == "not reachable", out.stdout)


def test_dry_run(tap, fake, schema):
    out = fake.ctl("reload", "--dry-run")
    tap.check("reload --dry-run: exit 0", out.returncode == 0 and not out.stderr, out.stderr)
    golden(tap, "dry-run", out.stdout)
    tap.check("it is asked for as such", fake.received(1) == ["command reload --dry-run"])
    out = fake.ctl("reload", "--dry-run", "--json")
    fake.received(1)
    schema.check("reload", out.stdout)
    told = json.loads(out.stdout)
    tap.check("findings and changes as JSON", told["findings"][0] == {
        "level": "warning", "file": "halvard.conf", "line": 7, "column": 3, "text": "no such word",
        "source": "\tfrobnicate 3"} and told["preview"][2] == {
            "kind": "changed", "table": "vrrp_instance", "key": ["VI_1"], "field": "interface",
            "old": "eth0", "new": "eth1", "effect": "restart"}
              and told["preview"][3]["key"] == [], told)


def test_check_now(tap, fake, schema):
    out = fake.ctl("check-now", "192.168.1.200", "192.168.1.11")
    tap.check("check-now of a good server: exit 0", out.returncode == 0 and not out.stderr, out.stderr)
    golden(tap, "check-now", out.stdout)
    tap.check("check-now names the server in full", fake.received(1) == [
        f'command check-now "{WEB}" "192.168.1.11:80"'])
    out = fake.ctl("check-now", "--json", "[2001:db8::11]:53")
    fake.received(1)
    schema.check("check-now", out.stdout)
    told = json.loads(out.stdout)
    tap.check("check-now of a bad one: exit 1", out.returncode == 1 and told["result"]["status"] == "failed"
              and [k["reason"] for k in told["checker"]] == ["refused"], out.stdout)
    tap.check("check-now of none", fake.ctl("check-now", "192.168.1.99").returncode == 1)


def test_diff(tap, fake, schema):
    out = fake.ctl("diff")
    tap.check("diff: exit 1 when something was set", out.returncode == 1 and not out.stderr, out.stderr)
    golden(tap, "diff", out.stdout)
    schema.check("diff", fake.ctl("diff", "--json").stdout)


def diff_peer(fake, text, *more):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write(text)
        f.flush()
        return fake.ctl("diff", "--peer", f.name, *more)


def test_diff_peer(tap, fake, schema):
    own = fake.ctl("export").stdout
    lines = own.split("\n")[:-1]
    tap.check("export is sorted, a line for each field, in the words of set", lines == sorted(lines)
              and f'real_server {WEB} 192.168.1.12:80 admin_reason "new kernel"' in lines
              and 'vrrp_instance VI_1 base_priority "90"' in lines
              and 'global router_id "LVS \\"one\\"' in own, own)
    tap.check("export leaves out secrets and states", "auth_pass" not in own and "oper_state" not in own, own)
    out = diff_peer(fake, own)
    tap.check("diff with one's own export: the same, exit 0", out.returncode == 0
              and out.stdout.count("digest: the same") == 2 and len(out.stdout.split("\n")) == 3,
              out.returncode, out.stdout)
    other = own.replace("192.168.1.12:80 weight \"1\"", "192.168.1.12:80 weight \"8\"").replace("base_priority \"90\"", "base_priority \"80\"")
    other = "\n".join(line for line in other.split("\n") if not line.startswith("checker"))
    other += 'virtual_server "10.9.9.9:80/tcp" scheduler "rr"\n'
    out = diff_peer(fake, other)
    lines = out.stdout.split("\n")[2:-1]
    rs = f"real_server {WEB} 192.168.1.12:80"
    tap.check("diff says what differs, exit 1", out.returncode == 1 and lines == [
        f"checker {WEB} 192.168.1.11:80 1: only here",
        f"checker {DNS} [2001:db8::11]:53 1: only here",
        f"{rs}: weight is 1 here, 8 there",
        "virtual_server 10.9.9.9:80/tcp: only there"], out.returncode, *lines)
    out = diff_peer(fake, other, "--all")
    tap.check("with --all also what rightly differs",
              "vrrp_instance VI_1: base_priority is 90 here, 80 there" in out.stdout, out.stdout)
    out = diff_peer(fake, other, "--json")
    schema.check("diff", out.stdout)
    told = json.loads(out.stdout)["differences"]
    tap.check("and as JSON", out.returncode == 1 and told[2] == {
        "table": "real_server", "key": [WEB, "192.168.1.12:80"], "field": "weight", "here": "1",
        "peer": "8"}, told)
    digests = own.replace('config_digest "c0ffee', 'config_digest "d0ffee')
    out = diff_peer(fake, digests)
    tap.check("a digest alone differs: exit 1", out.returncode == 1 and "config digest: c0ffee" in out.stdout
              and "no field that can be seen differs" in out.stdout, out.returncode, out.stdout)
    for text, message in (("", "is empty"), ("weight\n", ":1: not a line"), ('a b "c\n', ":1: not a line")):
        out = diff_peer(fake, text)
        tap.check(f"diff with {text!r}: exit 2", out.returncode == 2 and message in out.stderr, out.stderr)


def test_complete(tap, fake):
    def words(*typed):
        out = fake.ctl("complete", "--", *typed)
        return [line.split("\t")[0] for line in out.stdout.split("\n")[:-1]]

    run_dir = ("--run-dir", fake.dir.name)
    # (words typed, the last one to be completed; what is offered)
    for typed, offered in (
            (["dr"], ["drain"]), (["ena"], ["enable"]), (["drain", "--t"], ["--time"]),
            (["status", "--re"], []),
            (["yield", ""], ["VI_1", "VG_1"]), (["vs", "["], [DNS]),
            (["drain", WEB, ""], ["192.168.1.11:80", "192.168.1.12:80"]),
            (["drain", "--reason", "x", WEB, "192.168.1.12"], ["192.168.1.12:80"]),
            (["drain", WEB, "192.168.1.12:80", ""], []),
            (["disable", "192.168.1.11"], ["192.168.1.11:80", "192.168.1.11:53"]),
            (["show", "real_s"], ["real_server"]), (["show", "real_server", "1"], [WEB]),
            (["set", "real_server", WEB, "192.168.1.12:80", "we"], ["weight"]),
            (["set", "real_server", WEB, "192.168.1.12:80", "oper"], []),
            (["set", "real_server", WEB, "192.168.1.12:80", "admin_state", "d"], ["draining", "disabled"]),
            (["set", "global", "enable_traps", ""], ["yes", "no"]),
            (["help", "ta"], ["takeover"])):
        got = words(*run_dir, *typed)
        tap.check(f"complete: {' '.join(typed)}", sorted(got) == sorted(offered), got)
    tap.check("complete: an option's argument is the shell's matter", words(*run_dir, "diff", "--peer", "") == [])
    out = subprocess.run([CTL, "complete", "--", "--run-dir", "/nonexistent", "drain", ""],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.check("complete without a daemon is silent", (out.returncode, out.stdout, out.stderr) == (0, b"", b""), out)


def test_mistakes(tap, fake):
    for words, status, message in MISTAKES:
        out = fake.ctl(*words.split())
        good = out.returncode == status and message in out.stderr and not out.stdout
        tap.check(f"mistake: halvardctl {words}", good, out.returncode, out.stdout, out.stderr)
    fake.received(1)  # the refused weight was sent


def test_changes(tap, fake):
    for words, lines in CHANGES:
        out = fake.ctl(*words.split())
        tap.check(f"{words}: is told", out.returncode == 0 and out.stdout and not out.stderr,
                  out.returncode, out.stdout, out.stderr)
        got = fake.received(len(lines))
        tap.check(f"{words}: is sent", got == lines, *got)
    out = fake.ctl("weight", "192.168.1.12", "5")
    fake.received(1)
    tap.check("old and new value are told",
              out.stdout == f"real_server {WEB} 192.168.1.12:80: weight is 5, was 1\n", out.stdout)


def test_control_characters(tap, fake):
    """What a name or a value holds must not steer the terminal."""
    bad = "x\033[2J\r\ny\x7f\u009b"
    for words in ([bad], ["drain", bad], ["weight", "192.168.1.12", bad], ["show", bad],
                  ["show", "vrrp_instance", bad], ["log", bad],
                  ["set", "vrrp_instance", "VI_1", bad, "1"], ["--run-dir", bad, "status"]):
        out = fake.ctl(*words)
        text = out.stderr.replace("\n", "")
        tap.check("message about control characters: " + words[0].replace(bad, "a word"),
                  out.returncode in (1, 2, 3) and "x?[2J??y???" in text
                  and not any(c < " " or "\x7f" <= c <= "\x9f" for c in text), repr(out.stderr))
    out = fake.ctl("drain", "192.168.1.12", "--reason", bad)
    fake.received(3)  # two operations; the reason has a newline
    tap.check("a reason's control characters", out.returncode == 0 and "x?[2J??y???" in out.stdout,
              repr(out.stdout))


def test_broken(tap):
    fake = Fake("refuse")
    out = fake.ctl("status")
    tap.check("sent away: exit 3", out.returncode == 3 and "did not send its state" in out.stderr, out.stderr)
    tap.check("the daemon ended in order", fake.end() == "")
    fake = Fake()
    out = fake.ctl("weight", "192.168.1.12", "14")
    tap.check("no answer: exit 1, outcome unknown",
              out.returncode == 1 and "unknown" in out.stderr, out.returncode, out.stderr)
    fake.process.wait(10)
    out = fake.ctl("status")
    tap.check("no daemon: exit 3", out.returncode == 3 and "is it running?" in out.stderr, out.stderr)
    fake.end()
    out = subprocess.run([CTL, "--run-dir", "/" + "x" * 200, "status"], stderr=subprocess.PIPE, text=True)
    tap.check("a directory that is too long", out.returncode == 3 and "too long" in out.stderr, out.stderr)


def main():
    tap = Tap()
    fake = Fake()
    schema = Schema(tap)
    test_views(tap, fake)
    test_json(tap, fake)
    test_mistakes(tap, fake)
    test_changes(tap, fake)
    test_schema(tap, fake, schema)
    test_dry_run(tap, fake, schema)
    test_check_now(tap, fake, schema)
    test_diff(tap, fake, schema)
    test_diff_peer(tap, fake, schema)
    test_complete(tap, fake)
    test_control_characters(tap, fake)
    tap.check("nothing else was sent", fake.end() == "")
    test_broken(tap)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


main()
