/*
 * preview: what `reload --dry-run` shows, from the lines that the daemon answered
 * (daemon/preview.h has their form).
 */
#ifndef CTL_PREVIEW_H
#define CTL_PREVIEW_H

#include "ctl/ctl.h"
#include "ctl/json.h"

void preview_print(const struct ctl *c);
/* The members "findings" and "preview" of the object that is open. */
void preview_json(const struct ctl *c, struct json *j);

#endif
