/* rewrite: see rewrite.h. */
#include "config/rewrite.h"

#include "config/create.h"
#include "config/keyword.h"
#include "config/validate.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A value in the text of the file. */
struct edit {
	bool good;
	size_t at, len; /* of the word that goes */
	char word[TEXT_MAX];
};

struct rewriter {
	const char *path, *trial;
	const struct config_options *options;
	struct config_value *values;
	struct edit *edits;
	size_t n;
	struct store *file; /* as it is now */
	struct buf old;
	int error;
};

/* ---- where a value stands ------------------------------------------------- */

/* The keyword that fills the field, under the name that is written there; NULL: none does. */
static const struct keyword *keyword_of(const struct config_value *v, const char *name)
{
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);

	for (size_t i = 0; i < n; i++) {
		const struct keyword *k = list[i]->keywords ? keyword_find(list[i], name) : NULL;

		if (k && keyword_has_field(k) && k->table == v->table &&
		    keyword_field(k) == v->field)
			return k;
	}
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t word_len(const char *p, size_t left)
{
	size_t n = 0;

	while (n < left && !is_blank(p[n]) && p[n] != '\n')
		n++;
	return n;
}

static size_t blanks(const char *p, size_t left)
{
	size_t n = 0;

	while (n < left && is_blank(p[n]))
		n++;
	return n;
}

/* Nothing of it may mean something else than it says. */
static bool is_literal(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr("$~@\"'\\{}#!", word[i]))
			return false;
	return len > 0;
}

/* What is left of a line may be a comment. */
static bool ends_there(const char *p, size_t left)
{
	size_t n = blanks(p, left);

	return n == left || p[n] == '\n' || p[n] == '#' || p[n] == '!';
}

/* "keyword word", and perhaps a comment. false: it is not so. */
static bool find_word(const char *line, size_t left, char name[TEXT_MAX], size_t *at, size_t *len)
{
	size_t i = blanks(line, left), n = word_len(line + i, left - i);

	if (!is_literal(line + i, n) || n >= TEXT_MAX)
		return false;
	memcpy(name, line + i, n);
	name[n] = '\0';
	i += n;
	i += blanks(line + i, left - i);
	*at = i;
	*len = word_len(line + i, left - i);
	return is_literal(line + i, *len) && ends_there(line + i + *len, left - i - *len);
}

/* The word that says the new value; NULL: `ret` has it. */
static const char *new_word(const struct config_value *v, const struct keyword *k, const void *row,
			    char ret[TEXT_MAX])
{
	unsigned char copy[MAX_ROW];
	char text[TEXT_MAX], why[TEXT_MAX];

	memcpy(copy, row, schema_table(v->table)->row_size);
	if (!field_parse(v->field, copy, v->value, why))
		return "it is no value any more";
	if (!keyword_text(k, copy, text, sizeof(text)) || !text[0])
		return "no word of the file says this value";
	keyword_quote(text, ret, TEXT_MAX);
	return strlen(ret) == strlen(text) && is_literal(ret, strlen(ret))
		   ? NULL
		   : "its value is more than one word";
}

static const char *place(struct rewriter *r, const struct store *s, const struct origins *origins,
			 size_t i)
{
	struct config_value *v = &r->values[i];
	const void *row = store_find(s, v->table, v->key);
	unsigned field = field_index(schema_table(v->table), v->field);
	const struct keyword *k;
	struct origin o;
	char name[TEXT_MAX];
	size_t at, len;

	if (!row)
		return "the file does not have the row";
	if (!(v->field->flags & F_CONFIG))
		return "no word of the file says it";
	if (!origins_has(origins, row, v->table, v->field->offset))
		return "the file does not say it";
	o = origins_find(origins, row, field);
	if (!o.at.source || !text_eq(o.at.source->path, r->path))
		return "it stands in an included file";
	if (o.at.expansion)
		return "it comes of a variable or a loop";
	if (!r->old.len)
		buf_add(&r->old, o.at.source->data, o.at.source->len);
	if (!find_word(o.at.source->data + o.at.line_at, o.at.source->len - o.at.line_at, name, &at,
		       &len) ||
	    !(k = keyword_of(v, name)))
		return "it is not one word behind its keyword, in a line of its own";
	r->edits[i].at = o.at.line_at + at;
	r->edits[i].len = len;
	return new_word(v, k, row, r->edits[i].word);
}

