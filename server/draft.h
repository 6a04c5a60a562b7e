/*
 * A proposal as somebody types it: a form in, a record out, with every fault beside its field in the reader's language. What
 * is not known stays unknown. Of a correction only what was changed counts: a field that still says what it said when the
 * form was shown leaves the record as it was, to the last digit.
 *
 * Faults are texts of texts_add.c by key; a field's name in a form is its name here.
 */
#ifndef SERVER_DRAFT_H
#define SERVER_DRAFT_H

#include "data/store.h"
#include "server/form.h"

enum draft_what {
    DRAFT_DEVICE,    /* at a place in a street */
    DRAFT_PROGRAMME, /* of a commune, a département, a region, the country */
    DRAFT_ZONE,      /* a polygon; also: surveyed, and nothing found */
    DRAFT_WHAT_COUNT
};
extern const char *const DRAFT_WHAT_CODES[DRAFT_WHAT_COUNT]; /* "device", "programme", "zone" */

enum {
    DRAFT_SOURCES_MAX = 10,
    DRAFT_FAULTS_MAX = 32,        /* more are not told at once */
    DRAFT_NAMESAKES_MAX = 12,     /* communes of a name to choose from */
    DRAFT_SHORT_MAX_RUNES = 120,  /* a name, a title */
    DRAFT_SUMMARY_MAX_RUNES = 600,
    DRAFT_NOTE_MAX_RUNES = 2000,
    DRAFT_URL_MAX_BYTES = 1000,
    DRAFT_COUNT_MAX = 1000000,    /* devices of one programme */
};

struct draft_fault {
    const char *field;     /* "height", "s2_url"; "" is the form as a whole */
    struct str says;       /* a sentence */
};
struct draft {
    enum draft_what what;
    bool french;
    bool one_device;       /* its kind, mount, direction can be said */
    struct arena *a;
    const struct form *f;  /* as typed */
    const struct form *was;/* of a correction: the form as it was shown; NULL: an addition */
    struct deployment d;   /* what it says; of a correction the record with what was changed */
    bool survey;           /* seen on foot */
    struct str note;       /* to the moderators */
    size_t n_namesakes;    /* to choose from: faults then say so */
    struct place *namesakes;
    size_t n_faults;
    struct draft_fault faults[DRAFT_FAULTS_MAX];
};

/* What the form says, as an addition. False: the store or the memory failed, not the form; faults are in the draft. */
bool draft_read(struct draft *dr, enum draft_what what, const struct form *f, bool french, struct store *store, struct arena *a, struct err *err) MUST_USE;
/* The same of a correction of a record, as it was when the form was shown. */
bool draft_read_change(struct draft *dr, const struct deployment *base, const struct form *f, bool french, struct store *store, struct arena *a,
    struct err *err) MUST_USE;

/* Which form a record has. */
enum draft_what draft_what_of(const struct deployment *d);
/* The record as its form shows it. */
void draft_fill(struct form *out, const struct deployment *d, bool french, struct arena *a);

/* Appends the patch (RFC 7396) that leads from a record, without its number, version and slug, to another; "{}": the same.
 * before NULL: the whole of the second. False: ERR_INTERNAL, or past the arena's limit. */
bool draft_patch(struct buf *out, const struct deployment *before, const struct deployment *after, struct err *err) MUST_USE;

const struct str *draft_fault_of(const struct draft *dr, const char *field); /* NULL: none */

/* ---- inner to draft*.c ---- */
void draft_fault(struct draft *dr, const char *field, const char *key);
bool draft_touched(const struct draft *dr, const char *field); /* of an addition: always; of a correction: sent, and not as it was */
/* The term a field names, `absent` if it is empty; one that there is not is a fault. */
int draft_term(struct draft *dr, const char *field, const struct term *terms, size_t n, int absent);
/* A text of at most so many characters, on one line. */
struct str draft_short(struct draft *dr, const char *field, size_t most_runes);
/* A year, month or day as people write it; of a survey the day is dropped. */
struct partial_date draft_date(struct draft *dr, const char *field, bool month_only);
bool draft_read_where(struct draft *dr, struct store *store, struct err *err);
bool draft_read_device(struct draft *dr, struct err *err);
bool draft_read_evidence(struct draft *dr, struct err *err);
bool draft_read_zone(struct draft *dr, struct err *err);

/* One field more; past the bound it is left out. */
void form_add(struct form *f, const char *name, struct str value);

#endif
