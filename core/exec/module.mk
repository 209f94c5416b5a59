noinst_LIBRARIES += core/exec/libexec.a
core_exec_libexec_a_SOURCES = \
	core/exec/child.c core/exec/child.h \
	core/exec/command.c core/exec/command.h \
	core/exec/exec.h \
	core/exec/exec_main.c \
	core/exec/leftovers.c core/exec/leftovers.h \
	core/exec/memory.c core/exec/memory.h \
	core/exec/run.c core/exec/run.h
