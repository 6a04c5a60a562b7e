#include "data/columns.h"

const char *const COLUMN_NAMES[COLUMN_COUNT] = {"", "lon", "lat", "x", "y", "position", "id", "ref", "name", "category", "device_type",
    "mount", "direction", "height", "tilt", "model", "operator", "vendor", "space", "target", "status", "start_date", "check_date",
    "precision", "address", "commune_code", "description", "source_url"};

/* Folded names: lower case, no accents, punctuation as one space. */
static const struct {
    const char *name;
    enum column means;
} KNOWN[] = {{"lon", COLUMN_LON}, {"long", COLUMN_LON}, {"lng", COLUMN_LON}, {"longitude", COLUMN_LON}, {"lon wgs84", COLUMN_LON},
    {"long wgs84", COLUMN_LON}, {"longitude wgs84", COLUMN_LON}, {"longitud", COLUMN_LON}, {"lon deg", COLUMN_LON},
    {"x wgs84", COLUMN_LON}, {"coord lon", COLUMN_LON}, {"coordonnees lon", COLUMN_LON}, {"x long", COLUMN_LON},
    {"lat", COLUMN_LAT}, {"latitude", COLUMN_LAT}, {"lat wgs84", COLUMN_LAT}, {"latitude wgs84", COLUMN_LAT}, {"latitud", COLUMN_LAT},
    {"y wgs84", COLUMN_LAT}, {"coord lat", COLUMN_LAT}, {"coordonnees lat", COLUMN_LAT}, {"y lat", COLUMN_LAT}, {"lat deg", COLUMN_LAT},
    {"x", COLUMN_X}, {"coord x", COLUMN_X}, {"x l93", COLUMN_X}, {"x lambert93", COLUMN_X}, {"x lambert 93", COLUMN_X},
    {"coordx", COLUMN_X}, {"coordonnee x", COLUMN_X}, {"x coord", COLUMN_X}, {"x coordinate", COLUMN_X}, {"easting", COLUMN_X},
    {"est", COLUMN_X}, {"x 2154", COLUMN_X}, {"lambert x", COLUMN_X}, {"lambx", COLUMN_X}, {"x cc43", COLUMN_X},
    {"y", COLUMN_Y}, {"coord y", COLUMN_Y}, {"y l93", COLUMN_Y}, {"y lambert93", COLUMN_Y}, {"y lambert 93", COLUMN_Y},
    {"coordy", COLUMN_Y}, {"coordonnee y", COLUMN_Y}, {"y coord", COLUMN_Y}, {"y coordinate", COLUMN_Y}, {"northing", COLUMN_Y},
    {"nord", COLUMN_Y}, {"y 2154", COLUMN_Y}, {"lambert y", COLUMN_Y}, {"lamby", COLUMN_Y}, {"y cc43", COLUMN_Y},
    {"position", COLUMN_POSITION}, {"geo point 2d", COLUMN_POSITION}, {"geo point", COLUMN_POSITION}, {"geopoint", COLUMN_POSITION},
    {"coordonnees", COLUMN_POSITION}, {"coordinates", COLUMN_POSITION}, {"coordonnees gps", COLUMN_POSITION},
    {"gps", COLUMN_POSITION}, {"latlon", COLUMN_POSITION}, {"lat lon", COLUMN_POSITION}, {"wkt", COLUMN_POSITION},
    {"geom", COLUMN_POSITION}, {"geometry", COLUMN_POSITION}, {"coord geo", COLUMN_POSITION}, {"location", COLUMN_POSITION},
    {"id", COLUMN_ID}, {"identifiant", COLUMN_ID}, {"identifier", COLUMN_ID}, {"uid", COLUMN_ID}, {"uuid", COLUMN_ID},
    {"gml id", COLUMN_ID}, {"objectid", COLUMN_ID}, {"external id", COLUMN_ID}, {"id camera", COLUMN_ID}, {"camera id", COLUMN_ID},
    {"ref", COLUMN_REF}, {"reference", COLUMN_REF}, {"numero", COLUMN_REF}, {"num", COLUMN_REF}, {"no", COLUMN_REF}, {"n", COLUMN_REF},
    {"code", COLUMN_REF}, {"numero camera", COLUMN_REF}, {"num camera", COLUMN_REF}, {"n camera", COLUMN_REF},
    {"name", COLUMN_NAME}, {"nom", COLUMN_NAME}, {"libelle", COLUMN_NAME}, {"title", COLUMN_NAME}, {"titre", COLUMN_NAME},
    {"designation", COLUMN_NAME}, {"nombre", COLUMN_NAME}, {"intitule", COLUMN_NAME},
    {"category", COLUMN_CATEGORY}, {"categorie", COLUMN_CATEGORY}, {"type", COLUMN_CATEGORY}, {"type de camera", COLUMN_CATEGORY},
    {"type camera", COLUMN_CATEGORY}, {"technologie", COLUMN_CATEGORY}, {"technology", COLUMN_CATEGORY}, {"tipo", COLUMN_CATEGORY},
    {"type dispositif", COLUMN_CATEGORY}, {"type de dispositif", COLUMN_CATEGORY},
    {"device type", COLUMN_DEVICE_TYPE}, {"camera type", COLUMN_DEVICE_TYPE}, {"modele camera", COLUMN_MODEL},
    {"mount", COLUMN_MOUNT}, {"camera mount", COLUMN_MOUNT}, {"support", COLUMN_MOUNT}, {"fixation", COLUMN_MOUNT},
    {"direction", COLUMN_DIRECTION}, {"orientation", COLUMN_DIRECTION}, {"azimut", COLUMN_DIRECTION}, {"azimuth", COLUMN_DIRECTION},
    {"bearing", COLUMN_DIRECTION}, {"cap", COLUMN_DIRECTION}, {"camera direction", COLUMN_DIRECTION}, {"heading", COLUMN_DIRECTION},
    {"height", COLUMN_HEIGHT}, {"hauteur", COLUMN_HEIGHT}, {"height m", COLUMN_HEIGHT}, {"hauteur m", COLUMN_HEIGHT},
    {"tilt", COLUMN_TILT}, {"inclinaison", COLUMN_TILT}, {"camera angle", COLUMN_TILT}, {"tilt deg", COLUMN_TILT},
    {"model", COLUMN_MODEL}, {"modele", COLUMN_MODEL},
    {"operator", COLUMN_OPERATOR}, {"exploitant", COLUMN_OPERATOR}, {"gestionnaire", COLUMN_OPERATOR}, {"operateur", COLUMN_OPERATOR},
    {"proprietaire", COLUMN_OPERATOR}, {"owner", COLUMN_OPERATOR}, {"maitre d ouvrage", COLUMN_OPERATOR},
    {"vendor", COLUMN_VENDOR}, {"manufacturer", COLUMN_VENDOR}, {"fabricant", COLUMN_VENDOR}, {"marque", COLUMN_VENDOR},
    {"brand", COLUMN_VENDOR}, {"fournisseur", COLUMN_VENDOR}, {"equipement", COLUMN_VENDOR}, {"constructeur", COLUMN_VENDOR},
    {"space", COLUMN_SPACE}, {"surveilled space", COLUMN_SPACE}, {"target", COLUMN_TARGET}, {"watch target", COLUMN_TARGET},
    {"status", COLUMN_STATUS}, {"statut", COLUMN_STATUS}, {"etat", COLUMN_STATUS},
    {"start date", COLUMN_START_DATE}, {"date de mise en service", COLUMN_START_DATE}, {"date mise en service", COLUMN_START_DATE},
    {"mise en service", COLUMN_START_DATE}, {"date installation", COLUMN_START_DATE}, {"date d installation", COLUMN_START_DATE},
    {"installed", COLUMN_START_DATE}, {"installation date", COLUMN_START_DATE}, {"date de pose", COLUMN_START_DATE},
    {"check date", COLUMN_CHECK_DATE}, {"survey date", COLUMN_CHECK_DATE}, {"date releve", COLUMN_CHECK_DATE},
    {"last confirmed", COLUMN_CHECK_DATE}, {"precision", COLUMN_PRECISION}, {"location precision", COLUMN_PRECISION},
    {"precision de l implantation", COLUMN_PRECISION},
    {"address", COLUMN_ADDRESS}, {"adresse", COLUMN_ADDRESS}, {"implantation", COLUMN_ADDRESS}, {"emplacement", COLUMN_ADDRESS},
    {"localisation", COLUMN_ADDRESS}, {"voie", COLUMN_ADDRESS}, {"rue", COLUMN_ADDRESS}, {"street", COLUMN_ADDRESS}, {"lieu", COLUMN_ADDRESS},
    {"insee", COLUMN_COMMUNE_CODE}, {"code insee", COLUMN_COMMUNE_CODE}, {"commune code", COLUMN_COMMUNE_CODE},
    {"code commune", COLUMN_COMMUNE_CODE}, {"insee com", COLUMN_COMMUNE_CODE},
    {"description", COLUMN_DESCRIPTION}, {"commentaire", COLUMN_DESCRIPTION}, {"comment", COLUMN_DESCRIPTION},
    {"remarque", COLUMN_DESCRIPTION}, {"observations", COLUMN_DESCRIPTION}, {"note", COLUMN_DESCRIPTION},
    {"source url", COLUMN_SOURCE_URL}, {"url", COLUMN_SOURCE_URL}};

