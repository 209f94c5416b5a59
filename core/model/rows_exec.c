/* rows_exec: the fields of exec, notify and notify_fifo. */
#include "model/rows_exec.h"
#include "model/rows_lvs.h"

#include "model/field.h"

const struct enum_name alert_names[] = {
    {ALERT_DEFAULT, "default"}, {ALERT_ON, "on"}, {ALERT_OFF, "off"}, {0}};
const struct enum_name notify_object_names[] = {
    {NOTIFY_DIRECTOR, "director"},       {NOTIFY_INSTANCE, "vrrp_instance"},
    {NOTIFY_GROUP, "sync_group"},        {NOTIFY_VIRTUAL_SERVER, "virtual_server"},
    {NOTIFY_REAL_SERVER, "real_server"}, {0}};
const struct enum_name notify_event_names[] = {{NOTIFY_STARTUP, "startup"},
					       {NOTIFY_SHUTDOWN, "shutdown"},
					       {NOTIFY_MASTER, "master"},
					       {NOTIFY_BACKUP, "backup"},
					       {NOTIFY_FAULT, "fault"},
					       {NOTIFY_STOP, "stop"},
					       {NOTIFY_DELETED, "deleted"},
					       {NOTIFY_RX_LOWER_PRI, "master_rx_lower_pri"},
					       {NOTIFY_ANY, "any"},
					       {NOTIFY_UP, "up"},
					       {NOTIFY_DOWN, "down"},
					       {NOTIFY_QUORUM_UP, "quorum_up"},
					       {NOTIFY_QUORUM_DOWN, "quorum_down"},
					       {0}};
const struct enum_name fifo_kind_names[] = {
    {FIFO_ALL, "all"}, {FIFO_VRRP, "vrrp"}, {FIFO_LVS, "lvs"}, {0}};

#define SETTING (F_CONFIG | F_LOCAL | F_LIVE)

#define ROW struct exec_row
static const struct field exec_fields[] = {
    STR(script_user, SETTING | F_EXEC, 0,
	"User that runs scripts; empty is keepalived_script if there is one, else root."),
    STR(script_group, SETTING | F_EXEC, 0, "Group that runs scripts; empty is the user's."),
    BOOL(enable_script_security, SETTING, false,
	 "Whether root runs only scripts that nobody else can change."),
    BOOL(use_symlink_paths, SETTING, false,
	 "Whether scripts are run by the path that was written, links and all."),
    BOOL(set_supplementary_groups, SETTING, false, "Whether scripts get all groups of their user."),
    U32(notify_timeout_ms, SETTING, 100, 3600000, 60000, "ms",
	"Time that a script may take that is told of a change."),
    U32(startup_timeout_ms, SETTING, 100, 300000, 10000, "ms",
	"Time that the startup script may take."),
    U32(shutdown_timeout_ms, SETTING, 100, 45000, 10000, "ms",
	"Time that the shutdown script may take."),
    BOOL(fifo_write_vrrp_states_on_reload, SETTING, false,
	 "Whether the pipes are told the states after a reload."),
    BOOL(rs_init_notifies, SETTING, false, "Whether the first state of real servers is told, too."),
    STR(nftables, SETTING, 0,
	"Table of nftables for addresses that do not accept; empty is halvard."),
    I32(nftables_priority, SETTING, INT32_MIN, INT32_MAX, -1, NULL, "Priority of its chain."),
    BOOL(nftables_ifindex, SETTING, false,
	 "Whether it names interfaces by number, for addresses of the local link."),
    BOOL(nftables_counters, SETTING, false, "Whether it counts packets."),
    BOOL(started, F_STATE, false, "Whether the startup script has ended, or there is none."),
    GAUGE32(running, NULL, "Programs that run now."),
    GAUGE32(waiting, NULL, "Programs that wait until there is room."),
    COUNTER64(runs, NULL, "Programs that have ended."),
    COUNTER64(timeouts, NULL, "Those of them that took too long and were ended."),
    COUNTER64(not_started, NULL, "Programs that could not be executed."),
    STR(nftables_error, F_STATE, 0, "Why the table could not be written; empty when it was."),
};
const struct table table_exec = TABLE(T_EXEC, "exec", ROLE_EXEC, 0, exec_fields,
				      "Programs that are run for the configuration.");
#undef ROW

#define ROW struct notify_row
static const struct field notify_fields[] = {
    ENUM(object, F_KEY, notify_object_names, NOTIFY_DIRECTOR, "What it is run for."),
    TEXT(name, F_KEY, 0, NAME_POOL,
	 "Name of that; of a real server that of its virtual server, a blank, and its own."),
    ENUM(event, F_KEY, notify_event_names, NOTIFY_ANY, "What has happened when it is run."),
    TEXT(command, SETTING | F_EXEC, 0, COMMAND_MAX,
	 "Program and its arguments, as they were written."),
    TEXT(user, SETTING | F_EXEC, 0, NAME_USER, "User that runs it; empty is script_user."),
    TEXT(group, SETTING | F_EXEC, 0, NAME_USER, "Group that runs it; empty is the user's."),
    COUNTER64(runs, NULL, "Times it was run."),
    COUNTER64(failures, NULL, "Times it did not end with status 0, or could not be run."),
    WHEN(last_run, F_STATE, "When it was run last."),
    TEXT(last_result, F_STATE, 0, 64, "How that ended."),
};
const struct table table_notify =
    TABLE(T_NOTIFY, "notify", ROLE_EXEC, 3, notify_fields, "Programs that are told of changes.");
