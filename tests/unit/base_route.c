/*
 * Routes and rules as text: what is accepted and what becomes of it, what is refused and why; and
 * that the canonical text, and any text made of random options, parses to an equal value.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/route.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned cut(char *text, const char **words)
{
	char *save = NULL;
	unsigned n = 0;

	for (char *p = strtok_r(text, " ", &save); p && n < 200; p = strtok_r(NULL, " ", &save))
		words[n++] = p;
	return n;
}

static bool names(void *arg, enum route_names kind, const char *name, uint32_t *ret)
{
	(void)arg;
	*ret = 42;
	return kind == ROUTE_TABLES && strcmp(name, "office") == 0;
}

static const char *const routes[][2] = {
    {"10.1.0.0/16 dev eth0", "10.1.0.0/16 dev eth0"},
    {"to 10.1.0.5/16 oif eth0", "10.1.0.0/16 dev eth0"},
    {"192.0.2.1 dev eth0 table main", "192.0.2.1/32 dev eth0"},
    {"default via 192.0.2.1", "default via 192.0.2.1"},
    {"any via 2001:db8::1", "inet6 default via 2001:db8::1"},
    {"inet6 default dev eth0", "inet6 default dev eth0"},
    {"src 10.0.0.1 10.1.0.0/16 gw 10.0.0.2", "10.1.0.0/16 src 10.0.0.1 via 10.0.0.2"},
    {"10.1.0.0/16 via 10.0.0.2 or 10.0.0.3 dev eth0",
     "10.1.0.0/16 nexthop via 10.0.0.2 dev eth0 nexthop via 10.0.0.3 dev eth0"},
    {"10.1.0.0/16 dev eth0 nexthop via 10.0.0.2 weight 1 nexthop dev eth1 weight 256",
     "10.1.0.0/16 dev eth0 nexthop via 10.0.0.2 dev eth0 nexthop dev eth1 weight 256"},
    {"blackhole 10.1.0.0/16 no_track", "blackhole 10.1.0.0/16 no_track"},
    {"to unreachable default metric 0x10", "unreachable default metric 16"},
    {"local 10.1.0.0/16 dev eth0", "local 10.1.0.0/16 dev eth0"},
    {"local 10.1.0.0/16 dev eth0 scope link", "local 10.1.0.0/16 dev eth0 scope 253"},
    {"10.1.0.0/16 dev eth0 table office tos 0x10", "10.1.0.0/16 tos 0x10 table 42 dev eth0"},
    {"10.1.0.0/16 dev eth0 proto static scope link", "10.1.0.0/16 dev eth0 protocol 4 scope 253"},
    {"10.1.0.0/16 dev eth0 realms 5 priority 7", "10.1.0.0/16 metric 7 dev eth0 realms 0/5"},
    {"10.1.0.0/16 dev eth0 mtu lock 1400 rtt 1.5s rttvar 20ms rto_min lock 1sec",
     "10.1.0.0/16 dev eth0 mtu lock 1400 rtt 1500ms rttvar 20ms rto_min lock 1000ms"},
    {"10.1.0.0/16 dev eth0 features ecn congctl lock cubic quickack 1",
     "10.1.0.0/16 dev eth0 features ecn quickack 1 congctl lock cubic"},
    {"2001:db8::/32 dev eth0 from fd00::/8 pref high expires 9 append",
     "2001:db8::/32 from fd00::/8 dev eth0 pref high expires 9 append"},
    {"10.1.0.0/16 dev eth0 encap ip id 5 dst 10.5.5.5 ttl 4 table 3",
     "10.1.0.0/16 table 3 dev eth0 encap ip id 5 dst 10.5.5.5 ttl 4"},
    {"10.1.0.0/16 dev eth0 encap mpls 100/200 mtu 1400",
     "10.1.0.0/16 dev eth0 encap mpls 100/200 mtu 1400"},
    {"2001:db8::/32 dev eth0 encap ila 1:2:3:4", "2001:db8::/32 dev eth0 encap ila 1:2:3:4"},
    {"10.1.0.0/16 dev eth0 ttl-propagate disabled vrf blue",
     "10.1.0.0/16 vrf blue dev eth0 ttl-propagate disabled"},
};

static const char *const bad_routes[][2] = {
    {"dev eth0", "it has no destination"},
    {"10.1.0.0/33 dev eth0", "the prefix length must be in 0..32"},
    {"10.1.0.0/16 10.2.0.0/16", "second destination"},
    {"10.1.0.0/16 via 2001:db8::1", "cannot be mixed"},
    {"10.1.0.0/16 dev", "dev needs a value"},
    {"10.1.0.0/16 dev an-interface-too-long", "more than 15 characters"},
    {"10.1.0.0/16 dev eth0@if3", "is no name"},
    {"10.1.0.0/16 dev eth0 mut 1400", "did you mean mtu?"},
    {"10.1.0.0/16 table nowhere", "neither a known routing table nor a number"},
    {"10.1.0.0/16 metric 4294967296", "0..4294967295"},
    {"10.1.0.0/16 rtt 961s", "a time of 0..960 seconds"},
    {"10.1.0.0/16 pref high", "only a route of IPv6"},
    {"10.1.0.0/16 from 10.0.0.0/8", "only a route of IPv6"},
    {"2001:db8::/32 realms 3", "only a route of IPv4"},
    {"10.1.0.0/16 weight 3", "only a nexthop has it"},
    {"10.1.0.0/16 nexthop via 10.0.0.1 weight 257", "1..256"},
    {"10.1.0.0/16 via 10.0.0.1 nexthop via 10.0.0.2", "a via and a nexthop"},
    {"10.1.0.0/16 encap ip ttl 5", "an id or a dst"},
    {"10.1.0.0/16 encap seg6 x", "not one of ip, ip6, mpls, ila"},
    {"10.1.0.0/16 table 3 vrf blue", "a table and a vrf"},
    {"blackhole prohibit 10.1.0.0/16", "second type"},
};

static const char *const rules[][2] = {
    {"from 10.1.0.0/16 table 1", "from 10.1.0.0/16 table 1"},
    {"not to 10.1.0.0/16 lookup office pref 5",
     "not from all to 10.1.0.0/16 table 42 preference 5"},
    {"inet6 iif eth0 table 7 order 3", "inet6 from all iif eth0 table 7 preference 3"},
    {"from all fwmark 0x5/255 oif eth1 goto 9 preference 3",
     "from all fwmark 0x5/0xff oif eth1 goto 9 preference 3"},
    {"type blackhole from 10.0.0.0/8", "from 10.0.0.0/8 blackhole"},
    {"table 1 ipproto UDP sport 10 dport 20-30 tunnel-id 7 uidrange 5-10",
     "from all tunnel-id 7 uidrange 5-10 ipproto 17 sport 10 dport 20-30 table 1"},
    {"table 1 realms 3/4 sup_pl 8 suppress_ifgroup default protocol 9 no_track",
     "from all table 1 realms 3/4 suppress_prefixlength 8 suppress_ifgroup 0 protocol 9 no_track"},
    {"l3mdev pref 1000", "from all l3mdev preference 1000"},
};

static const char *const bad_rules[][2] = {
    {"from 10.1.0.0/16", "it has no action"},
    {"from 10.1.0.0/16 table 0", "0 is no table"},
    {"table 1 table 2", "it has an action already"},
    {"goto 5", "it needs a preference"},
    {"goto 5 preference 5", "not behind its own preference"},
    {"from 10.1.0.0/16 to fd00::/8 table 1", "cannot be mixed"},
    {"blackhole realms 3", "need a table"},
    {"table 1 sport 0", "1..65535"},
    {"table 1 dport 20-10", "FIRST-LAST"},
    {"table 1 uidrange 7-3", "FIRST-LAST"},
    {"table 1 ipproto nothing", "neither a known protocol"},
    {"table 1 suppress_prefixlength 33", "0..32"},
    {"table 1 fwmark x", "MARK/MASK"},
    {"table 1 form 10.0.0.0/8", "did you mean from?"},
};

static void check_route(const char *text, const char *expected)
{
	char copy[ROUTE_TEXT_MAX], canonical[ROUTE_TEXT_MAX];
	const char *words[200];
	struct route_findings f;
	struct ip_route r, again;

	snprintf(copy, sizeof(copy), "%s", text);
	if (!route_parse(words, cut(copy, words), names, NULL, &r, &f))
		fail_msg("%s: %s", text, f.error);
	assert_true(route_text(&r, canonical, sizeof(canonical)));
	if (expected)
		assert_string_equal(canonical, expected);
	if (!route_parse_text(canonical, &again) || memcmp(&r, &again, sizeof(r)))
		fail_msg("%s: its text \"%s\" is another route", text, canonical);
}

static void check_rule(const char *text, const char *expected)
{
	char copy[ROUTE_TEXT_MAX], canonical[ROUTE_TEXT_MAX];
	const char *words[200];
	struct route_findings f;
	struct ip_rule r, again;

	snprintf(copy, sizeof(copy), "%s", text);
	if (!rule_parse(words, cut(copy, words), names, NULL, &r, &f))
		fail_msg("%s: %s", text, f.error);
	assert_true(rule_text(&r, canonical, sizeof(canonical)));
	if (expected)
		assert_string_equal(canonical, expected);
	if (!rule_parse_text(canonical, &again) || memcmp(&r, &again, sizeof(r)))
		fail_msg("%s: its text \"%s\" is another rule", text, canonical);
}

static void good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		check_route(routes[i][0], routes[i][1]);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		check_rule(rules[i][0], rules[i][1]);
}

static void bad(void **state)
{
	char copy[ROUTE_TEXT_MAX];
	const char *words[200];
	struct route_findings f;
	struct ip_route route;
	struct ip_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_routes) / sizeof(bad_routes[0]); i++) {
		snprintf(copy, sizeof(copy), "%s", bad_routes[i][0]);
		assert_false(route_parse(words, cut(copy, words), names, NULL, &route, &f));
		if (!strstr(f.error, bad_routes[i][1]))
			fail_msg("%s: %s", bad_routes[i][0], f.error);
	}
	for (size_t i = 0; i < sizeof(bad_rules) / sizeof(bad_rules[0]); i++) {
		snprintf(copy, sizeof(copy), "%s", bad_rules[i][0]);
		assert_false(rule_parse(words, cut(copy, words), names, NULL, &rule, &f));
		if (!strstr(f.error, bad_rules[i][1]))
			fail_msg("%s: %s", bad_rules[i][0], f.error);
	}
}

static void old_words_are_noted(void **state)
{
	const char *words[] = {"10.1.0.5/16", "gw", "10.0.0.1", "or", "10.0.0.2"};
	struct route_findings f;
	struct ip_route r;

	(void)state;
	assert_true(route_parse(words, 5, NULL, NULL, &r, &f));
	assert_int_equal(f.nnotes, 3);
	assert_int_equal(f.notes[0].word, 0); /* bits behind the prefix */
	assert_int_equal(f.notes[1].word, 1);
	assert_int_equal(f.notes[2].word, 3);
}

