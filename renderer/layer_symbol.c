/*
 * Symbols in three steps. For each tile and layer the features become symbols: what text, which icon, where, how large; of
 * sources that do not change this is kept, since tiles that lie beside each other ask for the same. Then all symbols
 * round the drawing stand against each other once (label.h), base layers apart from those of the deployments. Last, each
 * layer draws what is shown of its own.
 *
 * A symbol belongs to the tile its anchor lies in, and is placed in px from that tile's corner, so that every drawing which
 * reads the tile has the very same symbol.
 */
#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/limits.h"
#include "renderer/label.h"
#include "renderer/layer.h"

enum { SYMBOLS_MAX = 200000, BOXES_MAX = 24, SYMBOL_ARENA_BYTES = 64 << 20, CHAIN_SEARCH_MAX = 4000 };
#define DECIDE_MARGIN_PX (LABEL_REACH_PX * (LABEL_ROUNDS + 1))
#define FREE_MARGIN_PX 80.0 /* symbols that overlap freely: how far one may reach into a drawing */

struct symbol {
    uint32_t layer;
    struct xy at;                /* px from the tile's corner, turned with the view */
    double sort_key, opacity;
    uint64_t tie;
    bool allow_overlap, ignore_placement;
    uint32_t feature;
    /* text */
    struct str text, font;       /* text empty: none */
    struct text_style style;
    struct text_paint paint;
    struct xy text_at;           /* px from `at` to the block's top left, before turning */
    double text_angle;
    /* text along a line */
    struct xy *path;
    size_t n_path;
    double middle_px, dy_px, max_angle_rad;
    bool upright;
    /* icon */
    struct str icon;             /* empty: none */
    struct icon_look look;
    struct xy icon_at;           /* px from `at` to its centre */
    uint32_t n_boxes;
    struct label_box *boxes;     /* px from the tile's corner */
};
struct bucket {
    struct arena arena;          /* used by kept ones */
    size_t n, cap;
    struct symbol *at;
};
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

/* ---- features to symbols ---- */

struct builder {
    struct drawing *d;
    const struct style_layer *l;
    struct expr_input in;
    struct bucket *out;
    struct arena *arena;
    const struct tile_place *place;
    struct placing turn;         /* extent to px from the tile's corner */
    bool full;
};

static struct xy anchor_of(struct str name)
{
    struct xy a = {0.5, 0.5};
    if (str_has(name, S("left")))
        a.x = 0;
    if (str_has(name, S("right")))
        a.x = 1;
    if (str_starts(name, S("top")))
        a.y = 0;
    if (str_starts(name, S("bottom")))
        a.y = 1;
    return a;
}

static struct str text_of(struct builder *b)
{
    struct expr_value v = style_value(b->l, PROP_TEXT_FIELD, &b->in);
    struct str out = {0};
    if (v.type == TYPE_STRING)
        out = v.string;
    else if (v.type == TYPE_FORMATTED && v.formatted && v.formatted->n == 1)
        out = v.formatted->at[0].text;
    else if (v.type == TYPE_FORMATTED && v.formatted) {
        AUTO(buf) all = {0};
        for (size_t i = 0; i < v.formatted->n; i++)
            buf_add(&all, v.formatted->at[i].text);
        out = str_copy(b->arena, buf_str(&all));
    }
    if (!out.len)
        return out;
    struct str how = style_string(b->l, PROP_TEXT_TRANSFORM, &b->in);
    if (str_eq(how, S("uppercase")) || str_eq(how, S("lowercase")))
        return text_case(out, str_eq(how, S("uppercase")), b->arena);
    return str_copy(b->arena, out);
}

static struct str font_of(struct builder *b)
{
    struct expr_value v = style_value(b->l, PROP_TEXT_FONT, &b->in);
    AUTO(buf) stack = {0};
    if (v.type == TYPE_ARRAY && v.array)
        for (size_t i = 0; i < v.array->n; i++)
            if (v.array->at[i].type == TYPE_STRING) {
                if (stack.len)
                    buf_char(&stack, ',');
                buf_add(&stack, v.array->at[i].string);
            }
    return stack.len ? str_copy(b->arena, buf_str(&stack)) : S("Noto Sans Regular");
}

static bool overlaps(const struct builder *b, enum prop overlap, enum prop allow)
{
    if (style_has(b->l, overlap)) {
        struct str how = style_string(b->l, overlap, &b->in);
        return str_eq(how, S("always")) || str_eq(how, S("cooperative"));
    }
    return style_bool(b->l, allow, &b->in);
}

