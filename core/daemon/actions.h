/*
 * actions: fields of the global row that are orders to main (F_ACTION): nothing of them is kept in
 * the overlay, and reading them shows what they always are.
 */
#ifndef DAEMON_ACTIONS_H
#define DAEMON_ACTIONS_H

#include "daemon/director.h"

/* Why the order cannot be given now, or NULL. The value is within the field's range. */
const char *action_objection(const struct director *d, const struct field *f, const char *value);
/* spin_lock (TestAndIncr of RFC 2579): at the start of main, which forgets the last value, and with
 * every change of the configuration in force, whoever made it. */
int32_t spin_lock_first(void);
int32_t spin_lock_next(int32_t lock);

#endif
