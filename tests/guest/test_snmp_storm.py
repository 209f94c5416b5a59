"""Three minutes of everything at once: eight walkers, a SET each 100 ms, rows that come and go, snmpd restarted
every ten seconds. What was answered with success is in force, walks are in order and leave nothing out that was
there throughout, nothing crashes or grows, advertisements and checks go on."""
import json
import os
import re
import threading
import time

from lab import scale, snmp
from lab.space import wait_for
from lab.steer import object_name
from lab.topology import REAL, SERVICE

SECONDS = float(os.environ.get("HALVARD_STORM_S", 180))
WALKERS, SET_EVERY, RESTART_EVERY = 8, 0.1, 10
KEEPALIVED_WEIGHT = "1.3.6.1.4.1.9586.100.5.3.4.1.7"


def key(oid):
    return [int(x) for x in oid.strip(".").split(".")]


class Storm:
    def __init__(self, steered):
        self.steered = steered
        self.end = time.monotonic() + SECONDS
        self.faults, self.walks, self.sets, self.rows, self.restarts = [], 0, 0, 0, 0
        self.weight = steered.snmp.oid(object_name("halRsWeight"))
        self.column = self.weight[:self.weight.index(snmp.name_index(SERVICE, REAL["real1"])) - 1]
        self.present = {self.weight, steered.snmp.oid(object_name("halRsWeight", "real2"))}

    def tool(self, tool, *args):
        # Not Manager: its options would make a walk wait long for a master that is away.
        return self.steered.director.namespace.run(
            [tool, "-v2c", "-c", "private", "-t", "1", "-r", "0", "-m", "", "-Onq", snmp.AGENT, *args], check=False)

    def going(self):
        return time.monotonic() < self.end and not self.faults

    def fault(self, *words):
        self.faults.append(" ".join(str(w) for w in words))

    def walk(self, root):
        out = self.tool("snmpbulkwalk", "-Cr20", root)
        names = re.findall(r"^(\.1\.3\.6\.1\.[0-9.]+) ", out.stdout, re.M)  # complaints may stand in between
        for a, b in zip(names, names[1:]):
            if key(a) >= key(b):
                self.fault("not in order:", root, a, b)
        whole = out.returncode == 0 and names and "No Such" not in out.stdout
        missing = {"." + p for p in self.present} - set(names)
        if whole and root == self.column and missing:
            self.fault("left out:", missing, "of", names)
        self.walks += bool(whole)

    def walker(self, n):
        roots = (self.column, snmp.ROOT + ".1.8", KEEPALIVED_WEIGHT, snmp.ROOT + ".1")
        while self.going():
            self.walk(roots[n % len(roots)])

    def setter(self):
        value, last = 1, None
        while self.going():
            began, value = time.monotonic(), value % 60000 + 1
            out = self.tool("snmpset", self.weight, "u", str(value))
            if out.returncode == 0:
                last = value
                self.sets += 1
                if self.steered.kernel_weight() != last:
                    self.fault("answered with success:", last, "in the kernel:", self.steered.kernel_weight())
            time.sleep(max(0, began + SET_EVERY - time.monotonic()))

    def creator(self):
        status = "%s.1.9.1.42" % snmp.ROOT
        n = 0
        while self.going():
            n = n % 9 + 1
            name = "192.168.1.%d:80" % (30 + n)
            oid = "%s.%s" % (status, snmp.name_index(SERVICE, name))
            if self.tool("snmpset", oid, "i", "4").returncode:
                self.forget(name)
                continue
            self.rows += 1
            found = self.steered.halvard.ctl("show", "real_server", SERVICE, name, check=False)
            if found.returncode:
                self.fault("made and not there:", name, found.stdout)
            while self.going() and self.tool("snmpset", oid, "i", "6").returncode:
                pass

    def forget(self, name):
        """The outcome may not have been known."""
        self.steered.halvard.ctl("delete", "real_server", SERVICE, name, check=False)

    def restarter(self):
        while self.going():
            time.sleep(min(RESTART_EVERY, max(0.1, self.end - time.monotonic())))
            self.steered.snmpd.kill_all()
            self.steered.snmpd.start()
            self.restarts += 1

    def run(self):
        bodies = [lambda n=n: self.walker(n) for n in range(WALKERS)] + [self.setter, self.creator, self.restarter]
        threads = [threading.Thread(target=self.guarded, args=(b,)) for b in bodies]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def guarded(self, body):
        try:
            body()
        except Exception as e:  # one that ends must end the others
            self.fault(type(e).__name__, e)


def rows(steered, table):
    return json.loads(steered.halvard.ctl("--json", "show", table).stdout)[table]


def memory(steered):
    return {r: scale.memory_kib(steered.halvard.role(r)) for r in ("main", "lvs", "vrrp", "agent")}


def test_storm(steered):
    steered.start()
    steered.wait_healthy()
    storm = Storm(steered)
    for root in (storm.column, KEEPALIVED_WEIGHT):
        storm.walk(root)
    warm = threading.Timer(min(60, SECONDS / 3), lambda: before.update(memory(steered)))
    before = {}
    warm.start()
    began = time.monotonic()
    storm.run()
    warm.join()
    assert not storm.faults, storm.faults[0][:2000]
    print("%d walks, %d SETs, %d rows, %d restarts" % (storm.walks, storm.sets, storm.rows, storm.restarts))
    assert storm.walks > SECONDS / 2 and storm.sets > SECONDS / 10 and storm.rows > SECONDS / 20
    steered.snmp.wait_rows(20)
    after = memory(steered)
    grown = {r: (before[r], after[r]) for r in before if after[r] > before[r] * 1.15 + 512}
    assert not grown, grown
    processes = rows(steered, "process")
    assert [p["restarts"] for p in processes] == [0] * len(processes), processes
    instance, = rows(steered, "vrrp_instance")
    assert instance["transitions"] <= 2 and instance["worst_advert_gap_us"] < 3e6, instance
    for check in rows(steered, "checker"):
        if check["rs"] in REAL.values():
            assert check["failures"] == 0 and check["runs"] > 0.6 * (time.monotonic() - began), check
    wait_for(lambda: rows(steered, "agent")["connected"], 20, "a session again")
