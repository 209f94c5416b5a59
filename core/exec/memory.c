/* memory: see memory.h. */
#include "exec/memory.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAGIC 0x48455834 /* changes with the struct */

#define SHORT_NS (60 * NS_PER_S) /* longer than it takes to kill and replace a process */

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* Every text in it has an end. */
static bool is_whole(const struct exec_memory *m)
{
	for (unsigned i = 0; i < FIFO_LVS; i++)
		if (!ends(m->fifo_path[i], sizeof(m->fifo_path[i])))
			return false;
	for (unsigned i = 0; i < MEMORY_TOLD_MAX; i++)
		if (!ends(m->told[i].name, sizeof(m->told[i].name)))
			return false;
	return m->magic == MAGIC;
}

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
	if (!is_whole(m)) {
		memset(m, 0, sizeof(*m));
		m->magic = MAGIC;
	}
	return m;
}

int32_t exec_memory_session(const struct exec_memory *m, struct mono now)
{
	int64_t since = now.ns - m->alive_ns;

	return since >= 0 && since < SHORT_NS ? m->session : 0;
}

struct exec_told *exec_memory_told(struct exec_memory *m, enum notify_object object,
				   const char *name, bool make)
{
	struct exec_told *unused = NULL;

	for (unsigned i = 0; i < MEMORY_TOLD_MAX; i++) {
		struct exec_told *t = &m->told[i];

		if (t->object == object && text_eq(t->name, name))
			return t;
		if (!t->object && !unused)
			unused = t;
	}
	if (!make || !unused)
		return NULL;
	memset(unused, 0, sizeof(*unused));
	TEXT_COPY(unused->name, name);
	unused->object = (uint8_t)object;
	return unused;
}
