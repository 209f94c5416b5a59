"""Random sequences of changes of the file, of the operator's words and of health, while lvs or main is
killed between any two of its messages. After each round the kernel's table must be what a model of a few
lines says, and no connection may have ended but those of a server that was forced offline.

HALVARD_SEED=N is another sequence (1), 0 one that is drawn; HALVARD_ROUNDS=N makes it longer (40). What was
done is printed when it fails.
"""
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess

import pytest

from lab.space import wait_for
from lab.topology import ADDRESS, VIP, connect

from test_group import Echo

SEED = int(os.environ.get("HALVARD_SEED") or 1) or random.randrange(1, 1 << 30)
ROUNDS = int(os.environ.get("HALVARD_ROUNDS") or 40)
SERVERS = ["192.168.1.%d" % n for n in (11, 21, 31, 12, 22, 32)]  # three on each machine
HEALTH = 9401  # of the first server, and so on
# Services of the kernel by virtual server; the group has two.
SERVICES = {"web": [9301], "mail": [9302], "other": [9303], "group": [9304, 9305]}
NAMES = {"web": VIP + ":9301/tcp", "mail": VIP + ":9302/tcp", "other": VIP + ":9303/tcp", "group": "group:both/tcp"}
SCHEDULERS = ["rr", "wrr", "lc", "wlc", "sed"]
STRICT = ["enabled", "draining", "disabled", "forcedOffline"]
COMMANDS = {"enabled": "enable", "draining": "drain", "disabled": "disable", "forcedOffline": "offline"}
KILLED_AT = {"lvs": "sendmsg,sendmmsg", "main": "sendmsg,write,fsync,rename,renameat,renameat2"}


class Model:
    """What is wanted, and the table that follows from it."""

    def __init__(self, rng):
        self.rng = rng
        self.file = {vs: {"scheduler": "rr", "servers": {a: 2 for a in SERVERS[:4]}}
                     for vs in ("web", "mail", "group")}
        self.words, self.weights, self.nodes = {}, {}, {}  # by (vs, address), and by address
        self.down, self.present = set(), set()

    def config(self):
        text = "virtual_server_group both {\n%s 9304\n%s 9305\n}\n" % (VIP, VIP)
        for vs, s in self.file.items():
            text += "virtual_server %s {\n" % ("group both" if vs == "group" else "%s %d" % (VIP, SERVICES[vs][0]))
            text += "delay_loop 0.2\nlb_algo %s\nlb_kind DR\nprotocol TCP\ninhibit_on_failure\n" % s["scheduler"]
            for address, weight in s["servers"].items():
                text += "real_server %s %s {\nweight %d\n" % (address, self.port(vs), weight)
                text += "TCP_CHECK {\nconnect_port %d\nconnect_timeout 1\nretry 0\nwarmup 0\n}\n}\n" % (
                    HEALTH + SERVERS.index(address))
            text += "}\n"
        return ("vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\nversion 3\nadvert_int 0.2\n"
                "virtual_ipaddress {\n%s\n}\n}\n" % VIP) + text

    @staticmethod
    def port(vs):
        return "" if vs == "group" else SERVICES[vs][0]

    def name(self, vs, address):
        return "%s:%s" % (address, self.port(vs) or 0)

    def word(self, vs, address):
        """The stricter of what is said of the server and of its machine."""
        said = (self.words.get((vs, address), "enabled"), self.nodes.get(address, "enabled"))
        return max(said, key=STRICT.index)

    def pairs(self):
        return [(vs, a) for vs, s in self.file.items() for a in s["servers"]]

    def weight(self, vs, address):
        """In the kernel; None: it is not there."""
        word = self.word(vs, address)
        if word == "forcedOffline":
            return None
        if word in ("disabled", "draining"):
            return 0 if (vs, address) in self.present else None
        if address in self.down:
            return 0
        return self.weights.get((vs, address), self.file[vs]["servers"][address])

    def settled(self):
        self.present = {(vs, a) for vs, a in self.pairs() if self.weight(vs, a) is not None}

    def table(self):
        return {"%s:%d" % (VIP, port): (s["scheduler"], {"%s:%d" % (a, port): self.weight(vs, a) for a in s["servers"]
                                                         if self.weight(vs, a) is not None})
                for vs, s in self.file.items() for port in SERVICES[vs]}


