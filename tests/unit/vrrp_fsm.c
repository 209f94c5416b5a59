/*
 * vrrp_fsm: the whole state x event matrix, typed from RFC 9568 6.4 (not from the table in
 * fsm.c), and the timers of RFC 9568 6.1 and RFC 3768 6.1. The rules of a sync group besides.
 */
#include "vrrp/sync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OWN_ADDRESS 0xc0000205u

/* CLAIMED: a start soon enough after the last advertisement of a predecessor; EXPIRED: too late
 * by a nanosecond. LATE: a master that was silent for too long. HELD: by the sync group; after a
 * resignation; with a contest. STRANGER: from another than the master. DELAYED: with a preemption
 * delay; DELAY_OVER: it has ended. QUIET: lower_prio_no_advert. LAST_WORD: higher_prio_send_advert,
 * and of a master that was silent for too long. DEAF: an owner with owner_ignore_adverts, and one
 * that is no owner. OWNER_EARLY: an owner before the end of the start delay. */
enum variant {
	PLAIN,
	NO_PREEMPT,
	OWNER,
	V2_INTERVAL,
	CLAIMED,
	EXPIRED,
	LATE,
	CONTEST,
	HELD,
	HELD_RESIGNED,
	HELD_CONTEST,
	STRANGER,
	DELAYED,
	DELAY_OVER,
	QUIET,
	LAST_WORD,
	LAST_WORD_LATE,
	DEAF,
	PLAIN_DEAF,
	OWNER_EARLY,
};

/* One cell: what must come of `event` in `state`. "-": no rule at all. */
struct cell {
	enum vrrp_state state;
	enum vrrp_event_kind event;
	enum variant variant;
	enum vrrp_state next;
	enum vrrp_reason reason;
	const char *actions;
};

#define I        VRRP_INIT
#define B        VRRP_BACKUP
#define M        VRRP_MASTER
#define F        VRRP_FAULT
#define KEEP     VRRP_REASON_NONE
#define MASTERLY "advert add garp arm-advert"

