#include "renderer/source.h"

static struct xy moved(struct xy at, double scale, double x, double y)
{
    return (struct xy){at.x * scale - x, at.y * scale - y};
}

/* A feature of an ancestor in the coordinates of the tile; n_parts 0 when nothing of it is inside. */
static bool cut_feature(const struct shape *from, double scale, double x, double y, struct rect box, struct arena *a, struct shape *out)
{
    struct shape s = *from;
    s.at = ARENA_ARRAY(a, struct xy, s.n);
    if (!s.at)
        return false;
    for (uint32_t i = 0; i < s.n; i++)
        s.at[i] = moved(from->at[i], scale, x, y);
    return shape_clip(&s, box, a, out);
}

static bool cut_layer(const struct tile_layer *from, struct tile tile, struct tile parent, struct arena *a,
    const struct features **out, struct err *err)
{
    const struct features *f = from->features;
    int dz = tile.z - parent.z;
    double scale = (double)((uint64_t)1 << dz), extent = f->extent, buffer = extent / 32;
    double x = (tile.x - scale * parent.x) * extent, y = (tile.y - scale * parent.y) * extent;
    struct rect box = {-buffer, -buffer, extent + buffer, extent + buffer};
    struct features *made = arena_copy(a, f, sizeof *f);
    if (!made || !(made->at = ARENA_ARRAY(a, struct feature, f->n)))
        return err_arena(err);
    made->n = 0;
    for (size_t i = 0; i < f->n; i++) {
        const struct rect *b = &from->bounds[i];
        if (b->x1 * scale - x < box.x0 || b->x0 * scale - x > box.x1 || b->y1 * scale - y < box.y0 || b->y0 * scale - y > box.y1)
            continue;
        struct feature *to = &made->at[made->n];
        *to = f->at[i];
        if (!cut_feature(&f->at[i].shape, scale, x, y, box, a, &to->shape))
            return err_arena(err);
        made->n += to->shape.n_parts > 0;
    }
    *out = made;
    return true;
}

bool source_read(struct tile_source *s, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
    const struct features **out, struct err *err)
{
    struct tile at;
    struct tile_layer found = {0};
    bool there = false;
    if (!s->ops->find(s, tile, &at, &there, err))
        return false;
    *out = NULL;
    if (!there)
        return true;
    if (!s->ops->read(s, at, layer, scene, a, &found, err))
        return false;
    *out = found.features;
    if (!found.features || at.z == tile.z)
        return true;
    return cut_layer(&found, tile, at, a, out, err);
}

void source_trim(struct tile_source *s)
{
    if (s && s->ops->trim)
        s->ops->trim(s);
}

void source_close(struct tile_source *s)
{
    if (s)
        s->ops->close(s);
}

bool source_bounds(const struct features *f, struct arena *a, const struct rect **out, struct err *err)
{
    struct rect *bounds = ARENA_ARRAY(a, struct rect, f->n);
    if (!bounds)
        return err_arena(err);
    for (size_t i = 0; i < f->n; i++)
        bounds[i] = shape_bounds(&f->at[i].shape);
    *out = bounds;
    return true;
}

void source_put_address(struct buf *path, struct str address, struct tile t, bool tms)
{
    uint32_t y = tms ? (1u << t.z) - 1 - t.y : t.y;
    for (size_t i = 0; i < address.len; i++) {
        struct str rest = str_slice(address, i, address.len);
        uint64_t v = str_starts(rest, S("{z}")) ? t.z : str_starts(rest, S("{x}")) ? t.x : str_starts(rest, S("{y}")) ? y : UINT64_MAX;
        if (v == UINT64_MAX)
            buf_char(path, address.at[i]);
        else {
            buf_u64(path, v);
            i += 2;
        }
    }
}
