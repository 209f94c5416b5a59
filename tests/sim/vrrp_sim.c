/*
 * vrrp_sim: N routers on one virtual clock over a seeded wire that loses, delays, duplicates
 * and splits. No kernel, no sleeping: the clock jumps to the next timer or delivery.
 *
 * The routers are the real state machine (vrrp/fsm) and every advertisement passes through the
 * real codec (vrrp/packet). Each schedule is one seed:
 *
 *   calm      no loss; routers start, stop, crash, freeze, yield, change priority. Two masters
 *             are never there for longer than an advertisement needs there and back.
 *   chaos     loss, duplicates, delay, overtaking, one-way and full splits, crashes, restarts.
 *             Then the wire heals and everybody is up: after settling there is exactly one
 *             master, at every moment, and it is the best router when all preempt.
 *   takeover  the master of a settled group crashes or stops: the next one is there within
 *             Active_Down or Skew_Time, and nobody sooner than the remaining time allows.
 *   parts     the group is split in two: each part has exactly one master when it has settled,
 *             and so has the whole when it is one again.
 *
 * In a third of the schedules every director has a router on each of two or three segments, and
 * they are a sync group (vrrp/sync): all are in one state after each event, whatever they hear,
 * and in a settled world one director is master everywhere, even when each is the best router of
 * some segment. That stays so when a segment goes silent: who hears nobody there waits for those
 * who hear the master elsewhere. What happens, happens to a director; a link goes down on one
 * segment.
 *
 * A crashed router may be replaced at once: the new one finds the last claim and the addresses.
 * A frozen router does nothing and wakes with all that it has missed, in any order.
 *
 * In some worlds a takeover needs another number of silent intervals, routers wait before they
 * preempt or after the start, leave losing advertisements unanswered, or say a last word when they
 * lose. One interval alone is not among them: the delay of the wire would be longer than a skew.
 *
 * Always: nobody goes on as master, or advertises as one, so many intervals after its last
 * advertisement as the others count; a router holds the addresses exactly while it is master, every
 * event has a rule, and no router sends more than its timers and the losing advertisements it heard
 * account for.
 *
 * What the schedules met is counted: a kind of trouble that none of many met is a fault of this
 * program, since then it shows nothing about it.
 *
 * usage: vrrp_sim [SCHEDULES [FIRST_SEED]]; a failure prints its seed; "1 SEED" runs it alone.
 */
#include "vrrp/packet.h"
#include "vrrp/sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIRECTORS 6
#define MAX_SEGMENTS  3
#define MAX_ROUTERS   (MAX_DIRECTORS * MAX_SEGMENTS)
#define MAX_FLIGHT    8192
#define WIRE_BYTES    20

struct router {
	struct vrrp_fsm_config cfg;
	struct vrrp_fsm fsm;
	bool alive;
	bool has_vip;
	struct mono frozen;           /* until then */
	struct vrrp_claim remembered; /* outlives a crash */
	struct mono claimed;          /* last advertisement as master, kept apart from the fsm's */
	int64_t claimed_for;
	uint64_t sent, excuses; /* adverts, and reasons to send one */
};

struct flight {
	struct mono at;
	int from, to;
	uint8_t bytes[WIRE_BYTES];
	size_t len;
};

struct world {
	uint64_t seed, random;
	struct mono now;
	int directors, segments;
	int n; /* routers: those of the first segment, then those of the next */
	enum vrrp_state group[MAX_DIRECTORS];
	bool deferring; /* the members of a director have their turns */
	bool aligned;   /* each director is configured alike on all segments */
	uint8_t version;
	struct router r[MAX_ROUTERS];
	bool cut[MAX_ROUTERS][MAX_ROUTERS]; /* from, to */
	bool reorder;                       /* a later packet may overtake an earlier one */
	struct mono last[MAX_ROUTERS][MAX_ROUTERS];
	bool side[MAX_DIRECTORS]; /* of a group split in two */
	unsigned loss, duplicate; /* per cent */
	int64_t max_delay, interval;
	uint32_t down_adverts;
	int64_t start_delay;
	struct flight flight[MAX_FLIGHT];
	int flying;
	struct mono dual_since[MAX_SEGMENTS]; /* ns 0: at most one master */
	int64_t dual_limit;                   /* 0: not checked */
	const char *phase;
};

