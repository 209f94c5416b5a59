/*
 * lvs_rig: the lvs role alone, with this program in the place of guardian and main.
 *
 * It forks lvs_main() with the guardian's socket on fd 3, keeps the rows that main would keep,
 * and takes orders from standard input, one a line; each is answered by one line. The log of
 * the role goes to standard error.
 *
 *   put TABLE KEY... FIELD=VALUE...   set fields of a row, which is made when absent
 *   del TABLE KEY...
 *   barrier                           is everything in force? "ok", or status and text
 *   command WORDS                     as main sends one
 *   get TABLE KEY... FIELD            the value
 *   wait SECONDS TABLE KEY... FIELD VALUE   until it has that value
 *   kill                              SIGKILL, then a new process of the role
 *   relink                            the link as after a restart of main
 *   stop release|keep                 ends the role and this program
 */
#include "base/log.h"
#include "base/text.h"
#include "ipc/link.h"
#include "ipc/parent.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define WORDS_MAX 40

struct rig {
	struct loop *loop;
	struct store *store;
	struct link *link;
	int guardian; /* our end of the role's fd 3 */
	pid_t pid;
	struct watch beats;
	bool answered;
	struct result answer;
};

/* ---- the role -------------------------------------------------------- */

static void run_role(int fd)
{
	const struct role_env env = {.role = ROLE_LVS, .log_level = ""};
	const struct log_options log = {.ident = "halvard-lvs",
					.to_stderr = true,
					.facility = LOG_DAEMON,
					.levels.rest = LOG_LV_INFO};

	if (dup2(fd, PARENT_FD) < 0)
		_exit(1);
	if (fd != PARENT_FD)
		close(fd);
	log_init(&log);
	_exit(lvs_main(&env));
}

static void tell_role(struct rig *r, const struct parent_msg *m, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec iov = {.iov_base = (void *)m, .iov_len = sizeof(*m)};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		h.msg_control = control.bytes;
		h.msg_controllen = sizeof(control.bytes);
		CMSG_FIRSTHDR(&h)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&h)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&h)->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), &fd, sizeof(int));
	}
	if (sendmsg(r->guardian, &h, 0) < 0)
		fatal("rig: cannot reach the role");
}

static void on_beat(void *arg, int fd, int what, struct mono now)
{
	struct parent_msg m;

	(void)arg, (void)what, (void)now;
	while (recv(fd, &m, sizeof(m), MSG_DONTWAIT) > 0)
		;
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct rig *r = arg;

	(void)now;
	if (m->type == MSG_RESULT)
		r->answered = wire_get_result(&m->body, &r->answer);
}

static const struct link_ops link_ops = {.message = on_message};

static void open_link(struct rig *r)
{
	struct parent_msg m = {.type = PARENT_LINK, .role = ROLE_MAIN};
	int fds[2];

	if (r->link)
		link_close(r->link);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		fatal("rig: socketpair");
	r->link = link_open(r->loop, fds[0], ROLE_MAIN, ROLE_LVS, r->store, &link_ops, r);
	tell_role(r, &m, fds[1]);
	close(fds[1]);
	while (!link_is_up(r->link))
		if (!link_pump(r->link, 100) && !link_fd(r->link))
			fatalx("rig: the link did not come up");
	link_pump(r->link, 0); /* our own snapshot may still wait to be sent */
}

static void start_role(struct rig *r)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		fatal("rig: socketpair");
	fflush(NULL);
	r->pid = fork();
	if (r->pid < 0)
		fatal("rig: fork");
	if (r->pid == 0)
		run_role(fds[1]);
	close(fds[1]);
	r->guardian = fds[0];
	watch_start(&r->beats, r->loop, r->guardian, WATCH_READ, on_beat, r);
	open_link(r);
}

static void reap_role(struct rig *r)
{
	waitpid(r->pid, NULL, 0);
	watch_stop(&r->beats);
	close(r->guardian);
	link_close(r->link);
	r->link = NULL;
}

/* ---- orders ---------------------------------------------------------- */

static void pump(struct rig *r, int ms)
{
	char drop[sizeof(struct parent_msg)];

	link_pump(r->link, ms);
	while (recv(r->guardian, drop, sizeof(drop), MSG_DONTWAIT) > 0)
		;
}

/* Reads the keys of words[1..] into row; the number of words used, or 0. */
static int take_keys(const char *const *words, int n, const struct table **t, void *row)
{
	char why[TEXT_MAX];

	*t = n > 1 ? schema_table_by_name(words[1]) : NULL;
	if (!*t || n < 2 + (int)(*t)->nkeys)
		return 0;
	row_init((*t)->id, row);
	for (unsigned i = 0; i < (*t)->nkeys; i++)
		if (!field_parse(&(*t)->fields[i], row, words[2 + i], why))
			return 0;
	return 2 + (int)(*t)->nkeys;
}

