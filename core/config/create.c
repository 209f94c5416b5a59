/* create: see create.h. */
#include "config/create.h"

#include "config/config.h"

#include "base/log.h"
#include "base/text.h"
#include "model/rows.h"
#include "model/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool __attribute__((format(printf, 2, 3))) refuse(char *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, TEXT_MAX, fmt, ap);
	va_end(ap);
	return false;
}

bool config_may_create(enum table_id t)
{
	return t == T_VIRTUAL_SERVER || t == T_REAL_SERVER || t == T_VRRP_ADDRESS ||
	       t == T_VRRP_INSTANCE;
}

/* ---- names --------------------------------------------------------------- */

/* "192.0.2.1:80" or "[2001:db8::1]:80", written as the rows write it. */
static bool read_endpoint(const char *text, struct addr *addr, uint16_t *port)
{
	char host[TEXT_MAX], again[ADDR_ENDPOINT_MAX], *colon;
	uint64_t n;

	if (!text_copy(host, sizeof(host), text) || !(colon = strrchr(host, ':')) ||
	    !text_u64(colon + 1, 0, 65535, &n))
		return false;
	*colon = '\0';
	if (host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		memmove(host, host + 1, strlen(host));
	}
	if (!addr_parse(host, addr))
		return false;
	*port = (uint16_t)n;
	return text_eq(addr_endpoint(addr, *port, again), text);
}

static bool read_mark(const char *name, struct virtual_server_row *v)
{
	char number[32], *slash;
	uint64_t n;

	if (strncmp(name, "fwmark:", 7) != 0 || !text_copy(number, sizeof(number), name + 7))
		return false;
	slash = strchr(number, '/');
	if (slash && !text_eq(slash, "/inet6"))
		return false;
	if (slash)
		*slash = '\0';
	if (number[0] == '0' || !text_u64(number, 1, UINT32_MAX, &n))
		return false;
	v->fwmark = (uint32_t)n;
	v->family = slash ? FAMILY_IPV6 : FAMILY_IPV4;
	return true;
}

static bool read_service(const char *name, struct virtual_server_row *v)
{
	char endpoint[TEXT_MAX], *slash;
	int protocol;

	if (read_mark(name, v))
		return true;
	if (!text_copy(endpoint, sizeof(endpoint), name) || !(slash = strrchr(endpoint, '/')))
		return false;
	*slash = '\0';
	if (!enum_value(lvs_protocol_names, slash + 1, &protocol) ||
	    !read_endpoint(endpoint, &v->addr, &v->port))
		return false;
	v->protocol = (uint8_t)protocol;
	v->family = v->addr.family == ADDR_IPV6 ? FAMILY_IPV6 : FAMILY_IPV4;
	return true;
}

/* ---- rows ---------------------------------------------------------------- */

static bool create_service(struct store *s, const struct virtual_server_row *key, char *why)
{
	struct virtual_server_row v;

	row_init(T_VIRTUAL_SERVER, &v);
	v.name = key->name;
	TEXT_COPY(v.scheduler, "wlc");
	if (!read_service(v.name, &v))
		return refuse(why,
			      "%.60s is no name of a virtual server: those are "
			      "192.0.2.1:80/tcp, [2001:db8::1]:53/udp, fwmark:7, fwmark:7/inet6",
			      v.name);
	store_put(s, T_VIRTUAL_SERVER, &v, F_WANTED, NULL);
	return true;
}

/* The first server of the pool, or NULL. */
static const struct real_server_row *model_of(const struct store *s, const char *vs)
{
	struct real_server_row key = {.vs = vs, .name = ""};
	const struct real_server_row *rs;

	for (size_t i = store_lower_bound(s, T_REAL_SERVER, &key);
	     (rs = store_at(s, T_REAL_SERVER, i)) && text_eq(rs->vs, vs); i++)
		if (rs->kind == RS_REGULAR)
			return rs;
	return NULL;
}

static void copy_check(struct store *s, const struct checker_row *of,
		       const struct real_server_row *model, const struct real_server_row *rs)
{
	struct checker_row c = *of;

	c.rs = rs->name;
	if (addr_equal(&c.connect_addr, &model->addr))
		c.connect_addr = rs->addr;
	if (c.connect_port == model->port)
		c.connect_port = rs->port;
	store_put(s, T_CHECKER, &c, F_KEY | F_WANTED, NULL);
}

