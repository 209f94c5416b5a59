/*
 * sha256: the digest of FIPS 180-4, for telling whether two configurations are equal.
 *
 * Of our own, because a library of cryptography is 4.6 MB that guardian and vrrp would lock in
 * memory for this one function.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE  32
#define SHA256_BLOCK 64

struct sha256 {
	uint32_t h[8];
	uint64_t len;
	unsigned char block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
void sha256_end(struct sha256 *s, unsigned char ret[SHA256_SIZE]);

#endif
