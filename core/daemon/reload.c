/* reload: see reload.h. */
#define LOG_AREA LOG_AREA_CONFIG
#include "daemon/reload.h"

#include "base/log.h"
#include "base/text.h"
#include "daemon/accepted.h"
#include "daemon/confirm.h"
#include "daemon/conflicts.h"
#include "daemon/digest.h"
#include "daemon/handover.h"
#include "daemon/overlay_rows.h"
#include "daemon/options.h"
#include "daemon/numbers.h"
#include "daemon/own.h"
#include "model/rows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
static const struct finding *first_error(const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].level >= FINDING_ERROR)
			return &f->items[i];
	return NULL;
}

static void log_findings(const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		log_finding(&f->items[i]);
}

static void overrule_levels(const struct role_env *env, struct global_row *g)
{
	struct log_levels file = {0}, line = {0};
	char why[TEXT_MAX], text[LOG_LEVELS_TEXT];

	log_levels_parse(g->log_level, &file, why, sizeof(why));
	log_levels_parse(env->log_level ? env->log_level : "", &line, why, sizeof(why));
	file = log_levels_over(&file, &line);
	TEXT_COPY(g->log_level, log_levels_text(&file, text));
}

/* The command line's word over the file's. */
static void overrule(const struct role_env *env, struct store *wanted)
{
	struct global_row g = *(const struct global_row *)store_single(wanted, T_GLOBAL);

	if (env->snmp_socket)
		TEXT_COPY(g.snmp_socket, env->snmp_socket);
	if (env->snmp_standalone)
		TEXT_COPY(g.snmp_standalone, env->snmp_standalone);
	overrule_levels(env, &g);
	if (env->force_snmp)
		g.enable_snmp = true;
	if (!g.router_id[0] && gethostname(g.router_id, sizeof(g.router_id) - 1) < 0)
		TEXT_COPY(g.router_id, "localhost");
	store_put(wanted, T_GLOBAL, &g, F_CONFIG, NULL);
}

static struct store *without_overlay(const struct director *d, const struct store *file)
{
	struct store *wanted = store_new();

	store_merge(wanted, file, F_WANTED);
	overrule(d->env, wanted);
	return wanted;
}

struct store *reload_with(const struct director *d, const struct overlay *o)
{
	struct store *wanted = without_overlay(d, d->file);
	char why[TEXT_MAX];

	overlay_apply(o, wanted);
	if (config_acceptable(wanted, why))
		return wanted;
	store_free(wanted); /* what could not be in force at the start is not now */
	wanted = without_overlay(d, d->file);
	overlay_apply_acceptable(o, wanted, config_acceptable);
	return wanted;
}

static struct store *with_overlay(const struct director *d, const struct store *file)
{
	struct store *wanted = without_overlay(d, file);
	size_t homeless = overlay_apply(d->overlay, wanted);

	if (homeless)
		log_notice("overlay: %zu of %zu changes are kept for rows that are not configured",
			   homeless, overlay_count(d->overlay));
	return wanted;
}

/* The same, also where the file was changed under what was set; without this every SET would
 * fail. */
static struct store *acceptable_with_overlay(const struct director *d, const struct store *file)
{
	struct store *wanted = with_overlay(d, file);
	char why[TEXT_MAX];

	/* Without changes over it, it is the file, which was validated when it was read. */
	if (!overlay_count(d->overlay) || config_acceptable(wanted, why))
		return wanted;
	store_free(wanted);
	wanted = without_overlay(d, file);
	overlay_apply_acceptable(d->overlay, wanted, config_acceptable);
	return wanted;
}

static bool is_empty(const struct store *s)
{
	return !store_count(s, T_VRRP_INSTANCE) && !store_count(s, T_VIRTUAL_SERVER);
}

/* An include that finds nothing is no mistake by itself; but where nothing at all is left it is
 * taken for a folder that is not there yet, not for the wish to have nothing. */
static void judge_missing(const struct store *file, struct findings *f)
{
	for (size_t i = 0; is_empty(file) && i < f->count; i++)
		if (f->items[i].missing)
			f->items[i].level = FINDING_ERROR;
}

static struct store *load_file(const struct director *d, struct findings *f)
{
	struct config_options how = options_of_config(d->env);
	struct store *file = config_load(d->env->config_file, &how, f);

	judge_missing(file, f);
	return file;
}

