/*
 * What people propose and what became of it. A contribution is a patch to a record (RFC 7396; of an addition the whole
 * record), or a report about one; it changes nothing on the map until somebody with rights over its place decides.
 */
#ifndef DATA_CONTRIBUTION_H
#define DATA_CONTRIBUTION_H

#include "data/people.h"

enum contribution_kind {
    CONTRIBUTION_ADD, CONTRIBUTION_EDIT, CONTRIBUTION_REMOVE, CONTRIBUTION_CONFIRM, CONTRIBUTION_GONE, CONTRIBUTION_PROBLEM,
    CONTRIBUTION_PRIVACY, CONTRIBUTION_REPLY, CONTRIBUTION_UNLAWFUL, CONTRIBUTION_KIND_COUNT
};
enum contribution_state {
    CONTRIBUTION_PENDING, CONTRIBUTION_ASKED /* a question waits for its author */, CONTRIBUTION_HELD /* accepted, not published yet */,
    CONTRIBUTION_ACCEPTED, CONTRIBUTION_REFUSED, CONTRIBUTION_MERGED, CONTRIBUTION_LAPSED, CONTRIBUTION_ERASED, CONTRIBUTION_STATE_COUNT
};
extern const struct term CONTRIBUTION_KIND_TERMS[CONTRIBUTION_KIND_COUNT], CONTRIBUTION_STATE_TERMS[CONTRIBUTION_STATE_COUNT];

enum {
    CONTRIBUTION_PATCH_MAX_BYTES = 256 * 1024,
    CONTRIBUTION_NOTE_MAX_RUNES = 4000,
    CONTRIBUTION_MESSAGES_MAX = 20,
    QUEUE_ROWS_MAX = 100,
    URGENT_AFTER_DAYS = 15,         /* proposals older than this rise to the top */
    PRIVACY_LAPSES_AFTER_H = 72,    /* undecided */
    PRIVACY_EFFECTS_A_DAY = 20,     /* that take effect at once, in one commune */
    REPLY_DUE_DAYS = 3, UNLAWFUL_DUE_DAYS = 1,
    LINK_CUT_AFTER_DAYS = 90,       /* between a decided contribution and its account or token */
};

struct contribution {
    uint64_t id;                    /* random */
    uint32_t version;               /* grows with every step of its life: for If-Match */
    enum contribution_kind kind;
    enum contribution_state state;
    uint64_t target;                /* 0: an addition */
    uint32_t base_version;
    struct str patch, note, reason, place_code, place_name;
    bool survey;                    /* seen on foot */
    bool has_position;
    struct lonlat at;
    uint64_t account_id, token_id, batch_id;
    struct str by;                  /* name of the account or label of the token; empty: anonymous, or cut */
    int64_t created_s, due_s, publish_s, decided_s; /* 0: none */
    uint64_t decided_by, result;    /* result: the record it became or changed */
    uint32_t effect_version;        /* of a privacy report that took effect at once */
    bool withheld_photos;           /* the same of one about photos; told when it is received only */
    uint32_t votes;
    uint32_t photos;                /* that came with it, refused ones not counted */
};
struct contribution_message {
    bool of_moderator;
    struct str text;
};

bool contribution_is_urgent(const struct contribution *c); /* a report with a clock, or older than 15 days */

/*
 * What the patch of a report holds, beside fields of the record:
 *   confirm, gone   {"seen_on": "2026-10"}, a month not to come; without it the month in which it is received
 *   privacy         {"photos": true}: it is about the record's photos and not about its place
 *   reply           {"label": "who replies, as is shown", "text": "…"}, both needed
 * Stores it as waiting: its id, version and times are filled in, its place by its position. `receipt` is the code its author
 * keeps; empty: none. A privacy report takes effect at once, within its bounds: the position of a device that is not publicly
 * operated falls to the street; of photos, they are shown no more.
 * Inside a transaction of the caller's or in one of its own. */
bool contribution_receive(struct store *s, struct contribution *c, struct str receipt, struct err *err) MUST_USE;

bool contribution_find(struct store *s, uint64_t id, struct arena *a, struct contribution *out, bool *found, struct err *err) MUST_USE;
bool contribution_find_by_receipt(struct store *s, struct str receipt, struct arena *a, struct contribution *out, bool *found, struct err *err) MUST_USE;
bool contribution_messages(struct store *s, uint64_t id, struct arena *a, struct contribution_message **out, size_t *n, struct err *err) MUST_USE;
/* A line from its author or a moderator, while it is undecided. From its author it is pending again. */
bool contribution_say(struct store *s, uint64_t id, bool of_moderator, struct str text, struct err *err) MUST_USE;

