/*
 * parse: the stream of the lexer into drafts, by the keyword tables, and drafts into rows.
 *
 * Internal to config. Functions of special.c work on a struct parse; resolve.c takes the
 * finished one.
 */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include "config/keyword.h"

struct origins;

struct parse {
	struct lexed *lexed;
	struct findings *findings;
	struct store *store; /* for the rows; NULL: drafts only */
	struct origins *origins;
	size_t next;         /* item to be read */
	struct arena *arena; /* for drafts: the stream's, or that of one service */
	struct arena service_arena;
	/* Where iproute2 keeps names of numbers; empty: where it does by itself. */
	char etc_folder[128], usr_folder[128];
	char default_interface[NAME_IF]; /* of static addresses; empty: eth0 */
	struct draft *root;              /* of the whole file; global_defs fills its parts */
	/* Is told of every row that a statement or an option was found to be; for tests. */
	void (*seen)(const struct block *b, const struct keyword *k);
};

/* Reads all items into p->root; with a store, the rows of virtual servers too. */
void parse_items(struct parse *p);

/* A finding at a word of a statement. */
void parse_report(struct parse *p, enum finding_level level, const struct item *it, unsigned word,
		  const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* A word was found to be this row. */
void parse_seen(const struct parse *p, const struct block *b, const struct keyword *k);
/* The word, or NULL and an error "NAME: WHAT is missing". */
const char *parse_word(struct parse *p, const struct item *it, unsigned word, const char *what);
/* A notice when the statement has words from `word` on. */
void parse_no_more(struct parse *p, const struct item *it, unsigned word);
/* Records that the statement set the keyword's field, or a field of a table. */
void parse_mark(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it);
void parse_mark_field(struct parse *p, struct draft *d, enum table_id t, size_t offset,
		      const struct item *it, unsigned word);
/* Puts a copy of the text into the keyword's field, and records that. */
void parse_keep_text(struct parse *p, struct draft *d, const struct keyword *k,
		     const struct item *it, const char *text);
/* Converts one word with the keyword's row into the draft; reports what is wrong. */
void parse_value(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it);

/* From `from` on: by place, files as they were opened, then lines; and the first notice of each
 * text, which says how many more there were. */
void findings_sort(struct findings *f, size_t from);
void findings_fold(struct findings *f, size_t from);
/* Defaults, inheritance and what keepalived makes of odd combinations: drafts into rows. */
void resolve_drafts(struct parse *p);
/* store_put() of what a file says, numbered in its order (daemon/numbers). */
const void *resolve_put(struct store *s, enum table_id t, const void *row);
/* The part of it about what is tracked, when all else is there: resolve_track.c. */
void resolve_tracks(struct parse *p);
/* Nobody runs or watches what nobody tracks: takes it out again. */
void resolve_drop_untracked(struct store *s);
/* How an instance speaks to the others: resolve_peers.c. The last says why it needs an interface.
 */
uint8_t resolve_family_of_peers(const struct draft *d, uint8_t otherwise);
void resolve_transport(struct parse *p, const struct draft *d, struct vrrp_instance_row *v);
void resolve_peers(struct parse *p, const struct vrrp_instance_row *v, const struct draft *d);
bool resolve_has_peers(const struct draft *d, const struct vrrp_instance_row *v);
const char *resolve_no_interface(const struct draft *d, const struct vrrp_instance_row *v);
/* The same of one virtual server, at the end of its block. */
void resolve_service(struct parse *p, struct draft *d);

/* Which scripts others than root can change: findings of security. */
void scripts_check(const struct lexed *l, const struct config_machine *machine, struct findings *f);

/* What was probably meant, as the end of a finding, or "": by a word that is not known, by a
 * value that does not fit, by one that should be an address. */
const char *hint_word(const char *text);
const char *hint_value(const char *text);
const char *hint_address(const char *text);

/* ---- special.c ------------------------------------------------------- */

/* Of a block with a name, which is the first key of the rows `d->block->named`. */
bool enter_named(struct parse *p, struct draft *d, const struct item *it);
bool enter_virtual_server(struct parse *p, struct draft *d, const struct item *it);
/* USER [GROUP] from `word` on: names, or numbers. */
bool read_user(struct parse *p, const struct item *it, unsigned word, char user[NAME_USER],
	       char group[NAME_USER]);
/* Its inverse; false when there is no user. */
bool print_owner(const char *user, const char *group, char *buf, size_t size);
bool enter_real_server(struct parse *p, struct draft *d, const struct item *it);
void special_state(struct parse *p, struct draft *d, const struct keyword *k,
		   const struct item *it);
void special_auth_pass(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_persistence(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
void special_log_level(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_nftables(struct parse *p, struct draft *d, const struct keyword *k,
		      const struct item *it);
void special_script_user(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
void special_loose_flag(struct parse *p, struct draft *d, const struct keyword *k,
			const struct item *it);
void special_lease(struct parse *p, struct draft *d, const struct keyword *k,
		   const struct item *it);
void special_address_name(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
void special_scope(struct parse *p, struct draft *d, const struct keyword *k,
		   const struct item *it);
void special_peer(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it);
void special_ipv6_only(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_preferred(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
void special_broadcast(struct parse *p, struct draft *d, const struct keyword *k,
		       const struct item *it);
bool print_log_level(const void *row, char *buf, size_t size);
bool print_script_user(const void *row, char *buf, size_t size);
void special_cpus(struct parse *p, struct draft *d, const struct keyword *k, const struct item *it);
bool print_vrrp_cpus(const void *row, char *buf, size_t size);
bool print_checker_cpus(const void *row, char *buf, size_t size);
bool print_accept(const void *row, char *buf, size_t size);
void special_old_checksum(struct parse *p, struct draft *d, const struct keyword *k,
			  const struct item *it);
void special_mcast_group(struct parse *p, struct draft *d, const struct keyword *k,
			 const struct item *it);
bool print_interface(const void *row, char *buf, size_t size);
bool print_old_checksum(const void *row, char *buf, size_t size);
bool print_lease(const void *row, char *buf, size_t size);
bool print_persistence(const void *row, char *buf, size_t size);
bool print_ip_family(const void *row, char *buf, size_t size);
bool print_protocol(const void *row, char *buf, size_t size);
bool print_sh_flag(const void *row, char *buf, size_t size);
bool print_mh_flag(const void *row, char *buf, size_t size);
bool print_never(const void *row, char *buf, size_t size);

/* ---- lines.c ---------------------------------------------------------- */

void line_address(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
void line_tracked(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
void line_peer(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
void line_members(struct parse *p, struct draft *d, const struct block *b, const struct item *it);
/* A line of a block that is not done. */
void line_later(struct parse *p, struct draft *d, const struct block *b, const struct item *it);

#endif
