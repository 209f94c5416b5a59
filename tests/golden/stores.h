/* stores: whether two models want the same, and one as text. */
#ifndef GOLDEN_STORES_H
#define GOLDEN_STORES_H

#include "model/store.h"

/* Compares all configured tables, row by row over those fields and the keys.
 * false: `why` (of TEXT_MAX) names the first difference. */
bool stores_same_config(const struct store *a, const struct store *b, char *why);

/* The model as config_print() has it; the caller frees it. `size`, its length, may be NULL. */
char *stores_print(const struct store *s, size_t *size);

#endif
