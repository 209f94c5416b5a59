/* persist: see persist.h. */
#include "daemon/persist.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRIVATE   0600
#define ASIDE_MAX 999 /* files of one name that were put aside */

static int write_all(int fd, const struct buf *content)
{
	size_t done = 0;

	while (done < content->len) {
		ssize_t n = write(fd, content->data + done, content->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

static int write_file(const char *path, const struct buf *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, PRIVATE);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, content);
	if (!r && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && !r)
		r = -errno;
	return r;
}

/* Both paths fit and are in one folder, which `dir` is. */
static int replace(const char *path, const char *temporary, int dir, const struct buf *content,
		   mode_t mode)
{
	int r = write_file(temporary, content);

	if (!r && mode != PRIVATE && chmod(temporary, mode) < 0)
		r = -errno;
	if (!r && rename(temporary, path) < 0)
		r = -errno;
	if (r) {
		unlink(temporary);
		return r;
	}
	return fsync(dir) < 0 ? errno : 0;
}

int persist_replace(const char *dir, const char *name, const struct buf *content, mode_t mode)
{
	char path[PATH_MAX], temporary[PATH_MAX];
	int fd, r;

	if (content->len > PERSIST_MAX)
		return -EFBIG;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
	    snprintf(temporary, sizeof(temporary), "%s/.%s.new", dir, name) >=
		(int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* first, while nothing is changed */
	if (fd < 0)
		return -errno;
	r = replace(path, temporary, fd, content, mode);
	close(fd);
	return r;
}

int persist_write(const char *dir, const char *name, const struct buf *content)
{
	return persist_replace(dir, name, content, PRIVATE);
}

int persist_append(const char *dir, const char *name, const struct buf *content, bool durable)
{
	char path[PATH_MAX];
	int fd, r;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = write_all(fd, content);
	if (!r && durable && fdatasync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && !r)
		r = -errno;
	return r;
}

int persist_put_aside(const char *dir, const char *name, char ret[PATH_MAX])
{
	char from[PATH_MAX], number[8] = "";

	for (int n = 1; n <= ASIDE_MAX; n++) {
		if (snprintf(from, sizeof(from), "%s/%s", dir, name) >= (int)sizeof(from) ||
		    snprintf(ret, PATH_MAX, "%s.unreadable%s", from, number) >= PATH_MAX)
			return -ENAMETOOLONG;
		if (renameat2(AT_FDCWD, from, AT_FDCWD, ret, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
		snprintf(number, sizeof(number), ".%d", n);
	}
	return -EEXIST;
}

/* Opening does not wait for the other end of a pipe. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int r = 0;

	if (fd < 0)
		return errno == ENXIO ? -EMEDIUMTYPE : -errno; /* ENXIO: a socket */
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		r = -EMEDIUMTYPE;
	else if (st.st_size > PERSIST_MAX)
		r = -EFBIG;
	if (!r)
		return fd;
	close(fd);
	return r;
}

int persist_read(const char *dir, const char *name, struct buf *ret)
{
	char path[PATH_MAX], chunk[4096];
	ssize_t n;
	int fd, r = 0;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open_regular(path);
	if (fd < 0)
		return fd;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r = -errno;
			break;
		}
		buf_add(ret, chunk, (size_t)n);
	}
	close(fd);
	return r;
}
