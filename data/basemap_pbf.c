/*
 * The file is gone through three times, as nodes come in it before the ways that use them, and ways before relations: for the
 * surfaces, for the ways of their edges, for the nodes of those. What is looked for is kept sorted by its number.
 */
#include "data/basemap_pbf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/buf.h"
#include "data/geo/protobuf.h"

/* Of the format: a blob is at most 32 MiB, and so is what is packed in it; its header 64 KiB. */
enum { BLOB_MAX_BYTES = 32 << 20, HEADER_MAX_BYTES = 64 << 10, FIELDS_MAX = 64, MEMBER_WAY = 1 };
static const size_t ARENA_MAX_BYTES = (size_t)8 << 30; /* the operator's own file */

struct numbers {
    int64_t *at;
    size_t n, cap;
};
struct way {
    int64_t id;
    const int64_t *nodes;
    size_t n;
};
struct found_surface {
    struct cut_surface surface;
    const int64_t *ways;
    size_t n_ways;
};
struct reading {
    wanted_row_fn *wanted;
    struct arena *arena;
    int pass;
    struct found_surface *surfaces;
    size_t n_surfaces, cap_surfaces;
    struct numbers ways, nodes;
    struct way *way_at; /* of ways */
    struct xy *node_at; /* of nodes */
    bool *has_node;
};

static void reading_done(struct reading *r)
{
    free(r->surfaces);
    free(r->ways.at);
    free(r->nodes.at);
    free(r->way_at);
    free(r->node_at);
    free(r->has_node);
}

static void add_number(struct numbers *s, int64_t v)
{
    if (s->n == s->cap) {
        s->cap = MAX(s->cap * 2, (size_t)256);
        s->at = base_grow(s->at, s->cap, sizeof *s->at);
    }
    s->at[s->n++] = v;
}

static int by_number(const void *pa, const void *pb)
{
    int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
    return (a > b) - (a < b);
}

static void sort_numbers(struct numbers *s)
{
    size_t kept = 0;
    if (s->n)
        qsort(s->at, s->n, sizeof *s->at, by_number);
    for (size_t i = 0; i < s->n; i++)
        if (!kept || s->at[kept - 1] != s->at[i])
            s->at[kept++] = s->at[i];
    s->n = kept;
}

static size_t find_number(const struct numbers *s, int64_t v)
{
    const int64_t *at = s->n ? bsearch(&v, s->at, s->n, sizeof v, by_number) : NULL;
    return at ? (size_t)(at - s->at) : SIZE_MAX;
}

/* ---- a block ---- */

struct block {
    struct str *strings;
    size_t n_strings;
    int64_t granularity, lat, lon;
    struct arena arena;
};

static void read_strings(struct protobuf w, struct block *b)
{
    struct protobuf_field f;
    struct protobuf again = w;
    while (protobuf_next(&w, &f))
        b->n_strings++;
    b->strings = ARENA_ARRAY(&b->arena, struct str, b->n_strings + 1);
    must(b->strings);
    b->n_strings = 0;
    while (protobuf_next(&again, &f))
        if (f.number == 1 && f.type == 2)
            b->strings[b->n_strings++] = protobuf_str(f.bytes);
}

static size_t read_tags(const struct block *b, struct protobuf keys, struct protobuf values, struct ground_field out[FIELDS_MAX])
{
    size_t n = 0;
    while (n < FIELDS_MAX && keys.at < keys.end && values.at < values.end) {
        uint64_t key = protobuf_next_varint(&keys), value = protobuf_next_varint(&values);
        if (keys.bad || values.bad || key >= b->n_strings || value >= b->n_strings)
            break;
        if (str_is_utf8(b->strings[key]) && str_is_utf8(b->strings[value]))
            out[n++] = (struct ground_field){b->strings[key], b->strings[value]};
    }
    return n;
}

/* A relation or a way, as they have their first three fields in common. */
struct element {
    int64_t id;
    struct protobuf keys, values, refs, types;
};

static struct element read_element(struct protobuf w, bool relation)
{
    struct element e = {0};
    struct protobuf_field f;
    while (protobuf_next(&w, &f)) {
        if (f.number == 1 && f.type == 0)
            e.id = (int64_t)f.value;
        else if (f.type != 2)
            continue;
        else if (f.number == 2)
            e.keys = f.bytes;
        else if (f.number == 3)
            e.values = f.bytes;
        else if (f.number == (relation ? 9 : 8))
            e.refs = f.bytes;
        else if (f.number == 10)
            e.types = f.bytes;
    }
    return e;
}

