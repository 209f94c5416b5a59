/* rows_ipvs: what concerns the kernel's IPVS as a whole. See rows.h. */
#ifndef MODEL_ROWS_IPVS_H
#define MODEL_ROWS_IPVS_H

#include "base/addr.h"
#include "base/clock.h"
#include "model/names.h"

enum flush_on_stop { FLUSH_OURS = 1, FLUSH_SERVICES, FLUSH_ALL };
extern const struct enum_name flush_on_stop_names[];
/* Which of the kernel's synchronisation daemons run. */
enum sync_role { SYNC_NONE = 1, SYNC_BACKUP, SYNC_MASTER, SYNC_BOTH };
extern const struct enum_name sync_role_names[];

struct ipvs_row {
	/* configuration */
	uint32_t timeout_tcp_s, timeout_tcpfin_s, timeout_udp_s; /* 0: as the kernel has it */
	bool flush_on_start;
	uint8_t flush_on_stop;
	char sync_interface[NAME_IF];  /* empty: no synchronisation */
	char sync_instance[NAME_VRRP]; /* empty: both daemons run always */
	uint8_t sync_id;
	uint16_t sync_maxlen, sync_port; /* 0: the kernel's */
	uint8_t sync_ttl;                /* 0: the kernel's */
	struct addr sync_group;          /* none: the kernel's */
	/* state, by main */
	uint8_t sync_role; /* that is wanted now */
	/* state, by lvs */
	uint8_t sync_running;
	char kernel_version[16];
	uint32_t conn_table_size;
	char missing[64];
	uint32_t before_tcp_s, before_tcpfin_s, before_udp_s; /* to be put back; 0: nothing is */
	struct mono last_drift;
	/* counters */
	uint32_t drift;
};

#endif
