#!/usr/bin/python3
"""Style that can be counted: functions of at most 100 lines, headers of at most 150, few
`#if` and none inside a function or a struct, a head comment in every file, and nothing
of a developer's machine in the text.

The counts rest on the format that clang-format gives every file: a body opens with a line
in the first column that ends in `{` and closes with a `}` in the first column.
"""
import os
import re

import lint

FUNCTION_MAX = 100
HEADER_MAX = 150
# Headers that are one table by nature: a struct for each row, a described function each.
HEADER_LONG = {"core/model/rows_vrrp.h": 480, "core/model/rows_lvs.h": 300,
               "core/model/schema.h": 200}
IF_PER_KLOC = 2.0
CONDITION = re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b")
# Home folders, and where this very tree lies.
PRIVATE = re.compile(r"/home/\w+/|" + re.escape(os.path.abspath(lint.root()) + "/"))


def strip_guard(path, text):
    """Lines without the include guard of a header."""
    if not path.endswith(".h"):
        return text
    for i, line in enumerate(text):
        if line.startswith("#ifndef") and i + 1 < len(text):
            name = line.split()[1]
            if text[i + 1].split()[:2] == ["#define", name]:
                return text[:i] + [""] + text[i + 1:]
    return text


def bodies(text):
    """(first line, last line, head) of every body in the first column, 1-based."""
    start = None
    for number, line in enumerate(text, 1):
        if start is None and line[:1] not in ("", " ", "\t", "#", "/", "*") and line.endswith("{"):
            start = number
        elif start is not None and line.startswith("}"):
            yield start, number, line
            start = None


def function_name(text, start):
    for line in reversed(text[max(0, start - 6):start]):
        m = re.match(r"^\w.*?(\w+)\(", line)
        if m:
            return m.group(1)
    return "?"


def unshipped():
    """What is named in no makefile is not in a tarball."""
    named = "\n".join("\n".join(lint.lines(p)) for p in lint.files("", ".mk", ".am"))
    return [p for p in lint.files("tests", ".py") if p not in named]


def main():
    tap = lint.Tap()
    paths = list(lint.sources())
    longest, too_long, inside, total, conditions = [], [], [], 0, 0
    for path in paths:
        text = strip_guard(path, lint.lines(path))
        total += len(text)
        conditions += sum(1 for line in text if CONDITION.match(line))
        for start, end, _ in bodies(text):
            if text[start - 1] == "{":
                length = end - start + 1
                longest.append(length)
                if length > FUNCTION_MAX:
                    too_long.append(f"{path}:{start}: {function_name(text, start)}() has {length} lines")
            inside += [f"{path}:{n}: {text[n - 1].strip()}" for n in range(start, end)
                       if CONDITION.match(text[n - 1])]
    tap.check(f"no function above {FUNCTION_MAX} lines", too_long)
    rate = conditions * 1000.0 / max(total, 1)
    tap.check(f"fewer than {IF_PER_KLOC:g} #if per 1000 lines",
              [] if rate < IF_PER_KLOC else [f"{rate:.1f}: {conditions} in {total} lines"])
    tap.check("no #if inside a function or a struct", inside)
    tap.check("no header above its length",
              [f"{p}: {len(lint.lines(p))} lines" for p in paths if p.endswith(".h")
               and len(lint.lines(p)) > HEADER_LONG.get(p, HEADER_MAX) + 1])
    tap.check("every file opens with a comment",
              [p for p in paths if not lint.lines(p)[0].startswith("/*")])
    text_files = [p for p in lint.files("", ".c", ".h", ".py", ".sh", ".md", ".mk", ".am", ".ac",
                                        ".conf", ".in", ".txt") if p != "tests/lint/style.py"]
    tap.check("nothing of one machine in the text",
              [f"{p}:{n}: {line.strip()[:80]}" for p in text_files
               for n, line in enumerate(lint.lines(p), 1) if PRIVATE.search(line)])
    tap.check("every test in Python is shipped", unshipped())
    if longest:
        longest.sort()
        print(f"# {len(longest)} functions: median {longest[len(longest) // 2]}, "
              f"p95 {longest[int(len(longest) * .95)]}, max {longest[-1]} lines; "
              f"{rate:.2f} #if per 1000 lines; {total} lines")
    tap.done()


main()
