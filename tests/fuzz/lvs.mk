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
endif
