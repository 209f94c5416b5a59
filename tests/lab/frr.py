"""FRRouting's vrrpd (Debian package frr) as a peer: zebra, vrrpd and the macvlan that it wants.

FRR finds a macvlan that bears the virtual MAC and sets it protodown while it is backup, so the
owner is told by the kernel: a macvlan that is up and not held down.
"""
import os
import select
import shutil
import socket
import struct
import threading
import time

from .daemons import Program
from .space import wait_for

FOLDER = "/usr/lib/frr"
RTMGRP_LINK, RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 1, 16, 17, 18
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
IFLA_IFNAME, IFLA_PROTO_DOWN = 3, 39
IFF_UP = 1


def frr_is_installed():
    return os.path.exists(FOLDER + "/vrrpd")


class _Daemon(Program):
    def __init__(self, namespace, folder, name, config, options):
        self.name = name
        super().__init__(namespace, folder)
        shutil.chown(folder, "frr", "frr")  # its daemons become that user
        self.options = [*options, "-f", self.write(name + ".conf", config)]

    def command(self):
        return ["%s/%s" % (FOLDER, self.name), "-P", "0",
                "--log", "stdout", "--log-level", "debugging", "-i", self.path(self.name + ".pid"),
                "--vty_socket", self.folder, "-z", self.path("zserv.api"), *self.options]


class Frr:
    """A router with one address; version 3. As a Program: start, stop, kill_all, log_text."""

    name = "frr"

    def __init__(self, namespace, folder, vrid, address, priority, interval_ms, preempt=True):
        self.namespace = namespace
        family = 6 if ":" in address else 4
        self.device = "vrrp%d-%d" % (family, vrid)
        for scope in ("all", "default"):  # looking for duplicates takes two seconds
            namespace.sysctl("net.ipv6.conf.%s.accept_dad" % scope, 0)
        mac = "00:00:5e:00:0%d:%02x" % (1 if family == 4 else 2, vrid)
        namespace.ip("link add %s link eth0 type macvlan mode bridge" % self.device,
                     "link set %s addrgenmode random" % self.device,
                     "link set %s address %s" % (self.device, mac),
                     "addr add %s/%d dev %s%s" % (address, 32 if family == 4 else 64, self.device,
                                                  "" if family == 4 else " nodad"),
                     "link set %s up" % self.device)
        config = "\n ".join([
            "interface eth0", "vrrp %d version 3" % vrid, "vrrp %d priority %d" % (vrid, priority),
            "vrrp %d advertisement-interval %d" % (vrid, interval_ms),
            *(["no vrrp %d preempt" % vrid] if not preempt else []),
            "vrrp %d %s %s" % (vrid, "ip" if family == 4 else "ipv6", address)]) + "\n"
        self.zebra = _Daemon(namespace, folder, "zebra", "", [])
        self.vrrpd = _Daemon(namespace, folder, "vrrpd", config, [])

    def start(self):
        self.zebra.start()
        wait_for(lambda: os.path.exists(self.zebra.path("zserv.api")), 10, "zebra")
        self.vrrpd.start()
        return self

    def stop(self):
        self.vrrpd.stop()
        self.zebra.stop()

    def device_up(self):
        """Held down, as vrrpd finds it after its own end."""
        self.namespace.ip("link set %s protodown on" % self.device, "link set %s up" % self.device)

    def device_down(self):
        self.namespace.ip("link set %s down" % self.device)

    def kill_all(self):
        self.vrrpd.kill_all()
        self.zebra.kill_all()

    def log_text(self):
        return self.zebra.log_text() + self.vrrpd.log_text()


class ProtodownWatch:
    """Whether a device of a namespace is up and not protodown; events as of AddressWatch."""

    def __init__(self, namespace, device):
        self.name, self.device = namespace.name, device
        self.started = time.monotonic()
        self.events, self.has = [], False
        self._socket = namespace.call(self._open)
        self._stop = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @staticmethod
    def _open():
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        s.bind((0, RTMGRP_LINK))
        s.send(struct.pack("=IHHIIBxHiII", 32, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0, 0, 0, 0, 0, 0))
        return s

    def _run(self):
        while not self._stop:
            if select.select([self._socket], [], [], 0.1)[0]:
                self._take(self._socket.recv(1 << 16))

    def _take(self, data):
        at = 0
        while at + 16 <= len(data):
            length, kind = struct.unpack_from("=IH", data, at)
            if kind in (RTM_NEWLINK, RTM_DELLINK):
                attr, found = at + 32, {}
                while attr + 4 <= at + length:
                    size, name = struct.unpack_from("=HH", data, attr)
                    found[name] = data[attr + 4:attr + size]
                    attr += (size + 3) & ~3
                flags, = struct.unpack_from("=I", data, at + 24)
                self._note(kind == RTM_NEWLINK and flags & IFF_UP, found)
            at += (length + 3) & ~3

    def _note(self, up, found):
        if found.get(IFLA_IFNAME, b"").rstrip(b"\0").decode() != self.device:
            return
        has = bool(up) and found.get(IFLA_PROTO_DOWN) == b"\0"
        if has != self.has:
            self.has = has
            self.events.append((time.monotonic(), self.name, has))

    def stop(self):
        self._stop = True
        self._thread.join()
        self._socket.close()
