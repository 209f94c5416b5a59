"""The race of tests/netns/test_race.py where IPVS is real: weights and states of real servers too, and what the
kernel has is what was answered."""
import pytest

from lab.race import Race
from lab.racers import CONFIG, Servers, vrrp_clients, wait_for_agent
from lab.space import wait_for
from lab.topology import REAL, SERVICE, tutorial_config
from test_race import SEED, answers, run


class LvsRace(Race):
    def check(self):
        super().check()
        wait_for(lambda: self.faults or self.kernel_agrees(), 10, "the kernel's table is what was answered")

    def kernel_agrees(self):
        """A server that drains goes when nobody is connected to it, and one that is disabled may have gone so."""
        row, weights = self.export()[("real_server", SERVICE, REAL["real1"])], self.daemon.weights()
        found = weights.get(REAL["real1"])
        return found == int(row["weight"]) if row["admin_state"] == "enabled" else found in (0, None)


@pytest.fixture
def race(cluster, folder):
    print("HALVARD_RACE_SEED=%d" % SEED)
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    daemon = director.halvard(tutorial_config() + CONFIG, agentx=snmpd.agentx).start()
    daemon.weights = director.weights
    answers(daemon)
    race = LvsRace(daemon, folder, SEED)
    wait_for_agent(race)
    cluster.wait_weights(director, {r: 1 for r in REAL.values()}, 20)
    yield race
    race.gate.end()


def test_race(race, cluster):
    race.begin(*vrrp_clients(race), Servers(race, SERVICE, REAL["real1"]))
    run(race, cluster.directors[1])
