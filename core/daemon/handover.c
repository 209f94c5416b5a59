/* handover: see handover.h. Part of main and of the guardian. */
#include "daemon/handover.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/persist.h"
#include "ipc/parent.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATES  "states"
#define MAGIC   "halvard-handover 1"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define QUOTED  (4 * TEXT_MAX + 3)

/* ---- states as text ------------------------------------------------------ */

static bool is_workers(enum table_id t)
{
	enum role owner = schema_table(t)->owner;

	return owner == ROLE_VRRP || owner == ROLE_LVS || owner == ROLE_EXEC;
}

static struct fieldset told_of(enum table_id t)
{
	return fieldset_minus(fieldset_of(t, F_STATE | F_COUNTER), fieldset_of(t, F_MAIN));
}

static void print_keys(const struct table *t, const void *row, struct buf *ret)
{
	char text[TEXT_MAX], quoted[QUOTED];

	buf_printf(ret, "%s", t->name);
	for (unsigned i = 0; i < t->nkeys; i++) {
		field_text(&t->fields[i], row, text, sizeof(text));
		text_quote(quoted, sizeof(quoted), text);
		buf_printf(ret, " %s", quoted);
	}
}

static void print_row(const struct table *t, const void *row, struct buf *ret)
{
	char text[TEXT_MAX], quoted[QUOTED];

	FIELDS_OF(row_diff(t->id, row, row_defaults(t->id), told_of(t->id)), i)
	{
		print_keys(t, row, ret);
		field_text(&t->fields[i], row, text, sizeof(text));
		text_quote(quoted, sizeof(quoted), text);
		buf_printf(ret, " %s %s\n", t->fields[i].name, quoted);
	}
}

void handover_print(const struct store *live, struct buf *ret)
{
	for (int t = 0; t < T_COUNT; t++)
		for (size_t i = 0; is_workers((enum table_id)t) && i < store_count(live, t); i++)
			print_row(schema_table((enum table_id)t), store_at(live, t, i), ret);
}

/* "TABLE KEYS..." into a row, which borrows the keys; NULL: a worker has no such row. */
static const struct table *read_keys(const struct store *live, const char **p, unsigned char *row,
				     char keys[MAX_KEYS][TEXT_MAX])
{
	const struct table *t;
	char word[QUOTED];

	if (!text_word(p, word, sizeof(word)) || !(t = schema_table_by_name(word)) ||
	    !is_workers(t->id) || !row_read_keys(t->id, p, row, keys))
		return NULL;
	return !t->nkeys || store_find(live, t->id, row) ? t : NULL;
}

/* Another version may have named a table, field or value that this one does not have. */
static bool take_line(struct store *live, const char *p)
{
	char word[QUOTED], keys[MAX_KEYS][TEXT_MAX], why[TEXT_MAX];
	unsigned char row[MAX_ROW];
	const struct table *t = read_keys(live, &p, row, keys);
	struct fieldset one = {0}, told;
	const struct field *f;

	if (!t || !text_word(&p, word, sizeof(word)) || !(f = schema_field(t->id, word)))
		return false;
	told = told_of(t->id);
	if (!fieldset_has(&told, field_index(t, f)) || !text_word(&p, word, sizeof(word)) ||
	    !field_parse(f, row, word, why))
		return false;
	fieldset_add(&one, field_index(t, f));
	store_put_set(live, t->id, row, one, NULL);
	return true;
}

size_t handover_parse(struct store *live, const char *text)
{
	char line[(MAX_KEYS + 2) * QUOTED];
	size_t n = 0;

	while (text_line(&text, line, sizeof(line)))
		n += take_line(live, line);
	return n;
}

/* ---- files ----------------------------------------------------------------- */

/* "" when the kernel does not say. */
static void read_boot(char ret[64])
{
	FILE *f = fopen(BOOT_ID, "re");

	if (!f || fscanf(f, "%63s", ret) != 1)
		ret[0] = '\0';
	if (f)
		fclose(f);
}

static void name_of(const char *what, char ret[64])
{
	snprintf(ret, 64, "handover.%s", what);
}

