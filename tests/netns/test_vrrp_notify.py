"""What is told of changes of state: programs and named pipes, as keepalived tells them.

Proven here: the same events give, for each object, the same calls and the same lines as Debian's
keepalived gives; the calls for one object are in order and never two at a time, however quick the
changes; a script that hangs is ended and the next one is run; who runs it, and what root does not
run; what happens when exec or main dies; what runs before all else and after it; and that there is
no such process where nothing is to be executed. What was told is written by the scripts themselves.
"""
import fcntl
import json
import os
import re
import select
import signal
import stat

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

INTERVAL = 0.3
F_SETPIPE_SZ = 1031
INSTANCE = """
vrrp_instance %(name)s {
	state BACKUP
	interface %(dev)s
	virtual_router_id %(vrid)d
	version 3
	priority %(priority)d
	advert_int %(interval)g
	%(more)s
	virtual_ipaddress {
		%(address)s
	}
}
"""
GROUP = """
vrrp_sync_group G {
	group {
		A
		B
	}
	notify_master "%(note)s GROUP-MASTER"
	notify "%(note)s any"
}
"""
# What it is called with, who it is, and when it begins and ends: one line for each.
NOTE = """#!/bin/sh
echo "begin $*" >>%(folder)s/calls
%(body)s
echo "$(id -un) $(id -gn) $(id -G) $PWD" >>%(folder)s/who
echo "end $*" >>%(folder)s/calls
"""
READER = """#!/bin/sh
for last; do :; done
while read -r line; do echo "$line" >>%(folder)s/lines; done <"$last"
"""


def instance(name, vrid, address, dev="eth0", more="", priority=150):
    return INSTANCE % {"name": name, "vrid": vrid, "address": address, "dev": dev, "more": more,
                       "priority": priority, "interval": INTERVAL}


class Scripts:
    """A folder with scripts that write down what they are told."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder)
        os.chmod(folder, 0o777)
        for name in ("calls", "who", "lines"):  # of several users
            with open(self.path(name), "w"):
                os.chmod(self.path(name), 0o666)
        self.note = self.script("note", NOTE)
        self.reader = self.script("reader", READER)

    def script(self, name, text, body="", mode=0o755):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text % {"folder": self.folder, "body": body})
        os.chmod(path, mode)
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        try:
            with open(self.path(name)) as f:
                return f.read().splitlines()
        except FileNotFoundError:
            return []

    def calls(self):
        return [line[6:] for line in self.read("calls") if line.startswith("begin ")]

    def states(self, name="A"):
        """Those that the general script was told of an instance."""
        return [c.split()[3] for c in self.calls() if c.startswith("any INSTANCE %s " % name)]

    def wait(self, count, deadline=10):
        wait_for(lambda: len(self.read("calls")) >= 2 * count, deadline, "%d calls" % count)

    def every(self, *extra):
        """The keywords of an instance with a script for each event."""
        return "\n\t".join(['notify_%s "%s %s"' % (e, self.note, e.upper())
                            for e in ("master", "backup", "fault", "stop", *extra)] +
                           ['notify "%s any"' % self.note])


@pytest.fixture
def scripts(folder):
    return Scripts(os.path.join(folder, "scripts"))


@pytest.fixture
def director(cluster):
    return cluster.directors[0]


def alive(pid):
    """A dead process that nobody has waited for yet is dead."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def row(daemon, table, *key):
    return json.loads(daemon.ctl("--json", "show", table, *key).stdout)[table]


def transitions(daemon, name="A"):
    """All changes of state of an instance, by the log, as keepalived's words."""
    words = {"init": "STOP", "backup": "BACKUP", "master": "MASTER", "fault": "FAULT"}
    return [words[m] for m in re.findall(r"vrrp_instance %s: \w+ -> (\w+) \(" % name, daemon.log_text())]


def seconds(n):
    return "script_user root\n\tnotify_timeout %g" % n


def globals_(*lines):
    return "global_defs {\n\tno_snmp\n\t%s\n}\n" % "\n\t".join(lines)


# ---- beside keepalived ------------------------------------------------------


