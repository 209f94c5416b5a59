/*
 * include: files for the lexer, and the include family of keywords.
 *
 * A pattern is taken relative to the folder of the file that includes it; the process never
 * changes its own folder for that. What a pattern finds is read in the order of the names.
 * The members of the family differ in what they insist on: plain "include" only warns when
 * something is missing, as keepalived does, includer insists that what is found can be read,
 * includem that something is found, includew and includeb that wildcards and braces find
 * something, includea on all of it.
 *
 * Only regular files are read, whatever the path came from: a pipe could make the daemon wait for
 * ever and a device never end. To include one is an error, and so a reload is refused; a
 * directory under a wildcard is passed over.
 */
#include "config/lex.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum insist {
	INSIST_READ = 1,
	INSIST_MATCH = 2,
	INSIST_WILDCARD = 4,
	INSIST_BRACE = 8,
};

static const struct {
	const char *word;
	unsigned insist;
} family[] = {
    {"include", 0},
    {"includer", INSIST_READ},
    {"includem", INSIST_MATCH},
    {"includew", INSIST_WILDCARD},
    {"includeb", INSIST_BRACE},
    {"includea", INSIST_READ | INSIST_MATCH | INSIST_WILDCARD | INSIST_BRACE},
};

bool lex_is_include(const char *word)
{
	for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++)
		if (text_eq(word, family[i].word))
			return true;
	return false;
}

static unsigned insists_on(const char *word)
{
	for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++)
		if (text_eq(word, family[i].word))
			return family[i].insist;
	return 0;
}

/* ---- reading --------------------------------------------------------- */

/* Reads fd to its end into the arena. NULL: `why` says what is wrong. */
static struct source *read_all(struct lexed *l, int fd, const char *path, const char **why)
{
	struct source *s = NULL;
	size_t len = 0, cap = 0;
	char *data = NULL;
	ssize_t n;

	do {
		if (cap - len < 4096) {
			cap = cap ? cap * 2 : 16384;
			data = xrealloc(data, cap, 1);
		}
		n = read(fd, data + len, cap - len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len <= LEX_FILE_MAX) || (n < 0 && errno == EINTR));
	if (n < 0) {
		*why = strerror(errno);
	} else if (len > LEX_FILE_MAX) {
		*why = "larger than 64 MiB";
	} else {
		s = arena_alloc(&l->arena, sizeof(*s));
		s->path = arena_text(&l->arena, path, strlen(path));
		s->data = arena_text(&l->arena, data, len);
		s->len = len;
	}
	free(data);
	return s;
}

static const char is_a_directory[] = "it is a directory";
static const char is_irregular[] = "it is not a regular file";

/* NULL: `why` says what is wrong. Opening does not wait for the other end of a pipe. */
static struct source *open_source(struct lexed *l, const char *path, struct lex_open *file,
				  const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct source *s = NULL;
	struct stat st = {0};

	if (fd < 0) {
		*why = errno == ENXIO ? is_irregular : strerror(errno); /* ENXIO: a socket */
		return NULL;
	}
	if (fstat(fd, &st) < 0)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = S_ISDIR(st.st_mode) ? is_a_directory : is_irregular;
	else
		s = read_all(l, fd, path, why);
	close(fd);
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->source = s;
	if (s)
		findings_read(l->findings, path);
	return s;
}

struct lexed *lex_file(const char *path, struct findings *f)
{
	struct lexed *l = xcalloc(1, sizeof(*l));
	struct lex_open file = {.depth = 1, .may_include = true};
	const char *why = NULL;

	l->findings = f;
	l->files = 1;
	if (open_source(l, path, &file, &why))
		lex_source(l, &file);
	else
		findings_add(f, FINDING_FATAL, path, 0, 0, NULL, "cannot be read: %s", why);
	return l;
}

/* ---- including ------------------------------------------------------- */

struct inclusion {
	struct lexed *l;
	const struct lex_open *from;
	struct place at; /* of the pattern */
	unsigned insist;
};

