/* The messages of a vector tile over the wire format (protobuf.h). Numbers of fields: vector_tile.proto of the specification 2.1. */
#include "data/geo/mvt.h"

#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/limits.h"
#include "data/geo/protobuf.h"

/* ---- decoding ---- */

static bool read_value(struct protobuf w, struct value *out)
{
    *out = (struct value){.kind = VALUE_NULL};
    struct protobuf_field f;
    while (protobuf_next(&w, &f)) {
        static const uint8_t types[] = {9, 2, 5, 1, 0, 0, 0, 0};
        if (f.number >= COUNT(types) || f.number == 0)
            continue;
        if (f.type != types[f.number])
            return false;
        float single;
        uint32_t bits = (uint32_t)f.value;
        switch (f.number) {
        case 1:
            *out = (struct value){.kind = VALUE_STRING, .string = protobuf_str(f.bytes)};
            if (!str_is_utf8(out->string))
                return false;
            break;
        case 2:
            memcpy(&single, &bits, sizeof single);
            *out = (struct value){.kind = VALUE_NUMBER, .number = single};
            break;
        case 3:
            *out = (struct value){.kind = VALUE_NUMBER};
            memcpy(&out->number, &f.value, sizeof out->number);
            break;
        case 4:
            *out = (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = (double)(int64_t)f.value};
            break;
        case 5:
            *out = (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = (double)f.value};
            break;
        case 6:
            *out = (struct value){.kind = VALUE_NUMBER, .is_integer = true, .number = (double)protobuf_unzigzag(f.value)};
            break;
        default:
            *out = (struct value){.kind = VALUE_BOOL, .boolean = f.value != 0};
        }
    }
    return !w.bad && out->kind != VALUE_NULL;
}

enum { COMMAND_MOVE = 1, COMMAND_LINE = 2, COMMAND_CLOSE = 7 };

struct geometry_reader {
    struct protobuf w;
    int64_t x, y;
    struct shape *shape;
    enum shape_kind kind;
};

static bool read_move(struct geometry_reader *g)
{
    int64_t dx = protobuf_unzigzag(protobuf_next_varint(&g->w)), dy = protobuf_unzigzag(protobuf_next_varint(&g->w));
    g->x += CLAMP(dx, -INT64_C(0x80000000), INT64_C(0x7fffffff));
    g->y += CLAMP(dy, -INT64_C(0x80000000), INT64_C(0x7fffffff));
    g->shape->at[g->shape->n++] = (struct xy){(double)g->x, (double)g->y};
    return !g->w.bad;
}

static void end_part(struct shape *s, uint32_t least)
{
    uint32_t from = s->n_parts ? s->end[s->n_parts - 1] : 0;
    if (s->n - from < least)
        s->n = from; /* degenerate: dropped, as the specification lets a reader do */
    else
        s->end[s->n_parts++] = s->n;
}

/* Section 4.3 of the specification. The room for points is bounded by the bytes: each point takes two at least. */
static const char *read_geometry(struct protobuf bytes, enum shape_kind kind, struct arena *a, struct shape *out)
{
    size_t most = (size_t)(bytes.end - bytes.at) / 2 + 1;
    *out = (struct shape){.kind = kind};
    out->at = ARENA_ARRAY(a, struct xy, most);
    out->end = ARENA_ARRAY(a, uint32_t, most);
    if (!out->at || !out->end)
        return "it needs more memory than a tile may use";
    struct geometry_reader g = {.w = bytes, .shape = out, .kind = kind};
    bool open = false;
    while (g.w.at != g.w.end) {
        uint64_t word = protobuf_next_varint(&g.w);
        uint64_t command = word & 7, count = word >> 3;
        if (g.w.bad || count > (uint64_t)(g.w.end - g.w.at) + (command == COMMAND_CLOSE))
            return "a geometry's command counts more than is there";
        if (command == COMMAND_CLOSE) {
            if (kind != SHAPE_POLYGONS || !open || count != 1)
                return "a geometry closes what it did not open";
            end_part(out, 3);
            open = false;
            continue;
        }
        if (command == COMMAND_MOVE) {
            if (count == 0)
                return "a geometry moves by no point";
            if (kind != SHAPE_POINTS && (count != 1 || (kind == SHAPE_POLYGONS && open)))
                return "a geometry moves in the middle of a part";
            if (kind == SHAPE_LINES && open)
                end_part(out, 2);
            open = kind != SHAPE_POINTS;
        } else if (command == COMMAND_LINE) {
            if (!open || count == 0)
                return "a geometry draws a line from nowhere";
        } else {
            return "a geometry has an unknown command";
        }
        for (uint64_t i = 0; i < count; i++)
            if (!read_move(&g))
                return "a geometry is cut off";
    }
    if (kind == SHAPE_POLYGONS && open)
        return "a ring is not closed";
    if (kind != SHAPE_POLYGONS && out->n)
        end_part(out, kind == SHAPE_LINES ? 2 : 1);
    return NULL;
}

