/*
 * fsm: state x event as a table, and a pure step over it (process vrrp, and the simulator).
 *
 * The five kinds of advertisement are told apart before the table is searched, so that a row
 * needs at most one condition more. The first row that fits is the rule. What has no row is a
 * fault of the caller: the step says so and changes nothing.
 *
 * INIT is "not running" (before the start, administratively down, ended); FAULT is "wants to
 * run and cannot". RFC 9568 knows one state for both: Initialize.
 *
 * Points where the RFC leaves a choice, or where practice differs:
 *   - Skew of version 2 is (256 - priority) / 256 seconds (RFC 3768 6.1), of version 3 the same
 *     part of the master's interval (RFC 9568 6.1). Version 2 never learns an interval: an
 *     advertisement with another one was discarded on receipt (RFC 3768 7.1).
 *   - `state MASTER` is heeded with priority 255 only, as keepalived does.
 *   - A backup removes its addresses when it starts: a process killed as master leaves them.
 *   - On losing the link a master sends priority 0 all the same: the reason may be the address,
 *     not the wire, and a send on a dead interface does no harm.
 *   - A changed priority moves the master down timer from when the master was last heard, so
 *     that repeated changes cannot put a takeover off for ever; a changed interval (v2) starts
 *     it anew, since the peer is changed at another moment.
 *   - A process that replaces a dead one goes on as master if the others cannot have noticed:
 *     the last advertisement is younger than three of its intervals (down_timer_adverts of them;
 *     the skew is left as room for the way there), and the addresses are still there. Were one
 *     interval all, no advertisement would be in time: half of one is added.
 *   - By the same measure a master that was held up (stopped, starved, a paused machine) has no
 *     right to speak when it wakes: whatever wakes it, it becomes a backup and sends nothing,
 *     not even priority 0, since its successor's backups would take that as a resignation.
 *   - Priority 0 is a resignation only from the master that a backup listens to: a sync group
 *     that has lost resigns on all its segments, where the winner may be master already.
 *   - In a sync group (vrrp/sync) a backup whose time has come waits while another member is
 *     held by a master that it hears; its timer goes on, so that nobody need tell it when the
 *     other has left the group.
 *   - A losing advertisement is answered at once (RFC 9568 6.4.3, line 745) and the timer runs
 *     on, unless lower_prio_no_advert; gratuitous ARP goes with it as keepalived does.
 *   - The preemption delay begins with the first advertisement of a weaker master. Until it is
 *     over that master is listened to as if it were a stronger one; from then on it is discarded,
 *     and the master down timer has its last word. So the delay never makes a takeover from a
 *     silent master later. A stronger master, losing, and a new start end it (as in keepalived).
 *   - The start delay (start_at) is not a state: adverts are heard, and the master down timer
 *     counts from its end on.
 *   - A master that loses may advertise once more (higher_prio_send_advert): the winner answers
 *     with its gratuitous ARP, which is then the last one that the neighbours have heard.
 */
#include "vrrp/fsm.h"

#include "vrrp/packet.h"

#include <stddef.h>
#include <stdio.h>

enum guard {
	ALWAYS,
	IF_OWNER, /* may be master without waiting */
	IF_PREEMPT,
	IF_DELAYED, /* it would preempt, but not yet */
	IF_CONTEST,
	IF_CONTEST_HELD,
	IF_HELD,      /* by its group; a resignation is that of the whole group and lets go */
	IF_STRANGER,  /* another than the master has sent it */
	IF_INTERVAL,  /* version 2 and the configured interval has changed */
	IF_CLAIMED,   /* a predecessor's claim still holds */
	IF_LATE,      /* our own no longer does */
	IF_DEAF,      /* an owner that ignores the others */
	IF_QUIET,     /* what loses is not answered */
	IF_LAST_WORD, /* the loser says so */
};

