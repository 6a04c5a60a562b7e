/* A record on its way out. */
#include "server/api_feature.h"

#include <math.h>

#include "data/export.h"

static double rounded(double degrees)
{
    return round(degrees * 1e7) / 1e7;
}

void feature_put_position(struct json_writer *w, struct lonlat at)
{
    json_open(w, '[');
    json_put_number(w, rounded(at.lon));
    json_put_number(w, rounded(at.lat));
    json_close(w, ']');
}

void feature_put_value(struct json_writer *w, const struct json *v)
{
    AUTO(buf) text = {0};
    json_write(&text, v);
    json_put_raw(w, buf_str(&text));
}

void feature_put(struct json_writer *w, struct str key, const struct json *v)
{
    json_key_str(w, key);
    feature_put_value(w, v);
}

static void put_ring(struct json_writer *w, const struct shape *s, uint32_t from, uint32_t end)
{
    json_open(w, '[');
    for (uint32_t i = from; i <= end && end > from; i++)
        feature_put_position(w, (struct lonlat){s->at[i < end ? i : from].x, s->at[i < end ? i : from].y});
    json_close(w, ']');
}

static void put_polygons(struct json_writer *w, const struct shape *s)
{
    json_open(w, '{');
    json_key(w, "type");
    json_put_cstr(w, "MultiPolygon");
    json_key(w, "coordinates");
    json_open(w, '[');
    for (uint32_t i = 0, from = 0; i < s->n_parts; from = s->end[i++]) {
        bool outer = shape_ring_area(s->at + from, s->end[i] - from) > 0;
        if (outer && i)
            json_close(w, ']');
        if (outer || !i)
            json_open(w, '[');
        put_ring(w, s, from, s->end[i]);
    }
    if (s->n_parts)
        json_close(w, ']');
    json_close(w, ']');
    json_close(w, '}');
}

/* As the record has them, but for the shape. */
static void put_zones(struct json_writer *w, const struct json *zones, const struct deployment *d)
{
    json_key(w, "zones");
    json_open(w, '[');
    for (size_t i = 0; i < d->n_zones; i++) {
        json_open(w, '{');
        for (struct json_each e = {0}; json_each(json_at(zones, i), &e);)
            if (!str_eq(e.key, S("rings")))
                feature_put(w, e.key, e.value);
        json_key(w, "geom");
        put_polygons(w, &d->zones[i].shape);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_devices(struct json_writer *w, const struct json *devices, const struct deployment *d)
{
    json_key(w, "devices");
    json_open(w, '[');
    for (size_t i = 0; i < d->n_devices; i++) {
        json_open(w, '{');
        json_key(w, "position");
        feature_put_position(w, d->devices[i].at);
        for (struct json_each e = {0}; json_each(json_at(devices, i), &e);)
            if (!str_eq(e.key, S("position")))
                feature_put(w, e.key, e.value);
        json_close(w, '}');
    }
    json_close(w, ']');
}

/* In an export's row these are texts and counts; here they are lists. */
static bool is_list(struct str key)
{
    static const char *const lists[] = {"categories2", "capabilities", "devices", "zones", "sources"};
    for (size_t i = 0; i < COUNT(lists); i++)
        if (str_eq(key, str_of(lists[i])))
            return true;
    return false;
}

static void put_properties(struct json_writer *w, const struct json *row, const struct json *record, const struct deployment *d)
{
    json_open(w, '{');
    for (struct json_each e = {0}; json_each(row, &e);)
        if (!is_list(e.key))
            feature_put(w, e.key, e.value);
    for (struct json_each e = {0}; json_each(record, &e);) {
        bool own = str_eq(e.key, S("position")) || str_eq(e.key, S("devices")) || str_eq(e.key, S("zones"));
        if (!own && (is_list(e.key) || !json_get(row, e.key)))
            feature_put(w, e.key, e.value);
    }
    put_devices(w, json_get(record, S("devices")), d);
    if (d->n_zones)
        put_zones(w, json_get(record, S("zones")), d);
    json_close(w, '}');
}

void api_record_write(struct buf *out, const struct deployment *d, const char *base_url)
{
    AUTO(buf) row_text = {0};
    AUTO(buf) record_text = {0};
    AUTO(json_doc) row = {0};
    AUTO(json_doc) record = {0};
    struct err err;
    export_feature(&(struct json_writer){.out = &row_text}, d, base_url);
    deployment_write_json(&record_text, d);
    must(json_read(&row, buf_str(&row_text), &JSON_STYLE, &err) && json_read(&record, buf_str(&record_text), &JSON_STYLE, &err));
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    for (struct json_each e = {0}; json_each(row.root, &e);)
        if (!str_eq(e.key, S("properties")))
            feature_put(&w, e.key, e.value);
    json_key(&w, "properties");
    put_properties(&w, json_get(row.root, S("properties")), record.root, d);
    json_close(&w, '}');
}
