/*
 * A symbol at a point: its text's block beside the anchor, its icon, and the ways to place them. Which side a text stands on
 * is text-anchor, or the first of text-variable-anchor that is free.
 */
#include <math.h>
#include <string.h>

#include "renderer/symbol.h"

enum { SYMBOLS_MAX = 200000 };
#define VARIABLE_RAISE_EM (7.0 / 24) /* a text over or under its anchor comes so much nearer: letters rarely fill their line */

struct symbol *symbol_add(struct symbol_builder *b)
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

void symbol_add_box(struct symbol_builder *b, struct symbol *s, struct label_box box)
{
    enum { MOST = SYMBOL_BOXES_MAX + 1 };
    if (!s->boxes && !(s->boxes = ARENA_ARRAY(b->arena, struct label_box, MOST))) {
        b->full = true;
        return;
    }
    if (s->n_boxes < MOST)
        s->boxes[s->n_boxes++] = box;
}

struct label_box symbol_turned_box(struct xy at, struct rect r, double angle, const double pad[4])
{
    double c = cos(angle), n = sin(angle);
    struct label_box o = {1e9, 1e9, -1e9, -1e9};
    for (int i = 0; i < 4; i++) {
        double u = i & 1 ? r.x1 : r.x0, v = i & 2 ? r.y1 : r.y0, x = at.x + u * c - v * n, y = at.y + u * n + v * c;
        o.x0 = MIN(o.x0, x), o.x1 = MAX(o.x1, x), o.y0 = MIN(o.y0, y), o.y1 = MAX(o.y1, y);
    }
    return (struct label_box){o.x0 - pad[3], o.y0 - pad[0], o.x1 + pad[1], o.y1 + pad[2]};
}

double symbol_box_angle(struct symbol_builder *b, enum prop rotate)
{
    return style_number(b->l, rotate, &b->in) * M_PI / 180;
}

/* ---- words ---- */

static struct str in_case(struct symbol_builder *b, struct str text)
{
    struct str how = style_string(b->l, PROP_TEXT_TRANSFORM, &b->in);
    if (str_eq(how, S("uppercase")) || str_eq(how, S("lowercase")))
        return text_case(text, str_eq(how, S("uppercase")), b->arena);
    return str_copy(b->arena, text);
}

static bool set_section(struct symbol_builder *b, const struct expr_section *from, struct text_section *to)
{
    *to = (struct text_section){.scale = from->has_scale ? CLAMP(from->scale, 0.01, 16.0) : 1, .has_color = from->has_color, .color = from->color};
    if (str_eq(from->vertical_align, S("center")))
        to->align = TEXT_CENTER;
    else if (str_eq(from->vertical_align, S("top")))
        to->align = TEXT_TOP;
    if (from->image.len) {
        const struct icon *icon = icon_find(b->d->icons, from->image);
        if (!icon)
            return false;
        to->is_image = true;
        to->image_width_px = icon->width_px;
        to->image_height_px = icon->height_px;
        to->text = str_copy(b->arena, from->image);
        return true;
    }
    to->text = in_case(b, from->text);
    to->font = str_copy(b->arena, from->font);
    return to->text.len > 0;
}

static void set_sections(struct symbol_builder *b, const struct expr_formatted *f, struct symbol_words *out)
{
    size_t n = MIN(f->n, TEXT_SECTIONS_MAX);
    struct text_section *at = n ? ARENA_ARRAY(b->arena, struct text_section, n) : NULL;
    for (size_t i = 0; at && i < n; i++)
        if (set_section(b, &f->at[i], &at[out->n]))
            out->n++;
    out->sections = at;
}