static struct symbol *add_symbol(struct builder *b)
{
    struct bucket *k = b->out;
    if (k->n == k->cap) {
        size_t more = MAX(k->cap * 2, 32);
        struct symbol *grown = more > SYMBOLS_MAX ? NULL : ARENA_ARRAY(b->arena, struct symbol, more);
        if (!grown) {
            b->full = true;
            return NULL;
        }
        if (k->n)
            memcpy(grown, k->at, k->n * sizeof *grown);
        k->at = grown;
        k->cap = more;
    }
    k->at[k->n] = (struct symbol){0};
    return &k->at[k->n++];
}

static void add_box(struct builder *b, struct symbol *s, struct label_box box)
{
    if (!s->boxes && !(s->boxes = ARENA_ARRAY(b->arena, struct label_box, BOXES_MAX + 1))) {
        b->full = true;
        return;
    }
    if (s->n_boxes <= BOXES_MAX)
        s->boxes[s->n_boxes++] = box;
}

/* The box round a rectangle that is turned about `at`. */
static struct label_box turned_box(struct xy at, double x, double y, double w, double h, double angle, double pad)
{
    double c = cos(angle), n = sin(angle);
    struct label_box o = {1e9, 1e9, -1e9, -1e9};
    for (int i = 0; i < 4; i++) {
        double u = x + (i & 1 ? w : 0), v = y + (i & 2 ? h : 0), px = at.x + u * c - v * n, py = at.y + u * n + v * c;
        o.x0 = MIN(o.x0, px), o.x1 = MAX(o.x1, px), o.y0 = MIN(o.y0, py), o.y1 = MAX(o.y1, py);
    }
    return (struct label_box){o.x0 - pad, o.y0 - pad, o.x1 + pad, o.y1 + pad};
}

static void set_text(struct builder *b, struct symbol *s, struct str text)
{
    const struct style_layer *l = b->l;
    struct expr_input *in = &b->in;
    s->text = text;
    s->style = (struct text_style){.font = font_of(b), .size_px = CLAMP(style_number(l, PROP_TEXT_SIZE, in), 0.0, 512.0),
        .line_height_em = style_number(l, PROP_TEXT_LINE_HEIGHT, in), .letter_spacing_em = style_number(l, PROP_TEXT_LETTER_SPACING, in)};
    s->style.max_width_px = style_number(l, PROP_TEXT_MAX_WIDTH, in) * s->style.size_px;
    s->paint = (struct text_paint){.color = style_color(l, PROP_TEXT_COLOR, in), .halo_color = style_color(l, PROP_TEXT_HALO_COLOR, in),
        .halo_width_px = style_number(l, PROP_TEXT_HALO_WIDTH, in), .halo_blur_px = style_number(l, PROP_TEXT_HALO_BLUR, in),
        .opacity = style_number(l, PROP_TEXT_OPACITY, in)};
}

static void set_icon(struct builder *b, struct symbol *s, struct str name, const struct icon *icon)
{
    const struct style_layer *l = b->l;
    struct expr_input *in = &b->in;
    double offset[2] = {0, 0};
    s->icon = str_copy(b->arena, name);
    s->look = (struct icon_look){.scale = CLAMP(style_number(l, PROP_ICON_SIZE, in), 0.0, 32.0), .rotate_deg = style_number(l, PROP_ICON_ROTATE, in),
        .tinted = icon->sdf || style_has(l, PROP_ICON_COLOR)};
    if (s->look.tinted) {
        s->look.color = style_color(l, PROP_ICON_COLOR, in);
        s->look.halo = style_color(l, PROP_ICON_HALO_COLOR, in);
        s->look.halo_px = style_number(l, PROP_ICON_HALO_WIDTH, in);
    }
    s->opacity = style_number(l, PROP_ICON_OPACITY, in);
    style_numbers(l, PROP_ICON_OFFSET, in, offset, 2);
    struct xy anchor = anchor_of(style_string(l, PROP_ICON_ANCHOR, in));
    s->icon_at = (struct xy){((0.5 - anchor.x) * icon->width_px + offset[0]) * s->look.scale,
        ((0.5 - anchor.y) * icon->height_px + offset[1]) * s->look.scale};
    /* The view turns the map under what is aligned to it. */
    bool map = str_eq(style_string(l, PROP_ICON_ROTATION_ALIGNMENT, in), S("map"));
    if (map)
        s->look.rotate_deg -= b->d->bearing_deg;
}

