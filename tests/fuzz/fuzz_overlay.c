/* Any bytes as an overlay: what it keeps must print to something that reads the same. */
#include "base/log.h"
#include "daemon/overlay.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char magic[] = "halvard-overlay 1\n";
	struct overlay *a = overlay_new(), *b = overlay_new();
	struct buf in = {0}, once = {0}, twice = {0};

	log_init(&(struct log_options){.ident = "fuzz", .levels.rest = LOG_LV_ERR});
	overlay_parse(a, (const char *)data, len);
	overlay_free(a);
	a = overlay_new();
	buf_add(&in, magic, sizeof(magic) - 1);
	buf_add(&in, data, len);
	if (overlay_parse(a, (const char *)in.data, in.len) != 0) {
		assert(memchr(data, 0, len)); /* the one thing that makes it another file */
		goto out;
	}
	overlay_print(a, &once);
	assert(overlay_parse(b, (const char *)once.data, once.len) == 0);
	overlay_print(b, &twice);
	assert(overlay_count(a) == overlay_count(b) && once.len == twice.len);
	assert(memcmp(once.data, twice.data, once.len) == 0);
out:
	buf_free(&in);
	buf_free(&once);
	buf_free(&twice);
	overlay_free(a);
	overlay_free(b);
	return 0;
}