static const char *read_tags(struct protobuf w, struct features *layer, struct arena *a, struct feature *out)
{
    size_t most = (size_t)(w.end - w.at);
    uint32_t *tags = ARENA_ARRAY(a, uint32_t, most + 1);
    if (!tags)
        return "it needs more memory than a tile may use";
    while (w.at != w.end) {
        uint64_t v = protobuf_next_varint(&w);
        if (w.bad)
            return "a feature's tags are cut off";
        if (v >= (out->n_tags % 2 ? layer->n_values : layer->n_keys))
            return "a feature's tag points past its layer's keys or values";
        tags[out->n_tags++] = (uint32_t)v;
    }
    if (out->n_tags % 2)
        return "a feature has an odd number of tags";
    out->tags = tags;
    return NULL;
}

static const char *read_feature(struct protobuf w, struct features *layer, struct arena *a, struct feature *out)
{
    struct protobuf whole = w, tags = {0}, geometry = {0};
    uint64_t type = 0;
    struct protobuf_field f;
    bool has_geometry = false;
    while (protobuf_next(&w, &f)) {
        if (f.number == 1 && f.type == 0) {
            out->id = f.value;
            out->has_id = true;
        } else if (f.number == 2) {
            if (f.type != 2)
                return "a feature's tags are not packed";
            tags = f.bytes;
        } else if (f.number == 3) {
            if (f.type != 0 || f.value > 3)
                return "a feature's type of geometry is unknown";
            type = f.value;
        } else if (f.number == 4) {
            if (f.type != 2)
                return "a feature's geometry is not packed";
            geometry = f.bytes;
            has_geometry = true;
        }
    }
    (void)whole;
    if (w.bad)
        return "a feature is cut off";
    if (!has_geometry)
        return "a feature has no geometry";
    const char *why = tags.at ? read_tags(tags, layer, a, out) : NULL;
    if (why)
        return why;
    static const enum shape_kind kinds[] = {SHAPE_NONE, SHAPE_POINTS, SHAPE_LINES, SHAPE_POLYGONS};
    if (type == 0) /* unknown: an optional part of a reader is to try; ours leaves it undrawn */
        return NULL;
    return read_geometry(geometry, kinds[type], a, &out->shape);
}

static const char *read_layer(struct protobuf w, struct arena *a, struct features *out)
{
    struct protobuf_field f;
    struct protobuf again = w;
    bool has_name = false, has_version = false;
    *out = (struct features){.extent = 4096, .version = 1};
    while (protobuf_next(&again, &f)) {
        out->n_keys += f.number == 3 && f.type == 2;
        out->n_values += f.number == 4 && f.type == 2;
        out->n += f.number == 2 && f.type == 2;
    }
    if (again.bad)
        return "a layer is cut off";
    if (out->n > MVT_FEATURES_MAX)
        return "a layer has too many features";
    out->keys = ARENA_ARRAY(a, struct str, out->n_keys + 1);
    out->values = ARENA_ARRAY(a, struct value, out->n_values + 1);
    out->at = ARENA_ARRAY(a, struct feature, out->n + 1);
    if (!out->keys || !out->values || !out->at)
        return "it needs more memory than a tile may use";
    uint32_t keys = 0, values = 0;
    for (again = w; protobuf_next(&again, &f);) {
        switch (f.number) {
        case 1:
            if (f.type != 2 || has_name)
                return "a layer's name is not one text";
            out->name = protobuf_str(f.bytes);
            has_name = true;
            break;
        case 3:
            if (f.type != 2)
                return "a layer's key is not a text";
            out->keys[keys++] = protobuf_str(f.bytes);
            break;
        case 4:
            if (f.type != 2 || !read_value(f.bytes, &out->values[values++]))
                return "a layer's value is none of the kinds there are";
            break;
        case 5:
            if (f.type != 0)
                return "a layer's extent is not a number";
            out->extent = (uint32_t)f.value;
            break;
        case 15:
            if (f.type != 0)
                return "a layer's version is not a number";
            out->version = (uint32_t)f.value;
            has_version = true;
            break;
        case 2:
            if (f.type != 2)
                return "a layer's feature is not a message";
            break;
        default:
            break;
        }
    }
    if (!has_name || !out->name.len)
        return "a layer has no name";
    if (!has_version || (out->version != 1 && out->version != 2))
        return "a layer's version is not 1 or 2";
    if (!out->extent || out->extent > 1 << 20)
        return "a layer's extent is no useful number";
    size_t i = 0;
    for (again = w; protobuf_next(&again, &f);) {
        if (f.number != 2)
            continue;
        const char *why = read_feature(f.bytes, out, a, &out->at[i]);
        if (why)
            return why;
        i++;
    }
    return NULL;
}

