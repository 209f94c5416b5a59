/*
 * process: see process.h.
 *
 * Only the lower limit of real time is set, so that it can be raised again. Its signal, SIGXCPU, is
 * caught by nobody: the process ends, and the guardian starts the next.
 */
#include "base/process.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

void process_called(const char *name)
{
	static char first[PROCESS_NAME];

	if (!first[0])
		TEXT_COPY(first, name);
	prctl(PR_SET_NAME, name[0] ? name : first);
}

int process_rttime(uint32_t us)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_RTTIME, &l) < 0)
		return errno;
	l.rlim_cur = us && us < l.rlim_max ? us : l.rlim_max;
	return setrlimit(RLIMIT_RTTIME, &l) < 0 ? errno : 0;
}

void process_drop_caps(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &h, none) < 0)
		fatal("cannot give up capabilities");
}