enum column column_guess(struct str name)
{
    char room[512];
    struct arena a;
    if (name.len > sizeof room / 4)
        return COLUMN_NONE;
    arena_init(&a, 1 << 16);
    struct str folded = str_trim(str_fold(&a, name));
    enum column found = COLUMN_NONE;
    for (size_t i = 0; !found && i < COUNT(KNOWN); i++)
        if (str_eq(folded, str_of(KNOWN[i].name)))
            found = KNOWN[i].means;
    for (size_t i = 1; !found && i < COLUMN_COUNT; i++)
        if (str_eq(name, str_of(COLUMN_NAMES[i])))
            found = (enum column)i;
    arena_done(&a);
    return found;
}

bool columns_hold_position(const struct str *names, size_t n)
{
    bool has[COLUMN_COUNT] = {false};
    for (size_t i = 0; i < n; i++)
        has[column_guess(names[i])] = true;
    return (has[COLUMN_LON] && has[COLUMN_LAT]) || (has[COLUMN_X] && has[COLUMN_Y]) || has[COLUMN_POSITION];
}

static int column_of(struct str name)
{
    for (int i = 1; i < COLUMN_COUNT; i++)
        if (str_eq(name, str_of(COLUMN_NAMES[i])))
            return i;
    if (str_eq(name, S("longitude")))
        return COLUMN_LON;
    if (str_eq(name, S("latitude")))
        return COLUMN_LAT;
    if (str_eq(name, S("external_id")))
        return COLUMN_ID;
    if (str_eq(name, S("title")))
        return COLUMN_NAME;
    if (str_eq(name, S("surveilled_space")))
        return COLUMN_SPACE;
    if (str_eq(name, S("watch_target")))
        return COLUMN_TARGET;
    if (str_eq(name, S("location_precision")))
        return COLUMN_PRECISION;
    if (str_eq(name, S("height_m")))
        return COLUMN_HEIGHT;
    return -1;
}

