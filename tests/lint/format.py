#!/usr/bin/python3
"""Every C file is as clang-format 14 (Debian 12's) writes it with the tree's .clang-format;
another version writes some things otherwise and is not asked."""
import re
import shutil
import subprocess

import lint

TOPS = ("core", "agent", "tests")


def tool():
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            out = subprocess.run([name, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
            if re.search(r"version 14\.", out):
                return name
    lint.skip("clang-format 14 is not installed")


def main():
    name = tool()
    tap = lint.Tap()
    for top in TOPS:
        paths = list(lint.files(top, ".c", ".h"))
        if not paths:
            continue
        run = subprocess.run([name, "--dry-run", "-Werror", *paths], cwd=lint.root(),
                             stderr=subprocess.PIPE, text=True)
        places = [line for line in run.stderr.split("\n") if "error:" in line]
        tap.check(f"{top}/ is formatted", places if run.returncode else [])
    tap.done()


main()
