/* GeoJSON (RFC 7946), newline-delimited GeoJSON (RFC 8142) and Overpass, by our own reader. A part of the import child. */
#include "data/gdal_worker.h"

#include <string.h>

#include "data/base/limits.h"
#include "data/file_day.h"
#include "data/gdal_row.h"
#include "data/json_stream.h"

static const struct json_limits ITEM_LIMITS = {.bytes = 64u << 20, .values = 8u << 20, .depth = 100};

struct growing { /* a shape being read */
    struct shape s;
    uint32_t room_at, room_parts;
    bool bad;
};

static void grow_point(struct worker *w, struct growing *g, const struct json *position)
{
    if (g->s.n == g->room_at) {
        g->room_at = MAX(16, g->room_at * 2);
        struct xy *more = ARENA_ARRAY(&w->arena, struct xy, g->room_at);
        if (!more) {
            g->bad = true;
            return;
        }
        if (g->s.n)
            memcpy(more, g->s.at, g->s.n * sizeof *more);
        g->s.at = more;
    }
    const struct json *x = json_at(position, 0), *y = json_at(position, 1);
    g->bad |= json_kind(x) != JSON_NUMBER || json_kind(y) != JSON_NUMBER || g->s.n >= VERTICES_MAX;
    if (!g->bad)
        g->s.at[g->s.n++] = (struct xy){json_number(x), json_number(y)};
}

static void grow_part(struct worker *w, struct growing *g, const struct json *positions, bool ring)
{
    uint32_t from = g->s.n;
    for (size_t i = 0; !g->bad && i < json_size(positions); i++)
        grow_point(w, g, json_at(positions, i));
    if (g->bad || g->s.n == from)
        return;
    if (ring && g->s.n - from > 1 && g->s.at[from].x == g->s.at[g->s.n - 1].x && g->s.at[from].y == g->s.at[g->s.n - 1].y)
        g->s.n--;
    if (g->s.n_parts == g->room_parts) {
        g->room_parts = MAX(4, g->room_parts * 2);
        uint32_t *more = ARENA_ARRAY(&w->arena, uint32_t, g->room_parts);
        if (!more) {
            g->bad = true;
            return;
        }
        if (g->s.n_parts)
            memcpy(more, g->s.end, g->s.n_parts * sizeof *more);
        g->s.end = more;
    }
    g->s.end[g->s.n_parts++] = g->s.n;
}

static bool shape_of_json(struct worker *w, const struct json *geometry, struct shape *out)
{
    struct str type = json_string(json_get(geometry, S("type")));
    const struct json *at = json_get(geometry, S("coordinates"));
    struct growing g = {0};
    bool many = str_starts(type, S("Multi"));
    struct str base = many ? str_slice(type, 5, type.len) : type;
    if (str_eq_nocase(base, S("point"))) {
        g.s.kind = SHAPE_POINTS;
        if (many)
            grow_part(w, &g, at, false);
        else {
            uint32_t *end = ARENA_NEW(&w->arena, uint32_t);
            grow_point(w, &g, at);
            if (!end || g.bad)
                return false;
            *end = 1;
            g.s.end = end;
            g.s.n_parts = 1;
        }
    } else if (str_eq_nocase(base, S("linestring"))) {
        g.s.kind = SHAPE_LINES;
        for (size_t i = 0; many && i < json_size(at); i++)
            grow_part(w, &g, json_at(at, i), false);
        if (!many)
            grow_part(w, &g, at, false);
    } else if (str_eq_nocase(base, S("polygon"))) {
        g.s.kind = SHAPE_POLYGONS;
        for (size_t i = 0; i < json_size(at); i++)
            for (size_t k = 0; many && k < json_size(json_at(at, i)); k++)
                grow_part(w, &g, json_at(json_at(at, i), k), true);
        for (size_t i = 0; !many && i < json_size(at); i++)
            grow_part(w, &g, json_at(at, i), true);
    } else {
        return false;
    }
    if (g.bad || !g.s.n || !worker_project_shape(w, &g.s))
        return false;
    if (g.s.kind == SHAPE_POLYGONS && !shape_wind(&g.s, &w->arena))
        return false;
    *out = g.s;
    return true;
}

