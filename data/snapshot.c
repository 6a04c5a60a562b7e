/*
 * The sequence is an array of chunks of at most 4,096 points, each with a reference count, so that a merge copies only
 * the chunks it touches:
 *
 *     chunk:   [q0 … q4095] [q4096 … q6000] [ … ]        start: 0, 4096, 6001, …
 *
 * Cards are blocks of their own, shared the same way; a table from id to card finds the points of a record again.
 */
#include "data/snapshot.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/geo/cone.h"

enum { CHUNK_POINTS = 4096, CHUNK_FILL = 3072 };

struct chunk {
    atomic_int holders;
    size_t n;
    struct point points[];
};
struct card_block { /* one record's card, strings behind it, and the quads of its points */
    atomic_int holders;
    struct card card;
    size_t n_quads, bytes;
    uint64_t *quads;
    size_t n_zones;
    struct snapshot_zone *zones;
};
struct snapshot {
    atomic_int holders;
    uint64_t seq;
    size_t n, n_chunks, n_cards, n_zones, n_slots;
    struct chunk **chunks;
    size_t *start;              /* position of each chunk's first point; one more: the end */
    struct card_block **cards;  /* NULL: free */
    uint32_t *slots;            /* id → 1 + card, open addressing; n_slots a power of two */
    struct snapshot_zone *zones; /* all of them, shapes borrowed from the card blocks */
};

/* ---- life ---- */

static void chunk_drop(struct chunk *c)
{
    if (atomic_fetch_sub(&c->holders, 1) == 1)
        free(c);
}

static void card_drop(struct card_block *b)
{
    if (!b || atomic_fetch_sub(&b->holders, 1) != 1)
        return;
    for (size_t i = 0; i < b->n_zones; i++) {
        free(b->zones[i].shape.at);
        free(b->zones[i].shape.end);
    }
    free(b->zones);
    free(b->quads);
    free(b);
}

struct snapshot *snapshot_new(void)
{
    struct snapshot *s = base_alloc(1, sizeof *s);
    atomic_init(&s->holders, 1);
    s->start = base_alloc(1, sizeof *s->start);
    s->n_slots = 16;
    s->slots = base_alloc(s->n_slots, sizeof *s->slots);
    return s;
}

struct snapshot *snapshot_hold(struct snapshot *s)
{
    atomic_fetch_add(&s->holders, 1);
    return s;
}

void snapshot_drop(const struct snapshot *held)
{
    struct snapshot *s = (struct snapshot *)(uintptr_t)held;
    if (!s || atomic_fetch_sub(&s->holders, 1) != 1)
        return;
    for (size_t i = 0; i < s->n_chunks; i++)
        chunk_drop(s->chunks[i]);
    for (size_t i = 0; i < s->n_cards; i++)
        card_drop(s->cards[i]);
    free(s->chunks);
    free(s->start);
    free(s->cards);
    free(s->slots);
    free(s->zones);
    free(s);
}

uint64_t snapshot_seq(const struct snapshot *s)
{
    return s->seq;
}

size_t snapshot_size(const struct snapshot *s)
{
    return s->n;
}

size_t snapshot_bytes(const struct snapshot *s)
{
    size_t bytes = sizeof *s + s->n * sizeof(struct point) + s->n_slots * sizeof *s->slots;
    for (size_t i = 0; i < s->n_cards; i++)
        if (s->cards[i])
            bytes += s->cards[i]->bytes + sizeof(void *);
    return bytes;
}

/* ---- reading ---- */

/* Position of the first point whose quad is at least q. */
static size_t lower_bound(const struct snapshot *s, uint64_t q)
{
    size_t lo = 0, hi = s->n_chunks;
    while (lo < hi) { /* the first chunk whose last point is at least q */
        size_t mid = (lo + hi) / 2;
        const struct chunk *c = s->chunks[mid];
        if (c->points[c->n - 1].quad < q)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == s->n_chunks)
        return s->n;
    const struct chunk *c = s->chunks[lo];
    size_t a = 0, b = c->n;
    while (a < b) {
        size_t mid = (a + b) / 2;
        if (c->points[mid].quad < q)
            a = mid + 1;
        else
            b = mid;
    }
    return s->start[lo] + a;
}

