#!/usr/bin/python3
"""Every shell script of the tree can be read by its shell, and every file with a #! line
may be executed."""
import os
import subprocess

import lint


def scripts():
    for path in lint.files("", ""):
        full = os.path.join(lint.root(), path)
        if os.path.islink(full) or not os.path.isfile(full):
            continue
        with open(full, "rb") as f:
            head = f.readline(80)
        if head.startswith(b"#!"):
            yield path, head.decode(errors="replace").strip()
    ci = os.path.join(lint.root(), ".ci/run")
    if os.path.exists(ci):
        yield ".ci/run", lint.lines(".ci/run")[0]


def main():
    tap = lint.Tap()
    found = [s for s in scripts() if s[0] not in ("configure", "config.status", "libtool")]
    for path, head in found:
        shell = head[2:].split()[0]
        if os.path.basename(shell) in ("sh", "bash", "dash"):
            run = subprocess.run([shell, "-n", os.path.join(lint.root(), path)],
                                 stderr=subprocess.PIPE, text=True)
            tap.check(f"{path} can be read", run.stderr.strip().split("\n") if run.returncode else [])
    tap.check("every script may be executed",
              [p for p, _ in found if not os.access(os.path.join(lint.root(), p), os.X_OK)])
    tap.done()


main()
