/*
 * From the highest zoom down, each point that is still alone takes in those within the radius round it, in the order of the
 * input; what comes of it is a point of the next zoom. The rule is that of the Supercluster library, which MapLibre uses, so
 * that the same points make the same clusters. Neighbours are found on a grid of squares as wide as the radius.
 *
 *     zoom z + 1   a  b     c        d
 *     zoom z       └(a+b+c)          d      a, b and c are there from z + 1 on, their cluster up to z
 */
#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/limits.h"
#include "renderer/geojson.h"

enum { TILE_PX = 512, ALWAYS = 255, PROPERTIES_MAX = 16, NODES_MAX = 20 * 1000 * 1000, FIXED_KEYS = 4 };
#define RADIUS_MIN 1e-9 /* of the world: a hundredth of a metre and less is one place */

struct node {
    struct xy at;
    uint64_t id;          /* of a cluster */
    uint32_t count;       /* points in it */
    uint32_t feature;     /* of a point that is alone; else UINT32_MAX */
    uint8_t low, high;    /* zooms at which it is there */
    bool taken;           /* at the zoom under way */
    struct value *values; /* of the cluster's properties; NULL: not asked for yet */
};
struct cluster_property {
    struct str name;
    const struct expr *map, *reduce;
};
struct clusterer {
    struct geojson *g;
    const struct geojson_options *options;
    struct arena *arena, scratch;
    size_t n_properties;
    struct cluster_property properties[PROPERTIES_MAX];
    struct str names[PROPERTIES_MAX];
    struct node *nodes;
    size_t n, cap;
    uint32_t *level, *next; /* the nodes of the zoom under way, and of the one below */
    size_t n_level, n_next;
    size_t n_points;
    /* the grid */
    double radius;
    size_t n_slots;
    uint32_t *first, *after; /* by slot, by place in the level; UINT32_MAX: none */
    uint32_t *near;
    size_t n_near, cap_near;
};

/* ---- what clusters say of their points ---- */

/* [operation, how a point is seen], where the operation is a name or an expression of its own. */
static bool read_property(struct clusterer *c, struct str name, const struct json *v, struct err *err)
{
    struct cluster_property *p = &c->properties[c->n_properties];
    const struct json *operation = json_at(v, 0);
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (json_size(v) != 2)
        return err_set(err, ERR_INVALID, "an operation and an expression are expected");
    if (json_kind(operation) == JSON_STRING) {
        struct json_writer w = {.out = &text};
        json_open(&w, '[');
        json_put_str(&w, json_string(operation));
        json_put_raw(&w, S("[\"accumulated\"]"));
        json_open(&w, '[');
        json_put_cstr(&w, "get");
        json_put_str(&w, name);
        json_close(&w, ']');
        json_close(&w, ']');
        if (!json_read(&doc, buf_str(&text), &JSON_STYLE, err))
            return false;
        operation = doc.root;
    }
    if (!expr_read(&p->reduce, operation, TYPE_VALUE, c->arena, err) || !expr_read(&p->map, json_at(v, 1), TYPE_VALUE, c->arena, err))
        return false;
    p->name = c->names[c->n_properties++] = str_copy(c->arena, name);
    return true;
}

static bool read_all_properties(struct clusterer *c, struct err *err)
{
    const struct json *all = c->options->cluster_properties;
    if (json_size(all) > PROPERTIES_MAX)
        return err_set(err, ERR_TOO_BIG, "clusterProperties: at most %d", PROPERTIES_MAX);
    for (struct json_each e = {0}; json_kind(all) == JSON_OBJECT && json_each(all, &e);)
        if (!read_property(c, e.key, e.value, err))
            return err_under(err, "clusterProperties.%.*s", STR_ARG(e.key));
    return true;
}

static struct value kept(struct clusterer *c, struct expr_value v)
{
    switch (v.type) {
    case TYPE_NUMBER:
        return (struct value){.kind = VALUE_NUMBER, .number = v.number};
    case TYPE_BOOLEAN:
        return (struct value){.kind = VALUE_BOOL, .boolean = v.boolean};
    case TYPE_STRING:
        return (struct value){.kind = VALUE_STRING, .string = str_copy(c->arena, v.string)};
    default:
        return (struct value){.kind = VALUE_NULL};
    }
}

static struct expr_value as_expr(const struct value *v)
{
    if (v->kind == VALUE_NUMBER)
        return (struct expr_value){.type = TYPE_NUMBER, .number = v->number};
    if (v->kind == VALUE_BOOL)
        return (struct expr_value){.type = TYPE_BOOLEAN, .boolean = v->boolean};
    if (v->kind == VALUE_STRING)
        return (struct expr_value){.type = TYPE_STRING, .string = v->string};
    return (struct expr_value){.type = TYPE_NULL};
}

