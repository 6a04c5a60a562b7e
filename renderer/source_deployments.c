/*
 * The deployments as features, made from the snapshot when a tile is asked for: contract.md's layers deployments,
 * clusters, cones, zones and all. Keys and values are shared tables; a feature is a place and a run of indices.
 */
#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/cluster.h"
#include "data/geo/cone.h"
#include "renderer/source.h"

enum { EXTENT = 4096, MAX_ZOOM = 14, POINTS_FROM = 9, BADGES_TO = 11, FEATURES_MAX = 4 * 1000 * 1000, TAGS_MAX = 32 };

enum key {
    KEY_ID, KEY_DEVICE, KEY_KIND, KEY_COUNT_OF, KEY_CATEGORY, KEY_FAMILY, KEY_STATUS, KEY_STALE, KEY_PRECISION, KEY_SPACE,
    KEY_BEARING, KEY_ESTIMATED, KEY_NAME, KEY_ZONE_KIND, KEY_FAMILIES, KEY_TOTAL = KEY_FAMILIES + FAMILY_COUNT
};
static const char *const KEYS[KEY_FAMILIES] = {"id", "device", "kind", "count", "category", "family", "status", "stale", "precision",
    "space", "bearing", "estimated", "name", "zone_kind"};

/* A layer being made. */
struct maker {
    struct tile tile;
    struct spot_box box;       /* of the tile */
    const struct scene *scene;
    const struct filter *filter;
    struct arena *arena;
    struct features *f;
    size_t cap_features, cap_values;
    struct rect *bounds;
    uint32_t terms[CATEGORY_COUNT + FAMILY_COUNT + STATUS_COUNT + PRECISION_COUNT + SPACE_COUNT + 8]; /* index of a value + 1 */
};

static bool grow(struct arena *a, void *at, size_t *cap, size_t size)
{
    size_t more = MAX(*cap * 2, 64);
    void *grown = arena_array(a, more, size);
    if (!grown)
        return false;
    if (*cap)
        memcpy(grown, *(void **)at, *cap * size);
    *(void **)at = grown;
    *cap = more;
    return true;
}

static uint32_t add_value(struct maker *m, struct value v)
{
    struct features *f = m->f;
    if (f->n_values == m->cap_values && !grow(m->arena, &f->values, &m->cap_values, sizeof *f->values))
        return UINT32_MAX;
    f->values[f->n_values] = v;
    return f->n_values++;
}

struct tags {
    uint32_t at[TAGS_MAX], n;
    bool full; /* the arena was */
};

static void put(struct maker *m, struct tags *t, enum key key, struct value v)
{
    uint32_t i = add_value(m, v);
    t->full |= i == UINT32_MAX;
    t->at[t->n++] = key;
    t->at[t->n++] = i;
}

static void put_number(struct maker *m, struct tags *t, enum key key, double v)
{
    put(m, t, key, (struct value){.kind = VALUE_NUMBER, .is_integer = v == floor(v), .number = v});
}

static void put_str(struct maker *m, struct tags *t, enum key key, struct str s)
{
    put(m, t, key, (struct value){.kind = VALUE_STRING, .string = s});
}

/* A word of a closed list: one value a layer, found by its number. */
static void put_term(struct maker *m, struct tags *t, enum key key, size_t slot, const char *code)
{
    if (!m->terms[slot])
        m->terms[slot] = 1 + add_value(m, (struct value){.kind = VALUE_STRING, .string = str_of(code)});
    t->full |= m->terms[slot] == 0;
    t->at[t->n++] = key;
    t->at[t->n++] = m->terms[slot] - 1;
}

static void put_true(struct maker *m, struct tags *t, enum key key)
{
    put(m, t, key, (struct value){.kind = VALUE_BOOL, .boolean = true});
}

enum slot {
    SLOT_CATEGORY, SLOT_FAMILY = SLOT_CATEGORY + CATEGORY_COUNT, SLOT_STATUS = SLOT_FAMILY + FAMILY_COUNT,
    SLOT_PRECISION = SLOT_STATUS + STATUS_COUNT, SLOT_SPACE = SLOT_PRECISION + PRECISION_COUNT, SLOT_DEVICE = SLOT_SPACE + SPACE_COUNT,
    SLOT_BADGE, SLOT_ZONE
};

static void put_look(struct maker *m, struct tags *t, enum category c, enum status s, bool stale)
{
    enum family family = category_family(c);
    put_term(m, t, KEY_CATEGORY, SLOT_CATEGORY + c, CATEGORY_TERMS[c].code);
    put_term(m, t, KEY_FAMILY, SLOT_FAMILY + family, FAMILY_TERMS[family].code);
    put_term(m, t, KEY_STATUS, SLOT_STATUS + s, STATUS_TERMS[s].code);
    if (stale)
        put_true(m, t, KEY_STALE);
}

