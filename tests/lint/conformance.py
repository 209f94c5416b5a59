#!/usr/bin/python3
"""docs/conformance.md is what tests/netns/vrrp_items.py says, and each of its tests is there.

CONFORMANCE_UPDATE=1 writes the page anew. Whether the programs do what it says is the matter of
tests/netns/test_vrrp_conformance.py."""
import difflib
import os
import re
import sys

import lint

sys.path.append(os.path.join(lint.root(), "tests/netns"))
sys.dont_write_bytecode = True
import vrrp_items  # the line above finds it

PAGE = "docs/conformance.md"


def main():
    tap = lint.Tap()
    path = os.path.join(lint.root(), PAGE)
    printed = vrrp_items.render()
    if os.environ.get("CONFORMANCE_UPDATE"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(printed)
    there = "\n".join(lint.lines(PAGE)) if os.path.exists(path) else ""
    tap.check(f"{PAGE} is what the items say",
              difflib.unified_diff(there.split("\n"), printed.split("\n"), PAGE, "items", lineterm=""))
    tests = set(re.findall(r"^def test_(\w+)\(r\)", "\n".join(
        lint.lines("tests/netns/test_vrrp_conformance.py")), re.M))
    tap.check("each item has a test", sorted(set(vrrp_items.ITEMS) ^ tests))
    tap.check("deviations are those of items", [
        f"{program} {name} {v}" for (program, name), found in vrrp_items.DEVIATIONS.items() for v in found
        if program not in vrrp_items.PROGRAMS or v not in vrrp_items.ITEMS.get(name, ((),))[0]])
    tap.done()


main()