struct span snapshot_span_quads(const struct snapshot *s, struct quad_range range)
{
    size_t first = lower_bound(s, range.first);
    size_t last = range.last == UINT64_MAX ? s->n : lower_bound(s, range.last + 1);
    return (struct span){s, first, last};
}

struct span snapshot_span(const struct snapshot *s, struct tile tile)
{
    return snapshot_span_quads(s, quad_range_of(tile));
}

static size_t chunk_at(const struct snapshot *s, size_t position)
{
    size_t lo = 0, hi = s->n_chunks;
    while (hi - lo > 1) {
        size_t mid = (lo + hi) / 2;
        if (s->start[mid] <= position)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

size_t span_next(struct span *span, const struct point **out)
{
    if (span->first >= span->last)
        return 0;
    const struct snapshot *s = span->of;
    size_t c = chunk_at(s, span->first);
    size_t from = span->first - s->start[c], n = MIN(s->chunks[c]->n - from, span->last - span->first);
    *out = &s->chunks[c]->points[from];
    span->first += n;
    return n;
}

/* The box as tiles of the zoom at which it spans at most four a side: their spans, in quad order, hold all its points. */
bool snapshot_points_in(const struct snapshot *s, struct spot_box box, struct arena *a, const struct point ***out, size_t *n)
{
    uint32_t side = MAX(box.x1 - box.x0, box.y1 - box.y0);
    int z = 0;
    while (z < 30 && (UINT64_C(1) << (32 - z)) > (uint64_t)side / 2 + 1)
        z++;
    struct tile nw = tile_at((struct spot){box.x0, box.y0}, z), se = tile_at((struct spot){box.x1, box.y1}, z);
    size_t most = 0, found = 0;
    uint64_t cells[64];
    size_t n_cells = 0;
    for (uint32_t y = nw.y; y <= se.y; y++)
        for (uint32_t x = nw.x; x <= se.x; x++) {
            must(n_cells < COUNT(cells));
            cells[n_cells++] = quad_range_of((struct tile){x, y, (uint8_t)z}).first;
        }
    for (size_t i = 1; i < n_cells; i++) /* in quad order; a handful */
        for (size_t j = i; j > 0 && cells[j - 1] > cells[j]; j--) {
            uint64_t t = cells[j];
            cells[j] = cells[j - 1];
            cells[j - 1] = t;
        }
    uint64_t width = z == 0 ? UINT64_MAX : (UINT64_C(1) << (64 - 2 * z)) - 1;
    struct span spans[64];
    for (size_t i = 0; i < n_cells; i++) {
        spans[i] = snapshot_span_quads(s, (struct quad_range){cells[i], cells[i] + width});
        most += spans[i].last - spans[i].first;
    }
    *out = ARENA_ARRAY(a, const struct point *, most + 1);
    if (!*out)
        return false;
    for (size_t i = 0; i < n_cells; i++) {
        const struct point *points;
        for (size_t k; (k = span_next(&spans[i], &points)) > 0;)
            for (size_t j = 0; j < k; j++)
                if (spot_box_has(box, quad_spot(points[j].quad)))
                    (*out)[found++] = &points[j];
    }
    *n = found;
    return true;
}

const struct card *snapshot_card(const struct snapshot *s, uint32_t card)
{
    return &s->cards[card]->card;
}

size_t snapshot_zones(const struct snapshot *s, const struct snapshot_zone **out)
{
    *out = s->zones;
    return s->n_zones;
}

static bool has_key(const uint64_t *keys, size_t n, uint64_t key)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i] == key)
            return true;
    return false;
}

