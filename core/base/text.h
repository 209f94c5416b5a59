/* text: small string helpers; none allocates. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies with truncation and a NUL; returns false when src did not fit. The rest of
 * dst is zeroed, so that rows can be compared as memory. */
bool text_copy(char *dst, size_t size, const char *src);
#define TEXT_COPY(dst, src) text_copy((dst), sizeof(dst), (src))

bool text_eq(const char *a, const char *b);
/* Whole-string decimal number within [min, max]; no sign for the unsigned one. */
bool text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret);
bool text_i64(const char *s, int64_t min, int64_t max, int64_t *ret);
/* Decimal number with up to `digits` fractional digits, scaled by 10^digits:
 * text_fixed("1.5", 3, &v) gives 1500. More digits than that fail. */
bool text_fixed(const char *s, int digits, uint64_t *ret);

/* Writes s in double quotes with \" \\ \n \t and \xNN; returns the length as snprintf. */
size_t text_quote(char *dst, size_t size, const char *s);
/* Reads one word at *p: bare, or quoted as text_quote() writes it; skips blanks before
 * it. false at the end of the line (*p at its NUL) or on a bad quote (*p at the fault). */
bool text_word(const char **p, char *dst, size_t size);
/* The same of a word that is such a number. */
bool text_word_u64(const char **p, uint64_t min, uint64_t max, uint64_t *ret);
/* Copies the line at *p, without its end, and goes on to the next; false at the end of the text.
 * One that does not fit is given as an empty one. */
bool text_line(const char **p, char *dst, size_t size);

/* Octets of the UTF-8 character at s (RFC 3629: no overlong forms, no surrogates); 0: it is
 * none. */
size_t text_utf8(const char *s);
/* The same of a character that a terminal shows: 0 for control characters too, those of
 * Unicode's second block among them. */
size_t text_shown(const char *s);
/* Writes '?' over every octet of s that is not part of such a character; returns s. */
char *text_printable(char *s);

/* The candidate nearest to word by edit distance, or NULL when none is near.
 * Candidates end with NULL. */
const char *text_nearest(const char *word, const char *const *candidates);

#endif
