/* check_request: see check_request.h. */
#include "lvs/check_request.h"

#include "base/text.h"
#include "model/rows.h"

#include <string.h>

#define VALUE_MAX 512

_Static_assert(VALUE_MAX >= TEXT_OCTETS && VALUE_MAX >= NAME_HOST && VALUE_MAX >= TEXT_URL &&
		   VALUE_MAX >= TEXT_REGEX,
	       "a value must fit");

void request_add(struct buf *b, const char *name, const char *value)
{
	char quoted[4 * VALUE_MAX + 3];

	if (!value[0])
		return;
	text_quote(quoted, sizeof(quoted), value);
	buf_printf(b, "%s %s\n", name, quoted);
}

void request_add_number(struct buf *b, const char *name, uint32_t value)
{
	buf_printf(b, "%s \"%u\"\n", name, value);
}

/* What stands behind the name on its line; NULL: there is no such line. */
static const char *find(const char *request, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = request; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, n) == 0 && line[n] == ' ')
			return line + n + 1;
	}
	return NULL;
}

bool request_value(const char *request, const char *name, char *ret, size_t size)
{
	const char *at = find(request, name), *p;
	char line[4 * VALUE_MAX + 3];
	size_t n = at ? strcspn(at, "\n") : 0;

	ret[0] = '\0';
	if (!at || n >= sizeof(line))
		return false;
	memcpy(line, at, n);
	line[n] = '\0';
	p = line;
	return text_word(&p, ret, size);
}

uint32_t request_number(const char *request, const char *name, uint32_t otherwise)
{
	char text[16];
	uint64_t value;

	if (!request_value(request, name, text, sizeof(text)) ||
	    !text_u64(text, 0, UINT32_MAX, &value))
		return otherwise;
	return (uint32_t)value;
}
