/*
 * What every request passes that would write: contributions are open, it comes from our own page, a person sent it and no
 * machine, and not too often. Who asked is known for the length of this call and kept nowhere.
 */
#ifndef SERVER_GATE_H
#define SERVER_GATE_H

#include "server/form.h"
#include "server/page.h"
#include "server/session.h"

/* Each has an allowance of its own (server/rate.h). */
enum gate_kind {
    GATE_PROPOSE,   /* --rate an hour */
    GATE_REPORT,    /* the same, counted apart: privacy, reply, unlawful content pass where contributions are closed too */
    GATE_RECEIPT,   /* looking up a receipt, or writing to it */
    GATE_LOGIN,
    GATE_UPLOAD,    /* files to be read in a child */
    GATE_MODERATE,  /* of people who logged in and of tokens: no allowance, no challenge */
    GATE_KIND_COUNT
};

/*
 * A form of ours: reads the caller (with the form's field "workshop": a workshop's code), then checks all of the above. A
 * stranger's form has to be CHALLENGE_FILL_S old and its trap empty; where the bucket that all callers share is under half, its
 * work has to be done too. ERR_DENIED (closed, or from elsewhere, or a form without its token), ERR_TOO_OFTEN with
 * rs->retry_after_s, ERR_INVALID for a form that is too old, too quick, used before or without its work: the page shows the form
 * again, with what was typed and a new challenge.
 */
bool gate_form(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct form *f, enum gate_kind kind, struct caller *out, struct err *err) MUST_USE;
/* The same for a program: no cookie counts here, a Bearer or none; strangers need no challenge but have the smaller allowance. */
bool gate_api(struct app *app, struct worker *worker, struct request *rq, struct response *rs, enum gate_kind kind, struct caller *out, struct err *err) MUST_USE;

/* The hidden fields of every form that posts: form token, challenge, trap, workshop's code; the page says .form in its head, for the
 * script that does the work. Such a page is HEADERS_PRIVATE: each visitor's is another. f: what was typed before, or NULL. */
void gate_fields(struct page *p, const struct caller *c, const struct form *f);
/* The same for a form that was looked at and not sent: the challenge of f stays while it is young, so that nobody waits
 * twice, and the workshop's code is the page's own field. After gate_form the challenge may be used up: take it out of f. */
void gate_fields_again(struct page *p, const struct caller *c, const struct form *f);

/* Whether strangers may propose; and if not, why, as a key of texts ("gate.closed", "gate.token"); NULL if they may. */
const char *gate_closed(const struct app *app, const struct caller *c);

#endif
