/*
 * halvard-mail: hands one mail, read from standard input with its headers, to a mail server. It is
 * run by the exec process as a user without any rights, so that nothing of root speaks to the
 * network, and is a program of its own, so that nothing else is linked to libcurl.
 *
 * halvard-mail URL SECONDS FROM TO...    status 0: the server has taken it
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static size_t read_mail(char *buf, size_t size, size_t n, void *arg)
{
	return fread(buf, size, n, arg);
}

static struct curl_slist *recipients(char **from)
{
	struct curl_slist *list = NULL;

	for (; *from; from++)
		list = curl_slist_append(list, *from);
	return list;
}

static CURLcode hand_over(CURL *c, char **argv, struct curl_slist *to)
{
	long seconds = strtol(argv[2], NULL, 10);

	curl_easy_setopt(c, CURLOPT_URL, argv[1]);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, seconds);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, 2 * seconds);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, argv[3]);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_mail);
	curl_easy_setopt(c, CURLOPT_READDATA, stdin);
	return curl_easy_perform(c);
}

int main(int argc, char **argv)
{
	CURL *c;
	CURLcode r;

	if (argc < 5) {
		fprintf(stderr, "usage: halvard-mail URL SECONDS FROM TO...\n");
		return 2;
	}
	if (geteuid() == 0) {
		fprintf(stderr, "not as root\n");
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	c = curl_easy_init();
	if (!c)
		return 2;
	r = hand_over(c, argv, recipients(argv + 4));
	if (r != CURLE_OK)
		fprintf(stderr, "%s\n", curl_easy_strerror(r));
	curl_easy_cleanup(c);
	return r == CURLE_OK ? 0 : 1;
}
