"""Clients that change a daemon all at once while its main is killed, and what must then be true.

Each client owns objects that nobody else changes, and remembers of each the last change that was answered
with success and the later ones of which the outcome is not known. Those are what the object may be, and
nothing else: what was refused must not be in force, what was promised must be.
"""
import collections
import ctypes
import json
import os
import random
import re
import select
import signal
import struct
import threading
import time

from .space import wait_for
from .strace import WRITE, Strace, in_writing

DONE, REFUSED, UNKNOWN = "done", "refused", "outcome unknown"
KEPT = "kept, but not all is in force"  # of a reload: so are the files
MAGIC = "halvard-overlay 1"
LINE = re.compile(r'(set|add|del) [a-z_]+( "([^"\\]|\\.)*")*( [a-z_0-9]+ "([^"\\]|\\.)*")?')
FORGIVEN = 1.1  # s that a process lives and is then started again at once
# What an SNMP master is told when nothing has happened; all else is to be read back.
SNMP_REFUSALS = {"wrongValue", "wrongType", "wrongLength", "inconsistentValue", "notWritable", "noCreation",
                 "inconsistentName", "resourceUnavailable", "noAccess", "authorizationError"}
IN = {"MODIFY": 0x2, "CLOSE_WRITE": 0x8, "MOVED_FROM": 0x40, "MOVED_TO": 0x80, "CREATE": 0x100}


def overlay_faults(path):
    """What is wrong with the file: it is whole or not there."""
    try:
        with open(path, "rb") as f:
            data = f.read()
    except FileNotFoundError:
        return []
    lines = data.decode().split("\n")
    if lines[0] != MAGIC or lines[-1] != "" or b"\0" in data:
        return ["not whole: %r" % data[-200:]]
    return ["line %r" % line for line in lines[1:-1] if not LINE.fullmatch(line)]


class Inotify:
    """Events of one folder."""

    def __init__(self, folder, mask):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        assert self.fd >= 0 and libc.inotify_add_watch(self.fd, folder.encode(), mask) >= 0

    def wait(self, name, deadline):
        """Whether something happened to that name."""
        end = time.monotonic() + deadline
        while select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
            data = os.read(self.fd, 4096)
            while data:
                size = struct.unpack("iIII", data[:16])[3]
                if data[16:16 + size].rstrip(b"\0").decode() == name:
                    return True
                data = data[16 + size:]
        return False

    def close(self):
        os.close(self.fd)


def export_of(daemon):
    """{(table, key, ...): {field: value}}, or None where nobody answers."""
    out = daemon.ctl("--json", "export", check=False)
    if out.returncode:
        return None
    rows = {}
    for f in json.loads(out.stdout)["fields"]:
        if not f["field"].endswith("_digest"):  # of all that clients change
            rows.setdefault((f["table"], *f["key"]), {})[f["field"]] = f["value"]
    return rows


class Thing:
    """An object that one client owns: fields of a row, or a row that comes and goes. Its value is the texts of
    the fields, None while there is no row."""

    def __init__(self, row, *fields, comes_and_goes=False):
        self.row, self.fields, self.comes_and_goes = row, fields, comes_and_goes
        self.sure, self.maybe = None, []  # [(when it was known to be unknown, value)]

    def read(self, export):
        row = export.get(self.row)
        return row and tuple(row[f] for f in self.fields)

    def tell(self, value, outcome):
        if outcome == DONE:
            self.sure, self.maybe = value, []
        elif outcome == UNKNOWN:
            self.maybe.append((time.monotonic(), value))

    def fault(self, value, killed):
        """A text when it is what it must not be. What was open when main was killed is settled by it."""
        if value not in [self.sure, *(v for _, v in self.maybe)]:
            return "%s is %s; answered with success: %s, unknown since: %s" % (
                " ".join(self.row), value, self.sure, [v for _, v in self.maybe])
        if all(when < killed for when, _ in self.maybe):
            self.sure, self.maybe = value, []
        return None


def differing(row, old, new):
    if old is None or new is None:
        return "%s was %s, is %s" % (" ".join(row), old, new)
    return ["%s %s was %s, is %s" % (" ".join(row), f, old[f], new.get(f)) for f in old if old[f] != new.get(f)]


