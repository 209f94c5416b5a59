"""The daemon as a whole on a kernel without IPVS: processes, reload, command line, rights."""
import grp
import json
import os
import re
import signal
import subprocess

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

VRRP = """
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
"""


@pytest.fixture
def halvard(cluster):
    director = cluster.directors[0]
    daemon = director.halvard(VRRP % (150, VIP), options=["-P"]).start()
    cluster.wait_owner(director, 10)
    return daemon


def field(daemon, table, key, name):
    """One value as halvardctl gives it, as text."""
    rows = json.loads(daemon.ctl("--json", "show", table, *key).stdout)
    return str(rows[table][name])


def lost(watch):
    return [e for e in watch.events if not e[2]]


def alive(pid):
    """A dead process that nobody has waited for yet is dead."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def run(*args, **kw):
    return subprocess.run(args, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)


def test_main_killed(halvard, cluster):
    halvard.ctl("set", "vrrp_instance", "VI_1", "base_priority", "140")
    vrrp = halvard.role("vrrp")
    with cluster.watch() as watch:
        dead = halvard.kill_role("main")
        wait_for(lambda: halvard.role("main") != dead, 5, "another main")
        wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 5, "status")
    assert halvard.role("vrrp") == vrrp
    assert not lost(watch)
    assert field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "140"
    assert field(halvard, "vrrp_instance", ["VI_1"], "state") == "master"
    assert field(halvard, "process", ["main"], "restarts") == "1"


def test_vrrp_killed(halvard, cluster):
    dead = halvard.kill_role("vrrp")
    wait_for(lambda: halvard.role("vrrp") != dead, 5, "another vrrp")
    wait_for(lambda: field(halvard, "vrrp_instance", ["VI_1"], "state") == "master", 10, "master")
    cluster.wait_owner(cluster.directors[0], 5)


def test_config_is_read_for_its_director(cluster):
    """The options that tell how to read the file reach the process that does, at reload too."""
    director = cluster.directors[0]
    config = "global_defs {\n\t@lb1 router_id first\n\t@^lb1 router_id other\n}\n" \
             "$PRIORITY=150\n" + VRRP.replace("%d", "$PRIORITY") % VIP
    daemon = director.halvard(config, options=["-P", "-i", "lb1", "-e"]).start()
    cluster.wait_owner(director, 10)
    assert field(daemon, "global", [], "router_id") == "first"
    assert field(daemon, "vrrp_instance", ["VI_1"], "base_priority") == "150"
    daemon.configure(config.replace("=150", "=140") + "include none*\n")
    out = daemon.ctl("reload", check=False)
    assert out.returncode == 1 and "none*" in out.stdout
    daemon.configure(config.replace("=150", "=140").replace("first", "again"))
    daemon.ctl("reload")
    assert field(daemon, "global", [], "router_id") == "again"
    assert field(daemon, "vrrp_instance", ["VI_1"], "base_priority") == "140"


def test_bad_file_refused(halvard):
    with open(halvard.config) as f:
        good = f.read()
    halvard.configure(good.replace("priority 150", "priority 90\n\tprioritty 80"))
    out = halvard.ctl("reload", check=False)
    assert out.returncode == 1
    assert "halvard.conf:7:" in out.stdout and "priority" in out.stdout
    assert field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "150"
    assert field(halvard, "global", [], "last_reload_result") == "refused"


def test_sighup_keeps_what_was_set(halvard):
    halvard.ctl("set", "vrrp_instance", "VI_1", "adver_int_cs", "200")
    with open(halvard.config) as f:
        good = f.read()
    halvard.configure(good.replace("priority 150", "priority 90"))
    halvard.reload()
    wait_for(lambda: field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "90",
             5, "the new priority")
    assert field(halvard, "vrrp_instance", ["VI_1"], "adver_int_cs") == "200"


def test_signals_of_keepalived(halvard, cluster):
    """Those that make keepalived write a file end nothing here and name a command."""
    program = os.path.join(daemons.BUILD, "halvard")
    before = {role: halvard.role(role) for role in ("main", "vrrp")}
    with cluster.watch() as watch:
        for name in ("DATA", "STATS", "JSON", "STATS_CLEAR"):
            signo = int(run(program, "--signum=" + name).stdout)
            for pid in (halvard.process.pid, *before.values()):
                os.kill(pid, signo)
            wait_for(lambda: "signal %d (" % signo in halvard.log_text(), 5, "the line in the log")
        assert "halvardctl --json status" in halvard.log_text()
        halvard.ctl("reload")
    assert {role: halvard.role(role) for role in before} == before
    assert not lost(watch)


def test_options_of_keepalived(cluster):
    """Namespace, umask and core files, as a unit written for keepalived may ask for them."""
    director, other = cluster.directors
    daemon = director.halvard(VRRP % (150, VIP), options=[
        "-P", "-s", director.namespace.name, "-u", "077", "-m", "-R", "-d"])
    daemon.namespace, inside = other.namespace, daemon.namespace
    daemon.start()
    cluster.wait_owner(director, 10)
    assert os.stat(daemon.path("run/halvard.pid")).st_mode & 0o777 == 0o600
    with open("/proc/%d/limits" % daemon.role("vrrp")) as f:
        assert re.search(r"Max core file size +unlimited +unlimited", f.read())
    assert "-R of keepalived has no effect" in daemon.log_text()
    daemon.stop()
    daemon.options += ["-s", "nowhere"]
    out = run(*daemon.command(), timeout=10)
    assert out.returncode == 1 and "network namespace nowhere" in out.stderr
    daemon.namespace = inside


def test_unchanged_file(halvard, cluster):
    before = field(halvard, "vrrp_instance", ["VI_1"], "transitions")
    generation = field(halvard, "global", [], "config_generation")
    with cluster.watch() as watch:
        assert "0 rows changed" in halvard.ctl("reload").stdout
    assert not lost(watch)
    assert field(halvard, "vrrp_instance", ["VI_1"], "transitions") == before
    assert field(halvard, "global", [], "config_generation") == generation


def test_admin_down_and_up_again(halvard, cluster):
    director = cluster.directors[0]
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_state", "down")
    wait_for(lambda: VIP + "/32" not in director.namespace.addresses(), 5, "the address gone")
    assert field(halvard, "vrrp_instance", ["VI_1"], "state") == "init"
    halvard.ctl("set", "vrrp_instance", "VI_1", "admin_state", "up")
    cluster.wait_owner(director, 10)


def test_only_root_may_change(halvard):
    os.chmod(halvard.folder, 0o755)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    ctl = [*as_nobody, os.path.join("/run/lab/bin", "halvardctl"), "--run-dir", halvard.run_dir]
    assert "VI_1" in run(*ctl, "status").stdout
    out = run(*ctl, "set", "vrrp_instance", "VI_1", "base_priority", "1")
    assert out.returncode == 1
    assert "group halvard" in out.stderr + out.stdout
    assert field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "150"


def test_the_group_may_change(halvard):
    """Main learns of members by the kernel's word and /etc/group, with the few rights it has."""
    os.chmod(halvard.folder, 0o755)
    try:
        group = grp.getgrnam("halvard").gr_gid
        with open("/proc/self/uid_map") as f:
            if int(f.read().split()[2]) == 1:
                pytest.skip("there is one user here")
    except KeyError:
        pytest.skip("there is no group halvard")
    as_member = ["setpriv", "--reuid=65534", "--regid=%d" % group, "--clear-groups"]
    out = run(*as_member, "/run/lab/bin/halvardctl", "--run-dir", halvard.run_dir, "set",
              "vrrp_instance", "VI_1", "base_priority", "140")
    assert out.returncode == 0, out.stderr
    assert field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "140"


