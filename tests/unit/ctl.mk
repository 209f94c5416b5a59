if HAVE_CMOCKA
check_PROGRAMS += tests/unit/tables
TESTS += tests/unit/tables
tests_unit_tables_SOURCES = tests/unit/tables.c
tests_unit_tables_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_tables_LDADD = core/model/libmodel.a core/base/libbase.a $(CMOCKA_LIBS) $(EVENT_LIBS)
endif
