"""The lvs role alone on a director: a test plays guardian and main through lvs_rig."""
import os
import socket
import subprocess

from lab.daemons import Program
from lab.space import wait_for
from lab.topology import REAL, SERVICE, VIP, connect

REALS = list(REAL.values())


class Rig(Program):
    name = "lvs_rig"

    def __init__(self, director):
        super().__init__(director.namespace, director.path("lvs"))
        director.programs.append(self)

    def start(self):
        with open(self.log, "a") as log:
            self.process = self.namespace.popen(
                [os.path.join(os.environ["builddir"], "tests/guest/lvs_rig")], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd="/")
        assert self.process.stdout.readline() == "ready\n", self.log_text()
        return self

    def ask(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def do(self, order):
        answer = self.ask(order)
        assert answer == "ok", "%s: %s" % (order, answer)

    def settle(self):
        self.do("barrier")

    def service(self, name=SERVICE, **fields):
        host, _, port = name.partition("/")[0].rpartition(":")
        fields = {"addr": host, "port": port, "protocol": name.rpartition("/")[2],
                  "scheduler": "rr", "forwarding": "DR", **fields}
        self._put("virtual_server " + name, fields)

    def server(self, real, service=SERVICE, **fields):
        host, _, port = real.rpartition(":")
        self._put("real_server %s %s" % (service, real),
                  {"addr": host, "port": port, "forwarding": "DR", **fields})

    def check(self, real, service=SERVICE, **fields):
        host, _, port = real.rpartition(":")
        self._put("checker %s %s 1" % (service, real),
                  {"connect_addr": host, "connect_port": port, "connect_timeout_ms": 1000,
                   "delay_loop_ms": 300, "warmup_ms": 100, "retry": 1,
                   "delay_before_retry_ms": 100, **fields})

    def tutorial(self, **fields):
        """The tutorial's service with both real servers, in force."""
        self.service(**fields)
        for real in REALS:
            self.server(real)
        self.settle()

    def change(self, real, field, value, service=SERVICE):
        self.do("put real_server %s %s %s=%s" % (service, real, field, value))
        self.settle()

    def get(self, real, field, service=SERVICE):
        return self.ask("get real_server %s %s %s" % (service, real, field))

    def wait(self, seconds, real, field, value, service=SERVICE):
        self.do("wait %d real_server %s %s %s %s" % (seconds, service, real, field, value))

    def get_service(self, field, service=SERVICE):
        return self.ask("get virtual_server %s %s" % (service, field))

    def release(self, mode="release"):
        self.do("stop " + mode)
        self.process.wait(10)

    def _put(self, what, fields):
        self.do("put %s %s" % (what, " ".join("%s=%s" % f for f in fields.items())))


def rig_on(director):
    """A rig on a director that owns the virtual address."""
    director.namespace.ip("addr add %s/32 dev eth0" % VIP)
    return Rig(director).start()


class Untouched:
    """A service on a port that no other test uses: the kernel remembers the connections and
    the counters of a server for minutes after it was deleted, and gives them back."""

    _next = 8100

    def __init__(self, cluster, rig, **fields):
        self.port = Untouched._next
        Untouched._next += 1
        self.cluster = cluster
        self.name = "%s:%d/tcp" % (VIP, self.port)
        self.reals = {n: "%s:%d" % (r.partition(":")[0], self.port) for n, r in REAL.items()}
        self.listeners = [cluster.space[n].call(self._listen) for n in self.reals]
        rig.service(self.name, **fields)
        for real in self.reals.values():
            rig.server(real, self.name)
        rig.settle()

    def _listen(self):
        return socket.create_server(("", self.port), backlog=64)

    def connect(self):
        """A connection that stays open, and the name of the server that has it."""
        sock = connect(self.cluster.client, port=self.port)
        return sock, self.holder()

    def holder(self):
        def find():
            dests = self.cluster.directors[0].table()[self.name].dests
            active = [n for n, r in self.reals.items() if r in dests and dests[r].active]
            return active[0] if len(active) == 1 else None

        return wait_for(find, 5, "one active connection")

    def close(self):
        for sock in self.listeners:
            sock.close()
