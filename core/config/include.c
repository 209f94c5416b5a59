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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum insist {
	INSIST_READ = 1,     /* what is found can be read */
	INSIST_MATCH = 2,    /* a pattern without wildcards and braces finds something */
	INSIST_WILDCARD = 4, /* so does one without braces */
	INSIST_BRACE = 8,    /* so does each alternative in braces */
};

static const struct {
	const char *word;
	unsigned insist;
} family[] = {
    {"include", 0},
    {"includer", INSIST_READ},
    {"includem", INSIST_READ | INSIST_MATCH},
    {"includew", INSIST_READ | INSIST_WILDCARD},
    {"includeb", INSIST_READ | INSIST_BRACE},
    {"includea", LEX_INSIST_ALL},
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

static const char all_too_large[] = "all files together are larger than 256 MiB";

/* Reads fd to its end, from where it says how long it is. 0, or -errno. */
static int read_text(struct lexed *l, int fd, size_t expected, char **data, size_t *len)
{
	size_t cap = expected + 1;
	ssize_t n;

	*data = arena_alloc(&l->arena, cap + 1);
	*len = 0;
	do {
		if (*len == cap) { /* it grows while it is read */
			char *more = arena_alloc(&l->arena, 2 * cap + 1);

			*data = memcpy(more, *data, cap);
			cap *= 2;
		}
		n = read(fd, *data + *len, cap - *len);
		if (n > 0)
			*len += (size_t)n;
	} while ((n > 0 && *len <= LEX_FILE_MAX) || (n < 0 && errno == EINTR));
	(*data)[*len] = '\0';
	return n < 0 ? -errno : 0;
}

static const char too_large[] = "larger than 64 MiB";

/* NULL: `why` says what is wrong. */
static struct source *read_all(struct lexed *l, int fd, off_t size, const char *path,
			       const char **why)
{
	struct source *s;
	size_t len = 0;
	char *data;
	int r;

	if (size > (off_t)LEX_FILE_MAX) {
		*why = too_large;
		return NULL;
	}
	r = read_text(l, fd, (size_t)size, &data, &len);
	if (r || len > LEX_FILE_MAX || (l->octets += len) > LEX_TOTAL_MAX) {
		*why = r ? strerror(-r) : len > LEX_FILE_MAX ? too_large : all_too_large;
		return NULL;
	}
	s = arena_alloc(&l->arena, sizeof(*s));
	*s = (struct source){arena_text(&l->arena, path, strlen(path)), data, len};
	return s;
}

static const char is_a_directory[] = "it is a directory";
static const char is_irregular[] = "it is not a regular file";

/* What is not there, or not for this user. */
static bool is_absent(int error)
{
	return error == ENOENT || error == EACCES;
}

/* NULL: `why` says what is wrong, `absent` whether it is only that. Opening does not wait for the
 * other end of a pipe. */
static struct source *open_source(struct lexed *l, const char *path, struct lex_open *file,
				  const char **why, bool *absent)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct source *s = NULL;
	struct stat st = {0};

	*absent = fd < 0 && is_absent(errno);
	if (fd < 0) {
		*why = errno == ENXIO ? is_irregular : strerror(errno); /* ENXIO: a socket */
		return NULL;
	}
	if (fstat(fd, &st) < 0)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = S_ISDIR(st.st_mode) ? is_a_directory : is_irregular;
	else
		s = read_all(l, fd, st.st_size, path, why);
	close(fd);
	file->dev = st.st_dev;
	file->ino = st.st_ino;
	file->source = s;
	if (s)
		findings_read(l->findings, path);
	return s;
}

struct lexed *lex_file(const char *path, const struct config_options *o, struct findings *f)
{
	struct lexed *l = lex_new(o, f);
	struct lex_open file = {
	    .depth = 1, .insist = o && o->all_includes ? LEX_INSIST_ALL : 0, .may_include = true};
	const char *why = NULL;
	bool absent;

	l->files = 1;
	if (open_source(l, path, &file, &why, &absent))
		l->reader = lex_reader_new(l, &file);
	else
		findings_add(f, FINDING_FATAL, path, 0, 0, NULL, "cannot be read: %s", why);
	return l;
}

