EXTRA_DIST += conf/systemd/halvard.service.in
CLEANFILES += conf/systemd/halvard.service
if SYSTEMD
systemdsystemunit_DATA = conf/systemd/halvard.service
endif

conf/systemd/halvard.service: conf/systemd/halvard.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf/systemd && sed -e 's|[@]sbindir[@]|$(sbindir)|g' \
		-e 's|[@]runstatedir[@]|$(runstatedir)|g' -e 's|[@]localstatedir[@]|$(localstatedir)|g' \
		$(srcdir)/conf/systemd/halvard.service.in >$@.new && mv $@.new $@
