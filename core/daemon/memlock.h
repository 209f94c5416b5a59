/* memlock: memory that is never paged out, as far as this process may. */
#ifndef DAEMON_MEMLOCK_H
#define DAEMON_MEMLOCK_H

#include <stdbool.h>

/* Locks what there is and what is taken later. false, with errno: not allowed to; then what there
 * is is locked at most, and nothing is refused later because of it. */
bool memlock_all(void);

#endif