enum trouble {
	LOST,
	DUPLICATED,
	OVERTAKEN,
	ONE_WAY,
	WOKEN,
	WOKEN_LATE,
	RESUMED,
	COUNTED_OTHERWISE,
	DELAY_BEGUN,
	DELAY_STOPPED,
	DELAY_OVER,
	START_DELAYED,
	UNANSWERED,
	LAST_WORD,
	TROUBLES
};
static const char *const trouble_names[TROUBLES] = {
    [LOST] = "lost",
    [DUPLICATED] = "duplicated",
    [OVERTAKEN] = "overtaken",
    [ONE_WAY] = "cut one way",
    [WOKEN] = "for a frozen router",
    [WOKEN_LATE] = "woken late",
    [RESUMED] = "resumed",
    [COUNTED_OTHERWISE] = "takeover after other than three intervals",
    [DELAY_BEGUN] = "preemption delays begun",
    [DELAY_STOPPED] = "preemption delays stopped by a stronger master",
    [DELAY_OVER] = "preemptions after the delay",
    [START_DELAYED] = "started with a delay",
    [UNANSWERED] = "losing advertisements unanswered",
    [LAST_WORD] = "last words of losing masters",
};
static uint64_t met[TROUBLES];

static int segment_of(const struct world *w, int i)
{
	return i / w->directors;
}

static int director_of(const struct world *w, int i)
{
	return i % w->directors;
}

/* For each router of a director. */
#define EACH_OF(w, d, i) for (int i = (d); i < (w)->n; i += (w)->directors)

static void __attribute__((noreturn)) broken(const struct world *w, const char *what)
{
	printf("not ok - seed %llu, %s, at %.6f s: %s\n", (unsigned long long)w->seed, w->phase,
	       (double)w->now.ns / 1e9, what);
	printf("# %u intervals, start delay %lld ns\n", w->down_adverts, (long long)w->start_delay);
	for (int i = 0; i < w->n; i++) {
		const struct vrrp_fsm_config *c = &w->r[i].cfg;
		const struct vrrp_fsm *f = &w->r[i].fsm;

		printf("# router %d: %s state %d reason %d priority %d preempt %d interval %u cs "
		       "vip %d "
		       "preemption delay %lld ns, no answer %d, last word %d, learned %u cs, due "
		       "%.6f s\n",
		       i, w->r[i].alive ? "alive" : "dead", f->state, f->reason, c->priority,
		       c->preempt, c->adver_int_cs, w->r[i].has_vip, (long long)c->preempt_delay_ns,
		       c->lower_prio_no_advert, c->higher_prio_send_advert, f->master_adver_int_cs,
		       (double)f->due.ns / 1e9);
	}
	exit(1);
}

static uint64_t draw(struct world *w, uint64_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return below ? w->random % below : 0;
}

static bool chance(struct world *w, unsigned percent)
{
	return draw(w, 100) < percent;
}

/* ---- the wire ---------------------------------------------------------- */

static void put_once(struct world *w, int from, int to, const uint8_t *bytes, size_t len)
{
	struct flight *f = &w->flight[w->flying];

	if (w->flying == MAX_FLIGHT)
		broken(w, "advertisement storm: the wire is full");
	*f = (struct flight){.from = from, .to = to, .len = len};
	f->at = mono_add(w->now, 1 + (int64_t)draw(w, (uint64_t)w->max_delay));
	if (!w->reorder && f->at.ns <= w->last[from][to].ns)
		f->at = mono_add(w->last[from][to], 1);
	w->last[from][to] = f->at;
	memcpy(f->bytes, bytes, len);
	w->flying++;
}

static void put_on_wire(struct world *w, int from, int to, const uint8_t *bytes, size_t len)
{
	struct mono before = w->last[from][to];

	put_once(w, from, to, bytes, len);
	met[OVERTAKEN] += w->last[from][to].ns < before.ns;
	if (!chance(w, w->duplicate))
		return;
	met[DUPLICATED]++;
	put_once(w, from, to, bytes, len);
}

static bool reaches(struct world *w, int from, int to)
{
	bool cut = w->cut[from][to], lost = !cut && chance(w, w->loss);

	met[ONE_WAY] += cut && !w->cut[to][from];
	met[LOST] += lost;
	return !cut && !lost;
}

