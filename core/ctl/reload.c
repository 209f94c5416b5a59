/*
 * reload: see reload.h. Process: halvardctl.
 */
#include "ctl/reload.h"

#include "ctl/client.h"
#include "ctl/result.h"
#include "ctl/say.h"

int reload_run(struct ctl *c, int argc, char **argv)
{
	int rc = client_command(c, "reload");

	(void)argc, (void)argv;
	if (rc == CTL_OK && !c->json && c->result.text[0])
		say(stdout, "%s\n", c->result.text);
	return rc;
}
