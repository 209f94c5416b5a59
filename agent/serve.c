/*
 * serve: between net-snmp's requests and table.c / set.c. One raw handler for all tables:
 * net-snmp's own table helpers copy rows or search them linearly (measured).
 *
 * A GETNEXT that finds nothing leaves its varbind alone; the library then asks the next
 * registration. The library also cuts off what is behind the range the master asked for.
 */
#include "agent/serve.h"

#include "base/log.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>
#include <net-snmp/agent/agent_sysORTable.h>
#include <stdint.h>
#include <string.h>

struct registration {
	struct table_view view;
	const struct serve *serve;
};

/* Zero of the master's sysUpTime: one master, one estimate. 0 is none yet. */
static struct mono uptime_zero;

/* What sysORTable says of this agent (RFC 3418): the AGENT-CAPABILITIES of
 * HALVARD-CAPABILITIES-MIB. The library does not repeat it to another master. */
#define HAL_CONFORMANCE  2
#define HAL_CAPABILITIES 3
static void name_modules(void)
{
	static const char *const modules[] = {
	    "HALVARD-MIB: directors of the Linux Virtual Server",
	    "VRRP-MIB (RFC 2787): virtual routers of version 2",
	    "VRRPV3-MIB (RFC 6527): all virtual routers",
	};
	static oid keepalived[] = {1, 3, 6, 1, 4, 1, 9586, 100, 5}; /* it has no capabilities */
	oid id[MAX_OID_LEN];
	size_t len = map_root_len;

	memcpy(id, map_root, map_root_len * sizeof(oid));
	id[len++] = HAL_CONFORMANCE;
	id[len++] = HAL_CAPABILITIES;
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		id[len] = i + 1;
		register_sysORTable(id, len + 1, modules[i]);
	}
	register_sysORTable(keepalived, OID_LENGTH(keepalived),
			    "KEEPALIVED-MIB: what templates of keepalived poll and set");
}

void serve_new_master(void)
{
	uptime_zero.ns = 0;
}

struct value_clock serve_clock(const struct serve *s)
{
	struct mono now = loop_refresh(s->loop);

	uptime_zero = value_uptime_zero(uptime_zero, now, netsnmp_get_agent_uptime());
	return (struct value_clock){now, uptime_zero, *s->confirmed, s->store};
}

static void put_value(netsnmp_variable_list *vb, const struct value *v)
{
	snmp_set_var_typed_value(vb, v->type, &v->u, v->len);
}

static bool is_on_demand(const struct registration *r, const netsnmp_variable_list *vb)
{
	const struct map_column *c = table_column(&r->view, vb->name, vb->name_length);

	return c && c->f && (c->f->flags & F_DEMAND);
}

static void do_get(const struct registration *r, netsnmp_agent_request_info *info,
		   netsnmp_request_info *req, const struct value_clock *clock)
{
	netsnmp_variable_list *vb = req->requestvb;
	struct value v;

	switch (table_get(&r->view, vb->name, vb->name_length, clock, &v)) {
	case TABLE_FOUND:
		put_value(vb, &v);
		return;
	case TABLE_NO_OBJECT:
		netsnmp_set_request_error(info, req, SNMP_NOSUCHOBJECT);
		return;
	case TABLE_NO_INSTANCE:
		netsnmp_set_request_error(info, req, SNMP_NOSUCHINSTANCE);
		return;
	}
}

static void do_next(const struct registration *r, netsnmp_request_info *req,
		    const struct value_clock *clock)
{
	netsnmp_variable_list *vb = req->requestvb;
	oid name[MAX_OID_LEN];
	size_t len;
	struct value v;

	if (!table_next(&r->view, vb->name, vb->name_length, req->inclusive, clock, name, &len, &v))
		return;
	snmp_set_var_objid(vb, name, len);
	put_value(vb, &v);
}

static int do_set(const struct registration *r, int mode, struct set_pdu pdu,
		  const netsnmp_variable_list *vb)
{
	struct set_varbind v = {vb->name, vb->name_length, vb->type, vb->val.string, vb->val_len};

	switch (mode) {
	case MODE_SET_RESERVE1:
		return set_reserve1(r->serve->set, pdu, &r->view, &v);
	case MODE_SET_RESERVE2:
		return set_reserve2(r->serve->set, pdu, &v);
	case MODE_SET_ACTION:
		return set_action(r->serve->set, pdu, &v);
	case MODE_SET_UNDO:
		return set_undo(r->serve->set, pdu);
	default: /* COMMIT, FREE */
		set_end(r->serve->set, pdu);
		return SNMP_ERR_NOERROR;
	}
}

static void set_phase(const struct registration *r, netsnmp_agent_request_info *info,
		      netsnmp_request_info *requests)
{
	const netsnmp_pdu *pdu = info->asp->pdu;
	struct set_pdu id = {pdu->sessid, pdu->transid};

	for (netsnmp_request_info *req = requests; req; req = req->next) {
		int err = req->processed ? 0 : do_set(r, info->mode, id, req->requestvb);

		if (err)
			netsnmp_set_request_error(info, req, err);
	}
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct registration *r = handler->myvoid;
	struct value_clock clock;
	bool demanded = false;

	(void)reg;
	table_view_follow(&r->view, *r->serve->generation);
	if (info->mode != MODE_GET && info->mode != MODE_GETNEXT) {
		set_phase(r, info, requests);
		return SNMP_ERR_NOERROR;
	}
	clock = serve_clock(r->serve);
	for (netsnmp_request_info *req = requests; req; req = req->next) {
		if (req->processed)
			continue;
		if (info->mode == MODE_GET)
			do_get(r, info, req, &clock);
		else
			do_next(r, req, &clock);
		demanded = demanded || is_on_demand(r, req->requestvb);
	}
	if (demanded)
		r->serve->demand(r->serve->arg);
	return SNMP_ERR_NOERROR;
}

static void register_subtree(struct registration *r, const oid *root, size_t len)
{
	netsnmp_handler_registration *reg;

	reg = netsnmp_create_handler_registration(r->view.map->name, handle, root, len,
						  HANDLER_CAN_RWRITE);
	if (!reg)
		fatalx("cannot register %s", r->view.map->name);
	reg->handler->myvoid = r;
	if (netsnmp_register_handler(reg) != MIB_REGISTERED_OK)
		fatalx("cannot register %s", r->view.map->name);
}

/* Scalars beside which their module has tables are registered one by one: the master refuses a
 * subtree that others are cut out of. */
static void register_table(struct registration *r)
{
	const struct map_table *m = r->view.map;
	oid name[MAX_OID_LEN];

	if (!m->scalar || m->arc) {
		register_subtree(r, r->view.root, r->view.root_len);
		return;
	}
	memcpy(name, r->view.root, sizeof(name));
	for (size_t i = 0; i < m->ncolumns; i++) {
		name[r->view.root_len] = m->columns[i].number;
		register_subtree(r, name, r->view.root_len + 1);
	}
}

static void serve_list(const struct serve *s, struct map_table *const *list, uint64_t tables)
{
	for (struct map_table *const *m = list; *m; m++) {
		struct registration *r;

		if (!(tables >> (*m)->table & 1))
			continue;
		r = xcalloc(1, sizeof(*r));
		table_view_init(&r->view, *m, s->store);
		r->serve = s;
		register_table(r);
	}
}

void serve_tables(const struct serve *s, uint64_t tables)
{
	name_modules();
	serve_list(s, map_tables, tables);
	serve_list(s, map_foreign, tables);
}
