/* special_track: the odd syntaxes of what is tracked; for keywords_track.c. */
#ifndef CONFIG_SPECIAL_TRACK_H
#define CONFIG_SPECIAL_TRACK_H

#include "config/parse.h"

/* The whole text of a command, in quotes or not; false: reported. */
bool read_command(struct parse *p, const struct item *it, char *buf, size_t size);
void special_command(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it);
void special_weight(struct parse *p, struct draft *d, const struct keyword *k,
		    const struct item *it);
void special_user(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it);
void special_process(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it);
void special_param_match(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
bool print_param_match(const void *row, char *buf, size_t size);
void special_delay(struct parse *p, struct draft *d, const struct keyword *k,
		   const struct item *it);
void special_init_file(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
bool print_script_weight(const void *row, char *buf, size_t size);
bool print_process_weight(const void *row, char *buf, size_t size);
bool print_file_weight(const void *row, char *buf, size_t size);
bool print_user(const void *row, char *buf, size_t size);
bool print_process(const void *row, char *buf, size_t size);
bool print_init_file(const void *row, char *buf, size_t size);

/* ---- lines ------------------------------------------------------------- */

void line_linkbeat(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
void line_delays(struct parse *p, struct draft *d, const struct block *b, const struct item *it);

#endif
