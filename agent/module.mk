# The SNMP subagent: the only part that knows net-snmp.
if AGENT
noinst_LIBRARIES += agent/libagent.a
agent_libagent_a_SOURCES = \
	agent/agentx_unix.c agent/agentx_unix.h \
	agent/serve.c agent/serve.h \
	agent/convert.c agent/convert.h \
	agent/convert_lvs.c agent/convert_lvs.h \
	agent/convert_route.c agent/convert_route.h \
	agent/map.c agent/map.h \
	agent/map_keepalived.c \
	agent/map_rfc.c \
	agent/map_route.c \
	agent/map_tracked.c \
	agent/order.c agent/order.h \
	agent/map_general.c \
	agent/map_lvs.c \
	agent/map_notify.c agent/map_notify.h \
	agent/map_vrrp.c \
	agent/notify.c agent/notify.h \
	agent/sender.c agent/sender.h \
	agent/set.c agent/set.h \
	agent/snmp_loop.c agent/snmp_loop.h \
	agent/table.c agent/table.h \
	agent/value.c agent/value.h
agent_libagent_a_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)

sbin_PROGRAMS += halvard-agent
dist_man_MANS += docs/man/halvard-agent.8
halvard_agent_SOURCES = agent/main.c
halvard_agent_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)
halvard_agent_LDADD = agent/libagent.a core/ipc/libipc.a core/model/libmodel.a \
	core/base/libbase.a $(SNMP_LIBS) $(EVENT_LIBS) $(SECCOMP_LIBS)
endif
