/* child: what a new process does before it becomes another program. Internal to exec. */
#ifndef EXEC_CHILD_H
#define EXEC_CHILD_H

#include <sys/types.h>

struct child {
	const char *program;
	const char *const *argv;
	uid_t uid;
	gid_t gid;
	const char *groups_of; /* all groups of this user; NULL: gid alone */
	int input;             /* its stdin */
	int said;              /* its stderr; -1: none */
	int why;               /* gets an errno when it cannot become the program */
	pid_t parent;          /* dies with it */
};

/* In the child of fork(): becomes the program. */
void child_run(const struct child *c) __attribute__((noreturn));

#endif
