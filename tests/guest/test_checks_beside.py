"""Checks with a protocol of their own beside Debian's keepalived: the same servers, the same
configuration, and in the kernel's table of both the same real servers, but for what is listed.

What each check finds and says is tested in tests/netns/test_check_protocols.py, whose servers these
are.
"""
import test_check_protocols as protocols
from lab.space import wait_for
from lab.topology import ADDRESS, VIP

# What keepalived 2.2.7 makes of a case otherwise, and why.
DIFFERENCES = {
    "smtp-lines": "an answer of several lines that come at once is bad to it; RFC 5321 allows them",
    "udp-short": "its manual says that the length of an answer is checked; it is not",
    "udp-long": "the same",
    "dns-half-header": "any datagram that is not an error is an answer to it, whole or not",
    "dns-half": "the same",
    "dns-half-record": "the same",
    "dns-loop": "the same",
    "dns-other-question": "the same, whatever the question was",
}
# Two of them need what is not here, one changes its mind, one needs a clock without delays; to an
# answer that comes octet by octet keepalived gives its time anew with each.
ELSEWHERE = ("smtp-hosts", "smtp-real", "switch", "smtp-slow", "smtp-drip")


def comparable():
    """Those with a server in one of the machines here, that say yes or no."""
    return [name for name, case in protocols.CASES.items()
            if case[1] == protocols.SERVER and case[2] != protocols.NSD and "bindto" not in case[3] and
            case[4] != "unknown" and name not in ELSEWHERE]


def config(name):
    return protocols.service(name).replace(protocols.SERVER, ADDRESS["real1"]).replace("192.0.2.1", VIP)


def up(director, names):
    shown = director.namespace.run(["ipvsadm", "-Sn"]).stdout
    return {name for name in names
            if "-a -t %s:%d " % (VIP, 1000 + protocols.NUMBER[name]) in shown}


def test_checks(cluster):
    names = comparable()
    real = cluster.space["real1"]
    real.run(["sysctl", "-qw", "net.ipv4.icmp_ratelimit=0"])  # or some refusals are not told
    protocols.serve_udp(real, protocols.ECHO, lambda data: data)
    protocols.serve_udp(real, protocols.DUMB, lambda data: None)
    protocols.serve_udp(real, protocols.LONG, lambda data: bytes(1400))
    for port, answer in protocols.NAMESERVERS.items():
        protocols.serve_udp(real, port, answer)
    for port, handler in protocols.SMTP.items():
        protocols.serve(real, port, handler)
    text = "".join(map(config, names))
    ours, theirs = cluster.directors
    ours.halvard(text).start()
    theirs.keepalived(text, ["-C"]).start()
    wanted = {name for name in names if protocols.CASES[name][4] == "up"}
    assert len(wanted) >= 10 and len(names) - len(wanted) >= 20 and set(DIFFERENCES) <= set(names)
    wait_for(lambda: up(ours, names) == wanted, 60, lambda: "but for %s" % sorted(up(ours, names) ^ wanted), 0.2)
    differs = wanted ^ set(DIFFERENCES)
    wait_for(lambda: up(theirs, names) == differs, 30, lambda: "of keepalived no other difference: %s" % sorted(
        up(theirs, names) ^ differs), 0.2)
    assert up(ours, names) == wanted
