"""Faults in the system calls of one process: strace makes them fail, or kills the process in front of one."""
import os
import re
import signal
import subprocess

from .space import wait_for

# The calls of persist_replace() for one file, in their order, each with its number among those of its name
# that are about the temporary file or its folder. Killed in front of one is killed behind the one before.
WRITE = [("openat", 1), ("openat", 2), ("write", 1), ("fsync", 1), ("close", 1), ("rename", 1), ("fsync", 2),
         ("close", 2)]


def in_writing(path):
    """What those calls are about."""
    folder, name = os.path.split(path)
    return [folder, os.path.join(folder, ".%s.new" % name)]


def traced(pid, tracer):
    """Or ended already."""
    try:
        with open("/proc/%d/status" % pid) as f:
            return "TracerPid:\t%d\n" % tracer in f.read()
    except (FileNotFoundError, ProcessLookupError):
        return True


class Strace:
    """Until stop() or the end of the process. An injection is CALL:error=EIO:when=1, or CALL:signal=SIGKILL:when=1;
    with paths the calls that are about them are counted, and no others."""

    def __init__(self, pid, injections, output, paths=()):
        self.output = output
        words = ["strace", "-qq", "-f", "-o", output, *(w for path in paths for w in ("-P", path))]
        words += ["-e", "trace=" + ",".join(sorted({i.split(":")[0] for i in injections}))]
        words += [w for injection in injections for w in ("-e", "inject=" + injection)]
        self.process = subprocess.Popen([*words, "-p", str(pid)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.ended() or traced(pid, self.process.pid), 10, "strace")

    def ended(self):
        return self.process.poll() is not None

    def stop(self):
        """What it has written."""
        if not self.ended():
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        with open(self.output) as f:
            return f.read()


def injected(text):
    """The names of the calls that were made to fail, and of the one that was never made."""
    return re.findall(r"^\d+ +(\w+)\(.*\(INJECTED\)$", text, re.M) + \
        (re.findall(r"^\d+ +(\w+)\(.*= \?$", text, re.M)[-1:] if "killed by SIGKILL" in text else [])
