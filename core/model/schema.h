/*
 * schema: what a row is. Every table is described once, field by field; validation,
 * diff, wire format, overlay, halvardctl and every SNMP column come from here.
 *
 * Rows are flat C structs (model/rows.h) of fixed size; references between rows are keys. Long
 * texts of tables with many rows are FT_TEXT: the row of a store holds a shared copy of each
 * (model/texts.h), any other row borrows: from a row of a store, which must not change meanwhile,
 * or from any memory that lasts as long as the row is used. row_hold() is for one that must last
 * longer.
 */
#ifndef MODEL_SCHEMA_H
#define MODEL_SCHEMA_H

#include "model/fieldset.h"
#include "model/table_id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	FT_BOOL, /* bool */
	FT_U8,
	FT_U16,
	FT_U32,
	FT_U64,
	FT_I32,  /* range and value as the 64 bits of an int64_t */
	FT_ENUM, /* uint8_t with names */
	FT_STR,  /* char[], always NUL terminated and zero padded */
	FT_TEXT, /* const char *; NULL counts as "" */
	FT_ADDR, /* struct addr */
	FT_WHEN, /* struct mono; 0 is "never" */
	FT_WALL, /* uint64_t, milliseconds since the epoch; 0 is "never" */
};

/* What a field is (exactly one of the first five) and what may be done to it. */
#define F_KEY     (1u << 0)  /* part of the row's name, in order of declaration */
#define F_CONFIG  (1u << 1)  /* comes from the configuration file */
#define F_ADMIN   (1u << 2)  /* not in the file: the operator's word, kept in the overlay */
#define F_STATE   (1u << 3)  /* written by the process that owns the table's state */
#define F_COUNTER (1u << 4)  /* state that only grows */
#define F_SET     (1u << 5)  /* may be changed at run time (halvardctl, overlay) */
#define F_SNMP    (1u << 6)  /* may be changed by SNMP too */
#define F_LIVE    (1u << 7)  /* a change does not restart the object */
#define F_SECRET  (1u << 8)  /* never leaves the processes that need it; printed as "***" */
#define F_EXEC    (1u << 9)  /* names what to execute: only the file sets it, only exec sees it */
#define F_MAIN    (1u << 10) /* state that main writes although another process owns the table's */
#define F_LOCAL   (1u << 11) /* may rightly differ between the directors of a pair */
#define F_EVENT   (1u << 12) /* what programs are run for: exec is told */
#define F_DEMAND  (1u << 13) /* a figure that is read while somebody asks for it */
#define F_ACTION  (1u << 14) /* setting it is an order to main, of which nothing is kept */
#define F_CREATE  (1u << 15) /* may be set by the change that adds the row, and by no other */

#define F_WANTED (F_CONFIG | F_ADMIN)  /* what should be */
#define F_SEEN   (F_STATE | F_COUNTER) /* what is */

struct enum_name {
	int value;
	const char *name; /* NULL ends the list */
};

struct field {
	const char *name;
	enum field_type type;
	unsigned flags;
	uint16_t offset;
	uint16_t size;
	uint64_t min, max; /* integers: range; strings: length */
	uint64_t def;      /* default of integers, booleans and enums */
	const struct enum_name *names;
	const char *unit; /* "s", "ms", "cs", "us", "bytes", ... or NULL */
	const char *help;
};

static inline bool field_is_text(const struct field *f)
{
	return f->type == FT_STR || f->type == FT_TEXT;
}

enum role {
	ROLE_GUARDIAN,
	ROLE_MAIN,
	ROLE_VRRP,
	ROLE_LVS,
	ROLE_AGENT,
	ROLE_EXEC,
	ROLE_CTL,
	ROLE_COUNT
};
extern const struct enum_name role_names[]; /* values are enum role */
const char *role_name(enum role r);

#define MAX_KEYS 4
#define MAX_ROW  1408 /* bytes of the largest row: a promise about memory per replica */
#define TEXT_MAX 512  /* enough for the text of any field and of any key */

struct table {
	enum table_id id;
	const char *name;
	enum role owner; /* the process that writes F_SEEN fields */
	size_t row_size;
	unsigned nfields;
	unsigned nkeys; /* the first fields are the keys */
	const struct field *fields;
	const char *help;
};

