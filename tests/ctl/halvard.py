#!/usr/bin/python3
"""The command line of halvard, as far as no daemon runs: -t with its exit statuses, its summary
and its report, and the options of keepalived."""
import os
import pty
import subprocess
import sys
import tempfile

HALVARD = os.path.abspath(os.path.join(os.environ.get("builddir", "."), "halvard"))
GOOD = """vrrp_instance A {
    interface lo
    virtual_router_id 1
    virtual_ipaddress {
        192.0.2.1/24
    }
}
"""
count = failed = 0


def check(name, good, *lines):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    for line in lines if not good else ():
        print(*(f"# {part}" for part in str(line).split("\n")), sep="\n")


def run(*words):
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    return subprocess.run([HALVARD, *words], capture_output=True, text=True, timeout=60, env=env)


def write(name, text):
    with open(name, "w", encoding="utf-8") as f:
        f.write(text)


def read(name):
    with open(name, encoding="utf-8") as f:
        return f.read()


def statuses():
    for words, status, last in [
            (("-t", "good"), 0, "nothing to complain about in 1 file"),
            (("-t", "-f", "good"), 0, "nothing to complain about in 1 file"),
            (("--config-test", "good"), 0, "nothing to complain about in 1 file"),
            (("-t", "notice"), 0, "1 notice in 1 file"),
            (("-t", "wrong"), 5, "2 errors, 1 warning, 1 notice in 3 files: "
             "it would run without what was left out"),
            (("-t", "none"), 4, "1 error in 0 files: it cannot run"),
            (("-t", "."), 4, "1 error in 0 files: it cannot run")]:
        got = run(*words)
        check(f"{' '.join(words)}: status and summary",
              got.returncode == status and got.stderr.split("\n")[-2] == last and not got.stdout,
              got.returncode, got.stderr)
    got = run("-t", "wrong").stderr
    check("findings across includes have their places",
          "wrong:2:1: error:" in got and "part:1:1: error:" in got and "\033" not in got, got)


def report():
    got = run("-treport", "wrong")
    check("-tREPORT", got.returncode == 5 and not got.stderr and
          "part:1:1: error:" in read("report") and "2 errors" in read("report"), got.stderr)
    got = run("--config-test=report", "-f", "good")
    check("an earlier report is overwritten", got.returncode == 0 and
          "error" not in read("report") and "nothing to complain about" in read("report"),
          got.stderr, read("report"))
    write("zero", "")
    check("an empty file takes one", run("-tzero", "good").returncode == 0 and "good" in read("zero"))
    check("a device takes one", "1 file" in run("-t/dev/stdout", "good").stdout)
    write("bare", "")
    os.symlink("wrong", "link")
    for name, words in [("a configuration", ("-tgood",)), ("another file", ("-tother", "good")),
                        ("the configuration", ("-twrong", "-f", "wrong")),
                        ("a link to it", ("-tlink", "-f", "wrong")),
                        ("an included file, though empty", ("-tbare", "-f", "wrong"))]:
        target = words[0][2:]
        before = read(target)
        got = run(*words)
        check(f"{name} is not overwritten",
              got.returncode == 1 and read(target) == before and f"-t {target}" in got.stderr,
              got.returncode, got.stderr)
    got = run("-tnowhere/report", "good")
    check("where nothing can be written", got.returncode == 1 and "No such file" in got.stderr,
          got.stderr)


def on_terminal(env):
    main, end = pty.openpty()
    p = subprocess.run([HALVARD, "-t", "wrong"], stderr=end, timeout=60, check=False,
                       env={**os.environ, **env})
    os.close(end)
    text = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        text += part
    os.close(main)
    return p.returncode, text.decode()


def colours():
    os.environ.pop("NO_COLOR", None)
    status, text = on_terminal({"TERM": "xterm"})
    check("colours on a terminal", status == 5 and "\033[1;31merror:\033[0m" in text, text)
    for env in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}):
        _, text = on_terminal(env)
        check(f"no colours with {env}", "error:" in text and "\033" not in text, text)


