/*
 * resolve_int: what the parts of resolve share. resolve.c has the helpers, resolve_vrrp.c
 * instances, their addresses and groups, resolve_lvs.c virtual servers and what is within them.
 */
#ifndef CONFIG_RESOLVE_INT_H
#define CONFIG_RESOLVE_INT_H

#include "config/keyword_rows.h"
#include "config/parse.h"

#define IN_INSTANCE(member) T_VRRP_INSTANCE, offsetof(struct vrrp_instance_row, member)
#define IN_SERVICE(member)  T_VIRTUAL_SERVER, offsetof(struct virtual_server_row, member)
#define IN_SERVER(member)   T_REAL_SERVER, offsetof(struct real_server_row, member)
#define IN_CHECK(member)    T_CHECKER, offsetof(struct checker_row, member)

struct resolver {
	struct parse *p;
	struct store *store;
	struct origins *origins;
};

#define LAYERS_MAX 4

/* A row while it is put together: the drafts that speak about it, the innermost first. */
struct layers {
	enum table_id table;
	const struct part *parts[LAYERS_MAX];
	struct place at; /* of the block */
	void *row;
};

/* Whether one of the parts says something of the field at the offset, and where. */
bool layers_have(const struct layers *l, enum table_id t, size_t offset);
struct place layers_place(const struct layers *l, enum table_id t, size_t offset);
/* Keys and identity come from the innermost part, set fields from the outer ones first. */
void layers_pile(struct layers *l);
const void *layers_keep(struct resolver *r, const struct layers *l);
void resolve_report(struct resolver *r, enum finding_level level, struct place at, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));
/* ", first defined at FILE:LINE" of a row that is in the store already. */
const char *resolve_first_place(const struct resolver *r, const void *row, char *buf, size_t size);

void resolve_instance(struct resolver *r, struct draft *d);
/* Of all its real servers: their weight. */
void resolve_quorum(struct resolver *r, const struct layers *l, struct virtual_server_row *v,
		    uint64_t weight);
void resolve_group(struct resolver *r, struct draft *d);
/* Of a check that a script or a file is for: which; its name may be in `name`. false: reported. */
bool resolve_source_of(struct resolver *r, const struct layers *l, struct draft *d,
		       char name[NAME_VS]);

#endif
