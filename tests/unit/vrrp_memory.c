/*
 * vrrp_memory: what one process writes the next one finds, and nothing else: not what another
 * router of that name said, not what another layout or chance has left there.
 */
#include "vrrp/memory.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define BYTES (256 * 1024)

static const struct vrrp_identity vi = {"VI_1", 3, 51};
static const struct vrrp_claim claim = {{123456789}, 100};
static int file;

static int make(void **state)
{
	(void)state;
	file = memfd_create("test", MFD_CLOEXEC);
	return file < 0 || ftruncate(file, BYTES) < 0;
}

static int drop(void **state)
{
	(void)state;
	return close(file);
}

static struct vrrp_memory *process(void)
{
	return vrrp_memory_open(dup(file));
}

static bool kept(struct vrrp_memory *m, const struct vrrp_identity *id, const struct vrrp_claim *c)
{
	struct vrrp_claim got = vrrp_memory_get(m, id);

	return got.at.ns == c->at.ns && got.believed_cs == c->believed_cs;
}

static void test_outlives_the_process(void **state)
{
	struct vrrp_memory *m = process();

	(void)state;
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_put(m, &vi, &claim);
	vrrp_memory_close(m);
	m = process();
	assert_true(kept(m, &vi, &claim));
	vrrp_memory_put(m, &vi, &(struct vrrp_claim){0});
	vrrp_memory_close(m);
	m = process();
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_close(m);
}

static void test_is_bound_to_the_router(void **state)
{
	struct vrrp_identity elsewhere = {"VI_1", 4, 51}, other = {"VI_1", 3, 52};
	struct vrrp_identity longer = {"VI_12", 3, 51};
	struct vrrp_memory *m = process();

	(void)state;
	vrrp_memory_put(m, &vi, &claim);
	assert_int_equal(vrrp_memory_get(m, &elsewhere).at.ns, 0);
	assert_int_equal(vrrp_memory_get(m, &other).at.ns, 0);
	assert_int_equal(vrrp_memory_get(m, &longer).at.ns, 0);
	vrrp_memory_put(m, &other, &claim); /* takes the record over */
	assert_true(kept(m, &other, &claim));
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_close(m);
}

/* More instances than there is room for: those that fit are kept, the others are not; a place
 * is free again when its claim is withdrawn. */
static void test_has_an_end(void **state)
{
	struct vrrp_memory *m = process();
	char name[NAME_VRRP];
	struct vrrp_identity id = {name, 3, 1};
	unsigned n = 0;

	(void)state;
	for (unsigned k = 0; k < 3000; k++) {
		snprintf(name, sizeof(name), "VI_%u", k);
		vrrp_memory_put(m, &id, &claim);
		n += kept(m, &id, &claim);
	}
	assert_int_equal(n, 1024);
	snprintf(name, sizeof(name), "VI_7");
	vrrp_memory_put(m, &id, &(struct vrrp_claim){0});
	snprintf(name, sizeof(name), "VI_2999");
	vrrp_memory_put(m, &id, &claim);
	assert_true(kept(m, &id, &claim));
	vrrp_memory_close(m);
}

static void fill(int value, size_t from, size_t length)
{
	char junk[4096];

	memset(junk, value, sizeof(junk));
	for (size_t at = 0; at < length; at += sizeof(junk))
		assert_true(pwrite(file, junk, sizeof(junk), (off_t)(from + at)) > 0);
}

/* Junk, and junk behind a good head: the layout of another version. */
static void test_foreign_content(void **state)
{
	struct vrrp_memory *m = process();
	uint32_t version = 77;

	(void)state;
	vrrp_memory_put(m, &vi, &claim);
	vrrp_memory_close(m);
	assert_int_equal(pwrite(file, &version, sizeof(version), 8), sizeof(version));
	m = process();
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_put(m, &vi, &claim);
	assert_true(kept(m, &vi, &claim));
	vrrp_memory_close(m);
	fill(0x55, 0, BYTES);
	m = process();
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_put(m, &vi, &claim);
	assert_true(kept(m, &vi, &claim));
	vrrp_memory_close(m);
}

static void test_no_file(void **state)
{
	int fds[2];
	struct vrrp_memory *m = vrrp_memory_open(-1);

	(void)state;
	vrrp_memory_put(m, &vi, &claim);
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_close(m);
	assert_int_equal(pipe(fds), 0);
	m = vrrp_memory_open(fds[1]); /* somebody else's: not closed */
	vrrp_memory_put(m, &vi, &claim);
	vrrp_memory_close(m);
	assert_int_equal(write(fds[1], "x", 1), 1);
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(ftruncate(file, 100), 0);
	m = process();
	vrrp_memory_put(m, &vi, &claim);
	assert_int_equal(vrrp_memory_get(m, &vi).at.ns, 0);
	vrrp_memory_close(m);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_outlives_the_process),
	    TEST(test_is_bound_to_the_router),
	    TEST(test_has_an_end),
	    TEST(test_foreign_content),
	    TEST(test_no_file),
	};

	return cmocka_run_group_tests_name("vrrp_memory", tests, NULL, NULL);
}
