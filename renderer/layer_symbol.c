/*
 * Symbols in three steps. For each tile and layer the features become symbols (symbol.h): what text, which icon, where, how
 * large; of sources that do not change this is kept, since tiles that lie beside each other ask for the same. Then all
 * symbols round the drawing stand against each other once (label.h), base layers apart from those of the deployments. Last,
 * each layer draws what is shown of its own.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "renderer/symbol.h"

enum { SYMBOL_ARENA_BYTES = 64 << 20 };
#define MARK_MARGIN_PX 128.0 /* how far marks of deployments that overlap freely may reach into a drawing */
/* What is still open with the last margin is decided by what lies within ALONE_PX of it, which every drawing of it has read:
 * neighbouring tiles agree on it all the same, if now and then at the price of an overlap. */
#define ALONE_PX 1024.0
static const double MARGINS_PX[] = {1.75 * LABEL_REACH_PX, 3 * LABEL_REACH_PX, ALONE_PX + LABEL_REACH_PX};

struct placed {
    const struct symbol *symbol;
    struct xy corner;            /* px of the drawing */
    struct tile_place place;
    const struct features *features;
};
struct labels {
    size_t n, cap;
    struct placed *at;
    struct label_candidate *candidates;
    uint32_t *order;
};

/* ---- round a drawing ---- */

struct gathering {
    struct drawing *d;
    const struct style_layer *l;
    struct labels *labels;
    double margin;
};

static void free_bucket(void *value)
{
    struct bucket *k = value;
    arena_done(&k->arena);
    free(k);
}

struct cache *symbols_new(size_t limit_bytes)
{
    return cache_new(limit_bytes, free_bucket);
}

static bool add_placed(struct gathering *g, const struct bucket *k, struct xy corner, const struct tile_place *at, const struct features *features)
{
    struct labels *all = g->labels;
    double m = g->margin;
    for (size_t i = 0; i < k->n; i++) {
        const struct symbol *s = &k->at[i];
        double x = corner.x + s->at.x, y = corner.y + s->at.y;
        if (x < -m || y < -m || x > g->d->width_px + m || y > g->d->height_px + m)
            continue;
        if (all->n == all->cap) {
            size_t more = MAX(all->cap * 2, 256);
            struct placed *grown = ARENA_ARRAY(g->d->arena, struct placed, more);
            if (!grown)
                return false;
            if (all->n)
                memcpy(grown, all->at, all->n * sizeof *grown);
            all->at = grown;
            all->cap = more;
        }
        all->at[all->n++] = (struct placed){s, corner, *at, features};
    }
    return true;
}

static bool gather_tile(void *ctx, const struct tile_place *at, const struct features *features, const struct rect *bounds,
    const uint32_t *chosen, size_t n, struct err *err)
{
    struct gathering *g = ctx;
    struct drawing *d = g->d;
    (void)bounds;
    bool kept = d->bearing_deg == 0 && g->l->source->kind != SOURCE_IS_DEPLOYMENTS;
    struct {
        uint64_t style;
        double zoom;
        uint32_t layer, x, y, z, of_z, vectors, pad;
    } key = {style_hash(d->style), d->zoom, (uint32_t)g->l->index, at->asked.x, at->asked.y, at->asked.z, at->tile.z, !d->image, 0};
    struct xy corner = {at->to_px.x0, at->to_px.y0};
    struct bucket *k = kept ? cache_get(painter_symbols(d->painter), &key, sizeof key) : NULL;
    if (!k) {
        struct bucket *own = kept ? base_alloc(1, sizeof *own) : ARENA_NEW(d->arena, struct bucket);
        if (!own)
            return err_arena(err);
        if (kept)
            arena_init(&own->arena, SYMBOL_ARENA_BYTES);
        struct symbol_builder b = {.d = d, .l = g->l, .in = drawing_input(d), .out = own, .arena = kept ? &own->arena : d->arena, .place = at,
            .turn = at->to_px, .inside = at->inside};
        b.turn.x0 = b.turn.y0 = 0;
        symbols_build(&b, features, chosen, n);
        if (kept)
            cache_put(painter_symbols(d->painter), &key, sizeof key, own, sizeof *own + arena_held(&own->arena));
        if (b.full)
            return err_set(err, ERR_TOO_BIG, "more labels than one tile may have");
        k = own;
    }
    return add_placed(g, k, corner, at, features) || err_arena(err);
}