/* Numbers told as differences; with types, those of ways alone. */
static const int64_t *read_refs(struct arena *a, struct protobuf refs, struct protobuf types, bool typed, size_t *n)
{
    int64_t *out = ARENA_ARRAY(a, int64_t, (size_t)(refs.end - refs.at) + 1), at = 0;
    must(out);
    *n = 0;
    while (refs.at < refs.end && !refs.bad && !types.bad) {
        at = (int64_t)((uint64_t)at + (uint64_t)protobuf_unzigzag(protobuf_next_varint(&refs)));
        if (!typed || protobuf_next_varint(&types) == MEMBER_WAY)
            out[(*n)++] = at;
    }
    return out;
}

static void add_surface(struct reading *r, const struct element *e, const struct ground_row *row, bool relation)
{
    if (r->n_surfaces == r->cap_surfaces) {
        r->cap_surfaces = MAX(r->cap_surfaces * 2, (size_t)64);
        r->surfaces = base_grow(r->surfaces, r->cap_surfaces, sizeof *r->surfaces);
    }
    struct found_surface *s = &r->surfaces[r->n_surfaces++];
    struct ground_field *fields = ARENA_ARRAY(r->arena, struct ground_field, row->n_fields + 1);
    must(fields);
    for (size_t i = 0; i < row->n_fields; i++)
        fields[i] = (struct ground_field){str_copy(r->arena, row->fields[i].key), str_copy(r->arena, row->fields[i].value)};
    *s = (struct found_surface){.surface = {.relation = relation ? e->id : 0, .row = {.fields = fields, .n_fields = row->n_fields}}};
    if (relation) {
        s->ways = read_refs(r->arena, e->refs, e->types, true, &s->n_ways);
    } else {
        s->ways = arena_copy(r->arena, &e->id, sizeof e->id);
        s->n_ways = 1;
    }
    for (size_t i = 0; i < s->n_ways; i++)
        add_number(&r->ways, s->ways[i]);
}

static bool is_coast(const struct ground_row *row)
{
    return str_eq(ground_get(row, S("natural")), S("coastline"));
}

static void take_surface(struct reading *r, struct block *b, struct protobuf w, bool relation)
{
    struct ground_field fields[FIELDS_MAX];
    struct ground_row row = {.fields = fields};
    struct element e = read_element(w, relation);
    row.n_fields = read_tags(b, e.keys, e.values, fields);
    if (!row.n_fields || !r->wanted(&row) || (relation && !str_eq(ground_get(&row, S("type")), S("multipolygon"))))
        return;
    if (!relation) {
        size_t n;
        struct arena_mark mark = arena_mark(&b->arena);
        const int64_t *nodes = read_refs(&b->arena, e.refs, e.types, false, &n);
        bool closed = n && nodes[0] == nodes[n - 1];
        arena_release(&b->arena, mark);
        if (n < 2 || closed != is_coast(&row))
            return;
    }
    add_surface(r, &e, &row, relation);
}

static void take_way(struct reading *r, struct protobuf w)
{
    struct element e = read_element(w, false);
    size_t i = find_number(&r->ways, e.id);
    if (i == SIZE_MAX)
        return;
    struct way *way = &r->way_at[i];
    way->id = e.id;
    way->nodes = read_refs(r->arena, e.refs, e.types, false, &way->n);
    for (size_t j = 0; j < way->n; j++)
        add_number(&r->nodes, way->nodes[j]);
}

static void take_node(struct reading *r, const struct block *b, int64_t id, int64_t lat, int64_t lon)
{
    size_t i = find_number(&r->nodes, id);
    if (i == SIZE_MAX)
        return;
    struct lonlat at = {1e-9 * ((double)b->lon + (double)b->granularity * (double)lon), 1e-9 * ((double)b->lat + (double)b->granularity * (double)lat)};
    if (!lonlat_is_valid(at))
        return;
    r->node_at[i] = mercator_of((struct lonlat){at.lon, CLAMP(at.lat, -85.3, 85.3)});
    r->has_node[i] = true;
}

