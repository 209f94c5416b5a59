"""smtp_alert: changes of state by mail, to a mail server that is Python's own.

Proven here: who gets which mails of instances, groups, real servers and quorums, with which headers; that no_email_faults and
the switches count; that a server which is not there delays nothing, is said once and gets the mails when
it comes; and that nothing of root speaks to the network.
"""
import email
import json
import os
import shutil
import socket
import threading
import warnings

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import VIP

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    asyncore = pytest.importorskip("asyncore")
    smtpd = pytest.importorskip("smtpd")

PORT = 2525
CONFIG = """
global_defs {
	no_snmp
	router_id Director
	notification_email {
		one@example.com
		two@example.com
	}
	notification_email_from director@example.com
	smtp_server 127.0.0.1 2525
	smtp_helo_name director.example.com
	smtp_connect_timeout 2
	%(globals)s
}
vrrp_instance A {
	state BACKUP
	interface eth0
	virtual_router_id 51
	version 3
	priority 150
	advert_int 0.2
	%(first)s
	virtual_ipaddress {
		%(vip)s
	}
}
vrrp_instance B {
	state BACKUP
	interface eth0
	virtual_router_id 52
	version 3
	priority 150
	advert_int 0.2
	%(second)s
	virtual_ipaddress {
		192.168.1.201
	}
}
vrrp_sync_group G {
	group {
		A
		B
	}
	%(group)s
}
"""


POOLS = """
virtual_server 192.0.2.1 80 {
	delay_loop 0.3
	protocol TCP
	quorum 1
	%(service)s
	real_server 127.0.0.1 9301 {
		%(server)s
		TCP_CHECK {
			retry 0
			warmup 0
		}
		TCP_CHECK {
			connect_port 9302
			retry 0
			warmup 0
		}
	}
}
"""


def config(globals_="smtp_alert", first="", second="smtp_alert off", group="smtp_alert off"):
    return CONFIG % {"globals": globals_, "first": first, "second": second, "group": group, "vip": VIP}


class Server(smtpd.SMTPServer):
    """In the namespace of a director; `mails` are (helo, from, to, message)."""

    def __init__(self, namespace):
        self.mails = []
        self.map = {}
        namespace.call(lambda: super(Server, self).__init__(("127.0.0.1", PORT), None, map=self.map))
        self.thread = threading.Thread(target=asyncore.loop, kwargs={"timeout": 0.05, "map": self.map})
        self.thread.daemon = True
        self.thread.start()

    def process_message(self, peer, mailfrom, rcpttos, data, **kw):
        self.mails.append((mailfrom, rcpttos, email.message_from_bytes(data)))

    def subjects(self):
        return [m[2]["Subject"] for m in self.mails]

    def stop(self):
        asyncore.close_all(self.map)


@pytest.fixture
def director(cluster):
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-mail")):
        pytest.skip("halvard-mail is not built")
    return cluster.directors[0]


@pytest.fixture
def server(director):
    director.namespace.ip("link set lo up")
    server = Server(director.namespace)
    yield server
    server.stop()


def row(daemon):
    return json.loads(daemon.ctl("--json", "show", "mail").stdout)["mail"]


def test_mails(director, cluster, server):
    daemon = director.halvard(config(group="smtp_alert"), options=["-P"]).start()
    cluster.wait_owner(director, 10)
    wanted = ["[Director] VRRP Instance A - Entering BACKUP state", "[Director] VRRP Group G - Entering BACKUP state",
              "[Director] VRRP Instance A - Entering MASTER state", "[Director] VRRP Group G - Entering MASTER state"]
    wait_for(lambda: sorted(server.subjects()) == sorted(wanted), 10, "the mails of the start")
    sender, recipients, message = server.mails[0]
    assert sender == "director@example.com" and recipients == ["one@example.com", "two@example.com"]
    assert message["From"] == "director@example.com" and "two@example.com" in message["To"]
    assert message["Date"] and message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain" and "A" in message.get_payload()
    director.namespace.ip("link set eth0 down")
    wait_for(lambda: "[Director] VRRP Instance A - Entering FAULT state" in server.subjects(), 10, "the fault")
    director.namespace.ip("link set eth0 up")
    cluster.wait_owner(director, 10)
    daemon.stop(deadline=20)
    assert "[Director] VRRP Instance A - Stopping" in server.subjects()
    assert not any(" B " in s for s in server.subjects())


def test_switches(director, cluster, server):
    daemon = director.halvard(config("smtp_alert\n\tsmtp_alert_vrrp off\n\tno_email_faults", second="smtp_alert"),
                              options=["-P"]).start()
    cluster.wait_owner(director, 10)
    wait_for(lambda: len(server.mails) == 2, 10, "the mails of B")
    director.namespace.ip("link set eth0 down")
    wait_for(lambda: "-> fault" in daemon.log_text(), 10, "the fault")
    director.namespace.ip("link set eth0 up")
    cluster.wait_owner(director, 10)
    wait_for(lambda: server.subjects()[-1:] == ["[Director] VRRP Instance B - Entering MASTER state"] and
             len(server.mails) >= 4, 10, "the mails behind the fault")
    assert all("Instance B" in s for s in server.subjects())
    assert not any("FAULT" in s for s in server.subjects())


