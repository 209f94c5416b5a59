/*
 * mistakes: what people get wrong, and what they are told. Each case of mistakes.txt is a title, a
 * configuration and the findings:
 *
 *	=== a keyword misspelt
 *	...
 *	--- says
 *	keepalived.conf:4:5: error: priorty is not known in vrrp_instance, did you mean priority?;
 *...
 *
 * GOLDEN_UPDATE=1 writes the findings anew: read them as one who has never seen the language.
 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES_LEAST 40
#define FILE_MAX    (1 << 20)
#define NAME        "keepalived.conf"

static const char mark_case[] = "=== ", mark_says[] = "--- says\n";

static char *read_all(const char *path)
{
	FILE *from = fopen(path, "r");
	char *text = calloc(1, FILE_MAX + 1);

	if (from) {
		text[fread(text, 1, FILE_MAX, from)] = '\0';
		fclose(from);
	}
	return text;
}

/* What is said about the configuration; `worst` gets the level. */
static char *say(const char *text, size_t len, enum finding_level *worst)
{
	struct findings f = {0};
	char *said = NULL;
	size_t size;
	FILE *to = open_memstream(&said, &size);

	store_free(config_parse(NAME, text, len, NULL, &f));
	for (size_t i = 0; i < f.count; i++)
		finding_print(&f.items[i], to);
	fclose(to);
	*worst = f.count ? findings_worst(&f) : FINDING_NOTICE;
	findings_free(&f);
	return said;
}

static void comment(const char *what, const char *text, size_t len)
{
	printf("# --- %s\n# ", what);
	for (size_t i = 0; i < len; i++) {
		putchar(text[i]);
		if (text[i] == '\n' && i + 1 < len)
			fputs("# ", stdout);
	}
}

/* One case from `p` on, which is written to `anew`; returns the next. */
static const char *run_case(const char *p, unsigned number, FILE *anew, unsigned *failed)
{
	size_t title = strcspn(p, "\n");
	const char *text = p + title + 1, *says = strstr(text, mark_says);
	const char *expected = says ? says + sizeof(mark_says) - 1 : text;
	const char *next = strstr(expected, mark_case);
	size_t len = next ? (size_t)(next - expected) : strlen(expected);
	enum finding_level worst;
	char *said = say(text, (size_t)(says ? says - text : 0), &worst);
	bool ok = says && said[0] && strlen(said) == len && memcmp(said, expected, len) == 0;

	if (!ok) {
		*failed += 1;
		comment("expected", expected, len);
		comment("but it says", said, strlen(said));
	}
	printf("%sok %u - %.*s\n", ok ? "" : "not ", number, (int)(title - 4), p + 4);
	if (says)
		fprintf(anew, "%.*s%s", (int)(expected - p), p, said);
	free(said);
	return next;
}

static bool write_anew(const char *path, const char *text)
{
	FILE *to = fopen(path, "w");

	return to && fputs(text, to) >= 0 && fclose(to) == 0;
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	unsigned number = 0, failed = 0;
	char path[512], *text, *anew = NULL;
	size_t size;
	FILE *to = open_memstream(&anew, &size);

	snprintf(path, sizeof(path), "%s/tests/golden/mistakes.txt", srcdir ? srcdir : ".");
	text = read_all(path);
	for (const char *p = strstr(text, mark_case); p;)
		p = run_case(p, ++number, to, &failed);
	fclose(to);
	printf("%sok %u - there are %u cases\n", number < CASES_LEAST ? "not " : "", number + 1,
	       number);
	failed += number < CASES_LEAST;
	printf("1..%u\n", number + 1);
	if (getenv("GOLDEN_UPDATE"))
		failed = !write_anew(path, anew);
	free(text);
	free(anew);
	return failed != 0;
}
