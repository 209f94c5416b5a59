noinst_LIBRARIES += core/exec/libexec.a
core_exec_libexec_a_SOURCES = \
	core/exec/accept.c core/exec/accept.h \
	core/exec/child.c core/exec/child.h \
	core/exec/command.c core/exec/command.h \
	core/exec/exec.h \
	core/exec/exec_main.c \
	core/exec/fifo.c core/exec/fifo.h \
	core/exec/files.c \
	core/exec/leftovers.c core/exec/leftovers.h \
	core/exec/mails.c core/exec/mails.h \
	core/exec/match.c core/exec/match.h \
	core/exec/memory.c core/exec/memory.h \
	core/exec/misc.c \
	core/exec/notify.c core/exec/notify.h \
	core/exec/pools.c core/exec/pools.h \
	core/exec/processes.c \
	core/exec/queue.c core/exec/queue.h \
	core/exec/rise_fall.c core/exec/rise_fall.h \
	core/exec/run.c core/exec/run.h \
	core/exec/scripts.c \
	core/exec/trackers.h
