/*
 * Symbols along lines. Pieces of a line that carry the same words are joined, cut at the edge of their tile, and anchors set
 * along them: at even distances, where there is room for the whole label and the line does not bend too much under it. A
 * line too short for that has one in its middle. Which places these are follows MapLibre: the first anchor stands half a
 * label and two letters from where a line begins, and half a distance where it only comes in from the next tile.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/hash.h"
#include "renderer/symbol.h"

enum { REPEAT_HEADS = 1024 };
#define WINDOW_EM 0.6 /* the bend is summed over so much of the label */

struct chain {
    struct symbol_words words;
    uint64_t hash;
    uint32_t feature;
    struct xy *at;               /* in the extent */
    size_t n;
};
struct repeats { /* anchors of texts, by their hash */
    struct repeat {
        uint64_t hash;
        struct xy at;
        uint32_t next; /* + 1 */
    } *at;
    size_t n, cap;
    uint32_t heads[REPEAT_HEADS];
};

/* ---- chains ---- */

static uint64_t words_hash(const struct symbol_words *w)
{
    uint64_t h = hash64(w->icon.at, w->icon.len, 1);
    for (uint32_t i = 0; i < w->n; i++)
        h = hash64(w->sections[i].text.at, w->sections[i].text.len, h + w->sections[i].is_image);
    return h;
}

/* Chains and, by words and place, where they begin and end. A chain that grew leaves its old ends in the table; whoever
 * finds one looks whether it still is one. */
struct chains {
    struct chain *at;
    size_t n, cap;
    struct chain_end {
        uint64_t key;
        uint32_t chain; /* + 1; 0: free */
    } *ends[2];         /* where chains begin, where they end */
    size_t slots, n_ends;
};

static uint64_t end_key(const struct chain *c, int which)
{
    return hash64(&c->at[which ? c->n - 1 : 0], sizeof *c->at, c->hash);
}

static void put_end(struct chains *all, int which, uint64_t key, uint32_t chain)
{
    size_t i = key & (all->slots - 1);
    while (all->ends[which][i].chain)
        i = (i + 1) & (all->slots - 1);
    all->ends[which][i] = (struct chain_end){key, chain + 1};
}

static void grow_ends(struct chains *all)
{
    all->slots = MAX(all->slots * 2, 256);
    all->n_ends = 0;
    for (int which = 0; which < 2; which++) {
        free(all->ends[which]);
        all->ends[which] = base_alloc(all->slots, sizeof *all->ends[which]);
    }
    for (size_t i = 0; i < all->n; i++)
        for (int which = 0; which < 2 && all->at[i].n; which++, all->n_ends++)
            put_end(all, which, end_key(&all->at[i], which), (uint32_t)i);
}

static void note_ends(struct chains *all, uint32_t chain)
{
    if ((all->n_ends + 2) * 2 > all->slots)
        grow_ends(all); /* the chain is noted with the others */
    else
        for (int which = 0; which < 2; which++, all->n_ends++)
            put_end(all, which, end_key(&all->at[chain], which), chain);
}

/* A chain of these words that begins (0) or ends (1) at a place. */
static struct chain *find_end(const struct chains *all, int which, uint64_t hash, struct xy place)
{
    uint64_t key = hash64(&place, sizeof place, hash);
    for (size_t i = key & (all->slots - 1); all->slots && all->ends[which][i].chain; i = (i + 1) & (all->slots - 1)) {
        struct chain *c = &all->at[all->ends[which][i].chain - 1];
        if (all->ends[which][i].key == key && c->n && end_key(c, which) == key)
            return c;
    }
    return NULL;
}

/* One after the other, the place they share once. */
static bool append(struct symbol_builder *b, struct chain *c, const struct xy *at, size_t n)
{
    struct xy *all = ARENA_ARRAY(b->arena, struct xy, c->n + n);
    if (!all)
        return false;
    memcpy(all, c->at, c->n * sizeof *all);
    memcpy(all + c->n, at + 1, (n - 1) * sizeof *all);
    c->at = all;
    c->n += n - 1;
    return true;
}

/* A line goes on with one of the same words that begins where it ends, and is the going on of one that ends where it begins. */
static bool join(struct symbol_builder *b, struct chains *all, uint64_t hash, const struct xy *at, size_t n)
{
    struct chain *before = find_end(all, 1, hash, at[0]), *after = find_end(all, 0, hash, at[n - 1]);
    struct chain line = {.at = (struct xy *)(uintptr_t)at, .n = n};
    if (before == after && before)
        after = NULL; /* it closes a ring */
    if (before && append(b, before, at, n)) {
        if (after && append(b, before, after->at, after->n))
            after->n = 0;
        note_ends(all, (uint32_t)(before - all->at));
        return true;
    }
    if (!after || !append(b, &line, after->at, after->n))
        return false;
    after->at = line.at;
    after->n = line.n;
    note_ends(all, (uint32_t)(after - all->at));
    return true;
}