static bool is_packed(struct str s)
{
    return s.len > 2 && (((unsigned char)s.at[0] == 0x1F && (unsigned char)s.at[1] == 0x8B) ||
                            (s.at[0] == 0x78 && (s.at[1] == 0x01 || (unsigned char)s.at[1] == 0x9C || (unsigned char)s.at[1] == 0xDA)));
}

bool mvt_decode(struct str bytes, struct arena *a, struct vector_tile *out, struct err *err)
{
    if (is_packed(bytes)) {
        AUTO(buf) open = {0};
        if (!buf_gunzip(&open, bytes, MVT_MAX_BYTES, err))
            return err_under(err, "vector tile");
        bytes = str_copy(a, buf_str(&open));
        if (bytes.len != open.len)
            return err_arena(err);
    }
    if (bytes.len > MVT_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "vector tile: it has more than %d bytes, the most that is read", MVT_MAX_BYTES);
    struct protobuf w = protobuf_of(bytes);
    struct protobuf_field f;
    size_t n = 0;
    while (protobuf_next(&w, &f)) {
        if (f.number == 3 && f.type != 2)
            return err_set(err, ERR_INVALID, "vector tile: a layer is not a message");
        n += f.number == 3;
    }
    if (w.bad)
        return err_set(err, ERR_INVALID, "vector tile: it is damaged or cut off");
    struct vector_tile made = {.layers = ARENA_ARRAY(a, struct features, n + 1)};
    if (!made.layers)
        return err_arena(err);
    for (w = protobuf_of(bytes); protobuf_next(&w, &f);) {
        if (f.number != 3)
            continue;
        const char *why = read_layer(f.bytes, a, &made.layers[made.n_layers]);
        if (why)
            return err_set(err, ERR_INVALID, "vector tile: layer %zu: %s", made.n_layers, why);
        for (size_t i = 0; i < made.n_layers; i++)
            if (str_eq(made.layers[i].name, made.layers[made.n_layers].name))
                return err_set(err, ERR_INVALID, "vector tile: two layers have the same name");
        made.n_layers++;
    }
    *out = made;
    return true;
}

const struct features *mvt_layer(const struct vector_tile *t, struct str name)
{
    for (size_t i = 0; i < t->n_layers; i++)
        if (str_eq(t->layers[i].name, name))
            return &t->layers[i];
    return NULL;
}

uint32_t features_key(const struct features *layer, struct str key)
{
    for (uint32_t i = 0; i < layer->n_keys; i++)
        if (str_eq(layer->keys[i], key))
            return i;
    return UINT32_MAX;
}

const struct value *feature_value(const struct features *layer, const struct feature *f, uint32_t key)
{
    for (uint32_t i = 0; i + 1 < f->n_tags; i += 2)
        if (f->tags[i] == key)
            return &layer->values[f->tags[i + 1]];
    return NULL;
}

const struct value *feature_get(const struct features *layer, const struct feature *f, struct str key)
{
    uint32_t index = features_key(layer, key);
    return index == UINT32_MAX ? NULL : feature_value(layer, f, index);
}

/* ---- encoding ---- */

/* Texts already written to a layer, by open addressing; an entry is 1 + index of the text. */
struct seen {
    uint32_t *slots;
    size_t n_slots, n;
    uint64_t *hashes;
};

struct mvt_writer {
    struct buf tile, layer, feature, tags, geometry, entries;
    struct seen keys, values;
    struct str name;
    uint32_t extent, n_features;
};

struct mvt_writer *mvt_writer_new(void)
{
    return base_alloc(1, sizeof(struct mvt_writer));
}

static void seen_done(struct seen *s)
{
    free(s->slots);
    free(s->hashes);
    *s = (struct seen){0};
}

