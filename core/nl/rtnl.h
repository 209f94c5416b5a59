/*
 * rtnl: the kernel's links and addresses, followed by events, and writes (addresses, or any
 * message) made by a thread of their own.
 *
 * The monitor never waits: dumps are requested and their replies arrive as events do. When the
 * kernel says that events were lost the tables are read again; what has gone is reported gone.
 *
 * The writer takes requests in order and answers each in order on the loop; the kernel executes
 * a write inside sendmsg() under a global lock (240 ms were measured while another
 * namespace was deleted), which no packet loop may wait for.
 *
 * An address may be added on a lease: the kernel takes it away when it is not renewed. The
 * thread renews it, as long as the loop shows by its stamp that it is alive.
 */
#ifndef NL_RTNL_H
#define NL_RTNL_H

#include "base/addr.h"
#include "base/loop.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct rtnl_link {
	unsigned ifindex;
	char name[IF_NAMESIZE];
	unsigned flags; /* IFF_* */
	unsigned mtu;
	uint32_t vrf_table; /* 0: it is no VRF */
	bool promote_secondaries;
	uint16_t hw_type; /* ARPHRD_* */
	uint8_t hw_len;
	uint8_t hw_addr[32];
	unsigned lower;        /* the link below it (macvlan, VLAN); 0: none here */
	unsigned master;       /* the bridge, bond or VRF that it is in; 0: none */
	char kind[16];         /* empty: a device of its own */
	uint32_t macvlan;      /* MACVLAN_MODE_* of the kind macvlan */
	uint16_t ipvlan_flags; /* IPVLAN_F_* of the kind ipvlan */
	uint32_t group;
	char alias[64]; /* what is longer is cut */
};

struct rtnl_addr {
	unsigned ifindex;
	struct addr addr;
	uint8_t prefix_len;
	uint8_t scope;           /* RT_SCOPE_* */
	struct addr broadcast;   /* family ADDR_NONE: none */
	char label[IF_NAMESIZE]; /* empty: none */
	bool secondary;          /* as the kernel says; ignored when writing */
	bool tentative; /* IPv6: not to be used yet, or a duplicate; ignored when writing */
	bool dad;       /* IPv6, when writing: the kernel looks for duplicates before it uses it */
	/* for writing only */
	struct addr peer; /* family ADDR_NONE: none */
	uint32_t flags;   /* IFA_F_* */
	bool limited;     /* it is deprecated after preferred_s, counted from the request */
	uint32_t preferred_s;
};

/* ---- monitor ------------------------------------------------------------ */

struct rtnl;

struct rtnl_ops {
	/* The first picture is complete. */
	void (*ready)(void *arg);
	/* A link is new or has changed (gone: false), or is no more. */
	void (*link)(void *arg, const struct rtnl_link *l, bool gone);
	void (*addr)(void *arg, const struct rtnl_addr *a, bool gone);
};

/* NULL with errno set when the kernel refuses the socket. */
struct rtnl *rtnl_open(struct loop *loop, const struct rtnl_ops *ops, void *arg);
void rtnl_close(struct rtnl *r);
bool rtnl_is_ready(const struct rtnl *r);
/* Octets for events that were not read yet; 0: the usual size. force: beyond net.core.rmem_max,
 * where the process may. */
void rtnl_receive_buffer(struct rtnl *r, uint32_t bytes, bool force);
/* NULL when there is none. Valid until the next event. */
const struct rtnl_link *rtnl_link_find(const struct rtnl *r, unsigned ifindex);
const struct rtnl_link *rtnl_link_by_name(const struct rtnl *r, const char *name);
/* The one that had this name before the one that it has. */
const struct rtnl_link *rtnl_link_by_former_name(const struct rtnl *r, const char *name);
/* i-th link of all, NULL at the end. */
const struct rtnl_link *rtnl_link_at(const struct rtnl *r, unsigned i);
const struct rtnl_addr *rtnl_addr_find(const struct rtnl *r, unsigned ifindex, const struct addr *a,
				       uint8_t prefix_len);
/* i-th address of all, NULL at the end. */
const struct rtnl_addr *rtnl_addr_at(const struct rtnl *r, unsigned i);

/* ---- writer ------------------------------------------------------------- */

struct rtnl_writer;
struct nl_msg; /* libnl's */
/* A job of several steps, executed by the thread; 0 or an errno value. `arg` is the thread's until
 * it is answered. */
typedef int (*rtnl_job_fn)(struct rtnl_writer *w, void *arg);

/* Renewed each quarter of it, while the last stamp is younger than alive_ns; what has run out
 * is not renewed. */
struct rtnl_lease {
	uint32_t seconds; /* > 0 */
	int64_t alive_ns;
};

/* The answer to one request: 0, or an errno value. To add an address that is there and to remove
 * one that is not there are successes. */
typedef void (*rtnl_done_fn)(void *arg, uint64_t cookie, int error, struct mono now);

struct rtnl_writer *rtnl_writer_open(struct loop *loop, rtnl_done_fn done, void *arg);
/* Ends the thread; requests that have not begun are dropped. */
void rtnl_writer_close(struct rtnl_writer *w);
/* lease NULL: for ever, and a lease that it had ends. */
void rtnl_writer_add(struct rtnl_writer *w, const struct rtnl_addr *a,
		     const struct rtnl_lease *lease, uint64_t cookie);
void rtnl_writer_del(struct rtnl_writer *w, const struct rtnl_addr *a, uint64_t cookie);
/* Any other request, composed by the caller; `m` belongs to the writer from now on. The answer is
 * the kernel's. */
void rtnl_writer_send(struct rtnl_writer *w, struct nl_msg *m, uint64_t cookie);
void rtnl_writer_run(struct rtnl_writer *w, rtnl_job_fn job, void *arg, uint64_t cookie);
/* For a job: one request, now; frees `m`. 0, or an errno value. */
int rtnl_writer_execute(struct rtnl_writer *w, struct nl_msg *m);
/* The loop is alive now; cheap enough for every wake-up. */
void rtnl_writer_stamp(struct rtnl_writer *w, struct mono now);
/* Requests taken and answered so far: a request is in force when answered has reached what
 * taken was behind it. */
uint64_t rtnl_writer_taken(const struct rtnl_writer *w);
uint64_t rtnl_writer_answered(const struct rtnl_writer *w);

#endif