static bool of_deployments(const struct style_layer *l)
{
    return l->source && l->source->kind == SOURCE_IS_DEPLOYMENTS;
}

/* Before the first layer that shows deployments: names of the ground that come after it stand against those. */
static bool is_base(const struct drawing *d, const struct style_layer *l)
{
    const struct style_layer *layers;
    (void)style_layers(d->style, &layers);
    for (const struct style_layer *i = layers; i <= l; i++)
        if (of_deployments(i))
            return false;
    return true;
}

static bool overlaps_freely(const struct drawing *d, const struct style_layer *l)
{
    struct expr_input in = drawing_input(d);
    bool icon_free = style_bool(l, PROP_ICON_ALLOW_OVERLAP, &in) || !style_has(l, PROP_ICON_IMAGE);
    bool text_free = style_bool(l, PROP_TEXT_ALLOW_OVERLAP, &in) || !style_has(l, PROP_TEXT_FIELD);
    bool chooses = style_has(l, PROP_TEXT_VARIABLE_ANCHOR) || style_has(l, PROP_TEXT_VARIABLE_ANCHOR_OFFSET);
    return icon_free && text_free && !chooses;
}

struct deciding { /* arrays for label_decide */
    struct label_option *options;
    struct label_box *boxes;
    uint32_t n_options, n_boxes;
};

static struct label_part moved(struct label_part p, uint32_t first)
{
    return (struct label_part){p.first_box + first, p.n_boxes};
}

static struct label_candidate candidate_of(const struct placed *p, struct deciding *to)
{
    const struct symbol *s = p->symbol;
    struct label_candidate c = {.sort_key = s->sort_key, .layer = (int)s->layer, .tie = s->tie, .first_option = to->n_options, .n_options = s->n_options,
        .icon = s->icon_rule, .text = s->text_rule, .icon_follows = s->icon_follows, .has_icon = s->icon.len > 0, .has_text = s->n_sections > 0};
    for (uint32_t i = 0; i < s->n_options; i++)
        to->options[to->n_options++] = (struct label_option){moved(s->options[i].icon, to->n_boxes), moved(s->options[i].text, to->n_boxes)};
    for (uint32_t i = 0; i < s->n_boxes; i++) {
        const struct label_box *b = &s->boxes[i];
        to->boxes[to->n_boxes++] = (struct label_box){p->corner.x + b->x0, p->corner.y + b->y0, p->corner.x + b->x1, p->corner.y + b->y1};
    }
    return c;
}

static bool decide(struct drawing *d, struct labels *all, struct rect known, struct err *err)
{
    size_t n_boxes = 0, n_options = 0;
    for (size_t i = 0; i < all->n; i++) {
        n_boxes += all->at[i].symbol->n_boxes;
        n_options += all->at[i].symbol->n_options;
    }
    struct deciding to = {.options = ARENA_ARRAY(d->arena, struct label_option, n_options + 1), .boxes = ARENA_ARRAY(d->arena, struct label_box, n_boxes + 1)};
    all->candidates = ARENA_ARRAY(d->arena, struct label_candidate, all->n + 1);
    if (!to.options || !to.boxes || !all->candidates)
        return err_arena(err);
    for (size_t i = 0; i < all->n; i++)
        all->candidates[i] = candidate_of(&all->at[i], &to);
    label_decide(all->candidates, all->n, to.options, to.boxes, n_boxes, known, d->arena);
    return true;
}

static _Thread_local const struct placed *sorted_of;

