/*
 * Polygons. Where every feature of the layer looks the same, all tiles make one path that is filled once: the strips that
 * neighbouring tiles share are then painted once, and there is no seam at any zoom. Where looks differ, features are
 * painted in the order of the tile, each cut at the edge of its own tile. Fields of view (cones of the deployments) are
 * painted one by one and whole, paler with distance: where they overlap they add up, so that a watched place darkens.
 */
#include <math.h>
#include <string.h>

#include "renderer/layer.h"

#define MARGIN_PX 2.0
#define THIN_PX 0.3
#define CONE_NEAR 1.5 /* of the layer's opacity, at the device */
#define CONE_FAR 0.5  /* and where the reach ends */

struct look {
    struct rgba color, outline;
    double opacity;
    bool has_outline, antialias;
    struct str pattern;
};
struct fill {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;
    struct look look;      /* of the path that is open */
    bool uniform, begun, cones;
    struct xy shift;
};

static struct look look_of(const struct fill *f)
{
    const struct style_layer *l = f->l;
    struct look k = {.opacity = style_number(l, PROP_FILL_OPACITY, &f->in), .antialias = style_bool(l, PROP_FILL_ANTIALIAS, &f->in)};
    if (style_has(l, PROP_FILL_PATTERN))
        k.pattern = style_string(l, PROP_FILL_PATTERN, &f->in);
    else
        k.color = style_color(l, PROP_FILL_COLOR, &f->in);
    if (style_has(l, PROP_FILL_OUTLINE_COLOR) && k.antialias) {
        k.outline = style_color(l, PROP_FILL_OUTLINE_COLOR, &f->in);
        k.has_outline = k.outline.a > 0;
    }
    return k;
}

static bool same_color(struct rgba a, struct rgba b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b && a.a == b.a;
}

static bool same_look(const struct look *a, const struct look *b)
{
    return same_color(a->color, b->color) && same_color(a->outline, b->outline) && a->opacity == b->opacity &&
        a->has_outline == b->has_outline && str_eq(a->pattern, b->pattern);
}

static void flush(struct fill *f)
{
    cairo_t *cr = f->d->cr;
    if (!f->begun)
        return;
    f->begun = false;
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_WINDING);
    cairo_set_antialias(cr, f->look.antialias ? CAIRO_ANTIALIAS_DEFAULT : CAIRO_ANTIALIAS_NONE);
    if (style_has(f->l, PROP_FILL_PATTERN)) {
        cairo_pattern_t *pattern = drawing_pattern(f->d, f->look.pattern);
        if (pattern) {
            cairo_save(cr);
            cairo_clip(cr);
            cairo_set_source(cr, pattern);
            cairo_paint_with_alpha(cr, f->look.opacity);
            cairo_restore(cr);
            cairo_pattern_destroy(pattern);
        }
    } else {
        set_color(cr, f->look.color, f->look.opacity);
        cairo_fill(cr);
    }
    cairo_new_path(cr);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_DEFAULT);
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

static struct rect px_of(const struct tile_place *at, const struct rect *b)
{
    struct xy p[4] = {{b->x0, b->y0}, {b->x1, b->y0}, {b->x1, b->y1}, {b->x0, b->y1}};
    struct rect out = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (int i = 0; i < 4; i++) {
        struct xy q = placing_px(&at->to_px, p[i]);
        out.x0 = MIN(out.x0, q.x), out.x1 = MAX(out.x1, q.x);
        out.y0 = MIN(out.y0, q.y), out.y1 = MAX(out.y1, q.y);
    }
    return out;
}

static void stroke_outline(struct fill *f, struct pen *pen, const struct tile_place *at, const struct shape *s)
{
    pen_lines(pen, s, &at->inside);
    cairo_set_line_width(f->d->cr, 1);
    cairo_set_line_join(f->d->cr, CAIRO_LINE_JOIN_ROUND);
    set_color(f->d->cr, f->look.outline, f->look.opacity);
    cairo_stroke(f->d->cr);
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

static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct fill *f = ctx;
    struct drawing *d = f->d;
    (void)err;
    struct rect view = {-MARGIN_PX, -MARGIN_PX, d->width_px + MARGIN_PX, d->height_px + MARGIN_PX}, tile = px_of(at, &at->inside);
    struct pen pen = {.d = d, .to_px = at->to_px, .clip = view, .shift = f->shift, .thin_px = THIN_PX};
    bool overlapping = f->uniform && !f->cones && at->tile.z == at->asked.z;
    if (!overlapping && d->bearing_deg == 0) { /* at whole px, or half a px over the edge where it falls between two */
        double slack = tile.x0 == floor(tile.x0) && tile.y0 == floor(tile.y0) && tile.x1 == floor(tile.x1) ? 0 : 0.25;
        pen.clip = (struct rect){MAX(view.x0, tile.x0 - slack + f->shift.x), MAX(view.y0, tile.y0 - slack + f->shift.y),
            MIN(view.x1, tile.x1 + slack + f->shift.x), MIN(view.y1, tile.y1 + slack + f->shift.y)};
    }
    for (size_t i = 0; i < n; i++) {
        const struct feature *feature = &features->at[chosen[i]];
        struct rect px = px_of(at, &bounds[chosen[i]]);
        if (feature->shape.kind != SHAPE_POLYGONS || px.x1 + f->shift.x < pen.clip.x0 || px.x0 + f->shift.x > pen.clip.x1 ||
            px.y1 + f->shift.y < pen.clip.y0 || px.y0 + f->shift.y > pen.clip.y1)
            continue;
        if (d->query) {
            if (query_inside(f, at, &feature->shape))
                query_note(d, f->l, features, feature, at);
            continue;
        }
        f->in.layer = features;
        f->in.feature = feature;
        if (!f->uniform || !f->begun) {
            struct look look = look_of(f);
            if (f->begun && !same_look(&look, &f->look))
                flush(f);
            f->look = look;
        }
        if (f->look.opacity <= 0)
            continue;
        if (f->cones) {
            paint_cone(f, &pen, &feature->shape);
            continue;
        }
        f->begun = true;
        pen_polygons(&pen, &feature->shape);
        if (f->look.has_outline) {
            flush(f);
            struct rect wide = {view.x0 - 2, view.y0 - 2, view.x1 + 2, view.y1 + 2};
            struct pen outline = pen;
            outline.clip = wide;
            stroke_outline(f, &outline, at, &feature->shape);
        }
    }
    if (!overlapping)
        flush(f);
    return true;
}

static bool depends_on_feature(const struct style_layer *l)
{
    static const enum prop props[] = {PROP_FILL_COLOR, PROP_FILL_OPACITY, PROP_FILL_OUTLINE_COLOR, PROP_FILL_PATTERN};
    for (size_t i = 0; i < COUNT(props); i++)
        if (l->prop[props[i]] && expr_uses_feature(l->prop[props[i]]))
            return true;
    return false;
}

bool layer_draw_fill(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct fill f = {.d = d, .l = l, .in = drawing_input(d), .uniform = !depends_on_feature(l) && !style_has(l, PROP_FILL_OUTLINE_COLOR)};
    f.cones = l->source && l->source->kind == SOURCE_IS_DEPLOYMENTS && str_eq(l->source_layer, S("cones"));
    f.shift = drawing_translate(d, l, PROP_FILL_TRANSLATE, PROP_FILL_TRANSLATE_ANCHOR);
    cairo_new_path(d->cr);
    if (!drawing_each(d, l, fabs(f.shift.x) + fabs(f.shift.y), add_tile, &f, err))
        return false;
    flush(&f);
    return true;
}
