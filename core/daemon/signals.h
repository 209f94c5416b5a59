/*
 * signals: those that mean something to scripts written for keepalived. What keepalived writes
 * into files halvardctl shows, so such a signal is answered by a line in the log.
 */
#ifndef DAEMON_SIGNALS_H
#define DAEMON_SIGNALS_H

#define FOREIGN_SIGNALS 3

/* The number of a signal by keepalived's name for what it does (RELOAD, DATA, ...); 0: unknown. */
int keepalived_signal(const char *name);

/* The signals that do nothing here. */
void foreign_signals(int ret[FOREIGN_SIGNALS]);
/* What to do instead of sending the signal; NULL when it is none of them. */
const char *foreign_signal_advice(int signo);

/* For the processes that only the guardian speaks to: the signals do not end them. */
void foreign_signals_ignore(void);

#endif
