/* Prints the map rows for tests/lint/mib-map.py, one line a column:
 *     table scalar|table arc column type ro|rw field min max text|number names
 * one line a field that SNMP may write, and one a field that a column writes:
 *     table writable|written field
 * and one line a notification, with the objects below halObjects that it carries:
 *     name notification number object... */
#include "agent/map_notify.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const types[] = {
    [M_INTEGER] = "integer",     [M_TRUTH] = "truth",          [M_UNSIGNED32] = "unsigned32",
    [M_GAUGE32] = "gauge32",     [M_COUNTER32] = "counter32",  [M_COUNTER64] = "counter64",
    [M_STRING] = "string",       [M_ADDR_TYPE] = "addrtype",   [M_ADDR] = "addr",
    [M_TIMESTAMP] = "timestamp", [M_AGE_MS] = "age",           [M_DATE] = "date",
    [M_REPLICA_AGE] = "age",     [M_ROW_STATUS] = "rowstatus",
};

static void print_names(const struct enum_name *n)
{
	for (; n && n->name; n++)
		printf("\t%d=%s", n->value, n->name);
}

static void print_column(const struct map_table *m, const struct map_column *c)
{
	const struct field *f = c->f;
	uint64_t max = !f ? 0 : f->max;

	printf("%s\t%s\t%u\t%u\t%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%s", m->name,
	       m->scalar ? "scalar" : "table", m->arc, c->number, types[c->type],
	       c->flags & M_RW ? "rw" : "ro", f ? f->name : "-", (int64_t)(f ? f->min : 0),
	       (int64_t)max, c->flags & M_SPARSE ? "sparse" : "always");
	if (f && f->type == FT_ENUM)
		print_names(f->names);
	putchar('\n');
}

static void print_snmp_fields(const struct map_table *m)
{
	const struct table *t = schema_table(m->table);

	for (unsigned i = 0; i < t->nfields; i++)
		if (t->fields[i].flags & F_SNMP)
			printf("%s\twritable\t%s\n", t->name, t->fields[i].name);
}

/* By a column of any module. */
static void print_written(const struct map_table *m)
{
	for (size_t i = 0; i < m->ncolumns; i++) {
		const struct map_column *c = &m->columns[i];

		if ((c->flags & M_RW) && c->field)
			printf("%s\twritten\t%s\n", schema_table(m->table)->name,
			       c->writes ? c->writes : c->field);
	}
}

static void print_notification(const struct map_notification *n)
{
	printf("%s\tnotification\t%u\t%u.%u\t%u.%u\t%u.%u", n->name, n->number,
	       MAP_NOTIFICATION_ARC, MAP_NOTIFICATION_NUMBER, MAP_NOTIFICATION_ARC,
	       MAP_NOTIFICATION_TIME, map_general.arc, MAP_ROUTER_ID);
	for (const unsigned *c = n->carried[0].columns; *c; c++)
		printf(n->carried[0].objects->scalar ? "\t%u.%u" : "\t%u.1.%u",
		       n->carried[0].objects->arc, *c);
	putchar('\n');
}

int main(void)
{
	map_resolve();
	map_notify_resolve();
	for (struct map_table *const *m = map_tables; *m; m++) {
		for (size_t i = 0; i < (*m)->ncolumns; i++)
			print_column(*m, &(*m)->columns[i]);
		print_snmp_fields(*m);
		print_written(*m);
	}
	for (struct map_table *const *m = map_foreign; *m; m++)
		print_written(*m);
	for (const struct map_notification *n = map_notifications; n->number; n++)
		if (!n->root)
			print_notification(n);
	return 0;
}
