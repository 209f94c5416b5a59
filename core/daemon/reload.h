/* reload: from the configuration file to a new generation. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "config/config.h"
#include "daemon/director.h"

/* Whether a start runs the file as it was read, and not what was accepted last; what an include
 * misses becomes an error where nothing is left. */
bool reload_runs_file(const char *path, const struct store *file, struct findings *f);
/* Reads the file at start. Errors are logged; what was accepted last runs then or, when nothing
 * was, what is good of the file. */
void reload_first(struct director *d);
/* What of that can wait until the workers have what they need: what the file has come to say since
 * it was accepted last, and the rest. */
void reload_shown(struct director *d);
/* The digest, and the copy of what was accepted. */
void reload_kept(struct director *d);
/* Reads it again. With any error nothing changes, `why` (TEXT_MAX) says the first, and false is
 * returned. Otherwise file, wanted and live are the new generation, *changes counts rows, and
 * `why` is empty or a warning: the file has nothing any more, or its copy could not be kept. */
struct trial;
/* `trial`: it goes back unless it is confirmed; NULL: it stays, and so does what was on trial. */
bool reload_again(struct director *d, const struct trial *trial, size_t *changes, char *why);
/* The reload on trial stays: it is kept as accepted. `note` (TEXT_MAX) is empty, or a warning. */
void reload_confirmed(struct director *d, char *note);
/* What was accepted before is in force again, in the place of the file: `reason` says why. */
bool reload_back(struct director *d, const char *reason, size_t *changes, char *why);

/* The two steps of it that change nothing: the file, and it with the overlay over it (*wanted);
 * the caller frees both. And whether that may be put in force; else `why` (TEXT_MAX). */
struct store *reload_read(struct director *d, struct findings *f, struct store **wanted);
bool reload_is_good(const struct findings *f, const struct store *wanted, char *why);

/* What is wanted with this overlay over the file that is in force. */
struct store *reload_with(const struct director *d, const struct overlay *o);

#endif
