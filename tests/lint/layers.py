#!/usr/bin/python3
"""Layers: every #include is one that docs/ARCHITECTURE.md allows, and none makes a circle.

The table between the marks <!-- layers --> and <!-- /layers --> in that page is the rule
itself: it is read here, so that the page and the check cannot say different things. Its
columns: the folder; the folders it may include (`none`, or names, also `NAME in FILE`
for one that only files matching FILE may include); the libraries beside libc.
"""
import fnmatch
import os
import re

import lint

# Which headers a library of the table brings.
LIBRARY_HEADERS = {
    "libevent": ("event2/",),
    "libnl": ("netlink/",),
    "libmd": ("sha2.h",),
    "libcrypto": ("openssl/",),
    "libseccomp": ("seccomp.h",),
    "net-snmp": ("net-snmp/",),
    "libcurl": ("curl/",),
    "c-ares": ("ares.h", "ares_"),
    "PCRE2": ("pcre2.h",),
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def read_table():
    """{folder: (set of folders, [(folder, file pattern)], set of libraries)}"""
    text = "\n".join(lint.lines("docs/ARCHITECTURE.md"))
    part = text.split("<!-- layers -->")[1].split("<!-- /layers -->")[0]
    table = {}
    for line in part.strip().split("\n")[2:]:
        folder, uses, libraries = [re.sub("`", "", c).strip() for c in line.strip("|").split("|")][:3]
        always, special = set(), []
        for word in filter(None, (w.strip() for w in uses.split(","))):
            name, _, pattern = word.partition(" in ")
            if pattern:
                special.append((name, pattern))
            elif name != "none":
                always.add(name)
        libs = {w.strip() for w in libraries.split(",")} - {"none", ""}
        table[folder] = (always, special, libs)
    return table


def includes(path):
    for number, line in enumerate(lint.lines(path), 1):
        m = INCLUDE.match(line)
        if m:
            yield number, m.group(1), m.group(2)


def short(folder):
    return folder.split("/")[-1]


def find_cycle(graph):
    """One circle as a list of nodes, or None."""
    state = {}

    def visit(node, path):
        state[node] = 1
        for to in sorted(graph.get(node, ())):
            if state.get(to) == 1:
                return path[path.index(to):] + [to]
            if to not in state:
                found = visit(to, path + [to])
                if found:
                    return found
        state[node] = 2
        return None

    for node in sorted(graph):
        if node not in state:
            found = visit(node, [node])
            if found:
                return found
    return None


def resolve(path, name):
    """The tree's file behind #include "name", or None."""
    for base in (os.path.dirname(path), "core", ""):
        candidate = os.path.normpath(os.path.join(base, name))
        if os.path.isfile(os.path.join(lint.root(), candidate)):
            return candidate
    return None


def module(path):
    """x.c, x.h and x_int.h (what the files of one module share) are the module x: two modules
    that include each other's headers are really one."""
    stem = os.path.splitext(path)[0]
    return stem[:-4] if stem.endswith("_int") else stem


def layer_faults(table, path, folder):
    always, special, libs = table[folder]
    allowed = always | {short(folder)}
    allowed |= {n for n, pattern in special if fnmatch.fnmatch(os.path.basename(path), pattern)}
    for number, kind, name in includes(path):
        where = f"{path}:{number}"
        if kind == "<":
            for lib, heads in LIBRARY_HEADERS.items():
                if name.startswith(heads) and lib not in libs:
                    yield f"{where}: <{name}> is of {lib}, which {folder} does not use"
            continue
        if name == "config.h":
            continue
        target = resolve(path, name)
        if target is None:
            yield f'{where}: "{name}" is not in the tree (use <> for the system\'s headers)'
        elif short(os.path.dirname(target)) not in allowed:
            yield f'{where}: "{name}": {folder} may include {", ".join(sorted(allowed))} only'


def main():
    tap = lint.Tap()
    table = read_table()
    paths = list(lint.sources())
    folders = {os.path.dirname(p) for p in paths}
    tap.check("every folder of sources is in the table",
              [f"{f}: not in docs/ARCHITECTURE.md" for f in sorted(folders - set(table))])
    graph = {short(f): uses for f, (uses, _, _) in table.items()}
    cycle = find_cycle(graph)
    tap.check("the table has no circle", [" -> ".join(cycle)] if cycle else [])
    unknown = {u for uses, special, _ in table.values()
               for u in uses | {n for n, _ in special}} - set(graph)
    tap.check("the table names only its own folders", sorted(unknown))
    unknown = {lib for _, _, libs in table.values() for lib in libs} - set(LIBRARY_HEADERS)
    tap.check("the table names only known libraries", sorted(unknown))
    tap.check("every include is one the table allows",
              [f for p in paths if os.path.dirname(p) in table
               for f in layer_faults(table, p, os.path.dirname(p))])
    modules = {}
    for p in paths:
        for _, kind, name in includes(p):
            target = resolve(p, name) if kind == '"' else None
            if target and module(target) != module(p):
                modules.setdefault(module(p), set()).add(module(target))
    cycle = find_cycle(modules)
    tap.check("no modules include each other in a circle", [" -> ".join(cycle)] if cycle else [])
    tap.done()


main()