def test_a_file_of_another_user(halvard):
    """Main has few rights, but what only another may read it reads."""
    halvard.write("more.conf", VRRP.replace("VI_1", "VI_2").replace("51", "52") % (150, "192.0.2.9"))
    os.chmod(halvard.path("more.conf"), 0)  # not even root's, but for that right
    with open(halvard.config, "a") as f:
        f.write("include more.conf\n")
    halvard.ctl("reload")
    assert field(halvard, "vrrp_instance", ["VI_2"], "base_priority") == "150"


def test_readers_leave_room_for_root(halvard):
    os.chmod(halvard.folder, 0o755)
    idle = """import socket, sys, time
socks = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(10)]
for s in socks:
    s.connect(sys.argv[1])
print("there", flush=True)
sys.stdin.read()
"""
    reader = subprocess.Popen(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c",
         idle, os.path.join(halvard.run_dir, "control")], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    try:
        assert reader.stdout.readline() == "there\n"
        halvard.ctl("set", "vrrp_instance", "VI_1", "base_priority", "140")
        assert "too many clients" in halvard.log_text()
    finally:
        reader.communicate("")


def test_link_to_another_file(halvard):
    """A configuration that is a link is followed anew by each reload."""
    with open(halvard.config) as f:
        good = f.read()
    halvard.stop()
    first, second = halvard.write("one", good), halvard.write("two", good.replace("150", "140"))
    os.remove(halvard.config)
    os.symlink(first, halvard.config)
    halvard.start()
    wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 5, "status")
    os.remove(halvard.config)
    os.symlink(second, halvard.config)
    halvard.ctl("reload")
    assert field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "140"


def test_missing_file_refused(halvard):
    os.remove(halvard.config)
    out = halvard.ctl("reload", check=False).stdout
    assert "halvard.conf: cannot be read: No such file" in out, out
    assert field(halvard, "vrrp_instance", ["VI_1"], "base_priority") == "150"


def test_reload_that_the_kernel_refuses_is_kept(cluster):
    if os.environ.get("LAB_IPVS") == "yes":
        pytest.skip("this kernel has IPVS")
    daemon = cluster.directors[0].halvard(VRRP % (150, VIP)).start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "status")
    daemon.configure(VRRP % (140, VIP) + "virtual_server %s 80 {\nlb_algo rr\nprotocol TCP\n"
                     "real_server 192.168.1.11 80 {\n}\n}\n"
                     % VIP)
    out = daemon.ctl("reload", check=False)
    assert out.returncode == 1
    assert "kept" in out.stdout and "module ip_vs" in out.stdout, out.stdout
    assert field(daemon, "vrrp_instance", ["VI_1"], "base_priority") == "140"


