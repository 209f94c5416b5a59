/*
 * log_out: where lines go: to the journal by its own protocol where it has a socket, else to the
 * socket of syslog, and to standard error. Nothing here waits: what cannot be taken at once is
 * lost, and the caller is told.
 */
#ifndef BASE_LOG_OUT_H
#define BASE_LOG_OUT_H

#include "base/log_event.h"

#define LOG_TEXT_MAX 1024 /* of one line */

struct log_places {
	const char *ident; /* kept by reference, as the paths */
	bool to_stderr;
	bool to_syslog; /* or to the journal */
	int facility;
	const char *journal_path; /* NULL: /run/systemd/journal/socket */
	const char *syslog_path;  /* NULL: /dev/log */
};

void log_out_open(const struct log_places *p);
/* False when the line is lost: no place has taken it. */
bool log_out(const struct log_record *r);

#endif
