/*
 * connect_loop: what a connection to each of many servers costs when nothing else is done: a
 * socket, a connect, a wait in epoll, the error, the end. N addresses from 10.0.0.1 on, port 80,
 * each once in an interval, spread evenly over it. Usage: connect_loop N INTERVAL_MS [SERVERS];
 * ends when it is killed. With SERVERS the addresses are those of services of so many
 * servers: 10.HIGH.LOW.1 and on.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void begin(int epoll, unsigned number, unsigned servers)
{
	unsigned service = number / servers;
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct epoll_event e = {.events = EPOLLOUT, .data.fd = fd};

	to.sin_addr.s_addr = htonl(10u << 24 | service << 8 | (number % servers + 1));
	if (fd < 0)
		err(1, "socket");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 && errno != EINPROGRESS)
		err(1, "connect");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) < 0)
		err(1, "epoll_ctl");
}

static void end(int fd)
{
	int error;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 || error)
		errx(1, "connection: %s", strerror(error));
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned n = argc > 2 ? (unsigned)atoi(argv[1]) : 0;
	uint64_t pace = n ? strtoull(argv[2], NULL, 10) * 1000000u / n : 0, next = now_ns();
	unsigned servers = argc > 3 ? (unsigned)atoi(argv[3]) : 254, number = 0;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (!pace || !servers || epoll < 0)
		errx(2, "usage: connect_loop N INTERVAL_MS [SERVERS]");
	for (;;) {
		struct epoll_event events[64];
		uint64_t now = now_ns();
		int ready, wait_ms;

		for (; next <= now; next += pace) {
			begin(epoll, number, servers);
			number = (number + 1) % n;
		}
		wait_ms = (int)((next - now + 999999) / 1000000);
		ready = epoll_wait(epoll, events, 64, wait_ms);
		for (int i = 0; i < ready; i++)
			end(events[i].data.fd);
	}
}
