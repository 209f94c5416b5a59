"""Pool rules, each with each, beside Debian's keepalived: quorum, hysteresis, sorry server, alpha,
inhibit_on_failure, and all of that for an address and for a group of addresses and a mark.

Both programs have the same configuration and the same three real servers, which fail and return in
the steps of one script. After each step the kernel's table of both must be what a model of a few
lines says, and in the end so must be the lines that their pipes were told, although processes of Halvard
were killed between the steps. Where keepalived differs,
tests/guest/pool-differences says so and why; a line there that explains nothing is an error.
"""
import fcntl
import fnmatch
import itertools
import os
import re
import socket

import pytest

from lab.space import wait_for
from lab.topology import ADDRESS, VIP

F_SETPIPE_SZ = 1031
HERE = os.path.dirname(os.path.abspath(__file__))
# By their weight: who listens where.
SERVERS = {1: ("real1", 9101), 2: ("real2", 9101), 3: ("real1", 9102)}
SORRY = "192.168.1.13:9101"
QUORUMS = [(1, 0), (3, 0), (3, 2), (5, 1)]
SORRIES = ["none", "sorry", "sorry-inhibit"]
STEPS = [-1, -2, -3, +1, +2, +3, -3, -1, +3, -2, +1, +2]
# Which of Halvard's processes is killed before a step: nothing is told twice, and nothing is lost.
KILLED = {2: "lvs", 3: "lvs", 4: "main", 5: "exec", 7: "lvs", 9: "exec", 11: "main"}


def endpoint(weight):
    name, port = SERVERS[weight]
    return "%s:%d" % (ADDRESS[name], port)


class Case:
    """One virtual server: its configuration, and what should become of it."""

    def __init__(self, number, quorum, sorry, alpha, inhibit, group, omega=False):
        (self.quorum, self.hysteresis), self.sorry = quorum, sorry
        self.alpha, self.inhibit, self.omega = alpha, inhibit, omega
        self.port = 7000 + number
        self.group = "group-%d" % number if group else ""
        self.services = ["%s:%d" % (VIP, self.port)]
        self.services += ["%s:%d" % (VIP, 1000 + self.port), str(self.port)] * group
        self.label = "[%s]:0" % self.group if group else "[%s]:tcp:%d" % (VIP, self.port)
        self.name = "quorum-%d hysteresis-%d %s%s%s%s%s" % (
            *quorum, sorry, " alpha" * alpha, " inhibit" * inhibit, " group" * group, " omega" * omega)
        self.alive = set() if alpha else set(SERVERS)
        self.told = []
        self.met = False
        self.judge(first=True)

    def notify(self, word, what):
        """Programs write what a pipe is told: one with an end is enough."""
        return ['%s "%s %s %s"' % (word % state.lower(), Case.program, what, state)
                for state in ("UP", "DOWN")] if self.omega else []

    def config(self):
        lines = ["virtual_server %s %d {" % (VIP, self.port)]
        if self.group:
            lines = ["virtual_server_group %s {" % self.group, "%s %d" % (VIP, self.port),
                     "%s %d" % (VIP, 1000 + self.port), "fwmark %d" % self.port, "}",
                     "virtual_server group %s {" % self.group]
        lines += ["delay_loop 1", "lb_algo rr", "lb_kind NAT", "protocol TCP",
                  "quorum %d" % self.quorum, "hysteresis %d" % self.hysteresis]
        lines += ["alpha"] * self.alpha + ["inhibit_on_failure"] * self.inhibit
        lines += ["omega"] * self.omega
        lines += self.notify("quorum_%s", "VS-%d" % self.port)
        if self.sorry != "none":
            lines += ["sorry_server " + SORRY.replace(":", " ")]
        if self.sorry == "sorry-inhibit":
            lines += ["sorry_server_inhibit"]
        for weight in SERVERS:
            lines += ["real_server %s {" % endpoint(weight).replace(":", " "), "weight %d" % weight,
                      *self.notify("notify_%s", "RS-%d-%d" % (self.port, weight)),
                      "TCP_CHECK {", "connect_timeout 1", "retry 0", "warmup 0", "}", "}"]
        return "\n".join(lines + ["}"]) + "\n"

    def judge(self, first=False):
        weight = sum(self.alive)
        needed = self.quorum + (-1 if self.met else 1) * self.hysteresis
        met = weight >= needed and not (self.met and not weight)
        if met != self.met or first:
            self.told.append("VS %s %s" % (self.label, "UP" if met else "DOWN"))
        self.met = met

    def step(self, weight):
        if (abs(weight) in self.alive) == (weight > 0):
            return
        self.alive ^= {abs(weight)}
        self.told.append("RS %s %s %s" % (self.server_label(abs(weight)), self.label,
                                          "UP" if weight > 0 else "DOWN"))
        self.judge()

    def end(self):
        if not self.omega:
            return
        for weight in sorted(self.alive):
            self.told.append("RS %s %s DOWN" % (self.server_label(weight), self.label))
        if self.met:
            self.told.append("VS %s DOWN" % self.label)

    @staticmethod
    def server_label(weight):
        name, port = SERVERS[weight]
        return "[%s]:tcp:%d" % (ADDRESS[name], port)

    def run(self):
        """What its programs have to write, of each object in order."""
        labels = {"VS %s" % self.label: "VS-%d" % self.port}
        labels.update({"RS %s %s" % (self.server_label(w), self.label): "RS-%d-%d" % (self.port, w)
                       for w in SERVERS})
        told = by_object(self.told) if self.omega else {}
        return {labels[name]: states for name, states in told.items()}

    def table(self):
        stands_in = not self.met and self.sorry != "none"
        table = {endpoint(w): w for w in self.alive if not stands_in}
        if self.inhibit:
            table.update({endpoint(w): 0 for w in SERVERS if endpoint(w) not in table})
        if self.sorry != "none":
            if stands_in or self.sorry == "sorry-inhibit":
                table[SORRY] = int(stands_in)
        return table


