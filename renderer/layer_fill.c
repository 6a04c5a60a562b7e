/*
 * Polygons. On an image a feature is a mask (fill_mask.c) that is painted with its colour or pattern, cut at the edge of its
 * own tile, in the order of the tile or of the sort key; features that all look the same and are opaque share one mask. The
 * line along the edges of translucent ones darkens them, as in MapLibre. As
 * vectors they are paths. Outlines of a colour of their own lie above all the fills of the layer. Fields of view (cones of
 * the deployments) are painted one by one, paler with distance: where they overlap they add up, so that a watched place
 * darkens.
 */
#include <math.h>
#include <string.h>

#include "renderer/fill_mask.h"
#include "renderer/layer.h"
#include "renderer/pixel.h"

#define MARGIN_PX 2.0
#define THIN_PX 0.1
#define CONE_NEAR 1.5 /* of the layer's opacity, at the device */
#define CONE_FAR 0.5  /* and where the reach ends */

struct look {
    struct rgba color, outline;
    double opacity;
    struct str pattern;
};
struct fill {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in, whole_in; /* at the zoom, and at the whole zoom below */
    struct look look;
    bool uniform, cones, antialias, outlined;
    bool outlining;                 /* the second time round: outlines */
    struct xy shift;
    struct fill_mask mask;
    cairo_pattern_t *pattern;       /* of pattern_name */
    struct str pattern_name;
};

static struct look look_of(const struct fill *f)
{
    const struct style_layer *l = f->l;
    struct look k = {.opacity = CLAMP(style_number(l, PROP_FILL_OPACITY, &f->in), 0.0, 1.0)};
    if (style_has(l, PROP_FILL_PATTERN))
        k.pattern = style_string(l, PROP_FILL_PATTERN, &f->whole_in);
    else
        k.color = style_color(l, PROP_FILL_COLOR, &f->in);
    if (f->outlined)
        k.outline = style_color(l, PROP_FILL_OUTLINE_COLOR, &f->in);
    return k;
}

static bool is_drawn(const struct fill *f, const struct look *k)
{
    if (k->opacity <= 0)
        return false;
    if (f->outlining)
        return k->outline.a > 0;
    return style_has(f->l, PROP_FILL_PATTERN) ? k->pattern.len > 0 : k->color.a > 0;
}

static bool is_opaque(const struct fill *f, const struct look *k)
{
    return k->opacity >= 1 && (f->outlining ? k->outline.a >= 1 : k->pattern.len > 0 || k->color.a >= 1);
}

/* NULL if there is no such icon. Kept until another is asked for. */
static cairo_pattern_t *pattern_of(struct fill *f, struct str name)
{
    if (f->pattern && str_eq(f->pattern_name, name))
        return f->pattern;
    if (f->pattern)
        cairo_pattern_destroy(f->pattern);
    f->pattern_name = name;
    f->pattern = drawing_pattern(f->d, name);
    return f->pattern;
}

static void look_into(struct fill *f, const struct tile_place *at, const struct features *features)
{
    f->in.layer = f->whole_in.layer = features;
    f->in.tile = f->whole_in.tile = &at->tile;
}

/* Whether it is a polygon in the picture; the inputs are then its. */
static bool look_at(struct fill *f, const struct tile_place *at, const struct feature *feature, const struct rect *bounds)
{
    f->in.feature = f->whole_in.feature = feature;
    return feature->shape.kind == SHAPE_POLYGONS && !drawing_misses(f->d, at, bounds, f->shift, MARGIN_PX);
}

/* ---- on an image ---- */

static void add_ring(void *ctx, const struct xy *px, size_t n, bool ring)
{
    struct fill *f = ctx;
    (void)ring;
    fill_mask_ring(&f->mask, px, n, f->d->scale);
}

static void paint_color(struct fill *f, uint32_t c)
{
    struct fill_mask *m = &f->mask;
    struct canvas to = drawing_canvas(f->d);
    for (int y = m->y0; y < m->y1; y++) {
        const uint8_t *cover = m->at + (ptrdiff_t)y * m->stride;
        uint32_t *row = to.at + (ptrdiff_t)y * to.stride;
        for (int x = m->x0; x < m->x1; x++)
            if (cover[x])
                pixel_over(row + x, c, cover[x]);
    }
    drawing_touched(f->d);
}