/* A node's own values: a cluster's are there, a point's are made of its properties. NULL past the arena's limit. */
static const struct value *values_of(struct clusterer *c, struct node *n)
{
    if (n->values)
        return n->values;
    struct features *f = &c->g->features;
    struct value *made = ARENA_ARRAY(c->arena, struct value, c->n_properties);
    if (!made)
        return NULL;
    for (size_t i = 0; i < c->n_properties; i++) {
        arena_reset(&c->scratch);
        struct expr_input in = {.layer = f, .feature = &f->at[n->feature], .arena = &c->scratch};
        made[i] = kept(c, expr_eval(c->properties[i].map, &in));
    }
    return n->values = made;
}

/* Takes what `more` has into `sum`. */
static void reduce(struct clusterer *c, struct value *sum, const struct value *more)
{
    uint32_t tags[2 * PROPERTIES_MAX];
    struct value seen[PROPERTIES_MAX];
    for (uint32_t i = 0; i < c->n_properties; i++) {
        tags[2 * i] = tags[2 * i + 1] = i;
        seen[i] = more[i];
    }
    struct feature one = {.n_tags = 2 * (uint32_t)c->n_properties, .tags = tags};
    struct features layer = {.n_keys = (uint32_t)c->n_properties, .n_values = (uint32_t)c->n_properties, .keys = c->names, .values = seen, .n = 1, .at = &one};
    for (size_t i = 0; i < c->n_properties; i++) {
        arena_reset(&c->scratch);
        struct expr_value so_far = as_expr(&sum[i]);
        struct expr_input in = {.layer = &layer, .feature = &one, .accumulated = &so_far, .arena = &c->scratch};
        struct expr_value v = expr_eval(c->properties[i].reduce, &in);
        if (v.type != TYPE_ERROR)
            sum[i] = kept(c, v);
    }
}

/* ---- neighbours ---- */

static size_t slot_of(const struct clusterer *c, int64_t x, int64_t y)
{
    int64_t square[2] = {x, y};
    return (size_t)hash64(square, sizeof square, 0) & (c->n_slots - 1);
}

static int64_t square_of(const struct clusterer *c, double v)
{
    return (int64_t)floor(CLAMP(v, -1e3, 1e3) / c->radius);
}

static void fill_grid(struct clusterer *c)
{
    memset(c->first, 0xff, c->n_slots * sizeof *c->first);
    for (size_t i = c->n_level; i-- > 0;) {
        struct xy at = c->nodes[c->level[i]].at;
        size_t slot = slot_of(c, square_of(c, at.x), square_of(c, at.y));
        c->after[i] = c->first[slot];
        c->first[slot] = (uint32_t)i;
    }
}

