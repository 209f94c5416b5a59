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
enum track_state { TRACK_UNKNOWN = 1, TRACK_OK = 2, TRACK_FAILED = 3 };
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
	/* state */
	uint8_t state; /* enum track_state */
	int32_t value;
	int32_t contribution;
	struct mono last_transition;
	/* counters */
	uint32_t transitions;
};

#endif
