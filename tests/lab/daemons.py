"""Programs of the cluster: started in a namespace, logged to a file, stopped for sure.

Every one has its own folder (configuration, run, state, log), so that several live in
one lab. Names of options are those of the programs; nothing is hidden here that an
operator would not type.
"""
import os
import pwd
import shutil
import signal
import subprocess
import time

from .space import wait_for

BUILD = os.environ.get("builddir", os.getcwd())
SOURCE = os.environ.get("srcdir", BUILD)


MODULES = ("check_http.so", "check_dns.so")


def _installed_copy(name, folder="/run/lab/bin", program=None):
    """A built program where every user may execute it: the tree may lie below /root.

    program: another one in its place."""
    built = os.path.join(BUILD, program or name)
    copy = os.path.join(folder, name)
    if not os.path.exists(copy) or os.stat(copy).st_mtime < os.stat(built).st_mtime:
        os.makedirs(folder, exist_ok=True)
        shutil.copy2(built, copy)
        os.chmod(copy, 0o755)
    return copy


def fill_disk(folder):
    """To the last octet; removing the file that is returned makes room again."""
    path = os.path.join(folder, "filler")
    with open(path, "wb", buffering=0) as f:
        try:
            while f.write(b"x" * 512):
                pass
        except OSError:
            return path


def halvard_is_built():
    return os.path.exists(os.path.join(BUILD, "halvard"))


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(p) for p in f.read().split()]
    except FileNotFoundError:
        return []


def descendants(pid):
    """All processes below pid, parents first."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def command_line(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return [a.decode() for a in f.read().split(b"\0")[:-1]]
    except (FileNotFoundError, ProcessLookupError):
        return []


class Program:
    """One program in a namespace. `folder` is its own; `log` holds stdout and stderr."""

    name = "program"

    def __init__(self, namespace, folder):
        self.namespace = namespace
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self.log = os.path.join(folder, self.name + ".log")
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        """Whole or not at all: who reads it meanwhile finds the old text."""
        new = self.path(name + ".new")
        with open(new, "w") as f:
            f.write(text)
        os.rename(new, self.path(name))
        return self.path(name)

    def environment(self):
        return dict(os.environ)

    def command(self):
        raise NotImplementedError

    def start(self):
        with open(self.log, "a") as log:
            self.process = self.namespace.popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment(), cwd="/", start_new_session=True)
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, signo=signal.SIGTERM, deadline=10):
        """Asks the program to end and waits; what is left after that is killed."""
        if self.process is None:
            return
        if self.running():
            self.process.send_signal(signo)
            try:
                self.process.wait(deadline)
            except subprocess.TimeoutExpired:
                self.kill_all()
                raise AssertionError("%s did not end within %g s of signal %d"
                                     % (self.name, deadline, signo))
        self.process = None

    def kill_all(self):
        """SIGKILL to the program and all its children, as a power cut would end them: none sees
        another die."""
        if self.process is None:
            return
        for signo in (signal.SIGSTOP, signal.SIGKILL):
            for pid in [self.process.pid, *descendants(self.process.pid)]:
                try:
                    os.kill(pid, signo)
                except ProcessLookupError:
                    pass
        self.process.wait()
        self.process = None

    def log_text(self):
        try:
            with open(self.log, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        self.kill_all()


class Halvard(Program):
    """The daemon from the build tree. Run and state folders survive a restart.

    agentx is the path of an snmpd's AgentX socket, or None for no SNMP at all. bin_dir is where
    its programs are, for who wants to replace one.
    """

    name = "halvard"

    def __init__(self, namespace, folder, config, agentx=None, options=(), state_dir=None,
                 bin_dir="/run/lab/bin"):
        super().__init__(namespace, folder)
        self.bin_dir = bin_dir
        self.run_dir = self.path("run")
        self.state_dir = state_dir or self.path("state")
        for d in (self.run_dir, self.state_dir):
            os.makedirs(d, exist_ok=True)
        self.agentx = agentx
        self.options = list(options)
        self.configure(config)

    def configure(self, text):
        self.config = self.write("halvard.conf", text)

    def command(self):
        _installed_copy("halvardctl", self.bin_dir)
        if os.path.exists(os.path.join(BUILD, "halvard-agent")):
            _installed_copy("halvard-agent", self.bin_dir)
        if os.path.exists(os.path.join(BUILD, "halvard-mail")):
            _installed_copy("halvard-mail", self.bin_dir)
        for module in MODULES:
            if os.path.exists(os.path.join(BUILD, module)):
                _installed_copy(module, self.bin_dir)
        snmp = ["-x", "-A", "unix:" + self.agentx] if self.agentx else []
        return [_installed_copy("halvard", self.bin_dir), "-n", "-l", "-D", "-f", self.config, "--run-dir",
                self.run_dir, "--state-dir", self.state_dir, *snmp, *self.options]

    def role(self, role, deadline=5):
        """The pid of halvard-ROLE: main, vrrp, lvs or agent."""
        def find():
            for pid in descendants(self.process.pid):
                args = command_line(pid)
                if args and os.path.basename(args[0]) == "halvard-" + role:
                    return pid
            return None

        return wait_for(find, deadline, "a process of role " + role)

    def kill_role(self, role):
        """SIGKILL of one process; returns the pid that died."""
        pid = self.role(role)
        os.kill(pid, signal.SIGKILL)
        return pid

    def replace_agent(self, program):
        """Another program runs as halvard-agent from its next start on, which is now."""
        assert self.bin_dir != "/run/lab/bin", "that is everybody's"
        os.remove(os.path.join(self.bin_dir, "halvard-agent"))
        _installed_copy("halvard-agent", self.bin_dir, program)
        return self.kill_role("agent")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def ctl(self, *args, check=True):
        return self.namespace.run([_installed_copy("halvardctl", self.bin_dir), "--run-dir",
                                   self.run_dir, *args], check=check)


class Keepalived(Program):
    """Debian's keepalived: the peer of the interoperability tests."""

    name = "keepalived"

    def __init__(self, namespace, folder, config, options=()):
        super().__init__(namespace, folder)
        self.options = list(options)
        self.configure(config)

    def configure(self, text):
        self.config = self.write("keepalived.conf", text)

    def command(self):
        return ["keepalived", "-n", "-l", "-D", "-f", self.config, "-p", self.path("pid"),
                "-r", self.path("vrrp.pid"), "-c", self.path("checkers.pid"), *self.options]


