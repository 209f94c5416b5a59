"""What the parts of the benchmark share: two directors in network namespaces on a veth pair,
with the same configuration file for both programs, and what is looked at from outside.

Importing it changes nothing; enter_namespaces() runs the program again in namespaces of its own
that vanish with it. Needs root or user namespaces. A program that is not there has no line in
the tables.
"""
import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, ".."), os.path.join(HERE, "../netns")]
from lab import daemons  # the line above finds it
from lab.space import Namespace

VIP = "192.0.2.100"
SELF = {"a": "192.0.2.1", "b": "192.0.2.2"}
PRIORITY = {"a": 200, "b": 100}


def ip(*args):
    subprocess.run(["ip", *args], check=True)


def enter_namespaces():
    """Runs again in namespaces of its own, with an empty /run."""
    if os.environ.get("HALVARD_BENCH_INSIDE"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        ip("link", "set", "lo", "up")
        return
    flags = ["-mn"] if os.geteuid() == 0 else ["-mrn"]
    if subprocess.run(["unshare", *flags, "true"], stderr=subprocess.DEVNULL).returncode:
        print("neither root nor user namespaces: nothing to measure with")
        sys.exit(77)
    os.environ["HALVARD_BENCH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


def arguments(doc, rounds=None):
    """The same flags for every part, so that one BENCH_FLAGS fits all."""
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=rounds, help="takeovers, kills: of each kind")
    parser.add_argument("--intervals", default="1,0.1,0.01",
                        help="of takeover and resume: seconds, separated by commas")
    parser.add_argument("--seconds", type=float, default=150, help="gaps: length of the run")
    parser.add_argument("--services", type=int, default=1000, help="scale: virtual servers")
    parser.add_argument("--servers", type=int, default=10, help="scale: real servers of each")
    parser.add_argument("--halvard", default=os.path.join(os.environ.get("builddir", "."), "halvard"))
    parser.add_argument("--keepalived", default=shutil.which("keepalived", path="/usr/sbin:/usr/bin"))
    args = parser.parse_args()
    args.intervals = [float(i) for i in args.intervals.split(",")]
    return args


def children(pid):
    """The process and all below it."""
    found, parents = [pid], {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as f:
                parents.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    for p in found:
        found += parents.get(p, [])
    return found


def installed(path):
    """A copy where other users may execute it, with the programs that lie beside it."""
    daemons.BUILD = os.path.dirname(path)
    for name in ("halvard-agent", "halvardctl"):
        if os.path.exists(os.path.join(daemons.BUILD, name)):
            daemons._installed_copy(name)
    return daemons._installed_copy("halvard")


class Program:
    def __init__(self, name, path):
        self.name = name
        self.path = installed(path) if name == "halvard" else path

    def version(self):
        out = subprocess.run([self.path, "--version"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True).stdout
        return out.strip().split("\n")[0]

    def command(self, conf, state, agentx=None):
        own = {"halvard": ["--run-dir", f"{state}/run", "--state-dir", f"{state}/lib"],
               "keepalived": ["-r", f"{state}/vrrp.pid"]}[self.name]
        snmp = ["-x", "-A", f"unix:{agentx}"] if agentx else []
        return [self.path, "-n", "-l", "-P", "-f", conf, "-p", f"{state}/pid", *own, *snmp]


def find_programs(args):
    found = [Program(n, os.path.abspath(p)) for n, p in
             (("halvard", args.halvard), ("keepalived", args.keepalived)) if p and os.path.exists(p)]
    if not found:
        print("neither halvard nor keepalived is there")
        sys.exit(77)
    return found


class Director:
    """One of the pair; with agentx, the path of an snmpd's socket, it serves SNMP."""

    def __init__(self, cluster, side, program, interval, agentx=None):
        self.netns = f"{cluster}{side}"
        self.program = program
        self.agentx = agentx
        self.state = tempfile.mkdtemp(prefix=self.netns, dir="/run")
        self.conf = f"{self.state}/halvard.conf"
        for sub in ("run", "lib"):
            os.mkdir(f"{self.state}/{sub}")
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(f"global_defs {{\n    router_id {side}\n    vrrp_version 3\n}}\n\n"
                    f"vrrp_instance VI_1 {{\n    state {'MASTER' if side == 'a' else 'BACKUP'}\n"
                    f"    interface eth0\n    virtual_router_id 51\n"
                    f"    priority {PRIORITY[side]}\n    advert_int {interval}\n"
                    f"    virtual_ipaddress {{\n        {VIP}/24\n    }}\n}}\n")
        self.process = None

    def start(self):
        with open(f"{self.state}/log", "ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.netns,
                 *self.program.command(self.conf, self.state, self.agentx)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self, sig):
        """The moment just before the first signal. All are stopped before one is killed: none
        may see another die and still say goodbye."""
        pids = children(self.process.pid) if sig == signal.SIGKILL else [self.process.pid]
        signals = [signal.SIGSTOP, signal.SIGKILL] if sig == signal.SIGKILL else [sig]
        start = time.monotonic_ns()
        for s in signals:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, s)
        return start

    def clean(self):
        """No process, no address; both may be gone already."""
        if self.process:
            self.kill(signal.SIGKILL)
            self.process.wait()
            self.process = None
        for name in ("pid", "vrrp.pid"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{self.state}/{name}")
        subprocess.run(["ip", "-n", self.netns, "addr", "del", f"{VIP}/24", "dev", "eth0"],
                       stderr=subprocess.DEVNULL)

    def sender(self):
        """The process that sends the advertisements: keepalived has one child with -P."""
        below = children(self.process.pid)[1:]
        if self.program.name == "keepalived":
            return below[0] if below else None
        named = [p for p in below if daemons.command_line(p)[:1] == ["halvard-vrrp"]]
        return named[0] if named else None

    def own_word(self):
        """What Halvard says of its longest gap, in milliseconds; None for others."""
        if self.program.name != "halvard":
            return None
        out = subprocess.run([daemons._installed_copy("halvardctl"), "--run-dir",
                              f"{self.state}/run", "--json", "show", "vrrp_instance"],
                             stdout=subprocess.PIPE, check=True).stdout
        return json.loads(out)["vrrp_instance"][0]["worst_advert_gap_us"] / 1000

    def text(self):
        with open(f"{self.state}/log", errors="replace") as f:
            return f.read()

    def tail(self):
        return "\n".join(self.text().splitlines()[-5:])


def make_network(cluster):
    for n, side in enumerate("ab", 1):
        ip("netns", "add", f"{cluster}{side}")
    ip("link", "add", "eth0", "netns", f"{cluster}a", "type", "veth",
       "peer", "name", "eth0", "netns", f"{cluster}b")
    for n, side in enumerate("ab", 1):
        ip("-n", f"{cluster}{side}", "addr", "add", f"192.0.2.{n}/24", "dev", "eth0")
        for dev in ("lo", "eth0"):
            ip("-n", f"{cluster}{side}", "link", "set", dev, "up")


def run_cells(cells, rounds, together):
    """Slow intervals at the same time, since each only waits; fast ones one by one."""
    if not together:
        for cell in cells:
            cell.run(rounds)
        return
    threads = [threading.Thread(target=cell.run, args=(rounds,)) for cell in cells]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def machine():
    model = "?"
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"Linux {platform.release()}, {os.cpu_count()} CPUs ({model}), load {os.getloadavg()[0]:.1f}"


def print_own_word(when, said_ms, heard_s, took):
    """What Halvard says of its longest gap beside what was heard."""
    note = " (silence in which the peer was master is no gap of a master)" if took else ""
    print(f"- {when} Halvard says its longest gap was {said_ms:.1f} ms, the wire says "
          f"{heard_s * 1000:.1f} ms{note}", flush=True)


def print_table(title, head, lines, programs):
    print(f"\n{title}\n")
    print(f"| {' | '.join(head)} |")
    print("|---" * len(head) + "|")
    for line in lines:
        print(f"| {' | '.join(line)} |")
    print()
    for p in programs:
        print(f"- {p.name}: {p.version()}")
    print(f"- {machine()}", flush=True)
