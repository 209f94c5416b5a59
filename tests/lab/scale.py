"""A director with many services: the file, where it runs, and what is counted from outside.

The real servers are one web server: the whole of 10.0.0.0/8 is local to the director, so that
each of ten thousand addresses answers its check. Counting is cheap where it is done often: the
kernel holds one reference to the module ip_vs for each service, and one service with its servers
is asked for by a netlink request; the whole table is read only when there is reason to expect it
complete.
"""
import os
import socket
import struct
import subprocess
import time

from .daemons import Nginx, descendants
from .space import ip_batch, Namespace, wait_for

VIP = "192.0.2.100"
PORT = 10000  # of the first service; the others follow
ADVERT_S = 0.1


def server_address(service, server):
    return "10.%d.%d.%d" % (service >> 8, service & 255, server + 1)


class Services:
    """A configuration that can be changed and written: weights by [service][server]."""

    def __init__(self, services=1000, servers=10):
        self.numbers = list(range(services))
        self.servers = servers
        self.weight = {}
        self.delay_loop = 60

    def total(self):
        return len(self.numbers), len(self.numbers) * self.servers

    def text(self):
        parts = [HEAD % {"vip": VIP, "advert": ADVERT_S}]
        for s in self.numbers:
            parts.append(SERVICE % {"vip": VIP, "port": PORT + s, "loop": self.delay_loop})
            for r in range(self.servers):
                parts.append(SERVER % {"address": server_address(s, r),
                                       "weight": self.weight.get((s, r), 1)})
            parts.append("}\n\n")
        return "".join(parts)


HEAD = """global_defs {
    router_id scale
    vrrp_version 3
}

vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 200
    advert_int %(advert)g
    virtual_ipaddress {
        %(vip)s/24
    }
}

"""
SERVICE = """virtual_server %(vip)s %(port)d {
    delay_loop %(loop)d
    lb_algo wlc
    lb_kind NAT
    protocol TCP
"""
SERVER = """    real_server %(address)s 80 {
        weight %(weight)d
        TCP_CHECK {
            connect_timeout 3
        }
    }
"""


class Site:
    """Namespaces `director` and `peer`, joined; the director has the real servers too."""

    def __init__(self, folder):
        # Here, so that loading it is no part of anybody's start-up.
        subprocess.run(["modprobe", "-a", "ip_vs", "ip_vs_wlc"], check=True)
        ip_batch(["netns add director", "netns add peer",
                  "link add eth0 netns director type veth peer name eth0 netns peer"])
        self.director, self.peer = Namespace("director"), Namespace("peer")
        for n, space in enumerate((self.director, self.peer), 1):
            space.ip("link set lo up", "addr add 192.0.2.%d/24 brd + dev eth0" % n,
                     "link set eth0 up")
        self.director.ip("route add local 10.0.0.0/8 dev lo")
        self.web = Nginx(self.director, os.path.join(folder, "web"), "real").start()

    def close(self):
        self.web.kill_all()
        for space in (self.director, self.peer):
            space.close()
        ip_batch(["netns del director", "netns del peer"])


# ---- the kernel's table -----------------------------------------------------

def module_references():
    with open("/sys/module/ip_vs/refcnt") as f:
        return int(f.read())


def count_table(namespace):
    """(services, servers) in the kernel, counted one by one."""
    lines = namespace.read("ip_vs").splitlines()[3:]
    servers = sum(line.startswith("  ->") for line in lines)
    return len(lines) - servers, servers


NETLINK_GENERIC = 16
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
IPVS_CMD_GET_DEST = 8
IPVS_CMD_ATTR_SERVICE, IPVS_CMD_ATTR_DEST = 1, 2
SVC_AF, SVC_PROTOCOL, SVC_ADDR, SVC_PORT = 1, 2, 3, 4
DEST_ADDR, DEST_WEIGHT = 1, 4


def _attribute(kind, data):
    pad = -len(data) % 4
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * pad


def _attributes(data):
    at, found = 0, {}
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        found[kind & 0x3fff] = data[at + 4:at + size]
        at += (size + 3) & ~3
    return found


