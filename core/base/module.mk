noinst_LIBRARIES += core/base/libbase.a
core_base_libbase_a_SOURCES = \
	core/base/addr.c core/base/addr.h \
	core/base/argv.c core/base/argv.h \
	core/base/buf.c core/base/buf.h \
	core/base/chains.c core/base/chains.h \
	core/base/cpus.c core/base/cpus.h \
	core/base/clock.c core/base/clock.h \
	core/base/log.c core/base/log.h \
	core/base/log_event.c core/base/log_event.h \
	core/base/log_levels.c core/base/log_levels.h \
	core/base/log_limit.c core/base/log_limit.h \
	core/base/log_out.c core/base/log_out.h \
	core/base/loop.c core/base/loop.h \
	core/base/mac.c core/base/mac.h \
	core/base/path.c core/base/path.h \
	core/base/process.c core/base/process.h \
	core/base/syscalls.h \
	core/base/route.h core/base/route_text.c \
	core/base/route_words.c core/base/route_words.h \
	core/base/rule.c \
	core/base/text.c core/base/text.h
if SECCOMP
core_base_libbase_a_SOURCES += core/base/syscalls.c
else
core_base_libbase_a_SOURCES += core/base/syscalls_none.c
endif
EXTRA_DIST += core/base/syscalls.c core/base/syscalls_none.c
