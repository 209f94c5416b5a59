EXTRA_DIST += core/realserver/halvard-realserver.in
CLEANFILES += halvard-realserver
sbin_SCRIPTS = halvard-realserver
dist_man_MANS += docs/man/halvard-realserver.8

halvard-realserver: core/realserver/halvard-realserver.in Makefile
	$(AM_V_GEN)sed -e 's|[@]VERSION[@]|$(VERSION)|g' \
		$(srcdir)/core/realserver/halvard-realserver.in >$@.new && chmod +x $@.new && mv $@.new $@
