/*
 * accepted: the last configuration that was accepted without an error, kept beside the overlay.
 * A start whose file has errors, or is gone, runs it, so that a mistake in a file never changes
 * a running cluster.
 */
#ifndef DAEMON_ACCEPTED_H
#define DAEMON_ACCEPTED_H

#include "config/config.h"

#define ACCEPTED_FILE "accepted.conf"

/* Keeps what the file `source` says. Nothing is written when it is there already. 0, or as
 * persist_write(). */
int accepted_store(const char *state_dir, const struct store *file, const char *source);

bool accepted_is_there(const char *state_dir);
/* As config_may_mention(). */
bool accepted_may_mention(const char *state_dir, const char *keyword);

/* What is kept; NULL when there is nothing or it cannot be trusted, then `why` (TEXT_MAX) says
 * so, or is empty: none was ever kept. What this version of the program does not understand is
 * left out, with findings. `source` (TEXT_MAX) is the file that it came from. */
struct store *accepted_load(const char *state_dir, struct findings *f, char *source, char *why);

#endif
