/* daemon: which schedulers the kernel has, as far as the lists of its modules tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static char root[] = "/tmp/hvmXXXXXX";
static char modules[256];

static void make(const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	assert_int_equal(mkdir(whole, 0755), 0);
}

static void write_list(const char *name, const char *text)
{
	char path[512];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", modules, name);
	to = fopen(path, "w");
	assert_non_null(to);
	fputs(text, to);
	fclose(to);
}

static int setup(void **state)
{
	struct utsname u;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_int_equal(uname(&u), 0);
	make("/lib");
	make("/lib/modules");
	make("/sys");
	make("/sys/module");
	snprintf(modules, sizeof(modules), "%s/lib/modules/%s", root, u.release);
	assert_int_equal(mkdir(modules, 0755), 0);
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static void lists_decide(void **state)
{
	(void)state;
	assert_false(machine_lacks_scheduler(root, "wlc")); /* no lists: nobody knows */
	write_list("modules.builtin", "kernel/net/netfilter/ipvs/ip_vs_rr.ko\n");
	assert_false(machine_lacks_scheduler(root, "wlc")); /* half of them */
	write_list("modules.dep",
		   "kernel/net/netfilter/ipvs/ip_vs_wlc.ko.xz: kernel/net/netfilter/ipvs/ip_vs.ko\n"
		   "kernel/net/other.ko: kernel/net/netfilter/ipvs/ip_vs_mh.ko\n");
	assert_false(machine_lacks_scheduler(root, "rr"));
	assert_false(machine_lacks_scheduler(root, "wlc"));
	assert_true(machine_lacks_scheduler(root, "lc"));
	assert_true(machine_lacks_scheduler(root, "mh")); /* only needed by another */
	make("/sys/module/ip_vs_lc");
	assert_false(machine_lacks_scheduler(root, "lc")); /* loaded from elsewhere */
}

static void interfaces(void **state)
{
	(void)state;
	assert_true(this_machine.has_interface("lo"));
	assert_false(this_machine.has_interface("hv-nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(lists_decide, setup, teardown),
	    cmocka_unit_test(interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