static const struct cell matrix[] = {
    /* 6.4.1 Initialize: a startup event leads to Active for the owner, else to Backup */
    {I, VRRP_EVENT_START, PLAIN, B, VRRP_REASON_STARTUP, "del arm-down"},
    {I, VRRP_EVENT_START, NO_PREEMPT, B, VRRP_REASON_STARTUP, "del arm-down"},
    {I, VRRP_EVENT_START, OWNER, M, VRRP_REASON_OWNER, MASTERLY},
    {I, VRRP_EVENT_START, CLAIMED, M, VRRP_REASON_RESUMED, MASTERLY},
    {I, VRRP_EVENT_START, OWNER_EARLY, B, VRRP_REASON_STARTUP, "del arm-down"},
    {B, VRRP_EVENT_CONFIG, OWNER_EARLY, B, KEEP, "arm-down"},
    {I, VRRP_EVENT_START, EXPIRED, B, VRRP_REASON_STARTUP, "del arm-down"},
    {I, VRRP_EVENT_SHUTDOWN, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_ADMIN_DOWN, PLAIN, I, VRRP_REASON_ADMIN_DOWN, "del"},
    {I, VRRP_EVENT_LINK_DOWN, PLAIN, F, VRRP_REASON_INTERFACE_DOWN, "del"},
    {I, VRRP_EVENT_CONFIG, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_YIELD, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_GROUP_DOWN, PLAIN, F, VRRP_REASON_GROUP, "del"},
    {I, VRRP_EVENT_GROUP_MASTER, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_GROUP_BACKUP, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_TIMER, PLAIN, I, KEEP, "-"},
    {I, VRRP_EVENT_ADVERT_ZERO, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_ADVERT_LOWER, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_ADVERT_EQUAL_LESSER, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_ADVERT_EQUAL_GREATER, PLAIN, I, KEEP, ""},
    {I, VRRP_EVENT_ADVERT_HIGHER, PLAIN, I, KEEP, ""},

    /* Fault: as Initialize, but it wants to run */
    {F, VRRP_EVENT_START, PLAIN, B, VRRP_REASON_STARTUP, "del arm-down"},
    {F, VRRP_EVENT_START, OWNER, M, VRRP_REASON_OWNER, MASTERLY},
    {F, VRRP_EVENT_START, CLAIMED, B, VRRP_REASON_STARTUP, "del arm-down"},
    {F, VRRP_EVENT_SHUTDOWN, PLAIN, I, VRRP_REASON_SHUTDOWN, ""},
    {F, VRRP_EVENT_ADMIN_DOWN, PLAIN, I, VRRP_REASON_ADMIN_DOWN, ""},
    {F, VRRP_EVENT_LINK_DOWN, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_CONFIG, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_YIELD, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_GROUP_DOWN, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_GROUP_MASTER, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_GROUP_BACKUP, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_TIMER, PLAIN, F, KEEP, "-"},
    {F, VRRP_EVENT_ADVERT_ZERO, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_ADVERT_LOWER, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_ADVERT_EQUAL_LESSER, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_ADVERT_EQUAL_GREATER, PLAIN, F, KEEP, ""},
    {F, VRRP_EVENT_ADVERT_HIGHER, PLAIN, F, KEEP, ""},

    /* 6.4.2 Backup */
    {B, VRRP_EVENT_START, PLAIN, B, KEEP, "-"},
    {B, VRRP_EVENT_SHUTDOWN, PLAIN, I, VRRP_REASON_SHUTDOWN, "disarm"},
    {B, VRRP_EVENT_ADMIN_DOWN, PLAIN, I, VRRP_REASON_ADMIN_DOWN, "disarm"},
    {B, VRRP_EVENT_LINK_DOWN, PLAIN, F, VRRP_REASON_INTERFACE_DOWN, "disarm"},
    {B, VRRP_EVENT_CONFIG, PLAIN, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_CONFIG, V2_INTERVAL, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_CONFIG, OWNER, M, VRRP_REASON_OWNER, MASTERLY},
    {B, VRRP_EVENT_YIELD, PLAIN, B, KEEP, ""},
    {B, VRRP_EVENT_GROUP_DOWN, PLAIN, F, VRRP_REASON_GROUP, "disarm"},
    {B, VRRP_EVENT_GROUP_MASTER, PLAIN, M, VRRP_REASON_GROUP, MASTERLY},
    {B, VRRP_EVENT_GROUP_MASTER, HELD, M, VRRP_REASON_GROUP, MASTERLY},
    {B, VRRP_EVENT_GROUP_BACKUP, PLAIN, B, KEEP, ""},
    {B, VRRP_EVENT_TIMER, HELD, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_TIMER, HELD_RESIGNED, M, VRRP_REASON_MASTER_RESIGNED, MASTERLY},
    {B, VRRP_EVENT_ADVERT_LOWER, HELD_CONTEST, B, KEEP, ""},
    {B, VRRP_EVENT_CONFIG, HELD, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_TIMER, PLAIN, M, VRRP_REASON_MASTER_DOWN_TIMER, MASTERLY},
    {B, VRRP_EVENT_TIMER, NO_PREEMPT, M, VRRP_REASON_MASTER_DOWN_TIMER, MASTERLY},
    {B, VRRP_EVENT_ADVERT_ZERO, PLAIN, B, KEEP, "arm-skew"},
    {B, VRRP_EVENT_ADVERT_ZERO, STRANGER, B, KEEP, ""},
    {B, VRRP_EVENT_ADVERT_ZERO, NO_PREEMPT, B, KEEP, "arm-skew"},
    {B, VRRP_EVENT_ADVERT_LOWER, PLAIN, B, KEEP, ""},
    {B, VRRP_EVENT_ADVERT_LOWER, NO_PREEMPT, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_ADVERT_LOWER, CONTEST, M, VRRP_REASON_TAKEOVER, MASTERLY},
    {B, VRRP_EVENT_ADVERT_EQUAL_GREATER, CONTEST, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_ADVERT_HIGHER, CONTEST, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_ADVERT_EQUAL_LESSER, PLAIN, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_ADVERT_EQUAL_GREATER, PLAIN, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_ADVERT_HIGHER, PLAIN, B, KEEP, "arm-down"},

    /* the preemption delay: a weaker master is listened to until it is over */
    {B, VRRP_EVENT_ADVERT_LOWER, DELAYED, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_ADVERT_LOWER, DELAY_OVER, B, KEEP, ""},
    {B, VRRP_EVENT_ADVERT_HIGHER, DELAY_OVER, B, KEEP, "arm-down"},
    {B, VRRP_EVENT_TIMER, DELAYED, M, VRRP_REASON_MASTER_DOWN_TIMER, MASTERLY},
    {B, VRRP_EVENT_ADVERT_ZERO, DELAYED, B, KEEP, "arm-skew"},

    /* a losing master's last word, unless it has lost the right to speak; answers withheld */
    {M, VRRP_EVENT_ADVERT_HIGHER, LAST_WORD, B, VRRP_REASON_HIGHER_PRIORITY, "advert del arm-down"},
    {M, VRRP_EVENT_ADVERT_EQUAL_GREATER, LAST_WORD, B, VRRP_REASON_HIGHER_ADDRESS,
     "advert del arm-down"},
    {M, VRRP_EVENT_ADVERT_HIGHER, LAST_WORD_LATE, B, VRRP_REASON_HIGHER_PRIORITY, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_LOWER, LAST_WORD, M, KEEP, "advert garp-lower"},
    {M, VRRP_EVENT_ADVERT_LOWER, QUIET, M, KEEP, "garp-lower"},
    {M, VRRP_EVENT_ADVERT_EQUAL_LESSER, QUIET, M, KEEP, "garp-lower"},
    {M, VRRP_EVENT_ADVERT_ZERO, QUIET, M, KEEP, "advert arm-advert"},
    {M, VRRP_EVENT_ADVERT_LOWER, DEAF, M, KEEP, ""},
    {M, VRRP_EVENT_ADVERT_ZERO, DEAF, M, KEEP, ""},
    {M, VRRP_EVENT_ADVERT_EQUAL_GREATER, DEAF, M, KEEP, ""},
    {M, VRRP_EVENT_ADVERT_EQUAL_LESSER, DEAF, M, KEEP, ""},
    {M, VRRP_EVENT_ADVERT_EQUAL_GREATER, PLAIN_DEAF, B, VRRP_REASON_HIGHER_ADDRESS, "del arm-down"},
    {B, VRRP_EVENT_ADVERT_EQUAL_GREATER, DEAF, B, KEEP, "arm-down"},

    /* 6.4.3 Active */
    {M, VRRP_EVENT_START, PLAIN, M, KEEP, "-"},
    {M, VRRP_EVENT_SHUTDOWN, PLAIN, I, VRRP_REASON_SHUTDOWN, "disarm zero del"},
    {M, VRRP_EVENT_ADMIN_DOWN, PLAIN, I, VRRP_REASON_ADMIN_DOWN, "disarm zero del"},
    {M, VRRP_EVENT_LINK_DOWN, PLAIN, F, VRRP_REASON_INTERFACE_DOWN, "disarm zero del"},
    {M, VRRP_EVENT_CONFIG, PLAIN, M, KEEP, "advert arm-advert"},
    {M, VRRP_EVENT_CONFIG, OWNER, M, KEEP, "advert arm-advert"},
    {M, VRRP_EVENT_YIELD, PLAIN, B, VRRP_REASON_YIELDED, "zero del arm-down"},
    {M, VRRP_EVENT_GROUP_DOWN, PLAIN, F, VRRP_REASON_GROUP, "disarm zero del"},
    {M, VRRP_EVENT_GROUP_MASTER, PLAIN, M, KEEP, ""},
    {M, VRRP_EVENT_GROUP_BACKUP, PLAIN, B, VRRP_REASON_GROUP, "zero del arm-down"},
    {M, VRRP_EVENT_TIMER, HELD, M, KEEP, "advert arm-advert"},
    {M, VRRP_EVENT_TIMER, PLAIN, M, KEEP, "advert arm-advert"},
    {M, VRRP_EVENT_ADVERT_ZERO, PLAIN, M, KEEP, "advert arm-advert"},
    {M, VRRP_EVENT_ADVERT_LOWER, PLAIN, M, KEEP, "advert garp-lower"},
    {M, VRRP_EVENT_ADVERT_LOWER, NO_PREEMPT, M, KEEP, "advert garp-lower"},
    {M, VRRP_EVENT_ADVERT_EQUAL_LESSER, PLAIN, M, KEEP, "advert garp-lower"},
    {M, VRRP_EVENT_ADVERT_EQUAL_GREATER, PLAIN, B, VRRP_REASON_HIGHER_ADDRESS, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_HIGHER, PLAIN, B, VRRP_REASON_HIGHER_PRIORITY, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_HIGHER, NO_PREEMPT, B, VRRP_REASON_HIGHER_PRIORITY, "del arm-down"},

    /* a master that wakes late sends nothing, whatever wakes it */
    {M, VRRP_EVENT_START, LATE, M, KEEP, "-"},
    {M, VRRP_EVENT_SHUTDOWN, LATE, I, VRRP_REASON_SHUTDOWN, "disarm del"},
    {M, VRRP_EVENT_ADMIN_DOWN, LATE, I, VRRP_REASON_ADMIN_DOWN, "disarm del"},
    {M, VRRP_EVENT_LINK_DOWN, LATE, F, VRRP_REASON_INTERFACE_DOWN, "disarm del"},
    {M, VRRP_EVENT_GROUP_DOWN, LATE, F, VRRP_REASON_GROUP, "disarm del"},
    {M, VRRP_EVENT_GROUP_BACKUP, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_CONFIG, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_YIELD, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_TIMER, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_ZERO, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_LOWER, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_EQUAL_LESSER, LATE, B, VRRP_REASON_WOKE_LATE, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_EQUAL_GREATER, LATE, B, VRRP_REASON_HIGHER_ADDRESS, "del arm-down"},
    {M, VRRP_EVENT_ADVERT_HIGHER, LATE, B, VRRP_REASON_HIGHER_PRIORITY, "del arm-down"},
};

