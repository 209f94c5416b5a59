/* silence: what main shows of routers whose process does not speak. */
#ifndef DAEMON_SILENCE_H
#define DAEMON_SILENCE_H

#include "model/store.h"

/* The vrrp process has given no sign of life for so long. A row that says master, of a router that
 * by now is none whatever it does, is made to say init, processSilent; so is that of its group. */
void silence_of_vrrp(struct store *live, int64_t silent_ns);

#endif
