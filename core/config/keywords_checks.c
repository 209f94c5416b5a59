/* keywords_checks: the checks of real servers, and the certificates of SSL_GET. */
#include "config/keyword_rows.h"
#include "config/keywords_lvs.h"
#include "config/parse.h"
#include "config/special_checks.h"
#include "config/special_http.h"
#include "config/special_weights.h"

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

static const struct keyword agent_check_keywords[] = {
    CONNECTION,
    {"agent_send", NULL, false, CHECK(object), CONV_TEXT, .special = special_agent_send,
     .print = print_agent_send, .help = "What is said to the agent before it answers."},
    TIMED,
    {0},
};

const struct block block_agent_check = {
    .name = "AGENT_CHECK",
    .keywords = agent_check_keywords,
    .enter = enter_check,
};

static const struct enum_name http_protocols[] = {
    {HTTP_1_0, "1.0"}, {HTTP_1_0_CLOSE, "1.0C"}, {HTTP_1_1, "1.1"}, {0}};

#define URL(member) T_CHECK_URL, offsetof(struct check_url_row, member)

static const struct keyword url_keywords[] = {
    {"path", NULL, false, URL(path), CONV_TEXT, .help = "Path to ask for."},
    {"digest", NULL, false, URL(digest), CONV_TEXT, .special = special_digest,
     .help = "MD5 digest of the answer."},
    {"status_code", NULL, false, URL(status_code), CONV_TEXT, .special = special_status_code,
     .print = print_status_code,
     .help = "Codes and ranges of codes that count as success; 200-299 when nothing else is asked "
	     "for."},
    {"virtualhost", NULL, false, URL(virtualhost), CONV_TEXT,
     .help = "Host name to ask for; that of the check by default."},
    {"regex", NULL, false, URL(regex), CONV_TEXT, .min = 1, .max = TEXT_REGEX - 1,
     .special = special_regex, .help = "Expression that the answer must match."},
    {"regex_no_match", NULL, false, URL(regex_no_match), CONV_FLAG, .alone = true,
     .help = "... or must not match."},
    {"regex_options", NULL, false, URL(regex_options), CONV_TEXT, .special = special_regex_options,
     .print = print_regex_options, .help = "Options of the expression, as PCRE2 names them."},
    {"regex_min_offset", NULL, false, URL(regex_min_offset), CONV_NUMBER,
     .special = special_regex_offset, .help = "First octet where a match may begin."},
    {"regex_max_offset", NULL, false, URL(regex_max_offset), CONV_NUMBER,
     .special = special_regex_offset, .help = "Octet before which a match must begin."},
    GONE("regex_stack", 0, 2, "First and greatest size of the stack for it: the heap is used."),
    {"tls_compliant", NULL, false, URL(tls_compliant), CONV_FLAG, .alone = true,
     .help = "A TLS connection must end with a message."},
    {0},
};

const struct block block_url = {
    .name = "url",
    .keywords = url_keywords,
    .enter = enter_url,
};

/* clang-format off */
#define HTTP                                                                                       \
    CONNECTION,                                                                                    \
    TIMED,                                                                                         \
    {"url", .block = &block_url, .help = "What to ask for, and what to expect; all must be so."},  \
    VIRTUALHOST,                                                                                   \
    {"enable_sni", NULL, false, CHECK(enable_sni), CONV_FLAG, .alone = true,                       \
     .help = "TLS: tell the host name during the handshake."},                                     \
    {"http_protocol", NULL, false, CHECK(http_protocol), CONV_CHOICE,                              \
     .choices = http_protocols, .help = "Version of HTTP: 1.0, 1.0C or 1.1."},                     \
    ALWAYS("fast_recovery", 0, 1, "No pause between URLs.")
/* clang-format on */

static const struct keyword http_get_keywords[] = {
    HTTP,
    {0},
};

const struct block block_http_get = {
    .name = "HTTP_GET",
    .keywords = http_get_keywords,
    .enter = enter_check,
};

