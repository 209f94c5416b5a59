/*
 * special_track: the odd syntaxes of what is tracked: commands, weights with a word behind them,
 * processes with parameters.
 */
#include "config/special_track.h"

#include "base/argv.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* What stands behind the keyword, as it was written. */
static bool rest_of(const struct item *it, char *buf, size_t size)
{
	const char *text = it->text, *end = it->text + it->len;

	while (text < end && !strchr(" \t", *text))
		text++;
	while (text < end && strchr(" \t", *text))
		text++;
	while (end > text && strchr(" \t\r", end[-1]))
		end--;
	snprintf(buf, size, "%.*s", (int)(end - text), text);
	return (size_t)(end - text) < size;
}

/* ---- commands ---------------------------------------------------------- */

static bool is_command(struct parse *p, const struct item *it, const char *text, bool fits)
{
	const char *why = "it is too long";
	struct argv words;

	if (fits && argv_split(&words, text, &why))
		return true;
	parse_report(p, FINDING_ERROR, it, 1, "%s: %s; it was left out", it->words[0].text, why);
	return false;
}

static void put_command(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it, const char *text, bool fits)
{
	const struct field *f = keyword_field(k);
	char *dst = (char *)draft_part(p->arena, d, k->table)->row + f->offset;

	if (is_command(p, it, text, fits && strlen(text) < f->size)) {
		text_copy(dst, f->size, text);
		parse_mark(p, d, k, it);
	}
}

/* One word, in quotes most often, is the whole command; else it is all that stands there. */
static bool command_text(const struct item *it, char *buf, size_t size)
{
	return it->nwords == 2 ? text_copy(buf, size, it->words[1].text) : rest_of(it, buf, size);
}

bool read_command(struct parse *p, const struct item *it, char *buf, size_t size)
{
	return parse_word(p, it, 1, "the command") &&
	       is_command(p, it, buf, command_text(it, buf, size));
}

void special_command(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it)
{
	char text[1024];

	if (parse_word(p, it, 1, "the command"))
		put_command(p, d, k, it, text, command_text(it, text, sizeof(text)));
}

/* Quotes keep a name with blanks together, so they stay. */
void special_process(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it)
{
	char text[1024];

	if (parse_word(p, it, 1, "the name"))
		put_command(p, d, k, it, text, rest_of(it, text, sizeof(text)));
}

bool print_process(const void *row, char *buf, size_t size)
{
	const struct track_process_row *r = row;

	return text_copy(buf, size, r->process);
}

void special_user(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	struct vrrp_script_row *r = draft_part(p->arena, d, T_VRRP_SCRIPT)->row;
	char user[NAME_USER], group[NAME_USER];

	if (!parse_word(p, it, 1, "the user") || !read_user(p, it, 1, user, group))
		return;
	TEXT_COPY(r->user, user);
	TEXT_COPY(r->group, group);
	parse_mark(p, d, k, it);
}

bool print_user(const void *row, char *buf, size_t size)
{
	const struct vrrp_script_row *r = row;

	return print_owner(r->user, r->group, buf, size);
}

/* ---- weights ----------------------------------------------------------- */

/* N [reverse|noreverse] */
void special_weight(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it)
{
	void *row = draft_part(p->arena, d, k->table)->row;
	const struct field *reverse = schema_field(k->table, "reverse");
	const char *word = it->nwords > 2 ? it->words[2].text : NULL;
	struct item number = *it;

	number.nwords = it->nwords < 2 ? it->nwords : 2;
	parse_value(p, d, k, &number);
	if (!word)
		return;
	if (!text_eq(word, "reverse") && !text_eq(word, "noreverse")) {
		parse_report(p, FINDING_ERROR, it, 2,
			     "weight: \"%.64s\" is not reverse or noreverse; it was ignored", word);
		return;
	}
	field_put(reverse, row, text_eq(word, "reverse"));
	part_mark(p->arena, d->parts[k->table], field_at(k->table, reverse->offset),
		  item_place(it, 2));
	parse_no_more(p, it, 3);
}

static bool print_weight(int32_t weight, bool reverse, int32_t without, char *buf, size_t size)
{
	snprintf(buf, size, "%d%s", weight, reverse ? " reverse" : "");
	return weight != without || reverse;
}

bool print_script_weight(const void *row, char *buf, size_t size)
{
	const struct vrrp_script_row *r = row;

	return print_weight(r->weight, r->reverse, 0, buf, size);
}

bool print_process_weight(const void *row, char *buf, size_t size)
{
	const struct track_process_row *r = row;

	return print_weight(r->weight, r->reverse, 1, buf, size);
}

bool print_file_weight(const void *row, char *buf, size_t size)
{
	const struct track_file_row *r = row;

	return print_weight(r->weight, r->reverse, 1, buf, size);
}

/* ---- processes, files -------------------------------------------------- */

void special_param_match(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct track_process_row *r = draft_part(p->arena, d, T_TRACK_PROCESS)->row;

	if (it->nwords > 1) {
		parse_value(p, d, k, it);
		return;
	}
	r->param_match = PARAM_MATCH_EXACT;
	parse_mark(p, d, k, it);
}