static const char *const action_words[VRRP_ACTION_KINDS] = {
    [VRRP_DO_ADVERT] = "advert",
    [VRRP_DO_ADVERT_ZERO] = "zero",
    [VRRP_DO_ARM_ADVERT] = "arm-advert",
    [VRRP_DO_ARM_DOWN] = "arm-down",
    [VRRP_DO_ARM_SKEW] = "arm-skew",
    [VRRP_DO_DISARM] = "disarm",
    [VRRP_DO_VIP_ADD] = "add",
    [VRRP_DO_VIP_DEL] = "del",
    [VRRP_DO_GARP] = "garp",
    [VRRP_DO_GARP_LOWER] = "garp-lower",
};

static const struct mono now = {1000 * NS_PER_S};

static struct vrrp_fsm_config config(enum variant v)
{
	struct vrrp_fsm_config c = {
	    .version = v == V2_INTERVAL ? 2 : 3,
	    .priority = v == OWNER || v == DEAF || v == OWNER_EARLY ? 255 : 100,
	    .preempt = v != NO_PREEMPT && v != CONTEST && v != HELD_CONTEST,
	    .contest = v == CONTEST || v == HELD_CONTEST,
	    .held = v == HELD || v == HELD_RESIGNED || v == HELD_CONTEST,
	    .start_master = v == OWNER || v == OWNER_EARLY,
	    .start_at = v == OWNER_EARLY ? mono_add(now, 1) : (struct mono){0},
	    .adver_int_cs = 100,
	    .down_timer_adverts = 3,
	    .preempt_delay_ns = v == DELAYED || v == DELAY_OVER ? 10 * NS_PER_S : 0,
	    .lower_prio_no_advert = v == QUIET,
	    .higher_prio_send_advert = v == LAST_WORD || v == LAST_WORD_LATE,
	    .owner_ignore_adverts = v == DEAF || v == PLAIN_DEAF,
	    .primary = addr_ipv4(OWN_ADDRESS),
	};

