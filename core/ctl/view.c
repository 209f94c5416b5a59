/*
 * view: what the operator sees: the reading commands of halvardctl. Process: halvardctl.
 *
 * Each view is a list of columns and a function that fills one line; the JSON form of every
 * view is the rows as they are, written from the schema (value.c), so that it never lacks a
 * field. Words for states and reasons are the ones of the schema's name tables: the same as
 * in the log and in SNMP. Here: the overview, VRRP, the change log; view_lvs.c has the servers,
 * view_show.c any table.
 */
#include "ctl/view.h"

#include "base/text.h"
#include "ctl/command.h"
#include "ctl/match.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "ctl/value.h"
#include "ctl/view_int.h"

#include <stdio.h>
#include <string.h>

#define SMALL 32

void view_age(const struct ctl *c, struct grid *g, struct mono when)
{
	char text[SMALL];

	grid_add(g, value_age(c, when, text, sizeof(text)));
}

void view_short(struct grid *g, uint64_t v)
{
	char text[SMALL];

	grid_add(g, value_short(v, text, sizeof(text)));
}

void view_addr(struct grid *g, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	grid_add(g, a->family ? addr_text(a, text) : "");
}

void view_print(const struct ctl *c, struct grid *g)
{
	grid_print(g, c->out ? c->out : stdout, c->colour);
	grid_free(g);
}

/* With --json: the named tables, ended by T_COUNT, as value_json_table(); true when that was
 * the answer. */
bool view_json(struct ctl *c, const enum table_id *tables, const char *key1, const char *key2)
{
	const char *const keys[VALUE_KEYS] = {key1, key2};
	struct json j = {0};

	if (!c->json)
		return false;
	json_open(&j, NULL, '{');
	for (; *tables != T_COUNT; tables++)
		value_json_table(c, &j, *tables, keys);
	result_print_object(c, &j);
	json_free(&j);
	return true;
}

/* ---- VRRP -------------------------------------------------------------- */

static const struct grid_column vrrp_columns[] = {
    {"INSTANCE"},
    {"STATE", .state = true},
    {"PRIORITY", .right = true},
    {"ADMIN", .state = true},
    {"INTERFACE"},
    {"VRID", .right = true},
    {"GROUP"},
    {"MASTER"},
    {"SINCE", .right = true},
    {"REASON"},
    {"ADDRESSES"},
    {NULL},
};

/* "192.0.2.10 192.0.2.11": those of the instance; what is absent on a master in brackets. */
static void add_addresses(const struct ctl *c, struct grid *g, const struct vrrp_instance_row *i)
{
	char text[TEXT_MAX] = "";

	STORE_EACH(c->store, T_VRRP_ADDRESS, struct vrrp_address_row, a)
	{
		bool odd = i->state == VRRP_MASTER && !a->present;
		size_t len = strlen(text);

		if (text_eq(a->instance, i->name))
			snprintf(text + len, sizeof(text) - len, "%s%s%s%s", len ? " " : "",
				 odd ? "(" : "", a->address, odd ? ")" : "");
	}
	grid_add(g, text);
}

static void add_vrrp(const struct ctl *c, struct grid *g, const struct vrrp_instance_row *i)
{
	static const struct addr nobody; /* an instance that does not run knows no master */

	grid_add(g, i->name);
	grid_add(g, enum_name(vrrp_state_names, i->state));
	if (i->effective_priority == i->base_priority)
		grid_addf(g, "%u", i->base_priority);
	else
		grid_addf(g, "%u of %u", i->effective_priority, i->base_priority);
	grid_add(g, enum_name(admin_updown_names, i->admin_state));
	grid_add(g, i->interface);
	grid_addf(g, "%u", i->vrid);
	grid_add(g, i->sync_group);
	view_addr(g, i->state == VRRP_INIT || i->state == VRRP_FAULT ? &nobody : &i->master_addr);
	view_age(c, g, i->last_transition);
	grid_add(g, enum_name(vrrp_reason_names, i->reason));
	add_addresses(c, g, i);
}