static struct xy place_of(const struct maker *m, struct spot at)
{
    double width = exp2(32 - m->tile.z) / EXTENT;
    return (struct xy){((double)at.x - m->box.x0) / width, ((double)at.y - m->box.y0) / width};
}

static bool add_feature(struct maker *m, uint64_t id, struct shape shape, const struct tags *t, struct err *err)
{
    struct features *f = m->f;
    size_t cap = m->cap_features;
    if (f->n == m->cap_features && (f->n >= FEATURES_MAX || !grow(m->arena, &f->at, &m->cap_features, sizeof *f->at) ||
            !grow(m->arena, &m->bounds, &cap, sizeof *m->bounds)))
        return err_arena(err);
    uint32_t *tags = arena_copy(m->arena, t->at, t->n * sizeof *t->at);
    if (!tags || t->full)
        return err_arena(err);
    m->bounds[f->n] = shape_bounds(&shape);
    f->at[f->n++] = (struct feature){.id = id, .has_id = true, .shape = shape, .n_tags = t->n, .tags = tags};
    return true;
}

static bool add_point(struct maker *m, uint64_t id, struct xy at, const struct tags *t, struct err *err)
{
    static uint32_t one = 1;
    struct xy *kept = arena_copy(m->arena, &at, sizeof at);
    if (!kept)
        return err_arena(err);
    return add_feature(m, id, (struct shape){SHAPE_POINTS, 1, 1, &one, kept}, t, err);
}

/* ---- points ---- */

static struct str name_of(const struct maker *m, const struct card *c)
{
    struct str name = m->scene->french || !c->title_en.len ? c->title_fr : c->title_en;
    return name.len ? name : c->title_en;
}

static bool make_point(struct maker *m, const struct point *p, struct err *err)
{
    const struct card *card = snapshot_card(m->scene->points, p->card);
    struct tags t = {0};
    struct str name = name_of(m, card);
    put_number(m, &t, KEY_ID, (double)p->id);
    put_term(m, &t, KEY_KIND, SLOT_DEVICE, "device");
    put_look(m, &t, (enum category)p->category, (enum status)p->status, p->flags & POINT_STALE);
    put_term(m, &t, KEY_PRECISION, (size_t)SLOT_PRECISION + card->precision, PRECISION_TERMS[card->precision].code);
    put_term(m, &t, KEY_SPACE, (size_t)SLOT_SPACE + card->space, SPACE_TERMS[card->space].code);
    if (p->flags & POINT_HAS_BEARING)
        put_number(m, &t, KEY_BEARING, p->bearing_cdeg / 100.0);
    if (p->flags & POINT_ESTIMATED)
        put_true(m, &t, KEY_ESTIMATED);
    if (name.len)
        put_str(m, &t, KEY_NAME, name);
    return add_point(m, p->id, place_of(m, quad_spot(p->quad)), &t, err);
}

static bool make_points(struct maker *m, struct err *err)
{
    const struct snapshot *s = m->scene->points;
    struct span span = snapshot_span(s, m->tile);
    const struct point *at;
    for (size_t n; (n = span_next(&span, &at)) > 0;)
        for (size_t i = 0; i < n; i++)
            if (!(at[i].flags & (POINT_SECOND_VIEW | POINT_BADGE)) && point_shown(s, &at[i], m->filter, m->scene->today) &&
                !make_point(m, &at[i], err))
                return false;
    return true;
}

/* ---- badges: what is known to a city only, one for each place ---- */

struct badge {
    const struct point *first; /* NULL: none yet */
    uint32_t count, by_family[FAMILY_COUNT];
};

static bool make_badge(struct maker *m, const struct badge *b, struct err *err)
{
    const struct point *p = b->first;
    if (!p)
        return true;
    const struct card *card = snapshot_card(m->scene->points, p->card);
    enum family family = category_family((enum category)p->category);
    for (int f = 0; f < FAMILY_COUNT; f++)
        if (b->by_family[f] > b->by_family[family])
            family = (enum family)f;
    struct str name = b->count > 1 && card->place_name.len ? card->place_name : name_of(m, card);
    struct tags t = {0};
    put_number(m, &t, KEY_ID, (double)p->id);
    put_term(m, &t, KEY_KIND, SLOT_BADGE, "badge");
    put_number(m, &t, KEY_COUNT_OF, b->count);
    if (b->count == 1)
        put_look(m, &t, (enum category)p->category, (enum status)p->status, p->flags & POINT_STALE);
    else
        put_term(m, &t, KEY_FAMILY, (size_t)SLOT_FAMILY + family, FAMILY_TERMS[family].code);
    put_term(m, &t, KEY_PRECISION, (size_t)SLOT_PRECISION + card->precision, PRECISION_TERMS[card->precision].code);
    if (name.len)
        put_str(m, &t, KEY_NAME, name);
    return add_point(m, p->id, place_of(m, quad_spot(p->quad)), &t, err);
}

