/*
 * genl: a generic netlink socket for one family, used synchronously.
 *
 * Requests wait for the kernel's answer (which it gives inside the system call or soon
 * after), for at most two seconds; so this is not for the packet loop of VRRP. Errors are
 * -errno as the kernel gave them.
 */
#ifndef NL_GENL_H
#define NL_GENL_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct genl;

/* Opens a socket and resolves the family by name, which makes the kernel load its module
 * where it has an alias for it. -ENOENT: the kernel does not know the family. */
int genl_open(const char *family, uint8_t version, struct genl **ret);
/* Makes one socket that each genl_open() uses from then on, in the network namespace of now; only
 * one may be open at a time then. The kernel is asked for the family, but may lack it. */
int genl_keep(const char *family);
void genl_close(struct genl *g); /* NULL is allowed */

/* Sends a command with its attributes (NULL: none) and waits for the acknowledgement. */
int genl_request(struct genl *g, uint8_t cmd, const struct buf *attrs);

/* Many commands in one system call. genl_batch_add() keeps a command (at most GENL_BATCH_MAX);
 * genl_batch_run() sends what was kept, in order, and gives the kernel's answer to each (0 or
 * -errno) in results. The kernel goes on after a command that fails. What it said nothing of,
 * because the exchange itself failed, gets that error. What a command answers goes to `fn` (may be
 * NULL), with its number among those that were kept. */
#define GENL_BATCH_MAX 64
void genl_batch_add(struct genl *g, uint8_t cmd, const struct buf *attrs);
typedef void (*genl_answer_fn)(void *arg, size_t number, const void *attrs, size_t len);
void genl_batch_run(struct genl *g, int *results, genl_answer_fn fn, void *arg);

/* Attributes behind the generic netlink header of one reply. */
typedef void (*genl_reply_fn)(void *arg, const void *attrs, size_t len);

/* The same for commands that answer: one object, or all of them (`dump`). */
int genl_get(struct genl *g, uint8_t cmd, const struct buf *attrs, genl_reply_fn fn, void *arg);
int genl_dump(struct genl *g, uint8_t cmd, const struct buf *attrs, genl_reply_fn fn, void *arg);

#endif
