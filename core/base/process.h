/* process: what the configuration says about the calling process itself. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdint.h>

#define PROCESS_NAME 32 /* with NUL; the kernel shows 15 characters */

/* Its name in the process list; empty: the one that it was given first. */
void process_called(const char *name);
/* The kernel ends it when it has run in real time for so long without a pause; 0: never. 0, or an
 * errno value. */
int process_rttime(uint32_t us);

/* Gives up every capability. */
void process_drop_caps(void);

#endif
