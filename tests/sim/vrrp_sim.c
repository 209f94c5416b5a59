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
 * A crashed router may be replaced at once: the new one finds the last claim and the addresses.
 * A frozen router does nothing and wakes with all that it has missed, in any order.
 *
 * Always: nobody goes on as master, or advertises as one, three intervals after its last
 * advertisement; a router holds the addresses exactly while it is master, every event has a rule,
 * and no router sends more than its timers and the losing advertisements it heard account for.
 *
 * What the schedules met is counted: a kind of trouble that none of many met is a fault of this
 * program, since then it shows nothing about it.
 *
 * usage: vrrp_sim [SCHEDULES [FIRST_SEED]]; a failure prints its seed; "1 SEED" runs it alone.
 */
#include "vrrp/fsm.h"
#include "vrrp/packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROUTERS 6
#define MAX_FLIGHT  4096
#define WIRE_BYTES  20

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
	int n;
	uint8_t version;
	struct router r[MAX_ROUTERS];
	bool cut[MAX_ROUTERS][MAX_ROUTERS]; /* from, to */
	bool reorder;                       /* a later packet may overtake an earlier one */
	struct mono last[MAX_ROUTERS][MAX_ROUTERS];
	bool side[MAX_ROUTERS];   /* of a group split in two */
	unsigned loss, duplicate; /* per cent */
	int64_t max_delay, interval;
	struct flight flight[MAX_FLIGHT];
	int flying;
	struct mono dual_since; /* ns 0: at most one master */
	int64_t dual_limit;     /* 0: not checked */
	const char *phase;
};

enum trouble { LOST, DUPLICATED, OVERTAKEN, ONE_WAY, WOKEN, WOKEN_LATE, RESUMED, TROUBLES };
static const char *const trouble_names[TROUBLES] = {
    "lost",       "duplicated", "overtaken", "cut one way", "for a frozen router",
    "woken late", "resumed",
};
static uint64_t met[TROUBLES];

static void __attribute__((noreturn)) broken(const struct world *w, const char *what)
{
	printf("not ok - seed %llu, %s, at %.6f s: %s\n", (unsigned long long)w->seed, w->phase,
	       (double)w->now.ns / 1e9, what);
	for (int i = 0; i < w->n; i++)
		printf("# router %d: %s state %d priority %d preempt %d interval %u cs vip %d\n", i,
		       w->r[i].alive ? "alive" : "dead", w->r[i].fsm.state, w->r[i].cfg.priority,
		       w->r[i].cfg.preempt, w->r[i].cfg.adver_int_cs, w->r[i].has_vip);
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
	r->claimed_for = 3 * r->cfg.adver_int_cs * NS_PER_CS;
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
		if (to != from && reaches(w, from, to))
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

static int count_masters(const struct world *w)
{
	int n = 0;

	for (int i = 0; i < w->n; i++)
		n += acts(w, i) && w->r[i].fsm.state == VRRP_MASTER;
	return n;
}

static void check_dual(struct world *w)
{
	if (count_masters(w) < 2)
		w->dual_since.ns = 0;
	else if (!w->dual_since.ns)
		w->dual_since = w->now;
	else if (w->dual_limit && mono_diff(w->now, w->dual_since) > w->dual_limit)
		broken(w, "two masters for longer than the wire explains");
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

static void feed(struct world *w, int i, struct vrrp_event e)
{
	struct router *r = &w->r[i];
	struct vrrp_step s = vrrp_fsm_step(&r->cfg, &r->fsm, &e, w->now);

	if (!s.known)
		broken(w, "an event without a rule");
	if (e.kind == VRRP_EVENT_TIMER || s.next.state != r->fsm.state ||
	    (e.kind == VRRP_EVENT_ADVERT && e.priority <= r->cfg.priority) ||
	    e.kind == VRRP_EVENT_CONFIG)
		r->excuses++;
	met[WOKEN_LATE] += s.next.state != r->fsm.state && s.next.reason == VRRP_REASON_WOKE_LATE;
	met[RESUMED] += s.next.state != r->fsm.state && s.next.reason == VRRP_REASON_RESUMED;
	r->fsm = s.next;
	r->remembered = r->fsm.claim;
	if (r->fsm.state != VRRP_MASTER)
		r->claimed.ns = 0;
	for (unsigned a = 0; a < s.nactions; a++)
		act(w, i, s.action[a].kind);
	if (r->has_vip != (r->fsm.state == VRRP_MASTER))
		broken(w, "addresses and state do not agree");
	check_dual(w);
}

static void feed_kind(struct world *w, int i, enum vrrp_event_kind k)
{
	feed(w, i, (struct vrrp_event){.kind = k, .reason = VRRP_REASON_STARTUP});
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

static void start(struct world *w, int i)
{
	struct router *r = &w->r[i];
	struct vrrp_event e = {.kind = VRRP_EVENT_START, .reason = VRRP_REASON_STARTUP};

	if (r->alive)
		return;
	r->alive = true; /* has_vip is left as the crash left it */
	r->frozen.ns = 0;
	if (r->has_vip)
		e.claim = r->remembered;
	vrrp_fsm_init(&r->fsm);
	feed(w, i, e);
}

static void stop(struct world *w, int i)
{
	if (!acts(w, i))
		return;
	feed_kind(w, i, VRRP_EVENT_SHUTDOWN);
	w->r[i].alive = false;
	check_dual(w);
}

static void crash(struct world *w, int i)
{
	w->r[i].alive = false;
	check_dual(w);
}

/* Replaced at once or a little later. */
static void restart(struct world *w, int i)
{
	crash(w, i);
	run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 5)), NULL);
	start(w, i);
}

