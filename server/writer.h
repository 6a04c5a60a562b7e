/*
 * The one thread that writes. Handlers read and check on their workers, then hand over what is left: a step in the store and
 * an answer. The writer takes all steps that wait into one transaction, each behind a mark of its own so that one that fails
 * takes nothing else with it; then the map follows, and only then is anybody answered: an answer means that it is on disk
 * and on the map. It also follows what other processes wrote, and once a minute does what time brings.
 */
#ifndef SERVER_WRITER_H
#define SERVER_WRITER_H

#include "data/store.h"
#include "server/app.h"
#include "server/http.h"

/* On the writer's thread, inside a transaction. False: this step alone is taken back, and the request gets the error. It must
 * not begin or commit, and may be run once more if the transaction could not be committed. */
typedef bool write_fn(void *ctx, struct store *store, struct err *err);
/* On the writer's thread, after the commit: fills the answer (a redirection, a short page) from what the step left in ctx. It
 * holds up every other writer: no drawing, no searching. */
typedef bool written_fn(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err);

enum { WRITES_WAITING_MAX = 512 };

/* The last thing a handler does: `return app_write(app, rq, rs, step, answer, ctx, err);`. ctx lives in the request's arena. The
 * request is parked; what the handler had put in *rs (headers, cookie) is kept for the answer. False: ERR_BUSY, too many wait;
 * ERR_DENIED where the database can be read only. */
bool app_write(struct app *app, struct request *rq, struct response *rs, write_fn *step, written_fn *answer, void *ctx, struct err *err) MUST_USE;
/* The usual answer: 303 to an address of ours, which keeps lang=. */
bool app_see_other(struct request *rq, struct response *rs, const char *format, ...) PRINTF_LIKE(3, 4);

/* ---- the server's side ---- */
struct writer;
bool writer_start(struct writer **out, struct app *app, bool writable, struct err *err) MUST_USE;
/* Finishes what waits; nothing may be handed over any more. */
void writer_stop(struct writer *w);
struct writer_counts {
    uint64_t steps, commits, failures;
};
struct writer_counts writer_counts(struct writer *w);

#endif
