/*
 * snmp_ask: a manager that does nothing with what it hears.
 *
 *     snmp_ask walk ADDRESS REPETITIONS SECONDS OID...   walks the columns side by side, again and
 *                          again; prints variable bindings and seconds
 *     snmp_ask set ADDRESS COUNT OID [integer]    sets an Unsigned32 (or an INTEGER) to 1, 2, ...
 *                          200 in turn; prints the median and the longest time of an answer in
 *                          microseconds
 */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMNS_MAX 16

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *why)
{
	fprintf(stderr, "snmp_ask: %s\n", why);
	exit(1);
}

static netsnmp_session *connect_to(char *address, const char *community)
{
	netsnmp_session session, *ret;

	setenv("MIBS", "", 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	init_snmp("snmp_ask");
	snmp_sess_init(&session);
	session.version = SNMP_VERSION_2c;
	session.peername = address;
	session.community = (u_char *)(uintptr_t)community;
	session.community_len = strlen(community);
	session.timeout = 5000000L;
	session.retries = 0;
	ret = snmp_open(&session);
	if (!ret)
		die("cannot open a session");
	return ret;
}

struct column {
	oid root[MAX_OID_LEN], at[MAX_OID_LEN];
	size_t root_len, len;
	int ended;
};

static int inside(const struct column *c, const netsnmp_variable_list *v)
{
	return v->name_length > c->root_len &&
	       !memcmp(v->name, c->root, c->root_len * sizeof(oid)) && v->type != SNMP_ENDOFMIBVIEW;
}

/* One GETBULK for the columns that have not ended; returns the bindings within them. */
static long step(netsnmp_session *s, struct column *c, int n, int repetitions)
{
	netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GETBULK), *answer = NULL;
	int asked[COLUMNS_MAX], k = 0, i = 0;
	long count = 0;

	pdu->non_repeaters = 0;
	pdu->max_repetitions = repetitions;
	for (int j = 0; j < n; j++)
		if (!c[j].ended) {
			snmp_add_null_var(pdu, c[j].at, c[j].len);
			asked[k++] = j;
		}
	if (snmp_synch_response(s, pdu, &answer) != STAT_SUCCESS || !answer || answer->errstat)
		die("no answer");
	for (netsnmp_variable_list *v = answer->variables; v; v = v->next_variable, i++) {
		struct column *of = &c[asked[i % k]];

		if (of->ended)
			continue;
		if (!inside(of, v)) {
			of->ended = 1;
			continue;
		}
		memcpy(of->at, v->name, v->name_length * sizeof(oid));
		of->len = v->name_length;
		count++;
	}
	snmp_free_pdu(answer);
	return count;
}

static int walk(netsnmp_session *s, char **words, int n, int repetitions, double seconds)
{
	struct column c[COLUMNS_MAX];
	double began = now(), end = began + seconds;
	long count = 0;

	do {
		int left;

		for (int i = 0; i < n; i++) {
			c[i] = (struct column){.root_len = MAX_OID_LEN};
			if (!snmp_parse_oid(words[i], c[i].root, &c[i].root_len))
				die("a bad OID");
			memcpy(c[i].at, c[i].root, sizeof(c[i].at));
			c[i].len = c[i].root_len;
		}
		do {
			count += step(s, c, n, repetitions);
			left = 0;
			for (int i = 0; i < n; i++)
				left += !c[i].ended;
		} while (left);
	} while (now() < end);
	printf("%ld %.6f\n", count, now() - began);
	return count == 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int set(netsnmp_session *s, char *word, int count, u_char type)
{
	double *took = calloc((size_t)count, sizeof(*took));
	oid name[MAX_OID_LEN];
	size_t len = MAX_OID_LEN;

	if (!took || !snmp_parse_oid(word, name, &len))
		die("a bad OID");
	for (int i = 0; i < count; i++) {
		netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_SET), *answer = NULL;
		unsigned long value = 1 + (unsigned long)i % 200;
		double began = now();

		snmp_pdu_add_variable(pdu, name, len, type, &value, sizeof(value));
		if (snmp_synch_response(s, pdu, &answer) != STAT_SUCCESS || !answer ||
		    answer->errstat)
			die("refused");
		took[i] = now() - began;
		snmp_free_pdu(answer);
	}
	qsort(took, (size_t)count, sizeof(*took), by_size);
	printf("%.0f %.0f\n", took[count / 2] * 1e6, took[count - 1] * 1e6);
	free(took);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 5 && !strcmp(argv[1], "walk") && argc - 5 <= COLUMNS_MAX)
		return walk(connect_to(argv[2], "public"), argv + 5, argc - 5, atoi(argv[3]),
			    atof(argv[4]));
	if ((argc == 5 || argc == 6) && !strcmp(argv[1], "set"))
		return set(connect_to(argv[2], "private"), argv[4], atoi(argv[3]),
			   argc == 6 && !strcmp(argv[5], "integer") ? ASN_INTEGER : ASN_UNSIGNED);
	die("usage: walk ADDRESS REPETITIONS SECONDS OID... | set ADDRESS COUNT OID [integer]");
}
