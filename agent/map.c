/* map: the list of tables, and the check that what the map rows say can be done. */
#include "agent/map.h"

#include "base/log.h"
#include "config.h"

const unsigned long map_root[] = {HALVARD_MIB_ROOT};
const size_t map_root_len = sizeof(map_root) / sizeof(map_root[0]);

struct map_table *const map_tables[] = {
    &map_general,     &map_process, &map_vrrp,   &map_vrrp_addr, &map_sync_group,
    &map_sync_member, &map_track,   &map_vs,     &map_rs,        &map_node,
    &map_check,       &map_ipvs,    &map_change, &map_agent,     NULL,
};

struct map_table *const map_foreign[] = {
    &map_k_email,
    &map_k_server_group,
    &map_k_group_member,
    &map_k_track_interface,
    &map_k_track_script,
    &map_k_track_file,
    &map_k_track_process,
    &map_k_sync_interface,
    &map_k_sync_script,
    &map_k_sync_file,
    &map_k_sync_process,
    &map_k_script,
    &map_k_file,
    &map_k_process,
    &map_k_route,
    &map_k_hop,
    &map_k_rule,
    &map_k_global,
    &map_k_mail,
    &map_k_group,
    &map_k_member,
    &map_k_instance,
    &map_k_address,
    &map_k_service,
    &map_k_server,
    &map_k_sync,
    &map_k_timeout,
    &map_v2_scalars,
    &map_v2_oper,
    &map_v2_address,
    &map_v2_errors,
    &map_v2_stats,
    &map_v3_oper,
    &map_v3_address,
    &map_v3_errors,
    &map_v3_stats,
    NULL,
};

#define TYPE(t)  (1u << (t))
#define INTEGERS (TYPE(FT_U8) | TYPE(FT_U16) | TYPE(FT_U32) | TYPE(FT_U64))

/* Which types of field each type of column can show. */
static const unsigned shows[] = {
    [M_INTEGER] = INTEGERS | TYPE(FT_I32) | TYPE(FT_ENUM),
    [M_TRUTH] = TYPE(FT_BOOL),
    [M_UNSIGNED32] = INTEGERS,
    [M_GAUGE32] = INTEGERS,
    [M_COUNTER32] = TYPE(FT_U32) | TYPE(FT_U64),
    [M_COUNTER64] = TYPE(FT_U32) | TYPE(FT_U64),
    [M_STRING] = TYPE(FT_STR) | TYPE(FT_TEXT),
    [M_ADDR_TYPE] = TYPE(FT_ADDR),
    [M_ADDR] = TYPE(FT_ADDR),
    [M_TIMESTAMP] = TYPE(FT_WHEN),
    [M_AGE_MS] = TYPE(FT_WHEN),
    [M_DATE] = TYPE(FT_WALL),
    [M_REPLICA_AGE] = 0,
    [M_IPADDRESS] = TYPE(FT_ADDR),
    [M_TICKS] = TYPE(FT_WHEN),
    [M_ROW_STATUS] = TYPE(FT_ENUM),
};

static const char *fault(const struct map_column *c)
{
	const struct field *written = c->writes ? schema_field(c->of, c->writes) : c->f;

	if (!c->f)
		return "unknown field";
	if (!c->read && !(shows[c->type] & TYPE(c->f->type)))
		return "the column cannot show this type";
	if (c->f->flags & F_SECRET)
		return "the field is secret";
	if ((c->flags & M_RW) && (!written || !(written->flags & F_SNMP)))
		return "the field cannot be written by SNMP";
	return NULL;
}

static void resolve_columns(const struct map_table *m)
{
	for (size_t i = 0; i < m->ncolumns; i++) {
		struct map_column *c = &m->columns[i];
		const char *why;

		c->of = m->table;
		if (c->type == M_REPLICA_AGE || (c->read && !c->field))
			continue;
		c->f = schema_field(m->table, c->field);
		why = fault(c);
		if (why)
			fatalx("%s column %u, %s: %s", m->name, c->number, c->field, why);
	}
}

static void resolve_index(struct map_table *m)
{
	bool part = m->index == INDEX_PART || m->index == INDEX_TRACK || m->index == INDEX_HOP;

	m->number = schema_field(m->table, "snmp_index");
	m->part_number = part ? schema_field(m->part_of, "snmp_index") : NULL;
	if ((part || m->index == INDEX_NUMBER) && (!m->number || (part && !m->part_number)))
		fatalx("%s: its rows have no numbers", m->name);
}

const struct map_column *map_find_column(const struct map_table *m, unsigned long number)
{
	for (size_t i = 0; i < m->ncolumns; i++)
		if (m->columns[i].number == number)
			return &m->columns[i];
	return NULL;
}

void map_resolve_table(struct map_table *m)
{
	resolve_columns(m);
	resolve_index(m);
}

void map_resolve(void)
{
	for (struct map_table *const *m = map_tables; *m; m++)
		map_resolve_table(*m);
	for (struct map_table *const *m = map_foreign; *m; m++)
		map_resolve_table(*m);
}
