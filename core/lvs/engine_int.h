/*
 * engine_int: what the files of the engine share. engine.c decides when and in which order,
 * engine_services.c knows the services of a virtual server, engine_want.c builds the wanted table,
 * engine_checks.c runs the checks of the rows,
 * engine_rows.c writes states, engine_stats.c statistics.
 */
#ifndef LVS_ENGINE_INT_H
#define LVS_ENGINE_INT_H

#include "lvs/check.h"
#include "lvs/engine_memory.h"
#include "lvs/engine_kernel.h"
#include "lvs/forwards.h"
#include "lvs/ipvs_apply.h"
#include "lvs/ipvs_kernel.h"
#include "lvs/ipvs_whole.h"
#include "lvs/quiescent.h"
#include "lvs/quorum.h"
#include "lvs/refusals.h"
#include "lvs/sources.h"
#include "model/store.h"

/* The virtual servers that a pass is about. */
struct scope {
	const struct virtual_server_row **list;
	size_t n, cap;
	bool all;
};

struct engine {
	struct loop *loop;
	struct store *store;
	bool started;
	uint64_t pass;
	struct timer work, look, drain, retry, ramp;
	bool all_due;            /* the next pass is about every virtual server ... */
	struct service_list due; /* ... or about these */
	bool all_touched;
	struct service_list touched;
	struct scope scope; /* of the present pass */

	struct ipvs_kernel *kernel; /* NULL: not there (yet) */
	struct ipvs_apply *apply;   /* with the kernel */
	bool absence_told, told_adoption;
	char kernel_error[96]; /* why nothing could be read or written; empty: fine */

	struct ask *asks;
	void (*answer)(void *arg, uint32_t id);
	void *answer_arg;
	void (*event)(void *arg);
	void *event_arg;
	struct check_set *checks;
	struct refusals refusals, earlier; /* of this pass, of the one before */
	struct quiescent quiescent;
	struct forwards forwards;
	struct ipvs_whole whole;
	struct mono stats_asked; /* last; 0: never */
	struct mono stats_read;
	int64_t stats_max_age_ns;
	bool flush;                  /* the kernel's table is to be emptied */
	struct ipvs_table leftovers; /* ours before, not wanted, not looked for yet */
	size_t draining;             /* servers that drain now */
	struct mono ramp_due;        /* of its timer */
	bool drain_persistent;
	size_t holding; /* virtual servers that need the sysctl of persistent drains */
};

/* Real servers of a virtual server are neighbours in the store. */
#define SERVERS_OF(e, vs_name, var)                                                                \
	for (size_t var##_i_ = engine_first_server(e, vs_name);                                    \
	     engine_server_at(e, vs_name, var##_i_); var##_i_++)                                   \
		for (const struct real_server_row *var = engine_server_at(e, vs_name, var##_i_);   \
		     var; var = NULL)

size_t engine_first_server(const struct engine *e, const char *vs);
/* NULL behind the last one of this virtual server. */
const struct real_server_row *engine_server_at(const struct engine *e, const char *vs, size_t i);

/* NULL: there is none (yet). */
const struct virtual_server_row *engine_service_named(const struct engine *e, const char *name);
/* Made when there is none. */
struct service_memory *engine_service_memory(const struct virtual_server_row *vs);
struct server_memory *engine_server_memory(const struct real_server_row *rs);
/* Looks at a virtual server, or at all of them, soon. */
void engine_wake(struct engine *e, const char *vs);
void engine_wake_all(struct engine *e);

/* engine_want.c */
/* Of the virtual servers in e->scope: judges every server (memory.verdict), counts those that are
 * held out (e->draining, e->holding) and builds their part of the table. */
void engine_want(struct engine *e, struct ipvs_table *ret);
/* How many servers of a virtual server drain, and whether it needs the sysctl; 0 and false before
 * it goes. */
void engine_count_held(struct engine *e, struct service_memory *m, size_t draining, bool holding);
/* Their keys, sealed. */
void engine_want_keys(struct engine *e, struct ipvs_table *ret);

/* engine_request.c: what a check asks and expects beyond its common parameters, as one text; to
 * be dropped by texts_drop(). */
const char *engine_request(const struct engine *e, const struct checker_row *c);

/* What the checks of a server say. */
struct check_count {
	unsigned checks, failing, unknown, unproven;
	struct pool_changes changes;
	enum check_reason reason; /* of the first that fails; REASON_NONE */
	char text[96];
};

/* engine_ramp.c: slow_start. The share of the server now; what its checks say is followed. */
uint8_t engine_ramp(struct engine *e, const struct virtual_server_row *vs,
		    const struct real_server_row *rs, const struct check_count *n);
void engine_on_ramp(void *engine, struct mono now);

/* engine_checks.c */
void engine_join_checks(struct engine *e); /* of the virtual servers in e->scope */
void engine_leave_check(const struct checker_row *row);
void engine_leave_checks(struct engine *e);
void engine_run_check(struct engine *e, const struct checker_row *row);
bool engine_is_asked(const struct engine *e, const char *vs, const char *rs);
void engine_answer_asks(struct engine *e);
struct check_count engine_count_checks(const struct engine *e, const struct real_server_row *rs);

/* engine_rows.c: of the virtual servers in e->scope; engine_stats.c */
void engine_write_states(struct engine *e);
void engine_write_stats(struct engine *e, const struct virtual_server_row *vs);
/* engine_checks.c: how often and how fast checks ran, into their rows. */
void engine_write_figures(struct engine *e);

/* engine_drift.c: says and counts what others have changed since the table was read; how much. */
size_t engine_find_drift(struct engine *e);
/* Hands what was ours to the next ipvs_apply_sync(). 0 or -errno. */
int engine_take_leftovers(struct engine *e);

/* engine_refusals.c */
void engine_refused(void *engine, const struct ipvs_op *op, int err);
void engine_refusals_begin(struct engine *e);
void engine_refusals_end(struct engine *e);
void engine_refusals_free(struct engine *e);
/* What was refused of this server or of the service as a whole (d NULL: of the service or of
 * any of its servers); NULL: nothing. */
const struct refusal *engine_refusal(const struct engine *e, const struct ipvs_service_key *s,
				     const struct ipvs_dest_key *d);

#endif
