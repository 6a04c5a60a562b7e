/*
 * Photos that came with contributions, as they are kept: cleaned JPEGs and nothing of what was sent (renderer/photo.h). One is
 * shown only when a moderator has accepted it and what it came with has become part of a published record. A refused one
 * keeps its number and loses its pixels at once, as does an erased one.
 */
#ifndef DATA_PHOTO_STORE_H
#define DATA_PHOTO_STORE_H

#include "data/contribution.h"

enum photo_state { PHOTO_PENDING, PHOTO_PUBLISHED, PHOTO_REFUSED, PHOTO_STATE_COUNT };
extern const struct term PHOTO_STATE_TERMS[PHOTO_STATE_COUNT];

struct photo {
    uint64_t id;               /* random, under 2^52 */
    uint64_t contribution;     /* it came with; 0 after an erasure */
    uint64_t record;           /* it is or would be shown with; 0: none yet */
    enum photo_state state;
    struct partial_date taken; /* to the month; no year: not said */
    struct str licence, author; /* author: as its sender wants to be named, ""; both are text */
    bool blurred;
    int width_px, height_px;
    struct str place_code;     /* of the contribution: whose moderators decide */
};

/* Stores it as waiting, with a new id; `jpeg` is what photo_clean_in_child wrote. ERR_CONFLICT: the contribution was refused or
 * withdrawn; ERR_TOO_BIG: it has PHOTOS_A_CONTRIBUTION_MAX; ERR_INVALID for a month to come or a name too long. */
bool photo_add(struct store *s, struct photo *p, struct str jpeg, struct err *err) MUST_USE;

bool photo_find(struct store *s, uint64_t id, struct arena *a, struct photo *out, bool *found, struct err *err) MUST_USE;
/* The picture, copied from the heap into *out, whatever its state; empty once it has no pixels. */
bool photo_jpeg(struct store *s, uint64_t id, struct buf *out, struct err *err) MUST_USE;

enum photo_public { PHOTO_IS_PUBLIC, PHOTO_IS_NOT /* no such one, or not decided */, PHOTO_WAS_WITHDRAWN };
/* Whether anybody may see it, and if so the picture. */
bool photo_public_jpeg(struct store *s, uint64_t id, struct buf *out, enum photo_public *how, struct err *err) MUST_USE;

/* All of a contribution, whatever their state, in the order they came. At most PHOTOS_A_CONTRIBUTION_MAX. */
bool photo_of_contribution(struct store *s, uint64_t contribution, struct arena *a, struct photo **out, size_t *n, struct err *err) MUST_USE;
/* Those shown with a record: at most PHOTOS_SHOWN_MAX. */
enum { PHOTOS_SHOWN_MAX = 12, PHOTO_AUTHOR_MAX_RUNES = 60 };
bool photo_of_record(struct store *s, uint64_t record, struct arena *a, struct photo **out, size_t *n, struct err *err) MUST_USE;
/* Those that wait for a decision in somebody's territory (NULL: everywhere), oldest contribution first; *total: all of them. */
bool photo_waiting(struct store *s, const struct who *who, struct arena *a, struct photo **out, size_t *n, size_t *total, struct err *err) MUST_USE;

/* ERR_DENIED: not a moderator of its place; ERR_CONFLICT: it was refused already, and has no pixels any more. */
bool photo_rule(struct store *s, uint64_t id, const struct who *who, bool accept, struct err *err) MUST_USE;
/* The blurred picture instead of the one of this SHA-256; ERR_CONFLICT: it is no longer that one, since somebody blurred it
 * meanwhile. It waits again. */
bool photo_replace(struct store *s, uint64_t id, const struct who *who, const struct sha256 *was, struct str jpeg, int width_px, int height_px, struct err *err) MUST_USE;

#endif
