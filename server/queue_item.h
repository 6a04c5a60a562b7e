/*
 * The page of one proposal, as it is read before a decision and shown again when a decision could not be taken: with what was
 * typed still there, and why.
 */
#ifndef SERVER_QUEUE_ITEM_H
#define SERVER_QUEUE_ITEM_H

#include "server/queue_view.h"

struct queue_item {
    struct caller caller;
    struct queue_view view;
    struct contribution c;
    struct deployment before, after; /* the record as it is and as it would be; before of an addition is empty */
    struct str conflicts;            /* fields that others changed since it was proposed */
    bool fits;                       /* it can be put on the record as it is now */
    const char *misfit;              /* why not */
    const struct form *typed;        /* what was typed into a decision; NULL: nothing */
    const char *fault;               /* why that decision was not taken; NULL: none was tried */
};

/* The proposal and what it would do. ERR_MISSING, or ERR_DENIED outside their territory. `item` has its caller. */
bool queue_item_load(struct worker *worker, struct request *rq, struct queue_item *item, uint64_t id, struct err *err) MUST_USE;
bool queue_item_page(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct queue_item *item, struct err *err) MUST_USE;
/* Where its forms post to: with the view in the query. */
void queue_item_address(const struct queue_item *item, struct buf *out);

/* The forms that decide it (queue_decide.c). near: records that it may be the same as. */
struct queue_near {
    uint64_t id;
    double distance_m;
    struct str title;
    struct lonlat at;
    bool has_at;
};
enum { QUEUE_NEAR = 5, QUEUE_NEAR_M = 500 };
void queue_put_decision(struct page *p, const struct queue_item *item, bool two_person, const struct queue_near *near, size_t n);

#endif
