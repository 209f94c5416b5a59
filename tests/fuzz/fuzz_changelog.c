/* Any bytes as a change log: what is read prints to something that reads the same. */
#include "daemon/changelog_text.h"

#include <assert.h>
#include <string.h>

#define SIZE 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void print(const struct store *s, struct buf *ret)
{
	buf_add(ret, CHANGELOG_MAGIC, strlen(CHANGELOG_MAGIC));
	STORE_EACH(s, T_CHANGE_LOG, struct change_log_row, row)
	changelog_print(row, ret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct store *a = store_new(), *b = store_new(), *raw = store_new();
	struct buf in = {0}, once = {0}, twice = {0};
	struct changelog_found found;

	changelog_parse(raw, (const char *)data, len, SIZE, &found);
	buf_add(&in, CHANGELOG_MAGIC, strlen(CHANGELOG_MAGIC));
	buf_add(&in, data, len);
	assert(changelog_parse(a, (const char *)in.data, in.len, SIZE, &found) == 0);
	print(a, &once);
	assert(changelog_parse(b, (const char *)once.data, once.len, SIZE * SIZE, &found) == 0);
	assert(!found.unknown && !found.cut);
	print(b, &twice);
	assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
	buf_free(&in);
	buf_free(&once);
	buf_free(&twice);
	store_free(raw);
	store_free(a);
	store_free(b);
	return 0;
}
