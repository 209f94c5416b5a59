/* rise_fall: see rise_fall.h. */
#include "exec/rise_fall.h"

void rise_fall(uint8_t *state, uint32_t *against, bool success, uint32_t rise, uint32_t fall)
{
	uint8_t says = success ? TRACK_OK : TRACK_FAILED;
	bool known = *state == TRACK_OK || *state == TRACK_FAILED;

	if (*state == says) {
		*against = 0;
		return;
	}
	if (known && ++*against < (success ? rise : fall))
		return;
	*state = says;
	*against = 0;
}