bool symbol_icon(struct drawing *d, const struct style_layer *l, const struct expr_input *in, struct str *name, struct icon_look *look,
    struct xy *at, double *opacity)
{
    struct builder b = {.d = d, .l = l, .in = *in, .arena = d->arena};
    struct symbol s = {0};
    *name = style_string(l, PROP_ICON_IMAGE, in);
    const struct icon *icon = name->len ? icon_find(d->icons, *name) : NULL;
    if (!icon)
        return false;
    set_icon(&b, &s, *name, icon);
    double angle = s.look.rotate_deg * M_PI / 180, c = cos(angle), n = sin(angle);
    struct xy shift = drawing_translate(d, l, PROP_ICON_TRANSLATE, PROP_ICON_TRANSLATE_ANCHOR);
    *name = s.icon;
    *look = s.look;
    *at = (struct xy){s.icon_at.x * c - s.icon_at.y * n + shift.x, s.icon_at.x * n + s.icon_at.y * c + shift.y};
    *opacity = s.opacity;
    return true;
}

/* The block beside its anchor: text-anchor and text-offset, or the first variable anchor with its radial offset. */
static void place_text(struct builder *b, struct symbol *s)
{
    const struct style_layer *l = b->l;
    struct expr_input *in = &b->in;
    struct str name = style_string(l, PROP_TEXT_ANCHOR, in), justify = style_string(l, PROP_TEXT_JUSTIFY, in);
    double offset[2] = {0, 0}, em = s->style.size_px, radial = 0;
    style_numbers(l, PROP_TEXT_OFFSET, in, offset, 2);
    if (style_has(l, PROP_TEXT_RADIAL_OFFSET))
        radial = style_number(l, PROP_TEXT_RADIAL_OFFSET, in);
    if (style_has(l, PROP_TEXT_VARIABLE_ANCHOR)) {
        struct expr_value v = style_value(l, PROP_TEXT_VARIABLE_ANCHOR, in);
        if (v.type == TYPE_ARRAY && v.array && v.array->n && v.array->at[0].type == TYPE_STRING)
            name = v.array->at[0].string;
    }
    struct xy a = anchor_of(name);
    if (radial != 0) {
        double diagonal = a.x != 0.5 && a.y != 0.5 ? M_SQRT1_2 : 1;
        offset[0] = (1 - 2 * a.x) * radial * diagonal;
        offset[1] = (1 - 2 * a.y) * radial * diagonal;
    }
    s->style.justify = str_eq(justify, S("left")) ? -1 : str_eq(justify, S("right")) ? 1 : str_eq(justify, S("auto")) ? (int)(a.x * 2 - 1) : 0;
    const struct text_layout *t = text_layout(b->d->text, s->text, &s->style);
    s->text_at = (struct xy){offset[0] * em - a.x * t->width_px, offset[1] * em - a.y * t->height_px};
    s->text_angle = style_number(l, PROP_TEXT_ROTATE, in) * M_PI / 180;
    if (str_eq(style_string(l, PROP_TEXT_ROTATION_ALIGNMENT, in), S("map")))
        s->text_angle -= b->d->bearing_deg * M_PI / 180;
    add_box(b, s, turned_box(s->at, s->text_at.x, s->text_at.y, t->width_px, t->height_px, s->text_angle, style_number(l, PROP_TEXT_PADDING, in)));
}

/* The icon drawn round the text. */
static void fit_icon(struct builder *b, struct symbol *s, const struct icon *icon)
{
    struct str fit = style_string(b->l, PROP_ICON_TEXT_FIT, &b->in);
    double pad[4] = {0, 0, 0, 0}; /* top, right, bottom, left */
    if (str_eq(fit, S("none")) || !s->text.len || s->look.scale <= 0)
        return;
    style_numbers(b->l, PROP_ICON_TEXT_FIT_PADDING, &b->in, pad, 4);
    const struct text_layout *t = text_layout(b->d->text, s->text, &s->style);
    double w = icon->width_px * s->look.scale, h = icon->height_px * s->look.scale;
    double x = s->text_at.x + t->width_px / 2, y = s->text_at.y + t->height_px / 2;
    if (!str_eq(fit, S("height"))) {
        w = t->width_px + pad[1] + pad[3];
        x += (pad[1] - pad[3]) / 2;
    }
    if (!str_eq(fit, S("width"))) {
        h = t->height_px + pad[0] + pad[2];
        y += (pad[2] - pad[0]) / 2;
    }
    s->icon_at = (struct xy){x, y};
    s->look.stretch_x = w / s->look.scale;
    s->look.stretch_y = h / s->look.scale;
}

