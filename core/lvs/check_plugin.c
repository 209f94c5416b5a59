/*
 * check_plugin: see check_plugin.h.
 *
 * A module lies beside the program (in a build tree) or where it was installed; it uses the
 * symbols of the program that core/lvs/module.syms lists. It stays loaded: unloading libraries
 * with state of their own is not safe, and what was used once is mostly used again.
 *
 * Runs in the lvs process, behind its filter of system calls, which lets it read files.
 */
#include "lvs/check_plugin.h"

#include "base/log.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct plugin {
	enum check_kind kind;
	const char *module;
	const char *symbol;
	const struct check_ops *ops;
} plugins[] = {
    {CHECK_HTTP, "check_http.so", "check_http", NULL},
    {CHECK_SSL, "check_http.so", "check_ssl", NULL},
    {CHECK_DNS, "check_dns.so", "check_dns", NULL},
};

static void *open_beside_program(const char *module)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n < 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || slash + 1 + strlen(module) >= path + sizeof(path))
		return NULL;
	strcpy(slash + 1, module);
	return access(path, R_OK) == 0 ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
}

static void *open_module(const char *module)
{
	void *m = open_beside_program(module);
	char path[PATH_MAX];

	if (m)
		return m;
	snprintf(path, sizeof(path), HALVARD_MODULE_DIR "/%s", module);
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static const struct check_ops *load(struct plugin *p, char why[TEXT_REASON])
{
	void *m = open_module(p->module);

	if (!m) {
		log_errx("check: %s: %s", p->module, dlerror());
		snprintf(why, TEXT_REASON, "%s cannot be loaded: the log says why", p->module);
		return NULL;
	}
	p->ops = dlsym(m, p->symbol);
	if (!p->ops)
		snprintf(why, TEXT_REASON, "%s is of another version", p->module);
	return p->ops;
}

const struct check_ops *check_plugin(uint8_t kind, char why[TEXT_REASON])
{
	for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++)
		if (plugins[i].kind == kind)
			return plugins[i].ops ? plugins[i].ops : load(&plugins[i], why);
	fatalx("check: kind %u has no code", kind);
}