/* Records of one place share its anchor, so they stand side by side in the sequence. */
static bool make_badges(struct maker *m, struct err *err)
{
    const struct snapshot *s = m->scene->points;
    struct span span = snapshot_span(s, m->tile);
    struct badge b = {0};
    const struct point *at;
    if (m->tile.z > BADGES_TO)
        return true;
    for (size_t n; (n = span_next(&span, &at)) > 0;)
        for (size_t i = 0; i < n; i++) {
            const struct point *p = &at[i];
            if (!(p->flags & POINT_BADGE) || !point_shown(s, p, m->filter, m->scene->today))
                continue;
            if (b.first && b.first->quad != p->quad) {
                if (!make_badge(m, &b, err))
                    return false;
                b = (struct badge){0};
            }
            b.first = b.first ? b.first : p;
            b.count++;
            b.by_family[category_family((enum category)p->category)]++;
        }
    return make_badge(m, &b, err);
}

/* ---- clusters ---- */

static bool make_clusters(struct maker *m, struct err *err)
{
    struct cluster *at;
    size_t n;
    if (m->tile.z >= POINTS_FROM)
        return true;
    if (!cluster_read(m->scene->points, m->box, m->tile.z + 1, m->filter, m->scene->today, m->arena, &at, &n))
        return err_arena(err);
    for (size_t i = 0; i < n; i++) {
        struct tags t = {0};
        put_number(m, &t, KEY_COUNT_OF, at[i].count);
        for (int family = 0; family < FAMILY_COUNT; family++)
            put_number(m, &t, (enum key)(KEY_FAMILIES + family), at[i].by_family[family]);
        uint64_t cell = (uint64_t)at[i].cell.z << 58 | (uint64_t)at[i].cell.x << 29 | at[i].cell.y;
        if (!add_point(m, hash_mix(cell) >> 12, place_of(m, at[i].at), &t, err))
            return false;
    }
    return true;
}

/* ---- cones ---- */

static bool make_cone(struct maker *m, const struct point *p, struct err *err)
{
    struct lonlat ring[CONE_RING_MAX];
    double spread = p->flags & POINT_HAS_SPREAD ? p->spread_cdeg / 100.0 : CONE_WIDTH_DEFAULT_DEG;
    size_t n = cone_ring(lonlat_of(quad_spot(p->quad)), p->bearing_cdeg / 100.0, spread, p->reach_m, ring);
    struct shape s = {SHAPE_POLYGONS, 1, (uint32_t)n, ARENA_NEW(m->arena, uint32_t), ARENA_ARRAY(m->arena, struct xy, n)};
    if (!s.end || !s.at)
        return err_arena(err);
    s.end[0] = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        struct xy at = mercator_of(ring[i]);
        s.at[i] = (struct xy){(at.x * exp2(m->tile.z) - m->tile.x) * EXTENT, (at.y * exp2(m->tile.z) - m->tile.y) * EXTENT};
    }
    /* Turned so that it counts as an outer ring; the first place stays the device's. */
    if (shape_ring_area(s.at, n) < 0)
        for (size_t i = 1, j = n - 1; i < j; i++, j--) {
            struct xy keep = s.at[i];
            s.at[i] = s.at[j];
            s.at[j] = keep;
        }
    struct tags t = {0};
    put_number(m, &t, KEY_ID, (double)p->id);
    put_look(m, &t, (enum category)p->category, (enum status)p->status, p->flags & POINT_STALE);
    put_number(m, &t, KEY_BEARING, p->bearing_cdeg / 100.0);
    if (p->flags & POINT_ESTIMATED)
        put_true(m, &t, KEY_ESTIMATED);
    return add_feature(m, p->id, s, &t, err);
}

/* Of every device in the tile or near it: a field of view may look in from beside. */
static bool make_cones(struct maker *m, struct err *err)
{
    const struct snapshot *s = m->scene->points;
    const struct point **at;
    size_t n;
    if (m->tile.z < MAX_ZOOM || m->scene->no_cones)
        return true;
    double lat = lonlat_of((struct spot){m->box.x0, m->box.y0}).lat, reach_m = 260;
    uint32_t reach = (uint32_t)(reach_m / metres_per_px(MIN(fabs(lat), 80), 0) / 256 * 4294967296.0);
    if (!snapshot_points_in(s, spot_box_grow(m->box, reach), m->arena, &at, &n))
        return err_arena(err);
    for (size_t i = 0; i < n; i++)
        if (at[i]->flags & POINT_CONE && !(at[i]->flags & POINT_BADGE) && at[i]->reach_m > 0 &&
            point_shown(s, at[i], m->filter, m->scene->today) && !make_cone(m, at[i], err))
            return false;
    return true;
}

