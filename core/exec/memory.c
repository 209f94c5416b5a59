/* memory: see memory.h. */
#include "exec/memory.h"

#include "base/log.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAGIC 0x48455831 /* changes with the struct */

struct exec_memory *exec_memory_open(int fd)
{
	struct exec_memory *m = MAP_FAILED;
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= (off_t)sizeof(*m))
		m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (m == MAP_FAILED) {
		log_warnx("process exec: no memory that outlives it");
		m = xcalloc(1, sizeof(*m));
	}
	if (m->magic != MAGIC) {
		memset(m, 0, sizeof(*m));
		m->magic = MAGIC;
	}
	return m;
}
