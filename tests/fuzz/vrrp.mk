if FUZZERS
noinst_PROGRAMS += tests/fuzz/fuzz_vrrp_packet
tests_fuzz_fuzz_vrrp_packet_SOURCES = tests/fuzz/fuzz_vrrp_packet.c
tests_fuzz_fuzz_vrrp_packet_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_vrrp_packet_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_vrrp_packet_LDADD = core/vrrp/libvrrp.a core/base/libbase.a $(MD_LIBS)
noinst_PROGRAMS += tests/fuzz/fuzz_route
tests_fuzz_fuzz_route_SOURCES = tests/fuzz/fuzz_route.c
tests_fuzz_fuzz_route_CFLAGS = $(AM_CFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_route_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_route_LDADD = core/nl/libnl.a core/base/libbase.a $(NL_LIBS)
endif
EXTRA_DIST += tests/fuzz/seeds/fuzz_vrrp_packet tests/fuzz/seeds/fuzz_route
