if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_ipvs_msg tests/fuzz/fuzz_smtp
tests_fuzz_fuzz_smtp_SOURCES = tests/fuzz/fuzz_smtp.c
tests_fuzz_fuzz_smtp_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_smtp_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_smtp_LDADD = core/lvs/liblvs.a core/base/libbase.a $(EVENT_LIBS)
tests_fuzz_fuzz_ipvs_msg_SOURCES = tests/fuzz/fuzz_ipvs_msg.c
tests_fuzz_fuzz_ipvs_msg_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_ipvs_msg_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_ipvs_msg_LDADD = core/lvs/liblvs.a core/base/libbase.a
if DNS
noinst_PROGRAMS += tests/fuzz/fuzz_dns
tests_fuzz_fuzz_dns_SOURCES = tests/fuzz/fuzz_dns.c core/dns/dns.c core/dns/dns.h
tests_fuzz_fuzz_dns_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer $(CARES_CFLAGS)
tests_fuzz_fuzz_dns_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_dns_LDADD = core/base/libbase.a $(CARES_LIBS) $(EVENT_LIBS)
endif
endif
EXTRA_DIST += tests/fuzz/seeds/fuzz_dns tests/fuzz/seeds/fuzz_smtp
