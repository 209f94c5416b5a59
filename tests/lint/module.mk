LINT_TESTS = \
	tests/lint/conformance.py \
	tests/lint/format.py \
	tests/lint/layers.py \
	tests/lint/links.py \
	tests/lint/loglines.py \
	tests/lint/manual.py \
	tests/lint/modules.py \
	tests/lint/selftest.py \
	tests/lint/shell.py \
	tests/lint/style.py \
	tests/lint/vrrp_symbols.py
TESTS += $(LINT_TESTS)
EXTRA_DIST += $(LINT_TESTS) tests/lint/lint.py docs/ARCHITECTURE.md docs/LOG.md docs/MIGRATION.md docs/conformance.md