bool symbol_words(struct symbol_builder *b, struct symbol_words *out)
{
    *out = (struct symbol_words){0};
    struct expr_value v = style_value(b->l, PROP_TEXT_FIELD, &b->in);
    if (v.type == TYPE_FORMATTED && v.formatted)
        set_sections(b, v.formatted, out);
    else if (v.type == TYPE_STRING && v.string.len)
        set_sections(b, &(struct expr_formatted){1, &(struct expr_section){.text = v.string, .scale = 1}}, out);
    struct str icon = style_string(b->l, PROP_ICON_IMAGE, &b->in);
    if (icon.len && icon_find(b->d->icons, icon))
        out->icon = str_copy(b->arena, icon);
    return out->n || out->icon.len;
}

/* ---- rules ---- */

static struct label_rule rule_of(const struct symbol_builder *b, enum prop overlap, enum prop allow, enum prop ignore, enum prop optional)
{
    struct label_rule r = {.ignored = style_bool(b->l, ignore, &b->in), .optional = style_bool(b->l, optional, &b->in)};
    if (style_has(b->l, overlap)) {
        struct str how = style_string(b->l, overlap, &b->in);
        r.overlap = str_eq(how, S("always")) ? LABEL_ALWAYS : str_eq(how, S("cooperative")) ? LABEL_COOPERATIVE : LABEL_NEVER;
    } else if (style_bool(b->l, allow, &b->in)) {
        r.overlap = LABEL_ALWAYS;
    }
    return r;
}

/* Larger ones are left out, or tiles beside each other would not agree on them. */
static bool within_reach(const struct symbol *s, double reach)
{
    for (uint32_t i = 0; i < s->n_boxes; i++)
        if (fabs(s->boxes[i].x0 - s->at.x) > reach || fabs(s->boxes[i].x1 - s->at.x) > reach || fabs(s->boxes[i].y0 - s->at.y) > reach ||
            fabs(s->boxes[i].y1 - s->at.y) > reach)
            return false;
    return true;
}

void symbol_finish(struct symbol_builder *b, struct symbol *s, uint32_t feature)
{
    const struct style_layer *l = b->l;
    s->layer = (uint32_t)l->index;
    s->feature = feature;
    if (style_has(l, PROP_SYMBOL_SORT_KEY))
        s->sort_key = style_number(l, PROP_SYMBOL_SORT_KEY, &b->in);
    if (!isfinite(s->sort_key))
        s->sort_key = 0;
    s->tie = (uint64_t)b->place->asked.x << 42 | (uint64_t)b->place->asked.y << 20 | (uint64_t)(s - b->out->at);
    s->icon_rule = rule_of(b, PROP_ICON_OVERLAP, PROP_ICON_ALLOW_OVERLAP, PROP_ICON_IGNORE_PLACEMENT, PROP_ICON_OPTIONAL);
    s->text_rule = rule_of(b, PROP_TEXT_OVERLAP, PROP_TEXT_ALLOW_OVERLAP, PROP_TEXT_IGNORE_PLACEMENT, PROP_TEXT_OPTIONAL);
    struct str order = style_string(l, PROP_SYMBOL_Z_ORDER, &b->in);
    bool covers = s->icon_rule.overlap != LABEL_NEVER || s->text_rule.overlap != LABEL_NEVER || s->icon_rule.ignored || s->text_rule.ignored;
    s->by_source = str_eq(order, S("source")) || (str_eq(order, S("auto")) && (style_has(l, PROP_SYMBOL_SORT_KEY) || !covers));
    bool text_free = !s->n_sections || s->text_rule.overlap == LABEL_ALWAYS, icon_free = !s->icon.len || s->icon_rule.overlap == LABEL_ALWAYS;
    if (!s->n_options || !within_reach(s, text_free && icon_free ? SYMBOL_FREE_REACH_PX : LABEL_REACH_PX))
        b->out->n--;
}

/* ---- text ---- */

static struct str font_of(struct symbol_builder *b)
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

