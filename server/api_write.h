/*
 * A write of the API on its way, inner to on_api_*.c. Reading and checking are done on a worker; what is left is a contribution, which
 * the writer takes in, and decides at once where its author may.
 */
#ifndef SERVER_API_WRITE_H
#define SERVER_API_WRITE_H

#include "data/contribution.h"
#include "server/api_record.h"
#include "server/session.h"

enum outcome { OUTCOME_WAITS, OUTCOME_DONE, OUTCOME_STALE };

struct api_write {
    struct contribution c;           /* kind, target, base_version, patch, note and place, filled in by the handler */
    struct who who;
    struct str receipt, place_after; /* place_after: where the record would lie then; empty: not known */
    bool moves;                      /* it would lie elsewhere than now */
    const char *base_url;
    struct arena *arena;
    bool at_once;
    int hold_days;
    /* of the step */
    enum outcome outcome;
    enum contribution_state state;
    uint64_t record;
    uint32_t version;
    struct str body; /* the record as it is then */
};

/* The body as JSON. False: rs has the answer (*answered), or err. */
bool write_read_body(const struct request *rq, struct response *rs, struct json_doc *doc, bool *answered, struct err *err) MUST_USE;
/* The place that place_id names anew; *out NULL: none is named, or the one that was. A wrong one is in the fault, whose text is "" else. */
bool write_find_place(struct worker *worker, struct request *rq, const struct json *feature, const struct json *base, const struct place **out,
    struct api_fault *f, struct err *err) MUST_USE;
/* A commune that is named has to be the one in which the place lies, where that is known. *commune: where it lies. */
bool write_check_commune(struct worker *worker, const struct deployment *d, struct arena *a, struct str *commune, struct api_fault *f,
    struct err *err) MUST_USE;
/* What is said of the contribution itself. */
void write_note_about(struct api_write *w, const struct api_about *about, const struct caller *caller, struct arena *a);
bool write_refuse(struct response *rs, const struct api_fault *f); /* 422 */
bool write_stale(struct response *rs);                             /* 412 */
/* The last thing a handler does; what is filled in is copied, its texts live in the request's arena. */
bool write_hand_over(struct app *app, struct request *rq, struct response *rs, const struct caller *caller, const struct api_write *filled,
    struct err *err) MUST_USE;

#endif
