/*
 * models: random configurations as rows, printed and read again. Both must be the same, whatever
 * the rows hold within what the rules allow: parse and print are inverse.
 *
 * Every field of the schema that a file can set gets a random value, so a new field is in this
 * test without a line here, and fails it when it has no keyword. What follows are the rules: the
 * fields that depend on others.
 *
 * MODELS=N is how many (2000), MODELS_FROM=S the first seed; MODELS_SEED=S runs only that one and
 * shows the file.
 */
#include "stores.h"

#include "base/argv.h"
#include "base/text.h"
#include "config/config.h"
#include "config/parse.h"
#include "config/resolve_check.h"
#include "config/special_vmac.h"
#include "model/http.h"
#include "model/rows.h"

#include "model/rules.h"
#include "model/server_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t draw(uint64_t below)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return below ? (state >> 16) % below : 0;
}

/* ---- values ------------------------------------------------------------ */

static uint64_t draw_number(uint64_t min, uint64_t max)
{
	uint64_t range = max - min;

	switch (draw(4)) {
	case 0:
		return min;
	case 1:
		return max;
	case 2:
		return min + draw((range < 1000 ? range : 1000) + 1);
	default:
		return min + draw(range == UINT64_MAX ? range : range + 1);
	}
}

/* What could mean something to the language, and what does not. */
static void draw_text(char *dst, size_t size, size_t min)
{
	static const char *const pieces[] = {
	    "a",         "Z",       "0",       "_",  "-",   ".",        ":", "/",     "\\",
	    "\"",        "'",       "#",       "!",  "{",   "}",        " ", "\t",    "@x",
	    "~SEQ(a,1)", "include", "on",      "no", "\\n", "\xc3\xa9", "=", "group", "fwmark",
	    "interface", "$A",      "${_PWD}", "$",  ",",   "*"};
	size_t want = draw(3) ? 1 + draw(12) : draw(size), len = 0;
	bool simple = draw(2);

	if (want < min)
		want = min;
	while (len < want) {
		const char *piece = pieces[draw(simple ? 3 : sizeof(pieces) / sizeof(pieces[0]))];

		if (len + strlen(piece) >= size)
			break;
		len += (size_t)snprintf(dst + len, size - len, "%s", piece);
	}
	memset(dst + len, 0, size - len);
}

static struct addr draw_addr(uint8_t family)
{
	struct addr a = {0};
	char text[ADDR_TEXT_MAX];

	if (family == ADDR_IPV6)
		snprintf(text, sizeof(text), draw(4) ? "2001:db8::%x:%x" : "fe80::%x:%x",
			 1 + (unsigned)draw(4), (unsigned)draw(65536));
	else
		snprintf(text, sizeof(text), "%u.%u.%u.%u", 1 + (unsigned)draw(223),
			 (unsigned)draw(256), (unsigned)draw(256), (unsigned)draw(256));
	addr_parse(text, &a);
	return a;
}

static const struct enum_name *draw_name(const struct enum_name *names)
{
	size_t n = 0;

	while (names[n].name)
		n++;
	return &names[draw(n)];
}

static void fill_field(const struct field *f, void *row)
{
	char text[32], why[TEXT_MAX];

	switch (f->type) {
	case FT_BOOL:
		field_parse(f, row, draw(2) ? "yes" : "no", why);
		return;
	case FT_ENUM:
		field_parse(f, row, draw_name(f->names)->name, why);
		return;
	case FT_STR:
		draw_text((char *)row + f->offset, f->size, f->min);
		return;
	case FT_TEXT: /* names and notes, none of them of the file */
		return;
	case FT_ADDR:
		*(struct addr *)((char *)row + f->offset) = draw_addr(ADDR_IPV4);
		return;
	case FT_I32:
		snprintf(text, sizeof(text), "%lld",
			 (long long)f->min + (long long)draw(f->max - f->min + 1));
		field_parse(f, row, text, why);
		return;
	default:
		snprintf(text, sizeof(text), "%llu",
			 (unsigned long long)draw_number(f->min, f->max));
		field_parse(f, row, text, why);
	}
}

/* Every field of the file, each with its default in half of the rows. */
static void fill(enum table_id t, void *row)
{
	const struct table *table = schema_table(t);

	row_init(t, row);
	for (unsigned i = table->nkeys; i < table->nfields; i++)
		if (table->fields[i].flags & F_CONFIG && draw(2))
			fill_field(&table->fields[i], row);
}

/* ---- VRRP -------------------------------------------------------------- */

static uint8_t addr_family(uint8_t family)
{
	return family == FAMILY_IPV6 ? ADDR_IPV6 : ADDR_IPV4;
}