void mvt_writer_free(struct mvt_writer *w)
{
    if (!w)
        return;
    buf_done(&w->tile);
    buf_done(&w->layer);
    buf_done(&w->feature);
    buf_done(&w->tags);
    buf_done(&w->geometry);
    buf_done(&w->entries);
    seen_done(&w->keys);
    seen_done(&w->values);
    free(w);
}

/* The index of what hashes so, and whether it is new. 64-bit hashes of a layer's few thousand texts are taken as equal. */
static uint32_t see(struct seen *s, uint64_t hash, bool *is_new)
{
    if (s->n * 2 >= s->n_slots) {
        size_t grown = s->n_slots ? s->n_slots * 2 : 64;
        free(s->slots);
        s->slots = base_alloc(grown, sizeof *s->slots);
        s->hashes = base_grow(s->hashes, grown, sizeof *s->hashes);
        s->n_slots = grown;
        for (size_t i = 0; i < s->n; i++) {
            size_t at = s->hashes[i] & (grown - 1);
            while (s->slots[at])
                at = (at + 1) & (grown - 1);
            s->slots[at] = (uint32_t)i + 1;
        }
    }
    size_t at = hash & (s->n_slots - 1);
    for (; s->slots[at]; at = (at + 1) & (s->n_slots - 1)) {
        if (s->hashes[s->slots[at] - 1] == hash) {
            *is_new = false;
            return s->slots[at] - 1;
        }
    }
    s->hashes[s->n] = hash;
    s->slots[at] = (uint32_t)++s->n;
    *is_new = true;
    return (uint32_t)s->n - 1;
}

static void seen_clear(struct seen *s)
{
    s->n = 0;
    if (s->slots)
        memset(s->slots, 0, s->n_slots * sizeof *s->slots);
}

void mvt_begin_layer(struct mvt_writer *w, struct str name, uint32_t extent)
{
    buf_clear(&w->layer);
    buf_clear(&w->entries);
    seen_clear(&w->keys);
    seen_clear(&w->values);
    w->name = name;
    w->extent = extent;
    w->n_features = 0;
    protobuf_varint(&w->layer, 15 << 3);
    protobuf_varint(&w->layer, 2);
    protobuf_bytes(&w->layer, 1, name);
}

struct cursor {
    int64_t x, y;
};

static int64_t grid(double v)
{
    return (int64_t)CLAMP(floor(v + 0.5), -1073741824.0, 1073741823.0);
}

static void put_command(struct buf *b, int command, size_t count)
{
    protobuf_varint(b, (uint64_t)count << 3 | (unsigned)command);
}

static void put_point(struct buf *b, struct cursor *c, int64_t x, int64_t y)
{
    protobuf_varint(b, protobuf_zigzag(x - c->x));
    protobuf_varint(b, protobuf_zigzag(y - c->y));
    *c = (struct cursor){x, y};
}

/* Writes part i of the shape as a line or ring; false if nothing is left of it once rounded. */
static bool put_part(struct mvt_writer *w, const struct xy *at, size_t n, bool ring, bool hole, struct cursor *cursor)
{
    struct buf *b = &w->geometry;
    struct cursor before = *cursor;
    size_t len_before = b->len;
    int64_t *p = base_grow(NULL, n, 2 * sizeof *p);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t x = grid(at[i].x), y = grid(at[i].y);
        if (kept && p[2 * kept - 2] == x && p[2 * kept - 1] == y)
            continue;
        p[2 * kept] = x;
        p[2 * kept + 1] = y;
        kept++;
    }
    if (ring)
        while (kept > 1 && p[0] == p[2 * kept - 2] && p[1] == p[2 * kept - 1])
            kept--;
    double area = 0;
    for (size_t i = 0; ring && i < kept; i++) {
        size_t j = (i + 1) % kept;
        area += (double)p[2 * i] * (double)p[2 * j + 1] - (double)p[2 * j] * (double)p[2 * i + 1];
    }
    bool good = ring ? kept >= 3 && area != 0 : kept >= 2;
    if (good) {
        bool backwards = ring && (area > 0) == hole;
        for (size_t k = 0; k < kept; k++) {
            size_t i = backwards ? kept - 1 - k : k;
            if (k == 0)
                put_command(b, COMMAND_MOVE, 1);
            else if (k == 1)
                put_command(b, COMMAND_LINE, kept - 1);
            put_point(b, cursor, p[2 * i], p[2 * i + 1]);
        }
        if (ring)
            put_command(b, COMMAND_CLOSE, 1);
    } else {
        b->len = len_before;
        *cursor = before;
    }
    free(p);
    return good;
}