static void freeze(struct world *w, int i)
{
	w->r[i].frozen = mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 6));
	check_dual(w);
}

static void flap(struct world *w, int i)
{
	if (!acts(w, i))
		return;
	feed_kind(w, i, chance(w, 50) ? VRRP_EVENT_LINK_DOWN : VRRP_EVENT_ADMIN_DOWN);
	feed_kind(w, i, VRRP_EVENT_START);
}

static void change_priority(struct world *w, int i)
{
	if (w->r[i].cfg.priority == VRRP_PRIO_OWNER)
		return;
	w->r[i].cfg.priority = (uint8_t)(1 + draw(w, 254));
	if (acts(w, i))
		feed_kind(w, i, VRRP_EVENT_CONFIG);
}

static void yield(struct world *w, int i)
{
	if (w->r[i].cfg.priority == VRRP_PRIO_OWNER || !acts(w, i))
		return;
	w->r[i].cfg.priority = 1;
	feed_kind(w, i, VRRP_EVENT_YIELD);
	feed_kind(w, i, VRRP_EVENT_CONFIG);
}

static void happen(struct world *w)
{
	int i = (int)draw(w, (uint64_t)w->n);

	switch (draw(w, 11)) {
	case 0:
		crash(w, i);
		break;
	case 1:
		stop(w, i);
		break;
	case 2:
		flap(w, i);
		break;
	case 3:
		change_priority(w, i);
		break;
	case 4:
		restart(w, i);
		break;
	case 5:
		freeze(w, i);
		break;
	case 6:
		yield(w, i);
		break;
	default:
		start(w, i);
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

static void build_world(struct world *w, uint64_t seed)
{
	bool mixed, uneven, owner;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->random = seed * 0x9e3779b97f4a7c15u + 1;
	for (int i = 0; i < 8; i++)
		draw(w, 1);
	w->now.ns = NS_PER_S;
	w->n = 2 + (int)draw(w, MAX_ROUTERS - 1);
	w->version = chance(w, 50) ? 2 : 3;
	w->interval =
	    (int64_t)(w->version == 2 ? 100 * (1 + draw(w, 3)) : 1 + draw(w, 400)) * NS_PER_CS;
	mixed = chance(w, 30);
	uneven = w->version == 3 && chance(w, 40); /* a backup adopts the master's interval */
	owner = chance(w, 20);
	for (int i = 0; i < w->n; i++) {
		struct vrrp_fsm_config *c = &w->r[i].cfg;

		c->version = w->version;
		c->adver_int_cs = (uint32_t)(w->interval / NS_PER_CS);
		if (uneven && i)
			c->adver_int_cs = 1 + (uint32_t)draw(w, c->adver_int_cs);
		c->priority = (uint8_t)(chance(w, 30) ? 100 : 1 + draw(w, 254));
		c->preempt = !mixed || chance(w, 50);
		c->primary = addr_ipv4(0xc0000201u + (uint32_t)i);
		if (i == 0 && owner)
			c->priority = 255, c->preempt = c->start_master = true;
	}
	heal(w);
}

/* ---- the three kinds of schedule --------------------------------------- */

static int64_t longest_down(const struct world *w)
{
	return 3 * w->interval + (w->version == 2 ? NS_PER_S : w->interval);
}

static int the_master(const struct world *w)
{
	for (int i = 0; i < w->n; i++)
		if (w->r[i].alive && w->r[i].fsm.state == VRRP_MASTER)
			return i;
	return -1;
}

static void exactly_one(struct world *w)
{
	if (count_masters(w) != 1)
		broken(w, "a settled group does not have exactly one master");
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
	for (int i = 0; i < w->n; i++)
		if (w->r[i].alive && w->r[i].cfg.priority > w->r[m].cfg.priority)
			broken(w, "the master is not the router of the highest priority");
}

static void settle(struct world *w)
{
	w->phase = "settling";
	heal(w);
	for (int i = 0; i < w->n; i++)
		start(w, i);
	run_until(w, mono_add(w->now, 2 * longest_down(w)), NULL);
	w->phase = "settled";
	exactly_one(w);
	run_until(w, mono_add(w->now, 2 * longest_down(w)), exactly_one);
	check_best(w);
}

static void calm(struct world *w)
{
	w->phase = "calm";
	w->dual_limit = 2 * w->max_delay + 2;
	for (int i = 0; i < 30; i++) {
		happen(w);
		run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval * 3)), NULL);
	}
	settle(w);
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

	for (int i = 0; i < w->n; i++)
		if (w->r[i].alive && (best < 0 || better(&w->r[i], &w->r[best])))
			best = i;
	return best;
}

