"""What the tests that run keepalived beside Halvard share: a namespace with interfaces."""
import os
import shutil
import subprocess
import sys

INSIDE = "HALVARD_BESIDE"
LINKS = [("eth0", "eth1"), ("eth2", "eth3"), ("eth0.1", "eth9")]
VERSION = "v2.2.7"  # what the tests tell of keepalived holds for this one


def skip(why):
    print(why)
    sys.exit(77)


def _into_namespace():
    command = ["unshare", "--net", "--mount", "--map-root-user"]
    if os.geteuid() == 0:
        command.pop()
    if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL, check=False).returncode:
        skip("no namespaces here")
    os.environ[INSIDE] = "yes"
    os.execvp(command[0], command + ["--", sys.executable, *sys.argv])


def _run(text):
    subprocess.run(text.split(), check=True)


def enter():
    """Returns in a network of our own, with a /run that keepalived may fill; or skips the test."""
    if not shutil.which("keepalived"):
        skip("keepalived is missing")
    version = subprocess.run(["keepalived", "--version"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False).stdout
    if VERSION not in version:
        skip(f"this is about keepalived {VERSION}")
    if INSIDE not in os.environ:
        _into_namespace()
    _run("mount -t tmpfs tmpfs /run")
    _run("ip link set lo up")
    for one, other in LINKS:
        _run(f"ip link add {one} type veth peer name {other}")
        _run(f"ip link set {one} up")
        _run(f"ip link set {other} up")
    _run("ip address add 192.168.200.1/24 dev eth0")


def check(program, path):
    """The exit status and the words of a program that tests a configuration."""
    done = subprocess.run([*program, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=60,
                          check=False, cwd=os.path.dirname(path))
    return done.returncode, done.stdout
