/*
 * validate: what must hold between rows, for a file as for a file with the overlay over it.
 *
 * A row that breaks a rule is objected to, with a finding at the place in the file that set
 * the field, or with the row's name where there is no file. Warnings are said and object to
 * nothing. Ranges of single fields are the schema's and have been checked before.
 *
 * Pure: reads the store, writes findings. Internal to config.
 */
#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

#include "config/draft.h"
#include "model/rows.h"

/* ---- where rows come from: origin.c ----------------------------------- */

#define ORIGIN_ROW UINT16_MAX /* the row itself rather than a field */

struct origin {
	unsigned order; /* counts up from 1: what stands earlier in the file is smaller */
	struct place at;
};

/* What the places of neighbours have in common. */
struct origin_context {
	const struct source *source;
	const struct expansion *expansion;
};

/* Beside each row of the store, until origins_free(): one record in the arena. */
struct origins {
	const struct store *store;
	struct arena arena;
	unsigned order;
	struct origin_context *contexts;
	size_t ncontexts, cap;
};

/* Where the row was written, and the fields that the parts have set; of two the first counts. */
void origins_add(struct origins *o, const void *row, struct place at,
		 const struct part *const *parts, size_t nparts);
/* Of the field, else of the row; order 0: neither is known, or there are no origins. */
struct origin origins_find(const struct origins *o, const void *row, unsigned field);
/* Whether the file sets the field of the row. */
bool origins_has(const struct origins *o, const void *row, enum table_id t, size_t offset);
/* ", WHAT at FILE:LINE", or nothing where the place is not known. */
const char *origin_text(const struct origins *o, const void *row, unsigned field, const char *what,
			char *buf, size_t size);
void origins_free(struct origins *o);

/* ---- validation -------------------------------------------------------- */

/* Reads the file for the places of its values: `places` gets the rows and their origins, which last
 * as long as the call. */
typedef void (*config_places_fn)(void *arg, const struct store *s, const struct origins *o);
void config_places(const char *path, const struct config_options *o, config_places_fn places,
		   void *arg);

struct validation {
	const struct store *store;
	struct findings *findings;            /* NULL: only the first error counts */
	const struct origins *origins;        /* or NULL */
	const struct config_machine *machine; /* or NULL */
	struct objection *objections;
	size_t count, cap;
	char *why; /* of TEXT_MAX, or NULL: gets the first error */
};

void validate_store(struct validation *v);
/* Its parts about how an instance speaks to the others, and about whom to: validate_peers.c. */
void validate_transport(struct validation *v, const struct vrrp_instance_row *r);
void validate_peers(struct validation *v);
/* Why it cannot be the multicast group of an instance; NULL: it can. */
const char *validate_group_objection(const struct addr *a, uint8_t family);
/* Its part about virtual servers: validate_lvs.c. */
void validate_services(struct validation *v);
/* About those that have a virtual_server_group, and about a server of one: validate_group.c. */
void validate_server_groups(struct validation *v);
void validate_group_server(struct validation *v, const struct real_server_row *r,
			   const struct virtual_server_row *vs);
/* Its part about routes, rules and static addresses: validate_route.c. */
void validate_routes(struct validation *v);
/* About what is tracked: validate_track.c. */
void validate_tracks(struct validation *v);
/* Its part about virtual MAC addresses: validate_vmac.c. */
void validate_vmacs(struct validation *v);

/* What is wrong with a row; `field` is the name of the field at fault, or NULL for the row. */
void validate_say(struct validation *v, enum finding_level level, enum table_id t, const void *row,
		  const char *field, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The same of a row that a file may have, and that is left out with a warning, as keepalived does;
 * a change at run time is refused for it. */
void validate_drop(struct validation *v, enum table_id t, const void *row, const char *field,
		   const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* ", set at FILE:LINE", or nothing: where the field was set (NULL: the row). */
const char *validate_place(const struct validation *v, enum table_id t, const void *row,
			   const char *field, char *buf, size_t size);

/* ---- addresses: validate_address.c ------------------------------------- */

/* Addresses of an advertisement that fit into 1500 octets and into its count. */
unsigned validate_addresses_max(uint8_t family);
/* Why no interface can have the address, and nobody send to it; NULL: they can. */
const char *address_objection(const struct addr *a);
/* The same of an address of a virtual router: with autojoin it may be a multicast group. */
const char *virtual_objection(const struct vrrp_address_row *a);
/* Why an address with this prefix is probably not what was meant; NULL: it may be. */
const char *address_doubt(const struct addr *a, unsigned prefix_len);
/* All VRRP addresses of the store in order of address, then of the file. Free it. */
const struct vrrp_address_row **addresses_sorted(const struct validation *v, size_t *count);

#endif