static void put_address(struct store *s, const struct vrrp_instance_row *v, bool excluded,
			uint8_t family)
{
	struct vrrp_address_row a;

	fill(T_VRRP_ADDRESS, &a);
	TEXT_COPY(a.instance, v->name);
	if (!v->interface[0] && !a.dev[0])
		TEXT_COPY(a.dev, "eth1");
	a.addr = draw_addr(family);
	addr_text(&a.addr, a.address);
	a.excluded = excluded;
	if (family == ADDR_IPV4) {
		a.prefix_len = (uint8_t)(a.prefix_len > 32 ? 32 : a.prefix_len);
		a.home = a.detect_duplicates = a.manage_temporary = false;
		a.preferred_lft_s = LFT_FOREVER;
	} else {
		a.scope = SCOPE_GLOBAL;
	}
	a.peer = draw(3) ? (struct addr){0} : draw_addr(family);
	if (a.peer.family)
		a.prefix_len = family == ADDR_IPV4 ? 32 : 128;
	memset(a.vmac_interface, 0, sizeof(a.vmac_interface));
	if (!a.broadcast_set || family == ADDR_IPV6)
		a.broadcast = (struct addr){0};
	store_put(s, T_VRRP_ADDRESS, &a, F_WANTED, NULL);
}

/* Without an interface none may be link-local. */
static struct addr draw_speaker(const struct vrrp_instance_row *v)
{
	struct addr a = draw_addr(addr_family(v->family));

	if (!v->interface[0] && addr_is_link_local(&a))
		addr_parse("2001:db8::7", &a);
	return a;
}

static struct addr draw_group(uint8_t family)
{
	struct addr a = draw_addr(family);

	a.bytes[0] = family == ADDR_IPV6 ? 0xff : 0xe0;
	a.bytes[1] = family == ADDR_IPV6 ? 0x02 : a.bytes[1];
	return a;
}

/* Source, group and peers in the family of the instance. */
static void put_transport(struct store *s, struct vrrp_instance_row *v)
{
	uint8_t family = addr_family(v->family);
	unsigned peers = !v->interface[0] ? 1 : v->strict_mode ? 0 : (unsigned)draw(3);
	const struct network_row *n = store_at(s, T_NETWORK, 0);
	const struct addr *group =
	    family == ADDR_IPV6 ? &n->vrrp_mcast_group6 : &n->vrrp_mcast_group4;
	struct vrrp_peer_row p;

	if (v->source_addr.family || !v->interface[0])
		v->source_addr = draw_speaker(v);
	v->track_src_ip = v->track_src_ip && v->source_addr.family;
	if (v->group_addr.family || group->family)
		v->group_addr = draw_group(family);
	if (v->interface[0])
		memset(v->vrf, 0, sizeof(v->vrf));
	for (unsigned i = 0; i < peers; i++) {
		fill(T_VRRP_PEER, &p);
		TEXT_COPY(p.instance, v->name);
		p.addr = draw_speaker(v);
		addr_text(&p.addr, p.address);
		if (p.min_ttl > p.max_ttl)
			p.min_ttl = p.max_ttl;
		if (p.min_ttl || p.max_ttl != 255)
			v->check_unicast_src = true;
		store_put(s, T_VRRP_PEER, &p, F_WANTED, NULL);
	}
}

/* The family of the instance is that of what it advertises, else of all others. */
static void put_addresses(struct store *s, const struct vrrp_instance_row *v)
{
	unsigned advertised = (unsigned)draw(4), excluded = (unsigned)draw(3);
	uint8_t family = addr_family(v->family);

	if ((family == ADDR_IPV6 || v->strict_mode) && !advertised)
		advertised = 1;
	for (unsigned i = 0; i < advertised; i++)
		put_address(s, v, false, family);
	for (unsigned i = 0; i < excluded; i++)
		put_address(s, v, true, advertised && draw(2) ? ADDR_IPV6 : ADDR_IPV4);
}

/* Numbered in the order of the file; an interface is in one of them. */
static void put_garp_groups(struct store *s)
{
	unsigned interfaces = 0, groups = (unsigned)draw(4);

	for (unsigned n = 1; n <= groups; n++) {
		struct garp_group_row g;

		fill(T_GARP_GROUP, &g);
		g.number = n;
		for (unsigned k = (unsigned)draw(3) + 1; k; k--) {
			memset(g.interface, 0, sizeof(g.interface));
			snprintf(g.interface, sizeof(g.interface), "%s%u", draw(2) ? "eth" : "a b",
				 interfaces++);
			store_put(s, T_GARP_GROUP, &g, F_WANTED, NULL);
		}
	}
}

/* What strict_mode makes of the rest. */
static void make_strict(struct vrrp_instance_row *v)
{
	v->initial_state = v->base_priority == 255 ? VRRP_MASTER : VRRP_BACKUP;
	v->preempt = v->preempt || v->base_priority == 255;
	v->accept = v->base_priority == 255;
	v->auth_type = VRRP_AUTH_NONE;
	v->garp_lower_prio_repeat = v->garp_lower_prio_delay_ms = 0;
	v->lower_prio_no_advert = true;
	v->higher_prio_send_advert = false;
	v->vmac_xmit_base = false;
}

static bool has_peer(const struct store *s, const char *instance)
{
	bool found = false;

	STORE_EACH(s, T_VRRP_PEER, struct vrrp_peer_row, p)
	found = found || text_eq(p->instance, instance);
	return found;
}

