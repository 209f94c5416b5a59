"""What the text of an SMIv2 module says of its objects: number, type on the wire, what may be written."""
import re

# Textual conventions of other modules (RFC 2579, 3411, 4001, 2863): the type on the wire.
TYPES = {
    "INTEGER": "Integer32", "Integer32": "Integer32", "Unsigned32": "Gauge32", "Gauge32": "Gauge32",
    "Counter32": "Counter32", "Counter64": "Counter64", "TimeTicks": "TimeTicks", "IpAddress": "IpAddress",
    "OCTET STRING": "OctetString", "OBJECT IDENTIFIER": "ObjectIdentifier",
    "DisplayString": "OctetString", "SnmpAdminString": "OctetString", "MacAddress": "OctetString",
    "InetAddress": "OctetString", "DateAndTime": "OctetString", "TimeStamp": "TimeTicks",
    "TruthValue": "Integer32", "RowStatus": "Integer32", "StorageType": "Integer32", "TestAndIncr": "Integer32",
    "InetAddressType": "Integer32", "InetScopeType": "Integer32", "InterfaceIndex": "Integer32",
    "TimeInterval": "Integer32", "InetPortNumber": "Gauge32", "InetAddressPrefixLength": "Gauge32",
}
VALUES = {"TruthValue": {1, 2}, "RowStatus": set(range(1, 7)), "StorageType": set(range(1, 6)),
          "InetAddressType": {0, 1, 2, 3, 4, 16}}
RANGES = {"TestAndIncr": (0, 2147483647), "InetPortNumber": (0, 65535), "InetAddressPrefixLength": (0, 2040)}
ROOTS = {"enterprises": (1, 3, 6, 1, 4, 1), "mib-2": (1, 3, 6, 1, 2, 1), "netSnmpPlaypen": (1, 3, 6, 1, 4, 1, 8072, 9999, 9999),
         "project": (1, 3, 6, 1, 4, 1, 9586, 100), "debian": (1, 3, 6, 1, 4, 1, 9586)}


class Object:
    def __init__(self, name, oid, syntax, access, conventions):
        self.name, self.oid, self.access = name, oid, access
        self.scalar = False
        self.type, self.values, self.range = None, set(), None
        while syntax:
            syntax = re.sub(r"\s+", " ", syntax).strip()
            word = re.match(r"OCTET STRING|OBJECT IDENTIFIER|[\w-]+", syntax)[0]
            self.values = self.values or {int(n) for n in re.findall(r"\w+ ?\( ?(-?\d+) ?\)", syntax[len(word):])
                                          if "{" in syntax} or VALUES.get(word, set())
            bounds = re.findall(r"(-?\d+)\s*\.\.\s*(-?\d+)", syntax)
            if bounds and not self.range:
                self.range = (int(bounds[0][0]), int(bounds[-1][1]))
            self.range = self.range or RANGES.get(word)
            if word in conventions:
                syntax = conventions[word]
                continue
            self.type = TYPES[word]
            self.word = word
            return

    @property
    def writable(self):
        return self.access in ("read-write", "read-create")

    def fits(self, value):
        """Whether the module allows the value: a number, or the octets of a text."""
        n = len(value) if isinstance(value, bytes) else value
        if self.values and not isinstance(value, bytes):
            return n in self.values
        return not self.range or self.range[0] <= n <= self.range[1]


def read(path):
    """{OID of the column or scalar, without an instance: Object}"""
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"--[^\n]*?(--|\n)", "\n", f.read())
    text = re.sub(r"\bIMPORTS\b.*?;", "", re.sub(r'"[^"]*"', '""', text), count=1, flags=re.S)
    places = dict(ROOTS)
    conventions = {m[1]: m[2] for m in re.finditer(
        r"^\s*(\w+)\s*::=\s*TEXTUAL-CONVENTION.*?SYNTAX\s+(.*?)(?=^\s*[\w-]+\s+(?:OBJECT|::=|MODULE)|\Z)", text, re.S | re.M)}
    named = re.findall(r"^\s*([\w-]+)\s+(?:OBJECT IDENTIFIER|MODULE-IDENTITY|OBJECT-TYPE|NOTIFICATION-TYPE)\b"
                       r"(.*?)::=\s*\{\s*([\w-]+)\s+([\d\s]+)\}", text, re.S | re.M)
    found, tables = {}, set()
    for _ in range(6):  # parents may stand behind their children
        for name, _, parent, numbers in named:
            if parent in places:
                places[name] = places[parent] + tuple(int(n) for n in numbers.split())
    for name, body, parent, _ in named:
        m = re.match(r"\s*SYNTAX\s+(.*?)\s+(?:UNITS\s+\"\"\s+)?MAX-ACCESS\s+([\w-]+)", body, re.S)
        if not m:
            continue
        if "SEQUENCE OF" in m[1] or "INDEX" in body or "AUGMENTS" in body:
            tables.add(name)
            continue
        o = Object(name, places[name], m[1], m[2], conventions)
        o.scalar = parent not in tables
        found[o.oid] = o
    return found


def object_of(objects, oid):
    """The object of an instance's name, or None."""
    for n in range(len(oid), 0, -1):
        if oid[:n] in objects:
            return objects[oid[:n]]
    return None
