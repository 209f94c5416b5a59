# GOLDEN_UPDATE=1 tests/golden/golden writes the expected files anew.
check_PROGRAMS += tests/golden/golden tests/golden/edits tests/golden/models \
	tests/golden/mistakes
TESTS += tests/golden/golden tests/golden/edits tests/golden/models \
	tests/golden/mistakes
tests_golden_golden_SOURCES = tests/golden/golden.c tests/golden/stores.c tests/golden/stores.h
tests_golden_golden_LDADD = core/config/libconfig.a core/model/libmodel.a core/base/libbase.a \
	$(EVENT_LIBS)
tests_golden_edits_SOURCES = tests/golden/edits.c tests/golden/stores.c tests/golden/stores.h
tests_golden_edits_LDADD = $(tests_golden_golden_LDADD)
tests_golden_models_SOURCES = tests/golden/models.c tests/golden/stores.c tests/golden/stores.h
tests_golden_models_LDADD = $(tests_golden_golden_LDADD)
tests_golden_mistakes_SOURCES = tests/golden/mistakes.c
tests_golden_mistakes_LDADD = $(tests_golden_golden_LDADD)
EXTRA_DIST += $(wildcard $(srcdir)/tests/golden/*.conf $(srcdir)/tests/golden/*.out \
	$(srcdir)/tests/golden/*.err $(srcdir)/tests/golden/include.d/*.inc) tests/golden/mistakes.txt
