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

/* ---- guessed projections ---- */

struct survey {
    const struct row_rules *rules;
    struct arena arena;
    uint64_t unnamed, guessed, mercator_too;
};

static bool guess_of_row(void *ctx, const struct gdal_row *row, struct err *err)
{
    struct survey *s = ctx;
    struct row_record r;
    struct str field;
    struct err why;
    (void)err;
    arena_reset(&s->arena);
    (void)row_read(row, s->rules, &s->arena, &r, &field, &why);
    s->unnamed += r.unnamed_metres;
    s->guessed += r.guessed_projection;
    s->mercator_too += r.mercator_too;
    return true;
}

bool survey_guess(const struct gdal_job *job, const struct row_rules *rules, const char **why, struct err *err)
{
    struct survey s = {.rules = rules};
    arena_init(&s.arena, 1 << 24);
    bool ok = gdal_read(job, guess_of_row, &s, err);
    arena_done(&s.arena);
    /* A file of Lambert-93 has some rows at least, usually many, that as Web Mercator are in another country. */
    *why = s.guessed * 2 <= s.unnamed ? "read as Lambert-93 or a conical zone most rows of the file are not in France"
        : s.mercator_too * 10 > s.guessed * 9 ? "Lambert-93 and Web Mercator both put the rows of the file in France" : NULL;
    return ok;
}