static void takeover(struct world *w)
{
	int64_t interval, limit, least;
	bool killed = chance(w, 50);
	struct mono gone;
	int old;

	settle(w);
	w->phase = killed ? "takeover after a crash" : "takeover after a stop";
	run_until(w, mono_add(w->now, (int64_t)draw(w, (uint64_t)w->interval)), exactly_one);
	old = the_master(w);
	interval = w->r[old].cfg.adver_int_cs * NS_PER_CS;
	killed ? crash(w, old) : stop(w, old);
	gone = w->now;
	limit = skew_after(w, &w->r[successor(w)], interval) + (killed ? 3 * interval : 0);
	least = killed ? limit - interval : limit;
	run_until(w, mono_add(gone, least - 1), NULL);
	if (least > 1 && count_masters(w))
		broken(w, "a takeover came too soon");
	run_until(w, mono_add(gone, limit + w->max_delay + 2), NULL);
	if (count_masters(w) < 1)
		broken(w, "no takeover within its time");
	settle(w);
}

static void one_on_each_side(struct world *w)
{
	int there[2] = {0}, masters[2] = {0};

	for (int i = 0; i < w->n; i++) {
		there[w->side[i]]++;
		masters[w->side[i]] += w->r[i].fsm.state == VRRP_MASTER;
	}
	for (int s = 0; s < 2; s++)
		if (there[s] && masters[s] != 1)
			broken(w, "a part of a split group does not have exactly one master");
}

static void parts(struct world *w)
{
	w->phase = "parts";
	for (int i = 0; i < w->n; i++)
		w->side[i] = chance(w, 50);
	if (chance(w, 50))
		settle(w);
	for (int i = 0; i < w->n; i++)
		for (int j = 0; j < w->n; j++)
			w->cut[i][j] = w->side[i] != w->side[j];
	for (int i = 0; i < w->n; i++)
		start(w, i);
	run_until(w, mono_add(w->now, 2 * longest_down(w)), NULL);
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
		build_world(&w, s);
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
