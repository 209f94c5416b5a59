/*
 * trivial_agent: the least that can serve given OIDs: a sorted array, searched by halves, of which
 * each value is the number 1. What an agent with net-snmp's library can reach at best.
 *
 *     trivial_agent agentx SOCKET ROOT <OIDS      a subagent
 *     trivial_agent listen ADDRESS ROOT <OIDS     an agent by itself, community public
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>
#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct name {
	oid ids[MAX_OID_LEN];
	size_t len;
};

static struct name *names;
static size_t count;

static size_t bound(const oid *ids, size_t len, int inclusive)
{
	size_t lo = 0, hi = count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (snmp_oid_compare(names[mid].ids, names[mid].len, ids, len) >= !inclusive)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *reg,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	static const u_long one = 1;

	(void)handler, (void)reg;
	for (netsnmp_request_info *r = requests; r; r = r->next) {
		netsnmp_variable_list *v = r->requestvb;
		int next = info->mode == MODE_GETNEXT;
		size_t i = bound(v->name, v->name_length, !next || r->inclusive);

		if (r->processed || i == count)
			continue;
		if (next)
			snmp_set_var_objid(v, names[i].ids, names[i].len);
		snmp_set_var_typed_value(v, ASN_GAUGE, &one, sizeof(one));
	}
	return SNMP_ERR_NOERROR;
}

static void read_names(void)
{
	char line[4096];

	while (fgets(line, sizeof(line), stdin)) {
		struct name *n;

		line[strcspn(line, " \n")] = 0;
		names = realloc(names, (count + 1) * sizeof(*names));
		if (!names)
			exit(1);
		n = &names[count++];
		n->len = MAX_OID_LEN;
		if (!snmp_parse_oid(line, n->ids, &n->len))
			exit(1);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return snmp_oid_compare(x->ids, x->len, y->ids, y->len);
}

int main(int argc, char **argv)
{
	oid root[MAX_OID_LEN];
	size_t len = MAX_OID_LEN;
	int alone = argc == 4 && !strcmp(argv[1], "listen");
	char community[] = "rocommunity public";

	if (argc != 4)
		return 2;
	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, !alone);
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID,
			      alone ? NETSNMP_DS_AGENT_PORTS : NETSNMP_DS_AGENT_X_SOCKET, argv[2]);
	init_agent("trivial");
	init_snmp("trivial");
	read_names();
	qsort(names, count, sizeof(*names), by_name);
	if (!snmp_parse_oid(argv[3], root, &len))
		return 2;
	netsnmp_register_handler(
	    netsnmp_create_handler_registration("trivial", handle, root, len, HANDLER_CAN_RONLY));
	if (alone && (netsnmp_config(community) || init_master_agent()))
		return 1;
	puts("ready");
	fflush(stdout);
	for (;;)
		agent_check_and_process(1);
}
