CONFIG_TEST_LIBS = core/config/libconfig.a core/model/libmodel.a core/base/libbase.a \
	$(CMOCKA_LIBS) $(EVENT_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/config_lex
TESTS += tests/unit/config_lex
tests_unit_config_lex_SOURCES = tests/unit/config_lex.c
tests_unit_config_lex_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_lex_LDADD = $(CONFIG_TEST_LIBS)
endif