static void add_line(struct symbol_builder *b, struct chains *all, const struct symbol_words *w, uint64_t hash, uint32_t feature, bool joining,
    const struct xy *at, size_t n)
{
    if (joining && w->n && join(b, all, hash, at, n))
        return;
    struct xy *own = ARENA_ARRAY(b->arena, struct xy, n);
    if (!own) {
        b->full = true;
        return;
    }
    memcpy(own, at, n * sizeof *own);
    if (all->n == all->cap) {
        all->cap = MAX(all->cap * 2, 32);
        all->at = base_grow(all->at, all->cap, sizeof *all->at);
    }
    all->at[all->n++] = (struct chain){*w, hash, feature, own, n};
    note_ends(all, (uint32_t)(all->n - 1));
}

/* ---- along one line ---- */

struct track { /* a piece of a chain inside the tile */
    const struct xy *at;         /* px from the tile's corner */
    size_t n;
    double length;
    bool continued;              /* it begins at the tile's edge */
};

static double step_of(const struct track *t, size_t i)
{
    return hypot(t->at[i + 1].x - t->at[i].x, t->at[i + 1].y - t->at[i].y);
}

static double direction_of(const struct track *t, size_t i)
{
    return atan2(t->at[i + 1].y - t->at[i].y, t->at[i + 1].x - t->at[i].x);
}

/* The bend under a label round a place of the track: never more than most_rad within a window of the label. */
static bool runs_straight(const struct track *t, double middle, double label, double window, double most_rad)
{
    double from = middle - label / 2, to = middle + label / 2, bend = 0, begun = 0;
    size_t first = 1; /* the oldest corner in the window */
    double first_at = 0;
    for (size_t i = 1; i + 1 < t->n; i++) {
        begun += step_of(t, i - 1);
        if (begun <= from) {
            first = i + 1;
            first_at = begun + step_of(t, i);
            continue;
        }
        if (begun >= to)
            break;
        if (first == i)
            first_at = begun;
        bend += fabs(remainder(direction_of(t, i) - direction_of(t, i - 1), 2 * M_PI));
        while (begun - first_at > window) {
            bend -= fabs(remainder(direction_of(t, first) - direction_of(t, first - 1), 2 * M_PI));
            first_at += step_of(t, first);
            first++;
        }
        if (bend > most_rad)
            return false;
    }
    return true;
}

struct label_size {
    double length, window, extra, spacing, overscale; /* px of the drawing */
    double most_rad;
    bool has_text;
    bool anywhere;               /* also where the line is shorter: whether it has room, its letters tell */
};

static struct label_size size_of(struct symbol_builder *b, const struct chain *c)
{
    struct symbol_builder at_next = *b;
    double zoom = whole_zoom(b->d->zoom), grown = exp2(b->d->zoom - zoom), em, length = 0;
    struct symbol probe = {0};
    at_next.in.zoom = zoom + 1;
    symbol_set_text(&at_next, &probe, &c->words);
    em = CLAMP(style_number(b->l, PROP_TEXT_SIZE, &at_next.in), 0.0, 512.0);
    if (probe.n_sections)
        length = text_layout(b->d->text, probe.sections, probe.n_sections, &probe.style)->width_px;
    const struct icon *icon = c->words.icon.len ? icon_find(b->d->icons, c->words.icon) : NULL;
    if (icon)
        length = MAX(length, icon->width_px * style_number(b->l, PROP_ICON_SIZE, &b->in) * em / 24);
    struct label_size s = {.length = length * grown, .window = probe.n_sections ? WINDOW_EM * em * grown : 0, .extra = 2 * em * grown,
        .spacing = MAX(style_number(b->l, PROP_SYMBOL_SPACING, &b->in), 1) * grown, .has_text = probe.n_sections > 0,
        .overscale = exp2(MAX(zoom - b->place->asked.z, 0)), .most_rad = style_number(b->l, PROP_TEXT_MAX_ANGLE, &b->in) * M_PI / 180};
    if (s.spacing - s.length < s.spacing / 4)
        s.spacing = s.length + s.spacing / 4;
    return s;
}

