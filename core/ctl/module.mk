noinst_LIBRARIES += core/ctl/libctl.a
core_ctl_libctl_a_SOURCES = \
	core/ctl/change.c core/ctl/change.h \
	core/ctl/check_now.c core/ctl/check_now.h \
	core/ctl/client.c core/ctl/client.h \
	core/ctl/command.c core/ctl/command.h core/ctl/commands.c \
	core/ctl/compare.c core/ctl/compare.h \
	core/ctl/complete.c core/ctl/complete.h \
	core/ctl/ctl.h \
	core/ctl/grid.c core/ctl/grid.h \
	core/ctl/help.c core/ctl/help.h \
	core/ctl/json.c core/ctl/json.h \
	core/ctl/json_schema.c core/ctl/json_schema.h \
	core/ctl/match.c core/ctl/match.h \
	core/ctl/options.c core/ctl/options.h \
	core/ctl/preview.c core/ctl/preview.h \
	core/ctl/reload.c core/ctl/reload.h \
	core/ctl/result.c core/ctl/result.h \
	core/ctl/say.c core/ctl/say.h \
	core/ctl/support.c core/ctl/support.h \
	core/ctl/screen.c core/ctl/screen.h \
	core/ctl/top.c core/ctl/top.h \
	core/ctl/value.c core/ctl/value.h \
	core/ctl/view.c core/ctl/view.h core/ctl/view_int.h \
	core/ctl/view_lvs.c \
	core/ctl/view_show.c \
	core/ctl/watch.c core/ctl/watch.h

bin_PROGRAMS += halvardctl
halvardctl_SOURCES = core/ctl/ctl_main.c
halvardctl_LDADD = core/ctl/libctl.a core/ipc/libipc.a core/model/libmodel.a core/base/libbase.a \
	$(EVENT_LIBS)

# Of the tree's own halvardctl; a test holds it against the program.
halvardctlschemadir = $(pkgdatadir)
dist_halvardctlschema_DATA = docs/halvardctl.schema.json
