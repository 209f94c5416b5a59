/* rows_lvs: virtual servers, their real servers and checks. See rows.h. */
#ifndef MODEL_ROWS_LVS_H
#define MODEL_ROWS_LVS_H

#include "base/addr.h"
#include "base/clock.h"
#include "model/names.h"

enum lvs_protocol { LVS_TCP = 1, LVS_UDP = 2, LVS_SCTP = 3 };
extern const struct enum_name lvs_protocol_names[];
enum lvs_forwarding { LVS_NAT = 1, LVS_DR = 2, LVS_TUN = 3 };
extern const struct enum_name lvs_forwarding_names[];
enum tunnel_type { TUNNEL_IPIP = 1, TUNNEL_GUE, TUNNEL_GRE };
extern const struct enum_name tunnel_type_names[];
enum tunnel_checksum { TUNNEL_NOCSUM = 1, TUNNEL_CSUM, TUNNEL_REMCSUM };
extern const struct enum_name tunnel_checksum_names[];
enum vs_admin { VS_ENABLED = 1, VS_DISABLED = 2 };
extern const struct enum_name vs_admin_names[];
enum vs_oper { VS_UP = 1, VS_DEGRADED, VS_QUORUM_LOST, VS_SORRY, VS_DOWN, VS_OPER_DISABLED };
extern const struct enum_name vs_oper_names[];
enum rs_health { HEALTH_UNKNOWN = 1, HEALTH_ALIVE, HEALTH_DEAD };
extern const struct enum_name rs_health_names[];
enum vs_quorum { QUORUM_UNKNOWN = 1, QUORUM_MET, QUORUM_LOST };
extern const struct enum_name vs_quorum_names[];
enum rs_kind { RS_REGULAR = 1, RS_SORRY = 2 };
extern const struct enum_name rs_kind_names[];
enum rs_admin { RS_ENABLED = 1, RS_DRAINING, RS_DISABLED, RS_FORCED_OFFLINE };
extern const struct enum_name rs_admin_names[];
enum rs_oper {
	RS_UP = 1,
	RS_DOWN,
	RS_CHECKING,
	RS_OPER_DRAINING,
	RS_DRAINED,
	RS_OPER_DISABLED,
	RS_DISABLED_BY_PARENT,
	RS_STANDBY, /* a sorry server that is not needed */
};
extern const struct enum_name rs_oper_names[];

/* Why a check or a server is in its state; the same word in log, ctl and MIB. */
enum check_reason {
	REASON_NONE = 1,
	REASON_NOT_RUN,
	REASON_OK,
	REASON_NO_CHECK,
	REASON_REFUSED,
	REASON_TIMEOUT,
	REASON_UNREACHABLE,
	REASON_RESET,
	REASON_LOCAL_ERROR,    /* the director itself could not run the check */
	REASON_KERNEL_REFUSED, /* the kernel did not take the service or the server */
	REASON_ADMIN,
	REASON_TLS,       /* no handshake, or its end was missing */
	REASON_BAD_REPLY, /* what came is not of the protocol, or too much of it */
	REASON_STATUS,    /* another status than was wanted */
	REASON_CONTENT,   /* the content is not what was wanted */
	REASON_SCRIPT,    /* a script, or the number in a file, says that it fails */
	REASON_AGENT,     /* the agent on the server says that it fails, or should get nothing */
};
extern const struct enum_name check_reason_names[];
/* What an agent on the server wants of it; only its own word takes back what it said. */
enum agent_word { AGENT_NONE = 1, AGENT_READY, AGENT_DRAIN, AGENT_MAINT };
extern const struct enum_name agent_word_names[];

