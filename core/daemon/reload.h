/* reload: from the configuration file to a new generation. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "daemon/director.h"

/* Reads the file at start: errors are logged, what is good of it runs. */
void reload_first(struct director *d);
/* Reads it again. With any error nothing changes, `why` (TEXT_MAX) says the first, and false is
 * returned. Otherwise file, wanted and live are the new generation, *changes counts rows, and
 * `why` is empty or a warning: the file has nothing any more. */
bool reload_again(struct director *d, size_t *changes, char *why);

#endif
