"""Fixtures shared by the netns and the guest tests; see tests/lab."""
import hashlib
import os
import re
import subprocess

import pytest

from lab import links, topology


NAME_MAX = 48


@pytest.fixture
def folder(request):
    """A folder of this test's own, kept with the results."""
    name = re.sub(r"[^\w.-]+", "_", request.node.nodeid.split("/")[-1])
    if len(name) > NAME_MAX:  # sockets are below it, and their paths have 107 octets at most
        name = name[:NAME_MAX - 8] + hashlib.sha1(name.encode()).hexdigest()[:8]
    path = os.path.join("/run/lab", name)
    os.makedirs(path)
    return path


@pytest.fixture
def small_state(folder):
    """A state folder of 64 kB, for lab.daemons.fill_disk()."""
    path = os.path.join(folder, "small")
    os.makedirs(path)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path], check=True)
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def _need_lab():
    if not os.environ.get("LAB_KERNEL"):
        pytest.skip("run it through tests/lab/run")


@pytest.fixture(scope="session")
def whole_cluster():
    _need_lab()
    return topology.Cluster(real_servers=os.environ.get("LAB_IPVS") == "yes")


def _explain(cluster, out=print):
    for director in cluster.directors:
        for program in director.programs:
            out("==== %s on %s\n%s" % (program.name, director.name, program.log_text()[-6000:]))


@pytest.fixture
def cluster(whole_cluster, folder, request):
    """The cluster with nothing running on its directors; all is ended after the test."""
    whole_cluster.begin(folder)
    yield whole_cluster
    if request.node.stash.get(FAILED, False):
        _explain(whole_cluster)
    whole_cluster.end()


def pytest_configure(config):
    config.addinivalue_line("markers", "link_kind(kind, wanted): see lab/links.py")


def pytest_collection_modifyitems(config, items):
    """What the host's kernel cannot do is the guest's."""
    left = [i for i in items if "netns" in i.path.parts and not links.fits(i)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [i for i in items if i not in left]


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        item.stash[FAILED] = True
