/*
 * Lines. On an image each feature is a mesh (line_mesh.c) whose triangles are painted one over the other (line_shade.c),
 * cut at the edge of its own tile, in the order of the tile or of the sort key: translucent lines add up where they cross,
 * as in MapLibre. As vectors a line is a stroke of Cairo's, and what a stroke cannot show, blur, gradients and patterns, is an
 * image in the picture.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "renderer/layer.h"
#include "renderer/line_shade.h"
#include "renderer/pixel.h"

enum { PICTURES_MAX = 16, SHARP_OVERZOOM = 4 /* past the tile's zoom: beyond, corners have no vertices of their own */ };
#define THIN_PX 0.1
#define WIDTH_MAX_PX 1000.0
#define MITER_MAX 32.0 /* a longer spike is cut */
#define SHARP_PX 15.0  /* at the whole zoom */
#define STEPS_PER_TILE 4096.0 /* MapLibre keeps the way along a line in such steps: how dashes lie at zooms past the last tile */
#define REACH_PX 50.0  /* of layers whose widths depend on the feature */

struct look {
    double width, whole_width, gap, offset, blur, opacity, miter, round;
    struct rgba color;
    double dashes[LINE_DASHES_MAX];
    uint32_t n_dashes;
    enum line_cap cap;
    enum line_join join;
    struct str pattern;
};
struct picture {
    struct str name;
    cairo_surface_t *image; /* NULL: there is none */
};
struct line {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in, whole_in; /* at the zoom, and at the whole zoom below */
    bool uniform;
    struct look look;               /* of uniform layers */
    struct xy shift;
    double reach, grown;            /* grown: what a px of the whole zoom is now */
    double step, sharp;             /* of the tile, for its lines: see line_form */
    const uint32_t *ramp;
    struct picture pictures[PICTURES_MAX];
    size_t n_pictures;
    /* the feature under way */
    struct line_painter painter;
    struct line_ink ink;
    struct line_form form;
};

/* ---- looks ---- */

static uint32_t word_of(struct str s, const char *const *words, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(s, str_of(words[i])))
            return i;
    return 0;
}

static double number(const struct line *ln, enum prop p, const struct expr_input *in, double low, double high)
{
    double v = style_number(ln->l, p, in);
    return isfinite(v) ? CLAMP(v, low, high) : low;
}

/* Layout, dashes and patterns are those of the whole zoom, as in MapLibre: they do not change while zooming. */
static struct look look_of(const struct line *ln)
{
    static const char *const caps[] = {"butt", "round", "square"}, *const joins[] = {"miter", "round", "bevel"};
    const struct style_layer *l = ln->l;
    struct look k;
    memset(&k, 0, sizeof k);
    k.width = number(ln, PROP_LINE_WIDTH, &ln->in, 0, WIDTH_MAX_PX);
    if (k.width > 0)
        k.width = MAX(k.width, ln->d->line_min_px);
    k.gap = number(ln, PROP_LINE_GAP_WIDTH, &ln->in, 0, WIDTH_MAX_PX);
    k.offset = number(ln, PROP_LINE_OFFSET, &ln->in, -WIDTH_MAX_PX, WIDTH_MAX_PX);
    k.blur = number(ln, PROP_LINE_BLUR, &ln->in, 0, WIDTH_MAX_PX);
    k.opacity = number(ln, PROP_LINE_OPACITY, &ln->in, 0, 1);
    k.miter = number(ln, PROP_LINE_MITER_LIMIT, &ln->whole_in, 0, MITER_MAX);
    k.round = number(ln, PROP_LINE_ROUND_LIMIT, &ln->whole_in, 0, MITER_MAX);
    k.color = style_color(l, PROP_LINE_COLOR, &ln->in);
    k.cap = word_of(style_string(l, PROP_LINE_CAP, &ln->whole_in), caps, 3);
    k.join = word_of(style_string(l, PROP_LINE_JOIN, &ln->whole_in), joins, 3);
    if (style_has(l, PROP_LINE_PATTERN))
        k.pattern = style_string(l, PROP_LINE_PATTERN, &ln->whole_in);
    bool dashed = !k.pattern.len && style_has(l, PROP_LINE_DASHARRAY);
    if (dashed || k.pattern.len)
        k.whole_width = number(ln, PROP_LINE_WIDTH, &ln->whole_in, 0, WIDTH_MAX_PX);
    if (dashed)
        k.n_dashes = (uint32_t)style_numbers(l, PROP_LINE_DASHARRAY, &ln->whole_in, k.dashes, LINE_DASHES_MAX / 2);
    for (uint32_t i = 0; i < k.n_dashes; i++)
        k.dashes[i] = isfinite(k.dashes[i]) ? CLAMP(k.dashes[i], 0.0, 1e5) : 0;
    return k;
}