/* What is drawn first: small sort keys, then from north to south, so that what stands in front covers, or as the source has it. */
static int by_depth(const void *pa, const void *pb)
{
    const struct placed *a = &sorted_of[*(const uint32_t *)pa], *b = &sorted_of[*(const uint32_t *)pb];
    if (a->symbol->layer != b->symbol->layer)
        return a->symbol->layer < b->symbol->layer ? -1 : 1;
    if (a->symbol->sort_key != b->symbol->sort_key)
        return a->symbol->sort_key < b->symbol->sort_key ? -1 : 1;
    if (a->symbol->by_source)
        return a->symbol->tie < b->symbol->tie ? -1 : a->symbol->tie > b->symbol->tie;
    double ya = a->corner.y + a->symbol->at.y, yb = b->corner.y + b->symbol->at.y;
    if (fabs(ya - yb) > 1e-6)
        return ya < yb ? -1 : 1;
    return a->symbol->tie < b->symbol->tie ? -1 : a->symbol->tie > b->symbol->tie;
}

static bool is_ignored(const struct drawing *d, const struct style_layer *l)
{
    struct expr_input in = drawing_input(d);
    return (style_bool(l, PROP_ICON_IGNORE_PLACEMENT, &in) || !style_has(l, PROP_ICON_IMAGE)) &&
        (style_bool(l, PROP_TEXT_IGNORE_PLACEMENT, &in) || !style_has(l, PROP_TEXT_FIELD));
}

/* The symbol layers of a group that are decided together: the base's, or those of the deployments. */
static bool belongs(struct drawing *d, const struct style_layer *l, bool base)
{
    return l->kind == LAYER_SYMBOL && is_base(d, l) == base && drawing_shows(d, l) && (d->query || !points_able(d, l));
}

static bool all_free(struct drawing *d, bool base)
{
    const struct style_layer *layers;
    size_t n = style_layers(d->style, &layers);
    for (size_t i = 0; i < n; i++)
        if (belongs(d, &layers[i], base) && !overlaps_freely(d, &layers[i]))
            return false;
    return true;
}

static bool gather(struct drawing *d, struct labels *all, bool base, double margin, bool free_ones_only, struct err *err)
{
    const struct style_layer *layers;
    size_t n = style_layers(d->style, &layers);
    all->n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct style_layer *l = &layers[i];
        if (!belongs(d, l, base))
            continue;
        bool near = free_ones_only || (overlaps_freely(d, l) && is_ignored(d, l)); /* it hides nothing further away */
        struct gathering g = {d, l, all, !near ? margin : base ? SYMBOL_FREE_REACH_PX : MARK_MARGIN_PX};
        if (!drawing_each(d, l, g.margin, gather_tile, &g, err))
            return false;
    }
    return true;
}

/* As it is drawn it may be turned within its box's diagonal, and moved by a translation. */
static bool may_touch(const struct drawing *d, const struct placed *p)
{
    const struct symbol *s = p->symbol;
    for (uint32_t i = 0; i < s->n_boxes; i++) {
        const struct label_box *b = &s->boxes[i];
        double m = MAX(MARK_MARGIN_PX, hypot(b->x1 - b->x0, b->y1 - b->y0) / 2);
        if (p->corner.x + b->x1 >= -m && p->corner.x + b->x0 <= d->width_px + m && p->corner.y + b->y1 >= -m && p->corner.y + b->y0 <= d->height_px + m)
            return true;
    }
    return false;
}

/* Something that may be seen hangs on labels that were not read. */
static bool is_open(const struct drawing *d, const struct labels *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->candidates[i].open && may_touch(d, &all->at[i]))
            return true;
    return false;
}

static bool sort(struct drawing *d, struct labels *all, struct err *err)
{
    all->order = ARENA_ARRAY(d->arena, uint32_t, all->n + 1);
    if (!all->order)
        return err_arena(err);
    for (size_t i = 0; i < all->n; i++)
        all->order[i] = (uint32_t)i;
    sorted_of = all->at;
    qsort(all->order, all->n, sizeof *all->order, by_depth);
    return true;
}

static struct xy anchor_px(const struct placed *p)
{
    return (struct xy){p->corner.x + p->symbol->at.x, p->corner.y + p->symbol->at.y};
}

