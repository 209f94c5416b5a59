EXTRA_DIST += tests/bench/takeover.py

# Ratios against keepalived in the same run; not a part of `make check`.
.PHONY: bench
bench: all
	builddir='$(abs_top_builddir)' $(PYTHON) $(srcdir)/tests/bench/takeover.py $(BENCH_FLAGS)