/* An owner needs nobody's belief to start; a backup that takes over begins anew. */
static void check_claim(struct world *w, struct router *r)
{
	bool begins = r->fsm.reason == VRRP_REASON_OWNER;

	if (!begins && r->claimed.ns && mono_diff(w->now, r->claimed) >= r->claimed_for)
		broken(w, "an advertisement of a master that was silent for too long");
	r->claimed = w->now;
	r->claimed_for = w->down_adverts * r->cfg.adver_int_cs * NS_PER_CS;
}

static void transmit(struct world *w, int from, uint8_t priority)
{
	struct router *r = &w->r[from];
	struct addr group = addr_ipv4(VRRP_GROUP_IPV4);
	struct vrrp_packet p = {.version = w->version, .vrid = 1, .priority = priority};
	uint8_t bytes[WIRE_BYTES];
	size_t len;

	if (priority)
		check_claim(w, r);
	p.adver_int_cs = r->cfg.adver_int_cs;
	p.naddr = 1;
	p.addr[0] = addr_ipv4(0x0a000001);
	p.sum = w->version == 2 ? VRRP_SUM_MESSAGE : VRRP_SUM_PSEUDO;
	len = vrrp_packet_build(&p, &r->cfg.primary, &group, bytes, sizeof(bytes));
	if (!len)
		broken(w, "a router built no packet");
	for (int to = 0; to < w->n; to++)
		if (to != from && segment_of(w, to) == segment_of(w, from) && reaches(w, from, to))
			put_on_wire(w, from, to, bytes, len);
	r->sent++;
	if (r->sent > r->excuses)
		broken(w, "a router sends more than it has reason to");
}

/* ---- executing steps --------------------------------------------------- */

static bool acts(const struct world *w, int i)
{
	return w->r[i].alive && w->now.ns >= w->r[i].frozen.ns;
}

static int count_masters(const struct world *w, int segment)
{
	int n = 0;

	for (int i = 0; i < w->n; i++)
		n += segment_of(w, i) == segment && acts(w, i) && w->r[i].fsm.state == VRRP_MASTER;
	return n;
}

static void check_dual(struct world *w)
{
	for (int s = 0; s < w->segments; s++) {
		struct mono *since = &w->dual_since[s];

		if (count_masters(w, s) < 2)
			since->ns = 0;
		else if (!since->ns)
			*since = w->now;
		else if (w->dual_limit && mono_diff(w->now, *since) > w->dual_limit)
			broken(w, "two masters for longer than the wire explains");
	}
}

static void act(struct world *w, int i, enum vrrp_action_kind k)
{
	struct router *r = &w->r[i];

	if (k == VRRP_DO_ADVERT)
		transmit(w, i, r->cfg.priority);
	else if (k == VRRP_DO_ADVERT_ZERO)
		transmit(w, i, 0);
	else if (k == VRRP_DO_VIP_ADD)
		r->has_vip = true;
	else if (k == VRRP_DO_VIP_DEL)
		r->has_vip = false;
	else if (k == VRRP_DO_GARP && !r->has_vip)
		broken(w, "gratuitous ARP without the address");
}

static struct vrrp_tally tally(const struct world *w, int director, int but)
{
	struct vrrp_tally t = {0};

	EACH_OF(w, director, i)
	if (i != but)
		vrrp_tally_add(&t, &w->r[i].fsm);
	return t;
}

static void feed(struct world *w, int i, struct vrrp_event e);

static bool tell_one(struct world *w, int director, enum vrrp_state wanted)
{
	EACH_OF(w, director, i)
	{
		struct vrrp_event e = {.kind = vrrp_sync_event(&w->r[i].fsm, wanted, w->now)};

		if (e.kind == VRRP_EVENT_KINDS)
			continue;
		feed(w, i, e);
		return true;
	}
	return false;
}

/* As group.c does. */
static void settle_group(struct world *w, int director)
{
	enum vrrp_state wanted;

	if (w->deferring)
		return;
	w->deferring = true;
	do {
		struct vrrp_tally t = tally(w, director, -1);

		wanted = vrrp_sync_state(w->group[director], &t);
	} while (tell_one(w, director, wanted));
	w->deferring = false;
	w->group[director] = wanted;
	EACH_OF(w, director, i)
	if (w->r[i].fsm.state != wanted && wanted != VRRP_FAULT)
		broken(w, "the routers of a director are not in one state");
}

