#include "renderer/scale_bar.h"

#include <math.h>

#define BAR_TALL_EM 0.5 /* of the words' size */

double scale_bar_metres(double per_metre, double most)
{
    double power = pow(10, floor(log10(most / per_metre))), m = most / per_metre / power;
    return power * (m >= 5 ? 5 : m >= 2 ? 2 : 1);
}

void scale_bar_words(struct buf *out, double metres)
{
    bool far = metres >= 1000;
    buf_fixed(out, far ? metres / 1000 : metres, metres < 1 ? 2 : 0);
    buf_add(out, far ? S("\u00a0km") : S("\u00a0m"));
}

double scale_bar_draw(struct paper *p, double x, double y, double per_metre, double most, const struct paper_type *type)
{
    double metres = scale_bar_metres(per_metre, most), half = metres * per_metre / 2, tall = type->size_pt * BAR_TALL_EM;
    AUTO(buf) says = {0};
    scale_bar_words(&says, metres);
    paper_frame(p, x, y - tall / 2, 2 * half, tall, 0.5, type->grey);
    cairo_rectangle(p->cr, x, y - tall / 2, half, tall);
    cairo_set_source_rgb(p->cr, type->grey, type->grey, type->grey);
    cairo_fill(p->cr);
    struct paper_type left = *type;
    left.align = -1;
    return 2 * half + 4 + paper_text(p, buf_str(&says), x + 2 * half + 4, y, &left);
}

void north_arrow_draw(struct paper *p, double x, double y, double tall, double turned_deg, struct str letter, double grey)
{
    double turned = turned_deg * M_PI / 180, half = tall / 2, beyond = half + tall * 0.36;
    cairo_save(p->cr);
    cairo_translate(p->cr, x, y);
    cairo_rotate(p->cr, turned);
    cairo_new_path(p->cr);
    cairo_move_to(p->cr, 0, -half);
    cairo_line_to(p->cr, tall * 0.23, half);
    cairo_line_to(p->cr, 0, half - tall * 0.23);
    cairo_line_to(p->cr, -tall * 0.23, half);
    cairo_close_path(p->cr);
    cairo_set_source_rgb(p->cr, grey, grey, grey);
    cairo_fill(p->cr);
    cairo_restore(p->cr);
    paper_text(p, letter, x + beyond * sin(turned), y - beyond * cos(turned), &(struct paper_type){.size_pt = tall * 0.55, .bold = true, .grey = grey});
}
