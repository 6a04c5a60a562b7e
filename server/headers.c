#include "server/headers.h"

#define CSP(frames)                                                                                                    \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "        \
    "base-uri 'none'; form-action 'self'; frame-ancestors " frames
/* What holds nothing but data may do nothing at all, even when opened as a page. */
#define CSP_DATA "default-src 'none'; frame-ancestors 'none'; sandbox"

#define ALWAYS {"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}
#define ANYONE_READS                                                                                                   \
    {"Access-Control-Allow-Origin", "*"}, {"Cross-Origin-Resource-Policy", "cross-origin"}
#define NO_SENSORS                                                                                                     \
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(self), interest-cohort=()"}

static const struct header PAGE[] = {ALWAYS, {"Content-Security-Policy", CSP("'none'")}, {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Opener-Policy", "same-origin"}, NO_SENSORS, {NULL, NULL}};
static const struct header EMBED[] = {ALWAYS, {"Content-Security-Policy", CSP("*")},
    {"Cross-Origin-Resource-Policy", "cross-origin"}, NO_SENSORS, {NULL, NULL}};
static const struct header TILE[] = {ALWAYS, ANYONE_READS, {NULL, NULL}};
#define SCRIPTS_SEE {"Access-Control-Expose-Headers", "ETag, Location, Link, Retry-After, WWW-Authenticate"}
static const struct header DATA[] = {ALWAYS, ANYONE_READS, SCRIPTS_SEE, {"Content-Security-Policy", CSP_DATA}, {NULL, NULL}};
/* A page of elsewhere may write with a token it has; cookies do not count here, so that it needs no more than this. */
static const struct header PREFLIGHT[] = {ALWAYS, ANYONE_READS, {"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"},
    {"Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, If-None-Match"}, {"Access-Control-Max-Age", "86400"}, {NULL, NULL}};
static const struct header ASSET[] = {ALWAYS, ANYONE_READS, {NULL, NULL}};
static const struct header PRIVATE[] = {ALWAYS, {"Content-Security-Policy", CSP("'none'")},
    {"X-Frame-Options", "DENY"}, {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"}, NO_SENSORS, {NULL, NULL}};
static const struct header ADMIN[] = {ALWAYS, {"Content-Security-Policy", CSP_DATA}, {NULL, NULL}};

static const struct {
    const struct header *headers;
    const char *cache_control;
} TABLE[HEADERS_CLASS_COUNT] = {
    [HEADERS_PAGE] = {PAGE, "public, no-cache"},
    [HEADERS_EMBED] = {EMBED, "public, no-cache"},
    [HEADERS_TILE] = {TILE, "public, no-cache"},
    [HEADERS_DATA] = {DATA, "public, no-cache"},
    [HEADERS_API] = {DATA, "no-store"},
    [HEADERS_PREFLIGHT] = {PREFLIGHT, "no-store"},
    [HEADERS_ASSET] = {ASSET, "public, no-cache"},
    [HEADERS_PRIVATE] = {PRIVATE, "no-store"},
    [HEADERS_ADMIN] = {ADMIN, "no-store"},
};

const struct header *headers_of(enum header_class c)
{
    return TABLE[c].headers;
}

const char *headers_cache_control(enum header_class c)
{
    return TABLE[c].cache_control;
}
