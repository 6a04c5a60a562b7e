/*
 * Values are looked up by meaning: a constant of the mapping, the column it names, else the first column whose name is
 * guessed to mean it. Every value is a stranger's: cut, checked against closed lists, refused with the field's name.
 */
#include "data/import_row.h"

#include <math.h>
#include <string.h>

#include "data/base/limits.h"
#include "data/position.h"

/* ---- values by meaning ---- */

static struct str text_of(const struct json *v, struct arena *a)
{
    AUTO(buf) text = {0};
    if (json_kind(v) == JSON_STRING)
        return str_trim(json_string(v));
    if (json_kind(v) != JSON_NUMBER)
        return S("");
    if (json_is_integer(v))
        buf_i64(&text, json_integer(v));
    else
        buf_double(&text, json_number(v));
    return str_copy(a, buf_str(&text));
}

struct lookup {
    const struct gdal_row *row;
    const struct mapping *mapping;
    struct arena *a;
    struct str value[COLUMN_COUNT], name[COLUMN_COUNT];
};

static bool fill(struct lookup *l, struct str *field, struct err *err)
{
    size_t n = 0;
    for (struct json_each e = {0}; json_each(l->row->fields, &e); n++) {
        struct str value = text_of(e.value, l->a);
        if (value.len > IMPORT_TEXT_MAX_BYTES) {
            *field = e.key;
            return err_set(err, ERR_TOO_BIG, "its text is longer than %d bytes", IMPORT_TEXT_MAX_BYTES);
        }
        enum column means = COLUMN_NONE;
        for (int c = 1; c < COLUMN_COUNT && !means; c++)
            if (l->mapping->column[c].len && str_eq(l->mapping->column[c], e.key))
                means = (enum column)c;
        bool named = means != COLUMN_NONE;
        if (!means)
            means = column_guess(e.key);
        if (!named && l->mapping->absent[means])
            means = COLUMN_NONE;
        if (!means || (!named && l->mapping->column[means].len) || (!named && l->value[means].len) || !value.len)
            continue;
        l->value[means] = value;
        l->name[means] = e.key;
    }
    for (int c = 1; c < COLUMN_COUNT; c++)
        if (l->mapping->constant[c].len) {
            l->value[c] = l->mapping->constant[c];
            l->name[c] = str_of(COLUMN_NAMES[c]);
        }
    return true;
}

/* ---- the place ---- */

static struct lonlat mean_place(const struct shape *s)
{
    struct lonlat at = {0};
    for (uint32_t i = 0; i < s->n; i++) {
        at.lon += s->at[i].x / s->n;
        at.lat += s->at[i].y / s->n;
    }
    return at;
}

/* "x_l93", "LAMBERT_Y", "x 2154", "y cc43" */
static bool says_its_projection(struct str column, struct arena *a)
{
    static const char *const PARTS[] = {"lamb", "l93", "2154", "cc4", "cc50"};
    struct str folded = str_fold(a, column);
    for (size_t i = 0; i < COUNT(PARTS); i++)
        if (str_has(folded, str_of(PARTS[i])))
            return true;
    return false;
}

static bool place_of_numbers(struct lookup *l, double x, double y, struct position_rule rule, struct row_record *out, struct lonlat *at, struct str *field,
    struct err *err)
{
    bool told = rule.epsg || !position_is_metres(x, y) || says_its_projection(*field, l->a);
    if (told)
        rule.no_guess = NULL;
    out->unnamed_metres = !told;
    bool ok = position_of(x, y, rule, at, &out->repaired, err);
    out->guessed_projection = ok && out->unnamed_metres;
    out->mercator_too = out->unnamed_metres && position_may_be_mercator(x, y);
    return ok;
}

static bool place_of_pair(struct lookup *l, enum column cx, enum column cy, struct position_rule rule, struct row_record *out, struct lonlat *at,
    struct str *field, struct err *err)
{
    double x, y;
    *field = l->name[cx];
    if (!position_number(l->value[cx], &x, &out->repaired, err))
        return false;
    *field = l->name[cy];
    return position_number(l->value[cy], &y, &out->repaired, err) && place_of_numbers(l, x, y, rule, out, at, field, err);
}

