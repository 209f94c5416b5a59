check_PROGRAMS += tests/corpus/corpus
TESTS += tests/corpus/corpus
tests_corpus_corpus_SOURCES = tests/corpus/corpus.c tests/golden/stores.c tests/golden/stores.h
tests_corpus_corpus_LDADD = core/config/libconfig.a core/model/libmodel.a core/base/libbase.a \
	$(EVENT_LIBS)
EXTRA_DIST += $(wildcard $(srcdir)/tests/corpus/*.conf)

# Beside keepalived: both programs on the same files, with a table that says why they differ; and
# whether keepalived knows a word that is not in the tables.
TESTS += tests/corpus/differential.py tests/corpus/expansion.py tests/corpus/words.py
EXTRA_DIST += tests/corpus/differential.py tests/corpus/expansion.py tests/corpus/words.py tests/corpus/beside.py \
	tests/corpus/differences tests/corpus/snippets
