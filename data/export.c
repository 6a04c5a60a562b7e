/*
 * One row of named values a record, made once and written by whoever is asked: GeoJSON and CSV here, the rest by GDAL. What
 * is unknown is absent. A file appears under its name when it is whole.
 */
#include "data/export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/out_file.h"
#include "data/gdal_write.h"

const struct term EXPORT_TERMS[EXPORT_FORMAT_COUNT] = {{"geojson", "GeoJSON", "GeoJSON", NULL, NULL},
    {"geojsonl", "GeoJSON, une ligne par fiche", "GeoJSON, a line a record", NULL, NULL}, {"csv", "CSV", "CSV", NULL, NULL},
    {"gpkg", "GeoPackage", "GeoPackage", NULL, NULL}, {"kml", "KML", "KML", NULL, NULL}, {"gpx", "GPX", "GPX", NULL, NULL},
    {"fgb", "FlatGeobuf", "FlatGeobuf", NULL, NULL}};

enum value {
    V_ID, V_VERSION, V_TITLE, V_TITLE_FR, V_TITLE_EN, V_CATEGORY, V_CATEGORIES2, V_CAPABILITIES, V_SPACE, V_TARGET, V_LEVEL, V_PLACE,
    V_PLACE_NAME, V_PRECISION, V_ACCURACY, V_STATUS, V_STATUS_SINCE, V_STALE, V_OPERATOR, V_VENDOR, V_COUNT, V_COUNT_AS_OF, V_DEVICES, V_TYPE, V_MOUNT,
    V_HEIGHT, V_TILT, V_MODEL, V_DIRECTION, V_BEARING, V_WIDTH, V_LEGAL, V_AUTHORISATION, V_RETENTION, V_SUMMARY_FR, V_SUMMARY_EN, V_REF, V_NAME,
    V_OSM_TYPE, V_OSM_ID, V_EXTERNAL_ID, V_FIRST_SEEN, V_CONFIRMED, V_SOURCES, V_SOURCE_URLS, V_LICENCE, V_ATTRIBUTION, V_UPDATED, V_URL, V_TOTAL
};
static const struct gdal_out_column COLUMNS[V_TOTAL] = {[V_ID] = {"id", GDAL_OUT_INTEGER}, [V_VERSION] = {"version", GDAL_OUT_INTEGER},
    [V_TITLE] = {"title", GDAL_OUT_TEXT}, [V_TITLE_FR] = {"title_fr", GDAL_OUT_TEXT}, [V_TITLE_EN] = {"title_en", GDAL_OUT_TEXT},
    [V_CATEGORY] = {"category", GDAL_OUT_TEXT}, [V_CATEGORIES2] = {"categories2", GDAL_OUT_TEXT}, [V_CAPABILITIES] = {"capabilities", GDAL_OUT_TEXT},
    [V_SPACE] = {"surveilled_space", GDAL_OUT_TEXT}, [V_TARGET] = {"watch_target", GDAL_OUT_TEXT}, [V_LEVEL] = {"admin_level", GDAL_OUT_TEXT},
    [V_PLACE] = {"place_id", GDAL_OUT_TEXT}, [V_PLACE_NAME] = {"place_name", GDAL_OUT_TEXT}, [V_PRECISION] = {"location_precision", GDAL_OUT_TEXT},
    [V_ACCURACY] = {"accuracy_m", GDAL_OUT_REAL}, [V_STATUS] = {"status", GDAL_OUT_TEXT}, [V_STATUS_SINCE] = {"status_since", GDAL_OUT_TEXT}, [V_STALE] = {"stale", GDAL_OUT_INTEGER},
    [V_OPERATOR] = {"operator", GDAL_OUT_TEXT}, [V_VENDOR] = {"vendor", GDAL_OUT_TEXT}, [V_COUNT] = {"device_count", GDAL_OUT_INTEGER},
    [V_COUNT_AS_OF] = {"device_count_as_of", GDAL_OUT_TEXT}, [V_DEVICES] = {"devices", GDAL_OUT_INTEGER}, [V_TYPE] = {"device_type", GDAL_OUT_TEXT},
    [V_MOUNT] = {"mount", GDAL_OUT_TEXT}, [V_HEIGHT] = {"height_m", GDAL_OUT_REAL}, [V_TILT] = {"tilt_deg", GDAL_OUT_REAL}, [V_MODEL] = {"model", GDAL_OUT_TEXT},
    [V_DIRECTION] = {"direction", GDAL_OUT_TEXT}, [V_BEARING] = {"bearing_deg", GDAL_OUT_REAL}, [V_WIDTH] = {"width_deg", GDAL_OUT_REAL},
    [V_LEGAL] = {"legal_basis", GDAL_OUT_TEXT}, [V_AUTHORISATION] = {"authorisation_ref", GDAL_OUT_TEXT}, [V_RETENTION] = {"retention_days", GDAL_OUT_INTEGER},
    [V_SUMMARY_FR] = {"summary_fr", GDAL_OUT_TEXT}, [V_SUMMARY_EN] = {"summary_en", GDAL_OUT_TEXT}, [V_REF] = {"ref", GDAL_OUT_TEXT},
    [V_NAME] = {"source_name", GDAL_OUT_TEXT}, [V_OSM_TYPE] = {"osm_type", GDAL_OUT_TEXT}, [V_OSM_ID] = {"osm_id", GDAL_OUT_INTEGER},
    [V_EXTERNAL_ID] = {"external_id", GDAL_OUT_TEXT}, [V_FIRST_SEEN] = {"first_seen", GDAL_OUT_TEXT}, [V_CONFIRMED] = {"last_confirmed", GDAL_OUT_TEXT},
    [V_SOURCES] = {"sources", GDAL_OUT_TEXT}, [V_SOURCE_URLS] = {"source_urls", GDAL_OUT_TEXT}, [V_LICENCE] = {"licence", GDAL_OUT_TEXT},
    [V_ATTRIBUTION] = {"attribution", GDAL_OUT_TEXT}, [V_UPDATED] = {"updated", GDAL_OUT_TEXT}, [V_URL] = {"url", GDAL_OUT_TEXT}};

