/* changelog_text: see changelog_text.h. */
#include "daemon/changelog_text.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define NUMBER_MAX INT32_MAX /* nobody has made so many: a line that says more is damaged */
#define QUOTED_MAX 700       /* octets of the longest text of a row, each as \xNN */
#define LINE_MAX   4096      /* no row makes a longer one */

/* ---- writing ----------------------------------------------------------- */

static void print_text(struct buf *ret, const char *text)
{
	char quoted[QUOTED_MAX];

	text_quote(quoted, sizeof(quoted), text);
	buf_printf(ret, " %s", quoted);
}

void changelog_print(const struct change_log_row *row, struct buf *ret)
{
	buf_printf(ret, "%" PRIu32 " %" PRIu64 " %s %s", row->number, row->when,
		   enum_name(change_source_names, row->source),
		   enum_name(change_result_names, row->result));
	print_text(ret, row->who);
	print_text(ret, row->object);
	print_text(ret, row->field);
	print_text(ret, row->old_value);
	print_text(ret, row->new_value);
	print_text(ret, row->result_text);
	buf_printf(ret, "\n");
}

/* ---- reading ----------------------------------------------------------- */

struct lines {
	const char *at, *end;
	char line[LINE_MAX]; /* "" when it is too long, or has a NUL */
};

/* The next whole line. */
static bool next_line(struct lines *l)
{
	const char *nl = memchr(l->at, '\n', (size_t)(l->end - l->at));
	size_t len = nl ? (size_t)(nl - l->at) : 0;

	if (!nl)
		return false;
	l->line[0] = '\0';
	if (len < sizeof(l->line) && !memchr(l->at, 0, len)) {
		memcpy(l->line, l->at, len);
		l->line[len] = '\0';
	}
	l->at = nl + 1;
	return true;
}

/* 0: it has none. */
static uint32_t number_of(const char *line)
{
	uint64_t number;

	return text_word_u64(&line, 1, NUMBER_MAX, &number) ? (uint32_t)number : 0;
}

static bool read_row(const char *p, struct change_log_row *row)
{
	uint64_t number;
	int source, result;

	row_init(T_CHANGE_LOG, row);
	if (!text_word_u64(&p, 1, NUMBER_MAX, &number) ||
	    !text_word_u64(&p, 0, UINT64_MAX, &row->when) ||
	    !enum_word(&p, change_source_names, &source) ||
	    !enum_word(&p, change_result_names, &result) ||
	    !text_word(&p, row->who, sizeof(row->who)) ||
	    !text_word(&p, row->object, sizeof(row->object)) ||
	    !text_word(&p, row->field, sizeof(row->field)) ||
	    !text_word(&p, row->old_value, sizeof(row->old_value)) ||
	    !text_word(&p, row->new_value, sizeof(row->new_value)) ||
	    !text_word(&p, row->result_text, sizeof(row->result_text)))
		return false;
	row->number = (uint32_t)number;
	row->source = (uint8_t)source;
	row->result = (uint8_t)result;
	return true;
}

/* Goes over the lines until `n` numbers have come for the first time; returns how many that were.
 * *last is the last of them. */
static size_t count(struct lines l, size_t n, uint32_t *last)
{
	size_t seen = 0;

	*last = 0;
	while (seen < n && next_line(&l)) {
		uint32_t number = number_of(l.line);

		seen += number > *last;
		if (number > *last)
			*last = number;
	}
	return seen;
}

/* The least number that is kept. */
static uint32_t first_kept(struct lines l, uint32_t size, uint32_t *last)
{
	size_t all = count(l, SIZE_MAX, last);
	uint32_t first = 0;

	if (all > size)
		count(l, all - size + 1, &first);
	return first;
}

int changelog_parse(struct store *s, const char *text, size_t len, uint32_t size,
		    struct changelog_found *ret)
{
	struct lines l = {.at = text, .end = text + len};
	size_t head = strlen(CHANGELOG_MAGIC);
	struct change_log_row row;
	uint32_t first;

	*ret = (struct changelog_found){.cut = len < head};
	if (memcmp(text, CHANGELOG_MAGIC, len < head ? len : head) != 0)
		return -EINVAL;
	if (len < head)
		return 0;
	l.at += head;
	first = first_kept(l, size, &ret->last);
	while (next_line(&l)) {
		bool good = read_row(l.line, &row);

		ret->lines++;
		ret->unknown += !good;
		if (good && row.number >= first)
			store_put(s, T_CHANGE_LOG, &row, F_SEEN, NULL);
	}
	ret->cut = l.at < l.end;
	return 0;
}
