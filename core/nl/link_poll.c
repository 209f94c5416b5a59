/* link_poll: see link_poll.h. */
#include "nl/link_poll.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/mii.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

static struct ifreq request(const char *name)
{
	struct ifreq r;

	memset(&r, 0, sizeof(r));
	memcpy(r.ifr_name, name, strnlen(name, sizeof(r.ifr_name) - 1));
	return r;
}

/* Its data stands in the request itself. */
static int mii(int fd, unsigned long what, struct ifreq *r, struct mii_ioctl_data *d)
{
	memcpy(&r->ifr_ifru, d, sizeof(*d));
	if (ioctl(fd, what, r) < 0)
		return errno;
	memcpy(d, &r->ifr_ifru, sizeof(*d));
	return 0;
}

/* The bit stays down until it has been read: the second look is of now. */
int link_poll_mii(int fd, const char *name, bool *up)
{
	struct ifreq r = request(name);
	struct mii_ioctl_data d = {0};
	int e = mii(fd, SIOCGMIIPHY, &r, &d);

	for (unsigned look = 0; !e && look < 2; look++) {
		d.reg_num = MII_BMSR;
		e = mii(fd, SIOCGMIIREG, &r, &d);
	}
	if (!e && d.val_out == 0xffff)
		return EOPNOTSUPP; /* there is nothing behind it */
	*up = d.val_out & BMSR_LSTATUS;
	return e;
}

int link_poll_ethtool(int fd, const char *name, bool *up)
{
	struct ethtool_value v = {.cmd = ETHTOOL_GLINK};
	struct ifreq r = request(name);

	r.ifr_data = (char *)&v;
	if (ioctl(fd, SIOCETHTOOL, &r) < 0)
		return errno;
	*up = v.data;
	return 0;
}

int link_poll_ioctl(int fd, const char *name, bool *up)
{
	struct ifreq r = request(name);

	if (ioctl(fd, SIOCGIFFLAGS, &r) < 0)
		return errno;
	*up = r.ifr_flags & IFF_RUNNING;
	return 0;
}
