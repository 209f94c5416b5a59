/*
 * fsm: the state machine of a virtual router (RFC 9568 6.4). Pure: a step takes the
 * configuration, the state, an event and the time, and gives the next state and a list of
 * actions. Only instance.c executes actions in the daemon; the simulator has its own executor.
 */
#ifndef VRRP_FSM_H
#define VRRP_FSM_H

#include "base/addr.h"
#include "base/clock.h"
#include "model/rows.h"

#include <stdbool.h>
#include <stdint.h>

struct vrrp_fsm_config {
	uint8_t version;  /* 2 or 3 */
	uint8_t priority; /* effective: 1..255 */
	bool preempt;
	bool contest;      /* takes over from a weaker master as soon as it is heard */
	bool start_master; /* skips the wait at the start when priority is 255 */
	bool held;         /* another member of its group hears a master and is not ready */
	uint32_t adver_int_cs;
	uint32_t down_timer_adverts;  /* intervals without an advertisement until takeover: 3 */
	int64_t preempt_delay_ns;     /* it gives way to a weaker master for so long */
	struct mono start_at;         /* its timers count from then on; ns 0: from the start */
	bool lower_prio_no_advert;    /* a losing advertisement is not answered */
	bool higher_prio_send_advert; /* a master that loses advertises once more */
	bool owner_ignore_adverts;    /* priority 255 hears nobody */
	struct addr primary;          /* source of our advertisements; breaks a tie */
};

/* When mastership was claimed last, and for how long others believe in this master: in any
 * case for three intervals, when that is what it is told to count on. */
struct vrrp_claim {
	struct mono at; /* of the last advertisement; ns 0: not a master */
	uint32_t believed_cs;
};

/* One timer: the advertisement timer of a master, the master down timer of a backup. */
struct vrrp_fsm {
	enum vrrp_state state;
	enum vrrp_reason reason;      /* of the last transition */
	enum vrrp_reason if_silent;   /* reason of a takeover, were the timer to end now */
	uint32_t master_adver_int_cs; /* v3: learned from the master */
	struct addr master;           /* whom a backup heard last; none: not yet */
	struct mono heard;            /* what the master down timer counts from */
	struct mono preempt_at;       /* end of the preemption delay; ns 0: it has not begun */
	struct mono due;              /* when VRRP_EVENT_TIMER is wanted; ns 0: not armed */
	struct vrrp_claim claim;      /* of a master */
	bool ready;                   /* a backup that would be master, were it not held */
};

enum vrrp_event_kind {
	VRRP_EVENT_START,    /* everything it needs is there: reason says why now */
	VRRP_EVENT_SHUTDOWN, /* end of the instance */
	VRRP_EVENT_ADMIN_DOWN,
	VRRP_EVENT_LINK_DOWN, /* interface down, absent, without an address; a tracked fault */
	VRRP_EVENT_CONFIG,    /* priority, preempt, interval changed while running */
	VRRP_EVENT_YIELD, /* the operator gives mastership away; the priority is lowered already */
	VRRP_EVENT_GROUP_MASTER, /* the sync group has become master */
	VRRP_EVENT_GROUP_BACKUP, /* another member has lost mastership */
	VRRP_EVENT_GROUP_DOWN,   /* another member cannot run */
	VRRP_EVENT_TIMER,
	VRRP_EVENT_ADVERT, /* a valid advertisement: classified into the five below */
	VRRP_EVENT_ADVERT_ZERO,
	VRRP_EVENT_ADVERT_LOWER,
	VRRP_EVENT_ADVERT_EQUAL_LESSER, /* equal priority, address not greater than ours */
	VRRP_EVENT_ADVERT_EQUAL_GREATER,
	VRRP_EVENT_ADVERT_HIGHER,
	VRRP_EVENT_KINDS
};
const char *vrrp_event_name(enum vrrp_event_kind k);

struct vrrp_event {
	enum vrrp_event_kind kind;
	enum vrrp_reason reason; /* START; LINK_DOWN, when it is not the interface's */
	struct vrrp_claim claim; /* START: of a predecessor whose addresses are all there */
	/* ADVERT */
	uint8_t priority;
	uint32_t adver_int_cs;
	struct addr src;
};

enum vrrp_action_kind {
	VRRP_DO_NOTHING,
	VRRP_DO_ADVERT,      /* send an advertisement */
	VRRP_DO_ADVERT_ZERO, /* send one with priority 0 */
	VRRP_DO_ARM_ADVERT,  /* timer at `at`: the next advertisement */
	VRRP_DO_ARM_DOWN,    /* timer at `at`: the master is silent */
	VRRP_DO_ARM_SKEW,    /* timer at `at`: the master has resigned */
	VRRP_DO_DISARM,
	VRRP_DO_VIP_ADD,
	VRRP_DO_VIP_DEL,
	VRRP_DO_GARP,       /* as a new master: once the addresses are there */
	VRRP_DO_GARP_LOWER, /* a router of lower priority has spoken as master */
	VRRP_ACTION_KINDS
};
const char *vrrp_action_name(enum vrrp_action_kind k);

struct vrrp_action {
	enum vrrp_action_kind kind;
	struct mono at; /* ARM_* */
};

#define VRRP_STEP_ACTIONS 6

struct vrrp_step {
	bool known; /* false: no rule for this event in this state; nothing changes */
	struct vrrp_fsm next;
	unsigned nactions;
	struct vrrp_action action[VRRP_STEP_ACTIONS]; /* to be done in this order */
};

void vrrp_fsm_init(struct vrrp_fsm *f);
struct vrrp_step vrrp_fsm_step(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f,
			       const struct vrrp_event *e, struct mono now);

/* True while others, who heard the claim, cannot have become master. */
bool vrrp_claim_holds(const struct vrrp_claim *c, struct mono now);
/* RFC 9568 6.1 with the interval learned so far, in nanoseconds. */
int64_t vrrp_fsm_skew(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f);
int64_t vrrp_fsm_master_down(const struct vrrp_fsm_config *c, const struct vrrp_fsm *f);

#endif
