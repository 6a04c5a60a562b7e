#include "server/api_fields.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/base/json_patch.h"
#include "data/base/limits.h"
#include "data/record/direction.h"

/* ---- the table ---- */
enum { NAME_RUNES = 200, TITLE_RUNES = 120, SUMMARY_RUNES = 600, QUOTE_RUNES = 300, BODY_RUNES = 20000, NOTE_RUNES = 4000, URL_RUNES = 2000 };

#define TEXT(name, most) {name, FIELD_TEXT, USE_RECORD, 0, most, NULL, 0, NULL, 0}
#define URL(name) {name, FIELD_URL, USE_RECORD, 0, URL_RUNES, NULL, 0, NULL, 0}
#define DATE(name) {name, FIELD_DATE, USE_RECORD, 0, 0, NULL, 0, NULL, 0}
#define BOOL(name, use) {name, FIELD_BOOL, use, 0, 0, NULL, 0, NULL, 0}
#define WORD(name, terms) {name, FIELD_WORD, USE_RECORD, 0, 0, terms, COUNT(terms), NULL, 0}
#define WORDS(name, terms) {name, FIELD_WORDS, USE_RECORD, 0, 0, terms, COUNT(terms), NULL, 0}
#define WHOLE(name, use, least, most) {name, FIELD_WHOLE, use, least, most, NULL, 0, NULL, 0}
#define NUMBER(name, use, least, most) {name, FIELD_NUMBER, use, least, most, NULL, 0, NULL, 0}
#define LIST(name, sub, most) {name, FIELD_LIST, USE_RECORD, 0, most, NULL, 0, sub, COUNT(sub)}
#define OF(use, name, kind, most) {name, kind, use, 0, most, NULL, 0, NULL, 0}
#define WORD_OF(use, name, terms) {name, FIELD_WORD, use, 0, 0, terms, COUNT(terms), NULL, 0}

static const double ID_MOST = 9007199254740991.0; /* 2^53 - 1: what every reader of JSON takes as it is */

static const struct term COST_KIND_WORDS[] = {{"purchase", "", "", "", ""}, {"annual", "", "", "", ""}, {"subsidy", "", "", "", ""}, {"study", "", "", "", ""}};
static const struct term VAT_WORDS[] = {{"unknown", "", "", "", ""}, {"ht", "", "", "", ""}, {"ttc", "", "", "", ""}};

static const struct field VIEW_FIELDS[] = {
    {"bearing_deg", FIELD_NUMBER, USE_RECORD, 0, 359.999999999, NULL, 0, NULL, 0}, NUMBER("width_deg", USE_RECORD, 0, 360), BOOL("approximate", USE_RECORD)};
const struct field DEVICE_FIELDS[] = {
    WHOLE("id", USE_IGNORED, 0, 9e15), {"position", FIELD_POSITION, USE_RECORD, 0, 0, NULL, 0, NULL, 0}, WORD("device_type", DEVICE_TYPE_TERMS),
    WORD("mount", MOUNT_TERMS), NUMBER("height_m", USE_RECORD, 1.5, 30), NUMBER("tilt_deg", USE_RECORD, -90, 90), TEXT("model", NAME_RUNES),
    {"osm_type", FIELD_OSM_TYPE, USE_RECORD, 0, 0, NULL, 0, NULL, 0}, WHOLE("osm_id", USE_RECORD, 1, 9e15), WHOLE("osm_version", USE_RECORD, 0, 2e9),
    DATE("check_date"), TEXT("direction", NAME_RUNES), BOOL("direction_unparsed", USE_RECORD),
    {"source_tags", FIELD_TAGS, USE_RECORD, 0, IMPORT_PROPERTIES_MAX, NULL, 0, NULL, 0}, LIST("views", VIEW_FIELDS, DIRECTION_VIEWS_MAX)};
const size_t N_DEVICE_FIELDS = COUNT(DEVICE_FIELDS);

static const struct field ZONE_FIELDS[] = {WHOLE("id", USE_IGNORED, 0, 9e15), WORD("zone_kind", ZONE_KIND_TERMS), DATE("valid_from"), DATE("valid_to"),
    TEXT("time_window", NAME_RUNES), {"geom", FIELD_POLYGONS, USE_RECORD, 0, 0, NULL, 0, NULL, 0}};
static const struct field EVENT_FIELDS[] = {WORD("status", STATUS_TERMS), WORD("kind", EVENT_KIND_TERMS), DATE("date"),
    WORD("authority", AUTHORITY_TERMS), WORD("act", ACT_TERMS), WHOLE("source", USE_RECORD, 1, API_LIST_MAX), TEXT("note_fr", SUMMARY_RUNES),
    TEXT("note_en", SUMMARY_RUNES)};
