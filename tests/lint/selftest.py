#!/usr/bin/python3
"""The lint tests can fail: each is run on a small tree with one fault, and must name it."""
import os
import subprocess
import sys
import tempfile

import lint

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = """<!-- layers -->
| folder | may include | libraries |
|---|---|---|
| `core/base` | none | libevent |
| `core/model` | base | none |
| `core/ipc` | model, base | none |
| `core/vrrp` | model, base, ipc in `*_main.c` | none |
<!-- /layers -->
"""
GOOD = {
    "docs/ARCHITECTURE.md": PAGE,
    "core/base/addr.h": "/* addr */\n#ifndef A\n#define A\n#endif\n",
    "core/base/addr.c": '/* addr */\n#include "base/addr.h"\nint f(void)\n{\n\treturn 1;\n}\n',
    "core/model/row.h": '/* row */\n#include "base/addr.h"\n',
    "core/ipc/wire.h": '/* wire */\n#include "model/row.h"\n',
    "core/vrrp/vrrp_main.c": '/* main */\n#include "ipc/wire.h"\n',
    "run": "#!/bin/sh\necho yes\n",
    "docs/LOG.md": "| line | level |\n|---|---|\n| `cannot write FILE: ERROR` | warning |\n",
    "core/base/say.c": '/* say */\nint g(void)\n{\n\tlog_warn("cannot write %s", "x");\n\treturn 1;\n}\n',
}
LONG = "/* long */\nint long_one(void)\n{\n" + "\tf();\n" * 120 + "}\n"
# (test, the file with the fault, its text, what the message must name)
FAULTS = [
    ("layers.py", "core/base/addr.c", '/* x */\n#include "model/row.h"\n', "core/base/addr.c:2"),
    ("layers.py", "core/vrrp/fsm.c", '/* x */\n#include "ipc/wire.h"\n', "core/vrrp/fsm.c:2"),
    ("layers.py", "core/vrrp/io.c", "/* x */\n#include <net-snmp/types.h>\n", "net-snmp"),
    ("layers.py", "core/model/a.c", '/* x */\n#include "model/nowhere.h"\n', "nowhere.h"),
    ("layers.py", "core/new/a.c", "/* x */\n", "core/new"),
    ("layers.py", "core/base/addr.h", '/* x */\n#include "base/z.h"\n', " -> "),
    ("layers.py", "docs/ARCHITECTURE.md", PAGE.replace("base` | none", "base` | model"), " -> "),
    ("style.py", "core/base/long.c", LONG, "long_one"),
    ("style.py", "core/base/if.c", "/* x */\nint f(void)\n{\n#ifdef X\n#endif\n}\n", "core/base/if.c:4"),
    ("style.py", "core/base/bare.c", "int x;\n", "core/base/bare.c"),
    ("style.py", "core/base/big.h", "/* x */\n" + "int x;\n" * 200, "core/base/big.h"),
    ("style.py", "docs/x.md", "see /" + "home/ada/x\n", "docs/x.md:1"),
    ("style.py", "tests/a/test_x.py", "pass\n", "tests/a/test_x.py"),
    ("links.py", "docs/x.md", "[a](gone.md)\n", "gone.md"),
    ("links.py", "docs/x.md", "`core/base/gone.c`\n", "gone.c"),
    ("links.py", "docs/x.md", "[a](#nope)\n", "#nope"),
    ("loglines.py", "core/base/more.c", '/* x */\nint h(void)\n{\n\tlog_errx("%s is " A, "x");\n}\n',
     "core/base/more.c:4"),
    ("loglines.py", "docs/LOG.md", "| `cannot write FILE: ERROR`, `FILE is gone` | warning |\n", "FILE is gone"),
    ("shell.py", "run", "#!/bin/sh\nif then\n", "run"),
    ("format.py", "core/base/odd.c", "/* x */\nint f( void ){return 1;}\n", "core/base/odd.c"),
]


def make_tree(top, extra):
    for path, text in {**GOOD, **extra}.items():
        full = os.path.join(top, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(full, 0o755)
    with open(os.path.join(top, ".clang-format"), "w", encoding="utf-8") as f:
        f.write("BasedOnStyle: LLVM\nUseTab: Always\nIndentWidth: 8\nTabWidth: 8\n"
                "BreakBeforeBraces: Linux\nAllowShortFunctionsOnASingleLine: None\n")


def run(test, extra):
    with tempfile.TemporaryDirectory() as top:
        make_tree(top, extra)
        return subprocess.run([sys.executable, os.path.join(HERE, test), top],
                              stdout=subprocess.PIPE, text=True)


def main():
    tap = lint.Tap()
    for test in sorted({f[0] for f in FAULTS}):
        good = run(test, {})
        if good.returncode == 77:
            continue
        tap.check(f"{test} accepts a good tree", good.stdout.split("\n") if good.returncode else [])
        for _, path, text, named in [f for f in FAULTS if f[0] == test]:
            extra = {path: text, "core/base/z.h": '/* z */\n#include "base/addr.h"\n'}
            out = run(test, extra)
            wrong = out.returncode != 1 or named not in "".join(
                ln for ln in out.stdout.split("\n") if not ln.startswith("ok "))
            tap.check(f"{test} finds the fault in {path} ({named})",
                      out.stdout.split("\n") if wrong else [])
    tap.done()


main()
