/* mac: see mac.h. */
#include "base/mac.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* One octet; moves *p behind it. */
static bool take_octet(const char **p, uint8_t *ret)
{
	char digits[3] = {0};
	unsigned n = 0;

	while (n < 2 && isxdigit((unsigned char)**p))
		digits[n++] = *(*p)++;
	*ret = (uint8_t)strtoul(digits, NULL, 16);
	return n > 0;
}

unsigned mac_parse(const char *text, uint8_t mac[MAC_LEN])
{
	for (unsigned n = 0; n < MAC_LEN && take_octet(&text, &mac[n]); n++) {
		if (!*text)
			return n + 1;
		if (*text++ != ':')
			break;
	}
	return 0;
}

const char *mac_text(const uint8_t mac[MAC_LEN], char buf[MAC_TEXT_MAX])
{
	snprintf(buf, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buf;
}
