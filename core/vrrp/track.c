/*
 * track: see track.h (process vrrp). The rules are those of keepalived: a positive weight is
 * added while the tracked thing is well, a negative one while it is not; reverse turns the sign,
 * and with weight 0 it turns fault and no fault. The number in a file is multiplied by the weight;
 * a product of -254 or less is a fault, and so is any number but 0 when the weight is 0.
 */
#include "vrrp/track.h"

#define PRIORITY_OWNER 255
#define PRODUCT_MAX    253

static bool is_number(const struct track_row *t)
{
	return t->kind == TRACK_FILE;
}

static bool is_seen(const struct track_row *t)
{
	return t->state == TRACK_OK || t->state == TRACK_FAILED;
}

static int32_t product_of(const struct track_row *t)
{
	int64_t product = (int64_t)t->value * t->weight * (t->reverse ? -1 : 1);

	if (product <= TRACK_FAULT_SUM)
		return TRACK_FAULT_SUM;
	return product > PRODUCT_MAX ? PRODUCT_MAX : (int32_t)product;
}

static bool number_faults(const struct track_row *t)
{
	if (!t->weight)
		return (t->value != 0) != t->reverse;
	return product_of(t) == TRACK_FAULT_SUM;
}

bool vrrp_track_faults(const struct track_row *t)
{
	if (!is_seen(t))
		return false;
	if (is_number(t))
		return number_faults(t);
	return !t->weight && (t->state == TRACK_FAILED) != t->reverse;
}

bool vrrp_track_awaits(const struct track_row *t)
{
	return !t->weight && t->state == TRACK_UNKNOWN;
}

static int32_t contribution(const struct track_row *t)
{
	bool counts = t->state == TRACK_OK ? t->weight > 0 : t->weight < 0;

	if (!is_seen(t) || vrrp_track_faults(t))
		return 0;
	if (is_number(t))
		return product_of(t);
	return counts ? t->reverse ? -t->weight : t->weight : 0;
}

bool vrrp_track_judge(struct track_row *t, struct vrrp_sight seen)
{
	struct track_row before = *t;

	if (seen.state != TRACK_UNKNOWN) {
		t->state = (uint8_t)seen.state;
		t->value = seen.value;
	}
	if (is_number(t) && is_seen(t))
		t->state = number_faults(t) ? TRACK_FAILED : TRACK_OK;
	t->contribution = contribution(t);
	return t->state != before.state || t->value != before.value ||
	       t->contribution != before.contribution;
}

void vrrp_tracked_add(struct vrrp_tracked *sum, const struct track_row *t, bool weigh)
{
	sum->faults += vrrp_track_faults(t);
	sum->awaited += vrrp_track_awaits(t);
	sum->sum += weigh ? t->contribution : 0;
}

uint8_t vrrp_tracked_priority(const struct vrrp_tracked *sum, uint8_t base)
{
	int64_t priority = (int64_t)base + sum->sum;

	if (base == PRIORITY_OWNER)
		return base;
	if (priority < 1)
		return 1;
	return priority >= PRIORITY_OWNER ? PRIORITY_OWNER - 1 : (uint8_t)priority;
}