static void put_members(struct json_writer *j, const struct json *object)
{
    for (struct json_each e = {0}; json_each(object, &e);) {
        AUTO(buf) text = {0};
        worker_put_key(j, e.key);
        if (json_kind(e.value) == JSON_ARRAY || json_kind(e.value) == JSON_OBJECT) {
            json_write(&text, e.value);
            json_put_str(j, buf_str(&text));
        } else {
            json_write(&text, e.value);
            json_put_raw(j, buf_str(&text));
        }
    }
}

static bool put_feature(struct worker *w, struct str text, uint64_t number, struct err *err)
{
    AUTO(json_doc) doc = {0};
    struct err why = {0};
    struct shape shape = {0};
    struct json_writer j = worker_row_begin(w, number, S(""));
    if (!json_read(&doc, text, &ITEM_LIMITS, &why))
        return worker_row_end(w, &j, NULL, why.text, err);
    const struct json *root = doc.root;
    if (json_kind(root) != JSON_OBJECT)
        return worker_row_end(w, &j, NULL, "it is not a feature", err);
    bool feature = str_eq(json_string(json_get(root, S("type"))), S("Feature"));
    const struct json *geometry = feature ? json_get(root, S("geometry")) : root, *id = json_get(root, S("id"));
    if (w->upload && json_size(json_get(root, S("properties"))) > IMPORT_PROPERTIES_MAX)
        return worker_row_end(w, &j, NULL, "it has more properties than a row may have", err);
    put_members(&j, feature ? json_get(root, S("properties")) : NULL);
    if (feature && (json_kind(id) == JSON_STRING || json_kind(id) == JSON_NUMBER)) {
        AUTO(buf) raw = {0};
        json_write(&raw, id);
        json_key(&j, "@feature_id");
        json_put_raw(&j, buf_str(&raw));
    }
    if (json_kind(geometry) == JSON_NULL)
        return worker_row_end(w, &j, NULL, NULL, err);
    bool ok = shape_of_json(w, geometry, &shape);
    return worker_row_end(w, &j, ok ? &shape : NULL, ok ? NULL : "geometry: it is not a point, line or polygon that can be read", err);
}

static bool read_crs(struct worker *w, struct str text, struct err *err)
{
    AUTO(json_doc) doc = {0};
    if (!json_read(&doc, text, &JSON_BODY, err))
        return false;
    struct str type = json_string(json_get(doc.root, S("type")));
    struct str name = json_string(json_get(json_get(doc.root, S("properties")), S("name")));
    if (str_eq(type, S("link")) || str_eq(type, S("url")))
        return err_set(err, ERR_INVALID, "its crs is a link to another place; only a name such as EPSG:2154 is read");
    size_t epsg = str_find(name, S("EPSG"));
    if (epsg == SIZE_MAX)
        return true; /* OGC:CRS84, or none */
    uint64_t code = 0;
    size_t digits = name.len;
    while (digits > epsg && name.at[digits - 1] >= '0' && name.at[digits - 1] <= '9')
        digits--;
    OGRSpatialReferenceH from = OSRNewSpatialReference(NULL);
    bool ok = str_u64(str_slice(name, digits, name.len), &code) && code < 100000 && OSRImportFromEPSG(from, (int)code) == OGRERR_NONE;
    ok = ok ? worker_project_from(w, from, err) : err_set(err, ERR_INVALID, "its crs %.*s is not known", STR_ARG(str_slice(name, 0, 60)));
    OSRDestroySpatialReference(from);
    return ok;
}

static bool read_features(struct worker *w, struct str list, struct err *err)
{
    struct json_walk items = json_walk_begin(list);
    uint64_t number = 0;
    while (json_walk_next(&items))
        if (!put_feature(w, items.value, ++number, err))
            return false;
    return !items.broken || err_set(err, ERR_INVALID, "the file is broken after feature %llu", (unsigned long long)number);
}

