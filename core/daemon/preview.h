/*
 * preview: what a reload would do. Nothing is changed and nothing logged.
 *
 * The answer is lines of words as text_quote() writes them:
 *     finding LEVEL FILE LINE COLUMN TEXT SOURCE     0: no line; SOURCE may be empty
 *     added|removed TABLE KEY...
 *     changed TABLE KEY... FIELD OLD NEW live|restart
 *     omitted COUNT                                  lines beyond PREVIEW_MAX bytes
 */
#ifndef DAEMON_PREVIEW_H
#define DAEMON_PREVIEW_H

#include "base/buf.h"
#include "daemon/director.h"

#define PREVIEW_MAX (16 * 1024 * 1024)

/* False: it would be refused, and `why` (TEXT_MAX) says why. */
bool preview_reload(struct director *d, struct buf *lines, char *why);

#endif
