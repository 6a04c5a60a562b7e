/* Curves: step and interpolate. */
#include <math.h>

#include "renderer/expr_node.h"

/* The last stop at or below v; -1 before the first. */
static ptrdiff_t stop_below(const struct curve *c, double v)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->label[mid] <= v)
            low = mid + 1;
        else
            high = mid;
    }
    return (ptrdiff_t)low - 1;
}

struct expr_value eval_step(const struct expr *e, struct eval *x)
{
    EVAL_AS(v, 0, TYPE_NUMBER);
    if (isnan(v.number))
        return eval_fail(x, e, "Input is not a number.");
    ptrdiff_t i = stop_below(e->more, v.number);
    return eval_run(e->arg[1 + MAX(i, 0)], x);
}

static double bezier_at(double p1, double p2, double t)
{
    double c = 3 * p1, b = 3 * (p2 - p1) - c, a = 1 - c - b;
    return ((a * t + b) * t + c) * t;
}

/* y at x of the curve from (0,0) to (1,1); x grows with t, so halving finds it. */
static double bezier_solve(const double p[4], double x)
{
    double low = 0, high = 1;
    for (int i = 0; i < 48; i++) {
        double t = (low + high) / 2, at = bezier_at(p[0], p[2], t);
        if (at == x)
            return bezier_at(p[1], p[3], t);
        if (at < x)
            low = t;
        else
            high = t;
    }
    return bezier_at(p[1], p[3], (low + high) / 2);
}

/* How far v is from stop i to the next, 0 to 1. */
static double curve_share(const struct curve *c, double v, size_t i)
{
    double progress = v - c->label[i], all = c->label[i + 1] - c->label[i];
    if (c->shape == CURVE_BEZIER)
        return bezier_solve(c->bezier, progress / all);
    return c->base == 1 ? progress / all : (pow(c->base, progress) - 1) / c->growth[i];
}

struct expr_value eval_interpolate(const struct expr *e, struct eval *x)
{
    const struct curve *c = e->more;
    EVAL_AS(v, 0, TYPE_NUMBER);
    if (isnan(v.number))
        return eval_fail(x, e, "Input is not a number.");
    ptrdiff_t i = stop_below(c, v.number);
    if (i < 0 || (size_t)i + 1 >= c->n)
        return eval_run(e->arg[1 + MAX(i, 0)], x);
    double t = curve_share(c, v.number, (size_t)i);
    if (t == 0 && e->kind.type != TYPE_PROJECTION)
        return eval_run(e->arg[1 + i], x);
    EVAL(a, 1 + i);
    if (t == 0)
        return a;
    EVAL(b, 2 + i);
    return value_mix(&a, &b, t, e->kind.type, c->space, x, e);
}
