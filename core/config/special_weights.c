/*
 * special_weights: see special_weights.h. Texts of checks are pointers, into the arena of the
 * draft.
 */
#include "config/special_weights.h"

#include "config/special_track.h"

#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A word of a length that the field allows. */
static void put_word(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it, const char *what)
{
	const struct field *f = keyword_field(k);
	const char *text = parse_word(p, it, 1, what);

	if (!text)
		return;
	if (!text[0] || strlen(text) > f->max)
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: %s has 1..%u characters; it was left out", k->name, what,
			     (unsigned)f->max);
	else
		parse_keep_text(p, d, k, it, text);
	parse_no_more(p, it, 2);
}

void special_misc_path(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	char text[COMMAND_MAX];

	if (read_command(p, it, text, sizeof(text)))
		parse_keep_text(p, d, k, it, text);
}

void special_misc_user(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	struct misc_script_row *r = draft_part(p->arena, d, T_MISC_SCRIPT)->row;
	char user[NAME_USER], group[NAME_USER];

	if (!parse_word(p, it, 1, "the user") || !read_user(p, it, 1, user, group))
		return;
	parse_keep_text(p, d, k, it, user);
	r->group = arena_text(p->arena, group, strlen(group));
	parse_mark_field(p, d, T_MISC_SCRIPT, offsetof(struct misc_script_row, group), it, 1);
}

void special_check_file(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	put_word(p, d, k, it, "the name");
}

/* N [reverse] */
void special_check_weight(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	struct checker_row *r = draft_part(p->arena, d, T_CHECKER)->row;
	const char *word = it->nwords > 2 ? it->words[2].text : NULL;
	struct item number = *it;

	number.nwords = it->nwords < 2 ? it->nwords : 2;
	parse_value(p, d, k, &number);
	if (!word)
		return;
	if (text_eq(word, "reverse"))
		r->weight = -r->weight;
	else
		parse_report(p, FINDING_ERROR, it, 2,
			     "weight: \"%.64s\" is not reverse; it was ignored", word);
	parse_no_more(p, it, 3);
}

void special_agent_send(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	put_word(p, d, k, it, "the text");
}

bool print_misc_path(const void *row, char *buf, size_t size)
{
	const struct misc_script_row *r = row;

	keyword_quote(r->script, buf, size);
	return true;
}

bool print_misc_user(const void *row, char *buf, size_t size)
{
	const struct misc_script_row *r = row;

	return print_owner(r->user, r->group, buf, size);
}

bool print_check_file(const void *row, char *buf, size_t size)
{
	const struct checker_row *r = row;

	keyword_quote(r->object, buf, size);
	return true;
}

bool print_check_weight(const void *row, char *buf, size_t size)
{
	const struct checker_row *r = row;

	snprintf(buf, size, "%d", r->weight);
	return true;
}

bool print_agent_send(const void *row, char *buf, size_t size)
{
	const struct checker_row *r = row;

	keyword_quote(r->object, buf, size);
	return r->object[0] != '\0';
}
