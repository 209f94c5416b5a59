/*
 * rules: what may be asked of an object beyond the range of a field, for those who must refuse
 * a change before anything happens (validation in main). Pure.
 */
#ifndef MODEL_RULES_H
#define MODEL_RULES_H

#include "model/rows.h"
#include "model/store.h"

/* Why a real server of this virtual server cannot be drained, as a sentence for the operator;
 * NULL when it can. */
const char *lvs_drain_objection(const struct virtual_server_row *vs);

/* The name of a script that checks run: the same for the same command, user, group and time, on
 * every director; returns buf. */
const char *misc_script_name(const struct misc_script_row *s, char buf[NAME_VS]);

/* Name of the sync group of an instance; NULL: none. */
const char *vrrp_sync_group_of(const struct store *s, const char *instance);
/* Whether the instance has unicast peers, and two of them one in common. */
bool vrrp_is_unicast(const struct store *s, const char *instance);
bool vrrp_peers_in_common(const struct store *s, const char *a, const char *b);
/* Why the command of this virtual router cannot be given, as things are with the others of its
 * sync group in the store; NULL when it can. */
const char *vrrp_command_objection(const struct store *s, const struct vrrp_instance_row *v);
/* True when it, or another of its sync group, was told to yield; not with an owner among them. */
bool vrrp_yields(const struct store *s, const struct vrrp_instance_row *v);

/* Whether packets to its addresses are to be dropped while it is master (no_accept). */
bool vrrp_refuses(const struct vrrp_instance_row *v);
/* Whether it can be the name of a table of nftables; it stands in what root executes. */
bool nftables_name_ok(const char *name);

/* What programs of a real server are run for: "VIRTUAL-SERVER REAL-SERVER"; returns buf. */
const char *notify_server_name(char buf[NAME_POOL], const char *vs, const char *rs);

/* True when the scheduler takes a server of weight 0 out of the choice only with its fallback
 * flag (sh, mh); main need not care, lvs sets the flag while anything drains. */
bool lvs_scheduler_needs_fallback(const char *scheduler);

#endif