void symbol_set_text(struct symbol_builder *b, struct symbol *s, const struct symbol_words *w)
{
    const struct style_layer *l = b->l;
    struct expr_input *in = &b->in;
    s->style = (struct text_style){.font = font_of(b), .ranges = str_copy(b->arena, drawing_glyphs(b->d)), .size_px = CLAMP(style_number(l, PROP_TEXT_SIZE, in), 0.0, 512.0),
        .line_height_em = style_number(l, PROP_TEXT_LINE_HEIGHT, in), .letter_spacing_em = style_number(l, PROP_TEXT_LETTER_SPACING, in),
        .max_width_px = INFINITY};
    if (!(s->style.size_px > 0))
        return;
    s->sections = w->sections;
    s->n_sections = w->n;
    s->paint = (struct text_paint){.color = style_color(l, PROP_TEXT_COLOR, in), .halo_color = style_color(l, PROP_TEXT_HALO_COLOR, in),
        .halo_width_px = style_number(l, PROP_TEXT_HALO_WIDTH, in), .halo_blur_px = style_number(l, PROP_TEXT_HALO_BLUR, in),
        .opacity = style_number(l, PROP_TEXT_OPACITY, in), .sections = w->sections};
}

struct xy symbol_anchor_share(struct str name)
{
    return (struct xy){str_has(name, S("left")) ? 0 : str_has(name, S("right")) ? 1 : 0.5,
        str_starts(name, S("top")) ? 0 : str_starts(name, S("bottom")) ? 1 : 0.5};
}

/* Away from the anchor to the side the text stands on, em. */
static struct xy radial_offset(struct xy share, double radius)
{
    double r = MAX(radius, 0), d = share.x != 0.5 && share.y != 0.5 ? r * M_SQRT1_2 : r;
    struct xy o = {share.x == 0 ? d : share.x == 1 ? -d : 0, share.y == 0 ? d : share.y == 1 ? -d : 0};
    o.y += share.y == 0 ? -VARIABLE_RAISE_EM : share.y == 1 ? VARIABLE_RAISE_EM : 0;
    return o;
}

static struct xy sided_offset(struct xy share, const double offset[2])
{
    double x = fabs(offset[0]), y = fabs(offset[1]);
    return (struct xy){share.x == 0 ? x : share.x == 1 ? -x : 0, share.y == 0 ? y - VARIABLE_RAISE_EM : share.y == 1 ? VARIABLE_RAISE_EM - y : 0};
}

struct side { /* of the anchor, and how far from it, em */
    struct xy share, offset;
    bool variable; /* stands off by the text's padding too */
};

/* text-variable-anchor-offset: an anchor, its offset, and so on. */
static uint32_t sides_with_offsets(const struct expr_array *a, struct side *out)
{
    uint32_t n = 0;
    for (size_t i = 0; a && i + 1 < a->n && n < SYMBOL_OPTIONS_MAX; i += 2) {
        const struct expr_value *o = &a->at[i + 1];
        if (a->at[i].type != TYPE_STRING || o->type != TYPE_ARRAY || !o->array || o->array->n < 2)
            continue;
        struct xy share = symbol_anchor_share(a->at[i].string);
        double raise = share.y == 0 ? -VARIABLE_RAISE_EM : share.y == 1 ? VARIABLE_RAISE_EM : 0;
        out[n++] = (struct side){share, {o->array->at[0].number, o->array->at[1].number + raise}, true};
    }
    return n;
}

static uint32_t sides_of(struct symbol_builder *b, struct side *out)
{
    const struct style_layer *l = b->l;
    double offset[2] = {0, 0}, radius = style_number(l, PROP_TEXT_RADIAL_OFFSET, &b->in);
    style_numbers(l, PROP_TEXT_OFFSET, &b->in, offset, 2);
    struct expr_value v = style_value(l, PROP_TEXT_VARIABLE_ANCHOR_OFFSET, &b->in);
    if (style_has(l, PROP_TEXT_VARIABLE_ANCHOR_OFFSET) && v.type != TYPE_NULL && v.type != TYPE_ERROR)
        return sides_with_offsets(v.array, out);
    v = style_has(l, PROP_TEXT_VARIABLE_ANCHOR) ? style_value(l, PROP_TEXT_VARIABLE_ANCHOR, &b->in) : (struct expr_value){0};
    uint32_t n = 0;
    for (size_t i = 0; v.type == TYPE_ARRAY && v.array && i < v.array->n && n < SYMBOL_OPTIONS_MAX; i++)
        if (v.array->at[i].type == TYPE_STRING) {
            struct xy share = symbol_anchor_share(v.array->at[i].string);
            out[n++] = (struct side){share, style_has(l, PROP_TEXT_RADIAL_OFFSET) ? radial_offset(share, radius) : sided_offset(share, offset), true};
        }
    if (n)
        return n;
    struct xy share = symbol_anchor_share(style_string(l, PROP_TEXT_ANCHOR, &b->in));
    out[0] = (struct side){share, radius != 0 ? radial_offset(share, radius) : (struct xy){offset[0], offset[1]}, false};
    return 1;
}

