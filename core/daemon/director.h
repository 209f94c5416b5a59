/*
 * director: everything that main holds. Three stores:
 *   file    what the configuration file says (one generation, replaced by a reload)
 *   wanted  the same with the overlay over it: what a transaction is tested against
 *   live    wanted, with what the workers see: what every link shows
 * Changes go file -> wanted -> live and never back.
 */
#ifndef DAEMON_DIRECTOR_H
#define DAEMON_DIRECTOR_H

#include "daemon/overlay.h"
#include "ipc/link.h"
#include "ipc/parent.h"

struct jobs;
struct control;
struct remembered;
struct changelog;

/* Names of what is ours in the kernel: see own.h. */
struct own {
	char **names;
	size_t n, cap;
	bool first; /* the daemon has just begun: nobody has written the file for it */
};

struct director {
	const struct role_env *env;
	struct loop *loop;
	struct parent *parent;
	struct store *file, *wanted, *live;
	struct overlay *overlay;
	bool accepted;     /* `file` is what is kept as the last accepted configuration */
	int overlay_error; /* -errno: its file could not be read, so no change may write it */
	struct link *links[ROLE_COUNT]; /* of each other role; NULL while there is none */
	struct client *agent;           /* the agent as one who asks for changes */
	struct jobs *jobs;
	struct control *control;
	struct remembered *remembered;
	struct confirm *confirm;
	struct changelog *changelog;
	struct own own;
	uint32_t last_number[T_COUNT]; /* numbers_end() */
	struct store *departed;        /* numbers_leave() */
	unsigned awaited;         /* workers without a first word: nobody is shown the rows yet */
	struct timer first_word;  /* patience with them */
	bool exec_first;          /* the daemon has just begun: exec runs what comes first */
	struct timer exec_limit;  /* patience with it */
	int early_fd[ROLE_COUNT]; /* ends of links that came before their time; -1: none */
	struct timer nodes;       /* their servers are counted anew */
	bool continues;           /* the daemon goes on where another one has stopped */
	bool reads_again; /* ... and the file has changed since: it is read when all is shown */
	bool stopping;
};

/* Changes fields of the global row: a copy to edit, then global_put(). */
struct global_row;
struct global_row global_get(struct director *d);
void global_put(struct director *d, const struct global_row *g);
/* A new generation is in force: counts it, stamps it, renews the overlay's digest. */
void director_changed(struct director *d);
/* Puts settings to work: are agent and exec wanted? */
void director_settings(struct director *d);

#endif
