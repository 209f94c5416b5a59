EXTRA_DIST += tests/bench/common.py tests/bench/takeover.py tests/bench/gaps.py tests/bench/resume.py \
	tests/bench/scale.py tests/bench/checks.py tests/bench/snmp.py tests/bench/weight.py tests/bench/adverts.py tests/bench/busy.py
check_PROGRAMS += tests/bench/send_loop
tests_bench_send_loop_SOURCES = tests/bench/send_loop.c
check_PROGRAMS += tests/bench/connect_loop
tests_bench_connect_loop_SOURCES = tests/bench/connect_loop.c

if AGENT
check_PROGRAMS += tests/bench/snmp_ask tests/bench/trivial_agent
tests_bench_snmp_ask_SOURCES = tests/bench/snmp_ask.c
tests_bench_snmp_ask_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)
tests_bench_snmp_ask_LDADD = $(SNMP_LIBS)
tests_bench_trivial_agent_SOURCES = tests/bench/trivial_agent.c
tests_bench_trivial_agent_CPPFLAGS = $(AM_CPPFLAGS) $(SNMP_CFLAGS)
tests_bench_trivial_agent_LDADD = $(SNMP_LIBS)
BENCH_AGENT = tests/bench/snmp_ask tests/bench/trivial_agent
endif

# Ratios against keepalived in the same run; not a part of `make check`.
BENCH_PARTS = takeover gaps resume scale checks snmp weight adverts busy
.PHONY: bench
bench: all tests/bench/send_loop tests/bench/connect_loop $(BENCH_AGENT)
	@status=0; for part in $(BENCH_PARTS); do \
		builddir='$(abs_top_builddir)' srcdir='$(abs_top_srcdir)' \
		$(PYTHON) $(srcdir)/tests/bench/$$part.py $(BENCH_FLAGS) || status=$$?; \
	done; exit $$status
