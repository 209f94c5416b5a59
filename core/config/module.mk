noinst_LIBRARIES += core/config/libconfig.a
core_config_libconfig_a_SOURCES = \
	core/config/arena.c core/config/arena.h \
	core/config/create.c core/config/create.h core/config/commands.c core/config/commands.h \
	core/config/config.h \
	core/config/draft.c core/config/draft.h \
	core/config/expand.c core/config/expand.h \
	core/config/findings.c \
	core/config/hint.c \
	core/config/include.c \
	core/config/keyword.c core/config/keyword.h \
	core/config/keyword_rows.h \
	core/config/keywords_global.c \
	core/config/keywords_checks.c \
	core/config/keywords_lvs.c core/config/keywords_lvs.h \
	core/config/keywords_track.c \
	core/config/keywords_vrrp.c \
	core/config/lex.c core/config/lex.h \
	core/config/lines.c \
	core/config/lines_route.c core/config/lines_route.h \
	core/config/load.c \
	core/config/mails.c \
	core/config/mention.c core/config/nodes.c \
	core/config/origin.c \
	core/config/parse.c core/config/parse.h \
	core/config/predefined.c \
	core/config/print.c \
	core/config/resolve.c core/config/resolve_int.h \
	core/config/resolve_check.c core/config/resolve_check.h \
	core/config/resolve_lvs.c core/config/resolve_pool.c core/config/resolve_vrrp.c \
	core/config/resolve_peers.c \
	core/config/resolve_route.c \
	core/config/sequence.c core/config/sequence.h \
	core/config/resolve_track.c core/config/resolve_vmac.c \
	core/config/source.c \
	core/config/scripts.c \
	core/config/special.c core/config/special_checks.c core/config/special_checks.h core/config/special_garp.c core/config/special_garp.h \
	core/config/special_group.c core/config/special_group.h \
	core/config/special_http.c core/config/special_http.h \
	core/config/special_ipvs.c core/config/special_ipvs.h \
	core/config/special_lvs.c core/config/special_lvs.h \
	core/config/special_weights.c core/config/special_weights.h \
	core/config/special_network.c core/config/special_network.h \
	core/config/special_pool.c core/config/special_pool.h \
	core/config/rewrite.c core/config/rewrite.h \
	core/config/special_snmp.c core/config/special_snmp.h \
	core/config/special_track.c core/config/special_track.h \
	core/config/special_vmac.c core/config/special_vmac.h \
	core/config/validate.c core/config/validate.h \
	core/config/validate_address.c \
	core/config/validate_group.c \
	core/config/validate_route.c \
	core/config/validate_lvs.c \
	core/config/validate_peers.c \
	core/config/validate_track.c \
	core/config/validate_vmac.c \
	core/config/vars.c core/config/vars.h \
	core/config/words.c core/config/words.h
