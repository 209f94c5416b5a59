noinst_LIBRARIES += core/lvs/liblvs.a
core_lvs_liblvs_a_SOURCES = \
	core/lvs/check.c core/lvs/check.h \
	core/lvs/check_tcp.c \
	core/lvs/ipvs_apply.c core/lvs/ipvs_apply.h \
	core/lvs/ipvs_kernel.c core/lvs/ipvs_kernel.h \
	core/lvs/ipvs_msg.c core/lvs/ipvs_msg.h \
	core/lvs/ipvs_table.c core/lvs/ipvs_table.h \
	core/lvs/pool.c core/lvs/pool.h
