/* A feature on its way in: checked by the table, then written as a record property by property. */
#include "server/api_feature.h"

#include <stdio.h>

#include "data/base/json_patch.h"

const struct json *feature_said(const struct feature *f, const char *name)
{
    const struct json *v = json_get(f->properties, str_of(name));
    return json_kind(v) == JSON_NULL ? NULL : v;
}

static bool same_value(const struct json *a, const struct json *b)
{
    return (json_kind(a) == JSON_NULL && json_kind(b) == JSON_NULL) || (a && b && json_same(a, b));
}

bool feature_changed(const struct feature *f, const char *name)
{
    const struct json *v = json_get(f->r->changes, str_of(name));
    return v && !same_value(v, json_get(f->base, str_of(name)));
}

static bool read_geometry(struct feature *f, const struct json *feature)
{
    const struct json *g = json_get(feature, S("geometry")), *old = json_get(json_get(f->r->base, S("geometry")), S("coordinates"));
    struct str type = json_string(json_get(g, S("type")));
    struct api_fault none;
    f->had_point = old && position_read(old, "", &f->old_point, &none);
    if (json_kind(g) == JSON_NULL)
        return g || api_fault(f->fault, "/geometry", "a feature has a geometry; null for a programme that has a place_id instead");
    if (str_eq(type, S("Point"))) {
        f->has_point = true;
        return position_read(json_get(g, S("coordinates")), "/geometry/coordinates", &f->point, f->fault);
    }
    if (!str_eq(type, S("Polygon")) && !str_eq(type, S("MultiPolygon")))
        return api_fault(f->fault, "/geometry", "a Point makes a device, a Polygon or MultiPolygon a zone, null a programme with a place_id; there is nothing else");
    struct xy label;
    f->has_zone = true;
    if (!polygons_read(g, "/geometry", f->r->arena, &f->zone, f->fault))
        return false;
    if (!shape_inner_point(&f->zone, f->r->arena, &label))
        return api_fault(f->fault, "/geometry/coordinates", "these rings make no area");
    f->has_point = true;
    f->point = (struct lonlat){label.x, label.y};
    return true;
}

/* What follows from other properties, or says where a record came from, may be sent back but not changed. */
static bool check_unchanged(struct feature *f)
{
    for (size_t i = 0; i < N_PROPERTY_FIELDS; i++) {
        const struct field *field = &PROPERTY_FIELDS[i];
        const struct json *v = feature_said(f, field->name);
        char at[96];
        snprintf(at, sizeof at, "/properties/%s", field->name);
        bool fixed = field->use == USE_FIXED, derived = field->use == USE_DERIVED;
        if (!v || !f->r->changes || (!fixed && !derived) || (derived && !f->base))
            continue;
        if (same_value(v, json_get(f->base, str_of(field->name))) || (str_eq(json_string(v), S("ODbL-1.0")) && str_eq(str_of(field->name), S("licence"))))
            continue;
        if (f->r->place && str_eq(str_of(field->name), S("place_name")))
            continue;
        return fixed ? api_fault(f->fault, at, "this says where an imported record came from: leave it out, or as it was read; what is contributed is under ODbL-1.0") :
                       api_fault(f->fault, at, "this follows from other properties (a title from title_fr and title_en, a status from status_events, a place's name from "
                                               "place_id): leave it out, or as it was read");
    }
    return true;
}

static void put_words(struct json_writer *w, const struct json *v)
{
    struct str rest = json_string(v), word;
    json_open(w, '[');
    for (size_t i = 0; i < json_size(v) && json_kind(v) == JSON_ARRAY; i++)
        feature_put_value(w, json_at(v, i));
    while (rest.len && str_next(&rest, ',', &word))
        json_put_str(w, str_trim(word));
    json_close(w, ']');
}

/* ---- zones, organisations, events ---- */

