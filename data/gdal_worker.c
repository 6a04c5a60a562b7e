/*
 * The import child: shuts itself in, looks at what the file is, reads it with one reader and writes rows (gdal_row.h) to
 * file descriptor 3. JSON and tables are read by our own code, the rest by the one GDAL driver its content calls for. The
 * file is seen under a name of ours in the scratch folder (a symbolic link), never under the stranger's.
 */
#include <errno.h>
#include <fcntl.h>
#include <gdal.h>
#include <cpl_conv.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#undef MIN /* of cpl_port.h */
#undef MAX

#include "data/base/embed.h"
#include "data/base/limits.h"
#include "data/columns.h"
#include "data/csv.h"
#include "data/file_day.h"
#include "data/gdal_row.h"
#include "data/geo/wkb.h"
#include "data/json_stream.h"
#include "data/sandbox.h"
#include "data/sniff.h"

EMBED(osm_config, "data/starter/osmconf.ini")

enum { ROWS_FD = 3, FLUSH_BYTES = 256 << 10, SNIFF_BYTES = 64 << 10, VERTICES_MAX = 2000000 };

struct worker {
    const char *path, *scratch, *layer, *srs, *x_column, *y_column;
    uint64_t memory_bytes, rows_max;
    int seconds;
    bool upload;      /* a limit of rows was given: the file is a stranger's */
    struct buf out;
    uint64_t rows;
    struct arena arena; /* of one row */
    OGRCoordinateTransformationH project; /* to lon,lat; NULL: it is */
    int32_t day;                          /* that the file says it describes; 0: it does not */
    bool day_guessed;                     /* it is the day of the newest edit */
    char last_gdal_error[300];
};

/* ---- writing ---- */

static bool flush(struct worker *w, struct err *err)
{
    for (size_t at = 0; at < w->out.len;) {
        ssize_t n = write(ROWS_FD, w->out.at + at, w->out.len - at);
        if (n < 0 && errno != EINTR)
            return err_errno(err, "writing rows");
        at += n > 0 ? (size_t)n : 0;
    }
    buf_clear(&w->out);
    return true;
}

static void put_format(struct worker *w, const char *format)
{
    buf_fmt(&w->out, "{\"format\":\"%s\",\"day\":%d,\"guessed\":%s}\n", format, w->day, w->day_guessed ? "true" : "false");
}

static struct json_writer row_begin(struct worker *w, uint64_t number, struct str layer)
{
    struct json_writer j = {.out = &w->out};
    json_open(&j, '{');
    json_key(&j, "n");
    json_put_int(&j, (int64_t)number);
    json_key(&j, "l");
    json_put_str(&j, layer);
    json_key(&j, "f");
    json_open(&j, '{');
    return j;
}

static void put_key(struct json_writer *j, struct str key)
{
    AUTO(buf) terminated = {0};
    buf_add(&terminated, key);
    json_key(j, terminated.at ? terminated.at : "");
}

/* Text of any origin: what is not UTF-8 is taken for Windows-1252. */
static void put_text(struct json_writer *j, struct str s)
{
    AUTO(buf) space = {0};
    json_put_str(j, str_is_utf8(s) ? s : csv_text(s, CSV_WINDOWS_1252, &space));
}

static void put_shape(struct json_writer *j, const struct shape *s)
{
    if (s->kind == SHAPE_POINTS && s->n == 1) {
        json_key(j, "p");
        json_open(j, '[');
        json_put_number(j, s->at[0].x);
        json_put_number(j, s->at[0].y);
        json_close(j, ']');
        return;
    }
    json_key(j, "g");
    json_open(j, '[');
    json_put_int(j, s->kind);
    json_open(j, '[');
    for (uint32_t i = 0; i < s->n_parts; i++)
        json_put_int(j, s->end[i]);
    json_close(j, ']');
    json_open(j, '[');
    for (uint32_t i = 0; i < s->n; i++) {
        json_put_number(j, s->at[i].x);
        json_put_number(j, s->at[i].y);
    }
    json_close(j, ']');
    json_close(j, ']');
}

/* Ends a row with what is known of its place: a shape, nothing (NULL), or why it could not be read. */
static bool row_end(struct worker *w, struct json_writer *j, const struct shape *shape, const char *refused, struct err *err)
{
    uint32_t most = w->upload ? IMPORT_VERTICES_MAX : VERTICES_MAX;
    json_close(j, '}');
    if (shape && shape->n > most) {
        refused = "its geometry has too many points";
        shape = NULL;
    }
    if (shape && shape->n)
        put_shape(j, shape);
    if (refused) {
        json_key(j, "r");
        json_put_cstr(j, refused);
    }
    json_close(j, '}');
    buf_char(&w->out, '\n');
    arena_reset(&w->arena);
    w->rows++;
    if (w->rows_max && w->rows > w->rows_max)
        return err_set(err, ERR_TOO_BIG, "it has more than %llu rows; the command line takes files of any length",
            (unsigned long long)w->rows_max);
    return w->out.len < FLUSH_BYTES || flush(w, err);
}

/* ---- projections ---- */

static void stop_projecting(struct worker *w)
{
    OCTDestroyCoordinateTransformation(w->project);
    w->project = NULL;
}

