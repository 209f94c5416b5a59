/*
 * accepted: see accepted.h. The file is a configuration as --print-config prints it, complete
 * (nothing is included) and with its secrets. Its first line is a comment to the language:
 *
 *	# halvard accepted 1 SHA256-OF-THE-REST "FILE IT CAME FROM"
 *
 * With another number there, or another digest, it is not what was written, and is not run: a
 * priority with one digit lost would parse as well.
 */
#include "daemon/accepted.h"

#include "base/text.h"
#include "daemon/digest.h"
#include "daemon/persist.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC    "# halvard accepted"
#define VERSION  "1"
#define HEAD_MAX (sizeof(MAGIC) + DIGEST_TEXT + 4 * TEXT_MAX + 32) /* longer: not ours */
#define NOTE     "# Kept by halvard, which runs it when its file has errors. Do not edit this one.\n"

static void digest_of(const char *text, char ret[DIGEST_TEXT])
{
	struct digest *d = digest_begin();

	digest_add(d, text);
	digest_end(d, ret);
}

static void print(const struct store *file, const char *source, struct buf *ret)
{
	char digest[DIGEST_TEXT], name[TEXT_MAX], quoted[4 * TEXT_MAX + 3];
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	fputs(NOTE, to);
	config_print(file, to);
	fclose(to);
	digest_of(text, digest);
	TEXT_COPY(name, source);
	text_quote(quoted, sizeof(quoted), name);
	buf_printf(ret, MAGIC " " VERSION " %s %s\n", digest, quoted);
	buf_add(ret, text, size);
	free(text);
}

int accepted_store(const char *state_dir, const struct store *file, const char *source)
{
	struct buf now = {0}, kept = {0};
	int r = 0;

	print(file, source, &now);
	if (persist_read(state_dir, ACCEPTED_FILE, &kept) != 0 || kept.len != now.len ||
	    memcmp(kept.data, now.data, now.len) != 0)
		r = persist_write(state_dir, ACCEPTED_FILE, &now);
	buf_free(&now);
	buf_free(&kept);
	return r;
}

static bool find(const char *state_dir, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/" ACCEPTED_FILE, state_dir) < PATH_MAX &&
	       access(path, F_OK) == 0;
}

bool accepted_is_there(const char *state_dir)
{
	char path[PATH_MAX];

	return find(state_dir, path);
}

bool accepted_may_mention(const char *state_dir, const char *keyword)
{
	char path[PATH_MAX];

	return find(state_dir, path) && config_may_mention(path, keyword);
}

/* The text after the first line, or NULL with `why`. */
static const char *judge(const char *text, size_t len, char *source, char *why)
{
	const char *rest = strchr(text, '\n'), *p;
	char head[HEAD_MAX], version[16], told[DIGEST_TEXT], digest[DIGEST_TEXT];

	source[0] = '\0';
	snprintf(head, sizeof(head), "%.*s", (int)strcspn(text, "\n"), text);
	p = head + sizeof(MAGIC) - 1;
	if (strlen(text) != len || !rest || strncmp(head, MAGIC, sizeof(MAGIC) - 1) != 0 ||
	    !text_word(&p, version, sizeof(version))) {
		snprintf(why, TEXT_MAX, "it is not one of ours");
		return NULL;
	}
	if (!text_eq(version, VERSION)) {
		snprintf(why, TEXT_MAX,
			 "it was written by another version of the program: its form is %s, not "
			 "%s",
			 version, VERSION);
		return NULL;
	}
	digest_of(rest + 1, digest);
	if (!text_word(&p, told, sizeof(told)) || !text_eq(told, digest)) {
		snprintf(why, TEXT_MAX, "its content is not what was written");
		return NULL;
	}
	if (!text_word(&p, source, TEXT_MAX))
		snprintf(source, TEXT_MAX, "a file");
	return rest + 1;
}

struct store *accepted_load(const char *state_dir, struct findings *f, char *source, char *why)
{
	struct buf b = {0};
	struct store *s = NULL;
	char path[PATH_MAX];
	int r = persist_read(state_dir, ACCEPTED_FILE, &b);

	why[0] = '\0';
	snprintf(path, sizeof(path), "%s/" ACCEPTED_FILE, state_dir);
	if (r && r != -ENOENT)
		snprintf(why, TEXT_MAX, "it cannot be read: %s", strerror(-r));
	else if (!r && judge(buf_cstr(&b), b.len, source, why))
		s = config_parse(path, buf_cstr(&b), b.len, NULL, f);
	buf_free(&b);
	return s;
}
