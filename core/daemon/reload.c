/* reload: see reload.h. */
#include "daemon/reload.h"

#include "base/log.h"
#include "base/text.h"
#include "config/config.h"
#include "daemon/digest.h"
#include "model/rows.h"

#include <stdio.h>
#include <unistd.h>

/* "file:line:column: text", or without a place where there is none. */
static void finding_text(const struct finding *f, char *ret, size_t size)
{
	const char *file = f->file ? f->file : "configuration";

	if (f->line)
		snprintf(ret, size, "%s:%u:%u: %s", file, f->line, f->column, f->text);
	else
		snprintf(ret, size, "%s: %s", file, f->text);
}

static void log_finding(const struct finding *f)
{
	static const enum log_level level[] = {LOG_LV_INFO, LOG_LV_WARN, LOG_LV_ERR, LOG_LV_ERR};

	char text[TEXT_MAX];

	finding_text(f, text, sizeof(text));
	log_at(level[f->level], "%s", text);
}

/* The first finding that forbids a reload, or NULL. */
static const struct finding *log_findings(const struct findings *f)
{
	const struct finding *first = NULL;

	for (size_t i = 0; i < f->count; i++) {
		log_finding(&f->items[i]);
		if (!first && f->items[i].level >= FINDING_ERROR)
			first = &f->items[i];
	}
	return first;
}

/* The command line's word over the file's. */
static void overrule(const struct role_env *env, struct store *file)
{
	struct global_row g = *(const struct global_row *)store_single(file, T_GLOBAL);

	if (env->snmp_socket)
		TEXT_COPY(g.snmp_socket, env->snmp_socket);
	if (env->force_snmp)
		g.enable_snmp = true;
	if (!g.router_id[0] && gethostname(g.router_id, sizeof(g.router_id) - 1) < 0)
		TEXT_COPY(g.router_id, "localhost");
	store_put(file, T_GLOBAL, &g, F_CONFIG, NULL);
}

static struct store *with_overlay(const struct store *file, const struct overlay *o)
{
	struct store *wanted = store_new();
	size_t homeless;

	store_merge(wanted, file, F_WANTED);
	homeless = overlay_apply(o, wanted);
	if (homeless)
		log_notice("overlay: %zu of %zu changes are kept for rows that are not configured",
			   homeless, overlay_count(o));
	return wanted;
}

/* Takes both stores. */
static size_t put_in_force(struct director *d, struct store *file, struct store *wanted)
{
	struct global_row g;
	size_t changes;

	store_free(d->file);
	store_free(d->wanted);
	d->file = file;
	d->wanted = wanted;
	changes = store_merge(d->live, wanted, F_WANTED);
	g = global_get(d);
	digest_config(file, g.config_digest);
	global_put(d, &g);
	return changes;
}

static bool is_empty(const struct store *s)
{
	return !store_count(s, T_VRRP_INSTANCE) && !store_count(s, T_VIRTUAL_SERVER);
}

/* An empty file is accepted, but it may be one that is just being written: it is said aloud. */
static void say_empty(const struct director *d, const struct store *file, char *note)
{
	note[0] = '\0';
	if (!is_empty(file) || is_empty(d->file))
		return;
	snprintf(note, TEXT_MAX,
		 "nothing is configured any more: %zu VRRP instances and %zu virtual servers go",
		 store_count(d->file, T_VRRP_INSTANCE), store_count(d->file, T_VIRTUAL_SERVER));
	log_warnx("%s: %s", d->env->config_file, note);
}

void reload_first(struct director *d)
{
	struct findings f = {0};
	struct store *file = config_load(d->env->config_file, &f);
	struct store *wanted;
	char why[TEXT_MAX];

	log_findings(&f);
	findings_free(&f);
	if (is_empty(file))
		log_notice("%s: no VRRP instance and no virtual server is configured",
			   d->env->config_file);
	overrule(d->env, file);
	wanted = with_overlay(file, d->overlay);
	if (!config_acceptable(wanted, why)) {
		/* The file was changed under what was set; without this every SET would fail. */
		store_free(wanted);
		wanted = store_new();
		store_merge(wanted, file, F_WANTED);
		overlay_apply_acceptable(d->overlay, wanted, config_acceptable);
	}
	put_in_force(d, file, wanted);
}

/* A reload's own rule: errors in the file, or a model that does not hold together. */
static bool refuse(const struct findings *f, const struct store *wanted, char *why)
{
	const struct finding *first = log_findings(f);

	if (first) {
		finding_text(first, why, TEXT_MAX);
		return true;
	}
	return !config_acceptable(wanted, why);
}

bool reload_again(struct director *d, size_t *changes, char *why)
{
	struct findings f = {0};
	struct store *file = config_load(d->env->config_file, &f);
	struct store *wanted;
	bool refused;

	overrule(d->env, file);
	wanted = with_overlay(file, d->overlay);
	refused = refuse(&f, wanted, why);
	findings_free(&f);
	if (refused) {
		store_free(file);
		store_free(wanted);
		return false;
	}
	say_empty(d, file, why);
	*changes = put_in_force(d, file, wanted);
	return true;
}
