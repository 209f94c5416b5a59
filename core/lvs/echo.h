/* echo: the question and the answer of ping, as octets: ICMP and ICMPv6 (RFC 792, RFC 4443). Pure.
 */
#ifndef LVS_ECHO_H
#define LVS_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What makes an answer that of a question. */
struct echo {
	uint16_t id;
	uint16_t sequence;
	uint8_t token[16];
};

#define ECHO_LEN 24 /* header and token */

/* The question; its checksum is that of ICMP, ICMPv6's is left to the kernel. */
void echo_write(const struct echo *e, bool v6, uint8_t ret[ECHO_LEN]);
/* Whether it is the answer. `ip`: an IPv4 header stands before it. `any_id`: the kernel has given
 * the question another id, and looked for it. */
bool echo_is_answer(const struct echo *e, bool v6, bool ip, bool any_id, const uint8_t *data,
		    size_t len);

#endif