struct queue {
    const struct who *who;          /* whose territory; NULL: all */
    uint64_t account_id;            /* only this account's own; 0: all */
    uint64_t batch_id, token_id;    /* 0: any */
    int kind;                       /* 1 + CONTRIBUTION_…; 0: any */
    bool urgent_only, decided;      /* decided: the newest first; else what waits */
    bool held;                      /* with decided: only those that wait for their day */
    size_t offset, limit;           /* at most QUEUE_ROWS_MAX */
};
/* Urgent first, then oldest. */
bool contribution_queue(struct store *s, const struct queue *q, struct arena *a, struct contribution **out, size_t *n, size_t *total, struct err *err) MUST_USE;
struct queue_counts {
    size_t waiting, asked, urgent, overdue, held; /* asked, urgent and overdue are among those waiting */
};
/* Of somebody's territory; NULL: of all. */
bool contribution_counts(struct store *s, const struct who *who, struct queue_counts *out, struct err *err) MUST_USE;
/* How many replies and notices are past their clock. */
bool contribution_overdue(struct store *s, size_t *n, struct err *err) MUST_USE;

/* The record as it would be when accepted: for the queue's picture and for the decision. The patch is put on the newest
 * version; fields that somebody changed since the proposal are named in *conflicts (commas between; empty: none). */
bool contribution_preview(struct store *s, const struct contribution *c, struct str corrected, struct arena *a, struct deployment *before,
    struct deployment *after, struct str *conflicts, struct err *err) MUST_USE;

enum ruling_kind { RULING_ACCEPT, RULING_REFUSE, RULING_MERGE, RULING_ASK };
struct ruling {
    enum ruling_kind kind;
    uint64_t id;
    uint32_t version;               /* as it was read; another one is ERR_CONFLICT; 0: any */
    const struct who *who;
    struct str reason;              /* of a refusal, needed; the question of RULING_ASK */
    struct str corrected;           /* instead of the patch; empty: as proposed */
    uint64_t into;                  /* the record it is the same as, of a merger */
    bool at_once;                   /* also what was seen on foot */
    int hold_days;
};
struct ruled {
    enum contribution_state state;
    uint64_t record;                /* 0: none */
    uint32_t record_version;
    bool needs_second;              /* another moderator has to agree */
};
/* All or nothing. ERR_DENIED: not their territory, or not known where it lies. */
bool contribution_rule(struct store *s, const struct ruling *r, struct ruled *out, struct err *err) MUST_USE;

/* What time brings: held ones whose day has come (the first of a month, at least hold_days after they came) are published in chance order, privacy reports lapse, links older than 90
 * days are cut. *changed: whether anything was. */
bool contribution_tick(struct store *s, int64_t now_s, bool *changed, struct err *err) MUST_USE;

/* ---- records changed directly, by those who may ---- */
/* Of a record that was seen on foot: its days become months, as accepting a surveyed proposal does. */
void record_hide_days(struct deployment *d);
/* Back to an older version, as a new one. */
bool record_return_to(struct store *s, uint64_t id, uint32_t version, const struct who *who, struct str reason, struct err *err) MUST_USE;
struct undo_of { /* one of them */
    uint64_t account_id, token_id;
};
/* What it would do, without doing it. */
bool record_would_undo_all(struct store *s, struct undo_of of, size_t *undone, size_t *left, struct err *err) MUST_USE;
/* What somebody did, record by record back to before, where nobody changed it since; *left: those somebody has. */
bool record_undo_all(struct store *s, struct undo_of of, const struct who *who, struct str reason, size_t *undone, size_t *left, struct err *err) MUST_USE;
/* Lawful removal: text, photo and position leave the record, all its versions and contributions; the number, the day and
 * the ground stay, and its source keys become tombstones. */
bool record_erase(struct store *s, uint64_t id, struct str ground, struct err *err) MUST_USE;
bool record_is_erased(struct store *s, uint64_t id);


/* ---- replies ---- */
struct reply {
    struct str label, text;
    struct partial_date received, published; /* to the month */
};
enum { REPLY_LABEL_MAX_RUNES = 120, REPLIES_SHOWN_MAX = 50 };
/* Those that were accepted, oldest first; they stand with the record as long as it is published. */
bool record_replies(struct store *s, uint64_t id, struct arena *a, struct reply **out, size_t *n, struct err *err) MUST_USE;

#endif