class Run:
    def __init__(self, cluster, echoes):
        self.rng = random.Random(SEED)
        self.cluster, self.director = cluster, cluster.directors[0]
        self.model = Model(self.rng)
        self.did = []
        self.held = []  # (socket, vs, address)
        self.going = set()  # (vs, address) that drained when the last round was over
        self.listeners = {}
        for address in SERVERS:
            self.open(address)
        self.program = self.director.halvard(self.model.config()).start()
        cluster.wait_owner(self.director, 20)

    def machine(self, address):
        return self.cluster.space["real1" if SERVERS.index(address) < 3 else "real2"]

    def open(self, address):
        self.listeners[address] = Echo(self.machine(address), [HEALTH + SERVERS.index(address)], address)

    def note(self, *words):
        self.did.append(" ".join(map(str, words)))

    def ctl(self, *args):
        """Until it is done: the one that is asked may be dead just now."""
        self.note(*args)
        wait_for(lambda: self.program.ctl(*args, check=False).returncode == 0, 20,
                 lambda: "%s: %s" % (args, self.program.ctl(*args, check=False)))

    # ---- events ----------------------------------------------------------------

    def busy(self, vs, address=None):
        return any(v == vs and address in (a, None) for _, v, a in self.held)

    def spoken_of(self, vs, address):
        return (vs, address) in self.model.words or (vs, address) in self.model.weights or \
            address in self.model.nodes

    def reload(self):
        self.program.configure(self.model.config())
        self.ctl("reload")

    def change_weight(self, taken):
        vs, address = self.rng.choice(self.model.pairs())
        self.model.file[vs]["servers"][address] = self.rng.choice([0, 1, 2, 256, 65535])
        self.note("weight in the file", vs, address, self.model.file[vs]["servers"][address])
        self.reload()

    def change_scheduler(self, taken):
        vs = self.rng.choice(list(self.model.file))
        self.model.file[vs]["scheduler"] = self.rng.choice(SCHEDULERS)
        self.note("scheduler", vs, self.model.file[vs]["scheduler"])
        self.reload()

    def change_servers(self, taken):
        vs, address = self.rng.choice(list(self.model.file)), self.rng.choice(SERVERS)
        servers = self.model.file[vs]["servers"]
        if address in taken or self.spoken_of(vs, address) or self.busy(vs, address):
            return
        taken.add(address)
        if address not in servers:
            servers[address] = 3
        elif len(servers) > 2:
            del servers[address]
        self.note("servers of", vs, *servers)
        self.reload()

    def change_services(self, taken):
        if "other" not in self.model.file:
            self.model.file["other"] = {"scheduler": "wrr", "servers": {SERVERS[0]: 1, SERVERS[4]: 9}}
        elif not self.busy("other") and not any(vs == "other" for vs, _ in [*self.model.words, *self.model.weights]):
            del self.model.file["other"]
        self.note("services", *self.model.file)
        self.reload()

    def say(self, taken):
        vs, address = self.rng.choice(self.model.pairs())
        if address in taken:
            return
        taken.add(address)
        word = self.rng.choice(STRICT)
        self.before(word, [(vs, address)])
        self.model.words[vs, address] = word
        self.ctl(COMMANDS[word], NAMES[vs], self.model.name(vs, address))

    def say_of_node(self, taken):
        address = self.rng.choice([a for _, a in self.model.pairs()])
        if address in taken:
            return
        taken.add(address)
        word = self.rng.choice(["enabled", "disabled", "draining"])
        self.before(word, [])
        self.model.nodes[address] = word
        self.ctl(COMMANDS[word], "node", address)

    def before(self, word, pairs):
        """Connections of a server that is forced offline may end."""
        if word == "forcedOffline":
            for sock, vs, address in [h for h in self.held if (h[1], h[2]) in pairs]:
                sock.close()
            self.held = [h for h in self.held if (h[1], h[2]) not in pairs]

    def set_weight(self, taken):
        vs, address = self.rng.choice(self.model.pairs())
        if address in taken:
            return
        self.model.weights[vs, address] = self.rng.choice([0, 1, 7, 256, 65535])
        self.ctl("weight", NAMES[vs], self.model.name(vs, address), str(self.model.weights[vs, address]))

    def change_health(self, taken):
        address = self.rng.choice(SERVERS)
        if address in taken:
            return
        taken.add(address)
        if address in self.model.down:
            self.model.down.remove(address)
            self.open(address)
        else:
            self.model.down.add(address)
            self.listeners.pop(address).close()
        self.note("health of", address, "down" if address in self.model.down else "up")

    # ---- connections -----------------------------------------------------------

    def hold_one(self):
        """A connection through any service, and whose it is."""
        vs = self.rng.choice(list(self.model.file))
        if not any(self.model.weight(vs, a) for a in self.model.file[vs]["servers"]):
            return
        port = self.rng.choice(SERVICES[vs])
        sock = connect(self.cluster.client, port=port)
        assert self.echo(sock)
        line = next(line for line in self.director.namespace.run(["ipvsadm", "-Lnc"]).stdout.splitlines()
                    if ":%d " % sock.getsockname()[1] in line)
        self.held.append((sock, vs, re.search(r"(\S+):%d\s*$" % port, line)[1]))

    @staticmethod
    def echo(sock):
        sock.settimeout(5)
        sock.sendall(b"hello")
        return sock.recv(5) == b"hello"

    # ---- a round ---------------------------------------------------------------

    def armed(self):
        """Kills a process at its nth message, or soon; what was armed must be taken back."""
        role = self.rng.choice(["lvs", "main", "lvs", "main", None])
        if not role:
            return None
        when = self.rng.randint(1, 6)
        self.note("kill", role, "at", when)
        calls = KILLED_AT[role]
        tracer = subprocess.Popen(
            ["strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=" + calls, "-e",
             "inject=%s:signal=SIGKILL:when=%d" % (calls, when), "-p", str(self.program.role(role))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        status = "/proc/%d/status" % self.program.role(role)
        wait_for(lambda: "TracerPid:\t%d\n" % tracer.pid in open(status).read(), 5, "strace")
        return tracer

    @staticmethod
    def disarm(tracer):
        if tracer and tracer.poll() is None:
            tracer.send_signal(signal.SIGTERM)
        if tracer:
            tracer.wait(10)

    def kernel(self):
        table = {}
        for line in self.director.namespace.run(["ipvsadm", "-Sn"]).stdout.splitlines():
            words = line.split()
            if words[0] == "-A":
                table[words[2]] = (words[words.index("-s") + 1], {})
            else:
                table[words[2]][1][words[4]] = int(words[words.index("-w") + 1])
        return table

    def agrees(self, table):
        """A server that drains goes when nobody is connected to it, sooner or later: also between two
        rounds, and then it is not there when it is disabled."""
        wanted = self.model.table()
        for vs, address in self.model.pairs():
            word = self.model.word(vs, address)
            may_be_gone = (word == "draining" and not self.busy(vs, address)) or \
                (word == "disabled" and (vs, address) in self.going)
            for port in SERVICES[vs] if may_be_gone else []:
                service, server = "%s:%d" % (VIP, port), "%s:%d" % (address, port)
                if server not in table.get(service, (None, {}))[1]:
                    wanted[service][1].pop(server, None)
        return table == wanted

    def rows_agree(self):
        """What is shown is what is in the kernel."""
        found = self.program.ctl("--json", "show", "real_server", check=False)
        if found.returncode:
            return False
        rows, table = json.loads(found.stdout)["real_server"], self.kernel()
        ours = {(r["vs"], r["name"].rpartition(":")[0]): r["effective_weight"] for r in rows}
        return ours == {(NAMES[vs], a): table["%s:%d" % (VIP, port)][1].get("%s:%d" % (a, port), 0)
                        for vs, a in self.model.pairs() for port in SERVICES[vs]}

    def agree(self):
        wait_for(lambda: self.agrees(self.kernel()), 30,
                 lambda: "the model:\n%s\nthe kernel has\n%s" % (self.model.table(), self.kernel()), every=0.1)

    def settle(self):
        self.agree()
        wait_for(self.rows_agree, 10, "the rows agree with the kernel", every=0.1)
        self.going = {(vs, a) for vs, a in self.model.pairs()
                      if self.model.word(vs, a) == "draining" and not self.busy(vs, a)}
        present = {(vs, a) for vs, a in self.model.pairs() for port in SERVICES[vs]
                   if "%s:%d" % (a, port) in self.kernel()["%s:%d" % (VIP, port)][1]}
        self.model.present = present

    def round(self):
        events = [self.change_weight, self.change_scheduler, self.change_servers, self.change_services, self.say,
                  self.say, self.say_of_node, self.set_weight, self.change_health, self.change_health]
        tracer, taken = self.armed(), set()
        for event in self.rng.sample(events, self.rng.randint(1, 3)):
            event(taken)
        self.agree()
        self.disarm(tracer)
        self.settle()
        for sock, vs, address in self.held:
            assert self.echo(sock), "the connection to %s of %s" % (address, vs)
        if len(self.held) < 8:
            self.hold_one()


@pytest.fixture
def echoes(cluster):
    ports = sorted(itertools.chain(*SERVICES.values()))
    for name in ("real1", "real2"):
        cluster.space[name].ip(*["addr add %s/24 dev eth0" % a for a in SERVERS[1:3] + SERVERS[4:]
                                 if (SERVERS.index(a) < 3) == (name == "real1")])
    made = [Echo(cluster.space[name], ports) for name in ("real1", "real2")]
    yield made
    for echo in made:
        echo.close()


def test_any_sequence(cluster, echoes):
    assert ADDRESS["real1"] == SERVERS[0] and ADDRESS["real2"] == SERVERS[3]
    run = Run(cluster, echoes)
    print("HALVARD_SEED=%d" % SEED)
    run.model.settled()
    try:
        run.settle()
        for n in range(ROUNDS):
            run.note("-- round", n)
            run.round()
    except BaseException:
        print("\n".join(run.did))
        raise
    finally:
        for listener in run.listeners.values():
            listener.close()
        for sock, _, _ in run.held:
            sock.close()
    assert len(re.findall("ended by Killed", run.program.log_text())) > ROUNDS / 4, "processes were killed"