/* What the schedules are to have met. */
static void note_step(const struct world *w, const struct router *r, const struct vrrp_event *e,
		      const struct vrrp_step *s)
{
	bool rose = r->fsm.state == VRRP_BACKUP && s->next.state == VRRP_MASTER;
	bool advert = e->kind == VRRP_EVENT_ADVERT && e->priority;
	bool says = s->nactions && s->action[0].kind == VRRP_DO_ADVERT;

	met[WOKEN_LATE] += s->next.state != r->fsm.state && s->next.reason == VRRP_REASON_WOKE_LATE;
	met[RESUMED] += s->next.state != r->fsm.state && s->next.reason == VRRP_REASON_RESUMED;
	met[COUNTED_OTHERWISE] += rose && w->down_adverts != 3;
	met[DELAY_BEGUN] += !r->fsm.preempt_at.ns && s->next.preempt_at.ns;
	met[DELAY_STOPPED] +=
	    advert && r->fsm.state == VRRP_BACKUP && r->fsm.preempt_at.ns && !s->next.preempt_at.ns;
	met[DELAY_OVER] += rose && r->fsm.preempt_at.ns && r->fsm.if_silent == VRRP_REASON_PREEMPT;
	met[START_DELAYED] += e->kind == VRRP_EVENT_START && r->cfg.start_at.ns > w->now.ns;
	met[UNANSWERED] +=
	    advert && r->fsm.state == VRRP_MASTER && s->next.state == VRRP_MASTER && !says;
	met[LAST_WORD] +=
	    advert && r->fsm.state == VRRP_MASTER && s->next.state == VRRP_BACKUP && says;
}

static void feed(struct world *w, int i, struct vrrp_event e)
{
	struct router *r = &w->r[i];
	struct vrrp_tally others = tally(w, director_of(w, i), i);
	struct vrrp_step s;

	r->cfg.held = vrrp_sync_holds(&others);
	s = vrrp_fsm_step(&r->cfg, &r->fsm, &e, w->now);

	if (!s.known)
		broken(w, "an event without a rule");
	if (e.kind == VRRP_EVENT_TIMER || s.next.state != r->fsm.state ||
	    (e.kind == VRRP_EVENT_ADVERT && e.priority <= r->cfg.priority &&
	     (!r->cfg.lower_prio_no_advert || !e.priority)) ||
	    e.kind == VRRP_EVENT_CONFIG)
		r->excuses++;
	note_step(w, r, &e, &s);
	r->fsm = s.next;
	r->remembered = r->fsm.claim;
	for (unsigned a = 0; a < s.nactions; a++)
		act(w, i, s.action[a].kind);
	if (r->fsm.state != VRRP_MASTER)
		r->claimed.ns = 0;
	if (r->has_vip != (r->fsm.state == VRRP_MASTER))
		broken(w, "addresses and state do not agree");
	settle_group(w, director_of(w, i));
	check_dual(w);
}

static void feed_kind(struct world *w, int i, enum vrrp_event_kind k)
{
	feed(w, i, (struct vrrp_event){.kind = k, .reason = VRRP_REASON_STARTUP});
}

/* To all routers of a director, before the group is looked at. */
static void feed_all(struct world *w, int director, struct vrrp_event e)
{
	w->deferring = true;
	EACH_OF(w, director, i)
	feed(w, i, e);
	w->deferring = false;
	settle_group(w, director);
}

static void feed_all_kind(struct world *w, int director, enum vrrp_event_kind k)
{
	feed_all(w, director, (struct vrrp_event){.kind = k, .reason = VRRP_REASON_STARTUP});
}

static void land(struct world *w, int k)
{
	static struct vrrp_packet p;
	struct flight f = w->flight[k];
	struct vrrp_datagram d = {f.bytes, f.len, w->r[f.from].cfg.primary,
				  addr_ipv4(VRRP_GROUP_IPV4), 255};
	struct vrrp_event e = {.kind = VRRP_EVENT_ADVERT, .src = d.src};

	w->flight[k] = w->flight[--w->flying];
	if (!w->r[f.to].alive)
		return;
	met[WOKEN] += f.at.ns < w->r[f.to].frozen.ns;
	if (vrrp_packet_parse(&d, &p) != VRRP_PACKET_OK)
		broken(w, "a packet of our own does not parse");
	e.priority = p.priority;
	e.adver_int_cs = p.adver_int_cs;
	feed(w, f.to, e);
}

