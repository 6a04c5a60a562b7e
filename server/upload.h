/*
 * Uploaded files, for as long as somebody looks at what they would bring: an hour at most, in memory but for the file, which
 * lies under a name made by chance in a folder beside the database and goes with its upload. A file is read in the import's
 * sandboxed child, on a slow worker, after whoever sent it was answered; what was read is a view, which never changes: it
 * is held by who shows it, and a new one takes its place when the file is read again with other columns.
 *
 * An upload belongs to the account or the token that sent it. Of a workshop, whose people have a code and no session, the
 * address is the key (it cannot be guessed), and the code is asked for again before anything is proposed.
 */
#ifndef SERVER_UPLOAD_H
#define SERVER_UPLOAD_H

#include <stdatomic.h>

#include "data/base/limits.h"
#include "data/columns.h"
#include "data/import.h"
#include "server/session.h"

enum upload_state { UPLOAD_READING, UPLOAD_READY, UPLOAD_FAILED, UPLOAD_APPLYING, UPLOAD_APPLIED, UPLOAD_STATE_COUNT };
extern const char *const UPLOAD_STATE_CODES[UPLOAD_STATE_COUNT]; /* "reading", "ready", "failed", "applying", "applied" */

/* How somebody wants a file to be read. Texts are borrowed; a view has copies. */
struct upload_wish {
    bool mapped;             /* the mapping was said; else what the group said last time of such columns, else guessed */
    struct mapping mapping;
    struct str name;         /* of the source */
    struct str licence, attribution, source_url;
    struct str category, precision; /* codes; empty: as the file says */
    struct partial_date as_of;
    bool survey;             /* seen on foot: days are not published */
};
/* False: a code that is none, a text that is too long; *field names it. */
bool upload_wish_check(const struct upload_wish *w, const char **field, struct err *err);

struct upload_row {
    uint64_t number, other;  /* other: the record it changes or seems to be a duplicate of; 0 */
    struct str layer, title_fr, title_en, detail /* number, name */, place, field, why;
    struct lonlat at;
    double distance_m;
    bool by_hand, waiting;
};
struct upload_point {
    struct lonlat at;
    enum import_class is;
    uint64_t number;
};
struct upload_view {
    atomic_int holds;
    struct arena arena;
    struct upload_wish wish; /* the mapping: as it was used */
    bool remembered;         /* the mapping is the group's of last time */
    bool failed;
    struct err err;          /* why; of people's concern unless ERR_IO or ERR_INTERNAL */
    struct import_columns columns;
    struct import_seen seen;
    uint64_t in_territory;   /* new and changed rows that who sent it may publish, as a moderator */
    size_t n_rows[IMPORT_CLASS_COUNT]; /* at most UPLOAD_ROWS_SHOWN */
    struct upload_row rows[IMPORT_CLASS_COUNT][UPLOAD_ROWS_SHOWN];
    size_t n_points, points_left_out;
    struct upload_point *points; /* UPLOAD_POINTS_MAX */
};
/* The column that means a field in this view; SIZE_MAX: none. */
size_t upload_column_of(const struct upload_view *v, enum column c);

/* What became of one that was applied. */
struct upload_done {
    uint64_t batch_id, proposed, published;
};
/* An upload as it is just now. */
struct upload_look {
    char id[33];
    enum upload_state state;
    struct upload_view *view; /* held; NULL until it was read once */
    struct upload_done done;
    bool workshop;
};
void upload_look_done(struct upload_look *l);

/* Takes a file in and has it read. `file_name` is what the sender calls it. ERR_BUSY when too many are here. */
bool upload_add(struct app *app, const struct caller *who, struct str bytes, struct str file_name, const struct upload_wish *wish, char id[33],
    struct err *err) MUST_USE;
/* False, ERR_MISSING: there is none of this name, or it is somebody else's. */
bool upload_find(struct app *app, const struct caller *who, struct str id, struct upload_look *out, struct err *err) MUST_USE;
/* Has it read again; ERR_CONFLICT while it is read or applied, or after. */
bool upload_again(struct app *app, const struct caller *who, struct str id, const struct upload_wish *wish, struct err *err) MUST_USE;

struct upload_choice {
    bool publish;            /* where a moderator may decide alone, records at once instead of proposals */
    bool duplicates;         /* rows that seem to be duplicates are proposed too: they are others */
};
/*
 * Reads the file once more, as it would be taken in now, and hands it to the writer as one batch in one step: each new or
 * changed row a proposal or a record. `answer` runs after it is on disk. ERR_CONFLICT unless it is ready. The last thing a
 * handler does, as app_write is.
 */
typedef bool upload_answer_fn(struct app *app, struct request *rq, struct response *rs, const char *id, const struct upload_done *done, struct err *err);
bool upload_apply(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct caller *who, struct str id,
    struct upload_choice choice, upload_answer_fn *answer, struct err *err) MUST_USE;

/* ---- the server's side ---- */
struct uploads;
/* A folder that cannot be made is said in the log: then there are no uploads (NULL). */
struct uploads *uploads_new(struct app *app);
void uploads_sweep(struct uploads *u); /* those past their hour */
void uploads_stop(struct uploads *u);  /* what is read is broken off; before the workers end */
void uploads_free(struct uploads *u);

#endif
