/*
 * command: see command.h.
 *
 * enable_script_security: what root is to run must be such that nobody but root can change it,
 * the file and every folder on the way to it. It is looked at before each run, because rights
 * change. Links are resolved and the file that they lead to is run, unless use_symlink_paths says
 * that the program wants to be called by the name of the link; then who can point the link
 * elsewhere counts too.
 */
#include "exec/command.h"

#include "base/path.h"
#include "base/text.h"
#include "model/schema.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const search[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
				     "/usr/bin",        "/sbin",          "/bin"};

/* ---- who ------------------------------------------------------------------------ */

static const struct passwd *passwd_of(const char *user)
{
	const struct passwd *pw = getpwnam(user);
	uint64_t uid;

	return pw || !text_u64(user, 0, UINT32_MAX - 1, &uid) ? pw : getpwuid((uid_t)uid);
}

static bool find_user(struct command *c, const char *user, char *why)
{
	const struct passwd *pw = passwd_of(user[0] ? user : COMMAND_USER);

	if (!pw && !user[0])
		pw = getpwuid(0);
	if (!pw && !user[0]) { /* a machine without a list of users */
		c->uid = 0;
		c->gid = 0;
		TEXT_COPY(c->user, "root");
		return true;
	}
	if (!pw) {
		snprintf(why, TEXT_MAX, "there is no user %.64s", user);
		return false;
	}
	c->uid = pw->pw_uid;
	c->gid = pw->pw_gid;
	if (!TEXT_COPY(c->user, pw->pw_name)) {
		snprintf(why, TEXT_MAX, "the name of user %.64s is too long", user);
		return false;
	}
	return true;
}

static bool find_group(struct command *c, const char *group, char *why)
{
	const struct group *gr = group[0] ? getgrnam(group) : NULL;
	uint64_t gid;

	if (!group[0])
		return true;
	if (gr) {
		c->gid = gr->gr_gid;
	} else if (text_u64(group, 0, UINT32_MAX - 1, &gid)) {
		c->gid = (gid_t)gid;
	} else {
		snprintf(why, TEXT_MAX, "there is no group %.64s", group);
		return false;
	}
	return true;
}

/* ---- what ----------------------------------------------------------------------- */

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
}

/* A name without a folder is looked for where programs are. */
static bool locate(const char *word, char path[PATH_MAX])
{
	if (strchr(word, '/'))
		return snprintf(path, PATH_MAX, "%s", word) < PATH_MAX;
	for (unsigned i = 0; i < sizeof(search) / sizeof(search[0]); i++)
		if (snprintf(path, PATH_MAX, "%s/%s", search[i], word) < PATH_MAX &&
		    is_program(path))
			return true;
	return false;
}

static bool find_program(struct command *c, bool by_link, char *why)
{
	char path[PATH_MAX];

	if (!locate(c->argv.words[0], path))
		snprintf(why, TEXT_MAX, "there is no program %.200s", c->argv.words[0]);
	else if (path[0] != '/')
		snprintf(why, TEXT_MAX, "%.200s is not a path from the root", path);
	else if (!realpath(path, c->program))
		snprintf(why, TEXT_MAX, "%.200s: %s", path, strerror(errno));
	else if (!is_program(c->program))
		snprintf(why, TEXT_MAX, "%.200s is not a file that can be executed", path);
	else
		return by_link ? snprintf(c->program, PATH_MAX, "%s", path) < PATH_MAX : true;
	return false;
}

static bool is_safe(const struct command *c, char *why)
{
	const char *doubt = NULL;

	if (c->uid == 0 || c->gid == 0) {
		doubt = path_who_else_writes(c->program);
		doubt = doubt ? doubt : path_who_else_points(c->program);
	}
	if (doubt)
		snprintf(why, TEXT_MAX, "enable_script_security: %.200s %s", c->program, doubt);
	return !doubt;
}

bool command_user(struct command *c, const struct exec_row *s, const char *user, const char *group,
		  char *why)
{
	*c = (struct command){.all_groups = s->set_supplementary_groups};
	return find_user(c, user[0] ? user : s->script_user, why) &&
	       find_group(c, user[0] ? group : s->script_group, why);
}

bool command_prepare(struct command *c, const struct exec_row *s, const char *text,
		     const char *user, const char *group, char *why)
{
	const char *wrong;

	if (!command_user(c, s, user, group, why))
		return false;
	if (!argv_split(&c->argv, text, &wrong)) {
		snprintf(why, TEXT_MAX, "%s", wrong);
		return false;
	}
	return find_program(c, s->use_symlink_paths, why) &&
	       (!s->enable_script_security || is_safe(c, why));
}

struct run_spec command_spec(const struct command *c, const char *name, int64_t timeout_ns)
{
	return (struct run_spec){.name = name,
				 .program = c->program,
				 .argv = c->argv.words,
				 .uid = c->uid,
				 .gid = c->gid,
				 .groups_of = c->all_groups ? c->user : NULL,
				 .timeout_ns = timeout_ns};
}
