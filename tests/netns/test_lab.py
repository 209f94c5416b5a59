"""The lab itself on this kernel: two directors, one peer program, one address.

An example to copy: the fixture `cluster` (tests/conftest.py) gives fresh directors.
"""
from lab.topology import VIP

VRRP = """
vrrp_instance VI_1 {
	state BACKUP
	interface eth0
	virtual_router_id 51
	priority %d
	advert_int 1
	virtual_ipaddress {
		%s
	}
}
"""


def test_keepalived_pair_elects_and_takes_over(cluster):
    high, low = cluster.directors
    with cluster.watch() as watch:
        first = high.keepalived(VRRP % (150, VIP)).start()
        low.keepalived(VRRP % (100, VIP)).start()
        cluster.wait_owner(high, 10)
        first.stop()
        cluster.wait_owner(low, 5)
    assert watch.longest_with_two_owners() < 0.2, watch.events
