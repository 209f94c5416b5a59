/*
 * digest: SHA-256 over what two directors of a pair must have in common. Left out is what
 * rightly differs: the global row, and of an instance its priority, state and interface.
 */
#ifndef DAEMON_DIGEST_H
#define DAEMON_DIGEST_H

#include "model/store.h"

#define DIGEST_TEXT 65

/* Of all configuration fields of all rows. */
void digest_config(const struct store *s, char ret[DIGEST_TEXT]);
/* Of the operator's fields, and of the configuration fields that differ from `file`. */
void digest_overlay(const struct store *wanted, const struct store *file, char ret[DIGEST_TEXT]);

#endif