/* What a frozen router would do or get waits until it wakes. */
static struct mono when(const struct world *w, int i, struct mono due)
{
	return due.ns > w->r[i].frozen.ns ? due : w->r[i].frozen;
}

/* What is due at the same moment comes in any order. */
static bool earlier(struct world *w, struct mono a, struct mono b)
{
	if (a.ns <= w->now.ns && b.ns <= w->now.ns)
		return chance(w, 50);
	return a.ns < b.ns;
}

/* Runs everything that is due up to `end`; `watch` (may be NULL) is asked after each event. */
static void run_until(struct world *w, struct mono end, void (*watch)(struct world *))
{
	for (;;) {
		struct mono first = end;
		int timer = -1, packet = -1;

		for (int i = 0; i < w->n; i++)
			if (w->r[i].alive && w->r[i].fsm.due.ns &&
			    when(w, i, w->r[i].fsm.due).ns < first.ns)
				first = when(w, i, w->r[i].fsm.due), timer = i;
		for (int k = 0; k < w->flying; k++)
			if (earlier(w, when(w, w->flight[k].to, w->flight[k].at), first))
				first = when(w, w->flight[k].to, w->flight[k].at), packet = k;
		if (first.ns > w->now.ns)
			w->now = first;
		check_dual(w);
		if (packet >= 0)
			land(w, packet);
		else if (timer >= 0)
			feed_kind(w, timer, VRRP_EVENT_TIMER);
		else
			return;
		if (watch)
			watch(w);
	}
}

/* ---- what happens to routers ------------------------------------------- */

/* Together or not at all. */
static bool may_resume(const struct world *w, int d)
{
	EACH_OF(w, d, i)
	if (!w->r[i].has_vip || !vrrp_claim_holds(&w->r[i].remembered, w->now))
		return false;
	return true;
}

static void start(struct world *w, int d)
{
	bool resumes = may_resume(w, d);

	if (w->r[d].alive)
		return;
	EACH_OF(w, d, i)
	{
		w->r[i].alive = true; /* has_vip is left as the crash left it */
		w->r[i].frozen.ns = 0;
		w->r[i].cfg.start_at.ns = w->start_delay ? w->now.ns + w->start_delay : 0;
		vrrp_fsm_init(&w->r[i].fsm);
	}
	w->group[d] = VRRP_INIT;
	w->deferring = true;
	EACH_OF(w, d, i)
	{
		struct vrrp_event e = {.kind = VRRP_EVENT_START, .reason = VRRP_REASON_STARTUP};

		if (resumes)
			e.claim = w->r[i].remembered;
		feed(w, i, e);
	}
	w->deferring = false;
	settle_group(w, d);
}

static void crash(struct world *w, int d)
{
	EACH_OF(w, d, i)
	w->r[i].alive = false;
	check_dual(w);
}

static void stop(struct world *w, int d)
{
	if (!acts(w, d))
		return;
	feed_all_kind(w, d, VRRP_EVENT_SHUTDOWN);
	crash(w, d);
}

/* Replaced at once or a little later. */
static void restart(struct world *w, int d)
{
	crash(w, d);
	run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 5)), NULL);
	start(w, d);
}

static void freeze(struct world *w, int d)
{
	struct mono until = mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 6));

	EACH_OF(w, d, i)
	w->r[i].frozen = until;
	check_dual(w);
}

/* One router cannot run, and so none of the director's. */
static void flap(struct world *w, int d)
{
	int down = d + w->directors * (int)draw(w, (uint64_t)w->segments);

	if (!acts(w, d))
		return;
	w->deferring = true;
	EACH_OF(w, d, i)
	feed_kind(w, i,
		  i != down       ? VRRP_EVENT_GROUP_DOWN
		  : chance(w, 50) ? VRRP_EVENT_LINK_DOWN
				  : VRRP_EVENT_ADMIN_DOWN);
	w->deferring = false;
	settle_group(w, d);
	feed_all_kind(w, d, VRRP_EVENT_START);
}

