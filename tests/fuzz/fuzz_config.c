/* fuzz_config: any bytes as a configuration; what is taken from them must survive being
 * printed and read again, without a word about it. */
#include "../golden/stores.h"

#include "config/config.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void complain(const char *why, const char *text, const struct findings *f)
{
	fprintf(stderr, "%s\n%s\n", why, text);
	for (size_t i = 0; i < f->count; i++)
		finding_print(&f->items[i], stderr);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Few lines are enough to go over the limit, and done sooner. */
	struct config_options o = {.id = "lb1", .lines_max = 2000};
	struct findings f = {0}, none = {0};
	struct store *s = config_parse("fuzz", (const char *)data, size, &o, &f), *again;
	char why[TEXT_MAX] = "findings of the printed form", *text;
	size_t len;

	text = stores_print(s, &len);
	again = config_parse("printed", text, len, NULL, &none);
	if (!stores_same_config(s, again, why) || findings_worst(&none) > FINDING_WARNING)
		complain(why, text, &none);
	free(text);
	store_free(s);
	store_free(again);
	findings_free(&f);
	findings_free(&none);
	return 0;
}
