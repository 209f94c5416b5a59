/* Any bytes as a datagram of a link; a row that is accepted must survive being sent again. */
#include "ipc/wire.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void row(struct cursor *c)
{
	_Alignas(16) unsigned char a[MAX_ROW], b[MAX_ROW];
	struct fieldset sa, sb, differs;
	enum table_id ta, tb;
	struct buf out = {0};
	struct cursor back;

	if (!wire_get_row(c, &ta, a, &sa))
		return;
	wire_put_row(&out, ta, a, sa);
	back = cursor_over(out.data, out.len);
	assert(wire_get_row(&back, &tb, b, &sb) && ta == tb);
	differs = row_diff(ta, a, b, fieldset_of(ta, ~0u));
	assert(fieldset_empty(&differs));
	buf_free(&out);
}

static void change(struct cursor *c)
{
	struct change a, b;
	struct buf out = {0};
	struct cursor back;

	if (!wire_get_change(c, &a))
		return;
	wire_put_change(&out, &a);
	back = cursor_over(out.data, out.len);
	assert(wire_get_change(&back, &b) && a.nops == b.nops);
	change_free(&a);
	change_free(&b);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cursor c = cursor_over(data, len);
	struct result r;
	struct msg m;

	while (wire_next(&c, &m) > 0) {
		if (m.type == MSG_ROW || m.type == MSG_ROW_GONE)
			row(&m.body);
		else if (m.type == MSG_TXN_TEST || m.type == MSG_TXN_RUN)
			change(&m.body);
		else if (m.type == MSG_RESULT)
			wire_get_result(&m.body, &r);
	}
	return 0;
}