static void put_rings(struct json_writer *w, const struct shape *s)
{
    json_key(w, "rings");
    json_open(w, '[');
    for (uint32_t i = 0, from = 0; i < s->n_parts; from = s->end[i++]) {
        json_open(w, '[');
        for (uint32_t p = from; p < s->end[i]; p++)
            feature_put_position(w, (struct lonlat){s->at[p].x, s->at[p].y});
        json_close(w, ']');
    }
    json_close(w, ']');
}

static bool put_zone_list(struct feature *f)
{
    const struct json *list = feature_said(f, "zones"), *kind = feature_said(f, "zone_kind");
    size_t n = json_size(list);
    if (!n && !f->has_zone)
        return !kind || api_fault(f->fault, "/properties/zone_kind", "this is of a feature that is a polygon; zones in a list have their own");
    json_key(&f->w, "zones");
    json_open(&f->w, '[');
    if (f->has_zone) {
        json_open(&f->w, '{');
        json_key(&f->w, "zone_kind");
        json_put_str(&f->w, kind ? json_string(kind) : S("coverage"));
        put_rings(&f->w, &f->zone);
        json_close(&f->w, '}');
    }
    for (size_t i = 0; i < n; i++) {
        const struct json *zone = json_at(list, i);
        struct shape shape;
        char at[64];
        snprintf(at, sizeof at, "/properties/zones/%zu/geom", i);
        if (!polygons_read(json_get(zone, S("geom")), at, f->r->arena, &shape, f->fault))
            return false;
        json_open(&f->w, '{');
        for (struct json_each e = {0}; json_each(zone, &e);)
            if (!str_eq(e.key, S("geom")) && !str_eq(e.key, S("id")) && json_kind(e.value) != JSON_NULL)
                feature_put(&f->w, e.key, e.value);
        put_rings(&f->w, &shape);
        json_close(&f->w, '}');
    }
    json_close(&f->w, ']');
    return true;
}

static void put_names(struct json_writer *w, const char *role, struct str names)
{
    struct str name;
    while (names.len && str_next(&names, ';', &name)) {
        name = str_trim(name);
        if (!name.len)
            continue;
        json_open(w, '{');
        json_key(w, "role");
        json_put_cstr(w, role);
        json_key(w, "name");
        json_put_str(w, name);
        json_close(w, '}');
    }
}

static bool put_org_list(struct feature *f)
{
    static const char *const flat[] = {"operator", "vendor"};
    const struct json *list = feature_said(f, "orgs");
    bool changed[COUNT(flat)];
    if (!json_size(list) && !feature_changed(f, "operator") && !feature_changed(f, "vendor"))
        return true;
    json_key(&f->w, "orgs");
    json_open(&f->w, '[');
    for (size_t k = 0; k < COUNT(flat); k++)
        if ((changed[k] = feature_changed(f, flat[k])))
            put_names(&f->w, flat[k], json_string(json_get(f->r->changes, str_of(flat[k]))));
    for (size_t i = 0; i < json_size(list); i++) {
        struct str role = json_string(json_get(json_at(list, i), S("role")));
        char at[64];
        snprintf(at, sizeof at, "/properties/orgs/%zu/name", i);
        if (!str_trim(json_string(json_get(json_at(list, i), S("name")))).len)
            return api_fault(f->fault, at, "an organisation has a name");
        if ((changed[0] && str_eq(role, S("operator"))) || (changed[1] && str_eq(role, S("vendor"))))
            continue;
        feature_put_value(&f->w, json_at(list, i));
    }
    json_close(&f->w, ']');
    return true;
}

/* A new record may say its state as it is read; it becomes its first event. */
static bool put_events(struct feature *f)
{
    const struct json *events = feature_said(f, "status_events"), *status = feature_said(f, "status"), *since = feature_said(f, "status_since");
    if (events || f->base || !status) {
        if (events)
            feature_put(&f->w, S("status_events"), events);
        if (!f->base && f->r->changes && (status || since) && (events || !status))
            return api_fault(f->fault, status ? "/properties/status" : "/properties/status_since", "say the state either by status and status_since or by status_events");
        return true;
    }
    json_key(&f->w, "status_events");
    json_open(&f->w, '[');
    json_open(&f->w, '{');
    feature_put(&f->w, S("status"), status);
    if (since)
        feature_put(&f->w, S("date"), since);
    if (json_size(feature_said(f, "sources"))) {
        json_key(&f->w, "source");
        json_put_int(&f->w, 1);
    }
    json_close(&f->w, '}');
    json_close(&f->w, ']');
    return true;
}

