"""net_namespace: whole daemons that are started in one network namespace and run in another."""
import os

import pytest

from lab.daemons import Halvard, halvard_is_built
from lab.space import wait_for
from lab.topology import VIP
from test_vrrp_daemon import CONFIG

IN = "net_namespace %s\n"


@pytest.fixture
def start(cluster, folder):
    """Starts Halvard in the client's namespace; the client's programs are ended after the test."""
    if not halvard_is_built():
        pytest.skip("halvard is not built")
    started = []

    def body(config, **kw):
        program = Halvard(cluster.client, os.path.join(folder, "h"), config, **kw)
        started.append(program)
        return program.start()

    yield body
    for program in started:
        program.kill_all()


def namespace_of(pid):
    return os.stat("/proc/%d/ns/net" % pid).st_ino


def runs_in(director, program):
    """The address is there, and all processes are."""
    wait_for(director.owns, 10, "%s has the address" % director.name)
    wanted = os.fstat(director.namespace.fd).st_ino
    for role in ("main", "vrrp", "lvs"):
        assert namespace_of(program.role(role)) == wanted, role
    assert namespace_of(program.process.pid) == wanted


def test_of_the_file(cluster, start):
    first, second = cluster.directors
    program = start(IN % first.name + CONFIG % (100, VIP))
    runs_in(first, program)
    assert program.ctl("status").returncode == 0, "the control socket is not of the network"
    program.configure(IN % second.name + CONFIG % (101, VIP))
    program.ctl("reload")
    assert '"%s" is used from the next start on' % second.name in program.log_text()
    runs_in(first, program)
    program.stop()
    wait_for(lambda: not first.owns(), 5, "the address is gone")
    runs_in(second, start(program_text(program)))


def program_text(program):
    with open(program.config) as f:
        return f.read()


def test_the_command_line_comes_first(cluster, start):
    first, second = cluster.directors
    program = start(IN % first.name + CONFIG % (100, VIP), options=["-s", second.name])
    runs_in(second, program)


def test_there_is_none(start):
    program = start(IN % "nowhere" + CONFIG % (100, VIP))
    assert program.process.wait(10) == 1
    assert "there is no network namespace nowhere" in program.log_text()


@pytest.mark.parametrize("text", ["net_namespace director2\nnonsense here\n", "", "include gone/*.conf\n"],
                         ids=["error", "empty", "missing"])
def test_what_was_accepted_last_says_where(cluster, start, text):
    """The file is of no use: what runs instead runs where it did."""
    first = cluster.directors[0]
    program = start(IN % first.name + CONFIG % (100, VIP))
    runs_in(first, program)
    wait_for(lambda: os.path.exists(os.path.join(program.state_dir, "accepted.conf")), 5, "kept")
    program.stop()
    runs_in(first, start(text))
