/* keywords_checks: the checks of real servers, and the certificates of SSL_GET. */
#include "config/keyword_rows.h"
#include "config/keywords_lvs.h"
#include "config/parse.h"
#include "config/special_checks.h"

/* clang-format off */
/* What every check has that opens a connection. */
#define CONNECTION                                                                                 \
    {"connect_ip", NULL, false, CHECK(connect_addr), CONV_ADDRESS,                                 \
     .help = "Address to connect to; the real server's by default."},                              \
    {"connect_port", NULL, false, CHECK(connect_port), CONV_NUMBER, .min = 1, .max = 65535,        \
     .help = "Port to connect to; the real server's by default."},                                 \
    {"bindto", NULL, false, CHECK(bindto), CONV_ADDRESS, .help = "Address to connect from."},      \
    {"bind_port", NULL, false, CHECK(bind_port), CONV_NUMBER, .min = 1, .max = 65535,              \
     .help = "Port to connect from."},                                                             \
    {"bind_if", NULL, false, CHECK(bind_if), CONV_TEXT, 1, NAME_IF - 1,                            \
     .help = "Interface to connect from."},                                                        \
    {"fwmark", NULL, false, CHECK(fwmark), CONV_NUMBER, .help = "Firewall mark of its packets."},  \
    CONNECT_TIMEOUT
/* What every check has that runs by a timer. */
#define TIMED                                                                                      \
    INHERITED_BY_SCRIPTS,                                                                          \
    {"delay_loop", NULL, false, CHECK(delay_loop_ms), CONV_SECONDS,                                \
     .help = "Seconds between checks."},                                                           \
    {"alpha", NULL, false, CHECK(alpha), CONV_FLAG,                                                \
     .help = "The server is down until the check succeeds."},                                      \
    {"log_all_failures", NULL, false, CHECK(log_all_failures), CONV_FLAG,                          \
     .help = "Log each attempt that fails while the server is up."}
/* clang-format on */

static const struct keyword tcp_check_keywords[] = {
    CONNECTION,
    TIMED,
    {0},
};

const struct block block_tcp_check = {
    .name = "TCP_CHECK",
    .keywords = tcp_check_keywords,
    .enter = enter_check,
};

static const struct keyword url_keywords[] = {
    LATER("path", 1, 1, "Path to ask for."),
    LATER("digest", 1, 1, "MD5 digest of the answer."),
    LATER("status_code", 0, WORDS_ANY, "Codes and ranges of codes that count as success; 200-299."),
    LATER("virtualhost", 1, 1, "Host name to ask for."),
    LATER("regex", 0, WORDS_ANY, "Expression that the answer must match."),
    LATER("regex_no_match", 0, 1, "... or must not match."),
    LATER("regex_options", 0, WORDS_ANY, "Options of the expression."),
    LATER("regex_min_offset", 0, 1, "First octet where a match may begin."),
    LATER("regex_max_offset", 0, 1, "Last octet where a match may begin."),
    LATER("regex_stack", 0, 2, "First and greatest size of the stack for it, bytes."),
    LATER("tls_compliant", 0, 1, "A TLS connection ends with a message."),
    {0},
};

static const struct block block_url = {
    .name = "url",
    .keywords = url_keywords,
};

/* clang-format off */
#define HTTP                                                                                       \
    CONNECTION,                                                                                    \
    TIMED,                                                                                         \
    LATER_BLOCK("url", &block_url, 0, 0, "What to ask for, and what to expect."),                  \
    LATER("virtualhost", 1, 1, "Host name to ask for."),                                           \
    LATER("enable_sni", 0, 1, "TLS: tell the host name during the handshake."),                    \
    LATER("http_protocol", 1, 1, "Version of HTTP: 1.0, 1.0C or 1.1."),                            \
    LATER("fast_recovery", 0, 1, "No pause between URLs after a failure.")
/* clang-format on */

static const struct keyword http_get_keywords[] = {
    HTTP,
    {0},
};

