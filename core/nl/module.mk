noinst_LIBRARIES += core/nl/libnl.a
core_nl_libnl_a_SOURCES = \
	core/nl/genl.c core/nl/genl.h \
	core/nl/macvlan.c core/nl/macvlan.h \
	core/nl/rtnl.c core/nl/rtnl.h \
	core/nl/rtnl_route.c core/nl/rtnl_route.h \
	core/nl/rtnl_routes.c core/nl/rtnl_routes.h \
	core/nl/rtnl_writer.c \
	core/nl/link_poll.c core/nl/link_poll.h \
	core/nl/sysctl.c core/nl/sysctl.h