static void set_priority(struct world *w, int d, uint8_t priority)
{
	EACH_OF(w, d, i)
	w->r[i].cfg.priority = priority;
}

static void change_priority(struct world *w, int d)
{
	if (w->r[d].cfg.priority == VRRP_PRIO_OWNER)
		return;
	set_priority(w, d, (uint8_t)(1 + draw(w, 254)));
	if (acts(w, d))
		feed_all_kind(w, d, VRRP_EVENT_CONFIG);
}

static void yield(struct world *w, int d)
{
	if (w->r[d].cfg.priority == VRRP_PRIO_OWNER || !acts(w, d))
		return;
	set_priority(w, d, 1);
	feed_all_kind(w, d, VRRP_EVENT_YIELD);
	feed_all_kind(w, d, VRRP_EVENT_CONFIG);
}

static void happen(struct world *w)
{
	int d = (int)draw(w, (uint64_t)w->directors);

	switch (draw(w, 11)) {
	case 0:
		crash(w, d);
		break;
	case 1:
		stop(w, d);
		break;
	case 2:
		flap(w, d);
		break;
	case 3:
		change_priority(w, d);
		break;
	case 4:
		restart(w, d);
		break;
	case 5:
		freeze(w, d);
		break;
	case 6:
		yield(w, d);
		break;
	default:
		start(w, d);
	}
}

static void split(struct world *w)
{
	for (int i = 0; i < w->n; i++)
		for (int j = 0; j < w->n; j++)
			w->cut[i][j] = chance(w, 40);
}

static void heal(struct world *w)
{
	memset(w->cut, 0, sizeof(w->cut));
	w->loss = w->duplicate = 0;
	w->reorder = false;
	w->max_delay = w->interval;
	for (int i = 0; i < w->n; i++)
		if (w->r[i].cfg.adver_int_cs * NS_PER_CS < w->max_delay)
			w->max_delay = w->r[i].cfg.adver_int_cs * NS_PER_CS;
	w->max_delay /= 40;
	for (int i = 0; i < w->n; i++)
		if (w->r[i].frozen.ns > w->now.ns)
			w->r[i].frozen = w->now;
}

static uint8_t some_priority(struct world *w)
{
	return (uint8_t)(chance(w, 30) ? 100 : 1 + draw(w, 254));
}

static void build_world(struct world *w, uint64_t seed, bool grouped)
{
	bool mixed, uneven, owner, quiet, last_word, waits;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->random = seed * 0x9e3779b97f4a7c15u + 1;
	for (int i = 0; i < 8; i++)
		draw(w, 1);
	w->now.ns = NS_PER_S;
	w->directors = 2 + (int)draw(w, MAX_DIRECTORS - 1);
	w->segments = grouped ? 2 + (int)draw(w, MAX_SEGMENTS - 1) : 1;
	w->n = w->directors * w->segments;
	w->aligned = !grouped || chance(w, 60);
	w->version = chance(w, 50) ? 2 : 3;
	w->interval =
	    (int64_t)(w->version == 2 ? 100 * (1 + draw(w, 3)) : 1 + draw(w, 400)) * NS_PER_CS;
	mixed = chance(w, 30);
	uneven = w->version == 3 && chance(w, 40); /* a backup adopts the master's interval */
	owner = chance(w, 20);
	w->down_adverts = chance(w, 70) ? 3 : 2 + (uint32_t)draw(w, 5);
	waits = chance(w, 25);
	quiet = chance(w, 25);
	/* A backup learns the loser's interval from it, and the winner's only from an answer. */
	last_word = chance(w, 25) && !(quiet && uneven);
	w->start_delay = chance(w, 20) ? (int64_t)draw(w, (uint64_t)w->interval * 4) : 0;
	for (int i = 0; i < w->n; i++) {
		struct vrrp_fsm_config *c = &w->r[i].cfg;

		c->version = w->version;
		c->adver_int_cs = (uint32_t)(w->interval / NS_PER_CS);
		if (uneven && director_of(w, i))
			c->adver_int_cs = 1 + (uint32_t)draw(w, c->adver_int_cs);
		c->priority = some_priority(w);
		c->preempt = !mixed || chance(w, 50);
		c->down_timer_adverts = w->down_adverts;
		c->preempt_delay_ns = waits ? (int64_t)draw(w, (uint64_t)w->interval * 8) : 0;
		c->lower_prio_no_advert = quiet;
		c->higher_prio_send_advert = last_word && chance(w, 70);
		if (w->aligned && segment_of(w, i))
			*c = w->r[director_of(w, i)].cfg;
		c->primary = addr_ipv4(0xc0000201u + (uint32_t)i);
		if (director_of(w, i) == 0 && owner)
			c->priority = 255, c->preempt = c->start_master = true;
	}
	heal(w);
}