extern const struct table *const schema_tables[T_COUNT];
const struct table *schema_table(enum table_id id);
const struct table *schema_table_by_name(const char *name); /* NULL: unknown */
/* Field by name, or NULL. */
const struct field *schema_field(enum table_id id, const char *name);
unsigned field_index(const struct table *t, const struct field *f);
/* A number that differs when any table, field, type, offset or range differs. */
uint64_t schema_hash(void);

/* ---- sets of fields -------------------------------------------------- */

/* All fields of the table with any of the F_ flags. */
struct fieldset fieldset_of(enum table_id id, unsigned flags);
/* True when the table has a field with any of the F_ flags. */
bool schema_has(enum table_id id, unsigned flags);
/* True when the file says which rows the table has: all of a worker's, and those of main that
 * have fields of the file. */
bool schema_configured(enum table_id id);
/* True when the named field is in the set; an unknown name is a bug and ends the process. */
bool fieldset_has_name(const struct fieldset *s, enum table_id id, const char *name);

/* ---- rows ------------------------------------------------------------ */

/* Length of the beginning of a row in which all fields with any of the flags lie. */
size_t row_prefix(enum table_id id, unsigned flags);
/* A row of zeroes and every default. */
const void *row_defaults(enum table_id id);
/* Makes the row such a one. */
void row_init(enum table_id id, void *row);
/* The fields of which the default may be a value: the others must be set. */
struct fieldset row_optional(enum table_id id);
/* Order of two rows by key, as SNMP orders their indices: for each key the length of a
 * string first, then its bytes (RFC 2578 7.7). */
int row_key_cmp(enum table_id id, const void *a, const void *b);
/* Fields of `mask` that differ. */
struct fieldset row_diff(enum table_id id, const void *a, const void *b, struct fieldset mask);
void row_copy_fields(enum table_id id, void *dst, const void *src, struct fieldset mask);
/* Copies the texts that the row borrows; row_drop() gives them back, once, and the row is dead. */
void row_hold(enum table_id id, void *row);
void row_drop(enum table_id id, const void *row);
/* The fields that are texts. */
struct fieldset row_texts(enum table_id id);
/* The keys as words separated by blanks; returns buf. */
const char *row_key_text(enum table_id id, const void *row, char *buf, size_t size);
/* Makes the row one of defaults with the keys that stand at *p, each a word of text_word(); the row
 * borrows them from `words`. False: one is missing, or is no such key. */
bool row_read_keys(enum table_id id, const char **p, void *row, char words[MAX_KEYS][TEXT_MAX]);

/* ---- values ---------------------------------------------------------- */

/* Numeric value of an integer, boolean, enum, FT_WHEN (ns) or FT_WALL field. */
uint64_t field_get(const struct field *f, const void *row);
/* Stores without a range check (callers that computed the value themselves). */
void field_put(const struct field *f, void *row, uint64_t v);
const char *field_str(const struct field *f, const void *row);
/* Lets a FT_TEXT borrow the text. */
void field_point(const struct field *f, void *row, const char *text);

/* Name of an enum value, "?" when it has none. */
const char *enum_name(const struct enum_name *names, int value);
bool enum_value(const struct enum_name *names, const char *name, int *ret);
/* The same of the next word of a text: text_word(). */
bool enum_word(const char **p, const struct enum_name *names, int *ret);

/* The value as text: enums by name, addresses in text form, booleans as yes/no, FT_WHEN as
 * nanoseconds. A secret is "***" when it is set. Returns buf. */
const char *field_text(const struct field *f, const void *row, char *buf, size_t size);
/* As field_text(), but a secret is given in clear: for the overlay and for printing the file. */
const char *field_text_secret(const struct field *f, const void *row, char *buf, size_t size);
/* Sets the field from text with all range checks; a FT_TEXT borrows it. On failure the row is
 * unchanged and `why` (of TEXT_MAX) says what is wrong and what is allowed. */
bool field_parse(const struct field *f, void *row, const char *text, char *why);
/* Checks type, length and range of a value that is already in the row (from a link). */
bool field_valid(const struct field *f, const void *row);
/* "0..65535", "1..63 characters", "enabled, draining, disabled or forcedOffline". */
const char *field_allowed(const struct field *f, char *buf, size_t size);

#endif
