/*
 * Who asks. A person who logged in has a cookie with a code that stands in memory only as its hash: a restart logs everybody
 * out, and nothing on disk says who was here when. A program has a token. All others are strangers, and stay unknown.
 */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include "data/people.h"
#include "server/app.h"
#include "server/http.h"

enum caller_by { CALLER_UNKNOWN, CALLER_BY_COOKIE, CALLER_BY_TOKEN, CALLER_BY_WORKSHOP /* a code typed into a form */ };
enum { FORM_TOKEN_BYTES = 33 };
struct caller {
    enum caller_by by;
    struct who who;                     /* role ROLE_ANONYMOUS for strangers; texts live in the request's arena */
    char form_token[FORM_TOKEN_BYTES];  /* of CALLER_BY_COOKIE: what its forms carry; else "" */
    bool has_bad_token;                 /* it showed a Bearer that is no token of ours; it may be a receipt */
};

/* A Bearer that is no token of ours is counted as a guess: ERR_TOO_OFTEN past GUESSES_AN_HOUR. An unknown cookie is a stranger's. On a worker. */
bool caller_of(struct app *app, struct worker *worker, struct request *rq, struct caller *out, struct err *err) MUST_USE;
/* Of at least that role; else ERR_STRANGER or ERR_DENIED, but a stranger who asks for a page is sent to /login?to=… (303 in rs; *done true,
 * and the handler returns true at once). */
bool caller_must_be(struct app *app, struct worker *worker, struct request *rq, struct response *rs, enum role least, struct caller *out,
    bool *done, struct err *err) MUST_USE;
/* A workshop's code that was typed into a form: fills in who, if it is one; else ERR_INVALID. Guesses count as above. */
bool caller_of_workshop(struct app *app, struct worker *worker, struct request *rq, struct str code, struct caller *out, struct err *err) MUST_USE;
/* What stands behind "Authorization: Bearer "; empty: nothing. */
struct str caller_bearer(const struct request *rq);

/* The caller's bucket for a kind of deed (server/rate.h). *apart false: callers cannot be told apart here (a proxy or an onion
 * service on this machine, of which --trusted-proxy says nothing), so that the common bucket has to do. */
uint64_t caller_key(struct app *app, const struct request *rq, unsigned kind, bool *apart);
/* One more guess at a secret (a password, a receipt, a token) by this caller; ERR_TOO_OFTEN, and rs (may be NULL) says when. */
bool caller_guesses(struct app *app, struct request *rq, struct response *rs, struct err *err) MUST_USE;

/* After people_log_in said yes: a new session, and its cookie in the response; the one idle for longest ends when there are SESSIONS_MAX. */
void session_begin(struct app *app, struct request *rq, struct response *rs, const struct who *who);
/* The session of this request ends, and the cookie is taken back. */
void session_end(struct app *app, struct request *rq, struct response *rs);

/* ---- the server's side ---- */
enum { SESSIONS_MAX = 2048, SESSION_IDLE_S = 4 * 3600, SESSION_LONGEST_S = 12 * 3600, GUESSES_AN_HOUR = 20 };
struct sessions;
struct sessions *sessions_new(void);
void sessions_free(struct sessions *s);

#endif
