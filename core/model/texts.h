/*
 * texts: one copy of each text that the rows of this process hold.
 *
 * Ten thousand servers share the names of their services, most notes are empty and most reasons the
 * same few words. A copy lives as long as somebody holds it.
 */
#ifndef MODEL_TEXTS_H
#define MODEL_TEXTS_H

#include <stddef.h>

/* The copy of an equal text; "" for NULL. */
const char *texts_hold(const char *s);
void texts_drop(const char *copy); /* as texts_hold() gave it */
/* How many there are. */
size_t texts_count(void);

#endif