static void find_places(void *arg, const struct store *s, const struct origins *o)
{
	struct rewriter *r = arg;

	r->file = store_new();
	store_merge(r->file, s, F_WANTED);
	for (size_t i = 0; i < r->n; i++) {
		r->values[i].why = place(r, s, o, i);
		r->edits[i].good = !r->values[i].why;
	}
}

/* ---- the new text ----------------------------------------------------------- */

/* With all good edits, or with one alone. */
static void compose(const struct rewriter *r, const size_t *only, struct buf *ret)
{
	size_t from = 0;

	buf_reset(ret);
	while (from < r->old.len) {
		const struct edit *next = NULL;

		for (size_t i = 0; i < r->n; i++) {
			const struct edit *e = &r->edits[i];

			if (e->good && (!only || *only == i) && e->at >= from &&
			    (!next || e->at < next->at))
				next = e;
		}
		if (!next)
			break;
		buf_add(ret, r->old.data + from, next->at - from);
		buf_add(ret, next->word, strlen(next->word));
		from = next->at + next->len;
	}
	buf_add(ret, r->old.data + from, r->old.len - from);
}

static int write_trial(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), r = 0;

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < text->len && !r;) {
		ssize_t n = write(fd, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			r = -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return r;
}

/* What the text must come to. */
static struct store *wanted_of(const struct rewriter *r, const size_t *only)
{
	struct store *s = store_new();

	store_merge(s, r->file, F_WANTED);
	for (size_t i = 0; i < r->n; i++) {
		const struct config_value *v = &r->values[i];
		unsigned char row[MAX_ROW], before[MAX_ROW];
		struct fieldset one = {{0}};
		char why[TEXT_MAX];

		if (!r->edits[i].good || (only && *only != i))
			continue;
		memcpy(before, store_find(s, v->table, v->key), schema_table(v->table)->row_size);
		row_hold(v->table, before);
		memcpy(row, before, schema_table(v->table)->row_size);
		field_parse(v->field, row, v->value, why);
		fieldset_add(&one, field_index(schema_table(v->table), v->field));
		store_put_set(s, v->table, row, one, NULL);
		config_spread(s, v->field, before);
		row_drop(v->table, before);
	}
	return s;
}

/* Composes the text and reads it. */
static bool proves(struct rewriter *r, const size_t *only, struct buf *text)
{
	struct findings f = {0};
	struct store *wanted, *found;
	bool same;

	compose(r, only, text);
	r->error = write_trial(r->trial, text);
	if (r->error)
		return false;
	wanted = wanted_of(r, only);
	found = config_load(r->trial, r->options, &f);
	same = store_merge(wanted, found, F_WANTED) == 0;
	unlink(r->trial);
	findings_free(&f);
	store_free(wanted);
	store_free(found);
	return same;
}

static size_t count_good(const struct rewriter *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->edits[i].good;
	return n;
}

static void refuse(struct rewriter *r, size_t i)
{
	r->edits[i].good = false;
	r->values[i].why = "the same word says more than this";
}

static void refuse_all(struct rewriter *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->edits[i].good)
			refuse(r, i);
}

/* Those that hold alone. false: together they do not. */
static bool keep_provable(struct rewriter *r, struct buf *text)
{
	for (size_t i = 0; i < r->n && !r->error; i++)
		if (r->edits[i].good && !proves(r, &i, text))
			refuse(r, i);
	return !r->error && proves(r, NULL, text);
}

size_t config_rewrite(const char *path, const char *trial, const struct config_options *o,
		      struct config_value *values, size_t n, struct buf *text, int *error)
{
	struct rewriter r = {.path = path, .trial = trial, .options = o, .values = values, .n = n};
	size_t count;

	r.edits = xcalloc(n + 1, sizeof(*r.edits));
	config_places(path, o, find_places, &r);
	if (count_good(&r) && !proves(&r, NULL, text) && !keep_provable(&r, text))
		refuse_all(&r);
	count = r.error ? 0 : count_good(&r);
	if (!count)
		buf_reset(text);
	*error = r.error;
	store_free(r.file);
	buf_free(&r.old);
	free(r.edits);
	return count;
}
