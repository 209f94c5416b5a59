#!/usr/bin/python3
"""HALVARD-MIB and the agent's map rows say the same: each object has exactly one row and
each row an object, with agreeing syntax, access, names of values and ranges of what may be
written; every field that SNMP may write has a writable column; and each notification carries
what the module says, in its order.

The module is read by smidump, the rows are printed by tests/unit/agent_print_map.
"""
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

SRC = os.environ.get("srcdir", ".")
BUILD = os.environ.get("builddir", ".")
sys.path.insert(0, os.path.join(SRC, "tests/lint"))
import lint  # noqa: E402

# Syntax in the module -> types of column that serve it.
SERVES = {
    "SnmpAdminString": {"string"}, "TimeStamp": {"timestamp"}, "TruthValue": {"truth"},
    "DateAndTime": {"date"}, "InetAddressType": {"addrtype"}, "InetAddress": {"addr"},
    "InetPortNumber": {"unsigned32"}, "InetAddressPrefixLength": {"unsigned32"},
    "Enumeration": {"integer"}, "Integer32": {"integer"}, "Unsigned32": {"unsigned32"},
    "TestAndIncr": {"integer"}, "RowStatus": {"rowstatus"}, "StorageType": {"integer"}, "Gauge32": {"gauge32", "age"}, "Counter32": {"counter32"}, "Counter64": {"counter64"},
}
ROOT = "1.3.6.1.4.1.8072.9999.9999.6404.1."
NOTIFICATIONS = "1.3.6.1.4.1.8072.9999.9999.6404.0."


def plain(name):
    """Labels of the MIB have no blanks and hyphens, and begin with a small letter."""
    return name.lower().replace(" ", "").replace("_", "")


class Object:
    def __init__(self, node):
        self.name = node.get("name")
        self.oid = node.get("oid")
        self.access = node.findtext("access")
        syntax = node.find("syntax")
        named, derived = syntax.find("type"), syntax.find("typedef")
        parent = derived.find("parent") if derived is not None else None
        if named is not None:
            self.syntax = named.get("name")
        else:
            self.syntax = parent.get("name") if parent is not None else derived.get("basetype")
        bounds = derived.find("range") if derived is not None else None
        self.range = (int(bounds.get("min")), int(bounds.get("max"))) if bounds is not None else None
        self.values = {int(v.get("number")): plain(v.get("name"))
                       for v in (derived.findall("namednumber") if derived is not None else [])}


def read_module():
    base = subprocess.run([os.path.join(SRC, "tests/mib-base")], stdout=subprocess.PIPE, text=True)
    if base.returncode:
        lint.skip(base.stdout.strip())
    env = dict(os.environ, SMIPATH=base.stdout.strip())
    try:
        xml = subprocess.run(["smidump", "-q", "-f", "xml", os.path.join(SRC, "mibs/HALVARD-MIB.txt")],
                             env=env, stdout=subprocess.PIPE, check=True).stdout
    except FileNotFoundError:
        lint.skip("smidump is missing: install smitools")
    module = ET.fromstring(xml)
    objects = [Object(n) for n in [*module.iter("scalar"), *module.iter("column")]]
    oids = {o.name: o.oid for o in objects}
    told = {n.get("oid"): (n.get("name"), [oids[o.get("name")] for o in n.iter("object")])
            for n in module.iter("notification") if n.get("oid")}
    return {o.oid: o for o in objects if o.access not in ("noaccess", "notifyonly")}, told


def read_rows():
    program = os.path.join(BUILD, "tests/unit/agent_print_map")
    if not os.path.exists(program):
        lint.skip("built without the agent")
    out = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
    rows, writable, written, told = {}, [], set(), {}
    for line in out.splitlines():
        w = line.split("\t")
        if w[1] == "writable":
            writable.append((w[0], w[2]))
            continue
        if w[1] == "written":
            written.add((w[0], w[2]))
            continue
        if w[1] == "notification":
            told[f"{NOTIFICATIONS}{w[2]}"] = (w[0], [ROOT + o for o in w[3:]])
            continue
        oid = f"{ROOT}{w[2]}.{w[3]}" if w[1] == "scalar" else f"{ROOT}{w[2]}.1.{w[3]}"
        names = {int(n.split("=")[0]): plain(n.split("=")[1]) for n in w[10:]}
        row = {"table": w[0], "type": w[4], "rw": w[5] == "rw", "field": w[6],
               "min": int(w[7]), "max": int(w[8]), "names": names}
        rows.setdefault(oid, []).append(row)
    return rows, [w for w in writable if w not in written], told


def faults_of(o, row):
    if row["type"] not in SERVES.get(o.syntax, ()):
        yield f"{o.name}: {o.syntax} in the module, {row['type']} in the map"
    if (o.access in ("readwrite", "readcreate")) != row["rw"]:
        yield f"{o.name}: {o.access} in the module, writable={row['rw']} in the map"
    if o.syntax == "Enumeration" and o.values != row["names"]:
        yield f"{o.name}: values {o.values} in the module, {row['names']} in the schema"
    if o.syntax == "SnmpAdminString" and o.range and o.range[1] != row["max"]:
        yield f"{o.name}: SIZE {o.range} in the module, {row['max']} octets in the schema"
    if row["rw"] and o.syntax in ("Unsigned32", "Integer32") and o.range != (row["min"], row["max"]):
        yield f"{o.name}: {o.range} in the module, {row['min']}..{row['max']} in the schema"


def main():
    tap = lint.Tap()
    (objects, in_module), (rows, unwritten, in_map) = read_module(), read_rows()
    tap.check(f"each of {len(objects)} objects has one row",
              [f"{o.name}: {len(rows.get(oid, []))} rows" for oid, o in objects.items()
               if len(rows.get(oid, [])) != 1])
    tap.check("each row has an object", [f"{oid}: {r[0]['table']} {r[0]['field']}"
                                         for oid, r in rows.items() if oid not in objects])
    tap.check("objects and rows agree", [f for oid, o in objects.items() if oid in rows
                                         for f in faults_of(o, rows[oid][0])])
    tap.check("every field that SNMP may write has a column", [f"{t} {f}" for t, f in unwritten])
    tap.check(f"each of {len(in_module)} notifications is the same in map and module",
              [f"{oid}: {in_module.get(oid)} in the module, {in_map.get(oid)} in the map"
               for oid in sorted(in_module.keys() | in_map.keys())
               if in_module.get(oid) != in_map.get(oid)] or ["none"] * (not in_module))
    tap.done()


main()
