/*
 * rewrite: what was set at run time into the configuration file.
 *
 * A value is put in the place of the one that stands there, and nothing else of the file changes.
 * That is done where it is one word behind its keyword, in a line of the file itself; whatever
 * comes of a variable or a loop, stands in an included file, or is said by nothing, stays as it is.
 */
#ifndef CONFIG_REWRITE_H
#define CONFIG_REWRITE_H

#include "base/buf.h"
#include "config/config.h"

/* One field of one row. */
struct config_value {
	enum table_id table;
	const void *key;
	const struct field *field;
	const char *value;
	const char *why; /* returned: why it cannot be; NULL: it is in the text */
};

/* Makes the new text of the file at `path` with the values that can be in it, and proves it: the
 * text, which stands at `trial` meanwhile (a name in the same folder, so that it includes what the
 * file includes), must come to the rows of the file with those values, and to no other. Returns how
 * many values are in it; 0 with no text when none is. *error is -errno when `trial` cannot be
 * written. */
size_t config_rewrite(const char *path, const char *trial, const struct config_options *o,
		      struct config_value *values, size_t n, struct buf *text, int *error);

#endif