/* What an event leaves behind in the state, beside the state itself. */
enum note {
	NOTHING,
	LEARN,    /* the master was heard: its interval, the time */
	DELAY,    /* as LEARN, of a weaker one: the preemption delay runs */
	RESTART,  /* as LEARN with our own interval */
	RESIGNED, /* the master has gone */
	WEAK,     /* a master that we are going to preempt */
	READY,    /* the group decides */
	WAIT,     /* as READY, and the timer begins anew */
};

struct rule {
	unsigned states; /* mask of IN() */
	enum vrrp_event_kind event;
	enum guard guard;
	enum vrrp_state next;    /* 0: stay */
	enum vrrp_reason reason; /* 0: that of the event */
	enum note note;
	enum vrrp_action_kind action[VRRP_STEP_ACTIONS];
};

#define IN(s)    (1u << (s))
#define S_INIT   IN(VRRP_INIT)
#define S_BACKUP IN(VRRP_BACKUP)
#define S_MASTER IN(VRRP_MASTER)
#define S_FAULT  IN(VRRP_FAULT)
#define STAY     ((enum vrrp_state)0)
#define SAME     ((enum vrrp_reason)0)

#define BECOME_MASTER                                                                              \
	{                                                                                          \
		VRRP_DO_ADVERT, VRRP_DO_VIP_ADD, VRRP_DO_GARP, VRRP_DO_ARM_ADVERT                  \
	}

#define STEP_BACK                                                                                  \
	{                                                                                          \
		VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN                                                  \
	}

#define RESIGN                                                                                     \
	{                                                                                          \
		VRRP_DO_ADVERT_ZERO, VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN                             \
	}

