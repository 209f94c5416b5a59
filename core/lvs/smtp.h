/*
 * smtp: what a mail server says to a client that greets and leaves (RFC 5321), as far as it tells
 * whether it takes mail: 220 at first, 250 to HELO, 221 to QUIT. Pure.
 */
#ifndef LVS_SMTP_H
#define LVS_SMTP_H

#include "model/rows.h"

#include <stddef.h>

#define SMTP_LINE_MAX  1000 /* twice what a server may send, its end included */
#define SMTP_LINES_MAX 100  /* of one answer */

enum smtp_step { SMTP_GREETING, SMTP_HELO, SMTP_QUIT, SMTP_STEPS };

struct smtp {
	enum smtp_step step; /* which answer is waited for; SMTP_STEPS: none, all is well */
	char line[SMTP_LINE_MAX + 1];
	size_t len; /* of what has come of the line */
	unsigned lines;
	enum check_reason reason;
	char text[TEXT_REASON];
};

enum smtp_next { SMTP_WAIT, SMTP_SAY_HELO, SMTP_SAY_QUIT, SMTP_GOOD, SMTP_BAD };

void smtp_begin(struct smtp *s);
/* Takes what has come. SMTP_BAD: reason and text say why. */
enum smtp_next smtp_take(struct smtp *s, const char *data, size_t len);
/* The other side has closed, or the time is over: always SMTP_BAD. */
enum smtp_next smtp_closed(struct smtp *s);
enum smtp_next smtp_late(struct smtp *s);

#endif
