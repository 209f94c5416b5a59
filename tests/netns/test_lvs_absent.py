"""The lvs role on a kernel without IPVS says so, in the log, in the rows and in the answer."""
import os
import subprocess

import pytest

from lab import daemons
from lab.space import wait_for


@pytest.fixture
def rig(cluster):
    if os.environ.get("LAB_IPVS") == "yes":
        pytest.skip("this kernel has IPVS")
    director = cluster.directors[0]
    rig = daemons.Program(director.namespace, director.path("lvs"))
    director.programs.append(rig)
    with open(rig.log, "w") as log:
        rig.process = director.namespace.popen(
            [os.path.join(os.environ["builddir"], "tests/guest/lvs_rig")], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
    assert rig.process.stdout.readline() == "ready\n"
    return rig


def ask(rig, order):
    rig.process.stdin.write(order + "\n")
    rig.process.stdin.flush()
    return rig.process.stdout.readline().rstrip("\n")


def test_absence_is_told(rig):
    vs, rs = "192.0.2.1:80/tcp", "192.0.2.9:80"
    assert ask(rig, "barrier") == "ok"  # nothing is wanted
    assert ask(rig, "put virtual_server %s addr=192.0.2.1 port=80 protocol=tcp scheduler=rr"
               % vs) == "ok"
    assert ask(rig, "put real_server %s %s addr=192.0.2.9 port=80" % (vs, rs)) == "ok"
    answer = ask(rig, "barrier")
    assert answer.startswith("commit failed") and "module ip_vs" in answer, answer
    assert ask(rig, "get real_server %s %s reason" % (vs, rs)) == "kernelRefused"
    assert ask(rig, "get real_server %s %s oper_state" % (vs, rs)) == "down"
    assert ask(rig, "get virtual_server %s oper_state" % vs) == "down"
    assert ask(rig, "barrier") == "ok"  # nothing was asked for since
    wait_for(lambda: "trying again" in rig.log_text(), 2, "a line in the log")
    assert rig.log_text().count("trying again") == 1
    assert ask(rig, "stop release") == "ok"
