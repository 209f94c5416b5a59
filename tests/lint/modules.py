#!/usr/bin/python3
"""The modules that halvard loads find in it what they call: core/lvs/module.syms names that and no more."""
import glob
import os
import re
import shutil
import subprocess

import lint


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout


def wanted(module):
    """What neither the module nor a library that it is linked with has."""
    return set(re.findall(r"^undefined symbol: (\w+)", run("ldd", "-r", module), re.M))


def main():
    build = os.environ.get("builddir", ".")
    modules = glob.glob(os.path.join(build, "check_*.so"))
    if not shutil.which("nm"):
        lint.skip("nm is not installed (package binutils)")
    if not modules:
        lint.skip("built without modules")
    has = {line.split()[-1] for line in run("nm", "-D", "--defined-only", os.path.join(build, "halvard")).splitlines()}
    named = {line.strip("\t;") for line in lint.lines("core/lvs/module.syms") if line.startswith("\t")}
    tap = lint.Tap()
    for module in modules:
        tap.check(f"{os.path.basename(module)} finds what it calls",
                  [f"core/lvs/module.syms does not name {symbol}" for symbol in sorted(wanted(module) - has)])
    if len(modules) == len(MODULES):
        needed = set().union(*map(wanted, modules))
        tap.check("module.syms names no more", [f"no module calls {symbol}" for symbol in sorted(named - needed)])
    tap.done()


MODULES = ("check_http.so", "check_dns.so")
main()
