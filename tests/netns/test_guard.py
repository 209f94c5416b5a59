"""Processes that hang (SIGSTOP): which of them the guardian ends, and what goes on without them."""
import json
import os
import pwd
import signal
import subprocess
import time

import pytest

from lab import daemons
from lab.space import wait_for
from lab.topology import ADDRESS, VIP
from vrrp_alone import Wire

VRRP = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 150
	version 3
	advert_int 0.5
	virtual_ipaddress {
		%s
	}
}
""" % VIP
LVS = """
virtual_server 192.0.2.1 80 {
	lvs_sched rr
	protocol TCP
	real_server 127.0.0.1 9 {
		TCP_CHECK {
		}
	}
}
"""


def rows(daemon, table):
    return json.loads(daemon.ctl("--json", "show", table).stdout)[table]


def process(daemon, role):
    return next(r for r in rows(daemon, "process") if r["role"] == role)


def instance(daemon):
    return rows(daemon, "vrrp_instance")[0]


def restarted(daemon, role, dead, deadline):
    """Waits for another process of the role that works; returns its row."""
    wait_for(lambda: daemon.role(role) != dead, deadline, "another " + role)
    return wait_for(lambda: process(daemon, role)["state"] == "running" and process(daemon, role),
                    10, role + " working")


class Stopped:
    """A process stands still inside the block."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)
        return self

    def __exit__(self, *exc):
        try:
            os.kill(self.pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


def start(cluster, *options, config=VRRP):
    daemon = cluster.directors[0].halvard(config, options=list(options)).start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "status")
    return daemon


def test_vrrp_hangs(cluster):
    daemon = start(cluster, "-P")
    cluster.wait_owner(cluster.directors[0], 10)
    pid = daemon.role("vrrp")
    with Stopped(pid):
        row = restarted(daemon, "vrrp", pid, 15)
    assert row["restarts"] == 1
    assert "process vrrp: running -> dead (hang), pid %d, no heartbeat for 3." % pid in daemon.log_text()
    wait_for(lambda: instance(daemon)["state"] == "master", 10, "master again")
    cluster.wait_owner(cluster.directors[0], 5)


def test_vrrp_hangs_and_the_peer_takes_over(cluster):
    """What replaces it is a backup, and neither of the two processes has said anything before."""
    config = VRRP.replace("advert_int 0.5", "advert_int 0.5\n\tnopreempt")
    daemon = start(cluster, "-P", config=config)
    first, second = cluster.directors
    cluster.wait_owner(first, 10)
    peer = second.halvard(config.replace("150", "100"), options=["-P"]).start()
    wait_for(lambda: peer.ctl("status", check=False).returncode == 0
             and instance(peer)["state"] == "backup", 10, "the peer is backup")
    pid = daemon.role("vrrp")
    with cluster.watch() as watch, Wire(cluster.client) as wire:
        wait_for(lambda: wire.adverts(ADDRESS["director1"]), 5, "advertisements")
        before = instance(daemon)
        with Stopped(pid):
            stopped = time.monotonic()
            wait_for(lambda: wire.adverts(ADDRESS["director2"]), 5, "the peer advertises")
            assert daemon.role("vrrp") == pid
            restarted(daemon, "vrrp", pid, 15)
        row = wait_for(lambda: instance(daemon)["state"] == "backup" and instance(daemon), 5, "backup")
        time.sleep(1)  # two advertisements of the peer
        assert not wire.adverts(ADDRESS["director1"], stopped)
        assert watch.owners() == ["director2"]
    print("both had the address for %.2f s" % watch.longest_with_two_owners())
    assert row["reason"] == "startup" and row["transitions"] == before["transitions"] + 1
    assert instance(peer)["state"] == "master"


def test_lvs_hangs(cluster):
    daemon = start(cluster, "-C", "--watchdog", "2", config=LVS)
    main, pid = daemon.role("main"), daemon.role("lvs")
    before = process(daemon, "lvs")["restarts"]
    with Stopped(pid):
        row = restarted(daemon, "lvs", pid, 15)
    assert row["restarts"] == before + 1
    assert "process lvs: running -> dead (hang), pid %d, " % pid in daemon.log_text()
    assert daemon.role("main") == main


def test_watchdog_off(cluster):
    daemon = start(cluster, "-P", "--watchdog", "off")
    pid = daemon.role("vrrp")
    with Stopped(pid):
        time.sleep(4)  # the default is three
        assert daemon.role("vrrp") == pid
    assert process(daemon, "vrrp")["restarts"] == 0


@pytest.mark.parametrize("who", ["main", "guardian", "agent"])
def test_hangs_and_goes_on(cluster, who):
    """Adverts go on without it; nobody is killed then or when it wakes up."""
    if who == "agent" and not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("halvard-agent is not built")
    daemon = start(cluster, "-P", "--watchdog", "1", *(["-x"] if who == "agent" else []))
    cluster.wait_owner(cluster.directors[0], 10)
    roles = {"main", "vrrp", who} - {"guardian"}
    pids = {"guardian": daemon.process.pid, **{r: daemon.role(r) for r in roles}}
    before = instance(daemon)
    with cluster.watch() as watch:
        with Stopped(pids[who]):
            time.sleep(2.5)
        time.sleep(0.6)  # two looks of the watchdog
        after = wait_for(lambda: instance(daemon), 5, "an answer")
    assert not [e for e in watch.events if not e[2]]
    assert after["adverts_sent"] >= before["adverts_sent"] + 4
    assert after["transitions"] == before["transitions"]
    assert {r: daemon.role(r) for r in roles} == {r: pids[r] for r in roles}
    assert "(hang)" not in daemon.log_text()
    wait_for(lambda: process(daemon, who)["worst_lateness_us"] >= 2000000, 5, "its lateness")
    assert process(daemon, "vrrp")["worst_lateness_us"] < 2000000


