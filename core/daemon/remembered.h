/*
 * remembered: what lvs has found out and must not forget when every process dies, or the machine:
 * the checks that say down, and the drains with a deadline. The file DIR/remembered:
 *
 *	halvard-remembered 1 WHEN
 *	down VIRTUAL-SERVER REAL-SERVER NUMBER KIND ADDRESS PORT FAILED REASON "text"
 *	drain VIRTUAL-SERVER REAL-SERVER LASTS-SINCE LEFT END
 *
 * WHEN and END are of the wall clock, all times in milliseconds.
 */
#ifndef DAEMON_REMEMBERED_H
#define DAEMON_REMEMBERED_H

#include "base/buf.h"
#include "base/loop.h"
#include "model/store.h"

/* What is down is believed for so long after it was last written. */
#define REMEMBERED_MAX_AGE_S 3600

/* The clocks at one moment. */
struct remembered_now {
	struct mono mono;
	uint64_t wall_ms;
};

/* Of the rows in `live`; and back into them, those of which row and target are still the same.
 * Returns how many lines were of use, or -1: it is not such a file. Pure. */
void remembered_print(const struct store *live, const struct remembered_now *now, struct buf *ret);
int remembered_parse(struct store *live, const struct remembered_now *now, const char *text);

struct remembered;

/* Store and folder are kept by reference. */
struct remembered *remembered_new(struct loop *loop, struct store *live, const char *dir);
void remembered_free(struct remembered *r); /* what is not written yet is, first */
/* Before any worker has spoken. */
void remembered_load(struct remembered *r);
/* Lvs has told what it sees of a row: it is written soon, at most once a second. */
void remembered_seen(struct remembered *r, enum table_id t, const struct fieldset *changed);

#endif