static bool put_geometry(struct mvt_writer *w, const struct shape *s)
{
    struct cursor cursor = {0};
    buf_clear(&w->geometry);
    if (s->kind == SHAPE_POINTS) {
        if (!s->n)
            return false;
        put_command(&w->geometry, COMMAND_MOVE, s->n);
        for (uint32_t i = 0; i < s->n; i++)
            put_point(&w->geometry, &cursor, grid(s->at[i].x), grid(s->at[i].y));
        return true;
    }
    bool outer_kept = false, any = false;
    for (uint32_t i = 0, from = 0; i < s->n_parts; from = s->end[i++]) {
        const struct xy *at = s->at + from;
        size_t n = s->end[i] - from;
        bool ring = s->kind == SHAPE_POLYGONS;
        bool hole = ring && i > 0 && shape_ring_area(at, n) < 0;
        if (hole && !outer_kept)
            continue;
        bool kept = put_part(w, at, n, ring, hole, &cursor);
        any |= kept;
        if (!hole)
            outer_kept = kept;
    }
    return any;
}

bool mvt_begin_feature(struct mvt_writer *w, const struct shape *shape, bool has_id, uint64_t id)
{
    if (shape->kind == SHAPE_NONE || !put_geometry(w, shape))
        return false;
    buf_clear(&w->feature);
    buf_clear(&w->tags);
    if (has_id) {
        protobuf_varint(&w->feature, 1 << 3);
        protobuf_varint(&w->feature, id);
    }
    static const unsigned types[] = {[SHAPE_POINTS] = 1, [SHAPE_LINES] = 2, [SHAPE_POLYGONS] = 3};
    protobuf_varint(&w->feature, 3 << 3);
    protobuf_varint(&w->feature, types[shape->kind]);
    return true;
}

static void put_value(struct buf *b, struct value v)
{
    uint64_t bits;
    switch (v.kind) {
    case VALUE_STRING:
        protobuf_bytes(b, 1, v.string);
        break;
    case VALUE_BOOL:
        protobuf_varint(b, 7 << 3);
        protobuf_varint(b, v.boolean);
        break;
    case VALUE_NUMBER:
        if (v.number == floor(v.number) && fabs(v.number) < 9e15) {
            int64_t whole = (int64_t)v.number;
            protobuf_varint(b, (whole < 0 ? 6 : 5) << 3);
            protobuf_varint(b, whole < 0 ? protobuf_zigzag(whole) : (uint64_t)whole);
        } else {
            protobuf_varint(b, 3 << 3 | 1);
            memcpy(&bits, &v.number, sizeof bits);
            for (int i = 0; i < 8; i++)
                buf_char(b, (char)(bits >> (8 * i)));
        }
        break;
    case VALUE_NULL:
        break;
    }
}

void mvt_property(struct mvt_writer *w, struct str key, struct value value)
{
    if (value.kind == VALUE_NULL || (value.kind == VALUE_NUMBER && !isfinite(value.number)))
        return;
    bool is_new;
    uint32_t k = see(&w->keys, hash64(key.at, key.len, 1), &is_new);
    if (is_new)
        protobuf_bytes(&w->entries, 3, key);
    uint64_t hash = value.kind == VALUE_STRING ? hash64(value.string.at, value.string.len, 2)
                    : value.kind == VALUE_BOOL ? hash_mix(3 + value.boolean)
                                               : hash64(&value.number, sizeof value.number, 5);
    uint32_t v = see(&w->values, hash, &is_new);
    if (is_new) {
        AUTO(buf) message = {0};
        put_value(&message, value);
        protobuf_bytes(&w->entries, 4, buf_str(&message));
    }
    protobuf_varint(&w->tags, k);
    protobuf_varint(&w->tags, v);
}

void mvt_end_feature(struct mvt_writer *w)
{
    if (w->tags.len)
        protobuf_bytes(&w->feature, 2, buf_str(&w->tags));
    protobuf_bytes(&w->feature, 4, buf_str(&w->geometry));
    protobuf_bytes(&w->layer, 2, buf_str(&w->feature));
    w->n_features++;
}

void mvt_end_layer(struct mvt_writer *w)
{
    if (!w->n_features)
        return;
    buf_add(&w->layer, buf_str(&w->entries));
    protobuf_varint(&w->layer, 5 << 3);
    protobuf_varint(&w->layer, w->extent);
    protobuf_bytes(&w->tile, 3, buf_str(&w->layer));
}

void mvt_finish(struct mvt_writer *w, struct buf *out)
{
    buf_add(out, buf_str(&w->tile));
    buf_clear(&w->tile);
}
