"""The kernel's table under the lvs role: schedulers, adoption, weights, checks, drift."""
import socket

import pytest

from lab.space import wait_for
from lab.topology import REAL, SERVICE, VIP, Download
from lab.watch import TableWatch

from lvs_rig import REALS, Rig, Untouched, rig_on

# Every scheduler of Linux 6.1 but twos, which few kernels build.
SCHEDULERS = ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh"]
FOREIGN = "192.0.2.1:80/tcp"


@pytest.fixture
def director(cluster):
    return cluster.directors[0]


@pytest.fixture
def rig(director):
    return rig_on(director)


def add_foreign(director):
    director.namespace.run(["ipvsadm", "-A", "-t", "192.0.2.1:80", "-s", "wlc"])
    director.namespace.run(["ipvsadm", "-a", "-t", "192.0.2.1:80", "-r", "192.0.2.9:80", "-g",
                            "-w", "5"])


def test_every_scheduler(director, rig):
    for n, scheduler in enumerate(SCHEDULERS):
        name = "%s:%d/tcp" % (VIP, 8000 + n)
        rig.service(name, scheduler=scheduler)
        rig.server("192.168.1.11:%d" % (8000 + n), name)
    rig.settle()
    shown = director.namespace.run(["ipvsadm", "-Ln"]).stdout
    for n, scheduler in enumerate(SCHEDULERS):
        assert "TCP  %s:%d %s" % (VIP, 8000 + n, scheduler) in shown
    for scheduler in SCHEDULERS:
        rig.service("%s:8000/tcp" % VIP, scheduler=scheduler)
        rig.settle()
        assert director.table()["%s:8000/tcp" % VIP].scheduler == scheduler


def test_unknown_scheduler_is_refused_with_its_name(director, rig):
    rig.tutorial()
    rig.service(scheduler="nosuch")
    answer = rig.ask("barrier")
    assert answer.startswith("commit failed") and "ip_vs_nosuch" in answer, answer
    assert rig.get(REALS[0], "reason") == "kernelRefused"
    assert director.table()[SERVICE].scheduler == "rr"
    rig.service(scheduler="wlc")
    rig.settle()
    assert director.table()[SERVICE].scheduler == "wlc"
    assert rig.get(REALS[0], "reason") == "noCheck"


def test_udp_and_flags(director, rig):
    rig.service("192.0.2.3:53/udp", scheduler="sh", sched_port="yes", persistence_timeout_s=120)
    rig.server("192.168.1.11:53", "192.0.2.3:53/udp", weight=7)
    rig.settle()
    shown = director.namespace.run(["ipvsadm", "-Sn"]).stdout
    assert "-A -u 192.0.2.3:53 -s sh -p 120 -b sh-port" in shown, shown
    assert "-a -u 192.0.2.3:53 -r 192.168.1.11:53 -g -w 7" in shown


def test_ipv6_and_marks(director, rig):
    """Not a promise yet, but what the rows can say the kernel is told."""
    rig.do("put virtual_server [2001:db8::1]:53/udp family=ipv6 addr=2001:db8::1 port=53 "
           "protocol=udp scheduler=rr")
    rig.do("put real_server [2001:db8::1]:53/udp [2001:db8::2]:53 addr=2001:db8::2 port=53 "
           "forwarding=DR weight=2")
    rig.do("put virtual_server fwmark:7 fwmark=7 scheduler=wlc")
    rig.do("put real_server fwmark:7 192.168.1.11:0 addr=192.168.1.11 forwarding=TUN")
    rig.settle()
    shown = director.namespace.run(["ipvsadm", "-Sn"]).stdout
    assert "-a -u [2001:db8::1]:53 -r [2001:db8::2]:53 -g -w 2" in shown, shown
    assert "-a -f 7 -r 192.168.1.11:0 -i -w 1" in shown, shown
    rig.do("kill")
    wait_for(lambda: "2 services and 2 servers adopted, 0 written" in rig.log_text(), 5,
             "adoption")
    rig.release()
    assert director.namespace.run(["ipvsadm", "-Sn"]).stdout == ""


def test_foreign_services_stay(director, rig):
    add_foreign(director)
    rig.tutorial()
    rig.service("192.0.2.4:80/tcp")
    rig.settle()
    rig.do("del virtual_server 192.0.2.4:80/tcp")
    rig.settle()
    assert set(director.table()) == {FOREIGN, SERVICE}
    rig.release()
    assert director.table()[FOREIGN].weights == {"192.0.2.9:80": 5}
    assert set(director.table()) == {FOREIGN}


def test_stop_that_keeps(director, rig):
    rig.tutorial()
    rig.release("keep")
    assert director.weights() == {r: 1 for r in REALS}


def test_killed_role_adopts_without_a_write(cluster, director, rig):
    rig.tutorial(scheduler="wrr")
    rig.change(REALS[0], "weight", 3)
    add_foreign(director)
    download = Download(cluster.client, 400000)
    with TableWatch(director.namespace) as watch:
        rig.do("kill")
        wait_for(lambda: "1 services and 2 servers adopted, 0 written" in rig.log_text(), 5,
                 "adoption")
        rig.do("relink")
        rig.settle()
        assert cluster.answers(8) == {"real1": 6, "real2": 2}
    assert len(watch.seen) == 1, watch.seen
    download.wait()


