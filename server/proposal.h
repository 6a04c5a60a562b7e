/*
 * A draft that is sent: through the gate, into the store, and the page that answers with a receipt. Adding, correcting and
 * field sheets end here.
 */
#ifndef SERVER_PROPOSAL_H
#define SERVER_PROPOSAL_H

#include "data/contribution.h"
#include "server/draft_map.h"
#include "server/gate.h"

enum { RECEIPT_BYTES = 40, PROPOSALS_MAX = SHEET_LINES_MAX };

struct proposal {
    size_t n;                        /* of one sending: a sheet has many */
    struct contribution *all;
    char receipt[RECEIPT_BYTES];     /* of the first; the others have none. "": none at all */
    bool publish;                    /* at once, by a moderator */
    struct who who;                  /* whose rights that takes */
    int hold_days;
    struct form again;               /* the form of the next one: what stays the same */
    const char *again_address;       /* "/add", "/add?sheet=…" */
    /* what became of it */
    size_t n_published;
    uint64_t record;                 /* of the first that was published; 0: none */
    bool needs_second, not_mine;     /* why one was not */
};

/* Allocates it in the request's arena; NULL past its limit. Its receipt is made. */
struct proposal *proposal_new(struct request *rq, size_t n);
/* One more, out of a draft and its patch, by whoever sends. */
struct contribution *proposal_put(struct proposal *s, const struct draft *dr, struct str patch, const struct caller *c);
/* The last thing a handler does. */
bool proposal_send(struct app *app, struct request *rq, struct response *rs, struct proposal *s, const struct caller *c, struct err *err) MUST_USE;

#endif
