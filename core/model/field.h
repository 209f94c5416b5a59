/*
 * field: how rows_*.c describe a field in one line. The macros take offset and size from the
 * struct's member and refuse to compile when its C type is not the field's type.
 *
 * A file defines ROW as its row struct before each table.
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include "base/addr.h"
#include "base/clock.h"
#include "model/schema.h"

/* In tables of other MIBs, which number what has a name here. Main gives it, once. */
#define SNMP_INDEX(TYPE, max)                                                                      \
	TYPE(snmp_index, F_STATE | F_MAIN, 0, max, 0, NULL, "Its number where SNMP has no names.")

/* 0, or a compile error unless the member has the C type. */
#define TYPE_OK(member, ctype)                                                                     \
	(0 * sizeof(char[_Generic(((ROW *)0)->member, ctype : 1, default : -1)]))

#define FIELD_OF(member, ctype, ftype, fl, lo, hi, dflt, nm, un, txt)                              \
	{                                                                                          \
		.name = #member, .type = (ftype), .flags = (fl),                                   \
		.offset = offsetof(ROW, member) + TYPE_OK(member, ctype),                          \
		.size = sizeof(((ROW *)0)->member), .min = (lo), .max = (hi), .def = (dflt),       \
		.names = (nm), .unit = (un), .help = (txt),                                        \
	}

#define BOOL(m, fl, def, help) FIELD_OF(m, bool, FT_BOOL, fl, 0, 1, def, NULL, NULL, help)
#define U8(m, fl, lo, hi, def, unit, help)                                                         \
	FIELD_OF(m, uint8_t, FT_U8, fl, lo, hi, def, NULL, unit, help)
#define U16(m, fl, lo, hi, def, unit, help)                                                        \
	FIELD_OF(m, uint16_t, FT_U16, fl, lo, hi, def, NULL, unit, help)
#define U32(m, fl, lo, hi, def, unit, help)                                                        \
	FIELD_OF(m, uint32_t, FT_U32, fl, lo, hi, def, NULL, unit, help)
/* lo and hi may be negative. */
#define I32(m, fl, lo, hi, def, unit, help)                                                        \
	FIELD_OF(m, int32_t, FT_I32, fl, (uint64_t)(int64_t)(lo), (uint64_t)(int64_t)(hi),         \
		 (uint64_t)(int64_t)(def), NULL, unit, help)
#define U64(m, fl, unit, help) FIELD_OF(m, uint64_t, FT_U64, fl, 0, UINT64_MAX, 0, NULL, unit, help)
#define ENUM(m, fl, names, def, help)                                                              \
	FIELD_OF(m, uint8_t, FT_ENUM, fl, 0, 255, def, names, NULL, help)
/* lo: shortest length; the longest is what the member holds. */
#define STR(m, fl, lo, help)                                                                       \
	FIELD_OF(m, char *, FT_STR, fl, lo, sizeof(((ROW *)0)->m) - 1, 0, NULL, NULL, help)
/* size: that of an array that could hold it, the NUL included. */
#define TEXT(m, fl, lo, size, help)                                                                \
	FIELD_OF(m, const char *, FT_TEXT, fl, lo, (size)-1, 0, NULL, NULL, help)
#define ADDR(m, fl, help) FIELD_OF(m, struct addr, FT_ADDR, fl, 0, 0, 0, NULL, NULL, help)
#define WHEN(m, fl, help) FIELD_OF(m, struct mono, FT_WHEN, fl, 0, INT64_MAX, 0, NULL, NULL, help)
#define WALL(m, fl, help) FIELD_OF(m, uint64_t, FT_WALL, fl, 0, UINT64_MAX, 0, NULL, "ms", help)

/* Numbers that only their owner writes. */
#define GAUGE32(m, unit, help)   U32(m, F_STATE, 0, UINT32_MAX, 0, unit, help)
#define GAUGE64(m, unit, help)   U64(m, F_STATE, unit, help)
#define COUNTER32(m, unit, help) U32(m, F_COUNTER, 0, UINT32_MAX, 0, unit, help)
#define COUNTER64(m, unit, help) U64(m, F_COUNTER, unit, help)

/* 0, or a compile error when a row does not fit where rows are put for a moment. */
#define ROW_OK (0 * sizeof(char[sizeof(ROW) <= MAX_ROW ? 1 : -1]))

#define TABLE(ID, NAME, OWNER, NKEYS, FIELDS, HELP)                                                \
	{                                                                                          \
		.id = (ID), .name = (NAME), .owner = (OWNER), .row_size = sizeof(ROW) + ROW_OK,    \
		.nfields = sizeof(FIELDS) / sizeof((FIELDS)[0]), .nkeys = (NKEYS),                 \
		.fields = (FIELDS), .help = (HELP),                                                \
	}

extern const struct table table_global, table_process, table_agent, table_change_log, table_overlay;
extern const struct table table_exec, table_notify, table_notify_fifo, table_mail,
    table_mail_recipient, table_misc_script;
extern const struct table table_network;
extern const struct table table_garp_group, table_vrrp_instance, table_vrrp_address,
    table_vrrp_peer;
extern const struct table table_sync_group, table_sync_member;
extern const struct table table_interface_delay;
extern const struct table table_linkbeat_interface;
extern const struct table table_track, table_vrrp_script, table_track_file, table_track_process;
extern const struct table table_vrrp_route, table_vrrp_rule;
extern const struct table table_static_address, table_track_group_member;
extern const struct table table_node;
extern const struct table table_server_group;
extern const struct table table_server_group_member;
extern const struct table table_virtual_server, table_real_server, table_checker, table_check_url,
    table_check_source;
extern const struct table table_ipvs;

#endif
