/*
 * agent_fuzzer: stands where halvard-agent should, as if that had been taken over: it has its place
 * at the guardian's link (fd 3), gets ends of links to main, and lies to both. One process lives
 * for more than a second, so that the guardian starts the next one at once, and has one manner. The
 * file that HALVARD_FUZZ names counts them, and the count is the seed.
 *
 * With --fields it prints the fields that nothing of all this may change.
 */
#include "../unit/liar.h"

#include "base/clock.h"
#include "ipc/parent.h"
#include "model/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIFE_NS  (1200 * NS_PER_MS)
#define LONG_NS  (6 * NS_PER_S) /* until main has had enough of one that does not read */
#define PATIENCE 50             /* polite lies for each offence */

enum manner {
	POLITE,   /* asks for changes, runs commands, answers what nobody asked */
	RUDE,     /* says everything, mangled too; the link does not live long */
	DEAF,     /* asks as much as it can and reads nothing */
	WITNESS,  /* tells what it has seen, as a worker would */
	STRANGER, /* greets as somebody else, with descriptors and too much at once */
	MANNERS
};
static const char *const manner_names[] = {"polite", "rude", "deaf", "witness", "stranger"};

struct fuzzer {
	struct liar liar;
	struct store *rows; /* what main has told */
	enum manner manner;
	int link; /* to main; -1: none */
};

/* ---- saying --------------------------------------------------------------- */

/* With a descriptor, which nobody has asked for. */
static void send_with_fd(int to, const void *data, size_t len)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control = {{0}};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	int fd = STDERR_FILENO;

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
	sendmsg(to, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void say_out(struct fuzzer *f)
{
	struct buf *b = &f->liar.out;

	if (f->link >= 0 && liar_below(&f->liar, 8) == 0)
		send_with_fd(f->link, b->data, b->len);
	else if (f->link >= 0)
		send(f->link, b->data, b->len, MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_free(b);
}

static void lie_to_guardian(struct fuzzer *f)
{
	struct liar *l = &f->liar;
	struct {
		struct parent_msg m;
		char more[64];
	} m = {.m = {.type = 1 + liar_below(l, PARENT_SIGNAL + 2),
		     .role = liar_below(l, ROLE_COUNT + 2),
		     .value = liar_below(l, 4),
		     .pid = liar_below(l, 1000),
		     .state = liar_below(l, 6),
		     .restarts = 99,
		     .lateness_us = liar_below(l, 1u << 30)}};
	size_t len = liar_below(l, 8) ? sizeof(m.m) : 1 + liar_below(l, sizeof(m));

	if (liar_below(l, 16) == 0)
		send_with_fd(PARENT_FD, &m, len);
	else
		send(PARENT_FD, &m, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void ask_much(struct fuzzer *f)
{
	while (f->liar.out.len < WIRE_DATAGRAM / 2)
		liar_say(&f->liar, MSG_BARRIER, 1, NULL);
	liar_change(&f->liar, MSG_TXN_TEST);
}

static void be_strange(struct fuzzer *f)
{
	struct liar *l = &f->liar;

	if (liar_below(l, 2))
		liar_hello(l, (enum role)liar_below(l, ROLE_COUNT), schema_hash() + 1);
	else
		while (l->out.len <= WIRE_DATAGRAM)
			liar_hello(l, ROLE_AGENT, schema_hash());
}

static void lie_to_main(struct fuzzer *f)
{
	switch (f->manner) {
	case POLITE:
		liar_lie_politely(&f->liar);
		break;
	case DEAF:
		ask_much(f);
		break;
	case WITNESS:
		liar_testify(&f->liar);
		break;
	case STRANGER:
		be_strange(f);
		break;
	default:
		if (liar_below(&f->liar, PATIENCE)) {
			liar_lie_politely(&f->liar);
			break;
		}
		liar_lie(&f->liar);
		liar_mangle(&f->liar);
		break;
	}
	say_out(f);
}

/* ---- hearing -------------------------------------------------------------- */

static void take_rows(struct fuzzer *f, const void *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	struct msg m;

	while (wire_next(&c, &m) == 1) {
		unsigned char row[MAX_ROW];
		struct fieldset set;
		enum table_id t;

		if (m.type == MSG_ROW && wire_get_row(&m.body, &t, row, &set))
			store_put_set(f->rows, t, row, set, NULL);
	}
}

static void hear_main(struct fuzzer *f)
{
	static unsigned char data[WIRE_DATAGRAM];
	ssize_t n;

	if (f->link < 0 || f->manner == DEAF)
		return;
	while ((n = recv(f->link, data, sizeof(data), MSG_DONTWAIT)) > 0)
		take_rows(f, data, (size_t)n);
	if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(f->link);
		f->link = -1;
	}
}

static void new_link(struct fuzzer *f, int fd)
{
	if (f->link >= 0)
		close(f->link);
	f->link = fd;
	if (f->manner == STRANGER)
		return;
	liar_hello(&f->liar, ROLE_AGENT, schema_hash());
	liar_say(&f->liar, MSG_SNAPSHOT, 0, NULL);
	liar_say(&f->liar, MSG_SNAPSHOT_END, 0, NULL);
	say_out(f);
}

static void hear_guardian(struct fuzzer *f)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} control;
	struct parent_msg m;
	struct iovec iov = {.iov_base = &m, .iov_len = sizeof(m)};
	struct msghdr h = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	ssize_t n = recvmsg(PARENT_FD, &h, MSG_DONTWAIT);
	int fd;

	if (n == 0 || (n > 0 && m.type == PARENT_STOP))
		exit(0);
	if (n == sizeof(m) && m.type == PARENT_LINK && CMSG_FIRSTHDR(&h)) {
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&h)), sizeof(int));
		new_link(f, fd);
	}
}

