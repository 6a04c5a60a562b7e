/*
 * A triangle's values change evenly over it, so each is a plane: what it is at the picture's corner and how much it grows
 * with x and with y. A pixel belongs to the triangle that has its middle; where two triangles meet it belongs to one.
 */
#include "renderer/line_shade.h"

#include <math.h>
#include <stdlib.h>

#include "data/base/base.h"
#include "renderer/pixel.h"

enum { JUMP = 8 };                    /* between two colours of a ramp: a step, not a slope */
#define ROUND_ROWS 1.0714285714285714 /* MapLibre keeps round dashes in 15 rows of which the line shows 14 */
#define DASH_STEPS 256.0              /* and a period in 256 steps */
#define AREA_MIN 1e-9
#define PERIOD_MIN_PX 0.05            /* dashes that are shorter are none */

/* ---- dashes ---- */

/* Parts of no length are left out of dashes with straight ends and neighbours of a kind joined; a round dash of no length
 * is a dot. */
void line_painter_ready(struct line_painter *p)
{
    const struct line_dash *d = &p->ink->dash;
    struct rgba c = p->ink->color;
    p->solid = pixel_of(c);
    p->n_edges = 0;
    p->period = 0;
    double total = 0;
    for (uint32_t i = 0; i < d->n; i++)
        total += d->lengths[i];
    if (!(total * d->unit_px > PERIOD_MIN_PX))
        return;
    double at = d->n % 2 ? -d->lengths[d->n - 1] : 0;
    for (uint32_t i = 0; i < d->n; i++) {
        double end = (i ? at : 0) + d->lengths[i];
        p->period = end;
        bool dash = i % 2 == 0;
        if (!d->round && end <= at)
            continue;
        if (!d->round && p->n_edges > 0 && p->is_dash[p->n_edges - 1] == dash) {
            p->edges[p->n_edges] = at = end;
            continue;
        }
        if (p->n_edges == 0)
            p->edges[0] = at;
        p->is_dash[p->n_edges++] = dash;
        p->edges[p->n_edges] = at = end;
    }
}

/* How far inside a dash (positive) or outside, in units. With straight ends the way to the nearest edge; round ends look at the
 * distance from the middle as well. */
static double dash_distance(const struct line_painter *p, double along, double across)
{
    along -= p->period / (2 * DASH_STEPS);
    double at = along - floor(along / p->period) * p->period, from, to;
    int i = 0;
    while (i + 1 < p->n_edges && at > p->edges[i + 1])
        i++;
    from = p->edges[i], to = p->edges[i + 1];
    bool dash = p->is_dash[i];
    if (!p->ink->dash.round) {
        /* The first part and the last are one where they are of a kind. */
        bool joined = p->n_edges > 1 && p->is_dash[0] == p->is_dash[p->n_edges - 1];
        if (joined && i == 0)
            from = p->edges[p->n_edges - 1] - p->period;
        if (joined && i == p->n_edges - 1)
            to = p->edges[1] + p->period;
        double near = p->n_edges == 1 ? INFINITY : MIN(fabs(at - from), fabs(to - at));
        return dash ? near : -near;
    }
    double near = MIN(fabs(at - from), fabs(at - to)), middle = fabs(across) * ROUND_ROWS * (0.5 + p->period / DASH_STEPS);
    if (dash)
        return hypot(near, 0.5 - middle);
    return 0.5 - hypot(near, middle);
}

/* ---- pixels ---- */

struct plane {
    double at, dx, dy;
};

static struct plane plane_of(const double x[3], const double y[3], double va, double vb, double vc, double area)
{
    struct plane p;
    p.dx = ((vb - va) * (y[2] - y[0]) - (vc - va) * (y[1] - y[0])) / area;
    p.dy = ((vc - va) * (x[1] - x[0]) - (vb - va) * (x[2] - x[0])) / area;
    p.at = va - p.dx * x[0] - p.dy * y[0];
    return p;
}

static uint32_t picture_pixel(const struct line_picture *p, double along, double across)
{
    /* One px of it lies outside at either side, as in MapLibre's atlas; between its px it is smooth. */
    double u = along / p->length_px, x = (u - floor(u)) * (p->width + 2) - 1.5, y = (across + 1) / 2 * (p->height + 2) - 1.5;
    int x0 = (int)floor(x), y0 = (int)floor(y);
    double fx = x - x0, fy = y - y0, sum[4] = {0};
    for (int k = 0; k < 4; k++) {
        int px = x0 + (k & 1), py = y0 + (k >> 1);
        px = px < 0 ? px + p->width : px >= p->width ? px - p->width : px;
        py = py < 0 ? py + p->height : py >= p->height ? py - p->height : py;
        uint32_t c = p->at[(size_t)CLAMP(py, 0, p->height - 1) * (size_t)p->width + (size_t)CLAMP(px, 0, p->width - 1)];
        double w = (k & 1 ? fx : 1 - fx) * (k >> 1 ? fy : 1 - fy);
        for (int i = 0; i < 4; i++)
            sum[i] += w * (c >> (8 * i) & 255);
    }
    uint32_t out = 0;
    for (int i = 0; i < 4; i++)
        out |= (uint32_t)(sum[i] + 0.5) << (8 * i);
    return out;
}

