"""The tutorial's cluster: a client, two directors and two real servers on one bridge.

  client     192.168.1.50 .. .69     curl, and the HTTP client of the tests
  director1  192.168.1.100           the master
  director2  192.168.1.101           the backup
  real1      192.168.1.11            nginx, the virtual address on lo
  real2      192.168.1.12            nginx, the virtual address on lo

Each is a network namespace (ip netns exec NAME ...) with one interface, eth0. The virtual
address is 192.168.1.200. tests/lab/tutorial.conf is the tutorial's file as it stands.
"""
import collections
import os
import re
import socket
import threading
import time

from . import daemons
from .space import Namespace, ip_batch, wait_for
from .watch import AddressWatch, ipvs_table

VIP = "192.168.1.200"
SERVICE = VIP + ":80/tcp"
CLIENTS = ["192.168.1.%d" % n for n in range(50, 70)]
ADDRESS = {"client": CLIENTS[0], "director1": "192.168.1.100", "director2": "192.168.1.101",
           "real1": "192.168.1.11", "real2": "192.168.1.12"}
REAL = {"real1": ADDRESS["real1"] + ":80", "real2": ADDRESS["real2"] + ":80"}
TUTORIAL = os.path.join(os.path.dirname(__file__), "tutorial.conf")


def tutorial_config(backup=False, replace=()):
    """The tutorial's file; for the backup with its state and priority changed as it says.

    replace: further (pattern, text) pairs, each of which must be found.
    """
    with open(TUTORIAL) as f:
        text = f.read()
    pairs = list(replace)
    if backup:
        pairs += [(r"\bstate MASTER\b", "state BACKUP"), (r"\bpriority 90\b", "priority 80")]
    for pattern, new in pairs:
        text, found = re.subn(pattern, new, text)
        assert found, "not in the tutorial's file: " + pattern
    return text


def fetch(namespace, host=VIP, path="/", source=None, timeout=5, port=80):
    """One HTTP request on a fresh connection; returns the body as text."""
    with connect(namespace, host, source, timeout, port) as s:
        s.sendall(b"GET %s HTTP/1.0\r\nHost: x\r\n\r\n" % path.encode())
        answer = b""
        while data := s.recv(1 << 16):
            answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError("answer %r" % head[:80])
    return body.decode().strip()


def connect(namespace, host=VIP, source=None, timeout=5, port=80):
    def body():
        return socket.create_connection((host, port), timeout, (source, 0) if source else None)

    return namespace.call(body)


class Download:
    """A slow download in its own thread: `server` sends it, at `rate` octets a second."""

    def __init__(self, namespace, rate, source=None, host=VIP):
        self.received = 0
        self.ok = False
        self.error = None
        self.socket = connect(namespace, host, source, timeout=15)
        self.socket.sendall(b"GET /big?rate=%d HTTP/1.0\r\nHost: x\r\n\r\n" % rate)
        self.server = self._read_head()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _read_head(self):
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = self.socket.recv(1 << 14)
            if not data:
                raise OSError("ended in the header")
            answer += data
        head, _, body = answer.partition(b"\r\n\r\n")
        self.received = len(body)
        return re.search(rb"\r\nX-Real: (\S+)", head)[1].decode()

    def _run(self):
        try:
            while data := self.socket.recv(1 << 14):
                self.received += len(data)
            self.ok = self.received == daemons.Nginx.BIG
        except OSError as e:
            self.error = e

    def running(self):
        return self._thread.is_alive()

    def wait(self, deadline=60):
        self._thread.join(deadline)
        self.socket.close()
        assert self.ok, "the download broke after %d of %d octets: %s" % (
            self.received, daemons.Nginx.BIG, self.error)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join()
        self.socket.close()


