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

/* A record, or another proposal, that it may be the same as, or that stands near it. */
struct queue_near {
    uint64_t id;            /* of the record; 0: it waits itself */
    uint64_t contribution;  /* of one that waits; else 0 */
    double distance_m;      /* -1: one of them has no place of its own */
    int strength;           /* enum alike_strength; -1: it is only near */
    struct str title;
    struct lonlat at;
    bool has_at;
};
enum { QUEUE_NEAR = 5, QUEUE_NEAR_M = 500, QUEUE_AROUND_MAX = 9 /* digits on the map */ };
/* The forms that decide it (queue_decide.c). */
void queue_put_decision(struct page *p, const struct queue_item *item, bool two_person, const struct queue_near *near, size_t n);
/* Those like it, then the nearest others, at most QUEUE_AROUND_MAX (queue_around.c). */
bool queue_find_around(struct page *p, struct store *s, const struct queue_item *item, struct lonlat at, struct queue_near *out, size_t *n, struct err *err) MUST_USE;
void queue_put_around(struct page *p, const struct queue_item *item, const struct queue_near *near, size_t n);

/* A decision about it, on its way to the writer. Lives in the request's arena. */
struct queue_deed {
    struct queue_item item;
    struct form form;
    struct ruling r;
    const char *address;    /* that shows it again: POST with do=show */
    /* of the step */
    struct ruled out;
    bool failed;
    struct err why;
    uint64_t next;
};
/* Its key of texts if it cannot be taken, as far as that can be seen before, and the status; else NULL. */
const char *queue_fault_of(struct store *s, const struct queue_deed *d, int *status);
/* The last thing a handler does: to the next that waits, or to a page that says why not and keeps what was typed. */
bool queue_rule(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct queue_deed *d, struct err *err) MUST_USE;

#endif