@pytest.mark.parametrize("role", ["main", "vrrp"])
def test_death_while_the_guardian_hangs(cluster, role):
    """It starts again what died when it wakes up; a master within its three intervals goes on."""
    daemon = start(cluster, "-P")
    cluster.wait_owner(cluster.directors[0], 10)
    before = instance(daemon)
    with cluster.watch() as watch:
        wait_for(lambda: watch.owners() == ["director1"], 3, "the watch has begun")
        with Stopped(daemon.process.pid):
            dead = daemon.kill_role(role)
            time.sleep(0.5)
            assert dead in daemons.children(daemon.process.pid), "nobody has buried it"
        row = restarted(daemon, role, dead, 5)
        after = instance(daemon)
        assert [e[1:] for e in watch.events] == [("director1", True)]
    assert row["restarts"] == 1
    assert (after["state"], after["transitions"]) == ("master", before["transitions"])


def test_agent_that_does_not_stop(cluster):
    """The file turns SNMP off while the agent stands still: it is asked, then killed."""
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("halvard-agent is not built")
    daemon = start(cluster, "-P")
    pid = wait_for(lambda: process(daemon, "agent")["state"] == "running" and daemon.role("agent"), 10,
                   "the agent")
    with Stopped(pid):
        daemon.configure("global_defs {\n\tno_snmp\n}\n" + VRRP)
        daemon.ctl("reload")
        wait_for(lambda: process(daemon, "agent")["pid"] == 0, 10, "the agent is gone")
    assert "(stopTimeout)" in daemon.log_text()
    assert process(daemon, "agent")["state"] == "disabled"


def test_first_process_of_a_container(cluster):
    """As PID 1 it waits for processes that others left behind, and SIGTERM ends it."""
    daemon = cluster.directors[0].halvard(VRRP, options=["-P"])
    command = daemon.command()
    daemon.command = lambda: ["unshare", "-p", "--fork", "--kill-child", *command]
    daemon.start()
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 10, "status")
    first = daemons.children(daemon.process.pid)[0]
    known = set(daemons.children(first))
    subprocess.run(["nsenter", "-t", str(first), "-p", "sh", "-c", "sleep 0.3 &"], check=True)
    orphan = wait_for(lambda: set(daemons.children(first)) - known, 5, "the orphan").pop()
    wait_for(lambda: orphan not in daemons.children(first), 5, "the orphan buried")
    os.kill(first, signal.SIGTERM)
    assert daemon.process.wait(10) == 0


CAPS = {"dac_read_search": 2, "kill": 5, "setgid": 6, "setuid": 7, "setpcap": 8,
        "net_bind_service": 10, "net_admin": 12, "net_raw": 13, "ipc_lock": 14, "sys_nice": 23}
RIGHTS = {"main": {"dac_read_search"},
          "vrrp": {"net_admin", "net_raw", "ipc_lock"},
          "lvs": {"net_admin", "net_raw", "net_bind_service"},
          "agent": set()}


def status(pid):
    with open("/proc/%d/status" % pid) as f:
        return {k: v.split() for k, v in (line.rstrip("\n").split(":", 1) for line in f)}


def users_exist():
    """Not in a user namespace of one user, where everybody is root."""
    with open("/proc/self/uid_map") as f:
        return int(f.read().split()[2]) > 1


def filters_built():
    """Not with sanitizers or --disable-seccomp, and not in a kernel without."""
    with open(os.path.join(daemons.BUILD, "config.status")) as f:
        return 'S["SECCOMP_TRUE"]=""' in f.read() and "Seccomp" in status(os.getpid())


def test_rights(cluster):
    director = cluster.directors[0]
    snmpd = director.snmpd()
    snmpd.start()
    daemon = director.halvard(VRRP + LVS, agentx=snmpd.agentx).start()
    cluster.wait_owner(director, 10)
    all_caps = int(status(os.getpid())["CapEff"][0], 16)

    def mask(names):
        return "%016x" % (sum(1 << CAPS[n] for n in names) & all_caps)

    guardian = status(daemon.process.pid)
    assert [guardian[k][0] for k in ("CapEff", "CapPrm")] == [mask(CAPS)] * 2
    assert guardian["CapBnd"] == status(os.getpid())["CapBnd"], "exec can be given all"
    assert guardian["Seccomp"] == status(os.getpid())["Seccomp"], "the others would inherit it"
    for role, names in RIGHTS.items():
        wait_for(lambda r=role: process(daemon, r)["state"] == "running", 10, role)
        seen = status(daemon.role(role))
        caps = mask(names)
        assert [seen[k][0] for k in ("CapEff", "CapPrm")] == [caps] * 2, role
        # The agent may need a low port before it knows; what it gave up no exec can give it again.
        assert seen["CapBnd"] == [mask(names | ({"net_bind_service"} if role == "agent" else set()))], role
        assert [seen[k][0] for k in ("CapInh", "CapAmb")] == ["0" * 16] * 2, role
        assert seen["NoNewPrivs"] == ["1"], role
        assert not filters_built() or seen["Seccomp"] == ["2"], role
        uid = pwd.getpwnam("halvard-" + role).pw_uid if users_exist() and role != "main" else 0
        assert seen["Uid"] == [str(uid)] * 4, role
        assert seen["Gid"] == [str(pwd.getpwnam("halvard-" + role).pw_gid if uid else 0)] * 4, role
    assert os.sched_getscheduler(daemon.role("vrrp")) == \
        os.sched_getscheduler(daemon.process.pid) & 0xffff  # real time, or refused to both
