/* tables: the list of all tables; a new one is a row here and an enum table_id. */
#include "model/field.h"

const struct table *const schema_tables[T_COUNT] = {
    [T_GLOBAL] = &table_global,
    [T_PROCESS] = &table_process,
    [T_AGENT] = &table_agent,
    [T_EXEC] = &table_exec,
    [T_NOTIFY] = &table_notify,
    [T_NOTIFY_FIFO] = &table_notify_fifo,
    [T_VRRP_INSTANCE] = &table_vrrp_instance,
    [T_VRRP_ADDRESS] = &table_vrrp_address,
    [T_VRRP_PEER] = &table_vrrp_peer,
    [T_SYNC_GROUP] = &table_sync_group,
    [T_SYNC_MEMBER] = &table_sync_member,
    [T_VRRP_ROUTE] = &table_vrrp_route,
    [T_VRRP_RULE] = &table_vrrp_rule,
    [T_STATIC_ADDRESS] = &table_static_address,
    [T_TRACK_GROUP_MEMBER] = &table_track_group_member,
    [T_TRACK] = &table_track,
    [T_VRRP_SCRIPT] = &table_vrrp_script,
    [T_TRACK_FILE] = &table_track_file,
    [T_TRACK_PROCESS] = &table_track_process,
    [T_VIRTUAL_SERVER] = &table_virtual_server,
    [T_REAL_SERVER] = &table_real_server,
    [T_CHECKER] = &table_checker,
    [T_CHANGE_LOG] = &table_change_log,
    [T_OVERLAY] = &table_overlay,
};
