/* sender: a notification as the varbinds of its PDU. */
#ifndef AGENT_SENDER_H
#define AGENT_SENDER_H

#include "agent/notify.h"
#include "agent/table.h"

/* sysUpTime (when it happened), snmpTrapOID, the number and time of the notification, the name
 * of the director, then the objects of its row. The caller frees them. */
netsnmp_variable_list *sender_varbinds(const struct notice *n, const struct store *store,
				       const struct value_clock *clock);

#endif
