"""The unit, under a real systemd: restarts that nobody notices, and what stops, kills and crashes do."""
import os
import re
import subprocess

import pytest

from lab import daemons
from lab.space import wait_for
from lab.steer import BOTH
from lab.systemd import SYSTEMD, Systemd
from lab.topology import VIP, tutorial_config
from lab.watch import TableWatch
from test_handover import instance, start

UNIT = "halvard.service"


class Service:
    """What the tests ask of a daemon, of the one that systemd runs."""

    def __init__(self, systemd, director):
        self.systemd, self.director = systemd, director
        self.run_dir, self.state_dir = "/run/halvard", "/var/lib/halvard"

    def ctl(self, *args, check=True):
        return self.director.namespace.run(["/run/lab/bin/halvardctl", "--run-dir", self.run_dir, *args], check=check)

    def answers(self):
        return self.ctl("status", check=False).returncode == 0

    def pid(self):
        return self.systemd.show(UNIT, "MainPID")


@pytest.fixture
def service(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    if os.environ.get("LAB_KERNEL") != "guest":
        pytest.skip("a systemd is not started beside that of this machine")
    if not os.path.exists(SYSTEMD):
        pytest.skip("no systemd (Debian package systemd)")
    first = cluster.directors[0]
    ready = first.halvard(tutorial_config())
    program = ready.command()[0]  # puts the programs in place
    systemd = Systemd()
    with open(os.path.join(daemons.BUILD, "conf/systemd", UNIT)) as f:
        unit = f.read()
    unit, n = re.subn(r"(?m)^ExecStart=.*$", "ExecStart=%s -n -f %s --run-dir /run/halvard --state-dir /var/lib/halvard"
                      % (program, ready.config), unit)
    assert n == 1
    # What the rest of a machine would be for is not there.
    unit = re.sub(r"(?m)^(Wants|After|Conflicts)=.*\n", "", unit).replace("[Unit]", "[Unit]\nDefaultDependencies=no")
    systemd.write(UNIT, unit)
    systemd.write(UNIT + ".d/lab.conf", "[Service]\nNetworkNamespacePath=/run/netns/%s\n" % first.namespace.name)
    systemd.ctl("daemon-reload")
    systemd.ctl("start", UNIT)
    yield Service(systemd, first)
    systemd.ctl("stop", UNIT, check=False)
    systemd.end()


def test_the_unit(cluster, service):
    first, second = cluster.directors
    systemd = service.systemd
    cluster.wait_owner(first, 15)
    cluster.wait_weights(first, BOTH, 15)
    peer = second.halvard(tutorial_config(backup=True))
    start(peer)
    before, peer_before = instance(service), instance(peer)
    with TableWatch(first.namespace) as table, cluster.watch() as addresses:
        wait_for(lambda: addresses.owners() == [first.name], 5, "the watch has begun")
        addresses.events.clear()
        for how in (["restart", UNIT], ["restart", UNIT], ["kill", "-s", "USR2", "--kill-who=main", UNIT]):
            pid = service.pid()
            systemd.ctl(*how)
            wait_for(lambda: service.pid() not in (pid, "0"), 10, "another one")
            wait_for(lambda: systemd.show(UNIT, "ActiveState") == "active" and service.answers(), 10, "it runs")
            assert systemd.show(UNIT, "Result") == "success"
            assert cluster.answers(4)
    assert len(table.seen) == 1, "the table changed: %s" % table.seen
    assert addresses.events == [], "an address moved"
    assert (instance(service), instance(peer)) == (before, peer_before)
    for _ in range(7):  # however often: a director must not be given up
        pid = service.pid()
        systemd.ctl("kill", "-s", "KILL", "--kill-who=main", UNIT)
        wait_for(lambda: service.pid() not in (pid, "0") and service.answers(), 15, "it is started again")
    cluster.wait_owner(first, 20)
    systemd.ctl("stop", UNIT)
    assert systemd.show(UNIT, "ActiveState") == "inactive" and systemd.show(UNIT, "Result") == "success"
    assert not first.owns(VIP) and not first.weights()
    cluster.wait_owner(second, 3)
    assert not os.path.exists("/run/halvard/control")
