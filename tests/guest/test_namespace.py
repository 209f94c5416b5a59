"""net_namespace and net_namespace_ipvs: servers are checked from one network namespace and balanced
by the kernel of another."""
import os
import re

from lab.daemons import Halvard
from lab.space import wait_for
from lab.topology import REAL, SERVICE, tutorial_config
from lab.watch import ipvs_table

HEALTHY = {REAL["real1"]: 1, REAL["real2"]: 1}


def weights(space):
    table = ipvs_table(space)
    return table[SERVICE].weights if SERVICE in table else {}


def good_runs(program):
    return {r: len(re.findall(r"check TCP_CHECK %s: \w+ -> up" % re.escape(r), program.log_text()))
            for r in REAL.values()}


def test_table_is_elsewhere(cluster, folder):
    first, second = cluster.directors
    text = "net_namespace %s\nnet_namespace_ipvs %s\n" % (first.name, second.name)
    program = Halvard(cluster.client, os.path.join(folder, "h"), text + tutorial_config())
    first.programs.append(program)
    program.start()
    wait_for(lambda: weights(second.namespace) == HEALTHY, 30, "the table of the other namespace")
    assert not ipvs_table(first.namespace)
    # The checks do not leave from there: it is cut off, and the servers stay up.
    second.namespace.ip("link set eth0 down")
    program.kill_role("lvs")
    before = good_runs(program)
    wait_for(lambda: all(n > before[r] for r, n in good_runs(program).items()), 30, "both are checked")
    assert weights(second.namespace) == HEALTHY
    program.stop()
    assert not ipvs_table(second.namespace)


def test_of_the_caller(cluster, folder):
    first, second = cluster.directors
    text = "net_namespace %s\nnet_namespace_ipvs\n" % first.name
    program = Halvard(second.namespace, os.path.join(folder, "h"), text + tutorial_config())
    first.programs.append(program)
    program.start()
    wait_for(lambda: weights(second.namespace) == HEALTHY, 30, "the table of the caller")
    assert not ipvs_table(first.namespace)
