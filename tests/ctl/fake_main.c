/*
 * fake_main: the other end of halvardctl's socket for its tests: a set of rows that never
 * changes by itself, and answers that the test asks for by the values it sets.
 *
 * usage: fake_main DIR [refuse]. Listens on DIR/control, prints "ready", then one line for
 * every operation and command it gets; ends with its standard input. The weights 13 (refused)
 * and 14 (the process dies before it answers) have their meaning only here; with "refuse"
 * every client is sent away. Monotonic times stay 0, "never": the uptime of the machine is not
 * the test's; unit/ctl_text.c has them.
 */
#include "base/text.h"
#include "ipc/link.h"
#include "model/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake {
	struct loop *loop;
	struct store *store;
	struct link *link; /* the client of the moment */
	bool refuse;
	struct watch listener, input;
};

#define ALL (F_KEY | F_WANTED | F_SEEN)

static struct addr address(const char *text)
{
	struct addr a;

	if (!addr_parse(text, &a))
		abort();
	return a;
}

static void put_general(struct store *s)
{
	struct global_row g;
	struct process_row p;
	struct change_log_row l;

	row_init(T_GLOBAL, &g);
	TEXT_COPY(g.version, "9.9.9");
	TEXT_COPY(g.router_id, "LVS \"one\"\t\xff\xc3\xbc");
	TEXT_COPY(g.config_digest, "c0ffee");
	TEXT_COPY(g.overlay_digest, "0ddba11");
	g.config_generation = 3;
	g.overlay_entries = 2;
	g.last_reload_result = RELOAD_REFUSED;
	TEXT_COPY(g.last_reload_error, "halvard.conf:7:3: unknown scheduler \"rrr\"");
	store_put(s, T_GLOBAL, &g, ALL, NULL);
	row_init(T_PROCESS, &p);
	TEXT_COPY(p.role, "vrrp");
	p.pid = 4711;
	p.state = PROCESS_RUNNING;
	p.restarts = 1;
	p.worst_lateness_us = 1234;
	p.memory_kb = 2048;
	store_put(s, T_PROCESS, &p, ALL, NULL);
	row_init(T_CHANGE_LOG, &l);
	l.number = 1;
	l.when = UINT64_C(1700000000123);
	l.source = SOURCE_CTL;
	TEXT_COPY(l.who, "root");
	TEXT_COPY(l.object, "real_server 192.168.1.200:80/tcp 192.168.1.12:80");
	TEXT_COPY(l.field, "admin_state");
	TEXT_COPY(l.old_value, "enabled");
	TEXT_COPY(l.new_value, "draining");
	l.result = CHANGE_DONE;
	store_put(s, T_CHANGE_LOG, &l, ALL, NULL);
}

static void put_overlay(struct store *s)
{
	struct overlay_row o;

	row_init(T_OVERLAY, &o);
	TEXT_COPY(o.object, "real_server 192.168.1.200:80/tcp 192.168.1.12:80");
	TEXT_COPY(o.field, "admin_state");
	TEXT_COPY(o.file_value, "enabled");
	TEXT_COPY(o.value, "draining");
	TEXT_COPY(o.changed_by, "root");
	o.changed_at = UINT64_C(1700000000123);
	store_put(s, T_OVERLAY, &o, ALL, NULL);
	row_init(T_OVERLAY, &o);
	TEXT_COPY(o.object, "vrrp_instance VI_9");
	TEXT_COPY(o.field, "preempt");
	TEXT_COPY(o.value, "no");
	o.state = OVERLAY_NO_ROW;
	store_put(s, T_OVERLAY, &o, ALL, NULL);
}

static void put_group(struct store *s)
{
	struct sync_group_row g;
	struct sync_member_row m;

	row_init(T_SYNC_GROUP, &g);
	TEXT_COPY(g.name, "VG_1");
	g.state = VRRP_MASTER;
	g.members = 1;
	store_put(s, T_SYNC_GROUP, &g, ALL, NULL);
	row_init(T_SYNC_MEMBER, &m);
	TEXT_COPY(m.group, "VG_1");
	TEXT_COPY(m.instance, "VI_1");
	m.usable = true;
	store_put(s, T_SYNC_MEMBER, &m, ALL, NULL);
}