/* ---- values ---- */

struct row {
    struct gdal_out_value v[V_TOTAL];
    struct buf text; /* of values that are put together here */
    size_t from[V_TOTAL];
    bool made[V_TOTAL];
};

static void set_text(struct row *r, enum value i, struct str s)
{
    r->v[i] = (struct gdal_out_value){.is_set = s.len > 0, .text = s};
}

static void set_number(struct row *r, enum value i, double v, bool known)
{
    r->v[i] = (struct gdal_out_value){.is_set = known, .number = v};
}

/* A text built in the row's buffer is kept as an offset until the buffer moves no more. */
static struct buf *begin_text(struct row *r, enum value i)
{
    r->from[i] = r->text.len;
    r->made[i] = true;
    return &r->text;
}
static void end_text(struct row *r, enum value i)
{
    r->v[i].text.len = r->text.len - r->from[i];
    r->v[i].is_set = r->v[i].text.len > 0;
}

static void set_date(struct row *r, enum value i, struct partial_date d)
{
    if (!d.year)
        return;
    partial_date_write(begin_text(r, i), d);
    end_text(r, i);
}

static void set_bits(struct row *r, enum value i, const struct term *terms, size_t n, uint32_t bits)
{
    struct buf *b = begin_text(r, i);
    bool more = false;
    for (size_t k = 0; k < n; k++)
        if (bits >> k & 1) {
            buf_fmt(b, "%s%s", more ? "," : "", terms[k].code);
            more = true;
        }
    end_text(r, i);
}

static void set_orgs(struct row *r, enum value i, const struct deployment *d, enum org_role role)
{
    struct buf *b = begin_text(r, i);
    size_t from = b->len;
    for (size_t k = 0; k < d->n_orgs; k++)
        if (d->orgs[k].role == role) {
            if (b->len > from)
                buf_add(b, S("; "));
            buf_add(b, d->orgs[k].name);
        }
    end_text(r, i);
}

