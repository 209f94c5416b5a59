/*
 * support: see support.h. Process: halvardctl.
 *
 * What the daemon knows is asked for by halvardctl itself, a process for each part: so a daemon
 * that hangs costs one part its time, and not the rest.
 */
#include "ctl/support.h"

#include "ctl/say.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 12
#define SELF      "halvardctl" /* this program, at the same daemon */
#define LIMIT_S   "20"

static const char *const parts[][WORDS_MAX] = {
    {SELF, "status"},
    {SELF, "vrrp"},
    {SELF, "rs"},
    {SELF, "checks"},
    {SELF, "show", "global"},
    {SELF, "show", "process"},
    {SELF, "show", "agent"},
    {SELF, "show", "exec"},
    {SELF, "show", "ipvs"},
    {SELF, "show", "network"},
    {SELF, "show", "track"},
    {SELF, "diff"},
    {SELF, "log", "1000"},
    {SELF, "export"},
    {"halvard", "--version"},
    {"uname", "-a"},
    {"cat", "/etc/os-release"},
    {"cat", "/proc/loadavg", "/proc/meminfo"},
    {"ip", "-s", "-d", "link"},
    {"ip", "addr"},
    {"ip", "rule"},
    {"ip", "-4", "route", "show", "table", "all"},
    {"ip", "-6", "route", "show", "table", "all"},
    {"ip", "neigh"},
    {"ipvsadm", "-Ln"},
    {"ipvsadm", "-Ln", "--stats"},
    {"ipvsadm", "-ln", "--daemon"},
    {"sysctl", "net.ipv4.vs", "net.ipv4.ip_forward", "net.ipv4.ip_nonlocal_bind",
     "net.ipv4.conf.all", "net.ipv6.conf.all.forwarding"},
    {"nft", "list", "tables"},
    {"journalctl", "--no-pager", "-o", "short-precise", "-n", "3000", "-u", "halvard"},
};

/* The words behind `timeout`; this program by its own path, whatever is in PATH. */
static void command_of(const struct ctl *c, const char *const *part, char *self, char **ret)
{
	unsigned n = 0;

	ret[n++] = (char *)(uintptr_t) "timeout";
	ret[n++] = (char *)(uintptr_t)LIMIT_S;
	ret[n++] = strcmp(part[0], SELF) == 0 ? self : (char *)(uintptr_t)part[0];
	if (ret[n - 1] == self) {
		ret[n++] = (char *)(uintptr_t) "--run-dir";
		ret[n++] = (char *)(uintptr_t)c->run_dir;
	}
	for (unsigned i = 1; i < WORDS_MAX && part[i]; i++)
		ret[n++] = (char *)(uintptr_t)part[i];
	ret[n] = NULL;
}

static void title(const char *const *part)
{
	printf("\n==== %s", part[0]);
	for (unsigned i = 1; i < WORDS_MAX && part[i]; i++)
		printf(" %s", part[i]);
	printf("\n");
	fflush(stdout);
}

/* Its errors are a part of the text. */
static void run(char *const *words)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	int status = 0, r;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	r = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r) {
		printf("(%s: %s)\n", words[0], strerror(r));
		return;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 124)
		printf("(no answer within %s s)\n", LIMIT_S);
	else if (status)
		printf("(exit status %d)\n",
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int support_run(struct ctl *c, int argc, char **argv)
{
	char self[4096], *words[WORDS_MAX + 6], when[64];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	time_t now = time(NULL);
	struct tm utc;

	(void)argc, (void)argv;
	if (n < 0) {
		say(stderr, "halvardctl: its own program cannot be found: %s\n", strerror(errno));
		return CTL_REFUSED;
	}
	self[n] = '\0';
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
	printf("Halvard: what there is to know of this director, %s\n", when);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		title(parts[i]);
		command_of(c, parts[i], self, words);
		run(words);
	}
	return CTL_OK;
}
