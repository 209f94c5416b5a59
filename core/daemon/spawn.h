/* spawn: a process for a role. */
#ifndef DAEMON_SPAWN_H
#define DAEMON_SPAWN_H

#include "daemon/options.h"
#include "daemon/roles.h"

#include <sys/types.h>

/* Starts the role with its end of a new link as fd 3; *fd gets the guardian's end. Returns the pid
 * or -1 with errno. */
pid_t spawn_role(const struct options *o, const struct role_spec *spec, int *fd);
/* Whether its program is installed; for one of another package. */
bool spawn_is_installed(const struct role_spec *spec);
/* At a handover, when all have ended: what their successors must know. */
void spawn_leave_memories(const struct options *o);

#endif