/* ---- life ------------------------------------------------------------------- */

/* Which of them this is, from 1. */
static unsigned count_up(void)
{
	const char *path = getenv("HALVARD_FUZZ");
	FILE *file = path ? fopen(path, "r+") : NULL;
	unsigned n = 0;

	if (!file || fscanf(file, "%u", &n) != 1)
		exit(1);
	rewind(file);
	fprintf(file, "%u\n", ++n);
	fclose(file);
	return n;
}

static int live(void)
{
	unsigned number = count_up();
	struct fuzzer f = {.link = -1, .manner = (enum manner)(number % MANNERS)};
	struct mono end = mono_add(mono_read(), f.manner == DEAF ? LONG_NS : LIFE_NS);

	fprintf(stderr, "agent_fuzzer %u: %s\n", number, manner_names[f.manner]);
	f.rows = store_new();
	f.liar = (struct liar){.random = number, .known = f.rows, .spares_vrrp = true};
	while (mono_diff(end, mono_read()) > 0) {
		struct pollfd p[] = {{.fd = PARENT_FD, .events = POLLIN},
				     {.fd = f.manner == DEAF ? -1 : f.link, .events = POLLIN}};

		poll(p, 2, 1);
		hear_guardian(&f);
		hear_main(&f);
		lie_to_main(&f);
		for (unsigned n = f.manner == DEAF ? 200 : 1; n > 0; n--)
			lie_to_guardian(&f);
	}
	store_free(f.rows);
	return 1;
}

static bool must_stay(const struct table *t, const struct field *f)
{
	if (f->flags & F_EXEC)
		return true;
	if (f->flags & (F_SNMP | F_MAIN | F_COUNTER) || f->type == FT_WHEN || f->type == FT_WALL)
		return false;
	return t->owner != ROLE_MAIN || !(f->flags & F_SEEN);
}

static int print_fields(void)
{
	for (int i = 0; i < T_COUNT; i++) {
		const struct table *t = schema_table((enum table_id)i);

		for (unsigned k = 0; k < t->nfields; k++)
			if (must_stay(t, &t->fields[k]))
				printf("%s %s\n", t->name, t->fields[k].name);
	}
	return 0;
}

int main(int argc, char **argv)
{
	return argc > 1 && strcmp(argv[1], "--fields") == 0 ? print_fields() : live();
}
