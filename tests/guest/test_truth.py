"""The kernel's table is what the configuration says: what others change of ours is repaired and said,
what was ours and is not wanted goes, whoever died in between, and what is not ours stays."""
import json
import re

import pytest

from lab.daemons import Halvard
from lab.space import Namespace, ip_batch, wait_for

from test_sync_daemon import BACKUP, MASTER, Kernel

VIP = "192.0.2.1"
FOLDER = "/run/lab/test_truth"
FOREIGN = "-A -t 192.0.2.99:99 -s rr"
VIRTUAL = """virtual_server %s {
	lb_algo wrr
	lb_kind DR
	protocol TCP
	persistence_timeout 50
	real_server 10.0.0.1 80 {
		weight 3
	}
	real_server 10.0.0.2 80 {
		weight 4
		uthreshold 9
		lthreshold 5
	}
}
"""
GROUP = """virtual_server_group many {
	192.0.2.10-14 80
	fwmark 7
}
""" + VIRTUAL % "group many"
REFUSED = VIRTUAL.replace("persistence_timeout 50", "persistence_timeout 50\n persistence_engine none") \
    % "192.0.2.8 80"
GLOBAL = "global_defs {\n %s\n}\n"
# What somebody types, and what is said of it.
EDITS = {
    "weight": ("-e -t 192.0.2.1:80 -r 10.0.0.1:80 -g -w 9", "server 10.0.0.1:80: weight is 9, not 3"),
    "method": ("-e -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 3", "server 10.0.0.1:80: method is TUN, not DR"),
    "threshold": ("-e -t 192.0.2.1:80 -r 10.0.0.2:80 -g -w 4 -x 70 -y 60",
                  "server 10.0.0.2:80: thresholds are 70 and 60, not 9 and 5"),
    "scheduler": ("-E -t 192.0.2.1:80 -s lc -p 50", "scheduler is lc, not wrr"),
    "persistence": ("-E -t 192.0.2.1:80 -s wrr -p 51", "persistence timeout is 51 s, not 50 s"),
    "no persistence": ("-E -t 192.0.2.1:80 -s wrr", "flags are 0x0, not 0x1"),
    "server gone": ("-d -t 192.0.2.1:80 -r 10.0.0.2:80", "server 10.0.0.2:80 is missing"),
    "server added": ("-a -t 192.0.2.1:80 -r 10.0.0.9:80 -g", "server 10.0.0.9:80 is not wanted"),
    "service gone": ("-D -t 192.0.2.1:80", "service 192.0.2.1:80/tcp: it is missing"),
    "member gone": ("-D -f 7", "virtual_server group:many/tcp, service fwmark:7: it is missing"),
}


@pytest.fixture(scope="module")
def director():
    ip_batch(["netns add director", "link add eth0 netns director type veth peer name eth1"])
    namespace = Namespace("director")
    namespace.ip("link set lo up", "addr add 192.0.2.9/24 dev eth0", "link set eth0 up")
    yield namespace
    namespace.close()
    ip_batch(["netns del director"])


def ipvsadm(director, words):
    return director.run(["ipvsadm", *words.split()]).stdout


def table(director):
    return sorted(ipvsadm(director, "-Sn").splitlines())


def whole(director):
    """With what a list that can be restored does not have."""
    return table(director) + sorted(ipvsadm(director, "-Ln --thresholds").splitlines()[3:])


@pytest.fixture
def program(director):
    ipvsadm(director, "-C")
    ipvsadm(director, FOREIGN)
    made = Halvard(director, FOLDER, VIRTUAL % "192.0.2.1 80" + GROUP).start()
    wait_for(lambda: len(table(director)) == 1 + 7 * 3, 20, lambda: "the table: %s" % table(director))
    yield made
    made.kill_all()


def drift(program):
    return json.loads(program.ctl("--json", "show", "ipvs").stdout)["ipvs"]["drift"]


def test_a_reload_repairs(director, program):
    """Of a file that has not changed: when it is over, all is as it should be."""
    before = whole(director)
    for count, (name, (words, said)) in enumerate(EDITS.items(), 1):
        ipvsadm(director, words)
        assert whole(director) != before, name
        program.ctl("reload")
        assert whole(director) == before, name
        assert said in program.log_text(), name
        assert drift(program) == count, name
    ipvsadm(director, "-C")
    program.ctl("reload")
    assert whole(director) == [line for line in before if "192.0.2.99" not in line]
    assert drift(program) == len(EDITS) + 7


def test_time_repairs(director, program):
    before = table(director)
    ipvsadm(director, EDITS["weight"][0])
    wait_for(lambda: table(director) == before, 15, "repaired by itself")
    assert EDITS["weight"][1] in program.log_text()


