#include "server/session.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "server/rate.h"
#include "server/server.h"
#include "server/writer.h"

struct session {
    bool used;
    struct sha256 key;
    uint64_t account_id;
    uint32_t epoch;
    int64_t began_s, seen_s;
    char form_token[FORM_TOKEN_BYTES];
};
struct sessions {
    pthread_mutex_t lock; /* guards all below */
    struct session at[SESSIONS_MAX];
};

enum { RATE_GUESS = RATE_KINDS_MAX - 1 /* the last kind: gate.h counts from 0 */ };

struct sessions *sessions_new(void)
{
    struct sessions *s = base_alloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void sessions_free(struct sessions *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static int64_t now_s(void)
{
    return clock_mono_ms() / 1000;
}

static bool is_over(const struct session *s, int64_t now)
{
    return now - s->seen_s > SESSION_IDLE_S || now - s->began_s > SESSION_LONGEST_S;
}

/* Hashes of codes that cannot be guessed: how far two of them agree tells nothing of use. */
static struct session *find(struct sessions *all, const struct sha256 *key)
{
    int64_t now = now_s();
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        struct session *s = &all->at[i];
        if (s->used && memcmp(&s->key, key, sizeof *key) == 0) {
            s->used = !is_over(s, now);
            return s->used ? s : NULL;
        }
    }
    return NULL;
}

/* ---- the cookie ---- */
#define COOKIE "contrechamp"

static struct str cookie_of(const struct request *rq)
{
    struct str rest = request_header(rq, "Cookie"), one;
    while (str_next(&rest, ';', &one)) {
        one = str_trim(one);
        if (str_starts(one, S(COOKIE "=")))
            return str_slice(one, sizeof COOKIE, one.len);
    }
    return (struct str){0};
}

/* Over TLS; an onion service has no need of it. */
static bool is_secure(const struct app *app, const struct request *rq)
{
    struct str host = request_header(rq, "Host");
    return str_starts(str_of(app_base_url(app)), S("https://")) && !str_has(host, S(".onion"));
}

static void set_cookie(struct app *app, const struct request *rq, struct response *rs, const char *value, bool gone)
{
    snprintf(rs->set_cookie, sizeof rs->set_cookie, COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s%s", value,
        is_secure(app, rq) ? "; Secure" : "", gone ? "; Max-Age=0" : "");
}

void session_begin(struct app *app, struct request *rq, struct response *rs, const struct who *who)
{
    AUTO(buf) code = {0}, form = {0};
    uint8_t chance[(FORM_TOKEN_BYTES - 1) / 2];
    struct session new = {.used = true, .account_id = who->account_id, .epoch = who->epoch, .began_s = now_s(), .seen_s = now_s()};
    secret_make(&code);
    must(secret_hash(buf_str(&code), &new.key));
    hash_random(chance, sizeof chance);
    buf_hex(&form, chance, sizeof chance);
    memcpy(new.form_token, form.at, sizeof new.form_token);
    struct sessions *all = app->server->sessions;
    pthread_mutex_lock(&all->lock);
    struct session *into = &all->at[0];
    for (size_t i = 0; i < SESSIONS_MAX && into->used; i++)
        if (!all->at[i].used || is_over(&all->at[i], new.began_s) || all->at[i].seen_s < into->seen_s)
            into = &all->at[i];
    *into = new;
    pthread_mutex_unlock(&all->lock);
    set_cookie(app, rq, rs, code.at, false);
}

void session_end(struct app *app, struct request *rq, struct response *rs)
{
    struct sha256 key;
    if (secret_hash(cookie_of(rq), &key)) {
        pthread_mutex_lock(&app->server->sessions->lock);
        struct session *s = find(app->server->sessions, &key);
        if (s)
            s->used = false;
        pthread_mutex_unlock(&app->server->sessions->lock);
    }
    set_cookie(app, rq, rs, "", true);
}

/* ---- callers ---- */
static bool is_proxy(const struct app *app, const struct sockaddr_storage *peer)
{
    struct sockaddr_storage proxy;
    const char *wanted = app->config.trusted_proxy;
    if (!wanted)
        return false;
    if (peer->ss_family == AF_UNIX)
        return strcmp(wanted, "unix") == 0;
    if (!rate_forwarded(str_of(wanted), &proxy))
        return false;
    if (peer->ss_family == AF_INET && proxy.ss_family == AF_INET)
        return ((const struct sockaddr_in *)peer)->sin_addr.s_addr == ((const struct sockaddr_in *)&proxy)->sin_addr.s_addr;
    return peer->ss_family == AF_INET6 && proxy.ss_family == AF_INET6 &&
           memcmp(&((const struct sockaddr_in6 *)peer)->sin6_addr, &((const struct sockaddr_in6 *)&proxy)->sin6_addr, 16) == 0;
}

uint64_t caller_key(struct app *app, const struct request *rq, unsigned kind, bool *apart)
{
    struct sockaddr_storage at = {0};
    *apart = request_peer(rq, &at);
    if (*apart && is_proxy(app, &at))
        *apart = rate_forwarded(request_header(rq, "X-Forwarded-For"), &at);
    /* On this machine alone, it is whoever sits before it. */
    if (app->config.base_url && rate_is_loopback((struct sockaddr *)&at))
        *apart = false;
    return rate_key_address(app->server->rate, kind, (struct sockaddr *)&at, clock_mono_ms());
}

bool caller_guesses(struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    enum { ALL_GUESSES_AN_HOUR = 2000 };
    bool apart;
    int wait_s = 0;
    int64_t now = clock_mono_ms();
    uint64_t key = caller_key(app, rq, RATE_GUESS, &apart);
    bool may = rate_take_all(app->server->rate, RATE_GUESS, ALL_GUESSES_AN_HOUR, ALL_GUESSES_AN_HOUR, now, &wait_s) &&
               (!apart || rate_take(app->server->rate, key, GUESSES_AN_HOUR, GUESSES_AN_HOUR, now, &wait_s));
    if (may)
        return true;
    if (rs)
        rs->retry_after_s = wait_s;
    return err_set(err, ERR_TOO_OFTEN, rq->french ? "trop d'essais de codes ou de mots de passe ; réessayez dans %d minutes" :
        "too many codes or passwords were tried; try again in %d minutes", (wait_s + 59) / 60);
}

struct str caller_bearer(const struct request *rq)
{
    struct str h = request_header(rq, "Authorization");
    enum { PREFIX = 7 };
    if (h.len > PREFIX && str_eq_nocase(str_slice(h, 0, PREFIX), S("Bearer ")))
        return str_trim(str_slice(h, PREFIX, h.len));
    return (struct str){0};
}

static bool by_token(struct app *app, struct worker *worker, struct request *rq, struct str bearer, struct caller *out, struct err *err)
{
    bool found;
    if (!token_find(worker->store, bearer, clock_unix_s(), &rq->arena, &out->who, &found, err))
        return false;
    if (found && !out->who.workshop) {
        out->by = CALLER_BY_TOKEN;
        return true;
    }
    out->who = (struct who){0};
    out->has_bad_token = true;
    return caller_guesses(app, rq, NULL, err);
}

static bool by_cookie(struct app *app, struct worker *worker, struct request *rq, const struct sha256 *key, struct caller *out, struct err *err)
{
    struct sessions *all = app->server->sessions;
    struct session mine = {0};
    bool found;
    pthread_mutex_lock(&all->lock);
    struct session *s = find(all, key);
    if (s) {
        s->seen_s = now_s();
        mine = *s;
    }
    pthread_mutex_unlock(&all->lock);
    if (!mine.used)
        return true;
    if (!people_find(worker->store, mine.account_id, &rq->arena, &out->who, &found, err))
        return false;
    if (!found || out->who.epoch != mine.epoch) {
        out->who = (struct who){0};
        return true;
    }
    out->by = CALLER_BY_COOKIE;
    memcpy(out->form_token, mine.form_token, sizeof out->form_token);
    return true;
}

bool caller_of(struct app *app, struct worker *worker, struct request *rq, struct caller *out, struct err *err)
{
    struct sha256 key;
    struct str bearer = caller_bearer(rq);
    *out = (struct caller){0};
    if (bearer.len)
        return by_token(app, worker, rq, bearer, out, err);
    if (secret_hash(cookie_of(rq), &key))
        return by_cookie(app, worker, rq, &key, out, err);
    return true;
}

bool caller_of_workshop(struct app *app, struct worker *worker, struct request *rq, struct str code, struct caller *out, struct err *err)
{
    struct who who;
    bool found;
    if (!token_find(worker->store, code, clock_unix_s(), &rq->arena, &who, &found, err))
        return false;
    if (found && who.workshop) {
        *out = (struct caller){.by = CALLER_BY_WORKSHOP, .who = who};
        return true;
    }
    return caller_guesses(app, rq, NULL, err) && err_set(err, ERR_INVALID, rq->french ?
        "ce code d'atelier n'est pas connu, ou il n'est plus valable ; demandez-le à qui anime l'atelier, ou laissez le champ vide" :
        "this workshop's code is not known or no longer valid; ask whoever leads the workshop, or leave it empty");
}

bool caller_must_be(struct app *app, struct worker *worker, struct request *rq, struct response *rs, enum role least, struct caller *out,
    bool *done, struct err *err)
{
    *done = false;
    if (!caller_of(app, worker, rq, out, err))
        return false;
    if (out->who.role >= least)
        return true;
    if (out->by != CALLER_UNKNOWN)
        return err_set(err, ERR_DENIED, rq->french ? "votre compte ne permet pas cela ; demandez à qui administre ce site" :
            "your account may not do that; ask whoever runs this site");
    bool page = rq->method == HTTP_GET && !caller_bearer(rq).len && !(rq->n_segments && str_eq(rq->segments[0], S("api")));
    if (!page)
        return err_set(err, ERR_STRANGER, rq->french ? "il faut se connecter, ou donner un jeton valable" : "log in, or send a valid token");
    AUTO(buf) to = {0};
    buf_url(&to, rq->path);
    *done = true;
    return app_see_other(rq, rs, "/login?to=%s", to.len < 300 ? to.at : "%2F");
}
