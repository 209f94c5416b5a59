/*
 * mails: what is told by mail (smtp_alert). Mails are handed over one after the other by
 * halvard-mail, a program that has no rights. So many wait, the newest are kept; so many are sent
 * in a minute; a server that does not take them is tried again, and said once.
 */
#ifndef EXEC_MAILS_H
#define EXEC_MAILS_H

#include "exec/exec.h"

#define MAILS_MAX      64             /* that wait */
#define MAILS_MINUTE   20             /* sent in one, beyond which they wait */
#define MAIL_FIRST_NS  (5 * NS_PER_S) /* until one is tried again; then doubled */
#define MAIL_LAST_NS   (300 * NS_PER_S)
#define RECIPIENTS_MAX 32

struct mails;

struct mails *mails_new(struct exec_env *env);
void mails_free(struct mails *m);
/* Tells it to all recipients; nobody is told when there are none. */
void mails_add(struct mails *m, const char *subject, const char *text);
/* All end (env->stopping): none waits for the next minute. */
void mails_hurry(struct mails *m);
/* Nothing waits, or what waits will wait longer since the server does not take it. */
bool mails_are_idle(const struct mails *m);
/* Called when that is so. */
void mails_on_idle(struct mails *m, void (*idle)(void *arg, struct mono now), void *arg);

#endif
