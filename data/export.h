/*
 * Published records out, with sources and licence: GeoJSON, newline-delimited GeoJSON and CSV written here; the other
 * formats through GDAL from the same rows. Positions are the public ones.
 */
#ifndef DATA_EXPORT_H
#define DATA_EXPORT_H

#include "data/store.h"

enum export_format { EXPORT_GEOJSON, EXPORT_GEOJSONL, EXPORT_CSV, EXPORT_GPKG, EXPORT_KML, EXPORT_GPX, EXPORT_FGB, EXPORT_FORMAT_COUNT };
extern const struct term EXPORT_TERMS[EXPORT_FORMAT_COUNT];

bool export_file(struct store *s, const struct search *what, enum export_format format, const char *path, struct err *err) MUST_USE;
/* One record as a GeoJSON Feature (flat properties by the names of the record), used by the API too. */
void export_feature(struct json_writer *w, const struct deployment *d, const char *base_url);

#endif
