/* sources: what process exec sees for checks; engine_sources.c. Internal to the engine. */
#ifndef LVS_SOURCES_H
#define LVS_SOURCES_H

#include "model/rows.h"

struct engine;

/* For check_on_ask(): the row of the script's source says that it is to be run. */
void engine_ask_script(void *engine, const char *object, struct mono when);
void engine_source_changed(struct engine *e, const struct check_source_row *s);
/* What the file of a FILE_CHECK holds; that counts as a run when it is new, or `again`. */
void engine_take_number(struct engine *e, const struct checker_row *known, bool again);
/* What the check adds to the weight of its server now. */
int64_t engine_added_weight(const struct checker_row *c, const struct real_server_row *rs);

#endif