struct virtual_server_row {
	const char *name;
	/* configuration */
	const char *group; /* whose addresses and marks it has; "": its own */
	uint8_t family;
	struct addr addr;
	uint16_t port;
	uint8_t protocol;
	uint32_t fwmark;
	char scheduler[16];
	bool sched_fallback; /* sh-fallback, mh-fallback */
	bool sched_port;     /* sh-port, mh-port */
	bool sched_flag_3;
	bool one_packet;                 /* ops */
	uint8_t forwarding;              /* default of its real servers */
	uint32_t persistence_timeout_s;  /* 0: none */
	uint8_t persistence_granularity; /* prefix length; 0: whole addresses */
	const char *persistence_engine;
	uint32_t delay_loop_ms;
	uint32_t quorum, hysteresis; /* weights */
	bool omega;
	bool ha_suspend;
	uint8_t smtp_alert; /* enum alert */
	/* the operator's word */
	uint8_t admin_state; /* enum vs_admin */
	const char *admin_reason;
	/* state */
	uint32_t snmp_index;
	uint8_t oper_state;
	uint8_t quorum_state; /* enum vs_quorum */
	bool suspended;       /* by main: its address is elsewhere */
	const char *reason_text;
	uint32_t rs_total;
	uint32_t rs_up;
	uint32_t weight_total; /* of all real servers, as configured */
	uint32_t weight_up;    /* of those that are up, as configured */
	uint8_t health_percent;
	uint32_t active_conns;
	uint32_t cps, in_pps, out_pps, in_bps, out_bps;
	struct mono last_change;
	struct mono stats_at; /* when counters were read from the kernel */
	/* counters */
	uint32_t transitions;
	uint32_t quorum_changes;
	uint64_t conns, in_pkts, out_pkts, in_bytes, out_bytes;
	struct mono discontinuity;
};

struct real_server_row {
	const char *vs;
	const char *name;
	/* configuration */
	struct addr addr;
	uint8_t forwarding;
	uint16_t port;
	uint8_t tunnel_type;             /* enum tunnel_type */
	uint8_t tunnel_checksum;         /* enum tunnel_checksum */
	uint16_t tunnel_port;            /* of gue */
	uint32_t weight;                 /* 0..65535 */
	uint32_t uthreshold, lthreshold; /* connections; 0: none */
	uint32_t slow_start_s;
	bool inhibit_on_failure;
	uint8_t kind;       /* enum rs_kind */
	uint8_t smtp_alert; /* enum alert */
	/* the operator's word; of its machine it comes by main */
	uint8_t admin_state, node_admin; /* enum rs_admin */
	uint16_t snmp_index;
	const char *admin_reason;
	uint32_t drain_time_s, node_drain_time_s; /* 0: as long as it takes */
	/* state, by main */
	const char *changed_by;
	uint64_t changed_at; /* wall */
	/* state, by lvs */
	uint32_t effective_weight;
	uint8_t ramp_percent; /* of its weight, while it starts slowly */
	uint8_t oper_state;
	uint8_t reason;
	uint8_t health; /* enum rs_health */
	const char *reason_text;
	struct mono drain_started, drain_ends;
	uint32_t active_conns, inactive_conns, persistent_conns;
	uint32_t cps, in_pps, out_pps, in_bps, out_bps;
	uint16_t checks, checks_failing;
	uint32_t drains;
	struct mono last_change;
	/* counters */
	uint32_t transitions, health_changes;
	uint64_t conns, in_pkts, out_pkts, in_bytes, out_bytes;
	struct mono discontinuity;
};

/* A machine: every real server of one address. */
struct node_row {
	const char *name; /* the address */
	struct addr addr;
	/* the operator's word */
	uint8_t admin_state; /* enum rs_admin */
	const char *admin_reason;
	uint32_t drain_time_s; /* of servers that have none of their own */
	/* state */
	const char *changed_by;
	uint64_t changed_at; /* wall */
	uint32_t rs_total, rs_up;
};

enum check_kind {
	CHECK_TCP = 1,
	CHECK_HTTP,
	CHECK_SSL,
	CHECK_SMTP,
	CHECK_DNS,
	CHECK_UDP,
	CHECK_PING,
	CHECK_MISC,
	CHECK_FILE = 10,
	CHECK_AGENT,
};
/* As RFC 1035 and its successors number them. */
enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_SOA = 6,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_DS = 43,
	DNS_RRSIG = 46,
	DNS_DNSKEY = 48,
	DNS_ANY = 255,
};
extern const struct enum_name dns_type_names[];
#define DNS_RETRY     3     /* where a DNS_CHECK does not say */
#define UDP_ANY_REPLY "any" /* what a check may want: an answer, of whatever octets */
extern const struct enum_name check_kind_names[];
#define HTTP_DELAY_BEFORE_RETRY_MS 3000 /* where a check by HTTP does not say */
enum http_protocol { HTTP_1_0 = 1, HTTP_1_0_CLOSE, HTTP_1_1 };
extern const struct enum_name http_protocol_names[];
enum check_state { CHECK_UNKNOWN = 1, CHECK_UP = 2, CHECK_DOWN = 3 };
extern const struct enum_name check_state_names[];

