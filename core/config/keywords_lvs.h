/*
 * keywords_lvs: the keywords that checks share with the blocks around them, as rows of a table.
 */
#ifndef CONFIG_KEYWORDS_LVS_H
#define CONFIG_KEYWORDS_LVS_H

#include "config/keyword_rows.h"

#define CHECK(member) T_CHECKER, offsetof(struct checker_row, member)
#define MISC(member)  T_MISC_SCRIPT, offsetof(struct misc_script_row, member)

/* clang-format off */
#define CONNECT_TIMEOUT                                                                            \
    {"connect_timeout", NULL, false, CHECK(connect_timeout_ms), CONV_SECONDS,                      \
     .help = "Seconds that a connection may take."}
#define INHERITED_BY_SCRIPTS                                                                       \
    {"retry", NULL, false, CHECK(retry), CONV_NUMBER,                                              \
     .help = "Further attempts before a check that had succeeded fails."},                         \
    OLD_NAME("nb_get_retry", "retry"),                                                             \
    {"delay_before_retry", NULL, false, CHECK(delay_before_retry_ms), CONV_SECONDS,                \
     .help = "Seconds between those attempts."},                                                   \
    {"warmup", NULL, false, CHECK(warmup_ms), CONV_SECONDS,                                        \
     .help = "The first check is at a random time within so many seconds; delay_loop by default."}
#define INHERITED_BY_CHECKS CONNECT_TIMEOUT, INHERITED_BY_SCRIPTS
#define VIRTUALHOST                                                                                \
    {"virtualhost", NULL, false, CHECK(virtualhost), CONV_TEXT,                                    \
     .help = "Host name that checks by HTTP ask for."}
/* clang-format on */

#endif
