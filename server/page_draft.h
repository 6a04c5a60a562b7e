/*
 * A draft as a page: fields with their label, hint and fault, in the order in which one fills them in. All of it works by
 * keyboard and without script; what is typed comes back as text, whatever it was.
 */
#ifndef SERVER_PAGE_DRAFT_H
#define SERVER_PAGE_DRAFT_H

#include "server/draft.h"
#include "server/draft_map.h"
#include "server/page_frame.h"
#include "server/session.h"

struct draft_page {
    struct page page;
    enum draft_what what;
    struct form *f;            /* what is shown in the fields */
    const struct draft *draft; /* what was made of it; NULL: nobody asked yet */
    struct draft_map map;
    const struct caller *caller;
    const struct deployment *base; /* of a correction; NULL: an addition */
    bool moderator;            /* may publish at once */
    bool decides;              /* corrects somebody's proposal before accepting it: no note, and the button says so */
    size_t n_sources;          /* rows to show, 1 to DRAFT_SOURCES_MAX */
    const char *focus;         /* the field to start in; NULL: the faulty one, else none */
    size_t n_known;            /* records that may be the same, numbered on the map */
    struct lonlat known[9];
};

/* ---- single fields; names are those of the form ---- */
/* attributes: markup of our own, "" or with a space before it. */
void draft_text(struct draft_page *k, const char *name, const char *label, const char *hint, const char *attributes);
void draft_area(struct draft_page *k, const char *name, const char *label, const char *hint, const char *attributes);
/* The options are terms; skip: bits of those not offered; words: keys "WORDS.code" instead of the terms' own labels, NULL: theirs. */
void draft_select(struct draft_page *k, const char *name, const char *label, const char *hint, const struct term *terms, size_t n, uint32_t skip,
    const char *words, bool with_empty);
void draft_hint_and_fault(struct draft_page *k, const char *name, const char *hint);
/* " autofocus" and what ties a field to its hint and fault. */
void draft_ties(struct draft_page *k, const char *name, const char *hint);
/* A group that is closed unless something in it was filled in or is faulty. */
void draft_open_details(struct draft_page *k, const char *title, bool open);

/* ---- the whole ---- */
/* Faults in one list with links to their fields. */
void draft_faults(struct draft_page *k);
/* Every field, then the buttons and the hidden ones of the gate. */
void draft_fields(struct draft_page *k);
/* What would be sent, in words. */
void draft_preview(struct draft_page *k);

#endif