static const struct field CLAIM_FIELDS[] = {WORD("field", CLAIM_FIELD_TERMS), TEXT("value", SUMMARY_RUNES), TEXT("says_fr", SUMMARY_RUNES),
    TEXT("says_en", SUMMARY_RUNES), WORD("confidence", CONFIDENCE_TERMS), WORD("basis", BASIS_TERMS), WHOLE("source", USE_RECORD, 1, API_LIST_MAX),
    WHOLE("device", USE_RECORD, 1, API_LIST_MAX), WHOLE("event", USE_RECORD, 1, API_LIST_MAX), DATE("said_on")};
static const struct field SOURCE_FIELDS[] = {WHOLE("id", USE_IGNORED, 0, 9e15), WORD("kind", SOURCE_KIND_TERMS), URL("url"), TEXT("title", SUMMARY_RUNES),
    TEXT("publisher", NAME_RUNES), TEXT("author", NAME_RUNES), DATE("published_on"), DATE("accessed_on"), TEXT("lang", 35), URL("archive_url"),
    TEXT("archive_sha256", 64), DATE("archived_on"), TEXT("page", NAME_RUNES), TEXT("licence", NAME_RUNES), TEXT("quote", QUOTE_RUNES)};
static const struct field ORG_FIELDS[] = {WORD("role", ROLE_TERMS), TEXT("name", NAME_RUNES), WORD("kind", ORG_KIND_TERMS)};
static const struct field COST_FIELDS[] = {WHOLE("eur", USE_RECORD, 0, 1e12), WORD("kind", COST_KIND_WORDS), WORD("vat", VAT_WORDS)};
static const struct field LINK_FIELDS[] = {WORD("kind", LINK_KIND_TERMS), WHOLE("to", USE_RECORD, 1, 9e15), TEXT("to_key", NAME_RUNES)};

const struct field PROPERTY_FIELDS[] = {
    WHOLE("id", USE_IGNORED, 0, 9e15), WHOLE("version", USE_IGNORED, 0, 4294967295.0), OF(USE_IGNORED, "slug", FIELD_TEXT, NAME_RUNES),
    OF(USE_IGNORED, "url", FIELD_TEXT, URL_RUNES), OF(USE_IGNORED, "source_urls", FIELD_TEXT, 1e6), OF(USE_IGNORED, "updated", FIELD_TEXT, 32), BOOL("stale", USE_IGNORED),
    OF(USE_DERIVED, "title", FIELD_TEXT, 4 * TITLE_RUNES), TEXT("title_fr", TITLE_RUNES), TEXT("title_en", TITLE_RUNES),
    WORD("category", CATEGORY_TERMS), WORDS("categories2", CATEGORY_TERMS), WORDS("capabilities", CAPABILITY_TERMS),
    WORD("surveilled_space", SPACE_TERMS), WORD("watch_target", TARGET_TERMS), WORD("admin_level", LEVEL_TERMS), TEXT("place_id", NAME_RUNES),
    OF(USE_DERIVED, "place_name", FIELD_TEXT, NAME_RUNES), WORD("location_precision", PRECISION_TERMS), WORD("public_precision", PRECISION_TERMS),
    NUMBER("accuracy_m", USE_RECORD, 0, 1e6), BOOL("programme", USE_RECORD), WORD_OF(USE_DERIVED, "status", STATUS_TERMS),
    OF(USE_DERIVED, "status_since", FIELD_DATE, 0), OF(USE_ORG, "operator", FIELD_TEXT, 2 * NAME_RUNES), OF(USE_ORG, "vendor", FIELD_TEXT, 2 * NAME_RUNES),
    WHOLE("device_count", USE_RECORD, 0, 1e9), DATE("device_count_as_of"), LIST("costs", COST_FIELDS, 50), TEXT("legal_basis", NAME_RUNES),
    TEXT("legal_basis_text", NOTE_RUNES), TEXT("authorisation_ref", NAME_RUNES), DATE("authorised_on"), DATE("authorised_until"),
    WHOLE("retention_days", USE_RECORD, 0, 36525), TEXT("summary_fr", SUMMARY_RUNES), TEXT("summary_en", SUMMARY_RUNES), TEXT("body_fr", BODY_RUNES),
    TEXT("body_en", BODY_RUNES), TEXT("ref", NAME_RUNES), TEXT("source_name", NAME_RUNES), BOOL("needs_check", USE_RECORD),
    {"osm_type", FIELD_OSM_TYPE, USE_RECORD, 0, 0, NULL, 0, NULL, 0}, WHOLE("osm_id", USE_RECORD, 1, 9e15), DATE("first_seen"),
    DATE("last_confirmed"), DATE("review_after"), OF(USE_FIXED, "external_id", FIELD_TEXT, NAME_RUNES),
    OF(USE_FIXED, "external_source", FIELD_TEXT, NAME_RUNES), WHOLE("import_batch_id", USE_FIXED, 0, 9e15),
    OF(USE_FIXED, "licence", FIELD_TEXT, NAME_RUNES), OF(USE_FIXED, "attribution", FIELD_TEXT, NOTE_RUNES),
    WORD_OF(USE_DEVICE, "device_type", DEVICE_TYPE_TERMS), WORD_OF(USE_DEVICE, "mount", MOUNT_TERMS), NUMBER("height_m", USE_DEVICE, 1.5, 30),
    NUMBER("tilt_deg", USE_DEVICE, -90, 90), OF(USE_DEVICE, "model", FIELD_TEXT, NAME_RUNES), OF(USE_DEVICE, "direction", FIELD_TEXT, NAME_RUNES),
    {"bearing_deg", FIELD_NUMBER, USE_DEVICE, 0, 359.999999999, NULL, 0, NULL, 0}, NUMBER("width_deg", USE_DEVICE, 0, 360),
    LIST("orgs", ORG_FIELDS, 32), LIST("devices", DEVICE_FIELDS, API_LIST_MAX), LIST("zones", ZONE_FIELDS, API_LIST_MAX),
    LIST("status_events", EVENT_FIELDS, API_LIST_MAX), LIST("claims", CLAIM_FIELDS, API_LIST_MAX), LIST("sources", SOURCE_FIELDS, API_LIST_MAX),
    LIST("links", LINK_FIELDS, API_LIST_MAX), WORD_OF(USE_ABOUT, "zone_kind", ZONE_KIND_TERMS), OF(USE_ABOUT, "note", FIELD_TEXT, NOTE_RUNES),
    BOOL("survey", USE_ABOUT), BOOL("publish_at_once", USE_ABOUT)};