static bool unknown_name(struct str name, struct err *err)
{
    AUTO(buf) all = {0};
    for (int i = 1; i < COLUMN_COUNT; i++)
        buf_fmt(&all, "%s%s", i > 1 ? ", " : "", COLUMN_NAMES[i]);
    return err_set(err, ERR_INVALID, "mapping: there is no field %.*s; the fields are %s", STR_ARG(str_slice(name, 0, 60)), all.at);
}

static bool read_texts(const struct json *v, struct arena *a, struct str *into, bool *absent, struct err *err)
{
    for (struct json_each e = {0}; json_each(v, &e);) {
        int c = column_of(e.key);
        if (c < 0)
            return unknown_name(e.key, err);
        AUTO(buf) text = {0};
        if (json_kind(e.value) == JSON_STRING)
            into[c] = str_copy(a, json_string(e.value));
        else if (json_kind(e.value) == JSON_NUMBER) {
            json_write(&text, e.value);
            into[c] = str_copy(a, buf_str(&text));
        } else if (json_kind(e.value) == JSON_NULL && absent)
            absent[c] = true;
        else if (json_kind(e.value) != JSON_NULL)
            return err_set(err, ERR_INVALID, "mapping: %s is a text", COLUMN_NAMES[c]);
    }
    return true;
}

bool mapping_read(struct str text, struct arena *a, struct mapping *out, struct err *err)
{
    AUTO(json_doc) doc = {0};
    struct mapping m = {0};
    if (!json_read(&doc, text, &JSON_BODY, err))
        return err_under(err, "mapping");
    if (json_kind(doc.root) != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "mapping: it is an object: {\"lon\": \"X\", \"lat\": \"Y\", \"constants\": {\"category\": \"cctv\"}}");
    for (struct json_each e = {0}; json_each(doc.root, &e);) {
        struct str value = json_string(e.value);
        if (str_eq(e.key, S("constants"))) {
            if (!read_texts(e.value, a, m.constant, NULL, err))
                return false;
        } else if (str_eq(e.key, S("columns"))) {
            if (!read_texts(e.value, a, m.column, m.absent, err))
                return false;
        } else if (str_eq(e.key, S("projection")) || str_eq(e.key, S("srs"))) {
            m.projection = str_copy(a, value);
        } else if (str_eq(e.key, S("layer"))) {
            m.layer = str_copy(a, value);
        } else if (column_of(e.key) >= 0 && json_kind(e.value) == JSON_STRING) {
            m.column[column_of(e.key)] = str_copy(a, value);
        } else if (column_of(e.key) >= 0 && json_kind(e.value) == JSON_NULL) {
            m.absent[column_of(e.key)] = true;
        } else {
            return unknown_name(e.key, err);
        }
    }
    *out = m;
    return true;
}

static void put_texts(struct json_writer *w, const char *key, const struct str *texts, const bool *absent)
{
    json_key(w, key);
    json_open(w, '{');
    for (int c = 1; c < COLUMN_COUNT; c++) {
        if (!texts[c].len && (!absent || !absent[c]))
            continue;
        json_key(w, COLUMN_NAMES[c]);
        if (texts[c].len)
            json_put_str(w, texts[c]);
        else
            json_put_null(w);
    }
    json_close(w, '}');
}

void mapping_write(struct buf *out, const struct mapping *m)
{
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    put_texts(&w, "columns", m->column, m->absent);
    put_texts(&w, "constants", m->constant, NULL);
    const struct {
        const char *key;
        struct str value;
    } rest[] = {{"projection", m->projection}, {"layer", m->layer}};
    for (size_t i = 0; i < COUNT(rest); i++)
        if (rest[i].value.len) {
            json_key(&w, rest[i].key);
            json_put_str(&w, rest[i].value);
        }
    json_close(&w, '}');
}
