"""AGENT_CHECK: a server whose agent speaks for it, and agents that hang, reset, drip or babble."""
import itertools
import os
import socket
import struct
import threading

import pytest

from lab.space import wait_for
from lab.topology import REAL, VIP

from lvs_rig import rig_on

_ports = itertools.count(8600)


class Agent:
    """Answers each connection with what it is told; `script` may do anything with it."""

    def __init__(self, space, port):
        self.heard, self.answer, self.asked = [], "ready up 100%\n", 0
        self.behave = self.say
        self.socket = space.call(lambda: socket.create_server(("", port), backlog=16))
        self.held = []
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            try:
                self.behave(client)
            except OSError:
                client.close()
            self.asked += 1

    def say(self, client):
        client.settimeout(5)
        self.heard.append(client.recv(64).decode())
        client.sendall(self.answer.encode("latin-1"))
        client.close()

    def hang(self, client):
        self.held.append(client)

    def reset(self, client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()

    def drip(self, client):
        def go_on():
            try:
                while True:
                    client.sendall(b"7")
                    if self.gone.wait(0.1):
                        return
            except OSError:
                client.close()

        threading.Thread(target=go_on, daemon=True).start()

    gone = threading.Event()

    def mute(self, client):
        client.close()

    def close(self):
        if self.socket.fileno() >= 0:
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for client in self.held:
            client.close()


class World:
    def __init__(self, cluster):
        self.rig = rig_on(cluster.directors[0])
        self.director = cluster.directors[0]
        self.port = next(_ports)
        self.service = "%s:%d/tcp" % (VIP, self.port)
        self.real = "%s:%d" % (REAL["real1"].partition(":")[0], self.port)
        self.agent = Agent(cluster.space["real1"], self.port)
        self.rig.service(self.service, scheduler="wrr")
        self.rig.server(self.real, self.service, weight=100)
        self.rig.check(self.real, self.service, kind="AGENT_CHECK", object="who\\n", retry=1,
                       connect_timeout_ms=700)
        self.rig.settle()

    def weight(self):
        entry = self.director.table().get(self.service)
        return entry.weights.get(self.real) if entry else None

    def says(self, answer, weight):
        self.agent.answer, self.agent.behave = answer, self.agent.say
        self.runs_more()
        self.wait(weight)

    def wait(self, weight):
        wait_for(lambda: self.weight() == weight, 15,
                 lambda: "weight %s, not %s" % (weight, self.weight()))

    def check(self, **fields):
        for field, value in fields.items():
            self.rig.do('wait 15 checker %s %s 1 %s "%s"' % (self.service, self.real, field, value))

    def server(self, **fields):
        for field, value in fields.items():
            self.rig.wait(15, self.real, field, value, self.service)

    def runs_more(self):
        before = self.agent.asked
        wait_for(lambda: self.agent.asked > before + 1, 15, "two more questions")


@pytest.fixture
def world(cluster):
    w = World(cluster)
    yield w
    w.agent.close()


def test_words(world):
    world.wait(100)
    wait_for(lambda: len(world.agent.heard) > 1, 15, "two questions")
    assert set(world.agent.heard) == {"who\n"}
    world.says("75%\n", 75)
    world.says("drain\n", 0)
    world.server(oper_state="disabled", reason="agent")
    world.says("50%\n", 0)  # a share is no word of readiness
    world.says("ready\n", 50)
    world.says("MAINT, 100%\r\n", 0)
    world.says("ready", 100)  # the end of the connection ends a line
    world.says("down#disk full\n", None)
    world.check(reason="agent", result="disk full")
    world.says("90%\n", None)  # only up takes down back
    world.says("up\n", 90)
    world.says("stopped\n", None)
    world.says("up 1%\n", 1)
    world.says("0%\n", 0)
    world.says("100%\n", 100)


def test_what_an_agent_must_not_take_back(world):
    world.wait(100)
    world.rig.change(world.real, "weight", 40, world.service)
    world.says("50% drain\n", 0)
    world.rig.change(world.real, "admin_state", "disabled", world.service)
    world.agent.answer = "up ready 100%\n"
    world.check(percent=100)
    world.runs_more()
    world.server(oper_state="disabled", reason="admin")
    assert world.weight() == 0
    world.agent.answer = "50% drain\n"
    world.check(agent="drain")
    world.rig.change(world.real, "admin_state", "enabled", world.service)
    world.runs_more()
    world.server(reason="agent")
    assert world.weight() == 0
    world.says("ready\n", 20)
    world.check(agent="ready", percent=50)
    # What it said holds for the next process, and for the next main.
    world.agent.behave = world.agent.hang
    world.rig.do("kill")
    world.rig.settle()
    assert world.weight() == 20
    world.rig.do("relink")
    world.rig.settle()
    assert world.weight() == 20


@pytest.mark.parametrize("behaviour, reason", [
    ("hang", "timeout"), ("reset", "reset"), ("drip", "timeout"), ("mute", "reset")])
def test_an_agent_that_does_not_speak(world, behaviour, reason):
    world.says("ready up 60%\n", 60)
    world.agent.behave = getattr(world.agent, behaviour)
    world.wait(None)
    world.check(state="down", reason=reason)
    world.says("", None)  # a line without a word
    world.says("100%\n", 100)


def test_nonsense_changes_nothing_and_is_said_once(world):
    world.says("ready up 60%\n", 60)
    world.agent.answer = "HTTP/1.1 400 Bad \xff\x01 " + "x" * 400 + "\r\n"
    world.runs_more()
    world.runs_more()
    world.check(state="up", reason="ok")
    assert world.weight() == 60
    lines = [l for l in world.rig.log_text().split("\n")
             if "port %d: the agent says" % world.port in l]
    assert len(lines) == 1 and '"HTTP/1.1"' in lines[0], lines


def test_a_server_that_is_gone(world):
    world.says("ready up 60%\n", 60)
    world.agent.close()
    world.wait(None)
    world.check(state="down", reason="refused")
