/*
 * liar: what a malicious peer on a link says: whole messages that are not true, mangled ones and
 * noise. The same for the same seed.
 */
#ifndef TESTS_LIAR_H
#define TESTS_LIAR_H

#include "ipc/wire.h"
#include "model/store.h"

struct liar {
	struct buf out;            /* the next datagram */
	uint64_t random;           /* the seed; never 0 */
	const struct store *known; /* the rows it lies about */
	bool spares_vrrp;          /* asks for nothing that SNMP may do to an instance */
	unsigned said[MSG_TYPE_MAX];
};

unsigned liar_below(struct liar *l, unsigned n); /* n > 0 */

/* Each adds a message to `out`. */
void liar_say(struct liar *l, enum msg_type type, uint32_t id, const struct buf *body);
void liar_hello(struct liar *l, enum role as, uint64_t hash);
void liar_row(struct liar *l, enum msg_type type);    /* a row, with values that could be */
void liar_testify(struct liar *l);                    /* what a worker might have seen */
void liar_change(struct liar *l, enum msg_type type); /* any field of any table */
void liar_noise(struct liar *l);
void liar_lie(struct liar *l);          /* any of these and all other messages */
void liar_lie_politely(struct liar *l); /* only what does not end the link at once */

/* Perhaps changes some octets, or cuts the end off. */
void liar_mangle(struct liar *l);

#endif
