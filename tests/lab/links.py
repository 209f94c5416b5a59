"""Kinds of links that not every kernel has.

The guest's kernel has them. A test of tests/netns that needs one is marked with needs(); where the
kernel of the host has none it is left to tests/guest, which imports it, and is not counted as
skipped. lacks() is for what only a kernel without can show.
"""
import functools
import subprocess

import pytest

PROBES = {
    "vrf": ["ip link add hvprobe type vrf table 9999"],
    "ipvlan": ["ip link add hvbelow type dummy", "ip link add link hvbelow name hvprobe type ipvlan mode l2"],
}


@functools.lru_cache(maxsize=None)
def kernel_has(kind):
    done = [subprocess.run(line.split(), capture_output=True, check=False).returncode == 0 for line in PROBES[kind]]
    for name in ("hvprobe", "hvbelow"):
        subprocess.run(["ip", "link", "del", name], capture_output=True, check=False)
    return all(done)


def needs(kind):
    return pytest.mark.link_kind(kind, True)


def lacks(kind):
    return pytest.mark.link_kind(kind, False)


def fits(item):
    """Whether this kernel is one that the test is about."""
    return all(kernel_has(mark.args[0]) == mark.args[1] for mark in item.iter_markers("link_kind"))
