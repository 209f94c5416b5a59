EXTRA_DIST += tests/bench/common.py tests/bench/takeover.py tests/bench/gaps.py tests/bench/resume.py \
	tests/bench/scale.py tests/bench/adverts.py tests/bench/busy.py
check_PROGRAMS += tests/bench/send_loop
tests_bench_send_loop_SOURCES = tests/bench/send_loop.c

# Ratios against keepalived in the same run; not a part of `make check`.
BENCH_PARTS = takeover gaps resume scale adverts busy
.PHONY: bench
bench: all tests/bench/send_loop
	@status=0; for part in $(BENCH_PARTS); do \
		builddir='$(abs_top_builddir)' srcdir='$(abs_top_srcdir)' \
		$(PYTHON) $(srcdir)/tests/bench/$$part.py $(BENCH_FLAGS) || status=$$?; \
	done; exit $$status