def test_adoption_repairs_by_change_only(cluster, director, rig):
    rig.tutorial()
    download = Download(cluster.client, 400000)
    director.namespace.run(["ipvsadm", "-e", "-t", VIP + ":80", "-r", REALS[0], "-g", "-w", "9"])
    director.namespace.run(["ipvsadm", "-e", "-t", VIP + ":80", "-r", REALS[1], "-g", "-w", "9"])
    with TableWatch(director.namespace) as watch:
        rig.do("kill")
        cluster.wait_weights(director, {r: 1 for r in REALS}, 5)
        wait_for(lambda: "2 servers adopted" in rig.log_text(), 5, "adoption")
    assert all(len(rows) == 3 for rows in watch.seen), watch.seen
    assert "1 services and 2 servers adopted, 2 written" in rig.log_text()
    download.wait()


@pytest.mark.parametrize("weight", [0, 1, 256, 300, 65535])
def test_weight_is_what_was_set(director, rig, weight):
    rig.tutorial()
    rig.change(REALS[0], "weight", weight)
    assert director.weights()[REALS[0]] == weight
    assert rig.get(REALS[0], "effective_weight") == str(weight)


def test_weight_edits_keep_connections(cluster, director, rig):
    rig.tutorial(scheduler="wrr")
    downloads = [Download(cluster.client, 500000) for _ in range(2)]
    for weight in (300, 2, 0, 1):
        for real in REALS:
            rig.change(real, "weight", weight)
    for d in downloads:
        d.wait()


def test_drift_is_repaired(cluster, director, rig):
    rig.tutorial()
    director.namespace.run(["ipvsadm", "-d", "-t", VIP + ":80", "-r", REALS[0]])
    cluster.wait_weights(director, {r: 1 for r in REALS}, 8)
    director.namespace.run(["ipvsadm", "-D", "-t", VIP + ":80"])
    cluster.wait_weights(director, {r: 1 for r in REALS}, 8)
    assert "it was changed by others, and is repaired" in rig.log_text()


def wait_conns(rig, real, count, service):
    """The kernel brings its counters up to date every two seconds."""
    def look():
        rig.do("command stats")
        return rig.get(real, "conns", service) == count

    wait_for(look, 6, "%s connections of %s" % (count, real), every=0.2)


def test_statistics(cluster, director, rig):
    own = Untouched(cluster, rig)
    real = own.reals["real1"]
    held = [own.cluster.client.call(socket.create_connection, (VIP, own.port)) for _ in range(6)]
    wait_conns(rig, real, "3", own.name)
    assert rig.get(real, "active_conns", own.name) == "3"
    assert rig.get_service("conns", own.name) == "6"
    assert int(rig.get_service("in_bytes", own.name)) > 100
    # The total goes on over a time outside the table.
    rig.change(real, "admin_state", "forcedOffline", own.name)
    rig.change(real, "admin_state", "enabled", own.name)
    held += [own.cluster.client.call(socket.create_connection, (VIP, own.port)) for _ in range(2)]
    wait_conns(rig, real, "4", own.name)
    for sock in held:
        sock.close()
    own.close()


# ---- checks ----------------------------------------------------------------

@pytest.fixture
def checked(cluster, rig):
    rig.tutorial()
    for real in REALS:
        rig.check(real)
    for real in REALS:
        rig.wait(5, real, "oper_state", "up")
    return rig


def test_failed_server_leaves_and_returns(cluster, director, checked):
    cluster.web["real1"].stop()
    checked.wait(5, REAL["real1"], "oper_state", "down")
    assert director.weights() == {REAL["real2"]: 1}
    assert checked.get(REAL["real1"], "reason") == "refused"
    assert checked.get(REAL["real1"], "weight") == "1"
    assert checked.get_service("oper_state") == "degraded"
    assert checked.get_service("health_percent") == "50"
    cluster.web["real1"].start()
    checked.wait(5, REAL["real1"], "oper_state", "up")
    assert director.weights() == {r: 1 for r in REALS}


def test_inhibited_server_stays_with_weight_0(cluster, director, checked):
    checked.change(REAL["real1"], "inhibit_on_failure", "yes")
    cluster.web["real1"].stop()
    checked.wait(5, REAL["real1"], "oper_state", "down")
    assert director.weights() == {REAL["real1"]: 0, REAL["real2"]: 1}


def test_down_stays_down_over_a_restart(cluster, director, checked):
    cluster.web["real1"].stop()
    checked.wait(5, REAL["real1"], "oper_state", "down")
    with TableWatch(director.namespace) as watch:
        checked.do("kill")
        wait_for(lambda: "1 services and 1 servers adopted, 0 written" in checked.log_text(), 5,
                 "adoption")
        cluster.web["real1"].start()
        checked.wait(5, REAL["real1"], "oper_state", "up")
        wait_for(lambda: len(watch.seen[-1]) == 3, 2, "the watch saw both servers")
    assert len(watch.seen) == 2, watch.seen


def test_one_check_serves_two_services(cluster, director, checked):
    other = VIP + ":8080/tcp"
    checked.service(other)
    checked.server(REAL["real1"], other)
    checked.check(REAL["real1"], other)
    checked.settle()
    assert checked.ask("get checker %s %s 1 state" % (other, REAL["real1"])) == "up"
    cluster.web["real1"].stop()
    checked.wait(5, REAL["real1"], "oper_state", "down", other)
    assert checked.get(REAL["real1"], "oper_state") == "down"


def test_without_rows_nothing_is_touched(director):
    director.namespace.run(["ipvsadm", "-A", "-t", VIP + ":80", "-s", "wlc"])
    rig = Rig(director).start()
    rig.settle()
    rig.release()
    assert SERVICE in director.table()