def observe(director, kind, scripts):
    """Start, master, a fault, its end, a reload that removes an instance, the end."""
    both = "script_user root\n\tnotify_fifo %s\n\tnotify_fifo_script %s" % (
        scripts.path("fifo"), scripts.reader)
    text = ("global_defs {\n\t%s\n\tvrrp_notify_fifo %s root daemon\n}\n" % (both, scripts.path("vrrp")) +
            instance("A", 51, VIP, more=scripts.every()) +
            instance("B", 52, "192.168.1.201", more=scripts.every()) +
            GROUP % {"note": scripts.note} +
            instance("C", 53, "192.168.1.202", more='notify "%s any"' % scripts.note) +
            instance("D", 54, "192.168.1.203",
                     more='notify "%s any"\n\tnotify_deleted "%s DELETED"' % (scripts.note, scripts.note)))
    program = director.manager(kind, text, options=["-P"]).start()
    try:
        for name in "ABCD":
            wait_for(lambda n=name: scripts.states(n) == ["BACKUP", "MASTER"], 15, name + " is master")
        modes = {p: os.stat(scripts.path(p)) for p in ("fifo", "vrrp")}
        director.namespace.ip("link set eth0 down")
        for name in "ABCD":
            wait_for(lambda n=name: scripts.states(n)[-1] == "FAULT", 15, name + " in fault")
        director.namespace.ip("link set eth0 up")
        for name in "ABCD":
            wait_for(lambda n=name: scripts.states(n)[-1] == "MASTER", 20, name + " is master again")
        program.configure(text.split("\nvrrp_instance C")[0])
        os.kill(program.process.pid, signal.SIGHUP)
        wait_for(lambda: len(scripts.states("C")) == 6 and len(scripts.states("D")) == 6, 15,
                 "C and D are gone")
        lines = scripts.read("lines")
    finally:
        program.stop(deadline=20)
    assert not os.path.exists(scripts.path("fifo")) and not os.path.exists(scripts.path("vrrp"))
    return scripts.calls(), lines, modes


def of_object(lines, name):
    return [line for line in lines if line.split()[-3].strip('"') == name]


def test_as_keepalived(director, folder):
    seen = {}
    for kind in ("keepalived", "halvard"):
        scripts = Scripts(os.path.join(folder, kind))
        seen[kind] = observe(director, kind, scripts)
    (calls, lines, modes), (ours, our_lines, our_modes) = seen["keepalived"], seen["halvard"]
    for name in "ABCDG":
        theirs = [c for c in calls if c.startswith("any ") and c.split()[2] == name]
        mine = [c for c in ours if c.startswith("any ") and c.split()[2] == name]
        assert mine == theirs, name
        assert of_object(our_lines, name) == of_object(lines, name), name
    # without arguments: whose they are is not told, so they are counted
    special = ["MASTER", "BACKUP", "FAULT", "STOP", "DELETED", "GROUP-MASTER"]
    assert {s: ours.count(s) for s in special} == {s: calls.count(s) for s in special}
    assert ours.count("DELETED") == 1 and ours.count("STOP") == 2
    for path, mode in modes.items():
        mine = our_modes[path]
        assert stat.S_ISFIFO(mine.st_mode)
        assert (mine.st_mode, mine.st_uid, mine.st_gid) == (mode.st_mode, mode.st_uid, mode.st_gid)


# ---- order -------------------------------------------------------------------


def start(director, text, **kw):
    return director.halvard(text, options=["-P"], **kw).start()


