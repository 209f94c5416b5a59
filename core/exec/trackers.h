/*
 * trackers: what instances track, and checks use, that a process has to run or watch for: scripts,
 * files and other processes. Each is a row of its table, with what is wanted from main and what is
 * seen from here.
 */
#ifndef EXEC_TRACKERS_H
#define EXEC_TRACKERS_H

#include "exec/exec.h"

struct scripts;
struct files;
struct processes;
struct miscs;

/* Each makes what runs equal to the rows, whenever these have changed, and tells what it sees in
 * them. At the end scripts that run are ended. */
struct scripts *scripts_new(struct exec_env *env);
void scripts_apply(struct scripts *s, struct mono now);
void scripts_free(struct scripts *s);

struct files *files_new(struct exec_env *env);
void files_apply(struct files *f, struct mono now);
void files_free(struct files *f);

struct processes *processes_new(struct exec_env *env);
void processes_apply(struct processes *p, struct mono now);
void processes_free(struct processes *p);

/* Scripts of checks, which run when they are asked for. */
struct miscs *miscs_new(struct exec_env *env);
void miscs_apply(struct miscs *m, struct mono now);
void miscs_free(struct miscs *m);

#endif
