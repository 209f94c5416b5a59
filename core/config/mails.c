/*
 * mails: the keywords of mail that no row of a table can say. What stands in a header or in the
 * address of a server is looked at here, because a program is told of it.
 */
#include "config/commands.h"
#include "config/validate.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define RECIPIENTS_MAX 32

/* Names of machines, and addresses. */
static bool is_host(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr(".-_:", *text))
			return false;
	return true;
}

static bool is_mail_address(const char *text)
{
	if (!*text || *text == '-')
		return false;
	for (; *text; text++)
		if (!isgraph((unsigned char)*text) || strchr("<>,;\"\\()", *text))
			return false;
	return true;
}

static struct mail_row *mail_of(struct parse *p, struct draft *d)
{
	return draft_part(p->arena, d, T_MAIL)->row;
}

void special_smtp_server(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it)
{
	struct mail_row *r = mail_of(p, d);
	const char *host = parse_word(p, it, 1, "the server");
	uint64_t port = 25;

	if (!host)
		return;
	if (!is_host(host) || strlen(host) >= sizeof(r->smtp_server)) {
		parse_report(p, FINDING_ERROR, it, 1,
			     "smtp_server: \"%.64s\" is not a name or an address of a machine",
			     host);
		return;
	}
	if (it->nwords > 2 && !text_u64(it->words[2].text, 1, 65535, &port)) {
		parse_report(p, FINDING_ERROR, it, 2,
			     "smtp_server: \"%.64s\" is not a port in 1..65535; 25 is used",
			     it->words[2].text);
		port = 25;
	}
	TEXT_COPY(r->smtp_server, host);
	r->smtp_port = (uint16_t)port;
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 3);
}

bool print_smtp_server(const void *row, char *buf, size_t size)
{
	const struct mail_row *r = row;

	snprintf(buf, size, "%s %u", r->smtp_server, r->smtp_port);
	return r->smtp_server[0] != '\0';
}

void special_smtp_helo(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it)
{
	const char *name = it->nwords > 1 ? it->words[1].text : "";
	struct mail_row *r = mail_of(p, d);

	if (*name && (!is_host(name) || strlen(name) >= sizeof(r->smtp_helo_name))) {
		parse_report(
		    p, FINDING_WARNING, it, 1,
		    "smtp_helo_name: \"%.64s\" is not a name of a machine; it was left out", name);
		return;
	}
	TEXT_COPY(r->smtp_helo_name, name);
	parse_mark(p, d, k, it);
	parse_no_more(p, it, 2);
}

static bool read_alert(struct parse *p, const struct item *it, uint8_t *ret)
{
	bool value = true;

	if (it->nwords > 1 && !keyword_boolean(it->words[1].text, &value)) {
		parse_report(
		    p, FINDING_ERROR, it, 1,
		    "%s: \"%.64s\" is not one of on, off, true, false, yes, no; it was left "
		    "out",
		    it->words[0].text, it->words[1].text);
		return false;
	}
	*ret = value ? ALERT_ON : ALERT_OFF;
	parse_no_more(p, it, 2);
	return true;
}

void special_alert(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it)
{
	uint8_t *row = draft_part(p->arena, d, k->table)->row;

	if (!read_alert(p, it, row + k->offset))
		return;
	draft_mention(p->arena, d, k->name);
	parse_mark(p, d, k, it);
}

static bool print_alert(uint8_t alert, char *buf, size_t size)
{
	text_copy(buf, size, alert == ALERT_ON ? "yes" : "no");
	return alert != ALERT_DEFAULT;
}

bool print_service_alert(const void *row, char *buf, size_t size)
{
	return print_alert(((const struct virtual_server_row *)row)->smtp_alert, buf, size);
}

bool print_server_alert(const void *row, char *buf, size_t size)
{
	return print_alert(((const struct real_server_row *)row)->smtp_alert, buf, size);
}

bool print_checker_alert(const void *row, char *buf, size_t size)
{
	return print_alert(((const struct mail_row *)row)->smtp_alert_checker, buf, size);
}

/* smtp_alert_vrrp and smtp_alert_checker count more, wherever they stand. */
void special_smtp_alert(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it)
{
	bool general = text_eq(k->name, "smtp_alert");
	struct vrrp_instance_row *v = draft_part(p->arena, d, T_VRRP_INSTANCE)->row;
	struct sync_group_row *g = draft_part(p->arena, d, T_SYNC_GROUP)->row;
	uint8_t alert;

	if (!read_alert(p, it, &alert))
		return;
	if (general && !draft_mentions(d, "smtp_alert_checker"))
		mail_of(p, d)->smtp_alert_checker = alert;
	if (general && draft_mentions(d, "smtp_alert_vrrp"))
		return;
	draft_mention(p->arena, d, k->name);
	v->smtp_alert = g->smtp_alert = alert == ALERT_ON;
	part_mark(p->arena, draft_part(p->arena, d, T_VRRP_INSTANCE),
		  field_at(T_VRRP_INSTANCE, k->offset), it->at);
	part_mark(p->arena, draft_part(p->arena, d, T_SYNC_GROUP),
		  field_at(T_SYNC_GROUP, offsetof(struct sync_group_row, smtp_alert)), it->at);
}

/* "A name <ADDRESS>" is the address. */
static void bare_address(const char *text, char *buf, size_t size)
{
	const char *open = strrchr(text, '<'), *close = open ? strchr(open, '>') : NULL;

	if (close && !close[1])
		snprintf(buf, size, "%.*s", (int)(close - open - 1), open + 1);
	else
		snprintf(buf, size, "%s", text);
}

void line_recipient(struct parse *p, struct draft *d, const struct block *b, const struct item *it)
{
	(void)b;
	for (unsigned w = 0; w < it->nwords; w++) {
		struct draft *own = draft_new(p->arena, d->block, item_place(it, w));
		struct mail_recipient_row *r = draft_part(p->arena, own, T_MAIL_RECIPIENT)->row;
		char address[LEX_LINE_MAX + 1];

		bare_address(it->words[w].text, address, sizeof(address));
		if (is_mail_address(address) && TEXT_COPY(r->address, address))
			draft_add(d, own);
		else
			parse_report(
			    p, FINDING_WARNING, it, w,
			    "notification_email: \"%.64s\" is not a mail address of at most "
			    "%d characters; it was left out",
			    it->words[w].text, NAME_MAIL - 1);
	}
}

void mails_resolve(struct parse *p, const struct draft *d)
{
	struct mail_recipient_row r;
	unsigned number = 0;

	for (const struct draft *c = d->first; c; c = c->next) {
		if (!c->parts[T_MAIL_RECIPIENT])
			continue;
		part_row(c->parts[T_MAIL_RECIPIENT], T_MAIL_RECIPIENT, &r);
		if (store_find(p->store, T_MAIL_RECIPIENT, &r))
			continue;
		if (++number > RECIPIENTS_MAX) {
			place_report(
			    p->findings, FINDING_WARNING, &c->at,
			    "notification_email: mail goes to %d at most; those from %s on "
			    "were left out",
			    RECIPIENTS_MAX, r.address);
			return;
		}
		r.number = number;
		origins_add(p->origins, resolve_put(p->store, T_MAIL_RECIPIENT, &r), c->at, NULL,
			    0);
	}
}
