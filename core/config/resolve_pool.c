/* resolve_pool: what a virtual server needs to be up; see resolve.c. */
#include "config/resolve_int.h"

/* keepalived bends both, with a message. Nothing could be gained, or lost, otherwise. */
void resolve_quorum(struct resolver *r, const struct layers *l, struct virtual_server_row *v,
		    uint64_t weight)
{
	if (v->quorum > 1 && v->quorum > weight) {
		resolve_report(r, FINDING_WARNING, layers_place(l, IN_SERVICE(quorum)),
			       "quorum: %u is more than all its real servers weigh; %u is used",
			       v->quorum, weight ? (uint32_t)weight : 1);
		v->quorum = weight ? (uint32_t)weight : 1;
	}
	if (v->hysteresis < v->quorum)
		return;
	resolve_report(r, FINDING_WARNING, layers_place(l, IN_SERVICE(hysteresis)),
		       "hysteresis: %u must be less than the quorum; %u is used", v->hysteresis,
		       v->quorum - 1);
	v->hysteresis = v->quorum - 1;
}
