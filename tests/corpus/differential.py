#!/usr/bin/python3
"""What `keepalived -t` and `halvard -t` say of the same file: every file of the corpus, every
sample of Debian's keepalived package, and the snippets beside this file.

Compared are the exit status and the lines that are complained about. Each difference must have a
row in the file "differences" that says why, and each row there must be needed. That Halvard refuses
what keepalived accepts, or crashes, no row can excuse.

    FILE | keepalived | WORD... | why       only keepalived complains about lines that begin so
    FILE | halvard    | WORD... | why       only Halvard does
    FILE | exit       | K H     | why       the exit statuses differ

FILE may be "*", for words that mean the same everywhere. What Halvard says is its errors and
warnings; where keepalived complains, a notice is an answer too, but not one that something is to be done
later. "-v" prints both programs' words.
"""
import fnmatch
import glob
import os
import re
import sys
import tempfile

import beside

SRC = os.path.abspath(os.environ.get("srcdir", "."))
BUILD = os.path.abspath(os.environ.get("builddir", "."))
HERE = os.path.join(SRC, "tests/corpus")
SAMPLES = "/usr/share/doc/keepalived/samples/keepalived.conf.*"
VERDICTS = (0, 4, 5, 6)  # of -t; anything else is a crash
NOT_YET = "known but not supported yet"


# ---- the two programs ------------------------------------------------------

def keepalived(path):
    code, text = beside.check(["keepalived", "-t", "-f"], path)
    return code, {int(n) for n in re.findall(r"^\((?:[^()]*: )?Line (\d+)\)", text, re.M)}, text


def halvard(path):
    code, text = beside.check([os.path.join(BUILD, "halvard"), "-t", "-f"], path)
    bad, said = set(), set()
    for line, level, what in re.findall(r"^[^\n:]+:(\d+):\d+: (\w+): (.*)$", text, re.M):
        said.update([int(line)] if NOT_YET not in what or level != "notice" else [])
        bad.update([int(line)] if level != "notice" else [])
    return code, bad, said, text


# ---- what differs ----------------------------------------------------------

class Rows:
    def __init__(self):
        self.rows = []  # file, who, word, used
        with open(os.path.join(HERE, "differences"), encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if line.strip() and not line.startswith("#"):
                    file, who, words, why = [cell.strip() for cell in line.split("|", 3)]
                    assert why, f"differences:{number}: no reason"
                    for word in [words] if who == "exit" else words.split():
                        self.rows.append([file, who, word, 0, number])

    def explain(self, file, who, word):
        # A row of the file itself goes before one for all.
        for row in sorted(self.rows, key=lambda r: r[0] == "*"):
            if fnmatch.fnmatchcase(file, row[0]) and row[1] == who and \
                    (row[2] == "*" or row[2] == word):
                row[3] += 1
                return True
        return False

    def stale(self):
        return [f"differences:{n}: {file} | {who} | {word} explains nothing"
                for file, who, word, used, n in self.rows if not used]


def first_word(path, number):
    with open(path, encoding="utf-8", errors="replace") as f:
        lines = f.read().split("\n")
    words = lines[number - 1].split() if number <= len(lines) else []
    return words[0].strip('"') if words else "(end)"


def compare(rows, name, path):
    """Lines that say what differs without a reason."""
    k_code, k_lines, k_text = keepalived(path)
    h_code, h_bad, h_said, h_text = halvard(path)
    if "-v" in sys.argv:
        print(f"# ==== {name}: {k_code} {h_code}", *k_text.split("\n"), *h_text.split("\n"), sep="\n#   ")
    found = []
    if h_code not in VERDICTS or (k_code == 0 and h_code != 0):
        found.append(f"{name}: keepalived ends with {k_code}, Halvard with {h_code}; no reason counts")
    elif k_code != h_code and not rows.explain(name, "exit", f"{k_code} {h_code}"):
        found.append(f"{name} | exit | {k_code} {h_code} |")
    for who, lines in (("keepalived", k_lines - h_said), ("halvard", h_bad - k_lines)):
        for n in sorted(lines):
            word = first_word(path, n)
            if not rows.explain(name, who, word):
                found.append(f"{name} | {who} | {word} |  (line {n})")
    return found


def snippets(folder):
    with open(os.path.join(HERE, "snippets"), encoding="utf-8", newline="") as f:
        parts = re.split(r"^--- (.+)\n", f.read(), flags=re.M)
    for name, text in zip(parts[1::2], parts[2::2]):
        path = os.path.join(folder, name.replace(" ", "-") + ".conf")
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        yield name, path


def main():
    if not glob.glob(SAMPLES):
        beside.skip("the samples of Debian's keepalived are missing")
    beside.enter()
    rows, count, failed = Rows(), 0, 0
    with tempfile.TemporaryDirectory(prefix="diff.") as folder:
        cases = [(os.path.basename(p), p) for p in sorted(glob.glob(f"{HERE}/*.conf") + glob.glob(SAMPLES))]
        for name, path in cases + list(snippets(folder)):
            found = compare(rows, name, path)
            count += 1
            print(f"{'not ok' if found else 'ok'} {count} - {name}")
            print("".join(f"# without a reason: {line}\n" for line in found), end="")
            failed += bool(found)
    stale = rows.stale()
    print(f"{'not ok' if stale else 'ok'} {count + 1} - every reason is needed")
    print("".join(f"# {line}\n" for line in stale), end="")
    print(f"1..{count + 1}")
    sys.exit(1 if failed or stale else 0)


main()
