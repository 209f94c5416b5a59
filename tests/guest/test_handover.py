"""SIGUSR2: one daemon makes place for another, as a restart by systemd does; nobody notices."""
import json
import os
import signal
import socket
import threading
import time

from lab.daemons import settle
from lab.space import wait_for
from lab.steer import BOTH, QUICK_CHECKS
from lab.topology import REAL, VIP, Download, tutorial_config
from lab.watch import TableWatch

HANDOVER = 75  # the exit status that has systemd start the next one


def start(halvard):
    halvard.start()
    wait_for(lambda: halvard.ctl("status", check=False).returncode == 0, 10, "it runs")


def hand_over(halvard):
    """What `systemctl restart` does; how long nobody ran."""
    halvard.process.send_signal(signal.SIGUSR2)
    assert halvard.process.wait(10) == HANDOVER
    ended = time.monotonic()
    halvard.process = None
    start(halvard)
    return time.monotonic() - ended


class Requests(threading.Thread):
    """New connections, one after the other, each with an answer; `wanted` of them."""

    def __init__(self, namespace, wanted):
        super().__init__(daemon=True)
        self.namespace, self.wanted = namespace, wanted
        self.done, self.failed = 0, []

    def run(self):
        self.namespace.call(self._ask_all)

    def _ask_all(self):
        while self.done < self.wanted:
            try:
                self._ask()
            except OSError as e:
                self.failed.append(e)
            self.done += 1

    @staticmethod
    def _ask():
        with socket.create_connection((VIP, 80), 3) as s:
            s.settimeout(3)
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b""
            while data := s.recv(4096):
                answer += data
        if b" 200 " not in answer:
            raise OSError("answer %r" % answer[:60])


def rows(halvard, table):
    return json.loads(halvard.ctl("--json", "show", table).stdout)[table]


def instance(halvard):
    row = rows(halvard, "vrrp_instance")[0]
    return {k: row.get(k) for k in ("state", "transitions", "become_master")}


def test_ten_thousand_requests_while_it_is_replaced(cluster):
    first, second = cluster.directors
    halvard = first.halvard(tutorial_config()).start()
    peer = second.halvard(tutorial_config(backup=True))
    start(peer)
    cluster.wait_owner(first, 15)
    cluster.wait_weights(first, BOTH, 15)
    wait_for(lambda: instance(peer)["state"] == "backup", 10, "the peer is backup")
    before, peer_before = instance(halvard), instance(peer)
    download = Download(cluster.client, rate=100000)
    askers = [Requests(cluster.client, 5000) for _ in range(2)]
    with TableWatch(first.namespace) as table, cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == [first.name], 2, "the watch has begun")
        addresses.events.clear()
        for asker in askers:
            asker.start()
        for share in (1, 3, 5, 7, 9):
            wait_for(lambda: sum(a.done for a in askers) >= share * 1000, 120, "requests")
            hand_over(halvard)
        for asker in askers:
            asker.join(120)
        download.wait()
    assert [len(a.failed) for a in askers] == [0, 0], [a.failed[:3] for a in askers]
    assert sum(a.done for a in askers) == 10000
    assert len(table.seen) == 1, "the table changed: %s" % table.seen
    assert addresses.events == [], "an address moved"
    assert instance(peer) == peer_before, "the peer made a transition"
    assert instance(halvard) == before


SCRIPTS = """
global_defs {
	script_user root
	startup_script %(dir)s/told.sh
	shutdown_script %(dir)s/told.sh
}
vrrp_script CHECK {
	script /bin/true
	interval 1
	weight 20
}
track_file NUMBER {
	file %(dir)s/number
}
"""
TRACKED = [
    (r"priority 90", "priority 70\ntrack_script {\nCHECK\n}"),
    (r"lb_algo rr", "lb_algo wrr\nalpha\nquorum 2\nhysteresis 1\nslow_start 3"),
    # One server by a script and by a file.
    (r"TCP_CHECK \{\nconnect_timeout 3\nnb_get_retry 1\ndelay_before_retry 1\n\}\n\}\n\}",
     "MISC_CHECK {\nmisc_path %(dir)s/weigh.sh\nmisc_dynamic\n}\n"
     "FILE_CHECK {\ntrack_file NUMBER\nweight 2\n}\n}\n}"),
    (r"auth_pass 1111.*\n\}", "auth_pass 1111\n}\nnotify %(dir)s/told.sh"),
]


def script(folder, name, body):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write("#!/bin/sh\n" + body)
    os.chmod(path, 0o755)


def test_what_was_known_is_known(cluster, tmp_path):
    """Weights by scripts and files, priorities by scripts, alpha, quorum: all as it was, and nobody
    is told anything again."""
    where = {"dir": str(tmp_path)}
    os.chmod(tmp_path, 0o755)
    script(tmp_path, "told.sh", "echo \"$*\" >>%(dir)s/told\n" % where)
    script(tmp_path, "weigh.sh", "exit 12\n")
    (tmp_path / "number").write_text("4\n")
    replace = [*QUICK_CHECKS, *((old, new.replace("%(dir)s", where["dir"])) for old, new in TRACKED)]
    first, second = cluster.directors
    halvard = first.halvard(SCRIPTS % where + tutorial_config(replace=replace)).start()
    weights = {REAL["real1"]: 1, REAL["real2"]: 10 + 4 * 2}
    cluster.wait_weights(first, weights, 25)
    cluster.wait_owner(first, 15)
    peer = second.halvard(tutorial_config(backup=True))
    start(peer)  # between 70 and 90
    wait_for(lambda: instance(peer)["state"] == "backup", 10, "the peer is backup")
    settle(1.5)  # scripts that are told of it have run
    told, before, peer_before = (tmp_path / "told").read_text(), instance(halvard), instance(peer)
    servers = [(r["oper_state"], r["transitions"]) for r in rows(halvard, "real_server")]
    with TableWatch(first.namespace) as table, cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == [first.name], 2, "the watch has begun")
        addresses.events.clear()
        for _ in range(3):
            hand_over(halvard)
            settle(1.5)
    assert len(table.seen) == 1, "the table changed: %s" % table.seen
    assert addresses.events == [], "an address moved"
    assert (tmp_path / "told").read_text() == told
    assert (instance(halvard), instance(peer)) == (before, peer_before)
    assert [(r["oper_state"], r["transitions"]) for r in rows(halvard, "real_server")] == servers
    halvard.stop()
    assert (tmp_path / "told").read_text() != told, "an orderly stop is told"


def test_nobody_comes(cluster):
    """The place that was made stays empty: the peer takes over, and the addresses end by themselves."""
    first, second = cluster.directors
    halvard = first.halvard(tutorial_config()).start()
    peer = second.halvard(tutorial_config(backup=True))
    start(peer)
    cluster.wait_owner(first, 15)
    with cluster.watch() as addresses:
        halvard.process.send_signal(signal.SIGUSR2)
        assert halvard.process.wait(10) == HANDOVER
        halvard.process = None
        cluster.wait_owner(second, 10)
        settle(1)
        assert addresses.longest_with_two_owners() < 3
    start(halvard)  # too late to go on: what was left is not believed
    assert instance(halvard)["state"] == "backup"
    wait_for(lambda: instance(halvard)["state"] == "master", 15, "it preempts")
    assert instance(halvard)["transitions"] > 0