class Director:
    """A director: its namespace, its programs and what its kernel holds."""

    def __init__(self, namespace, folder):
        self.namespace = namespace
        self.name = namespace.name
        self.folder = folder
        self.programs = []
        os.makedirs(folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _add(self, program):
        self.programs.append(program)
        return program

    def snmpd(self):
        return self._add(daemons.Snmpd(self.namespace, self.path("snmpd")))

    def snmptrapd(self):
        return self._add(daemons.Snmptrapd(self.namespace, self.path("snmptrapd")))

    def halvard(self, config, agentx=None, **kw):
        return self._add(daemons.Halvard(self.namespace, self.path("halvard"), config, agentx, **kw))

    def keepalived(self, config, options=()):
        return self._add(daemons.Keepalived(self.namespace, self.path("keepalived"), config, options))

    def manager(self, kind, config, **kw):
        """halvard or keepalived, whichever the test is about."""
        return self.keepalived(config) if kind == "keepalived" else self.halvard(config, **kw)

    def table(self):
        return ipvs_table(self.namespace)

    def weights(self, service=SERVICE):
        """{"192.168.1.11:80": weight} of one service, {} when there is none."""
        found = self.table().get(service)
        return found.weights if found else {}

    def owns(self, address=VIP):
        family = 6 if ":" in address else 4
        return any(a.split("/")[0] == address for a in self.namespace.addresses(family))

    def reset(self):
        """Ends all programs."""
        for program in reversed(self.programs):
            program.kill_all()
        self.programs = []


def _hardware_address(name):
    """The same for each life of a namespace, so that nobody's ARP entries go stale."""
    return "02:00:" + ":".join("%02x" % int(n) for n in ADDRESS[name].split("."))


class Cluster:
    """All of it. Client and real servers are made once for many tests; begin(folder) makes
    fresh directors, end() ends them: the kernel keeps connections, templates and sysctls
    of IPVS as long as their namespace lives.
    """

    def __init__(self, real_servers=True):
        self.directors = []
        self.web = {}
        ip_batch(["link add br0 type bridge", "link set br0 up"])
        self.space = self._make_spaces(["client"] + ["real1", "real2"] * real_servers)
        self.client = self.space["client"]
        if real_servers:
            self._make_real_servers()

    @staticmethod
    def _make_spaces(names):
        lines = []
        for n in names:
            lines += ["netns add " + n,
                      "link add v-%s type veth peer name eth0 address %s netns %s"
                      % (n, _hardware_address(n), n),
                      "link set v-%s master br0 up" % n]
        ip_batch(lines)
        for n in names:
            extra = CLIENTS[1:] if n == "client" else []
            ip_batch(["link set lo up", "addr add %s/24 brd + dev eth0" % ADDRESS[n],
                      "link set eth0 up", *("addr add %s/24 dev eth0" % a for a in extra)], n)
        return {n: Namespace(n) for n in names}

    def _make_real_servers(self):
        """Direct routing: the virtual address on lo, and silence about it on the segment."""
        for name in ("real1", "real2"):
            space = self.space[name]
            space.sysctl("net.ipv4.conf.all.arp_ignore", 1)
            space.sysctl("net.ipv4.conf.all.arp_announce", 2)
            space.ip("addr add %s/32 dev lo" % VIP)
            self.web[name] = daemons.Nginx(space, "/run/lab/" + name, name).start()

    def begin(self, folder):
        names = ["director1", "director2"]
        self.space.update(self._make_spaces(names))
        self.directors = [Director(self.space[n], os.path.join(folder, n)) for n in names]

    def end(self):
        for director in self.directors:
            director.reset()
            director.namespace.close()
        # The devices first: a namespace goes when the kernel finds time for it.
        ip_batch(["link del v-" + d.name for d in self.directors] +
                 ["netns del " + d.name for d in self.directors])
        self.directors = []
        self.client.ip("neigh flush dev eth0")
        for web in self.web.values():
            if not web.running():
                web.start()

    def watch(self, address=VIP):
        return AddressWatch([d.namespace for d in self.directors], address)

    def owner(self, address=VIP):
        """The one director that has the virtual address now, or None."""
        owners = [d for d in self.directors if d.owns(address)]
        return owners[0] if len(owners) == 1 else None

    def fetch(self, **kw):
        return fetch(self.client, **kw)

    def answers(self, count, **kw):
        """Who answered `count` fresh connections: Counter({"real1": 5, "real2": 5})."""
        return collections.Counter(self.fetch(**kw) for _ in range(count))

    def try_fetch(self, **kw):
        """As fetch(), but None where the connection fails."""
        try:
            return self.fetch(**kw)
        except OSError:
            return None

    def wait_weights(self, director, wanted, deadline, service=SERVICE):
        """Waits until the kernel's table shows exactly these destinations and weights."""
        try:
            wait_for(lambda: director.weights(service) == wanted, deadline, "")
        except AssertionError:
            raise AssertionError("not within %g s: %s of %s; it holds %s" % (
                deadline, wanted, service, director.weights(service))) from None

    def wait_owner(self, director, deadline, address=VIP):
        start = time.monotonic()
        wait_for(lambda: self.owner(address) is director, deadline,
                 "%s has %s" % (director.name, address))
        return time.monotonic() - start
