/* fuzz_smtp: a mail server that says anything, in pieces: the first octet of each is its length. */
#include "lvs/smtp.h"

#include "base/log.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp s;
	enum smtp_next next = SMTP_WAIT;

	smtp_begin(&s);
	while (size && next != SMTP_GOOD && next != SMTP_BAD) {
		size_t n = data[0] < size ? data[0] : size - 1;

		next = smtp_take(&s, (const char *)data + 1, n);
		data += n + 1;
		size -= n + 1;
	}
	if (next != SMTP_GOOD && next != SMTP_BAD)
		next = smtp_closed(&s);
	if (next == SMTP_BAD && (!s.text[0] || s.reason == REASON_OK || s.step == SMTP_STEPS))
		fatalx("no reason");
	return 0;
}
