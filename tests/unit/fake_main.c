/*
 * fake_main: guardian and main for tests of halvard-agent: starts it with descriptor 3, gives
 * it a link, holds rows and executes transactions in memory.
 *
 *     fake_main AGENT USER SOCKET
 *
 * Lines on standard input, answered by "ok" or "no":
 *     set TABLE KEY... FIELD VALUE    changes (and adds) a row, whatever the field
 *     del TABLE KEY...                removes it
 *     get TABLE KEY... FIELD          prints the value
 *     answer test|commit|undo STATUS OP   what the next such question is answered; STATUS is a
 *                                     name of result_status_names with "-" for blanks,
 *                                     or "silence"
 *     main restart                    closes the link and gives the agent another
 *     stop                            tells the agent to end
 *     log                             prints and forgets the questions so far, in one line
 */
#include "base/log.h"
#include "base/text.h"
#include "ipc/link.h"
#include "ipc/parent.h"
#include "model/rows.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE 1000

static struct {
	struct loop *loop;
	struct store *store;
	struct link *link;
	int parent; /* the guardian's end */
	struct watch input, up;
	struct change change; /* of the last test */
	struct result plan[MSG_TYPE_MAX];
	char log[4096];
} m;

/* ---- transactions ---------------------------------------------------------- */

static bool apply_op(const struct change_op *op, struct result *r)
{
	const struct field *f = schema_field(op->table, op->field);
	const void *there = store_find(m.store, op->table, op->key);
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	struct fieldset set = {{0}};

	if (!f || !there || op->kind != OP_SET || !(f->flags & F_SNMP)) {
		r->status = there ? RESULT_NOT_WRITABLE : RESULT_NO_ROW;
		return false;
	}
	memcpy(row, there, schema_table(op->table)->row_size);
	if (!field_parse(f, row, op->value, r->text)) {
		r->status = RESULT_WRONG_VALUE;
		return false;
	}
	fieldset_add(&set, field_index(schema_table(op->table), f));
	store_put_set(m.store, op->table, row, set, NULL);
	return true;
}

static void apply_change(struct result *r)
{
	for (unsigned i = 0; i < m.change.nops && r->status == RESULT_OK; i++) {
		r->op = i;
		apply_op(&m.change.ops[i], r);
	}
}

static void note(const char *what, unsigned n)
{
	size_t len = strlen(m.log);

	snprintf(m.log + len, sizeof(m.log) - len, "%s%s:%u", len ? " " : "", what, n);
}

static void reply(struct msg *q, struct result r)
{
	struct result plan = m.plan[q->type];

	m.plan[q->type] = (struct result){0};
	if ((int)plan.status == SILENCE)
		return;
	if (plan.status)
		r = plan;
	if (q->type == MSG_TXN_COMMIT && r.status == RESULT_OK)
		apply_change(&r);
	link_send_result(m.link, q->id, &r);
}

static void on_message(void *arg, struct msg *q, struct mono now)
{
	struct result ok = {.status = RESULT_OK};

	(void)arg;
	(void)now;
	switch (q->type) {
	case MSG_TXN_TEST:
		change_free(&m.change);
		if (!wire_get_change(&q->body, &m.change))
			fatalx("malformed change");
		note("test", m.change.nops);
		break;
	case MSG_TXN_COMMIT:
		note("commit", m.change.nops);
		break;
	case MSG_TXN_UNDO:
		note("undo", m.change.nops);
		break;
	default:
		break;
	}
	reply(q, ok);
}

static const struct link_ops link_ops = {.message = on_message};

/* ---- the agent ------------------------------------------------------------- */

static void give_link(void)
{
	struct parent_msg p = {.type = PARENT_LINK, .role = ROLE_MAIN};
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {&p, sizeof(p)};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0)
		fatal("socketpair");
	h.msg_control = control;
	h.msg_controllen = sizeof(control);
	c = CMSG_FIRSTHDR(&h);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd[1], sizeof(int));
	if (sendmsg(m.parent, &h, 0) < 0)
		fatal("sendmsg");
	close(fd[1]);
	m.link = link_open(m.loop, fd[0], ROLE_MAIN, ROLE_AGENT, m.store, &link_ops, NULL);
}

static void become(const char *user)
{
	struct passwd *pw = getpwnam(user);

	if (!pw || initgroups(user, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 ||
	    setuid(pw->pw_uid) < 0)
		fatal("cannot become %s", user);
}

static void start_agent(const char *path, const char *user)
{
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd) < 0)
		fatal("socketpair");
	m.parent = fd[0];
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (strcmp(user, "-"))
			become(user);
		dup2(fd[1], PARENT_FD);
		closefrom(PARENT_FD + 1);
		execl(path, path, "--parent-fd", "3", "--log-stderr", "--log-level", "7",
		      (char *)NULL);
		fatal("%s", path);
	}
	close(fd[1]);
}

/* Heartbeats come and are forgotten; when the agent ends so does this program. */
static void on_up(void *arg, int fd, int what, struct mono now)
{
	struct parent_msg p;

	(void)arg;
	(void)what;
	(void)now;
	if (recv(fd, &p, sizeof(p), MSG_DONTWAIT) == 0)
		exit(0);
}

/* ---- commands -------------------------------------------------------------- */

#define WORDS_MAX 8

