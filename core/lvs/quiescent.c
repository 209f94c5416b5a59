/*
 * quiescent: one sysctl, set and put back.
 *
 * It belongs to the whole namespace, so every change of it is said in the log. If it was 1
 * already it is not ours and stays. A process that is killed while it is set leaves it set: the
 * next one finds a 1 that it cannot tell from an administrator's and leaves it, which is the
 * safe side for a drain that goes on.
 *
 * Runs in the lvs process. CAP_NET_ADMIN suffices for writing.
 */
#include "lvs/quiescent.h"

#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#define SYSCTL_PATH "/proc/sys/net/ipv4/vs/expire_quiescent_template"
#define SYSCTL_NAME "net.ipv4.vs.expire_quiescent_template"

/* Of quiescent_keep(); another namespace's must not be touched when it could not be opened. */
static int kept = -1;
static bool keeps;

void quiescent_keep(void)
{
	kept = open(SYSCTL_PATH, O_RDWR | O_CLOEXEC);
	keeps = true;
}

static int open_value(int how)
{
	return keeps ? fcntl(kept, F_DUPFD_CLOEXEC, 0) : open(SYSCTL_PATH, how | O_CLOEXEC);
}

/* The value as a character, or 0. */
static char read_value(void)
{
	int fd = open_value(O_RDONLY);
	char c = 0;

	if (fd < 0)
		return 0;
	if (pread(fd, &c, 1, 0) != 1)
		c = 0;
	close(fd);
	return c;
}

static bool write_value(char c)
{
	int fd = open_value(O_WRONLY);
	bool ok = fd >= 0 && pwrite(fd, &c, 1, 0) == 1;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void set(struct quiescent *q)
{
	if (read_value() == '1')
		return;
	q->set_by_us = write_value('1');
	if (q->set_by_us)
		log_notice("ipvs: " SYSCTL_NAME "=1 while servers drain, so that persistent "
			   "clients leave them");
	else if (!q->failed)
		log_warn("ipvs: cannot set " SYSCTL_NAME "=1, persistent clients will stay with "
			 "draining servers");
	q->failed = !q->set_by_us;
}

void quiescent_need(struct quiescent *q, bool needed)
{
	if (needed && !q->set_by_us) {
		set(q);
	} else if (!needed && q->set_by_us) {
		q->set_by_us = false;
		if (write_value('0'))
			log_notice("ipvs: " SYSCTL_NAME "=0 again, nothing drains");
	}
}
