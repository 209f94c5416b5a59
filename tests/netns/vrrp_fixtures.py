"""Fixtures of the tests of process vrrp alone; a file may have its own instead."""
import pytest

from vrrp_alone import Alone, Wire


@pytest.fixture
def director(cluster):
    return cluster.directors[0]


@pytest.fixture
def vrrp(director):
    """The process alone, on that director."""
    program = Alone(director.namespace, director.path("vrrp")).start()
    director.programs.append(program)
    program.director = director
    return program


@pytest.fixture
def wire(cluster):
    """What a third host on the segment hears and sends."""
    with Wire(cluster.client) as w:
        yield w