/* clang-format off */
static const struct rule rules[] = {
	/* a predecessor was master a moment ago */
	{ S_INIT, VRRP_EVENT_START, IF_CLAIMED, VRRP_MASTER, VRRP_REASON_RESUMED, RESTART,
	  BECOME_MASTER },
	/* RFC 9568 6.4.1 Initialize (100-155): startup */
	{ S_INIT | S_FAULT, VRRP_EVENT_START, IF_OWNER, VRRP_MASTER, VRRP_REASON_OWNER, RESTART,
	  BECOME_MASTER },
	{ S_INIT | S_FAULT, VRRP_EVENT_START, ALWAYS, VRRP_BACKUP, SAME, RESTART,
	  { VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN } },
	/* 6.4.1: nothing else is heard in Initialize */
	{ S_INIT | S_FAULT, VRRP_EVENT_ADVERT_ZERO, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_ADVERT_LOWER, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_ADVERT_EQUAL_LESSER, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_ADVERT_EQUAL_GREATER, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_ADVERT_HIGHER, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_CONFIG, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT | S_BACKUP, VRRP_EVENT_YIELD, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT, VRRP_EVENT_SHUTDOWN, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT, VRRP_EVENT_ADMIN_DOWN, ALWAYS, VRRP_INIT, VRRP_REASON_ADMIN_DOWN, NOTHING,
	  { VRRP_DO_VIP_DEL } },
	{ S_INIT, VRRP_EVENT_LINK_DOWN, ALWAYS, VRRP_FAULT, VRRP_REASON_INTERFACE_DOWN, NOTHING,
	  { VRRP_DO_VIP_DEL } },
	{ S_FAULT, VRRP_EVENT_SHUTDOWN, ALWAYS, VRRP_INIT, VRRP_REASON_SHUTDOWN, NOTHING, { 0 } },
	{ S_FAULT, VRRP_EVENT_ADMIN_DOWN, ALWAYS, VRRP_INIT, VRRP_REASON_ADMIN_DOWN, NOTHING, { 0 } },
	{ S_FAULT, VRRP_EVENT_LINK_DOWN, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT, VRRP_EVENT_GROUP_DOWN, ALWAYS, VRRP_FAULT, VRRP_REASON_GROUP, NOTHING,
	  { VRRP_DO_VIP_DEL } },
	{ S_FAULT, VRRP_EVENT_GROUP_DOWN, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_GROUP_MASTER, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	{ S_INIT | S_FAULT, VRRP_EVENT_GROUP_BACKUP, ALWAYS, STAY, SAME, NOTHING, { 0 } },

	/* 6.4.2 Backup (340-370): shutdown */
	{ S_BACKUP, VRRP_EVENT_SHUTDOWN, ALWAYS, VRRP_INIT, VRRP_REASON_SHUTDOWN, NOTHING,
	  { VRRP_DO_DISARM } },
	{ S_BACKUP, VRRP_EVENT_ADMIN_DOWN, ALWAYS, VRRP_INIT, VRRP_REASON_ADMIN_DOWN, NOTHING,
	  { VRRP_DO_DISARM } },
	{ S_BACKUP, VRRP_EVENT_LINK_DOWN, ALWAYS, VRRP_FAULT, VRRP_REASON_INTERFACE_DOWN, NOTHING,
	  { VRRP_DO_DISARM } },
	{ S_BACKUP, VRRP_EVENT_GROUP_DOWN, ALWAYS, VRRP_FAULT, VRRP_REASON_GROUP, NOTHING,
	  { VRRP_DO_DISARM } },
	{ S_BACKUP, VRRP_EVENT_GROUP_MASTER, ALWAYS, VRRP_MASTER, VRRP_REASON_GROUP, NOTHING,
	  BECOME_MASTER },
	{ S_BACKUP, VRRP_EVENT_GROUP_BACKUP, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	/* 6.4.2 (375-415): Active_Down_Timer fires */
	{ S_BACKUP, VRRP_EVENT_TIMER, IF_HELD, STAY, SAME, WAIT, { VRRP_DO_ARM_DOWN } },
	{ S_BACKUP, VRRP_EVENT_TIMER, ALWAYS, VRRP_MASTER, SAME, NOTHING, BECOME_MASTER },
	/* 6.4.2 (420-440): priority 0 */
	{ S_BACKUP, VRRP_EVENT_ADVERT_ZERO, IF_STRANGER, STAY, SAME, NOTHING, { 0 } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_ZERO, ALWAYS, STAY, SAME, RESIGNED, { VRRP_DO_ARM_SKEW } },
	/* 6.4.2 (450-475): preempt is false, or priority not below ours */
	{ S_BACKUP, VRRP_EVENT_ADVERT_LOWER, IF_CONTEST_HELD, STAY, SAME, READY, { 0 } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_LOWER, IF_CONTEST, VRRP_MASTER, VRRP_REASON_TAKEOVER, NOTHING,
	  BECOME_MASTER },
	{ S_BACKUP, VRRP_EVENT_ADVERT_LOWER, IF_DELAYED, STAY, SAME, DELAY, { VRRP_DO_ARM_DOWN } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_LOWER, IF_PREEMPT, STAY, SAME, WEAK, { 0 } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_LOWER, ALWAYS, STAY, SAME, LEARN, { VRRP_DO_ARM_DOWN } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_EQUAL_LESSER, ALWAYS, STAY, SAME, LEARN, { VRRP_DO_ARM_DOWN } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_EQUAL_GREATER, ALWAYS, STAY, SAME, LEARN, { VRRP_DO_ARM_DOWN } },
	{ S_BACKUP, VRRP_EVENT_ADVERT_HIGHER, ALWAYS, STAY, SAME, LEARN, { VRRP_DO_ARM_DOWN } },
	/* a change of the configuration while running */
	{ S_BACKUP, VRRP_EVENT_CONFIG, IF_OWNER, VRRP_MASTER, VRRP_REASON_OWNER, RESTART,
	  BECOME_MASTER },
	{ S_BACKUP, VRRP_EVENT_CONFIG, IF_INTERVAL, STAY, SAME, RESTART, { VRRP_DO_ARM_DOWN } },
	{ S_BACKUP, VRRP_EVENT_CONFIG, ALWAYS, STAY, SAME, NOTHING, { VRRP_DO_ARM_DOWN } },

	/* a master that was silent for too long; one of higher priority is dealt with below */
	{ S_MASTER, VRRP_EVENT_SHUTDOWN, IF_LATE, VRRP_INIT, VRRP_REASON_SHUTDOWN, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_ADMIN_DOWN, IF_LATE, VRRP_INIT, VRRP_REASON_ADMIN_DOWN, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_LINK_DOWN, IF_LATE, VRRP_FAULT, VRRP_REASON_INTERFACE_DOWN, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_GROUP_DOWN, IF_LATE, VRRP_FAULT, VRRP_REASON_GROUP, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_GROUP_BACKUP, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE, RESTART,
	  STEP_BACK },
	{ S_MASTER, VRRP_EVENT_CONFIG, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE, RESTART,
	  STEP_BACK },
	{ S_MASTER, VRRP_EVENT_YIELD, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE, RESTART,
	  STEP_BACK },
	{ S_MASTER, VRRP_EVENT_TIMER, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE, RESTART,
	  STEP_BACK },
	{ S_MASTER, VRRP_EVENT_ADVERT_ZERO, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE, RESTART,
	  STEP_BACK },
	{ S_MASTER, VRRP_EVENT_ADVERT_LOWER, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE, RESTART,
	  STEP_BACK },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_LESSER, IF_LATE, VRRP_BACKUP, VRRP_REASON_WOKE_LATE,
	  RESTART, STEP_BACK },

	/* 6.4.3 Active (630-660): shutdown */
	{ S_MASTER, VRRP_EVENT_SHUTDOWN, ALWAYS, VRRP_INIT, VRRP_REASON_SHUTDOWN, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_ADVERT_ZERO, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_ADMIN_DOWN, ALWAYS, VRRP_INIT, VRRP_REASON_ADMIN_DOWN, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_ADVERT_ZERO, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_LINK_DOWN, ALWAYS, VRRP_FAULT, VRRP_REASON_INTERFACE_DOWN, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_ADVERT_ZERO, VRRP_DO_VIP_DEL } },
	{ S_MASTER, VRRP_EVENT_GROUP_DOWN, ALWAYS, VRRP_FAULT, VRRP_REASON_GROUP, NOTHING,
	  { VRRP_DO_DISARM, VRRP_DO_ADVERT_ZERO, VRRP_DO_VIP_DEL } },
	/* not in the RFC: as a shutdown, but it goes on, as the last reserve or with its group */
	{ S_MASTER, VRRP_EVENT_YIELD, ALWAYS, VRRP_BACKUP, VRRP_REASON_YIELDED, RESTART, RESIGN },
	{ S_MASTER, VRRP_EVENT_GROUP_BACKUP, ALWAYS, VRRP_BACKUP, VRRP_REASON_GROUP, RESTART, RESIGN },
	{ S_MASTER, VRRP_EVENT_GROUP_MASTER, ALWAYS, STAY, SAME, NOTHING, { 0 } },
	/* 6.4.3 (665-680): Adver_Timer fires */
	{ S_MASTER, VRRP_EVENT_TIMER, ALWAYS, STAY, SAME, NOTHING,
	  { VRRP_DO_ADVERT, VRRP_DO_ARM_ADVERT } },
	/* not in the RFC: an owner that ignores the others */
	{ S_MASTER, VRRP_EVENT_ADVERT_ZERO, IF_DEAF, STAY, SAME, NOTHING, { 0 } },
	{ S_MASTER, VRRP_EVENT_ADVERT_LOWER, IF_DEAF, STAY, SAME, NOTHING, { 0 } },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_LESSER, IF_DEAF, STAY, SAME, NOTHING, { 0 } },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_GREATER, IF_DEAF, STAY, SAME, NOTHING, { 0 } },
	/* 6.4.3 (690-700): priority 0 */
	{ S_MASTER, VRRP_EVENT_ADVERT_ZERO, ALWAYS, STAY, SAME, NOTHING,
	  { VRRP_DO_ADVERT, VRRP_DO_ARM_ADVERT } },
	/* 6.4.3 (705-735): greater priority, or equal and greater address */
	{ S_MASTER, VRRP_EVENT_ADVERT_HIGHER, IF_LAST_WORD, VRRP_BACKUP, VRRP_REASON_HIGHER_PRIORITY,
	  LEARN, { VRRP_DO_ADVERT, VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN } },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_GREATER, IF_LAST_WORD, VRRP_BACKUP,
	  VRRP_REASON_HIGHER_ADDRESS, LEARN, { VRRP_DO_ADVERT, VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN } },
	{ S_MASTER, VRRP_EVENT_ADVERT_HIGHER, ALWAYS, VRRP_BACKUP, VRRP_REASON_HIGHER_PRIORITY, LEARN,
	  { VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN } },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_GREATER, ALWAYS, VRRP_BACKUP, VRRP_REASON_HIGHER_ADDRESS,
	  LEARN, { VRRP_DO_VIP_DEL, VRRP_DO_ARM_DOWN } },
	/* 6.4.3 (740-750): discard it and advertise at once */
	{ S_MASTER, VRRP_EVENT_ADVERT_LOWER, IF_QUIET, STAY, SAME, NOTHING, { VRRP_DO_GARP_LOWER } },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_LESSER, IF_QUIET, STAY, SAME, NOTHING,
	  { VRRP_DO_GARP_LOWER } },
	{ S_MASTER, VRRP_EVENT_ADVERT_LOWER, ALWAYS, STAY, SAME, NOTHING,
	  { VRRP_DO_ADVERT, VRRP_DO_GARP_LOWER } },
	{ S_MASTER, VRRP_EVENT_ADVERT_EQUAL_LESSER, ALWAYS, STAY, SAME, NOTHING,
	  { VRRP_DO_ADVERT, VRRP_DO_GARP_LOWER } },
	/* a change while running is told to the others at once */
	{ S_MASTER, VRRP_EVENT_CONFIG, ALWAYS, STAY, SAME, NOTHING,
	  { VRRP_DO_ADVERT, VRRP_DO_ARM_ADVERT } },
};
/* clang-format on */

