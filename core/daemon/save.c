/* save: see save.h. */
#include "daemon/save.h"

#include "base/log.h"
#include "base/text.h"
#include "config/rewrite.h"
#include "daemon/options.h"
#include "daemon/persist.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct line {
	const char *text; /* of the overlay, whose lines it outlives: a copy */
	bool saved;
	const char *why;
};

struct save {
	char dir[PATH_MAX], name[NAME_MAX + 1];
	mode_t mode;
	struct buf old, new;
	struct line *lines;
	size_t n, count; /* of the overlay's lines; of values that are in the new text */
};

void save_free(struct save *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		free((char *)(uintptr_t)s->lines[i].text);
	free(s->lines);
	buf_free(&s->old);
	buf_free(&s->new);
	free(s);
}

/* Where the file really is, behind links. */
static const char *locate(struct save *s, const char *file)
{
	char path[PATH_MAX], *slash;
	struct stat st;

	if (!realpath(file, path) || stat(path, &st) < 0)
		return strerror(errno);
	if (st.st_uid != geteuid() || st.st_gid != getegid())
		return "it belongs to another user or group";
	if (access(path, W_OK) < 0 || !(st.st_mode & S_IWUSR))
		return errno == EROFS ? strerror(errno) : "it is not to be written";
	slash = strrchr(path, '/');
	text_copy(s->name, sizeof(s->name), slash + 1);
	*slash = '\0';
	text_copy(s->dir, sizeof(s->dir), path[0] ? path : "/");
	s->mode = st.st_mode & 0777;
	return NULL;
}

/* Something made in between has the value of the first: both stay, in their order. */
static bool is_told_twice(const struct overlay *o, size_t i)
{
	struct overlay_line l = overlay_line(o, i);

	for (size_t k = 0; k < overlay_count(o); k++) {
		struct overlay_line m = overlay_line(o, k);

		if (k != i && m.kind == OP_SET && m.table == l.table && m.f == l.f &&
		    row_key_cmp(l.table, m.key, l.key) == 0)
			return true;
	}
	return false;
}

/* Of the lines that set a field; `ret` has room for all. */
static size_t list_values(const struct overlay *o, struct config_value *ret, size_t *line)
{
	size_t n = 0;

	for (size_t i = 0; i < overlay_count(o); i++) {
		struct overlay_line l = overlay_line(o, i);

		if (l.kind != OP_SET || is_told_twice(o, i))
			continue;
		ret[n] = (struct config_value){l.table, l.key, l.f, l.value, NULL};
		line[n++] = i;
	}
	return n;
}

static void keep_lines(struct save *s, const struct overlay *o)
{
	s->n = overlay_count(o);
	s->lines = xcalloc(s->n + 1, sizeof(*s->lines));
	for (size_t i = 0; i < s->n; i++)
		s->lines[i] = (struct line){xstrdup(overlay_line(o, i).line), false,
					    overlay_line(o, i).kind == OP_SET
						? "a row that was made since has it from there"
						: "rows come and go beside the file"};
}

/* The names behind links are what a file includes by; so the trial stands beside the real one. */
static int rewrite(struct save *s, const struct director *d, const char *path)
{
	struct config_options how = options_of_config(d->env);
	struct config_value *values = xcalloc(s->n + 1, sizeof(*values));
	size_t *line = xcalloc(s->n + 1, sizeof(*line)), n;
	char trial[PATH_MAX];
	int error = 0;

	n = list_values(d->overlay, values, line);
	if (snprintf(trial, sizeof(trial), "%s/.%s.new", s->dir, s->name) >= (int)sizeof(trial))
		error = -ENAMETOOLONG;
	else
		s->count = config_rewrite(path, trial, &how, values, n, &s->new, &error);
	for (size_t i = 0; i < n; i++)
		s->lines[line[i]] =
		    (struct line){s->lines[line[i]].text, !values[i].why, values[i].why};
	free(values);
	free(line);
	return error;
}

