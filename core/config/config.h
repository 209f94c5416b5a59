/*
 * config: keepalived's configuration language (keepalived.conf) into rows, and back.
 *
 * Parsing has no side effect outside the store it returns: a new generation that the
 * daemon compares with the running one. A bad line never ends anything: every complaint is a
 * finding with a place, and a bad block is skipped whole.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "model/store.h"

#include <stdio.h>

enum finding_level {
	FINDING_NOTICE,  /* accepted: deprecated, or known but not done yet */
	FINDING_WARNING, /* accepted with a change that the text names */
	FINDING_ERROR,   /* not accepted: the line or block was left out */
	FINDING_FATAL,   /* the file could not be read at all */
};
extern const char *const finding_level_names[];

struct finding {
	enum finding_level level;
	char *file;
	unsigned line, column; /* from 1; 0: the whole file */
	char *source;          /* the line of the file, or NULL */
	bool security;         /* others than root can change what root runs */
	bool missing;          /* a file that should have been included */
	char *text;            /* reason, what is allowed, the nearest known word */
};

struct findings {
	struct finding *items;
	size_t count;
	size_t cap;
	char **files; /* that were read, the first one first */
	size_t nfiles, files_cap;
};

void findings_free(struct findings *f);
void findings_add(struct findings *f, enum finding_level level, const char *file, unsigned line,
		  unsigned column, const char *source, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));
/* The one that was added last; there must be one. */
struct finding *findings_last(struct findings *f);
void findings_read(struct findings *f, const char *file);
bool findings_security(const struct findings *f);            /* one of them is about security */
enum finding_level findings_worst(const struct findings *f); /* FINDING_NOTICE when empty */
/* "file:line:column: error: text", then the source line and a caret. */
void finding_print(const struct finding *f, FILE *to);
/* The same in colours, for a terminal. */
void finding_print_colour(const struct finding *f, FILE *to);

/* What is known of the machine on which the configuration is to run. */
struct config_machine {
	bool (*has_interface)(const char *name);
	bool (*lacks_scheduler)(const char *name); /* false: it has it, or nobody knows */
	bool (*has_file)(const char *path);
	/* Who else than root can change the file, as the end of a sentence that begins with its
	 * path; NULL: nobody. */
	const char *(*who_else_writes)(const char *path);
};

/* How a file is to be read. Everything zero is what a caller without wishes wants. */
struct config_options {
	const char *id;    /* of lines that begin with @ID; NULL: the host name to its first dot */
	bool all_includes; /* whatever an include misses is an error */
	const struct config_machine *machine; /* NULL: it is not looked at */
	unsigned lines_max; /* that variables and loops may make; 0: CONFIG_LINES_MAX */
	size_t items_max;   /* statements and braces in all; 0: CONFIG_ITEMS_MAX */
};
#define CONFIG_LINES_MAX 2000000
#define CONFIG_ITEMS_MAX 5000000

/* Reads `path`, its includes, and validates. Always returns a store (perhaps without rows).
 * Options may be NULL. */
struct store *config_load(const char *path, const struct config_options *o, struct findings *f);
/* The same from memory; includes are refused. */
struct store *config_parse(const char *name, const char *text, size_t len,
			   const struct config_options *o, struct findings *f);

/* False: no line of the file can begin with the keyword, whatever is included or replaced. True:
 * one may. For who wants to know without reading all of it. */
bool config_may_mention(const char *path, const char *keyword);

/* Checks a whole model (from a file, or a file with the overlay applied): references,
 * clashes, ranges that depend on other fields. Findings name rows where there is no file. */
bool config_validate(const struct store *s, struct findings *f);
/* First objection to a model in one line of TEXT_MAX, for a transaction. true: none. */
bool config_acceptable(const struct store *s, char *why);
/* What an objection is about. */
struct objection {
	enum table_id table;
	const void *row;
	const char *field; /* NULL: the row as a whole */
};
/* The same the other way round: true: there is one, `ret` and `why` are it. */
bool config_objection(const struct store *s, char *why, struct objection *ret);

/* A row for each machine that a real server is on, made from those; config_load() does it. */
void config_nodes(struct store *s);

/* A file that parses to the same rows. */
void config_print(const struct store *s, FILE *to);

#endif
