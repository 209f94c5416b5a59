"""Each call by which main writes the overlay fails, or main is killed in front of it: the overlay is the old one
or the new one, whole, and what was answered is true, at once, after a restart of main, and after one of everything.
The same of `save`, which writes the file and then the overlay."""
import json
import os
import re
import signal

import pytest

from lab.daemons import halvard_is_built
from lab.race import overlay_faults
from lab.space import wait_for
from lab.strace import WRITE, Strace, in_writing, injected
from netns.test_agent_snmp import PRIORITY, ROOT, Manager, subids

pytestmark = pytest.mark.skipif(not halvard_is_built(), reason="halvard is not built")
CONFIG = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority 100
	virtual_ipaddress {
		192.168.1.200
	}
}
"""
SERVER = """
virtual_server 192.0.2.1 80 {
	delay_loop 3600
	protocol TCP
	real_server 127.0.0.1 9 {
		weight 3
	}
}
"""
OK, REFUSED, UNKNOWN = "ok", "commit failed", "outcome unknown"
OLD, NEW = "old", "new"
KILL = "signal=SIGKILL"


class Subject:
    """A daemon whose VI_1 was given priority 110, and what is in force, by file, overlay and main."""

    def __init__(self, director, config=CONFIG, **more):
        self.director = director
        self.daemon = director.halvard(config, **more).start()
        self.overlay = os.path.join(self.daemon.state_dir, "overlay")
        self.wait()
        assert self.set("110") == OK

    def wait(self):
        wait_for(lambda: self.daemon.ctl("status", check=False).returncode == 0, 10, "status")

    def ask(self, *words):
        return json.loads(self.daemon.ctl("--json", *words, check=False).stdout)["result"]["status"]

    def set(self, priority):
        return self.ask("set", "vrrp_instance", "VI_1", "base_priority", priority)

    def shown(self, table="vrrp_instance", field="base_priority"):
        out = self.daemon.ctl("--json", "show", table, check=False)
        return str(json.loads(out.stdout)[table][0][field]) if out.returncode == 0 else None

    def text(self):
        with open(self.overlay) as f:
            return f.read()

    def by_file(self):
        with open(self.daemon.config) as f:
            return re.search(r"priority (\d+)", f.read())[1]

    def by_overlay(self):
        said = re.search(r'base_priority "(\d+)"', self.text())
        return said and said[1]

    def under(self, injections, files, act):
        """Does it while calls about files that are being written fail; returns its answer."""
        strace = Strace(self.daemon.role("main"), injections, os.path.join(self.director.folder, "strace"),
                        [p for f in files for p in in_writing(f)])
        answer = act()
        if any(KILL in i for i in injections):
            wait_for(strace.ended, 10, "the end of main")
        said = strace.stop()
        calls = injected(said)
        assert {i.split(":")[0] for i in injections} <= set(calls), said
        return answer

    def restarts(self):
        """Main dies, then everything."""
        dead = self.daemon.kill_role("main")
        wait_for(lambda: self.daemon.role("main", 10) != dead, 10, "another main")
        self.wait()
        yield "main"
        self.daemon.kill_all()
        self.daemon.start()
        self.wait()
        yield "everything"

    def is_whole(self):
        assert not overlay_faults(self.overlay), self.text()
        assert set(os.listdir(self.daemon.state_dir)) <= {"overlay", ".overlay.new", "accepted.conf", "changes"}

    def must_stay(self, priority):
        """In force now and after each restart; and a change can be made then."""
        self.wait()
        self.is_whole()
        assert self.shown() == priority
        for what in self.restarts():
            self.is_whole()
            assert self.shown() == priority, what
        assert self.set("130") == OK and self.by_overlay() == "130" and ".overlay.new" not in os.listdir(
            self.daemon.state_dir)


@pytest.fixture
def subject(cluster):
    return Subject(cluster.directors[0])


def kills():
    """In front of the rename the old file stands, behind it the new one."""
    renamed = WRITE.index(("rename", 1))
    return [(call, KILL, n, UNKNOWN, OLD if i <= renamed else NEW) for i, (call, n) in enumerate(WRITE)]


def errors(*calls, result=(REFUSED, OLD)):
    return [(call, "error=" + error, n, *result) for call, n in calls for error in ("ENOSPC", "EIO")]


FAULTS = [
    *errors(*WRITE[:6]),
    ("write", "error=EINTR", 1, OK, NEW),
    *errors(("fsync", 2), result=(UNKNOWN, NEW)),
    *errors(("close", 2), result=(OK, NEW)),  # of a folder that was only read
    *kills(),
]


def name(fault):
    call, what, n = fault[:3]
    return "%s%d-%s" % (call, n, what.split("=")[1])


@pytest.mark.parametrize("fault", FAULTS, ids=name)
def test_a_change(subject, fault):
    call, what, n, answer, which = fault
    before = subject.text()
    assert subject.under(["%s:%s:when=%d" % (call, what, n)], [subject.overlay], lambda: subject.set("120")) == answer
    assert subject.text() == (before if which == OLD else before.replace("110", "120"))
    subject.must_stay("110" if which == OLD else "120")


def test_the_temporary_file_stays(subject):
    """It cannot be removed either: it is nothing, and the next change writes over it."""
    faults = ["rename:error=EIO:when=1", "unlink:error=EIO:when=1"]
    assert subject.under(faults, [subject.overlay], lambda: subject.set("120")) == REFUSED
    with open(os.path.join(subject.daemon.state_dir, ".overlay.new")) as f:
        assert "120" in f.read()
    subject.must_stay("110")


# ---- by SNMP ---------------------------------------------------------------


@pytest.mark.parametrize("fault", [f for f in FAULTS if f[:3] in (
    ("rename", "error=EIO", 1), ("fsync", "error=EIO", 2), ("write", "error=EINTR", 1), ("rename", KILL, 1),
    ("fsync", KILL, 2))], ids=name)
def test_a_set(cluster, fault):
    """commitFailed, and nothing is changed, unless main has died: then it is to be read back. What the disk is
    not sure of is taken back."""
    call, what, n, answer, which = fault
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    subject, manager = Subject(director, agentx=snmpd.agentx), Manager(director.namespace)
    wait_for(lambda: manager.get(PRIORITY, timeout=1) == ["Gauge32: 110"], 10, "SNMP")
    said = subject.under(["%s:%s:when=%d" % (call, what, n)], [subject.overlay],
                         lambda: manager.set((PRIORITY, "u", 120)))
    assert said.split()[0] == ("noError" if answer == OK else "commitFailed"), said
    taken_back = what == "error=EIO"
    wanted = "110" if which == OLD or taken_back else "120"
    subject.wait()
    wait_for(lambda: subject.by_overlay() == wanted, 5, subject.text)
    subject.must_stay(wanted)


def test_a_row_of_a_main_that_died(cluster):
    """It has made the row and told nobody. Until there is another main nobody knows whether it is there, so that
    it goes cannot be promised either."""
    director = cluster.directors[0]
    snmpd = director.snmpd().start()
    subject, manager = Subject(director, agentx=snmpd.agentx), Manager(director.namespace)
    wait_for(lambda: manager.get(PRIORITY, timeout=1) == ["Gauge32: 110"], 10, "SNMP")
    status, interface, vrid = ("%s.3.1.%d%s" % (ROOT, n, subids("VI_2")) for n in (59, 2, 4))
    os.kill(subject.daemon.process.pid, signal.SIGSTOP)  # nobody starts another
    made = subject.under(["fsync:%s:when=2" % KILL], [subject.overlay],
                         lambda: manager.set((status, "i", 4), (interface, "s", "eth0"), (vrid, "u", 52)))
    assert made.startswith("commitFailed")
    assert manager.set((status, "i", 6)).startswith("resourceUnavailable")
    os.kill(subject.daemon.process.pid, signal.SIGCONT)
    subject.wait()
    assert subject.daemon.ctl("show", "vrrp_instance", "VI_2").returncode == 0
    wait_for(lambda: manager.set((status, "i", 6)) == "noError" and
             subject.daemon.ctl("show", "vrrp_instance", "VI_2", check=False).returncode, 10, "it goes")


# ---- the way back ----------------------------------------------------------


@pytest.mark.parametrize("fault", [
    ("rename", "error=EIO", 2, UNKNOWN, NEW),  # it was refused by lvs, and cannot be taken back
    ("fsync", "error=ENOSPC", 3, UNKNOWN, NEW),
    ("fsync", "error=EIO", 4, UNKNOWN, OLD),   # it was taken back, and the disk is not sure of that
    ("rename", KILL, 2, UNKNOWN, NEW),
    ("fsync", KILL, 4, UNKNOWN, OLD),
], ids=name)
def test_a_change_that_goes_back(cluster, fault):
    """Without IPVS lvs refuses each change of a server: the overlay is written twice."""
    if os.environ.get("LAB_IPVS"):
        pytest.skip("this kernel has IPVS")
    call, what, n, answer, which = fault
    subject = Subject(cluster.directors[0], CONFIG + SERVER)

    def weigh(weight):
        return subject.ask("weight", "192.0.2.1:80/tcp", "127.0.0.1:9", weight)

    assert weigh("5") == REFUSED and subject.shown("real_server", "weight") == "3"
    assert subject.under(["%s:%s:when=%d" % (call, what, n)], [subject.overlay], lambda: weigh("7")) == answer
    subject.wait()
    wanted = "3" if which == OLD else "7"
    subject.is_whole()
    assert ('weight "7"' in subject.text()) == (which == NEW)
    assert subject.shown("real_server", "weight") == wanted
    for what in subject.restarts():
        assert subject.shown("real_server", "weight") == wanted, what
    assert weigh("9") == REFUSED and subject.shown("real_server", "weight") == wanted


# ---- save -------------------------------------------------------------------

# The new text is first written under the name of the temporary file and read, to prove it.
SAVE = [("openat", 3), ("openat", 4), ("write", 2), ("fsync", 1), ("close", 3), ("chmod", 1), ("rename", 1),
        ("fsync", 2), ("close", 4)]
FILE, OVERLAY = "file", "overlay"
INCONSISTENT = "inconsistent value"
# where, call, fault, number, answer, whether the file then has the value, whether the overlay still has it
SAVES = [
    *[(FILE, call, "error=" + e, n, INCONSISTENT, False, True) for call, n in (("openat", 1), ("write", 1))
      for e in ("ENOSPC", "EIO")],
    *[(FILE, call, "error=" + e, n, REFUSED, False, True) for call, n in SAVE[:7] for e in ("ENOSPC", "EIO")],
    (FILE, "write", "error=EINTR", 2, OK, True, False),
    # while the disk is not sure of the file the overlay keeps what is in it
    *[(FILE, "fsync", "error=" + e, 2, UNKNOWN, True, True) for e in ("ENOSPC", "EIO")],
    *[(FILE, call, KILL, n, UNKNOWN, i > SAVE.index(("rename", 1)), True) for i, (call, n) in enumerate(SAVE)],
    *[(OVERLAY, call, "error=" + e, n, REFUSED, False, True) for call, n in WRITE[:6] for e in ("ENOSPC", "EIO")],
    *[(OVERLAY, "fsync", "error=" + e, 2, UNKNOWN, True, False) for e in ("ENOSPC", "EIO")],
    *[(OVERLAY, call, KILL, n, UNKNOWN, True, which == OLD) for call, _, n, _, which in kills()],
]


@pytest.mark.parametrize("fault", SAVES, ids=lambda f: "%s-%s" % (f[0], name(f[1:])))
def test_save(subject, fault):
    where, call, what, n, answer, in_file, in_overlay = fault
    path = subject.daemon.config if where == FILE else subject.overlay
    with open(subject.daemon.config) as f:
        before = f.read()
    assert subject.under(["%s:%s:when=%d" % (call, what, n)], [path], lambda: subject.ask("save")) == answer
    with open(subject.daemon.config) as f:
        assert f.read() == (before.replace("100", "110") if in_file else before)
    assert subject.by_overlay() == ("110" if in_overlay else None)
    subject.wait()
    saved = subject.ask("save")
    assert saved == (OK if in_overlay else INCONSISTENT), "once more"
    assert subject.by_file() == "110" and subject.by_overlay() is None
    subject.must_stay("110")


def test_save_that_cannot_be_taken_back(subject):
    """The overlay cannot be written, and then not the file: both say the same."""
    answer = subject.under(["rename:error=EIO:when=2+"], [subject.daemon.config, subject.overlay],
                           lambda: subject.ask("save"))
    assert answer == REFUSED and subject.by_file() == subject.by_overlay() == "110"
    subject.must_stay("110")