/* ---- zones ---- */

static bool make_zone(struct maker *m, const struct snapshot_zone *z, struct err *err)
{
    double n = exp2(m->tile.z), buffer = EXTENT / 16.0;
    struct shape s = z->shape, cut;
    s.at = ARENA_ARRAY(m->arena, struct xy, s.n);
    if (!s.at)
        return err_arena(err);
    for (uint32_t i = 0; i < s.n; i++)
        s.at[i] = (struct xy){(z->shape.at[i].x * n - m->tile.x) * EXTENT, (z->shape.at[i].y * n - m->tile.y) * EXTENT};
    if (!shape_clip(&s, (struct rect){-buffer, -buffer, EXTENT + buffer, EXTENT + buffer}, m->arena, &cut))
        return err_arena(err);
    if (!cut.n_parts)
        return true;
    struct tags t = {0};
    put_number(m, &t, KEY_ID, (double)z->id);
    put_str(m, &t, KEY_ZONE_KIND, str_of(ZONE_KIND_TERMS[z->kind].code));
    put_look(m, &t, (enum category)z->category, (enum status)z->status, z->flags & POINT_STALE);
    return add_feature(m, z->zone_id, cut, &t, err);
}

static bool make_zones(struct maker *m, struct err *err)
{
    const struct snapshot_zone *zones;
    size_t n = snapshot_zones(m->scene->points, &zones);
    struct spot_box near = spot_box_grow(m->box, (uint32_t)(exp2(32 - m->tile.z) / 16));
    for (size_t i = 0; i < n; i++)
        if (spot_box_meets(zones[i].box, near) && zone_shown(m->scene->points, &zones[i], m->filter, m->scene->today) &&
            !make_zone(m, &zones[i], err))
            return false;
    return true;
}

/* ---- the source ---- */

static bool find(struct tile_source *s, struct tile tile, struct tile *out, bool *found, struct err *err)
{
    (void)s;
    (void)err;
    *out = tile.z > MAX_ZOOM ? tile_parent(tile, MAX_ZOOM) : tile;
    *found = true;
    return true;
}

static bool begin(struct maker *m, struct str layer)
{
    m->f = ARENA_NEW(m->arena, struct features);
    if (!m->f || !(m->f->keys = ARENA_ARRAY(m->arena, struct str, KEY_TOTAL)))
        return false;
    m->f->name = layer;
    m->f->extent = EXTENT;
    m->f->version = 2;
    m->f->n_keys = KEY_TOTAL;
    for (int i = 0; i < KEY_FAMILIES; i++)
        m->f->keys[i] = str_of(KEYS[i]);
    for (int i = 0; i < FAMILY_COUNT; i++)
        m->f->keys[KEY_FAMILIES + i] = str_of(FAMILY_TERMS[i].code);
    return true;
}

static bool read_layer(struct tile_source *s, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
    struct tile_layer *out, struct err *err)
{
    struct filter everything = filter_everything();
    (void)s;
    *out = (struct tile_layer){0};
    if (!scene || !scene->points)
        return true;
    struct maker m = {.tile = tile, .box = tile_spots(tile), .scene = scene, .filter = scene->filter ? scene->filter : &everything, .arena = a};
    if (!begin(&m, layer))
        return err_arena(err);
    bool ok = true;
    bool all = str_eq(layer, S("all")), both = all || str_eq(layer, S("deployments"));
    if (both && (all || tile.z >= POINTS_FROM))
        ok = make_points(&m, err);
    if (ok && (both || str_eq(layer, S("badges"))))
        ok = make_badges(&m, err);
    else if (str_eq(layer, S("clusters")))
        ok = make_clusters(&m, err);
    else if (str_eq(layer, S("cones")))
        ok = make_cones(&m, err);
    else if (str_eq(layer, S("zones")))
        ok = make_zones(&m, err);
    *out = (struct tile_layer){m.f, m.bounds};
    return ok;
}

bool source_point_feature(const struct scene *scene, const struct point *p, struct arena *a, const struct features **out, struct err *err)
{
    struct maker m = {.tile = tile_at(quad_spot(p->quad), MAX_ZOOM), .scene = scene, .arena = a};
    m.box = tile_spots(m.tile);
    if (!begin(&m, S("deployments")))
        return err_arena(err);
    *out = m.f;
    return make_point(&m, p, err);
}

static void close_source(struct tile_source *s)
{
    free(s);
}

static const struct tile_source_ops OPS = {find, read_layer, NULL, close_source};

bool source_open_deployments(struct tile_source **out, struct err *err)
{
    (void)err;
    struct tile_source *s = base_alloc(1, sizeof *s);
    *s = (struct tile_source){.ops = &OPS, .min_zoom = 0, .max_zoom = MAX_ZOOM, .changes = true};
    *out = s;
    return true;
}
