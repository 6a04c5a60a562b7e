/*
 * The inside: for each row the edges that cross its middle are sorted by where they do, and the pixels between are filled
 * where the edges wind round them. The line: along its longer way an edge has one place for each column (or row), and the two
 * pixels nearest to it get their share by distance, as where WebGL draws wide lines (where it does not, only the nearest gets
 * one, and slanted edges are rough); a pixel keeps the greatest share it was given.
 */
#include "renderer/fill_mask.h"

#include <cairo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "renderer/pixel.h"

enum { CROSSINGS_MAX = 4 * 1000 * 1000 }; /* kept at once: 32 MB; of a shape with more, some rows after others */

void fill_mask_init(struct fill_mask *m, int width, int height)
{
    *m = (struct fill_mask){.stride = cairo_format_stride_for_width(CAIRO_FORMAT_A8, width), .width = width, .height = height};
    m->at = base_alloc((size_t)m->stride, (size_t)height);
    m->row_end = base_alloc((size_t)height + 1, sizeof *m->row_end);
    m->x0 = width, m->y0 = height;
}

void fill_mask_done(struct fill_mask *m)
{
    free(m->at);
    free(m->row_end);
    free(m->edges);
    free(m->crossings);
}

void fill_mask_ring(struct fill_mask *m, const struct xy *px, size_t n, double scale)
{
    if (m->n_edges + n > m->cap_edges) {
        m->cap_edges = MAX(m->cap_edges * 2, m->n_edges + n + 256);
        m->edges = base_grow(m->edges, m->cap_edges, sizeof *m->edges);
    }
    struct xy a = px[n - 1];
    for (size_t i = 0; i < n; i++) {
        m->edges[m->n_edges++] = (struct mask_edge){a.x * scale, a.y * scale, px[i].x * scale, px[i].y * scale};
        a = px[i];
    }
}

void fill_mask_forget_rings(struct fill_mask *m)
{
    m->n_edges = 0;
}

static void touch(struct fill_mask *m, int x0, int y0, int x1, int y1)
{
    m->x0 = MIN(m->x0, x0), m->y0 = MIN(m->y0, y0), m->x1 = MAX(m->x1, x1), m->y1 = MAX(m->y1, y1);
}

void fill_mask_clear(struct fill_mask *m)
{
    for (int y = m->y0; y < m->y1; y++)
        memset(m->at + (ptrdiff_t)y * m->stride + m->x0, 0, (size_t)(m->x1 - m->x0));
    m->x0 = m->width, m->y0 = m->height, m->x1 = m->y1 = 0;
}

/* ---- the inside ---- */

struct band { /* rows from top to bottom */
    int top, bottom;
};

/* The rows of the band whose middle an edge crosses. */
static bool rows_of(struct band in, const struct mask_edge *e, int *first, int *end)
{
    double top = MIN(e->y0, e->y1), bottom = MAX(e->y0, e->y1);
    *first = (int)CLAMP(ceil(top - 0.5), (double)in.top, (double)in.bottom);
    *end = (int)CLAMP(ceil(bottom - 0.5), (double)in.top, (double)in.bottom);
    return *first < *end;
}

/* The direction is kept in the last bit of the place, which is never seen. */
static double with_direction(double x, bool down)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits & ~(uint64_t)1) | down;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static bool direction_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 1;
}

static int by_number(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return a < b ? -1 : a > b;
}

static void sort_crossings(double *at, size_t n)
{
    if (n > 32) {
        qsort(at, n, sizeof *at, by_number);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        double v = at[i];
        size_t k = i;
        for (; k > 0 && at[k - 1] > v; k--)
            at[k] = at[k - 1];
        at[k] = v;
    }
}

/* How many crossings each row has; the rows that have any. */
static struct band count_crossings(struct fill_mask *m)
{
    struct band all = {0, m->height}, used = {m->height, 0};
    int first, end;
    for (size_t i = 0; i < m->n_edges; i++)
        if (rows_of(all, &m->edges[i], &first, &end))
            used.top = MIN(used.top, first), used.bottom = MAX(used.bottom, end);
    if (used.top < used.bottom)
        memset(m->row_end + used.top, 0, (size_t)(used.bottom - used.top) * sizeof *m->row_end);
    for (size_t i = 0; i < m->n_edges; i++)
        if (rows_of(used, &m->edges[i], &first, &end))
            for (int y = first; y < end; y++)
                m->row_end[y]++;
    return used;
}