static void put_vrrp(struct store *s)
{
	struct vrrp_instance_row i;
	struct vrrp_address_row a;

	row_init(T_VRRP_INSTANCE, &i);
	TEXT_COPY(i.name, "VI_1");
	TEXT_COPY(i.interface, "eth0");
	TEXT_COPY(i.auth_pass, "1111");
	i.vrid = 51;
	i.base_priority = i.effective_priority = 90;
	i.state = VRRP_MASTER;
	i.reason = VRRP_REASON_MASTER_DOWN_TIMER;
	i.master_addr = address("192.168.1.100");
	i.adverts_sent = 1234567;
	i.checksum_errors = 2;
	i.transitions = 3;
	i.worst_lateness_us = 250;
	i.worst_advert_gap_us = 1000350;
	TEXT_COPY(i.sync_group, "VG_1");
	store_put(s, T_VRRP_INSTANCE, &i, ALL, NULL);
	row_init(T_VRRP_ADDRESS, &a);
	TEXT_COPY(a.instance, "VI_1");
	TEXT_COPY(a.address, "192.168.1.200");
	a.addr = address("192.168.1.200");
	a.present = true;
	store_put(s, T_VRRP_ADDRESS, &a, ALL, NULL);
	TEXT_COPY(a.address, "192.168.1.201");
	a.addr = address("192.168.1.201");
	a.present = false;
	store_put(s, T_VRRP_ADDRESS, &a, ALL, NULL);
}

static void put_vs(struct store *s, const char *name)
{
	struct virtual_server_row v;

	row_init(T_VIRTUAL_SERVER, &v);
	v.name = name;
	TEXT_COPY(v.scheduler, "rr");
	v.forwarding = LVS_DR;
	v.oper_state = VS_DEGRADED;
	v.rs_total = 2;
	v.rs_up = 1;
	v.weight_total = 2;
	v.weight_up = 1;
	v.persistence_timeout_s = 120;
	store_put(s, T_VIRTUAL_SERVER, &v, ALL, NULL);
}

static void put_rs(struct store *s, const char *vs, const char *name, enum rs_oper oper)
{
	struct real_server_row r;

	row_init(T_REAL_SERVER, &r);
	r.vs = vs;
	r.name = name;
	r.weight = 1;
	r.forwarding = LVS_DR;
	r.effective_weight = oper == RS_UP;
	r.oper_state = (uint8_t)oper;
	r.admin_state = oper == RS_OPER_DRAINING ? RS_DRAINING : RS_ENABLED;
	r.reason = oper == RS_DOWN ? REASON_REFUSED : oper == RS_UP ? REASON_OK : REASON_ADMIN;
	if (oper == RS_DOWN)
		r.reason_text = "connection refused";
	if (oper == RS_OPER_DRAINING) {
		r.changed_by = "root";
		r.admin_reason = "new kernel";
		r.changed_at = UINT64_C(1700000000123);
	}
	r.active_conns = 7;
	r.checks = 1;
	r.checks_failing = oper == RS_DOWN;
	store_put(s, T_REAL_SERVER, &r, ALL, NULL);
}

static void put_check(struct store *s, const char *vs, const char *rs, bool up)
{
	struct checker_row k;

	row_init(T_CHECKER, &k);
	k.vs = vs;
	k.rs = rs;
	k.number = 1;
	k.connect_addr = address("192.168.1.11");
	k.connect_port = 80;
	k.state = up ? CHECK_UP : CHECK_DOWN;
	k.reason = up ? REASON_OK : REASON_REFUSED;
	k.latency_us = 450;
	k.delay_loop_ms = 2000;
	k.runs = 100;
	k.failures = up ? 0 : 3;
	store_put(s, T_CHECKER, &k, ALL, NULL);
}

static void put_node(struct store *s, const char *name)
{
	struct node_row n;

	row_init(T_NODE, &n);
	n.name = name;
	n.addr = address(name);
	n.rs_total = 1;
	store_put(s, T_NODE, &n, ALL, NULL);
}

static void fill(struct store *s)
{
	static const char web[] = "192.168.1.200:80/tcp", dns[] = "[2001:db8::1]:53/udp";

	put_general(s);
	put_overlay(s);
	put_vrrp(s);
	put_group(s);
	put_vs(s, web);
	put_rs(s, web, "192.168.1.11:80", RS_UP);
	put_rs(s, web, "192.168.1.12:80", RS_OPER_DRAINING);
	put_check(s, web, "192.168.1.11:80", true);
	put_node(s, "192.168.1.11");
	put_node(s, "192.168.1.12");
	put_vs(s, dns);
	put_rs(s, dns, "[2001:db8::11]:53", RS_DOWN);
	put_rs(s, dns, "192.168.1.11:53", RS_UP);
	put_check(s, dns, "[2001:db8::11]:53", false);
}

static struct result apply(struct fake *f, struct change_op *op)
{
	const struct field *field = schema_field(op->table, op->field);
	struct result r = {.status = RESULT_OK};
	_Alignas(16) unsigned char row[MAX_ROW];
	char key[TEXT_MAX];