static bool is_drawn(const struct line *ln, const struct look *k)
{
    return k->width > 0 && k->opacity > 0 && (k->color.a > 0 || ln->ramp || k->pattern.len) &&
        (k->pattern.len || !style_has(ln->l, PROP_LINE_PATTERN));
}

static double reach_of(const struct look *k)
{
    double half = k->gap / 2 + (k->gap > 0 ? k->width : k->width / 2) + 1;
    return (half + fabs(k->offset)) * MAX(k->miter, 2);
}

static void look_into(struct line *ln, const struct tile_place *at, const struct features *features)
{
    ln->in.layer = ln->whole_in.layer = features;
    ln->in.tile = ln->whole_in.tile = &at->tile;
}

/* Whether it has lines in the picture; the inputs are then its. */
static bool look_at(struct line *ln, const struct tile_place *at, const struct feature *f, const struct rect *bounds)
{
    ln->in.feature = ln->whole_in.feature = f;
    return (f->shape.kind == SHAPE_LINES || f->shape.kind == SHAPE_POLYGONS) && !drawing_misses(ln->d, at, bounds, ln->shift, ln->reach);
}

/* ---- on an image ---- */

static uint32_t gradient_at(void *ctx, double progress)
{
    struct line *ln = ctx;
    struct expr_input in = drawing_input(ln->d);
    in.line_progress = progress;
    return pixel_of(style_color(ln->l, PROP_LINE_GRADIENT, &in));
}

static const struct picture *picture_of(struct line *ln, struct str name)
{
    for (size_t i = 0; i < ln->n_pictures; i++)
        if (str_eq(ln->pictures[i].name, name))
            return &ln->pictures[i];
    if (ln->n_pictures == PICTURES_MAX && ln->pictures[--ln->n_pictures].image)
        cairo_surface_destroy(ln->pictures[ln->n_pictures].image);
    ln->pictures[ln->n_pictures] = (struct picture){name, drawing_picture(ln->d, name)};
    return &ln->pictures[ln->n_pictures++];
}

/* The image of the pattern, as high as the line is wide; false if there is none. */
static bool ready_pattern(struct line *ln, const struct look *k)
{
    const struct picture *p = picture_of(ln, k->pattern);
    if (!p->image)
        return false;
    struct line_picture *to = &ln->ink.picture;
    to->at = (const uint32_t *)(const void *)cairo_image_surface_get_data(p->image);
    to->width = cairo_image_surface_get_stride(p->image) / 4;
    to->height = cairo_image_surface_get_height(p->image);
    to->length_px = (double)to->width / to->height * MAX(k->whole_width, 0.01) * ln->grown;
    return true;
}

