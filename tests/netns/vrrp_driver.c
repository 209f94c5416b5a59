/*
 * vrrp_driver: runs the vrrp process alone, with this program in the place of the guardian and
 * of main. Commands come on stdin, one a line, and every change of a state field is printed:
 *
 *     add TABLE KEY... [FIELD VALUE]...     set TABLE KEY... [FIELD VALUE]...
 *     del TABLE KEY...
 *     barrier                     -> "barrier ok"
 *     show TABLE KEY...           -> "TABLE KEY... FIELD VALUE" for every field
 *     die                         main is gone: its end of the link is closed
 *     newmain                     a new main with the same rows
 *     respawn                     the process is killed and started again, with its memory
 *     forget                      the memory is filled with something else
 *     stop | keep                 ends the process (release, keep) -> "exit STATUS"
 *
 * SIGUSR1 to the process makes its loop hang for HANG_S.
 *
 * Each answer ends a command; changes come in between as "change TABLE KEY... FIELD VALUE".
 */
#include "base/log.h"
#include "base/text.h"
#include "ipc/link.h"
#include "ipc/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HANG_S 5

static struct loop *loop;
static struct store *store;
static struct link *to_vrrp;
static struct watch input;
static int guardian = -1, memory = -1;
static pid_t child;

static void print_fields(const char *what, enum table_id t, const void *row,
			 const struct fieldset *set)
{
	const struct table *table = schema_table(t);
	char key[TEXT_MAX], value[TEXT_MAX];

	for (unsigned i = 0; i < table->nfields; i++)
		if (fieldset_has(set, i))
			printf("%s%s %s %s %s\n", what, table->name,
			       row_key_text(t, row, key, sizeof(key)), table->fields[i].name,
			       field_text(&table->fields[i], row, value, sizeof(value)));
	fflush(stdout);
}

static void on_row(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		   const void *old)
{
	(void)arg, (void)old;
	print_fields("change ", t, row, changed);
}

static void on_message(void *arg, struct msg *m, struct mono now)
{
	struct result r;

	(void)arg, (void)now;
	if (m->type == MSG_RESULT && wire_get_result(&m->body, &r))
		printf("barrier %s\n", enum_name(result_status_names, (int)r.status));
	fflush(stdout);
}

static void on_down(void *arg, const char *why)
{
	(void)arg;
	printf("down %s\n", why);
	fflush(stdout);
}

static const struct link_ops ops = {.row = on_row, .message = on_message, .down = on_down};

/* Hands one end of a new link to the child, as the guardian does. */
static void give_link(void)
{
	struct parent_msg m = {.type = PARENT_LINK, .role = ROLE_MAIN};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {&m, sizeof(m)};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
	struct cmsghdr *c;
	int fd[2];

	h.msg_controllen = sizeof(control);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0)
		fatal("socketpair");
	c = CMSG_FIRSTHDR(&h);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd[1], sizeof(int));
	if (sendmsg(guardian, &h, MSG_NOSIGNAL) < 0)
		fatal("cannot hand over the link");
	close(fd[1]);
	to_vrrp = link_open(loop, fd[0], ROLE_MAIN, ROLE_VRRP, store, &ops, NULL);
}

/* The netlink thread takes no signals: it is the loop that stands still. */
static void hang(int signo)
{
	struct timespec left = {.tv_sec = HANG_S};

	(void)signo;
	while (nanosleep(&left, &left) < 0)
		continue;
}

static void start_child(void)
{
	struct role_env env = {.role = ROLE_VRRP, .run_dir = ".", .state_dir = "."};
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) < 0)
		fatal("socketpair");
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGUSR1, hang);
		dup2(fd[1], PARENT_FD);
		dup2(memory, PARENT_MEMORY_FD);
		exit(vrrp_main(&env));
	}
	close(fd[1]);
	guardian = fd[0];
	printf("pid %d\n", (int)child);
	fflush(stdout);
}

static void respawn(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(guardian);
	if (to_vrrp)
		link_close(to_vrrp);
	start_child();
	give_link();
}

static void forget(void)
{
	static char junk[PARENT_MEMORY_BYTES];

	memset(junk, 0x55, sizeof(junk));
	if (pwrite(memory, junk, sizeof(junk), 0) != sizeof(junk))
		fatal("cannot write the memory");
}

