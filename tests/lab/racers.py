"""The clients of a race (race.py): by SNMP, by halvardctl, by the file. Each names in CONFIG what it owns."""
import re
import time

from .race import DONE, UNKNOWN, Client, Thing
from .snmp import ROOT, name_index
from .space import wait_for

INSTANCE = """
vrrp_instance %s {
	state BACKUP
	interface eth0
	virtual_router_id %d
	priority 100
	advert_int 1
	virtual_ipaddress {
		192.0.2.%d
	}
}
"""
NAMES = ["BYSNMP", "BYCTL", "ADMIN", "INFILE", "REVERTED"]
CONFIG = "".join(INSTANCE % (name, n, n) for n, name in enumerate(NAMES, 101))
ADD, DESTROY = 4, 6
INTERFACE, VRID, PRIORITY, INTERVAL, STATUS = 2, 4, 10, 12, 59


def column(number, name):
    return "%s.1.3.1.%d.%s" % (ROOT, number, name_index(name))


def instance(name, *fields, **more):
    return Thing(("vrrp_instance", name), *fields, **more)


class SnmpSets(Client):
    """Two values in one request: both or none."""

    def __init__(self, race):
        self.thing = instance("BYSNMP", "base_priority", "adver_int_cs")
        super().__init__(race, self.thing)

    def step(self):
        priority, seconds = self.random.randint(1, 254), self.random.randint(1, 200)
        dice = self.random.random()
        interval = 100 * seconds + 50 * (dice < 0.1)      # main refuses: version 2 has whole seconds
        binds = [(column(PRIORITY, "BYSNMP"), "u", priority), (column(INTERVAL, "BYSNMP"), "u", interval)]
        if dice > 0.9:
            binds[1] = (*binds[1][:2], 25501)             # the agent refuses
        outcome = self.snmp(*binds)
        assert 0.1 <= dice <= 0.9 or outcome != DONE, "what is not allowed is done: %s" % binds
        self.told(self.thing, (str(priority), str(interval)), outcome)


class SnmpRows(Client):
    """An instance that comes and goes."""

    def __init__(self, race):
        self.thing = instance("SROW", "base_priority", comes_and_goes=True)
        super().__init__(race, self.thing)

    def step(self):
        priority = self.random.randint(1, 254)
        if self.random.random() < 0.5:
            outcome = self.snmp((column(STATUS, "SROW"), "i", ADD), (column(INTERFACE, "SROW"), "s", "eth0"),
                                (column(VRID, "SROW"), "u", 71), (column(PRIORITY, "SROW"), "u", priority))
            self.told(self.thing, (str(priority),), outcome)
        else:
            self.told(self.thing, None, self.snmp((column(STATUS, "SROW"), "i", DESTROY)))


class CtlSets(Client):
    def __init__(self, race):
        self.priority, self.note = instance("BYCTL", "base_priority"), instance("BYCTL", "admin_reason")
        super().__init__(race, self.priority, self.note)

    def step(self):
        if self.random.random() < 0.3:
            text = 'a "note" \\ %d' % self.random.randrange(1000)
            self.told(self.note, (text,), self.ctl("set", "vrrp_instance", "BYCTL", "admin_reason", text))
            return
        priority = str(self.random.randint(1, 254))
        self.told(self.priority, (priority,), self.ctl("set", "vrrp_instance", "BYCTL", "base_priority", priority))
        if self.random.random() < 0.1:
            outcome = self.ctl("set", "vrrp_instance", "BYCTL", "adver_int_cs", "150")
            assert outcome != DONE, "what is not allowed is done"


class CtlRows(Client):
    """An instance and an address that come and go, and an address of the file that goes and comes."""

    def __init__(self, race):
        self.row = instance("CROW", "base_priority", comes_and_goes=True)
        self.addresses = [Thing(("vrrp_address", "BYCTL", a), "addr", comes_and_goes=True)
                          for a in ("192.0.2.102", "192.0.2.202")]
        super().__init__(race, self.row, *self.addresses)

    def step(self):
        comes = self.random.random() < 0.5
        if self.random.random() < 0.4:
            priority = str(self.random.randint(1, 254))
            words = ["add", *self.row.row, "interface", "eth0", "vrid", "72", "base_priority", priority] if comes \
                else ["delete", *self.row.row]
            self.told(self.row, (priority,) if comes else None, self.ctl(*words))
        else:
            address = self.random.choice(self.addresses)
            self.told(address, (address.row[2],) if comes else None,
                      self.ctl("add" if comes else "delete", *address.row))


