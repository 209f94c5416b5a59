"""halvardctl top and watch in a real terminal (tmux), while two directors change places."""
import itertools
import os
import re
import shutil
import signal
import subprocess

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

if not shutil.which("tmux"):
    pytest.skip("tmux is not there", allow_module_level=True)

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
		weight 3
	}
	real_server 127.0.0.2 9 {
		weight 7
	}
}
"""


class Terminal:
    """A terminal with a shell in it."""

    number = itertools.count()

    def __init__(self, folder, width=120, height=40, environment=()):
        self.socket = os.path.join(folder, "tmux%d" % next(Terminal.number))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "env", "PS1=prompt> ", "HISTFILE=/dev/null", *environment, "sh")
        self.wait("prompt>")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def text(self, *more):
        return self.tmux("capture-pane", "-p", *more)

    def type(self, *keys):
        self.tmux("send-keys", *keys)

    def wait(self, pattern, deadline=10):
        wait_for(lambda: re.search(pattern, self.text(), re.M), deadline,
                 lambda: "%s on the screen:\n%s" % (pattern, self.text()))
        return self.text()

    def wait_without(self, pattern, deadline=10):
        wait_for(lambda: not re.search(pattern, self.text(), re.M), deadline,
                 lambda: "no %s on the screen:\n%s" % (pattern, self.text()))
        return self.text()

    def resize(self, width, height):
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def close(self):
        if self.socket:
            self.tmux("kill-server")
        self.socket = None


@pytest.fixture
def pair(cluster):
    daemon = [d.halvard(CONFIG % (p, VIP)).start() for d, p in zip(cluster.directors, (150, 100))]
    cluster.wait_owner(cluster.directors[0], 10)
    return daemon


@pytest.fixture
def terminals():
    opened = []

    def make(daemon, **kw):
        terminal = Terminal(daemon.folder, **kw)
        opened.append(terminal)
        return terminal

    yield make
    for terminal in opened:
        terminal.close()


def ctl(daemon, *words):
    return " ".join([os.path.join(daemon.bin_dir, "halvardctl"), "--run-dir", daemon.run_dir, *words])


def state(name, word):
    return r"^%s +%s\b" % (re.escape(name), word)


def order(terminal):
    return re.findall(r"^(127\.0\.0\.\d):9 ", terminal.text(), re.M)


def program(daemon, word):
    """The pid of halvardctl WORD of this daemon."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        line = daemons.command_line(int(pid))
        if daemon.run_dir in line and line[-1] == word and "halvardctl" in line[0]:
            return int(pid)
    return None


def test_top_shows_a_takeover(pair, terminals, cluster):
    one, two = terminals(pair[0]), terminals(pair[1])
    one.type(ctl(pair[0], "top"), "Enter")
    two.type(ctl(pair[1], "top"), "Enter")
    one.wait(state("VI_1", "master"))
    text = two.wait(state("VI_1", "backup"))
    assert "VIRTUAL SERVER" in text and "CONN/S" in text and "REAL SERVER" in text, text
    pair[0].ctl("yield", "VI_1")
    one.wait(state("VI_1", "backup") + ".*yielded")
    two.wait(state("VI_1", "master") + ".*masterResigned")
    dead = pair[1].kill_role("main")
    wait_for(lambda: pair[1].role("main") != dead, 5, "another main")
    pair[0].ctl("takeover", "VI_1")
    one.wait(state("VI_1", "master"))
    two.wait(state("VI_1", "backup"))
    two.wait_without("the daemon is away")
    for terminal in (one, two):
        terminal.type("q")
        assert "VI_1" not in terminal.wait("prompt> *$"), "the screen is given back"
        terminal.type("stty -a | tr ' ' '\\n' | grep -c -e '^icanon' -e '^echo;\\?$'", "Enter")
        terminal.wait("^2$")


def test_top_says_that_the_daemon_is_away(pair, terminals):
    one = terminals(pair[0])
    one.type(ctl(pair[0], "top"), "Enter")
    one.wait(state("VI_1", "master"))
    pair[0].stop()
    one.wait("the daemon is away, trying again; what is shown is [0-9]+ s old")
    pair[0].start()
    one.wait_without("the daemon is away")
    one.wait(state("VI_1", "master"))