static bool card_shown(const struct card *c, uint8_t category, uint8_t status, const struct filter *f)
{
    if (!((f->categories >> category & 1) || (f->categories & c->categories2)) || !(f->statuses >> status & 1) ||
        !(f->spaces >> c->space & 1))
        return false;
    if (f->place && f->place != c->place_key)
        return false;
    if (f->n_operators && !has_key(f->operators, f->n_operators, c->operator_key))
        return false;
    if (!f->n_vendors)
        return true;
    for (uint32_t i = 0; i < c->n_vendor_keys; i++)
        if (has_key(f->vendors, f->n_vendors, c->vendor_keys[i]))
            return true;
    return false;
}

static bool day_shown(uint16_t first, uint16_t last, const struct filter *f, int32_t today)
{
    int32_t day = f->day == INT32_MIN ? today : f->day;
    return day >= first && (!last || day <= last);
}

bool point_on_day(const struct point *p, const struct filter *f, int32_t today)
{
    return day_shown(p->first_day, p->last_day, f, today);
}

bool point_shown(const struct snapshot *s, const struct point *p, const struct filter *f, int32_t today)
{
    return day_shown(p->first_day, p->last_day, f, today) && card_shown(snapshot_card(s, p->card), p->category, p->status, f);
}

bool zone_shown(const struct snapshot *s, const struct snapshot_zone *z, const struct filter *f, int32_t today)
{
    return day_shown(z->first_day, z->last_day, f, today) && card_shown(snapshot_card(s, z->card), z->category, z->status, f);
}

/* ---- a record's card, points and zones ---- */

struct growing {
    struct point *at;
    size_t n, room;
};

static void add_point(struct growing *g, struct point p)
{
    if (g->n == g->room) {
        g->room = g->room ? g->room * 2 : 256;
        g->at = base_grow(g->at, g->room, sizeof *g->at);
    }
    g->at[g->n++] = p;
}

static uint16_t open_day(int32_t day)
{
    return day <= 0 || day >= 65535 ? 0 : (uint16_t)day;
}

static void see_view(struct point *p, const struct device_view *v, double height_m)
{
    double width = v->width_deg > 0 ? v->width_deg : CONE_WIDTH_DEFAULT_DEG;
    p->bearing_cdeg = (uint16_t)lround(v->bearing_deg * 100);
    p->spread_cdeg = (uint16_t)lround(width * 100);
    p->reach_m = (uint8_t)CLAMP(cone_reach_m(height_m), 1, 255);
    p->flags |= POINT_CONE | (v->has_bearing ? POINT_HAS_BEARING : 0) | (v->width_deg > 0 ? POINT_HAS_SPREAD : POINT_ESTIMATED) |
                (height_m > 0 ? 0 : POINT_ESTIMATED) | (v->approximate ? POINT_APPROXIMATE | POINT_ESTIMATED : 0);
}

/* Somebody looked there and found nothing: its zone says so, and a symbol would say the contrary. */
static bool is_of_nothing(const struct deployment *d)
{
    for (size_t i = 0; i < d->n_zones; i++)
        if (d->zones[i].kind != ZONE_NO_COVERAGE_SURVEYED)
            return false;
    return d->n_zones && !d->n_devices;
}

static void add_points(struct growing *g, const struct deployment *d, uint32_t card)
{
    struct interval intervals[INTERVALS_MAX];
    size_t n_intervals = deployment_intervals(d, intervals);
    bool coarsened = d->public_precision != d->precision;
    if (d->public_precision > PRECISION_CITY || d->category == CATEGORY_POLICE_FILE || is_of_nothing(d))
        return;
    size_t n_devices = coarsened || !precision_is_point(d->public_precision) ? 0 : d->n_devices;
    for (size_t i = 0; i < n_intervals; i++) {
        struct point p = {.id = d->id, .card = card, .category = (uint8_t)d->category, .status = (uint8_t)intervals[i].status,
            .first_day = open_day(intervals[i].first_day), .last_day = open_day(intervals[i].last_day),
            .flags = intervals[i].stale ? POINT_STALE : 0};
        if (!n_devices && d->has_position) {
            p.quad = quad_of(spot_of(d->at));
            p.flags |= precision_is_point(d->public_precision) ? 0 : POINT_BADGE;
            add_point(g, p);
        }
        for (size_t k = 0; k < n_devices; k++) {
            const struct device *v = &d->devices[k];
            struct point q = p;
            q.quad = quad_of(spot_of(v->at));
            if (!v->n_views)
                add_point(g, q);
            for (size_t j = 0; j < v->n_views; j++) {
                struct point seen = q;
                see_view(&seen, &v->views[j], v->height_m);
                seen.flags |= j ? POINT_SECOND_VIEW : 0;
                add_point(g, seen);
            }
        }
    }
}

