"""Routes of a VRF: the guest's kernel has VRFs where the host's has none."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../netns"))
from test_vrrp_routes import director, test_a_route_of_a_vrf_goes_to_its_table  # noqa: E402,F401
from vrrp_fixtures import vrrp  # noqa: E402,F401