/* From a system (NULL: as given by --srs, else lon,lat) to lon,lat. */
static bool project_from(struct worker *w, OGRSpatialReferenceH from, struct err *err)
{
    OGRSpatialReferenceH own = NULL, to = OSRNewSpatialReference(NULL);
    stop_projecting(w);
    bool ok = true;
    if (!from && w->srs) {
        uint64_t code = 0;
        struct str name = str_of(w->srs);
        own = from = OSRNewSpatialReference(NULL);
        if (!str_u64(str_starts(name, S("EPSG:")) ? str_slice(name, 5, name.len) : name, &code) || code > 99999 ||
            OSRImportFromEPSG(own, (int)code) != OGRERR_NONE)
            ok = err_set(err, ERR_INVALID, "projection %s is not known; write it as EPSG:2154", w->srs);
    }
    if (ok && from) {
        OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
        OSRImportFromEPSG(to, 4326);
        OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
        if (!OSRIsSame(from, to))
            w->project = OCTNewCoordinateTransformation(from, to);
        if (!OSRIsSame(from, to) && !w->project)
            ok = err_set(err, ERR_INVALID, "its projection cannot be turned into longitude and latitude");
    }
    if (own)
        OSRDestroySpatialReference(own);
    OSRDestroySpatialReference(to);
    return ok;
}

static bool project_shape(struct worker *w, struct shape *s)
{
    for (uint32_t i = 0; w->project && i < s->n; i++)
        if (!OCTTransform(w->project, 1, &s->at[i].x, &s->at[i].y, NULL))
            return false;
    return true;
}

/* ---- our own JSON: GeoJSON (RFC 7946), newline-delimited GeoJSON (RFC 8142), Overpass ---- */

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
    if (g.bad || !g.s.n || !project_shape(w, &g.s))
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
        put_key(j, e.key);
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
    struct json_writer j = row_begin(w, number, S(""));
    if (!json_read(&doc, text, &ITEM_LIMITS, &why))
        return row_end(w, &j, NULL, why.text, err);
    const struct json *root = doc.root;
    if (json_kind(root) != JSON_OBJECT)
        return row_end(w, &j, NULL, "it is not a feature", err);
    bool feature = str_eq(json_string(json_get(root, S("type"))), S("Feature"));
    const struct json *geometry = feature ? json_get(root, S("geometry")) : root, *id = json_get(root, S("id"));
    if (w->upload && json_size(json_get(root, S("properties"))) > IMPORT_PROPERTIES_MAX)
        return row_end(w, &j, NULL, "it has more properties than a row may have", err);
    put_members(&j, feature ? json_get(root, S("properties")) : NULL);
    if (feature && (json_kind(id) == JSON_STRING || json_kind(id) == JSON_NUMBER)) {
        AUTO(buf) raw = {0};
        json_write(&raw, id);
        json_key(&j, "@feature_id");
        json_put_raw(&j, buf_str(&raw));
    }
    if (json_kind(geometry) == JSON_NULL)
        return row_end(w, &j, NULL, NULL, err);
    bool ok = shape_of_json(w, geometry, &shape);
    return row_end(w, &j, ok ? &shape : NULL, ok ? NULL : "geometry: it is not a point, line or polygon that can be read", err);
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
    ok = ok ? project_from(w, from, err) : err_set(err, ERR_INVALID, "its crs %.*s is not known", STR_ARG(str_slice(name, 0, 60)));
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
    struct json_writer j = row_begin(w, number, S(""));
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
    return row_end(w, &j, placed ? &shape : NULL, NULL, err);
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
    put_format(w, "geojson");
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

static bool read_json(struct worker *w, struct str text, struct err *err)
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
    if (!(crs.len && !str_eq(crs, S("null"))) && w->srs && !project_from(w, NULL, err))
        return false;
    if (elements.len) {
        (void)dated;
        put_format(w, "overpass");
        return read_overpass(w, elements, err);
    }
    if (str_trim(str_slice(text, at, text.len)).len)
        return read_lines(w, text, err);
    if (features.len && features.at[0] == '[') {
        put_format(w, "geojson");
        return read_features(w, features, err);
    }
    if (str_eq(type, S("Topology")))
        return err_set(err, ERR_INVALID, "this is TopoJSON; save it as GeoJSON");
    if (!type.len || str_eq(type, S("FeatureCollection")))
        return err_set(err, ERR_INVALID, "this JSON is neither GeoJSON nor an Overpass answer");
    put_format(w, "geojson");
    return put_feature(w, whole, 1, err);
}

/* ---- our own tables ---- */

static size_t find_column(const struct str *names, size_t n, const char *wanted)
{
    for (size_t i = 0; wanted && i < n; i++)
        if (str_eq(names[i], str_of(wanted)))
            return i;
    return SIZE_MAX;
}

static bool comma_number(struct str s, double *out)
{
    char text[40];
    size_t n = MIN(s.len, sizeof text);
    memcpy(text, s.at, n);
    for (size_t i = 0; i < n; i++)
        if (text[i] == ',')
            text[i] = '.';
    return s.len <= sizeof text && str_double(str_from(text, n), out);
}

/* Coordinates of a table in a projection that was named: turned here, where PROJ is. */
static bool table_point(struct worker *w, struct str x, struct str y, struct xy *out)
{
    return comma_number(x, &out->x) && comma_number(y, &out->y) && OCTTransform(w->project, 1, &out->x, &out->y, NULL);
}