const size_t N_PROPERTY_FIELDS = COUNT(PROPERTY_FIELDS);

const struct field *field_find(const struct field *fields, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_of(fields[i].name)))
            return &fields[i];
    return NULL;
}

/* ---- faults ---- */
bool api_fault(struct api_fault *f, const char *pointer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    snprintf(f->pointer, sizeof f->pointer, "%s", pointer);
    return false;
}

/* One step further down: "~" and "/" in a name are written as RFC 6901 has it. */
static void pointer_down(struct buf *out, const char *at, struct str name)
{
    buf_add(out, str_of(at));
    buf_char(out, '/');
    name = str_cut_runes(name, 40);
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '~' || name.at[i] == '/')
            buf_fmt(out, "~%d", name.at[i] == '/');
        else
            buf_char(out, name.at[i]);
    }
}

/* ---- kinds ---- */
static bool check_text(const struct field *field, const struct json *v, const char *at, struct api_fault *f)
{
    struct str s = json_string(v);
    if (json_kind(v) != JSON_STRING)
        return api_fault(f, at, "this is a text");
    if (str_runes(s) > (size_t)field->most)
        return api_fault(f, at, "this has more than %d characters; shorten it", (int)field->most);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.at[i] < ' ' && s.at[i] != '\n' && s.at[i] != '\t')
            return api_fault(f, at, "this holds a control character; leave it out");
    if (field->kind != FIELD_URL || !s.len)
        return true;
    bool web = str_starts(s, S("https://")) || str_starts(s, S("http://"));
    for (size_t i = 0; i < s.len; i++)
        web = web && (unsigned char)s.at[i] > ' ' && !strchr("\"<>\\^`{|}", s.at[i]);
    return web || api_fault(f, at, "this is an address that starts with https:// or http://, without spaces or quotation marks");
}

static bool check_word(const struct field *field, struct str word, const char *at, struct api_fault *f)
{
    if (term_find(field->terms, field->n_terms, word) >= 0)
        return true;
    AUTO(buf) list = {0};
    term_list(&list, field->terms, field->n_terms);
    return api_fault(f, at, "this is one of %s", list.at);
}

