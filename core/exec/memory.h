/*
 * memory: what the next exec process must know of this one, in the file that the guardian holds.
 * It is not trusted: a process that died may have been in the middle of a word.
 */
#ifndef EXEC_MEMORY_H
#define EXEC_MEMORY_H

#include "base/clock.h"
#include "model/rows_exec.h"

#include <stdbool.h>
#include <stdint.h>

#define MEMORY_TOLD_MAX  2048
#define MEMORY_POOLS_MAX 32768

/* What was told of an object last. */
struct exec_told {
	uint8_t object; /* enum notify_object; 0: free */
	uint8_t state;  /* enum vrrp_state */
	bool runs;      /* programs for it are not all at their end */
	uint32_t transitions;
	char name[NAME_VRRP];
};

/* The same of virtual servers and real servers, of which there may be many more. */
enum told_pool { TOLD_UP = 1, TOLD_DOWN = 2 };
struct exec_pool_told {
	uint64_t key; /* hash of what it is and of its names; 0: free */
	uint32_t changes;
	uint8_t state; /* enum told_pool; 0: nothing was told */
	bool runs;
};

struct exec_memory {
	uint32_t magic;
	int32_t session;          /* of the process: its own number; 0: it ended in order */
	int64_t alive_ns;         /* when it was there last */
	bool started;             /* the startup script has ended */
	bool fifo_made[FIFO_LVS]; /* the pipe of each kind was made by us: it is removed at the end
				   */
	char fifo_path[FIFO_LVS][PATH_LEN];
	struct exec_told told[MEMORY_TOLD_MAX];
	struct exec_pool_told pools[MEMORY_POOLS_MAX]; /* a hash table */
};

/* Maps it; what cannot be understood is empty. Without one (fd is none) it is forgotten at the
 * end. */
struct exec_memory *exec_memory_open(int fd);
/* The session of a process that died a short while ago, else 0: the number may be another's. */
int32_t exec_memory_session(const struct exec_memory *m, struct mono now);
/* The entry of an object, NULL: there is none. With `make` a free one becomes it; NULL: all are
 * taken. */
struct exec_told *exec_memory_told(struct exec_memory *m, enum notify_object object,
				   const char *name, bool make);

/* The entry of a virtual or real server, made when it is not there; NULL: there is no room. */
struct exec_pool_told *exec_memory_pool(struct exec_memory *m, enum notify_object object,
					const char *name);

#endif