static bool is_repeated(struct repeats *r, uint64_t hash, struct xy at, double distance)
{
    uint32_t *head = &r->heads[hash % REPEAT_HEADS];
    for (uint32_t i = *head; i; i = r->at[i - 1].next)
        if (r->at[i - 1].hash == hash && hypot(r->at[i - 1].at.x - at.x, r->at[i - 1].at.y - at.y) < distance)
            return true;
    if (r->n == r->cap) {
        r->cap = MAX(r->cap * 2, 64);
        r->at = base_grow(r->at, r->cap, sizeof *r->at);
    }
    r->at[r->n++] = (struct repeat){hash, at, *head};
    *head = (uint32_t)r->n;
    return false;
}

/* Where the edges beside two segments meet: as far from the corner as they ask for, at most four times the offset. */
static struct xy beside_corner(struct xy p, double a, double b, double offset)
{
    double nx = -sin(a) - sin(b), ny = cos(a) + cos(b), most = 4, half = remainder(b - a, 2 * M_PI) / 2, k = MIN(1 / MAX(fabs(cos(half)), 1e-6), most);
    double n = hypot(nx, ny);
    return n < 1e-9 ? p : (struct xy){p.x + nx / n * offset * k, p.y + ny / n * offset * k};
}

/* The track moved sideways, to the right of its direction, and where the place at `middle` came to lie along it. */
static bool beside(struct symbol_builder *b, const struct track *t, double offset, double *middle, struct track *out)
{
    struct xy *at = ARENA_ARRAY(b->arena, struct xy, t->n);
    double begun = 0, length = 0, found = *middle;
    if (!at) {
        b->full = true;
        return false;
    }
    for (size_t i = 0; i < t->n; i++) {
        double before = direction_of(t, i ? i - 1 : 0), after = direction_of(t, i + 1 < t->n ? i : t->n - 2);
        at[i] = beside_corner(t->at[i], before, after, offset);
    }
    *out = (struct track){at, t->n, 0, t->continued};
    for (size_t i = 0; i + 1 < t->n; i++) {
        double step = step_of(t, i), a = direction_of(t, i);
        if (*middle >= begun && *middle <= begun + step) { /* from the moved corner to the moved place, along the segment */
            double k = *middle - begun, x = t->at[i].x + cos(a) * k - sin(a) * offset - at[i].x, y = t->at[i].y + sin(a) * k + cos(a) * offset - at[i].y;
            found = length + x * cos(a) + y * sin(a);
        }
        begun += step;
        length += step_of(out, i);
    }
    out->length = length;
    *middle = found;
    return true;
}

/* The text on the line, and its boxes; false: it does not fit. */
static bool set_along(struct symbol_builder *b, struct symbol *s, const struct track *t, double middle)
{
    double offset[2] = {0, 0}, em = s->style.size_px, boxes[SYMBOL_BOXES_MAX][4], pad = style_number(b->l, PROP_TEXT_PADDING, &b->in);
    struct xy share = symbol_anchor_share(style_string(b->l, PROP_TEXT_ANCHOR, &b->in));
    style_numbers(b->l, PROP_TEXT_OFFSET, &b->in, offset, 2);
    const struct text_layout *l = text_layout(b->d->text, s->sections, s->n_sections, &s->style);
    struct track moved = *t;
    s->along = (struct text_along){t->at, t->n, middle, offset[0] * em - share.x * l->width_px,
        -share.y * l->height_px, style_bool(b->l, PROP_TEXT_KEEP_UPRIGHT, &b->in),
        str_eq(style_string(b->l, PROP_TEXT_ROTATION_ALIGNMENT, &b->in), S("viewport-glyph"))};
    if (offset[1] != 0 && !beside(b, t, offset[1] * em * (text_along_turned(l, &s->along) ? -1 : 1), &middle, &moved))
        return false;
    s->path = s->along.path = moved.at;
    s->n_path = moved.n;
    s->along.anchor_px = middle;
    AUTO_FREE struct placed_glyph *at = base_alloc(l->n_glyphs + 1, sizeof *at);
    if (!text_place_along(l, &s->along, at))
        return false;
    size_t n = text_along_boxes(l, at, boxes, SYMBOL_BOXES_MAX);
    s->options[0].text = (struct label_part){s->n_boxes, (uint32_t)n};
    for (size_t i = 0; i < n; i++)
        symbol_add_box(b, s, (struct label_box){boxes[i][0] - pad, boxes[i][1] - pad, boxes[i][2] + pad, boxes[i][3] + pad});
    return true;
}

/* Turned round where it would stand on its head and may not. */
static double icon_angle(struct symbol_builder *b, double angle)
{
    return fabs(remainder(angle, 2 * M_PI)) > M_PI / 2 && style_bool(b->l, PROP_ICON_KEEP_UPRIGHT, &b->in) ? angle + M_PI : angle;
}