static void print_vrrp(const struct ctl *c, const struct vrrp_instance_row *only)
{
	struct grid *g = grid_new(vrrp_columns);

	STORE_EACH(c->store, T_VRRP_INSTANCE, struct vrrp_instance_row, i)
	{
		if (!only || only == i)
			add_vrrp(c, g, i);
	}
	view_print(c, g);
}

static const struct grid_column vrrp_count_columns[] = {
    {"INSTANCE"},
    {"VERSION", .right = true},
    {"INTERVAL", .right = true},
    {"SENT", .right = true},
    {"RECEIVED", .right = true},
    {"ERRORS", .right = true},
    {"TRANSITIONS", .right = true},
    {"BECAME MASTER", .right = true},
    {"WORST LATENESS", .right = true},
    {"WORST ADVERT GAP", .right = true},
    {NULL},
};

static void print_vrrp_counts(const struct ctl *c, const struct vrrp_instance_row *only)
{
	struct grid *g = grid_new(vrrp_count_columns);

	STORE_EACH(c->store, T_VRRP_INSTANCE, struct vrrp_instance_row, i)
	{
		if (only && only != i)
			continue;
		grid_add(g, i->name);
		grid_addf(g, "%u", i->version);
		grid_addf(g, "%u ms", i->adver_int_cs * 10);
		view_short(g, i->adverts_sent);
		view_short(g, i->adverts_received);
		view_short(g, i->checksum_errors + i->version_errors + i->ttl_errors +
				  i->type_errors + i->length_errors + i->interval_errors +
				  i->auth_errors + i->address_list_errors);
		grid_addf(g, "%u", i->transitions);
		grid_addf(g, "%u", i->become_master);
		grid_addf(g, "%.1f ms", (double)i->worst_lateness_us / 1000);
		grid_addf(g, "%.1f ms", (double)i->worst_advert_gap_us / 1000);
	}
	view_print(c, g);
}

void view_instances(const struct ctl *c)
{
	print_vrrp(c, NULL);
}

int view_vrrp(struct ctl *c, int argc, char **argv)
{
	static const enum table_id of_one[] = {T_VRRP_INSTANCE, T_VRRP_ADDRESS, T_VRRP_PEER,
					       T_COUNT};
	const struct vrrp_instance_row *only = NULL;

	if (argc && !(only = match_vrrp(c, argv[0])))
		return result_no_row(c);
	if (view_json(c, only ? of_one : c->command->tables, only ? only->name : NULL, NULL))
		return CTL_OK;
	print_vrrp(c, only);
	printf("\n");
	print_vrrp_counts(c, only);
	return CTL_OK;
}

/* ---- change log -------------------------------------------------------- */

static const struct grid_column log_columns[] = {
    {"NUMBER", .right = true}, {"WHEN"}, {"SOURCE"}, {"WHO"}, {"OBJECT"}, {"FIELD"}, {"CHANGE"},
    {"RESULT", .state = true}, {"WHY"},  {NULL},
};

int view_log(struct ctl *c, int argc, char **argv)
{
	size_t count = store_count(c->store, T_CHANGE_LOG);
	uint64_t wanted = 20;
	struct grid *g;

	if (argc && !text_u64(argv[0], 1, UINT32_MAX, &wanted)) {
		say(stderr, "halvardctl: log: \"%s\" is not a number of lines (1 or more)\n",
		    argv[0]);
		return CTL_USAGE;
	}
	if (view_json(c, c->command->tables, NULL, NULL))
		return CTL_OK;
	g = grid_new(log_columns);
	for (size_t i = count > wanted ? count - wanted : 0; i < count; i++) {
		const struct change_log_row *l = store_at(c->store, T_CHANGE_LOG, i);
		char when[64];

		grid_addf(g, "%u", l->number);
		grid_add(g, value_wall(l->when, when, sizeof(when)));
		grid_add(g, enum_name(change_source_names, l->source));
		grid_add(g, l->who);
		grid_add(g, l->object);
		grid_add(g, l->field);
		grid_addf(g, "%s -> %s", l->old_value[0] ? l->old_value : "(nothing)",
			  l->new_value[0] ? l->new_value : "(nothing)");
		grid_add(g, enum_name(change_result_names, l->result));
		grid_add(g, l->result_text);
	}
	view_print(c, g);
	return CTL_OK;
}

