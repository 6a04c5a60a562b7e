/*
 * A raster picture is laid out in cells: squares of 256 px of the world at the picture's zoom,
 * counted from the world's north-west corner (moved by the part of a device px that the picture's
 * camera is off), whole device px wide. Each is drawn alone, by the same steps whichever picture
 * asks for it, and copied into place:
 *
 *     world  ├──cell──┼──cell──┼──cell──┤
 *     picture      └──────────────┘            a picture drawn at once is its tiles side by side
 *
 * A picture whose corner lies between two px moves all its cells by what is left, so that its middle is where it was asked for.
 *
 * The layers before the first that shows deployments are the base: they change with the style and its files only, so the
 * pixels of a cell that is asked for again are kept. Turned views are drawn whole.
 */
#include "renderer/map.h"

#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/json.h"
#include "data/base/limits.h"
#include "renderer/layer.h"
#include "renderer/pictures.h"
#include "renderer/query.h"

enum { CELL_PX = 256, STATES_MAX = 8, CACHE_BYTES = 256 << 20, BASEMAPS_MAX = 16, ASKED_SLOTS = 8192, PHASE_STEPS = 64, PICTURE_SIDE_MAX_PX = 2048 };

struct style_state {
    struct style *style;           /* held */
    size_t n_sources, n_base;      /* n_base: layers before the first that shows deployments */
    struct tile_source **sources;  /* NULL: not opened yet, or nothing to draw */
    bool *tried;
    const struct tile_source *shared; /* the painter's base map: not closed with this style */
    struct icon_set *icons;
    struct buf glyphs;             /* path of the style's glyph ranges; empty: installed fonts */
};
struct painter {
    const char *basemaps[BASEMAPS_MAX];
    size_t n_basemaps;
    char *assets;
    struct arena arena;
    struct text_engine *text;
    struct cache *states, *cells, *symbols, *points;
    struct pictures *pictures;     /* of raster and image sources */
    struct tile_source *basemap;   /* one for all styles; NULL: not opened yet */
    size_t cache_bytes;
    uint32_t asked[ASKED_SLOTS];   /* hashes of cells whose base was drawn: a second time it is kept */
    cairo_surface_t *cell;         /* the last cell's surface */
    double cell_scale;
};

/* ---- the painter ---- */

static void free_state(void *value)
{
    struct style_state *s = value;
    for (size_t i = 0; i < s->n_sources; i++)
        if (s->sources[i] != s->shared)
            source_close(s->sources[i]);
    free(s->sources);
    free(s->tried);
    icon_set_free(s->icons);
    buf_done(&s->glyphs);
    style_drop(s->style);
    free(s);
}

bool painter_new(struct painter **out, const struct painter_options *options, struct err *err)
{
    if (options->n_basemaps > BASEMAPS_MAX)
        return err_set(err, ERR_INVALID, "at most %d base map files at once", BASEMAPS_MAX);
    struct painter *p = base_alloc(1, sizeof *p);
    for (; p->n_basemaps < options->n_basemaps; p->n_basemaps++)
        p->basemaps[p->n_basemaps] = strdup(options->basemaps[p->n_basemaps]);
    p->assets = options->assets ? strdup(options->assets) : NULL;
    arena_init(&p->arena, DRAW_ARENA_BYTES);
    p->cache_bytes = options->cache_bytes ? options->cache_bytes : CACHE_BYTES;
    p->states = cache_new(STATES_MAX * sizeof(struct style_state), free_state);
    p->text = text_engine_new(p->cache_bytes / 2);
    p->cells = cache_new(p->cache_bytes / 4, free);
    p->symbols = symbols_new(p->cache_bytes / 8);
    p->points = points_new(p->cache_bytes / 8);
    p->pictures = pictures_new(p->cache_bytes / 8);
    *out = p;
    return true;
}

void painter_forget(struct painter *p)
{
    cache_empty(p->cells);
    cache_empty(p->symbols);
    cache_empty(p->points);
    pictures_forget(p->pictures);
    cache_empty(p->states);
    source_close(p->basemap);
    p->basemap = NULL;
}

void painter_free(struct painter *p)
{
    if (!p)
        return;
    cache_free(p->cells);
    cache_free(p->symbols);
    cache_free(p->points);
    pictures_free(p->pictures);
    cache_free(p->states);
    source_close(p->basemap);
    text_engine_free(p->text);
    if (p->cell)
        cairo_surface_destroy(p->cell);
    arena_done(&p->arena);
    for (size_t i = 0; i < p->n_basemaps; i++)
        free((void *)(uintptr_t)p->basemaps[i]);
    free(p->assets);
    free(p);
}

struct text_engine *painter_text(struct painter *p)
{
    return p->text;
}

