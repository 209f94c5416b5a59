/* resolve_check: what checks name of process exec: scripts and files. See resolve.c. */
#ifndef CONFIG_RESOLVE_CHECK_H
#define CONFIG_RESOLVE_CHECK_H

#include "config/parse.h"

/* Weights of FILE_CHECKs, when the files that they name are known; those of others are left out. */
void resolve_file_checks(struct parse *p);
/* What checks name, as rows; a script that no check names goes. */
void resolve_sources(struct store *s);
/* Whether a FILE_CHECK names it; after resolve_sources(). */
bool resolve_is_checked(const struct store *s, const char *track_file);

#endif
