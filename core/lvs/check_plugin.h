/*
 * check_plugin: kinds of checks whose libraries are large (libcurl, OpenSSL, PCRE2) are modules,
 * loaded when the first check of such a kind is configured: who has none starts without them.
 */
#ifndef LVS_CHECK_PLUGIN_H
#define LVS_CHECK_PLUGIN_H

#include "model/rows.h"

struct check_ops; /* lvs/check.h */

/* The operations of a kind that is in a module. NULL: it could not be loaded, and `why` says so;
 * the next call tries again. */
const struct check_ops *check_plugin(uint8_t kind, char why[TEXT_REASON]);

#endif
