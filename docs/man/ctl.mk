dist_man_MANS += docs/man/halvard.8 docs/man/halvardctl.8
EXTRA_DIST += docs/HACKING.md
