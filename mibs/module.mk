mibdir = $(datadir)/snmp/mibs
dist_mib_DATA = mibs/HALVARD-CAPABILITIES-MIB.txt mibs/HALVARD-MIB.txt

TESTS += tests/lint/mib-smilint
EXTRA_DIST += tests/lint/mib-smilint tests/mib-base

# What tests/mib-base extracted.
distclean-local: distclean-mib-base
distclean-mib-base:
	rm -rf mibs-base
.PHONY: distclean-mib-base
