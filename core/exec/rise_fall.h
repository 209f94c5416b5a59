/* rise_fall: how often a result must come before it is believed. Pure. */
#ifndef EXEC_RISE_FALL_H
#define EXEC_RISE_FALL_H

#include "model/rows_track.h"

/* One more result in a state with so many against it already. The first of all decides at once;
 * after that `rise` successes one after the other make it ok and `fall` failures failed. */
void rise_fall(uint8_t *state, uint32_t *against, bool success, uint32_t rise, uint32_t fall);

#endif
