if HAVE_CMOCKA
VRRP_UNIT = tests/unit/vrrp_ah tests/unit/vrrp_packet tests/unit/vrrp_fsm tests/unit/vrrp_gap tests/unit/vrrp_memory tests/unit/vrrp_ndisc \
	tests/unit/vrrp_track tests/unit/base_chains tests/unit/base_route tests/unit/nl_route tests/unit/vrrp_debounce tests/unit/vrrp_vmac
check_PROGRAMS += $(VRRP_UNIT)
TESTS += $(VRRP_UNIT)
VRRP_UNIT_LIBS = core/vrrp/libvrrp.a core/model/libmodel.a core/base/libbase.a \
	$(CMOCKA_LIBS) $(EVENT_LIBS) $(MD_LIBS)
tests_unit_vrrp_ah_SOURCES = tests/unit/vrrp_ah.c
tests_unit_vrrp_ah_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_ah_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_packet_SOURCES = tests/unit/vrrp_packet.c
tests_unit_vrrp_packet_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_packet_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_fsm_SOURCES = tests/unit/vrrp_fsm.c
tests_unit_vrrp_fsm_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_fsm_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_gap_SOURCES = tests/unit/vrrp_gap.c
tests_unit_vrrp_gap_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_gap_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_memory_SOURCES = tests/unit/vrrp_memory.c
tests_unit_vrrp_memory_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_memory_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_ndisc_SOURCES = tests/unit/vrrp_ndisc.c
tests_unit_vrrp_ndisc_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_ndisc_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_debounce_SOURCES = tests/unit/vrrp_debounce.c
tests_unit_vrrp_debounce_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_debounce_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_vrrp_track_SOURCES = tests/unit/vrrp_track.c
tests_unit_vrrp_track_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_track_LDADD = $(VRRP_UNIT_LIBS)
tests_unit_base_chains_SOURCES = tests/unit/base_chains.c
tests_unit_base_chains_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_base_chains_LDADD = core/base/libbase.a $(CMOCKA_LIBS) $(EVENT_LIBS)
tests_unit_base_route_SOURCES = tests/unit/base_route.c
tests_unit_base_route_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_base_route_LDADD = core/base/libbase.a $(CMOCKA_LIBS) $(EVENT_LIBS)
tests_unit_nl_route_SOURCES = tests/unit/nl_route.c
tests_unit_nl_route_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_nl_route_LDADD = core/nl/libnl.a core/base/libbase.a $(CMOCKA_LIBS) $(NL_LIBS) $(EVENT_LIBS)
tests_unit_vrrp_vmac_SOURCES = tests/unit/vrrp_vmac.c
tests_unit_vrrp_vmac_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_vrrp_vmac_LDADD = $(VRRP_UNIT_LIBS)
endif
