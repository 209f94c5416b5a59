/*
 * igmp: see igmp.h (process vrrp, and its netlink thread).
 *
 * The setting is one of the whole network namespace. What it was is kept in the memory that the
 * guardian holds, before it is changed: a process that is killed at any moment leaves a successor
 * that puts it back. What somebody else sets meanwhile is left alone.
 */
#include "vrrp/igmp.h"

#include "base/log.h"
#include "nl/sysctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SETTING "igmp_link_local_mcast_reports"

struct igmp_job {
	struct vrrp_write head;
	bool off;
	_Atomic uint32_t *before;
};

static int switch_off(const struct igmp_job *j, int has)
{
	if (!has)
		return 0;
	*j->before = (uint32_t)has + 1;
	return sysctl_write_ipv4(SETTING, 0);
}

static int put_back(const struct igmp_job *j, int has)
{
	int error = 0;

	if (*j->before && !has)
		error = sysctl_write_ipv4(SETTING, (int)*j->before - 1);
	*j->before = 0;
	return error;
}

/* An rtnl_job_fn. */
static int run(struct rtnl_writer *w, void *arg)
{
	const struct igmp_job *j = arg;
	int has = 0;

	(void)w;
	if (!sysctl_read_ipv4(SETTING, &has))
		return ENOENT;
	return j->off ? switch_off(j, has) : put_back(j, has);
}

static void answered(struct vrrp_env *env, struct vrrp_write *head, int error, struct mono now)
{
	(void)env, (void)now;
	if (error)
		log_warnx("disable_local_igmp: net.ipv4." SETTING " cannot be changed: %s",
			  strerror(error));
	free(head);
}

static void ask(struct vrrp_env *env, bool off)
{
	struct igmp_job *j = xcalloc(1, sizeof(*j));

	*j = (struct igmp_job){{answered}, off, vrrp_memory_igmp(env->memory)};
	env->igmp_off = off;
	rtnl_writer_run(env->writer, run, j, (uintptr_t)j);
}

void vrrp_igmp_follow(struct vrrp_env *env)
{
	const struct network_row *n = store_single(env->store, T_NETWORK);

	if (n->disable_local_igmp != env->igmp_off ||
	    (!n->disable_local_igmp && *vrrp_memory_igmp(env->memory)))
		ask(env, n->disable_local_igmp);
}

void vrrp_igmp_restore(struct vrrp_env *env)
{
	if (env->igmp_off || *vrrp_memory_igmp(env->memory))
		ask(env, false);
}
