#include "renderer/sprite_sheet.h"

#include <math.h>
#include <string.h>

#include "data/base/limits.h"
#include "data/record/deployment.h"
#include "renderer/encode.h"
#include "renderer/layer.h"

enum { NAMES_SEEN_MAX = 1 << 20, ARENA_BYTES = 64 << 20, CLUSTER_PARTS = 24, GAP_PX = 1 };
#define ZOOM_STEP 0.5

/* ---- names ---- */

struct names {
    struct arena *arena;
    struct icon_set *icons;
    struct str *at;
    size_t n, cap;
};

/* Most are the same as one before; what is left of that is taken out in the end. */
static void add_name(struct names *s, struct str name)
{
    for (size_t i = s->n; i > 0 && i + 8 > s->n; i--)
        if (str_eq(s->at[i - 1], name))
            return;
    if (s->n >= NAMES_SEEN_MAX || !icon_find(s->icons, name))
        return;
    if (s->n == s->cap) {
        s->cap = MAX(s->cap * 2, 256);
        s->at = base_grow(s->at, s->cap, sizeof *s->at);
    }
    s->at[s->n++] = str_copy(s->arena, name);
}

/* A feature like those of our sources, whose properties are set one by one. */
enum sample_key {
    KEY_CATEGORY, KEY_FAMILY, KEY_STATUS, KEY_STALE, KEY_KIND, KEY_COUNT, KEY_ZONE_KIND, KEY_BEARING, KEY_FAMILIES,
    KEY_TOTAL = KEY_FAMILIES + FAMILY_COUNT
};
struct sample {
    struct names *names;
    const struct style_layer *layer;
    const struct expr *image;
    struct str keys[KEY_TOTAL];
    struct value values[KEY_TOTAL];
    uint32_t tags[2 * KEY_TOTAL];
};

static void set_term(struct sample *s, enum sample_key key, const char *code)
{
    s->values[key] = (struct value){.kind = VALUE_STRING, .string = str_of(code)};
}

static void set_number(struct sample *s, enum sample_key key, double v)
{
    s->values[key] = (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = v};
}

/* Asks for the image at every zoom of the layer. */
static void ask(struct sample *s)
{
    struct feature feature = {.tags = s->tags};
    struct features all = {.extent = 4096, .version = 2, .n_keys = KEY_TOTAL, .n_values = KEY_TOTAL, .keys = s->keys, .values = s->values, .n = 1,
        .at = &feature};
    struct expr_input in = {.layer = &all, .feature = &feature, .arena = s->names->arena};
    double from = MAX(s->layer->min_zoom, 0), to = MIN(s->layer->max_zoom, ZOOM_MAX);
    for (uint32_t k = 0; k < KEY_TOTAL; k++)
        if (s->values[k].kind != VALUE_NULL) {
            s->tags[feature.n_tags++] = k;
            s->tags[feature.n_tags++] = k;
        }
    if (!expr_uses_zoom(s->image))
        to = from;
    for (double zoom = from; zoom <= to; zoom = floor(zoom / ZOOM_STEP + 1) * ZOOM_STEP) {
        struct arena_mark mark = arena_mark(s->names->arena);
        size_t before = s->names->n;
        in.zoom = zoom;
        struct expr_value v = expr_eval(s->image, &in);
        if (v.type == TYPE_IMAGE || v.type == TYPE_STRING)
            add_name(s->names, v.string);
        if (s->names->n == before)
            arena_release(s->names->arena, mark);
    }
}

static void ask_points(struct sample *s)
{
    for (int kind = 0; kind < 2; kind++)
        for (int c = 0; c < CATEGORY_COUNT; c++)
            for (int status = 0; status < STATUS_COUNT; status++)
                for (int stale = 0; stale < 2; stale++) {
                    memset(s->values, 0, sizeof s->values);
                    set_term(s, KEY_KIND, kind ? "badge" : "device");
                    set_term(s, KEY_CATEGORY, CATEGORY_TERMS[c].code);
                    set_term(s, KEY_FAMILY, FAMILY_TERMS[category_family((enum category)c)].code);
                    set_term(s, KEY_STATUS, STATUS_TERMS[status].code);
                    set_number(s, kind ? KEY_COUNT : KEY_BEARING, 1);
                    if (stale)
                        s->values[KEY_STALE] = (struct value){.kind = VALUE_BOOL, .boolean = true};
                    ask(s);
                }
}

