"""halvard-realserver: an address that answers here and is nobody's business in the network."""
import os
import socket
import subprocess

import pytest

from lab import daemons
from lab.space import Namespace, ip_batch, wait_for

PROGRAM = os.path.join(daemons.BUILD, "halvard-realserver")
VIP, OTHER, VIP6 = "192.0.2.200", "192.0.2.201", "2001:db8::200"
SETTINGS = ["net.ipv4.conf.%s.%s" % (i, s) for i in ("all", "lo") for s in ("arp_ignore", "arp_announce")]


class Machine:
    def __init__(self, real, neighbour):
        self.real, self.neighbour = real, neighbour

    def run(self, *args, status=0):
        done = self.real.run([PROGRAM, *args], check=False)
        assert done.returncode == status, done.stdout
        return done.stdout

    def settings(self):
        def body():
            found = []
            for s in SETTINGS:
                with open("/proc/sys/" + s.replace(".", "/")) as f:
                    found.append(f.read().strip())
            return found

        return self.real.call(body)

    def addresses(self):
        out = self.real.run(["ip", "-o", "addr", "show", "dev", "lo"]).stdout
        return {line.split()[3] for line in out.splitlines()} - {"127.0.0.1/8", "::1/128"}

    def arp_answer(self, address):
        """Whether the neighbour is told who has it."""
        self.neighbour.ip("neigh flush dev eth0")
        with self.neighbour.call(socket.socket, socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"who is there?", (address, 9))

        def end():
            out = self.neighbour.run(["ip", "neigh", "show", address]).stdout
            return "lladdr" in out and "yes" or "FAILED" in out and "no"

        return wait_for(end, 20, "the end of looking for " + address) == "yes"

    def serves(self, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = self.real.call(lambda: socket.create_server((address, 0), family=family))
        client = self.real.call(socket.socket, family)
        with listener, client:
            client.settimeout(5)
            client.connect(listener.getsockname()[:2])
            return listener.accept()[1][0] == address


@pytest.fixture
def machine():
    ip_batch(["netns add real", "netns add neighbour",
              "link add eth0 netns real type veth peer name eth0 netns neighbour"])
    real, neighbour = Namespace("real"), Namespace("neighbour")
    for n, space in enumerate((real, neighbour), 11):
        space.ip("link set lo up", "addr add 192.0.2.%d/24 dev eth0" % n, "link set eth0 up")
    yield Machine(real, neighbour)
    subprocess.run(["rm", "-rf", "/run/halvard-realserver"], check=True)
    for space in (real, neighbour):
        space.close()
    ip_batch(["netns del real", "netns del neighbour"])


def test_it_answers_here_and_no_arp(machine):
    before = machine.settings()
    machine.real.ip("addr add %s/32 dev lo" % VIP)
    assert machine.arp_answer(VIP)  # what would be without it
    machine.real.ip("addr del %s/32 dev lo" % VIP)
    machine.run("add", VIP, VIP6)
    assert machine.addresses() == {VIP + "/32", VIP6 + "/128"}
    assert machine.settings() == ["1", "2", "1", "2"]
    assert machine.serves(VIP) and machine.serves(VIP6)
    assert not machine.arp_answer(VIP)
    assert machine.arp_answer("192.0.2.11")
    machine.run("remove", VIP, VIP6)
    assert machine.addresses() == set()
    assert machine.settings() == before


def test_again_and_one_by_one(machine):
    machine.real.sysctl("net.ipv4.conf.all.arp_announce", 1)
    before = machine.settings()
    for _ in range(2):
        machine.run("add", VIP)
    machine.run("add", OTHER)
    machine.run("remove", VIP)
    assert machine.addresses() == {OTHER + "/32"}
    assert machine.settings() == ["1", "2", "1", "2"]
    for _ in range(2):
        machine.run("remove", OTHER)
    assert machine.addresses() == set()
    assert machine.settings() == before


def test_settings_that_cannot_be_kept_are_not_changed(machine):
    before = machine.settings()
    os.makedirs("/run/halvard-realserver/new")  # where the second half of each is written
    assert VIP + " was not added" in machine.run("add", VIP, status=1)
    assert machine.settings() == before and machine.addresses() == set()


def test_what_others_set_stays(machine):
    machine.run("add", VIP)
    machine.real.sysctl("net.ipv4.conf.lo.arp_ignore", 8)
    out = machine.run("remove", VIP)
    assert "lo/arp_ignore was changed by somebody else" in out
    assert machine.settings() == ["0", "0", "8", "0"]


def test_an_address_that_fails_changes_nothing(machine):
    before = machine.settings()
    machine.real.sysctl("net.ipv6.conf.lo.disable_ipv6", 1)
    assert VIP6 + " was not added" in machine.run("add", VIP6, status=1)
    assert machine.settings() == before and machine.addresses() == set()


@pytest.mark.parametrize("words, what", [
    ([], "add or remove is missing"),
    (["put", VIP], "put is neither add nor remove"),
    (["add"], "add: the address is missing"),
    (["add", VIP + "/32"], "192.0.2.200/32 is not an IPv4 or IPv6 address"),
    (["add", "192.0.2.256"], "192.0.2.256 is not an IPv4 or IPv6 address"),
    (["add", "224.0.0.18"], "224.0.0.18 is not an IPv4 or IPv6 address"),
    (["add", "2001:db8::x"], "2001:db8::x is not an IPv4 or IPv6 address"),
    (["add", "1:2:3"], "1:2:3 is not an IPv4 or IPv6 address"),
    (["add", VIP, "www.example"], "www.example is not an IPv4 or IPv6 address"),
])
def test_wrong_command_lines(machine, words, what):
    out = machine.run(*words, status=2)
    assert what in out and "--help" in out
    assert machine.addresses() == set()


def test_help_and_version(machine):
    assert "Usage: halvard-realserver add|remove VIP..." in machine.run("--help")
    assert machine.run("-V").startswith("halvard-realserver ")