static void take_nodes(struct reading *r, const struct block *b, struct protobuf w)
{
    struct protobuf_field f;
    struct protobuf column[3] = {{0}, {0}, {0}};
    uint64_t at[3] = {0};
    while (protobuf_next(&w, &f))
        if (f.type == 2 && (f.number == 1 || f.number == 8 || f.number == 9))
            column[f.number == 1 ? 0 : f.number - 7] = f.bytes;
    while (column[0].at < column[0].end && column[1].at < column[1].end && column[2].at < column[2].end) {
        for (size_t i = 0; i < COUNT(column); i++)
            at[i] += (uint64_t)protobuf_unzigzag(protobuf_next_varint(&column[i]));
        if (column[0].bad || column[1].bad || column[2].bad)
            return;
        take_node(r, b, (int64_t)at[0], (int64_t)at[1], (int64_t)at[2]);
    }
}

static void take_lone_node(struct reading *r, const struct block *b, struct protobuf w)
{
    struct protobuf_field f;
    int64_t at[10] = {0};
    while (protobuf_next(&w, &f))
        if (f.type == 0 && f.number < COUNT(at))
            at[f.number] = protobuf_unzigzag(f.value);
    take_node(r, b, at[1], at[8], at[9]);
}

static void take_group(struct reading *r, struct block *b, struct protobuf w)
{
    enum { LONE_NODE = 1, NODES, WAY, RELATION };
    struct protobuf_field f;
    while (protobuf_next(&w, &f)) {
        if (f.type != 2)
            continue;
        if (r->pass == 1 && (f.number == WAY || f.number == RELATION))
            take_surface(r, b, f.bytes, f.number == RELATION);
        else if (r->pass == 2 && f.number == WAY)
            take_way(r, f.bytes);
        else if (r->pass == 3 && f.number == NODES)
            take_nodes(r, b, f.bytes);
        else if (r->pass == 3 && f.number == LONE_NODE)
            take_lone_node(r, b, f.bytes);
    }
}

static void take_block(struct reading *r, struct str bytes)
{
    struct block b = {.granularity = 100};
    struct protobuf w = protobuf_of(bytes), again = w;
    struct protobuf_field f;
    arena_init(&b.arena, ARENA_MAX_BYTES);
    while (protobuf_next(&w, &f)) {
        if (f.number == 1 && f.type == 2 && !b.strings && r->pass == 1)
            read_strings(f.bytes, &b);
        else if (f.number == 17 && f.type == 0)
            b.granularity = (int64_t)f.value;
        else if (f.number == 19 && f.type == 0)
            b.lat = (int64_t)f.value;
        else if (f.number == 20 && f.type == 0)
            b.lon = (int64_t)f.value;
    }
    while (protobuf_next(&again, &f))
        if (f.number == 2 && f.type == 2)
            take_group(r, &b, f.bytes);
    arena_done(&b.arena);
}

/* ---- the file ---- */

static bool read_exactly(FILE *in, struct buf *out, size_t n)
{
    buf_clear(out);
    if (fread(buf_room(out, n), 1, n, in) != n)
        return false;
    out->len = n;
    return true;
}

/* The header of the next blob: what it is, and how long. */
static bool next_blob(FILE *in, struct buf *bytes, struct str *type, size_t *size)
{
    if (!read_exactly(in, bytes, 4))
        return false;
    const unsigned char *at = (const unsigned char *)bytes->at;
    size_t n = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    if (n > HEADER_MAX_BYTES || !read_exactly(in, bytes, n))
        return false;
    struct protobuf w = protobuf_of(buf_str(bytes));
    struct protobuf_field f;
    *type = (struct str){"", 0};
    *size = 0;
    while (protobuf_next(&w, &f)) {
        if (f.number == 1 && f.type == 2)
            *type = protobuf_str(f.bytes);
        else if (f.number == 3 && f.type == 0)
            *size = (size_t)f.value;
    }
    return type->len && *size <= BLOB_MAX_BYTES;
}

static bool open_blob(struct str blob, struct buf *out, struct str *bytes)
{
    struct err ignored;
    struct protobuf w = protobuf_of(blob);
    struct protobuf_field f;
    while (protobuf_next(&w, &f)) {
        if (f.number == 1 && f.type == 2) {
            *bytes = protobuf_str(f.bytes);
            return true;
        }
        buf_clear(out);
        if (f.number == 3 && f.type == 2 && buf_gunzip(out, protobuf_str(f.bytes), BLOB_MAX_BYTES, &ignored)) {
            *bytes = buf_str(out);
            return true;
        }
    }
    return false; /* lz4 and others, which GDAL does not read either */
}

