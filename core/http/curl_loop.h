/*
 * curl_loop: transfers of libcurl on the event loop. There is one loop in the process, and so one
 * multi handle, made with the first transfer.
 */
#ifndef LVS_CURL_LOOP_H
#define LVS_CURL_LOOP_H

#include "base/loop.h"

#include <curl/curl.h>

/* The transfer has ended, and curl_loop_remove() may be called, or another one begun. */
typedef void (*curl_done_fn)(void *arg, CURLcode code);

struct curl_run {
	curl_done_fn done;
	void *arg;
};

/* Begins a transfer; `run` must live until curl_loop_remove(). The private pointer of the handle is
 * taken. False: out of memory. */
bool curl_loop_add(struct loop *l, CURL *easy, struct curl_run *run);
void curl_loop_remove(CURL *easy);

#endif