static void finish_symbol(struct builder *b, struct symbol *s, uint32_t feature)
{
    const struct style_layer *l = b->l;
    s->layer = (uint32_t)l->index;
    s->feature = feature;
    if (style_has(l, PROP_SYMBOL_SORT_KEY))
        s->sort_key = style_number(l, PROP_SYMBOL_SORT_KEY, &b->in);
    if (!isfinite(s->sort_key))
        s->sort_key = 0;
    int64_t where[4] = {llround(s->at.x * 16), llround(s->at.y * 16), (int64_t)b->place->asked.x << 32 | b->place->asked.y, l->index};
    s->tie = (uint64_t)feature << 40 | hash64(where, sizeof where, s->text.len) >> 24;
    bool text_free = !s->text.len || overlaps(b, PROP_TEXT_OVERLAP, PROP_TEXT_ALLOW_OVERLAP);
    bool icon_free = !s->icon.len || overlaps(b, PROP_ICON_OVERLAP, PROP_ICON_ALLOW_OVERLAP);
    s->allow_overlap = text_free && icon_free;
    s->ignore_placement = (!s->text.len || style_bool(l, PROP_TEXT_IGNORE_PLACEMENT, &b->in)) &&
        (!s->icon.len || style_bool(l, PROP_ICON_IGNORE_PLACEMENT, &b->in));
}

/* Larger ones are left out, or what is decided here could not be decided the same beside. */
static bool within_reach(const struct symbol *s)
{
    for (uint32_t i = 0; i < s->n_boxes; i++)
        if (fabs(s->boxes[i].x0 - s->at.x) > 2 * LABEL_REACH_PX || fabs(s->boxes[i].x1 - s->at.x) > 2 * LABEL_REACH_PX ||
            fabs(s->boxes[i].y0 - s->at.y) > 2 * LABEL_REACH_PX || fabs(s->boxes[i].y1 - s->at.y) > 2 * LABEL_REACH_PX)
            return false;
    return true;
}

static void put_at(struct builder *b, struct xy at, struct str text, struct str icon_name, double line_angle, uint32_t feature)
{
    const struct icon *icon = icon_name.len ? icon_find(b->d->icons, icon_name) : NULL;
    if (!text.len && !icon)
        return;
    struct symbol *s = add_symbol(b);
    if (!s)
        return;
    s->at = at;
    if (text.len) {
        set_text(b, s, text);
        if (s->style.size_px > 0)
            place_text(b, s);
        else
            s->text = (struct str){0};
    }
    if (icon) {
        set_icon(b, s, icon_name, icon);
        fit_icon(b, s, icon);
        s->look.rotate_deg += line_angle * 180 / M_PI;
        double pad[4] = {2, 2, 2, 2}, w = (s->look.stretch_x > 0 ? s->look.stretch_x : icon->width_px) * s->look.scale;
        double h = (s->look.stretch_y > 0 ? s->look.stretch_y : icon->height_px) * s->look.scale, angle = s->look.rotate_deg * M_PI / 180;
        style_numbers(b->l, PROP_ICON_PADDING, &b->in, pad, 4);
        double c = cos(angle), n = sin(angle);
        s->icon_at = (struct xy){s->icon_at.x * c - s->icon_at.y * n, s->icon_at.x * n + s->icon_at.y * c};
        struct xy centre = {at.x + s->icon_at.x, at.y + s->icon_at.y};
        add_box(b, s, turned_box(centre, -w / 2, -h / 2, w, h, angle, pad[0]));
    }
    finish_symbol(b, s, feature);
    if (!within_reach(s) && !s->allow_overlap)
        b->out->n--;
}

static bool inside(const struct rect *r, struct xy at)
{
    return at.x >= r->x0 && at.x < r->x1 && at.y >= r->y0 && at.y < r->y1;
}

/* ---- along lines ---- */

struct chain {
    struct str text, icon;
    uint64_t hash;
    uint32_t feature;
    struct xy *at;
    size_t n;
};

static bool same_place(struct xy a, struct xy b)
{
    return a.x == b.x && a.y == b.y;
}

static void turn_round(struct xy *at, size_t n)
{
    for (size_t i = 0, j = n - 1; i < j; i++, j--) {
        struct xy keep = at[i];
        at[i] = at[j];
        at[j] = keep;
    }
}

