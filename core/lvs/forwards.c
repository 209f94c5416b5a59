/* forwards: see forwards.h. Runs in the lvs process. */
#include "lvs/forwards.h"

#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#define IPV4 "net.ipv4.ip_forward=1"
#define IPV6 "net.ipv6.conf.all.forwarding=1"

static struct sysctl {
	const char *path;
	int kept; /* of forwards_keep() */
} ipv4 = {"/proc/sys/net/ipv4/ip_forward", -1},
  ipv6 = {"/proc/sys/net/ipv6/conf/all/forwarding", -1};
static bool keeps;

void forwards_keep(void)
{
	ipv4.kept = open(ipv4.path, O_RDONLY | O_CLOEXEC);
	ipv6.kept = open(ipv6.path, O_RDONLY | O_CLOEXEC);
	keeps = true;
}

/* One that cannot be read is not said to be missing. */
static bool is_off(const struct sysctl *s)
{
	int fd = keeps ? s->kept : open(s->path, O_RDONLY | O_CLOEXEC);
	char c = 0;

	if (fd < 0)
		return false;
	if (pread(fd, &c, 1, 0) != 1)
		c = 0;
	if (!keeps)
		close(fd);
	return c == '0';
}

const char *forwards_look(struct forwards *f)
{
	bool no_ipv4 = f->needs_ipv4 && is_off(&ipv4);
	bool no_ipv6 = f->needs_ipv6 && is_off(&ipv6);
	const char *missing = no_ipv4 && no_ipv6 ? IPV4 ", " IPV6
			      : no_ipv4          ? IPV4
			      : no_ipv6          ? IPV6
						 : NULL;

	if (missing && missing != f->missing)
		log_warnx("ipvs: real servers behind NAT cannot answer: %s is missing", missing);
	if (!missing && f->missing)
		log_notice("ipvs: %s is set now, real servers behind NAT can answer", f->missing);
	f->missing = missing;
	return missing ? missing : "";
}
