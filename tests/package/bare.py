"""The packages, built from what `make dist` would ship, and a bare Debian 12 to install them in.

All of it lies in one folder that goes with the test. The bare system is a folder with minbase in it;
commands run there by chroot, in process and mount namespaces of their own where such can be made, so
that nothing survives its command. No systemd runs there: a program in its place writes down what it
was asked for.
"""
import glob
import os
import re
import shutil
import stat
import subprocess

SOURCE = os.environ.get("srcdir", ".")
BUILD = os.environ.get("builddir", ".")
PACKAGES = ("halvard", "halvard-agent")
# No MAKEFLAGS, and nothing that a configure script would take up.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive",
               **{k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}}
# Marks of an upgrade that every new package brings: what was in place when systemctl was called.
SYSTEMCTL = """#!/bin/sh
set -- "$@" "(new: $(cd /usr/share && ls -d */of-the-new-package 2>/dev/null | wc -l))"
echo "$*" >>/packages/systemctl.log
"""
MARK = "usr/share/%s/of-the-new-package"
# Of apt, dpkg, adduser and those who write logs; and what is no file of the system.
PASSING = re.compile(r"/(proc|sys|dev|tmp|packages|run/adduser|var/cache|var/log|var/lib/(apt|dpkg))(/|$)|"
                     r"/etc/(ld\.so\.cache|(passwd|group|shadow|gshadow|subuid|subgid)-)$")


def run(*command, **kw):
    """What it printed; its end otherwise than with status 0 is an error that tells all of that."""
    done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **kw)
    assert done.returncode == 0, f"{' '.join(command)}: status {done.returncode}\n{done.stdout[-8000:]}"
    return done.stdout


def build(folder):
    """Both packages, and the .changes file, in the folder."""
    tree = f"{folder}/halvard"
    run("make", "-s", "-C", BUILD, "distdir", f"distdir={tree}")
    run("env", f"DEB_BUILD_OPTIONS=nocheck noautodbgsym parallel={os.cpu_count()}",
        "DEB_BUILD_PROFILES=nocheck", "dpkg-buildpackage", "-us", "-uc", "-b", cwd=tree)
    return {name: glob.glob(f"{folder}/{name}_*.deb")[0] for name in PACKAGES}


def field(package, name):
    return run("dpkg-deb", "-f", package, name).strip()


def newer(package, folder):
    """The same with a higher version, which is a file more."""
    name, version = field(package, "Package"), field(package, "Version")
    tree = f"{folder}/{name}.tree"
    run("dpkg-deb", "-R", package, tree)
    with open(f"{tree}/DEBIAN/control", encoding="utf-8") as f:
        control = f.read()
    with open(f"{tree}/DEBIAN/control", "w", encoding="utf-8") as f:
        f.write(control.replace(f"Version: {version}\n", f"Version: {version}+1\n")
                .replace(f"(= {version})", f"(= {version}+1)"))
    os.makedirs(os.path.dirname(f"{tree}/{MARK % name}"), exist_ok=True)
    with open(f"{tree}/{MARK % name}", "w", encoding="ascii"):
        pass
    path = f"{folder}/{name}_{version}+1.deb"
    run("dpkg-deb", "--root-owner-group", "-b", tree, path)
    shutil.rmtree(tree)
    return path


def sources():
    """The lines of this machine's Debian 12, whatever else it knows."""
    lines = run("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages").splitlines()
    return sorted({line for line in lines if line.split()[2].split("-")[0] == "bookworm"})


def apt_options():
    """How this machine reaches its mirror."""
    lines = run("apt-config", "dump", "--format", '%F "%v";%n', "Acquire").splitlines()
    return [line for line in lines if re.match(r'Acquire::(https?::|Check-|Retries)\S* "[^"]', line)]


class Bare:
    def __init__(self, folder):
        self.top = f"{folder}/root"
        options = [f"--aptopt={option}" for option in apt_options()]
        run("mmdebstrap", "--mode=root", "--variant=minbase", "--skip=cleanup/apt/lists", *options,
            "bookworm", self.top, *sources())
        os.mkdir(f"{self.top}/packages")
        self.spaces = subprocess.run(["unshare", "-m", "-n", "-p", "--fork", "true"], check=False,
                                     stderr=subprocess.DEVNULL).returncode == 0

    def run(self, *command, network=True):
        inside = ["chroot", self.top, *command]
        if self.spaces:
            inside = ["unshare", "-m", "-p", "--fork", "--kill-child", "--propagation", "private",
                      *([] if network else ["-n"]), "sh", "-c",
                      'mount -t proc proc "$2/proc" && exec "$@"', "sh", *inside]
        return run(*inside)

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(self.top + path), exist_ok=True)
        with open(self.top + path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(self.top + path, mode)

    def read(self, path):
        with open(self.top + path, encoding="utf-8") as f:
            return f.read()

    def apt(self, *words):
        return self.run("apt-get", "-y", "-q", "--no-install-recommends", *words)

    def take(self, packages):
        """Puts them where apt finds them; the words by which it does."""
        for path in packages:
            shutil.copy(path, f"{self.top}/packages")
        return ["/packages/" + os.path.basename(path) for path in packages]

    def install_dependencies(self, packages):
        """All that comes with the packages, but not they."""
        names = re.findall(r"^Inst (\S+)", self.apt("-s", "install", *self.take(packages)), re.M)
        self.apt("install", *(name for name in names if name not in PACKAGES))

    def play_systemd(self):
        """What a running one has, and deb-systemd-invoke asks for."""
        os.makedirs(f"{self.top}/run/systemd/system")
        os.makedirs(f"{self.top}/etc/systemd/system/multi-user.target.wants", exist_ok=True)
        self.write("/usr/bin/systemctl", SYSTEMCTL, 0o755)
        self.asked()

    def asked(self):
        """What systemd was asked for since the last time, without reading its units again."""
        path = "/packages/systemctl.log"
        lines = self.read(path).splitlines() if os.path.exists(self.top + path) else []
        self.write(path, "")
        return [line for line in lines if "daemon-reload" not in line]

    def files(self):
        """Path: what stands there, by type, owner and mode, and of /etc by content too."""
        found = {}
        for folder, _, names in os.walk(self.top):
            for full in (folder, *(f"{folder}/{name}" for name in names)):
                path = full[len(self.top):]
                if not PASSING.match(path):
                    found[path] = self.look(full, path.startswith("/etc/"))
        return found

    @staticmethod
    def look(full, content):
        st = os.lstat(full)
        what = (stat.filemode(st.st_mode), st.st_uid, st.st_gid)
        if stat.S_ISREG(st.st_mode) and content:
            with open(full, "rb") as f:
                what += (f.read(),)
        return what