static void add_zones(struct card_block *b, const struct deployment *d, uint32_t card)
{
    if (!d->n_zones || d->public_precision != d->precision)
        return;
    b->zones = base_alloc(d->n_zones, sizeof *b->zones);
    for (size_t i = 0; i < d->n_zones; i++) {
        const struct zone *from = &d->zones[i];
        struct snapshot_zone *z = &b->zones[b->n_zones++];
        *z = (struct snapshot_zone){.id = d->id, .zone_id = from->id, .card = card, .kind = (uint8_t)from->kind,
            .category = (uint8_t)d->category, .status = (uint8_t)d->status,
            .first_day = from->valid_from.year ? open_day(from->valid_from.lo) : 0,
            .last_day = from->valid_to.year ? open_day(from->valid_to.hi) : 0};
        z->shape = from->shape;
        z->shape.at = base_alloc(from->shape.n, sizeof *z->shape.at);
        z->shape.end = base_alloc(from->shape.n_parts, sizeof *z->shape.end);
        memcpy(z->shape.end, from->shape.end, from->shape.n_parts * sizeof *z->shape.end);
        z->box = (struct spot_box){UINT32_MAX, UINT32_MAX, 0, 0};
        for (uint32_t p = 0; p < from->shape.n; p++) {
            struct lonlat at = {from->shape.at[p].x, from->shape.at[p].y};
            struct spot spot = spot_of(at);
            z->shape.at[p] = mercator_of(at);
            z->box = (struct spot_box){MIN(z->box.x0, spot.x), MIN(z->box.y0, spot.y), MAX(z->box.x1, spot.x), MAX(z->box.y1, spot.y)};
        }
    }
}

static struct str keep(char **room, struct str s)
{
    struct str kept = {*room, s.len};
    if (s.len)
        memcpy(*room, s.at, s.len);
    *room += s.len;
    return kept;
}

static struct card_block *card_of(const struct deployment *d, uint32_t card)
{
    size_t vendors = 0;
    for (size_t i = 0; i < d->n_orgs; i++)
        vendors += d->orgs[i].role == ROLE_VENDOR;
    size_t bytes = sizeof(struct card_block) + vendors * sizeof(uint64_t) + d->title_fr.len + d->title_en.len + d->place_name.len;
    struct card_block *b = base_alloc(1, bytes);
    atomic_init(&b->holders, 1);
    b->bytes = bytes;
    uint64_t *keys = (uint64_t *)(void *)(b + 1);
    char *room = (char *)(keys + vendors);
    struct card *c = &b->card;
    *c = (struct card){.id = d->id, .place_key = place_key(d->place_code), .vendor_keys = keys,
        .device_count = (uint32_t)MAX(d->n_devices, (size_t)1), .categories2 = d->categories2, .space = (uint8_t)d->space,
        .precision = (uint8_t)d->public_precision, .target = (uint8_t)d->target, .level = (uint8_t)d->level};
    for (size_t i = 0; i < d->n_orgs; i++) {
        if (d->orgs[i].role == ROLE_VENDOR)
            keys[c->n_vendor_keys++] = org_key(d->orgs[i].slug);
        else if (d->orgs[i].role == ROLE_OPERATOR)
            c->operator_key = org_key(d->orgs[i].slug);
    }
    c->title_fr = keep(&room, d->title_fr);
    c->title_en = keep(&room, d->title_en);
    c->place_name = keep(&room, d->place_name);
    add_zones(b, d, card);
    return b;
}

/* ---- merging ---- */

