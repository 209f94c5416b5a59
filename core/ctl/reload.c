/*
 * reload: see reload.h. Process: halvardctl.
 */
#include "ctl/reload.h"

#include "ctl/client.h"
#include "ctl/preview.h"
#include "ctl/result.h"
#include "ctl/say.h"

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

int reload_run(struct ctl *c, int argc, char **argv)
{
	int rc;

	(void)argc, (void)argv;
	if (c->dry_run)
		rc = dry_run(c);
	else
		rc = client_tell(c, client_ask(c, "reload"));
	if (rc == CTL_OK && !c->json && c->result.text[0])
		say(stdout, "%s\n", c->result.text);
	return rc;
}