/* Rows come while they are copied, of another name; so each is looked for anew. */
static void copy_checks(struct store *s, const struct real_server_row *model,
			const struct real_server_row *rs)
{
	struct checker_row check = {.vs = model->vs, .rs = model->name};
	struct check_url_row url = {.vs = model->vs, .rs = model->name};
	const struct checker_row *c;
	const struct check_url_row *u;

	while ((c = store_at(s, T_CHECKER, store_lower_bound(s, T_CHECKER, &check))) &&
	       text_eq(c->vs, model->vs) && text_eq(c->rs, model->name)) {
		check.number = c->number + 1;
		copy_check(s, c, model, rs);
	}
	while ((u = store_at(s, T_CHECK_URL, store_lower_bound(s, T_CHECK_URL, &url))) &&
	       text_eq(u->vs, model->vs) && text_eq(u->rs, model->name)) {
		struct check_url_row copy = *u;

		url.number = u->number;
		url.url = u->url + 1;
		copy.rs = rs->name;
		store_put(s, T_CHECK_URL, &copy, F_KEY | F_WANTED, NULL);
	}
}

static bool create_server(struct store *s, const struct real_server_row *key, char *why)
{
	const char *const words[] = {key->vs};
	const struct virtual_server_row *vs = store_find_text(s, T_VIRTUAL_SERVER, words);
	const struct real_server_row *model = model_of(s, key->vs);
	struct real_server_row rs;

	row_init(T_REAL_SERVER, &rs);
	rs.vs = key->vs;
	rs.name = key->name;
	if (!vs)
		return refuse(why, "there is no virtual_server %.60s", key->vs);
	if (!read_endpoint(rs.name, &rs.addr, &rs.port))
		return refuse(why,
			      "%.60s is no name of a real server: those are 10.0.0.1:80 and "
			      "[2001:db8::2]:80",
			      rs.name);
	rs.forwarding = vs->forwarding;
	if (model) {
		rs.tunnel_type = model->tunnel_type;
		rs.tunnel_checksum = model->tunnel_checksum;
		rs.tunnel_port = model->tunnel_port;
	}
	store_put(s, T_REAL_SERVER, &rs, F_WANTED, NULL);
	if (model)
		copy_checks(s, model, &rs);
	config_nodes(s);
	return true;
}

/* As SNMP has names in its indices, too. */
static bool is_name(const char *text)
{
	for (; *text; text++)
		if (*text < 0x21 || *text > 0x7e)
			return false;
	return true;
}

/* 0 is no identifier: config_complete() wants another. */
static bool create_instance(struct store *s, const struct vrrp_instance_row *key, char *why)
{
	struct vrrp_instance_row v;

	if (!is_name(key->name))
		return refuse(why, "a vrrp_instance made at run time has a name without blanks, of "
				   "printable ASCII");

	row_init(T_VRRP_INSTANCE, &v);
	TEXT_COPY(v.name, key->name);
	v.vrid = 0;
	v.version = ((const struct global_row *)store_single(s, T_GLOBAL))->vrrp_version;
	store_put(s, T_VRRP_INSTANCE, &v, F_WANTED, NULL);
	return true;
}

static bool create_address(struct store *s, const struct vrrp_address_row *key, char *why)
{
	const char *const words[] = {key->instance};
	const struct vrrp_instance_row *v = store_find_text(s, T_VRRP_INSTANCE, words);
	struct vrrp_address_row a;
	char text[ADDR_TEXT_MAX];

	row_init(T_VRRP_ADDRESS, &a);
	TEXT_COPY(a.instance, key->instance);
	TEXT_COPY(a.address, key->address);
	if (!v)
		return refuse(why, "there is no vrrp_instance %.60s", key->instance);
	if (!addr_parse(a.address, &a.addr) || !text_eq(addr_text(&a.addr, text), a.address))
		return refuse(why,
			      "%.60s is no address as it is written here: 192.0.2.1, 2001:db8::1",
			      a.address);
	if ((a.addr.family == ADDR_IPV6) != (v->family == FAMILY_IPV6))
		return refuse(why, "vrrp_instance %.60s has addresses of the other family",
			      v->name);
	a.prefix_len = a.addr.family == ADDR_IPV6 ? 128 : 32;
	store_put(s, T_VRRP_ADDRESS, &a, F_WANTED, NULL);
	return true;
}