/* The file that an import read is told as a source where a record is published, and never stored as one. */
static void put_sources(struct feature *f)
{
    const struct json *list = feature_said(f, "sources");
    if (!json_size(list))
        return;
    json_key(&f->w, "sources");
    json_open(&f->w, '[');
    for (size_t i = 0; i < json_size(list); i++)
        if (!str_eq(json_string(json_get(json_at(list, i), S("kind"))), str_of(SOURCE_KIND_TERMS[SOURCE_FILE].code)))
            feature_put_value(&f->w, json_at(list, i));
    json_close(&f->w, ']');
}

/* ---- the whole ---- */

static void put_plain(struct feature *f)
{
    for (size_t i = 0; i < N_PROPERTY_FIELDS; i++) {
        const struct field *field = &PROPERTY_FIELDS[i];
        const struct json *v = feature_said(f, field->name);
        if (!v || field->use != USE_RECORD || field->kind == FIELD_LIST)
            continue;
        json_key(&f->w, field->name);
        if (field->kind == FIELD_WORDS)
            put_words(&f->w, v);
        else if (field->kind == FIELD_OSM_TYPE)
            json_put_str(&f->w, str_slice(json_string(v), 0, 1));
        else
            feature_put_value(&f->w, v);
    }
    static const char *const lists[] = {"costs", "claims", "links"};
    for (size_t i = 0; i < COUNT(lists); i++)
        if (json_size(feature_said(f, lists[i])))
            feature_put(&f->w, str_of(lists[i]), feature_said(f, lists[i]));
}

/* What a place that was named anew says of a programme: its level, how precisely it is known, and where it stands. */
static void put_place(struct feature *f)
{
    static const struct {
        const char *kind;
        enum admin_level level;
        enum precision precision;
    } kinds[] = {{"commune", LEVEL_COMMUNE, PRECISION_CITY}, {"foreign", LEVEL_COMMUNE, PRECISION_CITY}, {"department", LEVEL_DEPARTMENT, PRECISION_DEPARTMENT},
        {"region", LEVEL_REGION, PRECISION_REGION}, {"country", LEVEL_COUNTRY, PRECISION_COUNTRY}};
    const struct place *place = f->r->place;
    const struct json *name = feature_said(f, "place_name");
    if (place || name) {
        json_key(&f->w, "place_name");
        json_put_str(&f->w, place ? place->name : json_string(name));
    }
    if (!f->has_point && place) {
        f->has_point = true;
        f->point = place->at;
        if (!feature_said(f, "programme")) {
            json_key(&f->w, "programme");
            json_put_bool(&f->w, true);
        }
        for (size_t i = 0; i < COUNT(kinds); i++) {
            if (!str_eq(place->kind, str_of(kinds[i].kind)))
                continue;
            if (!feature_said(f, "admin_level")) {
                json_key(&f->w, "admin_level");
                json_put_cstr(&f->w, LEVEL_TERMS[kinds[i].level].code);
            }
            if (!feature_said(f, "location_precision")) {
                json_key(&f->w, "location_precision");
                json_put_cstr(&f->w, PRECISION_TERMS[kinds[i].precision].code);
            }
        }
    }
    if (!f->has_point)
        return;
    json_key(&f->w, "position");
    feature_put_position(&f->w, f->point);
}

static bool is_lone_device(const struct feature *f)
{
    struct str level = json_string(feature_said(f, "admin_level"));
    int precision = term_of(PRECISION_TERMS, json_string(feature_said(f, "location_precision")));
    return f->has_point && !f->has_zone && !json_bool(feature_said(f, "programme")) && (!level.len || str_eq(level, S("device"))) &&
           (precision < 0 || precision_is_point((enum precision)precision)) && json_size(feature_said(f, "devices")) <= 1 &&
           !json_size(feature_said(f, "zones"));
}

