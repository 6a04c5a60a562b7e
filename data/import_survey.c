#include "data/import_survey.h"

/* ---- the newest edit ---- */

static bool edit_of_row(void *ctx, const struct gdal_row *row, struct err *err)
{
    int32_t *newest = ctx;
    struct partial_date date;
    (void)err;
    if (partial_date_read(str_slice(json_string(json_get(row->fields, S("osm_timestamp"))), 0, 10), &date))
        *newest = MAX(*newest, date.lo);
    return true;
}

bool survey_newest_edit(const struct gdal_job *job, int32_t *day, struct err *err)
{
    *day = 0;
    return gdal_read(job, edit_of_row, day, err);
}