/* A line that begins or ends where one of the same text does makes one chain with it. */
static bool join(struct builder *b, struct chain *c, const struct xy *at, size_t n)
{
    bool tail_first = same_place(c->at[c->n - 1], at[0]), tail_last = same_place(c->at[c->n - 1], at[n - 1]);
    bool head_first = same_place(c->at[0], at[0]), head_last = same_place(c->at[0], at[n - 1]);
    if (!tail_first && !tail_last && !head_first && !head_last)
        return false;
    struct xy *all = ARENA_ARRAY(b->arena, struct xy, c->n + n);
    if (!all)
        return false;
    if (!tail_first && !tail_last) {
        turn_round(c->at, c->n);
        tail_first = head_first;
    }
    memcpy(all, c->at, c->n * sizeof *all);
    memcpy(all + c->n, at, n * sizeof *all);
    if (!tail_first)
        turn_round(all + c->n, n);
    memmove(all + c->n, all + c->n + 1, (n - 1) * sizeof *all);
    c->at = all;
    c->n += n - 1;
    return true;
}

static double path_length(const struct xy *at, size_t n)
{
    double length = 0;
    for (size_t i = 1; i < n; i++)
        length += hypot(at[i].x - at[i - 1].x, at[i].y - at[i - 1].y);
    return length;
}

static bool at_length(const struct xy *at, size_t n, double length, struct xy *out, double *angle)
{
    for (size_t i = 1; i < n; i++) {
        double step = hypot(at[i].x - at[i - 1].x, at[i].y - at[i - 1].y);
        if (length <= step && step > 0) {
            double t = length / step;
            *out = (struct xy){at[i - 1].x + (at[i].x - at[i - 1].x) * t, at[i - 1].y + (at[i].y - at[i - 1].y) * t};
            *angle = atan2(at[i].y - at[i - 1].y, at[i].x - at[i - 1].x);
            return true;
        }
        length -= step;
    }
    return false;
}

static void put_along(struct builder *b, const struct chain *c, double middle, struct xy at)
{
    struct symbol *s = add_symbol(b);
    double boxes[BOXES_MAX][4], offset[2] = {0, 0};
    size_t n = 0;
    if (!s)
        return;
    s->at = at;
    set_text(b, s, c->text);
    s->style.max_width_px = 0;
    style_numbers(b->l, PROP_TEXT_OFFSET, &b->in, offset, 2);
    s->path = c->at;
    s->n_path = c->n;
    s->middle_px = middle;
    s->dy_px = offset[1] * s->style.size_px;
    s->max_angle_rad = style_number(b->l, PROP_TEXT_MAX_ANGLE, &b->in) * M_PI / 180;
    s->upright = style_bool(b->l, PROP_TEXT_KEEP_UPRIGHT, &b->in);
    const struct text_layout *t = text_layout(b->d->text, s->text, &s->style);
    struct text_along along = {s->path, s->n_path, s->middle_px, s->dy_px, s->max_angle_rad, s->upright};
    if (s->style.size_px <= 0 || !text_along_fits(t, &along, boxes, BOXES_MAX, &n)) {
        b->out->n--;
        return;
    }
    double pad = style_number(b->l, PROP_TEXT_PADDING, &b->in);
    for (size_t i = 0; i < n; i++)
        add_box(b, s, (struct label_box){boxes[i][0] - pad, boxes[i][1] - pad, boxes[i][2] + pad, boxes[i][3] + pad});
    finish_symbol(b, s, c->feature);
    if (!within_reach(s))
        b->out->n--;
}

static void put_chain(struct builder *b, const struct chain *c, bool centre_only, const struct rect *inside_px)
{
    double length = path_length(c->at, c->n), spacing = MAX(style_number(b->l, PROP_SYMBOL_SPACING, &b->in), 1);
    double need = 0;
    if (c->text.len) {
        struct symbol probe = {0};
        set_text(b, &probe, c->text);
        probe.style.max_width_px = 0;
        need = probe.style.size_px > 0 ? text_layout(b->d->text, c->text, &probe.style)->width_px : 0;
    }
    if (length < need || length <= 0)
        return;
    double times = centre_only ? 1 : CLAMP(floor(length / MAX(spacing, need)), 1.0, 1000.0);
    for (double i = 0; i < times; i++) {
        struct xy at;
        double angle, middle = (i + 0.5) * length / times;
        if (!at_length(c->at, c->n, middle, &at, &angle) || !inside(inside_px, at))
            continue;
        if (c->text.len)
            put_along(b, c, middle, at);
        if (c->icon.len)
            put_at(b, at, (struct str){0}, c->icon, str_eq(style_string(b->l, PROP_ICON_ROTATION_ALIGNMENT, &b->in), S("viewport")) ? 0 : angle, c->feature);
    }
}

