/*
 * log_event: what a line of the log is about. A transition (something is another than before) has
 * one form for all objects:
 *
 *   OBJECT NAME: OLD -> NEW (REASON) by WHO, what else there is to say
 *   vrrp_instance VI_1: backup -> master (masterDownTimer), priority 100
 *   real_server 192.0.2.10:80/tcp 10.0.0.1:80: up -> down (timeout), no answer in time, weight 0
 *
 * with the words of the schema: table, key, names of values. In the journal the same stands in
 * fields beside the text, and MESSAGE_ID tells the kind. Those ids and names are a promise; they
 * are listed in halvard(8).
 */
#ifndef BASE_LOG_EVENT_H
#define BASE_LOG_EVENT_H

#include "base/log_levels.h"

#include <stddef.h>

enum log_event {
	LOG_VRRP_INSTANCE,  /* key: name */
	LOG_SYNC_GROUP,     /* key: name */
	LOG_VRRP_ADDRESS,   /* key: instance, address; of a master, lost and restored */
	LOG_VRRP_ROUTE,     /* key: instance, name; the same */
	LOG_VRRP_RULE,      /* key: instance, name; the same */
	LOG_TRACK,          /* key: instance or group, what it tracks */
	LOG_VRRP_SCRIPT,    /* key: name */
	LOG_TRACK_PROCESS,  /* key: name */
	LOG_VIRTUAL_SERVER, /* key: name */
	LOG_REAL_SERVER,    /* key: virtual server, name */
	LOG_CHECK,          /* key: kind, target */
	LOG_PROCESS,        /* key: role */
	LOG_AGENT,          /* key: socket of the master */
	LOG_RELOAD,         /* key: file */
	LOG_CHANGE,         /* key: table and key of the row, field */
	LOG_LOST,           /* no key: lines of the log itself */
	LOG_EVENTS
};

#define LOG_KEYS 2

struct log_transition {
	enum log_event event;
	enum log_level level;
	const char *key[LOG_KEYS];
	const char *old, *now; /* names of the values; `old` may be NULL */
	const char *reason;    /* may be NULL */
	const char *who;       /* by whom, may be NULL */
	const char *family;    /* repetition is counted together with others of it; NULL: by key */
};

struct log_record {
	enum log_area area;
	enum log_level level;
	int err; /* errno that the text tells; 0: none */
	const char *text;
	const struct log_transition *transition; /* NULL: a line like any other */
};

enum log_area log_event_area(enum log_event e);
/* The name of the object, "vrrp_instance". */
const char *log_event_object(enum log_event e);
/* The line without what else there is to say; returns the length as snprintf. */
size_t log_transition_text(const struct log_transition *t, char *buf, size_t size);

struct log_sender {
	const char *ident;
	int facility; /* as in syslog(3), shifted */
	int pid;
};

/* The datagram for journald's native protocol: NAME=VALUE lines, and a value of several lines
 * with its length before it. A field that does not fit is left out. Returns the length. */
size_t log_journal_entry(const struct log_record *r, const struct log_sender *from, char *buf,
			 size_t size);
/* Control characters as \n, \t or \xNN, so that nothing that is quoted in a line makes another. */
void log_one_line(char *dst, size_t size, const char *src);

#endif
