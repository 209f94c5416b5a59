#!/usr/bin/python3
"""What keepalived and Halvard make of templates.conf, whose lines are conditional, full of
variables and in loops: router_id, and every instance with its number, priority and addresses, as each of
them tells it, for two directors."""
import os
import re
import subprocess
import sys

import beside

SRC = os.path.abspath(os.environ.get("srcdir", "."))
BUILD = os.path.abspath(os.environ.get("builddir", "."))
CONFIG = os.path.join(SRC, "tests/corpus/templates.conf")


def address(text):
    """An address of one host needs no length."""
    return re.sub(r"/(32|128)$", "", text)


def of_keepalived(identity):
    """From the dump of a keepalived that starts; the last part of it ends the process."""
    p = subprocess.Popen(["timeout", "30", "keepalived", "-n", "-l", "-d", "-D", "-P",
                          "-i", identity, "-f", CONFIG], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, errors="replace")
    router, instances, addresses = None, {}, 0
    for line in p.stdout:
        line = line.partition(": ")[2].strip()
        key, _, value = line.partition(" = ")
        if key == "Router ID":
            router = value
        elif key == "VRRP Instance":
            now = instances[value] = {"addresses": set()}
        elif key in ("Virtual Router ID", "Priority"):
            now[key.split()[-1].lower()] = int(value)
        elif match := re.match(r"Virtual IP \((\d+)\)", line):
            addresses = int(match[1])
        elif addresses and (match := re.match(r"[0-9a-f.:]+(/\d+)?(?= |$)", line)):
            now["addresses"].add(address(match[0]))  # between lines of its other processes
            addresses -= 1
        elif line.startswith("------< Interfaces"):
            break
    p.terminate()
    p.communicate()
    return router, instances


def of_halvard(identity):
    text = subprocess.run([os.path.join(BUILD, "halvard"), "-i", identity, "--print-config",
                           "-f", CONFIG], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=False).stdout
    router, instances = None, {}
    block = ""
    for line in text.split("\n"):
        words = line.split()
        if words[:1] == ["router_id"]:
            router = words[1]
        elif words[:1] == ["vrrp_instance"]:
            now = instances[words[1]] = {"addresses": set()}
        elif words[:1] == ["virtual_router_id"]:
            now["id"] = int(words[1])
        elif words[:1] == ["priority"]:
            now["priority"] = int(words[1])
        elif block == "virtual_ipaddress" and words[0] != "}":
            now["addresses"].add(address(words[0]))
        if words and words[-1] in "{}":
            block = words[0] if words[-1] == "{" else ""
    return router, instances


def main():
    beside.enter()
    bad = 0
    for n, identity in enumerate(("lb1", "lb2"), 1):
        there, here = of_keepalived(identity), of_halvard(identity)
        good = there == here and len(here[1]) == 5
        bad += not good
        print(f"{'ok' if good else 'not ok'} {n} - templates.conf for {identity}")
        for line in () if good else (there, here):
            print("#", line)
    print("1..2")
    return bad != 0


sys.exit(main())