static uint32_t *slot_of(const struct snapshot *s, uint64_t id)
{
    size_t at = hash_mix(id) & (s->n_slots - 1);
    while (s->slots[at] && (!s->cards[s->slots[at] - 1] || s->cards[s->slots[at] - 1]->card.id != id))
        at = (at + 1) & (s->n_slots - 1);
    return &s->slots[at];
}

static void index_cards(struct snapshot *s)
{
    size_t wanted = 16;
    while (wanted < s->n_cards * 2)
        wanted *= 2;
    free(s->slots);
    s->n_slots = wanted;
    s->slots = base_alloc(wanted, sizeof *s->slots);
    for (size_t i = 0; i < s->n_cards; i++)
        if (s->cards[i])
            *slot_of(s, s->cards[i]->card.id) = (uint32_t)i + 1;
}

static int by_quad(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    if (x->quad != y->quad)
        return x->quad < y->quad ? -1 : 1;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    if (x->first_day != y->first_day)
        return x->first_day < y->first_day ? -1 : 1;
    return (x->flags & POINT_SECOND_VIEW) - (y->flags & POINT_SECOND_VIEW);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

struct builder {
    struct chunk **chunks;
    size_t n, room;
};

static void add_chunk(struct builder *b, struct chunk *c)
{
    if (b->n == b->room) {
        b->room = b->room ? b->room * 2 : 64;
        b->chunks = base_grow(b->chunks, b->room, sizeof(struct chunk *));
    }
    b->chunks[b->n++] = c;
}

static void add_chunks_of(struct builder *b, const struct point *points, size_t n)
{
    size_t pieces = n > CHUNK_POINTS ? (n + CHUNK_FILL - 1) / CHUNK_FILL : 1;
    for (size_t i = 0, from = 0; i < pieces && n; i++) {
        size_t to = n * (i + 1) / pieces;
        struct chunk *c = base_grow(NULL, 1, sizeof *c + (to - from) * sizeof(struct point));
        atomic_init(&c->holders, 1);
        c->n = to - from;
        memcpy(c->points, points + from, c->n * sizeof *points);
        add_chunk(b, c);
        from = to;
    }
}

/* What goes and what comes, sorted by quad, and which cards' points go. */
struct delta {
    struct growing added;
    uint64_t *removed;
    size_t n_removed;
    uint8_t *card_changed; /* by card of the old snapshot */
};

/* An old chunk with its share of the delta, as new chunks. */
static void merge_chunk(struct builder *b, const struct chunk *old, const struct delta *delta, const struct point *added, size_t n_added)
{
    size_t n_old = old ? old->n : 0, n = 0, i = 0, j = 0;
    struct point *room = base_grow(NULL, n_old + n_added + 1, sizeof *room);
    while (i < n_old || j < n_added) {
        if (i < n_old && delta->card_changed[old->points[i].card]) {
            i++;
            continue;
        }
        bool take_old = i < n_old && (j == n_added || by_quad(&old->points[i], &added[j]) <= 0);
        room[n++] = take_old ? old->points[i++] : added[j++];
    }
    add_chunks_of(b, room, n);
    free(room);
}

static void merge_chunks(struct snapshot *s, const struct snapshot *old, const struct delta *delta)
{
    struct builder b = {0};
    const struct growing *added = &delta->added;
    size_t j = 0, r = 0;
    for (size_t i = 0; i < old->n_chunks; i++) {
        struct chunk *c = old->chunks[i];
        bool last = i + 1 == old->n_chunks;
        uint64_t end = last ? UINT64_MAX : old->chunks[i + 1]->points[0].quad;
        size_t from = j;
        while (j < added->n && (last || added->at[j].quad < end))
            j++;
        while (r < delta->n_removed && delta->removed[r] < c->points[0].quad)
            r++;
        bool touched = j > from || (r < delta->n_removed && delta->removed[r] <= c->points[c->n - 1].quad);
        if (touched) {
            merge_chunk(&b, c, delta, added->at + from, j - from);
        } else {
            atomic_fetch_add(&c->holders, 1);
            add_chunk(&b, c);
        }
    }
    if (!old->n_chunks)
        add_chunks_of(&b, added->at, added->n);
    s->chunks = b.chunks;
    s->n_chunks = b.n;
    s->start = base_grow(s->start, b.n + 1, sizeof *s->start);
    s->start[0] = 0;
    for (size_t i = 0; i < b.n; i++)
        s->start[i + 1] = s->start[i] + b.chunks[i]->n;
    s->n = s->start[b.n];
}

static void gather_zones(struct snapshot *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_cards; i++)
        n += s->cards[i] ? s->cards[i]->n_zones : 0;
    s->zones = base_alloc(n, sizeof *s->zones);
    for (size_t i = 0; i < s->n_cards; i++)
        for (size_t k = 0; s->cards[i] && k < s->cards[i]->n_zones; k++)
            s->zones[s->n_zones++] = s->cards[i]->zones[k];
}

