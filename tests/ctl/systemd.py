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


def namespaces():
    """The daemon gets a network of its own: this test's subject is not the network."""
    flags = ["-n"] if os.geteuid() == 0 else ["-rn"]
    if subprocess.run(["unshare", *flags, "true"], stderr=subprocess.DEVNULL).returncode:
        print("neither root nor user namespaces")
        sys.exit(77)
    return ["unshare", *flags]


def rights(unit):
    """The capabilities that the unit leaves a root process."""
    caps = [word[4:].lower() for name, value in unit if name == "CapabilityBoundingSet"
            for word in value.split()]
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
    check("neither sysctls nor modules are kept from it",
          not {"ProtectKernelTunables", "ProtectKernelModules"} & set(first), first)
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