static size_t count_base(const struct style *style)
{
    const struct style_layer *layers;
    size_t n = style_layers(style, &layers), i = 0;
    while (i < n && !(layers[i].source && layers[i].source->kind == SOURCE_IS_DEPLOYMENTS))
        i++;
    return i;
}

static bool local_path(const struct painter *p, struct str url, struct buf *out);

/* NAME.json and NAME.png, those for twice the px where they are and the picture is large. A sheet that is not there leaves its icons out. */
static void add_sheet(struct painter *p, struct style_state *s, struct str prefix, struct str url, double scale)
{
    AUTO(buf) base = {0};
    struct err err;
    if (!local_path(p, url, &base))
        return;
    for (int twice = scale > 1; twice >= 0; twice--) {
        AUTO(buf) json = {0};
        AUTO(buf) png = {0};
        buf_fmt(&json, "%s%s.json", base.at, twice ? "@2x" : "");
        buf_fmt(&png, "%s%s.png", base.at, twice ? "@2x" : "");
        if (icon_set_sheet(s->icons, prefix, json.at, png.at, &err))
            return;
    }
}

static void add_sheets(struct painter *p, struct style_state *s, double scale)
{
    const struct json *sprite = json_get(style_root(s->style), S("sprite"));
    if (json_kind(sprite) == JSON_STRING)
        add_sheet(p, s, S(""), json_string(sprite), scale);
    for (size_t i = 0; json_kind(sprite) == JSON_ARRAY && i < json_size(sprite); i++)
        add_sheet(p, s, json_string(json_get(json_at(sprite, i), S("id"))), json_string(json_get(json_at(sprite, i), S("url"))), scale);
}

/* A hosted service's addresses stand for the assets too, as far as they lie there. */
static void set_glyphs(struct painter *p, struct style_state *s)
{
    struct str url = json_string(json_get(style_root(s->style), S("glyphs")));
    AUTO(buf) local = {0};
    if (str_starts(url, S("mapbox://fonts/"))) {
        buf_add(&local, S("local://glyphs/"));
        buf_add(&local, str_slice(url, 15, url.len));
        url = buf_str(&local);
    }
    if (!local_path(p, url, &s->glyphs))
        buf_clear(&s->glyphs);
}

struct str drawing_glyphs(const struct drawing *d)
{
    return d->image || d->query ? buf_str(&d->state->glyphs) : (struct str){0};
}

static struct style_state *state_of(struct painter *p, struct style *style, double scale)
{
    uint64_t key = style_hash(style) ^ (scale > 1 ? 1 : 0);
    struct style_state *s = cache_get(p->states, &key, sizeof key);
    if (s)
        return s;
    const struct style_source *sources;
    s = base_alloc(1, sizeof *s);
    s->style = style_hold(style);
    s->n_sources = style_sources(style, &sources);
    s->sources = base_alloc(s->n_sources + 1, sizeof *s->sources);
    s->tried = base_alloc(s->n_sources + 1, sizeof *s->tried);
    s->n_base = count_base(style);
    s->icons = icon_set_new(p->assets, p->text, p->cache_bytes / 8);
    add_sheets(p, s, scale);
    set_glyphs(p, s);
    cache_put(p->states, &key, sizeof key, s, sizeof *s);
    return s;
}

struct icon_set *painter_icons(struct painter *p, struct style *style, double scale)
{
    cache_trim(p->states);
    return state_of(p, style, scale)->icons;
}

/* Between drawings: nothing is in use. */
static void trim(struct painter *p, struct style_state *s)
{
    cache_trim(p->cells);
    cache_trim(p->symbols);
    cache_trim(p->points);
    pictures_trim(p->pictures);
    cache_trim(p->states);
    for (size_t i = 0; i < s->n_sources; i++)
        source_trim(s->sources[i]);
    icon_set_trim(s->icons);
    text_engine_trim(p->text);
    arena_reset(&p->arena);
}

/* ---- sources ---- */

/* "local://tiles/x.mbtiles" and plain paths as a file; false when the address is none of a file here. */
static bool local_path(const struct painter *p, struct str url, struct buf *out)
{
    if (str_starts(url, S("local://"))) {
        if (!p->assets || str_has(url, S("..")))
            return false;
        buf_fmt(out, "%s/%.*s", p->assets, STR_ARG(str_slice(url, 8, url.len)));
        return true;
    }
    if (str_starts(url, S("mbtiles://")) || str_starts(url, S("pmtiles://")))
        url = str_slice(url, 10, url.len);
    if (str_starts(url, S("file://")))
        url = str_slice(url, 7, url.len);
    if (url.len == 0 || str_has(url, S("://")))
        return false;
    buf_add(out, url);
    return true;
}

bool drawing_path(const struct drawing *d, struct str address, struct buf *out)
{
    return local_path(d->painter, address, out);
}