static void set_icon_along(struct symbol_builder *b, struct symbol *s, const struct chain *c, double angle)
{
    const struct icon *icon = c->words.icon.len ? icon_find(b->d->icons, c->words.icon) : NULL;
    double pad[4] = {2, 2, 2, 2};
    if (!icon)
        return;
    symbol_set_icon(b, s, c->words.icon, icon);
    if (!str_eq(style_string(b->l, PROP_ICON_ROTATION_ALIGNMENT, &b->in), S("viewport")))
        s->look.rotate_deg += icon_angle(b, angle) * 180 / M_PI;
    struct rect block = {0};
    bool fits = s->n_sections && symbol_fits_icon(b);
    if (fits) {
        const struct text_layout *l = text_layout(b->d->text, s->sections, s->n_sections, &s->style);
        block = (struct rect){s->along.left_px, s->along.top_px, s->along.left_px + l->width_px, s->along.top_px + l->height_px};
    }
    struct xy at = symbol_icon_place(b, s, icon, fits ? &block : NULL);
    double k = s->look.scale, w = (s->look.stretch_x > 0 ? s->look.stretch_x : icon->width_px) * k, turn = s->look.rotate_deg * M_PI / 180;
    double h = (s->look.stretch_y > 0 ? s->look.stretch_y : icon->height_px) * k;
    style_numbers(b->l, PROP_ICON_PADDING, &b->in, pad, 4);
    s->options[0].icon = (struct label_part){s->n_boxes, 1};
    symbol_add_box(b, s, symbol_turned_box(s->at, (struct rect){at.x - w / 2, at.y - h / 2, at.x + w / 2, at.y + h / 2}, symbol_box_angle(b, PROP_ICON_ROTATE), pad));
    s->options[0].icon_at = (struct xy){at.x * cos(turn) - at.y * sin(turn), at.x * sin(turn) + at.y * cos(turn)};
}

static bool text_follows_line(struct symbol_builder *b)
{
    return !str_eq(style_string(b->l, PROP_TEXT_ROTATION_ALIGNMENT, &b->in), S("viewport"));
}

static void put_anchor(struct symbol_builder *b, const struct chain *c, const struct track *t, double middle, struct xy at, double angle)
{
    if (!text_follows_line(b)) {
        bool icon_turns = !str_eq(style_string(b->l, PROP_ICON_ROTATION_ALIGNMENT, &b->in), S("viewport"));
        symbol_put(b, at, &c->words, icon_turns ? icon_angle(b, angle) : 0, c->feature);
        return;
    }
    struct symbol *s = symbol_add(b);
    if (!s)
        return;
    s->at = at;
    s->options = ARENA_NEW(b->arena, struct symbol_option);
    if (!s->options) {
        b->full = true;
        b->out->n--;
        return;
    }
    s->n_options = 1;
    if (c->words.n)
        symbol_set_text(b, s, &c->words);
    if (s->n_sections && !set_along(b, s, t, middle)) {
        b->out->n--;
        return;
    }
    set_icon_along(b, s, c, angle);
    symbol_finish(b, s, c->feature);
}

/* The place at a length of the track, where that lies on it and whether a label has room there. */
static bool try_anchor(struct symbol_builder *b, const struct chain *c, const struct track *t, const struct label_size *size, double middle)
{
    double begun = 0;
    if (!size->anywhere && (middle - size->length / 2 < 0 || middle + size->length / 2 > t->length))
        return false;
    size_t i = 0;
    while (i + 2 < t->n && begun + step_of(t, i) <= middle)
        begun += step_of(t, i++);
    double step = step_of(t, i), k = step > 0 ? (middle - begun) / step : 0;
    struct xy at = {t->at[i].x + (t->at[i + 1].x - t->at[i].x) * k, t->at[i].y + (t->at[i + 1].y - t->at[i].y) * k};
    if (size->window > 0 && !runs_straight(t, middle, size->length, size->window, size->most_rad))
        return false;
    if (!size->has_text || !is_repeated(b->repeats, c->hash, at, size->spacing / 2))
        put_anchor(b, c, t, middle, at, direction_of(t, i));
    return true;
}

static void put_track(struct symbol_builder *b, const struct chain *c, const struct track *t, bool centre_only)
{
    struct label_size size = size_of(b, c);
    if (centre_only) {
        size.anywhere = true;
        try_anchor(b, c, t, &size, t->length / 2);
        return;
    }
    double first = t->continued ? size.spacing / 2 * size.overscale : (size.length / 2 + size.extra) * size.overscale;
    bool any = false;
    for (double at = fmod(first, size.spacing); at < t->length && !b->full; at += size.spacing)
        any |= try_anchor(b, c, t, &size, at);
    if (!any && !t->continued)
        try_anchor(b, c, t, &size, t->length / 2);
}