	return c;
}

/* Three intervals of 50 cs ago it is void; the interval of now (100 cs) does not count. */
static struct vrrp_claim claim_of(enum variant v)
{
	bool is_void = v == EXPIRED || v == LATE || v == LAST_WORD_LATE;
	int64_t age = 3 * 50 * NS_PER_CS - !is_void;

	return (struct vrrp_claim){mono_add(now, -age), 150};
}

static struct vrrp_fsm in_state(enum vrrp_state s, enum variant v)
{
	struct vrrp_fsm f;

	vrrp_fsm_init(&f);
	f.state = s;
	f.heard = mono_add(now, -NS_PER_S);
	f.master_adver_int_cs = v == V2_INTERVAL ? 200 : 100;
	if (s == VRRP_MASTER)
		f.claim = claim_of(v);
	if (v == DELAY_OVER)
		f.preempt_at = now;
	if (v == STRANGER)
		f.master = addr_ipv4(OWN_ADDRESS + 2);
	if (v == HELD_RESIGNED)
		f.if_silent = VRRP_REASON_MASTER_RESIGNED;
	return f;
}

/* Advertisements enter as they come from the wire, so the classification is tested too. */
static struct vrrp_event event_of(enum vrrp_event_kind k, enum variant v)
{
	struct vrrp_event e = {.kind = k};
	uint32_t from = k == VRRP_EVENT_ADVERT_EQUAL_LESSER ? OWN_ADDRESS - 1 : OWN_ADDRESS + 1;

