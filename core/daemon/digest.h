/*
 * digest: SHA-256 over what two directors of a pair must have in common, without the fields that
 * may rightly differ (F_LOCAL); or over all that a file says.
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

/* Of the configuration fields of all rows: those that a pair has in common, or all, by which one
 * file is told from another. */
void digest_config(const struct store *s, char ret[DIGEST_TEXT]);
void digest_file(const struct store *s, char ret[DIGEST_TEXT]);

#endif
