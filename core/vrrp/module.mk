noinst_LIBRARIES += core/vrrp/libvrrp.a
core_vrrp_libvrrp_a_SOURCES = \
	core/vrrp/fsm.c core/vrrp/fsm.h \
	core/vrrp/packet.c core/vrrp/packet.h