def test_quick_changes_are_told_in_order(director, cluster, scripts):
    note = scripts.script("slow", NOTE, body="sleep 0.1")
    daemon = start(director, globals_("script_user root") +
                   instance("A", 51, VIP, more='notify "%s any"' % note))
    cluster.wait_owner(director, 10)
    for _ in range(4):
        director.namespace.ip("link set eth0 down", "link set eth0 up")
    for way in ("down", "up") * 3:
        daemon.ctl("set", "vrrp_instance", "A", "admin_state", way)
    cluster.wait_owner(director, 15)
    wait_for(lambda: scripts.states() and scripts.states()[-1] == "MASTER" and
             len(scripts.states()) == len(transitions(daemon)), 20, "all is told")
    assert scripts.states() == transitions(daemon)
    assert len(scripts.states()) >= 8
    marks = [line.split()[0] for line in scripts.read("calls")]
    wait_for(lambda: len(scripts.read("calls")) % 2 == 0, 5, "the last one ends")
    assert marks[:len(marks) // 2 * 2] == ["begin", "end"] * (len(marks) // 2), "two at a time"


def test_one_that_hangs_is_ended(director, cluster, scripts):
    hang = scripts.script("hang", NOTE, body="trap '' TERM; echo $$ >%s/hung; while :; do sleep 0.1; done"
                          % scripts.folder)
    daemon = start(director, globals_(seconds(1)) + instance("A", 51, VIP, more=(
        'notify_backup "%s hangs"\n\tnotify "%s any"' % (hang, scripts.note))))
    cluster.wait_owner(director, 10)  # nobody waits for it
    wait_for(lambda: scripts.states() == ["BACKUP", "MASTER"], 10, "what comes behind it")
    assert "A: notify backup: took too long and was ended" in daemon.log_text()
    pid = int(scripts.read("hung")[0])
    wait_for(lambda: not alive(pid), 5, "the end of what hangs")
    told = row(daemon, "notify", "vrrp_instance", "A", "backup")
    assert (told["runs"], told["failures"]) == (1, 1)




# ---- who and what -------------------------------------------------------------


def test_user_and_security(director, cluster, scripts):
    if not os.path.exists("/etc/passwd") or not users_exist():
        pytest.skip("a namespace of one user")
    loose = scripts.script("loose", NOTE, mode=0o777)
    os.chmod(scripts.folder, 0o777)
    daemon = start(director, globals_("script_user nobody", "enable_script_security") +
                   instance("A", 51, VIP, more=(
                       'notify_backup "%s mine"\n\tnotify_master "%s root" root\n\tnotify_fault /nonexistent\n\t'
                       'notify "%s any" daemon nogroup' % (scripts.note, loose, scripts.note))))
    cluster.wait_owner(director, 10)
    scripts.wait(3)
    assert sorted(scripts.calls()) == ["any INSTANCE A BACKUP 150", "any INSTANCE A MASTER 150", "mine"]
    who = [line.split() for line in scripts.read("who")]
    assert sorted(w[0] for w in who) == ["daemon", "daemon", "nobody"]
    assert {w[1] for w in who} == {"nogroup"} and {w[3] for w in who} == {"/"}
    assert re.search(r"A: notify master: not run: enable_script_security: \S+/loose can be changed",
                     daemon.log_text())
    director.namespace.ip("link set eth0 down")
    wait_for(lambda: "A: notify fault: not run: /nonexistent" in daemon.log_text(), 10, "what is not there")
    director.namespace.ip("link set eth0 up")


def users_exist():
    with open("/proc/self/uid_map") as f:
        return int(f.read().split()[2]) > 1


def test_nothing_to_execute(director, cluster, scripts):
    quiet, noisy = instance("A", 51, VIP), instance("A", 51, VIP, more='notify "%s any"' % scripts.note)
    daemon = start(director, globals_("script_user root") + quiet)
    cluster.wait_owner(director, 10)

    def executes():
        return any("halvard-exec" in daemons.command_line(pid)[:1]
                   for pid in daemons.descendants(daemon.process.pid))

    assert not executes()
    daemon.configure(globals_("script_user root") + noisy)
    daemon.reload()
    wait_for(executes, 5, "exec")
    daemon.configure(globals_("script_user root") + noisy.replace(" any", " other"))
    preview = daemon.ctl("reload", "--dry-run").stdout
    assert "notify vrrp_instance A any: command *** -> ***" in preview and scripts.folder not in preview
    daemon.ctl("set", "vrrp_instance", "A", "admin_state", "down")
    wait_for(lambda: scripts.states() == ["STOP"], 5, "the first change that it hears of")
    daemon.configure(globals_("script_user root") + quiet)
    daemon.reload()
    wait_for(lambda: not executes(), 5, "no exec")
    assert "restart" not in daemon.log_text()


# ---- deaths --------------------------------------------------------------------


def test_exec_and_main_die(director, cluster, scripts):
    slow = scripts.script("slow", NOTE, body="! mkdir {0}/once || {{ sleep 1000 & echo $! >{0}/sleeper; wait; }}"
                          .format(scripts.folder))  # only once
    fifo = scripts.path("fifo")
    daemon = start(director, globals_("script_user root", "vrrp_notify_fifo " + fifo,
                                      "vrrp_notify_fifo_script " + scripts.reader) +
                   instance("A", 51, VIP, more='notify_master %s\n\tnotify "%s any"' % (slow, scripts.note)))
    cluster.wait_owner(director, 10)
    sleeper = int(wait_for(lambda: scripts.read("sleeper"), 10, "the script")[0])
    vrrp, main = daemon.role("vrrp"), daemon.role("main")
    with cluster.watch() as watch:
        old = daemon.kill_role("exec")
        wait_for(lambda: daemon.role("exec") != old, 5, "another exec")
        wait_for(lambda: not alive(sleeper), 5, "the end of what the old one ran")
        wait_for(lambda: daemon.log_text().count("process exec: the link is up") == 2, 5, "its link")
        wait_for(lambda: scripts.states() == ["BACKUP", "MASTER"], 5, "what died is run again")
        old = daemon.kill_role("main")
        wait_for(lambda: daemon.log_text().count("process exec: the link is up") == 3, 10, "another main")
    assert (daemon.role("vrrp"), main) == (vrrp, old)
    assert not [e for e in watch.events if not e[2]]
    director.namespace.ip("link set eth0 down")
    wait_for(lambda: scripts.states()[-1:] == ["FAULT"], 10, "the fault is told")
    assert scripts.states() == ["BACKUP", "MASTER", "FAULT"], "nothing else is told again"
    wait_for(lambda: scripts.read("lines")[-1:] == ['INSTANCE "A" FAULT 150'], 5, "the pipe too")
    assert [line.split()[2] for line in scripts.read("lines")] == ["BACKUP", "MASTER", "FAULT"]
    director.namespace.ip("link set eth0 up")
    daemon.stop(deadline=20)
    assert not os.path.exists(fifo), "a pipe of a dead one is removed too"


def test_an_end_in_order_leaves_nothing_behind(director, cluster, scripts):
    """What a script began and left running is not killed by the next exec: it may be anybody's by then."""
    leave = scripts.script("leave", NOTE, body="sleep 1000 >/dev/null 2>&1 & echo $! >%s/sleeper" % scripts.folder)
    quiet = globals_("script_user root") + instance("A", 51, VIP)
    noisy = globals_("script_user root") + instance("A", 51, VIP, more='notify "%s any"' % leave)
    daemon = start(director, noisy)
    cluster.wait_owner(director, 10)
    wait_for(lambda: len(scripts.states()) == 2, 10, "the beginning")
    sleeper = int(wait_for(lambda: scripts.read("sleeper"), 10, "the script")[0])
    daemon.configure(quiet)
    daemon.reload()
    wait_for(lambda: "process exec: running -> disabled" in daemon.log_text(), 10, "the end of exec")
    daemon.configure(noisy)
    daemon.reload()
    wait_for(lambda: daemon.log_text().count("process exec: the link is up") == 2, 10, "another exec")
    assert alive(sleeper)
    os.kill(sleeper, signal.SIGKILL)


def test_a_change_while_exec_is_dead(director, cluster, scripts):
    daemon = start(director, globals_("script_user root") +
                   instance("A", 51, VIP, more='notify "%s any"' % scripts.note))
    cluster.wait_owner(director, 10)
    wait_for(lambda: scripts.states() == ["BACKUP", "MASTER"], 5, "the beginning")
    os.kill(daemon.role("exec"), signal.SIGSTOP)  # deaf, until the guardian kills it
    daemon.ctl("set", "vrrp_instance", "A", "admin_state", "down")
    os.kill(daemon.role("exec"), signal.SIGKILL)
    wait_for(lambda: scripts.states() == ["BACKUP", "MASTER", "STOP"], 5, "it is told late")


# ---- first and last ---------------------------------------------------------------


def test_first_and_last(director, cluster, scripts):
    look = scripts.script("look", "#!/bin/sh\nip -4 addr show >%(folder)s/addresses-$1\n%(body)s\n"
                          "echo \"$1\" >>%(folder)s/calls\n", body="sleep 1")
    daemon = start(director, globals_('startup_script "%s first"' % look, 'shutdown_script "%s last"' % look,
                                      "script_user root") +
                   instance("A", 51, VIP, more='notify "%s any"' % scripts.note))
    cluster.wait_owner(director, 15)
    wait_for(lambda: scripts.states() == ["BACKUP", "MASTER"], 5, "the beginning")
    assert scripts.read("calls")[0] == "first"
    assert VIP not in "".join(scripts.read("addresses-first"))
    daemon.kill_role("main")
    daemon.kill_role("exec")
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "both are back")
    daemon.stop(deadline=20)
    assert scripts.read("calls")[-3:] == ["begin any INSTANCE A STOP 150", "end any INSTANCE A STOP 150", "last"]
    assert scripts.read("calls").count("first") == 1
    assert VIP not in "".join(scripts.read("addresses-last"))