static bool open_geojson(struct painter *p, const struct style_source *s, struct tile_source **out, struct err *err)
{
    const struct json *data = json_get(s->spec, S("data"));
    if (json_kind(data) != JSON_STRING)
        return source_open_geojson(out, data, s->spec, err);
    AUTO(buf) path = {0};
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    if (!local_path(p, s->url, &path)) /* as the style file's folder makes it */
        return err_set(err, ERR_INVALID, "%.*s: only files of this machine are read", STR_ARG(s->url));
    struct json_limits limits = JSON_STYLE;
    limits.bytes = (size_t)1 << 30;
    limits.values = 200 * 1000 * 1000;
    return buf_read_file(&text, path.at, limits.bytes, err) && json_read(&doc, buf_str(&text), &limits, err) &&
        source_open_geojson(out, doc.root, s->spec, err);
}

/* Tiles as files of their own, or a file of them. */
static bool open_tiles(struct painter *p, const struct style_source *s, struct tile_source **out, struct err *err)
{
    AUTO(buf) path = {0};
    bool files = json_size(json_get(s->spec, S("tiles"))) > 0 && !json_get(s->spec, S("url"));
    if (files && local_path(p, s->url, &path)) {
        const struct json *max = json_get(s->spec, S("maxzoom"));
        return source_open_files(out, buf_str(&path), (int)CLAMP(json_number(json_get(s->spec, S("minzoom"))), 0.0, 22.0),
            max ? (int)CLAMP(json_number(max), 0.0, 22.0) : 22, str_eq(json_string(json_get(s->spec, S("scheme"))), S("tms")),
            p->cache_bytes * 3 / 8, err);
    }
    if (!local_path(p, s->url, &path))
        return err_set(err, ERR_INVALID, "%.*s: only files of this machine are read", STR_ARG(s->url));
    return source_open_tileset(out, path.at, p->cache_bytes * 3 / 8, err);
}

static bool open_vector(struct painter *p, const struct style_source *s, struct tile_source **out, struct err *err)
{
    if (str_eq(s->url, S("contrechamp://basemap"))) { /* the same for all styles */
        if (!p->basemap && !source_open_tilesets(&p->basemap, p->basemaps, p->n_basemaps, p->cache_bytes * 3 / 8, err))
            return false;
        *out = p->basemap;
        return true;
    }
    if (!open_tiles(p, s, out, err))
        return false;
    source_promote(*out, json_get(s->spec, S("promoteId")));
    return true;
}

static bool open_source(struct drawing *d, const struct style_source *s, struct tile_source **out, struct err *err)
{
    struct style_state *state = d->state;
    *out = state->sources[s->index];
    if (*out || state->tried[s->index])
        return true;
    bool ok = true;
    if (s->kind == SOURCE_IS_DEPLOYMENTS)
        ok = source_open_deployments(&state->sources[s->index], err);
    else if (s->kind == SOURCE_IS_GEOJSON)
        ok = open_geojson(d->painter, s, &state->sources[s->index], err);
    else if (s->kind == SOURCE_IS_VECTOR)
        ok = open_vector(d->painter, s, &state->sources[s->index], err);
    state->tried[s->index] = ok;
    state->shared = d->painter->basemap;
    *out = state->sources[s->index];
    return ok || err_under(err, "source %.*s", STR_ARG(s->name));
}

/* ---- tiles of a source under a drawing ---- */

static bool has_icon(void *icons, struct str name)
{
    return icon_find(icons, name) != NULL;
}

struct expr_input drawing_input(const struct drawing *d)
{
    return (struct expr_input){.zoom = d->zoom, .arena = d->arena, .has_image = has_icon, .ctx = d->icons};
}

/* From px of the box round the view to px of the drawing. */
static struct placing turn(const struct drawing *d, struct placing p)
{
    if (d->bearing_deg == 0)
        return p;
    double a = -d->bearing_deg * M_PI / 180, c = cos(a), s = sin(a);
    double mx = (d->world.x1 - d->world.x0) / 2, my = (d->world.y1 - d->world.y0) / 2;
    double x = p.x0 - mx, y = p.y0 - my;
    return (struct placing){c * p.xx - s * p.yx, c * p.xy - s * p.yy, c * x - s * y + d->width_px / 2.0,
        s * p.xx + c * p.yx, s * p.xy + c * p.yy, s * x + c * y + d->height_px / 2.0};
}

