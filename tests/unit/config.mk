CONFIG_TEST_LIBS = core/config/libconfig.a core/model/libmodel.a core/base/libbase.a \
	$(CMOCKA_LIBS) $(EVENT_LIBS)

if HAVE_CMOCKA
CONFIG_TESTS = tests/unit/config_lex tests/unit/config_expand tests/unit/config_keyword tests/unit/config_validate
check_PROGRAMS += $(CONFIG_TESTS)
TESTS += $(CONFIG_TESTS)
tests_unit_config_lex_SOURCES = tests/unit/config_lex.c
tests_unit_config_lex_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_lex_LDADD = $(CONFIG_TEST_LIBS)
tests_unit_config_expand_SOURCES = tests/unit/config_expand.c
tests_unit_config_expand_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_expand_LDADD = $(CONFIG_TEST_LIBS)
tests_unit_config_keyword_SOURCES = tests/unit/config_keyword.c
tests_unit_config_keyword_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_keyword_LDADD = $(CONFIG_TEST_LIBS)
tests_unit_config_validate_SOURCES = tests/unit/config_validate.c
tests_unit_config_validate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_config_validate_LDADD = $(CONFIG_TEST_LIBS)
endif

# What tests/lint/keywords.py compares with docs/keywords.md.
check_PROGRAMS += tests/unit/config_print_keywords
tests_unit_config_print_keywords_SOURCES = tests/unit/config_print_keywords.c
tests_unit_config_print_keywords_LDADD = core/config/libconfig.a core/model/libmodel.a \
	core/base/libbase.a $(EVENT_LIBS)
TESTS += tests/lint/keywords.py
EXTRA_DIST += tests/lint/keywords.py
