/*
 * engine: the whole of load balancing behind a store. It reads what is wanted from the rows of
 * virtual servers, real servers and checks, keeps the kernel's table and the checks that way,
 * and writes what is seen (F_SEEN) into the same rows.
 */
#ifndef LVS_ENGINE_H
#define LVS_ENGINE_H

#include "base/loop.h"
#include "model/rows.h"
#include "model/store.h"

struct engine;

/* Store and loop are kept by reference. Nothing happens before engine_start(). */
struct engine *engine_new(struct loop *loop, struct store *store);
void engine_free(struct engine *e); /* the kernel's table stays */

/* The rows are complete: begin, adopting what is in the kernel. Called again it does what a
 * change does. */
void engine_start(struct engine *e);

/* The row of a table changed or came: the work is done later in this wake-up, together with that
 * of other rows. Before engine_start() only a note is taken. */
void engine_touch(struct engine *e, enum table_id t, const void *row);
/* The row is about to go. */
void engine_forget(struct engine *e, enum table_id t, const void *row);

/* What is set for all. */
void engine_use_global(struct engine *e, const struct global_row *g);

/* Does that work now. False when the kernel refused something about a virtual server that was
 * touched since the last call of this function; `why` (of TEXT_MAX) then says what. */
bool engine_settle(struct engine *e, char *why);

/* Runs every check of the server now; when all have, and the rows say what came of it, the answer
 * is given with this id. False: the server has no check. */
bool engine_ask(struct engine *e, const char *vs, const char *rs, uint32_t id);
void engine_on_answer(struct engine *e, void (*answer)(void *arg, uint32_t id), void *arg);
void engine_drop_asks(struct engine *e);

/* Called for each change of a health or a quorum, which others must hear of one by one. */
void engine_on_event(struct engine *e, void (*event)(void *arg), void *arg);

/* Reads the kernel's table, and repairs what others have changed. */
void engine_refresh(struct engine *e);
/* Somebody wants statistics and connections: they are read into the rows now, unless they are
 * fresh, and kept up for a while. */
void engine_ask_stats(struct engine *e);

/* A service, or a range of them, that was ours before and is not wanted any more: the next pass
 * takes it out. False: it is no name of one. */
bool engine_leftover(struct engine *e, const char *name);

/* The next pass empties the kernel's table, of what others made too, before it writes. */
void engine_flush(struct engine *e);

/* Takes every service of ours out of the kernel. */
void engine_release(struct engine *e);

#endif
