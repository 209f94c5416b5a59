/*
 * confine: see confine.h. capabilities(7) by system call: three of them need no library.
 *
 * The order matters. The bounding set is cut while CAP_SETPCAP is there, and the user changed
 * while CAP_SETUID is; PR_SET_KEEPCAPS carries the permitted set over that change, and capset()
 * then leaves what is to stay. A change of user also forgets PR_SET_PDEATHSIG, so that comes last.
 *
 * A process that stays root has no more rights over the kernel than its capabilities either, but
 * it owns root's files: the users are the better half, and the package makes them.
 */
#include "daemon/confine.h"

#include "base/log.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS _LINUX_CAPABILITY_U32S_3

static void get_caps(struct __user_cap_data_struct d[WORDS])
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};

	if (syscall(SYS_capget, &h, d) < 0)
		fatal("cannot read capabilities");
}

/* What is permitted of `caps` becomes all there is, and none of it is inherited. */
static void set_caps(uint64_t caps)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[WORDS];

	get_caps(d);
	for (unsigned i = 0; i < WORDS; i++) {
		d[i].permitted &= (uint32_t)(caps >> (32 * i));
		d[i].effective = d[i].permitted;
		d[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &h, d) < 0)
		fatal("cannot give up capabilities");
}

static bool may(unsigned cap)
{
	struct __user_cap_data_struct d[WORDS];

	get_caps(d);
	return d[0].effective & CAP_BIT(cap);
}

static void bound_caps(uint64_t caps)
{
	if (!may(CAP_SETPCAP)) {
		log_info("the capability bounding set stays as it is: CAP_SETPCAP is missing");
		return;
	}
	for (int c = 0; prctl(PR_CAPBSET_READ, c) >= 0; c++)
		if (!(caps & CAP_BIT(c)) && prctl(PR_CAPBSET_DROP, c) < 0)
			fatal("cannot bound capabilities");
}

static void become_user(const char *name, bool groups)
{
	const struct passwd *pw = name ? getpwnam(name) : NULL;

	if (!pw || geteuid() != 0)
		return;
	if (!may(CAP_SETUID) ||
	    (groups ? initgroups(pw->pw_name, pw->pw_gid) : setgroups(1, &pw->pw_gid)) < 0) {
		log_warn("cannot become %s, going on as root with fewer capabilities", name);
		return;
	}
	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0)
		fatal("cannot become %s", name);
}

/* What is permitted outlives exec of a program that is not privileged itself. */
static void keep_caps(uint64_t caps)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[WORDS];

	get_caps(d);
	for (unsigned i = 0; i < WORDS; i++)
		d[i].inheritable = d[i].permitted;
	if (syscall(SYS_capset, &h, d) < 0)
		fatal("cannot keep capabilities");
	for (int c = 0; c < 64; c++)
		if ((caps & CAP_BIT(c)) && may((unsigned)c))
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0);
}

static void give_up(const char *user, bool groups, uint64_t caps)
{
	bound_caps(caps);
	become_user(user, groups);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	set_caps(caps);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fatal("cannot give up gaining rights");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void confine(const char *user, uint64_t caps)
{
	give_up(user, false, caps);
}

void confine_with_groups(const char *user, uint64_t caps)
{
	give_up(user, true, caps);
}

void confine_for_exec(const char *user, uint64_t caps)
{
	give_up(user, true, caps);
	keep_caps(caps);
}

void confine_caps(uint64_t caps)
{
	set_caps(caps);
}

void confine_nothing(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}