/* Lines of all features of the tile: brought to px, joined where they carry the same text, then set along. */
static void build_lines(struct builder *b, const struct features *features, const uint32_t *chosen, size_t n, bool centre_only)
{
    struct chain *chains = NULL;
    size_t n_chains = 0, cap = 0;
    for (size_t i = 0; i < n; i++) {
        const struct feature *f = &features->at[chosen[i]];
        b->in.feature = f;
        if (f->shape.kind != SHAPE_LINES && f->shape.kind != SHAPE_POLYGONS)
            continue;
        struct str text = text_of(b), icon = str_copy(b->arena, style_string(b->l, PROP_ICON_IMAGE, &b->in));
        if (!text.len && !icon.len)
            continue;
        uint64_t hash = hash64(text.at, text.len, hash64(icon.at, icon.len, 1));
        for (uint32_t part = 0, from = 0; part < f->shape.n_parts; from = f->shape.end[part++]) {
            size_t points = f->shape.end[part] - from;
            struct xy *px = points >= 2 ? ARENA_ARRAY(b->arena, struct xy, points) : NULL;
            if (!px)
                continue;
            for (size_t k = 0; k < points; k++)
                px[k] = placing_px(&b->turn, f->shape.at[from + k]);
            bool joined = false;
            for (size_t k = n_chains; k-- > 0 && !joined && n_chains - k < CHAIN_SEARCH_MAX;)
                joined = chains[k].hash == hash && str_eq(chains[k].text, text) && join(b, &chains[k], px, points);
            if (joined)
                continue;
            if (n_chains == cap) {
                cap = MAX(cap * 2, 32);
                chains = base_grow(chains, cap, sizeof *chains);
            }
            chains[n_chains++] = (struct chain){text, icon, hash, chosen[i], px, points};
        }
    }
    struct rect in = b->place->inside;
    struct xy nw = placing_px(&b->turn, (struct xy){in.x0, in.y0}), se = placing_px(&b->turn, (struct xy){in.x1, in.y1});
    struct rect px = b->d->bearing_deg == 0 ? (struct rect){nw.x, nw.y, se.x, se.y} : (struct rect){-1e9, -1e9, 1e9, 1e9};
    for (size_t k = 0; k < n_chains; k++) {
        b->in.feature = &features->at[chains[k].feature];
        put_chain(b, &chains[k], centre_only, &px);
    }
    free(chains);
}

/* ---- at points ---- */

/* Most points of an ancestor's tile lie elsewhere: asked before a word is made. */
static bool points_inside(const struct shape *s, const struct rect *in)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (inside(in, s->at[i]))
            return true;
    return false;
}

static void build_point(struct builder *b, const struct feature *f, uint32_t index)
{
    const struct rect *in = &b->place->inside;
    const struct shape *s = &f->shape;
    struct xy at;
    if (s->kind == SHAPE_POINTS && !points_inside(s, in))
        return;
    struct str text = text_of(b), icon = style_string(b->l, PROP_ICON_IMAGE, &b->in);
    if (!text.len && !icon.len)
        return;
    if (s->kind == SHAPE_POINTS) {
        for (uint32_t i = 0; i < s->n; i++)
            if (inside(in, s->at[i]))
                put_at(b, placing_px(&b->turn, s->at[i]), text, icon, 0, index);
    } else if (s->kind == SHAPE_LINES) {
        for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++])
            if (s->end[part] > from && inside(in, s->at[from]))
                put_at(b, placing_px(&b->turn, s->at[from]), text, icon, 0, index);
    } else if (s->kind == SHAPE_POLYGONS) {
        if (shape_label_point(s, 1 / MAX(b->place->px_per_unit, 1e-6), b->arena, &at) && inside(in, at))
            put_at(b, placing_px(&b->turn, at), text, icon, 0, index);
    }
}