/* Counts are asked for by their length. */
static void ask_badges(struct sample *s)
{
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (double count = 1; count < 1e10; count *= 10) {
            memset(s->values, 0, sizeof s->values);
            set_term(s, KEY_KIND, "badge");
            set_term(s, KEY_FAMILY, FAMILY_TERMS[f].code);
            set_number(s, KEY_COUNT, count);
            ask(s);
        }
}

/* Every share of every family. */
static void ask_clusters(struct sample *s)
{
    for (int f = 0; f < FAMILY_COUNT; f++)
        for (int part = 0; part <= CLUSTER_PARTS; part++) {
            memset(s->values, 0, sizeof s->values);
            for (int k = 0; k < FAMILY_COUNT; k++)
                set_number(s, (enum sample_key)(KEY_FAMILIES + k), k == f ? part : k == (f + 1) % FAMILY_COUNT ? CLUSTER_PARTS - part : 0);
            set_number(s, KEY_COUNT, CLUSTER_PARTS);
            ask(s);
        }
}

static void ask_zones(struct sample *s)
{
    for (int kind = 0; kind < ZONE_KIND_COUNT; kind++)
        for (int c = 0; c < CATEGORY_COUNT; c++)
            for (int status = 0; status < STATUS_COUNT; status++) {
                memset(s->values, 0, sizeof s->values);
                set_term(s, KEY_ZONE_KIND, ZONE_KIND_TERMS[kind].code);
                set_term(s, KEY_CATEGORY, CATEGORY_TERMS[c].code);
                set_term(s, KEY_FAMILY, FAMILY_TERMS[category_family((enum category)c)].code);
                set_term(s, KEY_STATUS, STATUS_TERMS[status].code);
                ask(s);
            }
}

static void ask_all(struct names *names, const struct style_layer *l, const struct expr *image)
{
    static const char *const keys[KEY_FAMILIES] = {"category", "family", "status", "stale", "kind", "count", "zone_kind", "bearing"};
    struct sample s = {.names = names, .layer = l, .image = image};
    for (int k = 0; k < KEY_TOTAL; k++)
        s.keys[k] = str_of(k < KEY_FAMILIES ? keys[k] : FAMILY_TERMS[k - KEY_FAMILIES].code);
    ask(&s);
    if (!expr_uses_feature(image))
        return;
    ask_points(&s);
    ask_badges(&s);
    ask_clusters(&s);
    ask_zones(&s);
}

/* Texts in an expression that are names of icons: what a match answers, most of all. */
static void take_literals(struct names *names, const struct json *v)
{
    if (json_kind(v) == JSON_STRING)
        add_name(names, json_string(v));
    if (json_kind(v) != JSON_ARRAY && json_kind(v) != JSON_OBJECT)
        return;
    for (struct json_each e = {0}; json_each(v, &e);)
        take_literals(names, e.value);
}

