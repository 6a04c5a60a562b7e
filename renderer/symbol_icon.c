/* Icons of symbols: which look, where from the anchor, and drawn round a text (icon-text-fit). */
#include <math.h>

#include "renderer/symbol.h"

static bool is_always(const struct style_layer *l, enum prop p, const struct expr_input *in, double value)
{
    return !style_has(l, p) || (expr_is_constant(l->prop[p]) && style_number(l, p, in) == value);
}

/* Whether MapLibre mixes px of the layer's icons even where one happens to be of its own size: their size or angle may
 * differ from icon to icon, or they lie on the map. */
static bool is_smooth(const struct style_layer *l, const struct expr_input *in)
{
    struct str pitch = style_string(l, PROP_ICON_PITCH_ALIGNMENT, in), turn = style_string(l, PROP_ICON_ROTATION_ALIGNMENT, in);
    bool along = !str_eq(style_string(l, PROP_SYMBOL_PLACEMENT, in), S("point"));
    bool on_map = str_eq(turn, S("map")) || (along && str_eq(turn, S("auto")));
    return !is_always(l, PROP_ICON_SIZE, in, 1) || !is_always(l, PROP_ICON_ROTATE, in, 0) || str_eq(pitch, S("map")) || (on_map && str_eq(pitch, S("auto")));
}

void symbol_set_icon(struct symbol_builder *b, struct symbol *s, struct str name, const struct icon *icon)
{
    const struct style_layer *l = b->l;
    struct expr_input *in = &b->in;
    s->icon = str_copy(b->arena, name);
    s->look = (struct icon_look){.scale = CLAMP(style_number(l, PROP_ICON_SIZE, in), 0.0, 32.0), .rotate_deg = style_number(l, PROP_ICON_ROTATE, in),
        .smooth = is_smooth(l, in), .tinted = icon->sdf || style_has(l, PROP_ICON_COLOR)};
    if (s->look.tinted) {
        s->look.color = style_color(l, PROP_ICON_COLOR, in);
        s->look.halo = style_color(l, PROP_ICON_HALO_COLOR, in);
        s->look.halo_px = style_number(l, PROP_ICON_HALO_WIDTH, in);
        s->look.halo_blur_px = style_number(l, PROP_ICON_HALO_BLUR, in);
    }
    s->opacity = style_number(l, PROP_ICON_OPACITY, in);
    /* The view turns the map under what is aligned to it. */
    struct str how = style_string(l, PROP_ICON_ROTATION_ALIGNMENT, in);
    bool along = !str_eq(style_string(l, PROP_SYMBOL_PLACEMENT, in), S("point"));
    if (!along && str_eq(how, S("map")))
        s->look.rotate_deg -= b->d->bearing_deg;
}

bool symbol_fits_icon(struct symbol_builder *b)
{
    return !str_eq(style_string(b->l, PROP_ICON_TEXT_FIT, &b->in), S("none"));
}

/* The text's block made wider or higher by the padding: what the icon's content is to cover. What is not fitted keeps the
 * icon's own size, in the middle. */
static struct rect fitted(struct symbol_builder *b, const struct icon *icon, const struct rect *block)
{
    struct str fit = style_string(b->l, PROP_ICON_TEXT_FIT, &b->in);
    double pad[4] = {0, 0, 0, 0}, w = icon->width_px, h = icon->height_px;
    style_numbers(b->l, PROP_ICON_TEXT_FIT_PADDING, &b->in, pad, 4);
    double x = (block->x0 + block->x1) / 2, y = (block->y0 + block->y1) / 2;
    struct rect r = {x - w / 2, y - h / 2, x + w / 2, y + h / 2};
    if (!str_eq(fit, S("height")))
        r.x0 = block->x0 - pad[3], r.x1 = block->x1 + pad[1];
    if (!str_eq(fit, S("width")))
        r.y0 = block->y0 - pad[0], r.y1 = block->y1 + pad[2];
    return r;
}

struct xy symbol_icon_place(struct symbol_builder *b, struct symbol *s, const struct icon *icon, const struct rect *block)
{
    double offset[2] = {0, 0}, k = s->look.scale;
    style_numbers(b->l, PROP_ICON_OFFSET, &b->in, offset, 2);
    struct xy anchor = symbol_anchor_share(style_string(b->l, PROP_ICON_ANCHOR, &b->in));
    if (block && k > 0) {
        struct rect r = icon_round(icon, fitted(b, icon, block));
        s->look.stretch_x = (r.x1 - r.x0) / k;
        s->look.stretch_y = (r.y1 - r.y0) / k;
        return (struct xy){(r.x0 + r.x1) / 2 + offset[0] * k, (r.y0 + r.y1) / 2 + offset[1] * k};
    }
    return (struct xy){((0.5 - anchor.x) * icon->width_px + offset[0]) * k, ((0.5 - anchor.y) * icon->height_px + offset[1]) * k};
}

bool symbol_icon(struct drawing *d, const struct style_layer *l, const struct expr_input *in, struct str *name, struct icon_look *look,
    struct xy *at, double *opacity)
{
    struct symbol_builder b = {.d = d, .l = l, .in = *in, .arena = d->arena};
    struct symbol s = {0};
    *name = style_string(l, PROP_ICON_IMAGE, in);
    const struct icon *icon = name->len ? icon_find(d->icons, *name) : NULL;
    if (!icon)
        return false;
    symbol_set_icon(&b, &s, *name, icon);
    struct xy from = symbol_icon_place(&b, &s, icon, NULL);
    double angle = s.look.rotate_deg * M_PI / 180, c = cos(angle), n = sin(angle);
    struct xy shift = drawing_translate(d, l, PROP_ICON_TRANSLATE, PROP_ICON_TRANSLATE_ANCHOR);
    *name = s.icon;
    *look = s.look;
    *at = (struct xy){from.x * c - from.y * n + shift.x, from.x * n + from.y * c + shift.y};
    *opacity = s.opacity;
    return true;
}
