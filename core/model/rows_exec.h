/* rows_exec: what is executed, and for what. See rows.h. */
#ifndef MODEL_ROWS_EXEC_H
#define MODEL_ROWS_EXEC_H

#include "base/clock.h"
#include "model/names.h"

#define COMMAND_MAX 480 /* of the text of a command, with its NUL */
#define PATH_LEN    128 /* of a path, with its NUL */

/* Of all programs; the only row. */
struct exec_row {
	char script_user[NAME_USER];
	char script_group[NAME_USER];
	bool enable_script_security;
	bool use_symlink_paths;
	bool set_supplementary_groups;
	uint32_t notify_timeout_ms;
	uint32_t startup_timeout_ms;
	uint32_t shutdown_timeout_ms;
	bool fifo_write_vrrp_states_on_reload;
	bool rs_init_notifies;
	char nftables[NAME_TABLE]; /* name of its table; empty: NFTABLES_TABLE */
	int32_t nftables_priority;
	bool nftables_ifindex;
	bool nftables_counters;
	/* state */
	bool started; /* the startup script has ended, or there is none */
	uint32_t running;
	uint32_t waiting;
	uint64_t runs;
	uint64_t timeouts;
	uint64_t not_started;
	char nftables_error[160];
};

#define NFTABLES_TABLE "halvard"

/* What a program is run for; the key of notify with the name of the object. */
enum notify_object {
	NOTIFY_DIRECTOR = 1,
	NOTIFY_INSTANCE = 2,
	NOTIFY_GROUP = 3,
	NOTIFY_VIRTUAL_SERVER = 4,
	NOTIFY_REAL_SERVER = 5,
};
extern const struct enum_name notify_object_names[];

enum notify_event {
	NOTIFY_STARTUP = 1,
	NOTIFY_SHUTDOWN = 2,
	NOTIFY_MASTER = 3,
	NOTIFY_BACKUP = 4,
	NOTIFY_FAULT = 5,
	NOTIFY_STOP = 6,
	NOTIFY_DELETED = 7,
	NOTIFY_RX_LOWER_PRI = 8, /* a master hears a lower priority */
	NOTIFY_ANY = 9,          /* each change of state */
	NOTIFY_UP = 10,          /* of a real server */
	NOTIFY_DOWN = 11,
	NOTIFY_QUORUM_UP = 12,
	NOTIFY_QUORUM_DOWN = 13,
};
extern const struct enum_name notify_event_names[];

/* A command, and when it is run. There may be two for each real server: texts are FT_TEXT. */
struct notify_row {
	uint8_t object;   /* enum notify_object */
	const char *name; /* of a real server: as notify_server_name() has it */
	uint8_t event;    /* enum notify_event */
	/* configuration */
	const char *command;
	const char *user;
	const char *group;
	/* state */
	uint64_t runs;
	uint64_t failures;
	struct mono last_run;
	const char *last_result;
};

/* A script that checks of real servers ask for, once for all that name the same. */
struct misc_script_row {
	const char *name; /* misc_script_name() of what follows */
	/* configuration */
	const char *script; /* the command as it was written */
	const char *user, *group;
	uint32_t timeout_ms;
	/* state, by main */
	struct mono asked; /* the last run that is wanted */
	/* state */
	struct mono began; /* the last run that has ended */
	uint8_t outcome;   /* enum source_outcome */
	int32_t value;
	const char *result;
	uint32_t duration_us;
	/* counters */
	uint64_t runs, timeouts;
};

enum fifo_kind { FIFO_ALL = 1, FIFO_VRRP = 2, FIFO_LVS = 3 };
extern const struct enum_name fifo_kind_names[];

/* A named pipe that is told of changes, and the script that reads it. */
struct notify_fifo_row {
	uint8_t kind; /* enum fifo_kind */
	/* configuration */
	char path[PATH_LEN];
	char user[NAME_USER];
	char group[NAME_USER];
	char script[COMMAND_MAX];
	char script_user[NAME_USER];
	char script_group[NAME_USER];
	/* state */
	bool open;
	uint32_t script_pid;
	uint64_t written;
	uint64_t lost;
};

/* What is told by mail; the only row. */
struct mail_row {
	char smtp_server[NAME_VRRP];
	uint16_t smtp_port;
	char smtp_helo_name[NAME_VRRP];
	uint32_t smtp_connect_timeout_ms;
	char notification_email_from[NAME_MAIL];
	bool no_email_faults;
	bool no_checker_emails;
	uint8_t smtp_alert_checker; /* enum alert; of virtual and real servers that do not say */
	/* state */
	uint32_t waiting;
	uint64_t sent;
	uint64_t failed;
	uint64_t lost;
	char error[160];
};

struct mail_recipient_row {
	char address[NAME_MAIL];
	uint32_t number; /* in the order of the file */
	/* state */
	uint32_t snmp_index;
};

#endif
