if HAVE_CMOCKA
ctl_tests = tests/unit/tables tests/unit/ctl_text
check_PROGRAMS += $(ctl_tests)
TESTS += $(ctl_tests)
tests_unit_tables_LDADD = core/model/libmodel.a core/base/libbase.a $(CMOCKA_LIBS)
tests_unit_ctl_text_LDADD = core/ctl/libctl.a core/ipc/libipc.a core/model/libmodel.a \
	core/base/libbase.a $(EVENT_LIBS) $(CMOCKA_LIBS)
endif
