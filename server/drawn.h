/*
 * Pictures that are asked for by address: out of what is kept at once, else drawn by a worker in the slow class, so that
 * tiles go first. What is kept is forgotten whenever the map changes. Big ones are drawn one at a time.
 */
#ifndef SERVER_DRAWN_H
#define SERVER_DRAWN_H

#include "data/snapshot.h"
#include "server/app.h"
#include "server/http.h"

struct drawn;
struct drawn *drawn_new(void);
void drawn_free(struct drawn *d);
void drawn_forget(struct drawn *d); /* any thread */

/* On a worker: fills the response from the wish. The snapshot is held for the call. */
typedef bool drawn_fn(struct app *app, struct worker *worker, struct request *rq, void *wish, const struct snapshot *now, struct response *rs,
    struct err *err);

/* On the loop. `key` says everything that decides the picture but the map's state, the day and the styles; it and the wish
 * are in the request's arena. False (ERR_BUSY, with Retry-After): the queue is full, or another big one is being drawn. */
bool drawn_ask(struct app *app, struct request *rq, struct response *rs, struct str key, bool big, drawn_fn *draw, void *wish, struct err *err) MUST_USE;

#endif
