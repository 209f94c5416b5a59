/*
 * top: see top.h. Process: halvardctl.
 *
 * A frame is composed from the replica as text, each second and soon after a row has changed;
 * screen.c cuts it to the terminal. Columns stand in the order of what matters, so that a narrow
 * terminal loses the least. When the daemon goes away the last rows stay, and their age is said.
 */
#include "ctl/top.h"

#include "base/log.h"
#include "base/text.h"
#include "ctl/client.h"
#include "ctl/grid.h"
#include "ctl/match.h"
#include "ctl/say.h"
#include "ctl/screen.h"
#include "ctl/value.h"
#include "ctl/view_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND    NS_PER_S
#define REFRESH   (2 * NS_PER_S)
#define SOON      (100 * NS_PER_MS) /* after a change: many are one frame */
#define HEADLINES 2

#define REVERSE "\033[7m"
#define PLAIN   "\033[0m"

/* ---- order ------------------------------------------------------------- */

/* What servers may be sorted by: a field of real servers, and one of virtual servers. */
static const struct sort {
	char key;
	const char *name, *help;
	const char *rs, *vs;
} sorts[] = {
    {'n', "name", "name", NULL, NULL},
    {'s', "state", "state", "oper_state", "oper_state"},
    {'w', "weight", "weight", "weight", "weight_total"},
    {'a', "active", "active connections", "active_conns", "active_conns"},
    {'c', "cps", "connections per second", "cps", "cps"},
    {'i', "in", "bytes in per second", "in_bps", "in_bps"},
    {'o', "out", "bytes out per second", "out_bps", "out_bps"},
};

#define SORTS (sizeof(sorts) / sizeof(sorts[0]))

enum section { EVERYTHING, INSTANCES, VIRTUAL_SERVERS, REAL_SERVERS };

struct top {
	struct ctl *c;
	struct screen *screen;
	struct timer paint, refresh;
	const struct sort *sort;
	bool reverse;
	enum section section;
	bool help;
	size_t scroll;
	struct mono lost; /* since when the daemon is away; 0: it is there */
};

/* For qsort(3), which has no argument. */
static enum table_id sort_table;
static const struct field *sort_field;
static bool sort_reverse;

static int by_field(const void *a, const void *b)
{
	const void *x = *(const void *const *)a, *y = *(const void *const *)b;
	uint64_t v = field_get(sort_field, x), w = field_get(sort_field, y);
	int r = v != w ? (v < w ? 1 : -1) : 0; /* the largest first */

	if (!r)
		r = row_key_cmp(sort_table, x, y);
	return sort_reverse ? -r : r;
}

/* Rows of a table in the order that was chosen; n rows, freed by the caller. */
static const void **sorted(const struct top *t, enum table_id id, size_t *n)
{
	const char *name = id == T_REAL_SERVER ? t->sort->rs : t->sort->vs;
	const void **rows;

	*n = store_count(t->c->store, id);
	rows = xcalloc(*n + 1, sizeof(*rows));
	for (size_t i = 0; i < *n; i++)
		rows[i] = store_at(t->c->store, id, !name && t->reverse ? *n - 1 - i : i);
	sort_table = id;
	sort_field = name ? schema_field(id, name) : NULL;
	sort_reverse = t->reverse;
	if (sort_field)
		qsort(rows, *n, sizeof(*rows), by_field);
	return rows;
}

/* ---- tables ------------------------------------------------------------ */

static const struct grid_column vs_columns[] = {
    {"VIRTUAL SERVER"},
    {"STATE", .state = true},
    {"UP", .right = true},
    {"CONN/S", .right = true},
    {"ACTIVE", .right = true},
    {"IN B/S", .right = true},
    {"OUT B/S", .right = true},
    {"WEIGHT UP", .right = true},
    {"ADMIN", .state = true},
    {"SINCE", .right = true},
    {NULL},
};

static void put_vs(const struct top *t)
{
	struct grid *g = grid_new(vs_columns);
	size_t n;
	const void **rows = sorted(t, T_VIRTUAL_SERVER, &n);

	for (size_t i = 0; i < n; i++) {
		const struct virtual_server_row *v = rows[i];

		grid_add(g, v->name);
		grid_add(g, enum_name(vs_oper_names, v->oper_state));
		grid_addf(g, "%u/%u", v->rs_up, v->rs_total);
		view_short(g, v->cps);
		view_short(g, v->active_conns);
		view_short(g, v->in_bps);
		view_short(g, v->out_bps);
		grid_addf(g, "%u/%u", v->weight_up, v->weight_total);
		grid_add(g, enum_name(vs_admin_names, v->admin_state));
		view_age(t->c, g, v->last_change);
	}
	free(rows);
	view_print(t->c, g);
}