class Gate:
    """Lets changes begin or not, and knows how many are under way."""

    def __init__(self):
        self.condition = threading.Condition()
        self.is_open, self.is_over, self.busy = True, False, 0

    def enter(self):
        with self.condition:
            self.condition.wait_for(lambda: self.is_open or self.is_over)
            self.busy += not self.is_over
            return not self.is_over

    def leave(self):
        with self.condition:
            self.busy -= 1
            self.condition.notify_all()

    def open(self, is_open=True):
        with self.condition:
            self.is_open = is_open
            self.condition.notify_all()

    def wait_idle(self, deadline):
        with self.condition:
            assert self.condition.wait_for(lambda: not self.busy, deadline), "%d changes hang" % self.busy

    def end(self):
        with self.condition:
            self.is_over = True
            self.condition.notify_all()


class Client(threading.Thread):
    """One change after the other, of objects of its own."""

    def __init__(self, race, *things):
        super().__init__(daemon=True, name=type(self).__name__)
        self.race, self.things = race, things
        self.random = random.Random("%d %s" % (race.seed, self.name))

    def run(self):
        while self.race.gate.enter():
            try:
                self.step()
            except Exception as e:  # one that ends must end the others
                self.race.fault("%s: %s: %s" % (self.name, type(e).__name__, e))
            finally:
                self.race.gate.leave()
            time.sleep(self.random.uniform(0, 0.03))

    def step(self):
        raise NotImplementedError

    def ctl(self, *words):
        return self.race.count(self.name, words, self.race.ctl(*words))

    def snmp(self, *binds):
        return self.race.count(self.name, binds, self.race.snmpset(*binds))

    def told(self, thing, value, outcome):
        """Now and then what was promised is looked at at once."""
        thing.tell(value, outcome)
        if outcome == DONE and self.random.random() < 0.2:
            found = thing.read(self.race.export())
            assert found == value, "%s: answered with success %s, then read %s" % (" ".join(thing.row), value, found)


