/*
 * link: one connection between two processes (SOCK_SEQPACKET), keeping a replica of rows
 * on each side up to date and carrying messages.
 *
 * Both sides open with HELLO; a peer built from another schema is refused. Then each sends a
 * snapshot of what its policy lets it send, and from then on every change. Writes never
 * block: changed rows wait in the store's watch and coalesce; messages wait in a bounded
 * queue. A malformed or forbidden message closes the link.
 */
#ifndef IPC_LINK_H
#define IPC_LINK_H

#include "base/loop.h"
#include "ipc/wire.h"
#include "model/store.h"

struct link;

/* What flows between two roles: fields are F_ masks, by table (0: nothing). */
struct link_policy {
	unsigned send[T_COUNT];       /* always */
	unsigned send_first[T_COUNT]; /* with the snapshot only, beside `send` */
	unsigned accept[T_COUNT];
	unsigned accept_first[T_COUNT]; /* of rows that are new here, beside `accept` */
	bool accept_rows; /* rows come and go as the peer says; else unknown rows are ignored */
};

/* The policy of `me` towards `peer`; the only place that says who may tell what to whom. */
struct link_policy link_policy(enum role me, enum role peer);

struct link_ops {
	/* HELLO and the peer's snapshot are complete. */
	void (*up)(void *arg);
	/* After a row changed through this link (in a snapshot too). `old` is the row before, NULL
	 * when it is new. */
	void (*row)(void *arg, enum table_id t, const void *row, const struct fieldset *changed,
		    const void *old);
	/* Before a row goes. */
	void (*gone)(void *arg, enum table_id t, const void *row);
	/* TXN_*, COMMAND, RESULT, BARRIER, LINES. */
	void (*message)(void *arg, struct msg *m, struct mono now);
	/* The peer is gone or was dropped; free the link now or later. */
	void (*down)(void *arg, const char *why);
};

/* Takes the fd. `ops` and its members may be NULL. */
struct link *link_open(struct loop *loop, int fd, enum role me, enum role peer, struct store *store,
		       const struct link_ops *ops, void *arg);
/* The same with a policy of the caller's (a control client with fewer rights). */
struct link *link_open_policy(struct loop *loop, int fd, enum role me, enum role peer,
			      struct store *store, const struct link_policy *policy,
			      const struct link_ops *ops, void *arg);
/* For a worker that the guardian gives the end of a link to `peer`: opens it in place of *at, its
 * link to main, which is closed. An end to anybody else is closed, and that is said. */
void link_to_main(struct link **at, struct loop *loop, int fd, enum role me, enum role peer,
		  struct store *store, const struct link_ops *ops, void *arg);
/* What a worker does when that link is down: it says so, closes it and goes on. */
void link_without_main(struct link **at, enum role me, const char *why);
void link_close(struct link *l);
bool link_is_up(const struct link *l);
/* Down because the peer said what is malformed or not allowed, has another schema, or does not
 * read: a process of ours that does so is of no use any more. */
bool link_is_offended(const struct link *l);
int link_fd(const struct link *l);

/* Sends a message behind every row change so far. `body` (may be NULL) is the payload. The
 * peer that reads too slowly for the bounded queue is dropped. */
void link_send(struct link *l, enum msg_type type, uint32_t id, const struct buf *body);
void link_send_result(struct link *l, uint32_t id, const struct result *r);
void link_send_change(struct link *l, enum msg_type type, uint32_t id, const struct change *c);

/* Encodes the row changes that wait, so that each of them is told even if the same row changes
 * again at once, and sends what the socket takes. Does nothing when much waits already. */
void link_push(struct link *l);

/* For a caller that must wait (SNMP SET, halvardctl): sends what is pending and handles
 * incoming data for at most timeout_ms; ops are called as usual. Returns early after a
 * message was delivered or the link came up; false when it is down. */
bool link_pump(struct link *l, int timeout_ms);

#endif
