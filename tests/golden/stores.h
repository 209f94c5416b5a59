/* stores: whether two models want the same. */
#ifndef GOLDEN_STORES_H
#define GOLDEN_STORES_H

#include "model/store.h"

/* Compares all configured tables, row by row over those fields and the keys.
 * false: `why` (of TEXT_MAX) names the first difference. */
bool stores_same_config(const struct store *a, const struct store *b, char *why);

#endif
