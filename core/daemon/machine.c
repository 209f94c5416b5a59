/* machine: see machine.h. */
#include "daemon/machine.h"

#include "base/path.h"

#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum answer { NO, YES, UNKNOWN };

/* Whether a list of modules, one path to a line, has "/MODULE.ko", perhaps compressed. */
static enum answer listed(const char *root, const char *list, const char *module)
{
	char path[PATH_MAX], line[8192], file[64];
	enum answer found = NO;
	struct utsname u;
	FILE *from;

	if (uname(&u) < 0 || snprintf(path, sizeof(path), "%s/lib/modules/%s/%s", root, u.release,
				      list) >= (int)sizeof(path))
		return UNKNOWN;
	from = fopen(path, "re");
	if (!from)
		return UNKNOWN;
	snprintf(file, sizeof(file), "/%s.ko", module);
	while (found == NO && fgets(line, sizeof(line), from)) {
		char *depends = strchr(line, ':'); /* modules.dep: what it needs is behind */

		if (depends)
			*depends = '\0';
		if (strstr(line, file))
			found = YES;
	}
	fclose(from);
	return found;
}

bool machine_lacks_scheduler(const char *root, const char *name)
{
	char module[32], path[PATH_MAX];
	struct stat st;

	snprintf(module, sizeof(module), "ip_vs_%.15s", name);
	snprintf(path, sizeof(path), "%s/sys/module/%s", root, module);
	return stat(path, &st) < 0 && listed(root, "modules.builtin", module) == NO &&
	       listed(root, "modules.dep", module) == NO;
}

static bool has_file(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool has_interface(const char *name)
{
	return if_nametoindex(name) != 0;
}

static bool lacks_scheduler(const char *name)
{
	return machine_lacks_scheduler("", name);
}

const struct config_machine this_machine = {has_interface, lacks_scheduler, has_file,
					    path_who_else_writes};
