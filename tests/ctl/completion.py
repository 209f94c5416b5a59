#!/usr/bin/python3
"""The completions of bash and zsh, in the real shells: what a tab would offer for a line.

bash: the function that `complete` names is called with COMP_LINE and COMP_POINT, as bash does.
zsh: a shell on a pseudo-terminal (zpty) with compinit; keys are typed, and what the line has become
is read back.
"""
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.environ.get("srcdir", ".")
BUILD = os.path.abspath(os.environ.get("builddir", "."))
FAKE = os.path.join(BUILD, "tests/ctl/fake_main")
COMPLETION = os.path.join(os.path.abspath(SOURCE), "conf/completion")
WEB = "192.168.1.200:80/tcp"
DNS = "[2001:db8::1]:53/udp"

# Line; what bash offers (behind the last colon, where it breaks words); what zsh makes of it.
LINES = [
    ("halvardctl dra", ["drain"], "halvardctl drain "),
    ("halvardctl takeover VI", ["VI_1"], "halvardctl takeover VI_1 "),
    ("halvardctl drain no", ["node"], "halvardctl drain node "),
    ("halvardctl drain node 192.168.1.12", ["192.168.1.12"], "halvardctl drain node 192.168.1.12 "),
    ("halvardctl yield VG", ["VG_1"], "halvardctl yield VG_1 "),
    ("halvardctl drain --rea", ["--reason"], "halvardctl drain --reason "),
    ("halvardctl vs 192.168.1.200", [WEB], f"halvardctl vs {WEB} "),
    ("halvardctl vs 192.168.1.200:8", ["80/tcp"], f"halvardctl vs {WEB} "),
    (f"halvardctl drain {WEB} 192.168.1.12", ["192.168.1.12:80"], f"halvardctl drain {WEB} 192.168.1.12:80 "),
    ("halvardctl set real_s", ["real_server"], "halvardctl set real_server "),
    (f"halvardctl set real_server {WEB} 192.168.1.12:80 drain_t", ["drain_time_s"],
     f"halvardctl set real_server {WEB} 192.168.1.12:80 drain_time_s "),
    (f"halvardctl set real_server {WEB} 192.168.1.12:80 admin_state f", ["forcedOffline"],
     f"halvardctl set real_server {WEB} 192.168.1.12:80 admin_state forcedOffline "),
    ("halvardctl drain " + WEB + " ", ["192.168.1.11:80", "192.168.1.12:80"], None),
    ("halvardctl --json statu", ["status"], "halvardctl --json status "),
]

BASH = """
source %s/halvardctl.bash
COMP_LINE=$1 COMP_POINT=${#1}
function=$(complete -p halvardctl | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
"$function"
printf '%%s\\n' "${COMPREPLY[@]}"
"""

# Everything typed goes to the inner shell; a widget on ^X prints the line between marks.
ZSH = r"""
zmodload zsh/zpty || exit 77
line() {
	zpty inner zsh -f
	zpty -w inner "PS1=; fpath=(%(completion)s \$fpath); path=(%(path)s \$path); cd %(empty)s"
	zpty -w inner "autoload -Uz compinit && compinit -u -d %(empty)s/dump; stty -echo"
	zpty -w inner "show() { print -r -- \"<<\$BUFFER>>\"; BUFFER= }; zle -N show; bindkey '^X' show"
	zpty -w inner "print ready-\$((1+1))"
	zpty -r -m inner seen '*ready-2*' || exit 1
	zpty -n -w inner "$1"$'\t'
	zpty -n -w inner $'\030'
	zpty -r -m inner seen '*<<*>>*' || exit 1
	seen=${seen##*<<}
	print -r -- "${seen%%%%>>*}"
	zpty -d inner
}
line "$1"
"""


class Tap:
    count = failed = 0

    def check(self, name, good, *lines):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        for line in lines if not good else ():
            print(f"# {line}")


def run(shell, script, line, folder):
    env = {**os.environ, "PATH": folder + ":" + os.environ["PATH"], "LC_ALL": "C", "TERM": "xterm", "HOME": folder}
    return subprocess.run([*shell, script, "-", line], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env=env, timeout=60)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="hc") as folder:
        fake = subprocess.Popen([FAKE, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert fake.stdout.readline() == "ready\n"
        wrapper = os.path.join(folder, "halvardctl")
        with open(wrapper, "w") as f:  # the fake daemon's folder is where halvardctl looks
            f.write("#!/bin/sh\n[ \"$1\" = complete ] && shift 2\n"
                    f"exec {shlex.quote(os.path.join(BUILD, 'halvardctl'))} complete -- --run-dir {folder} \"$@\"\n")
        os.chmod(wrapper, 0o755)
        for line, offered, _ in LINES:
            out = run(["bash", "--norc", "-c"], BASH % COMPLETION, line, folder)
            got = out.stdout.split("\n")[:-1]
            tap.check(f"bash: {line}", got == offered, got, out.stderr)
        empty = os.path.join(folder, "empty")
        os.mkdir(empty)
        script = ZSH % {"completion": COMPLETION, "path": folder, "empty": empty}
        for line, _, wanted in LINES if shutil.which("zsh") else ():
            if wanted is None:
                continue
            out = run(["zsh", "-f", "-c"], script, line, folder)
            tap.check(f"zsh: {line}", out.stdout == wanted + "\n", repr(out.stdout), out.stderr)
        if not shutil.which("zsh"):
            tap.count += 1
            print(f"ok {tap.count} - zsh # SKIP there is no zsh")
        fake.stdin.close()
        fake.wait(10)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


main()
