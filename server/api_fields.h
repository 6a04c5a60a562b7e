/*
 * The properties of a record as programs send them: one table of names, kinds and bounds, which checks a body and names the
 * place of what is wrong in it. What passes here is of the right kinds; whether it makes sense together is the record's own check.
 */
#ifndef SERVER_API_FIELDS_H
#define SERVER_API_FIELDS_H

#include "data/base/json.h"
#include "data/record/deployment.h"

enum field_kind {
    FIELD_TEXT,         /* most: characters */
    FIELD_URL,          /* http or https; most: characters */
    FIELD_WORD,         /* of terms */
    FIELD_WORDS,        /* a list of them, or one text with commas between */
    FIELD_WHOLE,        /* a whole number from least to most */
    FIELD_NUMBER,       /* from least to most */
    FIELD_DATE,         /* 2019, 2019-10, 2019-10-28, each with "?" if uncertain */
    FIELD_BOOL,
    FIELD_LIST,         /* of objects with the fields in sub; most: how many */
    FIELD_POSITION,     /* [longitude, latitude] */
    FIELD_POLYGONS,     /* a GeoJSON Polygon or MultiPolygon */
    FIELD_TAGS,         /* an object of texts; most: how many */
    FIELD_OBJECT,       /* whatever is in it */
    FIELD_OSM_TYPE,     /* node, way, relation, or their first letters */
};
enum field_use {
    USE_RECORD,         /* goes into the record under its name */
    USE_DEVICE,         /* of the first device, for records that have one */
    USE_ORG,            /* names of organisations in one role, "; " between */
    USE_DERIVED,        /* follows from the rest: may be sent back as it was read */
    USE_FIXED,          /* where it came from: no proposal changes it */
    USE_IGNORED,        /* number, address and age of what was read */
    USE_ABOUT,          /* of the contribution and not of the record */
};
struct field {
    const char *name;
    enum field_kind kind;
    enum field_use use;
    double least, most;
    const struct term *terms;
    size_t n_terms;
    const struct field *sub;
    size_t n_sub;
};
extern const struct field PROPERTY_FIELDS[], DEVICE_FIELDS[];
extern const size_t N_PROPERTY_FIELDS, N_DEVICE_FIELDS;
const struct field *field_find(const struct field *fields, size_t n, struct str name); /* NULL: none */

/* What is wrong with a body: where, as a JSON pointer (RFC 6901), and a sentence. */
struct api_fault {
    char pointer[240];
    char text[480];
};
/* Fills the fault and returns false. */
bool api_fault(struct api_fault *f, const char *pointer, const char *format, ...) PRINTF_LIKE(3, 4);

/* Whether each property is known and of its kind, those inside of lists too. What is null counts as absent, and what is the same as in
 * `known` (NULL: nothing) is not looked at. `at`: the pointer of the object itself. */
bool fields_check(const struct field *fields, size_t n, const struct json *object, const struct json *known, const char *at,
    struct api_fault *fault) MUST_USE;

/* A GeoJSON Polygon or MultiPolygon as a shape, rings turned as shapes have them; at most IMPORT_VERTICES_MAX places. */
bool polygons_read(const struct json *geometry, const char *at, struct arena *a, struct shape *out, struct api_fault *fault) MUST_USE;
bool position_read(const struct json *coordinates, const char *at, struct lonlat *out, struct api_fault *fault) MUST_USE;

#endif