void drawing_place(const struct drawing *d, struct tile asked, struct tile at, int64_t copy, double size, double extent,
    struct tile_place *out)
{
    double up = (double)((uint64_t)1 << (asked.z - at.z)), wide = size * up, k = wide / extent;
    double x = (double)at.x * wide + (double)copy * d->world_px - d->origin.x, y = (double)at.y * wide - d->origin.y;
    double ix = ((double)asked.x - (double)at.x * up) * extent / up, iy = ((double)asked.y - (double)at.y * up) * extent / up;
    out->tile = at;
    out->asked = asked;
    out->copy = copy;
    out->px_per_unit = k;
    out->inside = (struct rect){ix, iy, ix + extent / up, iy + extent / up};
    out->to_px = turn(d, (struct placing){k, 0, x, 0, k, y});
}

/* The features that pass the layer's filter, which sees the zoom of the tiles: a whole one. */
static bool choose(struct drawing *d, const struct style_layer *l, const struct features *f, const struct tile *tile, uint32_t **out, size_t *n, struct err *err)
{
    struct expr_input in = drawing_input(d);
    in.zoom = whole_zoom(in.zoom);
    in.tile = tile;
    uint32_t *at = ARENA_ARRAY(d->arena, uint32_t, f->n);
    if (!at)
        return err_arena(err);
    in.layer = f;
    *n = 0;
    for (size_t i = 0; i < f->n; i++) {
        in.feature = &f->at[i];
        if (l->filter) {
            struct expr_value v = expr_eval(l->filter, &in);
            if (v.type != TYPE_BOOLEAN || !v.boolean)
                continue;
        }
        at[(*n)++] = (uint32_t)i;
    }
    *out = at;
    return true;
}

/* A tile's layer, read once a drawing: those of the deployments are made anew each time they are asked for. */
struct tile_memo {
    const struct tile_source *source;
    struct tile tile;
    struct str layer;
    struct tile_layer read;
    struct tile_memo *next;
};

static bool read_once(struct drawing *d, struct tile_source *source, struct tile at, struct str layer, struct tile_layer *out, struct err *err)
{
    if (!source->changes)
        return source->ops->read(source, at, layer, d->scene, d->arena, out, err);
    for (const struct tile_memo *m = d->memo; m; m = m->next)
        if (m->source == source && m->tile.x == at.x && m->tile.y == at.y && m->tile.z == at.z && str_eq(m->layer, layer)) {
            *out = m->read;
            return true;
        }
    struct tile_memo *m = ARENA_NEW(d->arena, struct tile_memo);
    if (!m || !source->ops->read(source, at, layer, d->scene, d->arena, out, err))
        return m ? false : err_arena(err);
    *m = (struct tile_memo){source, at, layer, *out, d->memo};
    d->memo = m;
    return true;
}

static bool one_tile(struct drawing *d, const struct style_layer *l, struct tile_source *source, struct tile asked, int64_t copy,
    double size, features_fn *fn, void *ctx, struct err *err)
{
    struct tile at;
    struct tile_layer layer = {0};
    bool there = false;
    if (!source->ops->find(source, asked, &at, &there, err))
        return false;
    if (!there)
        return true;
    if (!read_once(d, source, at, l->source_layer, &layer, err))
        return false;
    if (!layer.features || !layer.features->n)
        return true;
    uint32_t *chosen = NULL;
    size_t n = 0;
    if (!choose(d, l, layer.features, &at, &chosen, &n, err))
        return false;
    struct tile_place place = {.layer_index = l->index};
    drawing_place(d, asked, at, copy, size, layer.features->extent, &place);
    return n == 0 || fn(ctx, &place, layer.features, layer.bounds, chosen, n, err);
}

bool drawing_each(struct drawing *d, const struct style_layer *l, double reach, features_fn *fn, void *ctx, struct err *err)
{
    struct tile_source *source;
    if (!l->source || !open_source(d, l->source, &source, err))
        return !l->source;
    if (!source)
        return true;
    int z = (int)CLAMP(whole_zoom(d->zoom), 0.0, (double)source->max_zoom);
    if (z < source->min_zoom)
        return true;
    double n = (double)((uint64_t)1 << z), size = d->world_px / n;
    double x0 = floor((d->origin.x + d->world.x0 - reach) / size), x1 = ceil((d->origin.x + d->world.x1 + reach) / size);
    double y0 = floor((d->origin.y + d->world.y0 - reach) / size), y1 = ceil((d->origin.y + d->world.y1 + reach) / size);
    y0 = MAX(y0, 0), y1 = MIN(y1, n);
    for (double y = y0; y < y1; y++)
        for (double x = x0; x < x1; x++) {
            double copy = floor(x / n);
            struct tile asked = {(uint32_t)(x - copy * n), (uint32_t)y, (uint8_t)z};
            if (!one_tile(d, l, source, asked, (int64_t)copy, size, fn, ctx, err))
                return err_under(err, "layer %.*s", STR_ARG(l->id));
        }
    return true;
}