/* What use_vmac is followed by; an address has a name when all is there. */
static void fix_vmac(const struct store *s, struct vrrp_instance_row *v, unsigned number)
{
	memset(v->vmac_interface, 0, sizeof(v->vmac_interface));
	memset(v->virtual_mac, 0, sizeof(v->virtual_mac));
	v->use_vmac = v->use_vmac && v->interface[0];
	v->use_ipvlan = false;
	v->ipvlan_reach = IPVLAN_BRIDGE;
	memset(&v->ipvlan_addr, 0, sizeof(v->ipvlan_addr));
	v->ipvlan_prefix_len = 0;
	if (v->use_vmac && has_peer(s, v->name))
		v->vmac_xmit_base = true;
	if (v->use_vmac) {
		snprintf(v->vmac_interface, sizeof(v->vmac_interface),
			 draw(4) ? "mac{%u" : "group%u", number % 1000);
		if (number < 2 && draw(4) == 0)
			TEXT_COPY(v->vmac_interface, number ? "name" : "group");
		v->virtual_mac[0] = '\0';
		if (draw(2))
			snprintf(v->virtual_mac, sizeof(v->virtual_mac), "02:00:00:00:%02x:%02x",
				 (unsigned)draw(256), number % 256);
		return;
	}
	v->vmac_group = 0;
	v->vmac_netlink_notify = false;
}

/* On an interface of its own: the kernel has one kind on each. */
static void draw_ipvlan(struct vrrp_instance_row *v, unsigned number)
{
	char address[ADDR_TEXT_MAX];

	if (v->use_vmac || !v->interface[0] || draw(3))
		return;
	v->use_ipvlan = true;
	v->vmac_xmit_base = false;
	memset(v->interface, 0, sizeof(v->interface));
	v->ipvlan_reach = (uint8_t)(IPVLAN_BRIDGE + draw(3));
	snprintf(v->interface, sizeof(v->interface), "lower%u", number % 1000);
	snprintf(v->vmac_interface, sizeof(v->vmac_interface), draw(4) ? "ip{%u" : "10.0.0.%u",
		 number % 256);
	if (number < 2 && draw(4) == 0)
		TEXT_COPY(v->vmac_interface, number ? "private" : "vepa");
	snprintf(address, sizeof(address), v->family == FAMILY_IPV6 ? "fe80::%u" : "10.9.9.%u",
		 number % 256);
	addr_parse(address, &v->ipvlan_addr);
	v->ipvlan_prefix_len = (uint8_t)draw(33);
}

static void put_instance(struct store *s, unsigned number)
{
	struct vrrp_instance_row v;

	fill(T_VRRP_INSTANCE, &v);
	draw_text(v.name, sizeof(v.name) - 8, 1);
	snprintf(v.name + strlen(v.name), 8, "%u", number % 1000);
	if (text_eq(v.interface, "group"))
		TEXT_COPY(v.interface, "eth0");
	v.vrid = (uint8_t)(number + 1); /* no two of one number */
	if (v.initial_state != VRRP_MASTER)
		v.initial_state = VRRP_BACKUP;
	if (v.initial_state == VRRP_MASTER || v.base_priority == 255)
		v.preempt = true;
	if (!v.preempt || v.initial_state == VRRP_MASTER || v.base_priority == 255 || v.strict_mode)
		v.preempt_delay_ms = 0;
	if (v.strict_mode)
		make_strict(&v);
	if (v.family == FAMILY_IPV6)
		v.version = 3;
	v.adver_int_cs =
	    v.version == 3 ? 1 + v.adver_int_cs % 4095 : 100 * (1 + v.adver_int_cs % 255);
	if (v.auth_type == VRRP_AUTH_NONE || v.version == 3 || !v.auth_pass[0]) {
		v.auth_type = VRRP_AUTH_NONE;
		memset(v.auth_pass, 0, sizeof(v.auth_pass));
	}
	if (v.address_lease_ms > ADDRESS_LEASE_AUTO && v.address_lease_ms < 1000)
		v.address_lease_ms = 1000;
	if (!v.interface[0] && v.strict_mode)
		TEXT_COPY(v.interface, "eth0");
	put_transport(s, &v);
	fix_vmac(s, &v, number);
	draw_ipvlan(&v, number);
	store_put(s, T_VRRP_INSTANCE, &v, F_WANTED, NULL);
	put_addresses(s, &v);
}

/* The first two IPv4 instances in one group, each of some others in one of its own. */
static void put_groups(struct store *s)
{
	struct sync_group_row g;
	unsigned n = 0;

	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	{
		struct sync_member_row m;

		if (v->family == FAMILY_IPV6 || draw(3) == 0)
			continue;
		if (n++ % 2 == 0) {
			fill(T_SYNC_GROUP, &g);
			draw_text(g.name, sizeof(g.name) - 8, 1);
			snprintf(g.name + strlen(g.name), 8, "%u", n % 1000);
			store_put(s, T_SYNC_GROUP, &g, F_WANTED, NULL);
		}
		row_init(T_SYNC_MEMBER, &m);
		TEXT_COPY(m.group, g.name);
		TEXT_COPY(m.instance, v->name);
		store_put(s, T_SYNC_MEMBER, &m, F_WANTED, NULL);
	}
}

static void put_track(struct store *s, enum track_user by, const char *user, enum track_kind kind,
		      const char *object)
{
	struct track_row t;

	fill(T_TRACK, &t);
	t.user_kind = (uint8_t)by;
	t.kind = (uint8_t)kind;
	if (TEXT_COPY(t.user, user) && TEXT_COPY(t.object, object))
		store_put(s, T_TRACK, &t, F_WANTED, NULL);
}