	if (k == VRRP_EVENT_START)
		e.reason = VRRP_REASON_STARTUP;
	if (k == VRRP_EVENT_START && (v == CLAIMED || v == EXPIRED))
		e.claim = claim_of(v);
	if (k < VRRP_EVENT_ADVERT)
		return e;
	e.kind = VRRP_EVENT_ADVERT;
	e.src = addr_ipv4(from);
	e.adver_int_cs = 300;
	e.priority = k == VRRP_EVENT_ADVERT_ZERO     ? 0
		     : k == VRRP_EVENT_ADVERT_LOWER  ? 99
		     : k == VRRP_EVENT_ADVERT_HIGHER ? 101
		     : v == DEAF                     ? 255
						     : 100;
	return e;
}

static void words_of(const struct vrrp_step *s, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < s->nactions; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? " " : "",
				      action_words[s->action[i].kind]);
}

static void check_cell(const struct cell *c)
{
	struct vrrp_fsm_config cfg = config(c->variant);
	struct vrrp_fsm f = in_state(c->state, c->variant);
	struct vrrp_event e = event_of(c->event, c->variant);
	struct vrrp_step s = vrrp_fsm_step(&cfg, &f, &e, now);
	char words[200];

	words_of(&s, words, sizeof(words));
	if (s.known != (strcmp(c->actions, "-") != 0) || s.next.state != c->next ||
	    (s.known && strcmp(words, c->actions) != 0) ||
	    (c->reason != KEEP && s.next.reason != c->reason))
		fail_msg("state %d, %s, variant %d: %s state %d reason %d [%s]", c->state,
			 vrrp_event_name(c->event), c->variant, s.known ? "known" : "unknown",
			 s.next.state, s.next.reason, words);
	if (s.known && c->next == M && strstr(words, "advert") == words)
		assert_int_equal(s.next.claim.at.ns, now.ns);
	if (s.known && c->next != M)
		assert_int_equal(s.next.claim.at.ns, 0);
	if (!s.known)
		assert_memory_equal(&s.next, &f, sizeof(f));
}

static void test_matrix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(matrix) / sizeof(matrix[0]); i++)
		check_cell(&matrix[i]);
}

static bool in_matrix(enum vrrp_state s, enum vrrp_event_kind k)
{
	for (size_t i = 0; i < sizeof(matrix) / sizeof(matrix[0]); i++)
		if (matrix[i].state == s && matrix[i].event == k)
			return true;
	return false;
}

static void test_matrix_is_whole(void **state)
{
	(void)state;
	for (int s = VRRP_INIT; s <= VRRP_FAULT; s++)
		for (int k = 0; k < VRRP_EVENT_KINDS; k++)
			if (k != VRRP_EVENT_ADVERT && !in_matrix(s, k))
				fail_msg("no cell for state %d, %s", s, vrrp_event_name(k));
}

static struct vrrp_step step(struct vrrp_fsm_config *c, struct vrrp_fsm *f, enum vrrp_event_kind k,
			     struct mono at)
{
	struct vrrp_event e = event_of(k, PLAIN);
	struct vrrp_step s = vrrp_fsm_step(c, f, &e, at);

	assert_true(s.known);
	*f = s.next;
	return s;
}

/* RFC 3768 6.1: 3 * 1 s + 156/256 s; RFC 9568 6.1 the same at 1 s, with the interval in cs. */
static void test_timers(void **state)
{
	struct vrrp_fsm_config c = config(PLAIN);
	struct vrrp_fsm f = in_state(VRRP_INIT, PLAIN);

	(void)state;
	step(&c, &f, VRRP_EVENT_START, now);
	assert_int_equal(mono_diff(f.due, now), 3609375000);
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, now); /* learns 300 cs */
	assert_int_equal(f.master_adver_int_cs, 300);
	assert_int_equal(mono_diff(f.due, now), 9 * NS_PER_S + 156 * 3 * NS_PER_S / 256);
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, now);
	assert_int_equal(mono_diff(f.due, now), 156 * 3 * NS_PER_S / 256);
	c.version = 2;
	c.adver_int_cs = 200;
	f = in_state(VRRP_INIT, PLAIN);
	step(&c, &f, VRRP_EVENT_START, now);
	assert_int_equal(mono_diff(f.due, now), 6609375000);
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, now);
	assert_int_equal(f.master_adver_int_cs, 200); /* version 2 learns nothing */
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, now);
	assert_int_equal(mono_diff(f.due, now), 609375000);
}

