"""The life of the packages on one machine: the tests are its stages, in order."""
import os
import re
import stat
import tempfile

import pytest

from bare import BUILD, PACKAGES, Bare, build, field, newer, run

USERS = ("halvard-vrrp", "halvard-lvs", "halvard-agent")
CONFIG = "/etc/halvard/halvard.conf"
SNIPPET = "/etc/snmp/snmpd.conf.d/halvard.conf"
OURS = "# what an operator wrote\n"
ENABLED = [f"/etc/systemd/system/multi-user.target.wants/{unit}.service"
           for unit in ("halvard", "halvard-realserver@192.0.2.1")]
# All that a package brings is root's; others may read it, and nobody else write.
MODES = {
    "/etc/halvard": 0o755,
    SNIPPET: 0o644,
    "/usr/lib/systemd/system/halvard.service": 0o644,
    "/usr/lib/systemd/system/halvard-realserver@.service": 0o644,
    "/usr/bin/halvardctl": 0o755,
    "/usr/sbin/halvard": 0o755,
    "/usr/sbin/halvard-agent": 0o755,
    "/usr/sbin/halvard-mail": 0o755,
    "/usr/sbin/halvard-realserver": 0o755,
    "/usr/lib/*/halvard/check_dns.so": 0o644,
    "/usr/lib/*/halvard/check_http.so": 0o644,
    "/usr/share/bash-completion/completions/halvardctl": 0o644,
    "/usr/share/doc/halvard/examples/halvard.conf": 0o644,
    "/usr/share/doc/halvard/README.md.gz": 0o644,
    "/usr/share/doc/halvard/copyright": 0o644,
    "/usr/share/halvard/halvardctl.schema.json": 0o644,
    "/usr/share/man/man5/halvard.conf.5.gz": 0o644,
    "/usr/share/man/man8/halvard.8.gz": 0o644,
    "/usr/share/man/man8/halvardctl.8.gz": 0o644,
    "/usr/share/man/man8/halvard-agent.8.gz": 0o644,
    "/usr/share/man/man8/halvard-mail.8.gz": 0o644,
    "/usr/share/man/man8/halvard-realserver.8.gz": 0o644,
    "/usr/share/snmp/mibs/HALVARD-MIB.txt": 0o644,
    "/usr/share/snmp/mibs/HALVARD-CAPABILITIES-MIB.txt": 0o644,
    "/usr/share/zsh/vendor-completions/_halvardctl": 0o644,
}
LIVE_CONFIG = """
global_defs {
    router_id package
}
vrrp_instance one {
    interface left
    virtual_router_id 51
    priority 150
    version 3
    advert_int 0.1
    virtual_ipaddress {
        192.0.2.10/24
    }
}
"""
# One life of the daemon, as its unit starts it; what is seen goes to files of /tmp/life.
LIFE = r"""
mkdir -p /tmp/life && cd /tmp/life || exit 1
ip link add left type veth peer name right && ip link set left up && ip link set right up || exit 1
ip addr add 192.0.2.1/24 dev left || exit 1
halvard -n -l -G 2>log &
daemon=$!
tries=0
until halvardctl status 2>error | grep -q 'one  *master' && grep -q halvard-agent /proc/[0-9]*/comm; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || { cat log error; exit 1; }
	sleep 0.05
done
for process in /proc/[0-9]*; do
	user=$(id -nu "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "$process/status")")
	echo "$user $(tr '\0' ' ' <"$process/cmdline")"
done >processes
stat -c '%A %U %n' /run/halvard/* /var/lib/halvard/* >modes
ask() { setpriv --reuid nobody --regid nogroup --clear-groups halvardctl set vrrp_instance one base_priority 120; }
ask >outsider 2>&1; echo $? >>outsider
adduser --quiet nobody halvard
ask >member 2>&1; echo $? >>member
kill "$daemon" && wait "$daemon"
echo $? >status-of-end
"""


@pytest.fixture(scope="session")
def work():
    with tempfile.TemporaryDirectory(prefix="halvard-package.") as folder:
        yield folder


@pytest.fixture(scope="session")
def packages(work):
    return build(work)


@pytest.fixture(scope="session")
def machine(work, packages):
    bare = Bare(work)
    bare.install_dependencies(packages.values())
    bare.play_systemd()
    bare.before = bare.files()
    return bare


def accounts(machine, file):
    return {line.split(":")[0] for line in machine.read(f"/etc/{file}").splitlines()}


def difference(was, now):
    return sorted(f"{'+' if path not in was else '-' if path not in now else '!'} {path}"
                  for path in was.keys() | now.keys() if was.get(path) != now.get(path))


def test_the_version_is_that_of_the_tree(packages):
    with open(f"{BUILD}/config.h", encoding="utf-8") as f:
        wanted = re.search(r'PACKAGE_VERSION "(.*)"', f.read()).group(1)
    assert {name: field(path, "Version") for name, path in packages.items()} == dict.fromkeys(PACKAGES, wanted)


