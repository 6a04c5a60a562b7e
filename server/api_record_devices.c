/* Devices of a feature that is read, with what was said of the first of them flat. */
#include "server/api_feature.h"

#include <math.h>
#include <stdio.h>

#include "data/record/direction.h"

static const struct json *device_value(const struct feature *f, const struct json *device, size_t i, const char *name)
{
    const struct json *v = i == 0 && feature_changed(f, name) ? json_get(f->r->changes, str_of(name)) : json_get(device, str_of(name));
    return json_kind(v) == JSON_NULL ? NULL : v;
}

/* Where it stands: as it says, or with the feature's point; a lone device goes along when the point moves. */
static bool put_device_position(struct feature *f, const struct json *device, size_t i, size_t n)
{
    struct lonlat at = f->point;
    const struct json *own = json_get(device, S("position"));
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/properties/devices/%zu/position", i);
    if (json_kind(own) == JSON_NULL) {
        if (!f->has_point)
            return api_fault(f->fault, pointer, "a device has a position, or the feature is a point");
    } else {
        if (!position_read(own, pointer, &at, f->fault))
            return false;
        bool stood = f->had_point && fabs(at.lon - f->old_point.lon) < 1e-7 && fabs(at.lat - f->old_point.lat) < 1e-7;
        if (n == 1 && stood && f->has_point)
            at = f->point;
    }
    json_key(&f->w, "position");
    feature_put_position(&f->w, at);
    return true;
}

static void put_view(struct json_writer *w, double bearing, bool has_bearing, double width, bool approximate)
{
    json_open(w, '{');
    if (has_bearing) {
        json_key(w, "bearing_deg");
        json_put_number(w, bearing);
    }
    if (width > 0) {
        json_key(w, "width_deg");
        json_put_number(w, width);
    }
    if (approximate) {
        json_key(w, "approximate");
        json_put_bool(w, true);
    }
    json_close(w, '}');
}

/* A text of directions as the mappers' grammar has them; or the bearing and width that were set flat; or the views as they are. */
static bool put_views(struct feature *f, const struct json *device, size_t i)
{
    const struct json *views = json_get(device, S("views")), *text = device_value(f, device, i, "direction");
    bool by_text = text && (json_kind(views) == JSON_NULL || (i == 0 && feature_changed(f, "direction")));
    bool flat = i == 0 && (feature_changed(f, "bearing_deg") || feature_changed(f, "width_deg"));
    if (flat) {
        const struct json *first = json_at(views, 0), *bearing = device_value(f, first, 0, "bearing_deg"), *width = device_value(f, first, 0, "width_deg");
        json_key(&f->w, "views");
        json_open(&f->w, '[');
        if (bearing || width)
            put_view(&f->w, json_number(bearing), bearing != NULL, json_number(width), false);
        json_close(&f->w, ']');
    } else if (by_text) {
        struct directions d = direction_read(json_string(text), DIRECTION_OSM);
        char pointer[64];
        snprintf(pointer, sizeof pointer, i == 0 && feature_changed(f, "direction") ? "/properties/direction" : "/properties/devices/%zu/direction", i);
        if (d.state == DIRECTION_UNPARSED)
            return api_fault(f->fault, pointer, "this is not understood as a direction; write degrees from north or points of the compass: 90, NW, 45-90, 0;180");
        json_key(&f->w, "views");
        json_open(&f->w, '[');
        for (size_t k = 0; k < d.n; k++)
            put_view(&f->w, d.view[k].bearing_deg, d.view[k].has_bearing, d.view[k].width_deg, d.view[k].approximate);
        json_close(&f->w, ']');
    } else if (json_kind(views) == JSON_ARRAY) {
        feature_put(&f->w, S("views"), views);
    }
    return true;
}

static bool put_device(struct feature *f, const struct json *device, size_t i, size_t n)
{
    json_open(&f->w, '{');
    if (!put_device_position(f, device, i, n))
        return false;
    for (size_t k = 0; k < N_DEVICE_FIELDS; k++) {
        const struct field *field = &DEVICE_FIELDS[k];
        const struct json *v = device_value(f, device, i, field->name);
        if (!v || field->use != USE_RECORD || field->kind == FIELD_POSITION || field->kind == FIELD_LIST)
            continue;
        json_key(&f->w, field->name);
        if (field->kind == FIELD_OSM_TYPE)
            json_put_str(&f->w, str_slice(json_string(v), 0, 1));
        else
            feature_put_value(&f->w, v);
    }
    if (!put_views(f, device, i))
        return false;
    json_close(&f->w, '}');
    return true;
}

bool feature_put_devices(struct feature *f)
{
    const struct json *list = feature_said(f, "devices");
    size_t n = f->makes_device ? 1 : json_size(list);
    for (size_t i = 0; !n && i < N_PROPERTY_FIELDS; i++) {
        char at[96];
        snprintf(at, sizeof at, "/properties/%s", PROPERTY_FIELDS[i].name);
        if (PROPERTY_FIELDS[i].use == USE_DEVICE && feature_changed(f, PROPERTY_FIELDS[i].name))
            return api_fault(f->fault, at, "there is no device that could have it; a Point makes one");
    }
    if (!n)
        return true;
    json_key(&f->w, "devices");
    json_open(&f->w, '[');
    for (size_t i = 0; i < n; i++)
        if (!put_device(f, json_at(list, i), i, n))
            return false;
    json_close(&f->w, ']');
    return true;
}