static void test_master_timer(void **state)
{
	struct vrrp_fsm_config c = config(PLAIN);
	struct vrrp_fsm f = in_state(VRRP_BACKUP, PLAIN);
	struct mono later = mono_add(now, NS_PER_MS);

	(void)state;
	step(&c, &f, VRRP_EVENT_TIMER, now);
	assert_int_equal(mono_diff(f.due, now), NS_PER_S);
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, later); /* answered, the timer runs on */
	assert_int_equal(mono_diff(f.due, now), NS_PER_S);
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, later);
	assert_int_equal(mono_diff(f.due, later), NS_PER_S);
}

static void test_takeover_reasons(void **state)
{
	struct vrrp_fsm_config c = config(PLAIN);
	struct vrrp_fsm f = in_state(VRRP_BACKUP, PLAIN);

	(void)state;
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, now);
	step(&c, &f, VRRP_EVENT_TIMER, now);
	assert_int_equal(f.reason, VRRP_REASON_MASTER_RESIGNED);
	f = in_state(VRRP_BACKUP, PLAIN);
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, now);
	step(&c, &f, VRRP_EVENT_TIMER, now);
	assert_int_equal(f.reason, VRRP_REASON_PREEMPT);
	f = in_state(VRRP_BACKUP, PLAIN);
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, now);
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, now);
	step(&c, &f, VRRP_EVENT_TIMER, now);
	assert_int_equal(f.reason, VRRP_REASON_MASTER_DOWN_TIMER);
}

/* A changed priority moves the timer from when the master was heard; a resignation stands. */
static void test_config_keeps_the_clock(void **state)
{
	struct vrrp_fsm_config c = config(PLAIN);
	struct vrrp_fsm f = in_state(VRRP_INIT, PLAIN);
	struct mono later = mono_add(now, 2 * NS_PER_S);

	(void)state;
	step(&c, &f, VRRP_EVENT_START, now);
	c.priority = 200;
	step(&c, &f, VRRP_EVENT_CONFIG, later);
	assert_int_equal(mono_diff(f.due, now), 3 * NS_PER_S + 56 * NS_PER_S / 256);
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, later);
	c.priority = 100;
	step(&c, &f, VRRP_EVENT_CONFIG, mono_add(later, NS_PER_MS));
	assert_int_equal(mono_diff(f.due, later), 609375000);
}

/* A clock that has gone backwards, or a claim from nowhere, is no claim. */
static void test_claims(void **state)
{
	struct vrrp_claim c = {now, 30};

	(void)state;
	assert_true(vrrp_claim_holds(&c, now));
	assert_true(vrrp_claim_holds(&c, mono_add(now, 300 * NS_PER_MS - 1)));
	assert_false(vrrp_claim_holds(&c, mono_add(now, 300 * NS_PER_MS)));
	assert_false(vrrp_claim_holds(&c, mono_add(now, -1)));
	c.at.ns = 0;
	assert_false(vrrp_claim_holds(&c, (struct mono){0}));
}

/* What was promised last counts, not what will be promised next. */
static void test_claim_follows_the_wire(void **state)
{
	struct vrrp_fsm_config c = config(PLAIN);
	struct vrrp_fsm f = in_state(VRRP_BACKUP, PLAIN);

	(void)state;
	step(&c, &f, VRRP_EVENT_TIMER, now);
	assert_int_equal(f.claim.believed_cs, 300);
	c.adver_int_cs = 1;
	step(&c, &f, VRRP_EVENT_CONFIG, mono_add(now, NS_PER_S));
	assert_int_equal(f.state, VRRP_MASTER);
	assert_int_equal(f.claim.believed_cs, 3);
	step(&c, &f, VRRP_EVENT_TIMER, mono_add(now, NS_PER_S + 30 * NS_PER_MS));
	assert_int_equal(f.state, VRRP_BACKUP);
	assert_int_equal(f.reason, VRRP_REASON_WOKE_LATE);
}

/* keepalived's: it begins with the first weaker advertisement, a stronger one ends it, and when it
 * is over the master down timer, set by the last advertisement that was listened to, decides. */
