noinst_LIBRARIES += core/model/libmodel.a
core_model_libmodel_a_SOURCES = \
	core/model/address_fields.h core/model/field.h core/model/fieldset.h \
	core/model/http.c core/model/http.h \
	core/model/names.h core/model/regex.c core/model/regex.h core/model/rows.h \
	core/model/rows_exec.c core/model/rows_exec.h \
	core/model/rows_general.c core/model/rows_general.h \
	core/model/rows_ipvs.c core/model/rows_ipvs.h \
	core/model/rows_lvs.c core/model/rows_lvs.h \
	core/model/rows_network.c core/model/rows_network.h \
	core/model/rows_route.c core/model/rows_route.h \
	core/model/rows_track.c core/model/rows_track.h \
	core/model/rows_vrrp.c core/model/rows_vrrp.h \
	core/model/rules.c core/model/rules.h \
	core/model/schema.c core/model/schema.h \
	core/model/rows_group.c core/model/rows_group.h core/model/server_group.c core/model/server_group.h core/model/store.c core/model/store.h \
	core/model/table_id.h \
	core/model/tables.c \
	core/model/texts.c core/model/texts.h
