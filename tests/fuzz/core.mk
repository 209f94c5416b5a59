if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_wire tests/fuzz/fuzz_overlay tests/fuzz/fuzz_changelog
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c
tests_fuzz_fuzz_wire_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_wire_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_wire_LDADD = core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a
tests_fuzz_fuzz_overlay_SOURCES = tests/fuzz/fuzz_overlay.c
tests_fuzz_fuzz_overlay_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_overlay_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_overlay_LDADD = core/daemon/libdaemon.a core/config/libconfig.a core/ipc/libipc.a \
	core/model/libmodel.a core/base/libbase.a $(MD_LIBS)
tests_fuzz_fuzz_changelog_SOURCES = tests/fuzz/fuzz_changelog.c
tests_fuzz_fuzz_changelog_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_changelog_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_changelog_LDADD = core/daemon/libdaemon.a core/model/libmodel.a core/base/libbase.a
endif