bool config_create(struct store *s, enum table_id t, const void *key, char *why)
{
	if (t == T_VIRTUAL_SERVER)
		return create_service(s, key, why);
	if (t == T_REAL_SERVER)
		return create_server(s, key, why);
	if (t == T_VRRP_INSTANCE)
		return create_instance(s, key, why);
	if (t == T_VRRP_ADDRESS)
		return create_address(s, key, why);
	return refuse(why, "rows of %s come from the configuration file", schema_table(t)->name);
}

/* As the kernel has them. */
static bool is_interface(const char *name)
{
	return name[0] && is_name(name) && !strpbrk(name, "/:") && !text_eq(name, ".") &&
	       !text_eq(name, "..");
}

static bool complete_instance(const struct vrrp_instance_row *v, char *why)
{
	if (!v->vrid)
		return refuse(why, "vrrp_instance %.60s needs a vrid, 1..255", v->name);
	if (!is_interface(v->interface))
		return refuse(why, "vrrp_instance %.60s needs an interface", v->name);
	if (v->family == FAMILY_IPV6 && v->version == 2)
		return refuse(why, "vrrp_instance %.60s is for IPv6: it needs version 3", v->name);
	return true;
}

/* Of IPv6 a single address is no source of connections, as in the file. */
static bool complete_address(struct store *s, const struct vrrp_address_row *a, char *why)
{
	bool ipv4 = a->addr.family == ADDR_IPV4;

	if (ipv4 && a->prefix_len > 32)
		return refuse(why, "address %.60s: an IPv4 prefix has at most 32 bits", a->address);
	if (a->dev[0] && !is_interface(a->dev))
		return refuse(why, "address %.60s: %.20s is no interface", a->address, a->dev);
	store_put_number(s, T_VRRP_ADDRESS, a, schema_field(T_VRRP_ADDRESS, "preferred_lft_s"),
			 !ipv4 && a->prefix_len == 128 ? 0 : LFT_FOREVER);
	return true;
}

bool config_complete(struct store *s, enum table_id t, const void *key, char *why)
{
	const void *row = store_find(s, t, key);

	if (!row)
		return refuse(why, "another part of the change takes it away");
	if (t == T_VRRP_INSTANCE)
		return complete_instance(row, why);
	return t != T_VRRP_ADDRESS || complete_address(s, row, why);
}

/* ---- what follows -------------------------------------------------------- */

const struct field *config_spreads(const struct field *f)
{
	if (f != schema_field(T_VIRTUAL_SERVER, "delay_loop_ms"))
		return NULL;
	return schema_field(T_CHECKER, "delay_loop_ms");
}

void config_spread(struct store *s, const struct field *f, const void *before)
{
	const struct virtual_server_row *was = before, *vs;
	const struct field *to = config_spreads(f);
	struct checker_row key = {0};
	const struct checker_row *c;

	if (!to || !(vs = store_find(s, T_VIRTUAL_SERVER, before)))
		return;
	key.vs = vs->name;
	for (size_t i = store_lower_bound(s, T_CHECKER, &key);
	     (c = store_at(s, T_CHECKER, i)) && text_eq(c->vs, vs->name); i++)
		if (c->delay_loop_ms == was->delay_loop_ms)
			store_put_number(s, T_CHECKER, c, to, vs->delay_loop_ms);
}

/* ---- the end ------------------------------------------------------------- */

