#!/usr/bin/python3
"""Every keyword that the installed keepalived knows is in the tables, in every block; and no keyword
is refused that keepalived accepts, alone on its line, with 0 or with words behind it.

The candidates are all words in keepalived's binary and their ends (the compiler merges equal ends).
Those that are not in our table for a block are written into such a block: `keepalived -t` must
call each of them unknown. Then our own: what `halvard -t` calls an error, `keepalived -t` must not accept.
The tables are read from docs/keywords.md, which another test compares with them.
"""
import os
import re
import sys
import tempfile

import beside

SRC = os.path.abspath(os.environ.get("srcdir", "."))
BUILD = os.path.abspath(os.environ.get("builddir", "."))
BINARY = "/usr/sbin/keepalived"
INCLUDES = {"include", "includer", "includem", "includew", "includeb", "includea"}
BATCH = 1000
# Each block in a file that keepalived accepts, with "@" where a line of it can stand.
SERVER = """virtual_server 192.168.200.10 80 {
lb_algo rr
lb_kind NAT
protocol TCP
real_server 192.168.200.21 80 {
weight 1
%s
}
}
"""
INSTANCE = """vrrp_instance A {
interface eth0
virtual_router_id 1
%s
virtual_ipaddress {
192.168.200.7
}
}
"""
ROADS = {
    "the file": "@\n",
    "global_defs": "global_defs {\n@\n}\n",
    "vrrp_sync_group": "vrrp_sync_group G {\n@\n}\n",
    "vrrp_script": "vrrp_script A {\nscript /bin/true\n@\n}\n",
    "vrrp_track_process": "vrrp_track_process A {\nprocess true\n@\n}\n",
    "track_file": "track_file A {\nfile /run/a\n@\n}\n",
    "track_group": "track_group A {\n@\n}\n",
    "garp_group": "garp_group {\ninterface eth0\ngarp_interval 1\n@\n}\n",
    "bfd_instance": "bfd_instance A {\nneighbor_ip 192.168.200.2\n@\n}\n",
    "SSL": "SSL {\n@\n}\n",
    "vrrp_instance": INSTANCE % "@",
    "authentication": INSTANCE % "authentication {\nauth_type PASS\nauth_pass x\n@\n}",
    "virtual_server": SERVER.replace("real_server", "@\nreal_server") % "",
    "real_server": SERVER % "@",
    "url": SERVER % "HTTP_GET {\nurl {\npath /\n@\n}\n}",
    "host": SERVER % "SMTP_CHECK {\nhost {\n@\n}\n}",
    "TCP_CHECK": SERVER % "TCP_CHECK {\n@\n}",
    "HTTP_GET": SERVER % "HTTP_GET {\n@\nurl {\npath /\n}\n}",
    "SSL_GET": SERVER % "SSL_GET {\n@\nurl {\npath /\n}\n}",
    "SMTP_CHECK": SERVER % "SMTP_CHECK {\n@\n}",
    "DNS_CHECK": SERVER % "DNS_CHECK {\n@\n}",
    "UDP_CHECK": SERVER % "UDP_CHECK {\n@\n}",
    "PING_CHECK": SERVER % "PING_CHECK {\n@\n}",
    "MISC_CHECK": "global_defs {\nenable_script_security\nscript_user root\n}\n" + SERVER % "MISC_CHECK {\nmisc_path /bin/false\n@\n}",
    "BFD_CHECK": "bfd_instance A {\nneighbor_ip 192.168.200.2\n}\n" + SERVER % "BFD_CHECK {\nname A\n@\n}",
    "FILE_CHECK": "track_file A {\nfile /run/a\n}\n" + SERVER % "FILE_CHECK {\ntrack_file A\n@\n}",
}
POOR = {"vrrp_sync_group": 5}  # status of keepalived: it misses the members
NEWER = {"auth_hmac", "sorry_server", "AGENT_CHECK"}  # blocks that this keepalived does not have