bool drawing_whole(struct drawing *d, const struct style_layer *l, bool *whole, features_fn *fn, void *ctx, struct err *err)
{
    struct tile_source *source = NULL;
    *whole = false;
    if (!l->source || !open_source(d, l->source, &source, err))
        return !l->source;
    if (!source || !source->whole.features)
        return true;
    *whole = true;
    uint32_t *chosen = NULL;
    size_t n = 0;
    if (!choose(d, l, source->whole.features, &(struct tile){0, 0, 0}, &chosen, &n, err))
        return false;
    for (double copy = floor(d->origin.x / d->world_px); n && copy * d->world_px < d->origin.x + d->world.x1; copy++) {
        struct tile_place place = {.layer_index = l->index};
        drawing_place(d, (struct tile){0, 0, 0}, (struct tile){0, 0, 0}, (int64_t)copy, d->world_px, 1, &place);
        if (!fn(ctx, &place, source->whole.features, source->whole.bounds, chosen, n, err))
            return err_under(err, "layer %.*s", STR_ARG(l->id));
    }
    return true;
}

/* ---- small things layers share ---- */

struct xy drawing_translate(const struct drawing *d, const struct style_layer *l, enum prop translate, enum prop anchor)
{
    double t[2] = {0, 0};
    if (!style_has(l, translate))
        return (struct xy){0, 0};
    struct expr_input in = drawing_input(d);
    style_numbers(l, translate, &in, t, 2);
    if (d->bearing_deg != 0 && !str_eq(style_string(l, anchor, &in), S("viewport"))) {
        double a = -d->bearing_deg * M_PI / 180;
        return (struct xy){t[0] * cos(a) - t[1] * sin(a), t[0] * sin(a) + t[1] * cos(a)};
    }
    return (struct xy){CLAMP(t[0], -1e4, 1e4), CLAMP(t[1], -1e4, 1e4)};
}

cairo_surface_t *drawing_picture(struct drawing *d, struct str icon)
{
    const struct icon *i = icon_find(d->icons, icon);
    if (!i || i->width_px * d->scale > PICTURE_SIDE_MAX_PX || i->height_px * d->scale > PICTURE_SIDE_MAX_PX)
        return NULL;
    return icon_surface(d->icons, icon, d->scale);
}

