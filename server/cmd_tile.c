/* contrechamp tile decode FILE: a vector tile as GeoJSON-like JSON, with coordinates in the layer's extent. */
#include <stdio.h>
#include <string.h>

#include "data/base/json.h"
#include "data/base/limits.h"
#include "data/geo/mvt.h"
#include "server/command.h"

static const char HELP[] = "usage: contrechamp tile decode FILE\n\n"
                           "Writes a vector tile (plain or gzipped) as JSON: {\"layers\": [{\"name\", \"extent\", \"version\",\n"
                           "\"features\": [GeoJSON features with tile coordinates]}]}. Exit 1 on a bad tile.\n";

static void put_run(struct json_writer *w, const struct xy *at, size_t n, bool close)
{
    json_open(w, '[');
    for (size_t i = 0; i < n + close; i++) {
        json_open(w, '[');
        json_put_number(w, at[i % n].x);
        json_put_number(w, at[i % n].y);
        json_close(w, ']');
    }
    json_close(w, ']');
}

static void put_geometry(struct json_writer *w, const struct shape *s)
{
    static const char *const kinds[] = {"GeometryCollection", "MultiPoint", "MultiLineString", "MultiPolygon"};
    json_open(w, '{');
    json_key(w, "type");
    json_put_cstr(w, kinds[s->kind]);
    json_key(w, s->kind == SHAPE_NONE ? "geometries" : "coordinates");
    if (s->kind == SHAPE_POINTS && s->n) {
        put_run(w, s->at, s->n, false);
    } else {
        json_open(w, '[');
        for (uint32_t i = 0, from = 0; i < s->n_parts; from = s->end[i++]) {
            size_t n = s->end[i] - from;
            bool outer = s->kind == SHAPE_POLYGONS && (i == 0 || shape_ring_area(s->at + from, n) > 0);
            if (outer && i > 0)
                json_close(w, ']');
            if (outer)
                json_open(w, '[');
            put_run(w, s->at + from, n, s->kind == SHAPE_POLYGONS);
        }
        if (s->kind == SHAPE_POLYGONS && s->n_parts)
            json_close(w, ']');
        json_close(w, ']');
    }
    json_close(w, '}');
}

static void put_value(struct json_writer *w, const struct value *v)
{
    switch (v->kind) {
    case VALUE_STRING:
        json_put_str(w, v->string);
        break;
    case VALUE_NUMBER:
        json_put_number(w, v->number);
        break;
    case VALUE_BOOL:
        json_put_bool(w, v->boolean);
        break;
    case VALUE_NULL:
        json_put_null(w);
        break;
    }
}

static void put_feature(struct json_writer *w, const struct features *layer, const struct feature *f, struct arena *a)
{
    json_open(w, '{');
    json_key(w, "type");
    json_put_cstr(w, "Feature");
    if (f->has_id) {
        json_key(w, "id");
        json_put_number(w, (double)f->id);
    }
    json_key(w, "geometry");
    put_geometry(w, &f->shape);
    json_key(w, "properties");
    json_open(w, '{');
    for (uint32_t i = 0; i + 1 < f->n_tags; i += 2) {
        json_key(w, str_cstr(a, layer->keys[f->tags[i]]));
        put_value(w, &layer->values[f->tags[i + 1]]);
    }
    json_close(w, '}');
    json_close(w, '}');
}

int cmd_tile(struct invocation *inv)
{
    struct option_list words = {0};
    int code;
    if (!options_read(inv, NULL, 0, &words, HELP, &code))
        return code;
    if (words.n != 2 || strcmp(words.at[0], "decode") != 0)
        return command_misused(inv, "say `tile decode FILE`");
    struct err err;
    AUTO(buf) bytes = {0};
    AUTO(buf) out = {0};
    AUTO(arena) arena;
    arena_init(&arena, DRAW_ARENA_BYTES);
    struct vector_tile tile;
    if (!buf_read_file(&bytes, words.at[1], MVT_MAX_BYTES, &err))
        return command_failed(inv, &err);
    if (!mvt_decode(buf_str(&bytes), &arena, &tile, &err)) {
        err_under(&err, "%s", words.at[1]);
        return command_failed(inv, &err);
    }
    struct json_writer w = {.out = &out};
    json_open(&w, '{');
    json_key(&w, "layers");
    json_open(&w, '[');
    for (size_t l = 0; l < tile.n_layers; l++) {
        const struct features *layer = &tile.layers[l];
        json_open(&w, '{');
        json_key(&w, "name");
        json_put_str(&w, layer->name);
        json_key(&w, "version");
        json_put_int(&w, layer->version);
        json_key(&w, "extent");
        json_put_int(&w, layer->extent);
        json_key(&w, "features");
        json_open(&w, '[');
        for (size_t i = 0; i < layer->n; i++)
            put_feature(&w, layer, &layer->at[i], &arena);
        json_close(&w, ']');
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    buf_char(&out, '\n');
    if (!buf_write_file(&out, "-", &err))
        return command_failed(inv, &err);
    return EXIT_DONE;
}
