/* map_notify: the notifications of HALVARD-MIB. The columns are in the order of the module. */
#include "agent/map.h"

struct map_notification map_notifications[] = {
    {1,
     "halVrrpStateChange",
     T_VRRP_INSTANCE,
     "transitions",
     "state",
     &map_vrrp,
     {2, 4, 8, 9, 11, 20, 21, 25}},
    {2,
     "halSyncGroupStateChange",
     T_SYNC_GROUP,
     "transitions",
     "state",
     &map_sync_group,
     {2, 3, 4, 5}},
    {3,
     "halRsStateChange",
     T_REAL_SERVER,
     "transitions",
     "oper_state",
     &map_rs,
     {9, 10, 11, 8, 7, 38}},
    {9, "halProcessRestarted", T_PROCESS, "restarts", NULL, &map_process, {2, 3, 4}},
    {MAP_SUBAGENT_START, "halSubagentStart", T_GLOBAL, NULL, NULL, &map_general, {1}},
    {0},
};