static bool is_in_force(const struct director *d, const char *path)
{
	struct config_options how = options_of_config(d->env);
	struct findings f = {0};
	struct store *now = config_load(path, &how, &f), *was = store_new();
	bool same;

	store_merge(was, d->file, F_WANTED);
	same = store_merge(was, now, F_WANTED) == 0;
	findings_free(&f);
	store_free(now);
	store_free(was);
	return same;
}

static bool prepare(struct save *s, const struct director *d, char *why)
{
	const char *file = d->env->config_file, *bad = locate(s, file);
	char path[PATH_MAX];
	int r;

	if (bad || snprintf(path, sizeof(path), "%s/%s", s->dir, s->name) >= (int)sizeof(path)) {
		snprintf(why, TEXT_MAX, "%.200s cannot be written: %s", file,
			 bad ? bad : strerror(ENAMETOOLONG));
		return false;
	}
	if (!is_in_force(d, path)) {
		snprintf(why, TEXT_MAX,
			 "%.200s is not what is in force: it has changed since; reload first",
			 file);
		return false;
	}
	keep_lines(s, d->overlay);
	r = persist_read(s->dir, s->name, &s->old);
	if (!r)
		r = rewrite(s, d, path);
	if (r)
		snprintf(why, TEXT_MAX, "%.200s cannot be written: %s", file, strerror(-r));
	else if (!s->count)
		save_say(s, why);
	return !r && s->count;
}

struct save *save_prepare(const struct director *d, char *why)
{
	struct save *s = xcalloc(1, sizeof(*s));

	if (prepare(s, d, why))
		return s;
	save_free(s);
	return NULL;
}

int save_write(struct save *s)
{
	return persist_replace(s->dir, s->name, &s->new, s->mode);
}

int save_undo(struct save *s)
{
	return persist_replace(s->dir, s->name, &s->old, s->mode);
}

/* A line that the file says too, by what else was saved. */
static bool says_the_same(const struct store *file, const struct overlay_line *l)
{
	const void *row = l->kind == OP_SET ? store_find(file, l->table, l->key) : NULL;
	unsigned char copy[MAX_ROW];
	struct fieldset one = {{0}}, diff;
	char why[TEXT_MAX];

	if (!row || !(l->f->flags & F_CONFIG))
		return false;
	memcpy(copy, row, schema_table(l->table)->row_size);
	fieldset_add(&one, field_index(schema_table(l->table), l->f));
	if (!field_parse(l->f, copy, l->value, why))
		return false;
	diff = row_diff(l->table, copy, row, one);
	return fieldset_empty(&diff);
}

struct overlay *save_rest(struct save *s, const struct overlay *o, const struct store *file)
{
	struct overlay *rest = overlay_clone(o);

	for (size_t i = s->n; i-- > 0;) {
		struct overlay_line l = overlay_line(o, i);

		if (!s->lines[i].saved && says_the_same(file, &l) && !is_told_twice(o, i)) {
			s->lines[i].saved = true;
			s->count++;
		}
		if (s->lines[i].saved)
			overlay_forget(rest, i);
	}
	return rest;
}

void save_say(const struct save *s, char *text)
{
	const struct line *first = NULL;
	size_t len;

	for (size_t i = 0; i < s->n; i++) {
		if (s->lines[i].saved)
			continue;
		first = first ? first : &s->lines[i];
		log_notice("save: stays beside the file (%s): %.200s", s->lines[i].why,
			   s->lines[i].text);
	}
	len = (size_t)snprintf(text, TEXT_MAX, "%zu of %zu lines are in %.200s/%.100s now",
			       s->count, s->n, s->dir, s->name);
	if (first && len < TEXT_MAX)
		snprintf(text + len, TEXT_MAX - len, "; the others stay beside it, as %.100s: %s",
			 first->text, first->why);
}

struct store *save_take_file(struct director *d)
{
	struct config_options how = options_of_config(d->env);
	struct store *was = d->file;
	struct findings f = {0};

	d->file = config_load(d->env->config_file, &how, &f);
	findings_free(&f);
	return was;
}