static void begin(struct buf *ret)
{
	char boot[64];

	read_boot(boot);
	buf_printf(ret, MAGIC " %s %" PRId64 "\n", boot, mono_read().ns);
}

static void leave(const char *dir, const char *what, const struct buf *content)
{
	char name[64];
	int err;

	name_of(what, name);
	err = persist_write(dir, name, content);
	if (err)
		log_warnx("cannot write %s/%s: %s; the next daemon begins without it", dir, name,
			  strerror(abs(err)));
}

/* What is behind the first line; NULL: there is none of this boot. Its age in ns. */
static const unsigned char *content_of(const struct buf *whole, int64_t *age)
{
	const unsigned char *end = whole->len ? memchr(whole->data, '\n', whole->len) : NULL;
	char line[160] = "", boot[64], now[64];
	int64_t when;

	if (!end || (size_t)(end - whole->data) >= sizeof(line))
		return NULL;
	memcpy(line, whole->data, (size_t)(end - whole->data));
	read_boot(now);
	if (sscanf(line, MAGIC " %63s %" SCNd64, boot, &when) != 2 || !text_eq(boot, now))
		return NULL;
	*age = mono_read().ns - when;
	return *age >= 0 ? end + 1 : NULL;
}

/* Reads it and removes it. */
static bool take(const char *dir, const char *what, struct buf *ret)
{
	char name[64], path[PATH_MAX];
	int err;

	name_of(what, name);
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	err = persist_read(dir, name, ret);
	if (err == -ENOENT)
		return false;
	if (unlink(path) < 0 || err)
		log_warnx("%s: %s; it is not used", path, strerror(err ? -err : errno));
	else
		return true;
	return false;
}

void handover_leave_states(const struct store *live, const char *dir)
{
	struct buf text = {0};

	begin(&text);
	handover_print(live, &text);
	leave(dir, STATES, &text);
	buf_free(&text);
}

bool handover_take_states(struct store *live, const char *dir)
{
	const unsigned char *text = NULL;
	struct buf whole = {0};
	int64_t age = 0;

	if (take(dir, STATES, &whole)) {
		buf_cstr(&whole); /* ends it */
		text = content_of(&whole, &age);
		if (!text)
			log_warnx("%s/handover.states is of no use: not of this boot", dir);
	}
	if (text && age > HANDOVER_MAX_AGE_S * NS_PER_S)
		log_warnx("the states that the daemon before left are %d s old: they are not used",
			  (int)(age / NS_PER_S));
	else if (text)
		log_notice("going on where another daemon stopped %d ms ago: %zu fields of states",
			   (int)(age / NS_PER_MS), handover_parse(live, (const char *)text));
	buf_free(&whole);
	return text && age <= HANDOVER_MAX_AGE_S * NS_PER_S;
}

bool handover_has_states(const char *dir)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/handover." STATES, dir) < (int)sizeof(path) &&
	       access(path, F_OK) == 0;
}

void handover_leave_memory(const char *dir, const char *role, int fd)
{
	struct buf whole = {0};
	char chunk[4096];
	ssize_t n;
	off_t at = 0;

	begin(&whole);
	while (at < PARENT_MEMORY_BYTES && (n = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		buf_add(&whole, chunk, (size_t)n);
		at += n;
	}
	leave(dir, role, &whole);
	buf_free(&whole);
}

void handover_take_memory(const char *dir, const char *role, int fd)
{
	const unsigned char *memory;
	struct buf whole = {0};
	int64_t age = 0;

	memory = take(dir, role, &whole) ? content_of(&whole, &age) : NULL;
	if (memory && age > HANDOVER_MAX_AGE_S * NS_PER_S)
		log_info("process %s: the memory of the one before is %d s old: it is not used",
			 role, (int)(age / NS_PER_S));
	else if (memory && (size_t)(whole.data + whole.len - memory) == PARENT_MEMORY_BYTES &&
		 pwrite(fd, memory, PARENT_MEMORY_BYTES, 0) != PARENT_MEMORY_BYTES)
		log_warn("process %s: the memory of the one before cannot be taken over", role);
	buf_free(&whole);
}
