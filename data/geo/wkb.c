#include "data/geo/wkb.h"

#include <string.h>

enum { WKB_DEPTH_MAX = 8 };

struct reader {
    const unsigned char *at, *end;
    bool little, bad;
    struct arena *arena;
    struct xy *points;
    uint32_t *ends;
    uint32_t n, n_parts;
    enum shape_kind kind;
    bool mixed;
};

static uint64_t take(struct reader *r, int bytes)
{
    uint64_t v = 0;
    if (r->end - r->at < bytes) {
        r->bad = true;
        return 0;
    }
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)r->at[i] << 8 * (r->little ? i : bytes - 1 - i);
    r->at += bytes;
    return v;
}

static double take_double(struct reader *r)
{
    uint64_t bits = take(r, 8);
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void take_points(struct reader *r, uint32_t count, int dimensions)
{
    if ((uint64_t)count * (unsigned)dimensions * 8 > (uint64_t)(r->end - r->at)) {
        r->bad = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct xy p = {take_double(r), 0};
        p.y = take_double(r);
        for (int d = 2; d < dimensions; d++)
            take(r, 8);
        r->points[r->n++] = p;
    }
}

static void set_kind(struct reader *r, enum shape_kind kind)
{
    r->mixed |= r->kind != SHAPE_NONE && r->kind != kind;
    r->kind = kind;
}

static void end_part(struct reader *r)
{
    uint32_t from = r->n_parts ? r->ends[r->n_parts - 1] : 0;
    if (r->n > from)
        r->ends[r->n_parts++] = r->n;
}

static void take_ring(struct reader *r, int dimensions)
{
    uint32_t from = r->n, count = (uint32_t)take(r, 4);
    take_points(r, count, dimensions);
    if (r->n - from > 1 && r->points[from].x == r->points[r->n - 1].x && r->points[from].y == r->points[r->n - 1].y)
        r->n--;
    if (r->n - from < 3)
        r->n = from;
    end_part(r);
}

static void take_geometry(struct reader *r, int depth)
{
    if (depth > WKB_DEPTH_MAX || r->end - r->at < 5) {
        r->bad = true;
        return;
    }
    r->little = *r->at++ == 1;
    uint32_t type = (uint32_t)take(r, 4);
    bool z = type & 0x80000000u, m = type & 0x40000000u, srid = type & 0x20000000u;
    type &= 0x1fffffffu;
    z |= type / 1000 == 1 || type / 1000 == 3;
    m |= type / 1000 == 2 || type / 1000 == 3;
    int dimensions = 2 + z + m;
    if (srid)
        take(r, 4);
    uint32_t count;
    switch (type % 1000) {
    case 1:
        set_kind(r, SHAPE_POINTS);
        take_points(r, 1, dimensions);
        if (r->n && !(r->points[r->n - 1].x == r->points[r->n - 1].x))
            r->n--; /* POINT EMPTY is NaN NaN */
        return;
    case 2:
        set_kind(r, SHAPE_LINES);
        take_points(r, (uint32_t)take(r, 4), dimensions);
        end_part(r);
        return;
    case 3:
        set_kind(r, SHAPE_POLYGONS);
        count = (uint32_t)take(r, 4);
        for (uint32_t i = 0; i < count && !r->bad; i++)
            take_ring(r, dimensions);
        return;
    case 4: case 5: case 6: case 7:
        count = (uint32_t)take(r, 4);
        for (uint32_t i = 0; i < count && !r->bad; i++)
            take_geometry(r, depth + 1);
        return;
    default:
        r->bad = true;
    }
}

bool wkb_read(struct str bytes, struct arena *a, struct shape *out, struct err *err)
{
    struct reader r = {.at = (const unsigned char *)bytes.at, .arena = a};
    r.end = r.at + bytes.len;
    r.points = ARENA_ARRAY(a, struct xy, bytes.len / 16 + 1);
    r.ends = ARENA_ARRAY(a, uint32_t, bytes.len / 16 + 1);
    if (!r.points || !r.ends)
        return err_arena(err);
    take_geometry(&r, 0);
    if (r.bad)
        return err_set(err, ERR_INVALID, "the geometry is damaged, cut off or of a kind that is not read");
    if (r.mixed)
        return err_set(err, ERR_INVALID, "the geometry mixes points, lines and surfaces");
    if (r.kind == SHAPE_POINTS)
        end_part(&r);
    *out = (struct shape){r.kind, r.n_parts, r.n, r.ends, r.points};
    return r.kind != SHAPE_POLYGONS || shape_wind(out, a) || err_arena(err);
}

/* ---- writing ---- */

static void put_u32(struct buf *b, uint32_t v)
{
    unsigned char bytes[4] = {(unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16), (unsigned char)(v >> 24)};
    buf_put(b, bytes, sizeof bytes);
}

static void put_double(struct buf *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    put_u32(b, (uint32_t)bits);
    put_u32(b, (uint32_t)(bits >> 32));
}

static void put_head(struct buf *b, uint32_t type)
{
    buf_char(b, 1);
    put_u32(b, type);
}

static void put_xy(struct buf *b, struct xy p)
{
    put_double(b, p.x);
    put_double(b, p.y);
}

static void put_run(struct buf *b, const struct shape *s, uint32_t part, bool close)
{
    uint32_t from = part ? s->end[part - 1] : 0, n = s->end[part] - from;
    put_u32(b, n + close);
    for (uint32_t i = 0; i < n; i++)
        put_xy(b, s->at[from + i]);
    if (close)
        put_xy(b, s->at[from]);
}

static bool is_outer(const struct shape *s, uint32_t part)
{
    uint32_t from = part ? s->end[part - 1] : 0;
    return part == 0 || shape_ring_area(s->at + from, s->end[part] - from) > 0;
}

static void put_polygons(struct buf *b, const struct shape *s)
{
    uint32_t outers = 0;
    for (uint32_t i = 0; i < s->n_parts; i++)
        outers += is_outer(s, i);
    if (outers != 1) {
        put_head(b, 6);
        put_u32(b, outers);
    }
    for (uint32_t i = 0; i < s->n_parts;) {
        uint32_t next = i + 1;
        while (next < s->n_parts && !is_outer(s, next))
            next++;
        put_head(b, 3);
        put_u32(b, next - i);
        for (; i < next; i++)
            put_run(b, s, i, true);
    }
}

void wkb_write(struct buf *out, const struct shape *s)
{
    bool many = s->kind == SHAPE_POINTS ? s->n != 1 : s->n_parts != 1;
    switch (s->kind) {
    case SHAPE_POINTS:
        if (many) {
            put_head(out, 4);
            put_u32(out, s->n);
        }
        for (uint32_t i = 0; i < s->n; i++) {
            put_head(out, 1);
            put_xy(out, s->at[i]);
        }
        break;
    case SHAPE_LINES:
        if (many) {
            put_head(out, 5);
            put_u32(out, s->n_parts);
        }
        for (uint32_t i = 0; i < s->n_parts; i++) {
            put_head(out, 2);
            put_run(out, s, i, false);
        }
        break;
    case SHAPE_POLYGONS:
        put_polygons(out, s);
        break;
    case SHAPE_NONE:
        put_head(out, 7);
        put_u32(out, 0);
        break;
    }
}
