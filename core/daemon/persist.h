/*
 * persist: files that are either the old one or the new one, whatever happens in between.
 */
#ifndef DAEMON_PERSIST_H
#define DAEMON_PERSIST_H

#include "base/buf.h"

#include <limits.h>
#include <sys/types.h>

/* More is neither written nor read (-EFBIG): what is larger is not ours, and main would stand still
 * while it reads. */
#define PERSIST_MAX (256 << 20)

/* Replaces DIR/NAME by `content`: temporary file, fsync, rename, fsync of the folder. Returns 0,
 * or -errno: the old file is whole and in place, or errno: the new file is in place, but the
 * disk has not said that it stays (the folder's fsync failed). A way back is not tried then: it
 * would be another rename on the same disk, as unsure as the first. */
int persist_write(const char *dir, const char *name, const struct buf *content);

/* The same of a file that others read, with these permissions. */
int persist_replace(const char *dir, const char *name, const struct buf *content, mode_t mode);

/* Adds `content` at the end of DIR/NAME, which is there; `durable`: and waits until the disk has
 * it. 0 or -errno: then the file may end with a part of it. */
int persist_append(const char *dir, const char *name, const struct buf *content, bool durable);

/* Renames DIR/NAME, whatever it is, to DIR/NAME.unreadable, .unreadable.1, .2 ...: what was put
 * aside before is never written over. `ret` is the new path. 0 or -errno. */
int persist_put_aside(const char *dir, const char *name, char ret[PATH_MAX]);

/* Reads DIR/NAME into `ret` (appended). 0, or -errno (-ENOENT: there is none, -EMEDIUMTYPE:
 * neither a file nor a directory). Never waits: a pipe is not opened for good. */
int persist_read(const char *dir, const char *name, struct buf *ret);

#endif
