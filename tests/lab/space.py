"""Network namespaces by name, processes inside them, and waiting without sleeping.

A process costs ten times more in the guest than on the host, so everything that
a socket can do happens in this process: a thread enters the namespace, opens the
socket there and hands it out; a socket stays in the namespace it was made in.
"""
import ctypes
import os
import subprocess
import threading
import time

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _setns(fd):
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def wait_for(condition, deadline, what, every=0.02):
    """Polls until condition() is true and returns its value; fails after `deadline` seconds.

    what: the text of the failure, or a function that gives it.
    """
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("not within %g s: %s"
                                 % (deadline, what() if callable(what) else what))
        time.sleep(every)


def ip_batch(lines, namespace=None):
    """One `ip` process for many commands."""
    subprocess.run(["ip", *(["-n", namespace] if namespace else []), "-batch", "-"],
                   input="\n".join(lines) + "\n", text=True, check=True)


class Namespace:
    """An existing namespace of /run/netns."""

    def __init__(self, name):
        self.name = name
        self.fd = os.open("/run/netns/" + name, os.O_RDONLY)

    def __repr__(self):
        return self.name

    def close(self):
        os.close(self.fd)

    def call(self, function, *args):
        """Runs a function in a thread that has entered the namespace; returns its value."""
        box = {}

        def body():
            try:
                _setns(self.fd)
                box["value"] = function(*args)
            except BaseException as e:  # carried over to the caller
                box["error"] = e

        t = threading.Thread(target=body)
        t.start()
        t.join()
        if "error" in box:
            raise box["error"]
        return box["value"]

    def thread(self, function, *args):
        """Starts a daemon thread inside the namespace."""
        def body():
            _setns(self.fd)
            function(*args)

        t = threading.Thread(target=body, daemon=True)
        t.start()
        return t

    def popen(self, args, **kw):
        return subprocess.Popen(args, preexec_fn=lambda: _setns(self.fd), **kw)

    def run(self, args, **kw):
        """subprocess.run with text output captured; raises if the command fails."""
        kw.setdefault("check", True)
        return subprocess.run(args, preexec_fn=lambda: _setns(self.fd), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kw)

    def ip(self, *lines):
        ip_batch(lines, self.name)

    def sysctl(self, name, value):
        path = "/proc/sys/" + name.replace(".", "/")

        def write():
            with open(path, "w") as f:
                f.write(str(value))

        self.call(write)

    def read(self, path):
        """A file below /proc/net as this namespace sees it, e.g. read("ip_vs")."""
        def body():
            with open("/proc/thread-self/net/" + path) as f:
                return f.read()

        return self.call(body)

    def addresses(self, family=4):
        """All addresses of the family as "192.168.1.1/24" on any device."""
        out = self.run(["ip", "-%d" % family, "-o", "addr"]).stdout
        return [line.split()[3] for line in out.splitlines()]
