/*
 * Two states of a record, field by field, in the words people read: for the queue, before somebody decides, and for any two
 * versions of a record's history. Nothing that differs is left out: what has no words of its own is shown as it is kept.
 */
#ifndef SERVER_COMPARE_H
#define SERVER_COMPARE_H

#include "server/page_frame.h"

struct comparison {
    const struct deployment *before; /* NULL: of an addition, all that is said of it */
    const struct deployment *after;
    const char *head_before, *head_after; /* keys of texts, of the columns */
    struct str conflicts;            /* "operator, status_events": fields that others changed meanwhile, which are marked */
};
/* Puts the table; how many fields differ. With none, no table is put. */
size_t compare_put(struct page *p, const struct comparison *c);

enum { COMPARE_ITEMS_MAX = 100, COMPARE_RAW_RUNES = 400 };

/* ---- inner: the fields and their words (compare_words.c) ---- */
struct field_words {
    const char *key;                 /* in the record's JSON, and in texts as "field.KEY" */
    void (*put)(struct page *p, const struct deployment *d);                 /* of one value; NULL: a list */
    size_t (*count)(const struct deployment *d);
    void (*put_item)(struct page *p, const struct deployment *d, size_t i);
};
extern const struct field_words FIELD_WORDS[];
extern const size_t N_FIELD_WORDS;

#endif
