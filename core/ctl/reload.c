/*
 * reload: see reload.h. Process: halvardctl.
 */
#include "ctl/reload.h"

#include "base/text.h"
#include "ctl/change.h"
#include "ctl/client.h"
#include "ctl/preview.h"
#include "ctl/result.h"
#include "ctl/say.h"
#include "model/rows.h"

#include <stdio.h>

static void dry_run_json(struct ctl *c, int rc)
{
	struct json j = {0};

	json_open(&j, NULL, '{');
	preview_json(c, &j);
	result_print(c, &j, rc);
	json_free(&j);
}

/* A refusal is told with its findings, and only then on stderr. */
static int dry_run(struct ctl *c)
{
	int rc = client_ask(c, "reload --dry-run");

	if (rc >= 0 && c->json)
		dry_run_json(c, rc);
	else if (rc >= 0)
		preview_print(c);
	return client_tell(c, rc);
}

static void tell_text(const struct ctl *c, int rc)
{
	if (rc == CTL_OK && !c->json && c->result.text[0])
		say(stdout, "%s\n", c->result.text);
}

int reload_run(struct ctl *c, int argc, char **argv)
{
	char words[64];
	int rc;

	(void)argc, (void)argv;
	snprintf(words, sizeof(words), "reload%s%s", c->trial_s ? " --confirm " : "",
		 c->trial_s ? c->trial_s : "");
	rc = c->dry_run ? dry_run(c) : client_tell(c, client_ask(c, words));
	tell_text(c, rc);
	return rc;
}

int confirm_run(struct ctl *c, int argc, char **argv)
{
	int rc;

	if (!argc)
		return change_confirm(c);
	if (!text_eq(argv[0], "back")) {
		say(stderr, "halvardctl: confirm: \"%s\": only back may stand there\n", argv[0]);
		return CTL_USAGE;
	}
	rc = client_tell(c, client_ask(c, "back"));
	tell_text(c, rc);
	return rc;
}