/* Options that go together in any order and number. */
static const char *const route_options[] = {
    "dev eth0",      "table 9",
    "metric 7",      "tos 16",
    "scope link",    "mtu 1400",
    "mtu lock 9",    "advmss 5",
    "protocol 99",   "realms 1/2",
    "no_track",      "append",
    "src 10.0.0.1",  "via 10.0.0.2",
    "onlink",        "features ecn",
    "rtt 5ms",       "rttvar 3s",
    "quickack 1",    "cwnd lock 5",
    "congctl reno",  "ttl-propagate enabled",
    "encap ip id 9", "initcwnd 3",
    "window 9",      "fastopen_no_cookie 1",
    "hoplimit 9",    "ssthresh lock 4",
};
static const char *const rule_options[] = {
    "to 10.0.0.0/8", "iif eth0",           "oif eth1",
    "tos 8",         "fwmark 7/9",         "tunnel-id 5",
    "uidrange 1-2",  "ipproto tcp",        "sport 5",
    "dport 6-7",     "realms 1/2",         "protocol 6",
    "preference 77", "suppress_ifgroup 3", "suppress_prefixlength 4",
    "not",           "no_track",           "fwmark 3",
};

static void random_options(void **state)
{
	char text[1024];

	(void)state;
	srand(1);
	for (unsigned run = 0; run < 5000; run++) {
		snprintf(text, sizeof(text), "10.1.0.0/16");
		for (int n = rand() % 9; n > 0; n--) {
			strcat(text, " ");
			strcat(text, route_options[(unsigned)rand() % (sizeof(route_options) /
								       sizeof(route_options[0]))]);
		}
		check_route(text, NULL);
		snprintf(text, sizeof(text), "table 5");
		for (int n = rand() % 9; n > 0; n--) {
			strcat(text, " ");
			strcat(text, rule_options[(unsigned)rand() % (sizeof(rule_options) /
								      sizeof(rule_options[0]))]);
		}
		check_rule(text, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good),
	    cmocka_unit_test(bad),
	    cmocka_unit_test(old_words_are_noted),
	    cmocka_unit_test(random_options),
	};

	return cmocka_run_group_tests_name("base_route", tests, NULL, NULL);
}
