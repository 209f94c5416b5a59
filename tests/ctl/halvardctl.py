#!/usr/bin/python3
"""halvardctl against a fake daemon (fake_main.c) with a fixed set of rows: what it prints is
compared with golden/*.txt, its JSON is read with Python's parser, its changes are seen as
the daemon receives them, and each mistake has its message and its exit code.

HALVARDCTL_GOLDEN=write writes the golden files anew.
"""
import difflib
import json
import os
import subprocess
import sys
import tempfile

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
}
JSON_VIEWS = {
    "status": {"global", "process", "vrrp_instance", "vrrp_address", "sync_group", "sync_member",
               "virtual_server", "real_server", "checker"},
    "vrrp": {"vrrp_instance", "vrrp_address", "sync_group", "sync_member"},
    "vrrp VI_1": {"vrrp_instance", "vrrp_address"},
    "vs": {"virtual_server"},
    "rs": {"real_server"},
    "checks": {"checker"},
    "log": {"change_log"},
    "show global": {"global"},
    "show real_server": {"real_server"},
}
# (arguments, exit status, what the message must hold)
MISTAKES = [
    ("", 2, "no command"),
    ("stauts", 2, "did you mean status?"),
    ("status extra", 2, "usage: halvardctl status"),
    ("--jsn status", 2, "--help"),
    ("drain --json 192.168.1.12", 2, "drain has no option --json"),
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
    ("yield VI_2", 1, "did you mean VI_1?"),
    ("yield", 2, "usage: halvardctl yield INSTANCE"),
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
        text = out.stdout if name != "help" else out.stdout.split("\n\n")[1] + "\n"
        golden(tap, name, text)


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
    test_views(tap, fake)
    test_json(tap, fake)
    test_mistakes(tap, fake)
    test_changes(tap, fake)
    test_control_characters(tap, fake)
    tap.check("nothing else was sent", fake.end() == "")
    test_broken(tap)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


main()
