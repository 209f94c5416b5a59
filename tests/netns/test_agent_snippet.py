"""conf/snmpd/halvard.conf as it is shipped: snmpd takes it without a complaint, it lets the agent
in, and with its role lines in force each role may do what it is for and no more."""
import os
import re

import pytest

from lab import daemons
from netns.test_agent_snmp import (GOOD, PRIORITY, RS1, FakeMain, Manager, VS_ADMIN, VERSION, _add,
                                   _user, rs_admin, wait_rows, weight)

SNIPPET = os.path.join(daemons.SOURCE, "conf/snmpd/halvard.conf")
PASS = ["-l", "authPriv", "-a", "SHA-256", "-A", "a long secret", "-x", "AES", "-X", "b long secret"]


class User(Manager):
    def __init__(self, namespace, name):
        super().__init__(namespace)
        self.name = name

    def run(self, tool, *args, community=None, timeout=10, env=None):
        return self.namespace.run([tool, "-v3", "-u", self.name, *PASS, "-t", str(timeout), "-r",
                                   "0", "-On", "-Oe", "127.0.0.1", *args],
                                  check=False, env=env or self.env).stdout


@pytest.fixture
def roles(cluster):
    director = cluster.directors[0]
    if not os.path.exists(os.path.join(daemons.BUILD, "halvard-agent")):
        pytest.skip("built without the agent")
    snmpd = director.snmpd()
    with open(SNIPPET) as f:
        text = f.read()
    text = re.sub(r"^#(rouser|group|access) ", r"\1 ", text, flags=re.M)
    users = "".join('createUser %s SHA-256 "a long secret" AES "b long secret"\n' % u
                    for u in ("monitor", "operator", "admin"))
    with open(snmpd.path("snmpd.conf"), "w") as f:
        f.write("agentXSocket unix:%s\nrocommunity public 127.0.0.1\n%s%s" % (snmpd.agentx, users, text))
    snmpd.start()
    main = _add(director, FakeMain(director.namespace, director.path("fake"), snmpd.agentx, _user()))
    main.start().fill()
    wait_rows(Manager(director.namespace), 10)
    return snmpd, {u: User(director.namespace, u) for u in ("monitor", "operator", "admin")}


def test_no_complaint_from_snmpd(roles):
    snmpd, _ = roles
    assert not re.search(r"^.*snmpd\.conf: line.*$|(?i:unknown token|error:)", snmpd.log_text(), re.M)


def test_each_role_may_do_its_part(roles):
    _, users = roles
    for user in users.values():
        assert user.get(VERSION) == ['STRING: "0.1.0"'], user.name
    writes = ((weight(RS1), "u", 5), (rs_admin(RS1), "i", 2), (VS_ADMIN, "i", 2), (PRIORITY, "u", 50))
    assert [users["monitor"].set(w) for w in writes] == ["noAccess 1"] * 4
    assert [users["operator"].set(w) for w in writes] == [GOOD] * 3 + ["noAccess 1"]
    assert [users["admin"].set(w) for w in writes] == [GOOD] * 4
