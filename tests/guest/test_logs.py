"""Real servers and virtual servers in the log: one line for each transition, with its fields."""
import time

import pytest

from lab.journal import Reader
from lab.topology import REAL, SERVICE, tutorial_config


@pytest.fixture
def journal():
    reader = Reader()
    yield reader
    reader.close()


def told(entry):
    """What an entry says of a transition, and its level."""
    return tuple(entry.get("HALVARD_" + k) for k in ("OLD_STATE", "STATE", "REASON")) + (
        int(entry["PRIORITY"]),)


def test_a_server_goes_and_comes(cluster, journal):
    director = cluster.directors[0]
    director.halvard(tutorial_config(), options=("--log-level=info",)).start()
    both = {REAL["real1"]: 1, REAL["real2"]: 1}
    cluster.wait_weights(director, both, 30)
    for server in REAL.values():
        journal.wait(30, HALVARD_REAL_SERVER=server, HALVARD_STATE="up")
    journal.wait(10, HALVARD_OBJECT="virtual_server", HALVARD_STATE="up")
    for act, server, service in (
            (cluster.web["real1"].stop, ("up", "down", "refused", 5), ("up", "degraded", None, 5)),
            (cluster.web["real1"].start, ("down", "up", "ok", 5), ("degraded", "up", None, 5))):
        since = time.monotonic()
        act()
        journal.wait(30, since, HALVARD_OBJECT="virtual_server")
        entry, = journal.find(since, HALVARD_REAL_SERVER=REAL["real1"])
        assert told(entry) == server
        assert entry["HALVARD_VIRTUAL_SERVER"] == SERVICE and entry["HALVARD_OBJECT"] == "real_server"
        entry, = journal.find(since, HALVARD_OBJECT="virtual_server")
        assert told(entry) == service and entry["HALVARD_VIRTUAL_SERVER"] == SERVICE
        assert not [e["MESSAGE"] for e in journal.find(since) if int(e["PRIORITY"]) < 5]
