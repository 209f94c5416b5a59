/*
 * txn: one change of wanted rows: test, apply, and the way back. No waiting and no messages
 * here: daemon/jobs puts the steps in order.
 */
#ifndef DAEMON_TXN_H
#define DAEMON_TXN_H

#include "daemon/confirm.h"
#include "daemon/director.h"

struct txn;

/* Takes the change (its ops are the txn's from then on). */
struct txn *txn_new(struct director *d, struct change *change);
/* Forgets it; what it did stays. */
void txn_free(struct txn *t);

/* Tests every op and the whole model that results, and leaves the result in `wanted`. On failure
 * `wanted` is as before and `ret` says which op and why. */
bool txn_test(struct txn *t, struct result *ret);
/* Takes a tested change back out of `wanted`. */
void txn_untest(struct txn *t);
/* Makes a tested change durable and puts it into `live`. false: nothing has changed. With true
 * `ret` is RESULT_OK, or RESULT_UNKNOWN when the disk has not said that the change stays. */
bool txn_commit(struct txn *t, struct result *ret);
/* Takes a committed change back: overlay, `wanted`, `live`; `ret` as with txn_commit(). false: it
 * could not be written, the change stands. */
bool txn_revert(struct txn *t, struct result *ret);
/* Who orders by it that the file be read again, once it is in force, on trial or for good; false:
 * nobody. And whether what is on trial is to go back. */
bool txn_reloads(const struct txn *t, struct trial *ret);
bool txn_goes_back(const struct txn *t);
/* The overlay of before a change on trial in force again; as txn_revert(). Takes it. */
bool txn_restore(struct director *d, struct overlay *before, struct result *ret);
/* Writes one row of the change log for each op, and one line of the log for all. */
void txn_log(const struct txn *t, const struct result *r);
/* Roles whose tables it touches, as a mask of 1 << role. */
unsigned txn_workers(const struct txn *t);
/* Those that heed rows of main which it touches (the global one, for the levels of the log): what
 * it says holds when they have it, but it does not need them. */
unsigned txn_followers(const struct txn *t);

#endif
