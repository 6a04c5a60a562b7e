/*
 * How often a caller may do a thing, without knowing who calls. A caller is a number: the keyed hash of the network an
 * address belongs to (/24 of IPv4, /48 of IPv6) or of a token's id, under a key that is made by chance, lives in memory and
 * is replaced each day. Nothing is stored, logged or given away, and a restart forgets everything. Each caller has a bucket
 * of tokens that fills with time; the table of buckets has a fixed size, and when it is crowded whoever was seen longest
 * ago starts anew, so there is a bucket for all callers together as well. Any thread may ask.
 *
 * Time is any clock that does not step back, in milliseconds (clock_mono_ms).
 */
#ifndef SERVER_RATE_H
#define SERVER_RATE_H

#include <sys/socket.h>

#include "data/base/str.h"

/* What is counted apart: each number from 0 has buckets of its own (reading, adding, reporting: the caller's to say). */
enum { RATE_KINDS_MAX = 8 };

struct rate;
struct rate *rate_new(void);
void rate_free(struct rate *r);

/* The caller's key for today; never 0. IPv4 inside IPv6 counts as IPv4. All callers on a UNIX socket are one. */
uint64_t rate_key_address(struct rate *r, unsigned kind, const struct sockaddr *address, int64_t now_ms);
uint64_t rate_key_id(struct rate *r, unsigned kind, uint64_t id, int64_t now_ms);

/*
 * Takes one token of the caller's bucket, which holds `burst` (1 at least) and gains per_hour. False if there is none, with
 * the seconds until there is one (1 at least); asking in vain costs nothing. 0 per hour means no limit.
 */
bool rate_take(struct rate *r, uint64_t key, double per_hour, double burst, int64_t now_ms, int *retry_after_s) MUST_USE;

/* The same of the one bucket that all callers share for this kind. */
bool rate_take_all(struct rate *r, unsigned kind, double per_hour, double burst, int64_t now_ms, int *retry_after_s) MUST_USE;
/* How full that bucket is, 0 to 1; 1 without a limit. Near 0 is when to ask for work (server/challenge.h). */
double rate_all_left(struct rate *r, unsigned kind, double per_hour, double burst, int64_t now_ms);

/* 127.0.0.0/8, ::1, the former inside IPv6, or a UNIX socket: behind a proxy that is the proxy, never a caller. */
bool rate_is_loopback(const struct sockaddr *address);

/*
 * The last address of an X-Forwarded-For header: the one a trusted proxy added itself, all before it is hearsay. With or
 * without a port, IPv6 with or without brackets; false, and *out untouched, for anything else. If the header came more than
 * once, the last one is the proxy's. Asked only if the operator said that there is a proxy.
 */
bool rate_forwarded(struct str header, struct sockaddr_storage *out);

#endif
