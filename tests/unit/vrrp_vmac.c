/*
 * vrrp_vmac: names, addresses and marks of interfaces with a virtual MAC address, and which link is
 * taken for one.
 */
#include "vrrp/vmac.h"

#include "base/text.h"

#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OWNER 0x1234u
#define BASE  7u

static struct vrrp_instance_row instance(uint8_t family, const char *mac)
{
	struct vrrp_instance_row r = {.vrid = 51, .family = family, .use_vmac = true};

	TEXT_COPY(r.interface, "eth0");
	TEXT_COPY(r.vmac_interface, "vrrp.51");
	TEXT_COPY(r.virtual_mac, mac);
	return r;
}

static struct vrrp_address_row address(const char *text, const char *dev, const char *vmac)
{
	struct vrrp_address_row a = {0};

	assert_true(addr_parse(text, &a.addr));
	TEXT_COPY(a.dev, dev);
	TEXT_COPY(a.vmac_interface, vmac);
	return a;
}

static const char *mac_of(const struct vrrp_vmac *v)
{
	static char text[MAC_TEXT_MAX];

	return mac_text(v->mac, text);
}

/* RFC 9568 7.3. */
static void test_mac(void **state)
{
	struct vrrp_instance_row four = instance(FAMILY_IPV4, ""), six = instance(FAMILY_IPV6, "");
	struct vrrp_instance_row own = instance(FAMILY_IPV6, "02:00:00:00:00:09");
	struct vrrp_address_row a = address("2001:db8::1", "eth1", "vrrp6.51");
	struct vrrp_vmac v;

	(void)state;
	assert_true(vrrp_vmac_of_instance(&four, &v));
	assert_string_equal(mac_of(&v), "00:00:5e:00:01:33");
	assert_string_equal(v.base, "eth0");
	assert_true(vrrp_vmac_of_instance(&six, &v));
	assert_string_equal(mac_of(&v), "00:00:5e:00:02:33");
	assert_true(vrrp_vmac_of_instance(&own, &v));
	assert_string_equal(mac_of(&v), "02:00:00:00:00:09");
	assert_true(vrrp_vmac_of_address(&four, &a, &v));
	assert_string_equal(mac_of(&v), "00:00:5e:00:02:33"); /* the family of the address */
	assert_string_equal(v.base, "eth1");
	assert_string_equal(v.name, "vrrp6.51");
	four.use_vmac = false;
	assert_false(vrrp_vmac_of_instance(&four, &v));
	a.vmac_interface[0] = '\0';
	assert_false(vrrp_vmac_of_address(&four, &a, &v));
}

static void test_carrier(void **state)
{
	static const struct {
		const char *address, *dev, *vmac, *carrier;
	} cases[] = {
	    {"192.0.2.1", "", "", "vrrp.51"},      {"192.0.2.1", "eth0", "", "vrrp.51"},
	    {"192.0.2.1", "eth1", "", "eth1"},     {"192.0.2.1", "eth1", "vrrp1.51", "vrrp1.51"},
	    {"2001:db8::1", "", "", "eth0"},       {"2001:db8::1", "", "vrrp6.51", "vrrp6.51"},
	    {"192.0.2.1", "vrrp.9", "", "vrrp.9"},
	};
	struct vrrp_instance_row r = instance(FAMILY_IPV4, "");

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_address_row a = address(cases[i].address, cases[i].dev, cases[i].vmac);

		assert_string_equal(vrrp_vmac_carrier(&r, &a), cases[i].carrier);
	}
	r.use_vmac = false;
	assert_string_equal(vrrp_vmac_carrier(&r, &(struct vrrp_address_row){0}), "eth0");
}

static struct rtnl_link made(const struct vrrp_vmac *v, const char *alias)
{
	struct rtnl_link l = {
	    .lower = BASE, .flags = IFF_UP, .macvlan = MACVLAN_MODE_BRIDGE, .hw_len = MAC_LEN};

	TEXT_COPY(l.name, v->name);
	TEXT_COPY(l.kind, "macvlan");
	TEXT_COPY(l.alias, alias);
	memcpy(l.hw_addr, v->mac, MAC_LEN);
	return l;
}

static void test_mark(void **state)
{
	static const struct vrrp_vmac_before before[] = {{0, 0}, {8, 2}, {-1, -1}, {-1, 1}};
	struct vrrp_vmac v = {.name = "vrrp.51"};
	char text[VRRP_VMAC_MARK_MAX];

	(void)state;
	for (unsigned i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct rtnl_link l = made(&v, vrrp_vmac_mark(OWNER, &before[i], text));
		struct vrrp_vmac_before read = {5, 5};

		assert_true(vrrp_vmac_is_marked(OWNER, &l, &read));
		assert_int_equal(read.arp_ignore, before[i].arp_ignore);
		assert_int_equal(read.arp_announce, before[i].arp_announce);
		assert_false(vrrp_vmac_is_marked(OWNER + 1, &l, &read));
		TEXT_COPY(l.kind, "vlan");
		assert_false(vrrp_vmac_is_marked(OWNER, &l, &read));
	}
	assert_int_not_equal(vrrp_vmac_owner("/run/halvard"), vrrp_vmac_owner("/run/halvard2"));
}

