/* engine_memory: what the engine remembers of a row between two passes. See engine_int.h. */
#ifndef LVS_ENGINE_MEMORY_H
#define LVS_ENGINE_MEMORY_H

#include "lvs/ipvs_table.h"
#include "lvs/pool.h"

#include <sys/queue.h>

/* Counters of the kernel start again when an object is made anew; totals go on. */
struct totals {
	struct ipvs_stats base; /* of what the kernel has no more */
	size_t n;
	size_t next; /* where the search for a part begins */
	struct totals_part {
		struct ipvs_service_key service;
		struct ipvs_stats last; /* as the kernel said to this process */
		bool counted;           /* in this round */
	} parts[];                      /* one for each of the kernel's services */
};

/* What must be remembered between two passes lies beside the row and goes with it. */
struct server_memory {
	struct pool_verdict verdict;
	struct mono drain_started; /* 0: does not drain */
	struct mono drain_ends;    /* 0: when the last connection has gone */
	uint32_t drain_time_s;     /* from which that follows */
	bool drained;
	bool was_down;         /* by its checks */
	struct mono came_back; /* 0: does not start slowly */
	uint8_t ramp_percent;  /* 0: not judged yet */
	struct totals *totals; /* NULL: nothing was counted */
};

struct service_memory {
	const struct virtual_server_row *row;
	bool is_due; /* for the next pass */
	LIST_ENTRY(service_memory) due;
	bool is_touched; /* since engine_settle() was called */
	LIST_ENTRY(service_memory) touched;
	uint8_t quorum;        /* enum vs_quorum, as judged in this pass */
	size_t draining;       /* of its servers */
	struct mono ramp_next; /* when a server gets more; 0: none starts slowly */
	bool holding;          /* a server is held out although the service is persistent */
	struct totals *totals;
};
LIST_HEAD(service_list, service_memory);

#endif