/* ---- including ------------------------------------------------------- */

struct inclusion {
	struct lexed *l;
	const struct lex_open *from;
	struct place at;        /* of the pattern */
	unsigned insist, check; /* of this line; of include_check */
	const char *pattern;    /* as it was written */
	size_t found, alternatives;
	bool braces; /* it has some that mean alternatives */
	bool said;   /* that something is missing */
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

/* What is absent is a mistake only to some keywords; anything else is one to all: a file that
 * could not be read whole must not pass for one that says nothing. */
static void say_unreadable(struct inclusion *in, const char *path, const char *why, bool absent)
{
	enum finding_level level =
	    absent && !(in->insist & INSIST_READ) ? FINDING_WARNING : FINDING_ERROR;

	place_report(in->l->findings, level, &in->at, "%s cannot be read: %s", path, why);
	findings_last(in->l->findings)->missing = true;
	in->said = true;
}

static void read_whole(struct lexed *l, const struct lex_open *file)
{
	struct reader *r = lex_reader_new(l, file);

	while (lex_reader_line(r))
		;
	lex_reader_free(r);
}

static void include_file(struct inclusion *in, const char *path)
{
	struct lex_open file = {
	    .up = in->from, .depth = in->from->depth + 1, .insist = in->check, .may_include = true};
	struct findings *f = in->l->findings;
	const char *why = NULL;
	bool absent;

	if (!open_source(in->l, path, &file, &why, &absent))
		say_unreadable(in, path, why, absent);
	else if (is_open(&file, in->from))
		place_report(f, FINDING_ERROR, &in->at,
			     "%s includes itself, directly or through another file", path);
	else if (++in->l->files > LEX_FILES_MAX)
		place_report(f, FINDING_ERROR, &in->at, "more than %d files in all", LEX_FILES_MAX);
	else
		read_whole(in->l, &file);
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

static bool is_wild(const char *pattern)
{
	return strpbrk(pattern, "*?[");
}

static void nothing_found(const struct inclusion *in)
{
	bool wild = is_wild(in->pattern);
	bool must =
	    !in->braces && (in->insist & INSIST_WILDCARD || (!wild && in->insist & INSIST_MATCH));

	place_report(in->l->findings, must ? FINDING_ERROR : FINDING_WARNING, &in->at,
		     "no file \"%s\"%s; nothing was included", in->pattern,
		     wild || in->braces ? " matches" : "");
	findings_last(in->l->findings)->missing = true;
}

/* glob(3) tells its handler nothing about the caller. */
static struct {
	char path[512];
	int error;
} unread_folder;

static int on_glob_error(const char *path, int error)
{
	if (!unread_folder.error && error != ENOENT && error != ENOTDIR) {
		unread_folder.error = error;
		TEXT_COPY(unread_folder.path, path);
	}
	return 0;
}

/* A pattern without braces, or one of the alternatives that they make. */
static void include_alternative(struct inclusion *in, const char *pattern, bool of_braces)
{
	bool wild = is_wild(pattern);
	glob_t g = {0};

	unread_folder.error = 0;
	glob(pattern, 0, on_glob_error, &g);
	if (unread_folder.error)
		say_unreadable(in, unread_folder.path, strerror(unread_folder.error),
			       is_absent(unread_folder.error));
	in->found += g.gl_pathc;
	in->braces = in->braces || of_braces;
	if (!g.gl_pathc && of_braces && in->insist & INSIST_BRACE &&
	    (!wild || in->insist & INSIST_WILDCARD)) {
		place_report(in->l->findings, FINDING_ERROR, &in->at, "no file \"%s\"%s", pattern,
			     wild ? " matches" : "");
		in->said = true;
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		if (g.gl_pathc == 1 || !is_directory(g.gl_pathv[i]))
			include_file(in, g.gl_pathv[i]);
	globfree(&g);
}

/* The brace that closes the one at p, or NULL. */
static const char *closing_brace(const char *p)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && !--depth)
			return p;
	}
	return NULL;
}

/* The first pair of braces that means alternatives; "{}" and one that is not closed do not. */
static const char *first_brace(const char *p, const char **close)
{
	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '{' && p[1] != '}' && (*close = closing_brace(p)))
			return p;
	}
	return NULL;
}