static bool place_of_row(struct lookup *l, const struct row_rules *rules, struct row_record *out, struct lonlat *at, struct str *field, struct err *err)
{
    const struct gdal_row *row = l->row;
    struct position_rule rule = {.epsg = rules->position.epsg, .no_guess = rules->position.no_guess};
    if (row->has_geometry) {
        *field = S("geometry");
        if (row->shape.kind != SHAPE_POINTS && !out->is_osm)
            return err_set(err, ERR_INVALID, "%s is not one place; only points are imported",
                row->shape.kind == SHAPE_LINES ? "a line" : "an area");
        if (row->shape.kind == SHAPE_POINTS && row->shape.n > 1)
            return err_set(err, ERR_INVALID, "several points in one row");
        struct lonlat mean = mean_place(&row->shape);
        rule.trusted = out->is_osm;
        rule.epsg = 0;
        return place_of_numbers(l, mean.lon, mean.lat, rule, out, at, field, err);
    }
    if (l->value[COLUMN_LON].len && l->value[COLUMN_LAT].len) {
        rule.trusted = rules->mapping->column[COLUMN_LON].len && rules->mapping->column[COLUMN_LAT].len;
        return place_of_pair(l, COLUMN_LON, COLUMN_LAT, rule, out, at, field, err);
    }
    if (l->value[COLUMN_X].len && l->value[COLUMN_Y].len) {
        rule.trusted = rules->mapping->column[COLUMN_X].len && rules->mapping->column[COLUMN_Y].len;
        return place_of_pair(l, COLUMN_X, COLUMN_Y, rule, out, at, field, err);
    }
    if (l->value[COLUMN_POSITION].len) {
        *field = l->name[COLUMN_POSITION];
        double x, y;
        return position_in_one(l->value[COLUMN_POSITION], &x, &y, &out->repaired, err) && place_of_numbers(l, x, y, rule, out, at, field, err);
    }
    *field = S("position");
    return err_set(err, ERR_INVALID, "it has none");
}

/* ---- words of closed lists ---- */

static int term_by_any_name(const struct term *terms, size_t n, struct str s, struct arena *a)
{
    int found = term_find(terms, n, s);
    struct str folded = str_fold(a, s);
    for (size_t i = 0; found < 0 && folded.len && i < n; i++)
        if (str_eq(folded, str_fold(a, str_of(terms[i].fr))) || str_eq(folded, str_fold(a, str_of(terms[i].en))) ||
            str_eq(folded, str_fold(a, str_of(terms[i].code))))
            found = (int)i;
    return found;
}
#define term_by(terms, s, a) term_by_any_name((terms), COUNT(terms), (s), (a))

/* ---- signs that it is surveillance at all ---- */

static bool has_a_sign(struct str folded)
{
    /* How words begin ("Montévidéo" is a town), and whole words where the letters are few. */
    static const char *const STARTS[] = {"camera", "cctv", "video", "surveil", "radar", "drone", "gunshot", "microphone", "capteur", "facial",
        "telecamer", "telesurveil", "camara", "kamera", "uberwach"}, *const WORDS[] = {"lapi", "alpr", "anpr", "vsa", "csu", "cam"};
    struct str word;
    while (str_next(&folded, ' ', &word)) {
        for (size_t i = 0; i < COUNT(STARTS); i++)
            if (str_starts(word, str_of(STARTS[i])))
                return true;
        for (size_t i = 0; i < COUNT(WORDS); i++)
            if (str_eq(word, str_of(WORDS[i])))
                return true;
    }
    return false;
}

bool row_text_is_a_sign(struct str text, struct arena *scratch)
{
    struct arena_mark before = arena_mark(scratch);
    bool found = has_a_sign(str_fold(scratch, str_cut_runes(text, 200)));
    arena_release(scratch, before);
    return found;
}

/* In the names of its columns, or in one of its texts. */
static bool row_has_a_sign(const struct lookup *l)
{
    for (struct json_each e = {0}; json_each(l->row->fields, &e);)
        if (row_text_is_a_sign(e.key, l->a) || column_guess(e.key) == COLUMN_DEVICE_TYPE ||
            (json_kind(e.value) == JSON_STRING && row_text_is_a_sign(json_string(e.value), l->a)))
            return true;
    return false;
}