def _snmpd_user():
    try:
        pwd.getpwnam("Debian-snmp")
        return ["-u", "Debian-snmp", "-g", "Debian-snmp"]
    except KeyError:
        return []


class Snmpd(Program):
    """Debian's snmpd with its own port (loopback of the namespace) and AgentX socket.

    The settings for AgentX are those of the snippet that the package ships.
    Communities: public reads, private writes.
    """

    name = "snmpd"
    listen = "udp:127.0.0.1:161"

    def __init__(self, namespace, folder, agent_group="halvard-agent"):
        super().__init__(namespace, folder)
        self.agentx = self.path("agentx")
        os.makedirs(self.path("persist"), exist_ok=True)
        os.chmod(self.path("persist"), 0o777)
        self.write("snmpd.conf", "\n".join([
            "master agentx",
            "agentXSocket unix:" + self.agentx,
            "agentXPerms 0660 0755 root " + agent_group,
            "agentXTimeout 3",
            "agentXRetries 0",
            "rocommunity public 127.0.0.1",
            "rwcommunity private 127.0.0.1",
            "dontLogTCPWrappersConnects yes", ""]))

    def send_notifications(self):
        """To an Snmptrapd of the same namespace; before start()."""
        with open(self.path("snmpd.conf"), "a") as f:
            f.write("trap2sink 127.0.0.1:162 public\n")
        return self

    def environment(self):
        return dict(os.environ, SNMP_PERSISTENT_DIR=self.path("persist"), MIBS="")

    def command(self):
        return ["snmpd", "-f", "-Lo", "-C", "-c", self.path("snmpd.conf"), *_snmpd_user(),
                "-p", self.path("snmpd.pid"), "-I", "-smux,mteTrigger,mteTriggerConf",
                self.listen]

    def start(self):
        super().start()
        wait_for(lambda: os.path.exists(self.agentx) or not self.running(), 20,
                 "snmpd's AgentX socket")
        assert self.running(), self.log_text()
        return self


class Snmptrapd(Program):
    """Debian's snmptrapd on the loopback of the namespace: what snmpd's notifications become."""

    name = "snmptrapd"
    ADDRESS = "udp:127.0.0.1:162"

    def environment(self):
        return dict(os.environ, SNMP_PERSISTENT_DIR=self.folder, MIBS="")

    def command(self):
        conf = self.write("snmptrapd.conf", "disableAuthorization yes\n")
        return ["snmptrapd", "-f", "-n", "-Lo", "-C", "-c", conf, "-p", self.path("snmptrapd.pid"),
                "-On", "-OQ", "-Oe", "-Ot", "-F", "trap|%V|%v\n", self.ADDRESS]

    def start(self):
        super().start()
        wait_for(lambda: not self.running() or "0100007F:00A2" in self.namespace.read("udp"), 10,
                 "snmptrapd listening")
        assert self.running(), self.log_text()
        return self

    def received(self):
        """Each notification as {object: value}, in the order of arrival."""
        return [dict(v.split(" = ", 1) for v in line.split("|")[1:] if " = " in v)
                for line in self.log_text().splitlines() if line.startswith("trap|")]


class Nginx(Program):
    """A web server that answers its own name, and /big slowly: /big?rate=100000 (octets/s)."""

    name = "nginx"
    BIG = 1000000

    def __init__(self, namespace, folder, answer):
        super().__init__(namespace, folder)
        with open(self.path("big"), "wb") as f:
            f.truncate(self.BIG)
        self.write("nginx.conf", """
daemon off;
master_process off;
worker_processes 1;
pid %(folder)s/nginx.pid;
error_log %(folder)s/nginx.err;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %(folder)s/t1; proxy_temp_path %(folder)s/t2;
	fastcgi_temp_path %(folder)s/t3; uwsgi_temp_path %(folder)s/t4; scgi_temp_path %(folder)s/t5;
	server {
		listen 80;
		root %(folder)s;
		location = / { default_type text/plain; return 200 "%(answer)s\\n"; }
		location = /big { limit_rate $arg_rate; sendfile off; add_header X-Real "%(answer)s"; }
	}
}
""" % {"folder": self.folder, "answer": answer})

    def command(self):
        return ["nginx", "-p", self.folder, "-e", self.path("nginx.err"),
                "-c", self.path("nginx.conf")]

    def start(self):
        super().start()
        wait_for(lambda: not self.running() or self._listening(), 10, "nginx listening")
        assert self.running(), self.log_text()
        return self

    def _listening(self):
        return any(line.split()[1] == "00000000:0050" and line.split()[3] == "0A"
                   for line in self.namespace.read("tcp").splitlines()[1:])


def settle(seconds):
    """For the rare fact that nothing happens: the only place where a test just waits."""
    time.sleep(seconds)