/* ---- the four kinds of schedule ---------------------------------------- */

static int64_t longest_down(const struct world *w)
{
	return w->down_adverts * w->interval + (w->version == 2 ? NS_PER_S : w->interval);
}

/* Until a better router has taken over: its delay, and what it has heard just before its end. */
static int64_t longest_wait(const struct world *w)
{
	int64_t longest = 0;

	for (int i = 0; i < w->n; i++)
		if (w->r[i].cfg.preempt_delay_ns > longest)
			longest = w->r[i].cfg.preempt_delay_ns;
	return longest + w->start_delay + longest_down(w);
}

/* The director; its first router stands for all. */
static int the_master(const struct world *w)
{
	for (int d = 0; d < w->directors; d++)
		if (w->r[d].alive && w->r[d].fsm.state == VRRP_MASTER)
			return d;
	return -1;
}

static void exactly_one(struct world *w)
{
	int m = the_master(w);

	for (int s = 0; s < w->segments; s++)
		if (count_masters(w, s) != 1 || w->r[m + s * w->directors].fsm.state != VRRP_MASTER)
			broken(w, "a settled world does not have exactly one master");
}

static bool better(const struct router *a, const struct router *b)
{
	if (a->cfg.priority != b->cfg.priority)
		return a->cfg.priority > b->cfg.priority;
	return addr_cmp(&a->cfg.primary, &b->cfg.primary) > 0;
}

/* With equal priorities the first to be master keeps it: only a lower priority is wrong. */
static void check_best(struct world *w)
{
	int m = the_master(w);

	for (int i = 0; i < w->n; i++)
		if (!w->r[i].cfg.preempt)
			return;
	for (int d = 0; d < w->directors; d++) {
		int higher = 0;

		for (int s = 0; s < w->n; s += w->directors)
			higher += w->r[d + s].cfg.priority > w->r[m + s].cfg.priority;
		if (higher == w->segments)
			broken(w, "the master is not the director of the highest priority");
	}
}

/* Where each of two directors is the better one on a segment, and they rise within the time of
 * the wire, both fall and try again, until the wire favours one. */
#define CROSSED 20

static int64_t settling(const struct world *w)
{
	return (w->aligned ? 2 : CROSSED) * longest_wait(w);
}

static void settle(struct world *w)
{
	w->phase = "settling";
	heal(w);
	for (int d = 0; d < w->directors; d++)
		start(w, d);
	run_until(w, mono_add(w->now, settling(w)), NULL);
	w->phase = "settled";
	exactly_one(w);
	run_until(w, mono_add(w->now, 2 * longest_down(w)), exactly_one);
	check_best(w);
}

/* Nobody hears anybody on one segment, and everybody the master on the others. One that is better
 * than the master on all of those takes over, once. */
static void lose_a_segment(struct world *w)
{
	int lost = (int)draw(w, (uint64_t)w->segments);

	w->phase = "a segment is lost";
	for (int i = 0; i < w->n; i++)
		for (int j = 0; j < w->n; j++)
			w->cut[i][j] = segment_of(w, i) == lost;
	run_until(w, mono_add(w->now, (w->aligned ? 0 : CROSSED) * longest_wait(w)), NULL);
	run_until(w, mono_add(w->now, 10 * longest_down(w)), exactly_one);
}

static void calm(struct world *w)
{
	w->phase = "calm";
	w->dual_limit = 2 * w->max_delay + 2;
	if (w->r[0].cfg.lower_prio_no_advert)
		w->dual_limit += w->interval; /* the loser hears of it with the next one */
	for (int i = 0; i < 30; i++) {
		happen(w);
		run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 3)), NULL);
	}
	settle(w);
	if (w->segments > 1)
		lose_a_segment(w);
}

