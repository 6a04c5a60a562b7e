#include "renderer/layer.h"

bool layer_draw_background(struct drawing *d, const struct style_layer *l, struct err *err)
{
    (void)err;
    struct expr_input in = drawing_input(d);
    double opacity = style_number(l, PROP_BACKGROUND_OPACITY, &in);
    if (d->query)
        return true;
    if (style_has(l, PROP_BACKGROUND_PATTERN)) {
        cairo_pattern_t *pattern = drawing_pattern(d, style_string(l, PROP_BACKGROUND_PATTERN, &in));
        if (!pattern)
            return true;
        cairo_set_source(d->cr, pattern);
        cairo_pattern_destroy(pattern);
        cairo_paint_with_alpha(d->cr, opacity);
        return true;
    }
    color_set_source(d->cr, style_color(l, PROP_BACKGROUND_COLOR, &in), opacity);
    cairo_paint(d->cr);
    return true;
}