/* ---- overview ---------------------------------------------------------- */

static const struct grid_column process_columns[] = {
    {"PROCESS"},
    {"STATE", .state = true},
    {"PID", .right = true},
    {"RESTARTS", .right = true},
    {"STARTED", .right = true},
    {"HEARTBEAT", .right = true},
    {"WORST LATENESS", .right = true},
    {"MEMORY", .right = true},
    {NULL},
};

static void print_processes(const struct ctl *c)
{
	struct grid *g = grid_new(process_columns);

	STORE_EACH(c->store, T_PROCESS, struct process_row, p)
	{
		grid_add(g, p->role);
		grid_add(g, enum_name(process_state_names, p->state));
		grid_addf(g, "%u", p->pid);
		grid_addf(g, "%u", p->restarts);
		view_age(c, g, p->started);
		view_age(c, g, p->heartbeat);
		if (p->worst_lateness_us)
			grid_addf(g, "%.1f ms", (double)p->worst_lateness_us / 1000);
		else
			grid_add(g, "");
		if (p->memory_kb)
			grid_addf(g, "%llu kB", (unsigned long long)p->memory_kb);
		else
			grid_add(g, "");
	}
	view_print(c, g);
}

static void print_source(const struct global_row *gl)
{
	char reason[sizeof(gl->config_source_reason)];

	if (gl->config_source == CONFIG_FROM_FILE)
		return;
	TEXT_COPY(reason, gl->config_source_reason);
	printf("%s: %s\n",
	       gl->config_source == CONFIG_FROM_STORED
		   ? "the stored configuration runs, which was accepted last, not the file"
		   : "only the good parts of the configuration file run",
	       text_printable(reason));
}

static void print_trial(const struct ctl *c, const struct global_row *gl)
{
	int64_t left = mono_diff(gl->confirm_ends, c->now);

	if (gl->confirm_pending == CONFIRM_NONE)
		return;
	printf("a %s is on trial, and goes back in %lld s unless `halvardctl confirm` keeps it\n",
	       enum_name(confirm_pending_names, gl->confirm_pending),
	       left > 0 ? (long long)(left / NS_PER_S) : 0LL);
}

static void print_headline(const struct ctl *c)
{
	const struct global_row *gl = store_single(c->store, T_GLOBAL);
	char up[SMALL], reload[SMALL], name[sizeof(gl->router_id)];
	char error[sizeof(gl->last_reload_error)];

	TEXT_COPY(name, gl->router_id);
	TEXT_COPY(error, gl->last_reload_error);
	printf("halvard %s%s%s, up %s, configuration %llu", gl->version, name[0] ? " on " : "",
	       text_printable(name), value_age(c, gl->started, up, sizeof(up)),
	       (unsigned long long)gl->config_generation);
	if (gl->overlay_entries)
		printf(", %u change%s kept in the overlay", gl->overlay_entries,
		       gl->overlay_entries == 1 ? "" : "s");
	printf("\n");
	print_source(gl);
	print_trial(c, gl);
	if (gl->last_reload_result == RELOAD_REFUSED && !text_eq(error, gl->config_source_reason))
		printf("the last reload, %s ago, was refused: %s\n",
		       value_age(c, gl->last_reload, reload, sizeof(reload)),
		       text_printable(error));
}

int view_status(struct ctl *c, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (view_json(c, c->command->tables, NULL, NULL))
		return CTL_OK;
	print_headline(c);
	if (store_count(c->store, T_VRRP_INSTANCE)) {
		printf("\n");
		print_vrrp(c, NULL);
	}
	if (store_count(c->store, T_VIRTUAL_SERVER)) {
		printf("\n");
		view_servers(c);
	}
	if (store_count(c->store, T_PROCESS)) {
		printf("\n");
		print_processes(c);
	}
	return CTL_OK;
}