static void take_layer(struct names *names, const struct style_layer *l, const struct json *written)
{
    for (int p = 0; p < PROP_COUNT; p++) {
        const struct prop_rule *rule = prop_rule((enum prop)p);
        if (!l->prop[p] || rule->spec.type != TYPE_IMAGE)
            continue;
        ask_all(names, l, l->prop[p]);
        take_literals(names, json_get(json_get(written, rule->layout ? S("layout") : S("paint")), str_of(prop_name((enum prop)p))));
    }
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void find_names(struct names *names, const struct style *style)
{
    const struct style_layer *layers;
    const struct json *written = json_get(style_root(style), S("layers"));
    size_t n = style_layers(style, &layers), kept = 0;
    for (size_t i = 0; i < n; i++)
        take_layer(names, &layers[i], json_at(written, (size_t)layers[i].index));
    if (names->n)
        qsort(names->at, names->n, sizeof *names->at, by_name);
    for (size_t i = 0; i < names->n; i++)
        if (!kept || !str_eq(names->at[kept - 1], names->at[i]))
            names->at[kept++] = names->at[i];
    names->n = kept;
}

/* ---- the sheet ---- */

struct place {
    struct str name;
    const struct icon *icon;
    int x, y, width, height; /* device px */
};

static int by_height(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    if (p->height != q->height)
        return q->height - p->height;
    return p->width != q->width ? q->width - p->width : str_cmp(p->name, q->name);
}

/* On shelves, the highest first. */
static bool pack(struct place *at, size_t n, int *width, int *height, struct err *err)
{
    double area = 0;
    int x = 0, y = 0, shelf = 0, widest = 1;
    for (size_t i = 0; i < n; i++) {
        area += (double)(at[i].width + GAP_PX) * (at[i].height + GAP_PX);
        widest = MAX(widest, at[i].width);
    }
    *width = MAX((int)ceil(sqrt(area) * 1.05), widest);
    qsort(at, n, sizeof *at, by_height);
    for (size_t i = 0; i < n; i++) {
        if (x + at[i].width > *width) {
            x = 0;
            y += shelf + GAP_PX;
            shelf = 0;
        }
        at[i].x = x;
        at[i].y = y;
        x += at[i].width + GAP_PX;
        shelf = MAX(shelf, at[i].height);
    }
    *height = MAX(y + shelf, 1);
    return (*width <= SHEET_MAX_PX && *height <= SHEET_MAX_PX) ||
        err_set(err, ERR_TOO_BIG, "the icons of this style need a picture of %d x %d px, which is too much", *width, *height);
}

static void put_index(struct buf *json, const struct place *at, size_t n, int ratio, struct arena *a)
{
    struct json_writer w = {.out = json};
    json_open(&w, '{');
    for (size_t i = 0; i < n; i++) {
        json_key(&w, str_cstr(a, at[i].name));
        json_open(&w, '{');
        json_key(&w, "x");
        json_put_int(&w, at[i].x);
        json_key(&w, "y");
        json_put_int(&w, at[i].y);
        json_key(&w, "width");
        json_put_int(&w, at[i].width);
        json_key(&w, "height");
        json_put_int(&w, at[i].height);
        json_key(&w, "pixelRatio");
        json_put_int(&w, ratio);
        if (at[i].icon->sdf) {
            json_key(&w, "sdf");
            json_put_bool(&w, true);
        }
        json_close(&w, '}');
    }
    json_close(&w, '}');
}

static void draw_icons(cairo_surface_t *image, const struct place *at, size_t n, int ratio, struct icon_set *icons)
{
    cairo_t *cr = cairo_create(image);
    for (size_t i = 0; i < n; i++) {
        struct icon_look look = {.scale = ratio};
        cairo_save(cr);
        cairo_rectangle(cr, at[i].x, at[i].y, at[i].width, at[i].height);
        cairo_clip(cr);
        cairo_translate(cr, at[i].x + at[i].width / 2.0, at[i].y + at[i].height / 2.0);
        icon_draw(icons, cr, at[i].name, &look);
        cairo_restore(cr);
    }
    cairo_destroy(cr);
    cairo_surface_flush(image);
}

static bool make_sheet(struct names *names, int ratio, struct buf *json, struct buf *png, struct err *err)
{
    int width, height;
    AUTO_FREE struct place *at = base_alloc(names->n + 1, sizeof *at);
    for (size_t i = 0; i < names->n; i++) {
        const struct icon *icon = icon_find(names->icons, names->at[i]);
        at[i] = (struct place){.name = names->at[i], .icon = icon, .width = MAX((int)ceil(icon->width_px * ratio), 1),
            .height = MAX((int)ceil(icon->height_px * ratio), 1)};
    }
    if (!pack(at, names->n, &width, &height, err))
        return false;
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    draw_icons(image, at, names->n, ratio, names->icons);
    bool ok = encode_surface(png, image, PICTURE_PNG, err);
    cairo_surface_destroy(image);
    put_index(json, at, names->n, ratio, names->arena);
    return ok;
}

bool sprite_sheet(struct painter *p, struct style *icons_of, const struct style *style, int ratio, struct buf *json, struct buf *png,
    struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, ARENA_BYTES);
    struct names names = {.arena = &a, .icons = painter_icons(p, icons_of, ratio)};
    find_names(&names, style);
    bool ok = names.n <= SPRITES_MAX || err_set(err, ERR_TOO_BIG, "the style asks for %zu icons, and a sheet has at most %d", names.n, SPRITES_MAX);
    ok = ok && make_sheet(&names, ratio, json, png, err);
    free(names.at);
    return ok;
}
