"""What a journal gets: an own reader of the native protocol, and the real systemd-journald.

Both are in the place that the system's has, /run/systemd/journal, which in the lab is its own.
"""
import json
import os
import shutil
import socket
import struct
import subprocess
import threading
import time

from .space import wait_for

FOLDER = "/run/systemd/journal"
SOCKET = FOLDER + "/socket"
DAEMON = "/lib/systemd/systemd-journald"


def parse(datagram):
    """One entry as {field: text}: NAME=VALUE lines, or NAME, eight octets of length, the value."""
    entry = {}
    while datagram:
        head, _, rest = datagram.partition(b"\n")
        name, equals, value = head.partition(b"=")
        if not equals:
            size = struct.unpack("<Q", rest[:8])[0]
            assert rest[8 + size:9 + size] == b"\n", datagram
            value, rest = rest[8:8 + size], rest[9 + size:]
        assert name.decode() not in entry, datagram
        entry[name.decode()] = value.decode(errors="replace")
        datagram = rest
    return entry


class Reader:
    """Keeps all entries, each with the time it came (monotonic seconds) as "at"."""

    def __init__(self):
        os.makedirs(FOLDER, exist_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        self.all = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while datagram := self.socket.recv(1 << 16):
            self.all.append(dict(parse(datagram), at=time.monotonic()))

    def find(self, since=0, **fields):
        """Entries with these values, that came after `since`."""
        return [e for e in list(self.all) if e["at"] > since and
                all(e.get(k) == v for k, v in fields.items())]

    def wait(self, deadline, since=0, **fields):
        return wait_for(lambda: self.find(since, **fields), deadline, "an entry with %s" % fields)

    def close(self):
        os.unlink(SOCKET)
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


def journald_is_missing():
    """Why the real one cannot run here, or None."""
    if not os.path.exists(DAEMON) or not shutil.which("journalctl"):
        return "systemd-journald is not installed (package systemd)"
    if not os.path.exists("/etc/machine-id") or not os.path.getsize("/etc/machine-id"):
        return "there is no /etc/machine-id"
    return None


class Journald:
    """The real one; entries are read with journalctl."""

    def __init__(self, folder):
        os.makedirs(FOLDER, exist_ok=True)
        with open("/etc/machine-id") as f:
            self.folder = "/run/log/journal/" + f.read().strip()
        os.makedirs(self.folder, exist_ok=True)
        self.log = open(os.path.join(folder, "journald.log"), "w")
        self.process = subprocess.Popen([DAEMON], stdout=self.log, stderr=self.log)
        wait_for(lambda: os.path.exists(SOCKET), 10, "journald's socket")

    def find(self, **fields):
        out = subprocess.run(["journalctl", "-D", self.folder, "-o", "json", "--all",
                              *("%s=%s" % f for f in fields.items())],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
        return [json.loads(line) for line in out.splitlines()]

    def wait(self, deadline, **fields):
        return wait_for(lambda: self.find(**fields), deadline, "an entry with %s" % fields, every=0.2)

    def close(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()
        shutil.rmtree(FOLDER)
        shutil.rmtree(self.folder)
