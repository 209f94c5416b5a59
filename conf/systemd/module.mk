EXTRA_DIST += conf/systemd/halvard.service.in conf/systemd/halvard-realserver@.service.in
systemd_units = conf/systemd/halvard.service conf/systemd/halvard-realserver@.service
CLEANFILES += $(systemd_units)
if SYSTEMD
systemdsystemunit_DATA = $(systemd_units)
endif

$(systemd_units): conf/systemd/halvard.service.in conf/systemd/halvard-realserver@.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) conf/systemd && sed -e 's|[@]sbindir[@]|$(sbindir)|g' \
		-e 's|[@]runstatedir[@]|$(runstatedir)|g' -e 's|[@]sysconfdir[@]|$(sysconfdir)|g' -e 's|[@]localstatedir[@]|$(localstatedir)|g' \
		$(srcdir)/$@.in >$@.new && mv $@.new $@
