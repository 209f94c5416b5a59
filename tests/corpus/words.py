#!/usr/bin/python3
"""Every keyword that the installed keepalived knows is in the tables, in every block.

The candidates are all words in keepalived's binary and their ends (the compiler merges equal ends). Those
that are not in our table for a block are written into such a block: `keepalived -t` must
call each of them unknown. The tables are read from docs/keywords.md, which another test compares with
them.
"""
import os
import re
import sys
import tempfile

import beside

SRC = os.path.abspath(os.environ.get("srcdir", "."))
BINARY = "/usr/sbin/keepalived"
INCLUDES = {"include", "includer", "includem", "includew", "includeb", "includea"}
BATCH = 1000
# How one comes into a block.
ROADS = {
    "the file": "",
    "vrrp_instance": "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n",
    "authentication": "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nauthentication {\n",
    "virtual_server": "virtual_server 10.0.0.1 80 {\n",
    "real_server": "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\n",
    "url": "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\nHTTP_GET {\nurl {\n",
    "host": "virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\nSMTP_CHECK {\nhost {\n",
}
IN_FILE = ["global_defs", "vrrp_sync_group A", "vrrp_script A", "vrrp_track_process A", "track_file A",
           "track_group A", "garp_group", "bfd_instance A", "SSL"]
IN_SERVER = ["TCP_CHECK", "HTTP_GET", "SSL_GET", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK",
             "MISC_CHECK", "BFD_CHECK", "FILE_CHECK"]
ROADS.update({name.split()[0]: f"{name} {{\n" for name in IN_FILE})
ROADS.update({name: f"{ROADS['real_server']}{name} {{\n" for name in IN_SERVER})
NEWER = {"auth_hmac"}  # blocks that this keepalived does not have


def tables():
    """Block -> its keywords."""
    blocks, block, keywords = {}, None, False
    with open(os.path.join(SRC, "docs/keywords.md"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("## "):
                block = line[3:].strip()
            if line.startswith(("| keyword", "| option")):
                keywords = line.startswith("| keyword")
            word = re.match(r"\| `([^`]+)`", line)
            if word and keywords:
                blocks.setdefault(block, set()).add(word.group(1))
    return blocks


def candidates():
    with open(BINARY, "rb") as f:
        found = {w.decode() for w in re.findall(rb"-?[A-Za-z][A-Za-z0-9_-]+(?=\0)", f.read())}
    ends = {word[m.end():] for word in found for m in re.finditer("[_-]", word)}
    return {w for w in found | ends if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,40}", w)}


def known(folder, road, words):
    """Those of the words that keepalived does not call unknown."""
    path = os.path.join(folder, "words.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(road + "".join(f"{w} 1 1\n" for w in words) + "}\n" * road.count("{"))
    _, text = beside.check(["keepalived", "-t", "-f"], path)
    rest = set(words) - set(re.findall(r"Unknown keyword '([^']*)'", text))
    if not rest or len(words) == 1:
        return rest
    # One that is known hides others: it may begin a block, or end the program.
    half = len(words) // 2
    return known(folder, road, words[:half]) | known(folder, road, words[half:])


def main():
    beside.enter()
    ours, words, failed = tables(), candidates(), 0
    missing = set(ours) - set(ROADS) - NEWER
    print(f"{'not ok' if missing or not ours else 'ok'} 1 - there is a road into every block of ours")
    print("".join(f"# {block}\n" for block in sorted(missing)), end="")
    with tempfile.TemporaryDirectory(prefix="words.") as folder:
        for number, (block, road) in enumerate(ROADS.items(), 2):
            rest = sorted(words - ours.get(block, set()) - INCLUDES)
            found = set()
            for at in range(0, len(rest), BATCH):
                found |= known(folder, road, rest[at:at + BATCH])
            print(f"{'not ok' if found else 'ok'} {number} - {block}: {len(rest)} words, no keyword")
            print("".join(f"# keepalived knows {word} there\n" for word in sorted(found)), end="")
            failed += bool(found)
    print(f"1..{len(ROADS) + 1}")
    sys.exit(1 if failed or missing or not ours else 0)


if __name__ == "__main__":
    main()