/* What goes with a row: the rows that have its keys from this one of theirs on. */
static const struct part {
	enum table_id part, of;
	unsigned first;
	int kind; /* the value of the key before it; 0: any */
} parts[] = {
    {T_REAL_SERVER, T_VIRTUAL_SERVER, 0, 0},
    {T_CHECKER, T_VIRTUAL_SERVER, 0, 0},
    {T_CHECKER, T_REAL_SERVER, 0, 0},
    {T_CHECK_URL, T_VIRTUAL_SERVER, 0, 0},
    {T_CHECK_URL, T_REAL_SERVER, 0, 0},
    {T_NOTIFY, T_VIRTUAL_SERVER, 1, NOTIFY_VIRTUAL_SERVER},
    {T_NOTIFY, T_REAL_SERVER, 1, NOTIFY_REAL_SERVER}, /* by is_command_of() */
    {T_VRRP_ADDRESS, T_VRRP_INSTANCE, 0, 0},
    {T_VRRP_PEER, T_VRRP_INSTANCE, 0, 0},
    {T_VRRP_ROUTE, T_VRRP_INSTANCE, 0, 0},
    {T_VRRP_RULE, T_VRRP_INSTANCE, 0, 0},
    {T_SYNC_MEMBER, T_VRRP_INSTANCE, 1, 0},
    {T_TRACK_GROUP_MEMBER, T_VRRP_INSTANCE, 1, 0},
    {T_TRACK, T_VRRP_INSTANCE, 1, TRACK_BY_INSTANCE},
    {T_NOTIFY, T_VRRP_INSTANCE, 1, NOTIFY_INSTANCE},
    {T_TRACK, T_SYNC_GROUP, 1, TRACK_BY_GROUP},
    {T_NOTIFY, T_SYNC_GROUP, 1, NOTIFY_GROUP},
};

static const struct part *part_of(enum table_id t, enum table_id of)
{
	static struct part itself;

	if (t == of)
		return &itself;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].part == t && parts[i].of == of)
			return &parts[i];
	return NULL;
}

/* What is run for a real server has a name of both. */
static bool is_command_of(const struct notify_row *n, enum table_id of, const void *key)
{
	const struct real_server_row *rs = key;
	const struct virtual_server_row *vs = key;
	char name[NAME_POOL];
	size_t len;

	if (n->object != NOTIFY_REAL_SERVER)
		return false;
	if (of == T_REAL_SERVER)
		return text_eq(n->name, notify_server_name(name, rs->vs, rs->name));
	if (of != T_VIRTUAL_SERVER)
		return false;
	len = strlen(vs->name);
	return strncmp(n->name, vs->name, len) == 0 && n->name[len] == ' ';
}

bool config_is_part(enum table_id t, const void *row, enum table_id of, const void *key)
{
	const struct table *tab = schema_table(of);
	const struct field *fields = schema_table(t)->fields;
	const struct part *p = part_of(t, of);

	if (t == T_NOTIFY && is_command_of(row, of, key))
		return true;
	if (t == T_NOTIFY && of == T_REAL_SERVER)
		return false;
	if (!p || (p->kind && field_get(&fields[p->first - 1], row) != (uint64_t)p->kind))
		return false;
	for (unsigned i = 0; i < tab->nkeys; i++)
		if (!text_eq(field_str(&fields[p->first + i], row),
			     field_str(&tab->fields[i], key)))
			return false;
	return true;
}

static bool has_members(const struct store *s, const struct sync_group_row *g)
{
	struct sync_member_row key = {{0}};
	size_t first;

	TEXT_COPY(key.group, g->name);
	return store_siblings(s, T_SYNC_MEMBER, &key, &first) > 0;
}

/* A group without a member is none, as in the file. */
static void drop_empty_groups(struct store *s)
{
	for (size_t i = store_count(s, T_SYNC_GROUP); i-- > 0;) {
		struct sync_group_row g =
		    *(const struct sync_group_row *)store_at(s, T_SYNC_GROUP, i);

		if (!has_members(s, &g))
			config_remove(s, T_SYNC_GROUP, &g);
	}
}

void config_remove(struct store *s, enum table_id t, const void *key)
{
	for (int p = T_COUNT; p-- > 0;)
		for (size_t i = part_of((enum table_id)p, t) ? store_count(s, (enum table_id)p) : 0;
		     i-- > 0;) {
			const void *row = store_at(s, (enum table_id)p, i);

			if (row && config_is_part((enum table_id)p, row, t, key))
				store_del(s, (enum table_id)p, row);
		}
	if (t == T_VRRP_INSTANCE)
		drop_empty_groups(s);
}
