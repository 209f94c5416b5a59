/*
 * result: see result.h. Process: halvardctl.
 */
#include "ctl/result.h"

#include "base/text.h"
#include "ctl/say.h"

#include <stdio.h>
#include <string.h>

const char *const result_words[] = {
    "ok",
    "differs",
    "no such row",
    "wrong value",
    "wrong command line",
    "inconsistent value",
    "not writable",
    "denied",
    "unavailable",
    "commit failed",
    "failed",
    "outcome unknown",
    "not reachable",
    "refused",
    NULL,
};

const char *result_word(const struct ctl *c, int rc)
{
	if (rc == CTL_OK)
		return "ok";
	if (rc == CTL_USAGE)
		return "wrong command line";
	if (rc == CTL_UNREACHABLE)
		return "not reachable";
	if (c->result.status == RESULT_OK)
		return "failed"; /* it was done, and it is not well */
	return c->result.status ? enum_name(result_status_names, (int)c->result.status) : "refused";
}

int result_no_row(struct ctl *c)
{
	c->result.status = RESULT_NO_ROW;
	return CTL_REFUSED;
}

void result_print_object(struct ctl *c, struct json *j)
{
	json_close(j, '}');
	printf("%s\n", buf_cstr(&j->out));
	c->printed = true;
}

void result_print(struct ctl *c, struct json *j, int rc)
{
	const char *said = say_collected();
	struct json own = {0};

	if (!j) {
		j = &own;
		json_open(j, NULL, '{');
	}
	json_open(j, "result", '{');
	json_text(j, "status", result_word(c, rc));
	json_number(j, "exit_status", (uint64_t)rc);
	json_text(j, "message", *said ? said : c->result.text);
	json_close(j, '}');
	result_print_object(c, j);
	json_free(&own);
}
