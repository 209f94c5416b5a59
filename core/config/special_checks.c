/* special_checks: see special_checks.h. */
#include "config/special_checks.h"

#include "base/log.h"

bool enter_check(struct parse *p, struct draft *d, const struct item *it)
{
	struct checker_row *r = draft_part(p->arena, d, T_CHECKER)->row;
	int kind;

	if (!enum_value(check_kind_names, d->block->name, &kind))
		fatalx("%s is no kind of check", d->block->name);
	r->kind = (uint8_t)kind;
	parse_no_more(p, it, 1);
	return true;
}

const struct block *check_block(uint8_t kind)
{
	return keyword_row(&block_real_server, enum_name(check_kind_names, kind))->block;
}

bool check_has_port(uint8_t kind)
{
	return kind != CHECK_PING;
}

void check_defaults(struct checker_row *ret, uint8_t kind, uint32_t delay_loop_ms)
{
	const struct checker_row *usual = row_defaults(T_CHECKER);

	ret->retry = usual->retry;
	ret->delay_before_retry_ms = usual->delay_before_retry_ms;
	if (kind == CHECK_HTTP || kind == CHECK_SSL)
		ret->delay_before_retry_ms = HTTP_DELAY_BEFORE_RETRY_MS;
	ret->warmup_ms = delay_loop_ms;
}
