/*
 * check_request: what only one kind of check knows, in the one text that all parameters of a job
 * have for it (check_params.request): a line for each word that is not as usual, its name and its
 * value in quotes as text_quote() writes it. Pure.
 */
#ifndef LVS_CHECK_REQUEST_H
#define LVS_CHECK_REQUEST_H

#include "base/buf.h"

void request_add(struct buf *b, const char *name, const char *value); /* unless it is empty */
void request_add_number(struct buf *b, const char *name, uint32_t value);
/* The value of the first line with that name, cut to the size; false and "": there is none. */
bool request_value(const char *request, const char *name, char *ret, size_t size);
uint32_t request_number(const char *request, const char *name, uint32_t otherwise);

#endif
