/*
 * What people changed, across all records: for moderators, who look it through and take back what was wrong, and for the
 * public, who may know in which month a record changed and nothing of whoever changed it.
 */
#ifndef DATA_CHANGES_H
#define DATA_CHANGES_H

#include "data/people.h"

/* One version of one record that people made; imports are batches and are listed as such (store_batches). */
struct made_change {
    uint64_t id;                   /* of the record */
    uint32_t version, newest;      /* newest: of the record, now */
    struct str kind, reason;       /* kind: a code of enum revision_kind */
    int64_t at_s;
    uint64_t account_id, token_id; /* 0: nobody's by name, or cut */
    struct str by, place_code;
    bool is_published;             /* the record, now */
};
enum { MADE_CHANGES_MAX = 100 };
struct made_changes {
    uint64_t account_id, token_id; /* only theirs; 0: everybody's */
    const struct who *who;         /* who looks, so that a list of one's changes holds none of elsewhere; NULL: somebody who may everywhere */
    size_t offset, limit;          /* at most MADE_CHANGES_MAX */
};
/* The newest first. For moderators. */
bool store_made_changes(struct store *s, const struct made_changes *q, struct arena *a, struct made_change **out, size_t *n, size_t *total, struct err *err) MUST_USE;

struct month_count {
    int year, month;
    uint64_t records;
};
enum { MONTHS_SHOWN_MAX = 240 };
/* Months in which people changed records that are published now, the newest first. */
bool store_changed_months(struct store *s, struct arena *a, struct month_count **out, size_t *n, struct err *err) MUST_USE;

struct month_change {
    uint64_t id;
    uint64_t versions;      /* made in that month */
    bool is_new, is_return; /* it came in that month; somebody took something back in it */
};
/* Records of one month in order of their numbers, which says nothing of the day. */
bool store_month_changes(struct store *s, int year, int month, size_t offset, size_t limit, struct arena *a, struct month_change **out, size_t *n, size_t *total,
    struct err *err) MUST_USE;

#endif
