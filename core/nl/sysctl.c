/* sysctl: see sysctl.h. CAP_NET_ADMIN suffices for writing. */
#include "nl/sysctl.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 128

static int open_one(bool ipv6, const char *interface, const char *name, int flags)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv%c/conf/%s/%s", ipv6 ? '6' : '4', interface,
		 name);
	return open(path, flags | O_CLOEXEC);
}

static int open_ipv4(const char *name, int flags)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	return open(path, flags | O_CLOEXEC);
}

/* Closes the file; fd < 0: it is not there. */
static bool read_value(int fd, int *ret)
{
	char text[24] = "";
	int64_t value = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!text_i64(text, INT32_MIN, INT32_MAX, &value))
		return false;
	*ret = (int)value;
	return true;
}

static int write_value(int fd, int value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%d", value), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, (size_t)len) < 0)
		error = errno;
	close(fd);
	return error;
}

bool sysctl_read(bool ipv6, const char *interface, const char *name, int *ret)
{
	return read_value(open_one(ipv6, interface, name, O_RDONLY), ret);
}

int sysctl_write(bool ipv6, const char *interface, const char *name, int value)
{
	return write_value(open_one(ipv6, interface, name, O_WRONLY), value);
}

bool sysctl_read_ipv4(const char *name, int *ret)
{
	return read_value(open_ipv4(name, O_RDONLY), ret);
}

int sysctl_write_ipv4(const char *name, int value)
{
	return write_value(open_ipv4(name, O_WRONLY), value);
}
