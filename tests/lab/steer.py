"""A director that is steered over SNMP: Halvard beside a real snmpd on the tutorial's cluster."""
from . import snmp
from .space import wait_for
from .topology import REAL, SERVICE, tutorial_config

BOTH = {REAL["real1"]: 1, REAL["real2"]: 1}

# Failing checks of the tutorial's file take 11 s to tell; where that is not the subject:
QUICK_CHECKS = [(r"delay_loop 2", "delay_loop 1"), (r"nb_get_retry 3", "nb_get_retry 1"),
                (r"delay_before_retry 3", "delay_before_retry 1")]


def object_name(column, real="real1"):
    return '%s."%s"."%s"' % (column, SERVICE, REAL[real])


class Steered:
    """One director with Halvard and snmpd, master of the address, all checks succeeded."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.director = cluster.directors[0]
        self.snmp = snmp.Manager(self.director.namespace)

    def start(self, replace=(), snmpd=None, **kw):
        self.snmpd = (snmpd or self.director.snmpd()).start()
        self.config = tutorial_config(replace=[*QUICK_CHECKS, *replace])
        self.halvard = self.director.halvard(self.config, agentx=self.snmpd.agentx, **kw).start()
        self.wait_service()
        return self

    def wait_service(self):
        self.cluster.wait_owner(self.director, 15)
        self.snmp.wait_rows(10)

    def wait_healthy(self):
        self.cluster.wait_weights(self.director, BOTH, 10)
        for real in REAL:
            oid = self.snmp.oid(object_name("halRsOperState", real))
            wait_for(lambda: self.snmp.numeric(oid) == "1", 10, real + " is up", every=0.1)

    def weight(self, real="real1"):
        return self.snmp.numeric(self.snmp.oid(object_name("halRsWeight", real)))

    def admin_state(self, real="real1"):
        return self.snmp.numeric(self.snmp.oid(object_name("halRsAdminState", real)))

    def kernel_weight(self, real="real1"):
        """None when the server is not in the table."""
        return self.director.weights().get(REAL[real])

    def reload(self, config=None):
        """SIGHUP, and waits until it is done."""
        if config:
            self.halvard.configure(config)
        before = self.snmp.get("halConfigLastReload.0")
        self.halvard.reload()
        wait_for(lambda: self.snmp.get("halConfigLastReload.0") != before, 5, "the reload",
                 every=0.1)
        assert self.snmp.get("halConfigReloadResult.0") == "2", self.snmp.get(
            "halConfigReloadError.0")
