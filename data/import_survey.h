/*
 * What only the whole file tells, and the import must know before it takes in the first row. The file is read once more,
 * from its beginning, in a child of its own; nothing is stored.
 */
#ifndef DATA_IMPORT_SURVEY_H
#define DATA_IMPORT_SURVEY_H

#include "data/import_row.h"

/* The day of the newest edit of the OSM objects that the import reads; 0: none says when it was edited. */
bool survey_newest_edit(const struct gdal_job *job, int32_t *day, struct err *err) MUST_USE;
/* Whether the projection that is told by the numbers may be believed in this file: *why NULL, else why not, in words. It may
 * if it puts most rows in France, and clearly more of them than Web Mercator, whose numbers can look the same. */
bool survey_guess(const struct gdal_job *job, const struct row_rules *rules, const char **why, struct err *err) MUST_USE;

#endif
