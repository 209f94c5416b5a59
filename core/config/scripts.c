/*
 * scripts: may others than root change what the configuration has root run? That is asked of the
 * machine, and only by a test of the configuration. It looks at statements as they stand: what
 * they mean is of no weight here, nor whether it is done already.
 */
#include "config/parse.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const runs[] = {"script",
				   "misc_path",
				   "startup_script",
				   "shutdown_script",
				   "notify_fifo_script",
				   "vrrp_notify_fifo_script",
				   "lvs_notify_fifo_script",
				   "notify",
				   "notify_master",
				   "notify_backup",
				   "notify_fault",
				   "notify_stop",
				   "notify_deleted",
				   "notify_master_rx_lower_pri",
				   "notify_up",
				   "notify_down",
				   "quorum_up",
				   "quorum_down"};

static const struct item *statement(const struct lexed *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i]->kind == ITEM_STATEMENT && l->items[i]->nwords &&
		    text_eq(l->items[i]->words[0].text, name))
			return l->items[i];
	return NULL;
}

/* The path of what a statement runs: true when there is one. */
static bool path_of(const struct item *it, char *path, size_t size)
{
	if (it->kind != ITEM_STATEMENT || it->nwords < 2 || it->words[1].text[0] != '/')
		return false;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (text_eq(it->words[0].text, runs[i]))
			return snprintf(path, size, "%.*s", (int)strcspn(it->words[1].text, " \t"),
					it->words[1].text) < (int)size;
	return false;
}

static void say(struct findings *f, const struct item *it, const char *text, const char *path)
{
	struct place at = item_place(it, 1);

	place_report(f, FINDING_WARNING, &at, "%s: %.200s %s", it->words[0].text, path, text);
	findings_last(f)->security = true;
}

/* Those of these keywords may name who runs it on the same line. */
static bool has_own_user(const char *keyword)
{
	return !text_eq(keyword, "script") && !text_eq(keyword, "misc_path");
}

static bool is_root(const char *user)
{
	return text_eq(user, "root") || text_eq(user, "0");
}

/* Whether root runs it, where nothing else is said on its line than what script_user says. */
static bool root_runs(const struct item *it, bool otherwise)
{
	if (it->nwords < 3 || !has_own_user(it->words[0].text))
		return otherwise;
	return is_root(it->words[2].text) || (it->nwords > 3 && is_root(it->words[3].text));
}

/* Without enable_script_security one is said for all, and is as bad as keepalived finds it. */
void scripts_check(const struct lexed *l, const struct config_machine *machine, struct findings *f)
{
	const struct item *user = statement(l, "script_user");
	bool secure = statement(l, "enable_script_security");
	bool root = !user || user->nwords < 2 || is_root(user->words[1].text);
	char path[512];

	for (size_t i = 0; i < l->count; i++) {
		const struct item *it = l->items[i];
		const char *doubt;

		if (!path_of(it, path, sizeof(path)) || !machine->has_file(path))
			continue;
		if (!secure) {
			say(f, it,
			    "would be run without a look at who can change it: put "
			    "enable_script_security into global_defs",
			    path);
			return;
		}
		doubt = root_runs(it, root) ? machine->who_else_writes(path) : NULL;
		if (doubt)
			say(f, it, doubt, path);
	}
}