/* Places of the nodes that ways of an Overpass answer refer to: sorted by id, searched by halves. */
struct node {
    int64_t id;
    struct xy at;
};
static int by_id(const void *a, const void *b)
{
    const struct node *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool mean_of(struct xy sum, size_t n, struct xy *out)
{
    *out = (struct xy){sum.x / (double)MAX(n, 1), sum.y / (double)MAX(n, 1)};
    return n > 0;
}

static bool place_of_element(const struct json *e, const struct node *nodes, size_t n_nodes, struct xy *out)
{
    const struct json *at = json_get(e, S("lat")) ? e : json_get(e, S("center"));
    const struct json *bounds = json_get(e, S("bounds")), *list = json_get(e, S("geometry"));
    struct xy sum = {0};
    size_t n = 0;
    if (json_kind(json_get(at, S("lat"))) == JSON_NUMBER && json_kind(json_get(at, S("lon"))) == JSON_NUMBER) {
        *out = (struct xy){json_number(json_get(at, S("lon"))), json_number(json_get(at, S("lat")))};
        return true;
    }
    for (size_t i = 0; i < json_size(list); i++, n++) {
        sum.x += json_number(json_get(json_at(list, i), S("lon")));
        sum.y += json_number(json_get(json_at(list, i), S("lat")));
    }
    if (mean_of(sum, n, out))
        return true;
    list = json_get(e, S("nodes"));
    for (size_t i = 0; i < json_size(list); i++) {
        struct node key = {.id = json_integer(json_at(list, i))};
        const struct node *found = n_nodes ? bsearch(&key, nodes, n_nodes, sizeof key, by_id) : NULL;
        if (!found)
            continue;
        sum.x += found->at.x;
        sum.y += found->at.y;
        n++;
    }
    if (mean_of(sum, n, out))
        return true;
    *out = (struct xy){(json_number(json_get(bounds, S("minlon"))) + json_number(json_get(bounds, S("maxlon")))) / 2,
        (json_number(json_get(bounds, S("minlat"))) + json_number(json_get(bounds, S("maxlat")))) / 2};
    return json_kind(bounds) == JSON_OBJECT;
}

static bool put_element(struct worker *w, const struct json *e, uint64_t number, const struct node *nodes, size_t n_nodes, struct err *err)
{
    uint32_t end = 1;
    struct xy at;
    struct shape shape = {.kind = SHAPE_POINTS, .n_parts = 1, .n = 1, .end = &end, .at = &at};
    struct json_writer j = worker_row_begin(w, number, S(""));
    static const char *const KEYS[] = {"type", "id", "version", "timestamp"}, *const NAMES[] = {"@type", "@id", "@version", "@timestamp"};
    for (size_t i = 0; i < COUNT(KEYS); i++) {
        const struct json *v = json_get(e, str_of(KEYS[i]));
        AUTO(buf) raw = {0};
        if (json_kind(v) != JSON_STRING && json_kind(v) != JSON_NUMBER)
            continue;
        json_write(&raw, v);
        json_key(&j, NAMES[i]);
        json_put_raw(&j, buf_str(&raw));
    }
    put_members(&j, json_get(e, S("tags")));
    bool placed = place_of_element(e, nodes, n_nodes, &at);
    return worker_row_end(w, &j, placed ? &shape : NULL, NULL, err);
}

static bool collect_nodes(struct str list, struct buf *nodes, struct err *err)
{
    struct json_walk items = json_walk_begin(list);
    while (json_walk_next(&items)) {
        AUTO(json_doc) doc = {0};
        if (!json_read(&doc, items.value, &ITEM_LIMITS, err))
            return false;
        const struct json *id = json_get(doc.root, S("id")), *lat = json_get(doc.root, S("lat")), *lon = json_get(doc.root, S("lon"));
        struct node n = {json_integer(id), {json_number(lon), json_number(lat)}};
        if (json_is_integer(id) && json_kind(lat) == JSON_NUMBER && str_eq(json_string(json_get(doc.root, S("type"))), S("node")))
            buf_put(nodes, &n, sizeof n);
    }
    return true;
}

static bool read_overpass(struct worker *w, struct str list, struct err *err)
{
    AUTO(buf) nodes = {0};
    if (!collect_nodes(list, &nodes, err))
        return false;
    size_t n_nodes = nodes.len / sizeof(struct node);
    if (n_nodes)
        qsort(nodes.at, n_nodes, sizeof(struct node), by_id);
    struct json_walk items = json_walk_begin(list);
    uint64_t number = 0;
    while (json_walk_next(&items)) {
        AUTO(json_doc) doc = {0};
        number++;
        if (!json_read(&doc, items.value, &ITEM_LIMITS, err))
            return err_under(err, "element %llu", (unsigned long long)number);
        if (!json_size(json_get(doc.root, S("tags"))))
            continue; /* a point of a way */
        if (!put_element(w, doc.root, number, (const struct node *)(const void *)nodes.at, n_nodes, err))
            return false;
    }
    return !items.broken || err_set(err, ERR_INVALID, "the file is broken after element %llu", (unsigned long long)number);
}

static bool read_lines(struct worker *w, struct str text, struct err *err)
{
    uint64_t number = 0;
    struct str value, rest = text;
    worker_put_format(w, "geojson");
    while ((rest = str_trim(rest)).len) {
        size_t end = 0;
        number++;
        if (!json_stream_value(rest, &end, &value)) /* half a line: the rest is lost */
            return err_set(err, ERR_INVALID, "the file is broken at line %llu", (unsigned long long)number);
        if (!put_feature(w, value, number, err))
            return false;
        rest = str_slice(rest, end, rest.len);
    }
    return true;
}

bool worker_read_json(struct worker *w, struct str text, struct err *err)
{
    size_t at = 0;
    struct str whole = {0}, type = {0}, features = {0}, elements = {0}, crs = {0}, dated = {0};
    text = str_trim(text);
    if (!json_stream_value(text, &at, &whole))
        return err_set(err, ERR_INVALID, "this JSON ends too early; it is cut off");
    struct json_walk members = json_walk_begin(whole);
    if (!members.is_object)
        return err_set(err, ERR_INVALID, "this JSON is a list; GeoJSON (a FeatureCollection) or an Overpass answer is read");
    while (json_walk_next(&members)) {
        if (str_eq(members.key, S("type")))
            type = str_slice(members.value, 1, members.value.len ? members.value.len - 1 : 0);
        else if (str_eq(members.key, S("features")))
            features = members.value;
        else if (str_eq(members.key, S("elements")))
            elements = members.value;
        else if (str_eq(members.key, S("crs")))
            crs = members.value;
        else if (str_eq(members.key, S("osm3s")))
            dated = members.value;
        else if (str_eq(members.key, S("remark")) && str_has(members.value, S("error")))
            return err_set(err, ERR_INVALID, "Overpass did not finish: %.*s; ask it again", STR_ARG(str_slice(members.value, 0, 200)));
    }
    if (members.broken)
        return err_set(err, ERR_INVALID, "this JSON is broken: it is not a whole object");
    if (crs.len && !str_eq(crs, S("null")) && !read_crs(w, crs, err))
        return false;
    if (!(crs.len && !str_eq(crs, S("null"))) && w->srs && !worker_project_from(w, NULL, err))
        return false;
    if (elements.len) {
        (void)dated;
        worker_put_format(w, "overpass");
        return read_overpass(w, elements, err);
    }
    if (str_trim(str_slice(text, at, text.len)).len)
        return read_lines(w, text, err);
    if (features.len && features.at[0] == '[') {
        worker_put_format(w, "geojson");
        return read_features(w, features, err);
    }
    if (str_eq(type, S("Topology")))
        return err_set(err, ERR_INVALID, "this is TopoJSON; save it as GeoJSON");
    if (!type.len || str_eq(type, S("FeatureCollection")))
        return err_set(err, ERR_INVALID, "this JSON is neither GeoJSON nor an Overpass answer");
    worker_put_format(w, "geojson");
    return put_feature(w, whole, 1, err);
}
