#!/usr/bin/python3
"""Manual pages: mandoc finds nothing wrong, and every command and option of the programs is
in their pages, and the other way round."""
import os
import re
import shutil
import subprocess

import lint

# Page, the source of its options, and of its commands.
PAGES = [
    ("docs/man/halvard.8", "core/daemon/options.c", None),
    ("docs/man/halvardctl.8", "core/ctl/options.c", "core/ctl/commands.c"),
]
# What a page need not resolve: other pages are not installed when it is checked.
IGNORE = re.compile(r"referenced manual not found|outdated mandoc.db|operating system explicitly")


def text(path):
    return "\n".join(lint.lines(path))


def long_options(source):
    return set(re.findall(r'\{"([a-z_-]+)",\s*\w+_argument', text(source)))


def commands(source):
    return set(re.findall(r'^\t?\s*\{"([a-z-]+)",\s*"', text(source), re.M))


def documented_options(page):
    return set(re.findall(r"Fl -([a-z_-]+)", text(page))) | \
        set(re.findall(r"^\.It Fl .*?, -([a-z_-]+)", text(page), re.M))


def main():
    tap = lint.Tap()
    pages = sorted(lint.files("docs/man", ".5", ".8"))
    if shutil.which("mandoc"):
        for page in pages:
            run = subprocess.run(["mandoc", "-T", "lint", os.path.join(lint.root(), page)],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            tap.check(f"{page}: mandoc has nothing to say",
                      [line for line in run.stdout.split("\n") if line and not IGNORE.search(line)])
    for page, options, words in PAGES:
        known, told = long_options(options), documented_options(page)
        tap.check(f"{page}: every option is there", known - told if known else ["none found"])
        tap.check(f"{page}: every option exists", told - known)
        if words:
            known = commands(words)
            told = set(re.findall(r"^\.It Cm ([\w-]+)", text(page), re.M))
            tap.check(f"{page}: every command is there", known - told if known else ["none found"])
            tap.check(f"{page}: every command exists", told - known)
    told = set(re.findall(r"^\.It Li ([0-9a-f]{32})$", text("docs/man/halvard.8"), re.M))
    known = set(re.findall(r'"([0-9a-f]{32})"', text("core/base/log_event.c")))
    tap.check("docs/man/halvard.8: every MESSAGE_ID is there, and no other",
              known ^ told if known else ["none found"])
    tap.done()


main()
