/*
 * The day a file says it describes, where its format has a place for that: the replication time in the header of an OSM
 * extract, Overpass's timestamp_osm_base or osm_base, the "timestamp" beside the features of an exported GeoJSON.
 */
#ifndef DATA_FILE_DAY_H
#define DATA_FILE_DAY_H

#include "data/base/str.h"

/* Days since 1970-01-01; 0: it does not say. Reads only the head of the content and trusts nothing of it. */
int32_t file_day(struct str content);
/* For OSM XML that does not say it: the day of the newest object in it, which is never later than the file. 0: no object
 * says when it was edited. */
int32_t file_newest_edit(struct str xml);

#endif
