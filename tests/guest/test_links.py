"""VRFs and ipvlans under VRRP: the guest's kernel has them where the host's has none."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../netns"))
from test_vrrp_unicast import peer, test_in_a_vrf  # noqa: E402,F401
from test_vrrp_vmac import vrrp  # noqa: E402,F401
from test_vrrp_ipvlan import (  # noqa: E402,F401
    directors, echo, frames, test_a_macvlan_follows_into_a_vrf, test_advertises_and_answers_from_it,
    test_after_a_macvlan_of_the_same_name, test_beside_keepalived, test_killed_process_is_replaced_without_a_transition,
    test_takeover, test_unicast_comes_in_on_it, test_what_is_taken_away_comes_back)