def test_top_keys_sizes_and_stopping(pair, terminals):
    one = terminals(pair[0])
    one.type(ctl(pair[0], "top"), "Enter")
    one.wait(state("VI_1", "master"))
    assert order(one) == ["127.0.0.1", "127.0.0.2"]
    one.type("w")
    one.wait("by weight,")
    assert order(one) == ["127.0.0.2", "127.0.0.1"], "the largest first"
    one.type("r")
    one.wait("by weight reversed")
    assert order(one) == ["127.0.0.1", "127.0.0.2"]
    one.type("?")
    one.wait("^q +quit")
    one.type("?")
    one.wait_without("^q +quit")
    one.type("4")
    assert order(one) or one.wait("REAL SERVER")
    one.wait_without("^VI_1")
    one.type("1")

    one.resize(30, 8)
    wait_for(lambda: not order(one), 5, "a screen where the real servers are below")
    text = one.wait(state("VI_1", "master"))
    lines = text.rstrip("\n").split("\n")
    assert all(len(line) <= 30 for line in lines) and len(lines) <= 8, text
    assert len([line for line in lines if line.startswith("VI_1")]) == 1, text
    one.type("End")
    wait_for(lambda: len(order(one)) == 2, 5, "the end of the list")
    one.type("Home")
    one.wait(state("VI_1", "master"))
    one.resize(120, 40)
    one.wait("REASON")

    one.type("C-z")
    one.wait("prompt>")
    assert not order(one), "the screen is given back while it is stopped"
    one.type("fg", "Enter")
    one.wait(state("VI_1", "master"))
    one.type("C-c")
    one.wait("prompt> *$")
    one.type(ctl(pair[0], "top"), "Enter")
    one.wait(state("VI_1", "master"))
    os.kill(program(pair[0], "top"), signal.SIGTERM)
    text = one.wait("prompt> *$")
    assert "VI_1" not in text, "given back after SIGTERM too"


def test_colours_only_on_a_terminal_and_where_wanted(pair, terminals):
    one = terminals(pair[0])
    one.type(ctl(pair[0], "status"), "Enter")
    one.wait(state("VI_1", "master"))
    assert "\033[32mmaster" in one.text("-e")
    for words in ("--no-colour status", "status | cat"):
        one.type("clear; %s; echo end of ${#PS1} %s" % (ctl(pair[0], words), words.replace("|", "to")), "Enter")
        one.wait("^end of [0-9]+ " + words.replace("|", "to"))
        assert re.search(state("VI_1", "master"), one.text(), re.M)
        assert "\033[32m" not in one.text("-e"), words
    one.close()
    one = terminals(pair[0], environment=["NO_COLOR=1"])
    one.type(ctl(pair[0], "top"), "Enter")
    one.wait(state("VI_1", "master"))
    assert "\033[3" not in one.text("-e") and "\033[7m" not in one.text("-e")
    one.type("q")
    one.wait("prompt> *$")


def test_watch_shows_a_takeover(pair, terminals):
    one, two = terminals(pair[0]), terminals(pair[1])
    one.type(ctl(pair[0], "watch"), "Enter")
    two.type(ctl(pair[1], "watch"), "Enter")
    one.wait("connection: state connected")
    two.wait("connection: state connected")
    pair[0].ctl("yield", "VI_1")
    one.wait("vrrp_instance VI_1: state master -> backup, yielded$")
    two.wait("vrrp_instance VI_1: state backup -> master, masterResigned$")
    one.type("C-c")
    one.wait("prompt> *$")
    one.type("echo status $?", "Enter")
    one.wait("^status 0$")


def test_top_needs_a_terminal(pair):
    out = pair[0].ctl("top", check=False)
    assert out.returncode == 2 and "needs a terminal" in out.stdout
    out = pair[0].ctl("top", "--sort", "wieght", check=False)
    assert out.returncode == 2 and "did you mean weight?" in out.stdout
