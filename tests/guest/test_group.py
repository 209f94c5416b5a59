"""A virtual server of several addresses: one pool, one drain, one sum, in several services of the kernel."""
import json
import socket
import struct
import threading

import pytest

from lab.scale import TableWrites
from lab.space import wait_for
from lab.topology import ADDRESS, VIP, connect

PORTS = (9301, 9302)
GROUP = "group:web/tcp"
REAL = ADDRESS["real1"] + ":0"
CONFIG = """
vrrp_instance VI_1 {
	interface eth0
	virtual_router_id 51
	version 3
	advert_int 0.2
	virtual_ipaddress {
		%(vip)s
	}
}

virtual_server_group web {
	%(members)s
}

virtual_server group web {
	delay_loop 0.3
	lb_algo rr
	lb_kind DR
	protocol TCP
	real_server %(real)s {
		weight 5
	}
}
"""


def config(ports):
    return CONFIG % {"vip": VIP, "real": ADDRESS["real1"],
                     "members": "\n\t".join("%s %d" % (VIP, port) for port in ports)}


class Echo:
    """Says back what it is told, on every port, and holds its connections."""

    def __init__(self, space, ports=PORTS, address=""):
        self.sockets = [space.call(lambda p=port: socket.create_server((address, p), backlog=64)) for port in ports]
        for listener in self.sockets:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        try:
            while True:
                threading.Thread(target=self._serve, args=(listener.accept()[0],), daemon=True).start()
        except OSError:
            pass

    @staticmethod
    def _serve(sock):
        try:
            while data := sock.recv(4096):
                sock.sendall(data)
        except OSError:
            pass

    def close(self):
        for listener in self.sockets:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


@pytest.fixture
def echo(cluster):
    made = Echo(cluster.space["real1"])
    yield made
    made.close()


@pytest.fixture
def director(cluster):
    return cluster.directors[0]


@pytest.fixture
def program(cluster, director):
    made = director.halvard(config(PORTS)).start()
    cluster.wait_owner(director, 15)
    wait_for(lambda: all(weights(director).values()), 10, "servers in both services")
    return made


def weights(director):
    return {port: director.weights("%s:%d/tcp" % (VIP, port)) for port in PORTS}


def row(program, table):
    rows = json.loads(program.ctl("--json", "show", table).stdout)[table]
    return next(r for r in rows if GROUP in (r.get("vs"), r["name"]))


def say(sock, text):
    sock.sendall(text)
    return sock.recv(4096)


def reset(sock):
    """The kernel forgets the connection within ten seconds."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def connections(program):
    r = row(program, "real_server")
    return r["active_conns"] + r["inactive_conns"]


def test_one_drain(cluster, director, program, echo):
    first, second = (connect(cluster.client, port=port) for port in PORTS)
    assert say(first, b"one") == b"one" and say(second, b"two") == b"two"
    wait_for(lambda: connections(program) == 2, 10, "both counted")
    assert row(program, "virtual_server")["active_conns"] == 2
    program.ctl("drain", GROUP, REAL)
    assert weights(director) == {port: {"%s:%d" % (ADDRESS["real1"], port): 0} for port in PORTS}
    assert row(program, "real_server")["oper_state"] == "draining"

    # The end of one is not the end of it.
    reset(second)
    wait_for(lambda: connections(program) == 1, 30, "the other is left")
    assert row(program, "real_server")["oper_state"] == "draining"
    assert say(first, b"still there") == b"still there"
    reset(first)
    wait_for(lambda: row(program, "real_server")["oper_state"] == "drained", 30, "drained")
    assert weights(director) == {port: {} for port in PORTS}
    wait_for(lambda: row(program, "virtual_server")["conns"] == 2, 10, "what both services have counted")
    assert row(program, "real_server")["conns"] == 2
    read = row(program, "virtual_server")["stats_at"]
    for _ in range(2):  # while the server is not in the table, and the kernel keeps its counters for a while
        wait_for(lambda: row(program, "virtual_server")["stats_at"] != read, 10, "another look", every=0.3)
        read = row(program, "virtual_server")["stats_at"]

    # A new connection adds to what was counted before.
    program.ctl("enable", GROUP, REAL)
    third = connect(cluster.client, port=PORTS[1])
    wait_for(lambda: row(program, "real_server")["conns"] == 3, 10,
             lambda: "the third: %s" % [(r["conns"], r["active_conns"]) for r in (row(program, "real_server"), row(program, "virtual_server"))])
    assert row(program, "virtual_server")["conns"] == 3
    third.close()


def test_members_come_and_go(cluster, director, program, echo):
    first, second = (connect(cluster.client, port=port) for port in PORTS)
    assert say(first, b"one") == b"one" and say(second, b"two") == b"two"
    with TableWrites(director.namespace) as writes:
        program.configure(config(PORTS[:1]))
        program.reload()
        wait_for(lambda: "%s:%d/tcp" % (VIP, PORTS[1]) not in director.table(), 10, "it is gone")
        assert writes.seen() == ["delete service"]
        program.configure(config(PORTS))
        program.reload()
        wait_for(lambda: all(weights(director).values()), 10, "it is back")
        assert writes.seen() == ["delete service", "new service", "new server"]
    assert say(first, b"never touched") == b"never touched"
    assert say(second, b"and back") == b"and back"


def test_processes_are_replaced(director, program):
    """The next lvs finds all services as they should be, and the next main tells it of the group."""
    before = weights(director)
    with TableWrites(director.namespace) as writes:
        for role in ("lvs", "main", "lvs"):
            died = program.kill_role(role)
            wait_for(lambda died=died, role=role: program.role(role) != died, 10, "another " + role)
            wait_for(lambda: row(program, "real_server")["oper_state"] == "up", 10, "up again")
        program.ctl("set", "real_server", GROUP, REAL, "weight", "7")
        assert writes.seen() == ["set server"] * 2
    assert weights(director) == {port: dict.fromkeys(servers, 7) for port, servers in before.items()}
