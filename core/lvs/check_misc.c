/*
 * check_misc: what does a script say? (MISC_CHECK)
 *
 * This process executes nothing. It asks for a run, in the row of the script's source, which main
 * carries to process exec and back. A run that began after it was asked for is an answer, so one
 * run answers all who have asked meanwhile, and an answer that was on its way when a process died
 * is given once more, not lost.
 *
 * Exit status 0 is success; a dynamic check succeeds with 2..255 as well, which is a weight of
 * 0..253. That a script cannot be run says nothing about the server.
 *
 * Runs in the lvs process.
 */
#include "lvs/check.h"

struct misc_state {
	bool waits;
};

static void start(struct check_job *j, void *state)
{
	struct misc_state *m = state;

	m->waits = true;
	check_ask(j);
}

static void cancel(struct check_job *j, void *state)
{
	struct misc_state *m = state;

	(void)j;
	m->waits = false;
}

/* Process exec ends a script in time, so the fault is not the script's. */
static void expired(struct check_job *j, void *state)
{
	cancel(j, state);
	check_done(j, REASON_LOCAL_ERROR, "process exec does not answer");
}

static enum check_reason reason_of(const struct check_params *p, const struct check_source_row *s)
{
	switch (s->outcome) {
	case SOURCE_VALUE:
		if (!s->value || (p->dynamic && s->value >= 2))
			return REASON_OK;
		return REASON_SCRIPT;
	case SOURCE_SIGNALLED:
		return REASON_SCRIPT;
	case SOURCE_TIMED_OUT:
		return REASON_TIMEOUT;
	default:
		return REASON_LOCAL_ERROR;
	}
}

static void answered(struct check_job *j, void *state, const struct check_source_row *s)
{
	const struct check_params *p = check_job_params(j);
	struct misc_state *m = state;
	enum check_reason reason = reason_of(p, s);

	if (!m->waits)
		return;
	m->waits = false;
	if (reason == REASON_OK)
		check_job_weight(j)->value = p->dynamic ? (uint8_t)s->value : 0;
	check_done(j, reason, reason == REASON_OK ? "" : s->result);
}

const struct check_ops check_misc = {
    .kind = CHECK_MISC,
    .size = sizeof(struct misc_state),
    .start = start,
    .cancel = cancel,
    .expired = expired,
    .answered = answered,
};
