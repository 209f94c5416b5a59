"""SETs, commands of halvardctl and reloads race for a minute while main is killed again and again, in front of
each of the calls by which it writes too. After each restart all is what the file says and each change that was
answered with success, and nothing that was refused.

HALVARD_RACE_SEED repeats what was asked for, HALVARD_RACE_SECONDS changes the length.
"""
import os
import random
import shutil

import pytest

from lab.daemons import halvard_is_built
from lab.race import DONE, REFUSED, UNKNOWN, Race, export_of
from lab.racers import CONFIG, Servers, vrrp_clients, wait_for_agent
from lab.space import wait_for

pytestmark = pytest.mark.skipif(not halvard_is_built(), reason="halvard is not built")
SECONDS = float(os.environ.get("HALVARD_RACE_SECONDS") or 60)
SEED = int(os.environ.get("HALVARD_RACE_SEED") or 0) or random.randrange(1, 1 << 32)
SERVICE, SERVER = "192.0.2.1:80/tcp", "127.0.0.1:9"
LVS = """
virtual_server 192.0.2.1 80 {
	delay_loop 3600
	lvs_sched rr
	protocol TCP
	real_server 127.0.0.1 9 {
		weight 3
	}
}
"""


def answers(daemon):
    wait_for(lambda: daemon.ctl("status", check=False).returncode == 0, 20, "status")


@pytest.fixture
def race(cluster, folder):
    print("HALVARD_RACE_SEED=%d" % SEED)
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    daemon = director.halvard(CONFIG + LVS, agentx=snmpd.agentx).start()
    answers(daemon)
    race = Race(daemon, folder, SEED)
    wait_for_agent(race)
    yield race
    race.gate.end()


def restart(race):
    race.daemon.kill_all()
    race.daemon.start()
    answers(race.daemon)


def is_said_by_another(race, director):
    """A second daemon that is given the same file and the same overlay; it has no SNMP."""
    with open(race.daemon.config) as f:
        other = director.halvard(f.read())
    shutil.copy(race.overlay, other.state_dir)
    other.start()
    answers(other)
    found, wanted = export_of(other), race.export()
    found.pop(("global",)), wanted.pop(("global",))
    assert found == wanted
    other.kill_all()


def is_taken_back(race, refused):
    """All that was set, at once; what is left is what the file says. Lvs may refuse it without IPVS."""
    before = race.export()
    out = race.daemon.ctl("revert", "all", check=False)
    if refused and "commit failed" in out.stdout:
        assert race.export() == before
        return
    assert out.returncode == 0 and race.lines() == [], out.stdout
    by_file = race.export()
    os.unlink(race.overlay)
    restart(race)
    assert race.export() == by_file


def run(race, another, refused=False):
    """The race, and what must be true in the end."""
    try:
        race.run(SECONDS)
        race.check()
        assert not race.faults, race.faults[0]
        before = race.export()
        restart(race)
        race.check()
        assert not race.faults, race.faults[0]
        assert race.export() == before
        is_said_by_another(race, another)
        is_taken_back(race, refused)
        is_enough(race)
    except BaseException:
        print("\n".join(race.said))
        raise
    finally:
        print(race.summary())


def is_enough(race):
    """All of it has really happened; on a quick machine it is fifty times as much."""
    share = SECONDS / 60
    kinds = {k: sum(n for (_, o), n in race.outcomes.items() if o == k) for k in (DONE, REFUSED, UNKNOWN)}
    assert kinds[DONE] >= 100 * share and kinds[REFUSED] >= 10 * share and kinds[UNKNOWN] >= 3 * share, kinds
    assert {c.name for c in race.clients} - {who for who, o in race.outcomes if o == DONE} <= {"Servers"}
    assert sum(race.kills.values()) >= 10 * share, race.kills
    at_calls = [k for k in race.kills.elements() if k.split()[-1] in ("overlay", os.path.basename(race.daemon.config))]
    assert len(at_calls) >= 2 * share, race.kills


def test_race(race, cluster):
    race.begin(*vrrp_clients(race), Servers(race, SERVICE, SERVER, refused=True))
    run(race, cluster.directors[1], refused=True)