def test_second_one_refused(halvard):
    out = run(*halvard.command(), timeout=10)
    assert out.returncode == 1
    assert "already running" in out.stderr
    assert halvard.running()


def test_stop_leaves_nothing(halvard, cluster):
    pids = [halvard.process.pid, *daemons.descendants(halvard.process.pid)]
    assert len(pids) >= 3
    halvard.stop(signal.SIGTERM)
    assert VIP + "/32" not in cluster.directors[0].namespace.addresses()
    assert not [p for p in pids if alive(p)]
    assert not os.path.exists(os.path.join(halvard.run_dir, "control"))


def test_guardian_killed(halvard):
    pids = daemons.descendants(halvard.process.pid)
    halvard.process.kill()
    halvard.process.wait()
    wait_for(lambda: not [p for p in pids if alive(p)], 5,
             "no process left")


def test_overlay_unreadable(cluster):
    director = cluster.directors[0]
    daemon = director.halvard(VRRP % (150, VIP), options=["-P"])
    with open(os.path.join(daemon.state_dir, "overlay"), "w") as f:
        f.write("rubbish\n")
    daemon.start()
    cluster.wait_owner(director, 10)
    with open(os.path.join(daemon.state_dir, "overlay.unreadable")) as f:
        assert f.read() == "rubbish\n"


def test_start_with_a_file_that_what_was_set_does_not_fit(cluster):
    """An interval that only version 3 can have, and the file says version 2 now."""
    v3 = VRRP.replace("advert_int", "version 3\n\tadvert_int") % (150, VIP)
    daemon = cluster.directors[0].halvard(v3, options=["-P"]).start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "status")
    daemon.ctl("set", "vrrp_instance", "VI_1", "adver_int_cs", "50")
    daemon.stop()
    daemon.configure(VRRP % (150, VIP))
    daemon.start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 5, "status")
    assert field(daemon, "vrrp_instance", ["VI_1"], "adver_int_cs") == "100"
    assert "kept but not in force" in daemon.log_text()
    daemon.ctl("set", "vrrp_instance", "VI_1", "base_priority", "140")
    daemon.configure(v3)
    daemon.ctl("reload")
    assert field(daemon, "vrrp_instance", ["VI_1"], "adver_int_cs") == "50", "it was kept"


def test_command_line(cluster, tmp_path):
    halvard = os.path.join(daemons.BUILD, "halvard")
    good, errors = tmp_path / "good.conf", tmp_path / "errors.conf"
    good.write_text(VRRP % (150, VIP))
    errors.write_text(VRRP % (150, VIP) + "\nvrrp_instnace VI_2 {\n}\n")
    assert run(halvard, "-t", "-f", good).returncode == 0
    assert run(halvard, "-t", good).returncode == 0
    out = run(halvard, "-t", errors)
    assert out.returncode == 5
    assert "errors.conf:13:1: error:" in out.stderr and "vrrp_instance" in out.stderr
    out = run(halvard, "-t", "-f", tmp_path / "none.conf")
    assert out.returncode == 4
    assert "none.conf" in out.stderr
    out = run(halvard, "--print-confg")
    assert out.returncode == 1 and "did you mean --print-config?" in out.stderr
    assert re.match(r"halvard \d+\.\d+", run(halvard, "--version").stdout)
    assert "--run-dir" in run(halvard, "--help").stdout
    assert run(halvard, "-S", "9").returncode == 1
    assert run(halvard, "surplus").returncode == 1


def test_one_for_each_run_folder(halvard):
    """Another pid file does not make room for a second one, and the first keeps its socket."""
    out = run(*halvard.command(), "-p", halvard.path("other.pid"), timeout=10)
    assert out.returncode == 1 and "already running in" in out.stderr
    assert halvard.ctl("status").returncode == 0


def test_run_folder_too_long(halvard, tmp_path):
    folder = tmp_path / ("x" * 100)
    out = run(*[str(folder) if a == halvard.run_dir else a for a in halvard.command()], timeout=10)
    assert out.returncode == 1 and "too long for the path of a socket" in out.stderr


def test_started_without_descriptors(cluster):
    """Not even the first three: the pid file is held all the same."""
    daemon = cluster.directors[0].halvard(VRRP % (150, VIP), options=["-P"])
    command = daemon.command()
    daemon.command = lambda: ["sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh", *command]
    daemon.start()
    cluster.wait_owner(cluster.directors[0], 10)
    held = {os.readlink("/proc/%d/fd/%s" % (daemon.process.pid, f)): int(f)
            for f in os.listdir("/proc/%d/fd" % daemon.process.pid)}
    assert held[os.path.join(daemon.run_dir, "halvard.pid")] > 2
    assert run(*command, timeout=10).returncode == 1
