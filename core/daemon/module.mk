noinst_LIBRARIES += core/daemon/libdaemon.a
core_daemon_libdaemon_a_SOURCES = \
	core/daemon/accepted.c core/daemon/accepted.h \
	core/daemon/check.c core/daemon/check.h \
	core/daemon/numbers.c core/daemon/numbers.h core/daemon/actions.c core/daemon/actions.h core/daemon/asks.c core/daemon/asks.h \
	core/daemon/changelog.c core/daemon/changelog.h core/daemon/changelog_text.c core/daemon/changelog_text.h \
	core/daemon/authors.c core/daemon/authors.h \
	core/daemon/client.h \
	core/daemon/confine.c core/daemon/confine.h core/daemon/confirm.c core/daemon/confirm.h \
	core/daemon/conflicts.c core/daemon/conflicts.h \
	core/daemon/control.c core/daemon/control.h \
	core/daemon/digest.c core/daemon/digest.h \
	core/daemon/director.h \
	core/daemon/guardian.c core/daemon/guardian.h \
	core/daemon/handover.c core/daemon/handover.h \
	core/daemon/jobs.c core/daemon/jobs.h \
	core/daemon/machine.c core/daemon/machine.h \
	core/daemon/main.c \
	core/daemon/memlock.c core/daemon/memlock.h \
	core/daemon/netns.c core/daemon/netns.h \
	core/daemon/own.c core/daemon/own.h core/daemon/nodes.c core/daemon/nodes.h core/daemon/notify.c core/daemon/notify.h \
	core/daemon/options.c core/daemon/options.h \
	core/daemon/overlay.c core/daemon/overlay.h \
	core/daemon/overlay_rows.c core/daemon/overlay_rows.h \
	core/daemon/persist.c core/daemon/persist.h \
	core/daemon/preview.c core/daemon/preview.h \
	core/daemon/reload.c core/daemon/reload.h \
	core/daemon/save.c core/daemon/save.h \
	core/daemon/remembered.c core/daemon/remembered.h \
	core/daemon/signals.c core/daemon/signals.h \
	core/daemon/silence.c core/daemon/silence.h \
	core/daemon/roles.c core/daemon/roles.h \
	core/daemon/spawn.c core/daemon/spawn.h \
	core/daemon/sources.c core/daemon/sources.h \
	core/daemon/suspended.c core/daemon/suspended.h \
	core/daemon/sync_role.c core/daemon/sync_role.h \
	core/daemon/tracked.c core/daemon/tracked.h \
	core/daemon/txn.c core/daemon/txn.h \
	core/daemon/watchdog.c core/daemon/watchdog.h

sbin_PROGRAMS += halvard
halvard_SOURCES = core/daemon/halvard.c
halvard_LDFLAGS = $(AM_LDFLAGS) -Wl,--dynamic-list=$(top_srcdir)/core/lvs/module.syms
halvard_DEPENDENCIES = $(halvard_own_libs) core/lvs/module.syms
halvard_own_libs = core/daemon/libdaemon.a core/vrrp/libvrrp.a core/lvs/liblvs.a core/exec/libexec.a \
	core/config/libconfig.a core/nl/libnl.a core/ipc/libipc.a core/model/libmodel.a \
	core/base/libbase.a
halvard_LDADD = $(halvard_own_libs) $(NL_LIBS) $(EVENT_LIBS) $(MD_LIBS) $(SECCOMP_LIBS) -lpthread
