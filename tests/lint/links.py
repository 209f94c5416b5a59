#!/usr/bin/python3
"""Documents: every link to a file of the tree, and every path in `backquotes` that looks
like one, leads somewhere; and every local heading that is linked to exists."""
import os
import re

import lint

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TICK = re.compile(r"`([a-z.]+(?:/[A-Za-z0-9_.*-]+)+/?)`")
TOPS = ("agent", "conf", "core", "debian", "docs", "mibs", "tests", ".ci")


def anchors(path):
    return {re.sub(r"[^\w -]", "", h.lstrip("# ").strip().lower()).replace(" ", "-")
            for h in lint.lines(path) if h.startswith("#")}


def exists(path):
    if "*" in path or path.rstrip("/").split("/")[-1].isupper() and "." not in path:
        return True
    full = os.path.join(lint.root(), path)
    return os.path.exists(full) or os.path.exists(full + ".c")  # a program by its source


def faults(path):
    for number, line in enumerate(lint.lines(path), 1):
        for target in LINK.findall(line):
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if not exists(file):
                yield f"{path}:{number}: {target} is not there"
            elif anchor and anchor not in anchors(file):
                yield f"{path}:{number}: {target}: no such heading"
        for target in TICK.findall(line):
            if target.split("/")[0] in TOPS and not exists(target):
                yield f"{path}:{number}: `{target}` is not there"


def main():
    tap = lint.Tap()
    for path in lint.files("", ".md"):
        tap.check(f"{path}: every link resolves", faults(path))
    tap.done()


main()
