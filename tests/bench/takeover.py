#!/usr/bin/python3
"""How long until the peer has the address: Halvard beside keepalived, in one run.

Two directors in network namespaces on a veth pair, VRRPv3, the same configuration file
for both programs. The master is killed (SIGKILL of every process of it, as when the power
goes; SIGTERM of its first process, as at an orderly stop) at a random moment of its
interval; the time ends when the kernel reports the address on the peer (a netlink socket
in this process, no polling). Prints a Markdown table.

Needs root or user namespaces; everything happens in namespaces of its own that vanish
with the process. A program that is not there has no line in the table.
"""
import argparse
import contextlib
import ctypes
import os
import platform
import random
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

VIP = "192.0.2.100"
PRIORITY = {"a": 200, "b": 100}
CLONE_NEWNET = 0x40000000
RTMGRP_IPV4_IFADDR = 0x10
RTM_NEWADDR = 20
IFA_LOCAL = 2
LIBC = ctypes.CDLL(None, use_errno=True)


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


class AddressWatch:
    """Tells when the kernel of a namespace reports the address."""

    def __init__(self, netns):
        # Namespaces belong to threads: this one comes back to its own at once.
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{netns}") as there:
            self.enter(there)
            try:
                self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
                self.sock.bind((0, RTMGRP_IPV4_IFADDR))
            finally:
                self.enter(home)

    @staticmethod
    def enter(f):
        if LIBC.setns(f.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    def drain(self):
        self.sock.setblocking(False)
        try:
            while True:
                self.sock.recv(65536)
        except BlockingIOError:
            pass
        self.sock.setblocking(True)

    def wait(self, seconds):
        """The moment (monotonic ns) at which the address came, or None."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(65536)
            except TimeoutError:
                return None
            now = time.monotonic_ns()
            if any(kind == RTM_NEWADDR and VIP in addresses for kind, addresses in parse(data)):
                return now


def parse(data):
    """(type, local addresses) of each netlink message."""
    at = 0
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, at)
        if length < 16:
            return
        found = []
        attr = at + 16 + 8
        while attr + 4 <= at + length:
            size, name = struct.unpack_from("=HH", data, attr)
            if size < 4:
                break
            if name == IFA_LOCAL and size == 8:
                found.append(socket.inet_ntoa(data[attr + 4:attr + 8]))
            attr += (size + 3) & ~3
        yield kind, found
        at += (length + 3) & ~3


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


class Program:
    def __init__(self, name, path):
        self.name = name
        self.path = path

    def version(self):
        out = subprocess.run([self.path, "--version"], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True).stdout
        return out.strip().split("\n")[0]

    def command(self, conf, state):
        own = {"halvard": ["--run-dir", f"{state}/run", "--state-dir", f"{state}/lib"],
               "keepalived": ["-r", f"{state}/vrrp.pid"]}[self.name]
        return [self.path, "-n", "-l", "-P", "-f", conf, "-p", f"{state}/pid", *own]


class Director:
    def __init__(self, cluster, side, program, interval):
        self.netns = f"{cluster}{side}"
        self.program = program
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
                ["ip", "netns", "exec", self.netns, *self.program.command(self.conf, self.state)],
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

    def tail(self):
        with open(f"{self.state}/log", errors="replace") as f:
            return "".join(f.readlines()[-5:])


def make_network(cluster):
    for n, side in enumerate("ab", 1):
        ip("netns", "add", f"{cluster}{side}")
    ip("link", "add", "eth0", "netns", f"{cluster}a", "type", "veth",
       "peer", "name", "eth0", "netns", f"{cluster}b")
    for n, side in enumerate("ab", 1):
        ip("-n", f"{cluster}{side}", "addr", "add", f"192.0.2.{n}/24", "dev", "eth0")
        for dev in ("lo", "eth0"):
            ip("-n", f"{cluster}{side}", "link", "set", dev, "up")


class Cell:
    """One line of the table: a program, an interval, a signal."""

    count = 0

    def __init__(self, program, interval, sig):
        Cell.count += 1
        self.cluster = f"c{Cell.count}"
        self.program = program
        self.interval = interval
        self.sig = sig
        self.times = []
        self.failures = 0

    def one_round(self, a, b, watch_a, watch_b):
        a.clean()
        b.clean()
        watch_a.drain()
        a.start()
        b.start()
        if watch_a.wait(10 + 5 * self.interval) is None:
            print(f"{self.program.name}: no master:\n{a.tail()}", file=sys.stderr)
            return None
        # The peer has heard some adverts, and the kill falls anywhere between two.
        time.sleep(0.3 + 2 * self.interval + random.random() * self.interval)
        watch_b.drain()
        start = a.kill(self.sig)
        end = watch_b.wait(10 + 5 * self.interval)
        if end is None:
            print(f"{self.program.name}: no takeover:\n{b.tail()}", file=sys.stderr)
            return None
        return (end - start) / 1e6

    def run(self, rounds):
        make_network(self.cluster)
        a, b = (Director(self.cluster, side, self.program, self.interval) for side in "ab")
        watch_a, watch_b = AddressWatch(a.netns), AddressWatch(b.netns)
        try:
            for _ in range(rounds):
                ms = self.one_round(a, b, watch_a, watch_b)
                if ms is None:
                    self.failures += 1
                else:
                    self.times.append(ms)
        finally:
            a.clean()
            b.clean()

    def line(self):
        what = {signal.SIGKILL: "SIGKILL of everything", signal.SIGTERM: "SIGTERM"}[self.sig]
        times = f"{statistics.median(self.times):.1f} ms | {max(self.times):.1f} ms" \
            if self.times else "- | -"
        rounds = len(self.times) + self.failures
        failed = f" ({self.failures} without)" if self.failures else ""
        return (f"| {self.interval * 1000:g} ms | {what} | {self.program.name} | {times} | "
                f"{rounds}{failed} |")


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--intervals", default="1,0.1,0.01", help="seconds, separated by commas")
    parser.add_argument("--halvard", default=os.path.join(os.environ.get("builddir", "."), "halvard"))
    parser.add_argument("--keepalived", default=shutil.which("keepalived", path="/usr/sbin:/usr/bin"))
    args = parser.parse_args()
    enter_namespaces()
    programs = [Program(n, os.path.abspath(p)) for n, p in
                (("halvard", args.halvard), ("keepalived", args.keepalived)) if p and os.path.exists(p)]
    if not programs:
        print("neither halvard nor keepalived is there")
        sys.exit(77)
    done = []
    for interval in (float(i) for i in args.intervals.split(",")):
        cells = [Cell(p, interval, s) for s in (signal.SIGKILL, signal.SIGTERM) for p in programs]
        run_cells(cells, args.rounds, together=interval >= 0.5)
        done += cells
    print("Takeover: from the signal to the address on the peer (VRRPv3, priorities 200 and 100)\n")
    print("| advert interval | the master gets | program | median | maximum | rounds |")
    print("|---|---|---|---|---|---|")
    for cell in done:
        print(cell.line())
    print()
    for p in programs:
        print(f"- {p.name}: {p.version()}")
    print(f"- {machine()}")
    sys.exit(1 if any(c.failures for c in done) else 0)


main()
