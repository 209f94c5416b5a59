"""Fixtures of the guest tests."""
import os
import sys

import pytest

from lab import daemons, snmp
from lab.steer import Steered

sys.path.append(os.path.join(os.path.dirname(__file__), "../netns"))  # the wire of VRRP


@pytest.fixture
def steered(cluster):
    if not daemons.halvard_is_built():
        pytest.skip("halvard is not built")
    if not snmp.mib_folders():
        pytest.skip("no SMI base modules (Debian's erlang-snmp)")
    return Steered(cluster)
