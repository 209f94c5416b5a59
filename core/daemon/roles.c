/*
 * roles: see roles.h.
 *
 * Those that touch the kernel are watched, and exec. A heartbeat comes each 100 ms; vrrp is
 * real-time and silent for 3 s only when it hangs, lvs shares the processor and may wait for the
 * kernel's answer to a large table. Main is not watched: nothing stands still without it, and a
 * change that it is in the middle of is worth more than a quick restart. Neither is the agent: its
 * library waits for a frozen snmpd, and killing it would only begin the same wait again.
 *
 * Rights: each keeps the capabilities and the system calls that it uses each day and no others.
 * CAP_NET_ADMIN: addresses, links, IPVS, and the sysctls of the network; the kernel itself loads
 * the modules of IPVS that are asked for. CAP_NET_RAW: VRRP and ARP, checks bound to an interface.
 * CAP_IPC_LOCK: memory taken later is locked too, and would be refused without. CAP_NET_BIND_
 * SERVICE: checks with a low bind_port. CAP_DAC_READ_SEARCH: a configuration that another user
 * keeps; writing is for what is root's. Main stays the user root, whose files the overlay and the
 * control socket are.
 *
 * exec runs other people's programs, and what it may do they may: so it is root with all that the
 * guardian was started with, has no filter and does nothing for the network itself. Named here is
 * what the unit adds for it. It ends after the others, hence the patience with it.
 *
 * The guardian needs CAP_SETUID, CAP_SETGID and CAP_SETPCAP to make the others what they are,
 * CAP_KILL to end those of other users, CAP_SYS_NICE for real time, of vrrp too, and CAP_IPC_LOCK
 * for memory. Beyond these it can only have what it hands out.
 */
#include "daemon/roles.h"

#include "base/syscalls.h"
#include "daemon/confine.h"

#include <linux/capability.h>
#include <stddef.h>

const struct role_spec role_specs[] = {
    {
	.role = ROLE_MAIN,
	.ident = "halvard-main",
	.area = LOG_AREA_MAIN,
	.entry = main_main,
	.caps = CAP_BIT(CAP_DAC_READ_SEARCH),
	.syscalls = SYSCALLS_BASIC | SYSCALLS_FOLDERS | SYSCALLS_FILES | SYSCALLS_SERVE,
	.start_order = 1,
	.stop_s = 4,
    },
    {
	.role = ROLE_VRRP,
	.ident = "halvard-vrrp",
	.area = LOG_AREA_VRRP,
	.entry = vrrp_main,
	.realtime = true,
	.memory = true,
	.user = "halvard-vrrp",
	.caps = CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_NET_RAW) | CAP_BIT(CAP_IPC_LOCK),
	.syscalls = SYSCALLS_BASIC | SYSCALLS_THREADS | SYSCALLS_SYSCTL | SYSCALLS_RTTIME,
	.start_order = 2,
	.silence_s = 3,
	.stop_s = 4,
    },
    {
	.role = ROLE_LVS,
	.ident = "halvard-lvs",
	.area = LOG_AREA_LVS,
	.entry = lvs_main,
	.prepare = lvs_prepare,
	.user = "halvard-lvs",
	.caps = CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_NET_RAW) | CAP_BIT(CAP_NET_BIND_SERVICE),
	.syscalls = SYSCALLS_BASIC | SYSCALLS_SYSCTL | SYSCALLS_LIMITS,
	.start_order = 3,
	.silence_s = 10,
	.stop_s = 4,
    },
    {
	.role = ROLE_AGENT,
	.ident = "halvard-agent",
	.area = LOG_AREA_SNMP,
	.user = "halvard-agent",
	.on_demand = true,
	.caps = CAP_BIT(CAP_NET_BIND_SERVICE), /* until it knows whether it listens */
	.syscalls = AGENT_SYSCALLS,
	.start_order = 4,
	.stop_s = 4,
    },
    {
	.role = ROLE_EXEC,
	.ident = "halvard-exec",
	.area = LOG_AREA_EXEC,
	.entry = exec_main,
	.on_demand = true,
	.memory = true,
	.executes = true,
	.caps = CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_FOWNER),
	.start_order = 5,
	.silence_s = 10,
	.stop_s = 60,
    },
};
const unsigned role_spec_count = sizeof(role_specs) / sizeof(role_specs[0]);

const struct role_spec *role_spec(enum role r)
{
	for (unsigned i = 0; i < role_spec_count; i++)
		if (role_specs[i].role == r)
			return &role_specs[i];
	return NULL;
}

uint64_t guardian_caps(void)
{
	uint64_t caps = CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETPCAP) |
			CAP_BIT(CAP_KILL) | CAP_BIT(CAP_SYS_NICE) | CAP_BIT(CAP_IPC_LOCK);

	for (unsigned i = 0; i < role_spec_count; i++)
		caps |= role_specs[i].executes ? 0 : role_specs[i].caps;
	return caps;
}
