/*
 * What only the whole file tells, and the import must know before it takes in the first row. The file is read once more,
 * from its beginning, in a child of its own; nothing is stored.
 */
#ifndef DATA_IMPORT_SURVEY_H
#define DATA_IMPORT_SURVEY_H

#include "data/import_row.h"

/* The day of the newest edit of the OSM objects that the import reads; 0: none says when it was edited. */
bool survey_newest_edit(const struct gdal_job *job, int32_t *day, struct err *err) MUST_USE;

#endif