static bool read_table(struct worker *w, struct str raw, struct err *err)
{
    AUTO(buf) space = {0};
    AUTO(buf) kept = {0};
    struct csv_form form;
    struct str names[CSV_COLUMNS_MAX];
    AUTO(csv) c = {0};
    if (!csv_sniff(str_slice(raw, 0, SNIFF_BYTES), true, &form))
        return err_set(err, ERR_INVALID, "this is not a table");
    struct str text = csv_text(raw, form.encoding, &space);
    put_format(w, "csv");
    csv_begin(&c, text, form.separator);
    if (!csv_next(&c))
        return true;
    if (c.too_wide || (w->upload && c.n > IMPORT_PROPERTIES_MAX))
        return err_set(err, ERR_TOO_BIG, "it has more than %d columns", w->upload ? IMPORT_PROPERTIES_MAX : CSV_COLUMNS_MAX);
    size_t n = c.n;
    for (size_t i = 0; i < n; i++)
        buf_add(&kept, c.field[i]);
    for (size_t i = 0, at = 0; i < n; at += c.field[i++].len)
        names[i] = str_from(kept.at + at, c.field[i].len);
    size_t x = find_column(names, n, w->x_column), y = find_column(names, n, w->y_column);
    bool turned = w->srs && x != SIZE_MAX && y != SIZE_MAX;
    if (turned && !project_from(w, NULL, err))
        return false;
    while (csv_next(&c)) {
        struct json_writer j = row_begin(w, c.line, S(""));
        uint32_t end = 1;
        struct xy at;
        struct shape shape = {.kind = SHAPE_POINTS, .n_parts = 1, .n = 1, .end = &end, .at = &at};
        for (size_t i = 0; i < MIN(n, c.n); i++) {
            put_key(&j, names[i]);
            put_text(&j, c.field[i]);
        }
        const char *refused = c.open_quote ? "a quotation mark is opened and never closed" : NULL;
        for (size_t i = n; i < c.n && !refused; i++)
            if (c.field[i].len)
                refused = "it has more fields than the header has columns";
        bool placed = !refused && turned && w->project && x < c.n && y < c.n && table_point(w, c.field[x], c.field[y], &at);
        if (turned && w->project && !placed && !refused)
            refused = "its coordinates cannot be read in that projection";
        if (!row_end(w, &j, placed ? &shape : NULL, refused, err))
            return false;
    }
    return true;
}

/* ---- GDAL ---- */

static struct worker *talking; /* GDAL's error callback has no other way to us */

static void CPL_STDCALL keep_error(CPLErr class, CPLErrorNum number, const char *text)
{
    (void)number;
    if (class >= CE_Failure && talking)
        snprintf(talking->last_gdal_error, sizeof talking->last_gdal_error, "%s", text);
}

static void put_ogr_field(struct json_writer *j, OGRFeatureH f, OGRFieldDefnH defn, int i)
{
    int y, m, d, hour, minute, zone;
    float second;
    AUTO(buf) text = {0};
    switch (OGR_Fld_GetType(defn)) {
    case OFTInteger:
    case OFTInteger64:
        if (OGR_Fld_GetSubType(defn) == OFSTBoolean)
            json_put_bool(j, OGR_F_GetFieldAsInteger(f, i));
        else
            json_put_int(j, OGR_F_GetFieldAsInteger64(f, i));
        return;
    case OFTReal:
        json_put_number(j, OGR_F_GetFieldAsDouble(f, i));
        return;
    case OFTDate:
    case OFTDateTime:
        if (OGR_F_GetFieldAsDateTimeEx(f, i, &y, &m, &d, &hour, &minute, &second, &zone)) {
            buf_fmt(&text, "%04d-%02d-%02d", y, m, d);
            json_put_str(j, buf_str(&text));
            return;
        }
        json_put_null(j);
        return;
    case OFTBinary:
        json_put_null(j);
        return;
    default:
        put_text(j, str_of(OGR_F_GetFieldAsString(f, i)));
    }
}

static bool shape_of_ogr(struct worker *w, OGRGeometryH g, struct shape *out, const char **why)
{
    struct err err = {0};
    AUTO(buf) bytes = {0};
    OGRGeometryH flat = OGR_G_ForceTo(OGR_G_Clone(g), OGR_GT_GetLinear(OGR_GT_Flatten(OGR_G_GetGeometryType(g))), NULL);
    if (!flat)
        return *why = "geometry: it cannot be read", false;
    size_t size = (size_t)OGR_G_WkbSize(flat);
    bool ok = size < (64u << 20) && OGR_G_ExportToWkb(flat, wkbNDR, (unsigned char *)buf_room(&bytes, size)) == OGRERR_NONE;
    bytes.len = ok ? size : 0;
    OGR_G_DestroyGeometry(flat);
    if (!ok || !wkb_read(buf_str(&bytes), &w->arena, out, &err))
        return *why = "geometry: it is not a point, line or polygon that can be read", false;
    if (!project_shape(w, out))
        return *why = "geometry: it lies outside what its projection can express", false;
    return true;
}

