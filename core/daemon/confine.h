/*
 * confine: gives up rights for good. Called once at the start of a process, before it has read
 * anything from outside.
 */
#ifndef DAEMON_CONFINE_H
#define DAEMON_CONFINE_H

#include <stdint.h>

#define CAP_BIT(c) (UINT64_C(1) << (c)) /* c: CAP_* of <linux/capability.h> */

/* Becomes `user`, with no group but its own, if there is one of that name and this is root, keeps
 * of the capabilities those in `caps` and loses the others everywhere (bounding set included),
 * gains none by exec from then on, and dies with its parent. Where the user cannot be changed at
 * all (a namespace that has no others) the process says so and goes on with `caps`; every other
 * failure ends it. */
void confine(const char *user, uint64_t caps);
/* The same with all groups of the user, which may be what it reaches others by. To find them the C
 * library loads what nsswitch.conf names: more than half of what confine() takes otherwise. */
void confine_with_groups(const char *user, uint64_t caps);

/* Keeps of the capabilities those in `caps`; nothing else changes. What it executes as root gets
 * all that it was started with. For who starts processes that confine() themselves, and one that
 * must not be confined. */
void confine_caps(uint64_t caps);

/* Keeps all rights, and dies with its parent. For who runs what needs them. */
void confine_nothing(void);

/* confine_with_groups() for a program that is run after it: it has these capabilities too. */
void confine_for_exec(const char *user, uint64_t caps);

#endif
