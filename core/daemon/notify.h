/* notify: what systemd is told (sd_notify(3)); silent without NOTIFY_SOCKET. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

void notify_systemd(const char *state);
/* "WATCHDOG=1" when the unit has a watchdog. */
void notify_watchdog(void);

#endif