	memcpy(row, op->key, sizeof(row));
	row_key_text(op->table, op->key, key, sizeof(key));
	printf("set %s %s: %s = %s\n", schema_table(op->table)->name, key, op->field, op->value);
	if (text_eq(op->value, "14"))
		_exit(0);
	if (text_eq(op->value, "13")) {
		r.status = RESULT_INCONSISTENT_VALUE;
		TEXT_COPY(r.text, "13 is not possible now");
		return r;
	}
	if (!field_parse(field, row, op->value, r.text))
		r.status = RESULT_WRONG_VALUE;
	else
		store_put_set(f->store, op->table, row, fieldset_of(op->table, 0), NULL);
	return r;
}

/* As daemon/preview.h has it, in two pieces that break in the middle of a line. */
static void send_preview(struct fake *f, uint32_t id)
{
	static const char text[] =
	    "finding \"warning\" \"halvard.conf\" \"7\" \"3\" \"no such word\" \"\\tfrobnicate "
	    "3\"\n"
	    "finding \"notice\" \"\" \"0\" \"0\" \"something\" \"\"\n"
	    "added \"real_server\" \"192.168.1.200:80/tcp\" \"192.168.1.13:80\"\n"
	    "removed \"vrrp_instance\" \"VI_9\"\n"
	    "changed \"vrrp_instance\" \"VI_1\" \"interface\" \"eth0\" \"eth1\" restart\n"
	    "changed \"global\" \"snmp_socket\" \"\" \"a b\" live\n"
	    "omitted 12\n";
	struct buf first = {.data = (unsigned char *)text, .len = 100};
	struct buf rest = {.data = first.data + 100, .len = sizeof(text) - 1 - 100};

	link_send(f->link, MSG_LINES, id, &first);
	link_send(f->link, MSG_LINES, id, &rest);
}

/* As lvs does it: the figures are in the rows before the answer. */
static void read_stats(struct fake *f)
{
	for (size_t i = 0; i < store_count(f->store, T_VIRTUAL_SERVER); i++) {
		struct virtual_server_row v =
		    *(const struct virtual_server_row *)store_at(f->store, T_VIRTUAL_SERVER, i);

		v.active_conns = 7;
		v.conns = 123456;
		v.in_bps = 98765;
		store_put(f->store, T_VIRTUAL_SERVER, &v, F_SEEN, NULL);
	}
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct result r = {.status = RESULT_OK};
	struct fake *f = arg;
	struct change ch = {0};
	char words[TEXT_MAX];

	(void)now;
	if (m->type != MSG_COMMAND || !cursor_str(&m->body, words, sizeof(words)))
		words[0] = 0;
	if (text_eq(words, "stats")) {
		read_stats(f);
	} else if (words[0]) {
		printf("command %s\n", words);
		if (text_eq(words, "reload --dry-run"))
			send_preview(f, m->id);
		TEXT_COPY(r.text, "3 rows changed");
	} else if (m->type == MSG_TXN_RUN && wire_get_change(&m->body, &ch)) {
		for (unsigned i = 0; i < ch.nops && r.status == RESULT_OK; i++)
			r = apply(f, &ch.ops[i]);
		change_free(&ch);
	} else {
		printf("unexpected message %d\n", m->type);
	}
	fflush(stdout);
	link_send_result(f->link, m->id, &r);
}

static void on_down(void *arg, const char *why)
{
	struct fake *f = arg;

	(void)why;
	link_close(f->link);
	f->link = NULL;
}

static const struct link_ops ops = {.message = on_message, .down = on_down};

static void on_client(void *arg, int fd, int what, struct mono now)
{
	struct fake *f = arg;
	int client = accept(fd, NULL, NULL);

	(void)what;
	(void)now;
	if (f->refuse)
		close(client);
	else
		f->link = link_open(f->loop, client, ROLE_MAIN, ROLE_CTL, f->store, &ops, f);
}

static void on_input(void *arg, int fd, int what, struct mono now)
{
	struct fake *f = arg;
	char byte;

	(void)what;
	(void)now;
	if (read(fd, &byte, 1) <= 0)
		loop_stop(f->loop);
}

int main(int argc, char **argv)
{
	struct fake f = {.loop = loop_new(), .store = store_new(), .refuse = argc > 2};
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	if (argc < 2)
		return 2;
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/control", argv[1]);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) || listen(fd, 5)) {
		perror(sun.sun_path);
		return 1;
	}
	fill(f.store);
	watch_start(&f.listener, f.loop, fd, WATCH_READ, on_client, &f);
	watch_start(&f.input, f.loop, STDIN_FILENO, WATCH_READ, on_input, &f);
	printf("ready\n");
	fflush(stdout);
	loop_run(f.loop);
	watch_stop(&f.listener);
	watch_stop(&f.input);
	if (f.link)
		link_close(f.link);
	store_free(f.store);
	loop_free(f.loop);
	return 0;
}
