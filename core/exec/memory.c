/* memory: see memory.h. */
#include "exec/memory.h"

#include "base/log.h"
#include "base/text.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define MAGIC 0x48455835 /* changes with the struct */

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

#define PROBES 64

static uint64_t hash_text(uint64_t h, const char *text)
{
	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return (h ^ ' ') * UINT64_C(0x100000001b3);
}

struct exec_pool_told *exec_memory_pool(struct exec_memory *m, enum notify_object object,
					const char *name)
{
	uint64_t key = hash_text(UINT64_C(0xcbf29ce484222325) ^ (uint64_t)object, name);
	struct exec_pool_told *unused = NULL;

	key += !key;
	for (unsigned i = 0; i < PROBES; i++) {
		struct exec_pool_told *t = &m->pools[(key + i) % MEMORY_POOLS_MAX];

		if (t->key == key)
			return t;
		if (!t->key && !unused)
			unused = t;
	}
	if (unused)
		*unused = (struct exec_pool_told){.key = key};
	return unused;
}
