/*
 * map: which column of which MIB table shows which field of which row. One row of text a
 * column, nothing else: order, search, conversion and SET are generic (table.c, value.c,
 * set.c).
 *
 * A table's index is the key of the rows behind it, in order: a string as its length and
 * its octets (not IMPLIED), a number as itself. Columns are sorted by number.
 */
#ifndef AGENT_MAP_H
#define AGENT_MAP_H

#include "model/rows.h"

/* What a column is on the wire, and how the field becomes that. */
enum map_type {
	M_INTEGER, /* INTEGER and Integer32: enums and numbers */
	M_TRUTH,   /* TruthValue: true(1) false(2) */
	M_UNSIGNED32,
	M_GAUGE32, /* stays at its maximum */
	M_COUNTER32,
	M_COUNTER64,
	M_STRING,      /* SnmpAdminString */
	M_ADDR_TYPE,   /* InetAddressType of an address field */
	M_ADDR,        /* InetAddress: its octets */
	M_TIMESTAMP,   /* sysUpTime of the master at a time; 0: never, or before it began */
	M_AGE_MS,      /* milliseconds since a time; it should be sparse */
	M_DATE,        /* DateAndTime in UTC, of a wall clock time; it should be sparse */
	M_REPLICA_AGE, /* milliseconds since main confirmed the replica; no field */
	/* of other modules */
	M_IPADDRESS, /* IpAddress: IPv4 as its four octets */
	M_TICKS,     /* TimeTicks: time since the field's */
	M_ROW_STATUS,
};

struct value;
struct value_clock;
struct map_column;
/* What type and field do not say. false: the row has no instance of the column. */
typedef bool (*map_read)(const struct map_column *c, const void *row,
			 const struct value_clock *clock, struct value *ret);

#define M_RO     0u
#define M_RW     1u
#define M_SPARSE 2u /* no instance while the field is 0 or empty */
/* Of what other modules let be written. */
#define M_DOWN    4u  /* only while the virtual router is down; of RowStatus: destroy */
#define M_SCALED  8u  /* the field is the value times `arg` */
#define M_DRAINS  32u /* a weight: 0 drains, any other enables too */
#define M_CREATES 64u /* RowStatus of a table whose rows come and go by it */

struct map_column {
	unsigned number;
	const char *field;
	enum map_type type;
	unsigned flags;
	const struct field *f; /* filled by map_resolve(), and: */
	enum table_id of;
	map_read read;      /* NULL: as the type says */
	int64_t arg;        /* of read */
	uint32_t max;       /* of what may be written; 0: that of the field */
	const char *writes; /* the field that is written; NULL: the one that is shown */
};

/* How the rows of a table are indexed. */
enum map_index {
	INDEX_NAME,   /* by their keys */
	INDEX_NUMBER, /* by snmp_index */
	INDEX_PART,   /* by that of the row that their first key names, and theirs */
	INDEX_TRACK,  /* what a row tracks, of the kind `select`: by that of the row, and theirs */
	INDEX_HOP,    /* ways of a route: as INDEX_PART, and from 1 */
	/* by ifIndex and VRID: RFC 2787 and 6527 */
	INDEX_ROUTER_V2,
	INDEX_ROUTER_V3,
	INDEX_ROUTER_ADDRESS_V2,
	INDEX_ROUTER_ADDRESS_V3,
};

/* Where a table of another module is: its own number is below. */
struct map_root {
	const unsigned long *ids;
	size_t len;
};

struct map_table {
	const char *name;
	unsigned arc; /* below halObjects, or below `root`; 0: the root itself */
	enum table_id table;
	bool scalar; /* a group of scalars: the only row, index 0 */
	struct map_column *columns;
	size_t ncolumns;
	const struct map_root *root; /* NULL: HALVARD-MIB */
	enum map_index index;
	enum table_id part_of; /* of INDEX_PART and INDEX_TRACK */
	uint8_t select;
	const struct field *number, *part_number; /* filled by map_resolve() */
};

#define MAP_COLUMNS(a) (a), sizeof(a) / sizeof((a)[0])

extern struct map_table map_general, map_process, map_agent, map_change;
extern struct map_table map_vrrp, map_vrrp_addr, map_sync_group, map_sync_member, map_track;
extern struct map_table map_vs, map_rs, map_node, map_check, map_ipvs;

/* Those of other modules. */
extern struct map_table *const map_foreign[];
extern struct map_table map_v2_scalars, map_v2_oper, map_v2_address, map_v2_errors, map_v2_stats;
extern struct map_table map_v3_oper, map_v3_address, map_v3_errors, map_v3_stats;
extern struct map_table map_k_global, map_k_mail, map_k_group, map_k_member, map_k_instance,
    map_k_address;
extern struct map_table map_k_service, map_k_server, map_k_sync, map_k_timeout;
extern struct map_table map_k_email, map_k_server_group, map_k_group_member;
extern struct map_table map_k_track_interface, map_k_track_script, map_k_track_file,
    map_k_track_process;
extern struct map_table map_k_sync_interface, map_k_sync_script, map_k_sync_file,
    map_k_sync_process;
extern struct map_table map_k_script, map_k_file, map_k_process;
extern struct map_table map_k_route, map_k_hop, map_k_rule;
/* What is below { vrrp } of KEEPALIVED-MIB. */
extern const struct map_root map_k_vrrp;

/* Where the module is rooted: sub-identifiers (their type is net-snmp's oid). */
extern const unsigned long map_root[];
extern const size_t map_root_len;

/* All of them, by arc; NULL ends the list. */
extern struct map_table *const map_tables[];

/* NULL: there is none. */
const struct map_column *map_find_column(const struct map_table *m, unsigned long number);

/* Looks up the fields. Ends the process when a row names an unknown field, one whose type
 * the column cannot show, one that is secret, or lets one be written that is not F_SNMP. */
void map_resolve(void);
/* The same of one table that is not in the lists. */
void map_resolve_table(struct map_table *m);

#endif
