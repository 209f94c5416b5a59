/*
 * ipvs_kernel: the real struct ipvs_port.
 *
 * Resolving the family "IPVS" makes the kernel load ip_vs by the module's alias, creating a
 * service makes it load the scheduler; neither needs a capability to load modules, so nothing
 * is executed here. A reply that cannot be decoded is counted and left out of a dump: the
 * caller then asks for that service by its key.
 *
 * Runs in the lvs process.
 */
#include "lvs/ipvs_kernel.h"

#include "base/log.h"
#include "nl/genl.h"

#include <string.h>
#include <errno.h>
#include <stdlib.h>

struct ipvs_kernel {
	struct genl *genl;
	struct buf request;
	struct ipvs_port port;
};

static void take_service(void *arg, const void *attrs, size_t len)
{
	struct ipvs_service s;

	if (ipvs_msg_get_service(attrs, len, &s))
		ipvs_table_add(arg, &s);
	else
		log_debug("ipvs: a service could not be decoded (%zu octets)", len);
}

static int dump_services(void *arg, struct ipvs_table *ret)
{
	struct ipvs_kernel *k = arg;

	return genl_dump(k->genl, IPVS_CMD_GET_SERVICE, NULL, take_service, ret);
}

static void take_dest(void *arg, const void *attrs, size_t len)
{
	struct ipvs_entry *e = arg;
	struct ipvs_dest d;
	struct ipvs_counts n;

	if (ipvs_msg_get_dest(attrs, len, e->service.key.addr.family, &d, &n))
		ipvs_entry_add_counted(e, &d, &n);
	else
		log_debug("ipvs: a server could not be decoded (%zu octets)", len);
}

static int dump_dests(void *arg, struct ipvs_entry *e)
{
	struct ipvs_kernel *k = arg;

	buf_reset(&k->request);
	ipvs_msg_put_service_key(&k->request, &e->service.key);
	return genl_dump(k->genl, IPVS_CMD_GET_DEST, &k->request, take_dest, e);
}

struct one_service {
	struct ipvs_service *ret;
	bool found;
};

static void take_one(void *arg, const void *attrs, size_t len)
{
	struct one_service *one = arg;

	one->found = ipvs_msg_get_service(attrs, len, one->ret);
}

static int get_service(void *arg, const struct ipvs_service_key *key, struct ipvs_service *ret)
{
	struct ipvs_kernel *k = arg;
	struct one_service one = {.ret = ret};
	int r;

	buf_reset(&k->request);
	ipvs_msg_put_service_key(&k->request, key);
	r = genl_get(k->genl, IPVS_CMD_GET_SERVICE, &k->request, take_one, &one);
	return r < 0 ? r : one.found ? 0 : -EBADMSG;
}

static void take_answer(void *arg, size_t number, const void *attrs, size_t len)
{
	(void)number;
	take_service(arg, attrs, len);
}

static int get_batch(struct ipvs_kernel *k, struct ipvs_table *ret, size_t n)
{
	int results[GENL_BATCH_MAX];

	genl_batch_run(k->genl, results, take_answer, ret);
	for (size_t i = 0; i < n; i++)
		if (results[i] < 0 && results[i] != -ESRCH)
			return results[i];
	return 0;
}

static int get_services(void *arg, const struct ipvs_table *keys, struct ipvs_table *ret)
{
	struct ipvs_kernel *k = arg;
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; i < keys->nentries && r == 0; i++) {
		buf_reset(&k->request);
		ipvs_msg_put_service_key(&k->request, &keys->entries[i].service.key);
		genl_batch_add(k->genl, IPVS_CMD_GET_SERVICE, &k->request);
		if (++kept < GENL_BATCH_MAX && i + 1 < keys->nentries)
			continue;
		r = get_batch(k, ret, kept);
		kept = 0;
	}
	return r;
}

static const uint8_t command_of[] = {
    [IPVS_NEW_SERVICE] = IPVS_CMD_NEW_SERVICE, [IPVS_SET_SERVICE] = IPVS_CMD_SET_SERVICE,
    [IPVS_DEL_SERVICE] = IPVS_CMD_DEL_SERVICE, [IPVS_NEW_DEST] = IPVS_CMD_NEW_DEST,
    [IPVS_SET_DEST] = IPVS_CMD_SET_DEST,       [IPVS_DEL_DEST] = IPVS_CMD_DEL_DEST,
};

static void put_op(struct buf *b, const struct ipvs_op *op)
{
	buf_reset(b);
	if (op->kind == IPVS_NEW_SERVICE || op->kind == IPVS_SET_SERVICE)
		ipvs_msg_put_service(b, &op->service);
	else
		ipvs_msg_put_service_key(b, &op->service.key);
	if (op->kind == IPVS_NEW_DEST || op->kind == IPVS_SET_DEST)
		ipvs_msg_put_dest(b, &op->dest);
	else if (op->kind == IPVS_DEL_DEST)
		ipvs_msg_put_dest_key(b, &op->dest.key);
}