static int justify_of(struct str how, struct xy share)
{
    if (str_eq(how, S("auto")))
        return share.x == 0 ? -1 : share.x == 1 ? 1 : 0;
    return str_eq(how, S("left")) ? -1 : str_eq(how, S("right")) ? 1 : 0;
}

/* ---- at a point ---- */

static void place_text(struct symbol_builder *b, struct symbol *s, const struct side *side, struct symbol_option *o, struct rect *block)
{
    double em = s->style.size_px, pad = style_number(b->l, PROP_TEXT_PADDING, &b->in), pads[4] = {pad, pad, pad, pad};
    o->justify = s->style.justify = justify_of(style_string(b->l, PROP_TEXT_JUSTIFY, &b->in), side->share);
    const struct text_layout *t = text_layout(b->d->text, s->sections, s->n_sections, &s->style);
    double off = side->variable ? pad : 0;
    o->text_at = (struct xy){side->offset.x * em - side->share.x * t->width_px + (1 - 2 * side->share.x) * off,
        side->offset.y * em - side->share.y * t->height_px + (1 - 2 * side->share.y) * off};
    *block = (struct rect){o->text_at.x, o->text_at.y, o->text_at.x + t->width_px, o->text_at.y + t->height_px};
    o->text = (struct label_part){s->n_boxes, 1};
    symbol_add_box(b, s, symbol_turned_box(s->at, *block, symbol_box_angle(b, PROP_TEXT_ROTATE), pads));
}

static void place_icon(struct symbol_builder *b, struct symbol *s, const struct icon *icon, struct symbol_option *o, const struct rect *block)
{
    double pad[4] = {2, 2, 2, 2}, angle = s->look.rotate_deg * M_PI / 180, k = s->look.scale;
    style_numbers(b->l, PROP_ICON_PADDING, &b->in, pad, 4);
    struct xy at = symbol_icon_place(b, s, icon, block);
    double w = (s->look.stretch_x > 0 ? s->look.stretch_x : icon->width_px) * k, h = (s->look.stretch_y > 0 ? s->look.stretch_y : icon->height_px) * k;
    double c = cos(angle), n = sin(angle);
    o->icon = (struct label_part){s->n_boxes, 1};
    symbol_add_box(b, s, symbol_turned_box(s->at, (struct rect){at.x - w / 2, at.y - h / 2, at.x + w / 2, at.y + h / 2}, symbol_box_angle(b, PROP_ICON_ROTATE), pad));
    o->icon_at = (struct xy){at.x * c - at.y * n, at.x * n + at.y * c};
}

static void place_sides(struct symbol_builder *b, struct symbol *s, const struct icon *icon)
{
    struct side sides[SYMBOL_OPTIONS_MAX] = {{{0.5, 0.5}, {0, 0}, false}};
    bool fits = icon && s->n_sections && symbol_fits_icon(b);
    uint32_t n = s->n_sections ? sides_of(b, sides) : 1;
    s->options = n ? ARENA_ARRAY(b->arena, struct symbol_option, n) : NULL;
    if (!s->options) {
        b->full |= n > 0;
        return;
    }
    s->n_options = n;
    s->icon_follows = fits && n > 1;
    for (uint32_t i = 0; i < n; i++) {
        struct symbol_option *o = &s->options[i];
        struct rect block = {0};
        if (s->n_sections)
            place_text(b, s, &sides[i], o, &block);
        if (icon && (i == 0 || fits)) {
            place_icon(b, s, icon, o, fits ? &block : NULL);
        } else if (icon) {
            o->icon = s->options[0].icon;
            o->icon_at = s->options[0].icon_at;
        }
    }
}