static bool jumps(uint32_t a, uint32_t b)
{
    for (int shift = 0; shift < 32; shift += 8)
        if (abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) > JUMP)
            return true;
    return false;
}

static uint32_t ramp_pixel(const struct line_ink *ink, double progress)
{
    double at = progress * (LINE_RAMP - 1);
    int i = (int)at, next = MIN(i + 1, LINE_RAMP - 1);
    return jumps(ink->ramp[i], ink->ramp[next]) ? ink->ramp_at(ink->ramp_ctx, progress) : ink->ramp[at - i < 0.5 ? i : next];
}

static void shade_pixel(const struct line_painter *p, uint32_t *to, double beyond, double across, double along)
{
    const struct line_ink *ink = p->ink;
    double d = (beyond > 0 ? hypot(beyond, across) : fabs(across)) * ink->outer_px;
    double cover = MIN(d - (ink->inner_px - ink->soft_px), ink->outer_px - d) / ink->soft_px;
    if (!(cover > 0))
        return;
    cover = MIN(cover, 1);
    uint32_t c = p->solid;
    if (p->n_edges)
        cover *= smooth_step(-ink->dash.soft, ink->dash.soft, dash_distance(p, along / ink->dash.unit_px, across));
    if (ink->picture.at) {
        c = picture_pixel(&ink->picture, along, across);
        cover *= ink->picture_opacity;
    } else if (ink->ramp) {
        c = ramp_pixel(ink, CLAMP(along / ink->ramp_length_px, 0.0, 1.0));
        cover *= ink->picture_opacity;
    }
    uint32_t k = (uint32_t)(cover * 255 + 0.5);
    if (k)
        pixel_over(to, c, k);
}

/* Where the row's middle crosses the edge; the ends always in the same order, so that neighbours agree. */
static double crossing(double xa, double ya, double xb, double yb, double y)
{
    if (ya > yb || (ya == yb && xa > xb))
        return crossing(xb, yb, xa, ya, y);
    return xa + (xb - xa) * ((y - ya) / (yb - ya));
}

void line_painter_triangle(void *ctx, const struct mesh_vertex *a, const struct mesh_vertex *b, const struct mesh_vertex *c)
{
    const struct line_painter *p = ctx;
    const struct line_target *t = &p->to;
    double s = t->scale, x[3] = {a->x * s, b->x * s, c->x * s}, y[3] = {a->y * s, b->y * s, c->y * s};
    double area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
    double top = MIN(MIN(y[0], y[1]), y[2]), bottom = MAX(MAX(y[0], y[1]), y[2]);
    double west = MIN(MIN(x[0], x[1]), x[2]), east = MAX(MAX(x[0], x[1]), x[2]);
    if (!(fabs(area) > AREA_MIN) || top >= t->height || bottom <= 0 || west >= t->width || east <= 0)
        return;
    struct plane beyond = plane_of(x, y, a->beyond, b->beyond, c->beyond, area);
    struct plane across = plane_of(x, y, a->across, b->across, c->across, area);
    struct plane along = plane_of(x, y, a->along, b->along, c->along, area);
    int y0 = (int)MAX(ceil(top - 0.5), 0), y1 = (int)MIN(ceil(bottom - 0.5), t->height);
    for (int row = y0; row < y1; row++) {
        double my = row + 0.5, left = INFINITY, right = -INFINITY;
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3;
            if ((y[i] <= my) == (y[j] <= my))
                continue;
            double at = crossing(x[i], y[i], x[j], y[j], my);
            left = MIN(left, at), right = MAX(right, at);
        }
        if (!(left < right))
            continue;
        int first = (int)MAX(ceil(left - 0.5), t->rows[row][0]), end = (int)MIN(ceil(right - 0.5), t->rows[row][1]);
        uint32_t *to = t->at + (ptrdiff_t)row * t->stride;
        for (int col = first; col < end; col++) {
            double mx = col + 0.5;
            shade_pixel(p, to + col, beyond.at + beyond.dx * mx + beyond.dy * my, across.at + across.dx * mx + across.dy * my,
                along.at + along.dx * mx + along.dy * my);
        }
    }
}