def test_first_comes_at_the_start_only(director, cluster, scripts):
    quiet = globals_("script_user root") + instance("A", 51, VIP)
    daemon = start(director, quiet)
    cluster.wait_owner(director, 15)
    daemon.configure(globals_('startup_script "%s first"' % scripts.note, 'shutdown_script "%s last"' % scripts.note,
                              "script_user root") + instance("A", 51, VIP))
    daemon.reload()
    wait_for(lambda: "process exec: the link is up" in daemon.log_text(), 5, "exec")
    wait_for(lambda: row(daemon, "exec")["started"], 5, "it has begun")
    daemon.stop(deadline=20)
    assert scripts.calls() == ["last"]


def test_last_words_are_waited_for(director, cluster, scripts):
    daemon = start(director, globals_("script_user root") +
                   instance("A", 51, VIP, more='notify "%s any"' % scripts.note))
    cluster.wait_owner(director, 15)
    main, vrrp = daemon.role("main"), daemon.role("vrrp")
    os.kill(main, signal.SIGSTOP)  # what vrrp says last is on its way
    try:
        daemon.process.terminate()
        wait_for(lambda: not alive(vrrp), 10, "the end of vrrp")
        wait_for(lambda: "process vrrp: running -> dead" in daemon.log_text(), 5, "its burial")
    finally:
        os.kill(main, signal.SIGCONT)
    daemon.process.wait(20)
    assert scripts.states() == ["BACKUP", "MASTER", "STOP"]