/* Everything line_mesh and line_shade need for lines of this look; false: nothing is to be seen. */
static bool ready(struct line *ln, const struct look *k)
{
    double device = 1 / ln->d->scale;
    ln->ink = (struct line_ink){.soft_px = k->blur + device, .picture_opacity = k->opacity, .ramp = ln->ramp, .ramp_at = gradient_at, .ramp_ctx = ln};
    if (k->pattern.len && !ready_pattern(ln, k))
        return false;
    ln->ink.color = (struct rgba){k->color.r * k->opacity, k->color.g * k->opacity, k->color.b * k->opacity, k->color.a * k->opacity};
    ln->ink.inner_px = k->gap > 0 ? (k->gap + device) / 2 : 0;
    ln->ink.outer_px = k->gap / 2 + (k->gap > 0 ? k->width : k->width / 2) + device / 2;
    if (k->n_dashes) {
        struct line_dash *dash = &ln->ink.dash;
        memcpy(dash->lengths, k->dashes, sizeof k->dashes);
        dash->n = k->n_dashes;
        dash->unit_px = MAX(k->whole_width, 0.01) * ln->grown;
        dash->soft = 1 / (ln->d->scale * MAX(k->whole_width, 0.01));
        dash->round = k->cap == CAP_ROUND;
    }
    double reach = (ln->ink.outer_px + fabs(k->offset)) * MAX(k->miter, 2);
    ln->form = (struct line_form){.cap = k->cap, .join = k->join, .miter_limit = k->miter, .round_limit = k->round,
        .half_px = ln->ink.outer_px, .offset_px = k->offset, .clip = {-reach, -reach, ln->d->width_px + reach, ln->d->height_px + reach},
        .measured = k->n_dashes || k->pattern.len || ln->ramp};
    ln->painter.ink = &ln->ink;
    line_painter_ready(&ln->painter);
    return true;
}

static void paint_run(void *ctx, const struct xy *px, size_t n, bool ring)
{
    struct line *ln = ctx;
    if (ln->ramp) {
        double length = 0;
        for (size_t i = 1; i < n + ring; i++)
            length += hypot(px[i % n].x - px[i - 1].x, px[i % n].y - px[i - 1].y);
        ln->ink.ramp_length_px = MAX(length, 1e-9);
    }
    ln->form.step_px = ln->step;
    ln->form.sharp_px = ln->sharp;
    line_mesh(px, n, ring, &ln->form, line_painter_triangle, &ln->painter);
}

static bool paint_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct line *ln = ctx;
    int32_t(*rows)[2];
    if (!drawing_rows(ln->d, ln->ramp ? NULL : at, &rows, err) || !drawing_in_order(ln->d, ln->l, PROP_LINE_SORT_KEY, features, &at->tile, &chosen, n, err))
        return false;
    ln->painter.to.rows = (const int32_t(*)[2])rows;
    ln->step = ln->ramp ? 0 : at->px_per_unit * features->extent / STEPS_PER_TILE;
    ln->sharp = ln->whole_in.zoom - at->tile.z <= SHARP_OVERZOOM ? SHARP_PX * ln->grown : 0;
    look_into(ln, at, features);
    struct pen pen = {.d = ln->d, .to_px = at->to_px, .shift = ln->shift, .thin_px = THIN_PX, .run = paint_run, .ctx = ln};
    for (size_t i = 0; i < n; i++) {
        const struct feature *f = &features->at[chosen[i]];
        if (!look_at(ln, at, f, &bounds[chosen[i]]))
            continue;
        if (!ln->uniform) {
            ln->look = look_of(ln);
            if (!is_drawn(ln, &ln->look) || !ready(ln, &ln->look))
                continue;
        }
        pen_lines(&pen, &f->shape, &at->inside);
    }
    return true;
}

static bool make_ramp(struct line *ln, struct err *err)
{
    if (!style_has(ln->l, PROP_LINE_GRADIENT))
        return true;
    uint32_t *ramp = ARENA_ARRAY(ln->d->arena, uint32_t, LINE_RAMP);
    if (!ramp)
        return err_arena(err);
    for (int i = 0; i < LINE_RAMP; i++)
        ramp[i] = gradient_at(ln, i / (LINE_RAMP - 1.0));
    ln->ramp = ramp;
    return true;
}

