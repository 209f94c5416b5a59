/* fieldset: which fields of a table, as bits. */
#ifndef MODEL_FIELDSET_H
#define MODEL_FIELDSET_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_FIELDS 128

struct fieldset {
	uint64_t w[MAX_FIELDS / 64];
};

static inline void fieldset_add(struct fieldset *s, unsigned i)
{
	s->w[i / 64] |= UINT64_C(1) << (i % 64);
}
static inline bool fieldset_has(const struct fieldset *s, unsigned i)
{
	return s->w[i / 64] >> (i % 64) & 1;
}
static inline bool fieldset_empty(const struct fieldset *s)
{
	return !s->w[0] && !s->w[1];
}
static inline void fieldset_merge(struct fieldset *s, const struct fieldset *more)
{
	s->w[0] |= more->w[0];
	s->w[1] |= more->w[1];
}
static inline struct fieldset fieldset_and(struct fieldset a, struct fieldset b)
{
	return (struct fieldset){{a.w[0] & b.w[0], a.w[1] & b.w[1]}};
}
/* What is in a and not in b. */
static inline struct fieldset fieldset_minus(struct fieldset a, struct fieldset b)
{
	return (struct fieldset){{a.w[0] & ~b.w[0], a.w[1] & ~b.w[1]}};
}
/* Takes the first field out of a set that is not empty. */
static inline unsigned fieldset_take(struct fieldset *s)
{
	unsigned word = s->w[0] ? 0 : 1;
	unsigned bit = (unsigned)__builtin_ctzll(s->w[word]);

	s->w[word] &= s->w[word] - 1;
	return 64 * word + bit;
}
/* FIELDS_OF(set, i) { ... } for each field of it, in order. */
#define FIELDS_OF(set, var)                                                                        \
	for (struct fieldset left_ = (set); !fieldset_empty(&left_);)                              \
		for (unsigned var = fieldset_take(&left_), once_ = 1; once_; once_ = 0)

#endif
