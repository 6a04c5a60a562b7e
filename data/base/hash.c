/*
 * hash64: eight bytes at a time through a 64 by 64 to 128 bit multiplication folded to 64 bits. Not secret, not for
 * hostile keys in tables without a seed.
 */
#include "data/base/hash.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

static const uint64_t ODD[3] = {0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u, 0xa0761d6478bd642fu};

__extension__ typedef unsigned __int128 uint128;

static uint64_t fold(uint64_t a, uint64_t b)
{
    uint128 product = (uint128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash64(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t h = seed ^ fold(n ^ ODD[0], ODD[1]);
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        h = fold(h ^ word, ODD[2]) + ODD[0];
    }
    uint64_t tail = 0;
    if (n)
        memcpy(&tail, at, n);
    return hash_mix(fold(h ^ tail, ODD[1]));
}

uint64_t hash_mix(uint64_t v)
{
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9u;
    v = (v ^ v >> 27) * 0x94d049bb133111ebu;
    return v ^ v >> 31;
}

struct sha256 hash_sha256(struct str s)
{
    struct sha256 out;
    crypto_hash_sha256(out.bytes, (const unsigned char *)s.at, s.len);
    return out;
}

bool hash_sha256_file(const char *path, struct sha256 *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    unsigned char chunk[65536];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        crypto_hash_sha256_update(&state, chunk, (unsigned long long)n);
    close(fd);
    crypto_hash_sha256_final(&state, out->bytes);
    return n == 0;
}

void hash_random(void *out, size_t n)
{
    must(sodium_init() >= 0);
    randombytes_buf(out, n);
}

uint64_t hash_keyed(const uint8_t key[16], const void *bytes, size_t n)
{
    uint64_t out;
    _Static_assert(crypto_shorthash_BYTES == sizeof out && crypto_shorthash_KEYBYTES == 16, "SipHash-2-4");
    crypto_shorthash((unsigned char *)&out, bytes, n, key);
    return out;
}
