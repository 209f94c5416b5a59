/*
 * memory: see memory.h (process vrrp).
 *
 * The process may be killed between any two writes, so each state of a record must be safe to
 * find. `at_ns` alone says whether there is a claim: it is 0 while anything else in the record
 * is being changed, and is written last. A claim that was not written costs a takeover by the
 * peer, a claim that is not true would make two masters: whoever writes errs to the first.
 *
 * The size is fixed by the guardian, which has sealed the file against shrinking. Records are
 * found by name; one without a claim is free for another name when all are taken. A search begins
 * at a place that the name gives, since a master keeps a claim with each advertisement, and goes
 * over all, so that a record is found wherever a predecessor put it.
 */
#include "vrrp/memory.h"

#include "base/log.h"
#include "base/text.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC   "HALVRRP"
#define VERSION 4
#define RECORDS 1024

struct record {
	_Atomic int64_t at_ns;
	uint32_t believed_cs;
	uint32_t ifindex;
	uint32_t vrid;
	uint32_t sequence;
	char name[NAME_VRRP]; /* empty: never used */
};

struct content {
	char magic[8];
	uint32_t version;
	uint32_t record_size;
	int64_t began_ns;
	_Atomic uint32_t igmp_before;
	struct record record[RECORDS];
};

struct vrrp_memory {
	struct mono began;
	struct content *content;      /* NULL: nothing to remember with */
	_Atomic uint32_t igmp_before; /* then */
};

static bool is_ours(const struct content *c)
{
	return memcmp(c->magic, MAGIC, sizeof(c->magic)) == 0 && c->version == VERSION &&
	       c->record_size == sizeof(struct record);
}

static struct content *map(int fd)
{
	struct stat st;
	void *p;

	if (fcntl(fd, F_GET_SEALS) < 0)
		return NULL; /* not a memory file: the guardian gave none */
	if (fstat(fd, &st) < 0 || st.st_size < (off_t)sizeof(struct content))
		return NULL;
	p = mmap(NULL, sizeof(struct content), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? NULL : p;
}

struct vrrp_memory *vrrp_memory_open(int fd)
{
	struct vrrp_memory *m = xcalloc(1, sizeof(*m));
	struct content *c = m->content = map(fd);

	m->began = mono_read();
	if (!c) {
		log_notice(
		    "process vrrp: no memory from the guardian: a crash of this process will end "
		    "mastership");
	} else if (!is_ours(c)) {
		memset(c, 0, sizeof(*c));
		c->version = VERSION;
		c->record_size = sizeof(struct record);
		c->began_ns = m->began.ns;
		memcpy(c->magic, MAGIC, sizeof(c->magic));
	} else {
		m->began.ns = c->began_ns;
	}
	return m;
}

struct mono vrrp_memory_began(const struct vrrp_memory *m)
{
	return m->began;
}

void vrrp_memory_close(struct vrrp_memory *m)
{
	if (m->content)
		munmap(m->content, sizeof(*m->content));
	free(m);
}

static bool is_named(const struct record *r, const char *name)
{
	return strncmp(r->name, name, sizeof(r->name)) == 0;
}

/* FNV-1a. */
static unsigned begin(const char *name)
{
	uint32_t h = 2166136261u;

	for (const char *c = name; *c; c++)
		h = (h ^ (uint8_t)*c) * 16777619u;
	return h % RECORDS;
}

/* Index of the record of that name; RECORDS: none. */
static unsigned find(const struct vrrp_memory *m, const char *name)
{
	unsigned first = begin(name);

	for (unsigned k = 0; m->content && k < RECORDS; k++)
		if (is_named(&m->content->record[(first + k) % RECORDS], name))
			return (first + k) % RECORDS;
	return RECORDS;
}

static unsigned find_free(const struct vrrp_memory *m, const char *name)
{
	unsigned first = begin(name);

	for (unsigned k = 0; m->content && k < RECORDS; k++)
		if (!m->content->record[(first + k) % RECORDS].at_ns)
			return (first + k) % RECORDS;
	return RECORDS;
}

struct vrrp_claim vrrp_memory_get(const struct vrrp_memory *m, const struct vrrp_identity *id)
{
	unsigned k = find(m, id->name);
	const struct record *r;

	if (k == RECORDS)
		return (struct vrrp_claim){0};
	r = &m->content->record[k];
	if (r->ifindex != id->ifindex || r->vrid != id->vrid)
		return (struct vrrp_claim){0};
	return (struct vrrp_claim){{r->at_ns}, r->believed_cs};
}

/* What binds the claim is written while there is none. */
static void bind(struct record *r, const struct vrrp_identity *id, uint32_t believed_cs)
{
	if (is_named(r, id->name) && r->ifindex == id->ifindex && r->vrid == id->vrid &&
	    r->believed_cs == believed_cs)
		return;
	r->at_ns = 0;
	r->ifindex = id->ifindex;
	r->vrid = id->vrid;
	r->sequence = 0;
	r->believed_cs = believed_cs;
	memset(r->name, 0, sizeof(r->name));
	TEXT_COPY(r->name, id->name);
}

void vrrp_memory_put(struct vrrp_memory *m, const struct vrrp_identity *id,
		     const struct vrrp_claim *c)
{
	unsigned k = find(m, id->name);

	if (k == RECORDS && c->at.ns)
		k = find_free(m, id->name);
	if (k == RECORDS)
		return;
	if (c->at.ns)
		bind(&m->content->record[k], id, c->believed_cs);
	m->content->record[k].at_ns = c->at.ns;
}

static struct record *record_of(const struct vrrp_memory *m, const struct vrrp_identity *id)
{
	unsigned k = find(m, id->name);
	struct record *r = k == RECORDS ? NULL : &m->content->record[k];

	return r && r->ifindex == id->ifindex && r->vrid == id->vrid ? r : NULL;
}

uint32_t vrrp_memory_sequence(const struct vrrp_memory *m, const struct vrrp_identity *id)
{
	const struct record *r = record_of(m, id);

	return r ? r->sequence : 0;
}

void vrrp_memory_put_sequence(struct vrrp_memory *m, const struct vrrp_identity *id,
			      uint32_t sequence)
{
	struct record *r = record_of(m, id);

	if (r)
		r->sequence = sequence;
}

_Atomic uint32_t *vrrp_memory_igmp(struct vrrp_memory *m)
{
	return m->content ? &m->content->igmp_before : &m->igmp_before;
}