static int by_place(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Nodes not yet taken within the radius, in the order of the level. Squares that share a slot are told apart by distance; a
 * slot two squares share is walked twice, so what was found is sorted and said once. */
static void find_near(struct clusterer *c, struct xy at)
{
    int64_t x = square_of(c, at.x), y = square_of(c, at.y);
    double reach = c->radius * c->radius;
    c->n_near = 0;
    for (int k = 0; k < 9; k++)
        for (uint32_t i = c->first[slot_of(c, x + k % 3 - 1, y + k / 3 - 1)]; i != UINT32_MAX; i = c->after[i]) {
            const struct node *n = &c->nodes[c->level[i]];
            double dx = n->at.x - at.x, dy = n->at.y - at.y;
            if (n->taken || dx * dx + dy * dy > reach)
                continue;
            if (c->n_near == c->cap_near) {
                c->cap_near = MAX(c->cap_near * 2, 64);
                c->near = base_grow(c->near, c->cap_near, sizeof *c->near);
            }
            c->near[c->n_near++] = i;
        }
    size_t to = 0;
    if (c->n_near > 1)
        qsort(c->near, c->n_near, sizeof *c->near, by_place);
    for (size_t i = 0; i < c->n_near; i++)
        if (i == 0 || c->near[i] != c->near[i - 1])
            c->near[to++] = c->near[i];
    c->n_near = to;
}

/* ---- one zoom ---- */

static struct node *add_node(struct clusterer *c)
{
    if (c->n == c->cap) {
        c->cap = MAX(c->cap * 2, 256);
        c->nodes = base_grow(c->nodes, c->cap, sizeof *c->nodes);
    }
    c->nodes[c->n] = (struct node){.feature = UINT32_MAX, .high = ALWAYS};
    return &c->nodes[c->n++];
}

/* The node at `place` of the level and all that are near it as one. */
static bool join(struct clusterer *c, size_t place, uint32_t count, int zoom, struct err *err)
{
    struct node *made = add_node(c), *first = &c->nodes[c->level[place]];
    double x = first->at.x * first->count, y = first->at.y * first->count;
    made->id = ((uint64_t)place << 5) + (uint64_t)(zoom + 1) + c->n_points;
    made->count = count;
    made->high = (uint8_t)zoom;
    if (c->n_properties) {
        const struct value *own = values_of(c, first);
        made->values = own ? arena_copy(c->arena, own, c->n_properties * sizeof *own) : NULL;
        if (!made->values)
            return err_arena(err);
    }
    first->low = (uint8_t)(zoom + 1);
    for (size_t i = 0; i < c->n_near; i++) {
        struct node *n = &c->nodes[c->level[c->near[i]]];
        x += n->at.x * n->count;
        y += n->at.y * n->count;
        n->taken = true;
        n->low = (uint8_t)(zoom + 1);
        const struct value *more = c->n_properties ? values_of(c, n) : NULL;
        if (c->n_properties && !more)
            return err_arena(err);
        if (more)
            reduce(c, made->values, more);
    }
    made->at = (struct xy){x / count, y / count};
    c->next[c->n_next++] = (uint32_t)(made - c->nodes);
    return true;
}

static bool cluster_zoom(struct clusterer *c, int zoom, struct err *err)
{
    c->radius = MAX(c->options->cluster_radius_px / (TILE_PX * exp2(zoom)), RADIUS_MIN);
    c->n_next = 0;
    for (size_t i = 0; i < c->n_level; i++)
        c->nodes[c->level[i]].taken = false;
    fill_grid(c);
    for (size_t i = 0; i < c->n_level; i++) {
        struct node *n = &c->nodes[c->level[i]];
        if (n->taken)
            continue;
        n->taken = true;
        find_near(c, n->at);
        uint64_t count = n->count;
        for (size_t k = 0; k < c->n_near; k++)
            count += c->nodes[c->level[c->near[k]]].count;
        if (count > n->count && count >= (uint64_t)c->options->cluster_min_points) {
            if (!join(c, i, (uint32_t)count, zoom, err))
                return false;
            continue;
        }
        c->next[c->n_next++] = c->level[i];
        for (size_t k = 0; k < c->n_near; k++) {
            c->nodes[c->level[c->near[k]]].taken = true;
            c->next[c->n_next++] = c->level[c->near[k]];
        }
    }
    uint32_t *swap = c->level;
    c->level = c->next;
    c->next = swap;
    c->n_level = c->n_next;
    return true;
}

/* ---- clusters as features ---- */

static struct value abbreviated(struct clusterer *c, uint32_t count)
{
    AUTO(buf) text = {0};
    if (count < 1000)
        return (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = count};
    buf_double(&text, count >= 10000 ? floor(count / 1000.0 + 0.5) : floor(count / 100.0 + 0.5) / 10);
    buf_char(&text, 'k');
    return (struct value){.kind = VALUE_STRING, .string = str_copy(c->arena, buf_str(&text))};
}

static bool put_cluster(struct clusterer *c, const struct node *n, const uint32_t *keys, struct feature *to)
{
    struct features *f = &c->g->features;
    size_t n_tags = 2 * (FIXED_KEYS + c->n_properties);
    uint32_t *tags = ARENA_ARRAY(c->arena, uint32_t, n_tags), one = 1;
    struct shape shape = {SHAPE_POINTS, 1, 1, arena_copy(c->arena, &one, sizeof one), arena_copy(c->arena, &n->at, sizeof n->at)};
    if (!tags || !shape.end || !shape.at)
        return false;
    for (size_t i = 0; i < FIXED_KEYS + c->n_properties; i++) {
        tags[2 * i] = keys[i];
        tags[2 * i + 1] = f->n_values + (uint32_t)i;
    }
    f->values[f->n_values++] = (struct value){.kind = VALUE_BOOL, .boolean = true};
    f->values[f->n_values++] = (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = (double)n->id};
    f->values[f->n_values++] = (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = n->count};
    f->values[f->n_values++] = abbreviated(c, n->count);
    for (size_t i = 0; i < c->n_properties; i++)
        f->values[f->n_values++] = n->values[i];
    *to = (struct feature){.id = n->id, .has_id = true, .shape = shape, .n_tags = (uint32_t)n_tags, .tags = tags};
    return true;
}

/* The index of each key of clusters among the layer's, which has room for them. */
static void add_keys(struct clusterer *c, uint32_t *out)
{
    static const char *const fixed[FIXED_KEYS] = {"cluster", "cluster_id", "point_count", "point_count_abbreviated"};
    struct features *f = &c->g->features;
    for (size_t i = 0; i < FIXED_KEYS + c->n_properties; i++) {
        struct str key = i < FIXED_KEYS ? str_of(fixed[i]) : c->names[i - FIXED_KEYS];
        out[i] = features_key(f, key);
        if (out[i] != UINT32_MAX)
            continue;
        f->keys[f->n_keys] = key;
        out[i] = f->n_keys++;
    }
}

/* `at` grown to hold `more` beyond n; NULL past the arena's limit. */
static void *grown(struct arena *a, const void *at, size_t n, size_t more, size_t size)
{
    char *to = n + more < SIZE_MAX / size ? (char *)ARENA_ARRAY(a, uint64_t, ((n + more) * size + 7) / 8 + 1) : NULL;
    if (to && n)
        memcpy(to, at, n * size);
    return to;
}

static bool put_all(struct clusterer *c, struct err *err)
{
    struct features *f = &c->g->features;
    uint32_t keys[FIXED_KEYS + PROPERTIES_MAX];
    size_t made = c->n - c->n_points, per = FIXED_KEYS + c->n_properties, all = f->n + made;
    struct feature *at = grown(c->arena, f->at, f->n, made, sizeof *at);
    struct value *values = grown(c->arena, f->values, f->n_values, made * per, sizeof *values);
    struct str *names = grown(c->arena, f->keys, f->n_keys, per, sizeof *names);
    c->g->low = ARENA_ARRAY(c->arena, uint8_t, all + 1);
    c->g->high = ARENA_ARRAY(c->arena, uint8_t, all + 1);
    if (!at || !values || !names || !c->g->low || !c->g->high)
        return err_arena(err);
    f->at = at;
    f->values = values;
    f->keys = names;
    memset(c->g->high, ALWAYS, all);
    memset(c->g->low, 0, all);
    add_keys(c, keys);
    for (size_t i = 0; i < c->n; i++) {
        const struct node *n = &c->nodes[i];
        size_t feature = n->feature;
        if (n->feature == UINT32_MAX && !put_cluster(c, n, keys, &f->at[feature = f->n++]))
            return err_arena(err);
        c->g->low[feature] = n->low;
        c->g->high[feature] = n->high;
    }
    return true;
}

/* ---- all zooms ---- */

static bool add_points(struct clusterer *c, struct err *err)
{
    const struct features *f = &c->g->features;
    for (size_t i = 0; i < f->n; i++) {
        const struct shape *s = &f->at[i].shape;
        if (s->kind != SHAPE_POINTS || s->n != 1)
            continue;
        struct node *n = add_node(c);
        n->at = s->at[0];
        n->count = 1;
        n->feature = (uint32_t)i;
    }
    c->n_points = c->n_level = c->n;
    if (c->n > NODES_MAX)
        return err_set(err, ERR_TOO_BIG, "more than %d points to cluster", NODES_MAX);
    c->n_slots = 64;
    while (c->n_slots < c->n)
        c->n_slots *= 2;
    c->level = base_alloc(c->n + 1, sizeof *c->level);
    c->next = base_alloc(c->n + 1, sizeof *c->next);
    c->after = base_alloc(c->n + 1, sizeof *c->after);
    c->first = base_alloc(c->n_slots, sizeof *c->first);
    for (size_t i = 0; i < c->n; i++)
        c->level[i] = (uint32_t)i;
    return true;
}

bool geojson_cluster(struct geojson *g, const struct geojson_options *options, struct arena *a, struct err *err)
{
    struct clusterer c = {.g = g, .options = options, .arena = a};
    arena_init(&c.scratch, DRAW_ARENA_BYTES);
    bool ok = read_all_properties(&c, err) && add_points(&c, err);
    for (int zoom = options->cluster_max_zoom; ok && zoom >= 0; zoom--)
        ok = cluster_zoom(&c, zoom, err);
    ok = ok && put_all(&c, err);
    arena_done(&c.scratch);
    free(c.nodes);
    free(c.level);
    free(c.next);
    free(c.first);
    free(c.after);
    free(c.near);
    return ok;
}
