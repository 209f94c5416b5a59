/*
 * wire: messages and rows as bytes. Pure: no socket, no clock, no log.
 *
 * A datagram holds whole messages, one behind the other:
 *     u16 type | u16 zero | u32 id | u32 length | payload
 * Few generic types, none for a feature: a new feature adds a table or a field.
 */
#ifndef IPC_WIRE_H
#define IPC_WIRE_H

#include "base/buf.h"
#include "model/schema.h"

#define WIRE_HEADER   12
#define WIRE_DATAGRAM 131072 /* largest datagram */

enum msg_type {
	MSG_HELLO = 1,    /* u64 schema hash, u8 role, u32 pid */
	MSG_SNAPSHOT,     /* begins a snapshot: empty */
	MSG_ROW,          /* a row: wire_put_row() */
	MSG_ROW_GONE,     /* its keys: wire_put_row() with the keys only */
	MSG_SNAPSHOT_END, /* rows not seen since MSG_SNAPSHOT are gone */
	MSG_TXN_TEST,     /* id; a change: wire_put_change() */
	MSG_TXN_COMMIT,   /* id */
	MSG_TXN_UNDO,     /* id */
	MSG_TXN_RUN,      /* id; a change: test and commit in one step */
	MSG_COMMAND,      /* id; str: words as typed in halvardctl, str: who */
	MSG_RESULT,       /* id; wire_put_result() */
	MSG_BARRIER,      /* id: answered by MSG_RESULT when every row before it is in force */
	MSG_LINES,        /* id: more of the lines that stand before its result */
	MSG_TYPE_MAX
};

struct msg {
	enum msg_type type;
	uint32_t id;
	struct cursor body;
};

/* Opens a message; returns where its length must go. */
size_t wire_begin(struct buf *b, enum msg_type type, uint32_t id);
void wire_end(struct buf *b, size_t at);
/* Takes the next message of a datagram: 1, 0 at the end, -1 when malformed. */
int wire_next(struct cursor *c, struct msg *ret);

/* A row: u8 table, the key fields, 16 bytes of fieldset, 16 bytes saying which of these fields
 * have another value than their default, then those (keys are not repeated): of a row that is new
 * most have not. */
void wire_put_row(struct buf *b, enum table_id t, const void *row, struct fieldset set);
/* Decodes into `row` (MAX_ROW bytes, initialised with defaults here), which borrows its texts from
 * the data. Every value is checked with field_valid(); false when anything is malformed. */
bool wire_get_row(struct cursor *c, enum table_id *t, void *row, struct fieldset *set);

/* ---- a change: what halvardctl, SNMP and the overlay ask for ---------- */

enum op_kind {
	OP_SET = 1,
	OP_ADD = 2,
	OP_DEL = 3,
	OP_REVERT = 4,     /* the row, and what is part of it, as the file has it */
	OP_REVERT_ALL = 5, /* everything as the file has it; of the table global */
	OP_SAVE = 6,       /* what can be said there into the file; of global, and alone */
};

/* "added", "deleted", "reverted": what was done to a row; "" of a field that was set. */
const char *op_kind_done(enum op_kind kind);

#define CHANGE_OPS_MAX 256

struct change_op {
	enum op_kind kind;
	enum table_id table;
	unsigned char key[MAX_ROW]; /* a row: its keys say which */
	char field[32];             /* OP_SET */
	char value[TEXT_MAX];       /* OP_SET: text, as field_parse() reads it */
};

struct change {
	uint8_t source; /* enum change_source */
	char who[48];
	unsigned nops;
	struct change_op *ops;
};

/* Copies the keys out of `key`; NULL for a table without. */
struct change_op *change_add(struct change *c, enum op_kind kind, enum table_id t, const void *key);
void change_free(struct change *c);
void wire_put_change(struct buf *b, const struct change *c);
bool wire_get_change(struct cursor *c, struct change *ret); /* caller frees with change_free() */

enum result_status {
	RESULT_OK = 1,
	RESULT_WRONG_VALUE,        /* never possible */
	RESULT_INCONSISTENT_VALUE, /* not now */
	RESULT_NOT_WRITABLE,
	RESULT_NO_ROW,
	RESULT_DENIED,
	RESULT_UNAVAILABLE,   /* the process that must do it is not there */
	RESULT_COMMIT_FAILED, /* could not be made durable or applied; nothing changed */
	RESULT_UNKNOWN,       /* no answer in time: read back */
	RESULT_REFUSED,       /* a command: see the text */
};
extern const struct enum_name result_status_names[];

struct result {
	enum result_status status;
	uint32_t op; /* index of the op at fault */
	char text[TEXT_MAX];
};

void wire_put_result(struct buf *b, const struct result *r);
bool wire_get_result(struct cursor *c, struct result *ret);

#endif