static bool check_needed(struct feature *f)
{
    bool lone = is_lone_device(f);
    int precision = term_of(PRECISION_TERMS, json_string(feature_said(f, "location_precision")));
    f->makes_device = lone && !feature_said(f, "devices"); /* zones have places of their own */
    if (!feature_said(f, "category"))
        return api_fault(f->fault, "/properties/category", "this is needed: what kind of surveillance it is");
    if (!f->base && !f->has_point && !feature_said(f, "place_id") && precision < (int)PRECISION_DEPARTMENT)
        return api_fault(f->fault, "/geometry", "without a geometry, place_id says which commune, département or region it concerns");
    if (lone && (feature_changed(f, "title_fr") || feature_changed(f, "title_en")))
        return api_fault(f->fault, feature_changed(f, "title_fr") ? "/properties/title_fr" : "/properties/title_en",
            "only a programme has a title of its own; that of a device is made of its kind and place");
    return true;
}

static void read_about(const struct feature *f, struct api_about *out)
{
    const struct json *survey = feature_said(f, "survey"), *claims = feature_said(f, "claims");
    *out = (struct api_about){.note = json_string(feature_said(f, "note")), .at_once = json_bool(feature_said(f, "publish_at_once")),
        .survey = json_bool(survey),
        .unsourced = !json_size(feature_said(f, "sources")) && !json_bool(feature_said(f, "programme"))};
    for (size_t i = 0; i < json_size(claims); i++) {
        struct str basis = json_string(json_get(json_at(claims, i), S("basis")));
        out->on_foot |= str_eq(basis, S("survey")) || str_eq(basis, S("photo"));
    }
    out->survey |= !survey && out->on_foot;
}

bool api_record_read(const struct json *feature, const struct api_reading *r, struct buf *out, struct api_about *about, struct api_fault *fault)
{
    struct feature f = {.r = r, .fault = fault, .properties = json_get(feature, S("properties")), .base = json_get(r->base, S("properties")),
        .w = {.out = out}};
    if (json_kind(feature) != JSON_OBJECT || !str_eq(json_string(json_get(feature, S("type"))), S("Feature")))
        return api_fault(fault, json_kind(feature) == JSON_OBJECT ? "/type" : "", "the body is one GeoJSON Feature: {\"type\":\"Feature\",\"geometry\":…,\"properties\":{…}}");
    if (json_kind(f.properties) != JSON_OBJECT)
        return api_fault(fault, "/properties", "this is an object; category is needed in it");
    if (!fields_check(PROPERTY_FIELDS, N_PROPERTY_FIELDS, f.properties, f.base, "/properties", fault) || !read_geometry(&f, feature) || !check_unchanged(&f) ||
        !check_needed(&f))
        return false;
    json_open(&f.w, '{');
    put_plain(&f);
    put_place(&f);
    put_sources(&f);
    if (!feature_put_devices(&f) || !put_zone_list(&f) || !put_org_list(&f) || !put_events(&f))
        return false;
    json_close(&f.w, '}');
    read_about(&f, about);
    return true;
}

void api_fault_of(struct api_fault *f, const struct err *err)
{
    static const struct {
        const char *says, *pointer;
    } others[] = {{"position", "/geometry"}, {"status event", "/properties/status_events"}, {"claim", "/properties/claims"},
        {"device", "/properties/devices"}, {"quote", "/properties/sources"}};
    struct str rest = str_of(err->text), name;
    char pointer[96] = "";
    str_next(&rest, ':', &name);
    for (size_t i = 0; i < COUNT(others); i++)
        if (str_eq(name, str_of(others[i].says)))
            snprintf(pointer, sizeof pointer, "%s", others[i].pointer);
    if (field_find(PROPERTY_FIELDS, N_PROPERTY_FIELDS, name))
        snprintf(pointer, sizeof pointer, "/properties/%.*s", STR_ARG(name));
    api_fault(f, pointer, "%s", err->text);
}
