/*
 * agentx_unix: a transport of net-snmp's for stream sockets in the file system.
 *
 * connect() does not block: a unix socket is connected at once or not at all (EAGAIN when the
 * master's queue is full), and the library tries again with its next alarm. A send waits for at
 * most SEND_MS. What could not be written whole ends the connection, since the rest of it would
 * be read as the beginning of another message.
 */
#include "agent/agentx_unix.h"

#include "base/log.h"
#include "config.h"

#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SEND_MS 300

static int receive(netsnmp_transport *t, void *buf, int size, void **opaque, int *opaque_len)
{
	ssize_t n;

	*opaque = NULL;
	*opaque_len = 0;
	do
		n = recv(t->sock, buf, (size_t)size, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return (int)n;
}

static int transmit(netsnmp_transport *t, const void *buf, int size, void **opaque, int *opaque_len)
{
	ssize_t n;

	(void)opaque;
	(void)opaque_len;
	do
		n = send(t->sock, buf, (size_t)size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n == size)
		return size;
	shutdown(t->sock, SHUT_RDWR);
	return -1;
}

static int end(netsnmp_transport *t)
{
	int r = t->sock >= 0 ? close(t->sock) : -1;

	t->sock = -1;
	return r;
}

/* A connected socket or -1. It does not block while it is connected, and does afterwards. */
static int join(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_usec = SEND_MS * 1000};
	int fd;

	if (strlen(path) >= sizeof(a.sun_path))
		return -1;
	strcpy(a.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0 &&
	    fcntl(fd, F_SETFL, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Tells it from the library's own; nobody outside sees it. */
static const oid name[] = {HALVARD_MIB_ROOT, 3};

static netsnmp_transport *create(const char *path, int local, const char *default_path)
{
	netsnmp_transport *t = local ? NULL : SNMP_MALLOC_TYPEDEF(netsnmp_transport);

	if (!t)
		return NULL;
	t->domain = name;
	t->domain_length = sizeof(name) / sizeof(name[0]);
	t->flags = NETSNMP_TRANSPORT_FLAG_STREAM;
	t->msgMaxSize = SNMP_MAX_PACKET_LEN;
	t->f_recv = receive;
	t->f_send = transmit;
	t->f_close = end;
	t->sock = join(path && *path ? path : default_path);
	if (t->sock >= 0)
		return t;
	netsnmp_transport_free(t);
	return NULL;
}

void agentx_unix_register(void)
{
	static netsnmp_tdomain domain = {
	    .name = name,
	    .name_length = sizeof(name) / sizeof(name[0]),
	    .f_create_from_tstring_new = create,
	};

	domain.prefix = xcalloc(2, sizeof(*domain.prefix)); /* the library frees it */
	domain.prefix[0] = AGENTX_UNIX_PREFIX;
	netsnmp_tdomain_register(&domain);
}