/* As many rows from the top of `left` on as may have their crossings kept at once. */
static struct band next_band(struct fill_mask *m, struct band left)
{
    size_t sum = 0;
    struct band b = {left.top, left.top};
    while (b.bottom < left.bottom && (b.bottom == b.top || sum + m->row_end[b.bottom] <= CROSSINGS_MAX)) {
        size_t n = m->row_end[b.bottom];
        m->row_end[b.bottom++] = (uint32_t)sum; /* where the row starts; finding them moves it to where it ends */
        sum += n;
    }
    if (sum > m->cap_crossings) {
        m->cap_crossings = MAX(m->cap_crossings * 2, sum + 1024);
        m->crossings = base_grow(m->crossings, m->cap_crossings, sizeof *m->crossings);
    }
    return b;
}

static void find_crossings(struct fill_mask *m, struct band in)
{
    int first, end;
    for (size_t i = 0; i < m->n_edges; i++) {
        const struct mask_edge *e = &m->edges[i];
        if (!rows_of(in, e, &first, &end))
            continue;
        double slope = (e->x1 - e->x0) / (e->y1 - e->y0), x = e->x0 + (first + 0.5 - e->y0) * slope;
        for (int y = first; y < end; y++, x += slope)
            m->crossings[m->row_end[y]++] = with_direction(x, e->y1 > e->y0);
    }
}

static void fill_row(struct fill_mask *m, int y, const double *at, size_t n)
{
    uint8_t *row = m->at + (ptrdiff_t)y * m->stride;
    int wound = 0, from = m->rows[y][0], end = m->rows[y][1], west = m->width, east = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        wound += direction_of(at[i]) ? 1 : -1;
        if (!wound)
            continue;
        int x0 = (int)CLAMP(ceil(at[i] - 0.5), (double)from, (double)end), x1 = (int)CLAMP(ceil(at[i + 1] - 0.5), (double)from, (double)end);
        if (x0 >= x1)
            continue;
        memset(row + x0, 255, (size_t)(x1 - x0));
        west = MIN(west, x0), east = MAX(east, x1);
    }
    if (west < east)
        touch(m, west, y, east, y + 1);
}

void fill_mask_inside(struct fill_mask *m)
{
    struct band left = count_crossings(m);
    while (left.top < left.bottom) {
        struct band b = next_band(m, left);
        find_crossings(m, b);
        for (int y = b.top; y < b.bottom; y++) {
            size_t from = y > b.top ? m->row_end[y - 1] : 0, n = m->row_end[y] - from;
            sort_crossings(m->crossings + from, n);
            fill_row(m, y, m->crossings + from, n);
        }
        left.top = b.bottom;
    }
}

/* ---- the line along the edges ---- */

static void put(struct fill_mask *m, int x, int y, double distance)
{
    if (y < 0 || y >= m->height || x < m->rows[y][0] || x >= m->rows[y][1])
        return;
    uint8_t *to = m->at + (ptrdiff_t)y * m->stride + x;
    uint8_t v = (uint8_t)((1 - smooth_step(0, 1, distance)) * 255 + 0.5);
    if (v > *to)
        *to = v;
}

static void edge_line(struct fill_mask *m, double a0, double b0, double a1, double b1, bool flat)
{
    if (a0 > a1) {
        double a = a0, b = b0;
        a0 = a1, b0 = b1, a1 = a, b1 = b;
    }
    int most = flat ? m->width : m->height, across = flat ? m->height : m->width;
    int first = (int)CLAMP(ceil(a0 - 0.5), 0.0, (double)most), end = (int)CLAMP(ceil(a1 - 0.5), 0.0, (double)most);
    if (first >= end || MAX(b0, b1) < -1 || MIN(b0, b1) > across + 1)
        return;
    double slope = (b1 - b0) / (a1 - a0), b = b0 + (first + 0.5 - a0) * slope, last = b + slope * (end - 1 - first);
    for (int i = first; i < end; i++, b += slope) {
        double low = floor(b - 0.5), d = b - (low + 0.5);
        if (!(low > -2 && low < across))
            continue;
        int k = (int)low;
        put(m, flat ? i : k, flat ? k : i, d);
        put(m, flat ? i : k + 1, flat ? k + 1 : i, 1 - d);
    }
    int low = (int)CLAMP(floor(MIN(b0 + (first + 0.5 - a0) * slope, last) - 0.5), 0.0, (double)across);
    int high = (int)CLAMP(floor(MAX(b0 + (first + 0.5 - a0) * slope, last) + 0.5) + 1, 0.0, (double)across);
    if (low < high)
        touch(m, flat ? first : low, flat ? low : first, flat ? end : high, flat ? high : end);
}

void fill_mask_edges(struct fill_mask *m)
{
    for (size_t i = 0; i < m->n_edges; i++) {
        const struct mask_edge *e = &m->edges[i];
        if (fabs(e->x1 - e->x0) >= fabs(e->y1 - e->y0))
            edge_line(m, e->x0, e->y0, e->x1, e->y1, true);
        else
            edge_line(m, e->y0, e->x0, e->y1, e->x1, false);
    }
}