static void set_sources(struct row *r, const struct deployment *d)
{
    struct buf *b = begin_text(r, V_SOURCES);
    size_t from = b->len;
    for (size_t k = 0; k < d->n_sources; k++) {
        const struct source *s = &d->sources[k];
        const struct str parts[] = {s->author, s->title, s->publisher};
        bool more = false;
        if (b->len > from)
            buf_add(b, S(" | "));
        for (size_t p = 0; p < COUNT(parts); p++)
            if (parts[p].len) {
                if (more)
                    buf_add(b, S(", "));
                buf_add(b, parts[p]);
                more = true;
            }
        if (s->published_on.year) {
            buf_add(b, more ? S(", ") : S(""));
            partial_date_write(b, s->published_on);
        }
        if (!more && !s->published_on.year)
            buf_add(b, s->url);
    }
    end_text(r, V_SOURCES);
    b = begin_text(r, V_SOURCE_URLS);
    from = b->len;
    for (size_t k = 0; k < d->n_sources; k++)
        if (d->sources[k].url.len) {
            buf_add(b, b->len > from ? S(" ") : S(""));
            buf_add(b, d->sources[k].url);
        }
    end_text(r, V_SOURCE_URLS);
}

static void set_device(struct row *r, const struct deployment *d)
{
    set_number(r, V_DEVICES, (double)d->n_devices, true);
    if (!d->n_devices)
        return;
    const struct device *v = &d->devices[0];
    set_text(r, V_TYPE, v->type ? str_of(DEVICE_TYPE_TERMS[v->type].code) : S(""));
    set_text(r, V_MOUNT, v->mount ? str_of(MOUNT_TERMS[v->mount].code) : S(""));
    set_number(r, V_HEIGHT, v->height_m, v->height_m > 0);
    set_number(r, V_TILT, v->tilt_deg, !isnan(v->tilt_deg));
    set_text(r, V_MODEL, v->model);
    set_text(r, V_DIRECTION, v->direction_raw);
    if (v->n_views) {
        set_number(r, V_BEARING, v->views[0].bearing_deg, v->views[0].has_bearing);
        set_number(r, V_WIDTH, v->views[0].width_deg, v->views[0].width_deg > 0);
    }
}

/* Old news of a programme: what is told of it today is not known to be so today. */
static bool is_stale(const struct deployment *d)
{
    struct interval list[INTERVALS_MAX];
    size_t n = deployment_intervals(d, list);
    int32_t today = clock_today();
    for (size_t i = 0; i < n; i++)
        if (list[i].first_day <= today && today <= list[i].last_day)
            return list[i].stale;
    return false;
}

static void set_record(struct row *r, const struct deployment *d)
{
    set_number(r, V_ID, (double)d->id, true);
    set_number(r, V_VERSION, d->version, true);
    deployment_title(begin_text(r, V_TITLE), d, true);
    end_text(r, V_TITLE);
    set_text(r, V_TITLE_FR, d->title_fr);
    set_text(r, V_TITLE_EN, d->title_en);
    set_text(r, V_CATEGORY, str_of(CATEGORY_TERMS[d->category].code));
    set_bits(r, V_CATEGORIES2, CATEGORY_TERMS, CATEGORY_COUNT, d->categories2);
    set_bits(r, V_CAPABILITIES, CAPABILITY_TERMS, CAPABILITY_COUNT, d->capabilities);
    set_text(r, V_SPACE, str_of(SPACE_TERMS[d->space].code));
    set_text(r, V_TARGET, d->target ? str_of(TARGET_TERMS[d->target].code) : S(""));
    set_text(r, V_LEVEL, str_of(LEVEL_TERMS[d->level].code));
    set_text(r, V_PLACE, d->place_code);
    set_text(r, V_PLACE_NAME, d->place_name);
    set_text(r, V_PRECISION, str_of(PRECISION_TERMS[d->public_precision].code));
    set_number(r, V_ACCURACY, d->accuracy_m, d->accuracy_m > 0 && d->public_precision == d->precision);
    set_text(r, V_STATUS, str_of(STATUS_TERMS[d->status].code));
    set_date(r, V_STATUS_SINCE, d->status_since);
    set_number(r, V_STALE, is_stale(d), true);
    set_orgs(r, V_OPERATOR, d, ROLE_OPERATOR);
    set_orgs(r, V_VENDOR, d, ROLE_VENDOR);
    set_number(r, V_COUNT, (double)d->device_count, d->device_count >= 0);
    set_date(r, V_COUNT_AS_OF, d->device_count_as_of);
    set_text(r, V_LEGAL, d->legal_basis);
    set_text(r, V_AUTHORISATION, d->authorisation_ref);
    set_number(r, V_RETENTION, d->retention_days, d->retention_days >= 0);
    set_text(r, V_SUMMARY_FR, d->summary_fr);
    set_text(r, V_SUMMARY_EN, d->summary_en);
    set_text(r, V_REF, d->ref);
    set_text(r, V_NAME, d->source_name);
    set_text(r, V_OSM_TYPE, d->osm_type == 'n' ? S("node") : d->osm_type == 'w' ? S("way") : d->osm_type == 'r' ? S("relation") : S(""));
    set_number(r, V_OSM_ID, (double)d->osm_id, d->osm_id != 0);
    set_text(r, V_EXTERNAL_ID, d->external_id);
    set_date(r, V_FIRST_SEEN, d->first_seen);
    set_date(r, V_CONFIRMED, d->last_confirmed);
    set_text(r, V_LICENCE, d->licence); /* not known is not known: nobody may use what has no licence */
    set_text(r, V_ATTRIBUTION, d->attribution);
}

