/*
 * view_int: what the files of the views share.
 */
#ifndef CTL_VIEW_INT_H
#define CTL_VIEW_INT_H

#include "ctl/ctl.h"
#include "ctl/grid.h"
#include "model/rows.h"

/* Cells: how long ago; a large number in short; an address, empty when there is none. */
void view_age(const struct ctl *c, struct grid *g, struct mono when);
void view_short(struct grid *g, uint64_t v);
void view_addr(struct grid *g, const struct addr *a);
/* Prints and frees. */
void view_print(const struct ctl *c, struct grid *g);
/* With --json: the named tables, ended by T_COUNT, only rows whose first keys are these (NULL:
 * any); true when that was the answer. */
bool view_json(struct ctl *c, const enum table_id *tables, const char *key1, const char *key2);
/* Instances with their addresses. */
void view_instances(const struct ctl *c);
/* Virtual servers with the real servers below each. */
void view_servers(const struct ctl *c);

#endif
