/*
 * Numbers are placed one after the other: each takes the first place, going round its dot in growing circles, where it
 * covers neither a number nor a dot. One that finds none stands where it covers least. A number away from its dot is tied
 * to it by a line.
 */
#include "renderer/sheet_marks.h"

#include <math.h>

static const double DISC_PT = 4.4, DOT_PT = 1.5, TICK_PT = 13, CONE_PT = 15, RING_PT = 6.5, APART_PT = 0.5;

enum { RINGS = 6, AROUND = 16 };

/* ---- the dot and where it looks ---- */

static double screen_angle(double bearing_deg)
{
    return (bearing_deg - 90) * M_PI / 180;
}

static void draw_cone(struct paper *p, double x, double y, const struct sheet_view *v)
{
    double half = v->width_deg * M_PI / 360, middle = screen_angle(v->bearing_deg);
    cairo_new_path(p->cr);
    cairo_move_to(p->cr, x, y);
    cairo_arc(p->cr, x, y, CONE_PT, middle - half, middle + half);
    cairo_close_path(p->cr);
    cairo_set_source_rgba(p->cr, 0, 0, 0, 0.22);
    cairo_fill_preserve(p->cr);
    cairo_set_source_rgb(p->cr, 0.15, 0.15, 0.15);
    cairo_set_line_width(p->cr, 0.5);
    cairo_stroke(p->cr);
}

static void draw_tick(struct paper *p, double x, double y, double bearing_deg)
{
    double a = screen_angle(bearing_deg), c = cos(a), s = sin(a), neck = TICK_PT - 4.2;
    cairo_new_path(p->cr);
    cairo_move_to(p->cr, x, y);
    cairo_line_to(p->cr, x + neck * c, y + neck * s);
    cairo_set_line_width(p->cr, 2.2); /* white under it, so that it is seen on a street's edge */
    cairo_set_source_rgb(p->cr, 1, 1, 1);
    cairo_stroke_preserve(p->cr);
    cairo_set_line_width(p->cr, 0.9);
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    cairo_stroke(p->cr);
    cairo_move_to(p->cr, x + TICK_PT * c, y + TICK_PT * s);
    cairo_line_to(p->cr, x + neck * c - 2.1 * s, y + neck * s + 2.1 * c);
    cairo_line_to(p->cr, x + neck * c + 2.1 * s, y + neck * s - 2.1 * c);
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

static void draw_views(struct paper *p, const struct sheet_mark *mark, double x, double y)
{
    for (size_t i = 0; i < mark->n_views; i++) {
        if (mark->views[i].width_deg >= 360)
            paper_circle(p, x, y, RING_PT, -1, 0.6, 0.1);
        else if (mark->views[i].width_deg > 0)
            draw_cone(p, x, y, &mark->views[i]);
        else
            draw_tick(p, x, y, mark->views[i].bearing_deg);
    }
}

static void draw_dot(struct paper *p, const struct sheet_mark *mark, double x, double y)
{
    paper_circle(p, x, y, DOT_PT, mark->about ? 1 : 0, 0.7, 0);
}

void sheet_mark_draw(struct paper *p, const struct sheet_mark *mark, double x, double y)
{
    draw_views(p, mark, x, y);
    draw_dot(p, mark, x, y);
}

void sheet_number_draw(struct paper *p, size_t number, double x, double y)
{
    AUTO(buf) text = {0};
    buf_u64(&text, number);
    paper_circle(p, x, y, DISC_PT, 1, 0.5, 0);
    paper_text(p, buf_str(&text), x, y, &(struct paper_type){.size_pt = number < 100 ? 5.2 : 4.4, .bold = true, .align = 0});
}

/* ---- where the number stands ---- */

struct placing_numbers {
    const struct sheet_mark *marks;
    const struct xy *dots;
    struct xy *numbers;
    size_t n_dots, n_numbers;
    struct rect frame;
};

static double overlap(struct xy a, struct xy b, double reach)
{
    return MAX(reach - hypot(a.x - b.x, a.y - b.y), 0);
}

/* A direction is covered when the number lies across it, close by. */
static double over_views(const struct sheet_mark *m, struct xy dot, struct xy at)
{
    double away = hypot(at.x - dot.x, at.y - dot.y), cost = 0;
    if (away > CONE_PT + DISC_PT)
        return 0;
    for (size_t i = 0; i < m->n_views; i++) {
        if (m->views[i].width_deg >= 360)
            continue;
        double off = atan2(at.y - dot.y, at.x - dot.x) - screen_angle(m->views[i].bearing_deg);
        cost += cos(off) > 0.6 ? 1.5 : 0;
    }
    return cost;
}

static double cost_of(const struct placing_numbers *k, size_t own, struct xy at)
{
    double cost = over_views(&k->marks[own], k->dots[own], at);
    for (size_t i = 0; i < k->n_numbers; i++)
        cost += 4 * overlap(at, k->numbers[i], 2 * DISC_PT + APART_PT);
    for (size_t i = 0; i < k->n_dots; i++)
        cost += overlap(at, k->dots[i], DISC_PT + DOT_PT);
    struct rect f = k->frame;
    bool outside = at.x - DISC_PT < f.x0 || at.x + DISC_PT > f.x1 || at.y - DISC_PT < f.y0 || at.y + DISC_PT > f.y1;
    return cost + (outside ? 1000 : 0);
}

static struct xy place_number(const struct placing_numbers *k, size_t own)
{
    struct xy dot = k->dots[own], best = dot;
    double least = INFINITY;
    for (int ring = 0; ring < RINGS && least > 0; ring++) {
        double reach = DISC_PT + DOT_PT + 0.6 + ring * 6.0;
        for (int i = 0; i < AROUND && least > 0; i++) {
            double a = 2 * M_PI * i / AROUND - M_PI / 4; /* upper right first */
            struct xy at = {dot.x + reach * cos(a), dot.y + reach * sin(a)};
            double cost = cost_of(k, own, at);
            if (cost < least)
                least = cost, best = at;
        }
    }
    return best;
}

static void tie(struct paper *p, struct xy dot, struct xy number)
{
    if (hypot(number.x - dot.x, number.y - dot.y) > DISC_PT + DOT_PT + 1)
        paper_line(p, dot.x, dot.y, number.x, number.y, 0.4, 0);
}

void sheet_marks_draw(struct paper *p, const struct sheet_mark *marks, const struct xy *at, size_t n, struct rect frame)
{
    struct xy numbers[SHEET_MARKS_MAX];
    struct placing_numbers k = {.marks = marks, .dots = at, .numbers = numbers, .n_dots = n, .frame = frame};
    must(n <= SHEET_MARKS_MAX);
    for (; k.n_numbers < n; k.n_numbers++)
        numbers[k.n_numbers] = place_number(&k, k.n_numbers);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, frame.x0, frame.y0, frame.x1 - frame.x0, frame.y1 - frame.y0);
    cairo_clip(p->cr);
    for (size_t i = 0; i < n; i++)
        draw_views(p, &marks[i], at[i].x, at[i].y);
    for (size_t i = 0; i < n; i++)
        tie(p, at[i], numbers[i]);
    for (size_t i = 0; i < n; i++)
        draw_dot(p, &marks[i], at[i].x, at[i].y);
    cairo_restore(p->cr);
    for (size_t i = 0; i < n; i++)
        sheet_number_draw(p, i + 1, numbers[i].x, numbers[i].y);
}
