"""net-snmp's tools against the snmpd of a namespace, with the product's MIB or without.

The tools are what an operator types; their output is returned as they print it. The
modules: mibs/ of the tree and the base modules, $HALVARD_MIBS or tests/mib-base.
"""
import os
import subprocess

from . import daemons
from .space import wait_for

ROOT = "1.3.6.1.4.1.8072.9999.9999.6404"
AGENT = "udp:127.0.0.1:161"


def mib_folders():
    """The folders for -M, or None where the base modules cannot be had."""
    base = os.environ.get("HALVARD_MIBS")
    if not base:
        run = subprocess.run([os.path.join(daemons.SOURCE, "tests/mib-base")], text=True,
                             stdout=subprocess.PIPE)
        base = run.stdout.strip() if run.returncode == 0 else None
    return base and "%s:%s" % (os.path.join(daemons.SOURCE, "mibs"), base)


def name_index(*names):
    """The index of a row by its names: length and octets of each, as a dotted string."""
    return ".".join(str(n) for name in names for n in [len(name), *name.encode()])


class Manager:
    """An SNMP manager inside a director's namespace (snmpd listens on its loopback)."""

    def __init__(self, namespace, options=("-t", "2", "-r", "1")):
        self.namespace = namespace
        self.options = list(options)
        self._folders = None
        self._oids = {}

    def _modules(self):
        if self._folders is None:
            self._folders = mib_folders()
            assert self._folders, "no SMI base modules"
        return ["-M", self._folders, "-m", "HALVARD-MIB"]

    def tool(self, tool, *args, community="private", named=True):
        """Runs snmpget, snmpset, ...; returns (status, output)."""
        modules = self._modules() if named else ["-m", ""]
        out = self.namespace.run([tool, "-v2c", "-c", community, *self.options, *modules, *args],
                                 check=False)
        return out.returncode, out.stdout.strip()

    def oid(self, name):
        """The number behind a name."""
        if name not in self._oids:
            run = subprocess.run(["snmptranslate", *self._modules(), "-IR", "-On", name], text=True,
                                 stdout=subprocess.PIPE, check=True)
            self._oids[name] = run.stdout.strip().lstrip(".")
        return self._oids[name]

    def walk(self, name, *options):
        return self.tool("snmpbulkwalk", *options, AGENT, name)[1]

    def get(self, name):
        """The bare value of one object: text or number, without its type."""
        status, out = self.tool("snmpget", "-Ovqe", AGENT, name)
        assert status == 0, out
        return out.strip('"')

    def numeric(self, oid):
        """As get(), by number: no module is read, which makes it quick enough to poll."""
        status, out = self.tool("snmpget", "-Ovqe", AGENT, oid, named=False)
        return out.strip('"') if status == 0 and "No Such" not in out else None

    def set(self, *varbinds, named=True):
        """snmpset of name, type, value triples; returns None, or the error's name."""
        status, out = self.tool("snmpset", AGENT, *varbinds, named=named)
        if status == 0:
            return None
        for line in out.splitlines():
            if line.startswith("Reason:"):
                return line.split(":", 1)[1].split("(")[0].strip()
        return out

    def set_ok(self, *varbinds):
        error = self.set(*varbinds)
        assert error is None, "%s answered %s" % (varbinds, error)

    def wait_rows(self, deadline):
        """Waits until the product answers at all (its version)."""
        wait_for(lambda: self.numeric(ROOT + ".1.1.1.0"), deadline, "HALVARD-MIB is served",
                 every=0.1)
