/*
 * send_loop: how evenly this machine lets a process send at all. A packet of the size of an
 * advertisement each interval, with everything a program can ask of the kernel: SCHED_RR, locked
 * memory, an absolute sleep. Nothing else is in the loop, so what it cannot do no VRRP program
 * can. Usage: send_loop INTERFACE INTERVAL_US; ends when it is killed.
 */
#include <arpa/inet.h>
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#define IPPROTO_VRRP 112
#define PRIORITY     1
#define NS_PER_S     1000000000L

static int open_socket(const char *interface)
{
	struct ip_mreqn out = {.imr_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_VRRP), ttl = 255;

	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl)) < 0)
		err(1, "%s", interface);
	return fd;
}

int main(int argc, char **argv)
{
	/* VRRPv3, VRID 51, priority 200, one address; nobody checks the sum */
	static const unsigned char advert[] = {0x31, 51, 200, 1, 0, 1, 0, 0, 192, 0, 2, 100};
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct sched_param priority = {.sched_priority = PRIORITY};
	struct timespec next;
	long interval_ns;
	int fd;

	if (argc != 3 || (interval_ns = atol(argv[2]) * 1000) <= 0 || interval_ns >= NS_PER_S)
		errx(2, "usage: send_loop INTERFACE INTERVAL_US (less than a second)");
	inet_pton(AF_INET, "224.0.0.18", &to.sin_addr);
	fd = open_socket(argv[1]);
	if (sched_setscheduler(0, SCHED_RR, &priority) < 0)
		warn("no real-time scheduling");
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		warn("memory is not locked");
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		sendto(fd, advert, sizeof(advert), 0, (struct sockaddr *)&to, sizeof(to));
		next.tv_nsec += interval_ns;
		if (next.tv_nsec >= NS_PER_S) {
			next.tv_nsec -= NS_PER_S;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
}