class TableProbe:
    """Asks the kernel for single services."""

    def __init__(self, namespace):
        self.sock = namespace.call(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW,
                                   NETLINK_GENERIC)
        reply = self._exchange(GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY,
                               _attribute(CTRL_ATTR_FAMILY_NAME, b"IPVS\0"))
        self.family, = struct.unpack("=H", reply[0][CTRL_ATTR_FAMILY_ID])

    def close(self):
        self.sock.close()

    def _exchange(self, family, flags, command, attributes):
        """The attributes of each reply."""
        body = struct.pack("=BBxx", command, 1) + attributes
        self.sock.send(struct.pack("=IHHII", 16 + len(body), family, NLM_F_REQUEST | flags, 1, 0)
                       + body)
        replies = []
        while True:
            data, at = self.sock.recv(1 << 16), 0
            while at + 16 <= len(data):
                size, kind = struct.unpack_from("=IH", data, at)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    return replies
                replies.append(_attributes(data[at + 20:at + size]))
                at += (size + 3) & ~3

    def weights(self, service):
        """{"10.0.0.1": weight} of the service of that number."""
        key = b"".join([_attribute(SVC_AF, struct.pack("=H", socket.AF_INET)),
                        _attribute(SVC_PROTOCOL, struct.pack("=H", socket.IPPROTO_TCP)),
                        _attribute(SVC_ADDR, socket.inet_aton(VIP).ljust(16, b"\0")),
                        _attribute(SVC_PORT, struct.pack("!H", PORT + service))])
        replies = self._exchange(self.family, NLM_F_DUMP, IPVS_CMD_GET_DEST,
                                 _attribute(IPVS_CMD_ATTR_SERVICE, key))
        found = {}
        for r in replies:
            dest = _attributes(r[IPVS_CMD_ATTR_DEST])
            found[socket.inet_ntoa(dest[DEST_ADDR][:4])] = struct.unpack("=I", dest[DEST_WEIGHT])[0]
        return found


# ---- the program --------------------------------------------------------------

def processes(pid):
    return [pid, *descendants(pid)]


def _cpu_of(pid):
    with open("/proc/%d/stat" % pid) as f:
        return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Of the process and all below it, from /proc."""
    return sum(map(_cpu_of, processes(pid)))


def memory_kib(pid):
    """Proportional set size of the process: what is shared is shared out."""
    with open("/proc/%d/smaps_rollup" % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


def wait_table(namespace, base, services, servers, deadline=120):
    """Until the kernel has so many; `base` is module_references() before the first. Returns when
    that was seen, by time.monotonic(): reading the whole table takes long, so it is read only when
    the last service has its servers, and that moment counts if the table then proves complete."""
    probe = TableProbe(namespace)
    wait_for(lambda: module_references() >= base + services, deadline, "%d services" % services,
             every=0.002)
    wait_for(lambda: len(probe.weights(services - 1)) >= servers // services, deadline,
             "servers of the last service", every=0.002)
    probe.close()
    seen = time.monotonic()
    while count_table(namespace) != (services, servers):
        assert time.monotonic() < seen + deadline, "%s in the kernel, not %s" % (
            count_table(namespace), (services, servers))
        time.sleep(0.002)
        seen = time.monotonic()
    return seen


# ---- what is written to the kernel ----------------------------------------------

IPVS_WRITES = {1: "new service", 2: "set service", 3: "delete service", 5: "new server",
               6: "set server", 7: "delete server", 10: "new daemon", 11: "delete daemon",
               13: "set config", 16: "zero", 17: "flush"}
SO_RCVBUFFORCE = 33


class TableWrites:
    """Every request that anybody in a namespace sends to IPVS and that changes something, as the
    kernel passes it on (a device of type nlmon)."""

    def __init__(self, namespace):
        probe = TableProbe(namespace)
        self.family = probe.family
        probe.close()
        namespace.ip("link add nlmon0 type nlmon", "link set nlmon0 up")
        self.namespace = namespace
        self.sock = namespace.call(self._open)
        self.writes = []

    @staticmethod
    def _open():
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        s.bind(("nlmon0", 3))
        s.setblocking(False)
        return s

    def seen(self):
        """The names of all of them so far."""
        while True:
            try:
                data, address = self.sock.recvfrom(1 << 16)
            except BlockingIOError:
                break
            if address[1] == NETLINK_GENERIC:
                self._take(data)
        return self.writes

    def _take(self, data):
        at = 0
        while at + 20 <= len(data):
            size, kind, flags = struct.unpack_from("=IHH", data, at)
            command = data[at + 16]
            if kind == self.family and flags & NLM_F_REQUEST and command in IPVS_WRITES:
                self.writes.append(IPVS_WRITES[command])
            at += max((size + 3) & ~3, 16)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.sock.close()
        self.namespace.ip("link del nlmon0")