/* What files call things, by a part of the folded word; the first that is met counts. A word that also means other things
 * ("surface", "itinéraire cyclable") counts only where something else says that the row is surveillance. */
static int category_by_part(struct str s, bool beside_a_sign, struct arena *a)
{
    enum { STRONG, WEAK };
    static const struct {
        const char *part;
        enum category means;
        int strength;
    } PARTS[] = {{"radar", CATEGORY_SPEED_ENFORCEMENT, STRONG}, {"speed", CATEGORY_SPEED_ENFORCEMENT, WEAK},
        {"vitesse", CATEGORY_SPEED_ENFORCEMENT, WEAK}, {"itineraire", CATEGORY_SPEED_ENFORCEMENT, WEAK}, {"lapi", CATEGORY_ALPR, WEAK},
        {"alpr", CATEGORY_ALPR, STRONG}, {"anpr", CATEGORY_ALPR, STRONG}, {"plaque", CATEGORY_ALPR, WEAK}, {"plate", CATEGORY_ALPR, WEAK},
        {"facial", CATEGORY_FACIAL_RECOGNITION, STRONG}, {"face", CATEGORY_FACIAL_RECOGNITION, WEAK}, {"algorithm", CATEGORY_VSA, WEAK},
        {"vsa", CATEGORY_VSA, WEAK}, {"therm", CATEGORY_THERMAL_CAMERA, WEAK}, {"parlant", CATEGORY_TALKING_CAMERA, WEAK},
        {"micro", CATEGORY_AUDIO_SENSOR, WEAK}, {"sonore", CATEGORY_AUDIO_SENSOR, WEAK}, {"audio", CATEGORY_AUDIO_SENSOR, WEAK},
        {"gunshot", CATEGORY_AUDIO_SENSOR, STRONG}, {"drone", CATEGORY_DRONE, STRONG}, {"pieton", CATEGORY_BODY_CAM, WEAK},
        {"body", CATEGORY_BODY_CAM, WEAK}, {"embarque", CATEGORY_VEHICLE_CAM, WEAK}, {"portique", CATEGORY_BIOMETRIC_GATE, WEAK},
        {"hypervision", CATEGORY_HYPERVISION, STRONG}, {"camera", CATEGORY_CCTV, STRONG}, {"video", CATEGORY_CCTV, STRONG},
        {"cctv", CATEGORY_CCTV, STRONG}, {"dome", CATEGORY_CCTV, STRONG}, {"ptz", CATEGORY_CCTV, STRONG}, {"fixe", CATEGORY_CCTV, STRONG},
        {"bullet", CATEGORY_CCTV, STRONG}, {"sensor", CATEGORY_SENSOR_OTHER, STRONG}, {"capteur", CATEGORY_SENSOR_OTHER, STRONG}};
    struct str folded = str_fold(a, s);
    for (size_t i = 0; i < COUNT(PARTS); i++)
        if ((beside_a_sign || PARTS[i].strength == STRONG) && str_has(folded, str_of(PARTS[i].part)))
            return (int)PARTS[i].means;
    return -1;
}

static bool read_category(struct lookup *l, const struct row_rules *rules, struct row_record *out, struct str *field, struct err *err)
{
    struct str s = l->value[COLUMN_CATEGORY];
    int found = rules->category;
    if (found < 0 && s.len)
        found = term_by(CATEGORY_TERMS, s, l->a);
    bool sign = found >= 0 || rules->file_is_surveillance || row_text_is_a_sign(l->row->layer, l->a) || row_has_a_sign(l);
    if (found < 0 && s.len)
        found = category_by_part(s, sign, l->a);
    if (found < 0 && s.len && str_eq_nocase(l->name[COLUMN_CATEGORY], S("category"))) {
        AUTO(buf) list = {0};
        *field = l->name[COLUMN_CATEGORY];
        term_list(&list, CATEGORY_TERMS, CATEGORY_COUNT);
        return err_set(err, ERR_INVALID, "\"%.*s\" is not one of %s", STR_ARG(str_cut_runes(s, 40)), list.at);
    }
    if (found < 0 && !sign) {
        *field = l->name[COLUMN_CATEGORY];
        return s.len ? err_set(err, ERR_INVALID, "\"%.*s\" is not a kind of surveillance that is known; --category cctv says what the rows are",
                           STR_ARG(str_cut_runes(s, 40)))
                     : err_set(err, ERR_INVALID, "nothing says that this is surveillance; --category cctv does");
    }
    out->assumed_category = found < 0;
    out->d.category = found < 0 ? CATEGORY_CCTV : (enum category)found;
    return true;
}

