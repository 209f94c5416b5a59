/*
 * special_ipvs: lines about the kernel's IPVS as a whole, which are pairs of a word and a value.
 */
#include "config/special_ipvs.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define IPVS(member) T_IPVS, offsetof(struct ipvs_row, member)

static struct ipvs_row *row_of(struct parse *p, struct draft *d)
{
	return draft_part(p->arena, d, T_IPVS)->row;
}

/* ---- pairs ----------------------------------------------------------- */

struct option {
	const char *word;
	size_t offset;
	uint64_t min, max;
};

/* Reads the value behind the word at w into the field; false: reported. */
static bool read_number(struct parse *p, struct draft *d, const struct item *it, unsigned w,
			const struct option *o)
{
	const char *text = parse_word(p, it, w + 1, o->word);
	uint64_t value;

	if (!text)
		return false;
	if (!text_u64(text, o->min, o->max, &value)) {
		parse_report(p, FINDING_ERROR, it, w + 1,
			     "%s: %s \"%.64s\" is not in %llu..%llu; it was left out",
			     it->words[0].text, o->word, text, (unsigned long long)o->min,
			     (unsigned long long)o->max);
		return true;
	}
	field_put(&schema_table(T_IPVS)->fields[field_at(T_IPVS, o->offset)], row_of(p, d), value);
	parse_mark_field(p, d, T_IPVS, o->offset, it, w);
	return true;
}

static const struct option *option_named(const struct option *list, const char *word)
{
	for (; list->word; list++)
		if (text_eq(list->word, word))
			return list;
	return NULL;
}

static void not_known(struct parse *p, const struct item *it, unsigned w, const char *allowed)
{
	parse_report(p, FINDING_ERROR, it, w,
		     "%s: \"%.64s\" is not known here, %s are; the rest was "
		     "left out",
		     it->words[0].text, it->words[w].text, allowed);
}

/* ---- timeouts -------------------------------------------------------- */

static const struct option timeouts[] = {
    {"tcp", offsetof(struct ipvs_row, timeout_tcp_s), 1, 2678400},
    {"tcpfin", offsetof(struct ipvs_row, timeout_tcpfin_s), 1, 2678400},
    {"udp", offsetof(struct ipvs_row, timeout_udp_s), 1, 2678400},
    {0},
};

void special_timeouts(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	(void)k;
	if (!parse_word(p, it, 1, "tcp, tcpfin or udp"))
		return;
	for (unsigned w = 1; w < it->nwords; w += 2) {
		const struct option *o = option_named(timeouts, it->words[w].text);

		if (!o)
			not_known(p, it, w, "tcp, tcpfin and udp");
		if (!o || !read_number(p, d, it, w, o))
			return;
	}
}

bool print_timeouts(const void *row, char *buf, size_t size)
{
	const struct ipvs_row *r = row;
	const uint32_t values[] = {r->timeout_tcp_s, r->timeout_tcpfin_s, r->timeout_udp_s};
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < 3; i++)
		if (values[i] && used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%s %u",
						 used ? " " : "", timeouts[i].word, values[i]);
	return used > 0;
}

/* ---- flushing -------------------------------------------------------- */

void special_flush_on_stop(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it)
{
	bool services = it->nwords > 1 && text_eq(it->words[1].text, "VS");

	row_of(p, d)->flush_on_stop = services ? FLUSH_SERVICES : FLUSH_ALL;
	parse_mark(p, d, k, it);
	parse_no_more(p, it, services ? 2 : 1);
}

bool print_flush_on_stop(const void *row, char *buf, size_t size)
{
	const struct ipvs_row *r = row;

	text_copy(buf, size, r->flush_on_stop == FLUSH_SERVICES ? "VS" : "");
	return r->flush_on_stop != FLUSH_OURS;
}

/* ---- synchronisation ------------------------------------------------- */

static const struct option sync_numbers[] = {
    {"id", offsetof(struct ipvs_row, sync_id), 0, 255},
    {"maxlen", offsetof(struct ipvs_row, sync_maxlen), 1, 65507},
    {"port", offsetof(struct ipvs_row, sync_port), 1, 65535},
    {"ttl", offsetof(struct ipvs_row, sync_ttl), 1, 255},
    {0},
};

