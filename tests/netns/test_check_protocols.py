"""PING_CHECK and others that speak a protocol of their own: what a check finds, and what it says.

One director with one virtual server for each case; this kernel need not have IPVS for that.
"""
import json
import os
import socket
import struct
import threading
import time

import pytest

from lab import daemons
from lab.daemons import Halvard, Program
from lab.space import Namespace, ip_batch, wait_for

FOLDER = "/run/lab/test_check_protocols"
SERVER, SERVER6, SILENT, AWAY = "10.0.0.1", "fd00::1", "10.9.0.1", "10.8.0.1"
RETRY, PAUSE, PATIENCE = 2, 0.2, 1.0  # of the checks: further attempts, seconds between, deadline

# ---- servers over UDP --------------------------------------------------------

ECHO, DUMB, LONG, NOBODY = 2101, 2102, 2103, 2199


def serve_udp(namespace, port, answer):
    sock = namespace.call(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", port))

    def run():
        while True:
            data, peer = sock.recvfrom(65536)
            said = answer(data)
            if said is not None:
                sock.sendto(said, peer)

    threading.Thread(target=run, daemon=True).start()


# ---- name servers --------------------------------------------------------------

NSD = 2200
ZONE = "$ORIGIN example.\n@ 60 IN SOA ns hostmaster 1 2 3 4 5\n@ 60 IN NS ns\nns 60 IN A 192.0.2.1\nns 60 IN AAAA 2001:db8::1\n"
NSD_CONF = """
server:
	ip-address: %(server)s@%(port)d
	username: ""
	chroot: ""
	zonesdir: "%(folder)s"
	pidfile: ""
	database: ""
	zonelistfile: "%(folder)s/zones.list"
	xfrdfile: "%(folder)s/xfrd.state"
remote-control:
	control-enable: no
zone:
	name: example
	zonefile: example.zone
"""


class Nsd(Program):
    name = "nsd"
    PROGRAM = "/usr/sbin/nsd"

    def __init__(self, namespace, folder):
        super().__init__(namespace, folder)
        self.write("example.zone", ZONE)
        self.write("nsd.conf", NSD_CONF % {"server": SERVER, "port": NSD, "folder": self.folder})

    def command(self):
        return [self.PROGRAM, "-d", "-c", self.path("nsd.conf")]


class Smtpd(Program):
    """OpenSMTPD, which takes mail for nobody here."""

    name = "smtpd"
    PROGRAM = "/usr/sbin/smtpd"

    def __init__(self, namespace, folder):
        super().__init__(namespace, folder)
        self.write("smtpd.conf", 'listen on 0.0.0.0 port %d\naction "none" maildir "%s/mail"\n'
                   'match for domain "nowhere.example" action "none"\n' % (REAL, self.folder))

    def command(self):
        return [self.PROGRAM, "-d", "-f", self.path("smtpd.conf")]


def dns(flags=0x8580, question=None, counts=(1, 0, 0, 0), more=b"", other_id=False, cut=None):
    def answer(data):
        name = (int.from_bytes(data[:2], "big") ^ other_id).to_bytes(2, "big")
        said = question if question is not None else data[12:]
        return (name + struct.pack(">H4H", flags, *counts) + said + more)[:cut]
    return answer


# Of the question for the root's SOA.
NAMESERVERS = {2201: dns(), 2202: dns(0x8582), 2203: dns(0x8183), 2204: dns(0x8585), 2205: dns(0x858e),
               2206: dns(other_id=True), 2207: dns(0x8780), 2208: dns(cut=11), 2209: dns(cut=14),
               2210: dns(counts=(1, 1, 0, 0), more=b"\xc0\x0c\0\6\0\1\0\0\0\x3c\0\xff"),
               2211: dns(question=b"\7example\0\0\6\0\1"), 2212: dns(0x0100),
               2213: dns(question=b"\xc0\x0c\0\6\0\1")}

# ---- servers over TCP ----------------------------------------------------------

def read_line(conn):
    line = b""
    while not line.endswith(b"\n"):
        octet = conn.recv(1)
        if not octet:
            raise OSError("gone")
        line += octet
    return line


def talk(*says):
    """Says one thing, and the next for each line that it hears; then it hangs."""
    def handler(conn):
        for i, text in enumerate(says):
            if i:
                handler.heard.append(read_line(conn))
            conn.sendall(text)
        while conn.recv(4096):
            pass

    handler.heard = []
    return handler


def drip(conn):
    for octet in b"220 " + 200 * b"x":
        conn.sendall(bytes([octet]))
        time.sleep(0.05)


def flood(conn):
    while True:
        conn.sendall(b"220-again\r\n")


def reset(conn):
    conn.sendall(b"220 mail\r\n")
    read_line(conn)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def slow(conn):
    """Each step takes long, none too long."""
    for i, text in enumerate((b"220 m\r\n", b"250 m\r\n", b"221 m\r\n")):
        if i:
            read_line(conn)
        time.sleep(PATIENCE * 0.6)
        conn.sendall(text)


def close(conn):
    pass


def serve(namespace, port, handler):
    listener = namespace.call(socket.create_server, ("", port))

    def run(conn):
        with conn:
            try:
                handler(conn)
            except OSError:
                pass  # the check has seen enough

    def accept():
        while True:
            threading.Thread(target=run, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


class Switch:
    """Answers well or not, as it is told, and keeps when it was asked."""

    def __init__(self):
        self.good = True
        self.asked = []

    def __call__(self, conn):
        good = self.good
        self.asked.append(time.monotonic())
        if good:
            talk(b"220 m\r\n", b"250 m\r\n", b"221 m\r\n")(conn)
        else:
            talk(b"421 busy\r\n")(conn)


GOOD, MANY = talk(b"220 m\r\n", b"250 m\r\n", b"221 m\r\n"), talk(b"220-m\r\n220 m\r\n", b"250-m\r\n250 m\r\n", b"221 m\r\n")
SMTP = {2001: GOOD, 2002: MANY, 2003: talk(b""), 2004: talk(b"220 m\r\n"), 2005: talk(b"220 m\r\n", b"250 m\r\n"),
        2006: drip, 2007: flood, 2008: reset, 2009: slow, 2010: close, 2011: talk(b"554 no\r\n"),
        2012: talk(b"220 m\r\n", b"451 not now\r\n"), 2013: talk(b"SSH-2.0-OpenSSH\r\n"),
        2014: talk(b"220 m\r\n250 m\r\n"), 2015: talk(b"220 half")}
SWITCH, REAL = 2020, 2030

# ---- the cases -------------------------------------------------------------------

# name: keyword, address, port, what is in the block, state, reason, what the text says
CASES = {
    "ping": ("PING_CHECK", SERVER, 80, "", "up", "ok", ""),
    "ping6": ("PING_CHECK", SERVER6, 80, "", "up", "ok", ""),
    "ping-source": ("PING_CHECK", SERVER, 80, "bindto 10.0.0.7", "up", "ok", ""),
    "ping-no-source": ("PING_CHECK", SERVER, 80, "bindto 192.0.2.77", "unknown", "localError", "assign"),
    "ping-silent": ("PING_CHECK", SILENT, 80, "", "down", "timeout", "no answer in time"),
    "ping-away": ("PING_CHECK", AWAY, 80, "", "down", "unreachable", "No route to host"),
    "udp-silent": ("UDP_CHECK", SERVER, DUMB, "", "up", "ok", "no answer, and no refusal"),
    "udp-any": ("UDP_CHECK", SERVER, ECHO, "", "up", "ok", ""),
    "udp-refused": ("UDP_CHECK", SERVER, NOBODY, "", "down", "refused", "Connection refused"),
    "udp-refused-required": ("UDP_CHECK", SERVER, NOBODY, "require_reply", "down", "refused", "refused"),
    "udp-away": ("UDP_CHECK", AWAY, ECHO, "", "down", "unreachable", "No route to host"),
    "udp-required": ("UDP_CHECK", SERVER, ECHO, "require_reply", "up", "ok", ""),
    "udp-required-silent": ("UDP_CHECK", SERVER, DUMB, "require_reply", "down", "timeout", "no answer in time"),
    "udp-octets": ("UDP_CHECK", SERVER, ECHO, "payload 61 62 63\n require_reply 61 x2 63", "up", "ok", ""),
    "udp-octets-wrong": ("UDP_CHECK", SERVER, ECHO, "payload 61 62 63\n require_reply 61 62 64", "down",
                         "content", "octet 3 of the answer is 63, not 64"),
    "udp-short": ("UDP_CHECK", SERVER, ECHO, "payload 61\n require_reply\n min_reply_length 2", "down", "content",
                  "the answer has 1 octets, wanted is 2..255"),
    "udp-long": ("UDP_CHECK", SERVER, LONG, "require_reply", "down", "content", "has 1400 octets, wanted is 0..255"),
    "udp-long-wanted": ("UDP_CHECK", SERVER, LONG, "require_reply\n max_reply_length 1400", "up", "ok", ""),
    "dns-soa": ("DNS_CHECK", SERVER, NSD, "name example", "up", "ok", ""),
    "dns-a": ("DNS_CHECK", SERVER, NSD, "type A\n name NS.Example.", "up", "ok", ""),
    "dns-aaaa": ("DNS_CHECK", SERVER, NSD, "type aaaa\n name ns.example", "up", "ok", ""),
    "dns-no-record": ("DNS_CHECK", SERVER, NSD, "type MX\n name ns.example", "up", "ok", "no record of that type"),
    "dns-nxdomain": ("DNS_CHECK", SERVER, NSD, "type A\n name nobody.example", "down", "status",
                     "NXDOMAIN for nobody.example"),
    "dns-not-its-own": ("DNS_CHECK", SERVER, NSD, "", "down", "status", "REFUSED for ."),
    "dns-empty": ("DNS_CHECK", SERVER, 2201, "", "up", "ok", ""),
    "dns-servfail": ("DNS_CHECK", SERVER, 2202, "", "down", "status", "SERVFAIL for ."),
    "dns-nxdomain-root": ("DNS_CHECK", SERVER, 2203, "", "down", "status", "NXDOMAIN for ."),
    "dns-refused": ("DNS_CHECK", SERVER, 2204, "", "down", "status", "REFUSED for ."),
    "dns-odd-rcode": ("DNS_CHECK", SERVER, 2205, "", "down", "status", "rcode 14 for ."),
    "dns-other-id": ("DNS_CHECK", SERVER, 2206, "", "down", "timeout", "an answer with another id"),
    "dns-truncated": ("DNS_CHECK", SERVER, 2207, "", "up", "ok", "truncated"),
    "dns-half-header": ("DNS_CHECK", SERVER, 2208, "", "down", "badReply", "shorter than its header"),
    "dns-half": ("DNS_CHECK", SERVER, 2209, "", "down", "badReply", "another question"),
    "dns-half-record": ("DNS_CHECK", SERVER, 2210, "", "down", "badReply", "ends before its last record"),
    "dns-other-question": ("DNS_CHECK", SERVER, 2211, "", "down", "badReply", "another question"),
    "dns-question": ("DNS_CHECK", SERVER, 2212, "", "down", "badReply", "a question came back"),
    "dns-loop": ("DNS_CHECK", SERVER, 2213, "", "down", "badReply", "another question"),
    "dns-port-closed": ("DNS_CHECK", SERVER, NOBODY, "", "down", "refused", "Connection refused"),
    "dns-silent": ("DNS_CHECK", SERVER, DUMB, "", "down", "timeout", "no answer in time"),
    "dns-away": ("DNS_CHECK", AWAY, 53, "", "down", "unreachable", "No route to host"),
    "smtp": ("SMTP_CHECK", SERVER, 2001, "helo_name director.example", "up", "ok", ""),
    "smtp-real": ("SMTP_CHECK", SERVER, REAL, "", "up", "ok", ""),
    "smtp-lines": ("SMTP_CHECK", SERVER, 2002, "", "up", "ok", ""),
    "smtp-hosts": ("SMTP_CHECK", SERVER, 2001, "host { }\n host { connect_port 2011\n }", "up", "ok", ""),
    "smtp-refused": ("SMTP_CHECK", SERVER, NOBODY, "", "down", "refused", "Connection refused"),
    "smtp-silent": ("SMTP_CHECK", SILENT, 25, "", "down", "timeout", "no connection in time"),
    "smtp-away": ("SMTP_CHECK", AWAY, 25, "", "down", "unreachable", "No route to host"),
    "smtp-half-open": ("SMTP_CHECK", SERVER, 2003, "", "down", "timeout", "no greeting in time"),
    "smtp-half": ("SMTP_CHECK", SERVER, 2015, "", "down", "timeout", "only a part of the greeting in time"),
    "smtp-hangs": ("SMTP_CHECK", SERVER, 2004, "", "down", "timeout", "no answer to HELO in time"),
    "smtp-hangs-late": ("SMTP_CHECK", SERVER, 2005, "", "down", "timeout", "no answer to QUIT in time"),
    "smtp-drip": ("SMTP_CHECK", SERVER, 2006, "", "down", "timeout", "only a part of the greeting in time"),
    "smtp-flood": ("SMTP_CHECK", SERVER, 2007, "", "down", "badReply", "the greeting does not end"),
    "smtp-reset": ("SMTP_CHECK", SERVER, 2008, "", "down", "reset", "reset by peer"),
    "smtp-slow": ("SMTP_CHECK", SERVER, 2009, "", "up", "ok", ""),
    "smtp-closed": ("SMTP_CHECK", SERVER, 2010, "", "down", "badReply", "closed the connection before its greeting"),
    "smtp-554": ("SMTP_CHECK", SERVER, 2011, "", "down", "status", "554 no: the greeting should be 220"),
    "smtp-451": ("SMTP_CHECK", SERVER, 2012, "", "down", "status", "451 not now: the answer to HELO should be 250"),
    "smtp-of-nobody": ("SMTP_CHECK", SERVER, 2013, "", "down", "badReply", "not of SMTP: SSH-2.0-OpenSSH"),
    "smtp-unasked": ("SMTP_CHECK", SERVER, 2014, "", "down", "badReply", "more than its greeting"),
    "switch": ("SMTP_CHECK", SERVER, SWITCH, "", "up", "ok", ""),
}
NUMBER = {name: n for n, name in enumerate(CASES, 1)}


def service(name):
    keyword, address, port, words = CASES[name][:4]
    return """
virtual_server %s %d {
	lvs_method NAT
	protocol TCP
	delay_loop 0.5
	warmup 0.5
	retry %d
	delay_before_retry %g
	connect_timeout %g
	real_server %s %d {
		%s {
			%s
		}
	}
}
""" % ("fd00::99" if ":" in address else "192.0.2.1", 1000 + NUMBER[name], RETRY, PAUSE, PATIENCE,
       address, port, keyword, words)


class Stage:
    def __init__(self, namespace):
        self.namespace = namespace
        self.switch = Switch()
        serve_udp(namespace, ECHO, lambda data: data)
        serve_udp(namespace, DUMB, lambda data: None)
        serve_udp(namespace, LONG, lambda data: bytes(1400))
        for port, answer in NAMESERVERS.items():
            serve_udp(namespace, port, answer)
        self.nsd = Nsd(namespace, FOLDER + "/nsd").start() if os.path.exists(Nsd.PROGRAM) else None
        for port, handler in SMTP.items():
            serve(namespace, port, handler)
        serve(namespace, SWITCH, self.switch)
        self.mail = Smtpd(namespace, FOLDER + "/smtpd").start() if os.path.exists(Smtpd.PROGRAM) else None
        self.halvard = Halvard(namespace, FOLDER, "".join(map(service, CASES))).start()
        wait_for(lambda: self.halvard.ctl("status", check=False).returncode == 0, 10, "the control socket")

    def checker(self, name, number=1):
        rows = json.loads(self.halvard.ctl("--json", "show", "checker").stdout)["checker"]
        return next(r for r in rows if r["vs"].endswith(":%d/tcp" % (1000 + NUMBER[name])) and
                    r["number"] == number)

    def sockets(self, *kinds):
        return sum(len(self.namespace.run(["cat", "/proc/net/" + kind]).stdout.splitlines()) - 1
                   for kind in kinds)


@pytest.fixture(scope="module")
def stage():
    ip_batch(["netns add checks"])
    namespace = Namespace("checks")
    namespace.ip("link set lo up", "route add local 10.0.0.0/16 dev lo", "route add local fd00::/64 dev lo",
                 "link add silent type veth peer name nobody", "link set silent up", "link set nobody up",
                 "route add 10.9.0.0/16 dev silent",
                 "neigh add %s lladdr 02:00:00:00:09:01 dev silent nud permanent" % SILENT,
                 "route add unreachable " + AWAY)
    it = Stage(namespace)
    yield it
    it.halvard.stop()
    if it.nsd:
        it.nsd.kill_all()
    if it.mail:
        it.mail.kill_all()
    namespace.close()
    ip_batch(["netns del checks"])


def judged(stage, name):
    state, reason, text = CASES[name][4:]
    row = wait_for(lambda: (r := stage.checker(name))["runs"] > 0 and r["reason"] == reason and r, 20,
                   "a run of %s that ends so" % name)
    assert (row["state"], row["reason"]) == (state, reason), row
    assert text in row["result"], row
    return row


@pytest.mark.parametrize("name", [n for n in CASES if n != "switch"])
def test_case(stage, name):
    if name.startswith("dns") and not os.path.exists(os.path.join(daemons.BUILD, "check_dns.so")):
        pytest.skip("built without the module for DNS")
    if CASES[name][2] == NSD and not stage.nsd:
        pytest.skip("no nsd (Debian package nsd)")
    if CASES[name][2] == REAL and not stage.mail:
        pytest.skip("no smtpd (Debian package opensmtpd)")
    row = judged(stage, name)
    if row["reason"] == "timeout" and "QUIT" not in row["result"] and "HELO" not in row["result"]:
        assert PATIENCE * 0.95e6 <= row["latency_us"] <= PATIENCE * 4e6


def test_pings_by_either_socket(stage):
    """Where the kernel gives no socket for pings it is a raw one; both find the same."""
    wait_for(lambda: stage.sockets("raw") and not stage.sockets("icmp"), 20, "a raw socket that waits")
    stage.namespace.run(["sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"])
    wait_for(lambda: stage.sockets("icmp"), 20, "a socket for pings that waits")
    for name in (n for n in CASES if n.startswith("ping")):
        before = stage.checker(name)["runs"]
        wait_for(lambda: stage.checker(name)["runs"] > before + 1, 20, "another run of " + name)
        judged(stage, name)
    wait_for(lambda: not stage.sockets("raw", "raw6"), 20, "no raw socket")


def test_what_is_said(stage):
    """The name that was given, and by default that of the machine."""
    wait_for(lambda: len(GOOD.heard) > 1 and len(MANY.heard) > 1, 20, "two lines each")
    assert b"HELO director.example\r\n" in GOOD.heard and b"QUIT\r\n" in GOOD.heard
    assert MANY.heard[:2] == [b"HELO %s\r\n" % socket.gethostname().encode(), b"QUIT\r\n"]


def test_all_hosts_of_a_check_count(stage):
    rows = json.loads(stage.halvard.ctl("--json", "show", "checker").stdout)["checker"]
    ours = [r for r in rows if r["vs"].endswith(":%d/tcp" % (1000 + NUMBER["smtp-hosts"]))]
    assert [(r["number"], r["connect_port"]) for r in ours] == [(1, 2001), (2, 2011)]
    wait_for(lambda: stage.checker("smtp-hosts", 2)["reason"] == "status", 20, "the second is refused")
    assert stage.checker("smtp-hosts", 2)["state"] == "down"
    assert stage.checker("smtp-hosts")["state"] == "up"


def test_attempts_before_it_is_down(stage):
    """A server that fails is asked again as often as was said, that long apart; one success, and it
    is back."""
    switch = stage.switch
    wait_for(lambda: stage.checker("switch")["state"] == "up", 20, "the check is up")
    for _ in range(2):
        switch.good = False
        since = time.monotonic()
        wait_for(lambda: stage.checker("switch")["state"] == "down", 20, "the check is down")
        failed = [at for at in switch.asked if at > since][:RETRY + 1]
        assert len(failed) == RETRY + 1
        gaps = [b - a for a, b in zip(failed, failed[1:])]
        assert all(PAUSE * 0.9 <= g <= PAUSE * 4 for g in gaps), gaps
        row = stage.checker("switch")
        assert (row["reason"], row["failed_in_row"] >= RETRY + 1) == ("status", True), row
        switch.good = True
        wait_for(lambda: stage.checker("switch")["state"] == "up", 20, "the check is up again")
