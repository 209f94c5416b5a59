/* print: the printed form comes with the next step. */
#include "config/config.h"
void config_print(const struct store *s, FILE *to)
{
	(void)s;
	(void)to;
}