cairo_pattern_t *drawing_pattern(struct drawing *d, struct str icon)
{
    const struct icon *i = icon_find(d->icons, icon);
    cairo_surface_t *one = i ? drawing_picture(d, icon) : NULL;
    if (!one)
        return NULL;
    int w = cairo_image_surface_get_width(one), h = cairo_image_surface_get_height(one);
    cairo_pattern_t *p = cairo_pattern_create_for_surface(one);
    cairo_surface_destroy(one);
    cairo_pattern_set_extend(p, CAIRO_EXTEND_REPEAT);
    cairo_pattern_set_filter(p, d->bearing_deg == 0 && d->zoom == floor(d->zoom) ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
    /* Repeated from the world's corner on; grows between two whole zooms as the map does. */
    double grown = exp2(d->zoom - whole_zoom(d->zoom)), px = i->width_px * grown, py = i->height_px * grown;
    cairo_matrix_t m;
    struct placing t = turn(d, (struct placing){1, 0, 0, 0, 1, 0});
    cairo_matrix_t back = {t.xx, t.yx, t.xy, t.yy, t.x0, t.y0}; /* from px of the drawing to px from its origin */
    cairo_matrix_invert(&back);
    cairo_matrix_init_translate(&m, fmod(fmod(d->origin.x, px) + px, px) * w / px, fmod(fmod(d->origin.y, py) + py, py) * h / py);
    cairo_matrix_scale(&m, w / px, h / py);
    cairo_matrix_multiply(&m, &back, &m);
    cairo_pattern_set_matrix(p, &m);
    return p;
}

void drawing_icon(struct drawing *d, struct str name, struct xy px, struct icon_look look, double opacity)
{
    if (!isfinite(px.x) || !isfinite(px.y) || fabs(px.x) > 1e6 || fabs(px.y) > 1e6 || opacity <= 0)
        return;
    if (!d->image) {
        cairo_save(d->cr);
        cairo_translate(d->cr, px.x, px.y);
        if (opacity < 1)
            cairo_push_group(d->cr);
        icon_draw(d->icons, d->cr, name, &look);
        if (opacity < 1) {
            cairo_pop_group_to_source(d->cr);
            cairo_paint_with_alpha(d->cr, opacity);
        }
        cairo_restore(d->cr);
        return;
    }
    look.scale *= d->scale;
    look.device_px = d->scale;
    icon_put(d->icons, d->image, name, px.x * d->scale, px.y * d->scale, &look, opacity);
}

struct cache *painter_symbols(struct painter *p)
{
    return p->symbols;
}

struct cache *painter_points(struct painter *p)
{
    return p->points;
}

struct pictures *painter_pictures(struct painter *p)
{
    return p->pictures;
}

/* The world as one raster tile has zoom -1 and shows what zoom 0 does. */
bool drawing_shows(const struct drawing *d, const struct style_layer *l)
{
    double zoom = MAX(d->zoom, 0) + ZOOM_SLACK;
    return !l->hidden && zoom >= l->min_zoom && zoom < l->max_zoom;
}

bool drawing_misses(const struct drawing *d, const struct tile_place *at, const struct rect *bounds, struct xy shift, double reach_px)
{
    struct rect px = placing_bounds(&at->to_px, bounds);
    return px.x1 + shift.x < -reach_px || px.y1 + shift.y < -reach_px || px.x0 + shift.x > d->width_px + reach_px ||
        px.y0 + shift.y > d->height_px + reach_px;
}

/* ---- layers ---- */

static layer_draw_fn *const DRAW[] = {
    [LAYER_BACKGROUND] = layer_draw_background, [LAYER_FILL] = layer_draw_fill, [LAYER_LINE] = layer_draw_line,
    [LAYER_CIRCLE] = layer_draw_circle, [LAYER_SYMBOL] = layer_draw_symbol, [LAYER_HEATMAP] = layer_draw_heatmap,
    [LAYER_RASTER] = layer_draw_raster, [LAYER_OTHER] = NULL,
};

static bool draw_layers(struct drawing *d, size_t from, size_t to, struct err *err)
{
    const struct style_layer *layers;
    style_layers(d->style, &layers);
    for (size_t i = from; i < to; i++) {
        const struct style_layer *l = &layers[i];
        if (!drawing_shows(d, l) || !DRAW[l->kind])
            continue;
        if (!DRAW[l->kind](d, l, err))
            return false;
    }
    if (d->query)
        return true;
    cairo_status_t status = cairo_status(d->cr);
    return status == CAIRO_STATUS_SUCCESS || err_set(err, ERR_INTERNAL, "drawing: %s", cairo_status_to_string(status));
}

static size_t layer_count(const struct style *s)
{
    const struct style_layer *layers;
    return style_layers(s, &layers);
}

/* ---- views ---- */

struct view view_of_tile(struct tile t, double scale)
{
    double n = (double)((uint64_t)1 << t.z);
    return (struct view){.centre = {(t.x + 0.5) / n, (t.y + 0.5) / n}, .zoom = t.z - 1.0, .scale = scale, .width_px = 256, .height_px = 256};
}

struct view view_of_box(struct box b, int width_px, int height_px, double scale)
{
    struct xy nw = mercator_of((struct lonlat){b.west, b.north}), se = mercator_of((struct lonlat){b.east, b.south});
    if (se.x < nw.x)
        se.x += 1;
    double wide = MAX(se.x - nw.x, 1e-9), high = MAX(se.y - nw.y, 1e-9);
    double zoom = log2(MIN(width_px / wide, height_px / high) / 512);
    return (struct view){.centre = {(nw.x + se.x) / 2, (nw.y + se.y) / 2}, .zoom = CLAMP(zoom, -2.0, 24.0), .scale = scale,
        .width_px = width_px, .height_px = height_px};
}

struct xy view_px(const struct view *v, struct xy m)
{
    double world = 512 * exp2(v->zoom), a = -v->bearing_deg * M_PI / 180;
    double x = (m.x - v->centre.x) * world, y = (m.y - v->centre.y) * world;
    return (struct xy){x * cos(a) - y * sin(a) + v->width_px / 2.0, x * sin(a) + y * cos(a) + v->height_px / 2.0};
}

struct xy view_mercator(const struct view *v, struct xy px)
{
    double world = 512 * exp2(v->zoom), a = v->bearing_deg * M_PI / 180;
    double x = px.x - v->width_px / 2.0, y = px.y - v->height_px / 2.0;
    return (struct xy){v->centre.x + (x * cos(a) - y * sin(a)) / world, v->centre.y + (x * sin(a) + y * cos(a)) / world};
}

static bool check_view(const struct view *v, struct err *err)
{
    if (!(v->scale > 0 && v->scale <= 8) || !(v->zoom >= -4 && v->zoom <= 26) || !isfinite(v->centre.x) || !isfinite(v->centre.y) ||
        fabs(v->centre.x) > 1e3 || fabs(v->centre.y) > 1e3 || !isfinite(v->bearing_deg))
        return err_set(err, ERR_INVALID, "a view has a zoom of -4 to 26, a scale of at most 8 and a place on earth");
    if (v->width_px <= 0 || v->height_px <= 0 || v->width_px > 100000 || v->height_px > 100000 ||
        v->width_px * v->scale * (v->height_px * v->scale) > PICTURE_MAX_PX)
        return err_set(err, ERR_TOO_BIG, "a picture has 1 to %d pixels", PICTURE_MAX_PX);
    return true;
}

static struct drawing drawing_of(struct painter *p, struct style *style, const struct scene *scene, const struct view *v)
{
    struct style_state *state = state_of(p, style, v->scale);
    return (struct drawing){.zoom = v->zoom, .scale = v->scale, .world_px = 512 * exp2(v->zoom), .line_min_px = v->line_min_px, .scene = scene, .style = style,
        .state = state, .painter = p, .text = p->text, .icons = state->icons, .arena = &p->arena};
}

/* A drawing that is the whole view: its own box, or the box round it when it is turned. */
static struct drawing whole_view(struct painter *p, struct style *style, const struct scene *scene, const struct view *v)
{
    struct drawing d = drawing_of(p, style, scene, v);
    double a = v->bearing_deg * M_PI / 180, c = fabs(cos(a)), s = fabs(sin(a));
    double w = v->width_px * c + v->height_px * s, h = v->width_px * s + v->height_px * c;
    if (v->bearing_deg == 0)
        w = v->width_px, h = v->height_px;
    d.bearing_deg = v->bearing_deg;
    d.width_px = v->width_px;
    d.height_px = v->height_px;
    d.world = (struct rect){0, 0, w, h};
    d.origin = (struct xy){v->centre.x * d.world_px - w / 2, v->centre.y * d.world_px - h / 2};
    return d;
}

/* ---- cells ---- */

struct cell_key {
    uint64_t style;
    double zoom, scale, line_min_px;
    struct xy origin;
    struct rect picture;
};

static cairo_surface_t *cell_surface(struct painter *p, double scale)
{
    int side = (int)lround(CELL_PX * scale);
    if (p->cell && p->cell_scale == scale && cairo_surface_status(p->cell) == CAIRO_STATUS_SUCCESS)
        return p->cell;
    if (p->cell)
        cairo_surface_destroy(p->cell);
    p->cell = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side);
    p->cell_scale = scale;
    return p->cell;
}