/* A name of its own, and what a command must be to be read. */
static void put_definition(struct store *s, enum table_id t, const char *name)
{
	static const char *const commands[] = {"/bin/true", "/bin/sh -c 'a {b} #c'",
					       "x \"y z\" $A ~SEQ(a,1)", "a\\ b"};
	_Alignas(16) unsigned char row[MAX_ROW];
	struct vrrp_script_row *script = (void *)row;
	struct track_process_row *process = (void *)row;
	struct track_file_row *file = (void *)row;

	fill(t, row);
	text_copy((char *)row, NAME_VS, name);
	if (t == T_VRRP_SCRIPT) {
		TEXT_COPY(script->script, commands[draw(4)]);
		if (!script->user[0])
			memset(script->group, 0, sizeof(script->group));
	} else if (t == T_TRACK_PROCESS) {
		TEXT_COPY(process->process, draw(2) ? "nginx" : "\"a {b}\" -c f");
	} else if (!file->file[0]) {
		TEXT_COPY(file->file, "/run/load");
	}
	if (t == T_TRACK_FILE && !file->init_file) {
		file->init_value = 0;
		file->overwrite = false;
	}
	store_put(s, t, row, F_WANTED, NULL);
}

static void put_defined(struct store *s, enum track_user by, const char *user)
{
	static const struct {
		enum track_kind kind;
		enum table_id table;
	} kinds[] = {{TRACK_SCRIPT, T_VRRP_SCRIPT},
		     {TRACK_FILE, T_TRACK_FILE},
		     {TRACK_PROCESS, T_TRACK_PROCESS}};
	char name[NAME_VS];

	for (unsigned k = 0; k < 3; k++) {
		const char *const key[] = {name};

		if (draw(2) || strlen(user) >= NAME_TRACKER)
			continue;
		draw_text(name, sizeof(name) - 1, 1);
		name[strlen(name) + 1] = '\0';
		name[strlen(name)] = (char)('0' + k);
		if (!store_find_text(s, kinds[k].table, key))
			put_definition(s, kinds[k].table, name);
		put_track(s, by, user, kinds[k].kind, name);
	}
}

