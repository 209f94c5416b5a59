/*
 * memlock: see memlock.h.
 *
 * With a limit (RLIMIT_MEMLOCK) and without CAP_IPC_LOCK, mlockall() for the future succeeds as
 * long as what there is fits, and it is the next mmap() or thread that fails. In a user
 * namespace the capability is there and does not count. So the kernel is asked: it refuses at once
 * to lock more than the limit, and MLOCK_ONFAULT takes no memory for the question.
 */
#include "daemon/memlock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#define MORE (1024 * 1024)

static bool beyond_the_limit(void)
{
	struct rlimit l;
	size_t size;
	void *p;
	int r;

	if (getrlimit(RLIMIT_MEMLOCK, &l) < 0 || l.rlim_cur == RLIM_INFINITY)
		return true;
	size = (size_t)l.rlim_cur + MORE;
	p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return false;
	r = mlock2(p, size, MLOCK_ONFAULT);
	munmap(p, size);
	if (r < 0)
		errno = EPERM;
	return r == 0;
}

bool memlock_all(void)
{
	if (beyond_the_limit())
		return mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
	mlockall(MCL_CURRENT);
	errno = EPERM;
	return false;
}