/* The pixels of a cell whose corner is at these world px, on the painter's surface. */
static bool draw_cell(struct drawing *view, struct xy origin, struct err *err)
{
    struct painter *p = view->painter;
    struct drawing d = *view;
    cairo_surface_t *image = cell_surface(p, d.scale);
    int side = cairo_image_surface_get_width(image);
    size_t bytes = (size_t)side * (size_t)side * 4;
    struct cell_key key = {style_hash(d.style), d.zoom, d.scale, d.line_min_px, origin, d.picture};
    uint8_t *pixels = cairo_image_surface_get_data(image), *kept = cache_get(p->cells, &key, sizeof key);
    arena_reset(&p->arena);
    cairo_surface_flush(image);
    if (kept)
        memcpy(pixels, kept, bytes);
    else
        memset(pixels, 0, bytes);
    cairo_surface_mark_dirty(image);
    d.image = image;
    d.cr = cairo_create(image);
    cairo_scale(d.cr, d.scale, d.scale);
    d.width_px = d.height_px = CELL_PX;
    d.world = (struct rect){0, 0, CELL_PX, CELL_PX};
    d.origin = origin;
    bool ok = true;
    if (!kept && d.state->n_base > 0) {
        ok = draw_layers(&d, 0, d.state->n_base, err);
        cairo_surface_flush(image);
        uint64_t hash = hash64(&key, sizeof key, 0);
        uint32_t *asked = &p->asked[hash % ASKED_SLOTS];
        bool again = *asked == (uint32_t)(hash >> 32);
        *asked = (uint32_t)(hash >> 32);
        if (ok && again) {
            kept = base_alloc(1, bytes);
            memcpy(kept, pixels, bytes);
            cache_put(p->cells, &key, sizeof key, kept, bytes);
        }
    }
    ok = ok && draw_layers(&d, d.state->n_base, layer_count(d.style), err);
    cairo_destroy(d.cr);
    cairo_surface_flush(image);
    return ok;
}

bool map_draw_tile(struct painter *p, struct tile t, double scale, struct style *style, const struct scene *scene,
    cairo_surface_t **out, struct err *err)
{
    struct view v = view_of_tile(t, scale);
    if (!check_view(&v, err))
        return false;
    struct drawing d = drawing_of(p, style, scene, &v);
    trim(p, d.state);
    if (!draw_cell(&d, (struct xy){(double)t.x * CELL_PX, (double)t.y * CELL_PX}, err))
        return false;
    *out = p->cell;
    return true;
}

