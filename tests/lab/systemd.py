"""A real systemd in the guest: process 1 of a process namespace, with nothing but our unit."""
import os
import subprocess

from .space import wait_for

SYSTEMD = "/lib/systemd/systemd"
UNITS = "/run/systemd/system"
TARGET = "[Unit]\nDescription=the lab\nDefaultDependencies=no\n"


class Systemd:
    """Namespaces of the network must be there before, since its mounts are its own."""

    def __init__(self):
        os.makedirs("/sys/fs/cgroup", exist_ok=True)
        subprocess.run(["mount", "-t", "cgroup2", "none", "/sys/fs/cgroup"], check=True)
        os.makedirs(UNITS, exist_ok=True)
        self.write("lab.target", TARGET)
        self.process = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", SYSTEMD, "--system",
             "--unit=lab.target", "--log-target=kmsg", "--show-status=0"],
            env=dict(os.environ, container="lab"), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.first() and self.ctl("is-system-running", check=False) == "running",
                 30, "systemd runs")

    def first(self):
        """Its own pid, as the guest sees it."""
        path = "/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)
        with open(path) as f:
            return f.read().split()[:1]

    def write(self, name, text):
        path = os.path.join(UNITS, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    def ctl(self, *args, check=True):
        """systemctl, which must be in the same process namespace."""
        return subprocess.run(["nsenter", "-t", self.first()[0], "-p", "-m", "systemctl", *args],
                              check=check, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT).stdout.strip()

    def show(self, unit, name):
        return self.ctl("show", unit, "-p", name, "--value")

    def end(self):
        self.process.kill()
        self.process.wait()
        subprocess.run(["umount", "-l", "/sys/fs/cgroup"], check=False)
