check_PROGRAMS += tests/corpus/corpus
TESTS += tests/corpus/corpus
tests_corpus_corpus_SOURCES = tests/corpus/corpus.c tests/golden/stores.c tests/golden/stores.h
tests_corpus_corpus_LDADD = core/config/libconfig.a core/model/libmodel.a core/base/libbase.a \
	$(EVENT_LIBS)
EXTRA_DIST += $(wildcard $(srcdir)/tests/corpus/*.conf)

# Both programs on the same files; its table says why they differ.
TESTS += tests/corpus/differential.py
EXTRA_DIST += tests/corpus/differential.py tests/corpus/differences tests/corpus/snippets