static bool check_words(const struct field *field, const struct json *v, const char *at, struct api_fault *f)
{
    struct str rest = json_string(v), word;
    if (json_kind(v) == JSON_STRING) {
        while (rest.len && str_next(&rest, ',', &word))
            if (!check_word(field, str_trim(word), at, f))
                return false;
        return true;
    }
    if (json_kind(v) != JSON_ARRAY || json_size(v) > field->n_terms)
        return api_fault(f, at, "this is a list of words, each once");
    for (size_t i = 0; i < json_size(v); i++)
        if (!check_word(field, json_string(json_at(v, i)), at, f))
            return false;
    return true;
}

static bool check_number(const struct field *field, const struct json *v, const char *at, struct api_fault *f)
{
    AUTO(buf) range = {0};
    bool whole = field->kind == FIELD_WHOLE;
    double n = json_number(v);
    if (json_kind(v) == JSON_NUMBER && n >= field->least && n <= field->most && (!whole || json_is_integer(v)))
        return true;
    buf_fmt(&range, "this is a %s from ", whole ? "whole number" : "number");
    buf_double(&range, field->least);
    if (field->most < ID_MOST / 2) {
        buf_add(&range, S(" to "));
        buf_double(&range, field->kind == FIELD_NUMBER && field->most > 359 && field->most < 360 ? 360 : field->most);
    } else {
        buf_add(&range, S(" up"));
    }
    return api_fault(f, at, "%s", range.at);
}

static bool check_tags(const struct field *field, const struct json *v, const char *at, struct api_fault *f)
{
    if (json_kind(v) != JSON_OBJECT || json_size(v) > (size_t)field->most)
        return api_fault(f, at, "this is an object of texts, at most %d", (int)field->most);
    for (struct json_each e = {0}; json_each(v, &e);)
        if (json_kind(e.value) != JSON_STRING || json_string(e.value).len > 1024 || e.key.len > 255)
            return api_fault(f, at, "this is an object of texts under 1024 bytes");
    return true;
}

static bool check_list(const struct field *field, const struct json *v, const char *at, struct api_fault *f)
{
    if (json_kind(v) != JSON_ARRAY)
        return api_fault(f, at, "this is a list of objects");
    if (json_size(v) > (size_t)field->most)
        return api_fault(f, at, "this list holds at most %d", (int)field->most);
    for (size_t i = 0; i < json_size(v); i++) {
        char under[sizeof f->pointer];
        snprintf(under, sizeof under, "%s/%zu", at, i);
        if (json_kind(json_at(v, i)) != JSON_OBJECT)
            return api_fault(f, under, "this is an object");
        if (!fields_check(field->sub, field->n_sub, json_at(v, i), NULL, under, f))
            return false;
    }
    return true;
}

static bool check_osm_type(struct str s, const char *at, struct api_fault *f)
{
    static const char *const words[] = {"node", "way", "relation", "n", "w", "r"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(s, str_of(words[i])))
            return true;
    return api_fault(f, at, "this is node, way or relation");
}

static bool check_date(const struct json *v, const char *at, struct api_fault *f)
{
    struct partial_date d;
    return (json_kind(v) == JSON_STRING && partial_date_read(json_string(v), &d)) ||
           api_fault(f, at, "this is a date as a text: 2019, 2019-10 or 2019-10-28, each with ? if it is not certain");
}

static bool check_polygons(const struct json *v, const char *at, struct api_fault *f)
{
    enum { SHAPE_BYTES = 4 * 1024 * 1024 };
    AUTO(arena) scratch;
    arena_init(&scratch, SHAPE_BYTES);
    struct shape shape;
    return polygons_read(v, at, &scratch, &shape, f);
}

static bool check_value(const struct field *field, const struct json *v, const char *at, struct api_fault *f)
{
    struct lonlat p;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_URL:
        return check_text(field, v, at, f);
    case FIELD_WORD:
        return check_word(field, json_string(v), at, f);
    case FIELD_WORDS:
        return check_words(field, v, at, f);
    case FIELD_WHOLE:
    case FIELD_NUMBER:
        return check_number(field, v, at, f);
    case FIELD_DATE:
        return check_date(v, at, f);
    case FIELD_BOOL:
        return json_kind(v) == JSON_BOOL || api_fault(f, at, "this is true or false");
    case FIELD_LIST:
        return check_list(field, v, at, f);
    case FIELD_POSITION:
        return position_read(v, at, &p, f);
    case FIELD_POLYGONS:
        return check_polygons(v, at, f);
    case FIELD_TAGS:
        return check_tags(field, v, at, f);
    case FIELD_OBJECT:
        return json_kind(v) == JSON_OBJECT || api_fault(f, at, "this is an object");
    case FIELD_OSM_TYPE:
        return check_osm_type(json_string(v), at, f);
    }
    return false;
}

