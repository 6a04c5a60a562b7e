/*
 * OpenStreetMap tags to a record (https://wiki.openstreetmap.org/wiki/Tag:man_made%3Dsurveillance). Tables say which value
 * means what; what is not in them is unknown, never guessed.
 */
#include <math.h>
#include <string.h>

#include "data/import_row.h"
#include "data/record/direction.h"

struct word {
    const char *text;
    int means;
};

static int find_word(const struct word *words, size_t n, struct str s, int absent)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(s, str_of(words[i].text)))
            return words[i].means;
    return absent;
}
#define word_of(words, s, absent) find_word((words), COUNT(words), (s), (absent))

enum { GUARD = -2, UNKNOWN = -1 };
static const struct word CATEGORIES[] = {{"camera", CATEGORY_CCTV}, {"cameras", CATEGORY_CCTV}, {"cctv", CATEGORY_CCTV},
    {"fixed", CATEGORY_CCTV}, {"dome", CATEGORY_CCTV}, {"alpr", CATEGORY_ALPR}, {"anpr", CATEGORY_ALPR}, {"lpr", CATEGORY_ALPR},
    {"gunshot_detector", CATEGORY_AUDIO_SENSOR}, {"gunshot", CATEGORY_AUDIO_SENSOR}, {"microphone", CATEGORY_AUDIO_SENSOR},
    {"sensor", CATEGORY_SENSOR_OTHER}, {"face_recognition", CATEGORY_FACIAL_RECOGNITION}, {"drone", CATEGORY_DRONE}, {"guard", GUARD}};
static const struct word SPACES[] = {{"public", SPACE_PUBLIC}, {"outdoor", SPACE_PRIVATE_OUTDOOR}, {"indoor", SPACE_INDOOR},
    {"transportation", SPACE_TRANSPORT}};
static const struct word LEGACY_TARGETS[] = {{"traffic", TARGET_TRAFFIC}, {"red_light", TARGET_TRAFFIC}, {"level_crossing", TARGET_TRAFFIC},
    {"speed_camera", TARGET_TRAFFIC}, {"transportation", TARGET_PUBLIC_TRANSPORT}};
static const struct word TARGETS[] = {{"town", TARGET_STREET}, {"street", TARGET_STREET}, {"public", TARGET_STREET},
    {"traffic", TARGET_TRAFFIC}, {"parking", TARGET_PARKING}, {"entrance", TARGET_ENTRANCE}, {"gate", TARGET_ENTRANCE},
    {"shop", TARGET_SHOP}, {"bank", TARGET_BANK}, {"atm", TARGET_BANK}, {"building", TARGET_BUILDING}, {"corridor", TARGET_BUILDING},
    {"public_transport_platform", TARGET_PUBLIC_TRANSPORT}, {"station", TARGET_PUBLIC_TRANSPORT}, {"school", TARGET_SCHOOL}};
static const struct word TYPES[] = {{"fixed", DEVICE_FIXED}, {"static", DEVICE_FIXED}, {"fixe", DEVICE_FIXED}, {"dome", DEVICE_DOME},
    {"dom", DEVICE_DOME}, {"panning", DEVICE_PANNING}, {"ptz", DEVICE_PANNING}, {"panorama", DEVICE_PANORAMA}, {"doorbell", DEVICE_DOORBELL}};
static const struct word MOUNTS[] = {{"wall", MOUNT_WALL}, {"pole", MOUNT_POLE}, {"mast", MOUNT_POLE}, {"post", MOUNT_POLE},
    {"ceiling", MOUNT_CEILING}, {"street_lamp", MOUNT_STREET_LAMP}, {"street_light", MOUNT_STREET_LAMP}, {"lamp_post", MOUNT_STREET_LAMP},
    {"streetlamp", MOUNT_STREET_LAMP}, {"lamp", MOUNT_STREET_LAMP}, {"tree", MOUNT_TREE}, {"building", MOUNT_BUILDING},
    {"roof", MOUNT_BUILDING}, {"traffic_signal", MOUNT_TRAFFIC_SIGNAL}, {"traffic_signals", MOUNT_TRAFFIC_SIGNAL},
    {"doorbell", MOUNT_DOORBELL}};