bool print_param_match(const void *row, char *buf, size_t size)
{
	const struct track_process_row *r = row;

	text_copy(buf, size,
		  r->param_match == PARAM_MATCH_EXACT
		      ? ""
		      : enum_name(param_match_names, r->param_match));
	return r->param_match != PARAM_MATCH_ANY;
}

void special_delay(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	struct track_process_row *r = draft_part(p->arena, d, T_TRACK_PROCESS)->row;
	uint32_t before = r->fork_delay_ms;

	r->fork_delay_ms = UINT32_MAX;
	parse_value(p, d, k, it);
	if (r->fork_delay_ms == UINT32_MAX) { /* it was refused */
		r->fork_delay_ms = before;
		return;
	}
	r->terminate_delay_ms = r->fork_delay_ms;
	part_mark(p->arena, d->parts[T_TRACK_PROCESS],
		  field_at(T_TRACK_PROCESS, offsetof(struct track_process_row, terminate_delay_ms)),
		  item_place(it, 1));
}

/* [VALUE] [overwrite] */
void special_init_file(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	struct track_file_row *r = draft_part(p->arena, d, T_TRACK_FILE)->row;
	int64_t value;

	for (unsigned w = 1; w < it->nwords; w++) {
		const char *text = it->words[w].text;

		if (text_eq(text, "overwrite"))
			r->overwrite = true;
		else if (text_i64(text, INT32_MIN, INT32_MAX, &value))
			r->init_value = (int32_t)value;
		else
			parse_report(p, FINDING_ERROR, it, w,
				     "init_file: \"%.64s\" is not a number or overwrite; it was "
				     "ignored",
				     text);
	}
	r->init_file = true;
	parse_mark(p, d, k, it);
	for (unsigned f = 0; f < 2; f++)
		part_mark(p->arena, d->parts[T_TRACK_FILE],
			  field_at(T_TRACK_FILE, f ? offsetof(struct track_file_row, overwrite)
						   : offsetof(struct track_file_row, init_value)),
			  it->at);
}

bool print_init_file(const void *row, char *buf, size_t size)
{
	const struct track_file_row *r = row;

	snprintf(buf, size, "%d%s", r->init_value, r->overwrite ? " overwrite" : "");
	return r->init_file;
}

/* ---- interface_up_down_delays ------------------------------------------- */

#define DELAY(member) T_INTERFACE_DELAY, offsetof(struct interface_delay_row, member)

static const struct keyword delay_values[] = {
    {"down", NULL, false, DELAY(down_delay_ms), CONV_SECONDS},
    {"up", NULL, false, DELAY(up_delay_ms), CONV_SECONDS},
};

/* The first word of a line; false: it is none. */
static bool read_interface(struct parse *p, const struct block *b, const struct item *it,
			   char name[NAME_IF])
{
	if (it->words[0].text[0] && text_copy(name, NAME_IF, it->words[0].text))
		return true;
	parse_report(p, FINDING_ERROR, it, 0,
		     "%s: a name has 1..%d characters; the line was left out", b->name,
		     NAME_IF - 1);
	return false;
}

/* INTERFACE DOWN [UP]; without the last both are the same. */
void line_delays(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct draft *own = draft_new(p->arena, b, it->at);
	struct interface_delay_row *r = draft_part(p->arena, own, T_INTERFACE_DELAY)->row;
	char why[TEXT_MAX];

	if (!read_interface(p, b, it, r->interface) || !parse_word(p, it, 1, "the delay"))
		return;
	for (unsigned w = 1; w < it->nwords && w < 3; w++) {
		if (keyword_convert(&delay_values[w - 1], it->words[w].text, r, why))
			continue;
		parse_report(p, FINDING_ERROR, it, w, "%s: %s; the line was left out",
			     it->words[0].text, why);
		return;
	}
	if (it->nwords < 3)
		r->up_delay_ms = r->down_delay_ms;
	parse_no_more(p, it, 3);
	draft_add(d, own);
}

/* ---- linkbeat_interfaces -------------------------------------------------- */

static const struct keyword linkbeat_value = {"linkbeat",
					      NULL,
					      false,
					      T_LINKBEAT_INTERFACE,
					      offsetof(struct linkbeat_interface_row, method),
					      CONV_CHOICE,
					      .choices = linkbeat_method_names + 1};

/* INTERFACE [MII|ETHTOOL|IOCTL] */
void line_linkbeat(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct draft *own = draft_new(p->arena, b, it->at);
	struct linkbeat_interface_row *r = draft_part(p->arena, own, T_LINKBEAT_INTERFACE)->row;
	char why[TEXT_MAX];

	if (!read_interface(p, b, it, r->interface))
		return;
	if (it->nwords > 1 && !keyword_convert(&linkbeat_value, it->words[1].text, r, why))
		parse_report(p, FINDING_ERROR, it, 1, "%s: %s; the word was ignored", r->interface,
			     why);
	parse_no_more(p, it, 2);
	draft_add(d, own);
}