static bool is_pbf(FILE *in)
{
    AUTO(buf) header = {0};
    struct str type;
    size_t size;
    return next_blob(in, &header, &type, &size) && str_eq(type, S("OSMHeader"));
}

/* What is damaged is told by GDAL, which reads all of it; here a pass ends where it cannot go on. */
static void go_through(struct reading *r, FILE *in, int pass)
{
    AUTO(buf) header = {0};
    AUTO(buf) blob = {0};
    AUTO(buf) open = {0};
    struct str type, bytes;
    size_t size;
    r->pass = pass;
    rewind(in);
    while (next_blob(in, &header, &type, &size) && read_exactly(in, &blob, size))
        if (str_eq(type, S("OSMData")) && open_blob(buf_str(&blob), &open, &bytes))
            take_block(r, bytes);
}

/* ---- the edges ---- */

/* A way as lines between the nodes that are there. */
static void add_lines(const struct reading *r, const struct way *way, struct cut_surface *s)
{
    struct xy *at = ARENA_ARRAY(r->arena, struct xy, way->n + 1);
    must(at);
    size_t n = 0, begin = 0;
    for (size_t i = 0; i <= way->n; i++) {
        size_t node = i < way->n ? find_number(&r->nodes, way->nodes[i]) : SIZE_MAX;
        if (node != SIZE_MAX && r->has_node[node]) {
            at[n++] = r->node_at[node];
            continue;
        }
        if (n - begin >= 2)
            s->lines[s->n_lines++] = (struct mesh_line){at + begin, (uint32_t)(n - begin), 0};
        begin = n;
    }
}

static bool is_closed(const struct mesh_line *l)
{
    return l->n > 3 && l->at[0].x == l->at[l->n - 1].x && l->at[0].y == l->at[l->n - 1].y;
}

/* False where nothing is cut, but for islands. */
static bool find_edge(const struct reading *r, struct found_surface *f)
{
    size_t most = 1;
    bool whole = true;
    for (size_t i = 0; i < f->n_ways; i++) {
        size_t way = find_number(&r->ways, f->ways[i]);
        whole = whole && r->way_at[way].n;
        most += r->way_at[way].n / 2 + 1;
    }
    struct mesh_line *pieces = f->surface.lines = ARENA_ARRAY(r->arena, struct mesh_line, most);
    must(pieces);
    for (size_t i = 0; i < f->n_ways; i++)
        add_lines(r, &r->way_at[find_number(&r->ways, f->ways[i])], &f->surface);
    f->surface.lines = ARENA_ARRAY(r->arena, struct mesh_line, most);
    must(f->surface.lines);
    f->surface.n_lines = lines_join(pieces, f->surface.n_lines, f->surface.lines, r->arena);
    for (size_t i = 0; i < f->surface.n_lines; i++)
        whole = whole && is_closed(&f->surface.lines[i]);
    return f->surface.n_lines && (!whole || (!f->surface.relation && is_coast(&f->surface.row)));
}

static void read_edges(struct reading *r, FILE *in, struct cut_surfaces *out)
{
    sort_numbers(&r->ways);
    r->way_at = base_alloc(r->ways.n + 1, sizeof *r->way_at);
    go_through(r, in, 2);
    sort_numbers(&r->nodes);
    r->node_at = base_alloc(r->nodes.n + 1, sizeof *r->node_at);
    r->has_node = base_alloc(r->nodes.n + 1, sizeof *r->has_node);
    go_through(r, in, 3);
    out->at = ARENA_ARRAY(r->arena, struct cut_surface, r->n_surfaces + 1);
    must(out->at);
    for (size_t i = 0; i < r->n_surfaces; i++)
        if (find_edge(r, &r->surfaces[i]))
            out->at[out->n++] = r->surfaces[i].surface;
}

void cut_surfaces_done(struct cut_surfaces *s)
{
    arena_done(&s->arena);
}

bool pbf_cut_surfaces(const char *path, wanted_row_fn *wanted, struct cut_surfaces *out, struct err *err)
{
    *out = (struct cut_surfaces){0};
    arena_init(&out->arena, ARENA_MAX_BYTES);
    FILE *in = fopen(path, "re");
    if (!in)
        return err_errno(err, "cannot read %s", path);
    AUTO(reading) r = {.wanted = wanted, .arena = &out->arena};
    if (is_pbf(in)) {
        go_through(&r, in, 1);
        if (r.n_surfaces)
            read_edges(&r, in, out);
    }
    fclose(in);
    return true;
}
