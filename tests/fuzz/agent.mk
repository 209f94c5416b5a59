if FUZZERS
if AGENT
noinst_PROGRAMS += tests/fuzz/fuzz_agent
tests_fuzz_fuzz_agent_SOURCES = tests/fuzz/fuzz_agent.c
tests_fuzz_fuzz_agent_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)
tests_fuzz_fuzz_agent_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_agent_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_agent_LDADD = agent/libagent.a core/ipc/libipc.a core/model/libmodel.a \
	core/base/libbase.a $(SNMP_LIBS) $(EVENT_LIBS)
endif
endif