/* A row with the keys from the words behind the table's name, as it is or with defaults. */
static const struct table *row_of(char **w, int n, unsigned char *row)
{
	const struct table *t = n > 1 ? schema_table_by_name(w[1]) : NULL;
	const void *there;
	char why[TEXT_MAX];

	if (!t || n < (int)t->nkeys + 2)
		return NULL;
	row_init(t->id, row);
	for (unsigned i = 0; i < t->nkeys; i++)
		if (!field_parse(&t->fields[i], row, w[2 + i], why))
			return NULL;
	there = store_find(m.store, t->id, row);
	if (there)
		memcpy(row, there, t->row_size);
	return t;
}

static bool cmd_set(char **w, int n)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *t = row_of(w, n, row);
	const struct field *f;
	char why[TEXT_MAX];

	if (!t || n != (int)t->nkeys + 4)
		return false;
	f = schema_field(t->id, w[n - 2]);
	if (!f || !field_parse(f, row, w[n - 1], why))
		return false;
	store_put(m.store, t->id, row, ~0u, NULL);
	return true;
}

static bool cmd_del(char **w, int n)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *t = row_of(w, n, row);

	return t && store_del(m.store, t->id, row);
}

static bool cmd_get(char **w, int n)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *t = row_of(w, n, row);
	const struct field *f = t ? schema_field(t->id, w[n - 1]) : NULL;
	char text[TEXT_MAX];

	if (!f)
		return false;
	puts(field_text(f, row, text, sizeof(text)));
	return true;
}

static int status_of(const char *name)
{
	for (const struct enum_name *e = result_status_names; e->name; e++) {
		char dashed[64];

		TEXT_COPY(dashed, e->name);
		for (char *p = dashed; *p; p++)
			if (*p == ' ')
				*p = '-';
		if (!strcmp(dashed, name))
			return e->value;
	}
	return !strcmp(name, "silence") ? SILENCE : 0;
}

static bool cmd_answer(char **w, int n)
{
	enum msg_type t;
	int status;

	if (n != 4)
		return false;
	t = *w[1] == 't' ? MSG_TXN_TEST : *w[1] == 'c' ? MSG_TXN_COMMIT : MSG_TXN_UNDO;
	status = status_of(w[2]);
	m.plan[t] =
	    (struct result){.status = (enum result_status)status, .op = (uint32_t)atoi(w[3])};
	return status != 0;
}

static bool cmd_main(char **w, int n)
{
	(void)w;
	(void)n;
	link_close(m.link);
	give_link();
	return true;
}

static bool cmd_stop(char **w, int n)
{
	struct parent_msg p = {.type = PARENT_STOP};

	(void)w;
	(void)n;
	return send(m.parent, &p, sizeof(p), 0) == sizeof(p);
}

static bool cmd_log(char **w, int n)
{
	(void)w;
	(void)n;
	puts(m.log);
	*m.log = '\0';
	return true;
}

static const struct {
	const char *name;
	bool (*run)(char **w, int n);
} commands[] = {
    {"set", cmd_set},   {"del", cmd_del}, {"get", cmd_get},   {"answer", cmd_answer},
    {"main", cmd_main}, {"log", cmd_log}, {"stop", cmd_stop},
};

static void run_line(const char *line)
{
	static char text[WORDS_MAX][TEXT_MAX];
	char *w[WORDS_MAX];
	bool ok = false;
	int n = 0;

	while (n < WORDS_MAX && text_word(&line, text[n], TEXT_MAX)) {
		w[n] = text[n];
		n++;
	}
	for (size_t i = 0; n && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, w[0]))
			ok = commands[i].run(w, n);
	puts(ok ? "ok" : "no");
	fflush(stdout);
}

static void on_input(void *arg, int fd, int what, struct mono now)
{
	static char buf[65536];
	static size_t used;
	ssize_t got = read(fd, buf + used, sizeof(buf) - 1 - used);
	char *end, *line = buf;

	(void)arg;
	(void)what;
	(void)now;
	if (got <= 0)
		exit(0);
	used += (size_t)got;
	buf[used] = '\0';
	while ((end = strchr(line, '\n'))) {
		*end = '\0';
		run_line(line);
		line = end + 1;
	}
	used -= (size_t)(line - buf);
	memmove(buf, line, used);
}

int main(int argc, char **argv)
{
	static const struct log_options log = {
	    .ident = "fake_main", .to_stderr = true, .levels.rest = LOG_LV_DEBUG};
	struct global_row g;

	if (argc != 4)
		return 2;
	log_init(&log);
	signal(SIGCHLD, SIG_IGN);
	m.loop = loop_new();
	m.store = store_new();
	row_init(T_GLOBAL, &g);
	g.enable_snmp = g.enable_snmp_vrrp = g.enable_snmp_checker = true;
	TEXT_COPY(g.snmp_socket, argv[3]);
	TEXT_COPY(g.version, "0.1.0");
	store_put(m.store, T_GLOBAL, &g, ~0u, NULL);
	start_agent(argv[1], argv[2]);
	watch_start(&m.input, m.loop, 0, WATCH_READ, on_input, NULL);
	watch_start(&m.up, m.loop, m.parent, WATCH_READ, on_up, NULL);
	give_link();
	loop_run(m.loop);
	return 0;
}
