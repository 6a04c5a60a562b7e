/*
 * A caller's bucket is one of WINDOW neighbours in a table; where they start is the key itself, which nobody outside can
 * compute. If none of them is the caller's or free, the one asked longest ago is given up. A bucket is brought up to date
 * only when it is asked, so nothing ticks.
 */
#include "server/rate.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/limits.h"

enum { SLOTS = 1 << 16, WINDOW = 16 };
static const int64_t KEY_LIVES_MS = (int64_t)24 * 60 * 60 * 1000;
static const double HOUR_MS = 60 * 60 * 1000;

struct bucket {
    uint64_t key;    /* 0: free */
    int64_t at_ms;   /* when it was asked last, and had these tokens */
    double tokens;
};
struct rate {
    pthread_mutex_t lock; /* guards all below */
    bool has_key;
    uint8_t key[16];
    int64_t key_made_ms;
    struct bucket all[RATE_KINDS_MAX];
    struct bucket slots[SLOTS];
};

struct rate *rate_new(void)
{
    struct rate *r = base_alloc(1, sizeof *r);
    must(pthread_mutex_init(&r->lock, NULL) == 0);
    return r;
}

void rate_free(struct rate *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- keys ---- */

/* With a new key no bucket can be found any more, so they are cleared: nothing of yesterday stays. The lock is held. */
static void renew_key(struct rate *r, int64_t now_ms)
{
    if (r->has_key && now_ms - r->key_made_ms < KEY_LIVES_MS)
        return;
    hash_random(r->key, sizeof r->key);
    memset(r->slots, 0, sizeof r->slots);
    r->key_made_ms = now_ms;
    r->has_key = true;
}

/* What a key is the hash of; it has no padding. */
struct caller {
    uint32_t kind, sort;
    uint8_t bytes[8];
};
_Static_assert(sizeof(struct caller) == 16, "no padding");

static uint64_t key_of(struct rate *r, const struct caller *c, int64_t now_ms)
{
    must(c->kind < RATE_KINDS_MAX);
    pthread_mutex_lock(&r->lock);
    renew_key(r, now_ms);
    uint64_t key = hash_keyed(r->key, c, sizeof *c);
    pthread_mutex_unlock(&r->lock);
    return key ? key : 1;
}

/* The four bytes of an IPv4 address, inside IPv6 too; NULL for any other. */
static const uint8_t *bytes_of_v4(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return (const uint8_t *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
    if (address->sa_family != AF_INET6)
        return NULL;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    return IN6_IS_ADDR_V4MAPPED(v6) ? v6->s6_addr + 12 : NULL;
}

uint64_t rate_key_address(struct rate *r, unsigned kind, const struct sockaddr *address, int64_t now_ms)
{
    struct caller c = {.kind = kind, .sort = address->sa_family};
    const uint8_t *v4 = bytes_of_v4(address);
    if (v4) {
        c.sort = AF_INET;
        memcpy(c.bytes, v4, 3);
    } else if (address->sa_family == AF_INET6) {
        memcpy(c.bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 6);
    }
    return key_of(r, &c, now_ms);
}

uint64_t rate_key_id(struct rate *r, unsigned kind, uint64_t id, int64_t now_ms)
{
    struct caller c = {.kind = kind, .sort = UINT32_MAX}; /* no address family */
    memcpy(c.bytes, &id, sizeof id);
    return key_of(r, &c, now_ms);
}

/* ---- buckets ---- */

/* A rounding error must not make someone wait who was told to come now. */
static const double NEARLY = 1e-9;

static void fill(struct bucket *b, double per_hour, double burst, int64_t now_ms)
{
    double gained = now_ms > b->at_ms ? (double)(now_ms - b->at_ms) * per_hour / HOUR_MS : 0;
    b->tokens = MIN(b->tokens + gained, MAX(burst, 1));
    b->at_ms = MAX(now_ms, b->at_ms);
}

static bool take(struct bucket *b, double per_hour, double burst, int64_t now_ms, int *retry_after_s)
{
    fill(b, per_hour, burst, now_ms);
    if (b->tokens >= 1 - NEARLY) {
        b->tokens = MAX(b->tokens - 1, 0);
        return true;
    }
    *retry_after_s = (int)CLAMP(ceil((1 - b->tokens) * 3600 / per_hour - NEARLY), 1, 365 * 24 * 3600);
    return false;
}

static void start(struct bucket *b, uint64_t key, double burst, int64_t now_ms)
{
    *b = (struct bucket){.key = key, .at_ms = now_ms, .tokens = MAX(burst, 1)};
}

static struct bucket *bucket_of(struct rate *r, uint64_t key, double burst, int64_t now_ms)
{
    struct bucket *worst = NULL;
    for (uint64_t i = 0; i < WINDOW; i++) {
        struct bucket *b = &r->slots[(key + i) % SLOTS];
        if (b->key == key)
            return b;
        if (!worst || (worst->key && (!b->key || b->at_ms < worst->at_ms)))
            worst = b;
    }
    start(worst, key, burst, now_ms);
    return worst;
}

bool rate_take(struct rate *r, uint64_t key, double per_hour, double burst, int64_t now_ms, int *retry_after_s)
{
    must(per_hour >= 0 && key);
    if (per_hour == 0)
        return true;
    pthread_mutex_lock(&r->lock);
    bool taken = take(bucket_of(r, key, burst, now_ms), per_hour, burst, now_ms, retry_after_s);
    pthread_mutex_unlock(&r->lock);
    return taken;
}

static struct bucket *bucket_of_all(struct rate *r, unsigned kind, double burst, int64_t now_ms)
{
    must(kind < RATE_KINDS_MAX);
    if (!r->all[kind].key)
        start(&r->all[kind], 1, burst, now_ms);
    return &r->all[kind];
}

bool rate_take_all(struct rate *r, unsigned kind, double per_hour, double burst, int64_t now_ms, int *retry_after_s)
{
    must(per_hour >= 0);
    if (per_hour == 0)
        return true;
    pthread_mutex_lock(&r->lock);
    bool taken = take(bucket_of_all(r, kind, burst, now_ms), per_hour, burst, now_ms, retry_after_s);
    pthread_mutex_unlock(&r->lock);
    return taken;
}

double rate_all_left(struct rate *r, unsigned kind, double per_hour, double burst, int64_t now_ms)
{
    must(per_hour >= 0);
    if (per_hour == 0)
        return 1;
    pthread_mutex_lock(&r->lock);
    struct bucket *b = bucket_of_all(r, kind, burst, now_ms);
    fill(b, per_hour, burst, now_ms);
    double left = b->tokens / MAX(burst, 1);
    pthread_mutex_unlock(&r->lock);
    return left;
}

/* ---- addresses ---- */

bool rate_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_UNIX)
        return true;
    const uint8_t *v4 = bytes_of_v4(address);
    if (v4)
        return v4[0] == 127;
    return address->sa_family == AF_INET6 &&
        IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static bool read_port(struct str s, in_port_t *out)
{
    uint64_t port;
    if (!str_u64(s, &port) || port < 1 || port > 65535)
        return false;
    *out = htons((uint16_t)port);
    return true;
}

/* inet_pton wants it terminated; the longest address is shorter than the room. */
static bool read_host(int family, struct str s, void *out)
{
    char text[INET6_ADDRSTRLEN];
    if (!s.len || s.len >= sizeof text || memchr(s.at, '\0', s.len))
        return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    return inet_pton(family, text, out) == 1;
}

static bool read_v4(struct str s, struct sockaddr_in *out)
{
    size_t colon = str_find(s, S(":"));
    out->sin_family = AF_INET;
    if (colon != SIZE_MAX && !read_port(str_slice(s, colon + 1, s.len), &out->sin_port))
        return false;
    return read_host(AF_INET, str_slice(s, 0, colon), &out->sin_addr);
}

static bool read_v6(struct str s, struct sockaddr_in6 *out)
{
    out->sin6_family = AF_INET6;
    if (s.len && s.at[0] == '[') {
        size_t end = str_find(s, S("]"));
        struct str port = end == SIZE_MAX ? S("") : str_slice(s, end + 1, s.len);
        if (end == SIZE_MAX || (port.len && (port.at[0] != ':' || !read_port(str_slice(port, 1, port.len), &out->sin6_port))))
            return false;
        s = str_slice(s, 1, end);
    }
    return read_host(AF_INET6, s, &out->sin6_addr);
}

/* After the last comma, without the spaces and tabs that a list may have (RFC 9110, 5.6.1). */
static struct str last_of(struct str list)
{
    const char *comma = list.len ? memrchr(list.at, ',', list.len) : NULL;
    struct str last = comma ? str_slice(list, (size_t)(comma - list.at) + 1, list.len) : list;
    while (last.len && (last.at[0] == ' ' || last.at[0] == '\t'))
        last = str_slice(last, 1, last.len);
    while (last.len && (last.at[last.len - 1] == ' ' || last.at[last.len - 1] == '\t'))
        last.len--;
    return last;
}

bool rate_forwarded(struct str header, struct sockaddr_storage *out)
{
    struct sockaddr_storage v4 = {0}, v6 = {0};
    if (header.len > FORWARDED_MAX_BYTES)
        return false;
    struct str last = last_of(header);
    bool is_v4 = read_v4(last, (struct sockaddr_in *)(void *)&v4);
    if (!is_v4 && !read_v6(last, (struct sockaddr_in6 *)(void *)&v6))
        return false;
    *out = is_v4 ? v4 : v6;
    return true;
}
