/* mac: hardware addresses of Ethernet as text. */
#ifndef BASE_MAC_H
#define BASE_MAC_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_LEN      6
#define MAC_TEXT_MAX 18

/* Reads octets of one or two hexadecimal digits with colons between: how many there are, at most
 * MAC_LEN; 0 when it is something else. */
unsigned mac_parse(const char *text, uint8_t mac[MAC_LEN]);
const char *mac_text(const uint8_t mac[MAC_LEN], char buf[MAC_TEXT_MAX]);

#endif
