/* special_garp: see special_garp.h: groups of interfaces, what goes to others, what all share. */
#include "config/special_garp.h"

#include "base/text.h"

#include <stdio.h>

/* keepalived reads a name and does nothing with it. */
bool enter_garp_group(struct parse *p, struct draft *d, const struct item *it)
{
	draft_part(p->arena, d, T_GARP_GROUP);
	parse_no_more(p, it, 2);
	return true;
}

static void add_interface(struct parse *p, struct draft *d, const struct item *it, unsigned w)
{
	struct draft *own = draft_new(p->arena, d->block, item_place(it, w));
	struct garp_group_row *r = draft_part(p->arena, own, T_GARP_GROUP)->row;

	if (it->words[w].text[0] && TEXT_COPY(r->interface, it->words[w].text))
		draft_add(d, own);
	else
		parse_report(p, FINDING_ERROR, it, w,
			     "garp_group: the name of an interface has 1..15 characters; it was "
			     "left out");
}

void special_garp_interface(struct parse *p, struct draft *d, const struct keyword *k,
			    const struct item *it)
{
	(void)k;
	if (!parse_word(p, it, 1, "the name of an interface"))
		return;
	add_interface(p, d, it, 1);
	parse_no_more(p, it, 2);
}

void line_garp_interfaces(struct parse *p, struct draft *d, const struct block *b,
			  const struct item *it)
{
	(void)b;
	for (unsigned w = 0; w < it->nwords; w++)
		add_interface(p, d, it, w);
}

/* [all] SECONDS; an instance may say 0. */
void special_extra_if(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	struct part *part = draft_part(p->arena, d, T_VRRP_INSTANCE);
	struct vrrp_instance_row *r = part->row;
	struct word words[3]; /* without "all"; a third is one too many */
	struct item seconds = *it;
	bool all = it->nwords > 1 && text_eq(it->words[1].text, "all");

	if (all) {
		words[0] = it->words[0];
		for (unsigned w = 2; w < it->nwords && w < 4; w++)
			words[w - 1] = it->words[w];
		seconds.words = words;
		seconds.nwords = it->nwords > 4 ? 3 : it->nwords - 1;
	}
	if (!parse_word(p, &seconds, 1, "the time"))
		return;
	parse_value(p, d, k, &seconds);
	if (!part_has(part, k->table, k->offset))
		return;
	r->garp_extra_if_all = all;
	part_mark(p->arena, part,
		  field_at(T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, garp_extra_if_all)),
		  item_place(it, 0));
}

bool print_extra_if(const void *row, char *buf, size_t size)
{
	const struct vrrp_instance_row *r = row;
	unsigned ms = r->garp_extra_if_ms;

	snprintf(buf, size, ms % 1000 ? "%s%u.%03u" : "%s%u", r->garp_extra_if_all ? "all " : "",
		 ms / 1000, ms % 1000);
	return ms || r->garp_extra_if_all;
}

/* Two settings of instances that say nothing themselves. */
void special_min_garp(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it)
{
	struct part *part = draft_part(p->arena, d, T_VRRP_INSTANCE);
	struct vrrp_instance_row *r = part->row;
	bool on = true;

	if (it->nwords > 1 && !keyword_boolean(it->words[1].text, &on)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "vrrp_min_garp: \"%.64s\" is not on, off, true, false, yes or no; the "
			     "line was ignored",
			     it->words[1].text);
		return;
	}
	parse_no_more(p, it, 2);
	if (!on)
		return;
	r->garp_master_repeat = 1;
	r->garp_master_delay_ms = 0;
	parse_mark(p, d, k, it);
	part_mark(
	    p->arena, part,
	    field_at(T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, garp_master_delay_ms)),
	    item_place(it, 0));
}
