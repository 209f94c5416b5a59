/* special_weights: the odd syntaxes of checks that give weights; for keywords_checks.c. */
#ifndef CONFIG_SPECIAL_WEIGHTS_H
#define CONFIG_SPECIAL_WEIGHTS_H

#include "config/parse.h"

void special_misc_path(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_misc_user(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_check_file(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it);
void special_check_weight(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
void special_agent_send(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it);
bool print_misc_path(const void *row, char *buf, size_t size);
bool print_misc_user(const void *row, char *buf, size_t size);
bool print_check_file(const void *row, char *buf, size_t size);
bool print_check_weight(const void *row, char *buf, size_t size);
bool print_agent_send(const void *row, char *buf, size_t size);

#endif
