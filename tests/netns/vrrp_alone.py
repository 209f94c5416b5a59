"""The vrrp process alone (tests/netns/vrrp_driver) and a hand on the wire.

Alone plays guardian and main for one vrrp process, so that a test sets rows and reads
state and counters without the rest of the daemon. Wire sends and hears packets in a
namespace from this process.
"""
import os
import re
import select
import socket
import struct
import subprocess
import threading
import time

from lab.daemons import BUILD
from lab.space import wait_for

GROUP = "224.0.0.18"
GROUP6 = "ff02::12"


class Alone:
    name = "vrrp"

    def __init__(self, namespace, folder):
        self.namespace = namespace
        os.makedirs(folder, exist_ok=True)
        self.log = os.path.join(folder, "vrrp.log")
        self.lines = []
        self.process = None

    def start(self):
        program = os.path.join(BUILD, "tests/netns/vrrp_driver")
        with open(self.log, "a") as log:
            self.process = self.namespace.popen([program], stdin=subprocess.PIPE,
                                                stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1)
        self.pid = int(self.process.stdout.readline().split()[1])
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def ask(self, command, answer="ok|error.*", deadline=5):
        """Sends a command; returns the lines up to its answer."""
        at = len(self.lines)
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        pattern = re.compile("(%s)$" % answer)

        def answered():
            for n, line in enumerate(self.lines[at:]):
                if pattern.match(line):
                    return self.lines[at:at + n + 1]
            return None

        lines = wait_for(answered, deadline, "answer to " + command, every=0.002)
        assert not lines[-1].startswith("error"), (command, lines[-1])
        return lines

    def barrier(self):
        assert self.ask("barrier", "barrier .*")[-1] == "barrier ok"

    def _row(self, verb, key, fields):
        self.ask(" ".join([verb, key, *('%s "%s"' % f for f in fields.items())]))

    def set(self, key, **fields):
        self._row("set", key, fields)

    def instance(self, name="VI_1", addresses=("192.168.1.200",), **fields):
        self._row("add", "vrrp_instance " + name, {"interface": "eth0", "vrid": 51, **fields})
        for a in addresses:
            self.address(a, name)

    def address(self, text, name="VI_1", **fields):
        host, _, prefix = text.partition("/")
        self._row("add", "vrrp_address %s %s" % (name, host),
                  {"addr": host, "prefix_len": prefix or (128 if ":" in host else 32), **fields})

    def row(self, key="vrrp_instance VI_1"):
        """All fields of a row as text."""
        found = {}
        for line in self.ask("show " + key):
            if line.startswith(key + " "):
                name, _, value = line[len(key) + 1:].partition(" ")
                found[name] = value
        return found

    def count(self, field, key="vrrp_instance VI_1"):
        return int(self.row(key)[field])

    def wait_state(self, state, deadline, key="vrrp_instance VI_1"):
        start = time.monotonic()
        wait_for(lambda: self.row(key).get("state") == state, deadline, key + " " + state)
        return time.monotonic() - start

    def stop(self, how="stop"):
        if self.process and self.process.poll() is None:
            assert self.ask(how, "exit .*")[-1] == "exit 0"
            self.process.wait(5)

    def kill_all(self):
        """The process dies with the driver (PR_SET_PDEATHSIG)."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def log_text(self):
        with open(self.log, errors="replace") as f:
            return f.read()


# ---- the wire ---------------------------------------------------------------

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def advert(version=3, vrid=51, priority=200, addresses=("192.168.1.200",), interval=10, kind=1,
           password=None, source="192.168.1.50", pseudo=True, wrong_sum=0, count=None, group=None):
    """A VRRP message; interval in the unit of the version (v3: centiseconds, v2: seconds).

    The family is that of source.
    """
    count = len(addresses) if count is None else count
    six = ":" in source
    tail = b""
    if version == 2:
        middle = struct.pack("!BB", 1 if password is not None else 0, interval)
        if not six:
            tail = (password or "").encode().ljust(8, b"\0")
    else:
        middle = struct.pack("!H", interval)
    head = struct.pack("!BBBB", version << 4 | kind, vrid, priority, count) + middle
    body = b"".join(packed(a) for a in addresses) + tail
    extra = b""
    if six or (version != 2 and pseudo):
        extra = (packed(source) + packed(group or (GROUP6 if six else GROUP))
                 + struct.pack("!HH", 112, len(head) + 2 + len(body)))
    total = checksum(extra + head + b"\0\0" + body) ^ wrong_sum
    return head + struct.pack("!H", total) + body


class Wire:
    """Sends VRRP from, and hears VRRP, ARP and neighbour advertisements on, eth0 of a namespace.

    Times are those of the kernel's receipt, so that a busy test does not count as a late packet.
    """

    SO_TIMESTAMPNS = 35

    def __init__(self, namespace):
        self.tx = namespace.call(self._open_tx)
        self.tx6 = namespace.call(self._open_tx6)
        self.rx = namespace.call(self._open_rx)
        self.ahead = self._wall_ahead()
        # (time, "vrrp", source, message), (time, "arp", sender, target), (time, "na", target, frame)
        self.heard = []
        self.frames = []  # each VRRP packet whole, with its Ethernet header
        self._stop = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @staticmethod
    def _wall_ahead():
        """Wall clock minus monotonic clock, by the two reads that were closest together."""
        def look():
            before = time.monotonic()
            return time.time() - before, time.monotonic() - before

        return min((look() for _ in range(20)), key=lambda x: x[1])[0]

    @staticmethod
    def _open_tx():
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack(
            "=4s4si", b"\0" * 4, b"\0" * 4, socket.if_nametoindex("eth0")))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        return s

    @staticmethod
    def _open_tx6():
        s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 112)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        return s

    @staticmethod
    def _open_rx():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.bind(("eth0", 3))
        group = struct.pack("=iHH8s", socket.if_nametoindex("eth0"), 2, 0, b"")
        s.setsockopt(socket.SOL_SOCKET, Wire.SO_TIMESTAMPNS, 1)
        s.setsockopt(263, 1, group)  # SOL_PACKET, PACKET_ADD_MEMBERSHIP, all multicast
        return s

    def send(self, message, ttl=255):
        self.tx.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)
        self.tx.sendto(message, (GROUP, 0))

    def send6(self, message, hops=255, group=GROUP6):
        self.tx6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hops)
        self.tx6.sendto(message, (group, 0))

    def _listen(self):
        while not self._stop:
            if not select.select([self.rx], [], [], 0.1)[0]:
                continue
            data, extra, _, where = self.rx.recvmsg(2048, 64)
            if where[2] == socket.PACKET_OUTGOING:
                continue
            seconds, nanoseconds = struct.unpack("=qq", extra[0][2])
            self._take(seconds + nanoseconds / 1e9 - self.ahead, data)

    def _take(self, now, data):
        kind = data[12:14]
        if kind == b"\x08\x06":
            self.heard.append((now, "arp", socket.inet_ntoa(data[28:32]), socket.inet_ntoa(data[38:42])))
        elif kind == b"\x08\x00" and data[23] == 112:
            head = (data[14] & 15) * 4
            length = struct.unpack("!H", data[16:18])[0]
            self.heard.append((now, "vrrp", socket.inet_ntoa(data[26:30]), data[14 + head:14 + length]))
            self.frames.append(data)
        elif kind == b"\x86\xdd" and data[20] == 112:
            length = struct.unpack("!H", data[18:20])[0]
            source = socket.inet_ntop(socket.AF_INET6, data[22:38])
            self.heard.append((now, "vrrp", source, data[54:54 + length]))
            self.frames.append(data)
        elif kind == b"\x86\xdd" and data[20] == 58 and data[54] == 136:
            self.heard.append((now, "na", socket.inet_ntop(socket.AF_INET6, data[62:78]), data))

    def announcements(self, address, since=0.0):
        """Times of gratuitous ARPs, or neighbour advertisements, for an address."""
        return [h[0] for h in self.heard if h[0] >= since and h[2] == address and
                (h[1] == "na" or (h[1] == "arp" and h[3] == address))]

    def adverts(self, source=None, since=0.0):
        return [h for h in self.heard if h[1] == "vrrp" and source in (None, h[2]) and h[0] >= since]

    def close(self):
        self._stop = True
        self._thread.join()
        self.tx.close()
        self.tx6.close()
        self.rx.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
