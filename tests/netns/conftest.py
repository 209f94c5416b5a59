"""What all tests of tests/netns may ask for."""
from vrrp_fixtures import director, vrrp, wire  # noqa: F401