@pytest.mark.parametrize("role", ["main", "vrrp"])
def test_the_end_is_told_whoever_dies(director, cluster, scripts, role):
    """Who dies while all stop is not there again."""
    daemon = start(director, globals_("script_user root") +
                   instance("A", 51, VIP, more='notify "%s any"' % scripts.note))
    cluster.wait_owner(director, 15)
    wait_for(lambda: scripts.states() == ["BACKUP", "MASTER"], 5, "the beginning")
    pid = daemon.role(role)
    os.kill(pid, signal.SIGSTOP)
    daemon.process.terminate()
    wait_for(lambda: "guardian: stopping" in daemon.log_text(), 5, "the end begins")
    os.kill(pid, signal.SIGKILL)
    daemon.process.wait(20)
    assert scripts.states() == ["BACKUP", "MASTER", "STOP"]


def test_startup_that_hangs(director, cluster, scripts):
    hang = scripts.script("hang", "#!/bin/sh\nexec sleep 1000\n")
    daemon = start(director, globals_("startup_script " + hang, "startup_script_timeout 1",
                                      "script_user root") + instance("A", 51, VIP))
    cluster.wait_owner(director, 15)
    assert "script of startup: took too long and was ended" in daemon.log_text()


# ---- pipes -------------------------------------------------------------------------


def test_priorities_reload_and_full_pipe(director, cluster, scripts):
    fifo = scripts.path("fifo")
    daemon = start(director, globals_("notify_fifo " + fifo, "fifo_write_vrrp_states_on_reload",
                                      "vrrp_notify_priority_changes", "script_user root") +
                   instance("A", 51, VIP))
    cluster.wait_owner(director, 10)
    read = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def lines(count):
        text = b""
        while text.count(b"\n") < count:
            wait_for(lambda: select.select([read], [], [], 0)[0], 10, "%d lines" % count)
            text += os.read(read, 65536)
        return text.decode().splitlines()

    assert lines(2) == ['INSTANCE "A" BACKUP 150', 'INSTANCE "A" MASTER 150']
    daemon.ctl("set", "vrrp_instance", "A", "base_priority", "120")
    assert lines(1) == ['INSTANCE "A" MASTER_PRIORITY 120']
    daemon.ctl("reload")
    assert lines(1) == ['INSTANCE "A" MASTER 120']
    fcntl.fcntl(read, F_SETPIPE_SZ, 4096)
    for _ in range(4096 // len('INSTANCE "A" MASTER 120\n') + 1):  # nobody reads, and nobody waits
        daemon.ctl("reload")
    assert row(daemon, "notify_fifo", "all")["lost"] == 1
    assert "is not read: what does not fit into it is lost" in daemon.log_text()
    os.close(read)


def test_what_is_no_pipe(director, cluster, scripts):
    plain = scripts.path("plain")
    with open(plain, "w") as f:
        f.write("untouched")
    os.symlink(plain, scripts.path("link"))
    daemon = start(director, globals_("notify_fifo " + plain, "vrrp_notify_fifo " + scripts.path("link"),
                                      "script_user root") + instance("A", 51, VIP))
    cluster.wait_owner(director, 10)
    assert "plain is no named pipe" in daemon.log_text()
    assert "link cannot be opened" in daemon.log_text()
    daemon.stop(deadline=20)
    with open(plain) as f:
        assert f.read() == "untouched"
    assert os.path.islink(scripts.path("link"))