static double text_angle_of(struct symbol_builder *b, double line_angle)
{
    double angle = style_number(b->l, PROP_TEXT_ROTATE, &b->in) * M_PI / 180;
    bool along = !str_eq(style_string(b->l, PROP_SYMBOL_PLACEMENT, &b->in), S("point"));
    if (!along && str_eq(style_string(b->l, PROP_TEXT_ROTATION_ALIGNMENT, &b->in), S("map")))
        angle -= b->d->bearing_deg * M_PI / 180;
    return angle + line_angle;
}

void symbol_put(struct symbol_builder *b, struct xy at, const struct symbol_words *w, double line_angle, uint32_t feature)
{
    const struct icon *icon = w->icon.len ? icon_find(b->d->icons, w->icon) : NULL;
    if (!w->n && !icon)
        return;
    struct symbol *s = symbol_add(b);
    if (!s)
        return;
    s->at = at;
    if (w->n) {
        symbol_set_text(b, s, w);
        s->style.max_width_px = style_number(b->l, PROP_TEXT_MAX_WIDTH, &b->in) * s->style.size_px;
        s->text_angle = text_angle_of(b, 0);
    }
    if (icon) {
        symbol_set_icon(b, s, w->icon, icon);
        s->look.rotate_deg += line_angle * 180 / M_PI;
    }
    if (icon || s->n_sections)
        place_sides(b, s, icon);
    symbol_finish(b, s, feature);
}

static bool inside(const struct rect *r, struct xy at)
{
    return at.x >= r->x0 && at.x < r->x1 && at.y >= r->y0 && at.y < r->y1;
}

/* Most points of an ancestor's tile lie elsewhere: asked before a word is made. */
static bool points_inside(const struct shape *s, const struct rect *in)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (inside(in, s->at[i]))
            return true;
    return false;
}

static void build_point(struct symbol_builder *b, const struct feature *f, uint32_t index)
{
    const struct rect *in = &b->inside;
    const struct shape *s = &f->shape;
    struct symbol_words w;
    struct xy at;
    if ((s->kind == SHAPE_POINTS && !points_inside(s, in)) || !symbol_words(b, &w))
        return;
    if (s->kind == SHAPE_POINTS) {
        for (uint32_t i = 0; i < s->n; i++)
            if (inside(in, s->at[i]))
                symbol_put(b, placing_px(&b->turn, s->at[i]), &w, 0, index);
    } else if (s->kind == SHAPE_LINES) {
        for (uint32_t part = 0, from = 0; part < s->n_parts; from = s->end[part++])
            if (s->end[part] > from && inside(in, s->at[from]))
                symbol_put(b, placing_px(&b->turn, s->at[from]), &w, 0, index);
    } else if (s->kind == SHAPE_POLYGONS) {
        if (shape_label_point(s, 1 / MAX(b->place->px_per_unit, 1e-6), b->arena, &at) && inside(in, at))
            symbol_put(b, placing_px(&b->turn, at), &w, 0, index);
    }
}

void symbols_build(struct symbol_builder *b, const struct features *features, const uint32_t *chosen, size_t n)
{
    b->in.layer = features;
    b->in.tile = &b->place->tile;
    struct str placement = style_string(b->l, PROP_SYMBOL_PLACEMENT, &b->in);
    if (!str_eq(placement, S("point"))) {
        symbols_along_lines(b, features, chosen, n, str_eq(placement, S("line-center")));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        b->in.feature = &features->at[chosen[i]];
        build_point(b, b->in.feature, chosen[i]);
    }
}