class CtlAdmin(Client):
    def __init__(self, race):
        self.thing = instance("ADMIN", "admin_state", "admin_reason")
        super().__init__(race, self.thing)

    def step(self):
        word, reason = self.random.choice([("up", ""), ("down", "why %d" % self.random.randrange(100))])
        words = ["enable", "ADMIN"] if word == "up" else ["disable", "ADMIN", "--reason", reason]
        self.told(self.thing, (word, reason), self.ctl(*words))


class Servers(Client):
    """Weight and state of a real server by halvardctl. Where the kernel has no IPVS each change is written,
    then refused by lvs and taken back: none may be in force."""

    def __init__(self, race, service, server, refused=False):
        self.key, self.refused = (service, server), refused
        self.weight = Thing(("real_server", *self.key), "weight")
        self.state = Thing(("real_server", *self.key), "admin_state")
        super().__init__(race, self.weight, self.state)

    def step(self):
        if self.random.random() < 0.6:
            thing, value = self.weight, str(self.random.randint(1, 65535))
            outcome = self.ctl("weight", *self.key, value)
        else:
            command, value = self.random.choice([("drain", "draining"), ("disable", "disabled"), ("enable", "enabled")])
            thing, outcome = self.state, self.ctl(command, *self.key)
        assert not (self.refused and outcome == DONE), "done without IPVS"
        self.told(thing, (value,), outcome)


class FileEditor(Client):
    """Writes the file and has it read again. What stands in it is in force at the latest with the next main."""

    def __init__(self, race):
        self.thing = instance("INFILE", "base_priority")
        super().__init__(race, self.thing)

    def step(self):
        priority = str(self.random.randint(1, 254))
        with self.race.file:
            text = text_of(self.race)
            self.race.daemon.configure(re.sub(r"(vrrp_instance INFILE.*?priority )\d+", r"\g<1>" + priority, text,
                                              flags=re.S))
            self.thing.tell((priority,), UNKNOWN)
            if self.random.random() < 0.3:
                self.by_signal(priority)
            elif self.ctl("reload") == DONE:
                self.told(self.thing, (priority,), DONE)
        time.sleep(self.random.uniform(0, 0.3))

    def by_signal(self, priority):
        """It has no answer, and is lost on the way to nobody."""
        self.race.daemon.reload()
        wait_for(lambda: self.thing.read(self.race.export()) == (priority,), 20, "a reload by signal", every=0.05)
        self.race.count(self.name, ["SIGHUP"], DONE)
        self.thing.tell((priority,), DONE)


class Reverter(Client):
    """Sets, takes back what was set, and has all that was set written into the file."""

    def __init__(self, race):
        self.thing = instance("REVERTED", "base_priority")
        super().__init__(race, self.thing)

    def step(self):
        dice = self.random.random()
        if dice < 0.5:
            priority = str(self.random.randint(1, 254))
            self.told(self.thing, (priority,), self.ctl("set", *self.thing.row, "base_priority", priority))
            return
        with self.race.file:
            if dice < 0.8:
                was = re.search(r"vrrp_instance REVERTED.*?priority (\d+)", text_of(self.race), re.S)[1]
                self.told(self.thing, (was,), self.ctl("revert", *self.thing.row))
            else:
                self.ctl("save")


def text_of(race):
    with open(race.daemon.config) as f:
        return f.read()


def vrrp_clients(race):
    return [kind(race) for kind in (SnmpSets, SnmpRows, CtlSets, CtlRows, CtlAdmin, FileEditor, Reverter)]


def wait_for_agent(race):
    """SNMP answers about an instance."""
    manager = ["snmpget", "-v2c", "-c", "public", "-t", "1", "-r", "0", "-m", "", "-Onqe", "127.0.0.1",
               column(PRIORITY, "BYSNMP")]
    wait_for(lambda: re.search(r" \d+$", race.daemon.namespace.run(manager, check=False).stdout.strip()), 20,
             "SNMP", every=0.1)