const struct block block_http_get = {
    .name = "HTTP_GET",
    .keywords = http_get_keywords,
};

static const struct keyword ssl_get_keywords[] = {
    HTTP,
    LATER("sni_name", 1, 1, "Host name to tell; virtualhost by default."),
    LATER("tls_compliant", 0, 1, "A TLS connection ends with a message."),
    {0},
};

const struct block block_ssl_get = {
    .name = "SSL_GET",
    .keywords = ssl_get_keywords,
};

static const struct keyword smtp_host_keywords[] = {
    CONNECTION,
    TIMED,
    {0},
};

static const struct block block_smtp_host = {
    .name = "host",
    .keywords = smtp_host_keywords,
};

static const struct keyword smtp_check_keywords[] = {
    CONNECTION,
    TIMED,
    LATER("helo_name", 1, 1, "Name to greet with."),
    LATER_BLOCK("host", &block_smtp_host, 0, 0, "A mail server to connect to."),
    {0},
};

const struct block block_smtp_check = {
    .name = "SMTP_CHECK",
    .keywords = smtp_check_keywords,
};

static const struct keyword dns_check_keywords[] = {
    CONNECTION,
    TIMED,
    LATER("type", 1, 1, "Type to ask for; SOA."),
    LATER("name", 1, 1, "Name to ask for; the root."),
    {0},
};

const struct block block_dns_check = {
    .name = "DNS_CHECK",
    .keywords = dns_check_keywords,
};

static const struct keyword udp_check_keywords[] = {
    CONNECTION,
    TIMED,
    LATER("payload", 1, WORDS_ANY, "Octets to send, in hexadecimal."),
    LATER("require_reply", 0, WORDS_ANY, "There must be an answer, perhaps these octets."),
    LATER("min_reply_length", 1, 1, "Fewest octets of the answer; 0."),
    LATER("max_reply_length", 1, 1, "Most octets of the answer; 255."),
    {0},
};

const struct block block_udp_check = {
    .name = "UDP_CHECK",
    .keywords = udp_check_keywords,
};

static const struct keyword ping_check_keywords[] = {
    CONNECTION,
    TIMED,
    {0},
};

const struct block block_ping_check = {
    .name = "PING_CHECK",
    .keywords = ping_check_keywords,
    .enter = enter_check,
};

static const struct keyword misc_check_keywords[] = {
    LATER("misc_path", 1, WORDS_ANY, "Command that is run; what counts is its exit status."),
    LATER("misc_timeout", 1, 1, "Seconds that it may take."),
    LATER("misc_dynamic", 0, 0, "Its exit status is the weight."),
    LATER("user", 1, 3, "User and group that run it."),
    TIMED,
    {0},
};

const struct block block_misc_check = {
    .name = "MISC_CHECK",
    .keywords = misc_check_keywords,
};

static const struct keyword bfd_check_keywords[] = {
    LATER("name", 1, 1, "Name of the BFD session."),
    LATER("alpha", 0, 1, "The server is down until the session is up."),
    {0},
};

const struct block block_bfd_check = {
    .name = "BFD_CHECK",
    .keywords = bfd_check_keywords,
};

static const struct keyword file_check_keywords[] = {
    LATER("track_file", 1, 1, "Name of the track_file."),
    LATER("weight", 1, 2, "What its number is multiplied by."),
    GONE("dynamic", 0, 0, "It is in manuals and was never read."),
    {0},
};

const struct block block_file_check = {
    .name = "FILE_CHECK",
    .keywords = file_check_keywords,
};

static const struct keyword ssl_keywords[] = {
    LATER("password", 1, 1, "Password of the key."),
    LATER("ca", 1, 1, "File of the authority's certificate."),
    LATER("certificate", 1, 1, "File of the certificate."),
    LATER("key", 1, 1, "File of the key."),
    {0},
};

const struct block block_ssl = {
    .name = "SSL",
    .keywords = ssl_keywords,
};
