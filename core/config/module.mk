noinst_LIBRARIES += core/config/libconfig.a
core_config_libconfig_a_SOURCES = \
	core/config/arena.c core/config/arena.h \
	core/config/config.h \
	core/config/findings.c \
	core/config/include.c \
	core/config/lex.c core/config/lex.h
