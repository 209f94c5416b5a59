/*
 * confirm: what was changed on trial, and goes back by itself unless somebody confirms it: a
 * reload, or a change at run time. One thing is on trial at a time.
 *
 * The file DIR/unconfirmed is written before the trial begins, so that nobody's death ends it:
 *
 *	halvard-unconfirmed 1
 *	refused SECONDS "who" DIGEST
 *	reload|change END LEFT SECONDS "who" DIGEST
 *	the overlay as it was before, for a change
 *
 * END is of the wall clock, LEFT what was left when it was written, both in milliseconds; the
 * nearer one counts, so that setting the clock back extends nothing. DIGEST is that of the file
 * that is on trial; "refused" remembers one that has gone back, until a reload takes a file. Either
 * line may be missing.
 */
#ifndef DAEMON_CONFIRM_H
#define DAEMON_CONFIRM_H

#include "daemon/director.h"
#include "daemon/overlay.h"
#include "model/rows.h"

/* Of a change or a reload: how long it may stay; 0: for good. */
struct trial {
	uint32_t seconds;
	const char *who;
};

/* Reads the file. `due` is called when the time is over, by the loop, and again after each
 * confirm_again(). */
struct confirm *confirm_new(struct director *d, void (*due)(void *arg), void *arg);
void confirm_free(struct confirm *c);

/* At a start. The overlay as it must be when a change on trial has run out meanwhile: NULL when
 * none has; the caller's. The clock starts with confirm_start(). */
struct overlay *confirm_overlay_of_before(struct confirm *c);
void confirm_start(struct confirm *c);
/* Why a file of that digest is not to be run by a start: it was on trial and has gone back, or its
 * time ran out while nobody was there. NULL: it may. */
const char *confirm_objection(struct confirm *c, const char *digest);
/* A start runs a file of that digest: while a reload is on trial it is what is, whether or not it
 * was changed since. */
void confirm_runs(struct confirm *c, const char *digest);

/* What is on trial: CONFIRM_NONE, ... */
enum confirm_pending confirm_pending(const struct confirm *c);
/* "the reload by root awaits its confirmation"; returns buf. */
const char *confirm_text(const struct confirm *c, char *buf, size_t size);
/* Who asked, and for how long. */
const struct trial *confirm_trial(const struct confirm *c);

/* A trial begins, of a reload (`before` NULL, `digest` that of the file) or of a change. 0, or
 * -errno: it could not be written down, and must not begin. */
int confirm_begin(struct confirm *c, const struct trial *t, const char *digest,
		  const struct overlay *before);
/* It is over, for good: confirmed, or taken back. 0 or -errno: that could not be written down. */
int confirm_end(struct confirm *c);
/* A reload has taken a file for good: so ends one on trial, and none is refused any more. 0 or
 * -errno. */
int confirm_accept(struct confirm *c);
/* The reload on trial has gone back: a start is not to run that file. */
void confirm_refuse(struct confirm *c);
/* A new copy of the overlay of before; NULL: it is no change. */
struct overlay *confirm_before(const struct confirm *c);
/* Going back has failed: `due` comes again. */
void confirm_again(struct confirm *c);

#endif