static bool put_ogr_feature(struct worker *w, OGRFeatureH f, uint64_t number, struct str layer, struct err *err)
{
    struct json_writer j = row_begin(w, number, layer);
    OGRFeatureDefnH defn = OGR_F_GetDefnRef(f);
    for (int i = 0; i < OGR_FD_GetFieldCount(defn); i++) {
        if (!OGR_F_IsFieldSetAndNotNull(f, i))
            continue;
        OGRFieldDefnH field = OGR_FD_GetFieldDefn(defn, i);
        put_key(&j, str_of(OGR_Fld_GetNameRef(field)));
        put_ogr_field(&j, f, field, i);
    }
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    struct shape shape = {0};
    const char *why = NULL;
    bool placed = g && !OGR_G_IsEmpty(g) && shape_of_ogr(w, g, &shape, &why);
    return row_end(w, &j, placed ? &shape : NULL, why, err);
}

static bool read_layer(struct worker *w, OGRLayerH layer, struct err *err)
{
    struct str name = str_of(OGR_L_GetName(layer));
    OGRFeatureH f;
    uint64_t number = 0;
    int fields = OGR_FD_GetFieldCount(OGR_L_GetLayerDefn(layer));
    if (w->upload && fields > IMPORT_PROPERTIES_MAX)
        return err_set(err, ERR_TOO_BIG, "layer %.*s has %d columns, more than %d", STR_ARG(str_slice(name, 0, 60)), fields, IMPORT_PROPERTIES_MAX);
    if (!project_from(w, OGR_L_GetSpatialRef(layer), err))
        return false;
    OGR_L_ResetReading(layer);
    while ((f = OGR_L_GetNextFeature(layer))) {
        bool ok = put_ogr_feature(w, f, ++number, name, err);
        OGR_F_Destroy(f);
        if (!ok)
            return false;
    }
    return true;
}

static bool layer_has_place(OGRLayerH layer)
{
    struct str names[CSV_COLUMNS_MAX];
    OGRFeatureDefnH defn = OGR_L_GetLayerDefn(layer);
    size_t n = (size_t)MIN(OGR_FD_GetFieldCount(defn), CSV_COLUMNS_MAX);
    for (size_t i = 0; i < n; i++)
        names[i] = str_of(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(defn, (int)i)));
    return columns_hold_position(names, n);
}

/* Of a workbook: the sheet that was named, or the only one that has positions. */
static bool read_workbook(struct worker *w, GDALDatasetH data, struct err *err)
{
    AUTO(buf) names = {0};
    OGRLayerH chosen = NULL;
    int placed = 0, n = GDALDatasetGetLayerCount(data);
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(data, i);
        bool has = layer_has_place(layer);
        buf_fmt(&names, "%s%s", i ? ", " : "", OGR_L_GetName(layer));
        placed += has;
        if (has || n == 1)
            chosen = layer;
    }
    if (placed > 1)
        return err_set(err, ERR_INVALID, "several sheets hold positions (%s); name one: --mapping with {\"layer\": \"…\"}", names.at);
    if (!chosen)
        return err_set(err, ERR_INVALID, "no sheet has columns with positions (%s); name sheet and columns with --mapping", names.at ? names.at : "none");
    return read_layer(w, chosen, err);
}

/* OSM gives nodes before ways before relations, so its layers are read together. */
static bool read_osm(struct worker *w, GDALDatasetH data, struct err *err)
{
    OGRLayerH layer;
    OGRFeatureH f;
    for (int i = 0; i < GDALDatasetGetLayerCount(data); i++)
        OGR_L_SetAttributeFilter(GDALDatasetGetLayer(data, i), "man_made = 'surveillance' OR \"disused:man_made\" = 'surveillance' OR "
            "\"removed:man_made\" = 'surveillance' OR \"razed:man_made\" = 'surveillance' OR \"was:man_made\" = 'surveillance'");
    while ((f = GDALDatasetGetNextFeature(data, &layer, NULL, NULL, NULL))) {
        bool ok = put_ogr_feature(w, f, w->rows + 1, str_of(OGR_L_GetName(layer)), err);
        OGR_F_Destroy(f);
        if (!ok)
            return false;
    }
    return true;
}

struct reader {
    const char *format, *driver;
};

static void keep_only(const char *driver)
{
    if (GDALGetDriverCount())
        return; /* a second Shapefile of one archive */
    GDALAllRegister();
    for (int i = GDALGetDriverCount(); i-- > 0;) {
        GDALDriverH d = GDALGetDriver(i);
        if (strcmp(GDALGetDescription(d), driver) != 0)
            GDALDeregisterDriver(d);
    }
}

