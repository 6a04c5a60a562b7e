#include "data/cluster.h"

#include <math.h>

double cluster_radius_px(uint32_t count)
{
    return CLAMP(5 * sqrt(sqrt((double)count)), 9.0, 30.0);
}

/* The ring must stay in its 64-px cell: its centre keeps a radius from the edges, or is the middle where it cannot. */
static uint32_t pull_in(uint64_t mean, uint32_t low, uint64_t width, double radius_px)
{
    uint64_t margin = (uint64_t)(MIN(radius_px, 32.0) / 64 * (double)width);
    uint64_t from = low + margin, to = low + width - margin;
    return (uint32_t)(from >= to ? low + width / 2 : CLAMP(mean, from, to));
}

static bool count_cell(const struct snapshot *s, struct tile cell, const struct filter *f, int32_t today, struct cluster *out)
{
    struct span span = snapshot_span(s, cell);
    const struct point *points;
    uint64_t sum_x = 0, sum_y = 0;
    struct spot_box box = tile_spots(cell);
    *out = (struct cluster){.cell = cell};
    for (size_t n; (n = span_next(&span, &points)) > 0;)
        for (size_t i = 0; i < n; i++) {
            const struct point *p = &points[i];
            if (p->flags & (POINT_SECOND_VIEW | POINT_BADGE) || !point_shown(s, p, f, today))
                continue;
            struct spot at = quad_spot(p->quad);
            sum_x += at.x - box.x0;
            sum_y += at.y - box.y0;
            out->count++;
            out->by_family[category_family((enum category)p->category)]++;
        }
    if (!out->count)
        return false;
    uint64_t width = (uint64_t)box.x1 - box.x0 + 1;
    double radius = cluster_radius_px(out->count);
    out->at = (struct spot){pull_in(box.x0 + sum_x / out->count, box.x0, width, radius),
        pull_in(box.y0 + sum_y / out->count, box.y0, width, radius)};
    return true;
}

bool cluster_read(const struct snapshot *s, struct spot_box box, int tile_zoom, const struct filter *f, int32_t today,
    struct arena *a, struct cluster **out, size_t *n)
{
    int z = MIN(tile_zoom + 2, 30);
    struct tile nw = tile_at((struct spot){box.x0, box.y0}, z), se = tile_at((struct spot){box.x1, box.y1}, z);
    size_t most = ((size_t)se.x - nw.x + 1) * ((size_t)se.y - nw.y + 1);
    *n = 0;
    *out = ARENA_ARRAY(a, struct cluster, most);
    if (!*out)
        return false;
    for (uint32_t y = nw.y; y <= se.y; y++)
        for (uint32_t x = nw.x; x <= se.x; x++)
            *n += count_cell(s, (struct tile){x, y, (uint8_t)z}, f, today, &(*out)[*n]);
    return true;
}
