noinst_LIBRARIES += core/ipc/libipc.a
core_ipc_libipc_a_SOURCES = \
	core/ipc/link.c core/ipc/link.h \
	core/ipc/parent.c core/ipc/parent.h \
	core/ipc/policy.c \
	core/ipc/wire.c core/ipc/wire.h
