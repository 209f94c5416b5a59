/* rows_track: what virtual routers and sync groups track. See rows.h. */
#ifndef MODEL_ROWS_TRACK_H
#define MODEL_ROWS_TRACK_H

#include "base/clock.h"
#include "model/names.h"

/* With a virtual server's name it fits into an object identifier of SNMP. */
#define NAME_TRACKER 55

enum track_user { TRACK_BY_INSTANCE = 1, TRACK_BY_GROUP = 2 };
extern const struct enum_name track_user_names[];
enum track_kind {
	TRACK_INTERFACE = 1,
	TRACK_SCRIPT,
	TRACK_FILE,
	TRACK_PROCESS,
	TRACK_VIRTUAL_SERVER,
};
extern const struct enum_name track_kind_names[];
enum track_state {
	TRACK_UNKNOWN = 1,
	TRACK_OK,
	TRACK_FAILED,
	TRACK_DISABLED, /* it cannot be observed, and does not count */
};
extern const struct enum_name track_state_names[];

#define TRACK_WEIGHT_MAX 254 /* of files and processes; of all others one less */
#define TRACK_FAULT_SUM  (-254)

struct track_row {
	uint8_t user_kind; /* enum track_user */
	char user[NAME_TRACKER];
	uint8_t kind; /* enum track_kind */
	char object[NAME_VS];
	/* configuration */
	int32_t weight; /* 0: a failure is a fault */
	bool reverse;
	/* state, by main: what others have seen */
	uint8_t reported; /* enum track_state */
	int32_t reported_value;
	uint32_t snmp_index;
	/* state */
	uint8_t state; /* enum track_state */
	int32_t value;
	int32_t contribution;
	uint32_t ifindex; /* of an interface */
	struct mono last_transition;
	/* counters */
	uint32_t transitions;
};

/* How long a change of a link must last to be believed. */
struct interface_delay_row {
	char interface[NAME_IF];
	/* configuration */
	uint32_t down_delay_ms, up_delay_ms;
};

/* How the link of an interface is polled. */
enum linkbeat_method { LINKBEAT_ANY = 1, LINKBEAT_MII, LINKBEAT_ETHTOOL, LINKBEAT_IOCTL };
extern const struct enum_name linkbeat_method_names[];

struct linkbeat_interface_row {
	char interface[NAME_IF];
	/* configuration */
	uint8_t method; /* enum linkbeat_method */
	/* state */
	uint8_t used; /* what has answered; any: nothing yet */
	bool link_up;
};

/* ---- definitions of what is tracked ------------------------------------------ */

struct vrrp_script_row {
	char name[NAME_VS];
	/* configuration */
	char script[384]; /* the command as it was written */
	char user[NAME_USER];
	char group[NAME_USER];
	uint32_t interval_ms;
	uint32_t timeout_ms; /* 0: the interval */
	uint32_t rise, fall;
	bool init_fail;
	int32_t weight; /* of those who track it, by default */
	bool reverse;
	/* state */
	uint32_t snmp_index;
	uint8_t state;   /* enum track_state */
	char result[96]; /* of the last run */
	uint32_t in_row; /* results against the state */
	struct mono last_run;
	uint32_t duration_us;
	struct mono last_transition;
	/* counters */
	uint32_t transitions;
	uint64_t runs, failures, timeouts;
};

struct track_file_row {
	char name[NAME_VS];
	/* configuration */
	char file[256];
	int32_t weight;
	bool reverse;
	bool init_file; /* made at start when it is not there */
	int32_t init_value;
	bool overwrite; /* ... even when it is */
	/* state */
	uint32_t snmp_index;
	uint8_t state; /* enum track_state */
	int32_t value;
	char result[96];
	struct mono last_change;
	/* counters */
	uint32_t changes;
};

/* How parameters are compared. Without any in the definition, any will do with the first of these,
 * and none with the others. */
enum param_match {
	PARAM_MATCH_ANY = 1,
	PARAM_MATCH_EXACT,
	PARAM_MATCH_PARTIAL,
	PARAM_MATCH_INITIAL,
};
extern const struct enum_name param_match_names[];

struct track_process_row {
	char name[NAME_VS];
	/* configuration */
	char process[256];   /* name and parameters as they were written */
	uint8_t param_match; /* enum param_match */
	bool full_command;
	uint32_t quorum, quorum_max;
	uint32_t fork_delay_ms, terminate_delay_ms;
	int32_t weight;
	bool reverse;
	/* state */
	uint32_t snmp_index;
	uint8_t state; /* enum track_state */
	uint32_t processes;
	struct mono last_transition;
	/* counters */
	uint32_t transitions;
};

#endif
