/*
 * leftovers: see leftovers.h. The programs themselves die with the process that ran them
 * (child.c), but not what they have started in turn. A number of a session is not given to
 * another while it has a member, and nobody makes ten thousands of processes in the moment
 * between a death and the next start: longer ago it is not trusted (memory.h).
 */
#include "exec/leftovers.h"

#include "base/log.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 5

/* 0: it is gone, or dead and not yet buried. */
static pid_t session_of(pid_t pid)
{
	char path[64], line[512] = "";
	const char *end;
	int session = 0;
	char state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	end = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (!end || sscanf(end + 1, " %c %*d %*d %d", &state, &session) != 2 || state == 'Z')
		session = 0;
	fclose(f);
	return session;
}

static unsigned end_all(pid_t session)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d))) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid > 1 && pid != getpid() && session_of(pid) == session &&
		    kill(pid, SIGKILL) == 0)
			n++;
	}
	if (d)
		closedir(d);
	return n;
}

unsigned leftovers_end(pid_t session)
{
	unsigned n, more;

	if (session <= 1)
		return 0;
	/* again, because one that was seen may have begun another meanwhile */
	n = more = end_all(session);
	for (int round = 1; round < ROUNDS && more; round++)
		more = end_all(session);
	if (n)
		log_notice("process exec: ended %u that its predecessor had left running", n);
	return n;
}