static int write_one(void *arg, const struct ipvs_op *op)
{
	struct ipvs_kernel *k = arg;

	put_op(&k->request, op);
	return genl_request(k->genl, command_of[op->kind], &k->request);
}

static void write_all(void *arg, const struct ipvs_op *ops, size_t n, int *results)
{
	struct ipvs_kernel *k = arg;

	for (size_t i = 0; i < n; i++) {
		put_op(&k->request, &ops[i]);
		genl_batch_add(k->genl, command_of[ops[i].kind], &k->request);
		if ((i + 1) % GENL_BATCH_MAX == 0 || i + 1 == n)
			genl_batch_run(k->genl, results + i - i % GENL_BATCH_MAX, NULL, NULL);
	}
}

int ipvs_kernel_keep(void)
{
	return genl_keep(IPVS_GENL_NAME);
}

int ipvs_kernel_open(struct ipvs_kernel **ret)
{
	struct ipvs_kernel *k = xcalloc(1, sizeof(*k));
	int r = genl_open(IPVS_GENL_NAME, IPVS_GENL_VERSION, &k->genl);

	if (r < 0) {
		ipvs_kernel_close(k);
		return r;
	}
	k->port = (struct ipvs_port){.dump_services = dump_services,
				     .dump_dests = dump_dests,
				     .get_service = get_service,
				     .get_services = get_services,
				     .write = write_one,
				     .write_all = write_all,
				     .arg = k};
	*ret = k;
	return 0;
}

void ipvs_kernel_close(struct ipvs_kernel *k)
{
	if (!k)
		return;
	genl_close(k->genl);
	buf_free(&k->request);
	free(k);
}

const struct ipvs_port *ipvs_kernel_port(struct ipvs_kernel *k)
{
	return &k->port;
}

struct one_info {
	struct ipvs_info *ret;
	bool found;
};

static void take_info(void *arg, const void *attrs, size_t len)
{
	struct one_info *one = arg;

	one->found = ipvs_msg_get_info(attrs, len, one->ret);
}

int ipvs_kernel_info(struct ipvs_kernel *k, struct ipvs_info *ret)
{
	struct one_info one = {.ret = ret};
	int r = genl_get(k->genl, IPVS_CMD_GET_INFO, NULL, take_info, &one);

	return r < 0 ? r : one.found ? 0 : -EBADMSG;
}

struct one_timeouts {
	struct ipvs_timeouts *ret;
	bool found;
};

static void take_timeouts(void *arg, const void *attrs, size_t len)
{
	struct one_timeouts *one = arg;

	one->found = ipvs_msg_get_timeouts(attrs, len, one->ret);
}

int ipvs_kernel_timeouts(struct ipvs_kernel *k, struct ipvs_timeouts *ret)
{
	struct one_timeouts one = {.ret = ret};
	int r = genl_get(k->genl, IPVS_CMD_GET_CONFIG, NULL, take_timeouts, &one);

	return r < 0 ? r : one.found ? 0 : -EBADMSG;
}

int ipvs_kernel_set_timeouts(struct ipvs_kernel *k, const struct ipvs_timeouts *t)
{
	buf_reset(&k->request);
	ipvs_msg_put_timeouts(&k->request, t);
	return genl_request(k->genl, IPVS_CMD_SET_CONFIG, &k->request);
}

static void take_daemon(void *arg, const void *attrs, size_t len)
{
	struct ipvs_daemon *ret = arg, d;

	if (ipvs_msg_get_daemon(attrs, len, &d))
		ret[d.role == IP_VS_STATE_MASTER] = d;
}

int ipvs_kernel_daemons(struct ipvs_kernel *k, struct ipvs_daemon ret[2])
{
	memset(ret, 0, 2 * sizeof(*ret));
	return genl_dump(k->genl, IPVS_CMD_GET_DAEMON, NULL, take_daemon, ret);
}

static int tell_daemon(struct ipvs_kernel *k, uint8_t cmd, const struct ipvs_daemon *d)
{
	buf_reset(&k->request);
	ipvs_msg_put_daemon(&k->request, d);
	return genl_request(k->genl, cmd, &k->request);
}

int ipvs_kernel_begin_daemon(struct ipvs_kernel *k, const struct ipvs_daemon *d)
{
	return tell_daemon(k, IPVS_CMD_NEW_DAEMON, d);
}

int ipvs_kernel_end_daemon(struct ipvs_kernel *k, const struct ipvs_daemon *d)
{
	return tell_daemon(k, IPVS_CMD_DEL_DAEMON, d);
}

int ipvs_kernel_flush(struct ipvs_kernel *k)
{
	return genl_request(k->genl, IPVS_CMD_FLUSH, NULL);
}
