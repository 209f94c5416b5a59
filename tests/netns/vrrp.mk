check_PROGRAMS += tests/netns/vrrp_driver
tests_netns_vrrp_driver_SOURCES = tests/netns/vrrp_driver.c
tests_netns_vrrp_driver_LDADD = core/vrrp/libvrrp.a core/ipc/libipc.a core/nl/libnl.a \
	core/model/libmodel.a core/base/libbase.a $(NL_LIBS) $(EVENT_LIBS) $(MD_LIBS) -lpthread
EXTRA_DIST += tests/netns/test_ctl.py tests/netns/test_ctl_terminal.py tests/netns/test_vrrp_interop.py tests/netns/test_vrrp_process.py \
	tests/netns/test_vrrp_daemon.py tests/netns/test_vrrp_group.py tests/netns/test_vrrp_v6.py tests/netns/test_vrrp_unicast.py tests/netns/test_namespace.py tests/netns/test_vrrp_routes.py tests/netns/test_vrrp_resume.py \
	tests/netns/test_accepted.py tests/netns/test_vrrp_yield.py tests/netns/test_vrrp_lease.py tests/netns/test_power_cut.py \
	tests/netns/test_vrrp_notify.py tests/netns/test_vrrp_vmac.py tests/netns/test_vrrp_ipvlan.py tests/netns/test_vrrp_igmp.py tests/netns/test_vrrp_linkbeat.py tests/netns/conftest.py tests/netns/vrrp_alone.py tests/netns/vrrp_fixtures.py tests/netns/test_vrrp_conformance.py tests/netns/vrrp_frames.py tests/netns/vrrp_items.py \
	tests/netns/vrrp_subject.py tests/netns/test_vrrp_frr.py tests/netns/test_vrrp_track.py
EXTRA_DIST += tests/netns/test_vrrp_faults.py tests/netns/test_vrrp_scale.py
EXTRA_DIST += tests/netns/test_vrrp_timers.py tests/netns/test_vrrp_warnings.py tests/netns/test_vrrp_garp.py
EXTRA_DIST += tests/netns/test_check_protocols.py tests/netns/test_audit.py
EXTRA_DIST += tests/netns/test_realserver.py tests/netns/test_check_http.py tests/netns/test_accept.py tests/netns/test_smtp_alert.py
