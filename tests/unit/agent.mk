if AGENT
check_PROGRAMS += tests/unit/agent_print_map
AGENT_UNIT_LIBS = agent/libagent.a core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a \
	$(CMOCKA_LIBS) $(SNMP_LIBS) $(EVENT_LIBS)
tests_unit_agent_print_map_SOURCES = tests/unit/agent_print_map.c
tests_unit_agent_print_map_LDADD = $(AGENT_UNIT_LIBS)
TESTS += tests/lint/mib-map.py

# Guardian and main for tests/netns/test_agent_*.py.
check_PROGRAMS += tests/unit/fake_main
tests_unit_fake_main_SOURCES = tests/unit/fake_main.c
tests_unit_fake_main_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_fake_main_LDADD = core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a $(EVENT_LIBS)
if HAVE_CMOCKA
AGENT_UNIT = tests/unit/agent_value tests/unit/agent_table tests/unit/agent_set \
	tests/unit/agent_notify
check_PROGRAMS += $(AGENT_UNIT)
TESTS += $(AGENT_UNIT)
AGENT_UNIT_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_agent_value_SOURCES = tests/unit/agent_value.c
tests_unit_agent_value_CPPFLAGS = $(AGENT_UNIT_CPPFLAGS)
tests_unit_agent_value_LDADD = $(AGENT_UNIT_LIBS)
tests_unit_agent_table_SOURCES = tests/unit/agent_table.c
tests_unit_agent_table_CPPFLAGS = $(AGENT_UNIT_CPPFLAGS)
tests_unit_agent_table_LDADD = $(AGENT_UNIT_LIBS)
tests_unit_agent_set_SOURCES = tests/unit/agent_set.c
tests_unit_agent_set_CPPFLAGS = $(AGENT_UNIT_CPPFLAGS)
tests_unit_agent_set_LDADD = $(AGENT_UNIT_LIBS)
tests_unit_agent_notify_SOURCES = tests/unit/agent_notify.c
tests_unit_agent_notify_CPPFLAGS = $(AGENT_UNIT_CPPFLAGS)
tests_unit_agent_notify_LDADD = $(AGENT_UNIT_LIBS)
endif
endif
EXTRA_DIST += tests/lint/mib-map.py tests/netns/test_agent_snmp.py \
	tests/netns/test_agent_snippet.py tests/netns/test_agent_daemon.py tests/netns/test_agent_notify.py tests/netns/test_snmp_frozen.py