static const struct keyword ssl_get_keywords[] = {
    HTTP,
    {"sni_name", NULL, false, CHECK(sni_name), CONV_TEXT,
     .help = "Host name to tell in the handshake; virtualhost by default."},
    {"tls_compliant", NULL, false, URL(tls_compliant), CONV_FLAG, .alone = true,
     .help = "All its TLS connections must end with a message."},
    {0},
};

const struct block block_ssl_get = {
    .name = "SSL_GET",
    .keywords = ssl_get_keywords,
    .enter = enter_check,
};

static const struct keyword smtp_host_keywords[] = {
    CONNECTION,
    TIMED,
    {0},
};

static const struct block block_smtp_host = {
    .name = "host",
    .keywords = smtp_host_keywords,
    .enter = enter_smtp_host,
};

static const struct keyword smtp_check_keywords[] = {
    CONNECTION,
    TIMED,
    {"helo_name", NULL, false, CHECK(send), CONV_TEXT, .special = special_helo_name,
     .help = "Name to greet with; that of the director by default."},
    {"host", .block = &block_smtp_host, .help = "A mail server to connect to; all must be well."},
    {0},
};

const struct block block_smtp_check = {
    .name = "SMTP_CHECK",
    .keywords = smtp_check_keywords,
    .enter = enter_check,
};

static const struct keyword dns_check_keywords[] = {
    CONNECTION,
    TIMED,
    {"type", NULL, false, CHECK(dns_type), CONV_CHOICE, .choices = dns_type_names, .any_case = true,
     .help = "Type to ask for; SOA."},
    {"name", NULL, false, CHECK(send), CONV_TEXT, .special = special_dns_name,
     .help = "Name to ask for; the root."},
    {0},
};

const struct block block_dns_check = {
    .name = "DNS_CHECK",
    .keywords = dns_check_keywords,
    .enter = enter_check,
};

static const struct keyword udp_check_keywords[] = {
    CONNECTION,
    TIMED,
    {"payload", NULL, false, CHECK(send), CONV_TEXT, .special = special_payload,
     .help = "Octets to send, in hexadecimal; random ones by default."},
    {"require_reply", NULL, false, CHECK(require_reply), CONV_TEXT,
     .special = special_require_reply, .print = print_require_reply,
     .help = "There must be an answer, perhaps these octets, x for any digit."},
    {"min_reply_length", NULL, false, CHECK(min_reply_length), CONV_NUMBER,
     .help = "Fewest octets of the answer; 0."},
    {"max_reply_length", NULL, false, CHECK(max_reply_length), CONV_NUMBER,
     .help = "Most octets of the answer; 255."},
    {0},
};

const struct block block_udp_check = {
    .name = "UDP_CHECK",
    .keywords = udp_check_keywords,
    .enter = enter_check,
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
    {"misc_path", NULL, false, MISC(script), CONV_TEXT, .always = true,
     .special = special_misc_path, .print = print_misc_path,
     .help = "Command that is run; what counts is its exit status."},
    {"misc_timeout", NULL, false, MISC(timeout_ms), CONV_SECONDS,
     .help = "Seconds that it may take; delay_loop by default."},
    {"misc_dynamic", NULL, false, CHECK(dynamic), CONV_FLAG, .alone = true,
     .help = "An exit status of 2..255 is success and sets the weight to 0..253."},
    {"user", NULL, false, MISC(user), CONV_TEXT, .special = special_misc_user,
     .print = print_misc_user, .help = "User, and group, that run it; script_user by default."},
    TIMED,
    {0},
};

const struct block block_misc_check = {
    .name = "MISC_CHECK",
    .keywords = misc_check_keywords,
    .enter = enter_check,
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
    {"track_file", NULL, false, CHECK(object), CONV_TEXT, .special = special_check_file,
     .print = print_check_file, .help = "Name of the track_file."},
    {"weight", NULL, false, CHECK(weight), CONV_NUMBER, .always = true,
     .special = special_check_weight, .print = print_check_weight,
     .help = "What its number is multiplied by, and added to the server's weight; with 0 any "
	     "number but 0 is a failure. reverse turns it."},
    GONE("dynamic", 0, 0, "It is in manuals and was never read."),
    {0},
};

const struct block block_file_check = {
    .name = "FILE_CHECK",
    .keywords = file_check_keywords,
    .enter = enter_check,
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
