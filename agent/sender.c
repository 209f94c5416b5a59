/*
 * sender: see sender.h. Composed when it is sent and not when it happened: TimeStamps are
 * relative to the master that gets them, which may be another one by then.
 */
#include "agent/sender.h"

#include "base/log.h"

#include <string.h>

#define HAL_NOTIFICATIONS 0

static const oid sys_uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

static void add(netsnmp_variable_list **list, const oid *name, size_t len, u_char type,
		const void *data, size_t size)
{
	if (!snmp_varlist_add_variable(list, name, len, type, data, size))
		fatalx("out of memory");
}

static void add_value(netsnmp_variable_list **list, const oid *name, size_t len,
		      const struct value *v)
{
	add(list, name, len, v->type, &v->u, v->len);
}

static void add_trap_oid(netsnmp_variable_list **list, const struct map_notification *what)
{
	const oid *root = what->root ? what->root->ids : map_root;
	size_t len = what->root ? what->root->len : map_root_len;
	oid value[MAX_OID_LEN];

	memcpy(value, root, len * sizeof(oid));
	if (!what->root)
		value[len++] = HAL_NOTIFICATIONS;
	value[len++] = what->number;
	add(list, trap_oid, OID_LENGTH(trap_oid), ASN_OBJECT_ID, value, len * sizeof(oid));
}

/* A column of a row, if it has an instance there. */
static void add_column(netsnmp_variable_list **list, const struct table_view *v, unsigned number,
		       const void *row, const struct value_clock *clock)
{
	const struct map_column *c = map_find_column(v->map, number);
	oid name[MAX_OID_LEN];
	size_t len = table_instance(v, c, row, name);
	struct value value;

	if (len && value_read(c, row, clock, &value))
		add_value(list, name, len, &value);
}

/* What the notification itself is, as scalars that are in no table. */
static void add_own(netsnmp_variable_list **list, unsigned number, const struct value *v)
{
	oid name[MAX_OID_LEN];
	size_t len = map_root_len;

	memcpy(name, map_root, map_root_len * sizeof(oid));
	name[len++] = 1; /* halObjects */
	name[len++] = MAP_NOTIFICATION_ARC;
	name[len++] = number;
	name[len++] = 0;
	add_value(list, name, len, v);
}

/* The row that the objects are of; NULL: it is gone. */
static const void *row_of(const struct notice *n, const struct map_table *objects,
			  const struct store *store)
{
	const struct real_server_row *rs = n->row;

	if (objects->table == n->what->table)
		return n->row;
	if (objects->table == T_VIRTUAL_SERVER)
		return store_find_text(store, T_VIRTUAL_SERVER, (const char *const[]){rs->vs});
	return store_count(store, objects->table) ? store_at(store, objects->table, 0) : NULL;
}

static void add_carried(netsnmp_variable_list **list, const struct notice *n,
			const struct map_carried *k, const struct store *store,
			const struct value_clock *clock)
{
	const void *row = row_of(n, k->objects, store);
	struct table_view v;

	if (!row)
		return;
	table_view_init(&v, k->objects, store);
	for (const unsigned *c = k->columns; *c; c++)
		add_column(list, &v, *c, row, clock);
	table_view_free(&v);
}

/* What goes with all of the own module. */
static void add_common(netsnmp_variable_list **list, const struct notice *n,
		       const struct store *store, const struct value_clock *clock)
{
	static const struct map_carried router = {&map_general, {MAP_ROUTER_ID}};
	struct value own;

	value_number(M_UNSIGNED32, n->number, clock, &own);
	add_own(list, MAP_NOTIFICATION_NUMBER, &own);
	if (value_number(M_DATE, n->wall_ms, clock, &own))
		add_own(list, MAP_NOTIFICATION_TIME, &own);
	add_carried(list, n, &router, store, clock);
}

netsnmp_variable_list *sender_varbinds(const struct notice *n, const struct store *store,
				       const struct value_clock *clock)
{
	netsnmp_variable_list *list = NULL;
	struct value when;

	value_number(M_TIMESTAMP, (uint64_t)n->when.ns, clock, &when);
	add_value(&list, sys_uptime, OID_LENGTH(sys_uptime), &when);
	add_trap_oid(&list, n->what);
	if (!n->what->root)
		add_common(&list, n, store, clock);
	for (const struct map_carried *k = n->what->carried; k->objects; k++)
		add_carried(&list, n, k, store, clock);
	return list;
}
