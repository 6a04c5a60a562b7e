/*
 * Where an imported record comes from: the batch it came in with, said as a source beside those of its own. It is made when
 * the record is read and not kept, so that what is corrected in a batch holds for every record of it.
 */
#include <string.h>

#include "data/base/buf.h"
#include "data/spatialite/inside.h"

static bool is_of_osm(const struct deployment *d)
{
    return d->osm_id || (d->n_devices && d->devices[0].source_tags.len);
}

/* Where the source stands among those of the record: that of OSM may be there already, for a claim. */
static size_t find_or_end(const struct deployment *d)
{
    size_t i = 0;
    while (i < d->n_sources && !(is_of_osm(d) && str_has(d->sources[i].url, S("openstreetmap.org"))))
        i++;
    return i;
}

static struct str object_address(const struct deployment *d, struct arena *a)
{
    AUTO(buf) url = {0};
    buf_add(&url, S("https://www.openstreetmap.org/"));
    if (d->osm_id)
        buf_fmt(&url, "%s/%lld", d->osm_type == 'w' ? "way" : d->osm_type == 'r' ? "relation" : "node", (long long)d->osm_id);
    return str_copy(a, buf_str(&url));
}

static struct source source_of_batch(struct stmt *q, const struct deployment *d, struct arena *a)
{
    struct source out = {.kind = SOURCE_FILE, .title = stmt_copy(q, 0, a), .licence = stmt_copy(q, 1, a), .publisher = stmt_copy(q, 2, a),
        .url = stmt_copy(q, 3, a), .accessed_on = partial_date_of_day((int32_t)(stmt_int(q, 5) / 86400))};
    partial_date_read(stmt_str(q, 4), &out.published_on);
    if (str_starts(stmt_str(q, 6), S("upload-"))) /* sent by people: the day is theirs */
        out.accessed_on = (struct partial_date){0};
    if (!is_of_osm(d))
        return out;
    out.kind = SOURCE_NGO;
    out.title = S("OpenStreetMap");
    out.publisher = S("OpenStreetMap contributors");
    out.url = object_address(d, a);
    return out;
}

bool record_add_origin(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    /* The starter list is a file of this program: its records have sources of their own, and are not known from it. */
    if (!d->batch_id || str_eq(d->external_source, S("starter")))
        return true;
    AUTO(stmt) q = db_stmt(&s->db, "SELECT file_name, licence, attribution, url, as_of, fetched_s, slug FROM import_batch WHERE id = :id");
    stmt_bind_u64(&q, ":id", d->batch_id);
    if (!stmt_row(&q))
        return stmt_ok(&q, err);
    struct source *sources = ARENA_ARRAY(a, struct source, d->n_sources + 1);
    if (!sources)
        return err_arena(err);
    if (d->n_sources)
        memcpy(sources, d->sources, d->n_sources * sizeof *sources);
    size_t i = find_or_end(d);
    sources[i] = source_of_batch(&q, d, a);
    d->n_sources = MAX(d->n_sources, i + 1);
    d->sources = sources;
    return true;
}
