/*
 * match: which row a person means. Names may be short where they are unique: a virtual
 * server without its protocol or port, a real server without its port.
 */
#ifndef CTL_MATCH_H
#define CTL_MATCH_H

#include "ctl/ctl.h"
#include "model/rows.h"

struct match {
	const void **rows;
	size_t n;
};

void match_free(struct match *m);

/* True when `word` is the name or its beginning up to a '/', or a ':' or ']' before a port. */
bool match_name(const char *name, const char *word);

/* The row, or NULL after a message on stderr (none: the nearest name; several: all of them). */
const struct virtual_server_row *match_vs(const struct ctl *c, const char *word);
const struct vrrp_instance_row *match_vrrp(const struct ctl *c, const char *word);
/* The same for any table from the words of its key. */
const void *match_row(const struct ctl *c, enum table_id t, char **words, int nwords);
/* Real servers named `word` below `vs` (NULL: below any). One, or more with --all; 0 after a
 * message on stderr. */
size_t match_rs(const struct ctl *c, const struct virtual_server_row *vs, const char *word,
		struct match *ret);
/* Whether any row of the table has that name. */
bool match_any(const struct ctl *c, enum table_id t, const char *word);

/* "halvardctl: no WHAT WORD", with the nearest of the candidates (NULL-ended). */
void match_complain(const char *what, const char *word, const char *const *candidates);

#endif
