/*
 * memory: what the next exec process must know of this one, in the file that the guardian holds.
 * It is not trusted: a process that died may have been in the middle of a word.
 */
#ifndef EXEC_MEMORY_H
#define EXEC_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct exec_memory {
	uint32_t magic;
	int32_t session; /* of the process: its own number */
};

/* Maps it; what cannot be understood is empty. Without one (fd is none) it is forgotten at the
 * end. */
struct exec_memory *exec_memory_open(int fd);

#endif
