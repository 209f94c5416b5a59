/*
 * curl_loop: see curl_loop.h. libcurl says which sockets it waits for and until when, and is told
 * when they are ready; what has ended is handed out only after it has returned.
 *
 * In module check_http; runs in the lvs process.
 */
#include "http/curl_loop.h"

#include "base/log.h"

#include <stdlib.h>

struct socket {
	struct watch watch;
};

static struct {
	CURLM *multi;
	struct loop *loop;
	struct timer timer;
} curl;

static void hand_out(void)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(curl.multi, &left))) {
		CURLcode code = m->data.result;
		struct curl_run *run = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&run);
		run->done(run->arg, code);
	}
}

static void act(curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(curl.multi, fd, what, &running);
	hand_out();
}

static void on_socket(void *arg, int fd, int what, struct mono now)
{
	(void)arg, (void)now;
	act(fd, (what & WATCH_READ ? CURL_CSELECT_IN : 0) |
		    (what & WATCH_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_timer(void *arg, struct mono now)
{
	(void)arg, (void)now;
	act(CURL_SOCKET_TIMEOUT, 0);
}

static void forget_socket(curl_socket_t fd, struct socket *s)
{
	if (!s)
		return;
	curl_multi_assign(curl.multi, fd, NULL);
	watch_stop(&s->watch);
	free(s);
}

static int want_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct socket *s = known;
	int mask =
	    (what & CURL_POLL_IN ? WATCH_READ : 0) | (what & CURL_POLL_OUT ? WATCH_WRITE : 0);

	(void)easy, (void)arg;
	if (what == CURL_POLL_REMOVE) {
		forget_socket(fd, s);
	} else if (s) {
		watch_set(&s->watch, mask);
	} else {
		s = xcalloc(1, sizeof(*s));
		watch_start(&s->watch, curl.loop, fd, mask, on_socket, s);
		curl_multi_assign(curl.multi, fd, s);
	}
	return 0;
}

static int want_timer(CURLM *multi, long ms, void *arg)
{
	(void)multi, (void)arg;
	if (ms < 0)
		timer_cancel(&curl.timer);
	else
		timer_after(&curl.timer, ms * NS_PER_MS);
	return 0;
}

static bool have_multi(struct loop *l)
{
	if (curl.multi)
		return true;
	curl.multi = curl_multi_init();
	if (!curl.multi)
		return false;
	curl.loop = l;
	timer_init(&curl.timer, l, on_timer, NULL);
	curl_multi_setopt(curl.multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	curl_multi_setopt(curl.multi, CURLMOPT_TIMERFUNCTION, want_timer);
	curl_multi_setopt(curl.multi, CURLMOPT_MAXCONNECTS, 1L); /* none is used again */
	return true;
}

bool curl_loop_add(struct loop *l, CURL *easy, struct curl_run *run)
{
	curl_easy_setopt(easy, CURLOPT_PRIVATE, run);
	return have_multi(l) && curl_multi_add_handle(curl.multi, easy) == CURLM_OK;
}

void curl_loop_remove(CURL *easy)
{
	curl_multi_remove_handle(curl.multi, easy);
}
