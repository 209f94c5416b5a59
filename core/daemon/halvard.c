/*
 * halvard: where the program begins. With --role it is one of the processes; without, it is the
 * guardian that starts them, or it tests or prints a configuration.
 */
#include "base/log.h"
#include "base/process.h"
#include "base/syscalls.h"
#include "daemon/check.h"
#include "daemon/confine.h"
#include "daemon/guardian.h"
#include "daemon/memlock.h"
#include "daemon/netns.h"
#include "daemon/options.h"
#include "daemon/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void start_log(const struct options *o, const char *ident, enum log_area area)
{
	log_init(
	    &(struct log_options){.ident = ident,
				  .area = area,
				  .levels.rest = o->env.log_detail ? LOG_LV_DEBUG : LOG_LV_INFO,
				  .to_stderr = o->console,
				  .to_syslog = !o->no_syslog,
				  .facility = o->facility});
	log_levels_use(o->env.log_level);
}

static int run_role(const struct options *o)
{
	const struct role_spec *spec = role_spec(o->env.role);

	if (!spec || !spec->entry)
		fatalx("%s is not a role of this program", role_name(o->env.role));
	start_log(o, spec->ident, spec->area);
	process_called(spec->ident);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* the guardian's to hear: a terminal tells the whole group */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (spec->realtime)
		memlock_all(); /* refused: the guardian has said so */
	if (spec->prepare)
		spec->prepare(&o->env);
	if (spec->executes)
		confine_nothing();
	else
		confine(spec->user, spec->caps);
	syscalls_limit(spec->syscalls);
	return spec->entry(&o->env);
}

static void need_folder(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		fprintf(stderr, "halvard: cannot make %s: %s\n", path, strerror(errno));
		exit(1);
	}
}

/* Takes the pid file for as long as the process lives; another holder means a second daemon. */
static int take_pid_file(const struct options *o)
{
	char path[PATH_MAX];
	int fd;

	if (o->pid_file)
		snprintf(path, sizeof(path), "%s", o->pid_file);
	else
		snprintf(path, sizeof(path), "%s/halvard.pid", o->env.run_dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		fprintf(stderr, "halvard: cannot write %s: %s\n", path, strerror(errno));
		exit(1);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		fprintf(stderr, "halvard: already running with %s: choose another --run-dir\n",
			path);
		exit(1);
	}
	return fd;
}

static void write_pid(int fd)
{
	char line[16];
	int n = snprintf(line, sizeof(line), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, line, (size_t)n, 0) != n)
		log_warn("guardian: cannot write the pid file");
}

static void into_background(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		fprintf(stderr, "halvard: cannot fork: %s\n", strerror(errno));
		exit(1);
	}
	if (pid > 0)
		_exit(0);
	setsid();
	if (chdir("/") < 0)
		exit(1);
}

/* One daemon for each folder, whatever its pid file: the control socket is there. */
static void take_run_dir(const struct options *o)
{
	struct sockaddr_un sun;
	int fd = open(o->env.run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (strlen(o->env.run_dir) + sizeof("/control") > sizeof(sun.sun_path)) {
		fprintf(stderr,
			"halvard: %s is too long for the path of a socket: choose another "
			"--run-dir\n",
			o->env.run_dir);
		exit(1);
	}
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
		fprintf(stderr, "halvard: already running in %s: choose another --run-dir\n",
			o->env.run_dir);
		exit(1);
	}
}

/* Descriptors that are opened later must not take the places of the first three. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* What the processes inherit. */
static void prepare(struct options *o)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	if (o->umask != UMASK_AS_IT_IS)
		umask((mode_t)o->umask);
	if (o->core_dump && setrlimit(RLIMIT_CORE, &all) < 0)
		fprintf(stderr, "halvard: no core files: %s\n", strerror(errno));
	netns_enter(o);
}

static int run_guardian(struct options *o)
{
	int fd, null;

	prepare(o);
	need_folder(o->env.run_dir);
	need_folder(o->env.state_dir);
	take_run_dir(o);
	fd = take_pid_file(o);
	if (!o->foreground)
		into_background();
	write_pid(fd);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, STDIN_FILENO);
	if (!o->foreground && !o->console) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	start_log(o, "halvard", LOG_AREA_GUARDIAN);
	return guardian_run(o);
}

/*
 * Paths must hold after the change of folder; `whole` becomes the path. Links in it are not
 * resolved: one that is pointed elsewhere counts at the next reload.
 */
static void make_absolute(const char **path, char whole[PATH_MAX])
{
	char folder[PATH_MAX];

	if ((*path)[0] != '/' && getcwd(folder, sizeof(folder)) &&
	    snprintf(whole, PATH_MAX, "%s/%s", folder, *path) < PATH_MAX)
		*path = whole;
}

int main(int argc, char **argv)
{
	char config[PATH_MAX], run[PATH_MAX], state[PATH_MAX];
	struct options o;

	fill_standard_descriptors();
	switch (options_parse(&o, argc, argv)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_BAD:
		return 1;
	case OPTIONS_RUN:
		break;
	}
	if (o.env.role != ROLE_GUARDIAN)
		return run_role(&o);
	if (o.test || o.print_config)
		return check_config(&o);
	make_absolute(&o.env.config_file, config);
	make_absolute(&o.env.run_dir, run);
	make_absolute(&o.env.state_dir, state);
	return run_guardian(&o);
}
