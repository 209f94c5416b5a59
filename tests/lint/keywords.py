#!/usr/bin/python3
"""docs/keywords.md is what tests/unit/config_print_keywords prints of the keyword tables.

KEYWORDS_UPDATE=1 writes it anew."""
import difflib
import os
import subprocess

import lint

PAGE = "docs/keywords.md"


def main():
    program = os.path.join(os.environ.get("builddir", "."), "tests/unit/config_print_keywords")
    printed = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
    path = os.path.join(lint.root(), PAGE)
    if os.environ.get("KEYWORDS_UPDATE"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(printed)
    there = "\n".join(lint.lines(PAGE)) if os.path.exists(path) else ""
    tap = lint.Tap()
    tap.check(f"{PAGE} is what the tables say",
              difflib.unified_diff(there.split("\n"), printed.split("\n"), PAGE, "tables", lineterm=""))
    tap.done()


main()