static const char *const event_names[VRRP_EVENT_KINDS] = {
    [VRRP_EVENT_START] = "start",
    [VRRP_EVENT_SHUTDOWN] = "shutdown",
    [VRRP_EVENT_ADMIN_DOWN] = "administratively down",
    [VRRP_EVENT_LINK_DOWN] = "interface down",
    [VRRP_EVENT_CONFIG] = "configuration changed",
    [VRRP_EVENT_YIELD] = "yield",
    [VRRP_EVENT_GROUP_MASTER] = "group is master",
    [VRRP_EVENT_GROUP_BACKUP] = "group is backup",
    [VRRP_EVENT_GROUP_DOWN] = "group cannot run",
    [VRRP_EVENT_TIMER] = "timer",
    [VRRP_EVENT_ADVERT] = "advertisement",
    [VRRP_EVENT_ADVERT_ZERO] = "advertisement with priority 0",
    [VRRP_EVENT_ADVERT_LOWER] = "advertisement of lower priority",
    [VRRP_EVENT_ADVERT_EQUAL_LESSER] = "advertisement of equal priority, lesser address",
    [VRRP_EVENT_ADVERT_EQUAL_GREATER] = "advertisement of equal priority, greater address",
    [VRRP_EVENT_ADVERT_HIGHER] = "advertisement of higher priority",
};