def test_lintian(packages, work):
    run("env", f"TMPDIR={work}", "lintian", "--allow-root", "--fail-on", "error,warning", *packages.values())


def test_install(machine, packages):
    machine.apt("install", *machine.take(packages.values()))
    # A director announces nothing before its operator says so; snmpd reads its new file.
    assert machine.asked() == ["try-restart snmpd.service (new: 0)"]
    assert not [path for path in ENABLED if os.path.lexists(machine.top + path)]


def test_users_and_groups(machine):
    users, groups = accounts(machine, "passwd"), accounts(machine, "group")
    assert set(USERS) <= users and {"halvard", *USERS} <= groups
    for user in USERS:
        line = machine.run("getent", "passwd", user).strip().split(":")
        assert int(line[2]) < 1000 and line[5:] == ["/nonexistent", "/usr/sbin/nologin"], line
        assert machine.run("id", "-nG", user).split() == [user]


def test_files(machine):
    found = machine.files()
    for pattern, mode in MODES.items():
        paths = [p for p in found if re.fullmatch(pattern.replace(".", r"\.").replace("*", "[^/]*"), p)]
        assert len(paths) == 1, pattern
        st = os.lstat(machine.top + paths[0])
        assert (stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid) == (mode, 0, 0), paths[0]


def test_programs(machine, packages):
    version = field(packages["halvard"], "Version")
    for program in ("halvard", "halvardctl", "halvard-realserver"):
        assert version in machine.run(program, "--version"), program
    machine.run("halvard", "-t", "/usr/share/doc/halvard/examples/halvard.conf")
    # It is linked to what came with it.
    assert "not found" not in machine.run("ldd", "/usr/sbin/halvard-agent", "/usr/sbin/halvard-mail")


def test_life(machine):
    if not machine.spaces:
        pytest.skip("cannot make namespaces here")
    machine.write(CONFIG, LIVE_CONFIG)
    machine.write("/tmp/life.sh", LIFE)
    machine.run("sh", "/tmp/life.sh", network=False)
    life = {name: machine.read(f"/tmp/life/{name}") for name in os.listdir(f"{machine.top}/tmp/life")}
    processes = life["processes"]
    for user, words in (("root", "halvard -n"), ("root", "--role=main"), ("halvard-vrrp", "--role=vrrp"),
                        ("halvard-lvs", "--role=lvs"), ("halvard-agent", "halvard-agent")):
        assert re.search(rf"^{user} .*{words}", processes, re.M), processes
    assert re.search(r"^srw-rw-rw- root /run/halvard/control$", life["modes"], re.M), life["modes"]
    assert re.search(r"^-rw------- root /var/lib/halvard/accepted.conf$", life["modes"], re.M), life["modes"]
    assert life["outsider"].split()[-1] == "1", life["outsider"]
    assert life["member"].split()[-1] == "0", life["member"]
    assert life["status-of-end"] == "0\n", life["log"]
    assert "cannot run" not in life["log"], life["log"]


def test_upgrade(machine, packages, work):
    for unit in ENABLED:  # as systemctl enable does
        os.symlink("/lib/systemd/system/halvard.service", machine.top + unit)
    for path in (SNIPPET, CONFIG):
        machine.write(path, machine.read(path) + OURS if os.path.exists(machine.top + path) else OURS)
    state = machine.files()
    machine.apt("install", *machine.take([newer(path, work) for path in packages.values()]))
    # Restarted once, if it runs, when the new files of both packages are there; never stopped.
    assert machine.asked() == ["try-restart halvard.service (new: 2)"]
    for path in (SNIPPET, CONFIG):
        assert machine.read(path).endswith(OURS), path
    changed = difference(state, machine.files())
    assert not [line for line in changed if re.search("/(etc|run|var)/(?!lib/systemd/)", line)], changed


def test_remove_keeps_what_was_set(machine):
    machine.apt("remove", *PACKAGES)
    asked = machine.asked()
    assert len(asked) == 1 and asked[0].startswith("stop halvard.service halvard-realserver@*.service "), asked
    for path in (SNIPPET, CONFIG):
        assert machine.read(path).endswith(OURS), path
    assert set(USERS) <= accounts(machine, "passwd")
    left = difference(machine.before, machine.files())
    assert not [line for line in left if line.startswith(("+ /usr/", "! /usr/"))], left


def test_install_again(machine, packages):
    machine.apt("install", *machine.take(packages.values()))
    for path in (SNIPPET, CONFIG):
        assert machine.read(path).endswith(OURS), path
    machine.run("halvard", "--version")


def test_purge_leaves_nothing(machine):
    machine.apt("purge", *PACKAGES)
    left = difference(machine.before, machine.files())
    assert not left, left