static bool read_text(struct parse *p, struct draft *d, const struct item *it, unsigned w,
		      char *dst, size_t size, size_t offset)
{
	if (strlen(it->words[w].text) >= size) {
		parse_report(p, FINDING_ERROR, it, w,
			     "%s: \"%.64s\" is longer than %zu characters; "
			     "the line was left out",
			     it->words[0].text, it->words[w].text, size - 1);
		return false;
	}
	text_copy(dst, size, it->words[w].text);
	parse_mark_field(p, d, T_IPVS, offset, it, w);
	return true;
}

static bool read_group(struct parse *p, struct draft *d, const struct item *it, unsigned w)
{
	const char *text = parse_word(p, it, w + 1, "the group");
	struct ipvs_row *r = row_of(p, d);

	if (!text)
		return false;
	if (!addr_parse(text, &r->sync_group)) {
		r->sync_group = (struct addr){0};
		parse_report(p, FINDING_ERROR, it, w + 1,
			     "%s: group \"%.64s\" is not an IPv4 or IPv6 address; it was left out",
			     it->words[0].text, text);
		return true;
	}
	parse_mark_field(p, d, IPVS(sync_group), it, w);
	return true;
}

/* A word that is no option is the instance, with inst before it or without. */
static bool sync_option(struct parse *p, struct draft *d, const struct item *it, unsigned *w)
{
	const char *word = it->words[*w].text;
	const struct option *o = option_named(sync_numbers, word);
	struct ipvs_row *r = row_of(p, d);
	unsigned at = *w;

	*w += 2;
	if (o)
		return read_number(p, d, it, at, o);
	if (text_eq(word, "group"))
		return read_group(p, d, it, at);
	if (text_eq(word, "inst") && !parse_word(p, it, ++at, "the instance"))
		return false;
	*w = at + 1;
	if (r->sync_instance[0]) {
		not_known(p, it, at, "inst, id, maxlen, port, ttl and group");
		return false;
	}
	return read_text(p, d, it, at, r->sync_instance, sizeof(r->sync_instance),
			 offsetof(struct ipvs_row, sync_instance));
}

void special_sync_daemon(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct ipvs_row *r = row_of(p, d);
	unsigned w = 2;

	(void)k;
	if (!parse_word(p, it, 1, "the interface") ||
	    !read_text(p, d, it, 1, r->sync_interface, sizeof(r->sync_interface),
		       offsetof(struct ipvs_row, sync_interface)))
		return;
	/* the instance of an lvs_sync_daemon_interface that stood before it does not count */
	memset(r->sync_instance, 0, sizeof(r->sync_instance));
	while (w < it->nwords && sync_option(p, d, it, &w))
		;
}

bool print_sync_daemon(const void *row, char *buf, size_t size)
{
	const struct ipvs_row *r = row;
	char group[ADDR_TEXT_MAX] = "", instance[2 * NAME_VRRP + 3];
	size_t n;

	keyword_quote(r->sync_interface, buf, size);
	n = strlen(buf);
	keyword_quote(r->sync_instance, instance, sizeof(instance));
	if (r->sync_instance[0])
		n += (size_t)snprintf(buf + n, size - n, " inst %s", instance);
	n += (size_t)snprintf(buf + n, size - n, " id %u", r->sync_id);
	if (r->sync_maxlen)
		n += (size_t)snprintf(buf + n, size - n, " maxlen %u", r->sync_maxlen);
	if (r->sync_port)
		n += (size_t)snprintf(buf + n, size - n, " port %u", r->sync_port);
	if (r->sync_ttl)
		n += (size_t)snprintf(buf + n, size - n, " ttl %u", r->sync_ttl);
	if (r->sync_group.family)
		snprintf(buf + n, size - n, " group %s", addr_text(&r->sync_group, group));
	return r->sync_interface[0] != '\0';
}

void special_sync_interface(struct parse *p, struct draft *d, const struct keyword *k,
			    const struct item *it)
{
	struct ipvs_row *r = row_of(p, p->root);
	const struct vrrp_instance_row *v = draft_part(p->arena, d, T_VRRP_INSTANCE)->row;

	(void)k;
	if (!parse_word(p, it, 1, "the interface"))
		return;
	if (r->sync_interface[0]) {
		parse_report(p, FINDING_NOTICE, it, 0,
			     "%s: lvs_sync_daemon says it already, and counts", it->words[0].text);
		return;
	}
	if (read_text(p, p->root, it, 1, r->sync_interface, sizeof(r->sync_interface),
		      offsetof(struct ipvs_row, sync_interface)))
		TEXT_COPY(r->sync_instance, v->name);
	parse_mark_field(p, p->root, IPVS(sync_instance), it, 1);
	parse_no_more(p, it, 2);
}