static const struct grid_column rs_columns[] = {
    {"REAL SERVER"},
    {"STATE", .state = true},
    {"WEIGHT", .right = true},
    {"CONN/S", .right = true},
    {"ACTIVE", .right = true},
    {"IN B/S", .right = true},
    {"OUT B/S", .right = true},
    {"OF"},
    {"ADMIN", .state = true},
    {"SINCE", .right = true},
    {"REASON"},
    {NULL},
};

static void put_rs(const struct top *t)
{
	struct grid *g = grid_new(rs_columns);
	size_t n;
	const void **rows = sorted(t, T_REAL_SERVER, &n);

	for (size_t i = 0; i < n; i++) {
		const struct real_server_row *r = rows[i];

		grid_add(g, r->name);
		grid_add(g, enum_name(rs_oper_names, r->oper_state));
		if (r->effective_weight == r->weight)
			grid_addf(g, "%u", r->weight);
		else
			grid_addf(g, "%u of %u", r->effective_weight, r->weight);
		view_short(g, r->cps);
		view_short(g, r->active_conns);
		view_short(g, r->in_bps);
		view_short(g, r->out_bps);
		grid_add(g, r->vs);
		grid_add(g, enum_name(rs_admin_names, r->admin_state));
		view_age(t->c, g, r->last_change);
		grid_add(g, *r->reason_text ? r->reason_text
					    : enum_name(check_reason_names, r->reason));
	}
	free(rows);
	view_print(t->c, g);
}

/* ---- the frame --------------------------------------------------------- */

static void put_headline(const struct top *t, FILE *out)
{
	const struct global_row *g = store_single(t->c->store, T_GLOBAL);
	char now[64], up[32], name[sizeof(g->router_id)];

	TEXT_COPY(name, g->router_id);
	value_wall((uint64_t)t->c->wall_ms, now, sizeof(now));
	fprintf(out, "%s  halvard %s%s%s, up %s, by %s%s, ? for help\n", now, g->version,
		*name ? " on " : "", text_printable(name),
		value_age(t->c, g->started, up, sizeof(up)), t->sort->name,
		t->reverse ? " reversed" : "");
	if (t->lost.ns)
		fprintf(out, "%sthe daemon is away, trying again; what is shown is %s old%s\n",
			t->c->colour ? REVERSE : "", value_age(t->c, t->lost, up, sizeof(up)),
			t->c->colour ? PLAIN : "");
	else
		fprintf(out, "\n");
}

static void put_help(FILE *out)
{
	fprintf(out, "q          quit\n"
		     "?          this help\n"
		     "1 2 3 4    everything, instances, virtual servers, real servers\n"
		     "up, down, page up, page down, home, end (also k, j, space)\n"
		     "r          reverse the order\n");
	for (size_t i = 0; i < SORTS; i++)
		fprintf(out, "%c          by %s\n", sorts[i].key, sorts[i].help);
}

static void put_body(const struct top *t, FILE *out)
{
	bool all = t->section == EVERYTHING;

	if (t->help) {
		put_help(out);
		return;
	}
	if (t->section == INSTANCES || (all && store_count(t->c->store, T_VRRP_INSTANCE)))
		view_instances(t->c);
	if (all && store_count(t->c->store, T_VRRP_INSTANCE))
		fprintf(out, "\n");
	if (t->section == VIRTUAL_SERVERS || (all && store_count(t->c->store, T_VIRTUAL_SERVER)))
		put_vs(t);
	if (all && store_count(t->c->store, T_VIRTUAL_SERVER))
		fprintf(out, "\n");
	if (t->section == REAL_SERVERS || (all && store_count(t->c->store, T_REAL_SERVER)))
		put_rs(t);
}

