/*
 * cpus: see cpus.h. Used by process vrrp; configuration looks whether a text is one.
 *
 * glibc's cpu_set_t has room for 1024 processors, which is the limit of what can be named.
 */
#include "base/cpus.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

static bool read_set(const char *text, cpu_set_t *ret)
{
	CPU_ZERO(ret);
	while (*text) {
		char *end;
		unsigned long n;

		if (*text == ' ') {
			text++;
			continue;
		}
		if (*text < '0' || *text > '9')
			return false;
		n = strtoul(text, &end, 10);
		if (n >= CPUS_MAX || (*end && *end != ' '))
			return false;
		CPU_SET(n, ret);
		text = end;
	}
	return true;
}

bool cpus_valid(const char *text)
{
	cpu_set_t set;

	return read_set(text, &set);
}

int cpus_use(const char *text)
{
	static cpu_set_t at_first;
	static bool known;
	cpu_set_t set;

	if (!known && sched_getaffinity(0, sizeof(at_first), &at_first) < 0)
		return errno;
	known = true;
	if (!read_set(text, &set))
		return EINVAL;
	if (CPU_COUNT(&set) == 0)
		set = at_first;
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? errno : 0;
}