/* Takes both stores. */
static size_t put_in_force(struct director *d, struct store *file, struct store *wanted)
{
	struct numbers *numbers = numbers_begin(d->live, file);
	size_t changes;

	own_claim(d, wanted);
	store_free(d->file);
	store_free(d->wanted);
	d->file = file;
	d->wanted = wanted;
	changes = store_merge(d->live, wanted, F_WANTED);
	numbers_end(numbers, d->live, d->last_number);
	numbers_rest(d->live, d->last_number);
	overlay_rows(d);
	return changes;
}

static void tell_digest(struct director *d)
{
	struct global_row g = global_get(d);

	digest_config(d->file, g.config_digest);
	global_put(d, &g);
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

/* Into another namespace. */
static bool moves(struct store *before, struct store *file)
{
	const struct network_row *was = store_single(before, T_NETWORK);
	const struct network_row *is = store_single(file, T_NETWORK);

	return !text_eq(was->net_namespace_ipvs, is->net_namespace_ipvs) ||
	       !text_eq(was->net_namespace, is->net_namespace);
}

/* Sockets stay in the namespace in which they were opened. */
static void say_namespace(const struct director *d, struct store *file)
{
	const struct network_row *was = store_single(d->file, T_NETWORK);
	const struct network_row *is = store_single(file, T_NETWORK);

	if (!text_eq(was->net_namespace_ipvs, is->net_namespace_ipvs))
		log_warnx("net_namespace_ipvs: \"%s\" is used from the next start on",
			  is->net_namespace_ipvs);
	if (!text_eq(was->net_namespace, is->net_namespace))
		log_warnx("net_namespace: \"%s\" is used from the next start on",
			  is->net_namespace);
}

/* ---- the last accepted configuration ---------------------------------- */

static bool same_rows(const struct store *a, const struct store *b, enum table_id t)
{
	const struct fieldset mask = fieldset_of(t, F_KEY | F_CONFIG);

	if (store_count(a, t) != store_count(b, t))
		return false;
	for (size_t i = 0; i < store_count(a, t); i++) {
		struct fieldset differs = row_diff(t, store_at(a, t, i), store_at(b, t, i), mask);

		if (!fieldset_empty(&differs))
			return false;
	}
	return true;
}

static bool same_configuration(const struct store *a, const struct store *b)
{
	for (int t = 0; t < T_COUNT; t++)
		if (schema_configured((enum table_id)t) && !same_rows(a, b, (enum table_id)t))
			return false;
	return true;
}

/* A file of ten thousand servers is compared sooner than printed. */
static bool is_kept(const struct director *d, const struct store *file)
{
	return d->accepted && accepted_is_there(d->env->state_dir) &&
	       same_configuration(d->file, file);
}

/* A copy that cannot be written is no reason to refuse: the file itself is durable. */
static void keep_accepted(struct director *d, const struct store *file, char *note)
{
	size_t used = strlen(note);
	int r;

	if (is_kept(d, file))
		return;
	r = accepted_store(d->env->state_dir, file, d->env->config_file);
	d->accepted = !r;
	if (!r)
		return;
	snprintf(
	    note + used, TEXT_MAX - used,
	    "%sit could not be kept as the last accepted configuration (%s): a start with errors "
	    "in the file would run an older one",
	    used ? "; " : "", strerror(r < 0 ? -r : r));
	log_warnx("%s: %s", d->env->config_file, note + used + (used ? 2 : 0));
}

/* What a power cut leaves of a file that was being written. */
static bool has_no_octets(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !st.st_size;
}

bool reload_runs_file(const char *path, const struct store *file, struct findings *f)
{
	judge_missing(file, f);
	return !first_error(f) && !has_no_octets(path);
}

/* The stored configuration in the place of a file that is not to be run, or NULL. */
static struct store *stored_instead(const struct director *d, const char *reason)
{
	struct findings f = {0};
	char source[TEXT_MAX], why[TEXT_MAX];
	struct store *s = accepted_load(d->env->state_dir, &f, source, why);

	if (s) {
		log_errx("the stored configuration runs instead, as it was accepted last from "
			 "%.200s (%.200s/" ACCEPTED_FILE "): %.400s",
			 source, d->env->state_dir, reason);
		log_findings(&f);
	} else if (why[0]) {
		log_errx("the stored configuration in %.200s/" ACCEPTED_FILE " is of no use: %s",
			 d->env->state_dir, why);
	}
	findings_free(&f);
	return s;
}

struct source {
	enum config_source what;
	char reason[TEXT_MAX]; /* why it is not the file */
};

static void tell_source(struct director *d, const struct source *s)
{
	struct global_row g = global_get(d);

	g.config_source = (uint8_t)s->what;
	TEXT_COPY(g.config_source_reason, s->reason);
	if (s->what != CONFIG_FROM_FILE) {
		g.last_reload = loop_now(d->loop);
		g.last_reload_result = RELOAD_REFUSED;
		TEXT_COPY(g.last_reload_error, s->reason);
	}
	global_put(d, &g);
}

/* A file that was on trial and has gone back is not run; one that is run while a reload is on trial
 * is what is. */
static void judge_trial(struct director *d, const struct store *file, char reason[TEXT_MAX])
{
	char digest[DIGEST_TEXT];
	const char *why;

	digest_file(file, digest);
	why = confirm_objection(d->confirm, digest);
	if (why)
		snprintf(reason, TEXT_MAX, "%s", why);
	else
		confirm_runs(d->confirm, digest);
}

/* What a start runs: the file when it has no error, else what was accepted last, else what is
 * good of the file. */
static struct store *choose(struct director *d, struct source *ret)
{
	struct findings f = {0};
	struct store *file = load_file(d, &f), *stored;
	const struct finding *first = first_error(&f);

	*ret = (struct source){.what = CONFIG_FROM_FILE};
	log_findings(&f);
	if (first)
		finding_text(first, ret->reason, sizeof(ret->reason));
	else if (has_no_octets(d->env->config_file))
		snprintf(ret->reason, sizeof(ret->reason), "%.400s: the file is empty, 0 octets",
			 d->env->config_file);
	else
		judge_trial(d, file, ret->reason);
	findings_free(&f);
	if (!ret->reason[0])
		return file;
	stored = stored_instead(d, ret->reason);
	if (stored) {
		ret->what = CONFIG_FROM_STORED;
		store_free(file);
		return stored;
	}
	if (first) {
		ret->what = CONFIG_FROM_PARTS;
		log_errx("what is good of the file runs: no configuration that was accepted "
			 "before can take its place");
	} else {
		ret->reason[0] = '\0';
	}
	return file;
}

/* A start runs the file with what can be in force of what was set; a reload refuses it. */
static bool would_be_taken(const struct director *d, const struct store *file)
{
	struct store *wanted = without_overlay(d, file);
	char why[TEXT_MAX];
	bool ok;

	overlay_apply(d->overlay, wanted);
	ok = config_acceptable(wanted, why);
	store_free(wanted);
	return ok;
}

/* Another daemon has left all in place, and the file has changed since it read it: what it ran, so
 * that what has gone from the file is taken away, and nobody else knows of it. NULL: the file can
 * be run at once. */
static struct store *ran_before(struct director *d, struct store *file)
{
	struct findings ignored = {0};
	char source[TEXT_MAX], why[TEXT_MAX];
	struct store *before;

	if (!handover_has_states(d->env->run_dir) || confirm_pending(d->confirm) == CONFIRM_RELOAD)
		return NULL;
	before = accepted_load(d->env->state_dir, &ignored, source, why);
	findings_free(&ignored);
	if (!before ||
	    (!same_configuration(before, file) && !moves(before, file) && would_be_taken(d, file)))
		return before;
	store_free(before);
	return NULL;
}

void reload_first(struct director *d)
{
	struct source source;
	struct store *file = choose(d, &source), *before = ran_before(d, file);

	d->reads_again = before;
	if (before) {
		log_notice("%s has changed: what ran before goes on, then it is reloaded",
			   d->env->config_file);
		store_free(file);
		file = before;
	}
	if (is_empty(file))
		log_notice("%s: no VRRP instance and no virtual server is configured",
			   d->env->config_file);
	put_in_force(d, file, acceptable_with_overlay(d, file));
	tell_source(d, &source);
}

/* What the file came to say while nobody was there. */
static void say_conflicts(const struct director *d)
{
	struct findings ignored = {0}, f = {0};
	char source[TEXT_MAX], why[TEXT_MAX];
	struct store *was;

	if (!overlay_count(d->overlay))
		return;
	was = accepted_load(d->env->state_dir, &ignored, source, why);
	if (was) {
		conflicts_find(d->overlay, was, d->file, d->env->config_file, &f);
		log_findings(&f);
		store_free(was);
	}
	findings_free(&ignored);
	findings_free(&f);
}

void reload_kept(struct director *d)
{
	struct global_row g = global_get(d);
	char note[TEXT_MAX] = "";

	tell_digest(d);
	if (g.config_source == CONFIG_FROM_FILE && !has_no_octets(d->env->config_file) &&
	    confirm_pending(d->confirm) != CONFIRM_RELOAD)
		keep_accepted(d, d->file, note);
}

void reload_shown(struct director *d)
{
	say_conflicts(d);
	reload_kept(d);
}

struct store *reload_read(struct director *d, struct findings *f, struct store **wanted)
{
	const char *path = d->env->config_file;
	struct store *file = load_file(d, f);

	if (has_no_octets(path) && !is_empty(d->file))
		findings_add(f, FINDING_ERROR, path, 0, 0, NULL,
			     "the file is empty, 0 octets: if nothing is to be configured any "
			     "more, a line of comment in it says so");
	conflicts_find(d->overlay, d->file, file, path, f);
	*wanted = with_overlay(d, file);
	return file;
}

bool reload_is_good(const struct findings *f, const struct store *wanted, char *why)
{
	const struct finding *first = first_error(f);

	if (!first)
		return config_acceptable(wanted, why);
	finding_text(first, why, TEXT_MAX);
	return false;
}

/* What runs can be gone back to, and it is written down that the file is on trial. */
static bool begin_trial(struct director *d, const struct trial *t, const struct store *file,
			char *why)
{
	struct global_row g = global_get(d);
	char digest[DIGEST_TEXT], note[TEXT_MAX] = "";
	int err;

	if (confirm_pending(d->confirm) != CONFIRM_NONE) {
		confirm_text(d->confirm, why, TEXT_MAX);
		return false;
	}
	if (g.config_source == CONFIG_FROM_PARTS) {
		snprintf(why, TEXT_MAX,
			 "there is nothing to go back to: what runs are the good "
			 "parts of a file that was never accepted");
		return false;
	}
	keep_accepted(d, d->file, note);
	if (*note) {
		snprintf(why, TEXT_MAX, "there would be nothing to go back to: %.400s", note);
		return false;
	}
	digest_file(file, digest);
	err = confirm_begin(d->confirm, t, digest, NULL);
	if (err)
		snprintf(why, TEXT_MAX, "%.200s cannot be written: %s", d->env->state_dir,
			 strerror(-err));
	return !err;
}

/* The file is accepted for good, and with it what was on trial or had gone back. */
static void accept_file(struct director *d, const struct store *file, char *note)
{
	keep_accepted(d, file, note);
	if (confirm_accept(d->confirm))
		log_errx("%s/unconfirmed cannot be removed: the next start would not run the file",
			 d->env->state_dir);
}

bool reload_again(struct director *d, const struct trial *trial, size_t *changes, char *why)
{
	struct findings f = {0};
	struct store *wanted, *file = reload_read(d, &f, &wanted);
	bool good = reload_is_good(&f, wanted, why);

	log_findings(&f);
	findings_free(&f);
	if (good && trial)
		good = begin_trial(d, trial, file, why);
	if (!good) {
		store_free(file);
		store_free(wanted);
		return false;
	}
	say_empty(d, file, why);
	say_namespace(d, file);
	if (!trial)
		accept_file(d, file, why);
	*changes = put_in_force(d, file, wanted);
	d->accepted = d->accepted && !trial; /* what is kept is what one may go back to */
	tell_digest(d);
	tell_source(d, &(struct source){.what = CONFIG_FROM_FILE});
	return true;
}

void reload_confirmed(struct director *d, char *note)
{
	note[0] = '\0';
	keep_accepted(d, d->file, note);
}

bool reload_back(struct director *d, const char *reason, size_t *changes, char *why)
{
	struct source stored = {.what = CONFIG_FROM_STORED};
	struct findings f = {0};
	char from[TEXT_MAX];
	struct store *file = accepted_load(d->env->state_dir, &f, from, why);

	log_findings(&f);
	findings_free(&f);
	if (!file) {
		if (!*why)
			snprintf(why, TEXT_MAX, "there is no accepted configuration in %.200s",
				 d->env->state_dir);
		return false;
	}
	*changes = put_in_force(d, file, acceptable_with_overlay(d, file));
	d->accepted = true;
	tell_digest(d);
	TEXT_COPY(stored.reason, reason);
	tell_source(d, &stored);
	return true;
}
