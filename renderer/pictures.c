/* A picture's key is its file's path, or that of the file of tiles and the tile in it, and how often it is halved. */
#include "renderer/pictures.h"

#include <cairo.h>
#include <string.h>

#include "data/base/buf.h"
#include "data/tileset.h"
#include "renderer/cache.h"
#include "renderer/decode.h"

enum { TILE_MAX_BYTES = 8 << 20, IMAGE_MAX_BYTES = 64 << 20, TILESETS_MAX = 16, HALVINGS_MAX = 6 };

struct picture {
    struct image image;       /* width 0: there is none */
    cairo_surface_t *surface; /* owns the pixels; or */
    uint32_t *own;
};
struct pictures {
    struct cache *kept;
    size_t n_tilesets;
    struct {
        char *path;
        struct tileset *at;
    } tilesets[TILESETS_MAX];
};

static void free_picture(void *value)
{
    struct picture *p = value;
    if (p->surface)
        cairo_surface_destroy(p->surface);
    free(p->own);
    free(p);
}

struct pictures *pictures_new(size_t limit_bytes)
{
    struct pictures *p = base_alloc(1, sizeof *p);
    p->kept = cache_new(limit_bytes, free_picture);
    return p;
}

void pictures_trim(struct pictures *p)
{
    cache_trim(p->kept);
}

void pictures_forget(struct pictures *p)
{
    cache_empty(p->kept);
    while (p->n_tilesets > 0) {
        tileset_close(p->tilesets[--p->n_tilesets].at);
        free(p->tilesets[p->n_tilesets].path);
    }
}

void pictures_free(struct pictures *p)
{
    if (!p)
        return;
    pictures_forget(p);
    cache_free(p->kept);
    free(p);
}

bool pictures_tileset(struct pictures *p, const char *path, struct tileset **out, struct err *err)
{
    for (size_t i = 0; i < p->n_tilesets; i++)
        if (strcmp(p->tilesets[i].path, path) == 0) {
            *out = p->tilesets[i].at;
            return true;
        }
    struct tileset *opened;
    if (p->n_tilesets == TILESETS_MAX)
        return err_set(err, ERR_TOO_BIG, "at most %d files of picture tiles at once", TILESETS_MAX);
    if (!tileset_open(&opened, path, err))
        return false;
    p->tilesets[p->n_tilesets].path = strdup(path);
    p->tilesets[p->n_tilesets++].at = opened;
    *out = opened;
    return true;
}

/* ---- halving ---- */

static uint32_t mean(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t rb = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x020002;
    uint32_t ag = (a >> 8 & 0xff00ff) + (b >> 8 & 0xff00ff) + (c >> 8 & 0xff00ff) + (d >> 8 & 0xff00ff) + 0x020002;
    return (rb >> 2 & 0xff00ff) | (ag >> 2 & 0xff00ff) << 8;
}

static struct picture *halved(const struct image *from)
{
    struct picture *p = base_alloc(1, sizeof *p);
    int w = MAX(from->width / 2, 1), h = MAX(from->height / 2, 1);
    p->own = base_alloc((size_t)w * (size_t)h, sizeof *p->own);
    p->image = (struct image){w, h, w, p->own};
    for (int y = 0; y < h; y++) {
        const uint32_t *top = from->at + (ptrdiff_t)MIN(2 * y, from->height - 1) * from->stride;
        const uint32_t *bottom = from->at + (ptrdiff_t)MIN(2 * y + 1, from->height - 1) * from->stride;
        for (int x = 0; x < w; x++) {
            int left = MIN(2 * x, from->width - 1), right = MIN(2 * x + 1, from->width - 1);
            p->own[(ptrdiff_t)y * w + x] = mean(top[left], top[right], bottom[left], bottom[right]);
        }
    }
    return p;
}

/* ---- getting ---- */

struct wanted {
    const char *path;
    bool of_tileset, whole_map;
    struct tile tile;
};

static struct picture *decoded(struct pictures *p, const struct wanted *w)
{
    AUTO(buf) bytes = {0};
    struct err none;
    bool found = false;
    struct picture *made = base_alloc(1, sizeof *made);
    struct tileset *tiles;
    if (!w->of_tileset)
        found = buf_read_file(&bytes, w->path, w->whole_map ? IMAGE_MAX_BYTES : TILE_MAX_BYTES, &none);
    else if (pictures_tileset(p, w->path, &tiles, &none) && !tileset_read(tiles, w->tile, &bytes, &found, &none))
        found = false;
    if (!found || !decode_picture(&made->surface, buf_str(&bytes), w->whole_map ? DECODE_SHEET_MAX_PX : DECODE_TILE_MAX_PX, &none))
        return made;
    cairo_surface_flush(made->surface);
    made->image = (struct image){cairo_image_surface_get_width(made->surface), cairo_image_surface_get_height(made->surface),
        cairo_image_surface_get_stride(made->surface) / 4, (const uint32_t *)(const void *)cairo_image_surface_get_data(made->surface)};
    return made;
}

static const struct image *get(struct pictures *p, const struct wanted *w, int halvings)
{
    AUTO(buf) key = {0};
    uint32_t numbers[5] = {w->of_tileset, (uint32_t)CLAMP(halvings, 0, HALVINGS_MAX), w->tile.x, w->tile.y, w->tile.z};
    buf_put(&key, numbers, sizeof numbers);
    buf_add(&key, str_of(w->path));
    struct picture *kept = cache_get(p->kept, key.at, key.len);
    if (!kept) {
        const struct image *larger = halvings > 0 ? get(p, w, MIN(halvings, HALVINGS_MAX) - 1) : NULL;
        kept = larger ? halved(larger) : halvings > 0 ? base_alloc(1, sizeof *kept) : decoded(p, w);
        cache_put(p->kept, key.at, key.len, kept, sizeof *kept + key.len + (size_t)kept->image.stride * (size_t)kept->image.height * 4);
    }
    return kept->image.width ? &kept->image : NULL;
}

const struct image *pictures_file(struct pictures *p, const char *path, bool whole_map, int halvings)
{
    return get(p, &(struct wanted){.path = path, .whole_map = whole_map}, halvings);
}

const struct image *pictures_tile(struct pictures *p, const char *tileset_path, struct tile t, int halvings)
{
    return get(p, &(struct wanted){.path = tileset_path, .of_tileset = true, .tile = t}, halvings);
}