static bool on_edge(struct xy p, const struct rect *r)
{
    return p.x <= r->x0 || p.y <= r->y0 || p.x >= r->x1 || p.y >= r->y1;
}

/* The middle of a line, which one of the tiles has that share it. */
static bool has_middle(const struct rect *r, const struct xy *at, size_t n)
{
    double length = 0, half;
    for (size_t i = 0; i + 1 < n; i++)
        length += hypot(at[i + 1].x - at[i].x, at[i + 1].y - at[i].y);
    half = length / 2;
    for (size_t i = 0; i + 1 < n; i++) {
        double step = hypot(at[i + 1].x - at[i].x, at[i + 1].y - at[i].y), k = step > 0 ? half / step : 0;
        if (half <= step) {
            double x = at[i].x + (at[i + 1].x - at[i].x) * k, y = at[i].y + (at[i + 1].y - at[i].y) * k;
            return x >= r->x0 && x < r->x1 && y >= r->y0 && y < r->y1;
        }
        half -= step;
    }
    return false;
}

/* What of the chain lies inside the tile; the middle is that of the whole. */
static void put_chain(struct symbol_builder *b, const struct chain *c, bool centre_only)
{
    struct shape line = {.kind = SHAPE_LINES, .n_parts = 1, .n = (uint32_t)c->n, .end = &(uint32_t){(uint32_t)c->n}, .at = c->at}, inside = line;
    if (!centre_only && !shape_clip(&line, b->inside, b->arena, &inside)) {
        b->full = true;
        return;
    }
    for (uint32_t part = 0, from = 0; part < inside.n_parts; from = inside.end[part++]) {
        struct track t = {.n = inside.end[part] - from};
        struct xy *px = t.n >= 2 ? ARENA_ARRAY(b->arena, struct xy, t.n) : NULL;
        if (!px || (centre_only && !has_middle(&b->inside, inside.at + from, t.n)))
            continue;
        for (size_t i = 0; i < t.n; i++)
            px[i] = placing_px(&b->turn, inside.at[from + i]);
        t.at = px;
        t.continued = on_edge(inside.at[from], &b->inside);
        for (size_t i = 0; i + 1 < t.n; i++)
            t.length += step_of(&t, i);
        if (t.length > 0 && isfinite(t.length))
            put_track(b, c, &t, centre_only);
    }
}

/* A ring is a line that ends where it begins. Lines that carry an icon only are not joined. */
static void add_feature(struct symbol_builder *b, struct chains *all, const struct feature *f, uint32_t index, bool joining)
{
    struct symbol_words w;
    if ((f->shape.kind != SHAPE_LINES && f->shape.kind != SHAPE_POLYGONS) || !symbol_words(b, &w))
        return;
    uint64_t hash = words_hash(&w);
    for (uint32_t part = 0, from = 0; part < f->shape.n_parts; from = f->shape.end[part++]) {
        size_t n = f->shape.end[part] - from;
        const struct xy *at = f->shape.at + from;
        if (n < 2)
            continue;
        if (f->shape.kind == SHAPE_LINES) {
            add_line(b, all, &w, hash, index, joining, at, n);
            continue;
        }
        struct xy *ring = ARENA_ARRAY(b->arena, struct xy, n + 1);
        if (!ring)
            continue;
        memcpy(ring, at, n * sizeof *ring);
        ring[n] = ring[0];
        add_line(b, all, &w, hash, index, joining, ring, n + 1);
    }
}

void symbols_along_lines(struct symbol_builder *b, const struct features *features, const uint32_t *chosen, size_t n, bool centre_only)
{
    struct chains all = {0};
    struct repeats *repeats = base_alloc(1, sizeof *repeats);
    b->repeats = repeats;
    for (size_t i = 0; i < n; i++) {
        b->in.feature = &features->at[chosen[i]];
        add_feature(b, &all, b->in.feature, chosen[i], !centre_only);
    }
    for (size_t k = 0; k < all.n && !b->full; k++) {
        if (!all.at[k].n) /* went into another */
            continue;
        b->in.feature = &features->at[all.at[k].feature];
        put_chain(b, &all.at[k], centre_only);
    }
    free(all.at);
    free(all.ends[0]);
    free(all.ends[1]);
    free(repeats->at);
    free(repeats);
    b->repeats = NULL;
}