static const struct word DWELLINGS[] = {{"house", 1}, {"residential", 1}, {"apartments", 1}, {"detached", 1}, {"terrace", 1},
    {"semidetached_house", 1}, {"bungalow", 1}, {"home", 1}, {"garden", 1}, {"private_home", 1}};

/* What is kept of the tags, beside the record's own fields. */
static const char *const KEPT[] = {"man_made", "disused:man_made", "removed:man_made", "razed:man_made", "was:man_made", "surveillance",
    "surveillance:type", "surveillance:zone", "camera:type", "camera:mount", "support", "camera:direction", "direction",
    "surveillance:direction", "camera:angle", "camera:tilt", "height", "ele", "operator:type", "operator:wikidata", "manufacturer", "brand",
    "surveillance:brand", "model", "camera:model", "ref", "description", "fixme", "note", "start_date", "end_date", "check_date",
    "survey:date", "image", "wikimedia_commons", "panoramax", "mapillary"};
static const char *const PHOTOS[] = {"image", "wikimedia_commons", "panoramax", "mapillary", "ref", "note", "description"};

static struct str tag(const struct json *tags, const char *key)
{
    return str_trim(json_string(json_get(tags, str_of(key))));
}

static struct str first_tag(const struct json *tags, const char *a, const char *b, const char *c)
{
    struct str s = tag(tags, a);
    if (!s.len)
        s = tag(tags, b);
    return s.len || !c ? s : tag(tags, c);
}

static struct str first_item(struct str s)
{
    struct str item = {0};
    str_next(&s, ';', &item);
    return str_trim(item);
}

/* ---- what it is ---- */

static bool read_category(struct str types, struct deployment *d, struct err *err)
{
    struct str item, rest = types;
    bool found = false, guard = false;
    while (str_next(&rest, ';', &item)) {
        item = str_trim(item);
        if (!item.len)
            continue;
        int c = word_of(CATEGORIES, item, UNKNOWN);
        if (c == GUARD) {
            guard = true;
            continue;
        }
        enum category category = c == UNKNOWN ? CATEGORY_OTHER : (enum category)c;
        if (!found)
            d->category = category;
        else if (category != d->category)
            d->categories2 |= 1u << category;
        found = true;
    }
    if (!found && guard)
        return err_set(err, ERR_INVALID, "surveillance:type: a guard is a person, not a device");
    if (!found)
        d->category = CATEGORY_CCTV;
    return true;
}

static bool read_lifecycle(const struct json *tags, struct arena *a, struct deployment *d, struct err *err)
{
    static const struct {
        const char *key;
        enum status status;
    } STATES[] = {{"disused:man_made", STATUS_ENDED}, {"removed:man_made", STATUS_REMOVED}, {"razed:man_made", STATUS_REMOVED},
        {"was:man_made", STATUS_REMOVED}};
    struct partial_date began = {0}, ended = {0};
    enum status gone = STATUS_UNKNOWN;
    bool stands = str_eq(tag(tags, "man_made"), S("surveillance"));
    bool speed = str_eq(tag(tags, "highway"), S("speed_camera"));
    for (size_t i = 0; !stands && i < COUNT(STATES); i++)
        if (str_eq(tag(tags, STATES[i].key), S("surveillance")))
            gone = STATES[i].status;
    if (!stands && !gone && !speed)
        return err_set(err, ERR_INVALID, "man_made: no tag says that this is surveillance");
    if (!stands && !gone)
        d->category = CATEGORY_SPEED_ENFORCEMENT;
    partial_date_guess(tag(tags, "start_date"), &began);
    partial_date_guess(tag(tags, "end_date"), &ended);
    if (!gone && ended.year)
        gone = STATUS_ENDED;
    d->events = ARENA_ARRAY(a, struct status_event, 3);
    if (!d->events)
        return err_arena(err);
    if (began.year)
        d->events[d->n_events++] = (struct status_event){.status = STATUS_ACTIVE, .kind = EVENT_BEGAN, .date = began};
    /* Without a date of its own it is as old as the file: the importer says so. */
    if (gone)
        d->events[d->n_events++] = (struct status_event){.status = gone, .kind = ended.year ? EVENT_ENDED : EVENT_OBSERVED, .date = ended};
    return true;
}

/* ---- the device ---- */

