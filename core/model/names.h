/* names: sizes of names, and words that several tables use. See rows.h. */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include "model/schema.h"

#define NAME_VRRP   64 /* sizes include the NUL: 63 octets */
#define NAME_SYNC   48 /* with an instance's it fits into an object identifier of SNMP */
#define NAME_VS     57
#define NAME_RS     55
#define NAME_GROUP  46  /* of a virtual_server_group: "group:NAME/sctp" is a NAME_VS */
#define NAME_MEMBER 104 /* two IPv6 addresses and a port */
#define NAME_POOL   (NAME_VS + NAME_RS) /* a virtual server, a blank, a real server of it */
#define NAME_IF     16
#define NAME_USER   33
#define NAME_ENGINE 16 /* of persistence, in the kernel */
#define NAME_HOST   256
#define NAME_MAIL   128 /* of a mail address */
#define NAME_TABLE  32  /* of nftables */

#define OCTETS_MAX    255 /* of a text that is octets in hexadecimal */
#define TEXT_OCTETS   (2 * OCTETS_MAX + 1)
#define AGENT_SEND    128   /* what an agent is told */
#define AGENT_PERCENT 65535 /* of a weight, at most */

#define TEXT_NOTE   128 /* likewise */
#define TEXT_WHO    48
#define TEXT_REASON 96

enum admin_updown { ADMIN_UP = 1, ADMIN_DOWN = 2 };
extern const struct enum_name admin_updown_names[];

/* Whether changes are told by mail; the default is what stands for all. */
enum alert { ALERT_DEFAULT = 1, ALERT_ON, ALERT_OFF };
extern const struct enum_name alert_names[];

enum family { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 }; /* as InetAddressType */
extern const struct enum_name family_names[];

#endif