/* "croisement", "adresse", … as open data says how well it knows a place. */
static int precision_by_word(struct str s, struct arena *a)
{
    static const struct {
        const char *part;
        enum precision means;
    } PARTS[] = {{"exact", PRECISION_EXACT}, {"gps", PRECISION_EXACT}, {"adresse", PRECISION_ADDRESS}, {"address", PRECISION_ADDRESS},
        {"numero", PRECISION_ADDRESS}, {"croisement", PRECISION_STREET}, {"crossing", PRECISION_STREET}, {"rue", PRECISION_STREET},
        {"voie", PRECISION_STREET}, {"street", PRECISION_STREET}, {"quartier", PRECISION_DISTRICT}, {"commune", PRECISION_CITY}, {"ville", PRECISION_CITY}};
    int found = term_by(PRECISION_TERMS, s, a);
    struct str folded = str_fold(a, s);
    for (size_t i = 0; found < 0 && i < COUNT(PARTS); i++)
        if (str_has(folded, str_of(PARTS[i].part)))
            found = (int)PARTS[i].means;
    return found;
}

static double number_or(struct str s, double absent)
{
    double v;
    const char *ignored = NULL;
    struct err err;
    if (str_ends(s, S("m")))
        s = str_slice(s, 0, s.len - 1);
    return s.len && position_number(s, &v, &ignored, &err) ? v : absent;
}

static enum device_type device_type_of(struct lookup *l)
{
    int found = term_by(DEVICE_TYPE_TERMS, l->value[COLUMN_DEVICE_TYPE], l->a);
    struct str folded = str_fold(l->a, l->value[COLUMN_DEVICE_TYPE].len ? l->value[COLUMN_DEVICE_TYPE] : l->value[COLUMN_CATEGORY]);
    if (found > 0)
        return (enum device_type)found;
    return str_has(folded, S("dome")) ? DEVICE_DOME : str_has(folded, S("ptz")) ? DEVICE_PANNING
        : str_has(folded, S("fixe")) ? DEVICE_FIXED : DEVICE_UNKNOWN;
}

static bool add_device(struct lookup *l, struct lonlat at, struct deployment *d, struct err *err)
{
    struct device *v = ARENA_NEW(l->a, struct device);
    if (!v)
        return err_arena(err);
    int mount = term_by(MOUNT_TERMS, l->value[COLUMN_MOUNT], l->a);
    double height = number_or(l->value[COLUMN_HEIGHT], 0), tilt = number_or(l->value[COLUMN_TILT], NAN);
    *v = (struct device){.at = at, .type = d->category == CATEGORY_CCTV || d->category == CATEGORY_ALPR ? device_type_of(l) : DEVICE_UNKNOWN,
        .mount = mount > 0 ? (enum mount)mount : MOUNT_UNKNOWN, .height_m = height > 0 ? CLAMP(height, 1.5, 30.0) : 0,
        .tilt_deg = tilt >= -90 && tilt <= 90 ? tilt : NAN, .model = str_copy(l->a, str_cut_runes(l->value[COLUMN_MODEL], 80)),
        .check_date = d->last_confirmed};
    if (!import_views(str_cut_runes(l->value[COLUMN_DIRECTION], 120), true, v, l->a))
        return err_arena(err);
    d->devices = v;
    d->n_devices = 1;
    return true;
}