static void paint_pattern(struct fill *f, const struct look *k)
{
    struct fill_mask *m = &f->mask;
    cairo_t *cr = f->d->cr;
    cairo_pattern_t *pattern = pattern_of(f, k->pattern);
    if (!pattern)
        return;
    double s = f->d->scale;
    cairo_surface_t *mask = cairo_image_surface_create_for_data(m->at, CAIRO_FORMAT_A8, m->width, m->height, m->stride);
    cairo_save(cr);
    cairo_rectangle(cr, m->x0 / s, m->y0 / s, (m->x1 - m->x0) / s, (m->y1 - m->y0) / s);
    cairo_clip(cr);
    if (k->opacity < 1)
        cairo_push_group(cr);
    cairo_set_source(cr, pattern);
    cairo_matrix_t device = {s, 0, 0, s, 0, 0};
    cairo_pattern_t *cover = cairo_pattern_create_for_surface(mask);
    cairo_pattern_set_matrix(cover, &device);
    cairo_pattern_set_filter(cover, CAIRO_FILTER_NEAREST);
    cairo_mask(cr, cover);
    cairo_pattern_destroy(cover);
    if (k->opacity < 1) {
        cairo_pop_group_to_source(cr);
        cairo_paint_with_alpha(cr, k->opacity);
    }
    cairo_restore(cr);
    cairo_surface_destroy(mask);
    cairo_surface_flush(f->d->image);
}

static void paint_mask(struct fill *f, const struct look *k)
{
    if (f->mask.x0 >= f->mask.x1)
        return;
    struct rgba c = f->outlining ? k->outline : k->color;
    if (k->pattern.len && !f->outlining)
        paint_pattern(f, k);
    else
        paint_color(f, pixel_of((struct rgba){c.r * k->opacity, c.g * k->opacity, c.b * k->opacity, c.a * k->opacity}));
    fill_mask_clear(&f->mask);
}

static void add_to_mask(struct fill *f, const struct tile_place *at, const struct shape *s)
{
    struct pen pen = {.d = f->d, .to_px = at->to_px, .shift = f->shift, .thin_px = THIN_PX, .run = add_ring, .ctx = f,
        .clip = {-MARGIN_PX, -MARGIN_PX, f->d->width_px + MARGIN_PX, f->d->height_px + MARGIN_PX}};
    pen_polygons(&pen, s);
    if (!f->outlining)
        fill_mask_inside(&f->mask);
    if (!f->outlining && f->antialias && !is_opaque(f, &f->look))
        paint_mask(f, &f->look); /* the line along the edges is painted over it */
    if (f->outlining || (f->antialias && !f->outlined))
        fill_mask_edges(&f->mask);
    fill_mask_forget_rings(&f->mask);
}

static bool paint_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct fill *f = ctx;
    int32_t(*rows)[2];
    if (!drawing_rows(f->d, at, &rows, err) || !drawing_in_order(f->d, f->l, PROP_FILL_SORT_KEY, features, &at->tile, &chosen, n, err))
        return false;
    f->mask.rows = (const int32_t(*)[2])rows;
    look_into(f, at, features);
    for (size_t i = 0; i < n; i++) {
        const struct feature *feature = &features->at[chosen[i]];
        if (!look_at(f, at, feature, &bounds[chosen[i]]))
            continue;
        if (!f->uniform)
            f->look = look_of(f);
        if (!is_drawn(f, &f->look))
            continue;
        add_to_mask(f, at, &feature->shape);
        if (!f->uniform || !is_opaque(f, &f->look))
            paint_mask(f, &f->look);
    }
    return true;
}

static bool paint_pixels(struct fill *f, double reach, struct err *err)
{
    struct canvas c = drawing_canvas(f->d);
    bool ok = true;
    fill_mask_init(&f->mask, c.width, c.height);
    for (int pass = 0; pass < 1 + f->outlined && ok; pass++) {
        f->outlining = pass == 1;
        if (f->uniform && !is_drawn(f, &f->look))
            continue;
        ok = drawing_each(f->d, f->l, reach, paint_tile, f, err);
        if (ok && f->uniform)
            paint_mask(f, &f->look);
    }
    fill_mask_done(&f->mask);
    return ok;
}

