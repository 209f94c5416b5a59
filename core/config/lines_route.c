/*
 * lines_route: the lines of virtual_routes, virtual_rules and their static kin. base/route.h
 * knows the language; here are the names that the administrator has given to numbers, in the
 * files of iproute2, and what is said about a line.
 */
#include "config/lines_route.h"
#include "config/parse.h"

#include "base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LINES_MAX 10000 /* of one file */
#define NAME_FILES_MAX 64    /* of one folder */

/* ---- names ----------------------------------------------------------------- */

static const char *const name_files[] = {
    [ROUTE_TABLES] = "rt_tables",    [ROUTE_PROTOCOLS] = "rt_protos", [ROUTE_SCOPES] = "rt_scopes",
    [ROUTE_DSFIELDS] = "rt_dsfield", [ROUTE_REALMS] = "rt_realms",    [ROUTE_GROUPS] = "group",
};

static bool find_in_file(const char *path, const char *name, uint32_t *ret)
{
	FILE *f = fopen(path, "re");
	char line[256], word[64], number[32];
	bool found = false;

	for (unsigned n = 0; f && !found && n < NAME_LINES_MAX && fgets(line, sizeof(line), f);
	     n++) {
		uint64_t value;

		if (sscanf(line, "%31s %63s", number, word) != 2 || !text_eq(word, name))
			continue;
		value = strtoull(number, NULL, 0);
		found = number[0] != '#' && value <= UINT32_MAX;
		*ret = found ? (uint32_t)value : *ret;
	}
	if (f)
		fclose(f);
	return found;
}

/* rt_tables.d holds further files, whose names end with .conf. */
static bool find_in_folder(const char *path, const char *name, uint32_t *ret)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	char file[512];
	bool found = false;

	for (unsigned n = 0; d && !found && n < NAME_FILES_MAX && (e = readdir(d)); n++) {
		size_t len = strlen(e->d_name);

		if (len < 6 || !text_eq(e->d_name + len - 5, ".conf"))
			continue;
		snprintf(file, sizeof(file), "%.240s/%s", path, e->d_name);
		found = find_in_file(file, name, ret);
	}
	if (d)
		closedir(d);
	return found;
}

/* What the administrator says goes before what came with the system. */
bool names_find(const struct parse *p, enum route_names kind, const char *name, uint32_t *ret)
{
	const char *const folders[] = {
	    p->etc_folder[0] ? p->etc_folder : "/etc/iproute2",
	    p->usr_folder[0] ? p->usr_folder : "/usr/share/iproute2",
	};
	char path[300];

	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name_files[kind]);
		if (find_in_file(path, name, ret))
			return true;
		snprintf(path, sizeof(path), "%s/%s.d", folders[i], name_files[kind]);
		if (find_in_folder(path, name, ret))
			return true;
	}
	return false;
}

/* A route_name_fn. */
static bool find_name(void *arg, enum route_names kind, const char *name, uint32_t *ret)
{
	return names_find(arg, kind, name, ret);
}

/* It holds for the lines behind it; rows have numbers only, so there is nothing to print. */
void special_names_folder(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it)
{
	char *dst = text_eq(k->name, "iproute_etc_dir") ? p->etc_folder : p->usr_folder;
	const char *text = parse_word(p, it, 1, "the folder");

	(void)d;
	if (!text)
		return;
	if (text[0] != '/' || !text_copy(dst, sizeof(p->etc_folder), text)) {
		dst[0] = '\0';
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: \"%.64s\" is not a path of at most %zu octets that begins with "
			     "/; it was left out",
			     k->name, text, sizeof(p->etc_folder) - 1);
	}
	parse_no_more(p, it, 2);
}

void special_default_interface(struct parse *p, struct draft *d, const struct keyword *k,
			       const struct item *it)
{
	const char *text = parse_word(p, it, 1, "the interface");

	(void)d;
	if (text && (!text[0] || !TEXT_COPY(p->default_interface, text)))
		parse_report(p, FINDING_ERROR, it, 1,
			     "%s: \"%.64s\" has more than 15 characters or none; it was left out",
			     k->name, text);
	parse_no_more(p, it, 2);
}

