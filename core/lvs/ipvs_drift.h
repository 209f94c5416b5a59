/* ipvs_drift: names of services and servers, and what somebody else has changed of them. Pure. */
#ifndef LVS_IPVS_DRIFT_H
#define LVS_IPVS_DRIFT_H

#include "lvs/ipvs_table.h"

#define IPVS_NAME_MAX 64 /* of a service or a server, with its NUL */

/* "192.0.2.1:80/tcp", "[2001:db8::1]:53/udp", "fwmark:7", "fwmark:7/inet6"; returns buf. */
const char *ipvs_service_name(const struct ipvs_service_key *k, char buf[IPVS_NAME_MAX]);
/* Reads such a name, in which two addresses with a dash between them are a range: its first
 * service, and the last address. False: it is no name. */
bool ipvs_service_range(const char *name, struct ipvs_service_key *ret, struct addr *last);
/* "10.0.0.1:80"; returns buf. */
const char *ipvs_dest_name(const struct ipvs_dest_key *k, char buf[IPVS_NAME_MAX]);
/* What an operation would put right in `have`, what the kernel has of the service (NULL: nothing):
 * "server 10.0.0.1:80: weight is 5, not 3"; returns buf. */
const char *ipvs_drift_text(const struct ipvs_op *op, const struct ipvs_entry *have, char *buf,
			    size_t size);

#endif