bool fields_check(const struct field *fields, size_t n, const struct json *object, const struct json *known, const char *at,
    struct api_fault *fault)
{
    for (struct json_each e = {0}; json_each(object, &e);) {
        AUTO(buf) under = {0};
        pointer_down(&under, at, e.key);
        const struct field *field = field_find(fields, n, e.key);
        if (!field)
            return api_fault(fault, under.at, "there is no such property here; /api/openapi.json lists those there are");
        const struct json *before = json_get(known, e.key);
        if (json_kind(e.value) != JSON_NULL && !(before && json_same(before, e.value)) && !check_value(field, e.value, under.at, fault))
            return false;
    }
    return true;
}

/* ---- geometry ---- */
bool position_read(const struct json *v, const char *at, struct lonlat *out, struct api_fault *f)
{
    struct lonlat p = {json_number(json_at(v, 0)), json_number(json_at(v, 1))};
    size_t n = json_kind(v) == JSON_ARRAY ? json_size(v) : 0;
    if ((n != 2 && n != 3) || json_kind(json_at(v, 0)) != JSON_NUMBER || json_kind(json_at(v, 1)) != JSON_NUMBER || !lonlat_is_valid(p))
        return api_fault(f, at, "this is [longitude, latitude] in degrees, -180 to 180 and -90 to 90");
    *out = p;
    return true;
}

static size_t count_vertices(const struct json *polygon)
{
    size_t n = 0;
    for (size_t r = 0; r < json_size(polygon); r++)
        n += json_size(json_at(polygon, r));
    return n;
}

static bool add_ring(const struct json *ring, const char *at, struct shape *s, struct api_fault *f)
{
    size_t n = json_kind(ring) == JSON_ARRAY ? json_size(ring) : 0;
    struct lonlat first, last;
    uint32_t from = s->n;
    for (size_t i = 0; i < n; i++) {
        struct lonlat p;
        if (!position_read(json_at(ring, i), at, &p, f))
            return false;
        s->at[s->n++] = (struct xy){p.lon, p.lat};
    }
    if (n < 4)
        return api_fault(f, at, "a ring has four places or more");
    first = (struct lonlat){s->at[from].x, s->at[from].y};
    last = (struct lonlat){s->at[s->n - 1].x, s->at[s->n - 1].y};
    if (first.lon != last.lon || first.lat != last.lat)
        return api_fault(f, at, "a ring ends where it began");
    s->n--;
    s->end[s->n_parts++] = s->n;
    return fabs(shape_ring_area(s->at + from, s->n - from)) > 0 || api_fault(f, at, "a ring has an area");
}

bool polygons_read(const struct json *geometry, const char *at, struct arena *a, struct shape *out, struct api_fault *f)
{
    struct str type = json_string(json_get(geometry, S("type")));
    const struct json *coordinates = json_get(geometry, S("coordinates"));
    bool several = str_eq(type, S("MultiPolygon"));
    char under[sizeof f->pointer];
    snprintf(under, sizeof under, "%s/coordinates", at);
    if (!several && !str_eq(type, S("Polygon")))
        return api_fault(f, at, "this is a GeoJSON Polygon or MultiPolygon");
    size_t n = several ? json_size(coordinates) : 1, vertices = 0, rings = 0;
    if (json_kind(coordinates) != JSON_ARRAY)
        return api_fault(f, under, "this is a list of rings");
    for (size_t i = 0; i < n; i++) {
        const struct json *polygon = several ? json_at(coordinates, i) : coordinates;
        vertices += count_vertices(polygon);
        rings += json_size(polygon);
    }
    if (!rings || vertices > IMPORT_VERTICES_MAX)
        return api_fault(f, under, "a zone has 1 ring or more, and %d places at most; simplify it", IMPORT_VERTICES_MAX);
    struct shape s = {.kind = SHAPE_POLYGONS, .end = ARENA_ARRAY(a, uint32_t, rings), .at = ARENA_ARRAY(a, struct xy, vertices + 1)};
    if (!s.end || !s.at)
        return api_fault(f, under, "this zone needs more memory than one request may use");
    for (size_t i = 0; i < n; i++) {
        const struct json *polygon = several ? json_at(coordinates, i) : coordinates;
        for (size_t r = 0; r < json_size(polygon); r++)
            if (!add_ring(json_at(polygon, r), under, &s, f))
                return false;
    }
    if (!shape_wind(&s, a) || !s.n_parts)
        return api_fault(f, under, "these rings make no area");
    *out = s;
    return true;
}