/* ---- lines ------------------------------------------------------------------- */

struct line {
	struct parse *p;
	const struct item *it;
	const char *what;
	const char *words[WORDS_OF_LINE];
	unsigned place[WORDS_OF_LINE]; /* of each in the item */
	unsigned n;
	const char *track_group; /* NULL: none */
};

/* The words without track_group, which is none of ip-route(8)'s. */
static bool take_words(struct line *l, bool is_static)
{
	for (unsigned w = 0; w < l->it->nwords; w++) {
		const char *text = l->it->words[w].text;

		if (l->n == WORDS_OF_LINE) {
			parse_report(l->p, FINDING_ERROR, l->it, w,
				     "%s: a line has at most %u words; it was left out", l->what,
				     WORDS_OF_LINE);
			return false;
		}
		if (is_static && text_eq(text, "track_group") && w + 1 < l->it->nwords) {
			l->track_group = l->it->words[++w].text;
			continue;
		}
		l->place[l->n] = w;
		l->words[l->n++] = text;
	}
	return l->n > 0;
}

static void say(struct line *l, bool ok, const struct route_findings *f)
{
	for (unsigned i = 0; i < f->nnotes; i++)
		parse_report(l->p, FINDING_NOTICE, l->it, l->place[f->notes[i].word], "%s: %s",
			     l->what, f->notes[i].text);
	if (!ok)
		parse_report(l->p, FINDING_ERROR, l->it, l->place[f->word],
			     "%s: %s; the line was left out", l->what, f->error);
}

static bool take_group(struct line *l, char *dst, size_t size)
{
	if (!l->track_group || (l->track_group[0] && text_copy(dst, size, l->track_group)))
		return true;
	parse_report(l->p, FINDING_ERROR, l->it, 0,
		     "%s: the name of a track_group has 1..%zu characters; the line was left out",
		     l->what, size - 1);
	return false;
}

static bool is_static(const struct block *b)
{
	return b == &block_static_routes || b == &block_static_rules;
}

static void say_long(struct line *l)
{
	parse_report(l->p, FINDING_ERROR, l->it, 0,
		     "%s: it is too long: at most %u octets can be kept; the line was left out",
		     l->what, ROUTE_TEXT_MAX - 1);
}

void line_route(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct line l = {.p = p, .it = it, .what = "route"};
	struct draft *own = draft_new(p->arena, b, it->at);
	struct vrrp_route_row *r = draft_part(p->arena, own, T_VRRP_ROUTE)->row;
	struct route_findings f;
	struct ip_route route;
	bool ok;

	if (!take_words(&l, is_static(b)))
		return;
	ok = route_parse(l.words, l.n, find_name, p, &route, &f);
	say(&l, ok, &f);
	if (!ok || !take_group(&l, r->track_group, sizeof(r->track_group)))
		return;
	if (!route_text(&route, r->route, sizeof(r->route)))
		say_long(&l);
	else if (!d->later)
		draft_add(d, own);
}

void line_rule(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	struct line l = {.p = p, .it = it, .what = "rule"};
	struct draft *own = draft_new(p->arena, b, it->at);
	struct vrrp_rule_row *r = draft_part(p->arena, own, T_VRRP_RULE)->row;
	struct route_findings f;
	struct ip_rule rule;
	bool ok;

	if (!take_words(&l, is_static(b)))
		return;
	ok = rule_parse(l.words, l.n, find_name, p, &rule, &f);
	say(&l, ok, &f);
	if (!ok || !take_group(&l, r->track_group, sizeof(r->track_group)))
		return;
	if (!rule_text(&rule, r->rule, sizeof(r->rule)))
		say_long(&l);
	else if (!d->later)
		draft_add(d, own);
}
