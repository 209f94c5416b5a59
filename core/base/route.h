/*
 * route: a route and a rule of the kernel as values, and as text.
 *
 * The text is the language of ip-route(8) and ip-rule(8) as keepalived reads it. What
 * route_text() and rule_text() write is canonical: numbers where the language allows names,
 * nothing that is so without it, always in the same order; it parses to an equal value. Values
 * of kinds (RTN_*, RT_SCOPE_*, FR_ACT_*, RTAX_*) are the kernel's. Interfaces are names: numbers
 * change. Pure.
 */
#ifndef BASE_ROUTE_H
#define BASE_ROUTE_H

#include "base/addr.h"

#define ROUTE_IF        16 /* a name of an interface with its NUL */
#define ROUTE_HOPS_MAX  16
#define ROUTE_LABELS    4
#define ROUTE_METRICS   18 /* RTAX_* below this */
#define ROUTE_TEXT_MAX  448
#define ROUTE_PROTOCOL  18 /* RTPROT_KEEPALIVED */
#define ROUTE_NOTES_MAX 4

struct prefix {
	struct addr addr; /* family ADDR_NONE: none */
	uint8_t len;
};

/* What packets are wrapped into on their way. */
struct route_encap {
	uint8_t type; /* LWTUNNEL_ENCAP_*; 0: none */
	uint64_t id;  /* of a tunnel; the locator of ILA */
	struct addr src, dst;
	uint8_t tos, ttl; /* traffic class and hop limit of IPv6 */
	uint16_t flags;
	bool has_id;
	uint8_t nlabels;
	uint32_t label[ROUTE_LABELS];
};

struct route_hop {
	struct addr via;
	char dev[ROUTE_IF];
	uint16_t weight; /* 1..256 */
	bool onlink;
	uint32_t realms;
	struct route_encap encap;
};

enum route_how { ROUTE_PREPEND, ROUTE_APPEND, ROUTE_ADD };
enum { ROUTE_TTL_DEFAULT, ROUTE_TTL_ENABLED, ROUTE_TTL_DISABLED };

struct ip_route {
	uint8_t family; /* enum addr_family */
	uint8_t type;
	struct prefix dst;  /* length 0: the default route */
	struct prefix from; /* IPv6 */
	struct addr src;
	uint8_t tos;
	uint8_t protocol;
	uint8_t scope;
	uint8_t how;
	uint32_t table; /* 0: main */
	char vrf[ROUTE_IF];
	uint32_t metric;
	struct route_hop hop;
	unsigned nhops; /* of a route with several ways; `hop` is common to all */
	struct route_hop hops[ROUTE_HOPS_MAX];
	uint32_t set, lock; /* bit RTAX_*: there is such a metric, and it stays */
	uint32_t metrics[ROUTE_METRICS];
	char congctl[16];
	bool pref_set, expires_set;
	uint8_t pref;
	uint32_t expires;
	uint8_t ttl_propagate;
	bool no_track;
};

struct ip_rule {
	uint8_t family;
	bool invert;
	struct prefix from, to;
	uint8_t tos;
	uint8_t protocol; /* 0: none */
	uint8_t action;
	bool has_mark, has_mask, has_uids, has_tunnel, has_preference;
	bool has_suppress_length, has_suppress_group;
	bool l3mdev;
	char iif[ROUTE_IF], oif[ROUTE_IF];
	uint32_t table, target, preference;
	uint32_t mark, mask;
	uint32_t realms;
	uint32_t suppress_length, suppress_group;
	uint64_t tunnel;
	uint32_t uid_first, uid_last;
	uint8_t ip_proto;
	uint16_t sport_first, sport_last; /* 0: any */
	uint16_t dport_first, dport_last;
	bool no_track;
};

enum route_names {
	ROUTE_TABLES,
	ROUTE_PROTOCOLS,
	ROUTE_SCOPES,
	ROUTE_DSFIELDS,
	ROUTE_REALMS,
	ROUTE_GROUPS
};

/* Names that the administrator has given to numbers; false: there is none. */
typedef bool (*route_name_fn)(void *arg, enum route_names kind, const char *name, uint32_t *ret);

struct route_note {
	unsigned word;
	char text[128]; /* what is old about it, and what it is taken as */
};

/* What a parser found: a mistake at a word, or notes. */
struct route_findings {
	unsigned word;
	char error[192];
	struct route_note notes[ROUTE_NOTES_MAX];
	unsigned nnotes;
};

/* Reads words; false: the findings say what is wrong. names may be NULL. */
bool route_parse(const char *const *words, unsigned n, route_name_fn names, void *arg,
		 struct ip_route *ret, struct route_findings *f);
bool rule_parse(const char *const *words, unsigned n, route_name_fn names, void *arg,
		struct ip_rule *ret, struct route_findings *f);
/* The same of a text with blanks between its words. */
bool route_parse_text(const char *text, struct ip_route *ret);
bool rule_parse_text(const char *text, struct ip_rule *ret);
/* Writes the canonical text; false: it does not fit. */
bool route_text(const struct ip_route *r, char *buf, size_t size);
bool rule_text(const struct ip_rule *r, char *buf, size_t size);
/* What names the route among those of the kernel: destination, table, metric and the like. */
void route_name(const struct ip_route *r, char *buf, size_t size);
/* "192.0.2.0/24", "default". */
const char *prefix_text(const struct prefix *p, char *buf, size_t size);

#endif
