/*
 * agentx_unix: the way to an AgentX master on a socket in the file system that never waits for
 * long. The library's own waits in connect() while the master's queue of connections is full,
 * and in a send while the master does not read: both without a bound (52.8 s were measured).
 */
#ifndef AGENT_AGENTX_UNIX_H
#define AGENT_AGENTX_UNIX_H

/* Goes before the path in the AgentX address, instead of "unix:". */
#define AGENTX_UNIX_PREFIX "bounded"

/* Makes the prefix known to the library. Once in a process. */
void agentx_unix_register(void);

#endif