static struct str without_unit(struct str s)
{
    static const char *const UNITS[] = {"metres", "meters", "m", "°"};
    for (size_t i = 0; i < COUNT(UNITS); i++)
        if (str_ends(s, str_of(UNITS[i])))
            return str_trim(str_slice(s, 0, s.len - strlen(UNITS[i])));
    return s;
}

static bool plain_number(struct str s, double *out)
{
    char text[24];
    s = without_unit(str_trim(s));
    if (s.len >= sizeof text)
        return false;
    for (size_t i = 0; i < s.len; i++)
        text[i] = s.at[i] == ',' ? '.' : s.at[i];
    return s.len && str_double(str_from(text, s.len), out);
}

/* 16'5" is feet and inches. */
static bool feet(struct str s, double *metres)
{
    size_t mark = str_find(s, S("'"));
    double f, inches = 0;
    if (mark == SIZE_MAX || !str_double(str_trim(str_slice(s, 0, mark)), &f))
        return false;
    struct str rest = str_trim(str_slice(s, mark + 1, s.len));
    if (str_ends(rest, S("\"")))
        rest = str_trim(str_slice(rest, 0, rest.len - 1));
    if (rest.len && !str_double(rest, &inches))
        return false;
    *metres = f * 0.3048 + inches * 0.0254;
    return true;
}

static double read_height(const struct json *tags)
{
    double m;
    struct str height = tag(tags, "height");
    if (!height.len) {
        if (!plain_number(tag(tags, "ele"), &m) || m >= 30) /* higher, it is the ground's */
            return 0;
    } else if (!plain_number(height, &m) && !feet(height, &m))
        return 0;
    return m > 0 ? CLAMP(m, 1.5, 30.0) : 0;
}

static double read_tilt(const struct json *tags)
{
    double v;
    if (plain_number(tag(tags, "camera:angle"), &v) && v >= 0 && v <= 90)
        return v;
    if (plain_number(tag(tags, "camera:tilt"), &v) && v >= -90 && v <= 90)
        return -v;
    return NAN;
}

static bool read_views(struct str text, enum direction_form form, struct device *v, struct arena *a)
{
    struct directions found = direction_read(text, form);
    struct device_view *views = ARENA_ARRAY(a, struct device_view, found.n + 1);
    if (!views)
        return false;
    v->direction_raw = str_copy(a, text);
    v->direction_unparsed = found.state == DIRECTION_UNPARSED;
    for (size_t i = 0; i < found.n; i++)
        views[i] = (struct device_view){.bearing_deg = found.view[i].bearing_deg, .width_deg = found.view[i].width_deg,
            .has_bearing = found.view[i].has_bearing, .approximate = found.view[i].approximate};
    v->n_views = found.n;
    v->views = views;
    /* A dome or a turning camera sees all round, unless a wall is behind it. */
    if (!found.n && !text.len && (v->type == DEVICE_DOME || v->type == DEVICE_PANNING || v->type == DEVICE_PANORAMA) && v->mount != MOUNT_WALL) {
        views[0] = (struct device_view){.width_deg = 360};
        v->n_views = 1;
    }
    return true;
}

static void put_source_tags(const struct json *tags, bool dwelling, struct buf *out)
{
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    for (size_t i = 0; i < COUNT(KEPT); i++) {
        struct str value = tag(tags, KEPT[i]);
        bool hidden = false;
        for (size_t k = 0; dwelling && k < COUNT(PHOTOS); k++)
            hidden |= strcmp(KEPT[i], PHOTOS[k]) == 0;
        if (!value.len || hidden)
            continue;
        json_key(&w, KEPT[i]);
        json_put_str(&w, str_cut_runes(value, 500));
    }
    json_close(&w, '}');
}

static bool read_device(const struct json *tags, bool dwelling, struct arena *a, struct deployment *d, struct err *err)
{
    AUTO(buf) kept = {0};
    struct device *v = ARENA_NEW(a, struct device);
    if (!v)
        return err_arena(err);
    v->type = (enum device_type)word_of(TYPES, first_item(tag(tags, "camera:type")), DEVICE_UNKNOWN);
    struct str mount = first_item(first_tag(tags, "camera:mount", "support", NULL));
    v->mount = (enum mount)word_of(MOUNTS, mount, mount.len ? MOUNT_OTHER : MOUNT_UNKNOWN);
    v->height_m = read_height(tags);
    v->tilt_deg = read_tilt(tags);
    v->model = str_copy(a, str_cut_runes(first_tag(tags, "model", "camera:model", NULL), 80));
    if (!partial_date_guess(first_tag(tags, "check_date", "survey:date", NULL), &v->check_date))
        v->check_date = (struct partial_date){0};
    if (!read_views(str_cut_runes(first_tag(tags, "camera:direction", "direction", "surveillance:direction"), 120), DIRECTION_OSM, v, a))
        return err_arena(err);
    put_source_tags(tags, dwelling, &kept);
    v->source_tags = str_copy(a, buf_str(&kept));
    d->last_confirmed = v->check_date;
    d->devices = v;
    d->n_devices = 1;
    return true;
}

