"""lvs_sync_daemon and lvs_timeouts: the kernel's daemons follow the VRRP instance, with the attributes of
the file; what was before comes back."""
import json
import socket
import struct

import pytest

from lab import scale
from lab.daemons import Halvard, Keepalived
from lab.space import Namespace, ip_batch, wait_for

VIP = "192.0.2.100"
SYNC = "lvs_sync_daemon eth0 VI_1 id 33 maxlen 1400 port 9000 ttl 3 group 224.0.0.90"
FILE = """global_defs {
	%s
}
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority %d
	version 3
	advert_int 0.1
	virtual_ipaddress {
		%s/24
	}
}
virtual_server %s 80 {
	lb_algo rr
	lb_kind NAT
	protocol TCP
	real_server 10.0.0.1 80 {
		weight 1
	}
}
"""
GET_DAEMON, GET_CONFIG = 11, 13
ATTR_DAEMON = 3
STATE, INTERFACE, ID, MAXLEN, GROUP, PORT, TTL = 1, 2, 3, 4, 5, 7, 8
MASTER, BACKUP = 1, 2


class Kernel(scale.TableProbe):
    def daemons(self):
        """{MASTER or BACKUP: its attributes}"""
        replies = self._exchange(self.family, scale.NLM_F_DUMP, GET_DAEMON, b"")
        found = {}
        for r in replies:
            a = scale._attributes(r[ATTR_DAEMON])
            found[struct.unpack("=I", a.pop(STATE))[0]] = a
        return found

    def timeouts(self):
        """tcp, tcpfin, udp in seconds"""
        reply, = self._exchange(self.family, scale.NLM_F_ACK, GET_CONFIG, b"")
        return tuple(struct.unpack("=I", reply[t])[0] for t in (4, 5, 6))


class Site:
    def __init__(self):
        ip_batch(["netns add %s" % n for n in ("one", "two", "net")] +
                 ["link add bridge netns net type bridge"] +
                 ["link add eth0 netns %s type veth peer name %s netns net" % (n, n) for n in ("one", "two")])
        self.net = Namespace("net")
        self.net.ip("link set bridge up", "link set one master bridge", "link set two master bridge",
                    "link set one up", "link set two up", "addr add 192.0.2.9/24 dev bridge")
        self.directors = [Namespace("one"), Namespace("two")]
        for n, d in enumerate(self.directors, 1):
            d.ip("link set lo up", "addr add 192.0.2.%d/24 dev eth0" % n, "link set eth0 up",
                 "route add local 10.0.0.0/8 dev lo")
        self.kernels = [Kernel(d) for d in self.directors]
        self.programs = []

    def start(self, kind, words, priorities=(200, 100)):
        self.programs = [kind(d, "/run/lab/test_sync/%s%d" % (kind.name, n), FILE % (words, p, VIP, VIP)).start()
                         for n, (d, p) in enumerate(zip(self.directors, priorities))]
        self.settled()

    def settled(self):
        wait_for(lambda: [list(k.daemons()) for k in self.kernels] == [[MASTER], [BACKUP]], 20,
                 lambda: str([k.daemons() for k in self.kernels]))

    def stop(self):
        for p in self.programs:
            p.stop(deadline=30)
        self.programs = []

    def close(self):
        self.stop()
        for k in self.kernels:
            k.close()
        for n in (*self.directors, self.net):
            n.close()
        ip_batch(["netns del %s" % n for n in ("one", "two", "net")])


@pytest.fixture(scope="module")
def site():
    it = Site()
    yield it
    it.close()


def test_the_same_as_keepalived(site):
    found = {}
    for kind in (Keepalived, Halvard):
        site.start(kind, SYNC)
        found[kind] = [k.daemons() for k in site.kernels]
        site.stop()
        wait_for(lambda: not any(k.daemons() for k in site.kernels), 20, "no daemons")
    assert found[Halvard] == found[Keepalived]
    assert found[Halvard][0][MASTER][ID] == struct.pack("=I", 33)


def test_roles_follow_the_instance(site):
    site.start(Halvard, SYNC)
    site.programs[0].ctl("yield", "VI_1")
    wait_for(lambda: [list(k.daemons()) for k in site.kernels] == [[BACKUP], [MASTER]], 20,
             lambda: str([k.daemons() for k in site.kernels]))
    site.programs[0].ctl("takeover", "VI_1")
    site.settled()
    assert "sync_running" in site.programs[0].ctl("show", "ipvs").stdout
    site.programs[0].kill_role("lvs")
    wait_for(lambda: site.programs[0].ctl("show", "ipvs").returncode == 0, 20, "the process is back")
    site.settled()
    site.stop()