const char *vrrp_event_name(enum vrrp_event_kind k)
{
	return (unsigned)k < VRRP_EVENT_KINDS ? event_names[k] : "?";
}

static const char *const action_names[VRRP_ACTION_KINDS] = {
    [VRRP_DO_NOTHING] = "nothing",
    [VRRP_DO_ADVERT] = "advertise",
    [VRRP_DO_ADVERT_ZERO] = "advertise priority 0",
    [VRRP_DO_ARM_ADVERT] = "arm advertisement timer",
    [VRRP_DO_ARM_DOWN] = "arm master down timer",
    [VRRP_DO_ARM_SKEW] = "arm skew timer",
    [VRRP_DO_DISARM] = "disarm",
    [VRRP_DO_VIP_ADD] = "add addresses",
    [VRRP_DO_VIP_DEL] = "remove addresses",
    [VRRP_DO_GARP] = "gratuitous ARP",
    [VRRP_DO_GARP_LOWER] = "gratuitous ARP, lower priority heard",
};

const char *vrrp_action_name(enum vrrp_action_kind k)
{
	return (unsigned)k < VRRP_ACTION_KINDS ? action_names[k] : "?";
}

void vrrp_fsm_init(struct vrrp_fsm *f)
{
	*f = (struct vrrp_fsm){.state = VRRP_INIT, .reason = VRRP_REASON_NONE};
	f->if_silent = VRRP_REASON_MASTER_DOWN_TIMER;
}

