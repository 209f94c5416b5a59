# The rest of this folder is for Debian's tools.
EXTRA_DIST += debian/changelog debian/control debian/copyright debian/rules debian/source/format \
	debian/halvard.dirs debian/halvard.docs debian/halvard.install \
	debian/halvard.postinst debian/halvard.postrm debian/halvard.prerm \
	debian/halvard-agent.install debian/halvard-agent.postinst debian/halvard-agent.postrm \
	debian/not-installed