static const char *alternative_end(const char *p, const char *close)
{
	unsigned depth = 0;

	for (; p < close && (depth || *p != ','); p++) {
		if (*p == '\\' && p + 1 < close)
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && depth)
			depth--;
	}
	return p;
}

/* glob() knows braces too, but makes as many alternatives as it is asked for. */
static void include_braces(struct inclusion *in, const char *pattern, bool of_braces)
{
	const char *close, *open = first_brace(pattern, &close);

	if (++in->alternatives > LEX_FILES_MAX) {
		if (in->alternatives == LEX_FILES_MAX + 1)
			place_report(in->l->findings, FINDING_ERROR, &in->at,
				     "the braces make more than %d patterns", LEX_FILES_MAX);
		in->said = true;
		return;
	}
	if (!open) {
		include_alternative(in, pattern, of_braces);
		return;
	}
	for (const char *p = open; p < close;) {
		const char *from = p + 1, *end = alternative_end(from, close);
		size_t size = strlen(pattern) + 1;
		char *one = xcalloc(1, size);

		snprintf(one, size, "%.*s%.*s%s", (int)(open - pattern), pattern, (int)(end - from),
			 from, close + 1);
		if (in->alternatives <= LEX_FILES_MAX)
			include_braces(in, one, true);
		free(one);
		p = end;
	}
}

static void include_pattern(struct inclusion *in)
{
	char *full = absolute_pattern(in->from, in->pattern);

	include_braces(in, full, false);
	if (!in->found && !in->said)
		nothing_found(in);
	free(full);
}

/* A name with blanks need not stand in quotes. */
static const char *pattern_of(struct lexed *l, const struct item *line)
{
	const struct word *w = &line->words[1];

	return line->nwords == 2
		   ? w->text
		   : arena_text(&l->arena, line->text + w->at, (size_t)(line->len - w->at));
}

void lex_include(struct lexed *l, const struct lex_open *from, unsigned check,
		 const struct item *line)
{
	struct inclusion in = {.l = l,
			       .from = from,
			       .at = item_place(line, 1),
			       .insist = insists_on(line->words[0].text) | check,
			       .check = check};

	if (line->nwords < 2)
		place_report(l->findings, FINDING_ERROR, &in.at, "%s: the file is missing",
			     line->words[0].text);
	else if (!from->may_include)
		place_report(l->findings, FINDING_ERROR, &in.at,
			     "%s: files cannot be included here", line->words[0].text);
	else if (from->depth >= LEX_DEPTH_MAX)
		place_report(l->findings, FINDING_ERROR, &in.at,
			     "files are included more than %d deep", LEX_DEPTH_MAX);
	else {
		in.pattern = pattern_of(l, line);
		include_pattern(&in);
	}
}

unsigned lex_include_check(struct lexed *l, unsigned check, const struct item *line)
{
	static const struct {
		const char *word;
		unsigned insist;
	} options[] = {{"readable", INSIST_READ},
		       {"match", INSIST_READ | INSIST_MATCH},
		       {"wildcard_match", INSIST_READ | INSIST_WILDCARD},
		       {"brace_match", INSIST_READ | INSIST_BRACE}};
	bool anew = true;

	if (line->nwords < 2)
		return LEX_INSIST_ALL;
	for (unsigned w = 1; w < line->nwords; w++) {
		const char *text = line->words[w].text;
		char sign = *text == '+' || *text == '-' ? *text : '\0';
		struct place at = item_place(line, w);
		unsigned bits = 0;

		for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
			if (text_eq(text + (sign != 0), options[i].word))
				bits = options[i].insist;
		if (!bits)
			place_report(l->findings, FINDING_ERROR, &at,
				     "include_check: \"%.64s\" is not one of readable, match, "
				     "wildcard_match, brace_match, with + or - before it or not",
				     text);
		else if (sign == '-')
			check &= bits == INSIST_READ ? ~bits : ~(bits & ~(unsigned)INSIST_READ);
		else
			check = (sign || !anew ? check : 0) | bits;
		anew = anew && sign;
	}
	return check;
}
