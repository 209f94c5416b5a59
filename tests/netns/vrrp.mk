check_PROGRAMS += tests/netns/vrrp_driver
tests_netns_vrrp_driver_SOURCES = tests/netns/vrrp_driver.c
tests_netns_vrrp_driver_LDADD = core/vrrp/libvrrp.a core/ipc/libipc.a core/nl/libnl.a \
	core/model/libmodel.a core/base/libbase.a $(NL_LIBS) $(EVENT_LIBS) -lpthread
