#!/usr/bin/python3
"""docs/LOG.md names every line that is logged at warning and above, and no other.

A line of the page is compared with the format in the source: a word in capitals stands for each
conversion and each macro, and log_warn(), log_err() and fatal() append ": ERROR". Of log_at() those
count that name such a level; findings of a file have no text of their own."""
import re

import lint

PAGE = "docs/LOG.md"
CALL = re.compile(r"\b(log_warnx?|log_errx?|fatalx?|log_at)\(")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Z][A-Z0-9_]+|.', re.S)
CONVERSION = re.compile(r"%(?:[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j)?[diouxXcsp])")
WORD = "[A-Z]+"


def arguments(text, at):
    """The tokens of each argument of a call; `at` is behind its parenthesis."""
    depth, tokens, args = 0, [], []
    for m in TOKEN.finditer(text, at):
        t = m[0]
        if t in "([{":
            depth += 1
        elif t in ")]}":
            if depth == 0:
                break
            depth -= 1
        elif t == "," and depth == 0:
            args.append(tokens)
            tokens = []
            continue
        tokens.append(t)
    return args + [tokens]


def formats(tokens):
    """The choices of the argument, each as a pattern: adjoining literals and macros are one."""
    piece = ""
    for t in tokens + ["?"]:
        if t.startswith('"'):
            literal = t[1:-1].replace('\\"', '"').replace("\\\\", "\\")
            at = 0
            for c in CONVERSION.finditer(literal):
                piece += re.escape(literal[at:c.start()]) + f"(?:{WORD})?"
                at = c.end()
            piece += re.escape(literal[at:])
        elif piece and re.fullmatch("[A-Z][A-Z0-9_]+", t):
            piece += r"\S+"
        elif t in "?:" and piece:
            yield piece
            piece = ""


def logged(path):
    text = "\n".join(lint.lines(path))
    for m in CALL.finditer(text):
        number = text.count("\n", 0, m.start()) + 1
        if text[text.rfind("\n", 0, m.start()) + 1:m.start()].startswith("#define"):
            continue
        args = arguments(text, m.end())
        if m[1] == "log_at":
            level, args = args[0], args[1:]
            if not {"LOG_LV_WARN", "LOG_LV_ERR"} & set(level):
                continue
        for pattern in formats(args[0]):
            with_error = ": ERROR" if m[1] in ("log_warn", "log_err", "fatal") else ""
            yield number, re.compile(pattern + with_error)


def documented():
    """Line number and text of what the tables' first columns name; transitions are of one form."""
    section = ""
    for number, line in enumerate(lint.lines(PAGE), 1):
        if line.startswith("## "):
            section = line[3:]
        if line.startswith("| `") and section != "Transitions":
            for text in re.findall("`([^`]+)`", line.split(" | ")[0]):
                yield number, text


def main():
    there = list(documented())
    used = set()
    missing = []
    for path in lint.sources():
        for number, pattern in logged(path) if path.endswith(".c") else ():
            found = {(n, text) for n, text in there if pattern.fullmatch(text)}
            used |= found
            if not found:
                missing.append(f"{path}:{number}: {PAGE} does not name \"{pattern.pattern}\"")
    tap = lint.Tap()
    tap.check(f"{PAGE} names every line at warning and above", missing)
    tap.check(f"every line of {PAGE} is logged somewhere",
              (f"{PAGE}:{n}: \"{text}\" is logged nowhere" for n, text in there if (n, text) not in used))
    tap.done()


main()
