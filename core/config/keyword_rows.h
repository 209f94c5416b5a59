/*
 * keyword_rows: shorthand for rows of the keyword tables, and the blocks that one table names and
 * another file has. For keywords_*.c.
 */
#ifndef CONFIG_KEYWORD_ROWS_H
#define CONFIG_KEYWORD_ROWS_H

#include "config/keyword.h"

/* clang-format off */
/* What is not done: name, fewest and most words behind it, what it is for. */
#define LATER(word, min_words, max_words, text)                                                    \
    {word, .status = KEYWORD_LATER, .least = min_words, .most = max_words, .help = text}
#define LATER_BLOCK(word, its_block, min_words, max_words, text)                                   \
    {word, .status = KEYWORD_LATER, .block = its_block, .least = min_words, .most = max_words,     \
     .help = text}
#define ALWAYS(word, min_words, max_words, text)                                                   \
    {word, .status = KEYWORD_ALWAYS, .least = min_words, .most = max_words, .help = text}
#define GONE(word, min_words, max_words, text)                                                     \
    {word, .status = KEYWORD_GONE, .least = min_words, .most = max_words, .help = text}
#define LEXED(word, min_words, max_words, text)                                                    \
    {word, .status = KEYWORD_LEXED, .least = min_words, .most = max_words, .help = text}
/* Other names: one as good as the first, and one that nobody should use in a new file. */
#define ALSO(word, main)     {word, .means = main}
#define OLD_NAME(word, main) {word, .means = main, .old = true}
/* clang-format on */

/* Of checks. */
extern const struct block block_url, block_http_get, block_ssl_get, block_smtp_check,
    block_dns_check, block_udp_check, block_ping_check, block_misc_check, block_bfd_check,
    block_file_check, block_agent_check;
/* Of what is tracked. */
extern const struct block block_vrrp_script, block_track_process, block_track_file,
    block_bfd_instance, block_tracked, block_track_interface, block_track_virtual_server,
    block_tracks_script, block_tracks_file, block_tracks_process;
/* Of the file. */
extern const struct block block_garp_group, block_linkbeat_interfaces, block_up_down_delays,
    block_server_group, block_ssl;

/* Options of lines. */
extern const struct keyword static_address_options[];

#define ROUTE_SYNTAX "a route as ip-route(8) has it"
#define RULE_SYNTAX  "a rule as ip-rule(8) has it"

#endif
