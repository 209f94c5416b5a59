/* special_http: see special_http.c. */
#ifndef CONFIG_SPECIAL_HTTP_H
#define CONFIG_SPECIAL_HTTP_H

#include "config/parse.h"

bool enter_url(struct parse *p, struct draft *d, const struct item *it);
void special_digest(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it);
void special_status_code(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
void special_regex_options(struct parse *p, struct draft *d, const struct keyword *k,
			   const struct item *it);
void special_regex(struct parse *p, struct draft *d, const struct keyword *k,
		   const struct item *it);
void special_regex_offset(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
bool print_status_code(const void *row, char *buf, size_t size);
bool print_regex_options(const void *row, char *buf, size_t size);

#endif