bool import_views(struct str text, bool french, struct device *v, struct arena *a)
{
    return read_views(text, french ? DIRECTION_FRENCH : DIRECTION_OSM, v, a);
}

/* ---- homes ---- */

static const struct word PUBLIC_OWNERS[] = {{"public", 1}, {"government", 1}, {"university", 1}, {"school", 1}};

static bool is_dwelling(const struct json *tags)
{
    bool public_owner = word_of(PUBLIC_OWNERS, tag(tags, "operator:type"), 0); /* a prison has a doorbell too */
    return str_eq(tag(tags, "camera:type"), S("doorbell")) || (str_eq(tag(tags, "camera:mount"), S("doorbell")) && !public_owner) ||
        word_of(DWELLINGS, tag(tags, "building"), 0) || word_of(DWELLINGS, tag(tags, "surveillance:zone"), 0);
}

static bool add_category_claim(struct arena *a, struct deployment *d, struct err *err)
{
    d->claims = ARENA_NEW(a, struct claim);
    d->sources = ARENA_NEW(a, struct source);
    if (!d->claims || !d->sources)
        return err_arena(err);
    d->sources[0] = (struct source){.kind = SOURCE_NGO, .title = S("OpenStreetMap"), .publisher = S("OpenStreetMap contributors"),
        .url = S("https://www.openstreetmap.org/"), .licence = S("ODbL-1.0")};
    d->claims[0] = (struct claim){.field = CLAIM_CATEGORY, .value = S("cctv"), .confidence = CONFIDENCE_PROBABLE, .basis = BASIS_OSM, .source = 1};
    d->n_sources = d->n_claims = 1;
    return true;
}

bool import_osm_tags(const struct json *tags, struct arena *a, struct deployment *out, struct err *err)
{
    struct deployment d = {.level = LEVEL_DEVICE, .device_count = -1, .retention_days = -1, .moderation = MODERATION_PUBLISHED,
        .precision = PRECISION_EXACT, .public_precision = PRECISION_EXACT};
    struct str types = tag(tags, "surveillance:type"), kind = tag(tags, "surveillance");
    if (!read_lifecycle(tags, a, &d, err))
        return false;
    if (d.category != CATEGORY_SPEED_ENFORCEMENT && !read_category(types, &d, err))
        return false;
    d.space = (enum space)word_of(SPACES, first_item(kind), SPACE_UNKNOWN);
    d.target = (enum target)word_of(TARGETS, first_item(tag(tags, "surveillance:zone")), TARGET_NONE);
    if (!d.target)
        d.target = (enum target)word_of(LEGACY_TARGETS, first_item(kind), TARGET_NONE);
    bool dwelling = is_dwelling(tags);
    if (dwelling && d.space != SPACE_PUBLIC)
        return err_set(err, ERR_INVALID, "private_home: cameras of homes are not taken in");
    if (!read_device(tags, dwelling, a, &d, err))
        return false;
    if (dwelling) {
        d.public_precision = PRECISION_STREET;
    } else {
        d.ref = str_copy(a, str_cut_runes(tag(tags, "ref"), 80));
        d.source_name = str_copy(a, str_cut_runes(tag(tags, "name"), 120));
        if (!import_orgs(first_tag(tags, "operator", "surveillance:operator", NULL), tag(tags, "operator:type"),
                first_tag(tags, "manufacturer", "surveillance:brand", "brand"), a, &d, err))
            return false;
    }
    d.needs_check = tag(tags, "fixme").len > 0;
    if (!types.len && d.category == CATEGORY_CCTV && !add_category_claim(a, &d, err))
        return false;
    *out = d;
    return true;
}
