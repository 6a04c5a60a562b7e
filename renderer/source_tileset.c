/*
 * Vector tiles out of files. A tile is decoded once and kept, whole, with the bounds of its features; a tile that is not
 * there is kept as such, so that the ocean does not ask the file at every drawing.
 */
#include <string.h>

#include "data/base/limits.h"
#include "data/tileset.h"
#include "renderer/cache.h"
#include "renderer/source.h"

enum { FILES_MAX = 16 };

struct kept_tile {
    struct arena arena;
    struct vector_tile tile;
    const struct rect **bounds; /* of each layer */
    bool absent;
};
struct tileset_source {
    struct tile_source base;
    size_t n;
    struct tileset *files[FILES_MAX];
    struct buf address;        /* of single files; empty: none */
    bool tms;
    const struct json *promote; /* of the style: a property's name, or one for each layer; NULL: ids as they are */
    struct cache *tiles;
};

static void free_tile(void *value)
{
    struct kept_tile *t = value;
    arena_done(&t->arena);
    free(t);
}

/* A feature's id is its property of this name, if that is a number from 0 up or a string of one. */
static void promote(const struct features *f, struct str name)
{
    uint32_t key = name.len ? features_key(f, name) : UINT32_MAX;
    for (size_t i = 0; name.len && i < f->n; i++) {
        const struct value *v = key != UINT32_MAX ? feature_value(f, &f->at[i], key) : NULL;
        double number = -1;
        if (v && v->kind == VALUE_NUMBER)
            number = v->number;
        else if (v && v->kind == VALUE_STRING && !str_double(v->string, &number))
            number = -1;
        f->at[i].has_id = number >= 0 && number < 1e18;
        f->at[i].id = f->at[i].has_id ? (uint64_t)number : 0;
    }
}

static bool decode(struct kept_tile *t, struct buf *bytes, const struct json *ids, struct err *err)
{
    struct str kept = str_from(arena_copy(&t->arena, bytes->at, bytes->len), bytes->len);
    if (!kept.at)
        return err_arena(err);
    if (!mvt_decode(kept, &t->arena, &t->tile, err))
        return false;
    t->bounds = ARENA_ARRAY(&t->arena, const struct rect *, t->tile.n_layers);
    if (!t->bounds)
        return err_arena(err);
    for (size_t l = 0; ids && l < t->tile.n_layers; l++)
        promote(&t->tile.layers[l], json_string(json_kind(ids) == JSON_OBJECT ? json_get(ids, t->tile.layers[l].name) : ids));
    for (size_t l = 0; l < t->tile.n_layers; l++)
        if (!source_bounds(&t->tile.layers[l], &t->arena, &t->bounds[l], err))
            return false;
    return true;
}

static bool read_file(const struct tileset_source *s, struct tile at, struct buf *out)
{
    AUTO(buf) path = {0};
    struct err none;
    source_put_address(&path, buf_str(&s->address), at, s->tms);
    return buf_read_file(out, path.at, MVT_MAX_BYTES, &none);
}

/* The tile from the first file that has it. */
static bool get_tile(struct tileset_source *s, struct tile at, struct kept_tile **out, struct err *err)
{
    uint32_t key[3] = {at.x, at.y, at.z};
    struct kept_tile *t = cache_get(s->tiles, key, sizeof key);
    if (t) {
        *out = t;
        return true;
    }
    AUTO(buf) bytes = {0};
    bool found = false;
    for (size_t i = 0; i < s->n && !found; i++)
        if (!tileset_read(s->files[i], at, &bytes, &found, err))
            return false;
    if (s->address.len)
        found = read_file(s, at, &bytes);
    t = base_alloc(1, sizeof *t);
    arena_init(&t->arena, DRAW_ARENA_BYTES);
    t->absent = !found;
    if (found && !decode(t, &bytes, s->promote, err)) {
        free_tile(t);
        return err_under(err, "tile %d/%u/%u", at.z, at.x, at.y);
    }
    cache_put(s->tiles, key, sizeof key, t, sizeof *t + arena_held(&t->arena));
    *out = t;
    return true;
}