int64_t vrrp_fsm_skew(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f)
{
	int64_t whole = c->version == 2 ? NS_PER_S : f->master_adver_int_cs * NS_PER_CS;

	return (256 - c->priority) * whole / 256;
}

int64_t vrrp_fsm_master_down(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f)
{
	return c->down_timer_adverts * f->master_adver_int_cs * NS_PER_CS + vrrp_fsm_skew(c, f);
}

bool vrrp_claim_holds(const struct vrrp_claim *c, struct mono now)
{
	int64_t age = mono_diff(now, c->at);

	return c->at.ns && age >= 0 && age < c->believed_cs * NS_PER_CS;
}

static struct vrrp_claim claim_now(const struct vrrp_fsm_config *c, struct mono now)
{
	uint32_t half = c->down_timer_adverts == 1 ? (c->adver_int_cs + 1) / 2 : 0;

	return (struct vrrp_claim){now, c->down_timer_adverts * c->adver_int_cs + half};
}

static bool is_owner(const struct vrrp_fsm_config *c)
{
	return c->priority == VRRP_PRIO_OWNER && c->start_master;
}

static enum vrrp_event_kind classify(const struct vrrp_fsm_config *c, const struct vrrp_event *e)
{
	if (e->kind != VRRP_EVENT_ADVERT)
		return e->kind;
	if (e->priority == 0)
		return VRRP_EVENT_ADVERT_ZERO;
	if (e->priority != c->priority)
		return e->priority < c->priority ? VRRP_EVENT_ADVERT_LOWER
						 : VRRP_EVENT_ADVERT_HIGHER;
	return addr_cmp(&e->src, &c->primary) > 0 ? VRRP_EVENT_ADVERT_EQUAL_GREATER
						  : VRRP_EVENT_ADVERT_EQUAL_LESSER;
}

static bool allows(enum guard g, const struct vrrp_fsm_config *c, const struct vrrp_fsm *f,
		   const struct vrrp_event *e, struct mono now)
{
	switch (g) {
	case ALWAYS:
		return true;
	case IF_OWNER:
		return is_owner(c) && now.ns >= c->start_at.ns;
	case IF_PREEMPT:
		return c->preempt;
	case IF_DELAYED:
		return c->preempt && c->preempt_delay_ns &&
		       (!f->preempt_at.ns || now.ns < f->preempt_at.ns);
	case IF_CONTEST:
		return c->contest;
	case IF_CONTEST_HELD:
		return c->contest && c->held;
	case IF_HELD:
		return c->held && f->if_silent != VRRP_REASON_MASTER_RESIGNED;
	case IF_STRANGER:
		return f->master.family && !addr_equal(&f->master, &e->src);
	case IF_INTERVAL:
		return c->version == 2 && c->adver_int_cs != f->master_adver_int_cs;
	case IF_CLAIMED:
		return vrrp_claim_holds(&e->claim, now);
	case IF_LATE:
		return !vrrp_claim_holds(&f->claim, now);
	case IF_DEAF:
		return c->owner_ignore_adverts && c->priority == VRRP_PRIO_OWNER;
	case IF_QUIET:
		return c->lower_prio_no_advert;
	case IF_LAST_WORD:
		return c->higher_prio_send_advert && vrrp_claim_holds(&f->claim, now);
	}
	return false;
}

static const struct rule *find_rule(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f,
				    const struct vrrp_event *e, struct mono now)
{
	enum vrrp_event_kind kind = classify(c, e);

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].states & IN(f->state) && rules[i].event == kind &&
		    allows(rules[i].guard, c, f, e, now))
			return &rules[i];
	return NULL;
}

