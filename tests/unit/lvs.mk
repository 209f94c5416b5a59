if HAVE_CMOCKA
LVS_UNIT = tests/unit/lvs_ipvs_msg tests/unit/lvs_ipvs_apply tests/unit/lvs_pool tests/unit/lvs_agent tests/unit/lvs_quorum \
	tests/unit/lvs_check tests/unit/lvs_echo tests/unit/lvs_smtp tests/unit/lvs_turns tests/unit/lvs_ramp \
	tests/unit/lvs_udp_answer tests/unit/lvs_engine tests/unit/nl_genl
check_PROGRAMS += $(LVS_UNIT)
TESTS += $(LVS_UNIT)
LVS_UNIT_LIBS = core/lvs/liblvs.a core/model/libmodel.a core/base/libbase.a \
	$(CMOCKA_LIBS) $(EVENT_LIBS)
tests_unit_lvs_ipvs_msg_SOURCES = tests/unit/lvs_ipvs_msg.c
tests_unit_lvs_ipvs_msg_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_ipvs_msg_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_ipvs_apply_SOURCES = tests/unit/lvs_ipvs_apply.c
tests_unit_lvs_ipvs_apply_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_ipvs_apply_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_pool_SOURCES = tests/unit/lvs_pool.c
tests_unit_lvs_pool_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_pool_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_agent_SOURCES = tests/unit/lvs_agent.c
tests_unit_lvs_agent_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_agent_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_quorum_SOURCES = tests/unit/lvs_quorum.c
tests_unit_lvs_quorum_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_quorum_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_check_SOURCES = tests/unit/lvs_check.c
tests_unit_lvs_check_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_check_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_echo_SOURCES = tests/unit/lvs_echo.c
tests_unit_lvs_echo_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_echo_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_ramp_SOURCES = tests/unit/lvs_ramp.c
tests_unit_lvs_ramp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_ramp_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_turns_SOURCES = tests/unit/lvs_turns.c
tests_unit_lvs_turns_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_turns_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_smtp_SOURCES = tests/unit/lvs_smtp.c
tests_unit_lvs_smtp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_smtp_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_udp_answer_SOURCES = tests/unit/lvs_udp_answer.c
tests_unit_lvs_udp_answer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_udp_answer_LDADD = $(LVS_UNIT_LIBS)
tests_unit_lvs_engine_SOURCES = tests/unit/lvs_engine.c
tests_unit_lvs_engine_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_lvs_engine_LDADD = $(LVS_UNIT_LIBS)
tests_unit_nl_genl_SOURCES = tests/unit/nl_genl.c
tests_unit_nl_genl_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_nl_genl_LDADD = core/nl/libnl.a core/base/libbase.a $(CMOCKA_LIBS) $(NL_LIBS)
if DNS
check_PROGRAMS += tests/unit/dns_answer
TESTS += tests/unit/dns_answer
tests_unit_dns_answer_SOURCES = tests/unit/dns_answer.c core/dns/dns.c core/dns/dns.h
tests_unit_dns_answer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CARES_CFLAGS)
tests_unit_dns_answer_LDADD = $(LVS_UNIT_LIBS) $(CARES_LIBS)
endif
endif
