/* fuzz_dns: any octets as the answer to a question, whose id is that of the answer. */
#include "dns/dns.h"

#include "base/log.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_question q = {.name = "www.example", .type = DNS_A};
	char text[TEXT_REASON];
	enum check_reason r;

	if (size >= 2)
		q.id = (uint16_t)(data[0] << 8 | data[1]);
	r = dns_judge(&q, data, size, text);
	if (r == REASON_NONE || (r != REASON_OK && !text[0]))
		fatalx("no reason");
	return 0;
}