/* ---- as vectors ---- */

static void fill_path(struct fill *f, const struct look *k)
{
    cairo_t *cr = f->d->cr;
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_WINDING);
    cairo_set_antialias(cr, f->antialias ? CAIRO_ANTIALIAS_DEFAULT : CAIRO_ANTIALIAS_NONE);
    cairo_pattern_t *pattern = k->pattern.len ? pattern_of(f, k->pattern) : NULL;
    if (pattern) {
        cairo_save(cr);
        cairo_clip(cr);
        cairo_set_source(cr, pattern);
        cairo_paint_with_alpha(cr, k->opacity);
        cairo_restore(cr);
    } else if (!k->pattern.len) {
        color_set_source(cr, k->color, k->opacity);
        cairo_fill(cr);
    }
    cairo_new_path(cr);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_DEFAULT);
}

static void stroke_outline(struct fill *f, const struct look *k)
{
    cairo_set_line_width(f->d->cr, 1);
    cairo_set_line_join(f->d->cr, CAIRO_LINE_JOIN_ROUND);
    color_set_source(f->d->cr, k->outline, k->opacity);
    cairo_stroke(f->d->cr);
}

/* From the device outwards. A sector starts with its device; a full circle has it in the middle. */
static void paint_cone(struct fill *f, struct pen *pen, const struct shape *s)
{
    struct rect b = shape_bounds(s);
    struct xy middle = {(b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2}, from;
    double near = INFINITY, far = 0, reach = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        double r = hypot(s->at[i].x - middle.x, s->at[i].y - middle.y);
        near = MIN(near, r), far = MAX(far, r);
    }
    from = placing_px(&pen->to_px, near > 0.97 * far ? middle : s->at[0]);
    for (uint32_t i = 0; i < s->n; i++) {
        struct xy at = placing_px(&pen->to_px, s->at[i]);
        reach = MAX(reach, hypot(at.x - from.x, at.y - from.y));
    }
    if (!isfinite(reach) || reach <= 0 || reach > 1e5)
        return;
    struct rgba c = f->look.color;
    double a = c.a > 0 ? c.a : 1, opacity = c.a * f->look.opacity;
    cairo_pattern_t *fade = cairo_pattern_create_radial(from.x, from.y, 0, from.x, from.y, reach);
    cairo_pattern_add_color_stop_rgba(fade, 0, c.r / a, c.g / a, c.b / a, MIN(opacity * CONE_NEAR, 1));
    cairo_pattern_add_color_stop_rgba(fade, 1, c.r / a, c.g / a, c.b / a, opacity * CONE_FAR);
    pen_polygons(pen, s);
    cairo_set_source(f->d->cr, fade);
    cairo_fill(f->d->cr);
    cairo_pattern_destroy(fade);
}

static bool query_inside(struct fill *f, const struct tile_place *at, const struct shape *s)
{
    cairo_t *cr = f->d->cr;
    struct rect q = query_box(f->d);
    struct pen pen = {.d = f->d, .to_px = at->to_px, .clip = {q.x0 - 1, q.y0 - 1, q.x1 + 1, q.y1 + 1}, .shift = f->shift};
    cairo_new_path(cr);
    pen_polygons(&pen, s);
    double x0, y0, x1, y1;
    cairo_path_extents(cr, &x0, &y0, &x1, &y1);
    bool hit = q.x0 == q.x1 && q.y0 == q.y1 ? cairo_in_fill(cr, q.x0, q.y0)
                                            : x1 > x0 && y1 > y0 && x0 <= q.x1 && x1 >= q.x0 && y0 <= q.y1 && y1 >= q.y0;
    cairo_new_path(cr);
    return hit;
}

/* Paths, or what a question hits. Where all features look the same and are opaque, all tiles are one path: the strips that
 * neighbouring tiles share are painted once. Else each is cut at the edge of its tile. */
