/*
 * rows: the structs behind the tables. Their fields are described in rows_*.c, in the
 * same order; units are in the names. See MIB.md in docs for the meaning of the states.
 *
 * Names are keys: an instance is its name; a virtual server "192.0.2.10:80/tcp",
 * "[2001:db8::1]:53/udp"; a real server "10.0.0.1:80" below its virtual server.
 */
#ifndef MODEL_ROWS_H
#define MODEL_ROWS_H

#include "model/rows_exec.h"
#include "model/rows_general.h"
#include "model/rows_group.h"
#include "model/rows_ipvs.h"
#include "model/rows_lvs.h"
#include "model/rows_network.h"
#include "model/rows_route.h"
#include "model/rows_track.h"
#include "model/rows_vrrp.h"

#endif
