/*
 * The keyword tables: every row is complete, every configurable field can be set by some
 * keyword; and conversions, text to value and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/keyword.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Fields that block heads and address lines fill, for which there is no keyword. */
static const char *const by_syntax[] = {"vrrp_instance family",
					"vrrp_instance garp_extra_if_all",
					"vrrp_address addr",
					"vrrp_address prefix_len",
					"vrrp_peer addr",
					"vrrp_peer min_ttl",
					"vrrp_peer max_ttl",
					"vrrp_address excluded",
					"vrrp_address broadcast_set",
					"track weight",
					"track reverse",
					"interface_delay down_delay_ms",
					"interface_delay up_delay_ms",
					"linkbeat_interface method",
					"vrrp_script group",
					"vrrp_script reverse",
					"track_file reverse",
					"track_file init_value",
					"track_file overwrite",
					"track_process reverse",
					"virtual_server addr",
					"virtual_server port",
					"virtual_server fwmark",
					"real_server addr",
					"real_server port",
					"network vrrp_rx_bufs_size",
					"checker kind",
					"misc_script group",
					"exec script_group",
					"notify command",
					"mail smtp_port",
					"mail_recipient number",
					"sync_group smtp_alert",
					"notify user",
					"notify group",
					"notify_fifo user",
					"notify_fifo group",
					"notify_fifo script_user",
					"notify_fifo script_group",
					"vrrp_route route",
					"vrrp_route track_group",
					"vrrp_route family",
					"vrrp_route destination",
					"vrrp_route prefix_len",
					"vrrp_route gateway",
					"vrrp_route dev",
					"vrrp_route table",
					"vrrp_route metric",
					"vrrp_route no_track",
					"vrrp_rule rule",
					"vrrp_rule track_group",
					"vrrp_rule family",
					"vrrp_rule preference",
					"real_server kind",
					"vrrp_rule table",
					"vrrp_rule no_track",
					"static_address addr",
					"static_address prefix_len",
					"static_address dev",
					"static_address label",
					"static_address scope",
					"static_address broadcast",
					"static_address broadcast_set",
					"static_address peer",
					"static_address home",
					"static_address detect_duplicates",
					"static_address manage_temporary",
					"static_address no_prefix_route",
					"static_address join_group",
					"static_address preferred_lft_s",
					"static_address no_track",
					"vrrp_address vmac_interface",
					"vrrp_instance vmac_interface",
					"vrrp_instance virtual_mac",
					"vrrp_instance vmac_group",
					"vrrp_instance vmac_netlink_notify",
					"vrrp_instance ipvlan_reach",
					"vrrp_instance ipvlan_addr",
					"vrrp_instance ipvlan_prefix_len",
					"node addr",
					"server_group_member family",
					"server_group_member addr",
					"server_group_member last",
					"server_group_member port",
					"server_group_member fwmark",
					"virtual_server group",
					"real_server tunnel_type",
					"ipvs timeout_tcpfin_s",
					"ipvs timeout_udp_s",
					"ipvs sync_instance",
					"ipvs sync_id",
					"ipvs sync_maxlen",
					"ipvs sync_port",
					"ipvs sync_ttl",
					"ipvs sync_group",
					"real_server tunnel_checksum",
					"real_server tunnel_port",
					NULL};

static bool listed(const char *text)
{
	for (const char *const *l = by_syntax; *l; l++)
		if (strcmp(*l, text) == 0)
			return true;
	return false;
}

static bool is_among(const struct keyword *rows, enum table_id t, const struct field *f)
{
	for (const struct keyword *k = rows; k && k->name; k++)
		if (keyword_has_field(k) && k->table == t && keyword_field(k) == f)
			return true;
	return false;
}

static bool has_keyword(enum table_id t, const struct field *f)
{
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);

	for (size_t b = 0; b < n; b++)
		if (is_among(list[b]->keywords, t, f) || is_among(list[b]->options, t, f))
			return true;
	return false;
}

static void every_field_has_a_keyword(void **state)
{
	(void)state;
	for (int t = 0; t < T_COUNT; t++) {
		const struct table *table = schema_table((enum table_id)t);

		for (unsigned i = 0; i < table->nfields; i++) {
			const struct field *f = &table->fields[i];
			char text[128];

			snprintf(text, sizeof(text), "%s %s", table->name, f->name);
			if (f->flags & F_CONFIG && !listed(text) &&
			    !has_keyword((enum table_id)t, f))
				fail_msg("no keyword fills %s", text);
		}
	}
}