/* By what lies round it, whatever drawing it is. */
static bool decide_alone(struct drawing *d, struct labels *all, size_t which, struct err *err)
{
    struct arena_mark before = arena_mark(d->arena);
    struct xy at = anchor_px(&all->at[which]);
    struct labels round = {.at = ARENA_ARRAY(d->arena, struct placed, all->n)};
    size_t here = 0;
    if (!round.at)
        return err_arena(err);
    for (size_t i = 0; i < all->n; i++) {
        struct xy other = anchor_px(&all->at[i]);
        if (fabs(other.x - at.x) > ALONE_PX || fabs(other.y - at.y) > ALONE_PX)
            continue;
        if (i == which)
            here = round.n;
        round.at[round.n++] = all->at[i];
    }
    bool ok = decide(d, &round, (struct rect){-INFINITY, -INFINITY, INFINITY, INFINITY}, err);
    if (ok) {
        struct label_candidate *c = &all->candidates[which], *found = &round.candidates[here];
        c->icon_shown = found->icon_shown;
        c->text_shown = found->text_shown;
        c->option = found->option;
    }
    arena_release(d->arena, before);
    return ok;
}

static bool decide_open(struct drawing *d, struct labels *all, struct err *err)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->candidates[i].open && may_touch(d, &all->at[i]) && !decide_alone(d, all, i, err))
            return false;
    return true;
}

static bool find_labels(struct drawing *d, bool base, struct err *err)
{
    struct labels *all = ARENA_NEW(d->arena, struct labels);
    if (!all)
        return err_arena(err);
    bool is_free = all_free(d, base), open = true;
    for (size_t k = 0; k < COUNT(MARGINS_PX) && open; k++) {
        double m = MARGINS_PX[k];
        struct rect known = {-m, -m, d->width_px + m, d->height_px + m};
        if (!gather(d, all, base, m, is_free, err) || !decide(d, all, known, err))
            return false;
        open = !is_free && is_open(d, all);
    }
    if (open && !decide_open(d, all, err))
        return false;
    d->labels[base] = all;
    return sort(d, all, err);
}

/* ---- drawing ---- */

static const struct symbol_option *option_of(const struct labels *all, uint32_t i)
{
    return &all->at[i].symbol->options[all->candidates[i].option];
}

static void draw_icon(struct drawing *d, const struct placed *p, const struct symbol_option *o, struct xy shift)
{
    const struct symbol *s = p->symbol;
    drawing_icon(d, s->icon, (struct xy){p->corner.x + s->at.x + o->icon_at.x + shift.x, p->corner.y + s->at.y + o->icon_at.y + shift.y}, s->look, s->opacity);
}

/* Images among the letters. */
static void draw_images(struct drawing *d, const struct symbol *s, const struct text_layout *l, const struct placed_glyph *at, struct xy shift)
{
    for (size_t i = 0; i < l->n_glyphs; i++) {
        const struct text_glyph *g = at[i].glyph;
        const struct text_section *from = &s->sections[g->section];
        const struct icon *icon = g->image ? icon_find(d->icons, from->text) : NULL;
        if (!icon)
            continue;
        double w = from->image_width_px * g->scale / 2, h = from->image_height_px * g->scale / 2, c = cos(at[i].angle), n = sin(at[i].angle);
        struct icon_look look = {.scale = g->scale, .rotate_deg = at[i].angle * 180 / M_PI, .tinted = icon->sdf, .color = s->paint.color};
        drawing_icon(d, from->text, (struct xy){at[i].x + w * c - h * n + shift.x, at[i].y + w * n + h * c + shift.y}, look, s->paint.opacity);
    }
}

static void draw_placed(struct drawing *d, const struct symbol *s, const struct text_layout *l, const struct placed_glyph *at, struct xy shift)
{
    cairo_save(d->cr);
    cairo_translate(d->cr, shift.x, shift.y);
    text_draw_placed(d->text, d->cr, l, at, &s->paint);
    cairo_restore(d->cr);
    if (l->has_images)
        draw_images(d, s, l, at, shift);
}

