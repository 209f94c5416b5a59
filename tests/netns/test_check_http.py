"""HTTP_GET and SSL_GET: what a check finds, and what it says of it.

One director with one virtual server for each case; this kernel need not have IPVS for that. Real
answers come from nginx, with TLS too, the others from sockets that misbehave.
"""
import hashlib
import json
import os
import socket
import ssl
import struct
import subprocess
import threading
import time

import pytest

from lab import daemons
from lab.daemons import Halvard
from lab.space import Namespace, ip_batch, wait_for

FOLDER = "/run/lab/test_check_http"
SERVER = "10.0.0.1"
HELLO = b"Hello from Real 1\n"
WEB, TLS, NOBODY = 80, 443, 81
RETRY, PAUSE, PATIENCE = 2, 0.2, 1.0  # of the checks: further attempts, seconds between, deadline

NGINX = """
daemon off; master_process off; worker_processes 1;
pid %(folder)s/nginx.pid; error_log %(folder)s/nginx.err;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %(folder)s/t1; proxy_temp_path %(folder)s/t2;
	fastcgi_temp_path %(folder)s/t3; uwsgi_temp_path %(folder)s/t4; scgi_temp_path %(folder)s/t5;
	ssl_certificate %(folder)s/cert.pem; ssl_certificate_key %(folder)s/key.pem;
	default_type text/plain;
	server {
		listen 80 default_server; listen 443 ssl default_server; server_name _;
		location = / { return 200 "%(hello)s"; }
		location = /moved { return 301 http://192.0.2.99/; }
		location = /name { return 200 "default\\n"; }
	}
	server {
		listen 80; listen 443 ssl; server_name www.example;
		location = /name { return 200 "www.example $ssl_server_name\\n"; }
	}
}
"""


class Web(daemons.Nginx):
    def __init__(self, namespace, folder):
        daemons.Program.__init__(self, namespace, folder)
        self.write("nginx.conf", NGINX % {"folder": self.folder, "hello": HELLO.decode().replace("\n", "\\n")})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-days", "2", "-subj", "/CN=elsewhere.example", "-keyout",
                        self.path("key.pem"), "-out", self.path("cert.pem")], check=True,
                       stderr=subprocess.DEVNULL)


# ---- servers that misbehave ------------------------------------------------

OK = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"


def read_request(conn):
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(4096)
        if not more:
            break
        data += more
    return data


def hang(conn):
    conn.recv(1)  # and never again: until the peer goes
    while conn.recv(4096):
        pass


def half(conn):
    conn.sendall(b"HTTP/1.0 200")
    hang(conn)


def drip(conn):
    for octet in OK + HELLO * 100:
        conn.sendall(bytes([octet]))
        time.sleep(0.05)


def reset(conn):
    read_request(conn)
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def garbage(conn):
    read_request(conn)
    conn.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


def silence(conn):
    read_request(conn)


def endless(conn):
    read_request(conn)
    conn.sendall(OK)
    while True:
        conn.sendall(b"x" * 65536)


class Switch:
    """Answers well or not, as it is told, and keeps what it was asked."""

    def __init__(self):
        self.good = True
        self.requests = []

    def __call__(self, conn):
        self.requests.append((time.monotonic(), read_request(conn)))
        conn.sendall(OK + HELLO if self.good else b"HTTP/1.0 503 Busy\r\n\r\n")


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


