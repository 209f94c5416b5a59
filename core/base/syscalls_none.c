/* syscalls_none: in place of syscalls.c where there is no libseccomp, or where it would be in the
 * way (configure --disable-seccomp, --enable-sanitizers). Nothing is limited. */
#include "base/syscalls.h"

void syscalls_limit(unsigned sets)
{
	(void)sets;
}