static bool add_events(struct lookup *l, struct deployment *d, struct str *field, struct err *err)
{
    struct partial_date began = {0};
    int status = STATUS_ACTIVE;
    d->events = ARENA_ARRAY(l->a, struct status_event, 3);
    if (!d->events)
        return err_arena(err);
    if (l->value[COLUMN_STATUS].len) {
        int found = term_by(STATUS_TERMS, l->value[COLUMN_STATUS], l->a);
        if (found < 0 && str_eq_nocase(l->name[COLUMN_STATUS], S("status"))) {
            *field = l->name[COLUMN_STATUS];
            return err_set(err, ERR_INVALID, "\"%.*s\" is not a status that is known", STR_ARG(str_cut_runes(l->value[COLUMN_STATUS], 40)));
        }
        status = found < 0 ? STATUS_ACTIVE : found;
    }
    /* A date that cannot be read ("inconnue", "#N/A") is not known; it is not made up. */
    if (partial_date_guess(l->value[COLUMN_START_DATE], &began) && began.year && !status_is_stopped((enum status)status))
        d->events[d->n_events++] = (struct status_event){.status = (enum status)status, .kind = EVENT_BEGAN, .date = began};
    if (status != STATUS_ACTIVE)
        d->events[d->n_events++] = (struct status_event){.status = (enum status)status, .kind = EVENT_OBSERVED};
    return true;
}

static bool add_source(struct lookup *l, struct deployment *d, struct err *err)
{
    struct str url = l->value[COLUMN_SOURCE_URL];
    if (!str_starts(url, S("https://")) && !str_starts(url, S("http://")))
        return true;
    d->sources = ARENA_NEW(l->a, struct source);
    if (!d->sources)
        return err_arena(err);
    d->sources[0] = (struct source){.kind = SOURCE_OFFICIAL, .url = str_copy(l->a, str_cut_runes(url, 500))};
    d->n_sources = 1;
    return true;
}

static bool read_table_row(const struct gdal_row *row, const struct row_rules *rules, struct arena *a, struct row_record *out, struct str *field,
    struct err *err)
{
    struct lookup l = {.row = row, .mapping = rules->mapping, .a = a};
    struct deployment *d = &out->d;
    struct lonlat at;
    if (!fill(&l, field, err) || !read_category(&l, rules, out, field, err) || !place_of_row(&l, rules, out, &at, field, err))
        return false;
    out->repaired_field = *field;
    *field = S("");
    int precision = rules->precision >= 0 ? rules->precision : precision_by_word(l.value[COLUMN_PRECISION], a);
    int space = term_by(SPACE_TERMS, l.value[COLUMN_SPACE], a), target = term_by(TARGET_TERMS, l.value[COLUMN_TARGET], a);
    d->level = LEVEL_DEVICE;
    d->device_count = d->retention_days = -1;
    d->moderation = MODERATION_PUBLISHED;
    d->precision = d->public_precision = precision >= 0 ? (enum precision)precision : PRECISION_STREET;
    d->space = space > 0 ? (enum space)space : SPACE_UNKNOWN;
    d->target = target > 0 ? (enum target)target : TARGET_NONE;
    d->ref = str_copy(a, str_cut_runes(l.value[COLUMN_REF], 80));
    struct str name = l.value[COLUMN_NAME].len ? l.value[COLUMN_NAME] : l.value[COLUMN_ADDRESS];
    d->source_name = str_copy(a, str_cut_runes(name, 120));
    if (!partial_date_guess(l.value[COLUMN_CHECK_DATE], &d->last_confirmed))
        d->last_confirmed = (struct partial_date){0};
    out->external_id = str_copy(a, str_cut_runes(l.value[COLUMN_ID], 120));
    if (precision_is_point(d->precision)) {
        if (!add_device(&l, at, d, err))
            return false;
    } else {
        d->has_position = true;
        d->at = at;
        d->level = LEVEL_COMMUNE;
    }
    return add_events(&l, d, field, err) && add_source(&l, d, err) &&
        import_orgs(l.value[COLUMN_OPERATOR], S(""), l.value[COLUMN_VENDOR], a, d, err);
}

/* ---- OSM ---- */

bool row_is_osm(const struct gdal_row *row)
{
    static const char *const SIGNS[] = {"man_made", "surveillance:type", "camera:type", "camera:mount", "surveillance:zone", "disused:man_made",
        "removed:man_made", "razed:man_made", "was:man_made"};
    if (str_eq(row->format, S("osm")) || str_eq(row->format, S("overpass")))
        return true;
    for (size_t i = 0; i < COUNT(SIGNS); i++)
        if (json_string(json_get(row->fields, str_of(SIGNS[i]))).len)
            return true;
    return str_eq(json_string(json_get(row->fields, S("highway"))), S("speed_camera"));
}