static bool find(struct tile_source *base, struct tile tile, struct tile *out, bool *found, struct err *err)
{
    struct tileset_source *s = (struct tileset_source *)base;
    *found = false;
    for (int z = MIN(tile.z, s->base.max_zoom); z >= s->base.min_zoom; z--) {
        struct tile at = tile_parent(tile, z);
        struct kept_tile *t;
        if (!get_tile(s, at, &t, err))
            return false;
        if (!t->absent) {
            *out = at;
            *found = true;
            return true;
        }
    }
    return true;
}

static bool read_layer(struct tile_source *base, struct tile tile, struct str layer, const struct scene *scene, struct arena *a,
    struct tile_layer *out, struct err *err)
{
    (void)scene;
    (void)a;
    struct kept_tile *t;
    *out = (struct tile_layer){0};
    if (!get_tile((struct tileset_source *)base, tile, &t, err))
        return false;
    for (size_t l = 0; l < t->tile.n_layers; l++)
        if (str_eq(t->tile.layers[l].name, layer)) {
            *out = (struct tile_layer){&t->tile.layers[l], t->bounds[l]};
            break;
        }
    return true;
}

static void trim(struct tile_source *base)
{
    cache_trim(((struct tileset_source *)base)->tiles);
}

static void close_files(struct tile_source *base)
{
    struct tileset_source *s = (struct tileset_source *)base;
    for (size_t i = 0; i < s->n; i++)
        tileset_close(s->files[i]);
    cache_free(s->tiles);
    buf_done(&s->address);
    free(s);
}

static const struct tile_source_ops OPS = {find, read_layer, trim, close_files};

bool source_open_tilesets(struct tile_source **out, const char *const *paths, size_t n, size_t cache_bytes, struct err *err)
{
    if (n > FILES_MAX)
        return err_set(err, ERR_INVALID, "at most %d base map files at once", FILES_MAX);
    struct tileset_source *s = base_alloc(1, sizeof *s);
    s->base = (struct tile_source){.ops = &OPS, .min_zoom = n ? 22 : 0};
    s->tiles = cache_new(cache_bytes, free_tile);
    for (; s->n < n; s->n++) {
        if (!tileset_open(&s->files[s->n], paths[s->n], err)) {
            close_files(&s->base);
            return false;
        }
        const struct tileset_info *info = tileset_info(s->files[s->n]);
        if (strcmp(info->format, "pbf") != 0) {
            err_set(err, ERR_INVALID, "%s: its tiles are %s, not vector tiles (pbf)", paths[s->n], info->format);
            s->n++;
            close_files(&s->base);
            return false;
        }
        s->base.min_zoom = MIN(s->base.min_zoom, info->min_zoom);
        s->base.max_zoom = MAX(s->base.max_zoom, info->max_zoom);
        if (!s->base.attribution.len)
            s->base.attribution = info->attribution;
    }
    *out = &s->base;
    return true;
}

bool source_open_tileset(struct tile_source **out, const char *path, size_t cache_bytes, struct err *err)
{
    return source_open_tilesets(out, &path, 1, cache_bytes, err);
}

bool source_open_files(struct tile_source **out, struct str address, int min_zoom, int max_zoom, bool tms, size_t cache_bytes,
    struct err *err)
{
    if (!source_open_tilesets(out, NULL, 0, cache_bytes, err))
        return false;
    struct tileset_source *s = (struct tileset_source *)*out;
    buf_add(&s->address, address);
    s->tms = tms;
    s->base.min_zoom = min_zoom;
    s->base.max_zoom = max_zoom;
    return true;
}

void source_promote(struct tile_source *base, const struct json *ids)
{
    must(base->ops == &OPS);
    ((struct tileset_source *)base)->promote = ids;
}