static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct fill *f = ctx;
    struct drawing *d = f->d;
    if (!drawing_in_order(d, f->l, PROP_FILL_SORT_KEY, features, &at->tile, &chosen, n, err))
        return false;
    struct rect view = {-MARGIN_PX, -MARGIN_PX, d->width_px + MARGIN_PX, d->height_px + MARGIN_PX}, tile = placing_bounds(&at->to_px, &at->inside);
    struct pen pen = {.d = d, .to_px = at->to_px, .clip = view, .shift = f->shift, .thin_px = THIN_PX};
    bool one_path = f->uniform && is_opaque(f, &f->look) && !f->cones && at->tile.z == at->asked.z;
    if (!one_path && d->bearing_deg == 0) { /* at whole px, or half a px over the edge where it falls between two */
        double slack = tile.x0 == floor(tile.x0) && tile.y0 == floor(tile.y0) && tile.x1 == floor(tile.x1) ? 0 : 0.25;
        pen.clip = (struct rect){MAX(view.x0, tile.x0 - slack + f->shift.x), MAX(view.y0, tile.y0 - slack + f->shift.y),
            MIN(view.x1, tile.x1 + slack + f->shift.x), MIN(view.y1, tile.y1 + slack + f->shift.y)};
    }
    look_into(f, at, features);
    for (size_t i = 0; i < n; i++) {
        const struct feature *feature = &features->at[chosen[i]];
        if (!look_at(f, at, feature, &bounds[chosen[i]]))
            continue;
        if (d->query) {
            if (query_inside(f, at, &feature->shape))
                query_note(d, f->l, features, feature, at);
            continue;
        }
        if (!f->uniform)
            f->look = look_of(f);
        if (!is_drawn(f, &f->look))
            continue;
        if (f->cones) {
            paint_cone(f, &pen, &feature->shape);
            continue;
        }
        f->outlining ? pen_lines(&pen, &feature->shape, &at->inside) : pen_polygons(&pen, &feature->shape);
        if (!one_path)
            f->outlining ? stroke_outline(f, &f->look) : fill_path(f, &f->look);
    }
    if (one_path)
        f->outlining ? stroke_outline(f, &f->look) : fill_path(f, &f->look);
    return true;
}

static bool fill_paths(struct fill *f, double reach, struct err *err)
{
    cairo_new_path(f->d->cr);
    for (int pass = 0; pass < 1 + (f->outlined && !f->cones && !f->d->query); pass++) {
        f->outlining = pass == 1;
        if (!drawing_each(f->d, f->l, reach, add_tile, f, err))
            return false;
    }
    return true;
}

/* ---- the layer ---- */

static bool depends_on_feature(const struct style_layer *l)
{
    static const enum prop props[] = {PROP_FILL_COLOR, PROP_FILL_OPACITY, PROP_FILL_OUTLINE_COLOR, PROP_FILL_PATTERN};
    for (size_t i = 0; i < COUNT(props); i++)
        if (l->prop[props[i]] && expr_uses_feature(l->prop[props[i]]))
            return true;
    return false;
}

static bool draw(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct fill f = {.d = d, .l = l, .in = drawing_input(d), .whole_in = drawing_input(d), .uniform = !depends_on_feature(l)};
    f.whole_in.zoom = MAX(whole_zoom(d->zoom), 0);
    f.cones = l->source && l->source->kind == SOURCE_IS_DEPLOYMENTS && str_eq(l->source_layer, S("cones"));
    f.shift = drawing_translate(d, l, PROP_FILL_TRANSLATE, PROP_FILL_TRANSLATE_ANCHOR);
    f.antialias = style_bool(l, PROP_FILL_ANTIALIAS, &f.in);
    f.outlined = f.antialias && style_has(l, PROP_FILL_OUTLINE_COLOR);
    if (f.uniform)
        f.look = look_of(&f);
    double reach = fabs(f.shift.x) + fabs(f.shift.y);
    bool ok = d->image && !d->query && !f.cones ? paint_pixels(&f, reach, err) : fill_paths(&f, reach, err);
    if (f.pattern)
        cairo_pattern_destroy(f.pattern);
    return ok;
}

bool layer_draw_fill(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct expr_input in = drawing_input(d);
    double opacity = style_number(l, PROP_FILL_LAYER_OPACITY, &in);
    if (d->query || opacity >= 1)
        return draw(d, l, err);
    return drawing_aside(d, l, draw, opacity, err);
}