static void build(struct builder *b, const struct features *features, const uint32_t *chosen, size_t n)
{
    b->in.layer = features;
    struct str placement = style_string(b->l, PROP_SYMBOL_PLACEMENT, &b->in);
    if (!str_eq(placement, S("point"))) {
        build_lines(b, features, chosen, n, str_eq(placement, S("line-center")));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        b->in.feature = &features->at[chosen[i]];
        build_point(b, b->in.feature, chosen[i]);
    }
}

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
        uint32_t layer, x, y, z, of_z, pad;
    } key = {style_hash(d->style), d->zoom, (uint32_t)g->l->index, at->asked.x, at->asked.y, at->asked.z, at->tile.z, 0};
    struct xy corner = {at->to_px.x0, at->to_px.y0};
    struct bucket *k = kept ? cache_get(painter_symbols(d->painter), &key, sizeof key) : NULL;
    if (!k) {
        struct bucket *own = kept ? base_alloc(1, sizeof *own) : ARENA_NEW(d->arena, struct bucket);
        if (!own)
            return err_arena(err);
        if (kept)
            arena_init(&own->arena, SYMBOL_ARENA_BYTES);
        struct builder b = {.d = d, .l = g->l, .in = drawing_input(d), .out = own, .arena = kept ? &own->arena : d->arena, .place = at, .turn = at->to_px};
        b.turn.x0 = b.turn.y0 = 0;
        build(&b, features, chosen, n);
        if (kept)
            cache_put(painter_symbols(d->painter), &key, sizeof key, own, sizeof *own + arena_held(&own->arena));
        if (b.full)
            return err_set(err, ERR_TOO_BIG, "more labels than one tile may have");
        k = own;
    }
    return add_placed(g, k, corner, at, features) || err_arena(err);
}

static bool is_base(const struct style_layer *l)
{
    return !(l->source && l->source->kind == SOURCE_IS_DEPLOYMENTS);
}

static bool overlaps_freely(const struct drawing *d, const struct style_layer *l)
{
    struct expr_input in = drawing_input(d);
    bool icon_free = style_bool(l, PROP_ICON_ALLOW_OVERLAP, &in) || !style_has(l, PROP_ICON_IMAGE);
    bool text_free = style_bool(l, PROP_TEXT_ALLOW_OVERLAP, &in) || !style_has(l, PROP_TEXT_FIELD);
    return icon_free && text_free;
}

static bool decide(struct drawing *d, struct labels *all, struct err *err)
{
    size_t n_boxes = 0, at = 0;
    for (size_t i = 0; i < all->n; i++)
        n_boxes += all->at[i].symbol->n_boxes;
    struct label_box *boxes = ARENA_ARRAY(d->arena, struct label_box, n_boxes + 1);
    all->candidates = ARENA_ARRAY(d->arena, struct label_candidate, all->n + 1);
    if (!boxes || !all->candidates)
        return err_arena(err);
    for (size_t i = 0; i < all->n; i++) {
        const struct symbol *s = all->at[i].symbol;
        struct xy c = all->at[i].corner;
        all->candidates[i] = (struct label_candidate){.sort_key = s->sort_key, .layer = (int)s->layer, .tie = s->tie, .first_box = (uint32_t)at,
            .n_boxes = s->n_boxes, .allow_overlap = s->allow_overlap, .ignore_placement = s->ignore_placement};
        for (uint32_t k = 0; k < s->n_boxes; k++)
            boxes[at++] = (struct label_box){c.x + s->boxes[k].x0, c.y + s->boxes[k].y0, c.x + s->boxes[k].x1, c.y + s->boxes[k].y1};
    }
    label_decide(all->candidates, all->n, boxes, d->arena);
    return true;
}

static _Thread_local const struct placed *sorted_of;

/* What is drawn first: small sort keys, then from north to south, so that what stands in front covers. */
static int by_depth(const void *pa, const void *pb)
{
    const struct placed *a = &sorted_of[*(const uint32_t *)pa], *b = &sorted_of[*(const uint32_t *)pb];
    if (a->symbol->sort_key != b->symbol->sort_key)
        return a->symbol->sort_key < b->symbol->sort_key ? -1 : 1;
    double ya = a->corner.y + a->symbol->at.y, yb = b->corner.y + b->symbol->at.y;
    if (fabs(ya - yb) > 1e-6)
        return ya < yb ? -1 : 1;
    return a->symbol->tie < b->symbol->tie ? -1 : a->symbol->tie > b->symbol->tie;
}