static void row_fill(struct row *r, const struct deployment *d, const char *base_url)
{
    memset(r->v, 0, sizeof r->v);
    memset(r->made, 0, sizeof r->made);
    buf_clear(&r->text);
    set_record(r, d);
    set_device(r, d);
    set_sources(r, d);
    if (d->updated_s) { /* the month: days tell of people */
        partial_date_write(begin_text(r, V_UPDATED), partial_date_of_month(d->updated_s));
        end_text(r, V_UPDATED);
    }
    if (base_url && *base_url) {
        buf_fmt(begin_text(r, V_URL), "%s/d/%llu", base_url, (unsigned long long)d->id);
        end_text(r, V_URL);
    }
    for (int i = 0; i < V_TOTAL; i++)
        if (r->made[i])
            r->v[i].text.at = r->text.at + r->from[i];
}

/* Where it is drawn: at its place, or on its town; nothing for what concerns a département or more. */
static bool place_of(const struct deployment *d, struct lonlat *at)
{
    if (!d->has_position || d->public_precision > PRECISION_CITY)
        return false;
    *at = (struct lonlat){round(d->at.lon * 1e7) / 1e7, round(d->at.lat * 1e7) / 1e7};
    return true;
}

/* ---- GeoJSON ---- */

static void put_properties(struct json_writer *w, const struct row *r)
{
    json_key(w, "properties");
    json_open(w, '{');
    for (int i = 0; i < V_TOTAL; i++) {
        if (!r->v[i].is_set)
            continue;
        json_key(w, COLUMNS[i].name);
        if (COLUMNS[i].kind == GDAL_OUT_TEXT)
            json_put_str(w, r->v[i].text);
        else if (i == V_STALE)
            json_put_bool(w, r->v[i].number != 0);
        else if (COLUMNS[i].kind == GDAL_OUT_INTEGER)
            json_put_int(w, (int64_t)r->v[i].number);
        else
            json_put_number(w, r->v[i].number);
    }
    json_close(w, '}');
}

static void put_feature(struct json_writer *w, const struct deployment *d, const struct row *r)
{
    struct lonlat at;
    json_open(w, '{');
    json_key(w, "type");
    json_put_cstr(w, "Feature");
    json_key(w, "id");
    json_put_int(w, (int64_t)d->id);
    json_key(w, "geometry");
    if (place_of(d, &at)) {
        json_open(w, '{');
        json_key(w, "type");
        json_put_cstr(w, "Point");
        json_key(w, "coordinates");
        json_open(w, '[');
        json_put_number(w, at.lon);
        json_put_number(w, at.lat);
        json_close(w, ']');
        json_close(w, '}');
    } else {
        json_put_null(w);
    }
    put_properties(w, r);
    json_close(w, '}');
}

void export_feature(struct json_writer *w, const struct deployment *d, const char *base_url)
{
    struct row *r = base_alloc(1, sizeof *r);
    row_fill(r, d, base_url);
    put_feature(w, d, r);
    buf_done(&r->text);
    free(r);
}

/* ---- files ---- */

struct exporting {
    enum export_format format;
    FILE *file;
    struct buf out;
    struct row row;
    struct gdal_out *gdal;
    bool more;
};

static const char *driver_of(enum export_format f)
{
    return f == EXPORT_GPKG ? "GPKG" : f == EXPORT_KML ? "KML" : f == EXPORT_GPX ? "GPX" : f == EXPORT_FGB ? "FlatGeobuf" : NULL;
}

