/* log_event: see log_event.h. Pure: a record to text and to bytes. Used by every process. */
#include "base/log_event.h"

#include "base/text.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct kind {
	enum log_area area;
	const char *object;
	const char *field[LOG_KEYS]; /* of the journal, for each key */
	const char *message_id;
};

/* clang-format off */
static const struct kind kinds[LOG_EVENTS] = {
    [LOG_VRRP_INSTANCE] = {LOG_AREA_VRRP, "vrrp_instance", {"INSTANCE"},
	"0b9585d26a8340508b4db0ae177c0ad0"},
    [LOG_SYNC_GROUP] = {LOG_AREA_VRRP, "sync_group", {"SYNC_GROUP"},
	"5a80fe2e7f7347cd8dd19160392ebca5"},
    [LOG_VRRP_ADDRESS] = {LOG_AREA_VRRP, "vrrp_address", {"INSTANCE", "ADDRESS"},
	"ad820bd9c91b4875b30b01f1beb4d902"},
    [LOG_VRRP_ROUTE] = {LOG_AREA_VRRP, "vrrp_route", {"INSTANCE", "ROUTE"},
	"28f9ec5e3e484d5c9a90fc021c79289e"},
    [LOG_VRRP_RULE] = {LOG_AREA_VRRP, "vrrp_rule", {"INSTANCE", "RULE"},
	"6665b66967354f58b8b6116b36178e53"},
    [LOG_TRACK] = {LOG_AREA_VRRP, "track", {"TRACKER", "TRACKED"},
	"df52151029144ffabddc3d9934ef20f8"},
    [LOG_VRRP_SCRIPT] = {LOG_AREA_EXEC, "vrrp_script", {"SCRIPT"},
	"33283ffe947c47a69300772f48239697"},
    [LOG_TRACK_PROCESS] = {LOG_AREA_EXEC, "track_process", {"TRACK_PROCESS"},
	"ef95c7b41a2843f2a19f03e0625820f2"},
    [LOG_VIRTUAL_SERVER] = {LOG_AREA_LVS, "virtual_server", {"VIRTUAL_SERVER"},
	"77d6b08251ed45b9b260cf02baedb99e"},
    [LOG_REAL_SERVER] = {LOG_AREA_LVS, "real_server", {"VIRTUAL_SERVER", "REAL_SERVER"},
	"ab25368f2b02481295a733fd531b0c4b"},
    [LOG_CHECK] = {LOG_AREA_CHECK, "check", {"CHECK", "TARGET"},
	"fae07e7e88fb444b8b9f4286b879a6f9"},
    [LOG_PROCESS] = {LOG_AREA_GUARDIAN, "process", {"PROCESS"},
	"fbd52ef070a04c16b3ae3bf5ebd8f22e"},
    [LOG_AGENT] = {LOG_AREA_SNMP, "agent", {"SOCKET"},
	"3836749b40a740d9aef9551c2df3f0c8"},
    [LOG_RELOAD] = {LOG_AREA_CONFIG, "reload", {"FILE"},
	"e4c366db42a745f5bb31fe97d0c6157a"},
    [LOG_CHANGE] = {LOG_AREA_CONTROL, "change", {"ROW", "FIELD"},
	"eaa6e64f92e6413eb1e0b978f5b2b52a"},
    [LOG_LOST] = {LOG_OF_PROCESS, "log", {NULL},
	"8208573cd90b4f678c68b6d994968e8c"},
};
/* clang-format on */

enum log_area log_event_area(enum log_event e)
{
	return kinds[e].area;
}

const char *log_event_object(enum log_event e)
{
	return kinds[e].object;
}

/* ---- text ------------------------------------------------------------- */

struct text {
	char *buf;
	size_t size, len; /* len may pass size */
};

static void add(struct text *t, const char *before, const char *word, const char *after)
{
	size_t left = t->len < t->size ? t->size - t->len : 0;

	if (word)
		t->len += (size_t)snprintf(left ? t->buf + t->len : NULL, left, "%s%s%s", before,
					   word, after);
}

size_t log_transition_text(const struct log_transition *t, char *buf, size_t size)
{
	struct text out = {buf, size, 0};

	add(&out, "", kinds[t->event].object, "");
	for (unsigned i = 0; i < LOG_KEYS; i++)
		add(&out, " ", t->key[i], "");
	add(&out, ": ", t->old, " ->");
	add(&out, t->old ? " " : ": ", t->now, "");
	add(&out, " (", t->reason, ")");
	add(&out, " by ", t->who, "");
	return out.len;
}

void log_one_line(char *dst, size_t size, const char *src)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t len; *src && n + sizeof("\\xNN") <= size; src += len ? len : 1) {
		unsigned char c = (unsigned char)*src;

		len = text_shown(src);
		if (len) {
			memcpy(dst + n, src, len);
			n += len;
			continue;
		}
		dst[n++] = '\\';
		if (c == '\n' || c == '\t') {
			dst[n++] = c == '\n' ? 'n' : 't';
			continue;
		}
		dst[n++] = 'x';
		dst[n++] = hex[c >> 4];
		dst[n++] = hex[c & 15];
	}
	if (size)
		dst[n] = '\0';
}

/* ---- the journal ------------------------------------------------------- */

struct entry {
	char *buf;
	size_t size, len;
};

static void put(struct entry *e, const void *bytes, size_t len)
{
	memcpy(e->buf + e->len, bytes, len);
	e->len += len;
}

static void put_field(struct entry *e, const char *prefix, const char *name, const char *value)
{
	size_t len = value ? strlen(value) : 0;
	bool several = value && strchr(value, '\n');
	uint64_t le = htole64(len);

	if (!value || e->size - e->len < strlen(prefix) + strlen(name) + len + sizeof(le) + 2)
		return;
	put(e, prefix, strlen(prefix));
	put(e, name, strlen(name));
	put(e, several ? "\n" : "=", 1);
	if (several)
		put(e, &le, sizeof(le));
	put(e, value, len);
	put(e, "\n", 1);
}

static void put_number(struct entry *e, const char *name, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	put_field(e, "", name, text);
}

static void put_transition(struct entry *e, const struct log_transition *t)
{
	const struct kind *k = &kinds[t->event];

	put_field(e, "", "MESSAGE_ID", k->message_id);
	put_field(e, "HALVARD_", "OBJECT", k->object);
	for (unsigned i = 0; i < LOG_KEYS; i++)
		if (k->field[i])
			put_field(e, "HALVARD_", k->field[i], t->key[i]);
	put_field(e, "HALVARD_", "OLD_STATE", t->old);
	put_field(e, "HALVARD_", "STATE", t->now);
	put_field(e, "HALVARD_", "REASON", t->reason);
	put_field(e, "HALVARD_", "WHO", t->who);
}

size_t log_journal_entry(const struct log_record *r, const struct log_sender *from, char *buf,
			 size_t size)
{
	struct entry e = {buf, size, 0};

	put_field(&e, "", "MESSAGE", r->text);
	put_number(&e, "PRIORITY", (int)r->level);
	put_field(&e, "", "SYSLOG_IDENTIFIER", from->ident);
	put_number(&e, "SYSLOG_FACILITY", from->facility >> 3);
	put_number(&e, "SYSLOG_PID", from->pid);
	put_field(&e, "HALVARD_", "AREA", log_area_name(r->area));
	if (r->err)
		put_number(&e, "ERRNO", r->err);
	if (r->transition)
		put_transition(&e, r->transition);
	return e.len;
}