static void end_child(enum stop_mode mode)
{
	struct parent_msg m = {.type = PARENT_STOP, .value = mode};
	int status = 0;

	if (send(guardian, &m, sizeof(m), MSG_NOSIGNAL) < 0)
		perror("send");
	waitpid(child, &status, 0);
	printf("exit %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	fflush(stdout);
	exit(0);
}

/* ---- commands ------------------------------------------------------------------- */

static bool take_key(const struct table *t, const char **p, void *row)
{
	char word[TEXT_MAX], why[TEXT_MAX];

	row_init(t->id, row);
	for (unsigned i = 0; i < t->nkeys; i++)
		if (!text_word(p, word, sizeof(word)) ||
		    !field_parse(&t->fields[i], row, word, why))
			return false;
	return true;
}

/* Sets the fields named in the rest of the line; the row is changed in one step. */
static void set_fields(const struct table *t, const char *p, unsigned char *row)
{
	char name[TEXT_MAX], value[TEXT_MAX], why[TEXT_MAX] = "no such field";
	const struct field *f;

	while (text_word(&p, name, sizeof(name))) {
		f = schema_field(t->id, name);
		if (!f || !text_word(&p, value, sizeof(value)) ||
		    !field_parse(f, row, value, why)) {
			printf("error %s: %s\n", name, why);
			return;
		}
	}
	store_put(store, t->id, row, F_KEY | F_WANTED, NULL);
}

static void row_command(const char *verb, const char *p)
{
	_Alignas(8) unsigned char row[MAX_ROW];
	char name[TEXT_MAX];
	const struct table *t = NULL;
	const void *known;
	struct fieldset all;

	if (text_word(&p, name, sizeof(name)))
		t = schema_table_by_name(name);
	if (!t || !take_key(t, &p, row)) {
		printf("error no such table or key\n");
		return;
	}
	known = store_find(store, t->id, row);
	all = fieldset_of(t->id, ~0u);
	if (known && strcmp(verb, "set") == 0)
		memcpy(row, known, t->row_size);
	if (strcmp(verb, "add") == 0 || (known && strcmp(verb, "set") == 0))
		set_fields(t, p, row);
	else if (!known)
		printf("error no such row\n");
	else if (strcmp(verb, "del") == 0)
		store_del(store, t->id, row);
	else
		print_fields("", t->id, known, &all);
}

static void command(const char *line)
{
	char verb[TEXT_MAX] = "";
	const char *p = line;

	if (!text_word(&p, verb, sizeof(verb)))
		return;
	if (strcmp(verb, "stop") == 0) {
		end_child(STOP_RELEASE);
	} else if (strcmp(verb, "keep") == 0) {
		end_child(STOP_KEEP);
	} else if (strcmp(verb, "barrier") == 0) {
		link_send(to_vrrp, MSG_BARRIER, 1, NULL);
		return;
	} else if (strcmp(verb, "die") == 0) {
		link_close(to_vrrp);
		to_vrrp = NULL;
	} else if (strcmp(verb, "newmain") == 0) {
		if (to_vrrp)
			link_close(to_vrrp);
		give_link();
	} else if (strcmp(verb, "respawn") == 0) {
		respawn();
	} else if (strcmp(verb, "forget") == 0) {
		forget();
	} else {
		row_command(verb, p);
	}
	printf("ok\n");
	fflush(stdout);
}

static void on_input(void *arg, int fd, int what, struct mono now)
{
	static char text[65536];
	static size_t have;
	ssize_t n = read(fd, text + have, sizeof(text) - have - 1);
	char *end;

	(void)arg, (void)what, (void)now;
	if (n <= 0)
		end_child(STOP_RELEASE);
	have += (size_t)n;
	text[have] = '\0';
	while ((end = strchr(text, '\n'))) {
		*end = '\0';
		command(text);
		have -= (size_t)(end + 1 - text);
		memmove(text, end + 1, have + 1);
	}
}

int main(void)
{
	struct log_options log = {.ident = "vrrp", .to_stderr = true};

	log.levels.rest = LOG_LV_DEBUG;
	log_init(&log);
	/* far from 3 and 4, which are the child's */
	memory = memfd_create("memory", MFD_CLOEXEC);
	if (memory < 0 || ftruncate(memory, PARENT_MEMORY_BYTES) < 0)
		fatal("no memory");
	memory = fcntl(memory, F_DUPFD_CLOEXEC, 20);
	start_child();
	loop = loop_new();
	store = store_new();
	watch_start(&input, loop, 0, WATCH_READ, on_input, NULL);
	give_link();
	loop_run(loop);
	return 0;
}