static void chaos(struct world *w)
{
	w->phase = "chaos";
	w->reorder = true;
	for (int i = 0; i < 30; i++) {
		w->loss = (unsigned)draw(w, 61);
		w->duplicate = (unsigned)draw(w, 30);
		w->max_delay = 1 + (int64_t)draw(w, (uint64_t)w->interval);
		if (chance(w, 30))
			split(w);
		happen(w);
		run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 3)), NULL);
	}
	settle(w);
}

/* RFC 9568 6.1 and RFC 3768 6.1, written down once more. */
static int64_t skew_after(const struct world *w, const struct router *heir, int64_t interval)
{
	return (256 - heir->cfg.priority) * (w->version == 2 ? NS_PER_S : interval) / 256;
}

/* The best of those left; its time decides. */
static int successor(const struct world *w)
{
	int best = -1;

	for (int d = 0; d < w->directors; d++)
		if (w->r[d].alive && (best < 0 || better(&w->r[d], &w->r[best])))
			best = d;
	return best;
}

static void takeover(struct world *w)
{
	int64_t interval, limit, least;
	bool killed = chance(w, 50);
	struct mono gone;
	int old;

	settle(w);
	if (!w->aligned)
		return; /* who is best, and when, is for the wire to say */
	w->phase = killed ? "takeover after a crash" : "takeover after a stop";
	run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval)), exactly_one);
	old = the_master(w);
	interval = w->r[old].cfg.adver_int_cs * NS_PER_CS;
	killed ? crash(w, old) : stop(w, old);
	gone = w->now;
	limit = skew_after(w, &w->r[successor(w)], interval) +
		(killed ? w->down_adverts * interval : 0);
	least = killed ? limit - interval : limit;
	run_until(w, mono_add(gone, least - 1), NULL);
	if (least > 1 && the_master(w) >= 0)
		broken(w, "a takeover came too soon");
	run_until(w, mono_add(gone, limit + w->max_delay + 2), NULL);
	if (the_master(w) < 0)
		broken(w, "no takeover within its time");
	settle(w);
}

static void one_on_each_side(struct world *w)
{
	int there[2] = {0}, masters[2] = {0};

	for (int i = 0; i < w->n; i++) {
		bool side = w->side[director_of(w, i)];

		there[side] += segment_of(w, i) == 0;
		masters[side] += w->r[i].fsm.state == VRRP_MASTER;
	}
	for (int s = 0; s < 2; s++)
		if (there[s] && masters[s] != w->segments)
			broken(w, "a part of a split group does not have exactly one master");
}

static void parts(struct world *w)
{
	w->phase = "parts";
	for (int d = 0; d < w->directors; d++)
		w->side[d] = chance(w, 50);
	if (chance(w, 50))
		settle(w);
	for (int i = 0; i < w->n; i++)
		for (int j = 0; j < w->n; j++)
			w->cut[i][j] = w->side[director_of(w, i)] != w->side[director_of(w, j)];
	for (int d = 0; d < w->directors; d++)
		start(w, d);
	run_until(w, mono_add(w->now, settling(w)), NULL);
	one_on_each_side(w);
	run_until(w, mono_add(w->now, 2 * longest_down(w)), one_on_each_side);
	settle(w);
}

static bool met_everything(void)
{
	bool all = true;

	for (int t = 0; t < TROUBLES; t++) {
		printf("# %s: %llu\n", trouble_names[t], (unsigned long long)met[t]);
		all = all && met[t];
	}
	return all;
}

int main(int argc, char **argv)
{
	static struct world w;
	uint64_t schedules = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	void (*const kinds[])(struct world *) = {calm, chaos, takeover, parts};

	printf("1..1\n");
	for (uint64_t s = first; s < first + schedules; s++) {
		build_world(&w, s, s / 4 % 3 == 0);
		kinds[s % 4](&w);
	}
	if (!met_everything() && schedules >= 1000) {
		printf("not ok - there is trouble that no schedule met\n");
		return 1;
	}
	printf("ok 1 - %llu schedules from seed %llu\n", (unsigned long long)schedules,
	       (unsigned long long)first);
	return 0;
}
