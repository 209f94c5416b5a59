/*
 * handover: what a daemon that is told to make place for another (SIGUSR2) leaves in the run
 * directory, so that the other goes on where it has stopped:
 *
 *	handover.states         what main last knew of what is: lines "TABLE KEYS... FIELD value"
 *	handover.ROLE           the memory of a process (PARENT_MEMORY_FD), as it was
 *
 * Each begins with a line "halvard-handover 1 BOOT WHEN": the boot of the machine, and nanoseconds
 * of the monotonic clock, which both daemons share. What is taken is removed: it is for one start.
 * Fields that a version does not know are left out, memories of another layout are not used.
 */
#ifndef DAEMON_HANDOVER_H
#define DAEMON_HANDOVER_H

#include "base/buf.h"
#include "model/store.h"

/* What is older says nothing: an hour later any server may be dead, and a start is one like any
 * other. */
#define HANDOVER_MAX_AGE_S 60

/* Into text and back: the fields that the workers tell, of the tables that are theirs. Returns how
 * many fields were taken. Pure. */
void handover_print(const struct store *live, struct buf *ret);
size_t handover_parse(struct store *live, const char *text);

/* Main, at its end. A failure is said in the log: the next one begins anew. */
void handover_leave_states(const struct store *live, const char *dir);
/* Main, at its start. False: nothing was left. */
bool handover_take_states(struct store *live, const char *dir);
/* Whether main has left them, and the next one has not taken them yet. */
bool handover_has_states(const char *dir);

/* The guardian, when the process has ended, and before the first one is started. */
void handover_leave_memory(const char *dir, const char *role, int fd);
void handover_take_memory(const char *dir, const char *role, int fd);

#endif