def truncated(folder):
    """TLS that ends like a cut cable, without a message."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")

    def handler(conn):
        tls = context.wrap_socket(conn, server_side=True, suppress_ragged_eofs=True)
        read_request(tls)
        tls.sendall(OK + HELLO)
        os.close(tls.detach())  # no close_notify

    return handler


# ---- the cases -------------------------------------------------------------

MD5 = hashlib.md5(HELLO).hexdigest()
FAULTS = {2001: hang, 2002: half, 2003: drip, 2004: reset, 2005: garbage, 2006: silence, 2007: endless}
SWITCH, PROTOCOL, CUT = 2010, 2011, 2012


def url(words="", path="/"):
    return "url { path %s\n %s }" % (path, words)


# name: keyword, port, what is in the block, state, reason, what the text says
CASES = {
    "healthy": ("HTTP_GET", WEB, url(), "up", "ok", ""),
    "status-list": ("HTTP_GET", WEB, url("status_code 200 403-404", "/none"), "up", "ok", ""),
    "status-wrong": ("HTTP_GET", WEB, url(path="/none"), "down", "status",
                     "status 404 of /none, wanted is 200-299"),
    "redirect": ("HTTP_GET", WEB, url(path="/moved"), "down", "status", "status 301 of /moved"),
    "redirect-wanted": ("HTTP_GET", WEB, url("status_code 301", "/moved"), "up", "ok", ""),
    "digest": ("HTTP_GET", WEB, url("digest " + MD5.upper()), "up", "ok", ""),
    "digest-wrong": ("HTTP_GET", WEB, url("digest " + 32 * "0"), "down", "content", "digest " + MD5),
    "regex": ("HTTP_GET", WEB, url('regex "real [0-9]$"\n regex_options caseless multiline'), "up", "ok", ""),
    "regex-wrong": ("HTTP_GET", WEB, url('regex "real [0-9]"'), "down", "content", "/ does not match regex"),
    "regex-not": ("HTTP_GET", WEB, url('regex Hello\n regex_no_match'), "down", "content", "/ matches regex"),
    "regex-min": ("HTTP_GET", WEB, url('regex Hello\n regex_min_offset 1'), "down", "content", "does not match"),
    "regex-max": ("HTTP_GET", WEB, url('regex Real\n regex_max_offset 10'), "down", "content", "does not match"),
    "regex-max-good": ("HTTP_GET", WEB, url('regex Real\n regex_max_offset 11'), "up", "ok", ""),
    "second-url": ("HTTP_GET", WEB, url() + url(path="/two") + url(path="/three"), "down", "status", "/two"),
    "virtualhost": ("HTTP_GET", WEB, "virtualhost www.example\n" + url("regex ^www.example", "/name"),
                    "up", "ok", ""),
    "virtualhost-url": ("HTTP_GET", WEB, "virtualhost other\n" +
                        url("virtualhost www.example\n regex ^www.example", "/name"), "up", "ok", ""),
    "refused": ("HTTP_GET", NOBODY, url(), "down", "refused", "Connection refused"),
    "hang": ("HTTP_GET", 2001, url(), "down", "timeout", "no answer in time"),
    "half-open": ("HTTP_GET", 2002, url(), "down", "timeout", "no answer in time"),
    "drip": ("HTTP_GET", 2003, url(), "down", "timeout", "no answer in time"),
    "reset": ("HTTP_GET", 2004, url(), "down", "reset", "reset by peer"),
    "garbage": ("HTTP_GET", 2005, url(), "down", "badReply", ""),
    "silence": ("HTTP_GET", 2006, url(), "down", "badReply", "closed without an answer"),
    "endless": ("HTTP_GET", 2007, url("regex y"), "down", "badReply", "the answer is too long"),
    "tls": ("SSL_GET", TLS, url("digest " + MD5), "up", "ok", ""),
    "tls-no-name": ("SSL_GET", TLS, "virtualhost www.example\n" + url('regex "^www.example $"', "/name"),
                    "up", "ok", ""),
    "tls-name": ("SSL_GET", TLS, "virtualhost www.example\n enable_sni\n" +
                 url('regex "^www.example www.example$"', "/name"), "up", "ok", ""),
    "tls-of-nobody": ("SSL_GET", WEB, url(), "down", "tls", ""),
    "tls-unasked": ("HTTP_GET", TLS, url(), "down", "status", "status 400"),
    "tls-hang": ("SSL_GET", 2001, url(), "down", "timeout", "no answer in time"),
    "tls-cut": ("SSL_GET", CUT, url("digest " + MD5), "up", "ok", ""),
    "tls-cut-refused": ("SSL_GET", CUT, url("digest %s\n tls_compliant" % MD5), "down", "tls", ""),
    "bad-regex": ("HTTP_GET", WEB, url('regex "(a"'), "unknown", "localError", "regex, at character 2"),
    "no-source": ("HTTP_GET", WEB, "bindto 192.0.2.77\n" + url(), "unknown", "localError", "assign"),
    "switch": ("HTTP_GET", SWITCH, url(), "up", "ok", ""),
    "protocol": ("HTTP_GET", PROTOCOL, "http_protocol 1.1\n virtualhost a.example\n" + url(path='"/a?b=c d"'),
                 "up", "ok", ""),
}
NUMBER = {name: n for n, name in enumerate(CASES, 1)}


def service(name):
    keyword, port, words = CASES[name][:3]
    return """
