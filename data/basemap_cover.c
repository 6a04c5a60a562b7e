/* One bit a tile, in rows from the north-west. */
#include "data/basemap_sources.h"

void cover_init(struct cover *c)
{
    for (int z = 0; z <= COVER_MAX_ZOOM; z++)
        c->bits[z] = base_alloc(((size_t)1 << (2 * z)) / 64 + 1, sizeof *c->bits[z]);
}

void cover_done(struct cover *c)
{
    for (int z = 0; z <= COVER_MAX_ZOOM; z++)
        free(c->bits[z]);
    *c = (struct cover){0};
}

static size_t bit_of(uint32_t x, uint32_t y, int z)
{
    return ((size_t)y << z) + x;
}

struct tile_span {
    uint32_t x0, y0, x1, y1;
};

static struct tile_span tiles_of(struct box b, int zoom)
{
    struct spot_box s = spot_box_of(b);
    struct tile nw = tile_at((struct spot){s.x0, s.y0}, zoom), se = tile_at((struct spot){s.x1, s.y1}, zoom);
    return (struct tile_span){nw.x, nw.y, se.x, se.y};
}

void cover_add(struct cover *c, struct box b, int min_zoom, int max_zoom)
{
    for (int z = 0; z <= MIN(max_zoom, COVER_MAX_ZOOM); z++) {
        if (z < min_zoom && z > COVER_ALL_ZOOM)
            continue;
        struct tile_span t = tiles_of(b, z);
        for (uint32_t y = t.y0; y <= t.y1; y++)
            for (uint32_t x = t.x0; x <= t.x1; x++)
                c->bits[z][bit_of(x, y, z) / 64] |= UINT64_C(1) << (bit_of(x, y, z) % 64);
    }
}

bool cover_has(const struct cover *c, struct tile t)
{
    size_t bit = bit_of(t.x, t.y, t.z);
    return t.z <= COVER_MAX_ZOOM && (c->bits[t.z][bit / 64] >> (bit % 64) & 1);
}

bool cover_meets(const struct cover *c, struct box b, int zoom)
{
    struct tile_span t = tiles_of(b, zoom);
    for (uint32_t y = t.y0; y <= t.y1; y++)
        for (uint32_t x = t.x0; x <= t.x1; x++)
            if (cover_has(c, (struct tile){.x = x, .y = y, .z = (uint8_t)zoom}))
                return true;
    return false;
}