static void test_preempt_delay(void **state)
{
	struct vrrp_fsm_config c = config(DELAYED);
	struct vrrp_fsm f = in_state(VRRP_INIT, PLAIN);
	struct mono at = now;

	(void)state;
	c.adver_int_cs = 300; /* as the advertisements say */
	step(&c, &f, VRRP_EVENT_START, at);
	for (int i = 0; i < 4; i++, at = mono_add(at, 3 * NS_PER_S)) { /* at 0, 3, 6 and 9 s */
		step(&c, &f, VRRP_EVENT_ADVERT_LOWER, at);
		assert_int_equal(mono_diff(f.preempt_at, now), 10 * NS_PER_S);
		assert_int_equal(mono_diff(f.due, at), vrrp_fsm_master_down(&c, &f));
	}
	for (int i = 0; i < 3; i++, at = mono_add(at, 3 * NS_PER_S)) {
		step(&c, &f, VRRP_EVENT_ADVERT_LOWER, at); /* discarded */
		assert_int_equal(mono_diff(f.due, now),
				 9 * NS_PER_S + vrrp_fsm_master_down(&c, &f));
	}
	step(&c, &f, VRRP_EVENT_TIMER, f.due);
	assert_int_equal(f.reason, VRRP_REASON_PREEMPT);
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, at); /* lost: the next time it waits again */
	assert_int_equal(f.preempt_at.ns, 0);
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, at);
	assert_int_equal(mono_diff(f.preempt_at, at), 10 * NS_PER_S);
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, at); /* a resignation does not end it */
	assert_int_equal(mono_diff(f.preempt_at, at), 10 * NS_PER_S);
	step(&c, &f, VRRP_EVENT_ADVERT_EQUAL_LESSER, at);
	assert_int_equal(f.preempt_at.ns, 0);
}

/* The timers of a backup count from the end of the start delay; it hears before. */
static void test_start_delay(void **state)
{
	struct vrrp_fsm_config c = config(PLAIN);
	struct vrrp_fsm f = in_state(VRRP_INIT, PLAIN);

	(void)state;
	c.start_at = mono_add(now, 60 * NS_PER_S);
	step(&c, &f, VRRP_EVENT_START, now);
	assert_int_equal(mono_diff(f.due, c.start_at), 3609375000);
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, mono_add(now, NS_PER_S));
	assert_int_equal(mono_diff(f.due, c.start_at), vrrp_fsm_master_down(&c, &f));
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, mono_add(now, 2 * NS_PER_S));
	assert_int_equal(mono_diff(f.due, c.start_at), vrrp_fsm_skew(&c, &f));
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, mono_add(now, 61 * NS_PER_S));
	assert_int_equal(mono_diff(f.due, c.start_at), NS_PER_S + vrrp_fsm_master_down(&c, &f));
	c = config(OWNER_EARLY);
	f = in_state(VRRP_INIT, PLAIN);
	step(&c, &f, VRRP_EVENT_START, now);
	assert_int_equal(f.due.ns, c.start_at.ns);
	step(&c, &f, VRRP_EVENT_TIMER, f.due);
	assert_int_equal(f.state, VRRP_MASTER);
}

/* The wait, what a master's claim is worth, and the one interval that would never be enough. */
static void test_down_timer_adverts(void **state)
{
	static const struct {
		uint32_t adverts;
		int64_t down_ms, believed_ms;
	} cases[] = {{1, 1000, 1500}, {2, 2000, 2000}, {3, 3000, 3000}, {100, 100000, 100000}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_fsm_config c = config(PLAIN);
		struct vrrp_fsm f = in_state(VRRP_INIT, PLAIN);
		int64_t believed = cases[i].believed_ms * NS_PER_MS;

		c.down_timer_adverts = cases[i].adverts;
		step(&c, &f, VRRP_EVENT_START, now);
		assert_int_equal(mono_diff(f.due, now), cases[i].down_ms * NS_PER_MS + 609375000);
		step(&c, &f, VRRP_EVENT_TIMER, now);
		assert_true(vrrp_claim_holds(&f.claim, mono_add(now, believed - 1)));
		assert_false(vrrp_claim_holds(&f.claim, mono_add(now, believed)));
		step(&c, &f, VRRP_EVENT_TIMER, f.due); /* in time */
		assert_int_equal(f.state, VRRP_MASTER);
	}
}