static void check_row(const struct keyword *rows, const struct keyword *k)
{
	const struct keyword *main = k->means ? keyword_among(rows, k->means) : k;

	assert_non_null(main);
	assert_null(main->means);
	assert_non_null(main->help);
	assert_ptr_equal(keyword_among(rows, k->name), k); /* no name twice */
	assert_true(!main->bare || main->block);
	if (main->status != KEYWORD_DONE) {
		assert_true(main->least <= main->most);
		assert_false(main->special || main->print);
	} else if (!main->block) {
		assert_true(main->conv != CONV_CHOICE || main->choices);
		assert_true(lex_is_secret(k->name) == !!(keyword_field(main)->flags & F_SECRET));
	}
}

static void every_row_is_complete(void **state)
{
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);

	(void)state;
	assert_true(n > 40);
	for (size_t b = 0; b < n; b++) {
		assert_true(!list[b]->keywords != !list[b]->line); /* one of them */
		assert_true(!list[b]->line == !list[b]->syntax);
		assert_true(!list[b]->options || list[b]->line);
		for (const struct keyword *k = list[b]->keywords; k && k->name; k++)
			check_row(list[b]->keywords, k);
		for (const struct keyword *k = list[b]->options; k && k->name; k++)
			check_row(list[b]->options, k);
	}
}

/* The manual page, with a blank at both ends of every word. */
static void read_manual(char *page, size_t size)
{
	const char *srcdir = getenv("srcdir");
	char path[512];
	FILE *from;

	snprintf(path, sizeof(path), "%s/docs/man/halvard.conf.5", srcdir ? srcdir : ".");
	from = fopen(path, "r");
	assert_non_null(from);
	page[fread(page, 1, size - 1, from)] = '\0';
	fclose(from);
	for (char *p = page; *p; p++)
		if (*p == '\n')
			*p = ' ';
}

static void every_keyword_is_in_the_manual(void **state)
{
	static char page[128 * 1024];
	const struct block *list[BLOCKS_MAX];
	size_t n = blocks_list(list);
	char word[64];

	(void)state;
	read_manual(page, sizeof(page));
	for (size_t b = 0; b < n; b++)
		for (const struct keyword *k = list[b]->keywords; k && k->name; k++) {
			snprintf(word, sizeof(word), " %s ", k->name);
			if (keyword_find(list[b], k->name)->status == KEYWORD_DONE &&
			    !strstr(page, word))
				fail_msg("%s of %s is not in halvard.conf(5)", k->name,
					 list[b]->name);
		}
}

struct conv_case {
	const struct block *block;
	const char *keyword, *text;
	const char *back; /* what is printed; NULL: refused */
};