static bool read_ogr(struct worker *w, const char *path, struct reader r, struct err *err)
{
    const char *const drivers[] = {r.driver, NULL};
    keep_only(r.driver);
    put_format(w, r.format);
    GDALDatasetH data = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, NULL, NULL);
    if (!data)
        return err_set(err, ERR_INVALID, "it looks like %s but cannot be read as such: %s", r.format,
            *w->last_gdal_error && !strstr(w->last_gdal_error, w->scratch) ? w->last_gdal_error : "it is damaged");
    bool ok = true;
    bool book = strcmp(r.format, "ods") == 0 || strcmp(r.format, "xlsx") == 0;
    if (w->layer) {
        OGRLayerH layer = GDALDatasetGetLayerByName(data, w->layer);
        ok = layer ? read_layer(w, layer, err) : err_set(err, ERR_INVALID, "there is no layer %s in it", w->layer);
    } else if (book)
        ok = read_workbook(w, data, err);
    else if (strcmp(r.driver, "OSM") == 0)
        ok = read_osm(w, data, err);
    else
        for (int i = 0; ok && i < GDALDatasetGetLayerCount(data); i++) {
            OGRLayerH layer = GDALDatasetGetLayer(data, i);
            /* Tracks and routes tell where a person went. */
            if (strcmp(r.driver, "GPX") != 0 || strcmp(OGR_L_GetName(layer), "waypoints") == 0)
                ok = read_layer(w, layer, err);
        }
    if (ok && *w->last_gdal_error && (strstr(w->last_gdal_error, "parsing") || strstr(w->last_gdal_error, "orrupt") || strstr(w->last_gdal_error, "Cannot read")))
        ok = err_set(err, ERR_INVALID, "it breaks off in the middle: %s", w->last_gdal_error);
    GDALClose(data);
    stop_projecting(w);
    return ok;
}

/* ---- GeoPackage: looked at by plain SQLite before GDAL may open it ---- */

/* What the standard itself defines as views or triggers has names that begin so (OGC 12-128r18, annex D and F). */
static bool schema_is_standard(const char *type, const char *name, const char *sql)
{
    if (strcmp(type, "view") == 0)
        return false;
    if (sql && strncasecmp(sql, "CREATE VIRTUAL", 14) == 0)
        return strcasestr(sql, "USING rtree") != NULL;
    if (strcmp(type, "trigger") == 0)
        return strncmp(name, "rtree_", 6) == 0 || strncmp(name, "gpkg_", 5) == 0 || strncmp(name, "trigger_insert_feature_count_", 29) == 0 ||
            strncmp(name, "trigger_delete_feature_count_", 29) == 0 || strncmp(name, "fid_", 4) == 0;
    return true;
}

static bool check_schema(sqlite3 *db, struct err *err)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(db, "SELECT type, name, sql FROM sqlite_master", -1, &q, NULL) == SQLITE_OK;
    if (!ok)
        err_set(err, ERR_INVALID, "this GeoPackage is damaged");
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        const char *type = (const char *)sqlite3_column_text(q, 0), *name = (const char *)sqlite3_column_text(q, 1);
        if (!type || !name || !schema_is_standard(type, name, (const char *)sqlite3_column_text(q, 2)))
            ok = err_set(err, ERR_INVALID, "this GeoPackage holds a %s that is not of the standard (%s); save its layers as a new file",
                type ? type : "thing", name ? name : "");
    }
    sqlite3_finalize(q);
    return ok;
}

static bool check_geopackage(const char *path, struct str head, struct err *err)
{
    char uri[600];
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    struct str id = str_slice(head, 68, 72);
    if (!str_eq(id, S("GPKG")) && !str_eq(id, S("GP10")) && !str_eq(id, S("GP11")))
        return err_set(err, ERR_INVALID, "this SQLite file is not a GeoPackage");
    snprintf(uri, sizeof uri, "file:%s?mode=ro&immutable=1", path);
    bool ok = sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_exec(db, "PRAGMA cell_size_check=ON", NULL, NULL, NULL);
        ok = check_schema(db, err);
    } else {
        err_set(err, ERR_INVALID, "this GeoPackage is damaged");
    }
    if (ok) {
        ok = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW &&
            strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
        sqlite3_finalize(q);
        if (!ok)
            err_set(err, ERR_INVALID, "this GeoPackage is damaged");
    }
    sqlite3_close(db);
    return ok;
}

/* ---- from what it is to who reads it ---- */

enum { KMZ_MAX_BYTES = 64 << 20 };
static bool read_file(struct worker *w, const char *real, int unpacked, struct err *err);

struct mapped {
    struct str text;
};
static void mapped_done(struct mapped *m)
{
    if (m->text.len)
        munmap((void *)(uintptr_t)m->text.at, m->text.len);
}

static bool map_file(const char *path, struct mapped *out, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return err_errno(err, "it cannot be opened");
    }
    void *at = st.st_size ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (!st.st_size)
        return err_set(err, ERR_INVALID, "it is empty");
    if (at == MAP_FAILED)
        return err_errno(err, "it cannot be read");
    out->text = str_from(at, (size_t)st.st_size);
    return true;
}

static bool alias(struct worker *w, const char *target, const char *extension, char path[512], struct err *err)
{
    snprintf(path, 512, "%s/in.%s", w->scratch, extension);
    unlink(path);
    return symlink(target, path) == 0 || err_errno(err, "scratch folder");
}

static bool gunzip_to(const char *from, const char *to, struct err *err)
{
    gzFile in = gzopen(from, "rbe");
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = in && out >= 0;
    if (!ok)
        err_errno(err, "unpacking");
    AUTO(buf) block = {0};
    int n = 0;
    while (ok && (n = gzread(in, buf_room(&block, FLUSH_BYTES), FLUSH_BYTES)) > 0)
        if (write(out, block.at, (size_t)n) != n)
            ok = err_set(err, ERR_TOO_BIG, "it unpacks to more than there is room for");
    int code = 0;
    if (in && ok && (n < 0 || (gzerror(in, &code), code < 0)))
        ok = err_set(err, ERR_INVALID, "this gzip file is damaged or cut off");
    if (in)
        gzclose(in);
    if (out >= 0)
        close(out);
    return ok;
}