virtual_server 192.0.2.1 %d {
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
""" % (1000 + NUMBER[name], RETRY, PAUSE, PATIENCE, SERVER, port, keyword, words)


class Stage:
    def __init__(self, namespace):
        self.web = Web(namespace, FOLDER + "/web").start()
        self.switch, self.protocol = Switch(), Switch()
        for port, handler in FAULTS.items():
            serve(namespace, port, handler)
        serve(namespace, SWITCH, self.switch)
        serve(namespace, PROTOCOL, self.protocol)
        serve(namespace, CUT, truncated(self.web.folder))
        self.halvard = Halvard(namespace, FOLDER, "".join(map(service, CASES))).start()
        wait_for(lambda: self.halvard.ctl("status", check=False).returncode == 0, 10, "the control socket")

    def checker(self, name):
        rows = json.loads(self.halvard.ctl("--json", "show", "checker").stdout)["checker"]
        vs = "192.0.2.1:%d/tcp" % (1000 + NUMBER[name])
        return next(r for r in rows if r["vs"] == vs)


@pytest.fixture(scope="module")
def stage():
    if not os.path.exists(os.path.join(daemons.BUILD, "check_http.so")):
        pytest.skip("built without the module for HTTP")
    ip_batch(["netns add web"])
    namespace = Namespace("web")
    namespace.ip("link set lo up", "route add local 10.0.0.0/8 dev lo")
    it = Stage(namespace)
    yield it
    it.halvard.stop()
    it.web.kill_all()
    namespace.close()
    ip_batch(["netns del web"])


@pytest.mark.parametrize("name", [n for n in CASES if n not in ("switch", "protocol")])
def test_case(stage, name):
    state, reason, text = CASES[name][3:]
    row = wait_for(lambda: (r := stage.checker(name))["runs"] > 0 and r["reason"] != "notRun" and r, 20,
                   "a run of " + name)
    assert (row["state"], row["reason"]) == (state, reason), row
    assert text in row["result"], row
    if reason == "timeout":
        assert PATIENCE * 0.95e6 <= row["latency_us"] <= PATIENCE * 4e6


def test_what_is_asked(stage):
    wait_for(lambda: stage.checker("protocol")["state"] == "up", 20, "the check is up")
    head = stage.protocol.requests[0][1].decode()
    lines = head.split("\r\n")
    assert lines[0] == "GET /a?b=c d HTTP/1.1"
    assert "Host: a.example" in lines and "Connection: close" in lines
    wait_for(lambda: stage.switch.requests, 20, "a request")
    lines = stage.switch.requests[0][1].decode().split("\r\n")
    assert lines[0] == "GET / HTTP/1.0"
    assert "Host: %s:%d" % (SERVER, SWITCH) in lines and "Connection: close" not in lines


def test_attempts_before_it_is_down(stage):
    """A server that fails is asked again as often as was said, that long apart; one success, and it
    is back."""
    switch = stage.switch
    wait_for(lambda: stage.checker("switch")["state"] == "up", 20, "the check is up")
    for _ in range(2):
        switch.good = False
        since = time.monotonic()
        wait_for(lambda: stage.checker("switch")["state"] == "down", 20, "the check is down")
        # The first request of all may have been answered well just before.
        failed = [at for at, _ in switch.requests if at > since][:RETRY + 1]
        assert len(failed) == RETRY + 1
        gaps = [b - a for a, b in zip(failed, failed[1:])]
        assert all(PAUSE * 0.9 <= g <= PAUSE * 4 for g in gaps), gaps
        row = stage.checker("switch")
        assert (row["reason"], row["failed_in_row"] >= RETRY + 1) == ("status", True), row
        assert "status 503" in row["result"]
        switch.good = True
        wait_for(lambda: stage.checker("switch")["state"] == "up", 20, "the check is up again")


def test_a_failed_check_is_logged(stage):
    wait_for(lambda: "status 404 of /none, wanted is 200-299" in stage.halvard.log_text(), 20, "a line of the log")
    assert "check_http.so cannot be loaded" not in stage.halvard.log_text()
