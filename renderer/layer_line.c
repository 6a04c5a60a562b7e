/*
 * Lines. Pieces that look the same make one path, stroked once: where two tiles share a strip, or a line crosses itself,
 * nothing is painted twice. Looks that differ are kept apart and painted in one fixed order (sort key, then width), which
 * does not depend on which tile is read first.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "renderer/layer.h"

enum { DASHES_MAX = 16 };
#define THIN_PX 0.25

struct look {
    double sort_key, width, gap, offset, opacity, miter;
    struct rgba color;
    double dashes[DASHES_MAX];
    uint32_t n_dashes, cap, join;
};
struct piece { /* one feature of one tile */
    struct look look;
    struct tile_place at;
    const struct features *features;
    const struct feature *feature;
};
struct line {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;
    bool uniform;
    struct look look; /* of uniform layers */
    struct piece *pieces;
    size_t n, cap;
    struct xy shift;
    double reach;
};

static uint32_t word_of(struct str s, const char *const *words, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (str_eq(s, str_of(words[i])))
            return i;
    return 0;
}

static struct look look_of(const struct line *ln)
{
    static const char *const caps[] = {"butt", "round", "square"}, *const joins[] = {"miter", "round", "bevel"};
    const struct style_layer *l = ln->l;
    const struct expr_input *in = &ln->in;
    struct look k;
    memset(&k, 0, sizeof k);
    if (style_has(l, PROP_LINE_SORT_KEY))
        k.sort_key = style_number(l, PROP_LINE_SORT_KEY, in);
    k.width = CLAMP(style_number(l, PROP_LINE_WIDTH, in), 0.0, 1000.0);
    k.gap = CLAMP(style_number(l, PROP_LINE_GAP_WIDTH, in), 0.0, 1000.0);
    k.offset = CLAMP(style_number(l, PROP_LINE_OFFSET, in), -1000.0, 1000.0);
    k.opacity = style_number(l, PROP_LINE_OPACITY, in);
    k.miter = style_number(l, PROP_LINE_MITER_LIMIT, in);
    k.color = style_color(l, PROP_LINE_COLOR, in);
    k.cap = word_of(style_string(l, PROP_LINE_CAP, in), caps, 3);
    k.join = word_of(style_string(l, PROP_LINE_JOIN, in), joins, 3);
    if (!style_has(l, PROP_LINE_DASHARRAY))
        return k;
    size_t n = style_numbers(l, PROP_LINE_DASHARRAY, in, k.dashes, DASHES_MAX / 2);
    if (n == 0)
        return k;
    /* Dashes follow the width the line has at the whole zoom below, as in MapLibre, so that they do not flow while zooming. */
    struct expr_input whole = *in;
    whole.zoom = floor(in->zoom);
    double unit = style_number(l, PROP_LINE_WIDTH, &whole) * exp2(in->zoom - whole.zoom);
    if (n % 2) {
        memcpy(k.dashes + n, k.dashes, n * sizeof *k.dashes);
        n *= 2;
    }
    k.n_dashes = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        k.dashes[i] = CLAMP(k.dashes[i] * unit, 0.0, 1e5);
    return k;
}

static int by_look(const void *pa, const void *pb)
{
    const struct look *a = &((const struct piece *)pa)->look, *b = &((const struct piece *)pb)->look;
    if (a->sort_key != b->sort_key)
        return a->sort_key < b->sort_key ? -1 : 1;
    if (a->width != b->width)
        return a->width < b->width ? -1 : 1;
    return memcmp(a, b, sizeof *a);
}

static void set_stroke(struct drawing *d, const struct look *k, double width)
{
    static const cairo_line_cap_t caps[] = {CAIRO_LINE_CAP_BUTT, CAIRO_LINE_CAP_ROUND, CAIRO_LINE_CAP_SQUARE};
    static const cairo_line_join_t joins[] = {CAIRO_LINE_JOIN_MITER, CAIRO_LINE_JOIN_ROUND, CAIRO_LINE_JOIN_BEVEL};
    cairo_set_line_width(d->cr, width);
    cairo_set_line_cap(d->cr, caps[k->cap]);
    cairo_set_line_join(d->cr, joins[k->join]);
    cairo_set_miter_limit(d->cr, MAX(k->miter, 1));
}