static bool is_open(const struct lex_open *file, const struct lex_open *from)
{
	for (; from; from = from->up)
		if (from->dev == file->dev && from->ino == file->ino)
			return true;
	return false;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What can never be read is a mistake; what cannot be read now is one only to some keywords. */
static enum finding_level unreadable(const struct inclusion *in, const char *why)
{
	bool never = why == is_a_directory || why == is_irregular;

	return never || in->insist & INSIST_READ ? FINDING_ERROR : FINDING_WARNING;
}

static void include_file(struct inclusion *in, const char *path)
{
	struct lex_open file = {.up = in->from, .depth = in->from->depth + 1, .may_include = true};
	struct findings *f = in->l->findings;
	const char *why = NULL;

	if (!open_source(in->l, path, &file, &why))
		place_report(f, unreadable(in, why), &in->at, "%s cannot be read: %s", path, why);
	else if (is_open(&file, in->from))
		place_report(f, FINDING_ERROR, &in->at,
			     "%s includes itself, directly or through another file", path);
	else if (++in->l->files > LEX_FILES_MAX)
		place_report(f, FINDING_ERROR, &in->at, "more than %d files in all", LEX_FILES_MAX);
	else
		lex_source(in->l, &file);
}

/* The pattern below the folder of the including file, whose own name is taken literally. */
static char *absolute_pattern(const struct lex_open *from, const char *pattern)
{
	const char *slash = strrchr(from->source->path, '/');
	size_t dir = slash ? (size_t)(slash - from->source->path) + 1 : 0;
	char *full, *out;

	if (pattern[0] == '/' || !dir)
		return xstrdup(pattern);
	full = out = xcalloc(2 * dir + strlen(pattern) + 1, 1);
	for (size_t i = 0; i < dir; i++) {
		if (strchr("*?[]{},\\~", from->source->path[i]))
			*out++ = '\\';
		*out++ = from->source->path[i];
	}
	strcpy(out, pattern);
	return full;
}

static void nothing_found(const struct inclusion *in, const char *pattern)
{
	bool brace = strchr(pattern, '{'), wild = strpbrk(pattern, "*?[");
	bool must = in->insist & INSIST_MATCH || (wild && in->insist & INSIST_WILDCARD) ||
		    (brace && in->insist & INSIST_BRACE) ||
		    (!wild && !brace && in->insist & INSIST_READ);

	place_report(in->l->findings, must ? FINDING_ERROR : FINDING_WARNING, &in->at,
		     "no file \"%s\"%s; nothing was included", pattern,
		     wild || brace ? " matches" : "");
}

static void include_pattern(struct inclusion *in, const char *pattern)
{
	char *full = absolute_pattern(in->from, pattern);
	glob_t g = {0};

	if (glob(full, GLOB_BRACE, NULL, &g) != 0 || !g.gl_pathc)
		nothing_found(in, pattern);
	for (size_t i = 0; i < g.gl_pathc; i++)
		if (g.gl_pathc == 1 || !is_directory(g.gl_pathv[i]))
			include_file(in, g.gl_pathv[i]);
	globfree(&g);
	free(full);
}

void lex_include(struct lexed *l, const struct lex_open *from, const struct item *line)
{
	struct inclusion in = {l, from, item_place(line, 1), insists_on(line->words[0].text)};

	if (line->nwords < 2)
		place_report(l->findings, FINDING_ERROR, &in.at, "%s: the file is missing",
			     line->words[0].text);
	else if (!from->may_include)
		place_report(l->findings, FINDING_ERROR, &in.at,
			     "%s: files cannot be included here", line->words[0].text);
	else if (from->depth >= LEX_DEPTH_MAX)
		place_report(l->findings, FINDING_ERROR, &in.at,
			     "files are included more than %d deep", LEX_DEPTH_MAX);
	else
		include_pattern(&in, line->words[1].text);
}
