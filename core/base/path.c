/* path: see path.h. */
#include "base/path.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *doubt_of(const char *path)
{
	struct stat st;
	bool shared;

	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != 0)
		return "can be changed by another user than root, who owns a link on the way to it";
	if (stat(path, &st) < 0)
		return NULL;
	shared = S_ISDIR(st.st_mode) && st.st_mode & S_ISVTX;
	if (st.st_uid != 0)
		return "can be changed by another user than root, who owns it or a folder above it";
	if (st.st_mode & S_IWOTH && !shared)
		return "can be changed by everybody: it or a folder above it is writable by all";
	if (st.st_mode & S_IWGRP && st.st_gid != 0 && !shared)
		return "can be changed by a group: it or a folder above it is writable by it";
	return NULL;
}

/* Takes the path apart. */
static const char *doubt_on_the_way(char *path)
{
	const char *why = NULL;

	for (char *end = path + strlen(path); !why && end; end = strrchr(path, '/')) {
		*end = '\0';
		why = doubt_of(path[0] ? path : "/");
	}
	return why;
}

const char *path_who_else_writes(const char *path)
{
	char whole[PATH_MAX];

	return realpath(path, whole) ? doubt_on_the_way(whole) : NULL;
}

const char *path_who_else_points(const char *path)
{
	char copy[PATH_MAX];

	if (path[0] != '/' || snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return NULL;
	return doubt_on_the_way(copy);
}