static bool paint_pixels(struct line *ln, struct err *err)
{
    struct drawing *d = ln->d;
    bool whole = false;
    if (ln->uniform && !ready(ln, &ln->look))
        return true;
    struct canvas c = drawing_canvas(d);
    ln->painter.to = (struct line_target){.at = c.at, .stride = c.stride, .width = c.width, .height = c.height, .scale = d->scale};
    /* A gradient needs the way from the start of the line to its end. */
    bool ok = !ln->ramp || drawing_whole(d, ln->l, &whole, paint_tile, ln, err);
    if (ok && !whole)
        ok = drawing_each(d, ln->l, fabs(ln->shift.x) + fabs(ln->shift.y), paint_tile, ln, err);
    drawing_touched(d);
    for (size_t i = 0; i < ln->n_pictures; i++)
        if (ln->pictures[i].image)
            cairo_surface_destroy(ln->pictures[i].image);
    return ok;
}

/* ---- as vectors ---- */

static void set_stroke(struct drawing *d, const struct look *k, double width)
{
    static const cairo_line_cap_t caps[] = {CAIRO_LINE_CAP_BUTT, CAIRO_LINE_CAP_ROUND, CAIRO_LINE_CAP_SQUARE};
    static const cairo_line_join_t joins[] = {CAIRO_LINE_JOIN_MITER, CAIRO_LINE_JOIN_ROUND, CAIRO_LINE_JOIN_BEVEL};
    cairo_set_line_width(d->cr, width);
    cairo_set_line_cap(d->cr, k->n_dashes && k->cap == CAP_SQUARE ? CAIRO_LINE_CAP_BUTT : caps[k->cap]);
    cairo_set_line_join(d->cr, joins[k->join]);
    cairo_set_miter_limit(d->cr, MAX(k->miter, 1));
}

static void add_beside(struct line *ln, const struct look *k, const struct tile_place *at, const struct shape *s, double offset)
{
    struct drawing *d = ln->d;
    double reach = k->width + fabs(offset) * 2 + 2, dashes[LINE_DASHES_MAX * 2];
    struct pen pen = {.d = d, .to_px = at->to_px, .shift = ln->shift, .thin_px = THIN_PX, .offset_px = offset,
        .clip = {-reach, -reach, d->width_px + reach, d->height_px + reach}};
    for (uint32_t i = 0; i < k->n_dashes * 2; i++)
        dashes[i] = k->dashes[i % k->n_dashes] * k->whole_width * ln->grown;
    if (k->n_dashes) {
        pen.dashes = dashes;
        pen.n_dashes = k->n_dashes % 2 ? k->n_dashes * 2 : k->n_dashes;
    }
    /* An ancestor shows the asked tile and a little more; dashes, whose phase is each tile's own, and what is painted piece by
     * piece just the tile. */
    bool apart = k->n_dashes || !ln->uniform || k->color.a * k->opacity < 1;
    double more = apart ? 0 : 2;
    if ((at->tile.z != at->asked.z || apart) && d->bearing_deg == 0) {
        struct xy nw = placing_px(&at->to_px, (struct xy){at->inside.x0, at->inside.y0});
        struct xy se = placing_px(&at->to_px, (struct xy){at->inside.x1, at->inside.y1});
        pen.clip = (struct rect){MAX(pen.clip.x0, nw.x - more), MAX(pen.clip.y0, nw.y - more), MIN(pen.clip.x1, se.x + more), MIN(pen.clip.y1, se.y + more)};
    }
    pen_lines(&pen, s, &at->inside);
}

/* With a gap the line runs on both sides of itself. */
static void add_both(struct line *ln, const struct look *k, const struct tile_place *at, const struct shape *s)
{
    if (k->gap <= 0) {
        add_beside(ln, k, at, s, k->offset);
        return;
    }
    double beside = (k->gap + k->width) / 2;
    add_beside(ln, k, at, s, k->offset + beside);
    add_beside(ln, k, at, s, k->offset - beside);
}

static void stroke(struct line *ln, const struct look *k)
{
    set_stroke(ln->d, k, k->width);
    color_set_source(ln->d->cr, k->color, k->opacity);
    cairo_stroke(ln->d->cr);
}