static bool flush(struct exporting *e, size_t from_bytes, struct err *err)
{
    if (e->out.len < from_bytes || !e->out.len)
        return true;
    bool ok = fwrite(e->out.at, 1, e->out.len, e->file) == e->out.len;
    buf_clear(&e->out);
    return ok || err_errno(err, "writing");
}

static void put_head(struct exporting *e)
{
    char now[21];
    clock_iso(clock_unix_s() / 86400 * 86400, now);
    if (e->format == EXPORT_GEOJSON)
        buf_fmt(&e->out, "{\"type\":\"FeatureCollection\",\"name\":\"deployments\",\"timeStamp\":\"%s\",\"licence\":\"ODbL-1.0\","
            "\"licence_of_texts\":\"CC-BY-SA-4.0\",\"attribution\":\"each feature names its sources, licence and attribution; one without a licence came without, and may not be passed on\",\"features\":[", now);
    if (e->format != EXPORT_CSV)
        return;
    buf_add(&e->out, S("lon,lat"));
    for (int i = 0; i < V_TOTAL; i++)
        buf_fmt(&e->out, ",%s", COLUMNS[i].name);
    buf_add(&e->out, S("\r\n"));
}

static void put_csv(struct exporting *e, const struct deployment *d)
{
    struct lonlat at;
    bool placed = place_of(d, &at);
    if (placed)
        buf_double(&e->out, at.lon);
    buf_char(&e->out, ',');
    if (placed)
        buf_double(&e->out, at.lat);
    for (int i = 0; i < V_TOTAL; i++) {
        const struct gdal_out_value *v = &e->row.v[i];
        buf_char(&e->out, ',');
        if (v->is_set && COLUMNS[i].kind == GDAL_OUT_TEXT)
            buf_csv(&e->out, v->text);
        else if (v->is_set)
            buf_double(&e->out, v->number);
    }
    buf_add(&e->out, S("\r\n"));
}

static bool export_one(void *ctx, const struct deployment *d, struct err *err)
{
    struct exporting *e = ctx;
    struct lonlat at;
    row_fill(&e->row, d, NULL);
    if (e->gdal)
        return gdal_out_row(e->gdal, place_of(d, &at) ? &at : NULL, e->row.v, err);
    struct json_writer w = {.out = &e->out};
    if (e->format == EXPORT_CSV) {
        put_csv(e, d);
    } else {
        if (e->format == EXPORT_GEOJSON)
            buf_add(&e->out, e->more ? S(",\n") : S("\n"));
        put_feature(&w, d, &e->row);
        if (e->format == EXPORT_GEOJSONL)
            buf_char(&e->out, '\n');
    }
    e->more = true;
    return flush(e, 1 << 20, err);
}

static bool write_own(struct store *s, const struct search *what, struct exporting *e, struct out_file *o, struct err *err)
{
    int fd = out_file_open(o, err);
    e->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!e->file)
        return fd < 0 ? false : err_errno(err, "%s", o->typed);
    put_head(e);
    bool ok = store_stream(s, what, export_one, e, err);
    if (e->format == EXPORT_GEOJSON)
        buf_add(&e->out, S("\n]}\n"));
    ok = ok && flush(e, 0, err);
    if (fclose(e->file) != 0 && ok)
        ok = err_errno(err, "%s", o->typed);
    return ok;
}

static bool write_gdal(struct store *s, const struct search *what, struct exporting *e, struct out_file *o, struct err *err)
{
    const char *made = out_file_path(o, EXPORT_TERMS[e->format].code, err); /* GDAL goes by the ending */
    if (!made)
        return false;
    if (!gdal_out_open(&e->gdal, driver_of(e->format), made, COLUMNS, V_TOTAL, err))
        return out_file_failed(o, err);
    bool ok = store_stream(s, what, export_one, e, err);
    struct err later;
    bool closed = gdal_out_close(e->gdal, ok ? err : &later);
    return (ok && closed) || out_file_failed(o, err);
}

bool export_file(struct store *s, const struct search *what, enum export_format format, const char *path, struct err *err)
{
    AUTO(out_file) o = {0};
    if (!out_file_begin(&o, path, err))
        return false;
    struct exporting *e = base_alloc(1, sizeof *e);
    e->format = format;
    bool ok = (driver_of(format) ? write_gdal(s, what, e, &o, err) : write_own(s, what, e, &o, err)) && out_file_end(&o, err);
    buf_done(&e->out);
    buf_done(&e->row.text);
    free(e);
    return ok;
}