struct snapshot *snapshot_merge(const struct snapshot *old, const struct snapshot_change *changes, size_t n, uint64_t seq)
{
    struct snapshot *s = snapshot_new();
    struct delta delta = {.card_changed = base_alloc(old->n_cards + 1, 1)};
    s->seq = seq;
    s->n_cards = old->n_cards;
    s->cards = base_alloc(old->n_cards + n, sizeof(struct card_block *));
    for (size_t i = 0; i < old->n_cards; i++) {
        s->cards[i] = old->cards[i];
        if (s->cards[i])
            atomic_fetch_add(&s->cards[i]->holders, 1);
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t slot = old->n_cards ? *slot_of(old, changes[i].id) : 0;
        uint32_t card = slot ? slot - 1 : (uint32_t)s->n_cards;
        if (slot && s->cards[card] && !delta.card_changed[card]) {
            struct card_block *gone = s->cards[card];
            delta.removed = base_grow(delta.removed, delta.n_removed + gone->n_quads + 1, sizeof *delta.removed);
            if (gone->n_quads)
                memcpy(delta.removed + delta.n_removed, gone->quads, gone->n_quads * sizeof *gone->quads);
            delta.n_removed += gone->n_quads;
            delta.card_changed[card] = 1;
            card_drop(gone);
            s->cards[card] = NULL;
        }
        if (!changes[i].now)
            continue;
        if (card == s->n_cards)
            s->n_cards++;
        struct card_block *b = card_of(changes[i].now, card);
        size_t from = delta.added.n;
        add_points(&delta.added, changes[i].now, card);
        b->n_quads = delta.added.n - from;
        b->quads = base_alloc(b->n_quads, sizeof *b->quads);
        for (size_t k = 0; k < b->n_quads; k++)
            b->quads[k] = delta.added.at[from + k].quad;
        b->bytes += b->n_quads * sizeof *b->quads;
        s->cards[card] = b;
    }
    if (delta.added.n)
        qsort(delta.added.at, delta.added.n, sizeof *delta.added.at, by_quad);
    if (delta.n_removed)
        qsort(delta.removed, delta.n_removed, sizeof *delta.removed, by_value);
    merge_chunks(s, old, &delta);
    index_cards(s);
    gather_zones(s);
    free(delta.added.at);
    free(delta.removed);
    free(delta.card_changed);
    return s;
}

size_t snapshot_boxes_of(const struct snapshot *s, uint64_t id, struct arena *a, struct spot_box **out)
{
    uint32_t slot = s->n_cards ? *slot_of(s, id) : 0;
    *out = NULL;
    if (!slot || !s->cards[slot - 1])
        return 0;
    const struct card_block *b = s->cards[slot - 1];
    *out = ARENA_ARRAY(a, struct spot_box, b->n_quads + b->n_zones + 1);
    if (!*out)
        return 0;
    size_t n = 0;
    for (size_t i = 0; i < b->n_quads; i++) {
        struct spot at = quad_spot(b->quads[i]);
        (*out)[n++] = (struct spot_box){at.x, at.y, at.x, at.y};
    }
    for (size_t i = 0; i < b->n_zones; i++)
        (*out)[n++] = b->zones[i].box;
    return n;
}