struct checker_row {
	const char *vs;
	const char *rs;
	uint32_t number; /* from 1, in the order of the file */
	/* configuration */
	uint8_t kind;
	struct addr connect_addr;
	uint16_t connect_port;
	struct addr bindto;
	uint16_t bind_port;
	bool alpha; /* its server is down until it succeeds */
	bool log_all_failures;
	bool enable_sni;
	uint8_t http_protocol;
	const char *bind_if;
	uint32_t fwmark;
	uint32_t connect_timeout_ms;
	uint32_t delay_loop_ms, warmup_ms; /* the first run is at random within warmup */
	uint32_t retry, delay_before_retry_ms;
	uint16_t min_reply_length, max_reply_length; /* UDP: octets */
	int32_t weight; /* FILE_CHECK: what the number is multiplied by */
	const char *virtualhost;
	const char *sni_name;
	/* SMTP: name to greet with; DNS: name to ask for, "" being the root; UDP: the payload as
	 * pairs of hexadecimal digits. */
	const char *send;
	/* UDP: such pairs, x for any digit; or UDP_ANY_REPLY; "": no answer is needed. */
	const char *require_reply;
	const char *object; /* its misc_script, its track_file, or what an agent is told */
	uint8_t dns_type;
	bool dynamic;        /* MISC_CHECK: the exit status is a weight */
	uint8_t admin_state; /* enum vs_admin: the operator's word */
	/* state */
	uint8_t state;
	uint8_t reason;
	uint8_t agent;    /* enum agent_word */
	bool agent_down;  /* the agent has said so last */
	int32_t value;    /* exit status of a dynamic script, number in a file, or 0 */
	uint16_t percent; /* of the weight, as the agent says */
	uint16_t sharers; /* users of the one run */
	const char *result;
	struct mono last_run;
	uint32_t latency_us, failed_in_row;
	/* counters */
	uint32_t runs, failures;
};

#define TEXT_URL    512 /* path of a URL, with its NUL */
#define TEXT_REGEX  512
#define TEXT_DIGEST 33

/* What a check by HTTP asks for, and expects; it needs all of its URLs. */
struct check_url_row {
	const char *vs;
	const char *rs;
	uint32_t number; /* of the check */
	uint32_t url;    /* from 1, in the order of the file */
	const char *path;
	const char *virtualhost;
	const char *status_code; /* "200-299 301" */
	const char *digest;      /* MD5 of the content, in hexadecimal */
	const char *regex;
	const char *regex_options;
	bool regex_no_match;
	uint32_t regex_min_offset, regex_max_offset; /* octets; 0: no limit */
	bool tls_compliant;
};

enum source_kind { CHECK_BY_SCRIPT = 1, CHECK_BY_FILE = 2 };
extern const struct enum_name source_kind_names[];
enum source_outcome {
	SOURCE_UNKNOWN = 1,
	SOURCE_VALUE,     /* of the file, or the exit status */
	SOURCE_SIGNALLED, /* something ended the script */
	SOURCE_TIMED_OUT, /* it took too long */
	SOURCE_CANNOT,    /* it could not be run */
};
extern const struct enum_name source_outcome_names[];

/* What process exec sees for checks. Lvs asks for a run, main brings the answer. */
struct check_source_row {
	uint8_t kind; /* enum source_kind */
	const char *name;
	/* state, but for the first by main */
	struct mono asked;
	struct mono answered; /* when the run began that has ended last */
	uint8_t outcome;      /* enum source_outcome */
	int32_t value;
	const char *result;
};

#endif
