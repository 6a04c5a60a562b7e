/* What the base maps say of themselves: credits, layers, where there are streets. */
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"
#include "server/server.h"

static const struct str OWN_CREDIT = {"Contrechamp", sizeof "Contrechamp" - 1};

/* "street_areas": [[w, s, e, n], …] in the tileset's "json" row. */
static void read_areas(struct basemap_facts *f, const struct json *list)
{
    for (size_t i = 0; i < json_size(list) && f->n_areas < STREET_AREAS_MAX; i++) {
        const struct json *b = json_at(list, i);
        if (json_size(b) == 4)
            f->areas[f->n_areas++] = (struct box){json_number(json_at(b, 0)), json_number(json_at(b, 1)),
                json_number(json_at(b, 2)), json_number(json_at(b, 3))};
    }
}

bool basemap_facts_layer(const struct json *layers, struct str id)
{
    for (size_t i = 0; i < json_size(layers); i++)
        if (str_eq(json_string(json_get(json_at(layers, i), S("id"))), id))
            return true;
    return false;
}

/* What several files have in common is told as the first of them tells it. */
static void add_layers(struct basemap_facts *f, const struct json *layers)
{
    struct err err;
    AUTO(json_doc) before = {0};
    AUTO(buf) out = {0};
    struct json_writer w = {.out = &out};
    must(!f->layers.len || json_read(&before, f->layers, &JSON_STYLE, &err));
    json_open(&w, '[');
    for (int file = 0; file < 2; file++) {
        const struct json *list = file ? layers : before.root;
        for (size_t i = 0; i < json_size(list); i++) {
            AUTO(buf) one = {0};
            if (file && basemap_facts_layer(before.root, json_string(json_get(json_at(list, i), S("id")))))
                continue;
            json_write(&one, json_at(list, i));
            json_put_raw(&w, buf_str(&one));
        }
    }
    json_close(&w, ']');
    f->layers = str_copy(&f->arena, buf_str(&out));
}

static void read_json(struct basemap_facts *f, struct str text)
{
    struct err err;
    AUTO(json_doc) doc = {0};
    if (!text.len || !json_read(&doc, text, &JSON_STYLE, &err))
        return; /* said by none of the formats to be there */
    read_areas(f, json_get(doc.root, S("street_areas")));
    add_layers(f, json_get(doc.root, S("vector_layers")));
}

static void add_facts(struct basemap_facts *f, const struct tileset_info *info, struct buf *credit)
{
    if (f->max_zoom < 0) {
        f->min_zoom = info->min_zoom;
        f->max_zoom = info->max_zoom;
        f->bounds = info->bounds;
    } else {
        f->min_zoom = MIN(f->min_zoom, info->min_zoom);
        f->max_zoom = MAX(f->max_zoom, info->max_zoom);
        f->bounds.west = MIN(f->bounds.west, info->bounds.west);
        f->bounds.south = MIN(f->bounds.south, info->bounds.south);
        f->bounds.east = MAX(f->bounds.east, info->bounds.east);
        f->bounds.north = MAX(f->bounds.north, info->bounds.north);
    }
    if (info->attribution.len && !(credit->len && str_has(buf_str(credit), info->attribution)))
        buf_fmt(credit, " · %.*s", STR_ARG(info->attribution));
    read_json(f, info->json);
}

bool basemap_facts_read(struct basemap_facts **out, const struct config *config, struct err *err)
{
    struct basemap_facts *f = base_alloc(1, sizeof *f);
    AUTO(buf) credit = {0};
    arena_init(&f->arena, 4 * 1024 * 1024);
    f->max_zoom = -1;
    buf_add(&credit, OWN_CREDIT);
    for (size_t i = 0; i < config->n_basemaps; i++) {
        struct tileset *t;
        if (!tileset_open(&t, config->basemaps[i], err)) {
            basemap_facts_free(f);
            return false;
        }
        add_facts(f, tileset_info(t), &credit);
        tileset_close(t);
    }
    f->attribution = str_copy(&f->arena, buf_str(&credit));
    *out = f;
    return true;
}

void basemap_facts_free(struct basemap_facts *f)
{
    if (!f)
        return;
    arena_done(&f->arena);
    free(f);
}