def test_connections_reach_the_backup(site):
    """What the master has taken on is in the backup's table, to go on with."""
    site.start(Halvard, SYNC)
    listener = site.directors[0].call(socket.create_server, ("10.0.0.1", 80))
    client = site.net.call(socket.create_connection, (VIP, 80), 10)
    served, _ = listener.accept()
    for _ in range(4):  # the kernel tells of a connection from its third packet on
        client.sendall(b"?")
        served.recv(1)
        served.sendall(b"!")
        client.recv(1)
    line = "%04X C0000264 0050 0A000001 0050 ESTABLISHED" % client.getsockname()[1]

    def has():
        return line in site.directors[1].run(["cat", "/proc/net/ip_vs_conn"]).stdout

    wait_for(has, 20, lambda: site.directors[1].run(["cat", "/proc/net/ip_vs_conn"]).stdout)
    for s in (client, served, listener):
        s.close()
    site.stop()


def test_a_change_begins_them_anew(site):
    site.start(Halvard, SYNC)
    for p, priority in zip(site.programs, (200, 100)):
        p.configure(FILE % (SYNC.replace("id 33", "id 34"), priority, VIP, VIP))
        p.reload()
    wait_for(lambda: [d[ID] for k in site.kernels for d in k.daemons().values()] == 2 * [struct.pack("=I", 34)], 20,
             lambda: str([k.daemons() for k in site.kernels]))
    site.settled()
    for p, priority in zip(site.programs, (200, 100)):
        p.configure(FILE % ("", priority, VIP, VIP))
        p.reload()
    wait_for(lambda: not any(k.daemons() for k in site.kernels), 20, "no daemons")
    site.stop()


def test_timeouts_come_and_go(site):
    before = site.kernels[0].timeouts()
    site.start(Halvard, SYNC + "\n lvs_timeouts tcp 7200 udp 33")
    assert site.kernels[0].timeouts() == (7200, before[1], 33)
    program = site.programs[0]
    program.configure(FILE % (SYNC + "\n lvs_timeouts tcpfin 44", 200, VIP, VIP))
    program.reload()
    wait_for(lambda: site.kernels[0].timeouts() == (before[0], 44, before[2]), 20,
             lambda: str(site.kernels[0].timeouts()))
    site.stop()
    assert site.kernels[0].timeouts() == before


def test_an_interface_that_comes_late(site):
    """What the kernel refused is tried again by itself."""
    words = SYNC.replace("eth0", "late0")
    program = Halvard(site.directors[0], "/run/lab/test_sync/late", FILE % (words, 200, VIP, VIP)).start()
    site.programs = [program]
    wait_for(lambda: "lvs_sync_daemon: No such device" in program.log_text(), 20, "a refusal")
    # Nothing else will make it try: the instance has its state, and the barrier is past.
    wait_for(lambda: json.loads(program.ctl("--json", "show", "ipvs").stdout)["ipvs"]["sync_role"] == "master", 20,
             "the instance is master")
    program.ctl("weight", VIP + ":80/tcp", "10.0.0.1:80", "2")
    assert not site.kernels[0].daemons()
    site.directors[0].ip("link add late0 type veth peer name late1", "addr add 198.51.100.1/24 dev late0",
                         "link set late0 up", "link set late1 up")
    wait_for(lambda: list(site.kernels[0].daemons()) == [MASTER], 40, "the daemon")
    site.stop()
    site.directors[0].ip("link del late0")


def test_flush_on_stop(site):
    """Everything goes, whoever made it; without the word only what is ours."""
    director = site.directors[0]

    def services():
        return scale.count_table(director)[0]

    for words, left in (("lvs_flush_on_stop", 0), ("lvs_flush_on_stop VS", 1), ("", 1)):
        director.run(["ipvsadm", "-A", "-f", "77"])
        site.start(Halvard, SYNC + "\n" + words)
        wait_for(lambda: services() == 2, 20, "both services")
        site.stop()
        wait_for(lambda: services() == left, 20, lambda: "%d services, %d are wanted" % (services(), left))
        director.run(["ipvsadm", "-C"])
