/*
 * Routes and rules as netlink messages: one of each byte by byte, and any through the encoder and
 * back through the decoder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "nl/rtnl_route.h"

#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

static unsigned index_of(void *arg, const char *name)
{
	(void)arg;
	return strncmp(name, "eth", 3) == 0 ? (unsigned)atoi(name + 3) + 7 : 0;
}

static const char *name_of(void *arg, unsigned ifindex)
{
	static const char *const known[] = {"eth0", "eth1"};

	(void)arg;
	return ifindex >= 7 && ifindex < 9 ? known[ifindex - 7] : NULL;
}

static uint32_t table_of(void *arg, const char *vrf)
{
	(void)arg;
	return strcmp(vrf, "blue") == 0 ? 77 : 0;
}

static const struct rtnl_names names = {index_of, name_of, table_of, NULL};

static struct nl_msg *message(const char *text, bool add)
{
	const char *missing;
	struct ip_route r;

	assert_true(route_parse_text(text, &r));
	return rtnl_route_message(&r, add, &names, &missing);
}

/* What the kernel would say of it: the table is always named, nothing of keepalived's language. */
static void check_back(const char *text)
{
	struct nl_msg *m = message(text, true);
	struct ip_route wanted, seen;

	assert_non_null(m);
	assert_true(route_parse_text(text, &wanted));
	assert_true(rtnl_route_decode(nlmsg_hdr(m), &names, &seen));
	if (!rtnl_route_is(&seen, &wanted))
		fail_msg("%s: it comes back as another", text);
	assert_int_equal(seen.set, wanted.set);
	assert_int_equal(seen.lock & wanted.set, wanted.lock);
	assert_memory_equal(seen.metrics, wanted.metrics, sizeof(seen.metrics));
	assert_string_equal(seen.congctl, wanted.congctl);
	assert_int_equal(seen.nhops, wanted.nhops);
	assert_int_equal(seen.hop.realms, wanted.hop.realms);
	assert_true(addr_equal(&seen.src, &wanted.src));
	for (unsigned i = 0; i < seen.nhops; i++) {
		assert_true(addr_equal(&seen.hops[i].via, &wanted.hops[i].via));
		assert_string_equal(seen.hops[i].dev, wanted.hops[i].dev);
		assert_int_equal(seen.hops[i].weight, wanted.hops[i].weight);
		assert_int_equal(seen.hops[i].onlink, wanted.hops[i].onlink);
	}
	nlmsg_free(m);
}

static void bytes_of_a_route(void **state)
{
	static const uint8_t expected[] = {
	    AF_INET,
	    16,
	    0,
	    0x10,
	    5,
	    18,
	    0,
	    RTN_UNICAST,
	    0,
	    0,
	    0,
	    0, /* rtmsg */
	    8,
	    0,
	    RTA_DST,
	    0,
	    10,
	    1,
	    0,
	    0,
	    8,
	    0,
	    RTA_PRIORITY,
	    0,
	    9,
	    0,
	    0,
	    0,
	    8,
	    0,
	    RTA_GATEWAY,
	    0,
	    10,
	    0,
	    0,
	    1,
	    8,
	    0,
	    RTA_OIF,
	    0,
	    8,
	    0,
	    0,
	    0,
	    12,
	    0,
	    RTA_METRICS,
	    0x80,
	    8,
	    0,
	    RTAX_MTU,
	    0,
	    0x78,
	    5,
	    0,
	    0,
	};
	struct nl_msg *m =
	    message("10.1.0.0/16 via 10.0.0.1 dev eth1 tos 16 table 5 metric 9 mtu 1400", true);
	struct nlmsghdr *h = nlmsg_hdr(m);

	(void)state;
	assert_int_equal(h->nlmsg_type, RTM_NEWROUTE);
	assert_int_equal(h->nlmsg_flags &
			     (NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE | NLM_F_APPEND),
			 NLM_F_CREATE);
	assert_int_equal(nlmsg_datalen(h), sizeof(expected));
	assert_memory_equal(nlmsg_data(h), expected, sizeof(expected));
	nlmsg_free(m);
}

