noinst_LIBRARIES += core/vrrp/libvrrp.a
core_vrrp_libvrrp_a_SOURCES = \
	core/vrrp/advert.c \
	core/vrrp/ah.c core/vrrp/ah.h \
	core/vrrp/announce.c core/vrrp/announce.h \
	core/vrrp/env.h \
	core/vrrp/debounce.c core/vrrp/debounce.h \
	core/vrrp/fsm.c core/vrrp/fsm.h \
	core/vrrp/gap.c core/vrrp/gap.h \
	core/vrrp/garp.c core/vrrp/garp.h \
	core/vrrp/group.c \
	core/vrrp/instance.c core/vrrp/instance.h \
	core/vrrp/io.c core/vrrp/io.h \
	core/vrrp/means.c \
	core/vrrp/igmp.c core/vrrp/igmp.h \
	core/vrrp/linkbeat.c core/vrrp/linkbeat.h \
	core/vrrp/links.c core/vrrp/links.h \
	core/vrrp/memory.c core/vrrp/memory.h \
	core/vrrp/ndisc.c core/vrrp/ndisc.h \
	core/vrrp/path_list.h \
	core/vrrp/paths.c \
	core/vrrp/packet.c core/vrrp/packet.h \
	core/vrrp/peers.c core/vrrp/peers.h \
	core/vrrp/promote.c \
	core/vrrp/receive.c \
	core/vrrp/router.h \
	core/vrrp/sock.c core/vrrp/sock.h \
	core/vrrp/sync.c core/vrrp/sync.h \
	core/vrrp/track.c core/vrrp/track.h \
	core/vrrp/tracking.c \
	core/vrrp/vip.c \
	core/vrrp/vmac.c core/vrrp/vmac.h \
	core/vrrp/vmac_job.c core/vrrp/vmac_job.h \
	core/vrrp/vmac_links.c core/vrrp/vmac_links.h \
	core/vrrp/vrrp_main.c \
	core/vrrp/warn.c core/vrrp/warnings.h
