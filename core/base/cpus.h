/* cpus: on which processors a thread may run. */
#ifndef BASE_CPUS_H
#define BASE_CPUS_H

#include <stdbool.h>

#define CPUS_MAX  1024 /* numbers 0..1023 */
#define CPUS_TEXT 64   /* such a text, with NUL */

/* Whether the text is numbers of processors with spaces between them; none is fine. */
bool cpus_valid(const char *text);
/* The calling thread, and those that it begins later, run on these only; none: on all that it could
 * use when this was called first. 0, or an errno value. */
int cpus_use(const char *text);

#endif
