#!/usr/bin/python3
"""The VRRP process never waits: libvrrp.a and the libraries it stands on do not refer to
anything that looks up names, starts processes, sleeps, or logs through syslog(3)."""
import glob
import os
import shutil
import subprocess

import lint

DENY = set("""
    getaddrinfo getnameinfo gethostbyname gethostbyname_r gethostbyaddr getservbyname getpwnam
    getgrnam syslog vsyslog openlog __syslog_chk __vsyslog_chk fork vfork clone posix_spawn
    posix_spawnp system popen execl execlp execv execve execvp execvpe wait waitpid waitid
    sleep usleep nanosleep clock_nanosleep fopen fopen64 fsync fdatasync tmpfile
""".split())


def undefined(library):
    out = subprocess.run(["nm", "-A", "-u", library], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in out.split("\n"):
        where, _, symbol = line.partition(" U ")
        if symbol:
            yield ":".join(os.path.basename(w) for w in where.strip().split(":")[:2]), symbol.strip()


def main():
    build = os.environ.get("builddir", ".")
    if not shutil.which("nm"):
        lint.skip("nm is not installed (package binutils)")
    libraries = [os.path.join(build, "core/vrrp/libvrrp.a"), os.path.join(build, "core/base/libbase.a")]
    libraries += glob.glob(os.path.join(build, "core/nl/lib*.a"))
    if not os.path.exists(libraries[0]):
        lint.skip("core/vrrp/libvrrp.a is not built")
    tap = lint.Tap()
    for library in libraries:
        tap.check(f"{os.path.basename(library)} cannot wait",
                  [f"{where}: {symbol}" for where, symbol in undefined(library) if symbol in DENY])
    tap.done()


main()