static bool name_has(struct str name, const char *suffix)
{
    struct str s = str_of(suffix);
    return name.len >= s.len && str_eq_nocase(str_slice(name, name.len - s.len, name.len), s);
}

/* The KML in a KMZ, unpacked beside; what else is in it (pictures) is left. */
static bool read_kmz(struct worker *w, const char *real, const struct zip_entry *kml, int unpacked, struct err *err)
{
    char link[512], inner[1200], plain[512], block[16384];
    if (unpacked)
        return err_set(err, ERR_INVALID, "it is packed twice");
    if (kml->unpacked > KMZ_MAX_BYTES || str_has(kml->name, S("..")) || kml->name.len > 500)
        return err_set(err, ERR_TOO_BIG, "the KML in this KMZ has more than %u MB, or a name that leads elsewhere", KMZ_MAX_BYTES >> 20);
    if (!alias(w, real, "zip", link, err))
        return false;
    snprintf(inner, sizeof inner, "/vsizip/{%s}/%.*s", link, STR_ARG(kml->name));
    snprintf(plain, sizeof plain, "%s/plain.kml", w->scratch);
    VSILFILE *in = VSIFOpenL(inner, "rb");
    int out = open(plain, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = in && out >= 0;
    size_t n, all = 0;
    while (ok && (n = VSIFReadL(block, 1, sizeof block, in)) > 0)
        ok = (all += n) <= KMZ_MAX_BYTES && write(out, block, n) == (ssize_t)n;
    if (in)
        VSIFCloseL(in);
    if (out >= 0)
        close(out);
    return ok && all ? read_file(w, plain, unpacked + 1, err) : err_set(err, ERR_INVALID, "the KML in this KMZ cannot be unpacked");
}

static bool read_zip(struct worker *w, const char *real, struct str file, int unpacked, struct err *err)
{
    struct zip_list zip = {0};
    char link[512], inner[1200];
    static const uint64_t UPLOAD_MOST = 256u << 20, MOST = 8ull << 30;
    AUTO(arena) lists = {0}; /* that of rows is emptied with each row */
    arena_init(&lists, 1 << 20);
    if (!zip_read(file, &lists, &zip, err) || !zip_is_sane(&zip, w->upload ? UPLOAD_MOST : MOST, err))
        return false;
    const struct zip_entry *shapes = NULL, *kml = NULL;
    size_t n_shapes = 0;
    bool xlsx = false, ods = false;
    for (size_t i = 0; i < zip.n; i++) {
        struct str name = zip.entry[i].name;
        xlsx |= str_eq(name, S("xl/workbook.xml"));
        ods |= str_eq(name, S("content.xml"));
        if (name_has(name, ".kml") && (!kml || str_eq(name, S("doc.kml"))))
            kml = &zip.entry[i];
        if (name_has(name, ".shp") && !str_has(name, S("__MACOSX"))) {
            shapes = &zip.entry[i];
            n_shapes++;
        }
    }
    if (xlsx || ods) {
        if (!alias(w, real, xlsx ? "xlsx" : "ods", link, err))
            return false;
        return read_ogr(w, link, xlsx ? (struct reader){"xlsx", "XLSX"} : (struct reader){"ods", "ODS"}, err);
    }
    if (!shapes && kml)
        return read_kmz(w, real, kml, unpacked, err);
    if (!shapes)
        return err_set(err, ERR_INVALID, "this zip file holds no Shapefile (.shp) and no KML; unpack it and import what is in it");
    if (!alias(w, real, "zip", link, err))
        return false;
    size_t n_read = 0;
    for (size_t i = 0; i < zip.n; i++) {
        struct str name = zip.entry[i].name;
        if (!name_has(name, ".shp") || str_has(name, S("__MACOSX")) || str_has(name, S("..")) || name.len > 500)
            continue;
        snprintf(inner, sizeof inner, "/vsizip/{%s}/%.*s", link, STR_ARG(name));
        n_read++;
        bool ok = read_ogr(w, inner, (struct reader){"shapefile", "ESRI Shapefile"}, err);
        if (!ok)
            return n_shapes > 1 ? err_under(err, "%.*s", STR_ARG(str_slice(zip.entry[i].name, 0, 100))) : false;
    }
    return n_read || err_set(err, ERR_INVALID, "the Shapefile in this zip file has a name that leads elsewhere");
}

static bool read_shapefile(struct worker *w, const char *real, struct err *err)
{
    static const char *const SIDE[] = {"shp", "dbf", "shx", "prj", "cpg"};
    char from[4096], link[512], shp[512];
    size_t stem = strlen(real);
    if (stem < 5 || !name_has(str_of(real), ".shp"))
        return err_set(err, ERR_INVALID, "this is one part of a Shapefile; give it zipped, with its .dbf, .shx and .prj");
    for (size_t i = 0; i < COUNT(SIDE); i++) {
        snprintf(from, sizeof from, "%.*s%s", (int)(stem - 3), real, SIDE[i]);
        if (access(from, R_OK) == 0 && !alias(w, from, SIDE[i], link, err))
            return false;
    }
    if (!alias(w, real, "shp", shp, err))
        return false;
    return read_ogr(w, shp, (struct reader){"shapefile", "ESRI Shapefile"}, err);
}

static bool read_alias(struct worker *w, const char *real, const char *extension, struct reader r, struct err *err)
{
    char link[512];
    return alias(w, real, extension, link, err) && read_ogr(w, link, r, err);
}

static bool read_markup(struct worker *w, const char *real, struct str text, const char *extension, struct reader r, struct err *err)
{
    return sniff_markup_is_plain(text, err) && read_alias(w, real, extension, r, err);
}

static bool read_file(struct worker *w, const char *real, int unpacked, struct err *err)
{
    AUTO(mapped) file = {0};
    if (!map_file(real, &file, err))
        return false;
    struct str head = str_slice(file.text, 0, SNIFF_BYTES), root;
    char plain[512];
    w->day = file_day(file.text);
    switch (sniff(head, str_of(real))) {
    case SNIFF_GZIP:
        if (unpacked)
            return err_set(err, ERR_INVALID, "it is packed twice");
        snprintf(plain, sizeof plain, "%s/plain%s", w->scratch, name_has(str_of(real), ".csv.gz") ? ".csv" : "");
        return gunzip_to(real, plain, err) && read_file(w, plain, unpacked + 1, err);
    case SNIFF_BZIP2:
        return err_set(err, ERR_INVALID, "it is packed with bzip2; unpack it first: bunzip2 --keep FILE");
    case SNIFF_ZIP:
        return read_zip(w, real, file.text, unpacked, err);
    case SNIFF_OSM_PBF:
        return read_alias(w, real, "osm.pbf", (struct reader){"osm", "OSM"}, err);
    case SNIFF_OSM_XML:
        if (!w->day)
            w->day_guessed = (w->day = file_newest_edit(file.text)) > 0;
        return read_markup(w, real, file.text, "osm", (struct reader){"osm", "OSM"}, err);
    case SNIFF_KML:
        return read_markup(w, real, file.text, "kml", (struct reader){"kml", "LIBKML"}, err);
    case SNIFF_GPX:
        return read_markup(w, real, file.text, "gpx", (struct reader){"gpx", "GPX"}, err);
    case SNIFF_XML:
        if (!sniff_markup_is_plain(file.text, err))
            return false;
        root = sniff_root(head);
        return err_set(err, ERR_INVALID, "this is markup (%.*s) that is not read; KML, GPX and OSM are", STR_ARG(str_slice(root, 0, 60)));
    case SNIFF_JSON:
        return read_json(w, file.text, err);
    case SNIFF_SQLITE:
        return check_geopackage(real, head, err) && read_alias(w, real, "gpkg", (struct reader){"gpkg", "GPKG"}, err);
    case SNIFF_SHAPEFILE:
        return read_shapefile(w, real, err);
    case SNIFF_FLATGEOBUF:
        return read_alias(w, real, "fgb", (struct reader){"flatgeobuf", "FlatGeobuf"}, err);
    case SNIFF_TABLE:
        return read_table(w, file.text, err);
    case SNIFF_UNKNOWN:
        break;
    }
    return err_set(err, ERR_INVALID, "what it is cannot be told; read are OSM (.osm.pbf, .osm), Overpass JSON, GeoJSON, CSV, ODS, XLSX, "
        "KML, GPX, GeoPackage, Shapefile and FlatGeobuf");
}

/* ---- the process ---- */

static bool write_osm_config(struct worker *w, struct err *err)
{
    char path[512];
    snprintf(path, sizeof path, "%s/osmconf.ini", w->scratch);
    FILE *f = fopen(path, "we");
    struct str config = osm_config();
    bool ok = f && fwrite(config.at, 1, config.len, f) == config.len;
    if (f)
        ok &= fclose(f) == 0;
    CPLSetConfigOption("OSM_CONFIG_FILE", path);
    return ok || err_errno(err, "scratch folder");
}

static void configure_gdal(struct worker *w)
{
    static const char *const OPTIONS[][2] = {{"GDAL_DRIVER_PATH", "disable"}, {"CPL_VSIL_CURL_ALLOWED_EXTENSIONS", ".none"},
        {"GDAL_NUM_THREADS", "1"}, {"OSM_COMPRESS_NODES", "NO"}, {"GDAL_HTTP_MAX_RETRY", "0"}, {"OGR_SQLITE_PRAGMA", "trusted_schema=OFF"},
        {"OGR_SQLITE_LOAD_EXTENSIONS", NULL}, {"SHAPE_RESTORE_SHX", "NO"}, {"OGR_XLSX_HEADERS", "FORCE"}, {"OGR_ODS_HEADERS", "FORCE"}, {"PROJ_NETWORK", "OFF"}, {"OSM_MAX_TMPFILE_SIZE", "256"}};
    for (size_t i = 0; i < COUNT(OPTIONS); i++)
        CPLSetConfigOption(OPTIONS[i][0], OPTIONS[i][1]);
    CPLSetConfigOption("CPL_TMPDIR", w->scratch);
    talking = w;
    CPLSetErrorHandler(keep_error);
}

static bool enter(const struct worker *w, struct err *err)
{
    char side[4][4096] = {{0}};
    static const char *const SIDE[] = {"dbf", "shx", "prj", "cpg"};
    const char *readable[10] = {"/usr", "/lib", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", w->path};
    size_t n = w->path ? 6 : 5, stem = w->path ? strlen(w->path) : 0;
    for (size_t i = 0; w->path && name_has(str_of(w->path), ".shp") && i < COUNT(SIDE); i++) {
        snprintf(side[i], sizeof side[i], "%.*s%s", (int)(stem - 3), w->path, SIDE[i]);
        readable[n++] = side[i];
    }
    struct sandbox box = {.readable = readable, .n_readable = n, .scratch = w->scratch, .memory_bytes = w->memory_bytes,
        .cpu_seconds = (uint64_t)w->seconds, .file_bytes = w->upload ? 256u << 20 : 0};
    return sandbox_enter(&box, err);
}

static bool read_arguments(struct worker *w, int argc, char **argv)
{
    for (int i = 0; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        uint64_t number = 0;
        str_u64(str_of(value), &number);
        if (strcmp(name, "--path") == 0)
            w->path = value;
        else if (strcmp(name, "--scratch") == 0)
            w->scratch = value;
        else if (strcmp(name, "--layer") == 0)
            w->layer = value;
        else if (strcmp(name, "--srs") == 0)
            w->srs = value;
        else if (strcmp(name, "--x") == 0)
            w->x_column = value;
        else if (strcmp(name, "--y") == 0)
            w->y_column = value;
        else if (strcmp(name, "--memory") == 0)
            w->memory_bytes = number;
        else if (strcmp(name, "--rows") == 0)
            w->rows_max = number;
        else if (strcmp(name, "--seconds") == 0)
            w->seconds = (int)number;
        else
            return false;
    }
    w->upload = w->rows_max > 0;
    return w->scratch != NULL;
}

static void put_error(struct worker *w, const struct err *why)
{
    struct json_writer j = {.out = &w->out};
    struct err ignored;
    json_open(&j, '{');
    json_key(&j, "error");
    put_text(&j, str_of(why->text));
    json_key(&j, "code");
    json_put_int(&j, why->code);
    json_close(&j, '}');
    buf_char(&w->out, '\n');
    flush(w, &ignored);
}

/* What a taken-over child would try, for gdal_sandbox_works: files, processes, and calls that must all be denied by name. */
static bool try_the_walls(struct err *err)
{
    static const long CALLS[] = {SYS_socket, SYS_socketpair, SYS_connect, SYS_bind, SYS_listen, SYS_accept4, SYS_sendto, SYS_execve,
        SYS_execveat, SYS_fork, SYS_vfork, SYS_ptrace, SYS_kill, SYS_tkill, SYS_rt_sigqueueinfo, SYS_process_vm_readv,
        SYS_process_vm_writev, SYS_mount, SYS_umount2, SYS_chroot, SYS_pivot_root, SYS_setuid, SYS_setgid, SYS_capset, SYS_init_module,
        SYS_kexec_load, SYS_bpf, SYS_perf_event_open, SYS_keyctl, SYS_add_key, SYS_request_key, SYS_userfaultfd, SYS_io_uring_setup,
        SYS_memfd_create, SYS_pidfd_open, SYS_setns, SYS_unshare, SYS_reboot, SYS_swapon, SYS_open_by_handle_at, SYS_chmod, SYS_chown,
        SYS_link, SYS_personality, SYS_shmget, SYS_msgget, SYS_inotify_init1, SYS_setrlimit};
    static const char *const CLOSED[] = {"/etc/passwd", "/proc/self/environ", "/root", "/tmp", "/"};
    for (size_t i = 0; i < COUNT(CALLS); i++)
        if (syscall(CALLS[i], 0, 0, 0, 0, 0, 0) != -1 || errno != EPERM)
            return err_set(err, ERR_INTERNAL, "the sandbox lets call %ld through", CALLS[i]);
    for (size_t i = 0; i < COUNT(CLOSED); i++)
        if (open(CLOSED[i], O_RDONLY | O_CLOEXEC) >= 0)
            return err_set(err, ERR_INTERNAL, "the sandbox lets %s be read", CLOSED[i]);
    if (open("/usr/contrechamp-import-worker", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
        return err_set(err, ERR_INTERNAL, "the sandbox lets files be written");
    return true;
}

int gdal_worker_main(int argc, char **argv)
{
    struct worker w = {0};
    struct err err = {0};
    if (!read_arguments(&w, argc, argv)) {
        fprintf(stderr, "contrechamp: import-worker: this is started by import itself\n");
        return 2;
    }
    arena_init(&w.arena, 512u << 20);
    bool ok = enter(&w, &err);
    if (ok && !w.path)
        ok = try_the_walls(&err);
    else if (ok) {
        configure_gdal(&w);
        ok = write_osm_config(&w, &err) && read_file(&w, w.path, 0, &err);
    }
    if (ok) {
        buf_fmt(&w.out, "{\"end\":%llu}\n", (unsigned long long)w.rows);
        ok = flush(&w, &err);
    } else {
        put_error(&w, &err);
    }
    _exit(ok ? 0 : 1); /* no library's farewell: the pipe is what counts */
}