#undef ROW

#define ROW struct notify_fifo_row
static const struct field notify_fifo_fields[] = {
    ENUM(kind, F_KEY, fifo_kind_names, FIFO_ALL, "Of what it is told."),
    STR(path, SETTING | F_EXEC, 0, "The named pipe."),
    STR(user, SETTING | F_EXEC, 0, "User whose it is made; empty is script_user."),
    STR(group, SETTING | F_EXEC, 0, "Group whose it is made; empty is the user's."),
    STR(script, SETTING | F_EXEC, 0, "Program that reads it, and its arguments."),
    STR(script_user, SETTING | F_EXEC, 0, "User that runs that; empty is exec's script_user."),
    STR(script_group, SETTING | F_EXEC, 0, "Group that runs it; empty is the user's."),
    BOOL(open, F_STATE, false, "Whether it can be written."),
    GAUGE32(script_pid, NULL, "Process of its script; 0 while that does not run."),
    COUNTER64(written, NULL, "Lines written."),
    COUNTER64(lost, NULL, "Lines that nobody has made room for by reading."),
};
const struct table table_notify_fifo = TABLE(T_NOTIFY_FIFO, "notify_fifo", ROLE_EXEC, 1,
					     notify_fifo_fields, "Pipes that are told of changes.");
#undef ROW

#define ROW struct mail_row
static const struct field mail_fields[] = {
    STR(smtp_server, SETTING, 0, "Mail server; empty is 127.0.0.1."),
    U16(smtp_port, SETTING, 1, 65535, 25, NULL, "Its port."),
    STR(smtp_helo_name, SETTING, 0, "Name that it is told; empty is the host name."),
    U32(smtp_connect_timeout_ms, SETTING, 1000, 600000, 30000, "ms", "Time that it has to answer."),
    STR(notification_email_from, SETTING, 0, "Sender; empty is halvard at the host."),
    BOOL(no_email_faults, SETTING, false, "Whether faults are not told."),
    BOOL(no_checker_emails, SETTING, false,
	 "Whether only changes of servers are told, and not those of each of their checks."),
    ENUM(smtp_alert_checker, SETTING, alert_names, ALERT_DEFAULT,
	 "Whether changes are told of virtual and real servers that do not say; by default those "
	 "of real servers are."),
    GAUGE32(waiting, NULL, "Mails that wait, or are on their way."),
    COUNTER64(sent, NULL, "Mails that the server has taken."),
    COUNTER64(failed, NULL, "Times it has not taken one."),
    COUNTER64(lost, NULL, "Mails that were dropped, since too many waited."),
    STR(error, F_STATE, 0, "Why it has not taken the last one; empty when it has."),
};
const struct table table_mail =
    TABLE(T_MAIL, "mail", ROLE_EXEC, 0, mail_fields, "What is told by mail.");
#undef ROW

#define ROW struct mail_recipient_row
static const struct field mail_recipient_fields[] = {
    STR(address, F_KEY, 1, "Who gets mail."),
    U32(number, SETTING, 1, UINT32_MAX, 1, NULL, "Place in the file."),
    SNMP_INDEX(U32, UINT32_MAX),
};
const struct table table_mail_recipient = TABLE(T_MAIL_RECIPIENT, "mail_recipient", ROLE_EXEC, 1,
						mail_recipient_fields, "Who gets mail.");
#undef ROW

#define LIVE (F_CONFIG | F_LIVE | F_LOCAL)
#define ROW  struct misc_script_row
static const struct field misc_script_fields[] = {
    TEXT(name, F_KEY, 1, NAME_VS, "Its program's name, and a number for all that follows."),
    TEXT(script, LIVE | F_EXEC, 0, COMMAND_MAX, "Program and its arguments, as they were written."),
    TEXT(user, LIVE | F_EXEC, 0, NAME_USER, "User that runs it; empty is script_user."),
    TEXT(group, LIVE | F_EXEC, 0, NAME_USER, "Group that runs it; empty is the user's."),
    U32(timeout_ms, LIVE, 0, UINT32_MAX, 60000, "ms", "Time that a run may take."),
    WHEN(asked, F_STATE | F_MAIN, "When checks wanted it to be run last."),
    WHEN(began, F_STATE, "When the run was started that has ended last."),
    ENUM(outcome, F_STATE, source_outcome_names, SOURCE_UNKNOWN, "How that ended."),
    I32(value, F_STATE, INT32_MIN, INT32_MAX, 0, NULL, "Its exit status, or the signal."),
    TEXT(result, F_STATE, 0, TEXT_REASON, "The same in words."),
    GAUGE32(duration_us, "us", "Time that it took."),
    COUNTER64(runs, NULL, "Runs that have ended."),
    COUNTER64(timeouts, NULL, "Those that took too long."),
};
const struct table table_misc_script =
    TABLE(T_MISC_SCRIPT, "misc_script", ROLE_EXEC, 1, misc_script_fields,
	  "Scripts that checks of real servers run.");
#undef ROW