/* Interfaces with odd names, and services that there are. */
static void put_tracks_of(struct store *s, enum track_user by, const char *user)
{
	char name[NAME_IF];

	for (uint64_t n = draw(3); n > 0; n--) {
		draw_text(name, sizeof(name) - 1, 1);
		snprintf(name + strlen(name), 2, "%u", (unsigned)n);
		put_track(s, by, user, TRACK_INTERFACE, name);
	}
	put_defined(s, by, user);
	STORE_EACH(s, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	{
		if (draw(4) == 0)
			put_track(s, by, user, TRACK_VIRTUAL_SERVER, v->name);
	}
}

static void put_delays(struct store *s)
{
	struct interface_delay_row r;

	for (uint64_t n = draw(3); n > 0; n--) {
		fill(T_INTERFACE_DELAY, &r);
		draw_text(r.interface, sizeof(r.interface) - 1, 1);
		snprintf(r.interface + strlen(r.interface), 2, "%u", (unsigned)n);
		store_put(s, T_INTERFACE_DELAY, &r, F_WANTED, NULL);
	}
}

static void put_linkbeats(struct store *s)
{
	struct linkbeat_interface_row r;

	for (uint64_t n = draw(3); n > 0; n--) {
		fill(T_LINKBEAT_INTERFACE, &r);
		draw_text(r.interface, sizeof(r.interface) - 1, 1);
		snprintf(r.interface + strlen(r.interface), 2, "%u", (unsigned)n);
		store_put(s, T_LINKBEAT_INTERFACE, &r, F_WANTED, NULL);
	}
}

static void put_tracks(struct store *s)
{
	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	put_tracks_of(s, TRACK_BY_INSTANCE, v->name);
	STORE_EACH(s, T_SYNC_GROUP, struct sync_group_row, g)
	put_tracks_of(s, TRACK_BY_GROUP, g->name);
}

/* A text that can be a command: split, and without control characters; else it becomes "". */
static void make_command(char command[COMMAND_MAX])
{
	struct argv a;

	for (char *p = command; *p; p++)
		if (*p == '\t')
			*p = ' ';
	if (!argv_split(&a, command, NULL))
		memset(command, 0, COMMAND_MAX);
}

/* ---- LVS --------------------------------------------------------------- */

static void name_endpoint(char *buf, size_t size, const struct addr *a, uint16_t port,
			  const char *tail)
{
	char text[ADDR_TEXT_MAX];

	snprintf(buf, size, a->family == ADDR_IPV6 ? "[%s]:%u%s" : "%s:%u%s", addr_text(a, text),
		 port, tail);
}

static void put_urls(struct store *s, const struct checker_row *c)
{
	static const char *const lists[] = {"200", "200-299 301", "404 500-599"};

	for (unsigned i = 1; i <= 1 + draw(2); i++) {
		struct check_url_row u;

		fill(T_CHECK_URL, &u);
		u.vs = c->vs;
		u.rs = c->rs;
		u.number = c->number;
		u.url = i;
		u.path = "/some \"path\"?a=b#c!d";
		u.status_code = draw(2) ? lists[draw(3)] : "";
		u.digest = draw(2) ? "0123456789abcdef0123456789abcdef" : "";
		u.regex_options = draw(2) ? "caseless utf" : "";
		if (!u.status_code[0] && !u.digest[0] && !u.regex[0])
			u.status_code = "200-299";
		store_put(s, T_CHECK_URL, &u, F_WANTED, NULL);
	}
}

static void no_http(struct checker_row *c)
{
	c->virtualhost = c->sni_name = "";
	c->enable_sni = false;
	c->http_protocol = HTTP_1_0;
}

/* What only one kind has. */
static void say_of_kind(struct checker_row *c)
{
	static const char *const octets[] = {"", "00", "0FA9", "DEADBEEF0102"};
	static const char *const replies[] = {"", UDP_ANY_REPLY, "0X", "XXF0AX"};
	const struct checker_row *usual = row_defaults(T_CHECKER);
	uint16_t min = c->min_reply_length;

	if (c->kind == CHECK_SMTP)
		c->send = draw(2) ? "mail.example.com" : "[2001:db8::1]";
	if (c->kind == CHECK_DNS)
		c->send = draw(2) ? "www.example.com" : "_x._udp.example.";
	else
		c->dns_type = usual->dns_type;
	if (c->kind != CHECK_UDP) {
		c->min_reply_length = usual->min_reply_length;
		c->max_reply_length = usual->max_reply_length;
		return;
	}
	c->send = octets[draw(4)];
	c->require_reply = replies[draw(4)];
	if (min > c->max_reply_length) {
		c->min_reply_length = c->max_reply_length;
		c->max_reply_length = min;
	}
}

static void put_file(struct store *s, struct checker_row *c, char name[NAME_VS])
{
	const char *const key[] = {name};
	struct checker_row plain;

	snprintf(name, NAME_VS, "f%u", (unsigned)draw(3));
	if (!store_find_text(s, T_TRACK_FILE, key))
		put_definition(s, T_TRACK_FILE, name);
	row_init(T_CHECKER, &plain);
	plain.vs = c->vs;
	plain.rs = c->rs;
	plain.number = c->number;
	plain.kind = CHECK_FILE;
	plain.weight = c->weight;
	plain.object = name;
	*c = plain;
}

static void put_script(struct store *s, struct checker_row *c, char name[NAME_VS])
{
	char command[COMMAND_MAX] = "", user[NAME_USER] = "", group[NAME_USER] = "";
	struct misc_script_row m;

	fill(T_MISC_SCRIPT, &m);
	draw_text(command, sizeof(command), 1);
	make_command(command);
	if (!command[0])
		TEXT_COPY(command, "/bin/true");
	if (draw(2))
		draw_text(user, sizeof(user), 0);
	if (user[0])
		draw_text(group, sizeof(group), 0);
	m.script = command;
	m.user = user;
	m.group = group;
	if (!m.timeout_ms) /* the interval, in a file */
		m.timeout_ms = 1;
	m.name = misc_script_name(&m, name);
	store_put(s, T_MISC_SCRIPT, &m, F_WANTED, NULL);
	c->object = name;
	c->connect_timeout_ms = m.timeout_ms;
}

/* What only the others have. */
static void leave_out(struct checker_row *c)
{
	if (c->kind == CHECK_MISC || c->kind == CHECK_FILE) {
		c->connect_addr = c->bindto = (struct addr){0};
		c->connect_port = c->bind_port = 0;
		c->bind_if = "";
		c->fwmark = 0;
	}
	if (c->kind != CHECK_MISC)
		c->dynamic = false;
	if (c->kind == CHECK_FILE)
		return;
	c->weight = 1;
}

static void put_checks(struct store *s, const struct real_server_row *r)
{
	unsigned n = (unsigned)draw(3);

	for (unsigned i = 1; i <= n; i++) {
		char text[AGENT_SEND] = "", object[NAME_VS];
		struct checker_row c;

		fill(T_CHECKER, &c);
		c.vs = r->vs;
		c.rs = r->name;
		c.number = i;
		c.kind = (uint8_t)draw_name(check_kind_names)->value;
		if (!http_is_spoken(c.kind))
			no_http(&c);
		if (c.kind == CHECK_HTTP)
			c.sni_name = "";
		say_of_kind(&c);
		c.connect_addr = draw(2) ? r->addr : draw_addr(draw(2) ? ADDR_IPV4 : ADDR_IPV6);
		c.connect_port = r->port && draw(2) ? r->port : (uint16_t)(1 + draw(65535));
		if (c.bindto.family)
			c.bindto = draw_addr(c.connect_addr.family);
		leave_out(&c);
		if (c.kind == CHECK_AGENT && draw(2))
			draw_text(text, sizeof(text), 1);
		if (text[0])
			c.object = text;
		if (c.kind == CHECK_MISC)
			put_script(s, &c, object);
		else if (c.kind == CHECK_FILE)
			put_file(s, &c, object);
		store_put(s, T_CHECKER, &c, F_WANTED, NULL);
		if (http_is_spoken(c.kind))
			put_urls(s, &c);
	}
}

static void fit(struct real_server_row *r)
{
	if (r->forwarding != LVS_TUN) {
		r->tunnel_type = TUNNEL_IPIP;
		r->tunnel_checksum = TUNNEL_NOCSUM;
	}
	if (r->tunnel_type != TUNNEL_GUE)
		r->tunnel_port = 0;
	else if (!r->tunnel_port)
		r->tunnel_port = 5555;
	if (r->lthreshold > r->uthreshold)
		r->lthreshold = r->uthreshold;
}

/* Returns its weight, of a sorry server 0; nothing comes of one that is there already. */
static uint32_t put_server(struct store *s, const struct virtual_server_row *v, enum rs_kind kind)
{
	struct real_server_row r;
	char name[NAME_RS];
	bool other;

	fill(T_REAL_SERVER, &r);
	fit(&r);
	other = r.forwarding == LVS_TUN && draw(4) == 0;
	r.vs = v->name;
	r.addr = draw_addr(other == (v->family == FAMILY_IPV6) ? ADDR_IPV4 : ADDR_IPV6);
	if (v->fwmark)
		r.port = 0;
	else if (v->group[0])
		r.port = r.port ? r.port : 1;
	else if (r.forwarding != LVS_NAT || !r.port)
		r.port = v->port;
	name_endpoint(name, sizeof(name), &r.addr, r.port, "");
	r.name = name;
	r.kind = (uint8_t)kind;
	if (kind == RS_SORRY) {
		r.weight = 1;
		r.uthreshold = r.lthreshold = 0;
		r.smtp_alert = ALERT_DEFAULT;
		r.slow_start_s = 0;
	}
	if (kind == RS_SORRY && v->fwmark)
		return 0;
	if (store_find(s, T_REAL_SERVER, &r))
		return 0;
	store_put(s, T_REAL_SERVER, &r, F_WANTED, NULL);
	put_checks(s, &r);
	return kind == RS_SORRY ? 0 : r.weight;
}

/* One that the weight can reach, and a hysteresis below it. */
static void put_quorum(struct store *s, struct virtual_server_row *v, uint64_t weight)
{
	if (v->quorum > weight)
		v->quorum = weight ? (uint32_t)weight : 1;
	if (v->hysteresis >= v->quorum)
		v->hysteresis = v->quorum - 1;
	store_put(s, T_VIRTUAL_SERVER, v, F_WANTED, NULL);
}

static void identify(struct virtual_server_row *v, char name[NAME_VS])
{
	char tail[8];

	v->name = name;
	if (v->group[0]) {
		v->port = 0;
		snprintf(name, NAME_VS, "group:%s/%s", v->group,
			 enum_name(lvs_protocol_names, v->protocol));
		return;
	}
	v->addr = draw_addr(addr_family(v->family));
	if (v->fwmark) {
		v->addr = (struct addr){0};
		v->port = 0;
		v->protocol = LVS_UDP;
		snprintf(name, NAME_VS, "fwmark:%u%s", v->fwmark,
			 v->family == FAMILY_IPV6 ? "/inet6" : "");
		return;
	}
	if (!v->port && !v->persistence_timeout_s)
		v->port = 1;
	snprintf(tail, sizeof(tail), "/%s", enum_name(lvs_protocol_names, v->protocol));
	name_endpoint(name, NAME_VS, &v->addr, v->port, tail);
}

/* No two of them have anything in common: each has a number of its own. */
static void put_member(struct store *s, const char *group, uint8_t family)
{
	static uint32_t number;
	struct server_group_member_row m;
	char name[NAME_MEMBER], first[ADDR_TEXT_MAX], last[ADDR_TEXT_MAX];
	bool range = draw(2);

	row_init(T_SERVER_GROUP_MEMBER, &m);
	number++;
	m.group = group;
	m.name = name;
	if (draw(3) == 0) {
		m.fwmark = UINT32_C(0xf0000000) + number;
		m.family = draw(2) ? family : 0;
		snprintf(name, sizeof(name), "fwmark:%u%s", m.fwmark,
			 !m.family                 ? ""
			 : m.family == FAMILY_IPV6 ? "/inet6"
						   : "/inet");
		store_put(s, T_SERVER_GROUP_MEMBER, &m, F_WANTED, NULL);
		return;
	}
	m.family = family;
	addr_parse(family == FAMILY_IPV6 ? "2001:2::" : "198.18.0.0", &m.addr);
	m.addr = addr_add(&m.addr, number % 200 * 512);
	m.last = addr_add(&m.addr, range ? 1 + (uint32_t)draw(511) : 0);
	m.port = (uint16_t)(1 + number % 65535);
	addr_text(&m.addr, first);
	snprintf(name, sizeof(name), family == FAMILY_IPV6 ? "[%s%s%s]:%u" : "%s%s%s:%u", first,
		 range ? "-" : "", range ? addr_text(&m.last, last) : "", m.port);
	store_put(s, T_SERVER_GROUP_MEMBER, &m, F_WANTED, NULL);
}

/* Now and then a service of many addresses. */
static void make_group_of(struct store *s, struct virtual_server_row *v, char group[NAME_GROUP])
{
	v->group = group;
	if (draw(3))
		return;
	draw_text(group, NAME_GROUP, 1);
	if (server_group_at(s, group, server_group_first(s, group)))
		group[0] = '\0';
	if (!group[0])
		return;
	v->fwmark = 0;
	store_put(s, T_SERVER_GROUP, &(struct server_group_row){.name = group}, F_WANTED, NULL);
	for (uint64_t n = 1 + draw(4); n > 0; n--)
		put_member(s, group, v->family);
}

static void put_service(struct store *s)
{
	static const char *const schedulers[] = {"rr", "wrr", "lc", "wlc", "lblc", "dh",
						 "sh", "mh",  "nq", "ovf", "twos"};
	struct virtual_server_row v;
	char name[NAME_VS], group[NAME_GROUP] = "";
	unsigned servers = 1 + (unsigned)draw(4);
	uint64_t weight = 0;

	fill(T_VIRTUAL_SERVER, &v);
	TEXT_COPY(v.scheduler, schedulers[draw(sizeof(schedulers) / sizeof(schedulers[0]))]);
	make_group_of(s, &v, group);
	v.addr = (struct addr){0};
	identify(&v, name);
	if (v.family == FAMILY_IPV4)
		v.persistence_granularity %= 33;
	if (store_find(s, T_VIRTUAL_SERVER, &v))
		return;
	store_put(s, T_VIRTUAL_SERVER, &v, F_WANTED, NULL);
	for (unsigned i = 0; i < servers; i++)
		weight += put_server(s, &v, RS_REGULAR);
	if (draw(3) == 0)
		put_server(s, &v, RS_SORRY);
	put_quorum(s, &v, weight);
}

/* ---- programs ------------------------------------------------------------ */

static void make_group(const char *user, char group[NAME_USER])
{
	if (!user[0])
		memset(group, 0, NAME_USER);
}

static void put_command(struct store *s, enum notify_object object, const char *name,
			enum notify_event event)
{
	struct notify_row r;
	char command[COMMAND_MAX] = "", user[NAME_USER] = "", group[NAME_USER] = "";

	row_init(T_NOTIFY, &r);
	if (draw(2))
		draw_text(command, sizeof(command), 0);
	if (draw(2))
		draw_text(user, sizeof(user), 0);
	if (draw(2))
		draw_text(group, sizeof(group), 0);
	r.object = (uint8_t)object;
	r.event = (uint8_t)event;
	r.name = name;
	make_command(command);
	r.command = command;
	r.user = user;
	r.group = group;
	if (!command[0]) {
		r.user = "";
		if (event != NOTIFY_DELETED)
			TEXT_COPY(command, "/bin/true");
	}
	if (!r.user[0])
		r.group = "";
	store_put(s, T_NOTIFY, &r, F_WANTED, NULL);
}

static void put_programs(struct store *s)
{
	char pool[NAME_POOL];

	STORE_EACH(s, T_VIRTUAL_SERVER, struct virtual_server_row, v)
	if (draw(3) == 0)
		put_command(s, NOTIFY_VIRTUAL_SERVER, v->name,
			    draw(2) ? NOTIFY_QUORUM_UP : NOTIFY_QUORUM_DOWN);
	STORE_EACH(s, T_REAL_SERVER, struct real_server_row, r)
	if (r->kind == RS_REGULAR && draw(3) == 0)
		put_command(s, NOTIFY_REAL_SERVER, notify_server_name(pool, r->vs, r->name),
			    draw(2) ? NOTIFY_UP : NOTIFY_DOWN);
	if (draw(2))
		put_command(s, NOTIFY_DIRECTOR, "", draw(2) ? NOTIFY_STARTUP : NOTIFY_SHUTDOWN);
	STORE_EACH(s, T_VRRP_INSTANCE, struct vrrp_instance_row, v)
	for (unsigned i = (unsigned)draw(4); i > 0; i--)
		put_command(s, NOTIFY_INSTANCE, v->name,
			    NOTIFY_MASTER +
				(enum notify_event)draw(NOTIFY_ANY - NOTIFY_MASTER + 1));
	STORE_EACH(s, T_SYNC_GROUP, struct sync_group_row, g)
	if (draw(2))
		put_command(s, NOTIFY_GROUP, g->name,
			    NOTIFY_MASTER +
				(enum notify_event)draw(NOTIFY_STOP - NOTIFY_MASTER + 1));
	for (uint8_t kind = FIFO_ALL; kind <= FIFO_LVS; kind++) {
		struct notify_fifo_row r;

		if (draw(2))
			continue;
		fill(T_NOTIFY_FIFO, &r);
		r.kind = kind;
		draw_text(r.path + 2, sizeof(r.path) - 2, 0);
		r.path[0] = '/';
		r.path[1] = (char)('0' + kind);
		make_command(r.script);
		if (!r.script[0])
			memset(r.script_user, 0, sizeof(r.script_user));
		make_group(r.user, r.group);
		make_group(r.script_user, r.script_group);
		store_put(s, T_NOTIFY_FIFO, &r, F_WANTED, NULL);
	}
}

/* ---- one model --------------------------------------------------------- */

static void put_mail(struct store *s)
{
	struct mail_recipient_row r;
	struct mail_row m;

	fill(T_MAIL, &m);
	TEXT_COPY(m.smtp_server, draw(2) ? "mail.example.com" : draw(2) ? "2001:db8::1" : "");
	if (!m.smtp_server[0])
		m.smtp_port = 25;
	TEXT_COPY(m.smtp_helo_name, draw(2) ? "director.example.com" : "");
	store_put(s, T_MAIL, &m, F_WANTED, NULL);
	row_init(T_MAIL_RECIPIENT, &r);
	for (r.number = 1; r.number <= draw(4); r.number++) {
		memset(r.address, 0, sizeof(r.address));
		snprintf(r.address, sizeof(r.address), "%u!#@example.com", 9 - r.number);
		store_put(s, T_MAIL_RECIPIENT, &r, F_WANTED, NULL);
	}
}

static void put_ipvs(struct store *s)
{
	struct ipvs_row r;

	fill(T_IPVS, &r);
	if (r.sync_group.family)
		r.sync_group = draw_group(draw(2) ? ADDR_IPV4 : ADDR_IPV6);
	if (!r.sync_interface[0]) {
		memset(r.sync_instance, 0, sizeof(r.sync_instance));
		r.sync_id = r.sync_ttl = 0;
		r.sync_maxlen = r.sync_port = 0;
		r.sync_group = (struct addr){0};
	}
	store_put(s, T_IPVS, &r, F_WANTED, NULL);
}

static struct store *draw_model(void)
{
	static const char *const levels[] = {"", "notice", "debug", "info,vrrp:debug"};
	struct store *s = store_new();
	struct global_row g;
	static const char *const prefixes[] = {"", "vrrp", "v{\"", "abcdefghijklmno"};
	struct exec_row e;
	struct network_row w;
	unsigned n = (unsigned)draw(5);

	fill(T_GLOBAL, &g);
	TEXT_COPY(g.log_level, levels[draw(4)]);
	TEXT_COPY(g.vmac_prefix, prefixes[draw(4)]);
	TEXT_COPY(g.vmac_addr_prefix, prefixes[draw(4)]);
	memset(g.vrrp_cpu_affinity, 0, sizeof(g.vrrp_cpu_affinity));
	if (draw(2))
		TEXT_COPY(g.vrrp_cpu_affinity, "0 7 1023");
	memset(g.checker_cpu_affinity, 0, sizeof(g.checker_cpu_affinity));
	if (draw(2))
		TEXT_COPY(g.checker_cpu_affinity, "1");
	store_put(s, T_GLOBAL, &g, F_WANTED, NULL);
	fill(T_EXEC, &e);
	if (!e.script_user[0])
		memset(e.script_group, 0, sizeof(e.script_group));
	if (!nftables_name_ok(e.nftables))
		memset(e.nftables, 0, sizeof(e.nftables));
	store_put(s, T_EXEC, &e, F_WANTED, NULL);
	fill(T_NETWORK, &w);
	if (w.vrrp_mcast_group4.family)
		w.vrrp_mcast_group4 = draw_group(ADDR_IPV4);
	if (w.vrrp_mcast_group6.family)
		w.vrrp_mcast_group6 = draw_group(ADDR_IPV6);
	if (w.vrrp_rx_bufs_policy != RX_BUFS_SIZE)
		w.vrrp_rx_bufs_size = 0;
	if (strpbrk(w.net_namespace, "./"))
		memset(w.net_namespace, 0, sizeof(w.net_namespace));
	if (strpbrk(w.net_namespace_ipvs, "./"))
		TEXT_COPY(w.net_namespace_ipvs, IPVS_OF_CALLER);
	store_put(s, T_NETWORK, &w, F_WANTED, NULL);
	put_ipvs(s);
	put_mail(s);
	for (unsigned i = 0; i < n; i++)
		put_instance(s, i);
	resolve_vmac_addresses(s);
	put_garp_groups(s);
	put_groups(s);
	put_programs(s);
	for (unsigned i = (unsigned)draw(4); i > 0; i--)
		put_service(s);
	put_tracks(s);
	resolve_sources(s);
	put_delays(s);
	put_linkbeats(s);
	config_nodes(s);
	return s;
}

static bool run(unsigned long seed, bool show)
{
	struct findings f = {0};
	struct store *s, *again;
	char why[TEXT_MAX] = "", *text;
	size_t len;
	bool ok;

	state = seed * UINT64_C(2654435761) + 1;
	s = draw_model();
	text = stores_print(s, &len);
	again = config_parse("printed", text, len, NULL, &f);
	ok = stores_same_config(s, again, why) && findings_worst(&f) <= FINDING_WARNING;
	if (!ok) {
		printf("# MODELS_SEED=%lu shows it: %s\n", seed, why);
		for (size_t i = 0; i < f.count; i++)
			if (f.items[i].level > FINDING_WARNING)
				printf("# line %u: %s\n", f.items[i].line, f.items[i].text);
	}
	if (!config_acceptable(s, why)) {
		printf("# MODELS_SEED=%lu is not a good model: %s\n", seed, why);
		ok = false;
	}
	if (show)
		fwrite(text, 1, len, stdout);
	free(text);
	store_free(s);
	store_free(again);
	findings_free(&f);
	return ok;
}

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

int main(void)
{
	unsigned long count = number("MODELS", 2000), from = number("MODELS_FROM", 1), failed = 0;

	if (getenv("MODELS_SEED"))
		return !run(number("MODELS_SEED", 0), true);
	printf("1..1\n");
	for (unsigned long seed = from; seed < from + count && failed < 5; seed++)
		failed += !run(seed, false);
	printf("%sok 1 - %lu random models, seeds %lu and up\n", failed ? "not " : "", count, from);
	return failed != 0;
}
