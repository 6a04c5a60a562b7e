#include "renderer/draft_picture.h"

#include <math.h>
#include <stdio.h>

#include "renderer/encode.h"
#include "renderer/paper.h"

static const double SPOT_PX = 8, CORNER_PX = 4, NUMBER_PX = 10, BESIDE_PX = 19, CROSS_PX = 14;

static struct xy px_of(const struct draft_picture *d, struct lonlat at)
{
    return view_px(&d->view, mercator_of(at));
}

/* White under black, so that it shows on any ground. */
static void stroke_twice(cairo_t *cr, double width)
{
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_set_line_width(cr, width + 3);
    cairo_stroke_preserve(cr);
    cairo_set_source_rgb(cr, 0.07, 0.08, 0.1);
    cairo_set_line_width(cr, width);
    cairo_stroke(cr);
}

static void draw_cross(cairo_t *cr, const struct draft_picture *d)
{
    double x = d->view.width_px / 2.0, y = d->view.height_px / 2.0;
    for (int i = 0; i < 4; i++) {
        double c = cos(i * M_PI / 2), s = sin(i * M_PI / 2);
        cairo_move_to(cr, x + 4 * c, y + 4 * s);
        cairo_line_to(cr, x + CROSS_PX * c, y + CROSS_PX * s);
    }
    stroke_twice(cr, 1.5);
}

/* There the cross would lie on it. */
static bool spot_is_in_the_middle(const struct draft_picture *d)
{
    struct xy at = d->has_spot ? px_of(d, d->spot) : (struct xy){-CROSS_PX, -CROSS_PX};
    return fabs(at.x - d->view.width_px / 2.0) < CROSS_PX && fabs(at.y - d->view.height_px / 2.0) < CROSS_PX;
}

static void draw_view(cairo_t *cr, const struct draft_picture *d, size_t i)
{
    struct lonlat ring[CONE_RING_MAX];
    double width = d->views[i].width_deg > 0 ? d->views[i].width_deg : CONE_WIDTH_DEFAULT_DEG;
    size_t n = cone_ring(d->spot, d->views[i].bearing_deg, width, d->reach_m, ring);
    for (size_t k = 0; k < n; k++) {
        struct xy at = px_of(d, ring[k]);
        if (k)
            cairo_line_to(cr, at.x, at.y);
        else
            cairo_move_to(cr, at.x, at.y);
    }
    cairo_close_path(cr);
    cairo_set_source_rgba(cr, 0.04, 0.35, 0.49, 0.22);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.04, 0.35, 0.49);
    cairo_set_line_width(cr, 1.2);
    cairo_stroke(cr);
}

static void draw_spot(cairo_t *cr, const struct draft_picture *d)
{
    struct xy at = px_of(d, d->spot);
    for (size_t i = 0; i < d->n_views; i++)
        draw_view(cr, d, i);
    cairo_new_path(cr);
    cairo_arc(cr, at.x, at.y, SPOT_PX, 0, 2 * M_PI);
    cairo_set_source_rgb(cr, 0.04, 0.35, 0.49);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_set_line_width(cr, 3);
    cairo_stroke(cr);
    cairo_arc(cr, at.x, at.y, 2, 0, 2 * M_PI);
    cairo_fill(cr);
}

static void draw_corners(cairo_t *cr, const struct draft_picture *d)
{
    for (size_t i = 0; i < d->n_corners; i++) {
        struct xy at = px_of(d, d->corners[i]);
        if (i)
            cairo_line_to(cr, at.x, at.y);
        else
            cairo_move_to(cr, at.x, at.y);
    }
    if (d->n_corners > 2) {
        cairo_close_path(cr);
        cairo_set_source_rgba(cr, 0.04, 0.35, 0.49, 0.18);
        cairo_fill_preserve(cr);
    }
    stroke_twice(cr, 2);
    for (size_t i = 0; i < d->n_corners; i++) {
        struct xy at = px_of(d, d->corners[i]);
        cairo_arc(cr, at.x, at.y, CORNER_PX, 0, 2 * M_PI);
        cairo_set_source_rgb(cr, 0.07, 0.08, 0.1);
        cairo_fill(cr);
    }
}

/* A number stands beside its symbol, on the side away from the spot. */
static struct xy number_place(const struct draft_picture *d, struct lonlat known)
{
    struct xy at = px_of(d, known), spot = px_of(d, d->spot);
    double dx = d->has_spot ? at.x - spot.x : 0, dy = d->has_spot ? at.y - spot.y : -1, far = hypot(dx, dy);
    if (far < 1)
        return (struct xy){at.x, at.y - BESIDE_PX};
    double out = MAX(BESIDE_PX, SPOT_PX + NUMBER_PX + 6 - far);
    return (struct xy){at.x + dx / far * out, at.y + dy / far * out};
}

static void draw_known(struct paper *paper, const struct draft_picture *d)
{
    for (size_t i = d->n_known; i--;) {
        char number[24];
        struct xy at = number_place(d, d->known[i]);
        paper_circle(paper, at.x, at.y, NUMBER_PX, 1, 1.5, 0.1);
        snprintf(number, sizeof number, "%zu", i + 1);
        paper_text(paper, str_of(number), at.x, at.y, &(struct paper_type){.size_pt = 12, .bold = true, .grey = 0.1});
    }
}

bool draft_picture_draw(struct painter *p, const struct draft_picture *d, struct style *style, const struct scene *scene, struct buf *out,
    struct err *err)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, d->view.width_px, d->view.height_px);
    bool ok = map_draw_image(p, image, &d->view, style, scene, err);
    if (ok) {
        struct paper paper = {cairo_create(image), painter_text(p)};
        draw_corners(paper.cr, d);
        if (d->has_spot)
            draw_spot(paper.cr, d);
        draw_known(&paper, d);
        if (!spot_is_in_the_middle(d))
            draw_cross(paper.cr, d);
        cairo_destroy(paper.cr);
        cairo_surface_flush(image);
        ok = encode_surface(out, image, PICTURE_PNG, err);
    }
    cairo_surface_destroy(image);
    return ok;
}
