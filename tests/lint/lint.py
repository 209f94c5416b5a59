"""What the lint tests share: the tree, its sources, and TAP on standard output.

Every test takes the root of the tree as its argument (default: $srcdir), so that
selftest.py can run it on a small tree with a fault in it.
"""
import os
import sys

SOURCE_ROOTS = ("core", "agent")


def root():
    return sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", ".")


def files(top, *suffixes):
    """Paths below top, relative to the tree's root, in order; build trees left out."""
    for base, dirs, names in os.walk(os.path.join(root(), top)):
        dirs[:] = sorted(d for d in dirs if not d.startswith((".", "_", "build", "autom4te", "halvard-", "tmp")))
        for name in sorted(names):
            if name.endswith(suffixes):
                yield os.path.relpath(os.path.join(base, name), root())


def sources():
    for top in SOURCE_ROOTS:
        yield from files(top, ".c", ".h")


def lines(path):
    with open(os.path.join(root(), path), encoding="utf-8") as f:
        return f.read().split("\n")


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, faults):
        """One test point; faults is a list of lines that say what is wrong and where."""
        self.count += 1
        faults = list(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}")
        for fault in faults:
            print(f"# {fault}")
        self.failed += bool(faults)

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def skip(why):
    print(why)
    sys.exit(77)