static void copy_cell(const cairo_surface_t *from, cairo_surface_t *to, int64_t left, int64_t top)
{
    cairo_surface_t *cell = (cairo_surface_t *)(uintptr_t)from;
    int side = cairo_image_surface_get_width(cell), width = cairo_image_surface_get_width(to), height = cairo_image_surface_get_height(to);
    int64_t x0 = MAX(left, 0), x1 = MIN(left + side, width), y0 = MAX(top, 0), y1 = MIN(top + side, height);
    for (int64_t y = y0; y < y1 && x1 > x0; y++)
        memcpy(cairo_image_surface_get_data(to) + y * cairo_image_surface_get_stride(to) + x0 * 4,
            cairo_image_surface_get_data(cell) + (y - top) * cairo_image_surface_get_stride(cell) + (x0 - left) * 4, (size_t)(x1 - x0) * 4);
}

/* How far a picture's camera is from whole device px of the world: -½ to ½, in 64ths, so that equal
 * cells are found again. */
static double phase_of(double edge)
{
    return round((edge - round(edge)) * PHASE_STEPS) / PHASE_STEPS;
}

/* The grid of cells lies where the camera puts it: moved by less than a px, since a map is drawn
 * where it is looked at. */
static bool draw_cells(struct painter *p, cairo_surface_t *image, const struct view *v, struct style *style,
    const struct scene *scene, struct err *err)
{
    struct drawing d = drawing_of(p, style, scene, v);
    int64_t side = (int64_t)lround(CELL_PX * v->scale); /* device px */
    double west = v->centre.x * d.world_px * v->scale - cairo_image_surface_get_width(image) / 2.0;
    double north =
        v->centre.y * d.world_px * v->scale - cairo_image_surface_get_height(image) / 2.0;
    struct xy phase = {phase_of(west) / v->scale, phase_of(north) / v->scale};
    int64_t left = (int64_t)round(west), top = (int64_t)round(north);
    int64_t right = left + cairo_image_surface_get_width(image), bottom = top + cairo_image_surface_get_height(image);
    bool between = phase.x != 0 || phase.y != 0;
    int64_t x0 = (int64_t)floor((double)left / (double)side), y0 = (int64_t)floor((double)top / (double)side);
    cairo_surface_flush(image);
    for (int64_t y = y0; y * side < bottom; y++)
        for (int64_t x = x0; x * side < right; x++) {
            trim(p, d.state);
            if (between)
                d.picture = (struct rect){(double)(left - x * side), (double)(top - y * side), (double)(right - x * side), (double)(bottom - y * side)};
            if (!draw_cell(&d,
                    (struct xy){(double)x * CELL_PX + phase.x, (double)y * CELL_PX + phase.y}, err))
                return false;
            copy_cell(p->cell, image, x * side - left, y * side - top);
        }
    cairo_surface_mark_dirty(image);
    return true;
}

bool map_draw(struct painter *p, cairo_t *cr, const struct view *view, struct style *style, const struct scene *scene, struct err *err)
{
    if (!check_view(view, err))
        return false;
    struct drawing d = whole_view(p, style, scene, view);
    trim(p, d.state);
    d.cr = cr;
    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, view->width_px, view->height_px);
    cairo_clip(cr);
    bool ok = draw_layers(&d, 0, d.state->n_base, err);
    ok = ok && draw_layers(&d, d.state->n_base, layer_count(style), err);
    cairo_restore(cr);
    return ok;
}

bool map_query(struct painter *p, const struct view *view, struct style *style, const struct scene *scene, double x0, double y0,
    double x1, double y1, struct buf *out, struct err *err)
{
    if (!check_view(view, err))
        return false;
    struct queried q = {.px = {x0, y0, x1, y1}};
    struct drawing d = whole_view(p, style, scene, view);
    trim(p, d.state);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 1, 1);
    d.query = &q;
    d.cr = cairo_create(image);
    bool ok = draw_layers(&d, 0, layer_count(style), err);
    cairo_destroy(d.cr);
    cairo_surface_destroy(image);
    if (ok)
        query_write(&q, &p->arena, out);
    free(q.at);
    return ok;
}

bool map_draw_image(struct painter *p, cairo_surface_t *image, const struct view *view, struct style *style,
    const struct scene *scene, struct err *err)
{
    if (!check_view(view, err))
        return false;
    double side = CELL_PX * view->scale;
    if (view->bearing_deg == 0 && side == floor(side))
        return draw_cells(p, image, view, style, scene, err);
    struct drawing d = whole_view(p, style, scene, view);
    trim(p, d.state);
    d.image = image;
    d.cr = cairo_create(image);
    cairo_scale(d.cr, view->scale, view->scale);
    bool ok = draw_layers(&d, 0, d.state->n_base, err);
    ok = ok && draw_layers(&d, d.state->n_base, layer_count(style), err);
    cairo_destroy(d.cr);
    return ok;
}
