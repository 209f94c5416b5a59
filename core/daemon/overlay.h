/*
 * overlay: the changes made at run time, kept beside the configuration file and applied over it
 * at every start and reload, so that what was set stays set.
 *
 * The file is text: the line "halvard-overlay 1", then lines
 *     set TABLE KEY... FIELD "value"
 *     add TABLE KEY...
 *     del TABLE KEY...
 * with every word quoted as text_quote() does. A line of a table or field that this version does
 * not know is kept as it is and written back.
 */
#ifndef DAEMON_OVERLAY_H
#define DAEMON_OVERLAY_H

#include "daemon/digest.h"
#include "ipc/wire.h"
#include "model/store.h"

struct overlay;

struct overlay *overlay_new(void);
struct overlay *overlay_clone(const struct overlay *o);
void overlay_free(struct overlay *o);
/* Lines kept, those of unknown fields too. */
size_t overlay_count(const struct overlay *o);

/* The i-th line: as it stands in the file, and what it says. */
struct overlay_line {
	const char *line;
	enum op_kind kind;     /* 0: not understood, and so the rest */
	const struct field *f; /* OP_SET */
	enum table_id table;
	const void *key;   /* a row whose keys say which */
	const char *value; /* OP_SET */
};
struct overlay_line overlay_line(const struct overlay *o, size_t i);

/* Reads the text; lines that cannot be read are named in the log and kept. -EINVAL when it is not
 * ours: another first line, or a NUL byte anywhere. Then nothing was read. */
int overlay_parse(struct overlay *o, const char *text, size_t len);
void overlay_print(const struct overlay *o, struct buf *ret);

/* Remembers one field of one row; `key` is a row whose keys say which. An operator's field
 * (F_ADMIN) set to its default is forgotten instead. */
void overlay_set(struct overlay *o, enum table_id t, const void *key, const struct field *f,
		 const char *value);

/* Remembers that the row was made, or taken away with all that is part of it: then what was said
 * of it is forgotten, and the line too unless the file has the row. */
void overlay_add(struct overlay *o, enum table_id t, const void *key);
void overlay_del(struct overlay *o, enum table_id t, const void *key, bool in_file);

/* Forgets what was said of the row and of what is part of it; or everything, but the lines that
 * this version does not know. Returns how many lines. */
size_t overlay_revert(struct overlay *o, enum table_id t, const void *key);
size_t overlay_revert_all(struct overlay *o);
/* Forgets the i-th line. */
void overlay_forget(struct overlay *o, size_t i);

/* Puts every known value into the rows that are there; returns how many lines found no row. */
size_t overlay_apply(const struct overlay *o, struct store *s);

/* The rules between rows: config_acceptable(). `why` has TEXT_MAX bytes. */
typedef bool (*store_judge_fn)(const struct store *s, char *why);
/* The same line by line, without those that the rules forbid: they are named in the log and
 * kept. Returns how many. `s` must be acceptable before. */
size_t overlay_apply_acceptable(const struct overlay *o, struct store *s, store_judge_fn judge);

/* SHA-256 of the lines in order of text, without what rightly differs between the directors of a
 * pair (F_LOCAL). */
void overlay_digest(const struct overlay *o, char ret[DIGEST_TEXT]);

/* The file behind it: DIR/overlay. 0 or -errno. */
int overlay_load(struct overlay *o, const char *dir);
/* The same; a file that is not ours is first put aside as DIR/overlay.unreadable, .1, .2 ..., and
 * that is 0 too. After -errno a file stands that must not be written over. */
int overlay_load_or_keep(struct overlay *o, const char *dir);
/* As persist_write(). */
int overlay_save(const struct overlay *o, const char *dir);

#endif