class Differences:
    """What keepalived does otherwise: CASE | WHAT | why."""

    def __init__(self):
        self.rows = []
        with open(os.path.join(HERE, "pool-differences"), encoding="utf-8") as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    case, what, why = [cell.strip() for cell in line.split("|", 2)]
                    assert why, line
                    self.rows.append([case, what, 0])

    def explain(self, case, what):
        for row in self.rows:
            if fnmatch.fnmatchcase(case, row[0]) and fnmatch.fnmatchcase(what, row[1]):
                row[2] += 1
                return True
        return False

    def stale(self):
        return [row[:2] for row in self.rows if not row[2]]


class Teller:
    """A named pipe and what it was told."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path, self.text = path, ""
        self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self.fd, F_SETPIPE_SZ, 1 << 20)

    def lines(self):
        try:
            while True:
                self.text += os.read(self.fd, 65536).decode()
        except BlockingIOError:
            return self.text.splitlines()

    def of(self, case):
        """Those of one service."""
        return [line for line in self.lines() if case.label in line]


class Listeners:
    def __init__(self, cluster):
        self.cluster, self.sockets = cluster, {}

    def step(self, weight):
        name, port = SERVERS[abs(weight)]
        if weight < 0:
            self.sockets.pop(-weight).close()
        else:
            self.sockets[weight] = self.cluster.space[name].call(
                lambda: socket.create_server(("", port), backlog=1024))

    def close(self):
        for sock in self.sockets.values():
            sock.close()


def cases():
    rules = itertools.product(QUORUMS, SORRIES, *[(False, True)] * 3)
    made = [Case(n, *rule) for n, rule in enumerate(rules)]
    made.append(Case(len(made), (3, 0), "sorry", False, False, False, omega=True))
    made.append(Case(len(made), (5, 1), "none", True, False, False, omega=True))
    made.append(Case(len(made), (5, 1), "sorry", False, False, True, omega=True))
    return made


def config_of(all_cases, director, teller):
    Case.program = director.path("program")
    with open(Case.program, "w") as f:
        f.write("#!/bin/sh\necho $1 $2 >>%s\n" % director.path("run"))
    os.chmod(Case.program, 0o755)
    return ("global_defs {\nenable_script_security\nscript_user root\nlvs_notify_fifo %s\n}\n"
            % teller.path) + "".join(c.config() for c in all_cases)


def weights_of(director):
    """By service. Of many services /proc/net/ip_vs is not always whole."""
    table = {}
    for line in director.namespace.run(["ipvsadm", "-Sn"]).stdout.splitlines():
        words = line.split()
        table.setdefault(words[2], {})
        if words[0] == "-a":
            table[words[2]][words[4]] = int(words[words.index("-w") + 1])
    return table


def differing(director, all_cases, differences=None, when=""):
    table = weights_of(director)
    found = []
    for case in all_cases:
        weights = [table.get(service) for service in case.services]
        if any(w != case.table() for w in weights) and not (differences and
                                                            differences.explain(case.name, when)):
            found.append("%s: %s, not %s" % (case.name, weights, case.table()))
    return found


def by_object(lines):
    """What was told of each server and of the quorum, in order. How servers that change in one
    moment follow each other is free."""
    told = {}
    for line in lines:
        name, _, state = line.rpartition(" ")
        told.setdefault(name, []).append(state)
    return told


def replace(program, role):
    """The next lvs finds the kernel's table as it should be, whatever the hysteresis remembers."""
    def adoptions():
        return re.findall(r"servers adopted, (\d+) written", program.log_text())

    before = len(adoptions())
    died = program.kill_role(role)
    wait_for(lambda: program.role(role) != died, 10, "another process " + role)
    if role == "lvs":
        wait_for(lambda: len(adoptions()) > before, 10, "adoption")
        assert adoptions()[before:] == ["0"]


