/* special_checks: blocks of checks, and what the kinds of checks differ in. Internal to config. */
#ifndef CONFIG_SPECIAL_CHECKS_H
#define CONFIG_SPECIAL_CHECKS_H

#include "config/parse.h"

/* Of every block whose name is that of a kind of check. */
bool enter_check(struct parse *p, struct draft *d, const struct item *it);
/* A server of a SMTP_CHECK, whose words it has too. */
bool enter_smtp_host(struct parse *p, struct draft *d, const struct item *it);
void special_helo_name(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_dns_name(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it);
void special_payload(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it);
void special_require_reply(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it);
bool print_require_reply(const void *row, char *buf, size_t size);
/* The block of a kind. */
const struct block *check_block(uint8_t kind);
/* Whether the check speaks to an address; the others are told by process exec. */
bool check_connects(uint8_t kind);
/* Whether what is checked has a port. */
bool check_has_port(uint8_t kind);
/* retry, delay_before_retry and warmup when the file does not say them. */
void check_defaults(struct checker_row *ret, uint8_t kind, uint32_t delay_loop_ms);

#endif