static void draw_text(struct drawing *d, const struct placed *p, const struct symbol_option *o, struct xy shift)
{
    const struct symbol *s = p->symbol;
    struct text_style style = s->style;
    style.justify = s->path ? style.justify : o->justify;
    const struct text_layout *l = text_layout(d->text, s->sections, s->n_sections, &style);
    struct xy corner = {p->corner.x + shift.x, p->corner.y + shift.y};
    double c = cos(s->text_angle), n = sin(s->text_angle);
    struct xy at = {s->at.x + o->text_at.x * c - o->text_at.y * n, s->at.y + o->text_at.x * n + o->text_at.y * c};
    if (!s->path && s->text_angle == 0 && !l->has_images) {
        text_draw(d->text, d->cr, l, corner.x + at.x, corner.y + at.y, &s->paint);
        return;
    }
    AUTO_FREE struct placed_glyph *glyphs = base_alloc(l->n_glyphs + 1, sizeof *glyphs);
    if (!s->path)
        text_place_block(l, at, s->text_angle, glyphs);
    else if (!text_place_along(l, &s->along, glyphs))
        return;
    draw_placed(d, s, l, glyphs, corner);
}

static bool part_hit(struct drawing *d, const struct placed *p, struct label_part part, struct xy shift)
{
    for (uint32_t i = part.first_box; i < part.first_box + part.n_boxes; i++) {
        const struct label_box *b = &p->symbol->boxes[i];
        struct xy at = {p->corner.x + shift.x, p->corner.y + shift.y};
        struct rect px = {at.x + b->x0, at.y + b->y0, at.x + b->x1, at.y + b->y1};
        if (query_hits(d, &px))
            return true;
    }
    return false;
}

static void note_hit(struct drawing *d, const struct style_layer *l, const struct labels *all, uint32_t i, struct xy icon_shift, struct xy text_shift)
{
    const struct placed *p = &all->at[i];
    const struct symbol_option *o = option_of(all, i);
    bool icon = all->candidates[i].icon_shown && p->symbol->opacity > 0, text = all->candidates[i].text_shown && p->symbol->paint.opacity > 0;
    if ((icon && part_hit(d, p, o->icon, icon_shift)) || (text && part_hit(d, p, o->text, text_shift)))
        query_note(d, l, p->features, &p->features->at[p->symbol->feature], &p->place);
}

static bool labels_of(struct drawing *d, const struct style_layer *l, struct err *err)
{
    return d->labels[is_base(d, l)] || find_labels(d, is_base(d, l), err);
}

bool layer_draw_symbol(struct drawing *d, const struct style_layer *l, struct err *err)
{
    bool done = false;
    if (!d->query && !points_draw(d, l, &done, err))
        return false;
    if (done)
        return true;
    if (!labels_of(d, l, err))
        return false;
    const struct labels *all = d->labels[is_base(d, l)];
    struct xy icon_shift = drawing_translate(d, l, PROP_ICON_TRANSLATE, PROP_ICON_TRANSLATE_ANCHOR);
    struct xy text_shift = drawing_translate(d, l, PROP_TEXT_TRANSLATE, PROP_TEXT_TRANSLATE_ANCHOR);
    for (int texts = 0; texts < 2; texts++)
        for (size_t k = 0; k < all->n; k++) {
            uint32_t i = all->order[k];
            const struct placed *p = &all->at[i];
            const struct label_candidate *c = &all->candidates[i];
            if (p->symbol->layer != (uint32_t)l->index || !(texts ? c->text_shown : c->icon_shown || d->query) || !may_touch(d, p))
                continue;
            if (d->query && !texts)
                note_hit(d, l, all, i, icon_shift, text_shift);
            else if (!d->query && !texts)
                draw_icon(d, p, option_of(all, i), icon_shift);
            else if (!d->query)
                draw_text(d, p, option_of(all, i), text_shift);
        }
    return true;
}