static void test_judge(void **state)
{
	struct vrrp_instance_row r = instance(FAMILY_IPV4, "");
	struct vrrp_vmac v;
	char mark[VRRP_VMAC_MARK_MAX];
	unsigned vrf = 0;
	struct rtnl_link l;

	(void)state;
	vrrp_vmac_of_instance(&r, &v);
	vrrp_vmac_mark(OWNER, &(struct vrrp_vmac_before){0, 0}, mark);
#define JUDGE(link) vrrp_vmac_judge(OWNER, &v, (link), BASE, vrf)
	assert_int_equal(JUDGE(NULL), VRRP_VMAC_ABSENT);
	l = made(&v, mark);
	assert_int_equal(JUDGE(&l), VRRP_VMAC_READY);
	l.flags = 0;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_UNFINISHED);
	l = made(&v, mark);
	l.lower = BASE + 1;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_WRONG);
	l = made(&v, mark);
	l.hw_addr[5]++;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_WRONG);
	l = made(&v, mark);
	l.macvlan = MACVLAN_MODE_PRIVATE;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_WRONG);
	l = made(&v, "somebody's");
	assert_int_equal(JUDGE(&l), VRRP_VMAC_FOREIGN);
	l = made(&v, "");
	assert_int_equal(JUDGE(&l), VRRP_VMAC_FOREIGN);
	l.flags = 0; /* killed between making and marking */
	assert_int_equal(JUDGE(&l), VRRP_VMAC_UNFINISHED);
	l.hw_addr[5]++;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_FOREIGN);
	v.group = 3;
	l = made(&v, mark);
	assert_int_equal(JUDGE(&l), VRRP_VMAC_UNFINISHED);
	l.group = 3;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_READY);
	vrf = 9; /* the interface below has gone there */
	assert_int_equal(JUDGE(&l), VRRP_VMAC_UNFINISHED);
	l.master = 9;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_READY);
	vrf = 0;
	assert_int_equal(JUDGE(&l), VRRP_VMAC_UNFINISHED);
#undef JUDGE
}

/* The MAC address is that of the interface below, whatever that is. */
static void test_ipvlan(void **state)
{
	struct vrrp_instance_row r = instance(FAMILY_IPV4, "");
	struct vrrp_address_row a = address("192.0.2.1", "", "");
	struct vrrp_vmac_before before;
	struct vrrp_vmac v;
	char mark[VRRP_VMAC_MARK_MAX];
	struct rtnl_link l;

	(void)state;
	r.use_vmac = false;
	r.use_ipvlan = true;
	r.ipvlan_reach = IPVLAN_PRIVATE;
	assert_true(addr_parse("192.0.2.9", &r.ipvlan_addr));
	r.ipvlan_prefix_len = 24;
	assert_string_equal(vrrp_vmac_carrier(&r, &a), "vrrp.51");
	assert_true(vrrp_vmac_of_instance(&r, &v));
	assert_true(v.ipvlan);
	assert_true(addr_equal(&v.addr, &r.ipvlan_addr));
	assert_int_equal(v.prefix_len, 24);
	assert_int_equal(vrrp_vmac_ipvlan_flags(&v), IPVLAN_F_PRIVATE);
	l = made(&v, vrrp_vmac_mark(OWNER, &(struct vrrp_vmac_before){-1, -1}, mark));
#define JUDGE() vrrp_vmac_judge(OWNER, &v, &l, BASE, 0)
	assert_int_equal(JUDGE(), VRRP_VMAC_WRONG); /* a macvlan */
	TEXT_COPY(l.kind, "ipvlan");
	assert_int_equal(JUDGE(), VRRP_VMAC_WRONG); /* bridge */
	l.ipvlan_flags = IPVLAN_F_PRIVATE;
	assert_int_equal(JUDGE(), VRRP_VMAC_READY);
	assert_true(vrrp_vmac_is_marked(OWNER, &l, &before));
	l.hw_addr[5]++;
	assert_int_equal(JUDGE(), VRRP_VMAC_READY);
	l.lower = BASE + 1;
	assert_int_equal(JUDGE(), VRRP_VMAC_WRONG);
	r.ipvlan_reach = IPVLAN_VEPA;
	assert_true(vrrp_vmac_of_instance(&r, &v));
	assert_int_equal(vrrp_vmac_ipvlan_flags(&v), IPVLAN_F_VEPA);
#undef JUDGE
}

static void test_settings(void **state)
{
	(void)state;
	assert_int_equal(vrrp_vmac_rp_filter(0), 0);
	assert_int_equal(vrrp_vmac_rp_filter(1), 2);
	assert_int_equal(vrrp_vmac_rp_filter(2), 2);
	assert_int_equal(vrrp_vmac_arp_ignore(0), 1);
	assert_int_equal(vrrp_vmac_arp_ignore(8), 8);
	assert_int_equal(vrrp_vmac_arp_announce(0), 2);
	assert_int_equal(vrrp_vmac_arp_announce(1), 2);
	assert_int_equal(vrrp_vmac_arp_announce(2), 2);
}

static void test_mac_text(void **state)
{
	static const struct {
		const char *text;
		unsigned octets;
	} cases[] = {
	    {"02:00:00:00:00:01", 6},
	    {"2:0:0:0:0:1", 6},
	    {"02:00:00:00:00", 5},
	    {"ff", 1},
	    {"", 0},
	    {"02:00:00:00:00:", 0},
	    {"02:00:00:00:00:01:02", 0},
	    {"02:00:00:00:00:001", 0},
	    {"02-00-00-00-00-01", 0},
	    {"02:0g:00:00:00:01", 0},
	    {":", 0},
	};
	uint8_t mac[MAC_LEN];
	char text[MAC_TEXT_MAX];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(mac_parse(cases[i].text, mac), cases[i].octets);
	assert_int_equal(mac_parse("0:1a:2B:ff:4:5", mac), MAC_LEN);
	assert_string_equal(mac_text(mac, text), "00:1a:2b:ff:04:05");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mac),      cmocka_unit_test(test_carrier),
	    cmocka_unit_test(test_mark),     cmocka_unit_test(test_judge),
	    cmocka_unit_test(test_settings), cmocka_unit_test(test_mac_text),
	    cmocka_unit_test(test_ipvlan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