/* A backup that its group holds is ready from then on, until it hears a master again. */
static void test_ready(void **state)
{
	struct vrrp_fsm_config c = config(HELD);
	struct vrrp_fsm f = in_state(VRRP_BACKUP, PLAIN);
	struct mono later = mono_add(now, NS_PER_S);

	(void)state;
	step(&c, &f, VRRP_EVENT_TIMER, now);
	assert_true(f.ready);
	assert_int_equal(mono_diff(f.due, now), 3609375000); /* asks again */
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, later);
	assert_true(f.ready);
	step(&c, &f, VRRP_EVENT_ADVERT_HIGHER, later);
	assert_false(f.ready);
	step(&c, &f, VRRP_EVENT_TIMER, later);
	assert_true(f.ready);
	step(&c, &f, VRRP_EVENT_ADVERT_ZERO, later);
	assert_false(f.ready);
	c.contest = true;
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, later);
	assert_true(f.ready);
	c.held = false;
	step(&c, &f, VRRP_EVENT_ADVERT_LOWER, later);
	assert_int_equal(f.state, VRRP_MASTER);
	assert_false(f.ready);
}

/* Members as letters: i(nit) f(ault) m(aster) w(aiting) r(eady). */
static struct vrrp_tally tally(const char *members)
{
	struct vrrp_tally t = {0};

	for (; *members; members++) {
		struct vrrp_fsm f = {.ready = *members == 'r'};

		f.state = *members == 'i'   ? VRRP_INIT
			  : *members == 'f' ? VRRP_FAULT
			  : *members == 'm' ? VRRP_MASTER
					    : VRRP_BACKUP;
		vrrp_tally_add(&t, &f);
	}
	return t;
}

static void test_group_state(void **state)
{
	static const struct {
		enum vrrp_state was;
		const char *members;
		enum vrrp_state wanted;
	} cases[] = {
	    {I, "ww", B},  {I, "mw", M},  {I, "mm", M},  {I, "wi", F},  {F, "wr", B},
	    {F, "fm", F},  {F, "ff", F},  {B, "ww", B},  {B, "rw", B},  {B, "mw", M},
	    {B, "wmr", M}, {B, "mmm", M}, {B, "bif", F}, {M, "mmm", M}, {M, "mwm", B},
	    {M, "www", B}, {M, "mrm", B}, {M, "mmi", F}, {M, "fww", F},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_tally t = tally(cases[i].members);

		if (vrrp_sync_state(cases[i].was, &t) != cases[i].wanted)
			fail_msg("state %d, members %s: not %d", cases[i].was, cases[i].members,
				 cases[i].wanted);
	}
}

static void test_group_holds(void **state)
{
	static const struct {
		const char *others;
		bool holds;
	} cases[] = {{"", false}, {"w", true}, {"rrw", true}, {"rr", false}, {"mf", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_tally t = tally(cases[i].others);

		assert_int_equal(vrrp_sync_holds(&t), cases[i].holds);
	}
}

/* What each member is told; a master that was held up is asked for itself first. */
static void test_group_events(void **state)
{
	static const struct {
		enum vrrp_state is;
		enum variant variant;
		enum vrrp_state wanted;
		enum vrrp_event_kind told;
	} cases[] = {
	    {B, PLAIN, M, VRRP_EVENT_GROUP_MASTER}, {M, PLAIN, B, VRRP_EVENT_GROUP_BACKUP},
	    {B, PLAIN, B, VRRP_EVENT_KINDS},        {M, PLAIN, M, VRRP_EVENT_KINDS},
	    {M, LATE, M, VRRP_EVENT_TIMER},         {M, LATE, B, VRRP_EVENT_TIMER},
	    {B, PLAIN, F, VRRP_EVENT_KINDS},        {M, PLAIN, F, VRRP_EVENT_KINDS},
	    {M, PLAIN, I, VRRP_EVENT_KINDS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_fsm f = in_state(cases[i].is, cases[i].variant);

		assert_int_equal(vrrp_sync_event(&f, cases[i].wanted, now), cases[i].told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_matrix),
	    cmocka_unit_test(test_matrix_is_whole),
	    cmocka_unit_test(test_timers),
	    cmocka_unit_test(test_master_timer),
	    cmocka_unit_test(test_takeover_reasons),
	    cmocka_unit_test(test_config_keeps_the_clock),
	    cmocka_unit_test(test_claims),
	    cmocka_unit_test(test_claim_follows_the_wire),
	    cmocka_unit_test(test_preempt_delay),
	    cmocka_unit_test(test_start_delay),
	    cmocka_unit_test(test_down_timer_adverts),
	    cmocka_unit_test(test_ready),
	    cmocka_unit_test(test_group_state),
	    cmocka_unit_test(test_group_holds),
	    cmocka_unit_test(test_group_events),
	};

	return cmocka_run_group_tests_name("vrrp_fsm", tests, NULL, NULL);
}
