/*
 * Hashes and chance. hash64 is for tables and ETags of our own bytes (not secret); SHA-256 for identity of files and
 * tokens; random bytes from the system.
 */
#ifndef DATA_BASE_HASH_H
#define DATA_BASE_HASH_H

#include "data/base/str.h"

uint64_t hash64(const void *bytes, size_t n, uint64_t seed);
uint64_t hash_mix(uint64_t v); /* a good 64-bit finaliser (splitmix64, Steele et al. 2014) */

struct sha256 {
    uint8_t bytes[32];
};
struct sha256 hash_sha256(struct str s);
bool hash_sha256_file(const char *path, struct sha256 *out);

void hash_random(void *out, size_t n);

/* HMAC-like keyed hash (SipHash-2-4) under a 16-byte key. */
uint64_t hash_keyed(const uint8_t key[16], const void *bytes, size_t n);

#endif
