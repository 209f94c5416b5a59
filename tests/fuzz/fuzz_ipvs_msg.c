/* fuzz_ipvs_msg: replies of the kernel (or of whoever answers in its place) as any bytes. */
#include "lvs/ipvs_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipvs_service s;
	struct ipvs_dest d;
	struct ipvs_counts n;
	struct ipvs_info i;

	ipvs_msg_get_service(data, size, &s);
	ipvs_msg_get_dest(data, size, ADDR_IPV6, &d, &n);
	ipvs_msg_get_info(data, size, &i);
	return 0;
}
