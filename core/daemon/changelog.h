/*
 * changelog: who has changed what: the newest rows, as many as change_log_size says, in the table
 * change_log and in the file DIR/changes (its form: changelog_text.h).
 *
 * What was answered is in the file: rows are written, and are with the disk, before the answer
 * goes. What is about to be done stands there before it is done, so that a change whose end main
 * did not see has a row too. Numbers go on when main begins again.
 */
#ifndef DAEMON_CHANGELOG_H
#define DAEMON_CHANGELOG_H

#include "base/loop.h"
#include "model/rows.h"
#include "model/store.h"

struct changelog;

/* Store and folder are kept by reference. */
struct changelog *changelog_new(struct loop *loop, struct store *live, const char *dir);
void changelog_free(struct changelog *c);
/* Reads the file into the store, before the first row is added. One that cannot be used is put
 * aside. */
void changelog_load(struct changelog *c);

/* A row that changelog_add() will add, as it is to read if that never happens. The rows that are
 * added next are those that were begun, in the same order. */
void changelog_begin(struct changelog *c, const struct change_log_row *row);
/* Adds a row, whose number and time are set here, and drops the oldest of too many. */
void changelog_add(struct changelog *c, struct change_log_row *row);
/* Writes what was begun and added; `durable`: and waits for the disk. If it cannot be written that
 * is said, and tried again. */
void changelog_write(struct changelog *c, bool durable);

#endif