static void order_put(struct rig *r, const char *const *words, int n)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *t;
	struct fieldset set;
	int i = take_keys(words, n, &t, row);

	if (!i) {
		puts("bad key");
		return;
	}
	set = fieldset_of(t->id, F_KEY);
	for (; i < n; i++) {
		char name[TEXT_MAX], why[TEXT_MAX] = "no such field";
		const char *eq = strchr(words[i], '=');
		const struct field *f;

		snprintf(name, sizeof(name), "%.*s", eq ? (int)(eq - words[i]) : 0, words[i]);
		f = schema_field(t->id, name);
		if (!f || !field_parse(f, row, eq + 1, why)) {
			printf("%s: %s\n", words[i], why);
			return;
		}
		fieldset_add(&set, field_index(t, f));
	}
	store_put_set(r->store, t->id, row, set, NULL);
	puts("ok");
}

static void order_del(struct rig *r, const char *const *words, int n)
{
	unsigned char row[MAX_ROW] __attribute__((aligned(16)));
	const struct table *t;

	puts(take_keys(words, n, &t, row) && store_del(r->store, t->id, row) ? "ok" : "no row");
}

static void ask(struct rig *r, enum msg_type type, const char *words)
{
	struct buf body = {0};

	if (words) {
		buf_str(&body, words);
		buf_str(&body, "rig");
	}
	r->answered = false;
	link_send(r->link, type, 1, words ? &body : NULL);
	buf_free(&body);
	for (int i = 0; i < 100 && !r->answered; i++)
		pump(r, 100);
	if (!r->answered)
		puts("no answer");
	else if (r->answer.status == RESULT_OK)
		puts("ok");
	else
		printf("%s %s\n", enum_name(result_status_names, (int)r->answer.status),
		       r->answer.text);
}

static const char *value_of(struct rig *r, const char *const *words, int n, char *text)
{
	unsigned char key[MAX_ROW] __attribute__((aligned(16)));
	const struct table *t;
	int i = take_keys(words, n, &t, key);
	const struct field *f = i && i < n ? schema_field(t->id, words[i]) : NULL;
	const void *row = f ? store_find(r->store, t->id, key) : NULL;

	return row ? field_text(f, row, text, TEXT_MAX) : "no such row or field";
}

static void order_get(struct rig *r, const char *const *words, int n)
{
	char text[TEXT_MAX];

	pump(r, 0);
	puts(value_of(r, words, n, text));
}

static void order_wait(struct rig *r, const char *const *words, int n)
{
	struct mono end = mono_add(mono_read(), atoi(words[1]) * NS_PER_S);
	char text[TEXT_MAX];
	const char *value;

	do {
		pump(r, 20);
		value = value_of(r, words + 1, n - 2, text);
		if (strcmp(value, words[n - 1]) == 0) {
			puts("ok");
			return;
		}
	} while (mono_diff(end, mono_read()) > 0);
	printf("still %s\n", value);
}

static void order_kill(struct rig *r)
{
	kill(r->pid, SIGKILL);
	reap_role(r);
	start_role(r);
	puts("ok");
}

static void order_stop(struct rig *r, const char *mode)
{
	struct parent_msg m = {.type = PARENT_STOP,
			       .value = strcmp(mode, "keep") ? STOP_RELEASE : STOP_KEEP};

	tell_role(r, &m, -1);
	reap_role(r);
	puts("ok");
}

static bool obey(struct rig *r, const char *line)
{
	static char words[WORDS_MAX][TEXT_MAX];
	const char *list[WORDS_MAX], *p = line;
	int n = 0;

	while (n < WORDS_MAX && text_word(&p, words[n], sizeof(words[n]))) {
		list[n] = words[n];
		n++;
	}
	if (n == 0)
		return true;
	if (text_eq(words[0], "put"))
		order_put(r, list, n);
	else if (text_eq(words[0], "del"))
		order_del(r, list, n);
	else if (text_eq(words[0], "barrier"))
		ask(r, MSG_BARRIER, NULL);
	else if (text_eq(words[0], "command"))
		ask(r, MSG_COMMAND, words[1]);
	else if (text_eq(words[0], "get"))
		order_get(r, list, n);
	else if (text_eq(words[0], "wait") && n > 4)
		order_wait(r, list, n);
	else if (text_eq(words[0], "kill"))
		order_kill(r);
	else if (text_eq(words[0], "relink"))
		open_link(r), puts("ok");
	else if (text_eq(words[0], "stop"))
		order_stop(r, words[1]);
	else
		puts("unknown order");
	return !text_eq(words[0], "stop");
}

int main(void)
{
	const struct log_options log = {
	    .ident = "rig", .to_stderr = true, .facility = LOG_DAEMON, .levels.rest = LOG_LV_INFO};
	struct rig r = {0};
	char line[4096];

	log_init(&log);
	setvbuf(stdout, NULL, _IOLBF, 0);
	r.loop = loop_new();
	r.store = store_new();
	start_role(&r);
	puts("ready");
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!obey(&r, line))
			return 0;
	}
	kill(r.pid, SIGKILL);
	return 1;
}