static void routes_come_back(void **state)
{
	static const char *const texts[] = {
	    "10.1.0.0/16 dev eth0",
	    "default via 10.0.0.1",
	    "blackhole 10.1.0.0/16 table 1000",
	    "10.1.0.0/16 dev eth1 realms 3/4 src 10.0.0.9 mtu lock 1400 rtt 300ms rttvar 40ms "
	    "rto_min 1s",
	    "10.1.0.0/16 dev eth0 congctl lock reno features ecn quickack 1 initrwnd 5",
	    "10.1.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 3 nexthop via 10.0.0.2 dev eth1 "
	    "onlink weight 256",
	    "2001:db8::/32 from fd00::/8 via fe80::1 dev eth0 metric 9",
	    "2001:db8::/32 nexthop via fe80::1 dev eth0 nexthop via fe80::2 dev eth1",
	    "10.1.0.0/16 dev eth0 encap ip id 5 dst 10.5.5.5",
	    "10.1.0.0/16 via 10.0.0.1 vrf blue",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_back(texts[i]);
}

static void a_deletion_names_it_and_adds_nothing(void **state)
{
	struct nl_msg *m = message("10.1.0.0/16 via 10.0.0.1 dev eth0 metric 9 mtu 1400", false);
	struct ip_route seen;

	(void)state;
	assert_int_equal(nlmsg_hdr(m)->nlmsg_type, RTM_DELROUTE);
	assert_int_equal(nlmsg_hdr(m)->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL), 0);
	assert_true(rtnl_route_decode(nlmsg_hdr(m), &names, &seen));
	assert_int_equal(seen.metric, 9);
	assert_string_equal(seen.hop.dev, "eth0");
	assert_int_equal(seen.set, 0);
	nlmsg_free(m);
}

static void an_interface_that_is_not_there(void **state)
{
	const char *missing = NULL;
	struct ip_route r;

	(void)state;
	assert_true(route_parse_text("10.1.0.0/16 dev nosuch", &r));
	assert_null(rtnl_route_message(&r, true, &names, &missing));
	assert_string_equal(missing, "nosuch");
	assert_true(route_parse_text("10.1.0.0/16 via 10.0.0.1 vrf red", &r));
	assert_null(rtnl_route_message(&r, true, &names, &missing));
	assert_string_equal(missing, "red");
}

static void another_route_is_not_it(void **state)
{
	static const char *const others[] = {
	    "10.1.0.0/17 via 10.0.0.1 dev eth0 metric 5",
	    "10.1.0.0/16 via 10.0.0.2 dev eth0 metric 5",
	    "10.1.0.0/16 via 10.0.0.1 dev eth1 metric 5",
	    "10.1.0.0/16 via 10.0.0.1 dev eth0 metric 6",
	    "10.1.0.0/16 via 10.0.0.1 dev eth0 metric 5 table 9",
	    "10.1.0.0/16 via 10.0.0.1 dev eth0 metric 5 tos 16",
	    "10.1.0.0/16 via 10.0.0.1 dev eth0 metric 5 protocol 4",
	    "blackhole 10.1.0.0/16 metric 5",
	};
	struct ip_route wanted, seen;

	(void)state;
	assert_true(route_parse_text("10.1.0.0/16 via 10.0.0.1 dev eth0 metric 5", &wanted));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct nl_msg *m = message(others[i], true);

		assert_true(rtnl_route_decode(nlmsg_hdr(m), &names, &seen));
		if (rtnl_route_is(&seen, &wanted))
			fail_msg("%s is taken for it", others[i]);
		nlmsg_free(m);
	}
}

static void rules_come_back(void **state)
{
	static const char *const texts[] = {
	    "from 10.1.0.0/16 table 1 preference 100",
	    ("not from all to 10.1.0.0/16 tos 0x08 fwmark 0x5/0xff iif eth0 oif eth1 table 1000 "
	     "realms 3/4 preference 1"),
	    "from all goto 9 preference 3",
	    "from 10.0.0.0/8 blackhole preference 4",
	    ("inet6 from all tunnel-id 7 uidrange 5-10 ipproto 17 sport 10 dport 20-30 table 1 "
	     "preference 5"),
	    "from all table 1 suppress_prefixlength 8 suppress_ifgroup 3 protocol 9 preference 6",
	    "from all l3mdev preference 7",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[ROUTE_TEXT_MAX];
		struct ip_rule wanted, seen;
		struct nl_msg *m;

		assert_true(rule_parse_text(texts[i], &wanted));
		m = rtnl_rule_message(&wanted, true);
		assert_int_equal(nlmsg_hdr(m)->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL),
				 NLM_F_CREATE | NLM_F_EXCL);
		assert_true(rtnl_rule_decode(nlmsg_hdr(m), &seen));
		assert_true(rtnl_rule_is(&seen, &wanted));
		seen.has_mask = wanted.has_mask; /* the kernel always names one */
		seen.mask = wanted.mask;
		assert_true(rule_text(&seen, text, sizeof(text)));
		assert_string_equal(text, texts[i]);
		nlmsg_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_of_a_route),
	    cmocka_unit_test(routes_come_back),
	    cmocka_unit_test(a_deletion_names_it_and_adds_nothing),
	    cmocka_unit_test(an_interface_that_is_not_there),
	    cmocka_unit_test(another_route_is_not_it),
	    cmocka_unit_test(rules_come_back),
	};

	return cmocka_run_group_tests_name("nl_route", tests, NULL, NULL);
}