static struct str any_text(const struct json *fields, const char *name, struct arena *a)
{
    return text_of(json_get(fields, str_of(name)), a);
}

/* "node/123", "n123", "way/5" or a bare number with @type beside it (a node if nothing says otherwise). */
static bool read_osm_id(const struct gdal_row *row, struct arena *a, char *type, int64_t *id)
{
    static const char *const IDS[] = {"@id", "osm_way_id", "osm_id", "@feature_id", "id"};
    struct str said = any_text(row->fields, "@type", a);
    struct str layer = row->layer;
    *type = said.len ? said.at[0] : 'n';
    if (str_eq(row->format, S("osm")))
        *type = str_eq(layer, S("points")) ? 'n' : str_eq(layer, S("lines")) ? 'w' : 'r';
    for (size_t i = 0; i < COUNT(IDS); i++) {
        struct str s = any_text(row->fields, IDS[i], a);
        if (!s.len)
            continue;
        if (strcmp(IDS[i], "osm_way_id") == 0)
            *type = 'w';
        size_t slash = str_find(s, S("/"));
        if (slash != SIZE_MAX && slash > 0) {
            *type = s.at[0];
            s = str_slice(s, slash + 1, s.len);
        } else if (s.len > 1 && strchr("nwr", s.at[0])) {
            *type = s.at[0];
            s = str_slice(s, 1, s.len);
        }
        if (strchr("nwr", *type) && str_i64(s, id) && *id > 0)
            return true;
    }
    return false;
}

bool row_osm_name(const struct gdal_row *row, struct arena *a, struct osm_name *out)
{
    return read_osm_id(row, a, &out->type, &out->id);
}

static bool read_osm_row(const struct gdal_row *row, const struct row_rules *rules, struct arena *a, struct row_record *out, struct str *field,
    struct err *err)
{
    struct lookup l = {.row = row, .mapping = rules->mapping, .a = a};
    struct deployment *d = &out->d;
    struct lonlat at;
    for (struct json_each e = {0}; json_each(row->fields, &e);)
        if (json_string(e.value).len > IMPORT_TEXT_MAX_BYTES) {
            *field = e.key;
            return err_set(err, ERR_TOO_BIG, "its text is longer than %d bytes", IMPORT_TEXT_MAX_BYTES);
        }
    out->is_osm = true;
    /* A table of tags (from Overpass, from a spreadsheet) has its position in columns. */
    if (!row->has_geometry && !fill(&l, field, err))
        return false;
    if (!import_osm_tags(row->fields, a, d, err) || !place_of_row(&l, rules, out, &at, field, err))
        return false;
    out->repaired_field = *field;
    *field = S("");
    if (rules->category >= 0)
        d->category = (enum category)rules->category;
    if (rules->precision >= 0) {
        d->precision = (enum precision)rules->precision;
        d->public_precision = MAX(d->public_precision, d->precision);
    }
    struct device *v = &d->devices[0];
    v->at = at;
    if (read_osm_id(row, a, &d->osm_type, &d->osm_id)) {
        v->osm_type = d->osm_type;
        v->osm_id = d->osm_id;
    } else {
        d->osm_type = 0;
    }
    int64_t version = 0;
    if (str_i64(any_text(row->fields, "@version", a), &version) || str_i64(any_text(row->fields, "osm_version", a), &version))
        v->osm_version = (int32_t)CLAMP(version, 0, 1000000);
    if (d->n_sources && d->osm_id) {
        AUTO(buf) url = {0};
        buf_fmt(&url, "https://www.openstreetmap.org/%s/%lld", d->osm_type == 'n' ? "node" : d->osm_type == 'w' ? "way" : "relation", (long long)d->osm_id);
        d->sources[0].url = str_copy(a, buf_str(&url));
    }
    return true;
}

bool row_read(const struct gdal_row *row, const struct row_rules *rules, struct arena *a, struct row_record *out, struct str *field, struct err *err)
{
    *out = (struct row_record){0};
    *field = S("");
    if (row->refused)
        return err_set(err, ERR_INVALID, "%s", row->refused);
    return rules->osm || row_is_osm(row) ? read_osm_row(row, rules, a, out, field, err) : read_table_row(row, rules, a, out, field, err);
}
