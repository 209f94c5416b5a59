/*
 * digest: SHA-256 over what two directors of a pair must have in common. Left out is what
 * rightly differs: the global row, and of an instance its priority, state and interface.
 */
#ifndef DAEMON_DIGEST_H
#define DAEMON_DIGEST_H

#include "model/store.h"

#define DIGEST_TEXT 65 /* hexadecimal, with the NUL */

struct digest;

struct digest *digest_begin(void);
void digest_add(struct digest *d, const char *text); /* its NUL too */
/* Frees d. */
void digest_end(struct digest *d, char ret[DIGEST_TEXT]);

/* True for a field that may differ between the directors of a pair. */
bool digest_is_local(enum table_id t, const struct field *f);

/* Of all configuration fields of all rows. */
void digest_config(const struct store *s, char ret[DIGEST_TEXT]);

#endif