static const struct conv_case cases[] = {
    {&block_vrrp_instance, "priority", "1", "1"},
    {&block_vrrp_instance, "priority", "255", "255"},
    {&block_vrrp_instance, "priority", "0", NULL},
    {&block_vrrp_instance, "priority", "256", NULL},
    {&block_vrrp_instance, "priority", "-1", NULL},
    {&block_vrrp_instance, "priority", " 1", NULL},
    {&block_vrrp_instance, "priority", "1x", NULL},
    {&block_vrrp_instance, "priority", "0x10", NULL},
    {&block_vrrp_instance, "priority", "18446744073709551617", NULL},
    {&block_vrrp_instance, "priority", "", NULL},
    {&block_vrrp_instance, "advert_int", "1", "1"},
    {&block_vrrp_instance, "advert_int", "1.50", "1.5"},
    {&block_vrrp_instance, "advert_int", "0.250", "0.25"},
    {&block_vrrp_instance, "advert_int", "0.01", "0.01"},
    {&block_vrrp_instance, "advert_int", "0.001", "0.01"}, /* up, never to nothing */
    {&block_vrrp_instance, "advert_int", "1.000001", "1.01"},
    {&block_vrrp_instance, "advert_int", "255", "255"},
    {&block_vrrp_instance, "advert_int", "255.01", NULL},
    {&block_vrrp_instance, "advert_int", "0", NULL},
    {&block_vrrp_instance, "advert_int", "1s", NULL},
    {&block_vrrp_instance, "advert_int", "1e3", NULL},
    {&block_vrrp_instance, "interface", "an15characters_", "an15characters_"},
    {&block_vrrp_instance, "interface", "an_interface_of_", NULL},
    {&block_vrrp_instance, "interface", "", NULL},
    {&block_vrrp_instance, "interface", "a b", "\"a b\""},
    {&block_vrrp_instance, "interface", "a\"\\", "\"a\\\"\\\\\""},
    {&block_vrrp_instance, "v3_checksum_as_v2", "yes", ""},
    {&block_vrrp_instance, "v3_checksum_as_v2", "off", "no"},
    {&block_vrrp_instance, "v3_checksum_as_v2", "1", NULL},
    {&block_virtual_server, "protocol", "tcp", "TCP"},
    {&block_virtual_server, "protocol", "Sctp", "SCTP"},
    {&block_virtual_server, "protocol", "icmp", NULL},
    {&block_virtual_server, "lb_kind", "DR", "DR"},
    {&block_virtual_server, "lvs_method", "TUN", "TUN"},
    {&block_virtual_server, "lb_kind", "dr", NULL},
    {&block_virtual_server, "lvs_sched", "twos", "twos"},
    {&block_virtual_server, "lb_algo", "RR", NULL},
    {&block_virtual_server, "delay_loop", "0.001", "0.001"},
    {&block_virtual_server, "delay_loop", "4294967.295", "4294967.295"},
    {&block_virtual_server, "delay_loop", "4294967.296", NULL},
    {&block_virtual_server, "delay_loop", "0.0000001", NULL},
    {&block_tcp_check, "connect_port", "65535", "65535"},
    {&block_tcp_check, "connect_port", "0", NULL},
    {&block_tcp_check, "connect_ip", "10.0.0.1", "10.0.0.1"},
    {&block_tcp_check, "connect_ip", "FD00::0:1", "fd00::1"},
    {&block_tcp_check, "connect_ip", "10.0.0", NULL},
    {&block_tcp_check, "nb_get_retry", "3", "3"},
};

static void conversions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct conv_case *c = &cases[i];
		const struct keyword *k = keyword_find(c->block, c->keyword);
		char row[MAX_ROW] __attribute__((aligned(16))), why[TEXT_MAX], text[256];
		bool ok;

		row_init(k->table, row);
		ok = keyword_convert(k, c->text, row, why);
		if (ok != (c->back != NULL))
			fail_msg("%s \"%s\" was %s", c->keyword, c->text, ok ? "taken" : why);
		if (!ok)
			continue;
		assert_true(keyword_text(k, row, text, sizeof(text)));
		assert_string_equal(text, c->back);
	}
}

static void refusals_say_what_is_allowed(void **state)
{
	const struct keyword *k = keyword_find(&block_vrrp_instance, "priority");
	char row[MAX_ROW] __attribute__((aligned(16))), why[TEXT_MAX];

	(void)state;
	row_init(T_VRRP_INSTANCE, row);
	assert_false(keyword_convert(k, "300", row, why));
	assert_string_equal(why, "\"300\" is out of range, allowed is 1..255");
	assert_false(keyword_convert(k, "high", row, why));
	assert_string_equal(why, "\"high\" is not a whole number, allowed is 1..255");
	k = keyword_find(&block_virtual_server, "lb_kind");
	assert_false(keyword_convert(k, "dr", row, why));
	assert_string_equal(why, "\"dr\" is not one of NAT, DR, TUN, did you mean DR?");
}

static void nearest_words(void **state)
{
	(void)state;
	assert_string_equal(keyword_nearest(block_vrrp_instance.keywords, "priorty"), "priority");
	assert_string_equal(keyword_nearest(block_vrrp_instance.keywords, "PRIORITY"), "priority");
	assert_string_equal(keyword_nearest(block_real_server.keywords, "HTTP_GE"), "HTTP_GET");
	assert_null(keyword_nearest(block_vrrp_instance.keywords, "xyzzyplugh"));
	assert_ptr_equal(keyword_elsewhere(&block_vrrp_instance, "lb_algo"), &block_virtual_server);
	assert_null(keyword_elsewhere(&block_vrrp_instance, "nonsense"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_field_has_a_keyword),
	    cmocka_unit_test(every_row_is_complete),
	    cmocka_unit_test(every_keyword_is_in_the_manual),
	    cmocka_unit_test(conversions),
	    cmocka_unit_test(refusals_say_what_is_allowed),
	    cmocka_unit_test(nearest_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
