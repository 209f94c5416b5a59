/*
 * save: what was set at run time goes into the configuration file, as far as it can be said there
 * (config/rewrite.h); the rest stays in the overlay. Part of main.
 */
#ifndef DAEMON_SAVE_H
#define DAEMON_SAVE_H

#include "daemon/director.h"
#include "daemon/overlay.h"

struct save;

/* Finds out what can be written; nothing has changed. NULL with `why` (TEXT_MAX): nothing can, or
 * the file is not the one that is in force, or not ours to write. */
struct save *save_prepare(const struct director *d, char *why);
void save_free(struct save *s);

/* Writes the file, or writes it back. 0, -errno: nothing has happened, errno: as persist_write().
 */
int save_write(struct save *s);
int save_undo(struct save *s);
/* The overlay without the lines that are in the file now, or that it says by what was saved. The
 * caller frees it. */
struct overlay *save_rest(struct save *s, const struct overlay *o, const struct store *file);
/* "2 values are in FILE; 1 line stays beside it: ...", of TEXT_MAX; and all that stays, to the log.
 */
void save_say(const struct save *s, char *text);
/* Reads the file, which is the one in force now. Returns what it was, which the caller keeps for
 * undoing, or frees. */
struct store *save_take_file(struct director *d);

#endif
