/*
 * create: rows that are made and taken away at run time, not by the file: virtual servers, real
 * servers, virtual routers and their addresses. What the file would give them beside their name
 * they get here.
 */
#ifndef CONFIG_CREATE_H
#define CONFIG_CREATE_H

#include "model/store.h"

bool config_may_create(enum table_id t);
/* Makes the row of this key, whose name says address, port and protocol. A real server has the
 * forwarding of its virtual server, and the checks of the first server there, of its own address.
 * false with `why` (of TEXT_MAX): no such row can be. */
bool config_create(struct store *s, enum table_id t, const void *key, char *why);
/* Whether a row that was made is there still and has, by what was set of it since, all that it must
 * have; gives it what follows from that. */
bool config_complete(struct store *s, enum table_id t, const void *key, char *why);
/* The field of other rows that setting this one changes too, or NULL: the interval of a virtual
 * server is that of all its checks that have the same. config_spread() does it, when it has been
 * set; `before` is that row as it was. */
const struct field *config_spreads(const struct field *f);
void config_spread(struct store *s, const struct field *f, const void *before);
/* Takes the row of this key away, and what is part of it. */
void config_remove(struct store *s, enum table_id t, const void *key);
/* Whether a row of `t` is that of `of` and `key`, or part of it. */
bool config_is_part(enum table_id t, const void *row, enum table_id of, const void *key);

#endif