static char *compose(struct top *t, void (*put)(const struct top *t, FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		fatalx("out of memory");
	t->c->out = out;
	put(t, out);
	fclose(out);
	t->c->out = NULL;
	return text;
}

/* The body from the line that was scrolled to; the last page is never left. */
static const char *scrolled(struct top *t, const char *body)
{
	size_t lines = 0, room = screen_height(t->screen);

	room = room > HEADLINES ? room - HEADLINES : 1;
	for (const char *p = body; (p = strchr(p, '\n')); p++)
		lines++;
	if (t->scroll > (lines > room ? lines - room : 0))
		t->scroll = lines > room ? lines - room : 0;
	for (size_t i = 0; i < t->scroll; i++)
		body = strchr(body, '\n') + 1;
	return body;
}

static void paint(struct top *t)
{
	char *head, *body;
	struct buf frame = {0};

	t->c->now = loop_refresh(t->c->loop);
	t->c->wall_ms = (int64_t)wall_now_ms();
	head = compose(t, put_headline);
	body = compose(t, put_body);
	buf_printf(&frame, "%s", head);
	buf_add(&frame, scrolled(t, body), strlen(scrolled(t, body)));
	screen_show(t->screen, buf_cstr(&frame));
	buf_free(&frame);
	free(head);
	free(body);
	timer_after(&t->paint, SECOND);
}

/* ---- what happens ------------------------------------------------------ */

static void on_time(void *arg, struct mono now)
{
	(void)now;
	paint(arg);
}

static void on_refresh(void *arg, struct mono now)
{
	struct top *t = arg;

	client_want_stats(t->c);
	timer_at(&t->refresh, mono_add(now, REFRESH));
}

static void on_paint(void *arg)
{
	paint(arg);
}

static void paint_soon(struct top *t)
{
	struct mono soon = mono_add(mono_read(), SOON);

	if (!t->paint.armed || mono_diff(t->paint.due, soon) > 0)
		timer_at(&t->paint, soon);
}

static void on_row(void *arg, enum table_id id, const void *row, const struct fieldset *changed,
		   const void *old)
{
	(void)id, (void)row, (void)changed, (void)old;
	paint_soon(arg);
}

static void on_gone(void *arg, enum table_id id, const void *row)
{
	(void)id, (void)row;
	paint_soon(arg);
}

static void on_lost(void *arg, const char *why)
{
	struct top *t = arg;

	(void)why;
	t->lost = mono_read();
	paint_soon(t);
}

static void on_back(void *arg)
{
	struct top *t = arg;

	t->lost = (struct mono){0};
	paint_soon(t);
}

static const struct observer observer = {on_row, on_gone, on_lost, on_back};

static void scroll_by(struct top *t, long lines)
{
	if (lines < 0 && t->scroll < (size_t)-lines)
		t->scroll = 0;
	else
		t->scroll += (size_t)lines;
}

static bool scroll_key(struct top *t, int key)
{
	long page = (long)screen_height(t->screen) - HEADLINES - 1;

	if (key == KEY_UP || key == 'k')
		scroll_by(t, -1);
	else if (key == KEY_DOWN || key == 'j')
		scroll_by(t, 1);
	else if (key == KEY_PAGE_UP)
		scroll_by(t, -page);
	else if (key == KEY_PAGE_DOWN || key == ' ')
		scroll_by(t, page);
	else if (key == KEY_HOME)
		t->scroll = 0;
	else if (key == KEY_END)
		t->scroll = SIZE_MAX / 2;
	else
		return false;
	return true;
}

static void on_key(void *arg, int key)
{
	struct top *t = arg;

	if (key == 'q') {
		loop_stop(t->c->loop);
		return;
	}
	if (key == '?')
		t->help = !t->help;
	else if (key == 'r')
		t->reverse = !t->reverse;
	else if (key >= '1' && key <= '4')
		t->section = (enum section)(key - '1');
	else if (!scroll_key(t, key))
		for (size_t i = 0; i < SORTS; i++)
			if (sorts[i].key == key)
				t->sort = &sorts[i];
	if (key != '?')
		t->help = false;
	paint(t);
}

static const struct screen_ops screen_ops = {.key = on_key, .paint = on_paint};

/* The order of --sort; false after a message. */
static bool find_sort(struct top *t, const char *name)
{
	const char *names[SORTS + 1] = {NULL};

	for (size_t i = 0; i < SORTS; i++) {
		names[i] = sorts[i].name;
		if (text_eq(name, sorts[i].name)) {
			t->sort = &sorts[i];
			return true;
		}
	}
	match_complain("order", name, names);
	return false;
}

int top_run(struct ctl *c, int argc, char **argv)
{
	struct top t = {.c = c, .sort = &sorts[0]};
	int rc;

	(void)argc, (void)argv;
	if (c->sort && !find_sort(&t, c->sort))
		return CTL_USAGE;
	timer_init(&t.paint, c->loop, on_time, &t);
	t.screen = screen_open(c->loop, &screen_ops, &t);
	if (!t.screen)
		return CTL_USAGE;
	timer_init(&t.refresh, c->loop, on_refresh, &t);
	timer_after(&t.refresh, REFRESH);
	paint(&t);
	rc = client_observe(c, &observer, &t);
	timer_stop(&t.paint);
	timer_stop(&t.refresh);
	screen_close(t.screen);
	return rc;
}