def unasked(lines):
    """Quorums that were told of before the server that decided; the first is told of by itself."""
    return [after for before, after in zip(lines, lines[1:])
            if after.startswith("VS ") and before.startswith("VS ")]


@pytest.fixture
def listeners(cluster):
    made = Listeners(cluster)
    yield made
    made.close()


def test_matrix(cluster, listeners):
    halvard, keepalived = cluster.directors
    all_cases, differences = cases(), Differences()
    tellers = {d: Teller(d.path("told")) for d in cluster.directors}
    programs = [halvard.halvard(config_of(all_cases, halvard, tellers[halvard])),
                keepalived.keepalived(config_of(all_cases, keepalived, tellers[keepalived]), ["-C"])]
    for weight in SERVERS:
        listeners.step(weight)
    for program in programs:
        program.start()
    for case in all_cases:
        for weight in SERVERS:
            case.step(weight)

    def stands(when):
        def equal():
            return not differing(halvard, all_cases) and \
                not differing(keepalived, all_cases, differences, when)

        try:
            wait_for(equal, 20, when, every=0.2)
        except AssertionError as error:
            raise AssertionError("%s:\nhalvard: %s\nkeepalived: %s" % (
                when, "\n".join(differing(halvard, all_cases)),
                "\n".join(differing(keepalived, all_cases, differences, when)))) from error

    stands("start")
    for n, step in enumerate(STEPS, 1):
        if n in KILLED:
            replace(programs[0], KILLED[n])
        listeners.step(step)
        for case in all_cases:
            case.step(step)
        stands("step %d" % n)
    for program in programs:
        program.stop()
    wrong = []
    for case in all_cases:
        case.end()
        for director in cluster.directors:
            assert unasked(tellers[director].of(case)) == [], (director.name, tellers[director].of(case))
            told, should = by_object(tellers[director].of(case)), by_object(case.told)
            if told != should and not (director is keepalived and
                                       differences.explain(case.name, "told")):
                wrong.append("%s, %s: %s, not %s" % (director.name, case.name, told, should))
    assert not wrong, "\n".join(wrong)
    for director in cluster.directors:
        with open(director.path("run")) as f:
            ran = by_object(f.read().splitlines())
        for case in all_cases:
            mine = {name: states for name, states in ran.items() if str(case.port) in name}
            assert mine == case.run() or (director is keepalived and
                                          differences.explain(case.name, "run")), \
                (director.name, case.name, mine, case.run())
    assert differences.stale() == []