def scripts():
    """Exit status 6, as keepalived has it, and who else can change a script."""
    os.makedirs("open/bin")
    for path in ("open/bin/own", "open/bin/all", "open/bin/group", "open/bin/other"):
        write(path, "#!/bin/sh\n")
        os.chmod(path, 0o755)
    os.chmod("open/bin/all", 0o757)
    here, secure = os.getcwd(), "enable_script_security"

    def say(script, *settings):
        write("scripts", "global_defs {\n" + "".join(f"    {s}\n" for s in settings) + "}\n"
              + GOOD.replace("}\n}", f"}}\n    notify_master \"{script}\"\n}}"))
        return run("-t", "scripts")

    got = say("/bin/true now")
    check("scripts without enable_script_security", got.returncode == 6 and
          "put enable_script_security into global_defs" in got.stderr and
          got.stderr.endswith(": scripts are not safe\n"), got.stderr)
    for what, got in [("a script that root alone can change", say("/bin/true now", secure)),
                      ("one that is not there", say("/none")),
                      ("a word without a path", say("true"))]:
        check(what, got.returncode == 0 and "warning" not in got.stderr, got.stderr)
    got = say("/bin/true", "enable_script_securty")
    check("6 counts more than 5", got.returncode == 6 and "1 error" in got.stderr, got.stderr)
    if os.geteuid() != 0:
        return
    got = say(f"{here}/open/bin/own", secure)
    check("a folder with the sticky bit", got.returncode == 0, got.stderr)
    os.chmod("open/bin", 0o777)
    got = say(f"{here}/open/bin/own", secure)
    check("a folder that everybody can write", got.returncode == 6 and
          "a folder above it is writable by all" in got.stderr, got.stderr)
    os.chmod("open/bin", 0o755)
    got = say(f"{here}/open/bin/all", secure)
    check("everybody can change it", got.returncode == 6 and "writable by all" in got.stderr,
          got.stderr)
    check("but it is not root's to run",
          say(f"{here}/open/bin/all", secure, "script_user nobody").returncode == 0)
    os.chown("open/bin/group", 0, 65534)
    os.chmod("open/bin/group", 0o775)
    got = say(f"{here}/open/bin/group", secure)
    check("a group can", got.returncode == 6 and "a group" in got.stderr, got.stderr)
    os.chown("open", 65534, 0)
    os.symlink(f"{here}/open/bin/own", "link")
    got = say(f"{here}/link", secure)
    check("the owner of a folder behind a link can", got.returncode == 6 and
          "another user" in got.stderr, got.stderr)


def of_keepalived():
    silent = ["-B", "--all", "-m", "-u", "022", "-S", "local3", "-s", "x"]
    got = run(*silent, "-t", "good")
    check("options that ask for what is so", got.returncode == 0 and
          got.stderr == "nothing to complain about in 1 file\n", got.stderr)
    said = [["-X"], ["-R"], ["-d"], ["-r", "x"], ["-c", "x"], ["-b", "x"], ["-a"], ["-M"], ["-Mx"],
            ["-g"], ["-gx"], ["--flush-log-file"], ["--perf"], ["--perf=run"], ["--debug"],
            ["--debug=x"], ["--release-vips"], ["--dont-respawn"], ["--dump-conf"],
            ["--vrrp_pid=x"], ["--checkers_pid", "x"], ["--bfd_pid", "x"],
            ["--address-monitoring"], ["--core-dump-pattern"], ["--log-file"]]
    for words in said:
        got = run(*words, "-t", "good")
        check(f"{' '.join(words)} is accepted, and said", got.returncode == 0 and
              "has no effect: " in got.stderr, got.returncode, got.stderr)
    for name, number in [("STOP", 15), ("RELOAD", 1), ("DATA", 10), ("STATS", 10), ("JSON", 36),
                         ("STATS_CLEAR", 63)]:
        check(f"--signum={name}", run(f"--signum={name}").stdout == f"{number}\n")
    for words, text in [(["--signum=NONE"], "RELOAD"), (["-T", "-s", "x"], "hashes"),
                        (["-u", "0888"], "0..0777"), (["-S", "mail"], "local0..local7"),
                        (["--pint-config"], "did you mean --print-config?")]:
        got = run(*words)
        check(f"{' '.join(words)}: refused", got.returncode == 1 and text in got.stderr,
              got.returncode, got.stderr)


def reading():
    """How the file is read: for whom, and whether includes may miss something."""
    write("templates", "include none*\nglobal_defs {\n    @lb1 router_id first\n"
          "    @^lb1 router_id other_than_${_INSTANCE}\n}\n" + GOOD)
    host = os.uname().nodename.split(".")[0]
    for words, router in [(["-i", "lb1"], "first"), (["--config-id=lb2"], "other_than_lb2"),
                          ([], "other_than_" + host)]:
        got = run(*words, "--print-config", "-t", "templates")
        check(f"{' '.join(words) or 'no -i'}: router_id", f"    router_id {router}\n" in got.stdout
              and got.returncode == 0, got.stdout, got.stderr)
    named = ["unshare", "--uts", "--map-root-user", "sh", "-c"]
    if subprocess.run([*named, "hostname a.b.c"], capture_output=True, check=False).returncode == 0:
        got = subprocess.run([*named, "hostname lb1.example.org; "
                              f"{HALVARD} --print-config -f templates"],
                             capture_output=True, text=True, check=False)
        check("the host name to its first dot", "router_id first\n" in got.stdout, got.stdout)
    for word in ("-e", "--all-config"):
        got = run(word, "-t", "templates")
        check(f"{word}: an error", got.returncode == 5 and
              'templates:1:9: error: no file "none*"' in got.stderr, got.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="hv") as folder:
        os.chdir(folder)
        write("good", GOOD)
        write("notice", "global_defs {\n    lvs_id x\n}\n" + GOOD)
        write("wrong", "include part\nvrrp_instanse B {\n}\ninclude bare\ninclude none\n"
              "global_defs {\n    lvs_id x\n}\n" + GOOD)
        write("part", "}\n")
        write("bare", "")
        write("other", "notes\n")
        statuses()
        report()
        colours()
        os.remove("link")
        scripts()
        of_keepalived()
        reading()
        os.chdir("/")
    print(f"1..{count}")
    return failed != 0


sys.exit(main())
