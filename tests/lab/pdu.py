#!/usr/bin/python3
"""SNMP requests by pysnmp, in a namespace: what is sent is exactly what a test says, which net-snmp's tools
with their knowledge of modules do not do, and what comes keeps its type.

As a program: a request as JSON on each line of standard input, its answer on one of standard output.
"""
import json
import subprocess
import sys

AGENT = ("127.0.0.1", 161)


class Talker:
    """A manager inside a namespace. Names are tuples; a value is (type, number or bytes)."""

    def __init__(self, namespace, community="private"):
        self.process = namespace.popen([sys.executable, __file__, community], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)

    def ask(self, kind, binds, **more):
        request = dict(more, kind=kind, binds=[[list(oid), *_plain(value)] for oid, value in binds])
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "failure" not in answer, answer
        return answer["error"], answer["index"], [(tuple(oid), (t, bytes.fromhex(v) if isinstance(v, str) else v))
                                                  for oid, t, v in answer["binds"]]

    def get(self, *names):
        return [value for _, value in self.ask("get", [(n, ("Null", 0)) for n in names])[2]]

    def next(self, *names):
        return self.ask("next", [(n, ("Null", 0)) for n in names])[2]

    def set(self, *binds):
        """(name of the error, its index from 1)"""
        return self.ask("set", binds)[:2]

    def walk(self, root):
        """[(name, value)] below the root, in the order in which they came."""
        found, at = [], root
        while True:
            for oid, value in self.ask("bulk", [(at, ("Null", 0))], repetitions=50)[2]:
                if oid[:len(root)] != root or value[0] == "EndOfMibView":
                    return found
                found.append((oid, value))
                at = oid

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def _plain(value):
    return [value[0], value[1].hex() if isinstance(value[1], bytes) else value[1]]


def main():
    from pyasn1.type import univ
    from pysnmp.entity import config, engine
    from pysnmp.entity.rfc3413 import cmdgen
    from pysnmp.carrier.asyncore.dgram import udp
    from pysnmp.proto import rfc1902

    snmp = engine.SnmpEngine()
    config.addV1System(snmp, "area", sys.argv[1])
    config.addTargetParams(snmp, "params", "area", "noAuthNoPriv", 1)
    config.addTargetAddr(snmp, "agent", udp.domainName, AGENT, "params", 300, 3)
    config.addTransport(snmp, udp.domainName, udp.UdpSocketTransport().openClientMode())
    senders = {"get": cmdgen.GetCommandGenerator(), "next": cmdgen.NextCommandGenerator(),
               "set": cmdgen.SetCommandGenerator(), "bulk": cmdgen.BulkCommandGenerator()}

    def value_of(kind, value):
        if kind == "Null":
            return univ.Null("")
        if kind in ("OctetString", "IpAddress", "Opaque"):
            return getattr(rfc1902, kind)(bytes.fromhex(value))
        if kind == "ObjectIdentifier":
            return rfc1902.ObjectIdentifier(tuple(value))
        # without the range of the type: what is out of it is the agent's to refuse
        return getattr(rfc1902, kind)(value)

    def plain(value):
        kind = type(value).__name__
        if kind in ("Integer", "Integer32", "Gauge32", "Unsigned32", "Counter32", "Counter64", "TimeTicks"):
            return [{"Integer": "Integer32", "Unsigned32": "Gauge32"}.get(kind, kind), int(value)]
        if kind in ("OctetString", "IpAddress", "Opaque"):
            return [kind, bytes(value).hex()]
        return [kind, 0]

    for line in sys.stdin:
        request, answer = json.loads(line), {}

        def done(*args):
            failure, error, index, binds = args[2:6]
            if failure:
                answer["failure"] = str(failure)
                return
            rows = binds if request["kind"] in ("next", "bulk") else [binds]
            answer.update(error=error.prettyPrint() if error else "noError", index=int(index),
                          binds=[[list(oid), *plain(v)] for row in rows for oid, v in row])

        binds = [(tuple(oid), value_of(kind, value)) for oid, kind, value in request["binds"]]
        sender, where = senders[request["kind"]], [snmp, "agent", None, ""]
        if request["kind"] == "bulk":
            sender.sendVarBinds(*where, 0, request["repetitions"], binds, done)
        else:
            sender.sendVarBinds(*where, binds, done)
        snmp.transportDispatcher.runDispatcher()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