/* All symbol layers of the drawing's group: the base's, or those of the deployments. */
static bool gather(struct drawing *d, bool base, struct err *err)
{
    const struct style_layer *layers;
    size_t n = style_layers(d->style, &layers);
    struct labels *all = ARENA_NEW(d->arena, struct labels);
    if (!all)
        return err_arena(err);
    for (size_t i = 0; i < n; i++) {
        const struct style_layer *l = &layers[i];
        if (l->kind != LAYER_SYMBOL || is_base(l) != base || !drawing_shows(d, l))
            continue;
        if (!d->query && points_able(d, l))
            continue;
        struct gathering g = {d, l, all, overlaps_freely(d, l) ? FREE_MARGIN_PX : DECIDE_MARGIN_PX};
        if (!drawing_each(d, l, g.margin, gather_tile, &g, err))
            return false;
    }
    if (!decide(d, all, err))
        return false;
    all->order = ARENA_ARRAY(d->arena, uint32_t, all->n + 1);
    if (!all->order)
        return err_arena(err);
    for (size_t i = 0; i < all->n; i++)
        all->order[i] = (uint32_t)i;
    sorted_of = all->at;
    qsort(all->order, all->n, sizeof *all->order, by_depth);
    d->labels[base] = all;
    return true;
}

/* ---- drawing ---- */

static void draw_icon(struct drawing *d, const struct placed *p, struct xy shift)
{
    const struct symbol *s = p->symbol;
    drawing_icon(d, s->icon, (struct xy){p->corner.x + s->at.x + s->icon_at.x + shift.x, p->corner.y + s->at.y + s->icon_at.y + shift.y}, s->look, s->opacity);
}

static bool draw_text(struct drawing *d, const struct placed *p, struct xy shift)
{
    const struct symbol *s = p->symbol;
    const struct text_layout *t = text_layout(d->text, s->text, &s->style);
    if (s->path) {
        struct text_along along = {s->path, s->n_path, s->middle_px, s->dy_px, s->max_angle_rad, s->upright};
        cairo_save(d->cr);
        cairo_translate(d->cr, p->corner.x + shift.x, p->corner.y + shift.y);
        text_draw_along(d->text, d->cr, t, &along, &s->paint);
        cairo_restore(d->cr);
        return true;
    }
    double c = cos(s->text_angle), n = sin(s->text_angle);
    text_draw(d->text, d->cr, t, p->corner.x + s->at.x + s->text_at.x * c - s->text_at.y * n + shift.x,
        p->corner.y + s->at.y + s->text_at.x * n + s->text_at.y * c + shift.y, s->text_angle, &s->paint);
    return true;
}

static bool may_touch(const struct drawing *d, const struct placed *p)
{
    const struct symbol *s = p->symbol;
    double m = FREE_MARGIN_PX;
    for (uint32_t i = 0; i < s->n_boxes; i++) {
        const struct label_box *b = &s->boxes[i];
        if (p->corner.x + b->x1 >= -m && p->corner.x + b->x0 <= d->width_px + m && p->corner.y + b->y1 >= -m && p->corner.y + b->y0 <= d->height_px + m)
            return true;
    }
    return false;
}

static void note_hit(struct drawing *d, const struct style_layer *l, const struct placed *p)
{
    const struct symbol *s = p->symbol;
    for (uint32_t i = 0; i < s->n_boxes; i++) {
        struct rect px = {p->corner.x + s->boxes[i].x0, p->corner.y + s->boxes[i].y0, p->corner.x + s->boxes[i].x1, p->corner.y + s->boxes[i].y1};
        if (query_hits(d, &px)) {
            query_note(d, l, p->features, &p->features->at[s->feature], &p->place);
            return;
        }
    }
}

bool layer_draw_symbol(struct drawing *d, const struct style_layer *l, struct err *err)
{
    bool done = false;
    if (!d->query && !points_draw(d, l, &done, err))
        return false;
    if (done)
        return true;
    if (!d->labels[is_base(l)] && !gather(d, is_base(l), err))
        return false;
    const struct labels *all = d->labels[is_base(l)];
    struct xy icon_shift = drawing_translate(d, l, PROP_ICON_TRANSLATE, PROP_ICON_TRANSLATE_ANCHOR);
    struct xy text_shift = drawing_translate(d, l, PROP_TEXT_TRANSLATE, PROP_TEXT_TRANSLATE_ANCHOR);
    for (int texts = 0; texts < 2; texts++)
        for (size_t i = 0; i < all->n; i++) {
            const struct placed *p = &all->at[all->order[i]];
            if (p->symbol->layer != (uint32_t)l->index || !all->candidates[all->order[i]].shown || !may_touch(d, p))
                continue;
            if (d->query && texts == 0)
                note_hit(d, l, p);
            else if (!d->query && texts == 0 && p->symbol->icon.len)
                draw_icon(d, p, icon_shift);
            else if (!d->query && texts == 1 && p->symbol->text.len)
                draw_text(d, p, text_shift);
        }
    return true;
}
