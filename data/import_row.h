/*
 * One foreign row to one record: OSM objects by their tags, everything else by its columns. Nothing is stored here.
 */
#ifndef DATA_IMPORT_ROW_H
#define DATA_IMPORT_ROW_H

#include "data/columns.h"
#include "data/import.h"

struct row_rules {
    const struct mapping *mapping;
    int category;                 /* forced by the user; -1: as the file says */
    int precision;                /* forced; -1 */
    struct position_hint {
        int epsg;                 /* of table columns; 0: told by the numbers */
        const char *no_guess;     /* why it is not told by them in this file; NULL */
    } position;
    bool file_is_surveillance;    /* the file's or source's name says that its rows are */
    bool osm;                     /* the file holds OSM objects: a row without tags is one too */
};
struct row_record {
    struct deployment d;
    struct str external_id;       /* empty: none */
    bool is_osm;
    const char *repaired;         /* what was put right, in words; NULL */
    struct str repaired_field;
    bool assumed_category;        /* nothing in the row says what it is */
    /* Of metres whose projection nothing names; set for refused rows too. */
    bool unnamed_metres, guessed_projection, mercator_too; /* that as Web Mercator are in France */
};
bool row_is_osm(const struct gdal_row *row);
/* Does a word of it say surveillance ("vidéoprotection", "cctv-2024", "Radars fixes")? */
bool row_text_is_a_sign(struct str text, struct arena *scratch);
struct osm_name {
    char type; /* n, w, r */
    int64_t id;
};
bool row_osm_name(const struct gdal_row *row, struct arena *a, struct osm_name *out); /* false: it has none */
/* False with a reason; *field names what is wrong where one field is ("" if not). */
bool row_read(const struct gdal_row *row, const struct row_rules *rules, struct arena *a, struct row_record *out, struct str *field, struct err *err);

/* Whether the newest version of a record was made by a person: an import or the starter list does not write over that. */
bool import_changed_by_hand(struct store *s, uint64_t id, struct arena *scratch, bool *by_hand, struct err *err) MUST_USE;

/* Operator and vendor, spelled as firms are spelled; names of people are dropped. */
bool import_orgs(struct str operator_name, struct str operator_type, struct str vendor, struct arena *a, struct deployment *d, struct err *err);
/* Whether a name seems to be that of a private person ("Jean Dupont", "Mme Martin", "particulier"), and not of an organisation. */
bool import_name_is_personal(struct str name, struct arena *scratch);
/* A direction text to the views of a device; false when the arena is full. */
bool import_views(struct str text, bool french, struct device *v, struct arena *a);

#endif
