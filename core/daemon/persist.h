/*
 * persist: files that are either the old one or the new one, whatever happens in between.
 */
#ifndef DAEMON_PERSIST_H
#define DAEMON_PERSIST_H

#include "base/buf.h"

/* Replaces DIR/NAME by `content`: temporary file, fsync, rename, fsync of the folder. Returns 0
 * or -errno; on failure the old file is whole and in place. */
int persist_write(const char *dir, const char *name, const struct buf *content);

/* Reads DIR/NAME into `ret` (appended). 0, or -errno (-ENOENT: there is none). */
int persist_read(const char *dir, const char *name, struct buf *ret);

#endif