static void add_piece(struct line *ln, const struct look *k, const struct tile_place *at, const struct shape *s, double offset)
{
    struct drawing *d = ln->d;
    double reach = k->width + fabs(offset) * 2 + 2;
    struct pen pen = {.d = d, .to_px = at->to_px, .shift = ln->shift, .thin_px = THIN_PX, .offset_px = offset,
        .clip = {-reach, -reach, d->width_px + reach, d->height_px + reach},
        .dashes = k->n_dashes ? k->dashes : NULL, .n_dashes = k->n_dashes};
    /* An ancestor shows the asked tile and a little more; dashes, whose phase is each tile's own, just the tile. */
    double more = k->n_dashes ? 0 : 2;
    if ((at->tile.z != at->asked.z || k->n_dashes) && d->bearing_deg == 0) {
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
        add_piece(ln, k, at, s, k->offset);
        return;
    }
    double beside = (k->gap + k->width) / 2;
    add_piece(ln, k, at, s, k->offset + beside);
    add_piece(ln, k, at, s, k->offset - beside);
}

static void flush(struct line *ln, const struct look *k)
{
    set_stroke(ln->d, k, k->width);
    set_color(ln->d->cr, k->color, k->opacity);
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

static bool outside(const struct line *ln, const struct tile_place *at, const struct rect *b)
{
    const struct drawing *d = ln->d;
    double reach = ln->reach;
    struct rect px = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    struct xy corners[4] = {{b->x0, b->y0}, {b->x1, b->y0}, {b->x1, b->y1}, {b->x0, b->y1}};
    for (int i = 0; i < 4; i++) {
        struct xy p = placing_px(&at->to_px, corners[i]);
        px.x0 = MIN(px.x0, p.x), px.x1 = MAX(px.x1, p.x);
        px.y0 = MIN(px.y0, p.y), px.y1 = MAX(px.y1, p.y);
    }
    return px.x1 + ln->shift.x < -reach || px.y1 + ln->shift.y < -reach || px.x0 + ln->shift.x > d->width_px + reach ||
        px.y0 + ln->shift.y > d->height_px + reach;
}

static bool add_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct line *ln = ctx;
    (void)err;
    ln->in.layer = features;
    for (size_t i = 0; i < n; i++) {
        const struct feature *f = &features->at[chosen[i]];
        if ((f->shape.kind != SHAPE_LINES && f->shape.kind != SHAPE_POLYGONS) || outside(ln, at, &bounds[chosen[i]]))
            continue;
        ln->in.feature = f;
        if (ln->uniform && !ln->d->query) {
            add_both(ln, &ln->look, at, &f->shape);
            continue;
        }
        struct look k = ln->uniform ? ln->look : look_of(ln);
        if (k.width <= 0 || k.opacity <= 0)
            continue;
        if (ln->d->query) {
            if (query_near(ln, &k, at, &f->shape))
                query_note(ln->d, ln->l, features, f, at);
            continue;
        }
        if (ln->n == ln->cap) {
            ln->cap = MAX(ln->cap * 2, 64);
            ln->pieces = base_grow(ln->pieces, ln->cap, sizeof *ln->pieces);
        }
        ln->pieces[ln->n++] = (struct piece){k, *at, features, f};
    }
    return true;
}

static bool depends_on_feature(const struct style_layer *l)
{
    for (int p = PROP_LINE_CAP; p <= PROP_LINE_GRADIENT; p++)
        if (l->prop[p] && expr_uses_feature(l->prop[p]))
            return true;
    return false;
}

static void draw_pieces(struct line *ln)
{
    if (ln->n)
        qsort(ln->pieces, ln->n, sizeof *ln->pieces, by_look);
    for (size_t i = 0; i < ln->n; i++) {
        const struct piece *p = &ln->pieces[i];
        add_both(ln, &p->look, &p->at, &p->feature->shape);
        if (i + 1 == ln->n || memcmp(&p->look, &ln->pieces[i + 1].look, sizeof p->look) != 0)
            flush(ln, &p->look);
    }
}

bool layer_draw_line(struct drawing *d, const struct style_layer *l, struct err *err)
{
    struct line ln = {.d = d, .l = l, .in = drawing_input(d), .uniform = !depends_on_feature(l), .reach = 50};
    ln.shift = drawing_translate(d, l, PROP_LINE_TRANSLATE, PROP_LINE_TRANSLATE_ANCHOR);
    if (ln.uniform) {
        ln.look = look_of(&ln);
        ln.reach = ln.look.width + ln.look.gap + fabs(ln.look.offset) + 2;
        if (ln.look.width <= 0 || ln.look.opacity <= 0 || ln.look.color.a <= 0)
            return true;
    }
    cairo_new_path(d->cr);
    bool ok = drawing_each(d, l, fabs(ln.shift.x) + fabs(ln.shift.y), add_tile, &ln, err);
    if (ok && ln.uniform)
        flush(&ln, &ln.look);
    else if (ok)
        draw_pieces(&ln);
    free(ln.pieces);
    return ok;
}