def test_the_end_waits_for_no_minute(director, cluster, server):
    more = "".join("""
vrrp_instance C%d {
	state BACKUP
	interface eth0
	virtual_router_id %d
	version 3
	priority 150
	advert_int 0.2
	virtual_ipaddress {
		192.168.1.%d
	}
}
""" % (n, n, n) for n in range(210, 220))
    daemon = director.halvard(config(second="smtp_alert") + more, options=["-P"]).start()
    cluster.wait_owner(director, 10)
    wait_for(lambda: row(daemon)["sent"] == 20 and row(daemon)["waiting"] == 4, 20, "enough for a minute")
    daemon.stop(deadline=20)
    assert len(server.mails) == 36, "those that waited and those of the end"
    assert "take too long" not in daemon.log_text()


def test_server_that_is_not_there(director, cluster):
    director.namespace.ip("link set lo up")
    daemon = director.halvard(config(), options=["-P"]).start()
    cluster.wait_owner(director, 10)
    wait_for(lambda: row(daemon)["failed"] >= 1 and row(daemon)["waiting"] == 2, 10, "mails wait")
    assert row(daemon)["error"]
    server = Server(director.namespace)
    try:
        wait_for(lambda: len(server.mails) == 2, 20, "the mails when it is there")
        wait_for(lambda: row(daemon)["sent"] == 2, 5, "the count")
    finally:
        server.stop()
    assert row(daemon)["waiting"] == 0 and row(daemon)["error"] == ""
    assert daemon.log_text().count("smtp_server: ") == 2, "said once, and when it was over"
    # at the end a server that is not there holds up nothing
    daemon.stop(deadline=8)


def test_not_as_root(director, cluster, server):
    copy = daemons._installed_copy("halvard-mail")
    if os.geteuid() != 0:
        pytest.skip("not root")
    refused = director.namespace.run([copy, "smtp://127.0.0.1:%d" % PORT, "2", "a@b", "c@d"], check=False,
                                     input="x")
    assert refused.returncode == 2 and "not as root" in refused.stdout
    assert not server.mails
    assert shutil.which("setpriv")
    taken = director.namespace.run(["setpriv", "--reuid=65534", "--clear-groups", copy, "smtp://127.0.0.1:%d" % PORT, "2",
                                    "a@b", "c@d"], check=False,
                                    input="Subject: x\r\n\r\n.\r\nx\r\n")
    assert taken.returncode == 0, taken.stdout
    assert server.mails[0][2].get_payload().splitlines() == [".", "x"]


def listen(director, port):
    return director.namespace.call(lambda: socket.create_server(("127.0.0.1", port)))


def pool(program):
    shown = program.ctl("--json", "show", "real_server", check=False).stdout  # it may begin yet
    rows = json.loads(shown).get("real_server") if shown else None
    return (rows[0]["health"], rows[0]["checks_failing"]) if rows else None


RS = "[Director] Realserver [127.0.0.1]:tcp:9301 of virtual server [192.0.2.1]:tcp:80 - "
VS = "[Director] Virtualserver [192.0.2.1]:tcp:80 - "


@pytest.mark.parametrize("globals_, service, server_, wanted", [
    ("", "", "", ["RS DOWN", "RS DOWN", "RS UP"]),
    ("no_checker_emails", "", "", ["RS DOWN", "RS UP"]),
    ("no_checker_emails", "smtp_alert", "smtp_alert no", ["VS UP", "VS DOWN", "VS UP"]),
    ("smtp_alert\n\tno_checker_emails", "", "",
     ["VS UP", "RS DOWN", "VS DOWN", "RS UP", "VS UP"]),
    ("smtp_alert\n\tsmtp_alert_checker off", "smtp_alert on", "", ["VS UP", "VS DOWN", "VS UP"]),
])
def test_pools(director, server, globals_, service, server_, wanted):
    """Whether the kernel has IPVS or not: it is what checks say that is told."""
    text = config(globals_, "smtp_alert off") + POOLS % {"service": service, "server": server_}
    ports = {n: listen(director, n) for n in (9301, 9302)}
    daemon = director.halvard(text, options=["-C"]).start()
    wait_for(lambda: pool(daemon) == ("alive", 0), 10, "alive")
    for port, state in ((9301, ("dead", 1)), (9302, ("dead", 2))):
        ports.pop(port).close()
        wait_for(lambda state=state: pool(daemon) == state, 10, str(state))
    ports = {n: listen(director, n) for n in (9301, 9302)}
    wait_for(lambda: pool(daemon) == ("alive", 0), 10, "alive again")

    def told():
        return [s.replace(RS, "RS ").replace(VS, "VS ") for s in server.subjects() if "VRRP" not in s]

    # Each failing check of a dead server is told, each that succeeds again too, however many
    # there are: the last word is what it is now.
    if "no_checker_emails" in globals_ or "off" in globals_:
        wait_for(lambda: told() == wanted, 10, "%s, not %s" % (wanted, told()))
    else:
        wait_for(lambda: told()[:2] == wanted[:2] and told()[-1] == wanted[-1], 10, told())
    for port in ports.values():
        port.close()
    daemon.stop(deadline=20)
