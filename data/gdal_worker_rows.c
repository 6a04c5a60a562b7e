/* Rows written to the parent, and coordinates turned into longitude and latitude. A part of the import child. */
#include "data/gdal_worker.h"

#include <errno.h>
#include <unistd.h>

#include "data/base/limits.h"
#include "data/csv.h"

bool worker_flush(struct worker *w, struct err *err)
{
    for (size_t at = 0; at < w->out.len;) {
        ssize_t n = write(ROWS_FD, w->out.at + at, w->out.len - at);
        if (n < 0 && errno != EINTR)
            return err_errno(err, "writing rows");
        at += n > 0 ? (size_t)n : 0;
    }
    buf_clear(&w->out);
    return true;
}

void worker_put_format(struct worker *w, const char *format)
{
    buf_fmt(&w->out, "{\"format\":\"%s\",\"day\":%d,\"guessed\":%s}\n", format, w->day, w->day_guessed ? "true" : "false");
}

struct json_writer worker_row_begin(struct worker *w, uint64_t number, struct str layer)
{
    struct json_writer j = {.out = &w->out};
    json_open(&j, '{');
    json_key(&j, "n");
    json_put_int(&j, (int64_t)number);
    json_key(&j, "l");
    json_put_str(&j, layer);
    json_key(&j, "f");
    json_open(&j, '{');
    return j;
}

void worker_put_key(struct json_writer *j, struct str key)
{
    AUTO(buf) terminated = {0};
    buf_add(&terminated, key);
    json_key(j, terminated.at ? terminated.at : "");
}

/* Text of any origin: what is not UTF-8 is taken for Windows-1252. */
void worker_put_text(struct json_writer *j, struct str s)
{
    AUTO(buf) space = {0};
    json_put_str(j, str_is_utf8(s) ? s : csv_text(s, CSV_WINDOWS_1252, &space));
}

static void put_shape(struct json_writer *j, const struct shape *s)
{
    if (s->kind == SHAPE_POINTS && s->n == 1) {
        json_key(j, "p");
        json_open(j, '[');
        json_put_number(j, s->at[0].x);
        json_put_number(j, s->at[0].y);
        json_close(j, ']');
        return;
    }
    json_key(j, "g");
    json_open(j, '[');
    json_put_int(j, s->kind);
    json_open(j, '[');
    for (uint32_t i = 0; i < s->n_parts; i++)
        json_put_int(j, s->end[i]);
    json_close(j, ']');
    json_open(j, '[');
    for (uint32_t i = 0; i < s->n; i++) {
        json_put_number(j, s->at[i].x);
        json_put_number(j, s->at[i].y);
    }
    json_close(j, ']');
    json_close(j, ']');
}

/* Ends a row with what is known of its place: a shape, nothing (NULL), or why it could not be read. */
bool worker_row_end(struct worker *w, struct json_writer *j, const struct shape *shape, const char *refused, struct err *err)
{
    uint32_t most = w->upload ? IMPORT_VERTICES_MAX : VERTICES_MAX;
    json_close(j, '}');
    if (shape && shape->n > most) {
        refused = "its geometry has too many points";
        shape = NULL;
    }
    if (shape && shape->n)
        put_shape(j, shape);
    if (refused) {
        json_key(j, "r");
        json_put_cstr(j, refused);
    }
    json_close(j, '}');
    buf_char(&w->out, '\n');
    arena_reset(&w->arena);
    w->rows++;
    if (w->rows_max && w->rows > w->rows_max)
        return err_set(err, ERR_TOO_BIG, "it has more than %llu rows; the command line takes files of any length",
            (unsigned long long)w->rows_max);
    return w->out.len < BLOCK_BYTES || worker_flush(w, err);
}

/* ---- projections ---- */

void worker_stop_projecting(struct worker *w)
{
    OCTDestroyCoordinateTransformation(w->project);
    w->project = NULL;
}

/* From a system (NULL: as given by --srs, else lon,lat) to lon,lat. */
bool worker_project_from(struct worker *w, OGRSpatialReferenceH from, struct err *err)
{
    OGRSpatialReferenceH own = NULL, to = OSRNewSpatialReference(NULL);
    worker_stop_projecting(w);
    bool ok = true;
    if (!from && w->srs) {
        uint64_t code = 0;
        struct str name = str_of(w->srs);
        own = from = OSRNewSpatialReference(NULL);
        if (!str_u64(str_starts(name, S("EPSG:")) ? str_slice(name, 5, name.len) : name, &code) || code > 99999 ||
            OSRImportFromEPSG(own, (int)code) != OGRERR_NONE)
            ok = err_set(err, ERR_INVALID, "projection %s is not known; write it as EPSG:2154", w->srs);
    }
    if (ok && from) {
        OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
        OSRImportFromEPSG(to, 4326);
        OSRSetAxisMappingStrategy(to, OAMS_TRADITIONAL_GIS_ORDER);
        if (!OSRIsSame(from, to))
            w->project = OCTNewCoordinateTransformation(from, to);
        if (!OSRIsSame(from, to) && !w->project)
            ok = err_set(err, ERR_INVALID, "its projection cannot be turned into longitude and latitude");
    }
    if (own)
        OSRDestroySpatialReference(own);
    OSRDestroySpatialReference(to);
    return ok;
}

bool worker_project_shape(struct worker *w, struct shape *s)
{
    for (uint32_t i = 0; w->project && i < s->n; i++)
        if (!OCTTransform(w->project, 1, &s->at[i].x, &s->at[i].y, NULL))
            return false;
    return true;
}
