/*
 * What columns of foreign tables mean, guessed from their names (French, English, Spanish and what open-data portals
 * write), or told by a mapping file.
 */
#ifndef DATA_COLUMNS_H
#define DATA_COLUMNS_H

#include "data/base/json.h"

enum column {
    COLUMN_NONE, COLUMN_LON, COLUMN_LAT, COLUMN_X, COLUMN_Y, COLUMN_POSITION, /* "48.85, 2.35" or "POINT(2.35 48.85)" in one */
    COLUMN_ID, COLUMN_REF, COLUMN_NAME, COLUMN_CATEGORY, COLUMN_DEVICE_TYPE, COLUMN_MOUNT, COLUMN_DIRECTION, COLUMN_HEIGHT,
    COLUMN_TILT, COLUMN_MODEL, COLUMN_OPERATOR, COLUMN_VENDOR, COLUMN_SPACE, COLUMN_TARGET, COLUMN_STATUS, COLUMN_START_DATE,
    COLUMN_CHECK_DATE, COLUMN_PRECISION, COLUMN_ADDRESS, COLUMN_COMMUNE_CODE, COLUMN_DESCRIPTION, COLUMN_SOURCE_URL, COLUMN_COUNT
};
extern const char *const COLUMN_NAMES[COLUMN_COUNT]; /* our names, as in mapping files */

enum column column_guess(struct str name);
/* Whether names hold a position: a pair of coordinates, or one column with both. */
bool columns_hold_position(const struct str *names, size_t n);

/* A mapping: {"lon": "X", "lat": "Y", "ref": "Numéro", "constants": {"category": "cctv"}, "projection": "EPSG:2154",
 * "layer": "Feuille1"}. What it does not name is guessed; null: no column is that, whatever its name. */
struct mapping {
    struct str column[COLUMN_COUNT];   /* their name; empty: guessed */
    bool absent[COLUMN_COUNT];         /* not looked for */
    struct str constant[COLUMN_COUNT]; /* a value for every row */
    struct str projection, layer;
};
bool mapping_read(struct str text, struct arena *a, struct mapping *out, struct err *err) MUST_USE;
void mapping_write(struct buf *out, const struct mapping *m); /* as mapping_read reads it */

#endif