static bool query_near(struct line *ln, const struct look *k, const struct tile_place *at, const struct shape *s)
{
    cairo_t *cr = ln->d->cr;
    struct rect q = query_box(ln->d);
    cairo_new_path(cr);
    add_both(ln, k, at, s);
    set_stroke(ln->d, k, MAX(k->width, 1));
    bool hit = cairo_in_stroke(cr, (q.x0 + q.x1) / 2, (q.y0 + q.y1) / 2);
    for (int i = 0; i <= 16 && !hit && (q.x1 > q.x0 || q.y1 > q.y0); i++)
        for (int j = 0; j <= 16 && !hit; j++)
            hit = cairo_in_stroke(cr, q.x0 + (q.x1 - q.x0) * i / 16, q.y0 + (q.y1 - q.y0) * j / 16);
    cairo_new_path(cr);
    return hit;
}

/* Strokes, or what a question hits. Where all lines look the same and are opaque they are one stroke. */
static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct line *ln = ctx;
    if (!drawing_in_order(ln->d, ln->l, PROP_LINE_SORT_KEY, features, &at->tile, &chosen, n, err))
        return false;
    look_into(ln, at, features);
    for (size_t i = 0; i < n; i++) {
        const struct feature *f = &features->at[chosen[i]];
        if (!look_at(ln, at, f, &bounds[chosen[i]]))
            continue;
        if (!ln->uniform)
            ln->look = look_of(ln);
        if (!is_drawn(ln, &ln->look))
            continue;
        if (ln->d->query) {
            if (query_near(ln, &ln->look, at, &f->shape))
                query_note(ln->d, ln->l, features, f, at);
            continue;
        }
        add_both(ln, &ln->look, at, &f->shape);
        if (!ln->uniform || ln->look.color.a * ln->look.opacity < 1)
            stroke(ln, &ln->look);
    }
    return true;
}

static bool stroke_all(struct line *ln, struct err *err)
{
    cairo_new_path(ln->d->cr);
    if (!drawing_each(ln->d, ln->l, fabs(ln->shift.x) + fabs(ln->shift.y), add_tile, ln, err))
        return false;
    if (!ln->d->query && ln->uniform)
        stroke(ln, &ln->look);
    return true;
}

/* ---- the layer ---- */

static bool needs_pixels(const struct style_layer *l)
{
    return style_has(l, PROP_LINE_BLUR) || style_has(l, PROP_LINE_GRADIENT) || style_has(l, PROP_LINE_PATTERN);
}

static bool depends_on_feature(const struct style_layer *l)
{
    for (int p = PROP_LINE_CAP; p <= PROP_LINE_GRADIENT; p++)
        if (l->prop[p] && expr_uses_feature(l->prop[p]))
            return true;
    return false;
}

static bool draw(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct line ln = {.d = d, .l = l, .in = drawing_input(d), .whole_in = drawing_input(d), .uniform = !depends_on_feature(l), .reach = REACH_PX};
    ln.whole_in.zoom = MAX(whole_zoom(d->zoom), 0);
    ln.grown = exp2(d->zoom - ln.whole_in.zoom);
    ln.shift = drawing_translate(d, l, PROP_LINE_TRANSLATE, PROP_LINE_TRANSLATE_ANCHOR);
    if (!d->query && !make_ramp(&ln, err))
        return false;
    if (ln.uniform) {
        ln.look = look_of(&ln);
        ln.reach = reach_of(&ln.look);
        if (!is_drawn(&ln, &ln.look))
            return true;
    }
    return d->image && !d->query ? paint_pixels(&ln, err) : stroke_all(&ln, err);
}

bool layer_draw_line(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct expr_input in = drawing_input(d);
    double opacity = style_number(l, PROP_LINE_LAYER_OPACITY, &in);
    if (d->query || (opacity >= 1 && (d->image || !needs_pixels(l))))
        return draw(d, l, err);
    return drawing_aside(d, l, draw, opacity, err);
}