class Race:
    """The daemon, its clients, and the one who kills main."""

    def __init__(self, daemon, folder, seed):
        self.daemon, self.folder, self.seed = daemon, folder, seed
        self.random = random.Random(seed)
        self.gate = Gate()
        self.file = threading.Lock()  # who writes the file, or has it written
        self.clients, self.faults = [], []
        self.outcomes, self.kills = collections.Counter(), collections.Counter()
        self.said = collections.deque(maxlen=300)
        self.began = self.killed = time.monotonic()
        self.overlay = os.path.join(daemon.state_dir, "overlay")

    # ---- what clients use ----------------------------------------------------

    def note(self, *words):
        self.said.append("%7.3f %s" % (time.monotonic() - self.began, " ".join(str(w) for w in words)))

    def fault(self, text):
        self.note("FAULT", text)
        self.faults.append(text)
        self.gate.end()

    def count(self, who, what, outcome):
        self.note(who, *what, "->", outcome)
        self.outcomes[who, outcome] += 1
        return outcome

    def ctl(self, *words):
        out = self.daemon.ctl("--json", *words, check=False).stdout
        result = json.loads(out)["result"]
        if result["status"] == "outcome unknown":
            return DONE if result["message"].startswith(KEPT) else UNKNOWN
        self.note(*words, result["status"], result["message"])
        return DONE if result["status"] == "ok" else REFUSED

    def snmpset(self, *binds):
        out = self.daemon.namespace.run(
            ["snmpset", "-v2c", "-c", "private", "-t", "6", "-r", "0", "-m", "", "-On", "-Oe", "127.0.0.1",
             *(str(w) for bind in binds for w in bind)], check=False)
        if out.returncode == 0:
            return DONE
        reason = re.search(r"Reason: \(?(\w+)", out.stdout)
        self.note(reason[1] if reason else out.stdout.strip())
        return REFUSED if reason and reason[1] in SNMP_REFUSALS else UNKNOWN

    def export(self):
        """All that is in force, by row; main may be on its way."""
        return wait_for(lambda: export_of(self.daemon), 20, "an answer of main")

    # ---- what must be true ---------------------------------------------------

    def rest(self, export):
        """What nobody changes."""
        things = [t for c in self.clients for t in c.things]
        coming = {t.row for t in things if t.comes_and_goes}
        owned = {(t.row, f) for t in things for f in t.fields}
        return {row: {f: v for f, v in fields.items() if (row, f) not in owned}
                for row, fields in export.items() if row not in coming}

    def begin(self, *clients):
        """Each object is now what the file says."""
        self.clients = clients
        export = self.export()
        for thing in (t for c in clients for t in c.things):
            thing.sure = thing.read(export)
            assert thing.sure is not None or thing.comes_and_goes, thing.row
        self.before = self.rest(export)
        for client in clients:
            client.start()

    def check(self):
        """Nobody is changing anything: all must be as it was told."""
        self.gate.wait_idle(60)
        export = self.export()
        for client in self.clients:
            for thing in client.things:
                fault = thing.fault(thing.read(export), self.killed)
                if fault:
                    self.fault(fault)
        rest = self.rest(export)
        for row in {*rest, *self.before}:
            if rest.get(row) != self.before.get(row):
                self.fault("another has changed: %s" % differing(row, self.before.get(row), rest.get(row)))
        self.look_at_files()
        self.look_at_growth()

    def lines(self):
        with open(self.overlay) as f:
            return f.read().splitlines()[1:]

    def look_at_growth(self):
        """A field stands once, and once more in front of each row that was made since."""
        lines = self.lines() if os.path.exists(self.overlay) else []
        made = sum(line.startswith("add ") for line in lines)
        count = collections.Counter(re.match(r'set .*?(?= "([^"\\]|\\.)*"$)', line)[0] for line in lines
                                    if line.startswith("set "))
        for stem, n in count.items():
            if n > 1 + made:
                self.fault("the overlay grows: %d times %s, %d rows were made" % (n, stem, made))

    def look_at_files(self):
        for fault in overlay_faults(self.overlay):
            self.fault("overlay: " + fault)
        if any(n.startswith("overlay.") for n in os.listdir(self.daemon.state_dir)):
            self.fault("an overlay was put aside")

    # ---- the killer ----------------------------------------------------------

    def strike(self):
        """Main dies in one of three manners; returns the pid. Mostly not before the guardian forgives its
        death: else the wait for the next would become most of the time."""
        manner = self.random.choice([self.at_any_moment, self.at_an_event, self.at_a_call, self.at_a_call])
        pid = self.daemon.role("main", 20)
        if self.random.random() < 0.8:
            time.sleep(FORGIVEN)
        self.note("strike", manner.__name__, pid)
        self.killed = time.monotonic()
        manner(pid)
        self.look_at_files()
        return pid

    def kill(self, pid, how):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills[how] += 1

    def at_any_moment(self, pid):
        time.sleep(self.random.uniform(0, 0.5))
        self.kill(pid, "at any moment")

    def at_an_event(self, pid):
        """Something happens to the temporary file: as soon as that is known here."""
        kind = self.random.choice(sorted(IN))
        watch = Inotify(self.daemon.state_dir, IN[kind])
        try:
            seen = watch.wait("overlay" if kind == "MOVED_TO" else ".overlay.new", 3)
        finally:
            self.kill(pid, "at " + kind if seen else "late")
            watch.close()

    def at_a_call(self, pid):
        """In front of one of the calls that write the overlay or the file, or of a message."""
        path = self.random.choice([self.overlay, self.overlay, self.daemon.config])
        paths, name = [*in_writing(path), path], os.path.basename(path)
        call, when = self.random.choice(WRITE)
        if self.random.random() < 0.2:
            paths, call, when = [], "sendto", self.random.randint(1, 20)
        strace = Strace(pid, ["%s:signal=SIGKILL:when=%d" % (call, when)], os.path.join(self.folder, "strace"), paths)
        try:
            wait_for(lambda: strace.ended() or self.faults, 4, "")
        except AssertionError:
            self.kill(pid, "late")
        if "killed by SIGKILL" in strace.stop():
            self.kills["at %s %d of %s" % (call, when, name if paths else "messages")] += 1

    def run(self, seconds):
        """Strikes, and looks after each; some changes go on while another main begins."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.faults:
            dead = self.strike()
            if self.random.random() < 0.5:
                time.sleep(self.random.uniform(0, 0.6))
            self.gate.open(False)
            self.check()
            wait_for(lambda: self.daemon.role("main", 20) != dead, 20, "another main")
            self.gate.open()
        self.gate.open(False)
        self.gate.wait_idle(60)
        self.gate.end()
        for client in self.clients:
            client.join(60)

    def summary(self):
        return "\n".join("%6d %s" % (n, " ".join(k) if isinstance(k, tuple) else k)
                         for counter in (self.outcomes, self.kills) for k, n in sorted(counter.items()))