def test_repairs_go_on_beside_a_refusal(director, program):
    before = table(director)
    program.configure(VIRTUAL % "192.0.2.1 80" + GROUP + REFUSED)
    program.reload()
    wait_for(lambda: "virtual_server 192.0.2.8:80/tcp: refused" in program.log_text(), 20, "a refusal")
    ipvsadm(director, EDITS["weight"][0])
    wait_for(lambda: table(director) == before, 15, "repaired by itself")
    wait_for(lambda: EDITS["weight"][1] in program.log_text(), 1, "and said")
    assert drift(program) == 1
    assert "192.0.2.8:80/tcp, service" not in program.log_text(), "what is refused was changed by nobody"


def test_what_was_ours_goes(director, program):
    """All die at once, and the file has lost two virtual servers when they come back."""
    left = [line for line in table(director) if "192.0.2.1:80" in line or "192.0.2.99" in line]
    program.kill_all()
    assert len(table(director)) == 1 + 7 * 3
    program.configure(VIRTUAL % "192.0.2.1 80")
    program.start()
    wait_for(lambda: table(director) == left, 20, lambda: "the table: %s" % table(director))
    # It is forgotten: who makes the same by hand keeps it.
    wait_for(lambda: "192.0.2.10" not in open(program.path("run/services")).read(), 5, "forgotten")
    ipvsadm(director, "-A -t 192.0.2.10:80 -s rr")
    program.kill_all()
    program.start()
    wait_for(lambda: re.search(r"1 services and 2 servers adopted, 0 written(?s:.*)1 services and 2 servers",
                               "".join(re.findall(r"\d+ services and .*\n", program.log_text())) * 2),
             20, "adoption")
    assert "-A -t 192.0.2.10:80 -s rr" in table(director)


def test_a_part_of_a_group_goes(director, program):
    program.kill_all()
    program.configure(VIRTUAL % "192.0.2.1 80" + GROUP.replace("10-14", "11-13"))
    program.start()
    wait_for(lambda: len(table(director)) == 1 + 5 * 3, 20, lambda: "the table: %s" % table(director))
    assert not [line for line in table(director) if "192.0.2.10:" in line or "192.0.2.14:" in line]


def test_lvs_is_dead_while_the_file_changes(director, program):
    left = [line for line in table(director) if "192.0.2.1:80" in line or "192.0.2.99" in line]
    program.configure(VIRTUAL % "192.0.2.1 80")
    died = program.kill_role("lvs")
    program.reload()
    wait_for(lambda: program.role("lvs") != died, 10, "another lvs")
    wait_for(lambda: table(director) == left, 20, lambda: "the table: %s" % table(director))


WORDS = GLOBAL % "lvs_timeouts tcp 7200 udp 33\n lvs_sync_daemon eth0"


@pytest.fixture
def kernel(director):
    probe = Kernel(director)
    yield probe
    probe.close()


def test_timeouts_and_daemons(director, program, kernel):
    before, ours = kernel.timeouts(), (7200, kernel.timeouts()[1], 33)
    program.configure(WORDS + VIRTUAL % "192.0.2.1 80")
    program.ctl("reload")

    def as_wanted():
        return kernel.timeouts() == ours and sorted(kernel.daemons()) == [MASTER, BACKUP]

    wait_for(as_wanted, 10, "timeouts and daemons")
    ipvsadm(director, "--set 1 2 3")
    ipvsadm(director, "--stop-daemon master")
    wait_for(as_wanted, 15, "repaired by itself")
    assert "timeouts are 1, 2 and 3 s, not 7200" in program.log_text()
    assert "synchronisation daemons: backup runs, not both" in program.log_text()

    # Whoever dies, what was before comes back with the words.
    died = program.kill_role("lvs")
    wait_for(lambda: program.role("lvs") != died, 10, "another lvs")
    wait_for(lambda: json.loads(program.ctl("--json", "show", "ipvs").stdout)["ipvs"]["before_tcp_s"] == before[0],
             10, "what was before")
    assert as_wanted()
    program.kill_all()
    program.configure(VIRTUAL % "192.0.2.1 80")
    program.start()
    wait_for(lambda: kernel.timeouts() == before and not kernel.daemons(), 20,
             lambda: "%s, %s" % (kernel.timeouts(), kernel.daemons()))


def test_flush_at_the_start(director, program):
    """Once for each start of the daemon, and not for one of its processes."""
    program.kill_all()
    program.configure(GLOBAL % "lvs_flush" + VIRTUAL % "192.0.2.1 80")
    program.start()
    wait_for(lambda: len(table(director)) == 3, 20, lambda: "the table: %s" % table(director))
    ipvsadm(director, FOREIGN)
    for role in ("main", "lvs", "main"):
        died = program.kill_role(role)
        wait_for(lambda died=died, role=role: program.role(role) != died, 10, "another " + role)
        wait_for(lambda: program.ctl("show", "ipvs", check=False).returncode == 0, 10, "an answer")
        program.ctl("reload")
    assert len(table(director)) == 4
    assert program.log_text().count("the whole table was emptied") == 1
