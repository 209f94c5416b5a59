noinst_LIBRARIES += core/lvs/liblvs.a
core_lvs_liblvs_a_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE -DHALVARD_MODULE_DIR='"$(pkglibdir)"'
core_lvs_liblvs_a_SOURCES = \
	core/lvs/check.c core/lvs/check.h \
	core/lvs/check_ping.c \
	core/lvs/check_plugin.c core/lvs/check_plugin.h \
	core/lvs/check_request.c core/lvs/check_request.h \
	core/lvs/check_smtp.c core/lvs/check_udp.c \
	core/lvs/agent_line.c core/lvs/agent_line.h \
	core/lvs/check_agent.c \
	core/lvs/check_misc.c \
	core/lvs/check_socket.c core/lvs/check_socket.h \
	core/lvs/check_tcp.c \
	core/lvs/echo.c core/lvs/echo.h \
	core/lvs/engine.c core/lvs/engine.h core/lvs/engine_int.h core/lvs/engine_memory.h \
	core/lvs/engine_ask.c \
	core/lvs/engine_checks.c \
	core/lvs/engine_drift.c \
	core/lvs/engine_refusals.c core/lvs/refusals.h \
	core/lvs/engine_request.c \
	core/lvs/engine_ramp.c \
	core/lvs/engine_rows.c \
	core/lvs/engine_sources.c core/lvs/sources.h \
	core/lvs/engine_services.c core/lvs/engine_kernel.h \
	core/lvs/engine_stats.c \
	core/lvs/engine_want.c \
	core/lvs/ipvs_apply.c core/lvs/ipvs_apply.h \
	core/lvs/ipvs_drift.c core/lvs/ipvs_drift.h \
	core/lvs/ipvs_kernel.c core/lvs/ipvs_kernel.h \
	core/lvs/ipvs_msg.c core/lvs/ipvs_msg.h \
	core/lvs/ipvs_whole.c core/lvs/ipvs_whole.h \
	core/lvs/ipvs_table.c core/lvs/ipvs_table.h \
	core/lvs/lvs_main.c \
	core/lvs/pool.c core/lvs/pool.h \
	core/lvs/forwards.c core/lvs/forwards.h \
	core/lvs/quiescent.c core/lvs/quiescent.h \
	core/lvs/quorum.c core/lvs/quorum.h \
	core/lvs/ramp.c core/lvs/ramp.h \
	core/lvs/smtp.c core/lvs/smtp.h \
	core/lvs/turns.c core/lvs/turns.h \
	core/lvs/udp_answer.c core/lvs/udp_answer.h

# Modules of the lvs process: programs to automake, which knows no other shared objects.
moduledir = $(pkglibdir)
module_PROGRAMS =
EXTRA_DIST += core/lvs/module.syms
