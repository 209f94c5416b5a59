/*
 * ipvs_msg: services, destinations and statistics of IPVS as generic netlink attributes.
 *
 * Pure: bytes in, structs out and back; no socket, clock, log. Byte order is converted here
 * and only here: numbers in the structs are in host order, addresses are struct addr.
 */
#ifndef LVS_IPVS_MSG_H
#define LVS_IPVS_MSG_H

#include "base/addr.h"
#include "base/buf.h"

#include <linux/ip_vs.h>
#include <stdbool.h>
#include <stdint.h>

struct ipvs_stats {
	uint64_t conns, in_pkts, out_pkts, in_bytes, out_bytes;
	uint64_t cps, in_pps, out_pps, in_bps, out_bps; /* per second, as the kernel estimates */
};

/* Which service: by mark when fwmark is not 0, else by protocol, address and port. */
struct ipvs_service_key {
	struct addr addr; /* family only, when there is a mark */
	uint32_t fwmark;
	uint16_t port;
	uint8_t protocol; /* IPPROTO_TCP, ...; 0 with a mark */
};

struct ipvs_service {
	struct ipvs_service_key key;
	char scheduler[IP_VS_SCHEDNAME_MAXLEN];
	uint32_t flags;     /* IP_VS_SVC_F_*, without HASHED */
	uint32_t timeout_s; /* of persistence */
	uint32_t prefix;    /* granularity of persistence: prefix length of a client */
	char engine[IP_VS_PENAME_MAXLEN]; /* of persistence; "" for none */
	struct ipvs_stats stats;
};

struct ipvs_dest_key {
	struct addr addr;
	uint16_t port;
};

struct ipvs_dest {
	struct ipvs_dest_key key;
	uint32_t forwarding; /* IP_VS_CONN_F_MASQ, _TUNNEL, _DROUTE, ... */
	uint32_t weight;
	uint32_t u_threshold, l_threshold;
	uint8_t tun_type;   /* IP_VS_CONN_F_TUNNEL_TYPE_* */
	uint16_t tun_port;  /* of gue */
	uint16_t tun_flags; /* IP_VS_TUNNEL_ENCAP_FLAG_* */
	uint32_t counted;   /* in a table: its place among the counts, from 1; 0: none */
};

/* Of a destination, from the kernel. */
struct ipvs_counts {
	uint32_t active, inactive, persistent; /* connections */
	struct ipvs_stats stats;
};

struct ipvs_info {
	uint32_t version;       /* 0x010201 is 1.2.1 */
	uint32_t conn_tab_size; /* buckets */
};

struct ipvs_timeouts {
	uint32_t tcp, tcpfin, udp; /* seconds */
};

/* One that tells connections to other directors, or listens. */
struct ipvs_daemon {
	uint32_t role; /* IP_VS_STATE_MASTER, _BACKUP */
	char interface[IP_VS_IFNAME_MAXLEN];
	uint32_t id;
	uint16_t maxlen, port; /* 0: the kernel's default */
	uint8_t ttl;
	struct addr group;
};

/* Total orders; 0 when equal. */
int ipvs_service_key_cmp(const struct ipvs_service_key *a, const struct ipvs_service_key *b);
int ipvs_dest_key_cmp(const struct ipvs_dest_key *a, const struct ipvs_dest_key *b);

/* Requests: append one attribute of the command's first level. The key forms only say which
 * object is meant (GET, DEL); the others carry everything (NEW, SET). */
void ipvs_msg_put_service_key(struct buf *b, const struct ipvs_service_key *k);
void ipvs_msg_put_service(struct buf *b, const struct ipvs_service *s);
void ipvs_msg_put_dest_key(struct buf *b, const struct ipvs_dest_key *k);
void ipvs_msg_put_dest(struct buf *b, const struct ipvs_dest *d);

void ipvs_msg_put_timeouts(struct buf *b, const struct ipvs_timeouts *t);
void ipvs_msg_put_daemon(struct buf *b, const struct ipvs_daemon *d);

/* Replies: the attributes behind the generic netlink header. `family` of a dest is that of
 * its service, for kernels that do not say. False when malformed or incomplete; then *ret is
 * undefined. Unknown attributes are skipped. */
bool ipvs_msg_get_service(const void *attrs, size_t len, struct ipvs_service *ret);
bool ipvs_msg_get_dest(const void *attrs, size_t len, enum addr_family family,
		       struct ipvs_dest *ret, struct ipvs_counts *counts);
bool ipvs_msg_get_timeouts(const void *attrs, size_t len, struct ipvs_timeouts *ret);
bool ipvs_msg_get_daemon(const void *attrs, size_t len, struct ipvs_daemon *ret);
bool ipvs_msg_get_info(const void *attrs, size_t len, struct ipvs_info *ret);

#endif