static void take_note(enum note n, const struct vrrp_fsm_config *c, const struct vrrp_event *e,
		      struct vrrp_fsm *f, struct mono now)
{
	switch (n) {
	case NOTHING:
		return;
	case LEARN:
	case DELAY:
	case RESTART:
		f->ready = false;
		f->master = n == RESTART ? (struct addr){0} : e->src;
		f->heard = now;
		f->if_silent = VRRP_REASON_MASTER_DOWN_TIMER;
		f->master_adver_int_cs =
		    n != RESTART && c->version == 3 ? e->adver_int_cs : c->adver_int_cs;
		if (n != DELAY)
			f->preempt_at.ns = 0;
		else if (!f->preempt_at.ns)
			f->preempt_at = mono_add(now, c->preempt_delay_ns);
		return;
	case RESIGNED:
		f->ready = false;
		f->heard = now;
		f->if_silent = VRRP_REASON_MASTER_RESIGNED;
		return;
	case WEAK:
		f->master = e->src;
		f->if_silent = VRRP_REASON_PREEMPT;
		return;
	case WAIT:
		f->heard = now;
		f->if_silent = VRRP_REASON_MASTER_DOWN_TIMER;
		f->ready = true;
		return;
	case READY:
		f->ready = true;
		return;
	}
}

/* What the timers of a backup count from. */
static struct mono since(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f)
{
	return f->heard.ns < c->start_at.ns ? c->start_at : f->heard;
}

static struct mono timer_end(enum vrrp_action_kind k, const struct vrrp_fsm_config *c,
			     const struct vrrp_fsm *f, struct mono now)
{
	if (k == VRRP_DO_ARM_ADVERT)
		return mono_add(now, c->adver_int_cs * NS_PER_CS);
	if (k == VRRP_DO_ARM_SKEW ||
	    (k == VRRP_DO_ARM_DOWN && f->if_silent == VRRP_REASON_MASTER_RESIGNED))
		return mono_add(since(c, f), vrrp_fsm_skew(c, f));
	if (k == VRRP_DO_ARM_DOWN && is_owner(c) && now.ns < c->start_at.ns)
		return c->start_at;
	if (k == VRRP_DO_ARM_DOWN)
		return mono_add(since(c, f), vrrp_fsm_master_down(c, f));
	return (struct mono){0};
}

static void add_action(struct vrrp_step *s, enum vrrp_action_kind k,
		       const struct vrrp_fsm_config *c, struct mono now)
{
	struct mono at = timer_end(k, c, &s->next, now);

	if (at.ns || k == VRRP_DO_DISARM)
		s->next.due = at;
	if (k == VRRP_DO_ADVERT)
		s->next.claim = claim_now(c, now);
	s->action[s->nactions++] = (struct vrrp_action){.kind = k, .at = at};
}

/* A fault may tell its own. */
static enum vrrp_reason reason_of(const struct rule *r, const struct vrrp_event *e,
				  const struct vrrp_fsm *f)
{
	if (e->reason && (e->kind == VRRP_EVENT_LINK_DOWN || !r->reason))
		return e->reason;
	return r->reason ? r->reason : f->if_silent;
}

struct vrrp_step vrrp_fsm_step(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f,
			       const struct vrrp_event *e, struct mono now)
{
	const struct rule *r = find_rule(c, f, e, now);
	struct vrrp_step s = {.known = r != NULL, .next = *f};

	if (!r)
		return s;
	if (r->next != STAY) {
		s.next.state = r->next;
		s.next.ready = false;
		s.next.reason = reason_of(r, e, f);
	}
	take_note(r->note, c, e, &s.next, now);
	for (int i = 0; i < VRRP_STEP_ACTIONS && r->action[i] != VRRP_DO_NOTHING; i++)
		add_action(&s, r->action[i], c, now);
	if (s.next.state != VRRP_MASTER)
		s.next.claim = (struct vrrp_claim){0};
	return s;
}