def tables():
    """Block -> its keywords, and those of them that begin no block."""
    blocks, plain, block, keywords = {}, {}, None, False
    with open(os.path.join(SRC, "docs/keywords.md"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("## "):
                block = line[3:].strip()
            if line.startswith(("| keyword", "| option")):
                keywords = line.startswith("| keyword")
            word = re.match(r"\| `([^`]+)`", line)
            if word and keywords:
                blocks.setdefault(block, set()).add(word.group(1))
                plain.setdefault(block, set()).update([] if "a block: [" in line else [word.group(1)])
    return blocks, plain


def candidates():
    with open(BINARY, "rb") as f:
        found = {w.decode() for w in re.findall(rb"-?[A-Za-z][A-Za-z0-9_-]+(?=\0)", f.read())}
    ends = {word[m.end():] for word in found for m in re.finditer("[_-]", word)}
    return {w for w in found | ends if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{1,40}", w)}


def keepalived(folder, road, lines):
    path = os.path.join(folder, "words.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(road.replace("@", "\n".join(lines)))
    return beside.check(["keepalived", "-t", "-f"], path)


def known(folder, road, words):
    """Those of the words that keepalived does not call unknown."""
    _, text = keepalived(folder, road, [f"{w} 1 1" for w in words])
    rest = set(words) - set(re.findall(r"Unknown keyword '([^']*)'", text))
    if not rest or len(words) == 1:
        return rest
    # One that is known hides others: it may begin a block, or end the program.
    half = len(words) // 2
    return known(folder, road, words[:half]) | known(folder, road, words[half:])


def refused(folder, road, lines):
    """Those of the lines that are an error to Halvard, alone or one of many."""
    path = os.path.join(folder, "refused.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(road.replace("@", "\n".join(lines)))
    _, text = beside.check([os.path.join(BUILD, "halvard"), "-t", "-f"], path)
    first = road.split("@")[0].count("\n") + 1
    bad = {int(n) - first for n in re.findall(r"^[^\n:]+:(\d+):\d+: error: ", text, re.M)}
    return [line for n, line in enumerate(lines) if n in bad]


def unjust(folder, block, road, words):
    """Lines that only Halvard refuses: a word alone, with 0, and with more words than anything takes."""
    found = []
    for tail in ("", " 0", " x y z w v"):
        lines = [word + tail for word in sorted(words) if f"\n{word} " not in road]
        for line in refused(folder, road, lines):
            if keepalived(folder, road, [line])[0] == POOR.get(block, 0):
                found.append(line)
    return found


class Tap:
    count, failed = 0, 0

    def point(self, what, faults):
        self.count += 1
        self.failed += bool(faults)
        print(f"{'not ok' if faults else 'ok'} {self.count} - {what}")
        print("".join(f"# {fault}\n" for fault in faults), end="")


def main():
    beside.enter()
    tap, (ours, plain), words = Tap(), tables(), candidates()
    tap.point("there is a road into every block of ours", sorted(set(ours) ^ set(ROADS) ^ NEWER))
    with tempfile.TemporaryDirectory(prefix="words.") as folder:
        for block, road in ROADS.items():
            status, text = keepalived(folder, road, [])
            tap.point(f"{block}: the road is good",
                      [] if status == POOR.get(block, 0) else [f"{status}: {text}"])
            rest = sorted(words - ours.get(block, set()) - INCLUDES)
            found = set()
            for at in range(0, len(rest), BATCH):
                found |= known(folder, road, rest[at:at + BATCH])
            tap.point(f"{block}: {len(rest)} words, no keyword",
                      [f"keepalived knows {word} there" for word in sorted(found)])
            tap.point(f"{block}: {len(plain[block])} keywords, none refused without need",
                      [f"keepalived accepts: {line}" for line in unjust(folder, block, road, plain[block])])
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failed else 0)


if __name__ == "__main__":
    main()
