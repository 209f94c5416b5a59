#!/usr/bin/python3
"""The systemd unit: what it says of the program is true. The program is started as systemd
starts it (NOTIFY_SOCKET, WATCHDOG_USEC, the command line of the unit), and systemd's own
parser reads the unit when it is there."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

BUILD = os.environ.get("builddir", ".")
SOURCE = os.environ.get("srcdir", ".")
UNIT = os.path.join(BUILD, "conf/systemd/halvard.service")
count = failed = 0


def check(name, good, *lines):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    for line in lines if not good else ():
        print(*(f"# {part}" for part in str(line).split("\n")), sep="\n")


def settings():
    with open(UNIT, encoding="utf-8") as f:
        return re.findall(r"^(\w+)=(.*)$", f.read(), re.M)


# What each would break: sysctls, modules, real time, the processor times that main shows, users,
# and a filter that every process would inherit.
HARMFUL = {"ProtectKernelTunables", "ProtectKernelModules", "RestrictRealtime", "ProtectProc",
           "ProcSubset", "PrivateUsers", "PrivateNetwork", "DynamicUser", "User",
           "SystemCallFilter", "IPAddressDeny"}


def words(unit, setting):
    """Of a list, which may stand on several lines."""
    return {word for name, value in unit if name == setting for word in value.split()}


def named_in(pattern, *paths):
    """What matches in sources: files, or folders with all of theirs."""
    found = set()
    for path in (os.path.join(SOURCE, p) for p in paths):
        files = [path] if os.path.isfile(path) else [
            os.path.join(top, name) for top, _, names in os.walk(path) for name in names
            if name.endswith((".c", ".h"))]
        for name in files:
            with open(name, encoding="utf-8") as f:
                found |= set(re.findall(pattern, f.read()))
    return found


def test_rights(unit, first):
    """The unit gives what the table of roles and the guardian name, and nothing else."""
    given, named = words(unit, "CapabilityBoundingSet"), named_in(
        r"CAP_BIT\((CAP_\w+)\)", "core/daemon/roles.c")
    check("its capabilities are those of core/daemon/roles.c", given == named and named,
          f"too many: {given - named}", f"missing: {named - given}")
    given = words(unit, "RestrictAddressFamilies")
    # AF_BRIDGE is what a message of rtnetlink is about; AF_NETLINK sockets are libnl's.
    used = named_in(r"\bAF_(?!UNSPEC\b|BRIDGE\b)\w+", "core", "agent") | {"AF_NETLINK"}
    check("its address families are those of the sources", given == used,
          f"too many: {given - used}", f"missing: {used - given}")
    check("nothing that is needed is kept from it", not HARMFUL & set(first),
          HARMFUL & set(first))
    check("memory can be locked", first.get("LimitMEMLOCK") == "infinity", first)


def namespaces():
    """The daemon gets a network of its own: this test's subject is not the network."""
    flags = ["-n"] if os.geteuid() == 0 else ["-rn"]
    if subprocess.run(["unshare", *flags, "true"], stderr=subprocess.DEVNULL).returncode:
        print("neither root nor user namespaces")
        sys.exit(77)
    return ["unshare", *flags]


def rights(unit):
    """The capabilities that the unit leaves a root process."""
    caps = [word[4:].lower() for word in words(unit, "CapabilityBoundingSet")]
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return []
    return ["setpriv", "--no-new-privs", "--inh-caps=-all",
            "--bounding-set=-all," + ",".join("+" + c for c in caps)]


def wait_for(sock, word):
    """Everything said until the word comes."""
    said = []
    while not said or word not in said[-1]:
        try:
            said.append(sock.recv(4096).decode())
        except TimeoutError:
            break
    return said


def test_life(start, unit):
    options = start.split()[1:]
    with tempfile.TemporaryDirectory() as top:
        with open(f"{top}/conf", "w", encoding="ascii") as f:
            f.write("global_defs {\n    router_id test\n    no_snmp\n}\n")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.bind(f"{top}/notify")
        sock.settimeout(15)
        env = {**os.environ, "NOTIFY_SOCKET": f"{top}/notify", "WATCHDOG_USEC": "10000000"}
        daemon = subprocess.Popen(
            [*namespaces(), *rights(unit), os.path.join(BUILD, "halvard"), *options, "-l", "-G", "-P", "-f",
             f"{top}/conf", "--run-dir", f"{top}/run", "--state-dir", f"{top}/lib"],
            env=env, stderr=subprocess.PIPE, text=True)
        said = wait_for(sock, "READY=1")
        check("it says when it is ready", "READY=1" in said[-1] if said else False, said)
        with open(f"{top}/run/halvard.pid", encoding="ascii") as f:
            check("the main process is the one that systemd started", int(f.read()) == daemon.pid)
        said = wait_for(sock, "WATCHDOG=1")
        check("it says that it lives", "WATCHDOG=1" in said[-1] if said else False, said)
        daemon.send_signal(signal.SIGTERM)
        said = wait_for(sock, "STOPPING=1")
        check("it says that it stops", "STOPPING=1" in said[-1] if said else False, said)
        log = daemon.communicate(timeout=15)[1]
        check("it ends with status 0", daemon.returncode == 0, daemon.returncode, log)
        check("the unit's capabilities are enough",
              not rights(unit) or "cannot" not in log and "CAP_SETPCAP" not in log, log)
        check("nothing is left in the run directory but the pid file",
              set(os.listdir(f"{top}/run")) <= {"halvard.pid"}, os.listdir(f"{top}/run"))


def main():
    unit = settings()
    first = dict(reversed(unit))
    check("nothing is left to be filled in", not any("@" in value for _, value in unit), unit)
    check("it is of Type=notify", first["Type"] == "notify", first)
    check("it stays in the foreground", "-n" in first["ExecStart"].split(), first)
    test_rights(unit, first)
    if shutil.which("systemd-analyze"):
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", UNIT], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        faults = [line for line in run.stdout.split("\n")
                  if "halvard.service" in line and "not executable" not in line]
        check("systemd's parser has nothing to say", not faults, *faults)
    test_life(first["ExecStart"], unit)
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


main()
