/*
 * Which records: by box, words, place and filter. SQL finds candidates in the order of the answer (programmes first, then by
 * place), from light columns; the filter itself is the map's own, so that list and map say the same.
 */
#include <string.h>

#include "data/base/clock.h"
#include "data/spatialite/inside.h"

enum { WORDS_MAX = 12 };

void words_query(struct buf *out, struct str typed)
{
    AUTO(arena) a;
    arena_init(&a, 1024 * 1024);
    struct str rest = str_fold(&a, str_cut_runes(typed, 200)), word;
    for (int n = 0; n < WORDS_MAX && str_next(&rest, ' ', &word);) {
        if (!word.len || str_has(word, S("\"")))
            continue;
        buf_fmt(out, "%s\"%.*s\"*", n++ ? " " : "", STR_ARG(word));
    }
}

/* With the place as a condition of its own its index is used; "or any place" in one text would read every record. */
#define CANDIDATES(where)                                                                                             \
    "SELECT id, version, title_fr, title_en, category, categories2, surveilled_space, watch_target, admin_level, place_id, place_name," \
    " NULL, NULL, location_precision, public_precision, programme, device_count, status, last_confirmed, first_seen FROM deployment" \
    " WHERE moderation = 'published' AND (:programmes = 0 OR programme = 1)" where                                    \
    " AND (:levels IS NULL OR instr(:levels, '|' || admin_level || '|'))"                                             \
    " AND (:west IS NULL OR id IN (SELECT id FROM deployment_box WHERE west <= :east AND east >= :west AND south <= :north AND north >= :south" \
    "   UNION SELECT id FROM deployment_box WHERE west <= :east2 AND east >= :west2 AND south <= :north AND north >= :south))" \
    " AND (:surveys = 1 OR (id IN " SURVEY_IDS ") = (:surveys = 2))"                                                   \
    " AND (:sourceless = 0 OR (import_batch_id IS NULL AND NOT EXISTS (SELECT 1 FROM deployment_source WHERE deployment_id = deployment.id)" \
    "   AND NOT EXISTS (SELECT 1 FROM claim WHERE deployment_id = deployment.id AND basis = 'survey')))"              \
    " AND (:words IS NULL OR id IN (SELECT rowid FROM deployment_words WHERE deployment_words MATCH :words))"         \
    " ORDER BY programme DESC, place_name, id"
static const char CANDIDATES_ANYWHERE[] = CANDIDATES(""), CANDIDATES_AT[] = CANDIDATES(" AND place_id = :place");

static bool light_events(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    enum { EVENTS_MAX = 64 };
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT status, kind, date, act, source_id IS NOT NULL FROM status_event WHERE deployment_id = :id ORDER BY date_lo, date_hi, id");
    stmt_bind_u64(&q, ":id", d->id);
    while (d->n_events < EVENTS_MAX && stmt_row(&q)) {
        if (!d->events && !(d->events = ARENA_ARRAY(a, struct status_event, EVENTS_MAX)))
            return err_arena(err);
        struct status_event *e = &d->events[d->n_events++];
        int status = term_of(STATUS_TERMS, stmt_str(&q, 0)), kind = term_of(EVENT_KIND_TERMS, stmt_str(&q, 1)),
            act = term_of(ACT_TERMS, stmt_str(&q, 3));
        *e = (struct status_event){.status = (enum status)MAX(status, 0), .kind = (enum event_kind)MAX(kind, 0), .act = (enum act)MAX(act, 0),
            .source = stmt_int(&q, 4) != 0 /* that there is one, not which */};
        partial_date_read(stmt_str(&q, 2), &e->date);
    }
    return stmt_ok(&q, err);
}

static bool light_orgs(struct store *s, struct deployment *d, struct arena *a, struct err *err)
{
    enum { ORGS_MAX = 32 };
    struct org_ref *orgs = ARENA_ARRAY(a, struct org_ref, ORGS_MAX);
    if (!orgs)
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT d.role, o.slug FROM deployment_org d JOIN org o ON o.id = d.org_id WHERE d.deployment_id = :id ORDER BY d.seq");
    stmt_bind_u64(&q, ":id", d->id);
    while (d->n_orgs < ORGS_MAX && stmt_row(&q)) {
        int role = term_of(ROLE_TERMS, stmt_str(&q, 0));
        orgs[d->n_orgs++] = (struct org_ref){.role = (enum org_role)MAX(role, 0), .slug = stmt_copy(&q, 1, a)};
    }
    d->orgs = orgs;
    return stmt_ok(&q, err);
}

/* "|department|region|": those of the search's bits; empty: all. */
static void level_codes(int levels, struct buf *out)
{
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (levels >> i & 1)
            buf_fmt(out, "%s%s|", out->len ? "" : "|", LEVEL_TERMS[i].code);
}

static struct stmt candidates(struct store *s, const struct search *search, struct str words, struct str levels)
{
    struct stmt q = db_stmt(&s->db, search->place_code.len ? CANDIDATES_AT : CANDIDATES_ANYWHERE);
    stmt_bind_i64(&q, ":programmes", search->programmes_only);
    if (search->place_code.len)
        stmt_bind_str(&q, ":place", search->place_code);
    stmt_bind_str(&q, ":levels", levels);
    stmt_bind_str(&q, ":words", words);
    stmt_bind_i64(&q, ":surveys", search->surveys);
    stmt_bind_i64(&q, ":sourceless", search->without_source);
    if (search->has_bbox) {
        const struct box *b = &search->bbox;
        bool wraps = b->west > b->east;
        stmt_bind_double(&q, ":west", b->west);
        stmt_bind_double(&q, ":east", wraps ? 180 : b->east);
        stmt_bind_double(&q, ":west2", wraps ? -180 : b->west);
        stmt_bind_double(&q, ":east2", b->east);
        stmt_bind_double(&q, ":south", b->south);
        stmt_bind_double(&q, ":north", b->north);
    }
    return q;
}

static bool is_since(struct stmt *q, int column, int32_t day, bool *said)
{
    struct partial_date seen = {0};
    *said = !stmt_null(q, column) && partial_date_read(stmt_str(q, column), &seen) && seen.year;
    return *said && seen.hi >= day;
}

/* Whether anything is known of it that is as new: a look at it, or an event. No date is older than all. Where it was said when
 * somebody last looked, the day of the file that an import observed it on is none: only the file is as new. */
static bool is_known_since(struct stmt *q, const struct deployment *d, int32_t day)
{
    enum { LAST_CONFIRMED = 18, FIRST_SEEN = 19 };
    bool looked_at, seen;
    if (is_since(q, LAST_CONFIRMED, day, &looked_at) || is_since(q, FIRST_SEEN, day, &seen))
        return true;
    for (size_t i = 0; i < d->n_events; i++) {
        const struct status_event *e = &d->events[i];
        bool of_file = looked_at && e->kind == EVENT_OBSERVED && !e->source;
        if (e->date.year && e->date.hi >= day && !of_file)
            return true;
    }
    return false;
}

/* The ids that match, in order; *n of them from the heap. */
static bool find_ids(struct store *s, const struct search *search, uint64_t **out, size_t *n, struct err *err)
{
    AUTO(arena) scratch;
    arena_init(&scratch, 16 * 1024 * 1024);
    AUTO(buf) words = {0}, levels = {0};
    words_query(&words, search->text);
    level_codes(search->levels, &levels);
    *out = NULL;
    *n = 0;
    if (search->text.len && !words.len)
        return true;
    size_t room = 0;
    bool orgs = search->filter.n_operators || search->filter.n_vendors;
    AUTO(stmt) q = candidates(s, search, buf_str(&words), buf_str(&levels));
    while (stmt_row(&q)) {
        arena_reset(&scratch);
        struct deployment d = light_at(&q, &scratch);
        if (!light_events(s, &d, &scratch, err) || (orgs && !light_orgs(s, &d, &scratch, err)))
            return false;
        if (!filter_takes(&search->filter, &d, clock_today()))
            continue;
        if (search->unconfirmed_since && (status_is_stopped(d.status) || is_known_since(&q, &d, search->unconfirmed_since)))
            continue;
        if (*n == room)
            *out = base_grow(*out, room = room ? room * 2 : 256, sizeof **out);
        (*out)[(*n)++] = d.id;
    }
    return stmt_ok(&q, err);
}

bool store_search(struct store *s, const struct search *search, struct arena *a, struct deployment **out, size_t *n, size_t *total, struct err *err)
{
    AUTO_FREE uint64_t *ids = NULL;
    size_t found;
    if (!find_ids(s, search, &ids, &found, err))
        return false;
    size_t from = MIN(search->offset, found), count = MIN(search->limit ? search->limit : found, found - from);
    struct deployment *at = ARENA_ARRAY(a, struct deployment, count + 1);
    if (!at)
        return err_arena(err);
    size_t got = 0;
    for (size_t i = from; i < from + count; i++) {
        bool there;
        if (!store_find(s, ids[i], false, a, &at[got], &there, err))
            return false;
        got += there;
    }
    *out = at;
    *n = got;
    *total = found;
    return true;
}

bool store_stream(struct store *s, const struct search *search, deployment_fn *fn, void *ctx, struct err *err)
{
    AUTO_FREE uint64_t *ids = NULL;
    size_t found;
    if (!find_ids(s, search, &ids, &found, err))
        return false;
    AUTO(arena) a;
    arena_init(&a, 64 * 1024 * 1024);
    size_t end = search->limit ? MIN(found, search->offset + search->limit) : found;
    for (size_t i = search->offset; i < end; i++) {
        arena_reset(&a);
        struct deployment d;
        bool there;
        if (!store_find(s, ids[i], false, &a, &d, &there, err))
            return false;
        if (there && !fn(ctx, &d, err))
            return false;
    }
    return true;
}

bool store_has_org(struct store *s, struct str slug)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT 1 FROM org o WHERE slug = :slug AND EXISTS (SELECT 1 FROM deployment_org x JOIN deployment d ON d.id = x.deployment_id"
        " AND d.moderation = 'published' WHERE x.org_id = o.id)");
    stmt_bind_text(&q, ":slug", slug);
    return stmt_row(&q);
}

bool store_orgs(struct store *s, struct arena *a, struct org **out, size_t *n, struct err *err)
{
    size_t room = 0, got = 0;
    AUTO(stmt) count = db_stmt(&s->db, "SELECT count(*) FROM org");
    if (stmt_row(&count))
        room = (size_t)stmt_int(&count, 0);
    struct org *at = ARENA_ARRAY(a, struct org, room + 1);
    if (!at)
        return err_arena(err);
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT o.id, o.name, o.slug, o.siren, o.wikidata, o.kind, count(DISTINCT d.id) AS n FROM org o"
        " JOIN deployment_org x ON x.org_id = o.id JOIN deployment d ON d.id = x.deployment_id AND d.moderation = 'published'"
        " GROUP BY o.id ORDER BY n DESC, o.name");
    while (got < room && stmt_row(&q)) {
        int kind = term_of(ORG_KIND_TERMS, stmt_str(&q, 5));
        at[got++] = (struct org){(uint64_t)stmt_int(&q, 0), stmt_copy(&q, 1, a), stmt_copy(&q, 2, a), stmt_copy(&q, 3, a),
            stmt_copy(&q, 4, a), (enum org_kind)MAX(kind, 0), (uint32_t)stmt_int(&q, 6)};
    }
    *out = at;
    *n = got;
    return stmt_ok(&q, err);
}

static bool count_by(struct store *s, const char *sql, const struct term *terms, size_t n, uint64_t *out, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, sql);
    while (stmt_row(&q)) {
        int i = term_find(terms, n, stmt_str(&q, 0));
        if (i >= 0)
            out[i] = (uint64_t)stmt_int(&q, 1);
    }
    return stmt_ok(&q, err);
}

static bool count_rows(struct store *s, const char *sql, uint64_t *out, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db, sql);
    if (stmt_row(&q))
        *out = (uint64_t)stmt_int(&q, 0);
    return stmt_ok(&q, err);
}

bool store_stats(struct store *s, struct store_stats *out, struct err *err)
{
    struct store_stats t = {0};
    uint64_t newest = 0;
    bool ok = count_rows(s, "SELECT count(*) FROM deployment WHERE moderation = 'published' AND id NOT IN " SURVEY_IDS, &t.deployments, err) &&
        count_rows(s, "SELECT count(*) FROM deployment WHERE moderation = 'published' AND id IN " SURVEY_IDS, &t.surveys, err) &&
        count_rows(s, "SELECT count(*) FROM photo WHERE state <> 'refused'", &t.photos, err) &&
        count_rows(s, "SELECT count(*) FROM photo WHERE state = 'pending'", &t.photos_waiting, err) &&
        count_rows(s, "SELECT count(*) FROM account WHERE NOT disabled", &t.accounts, err) &&
        count_rows(s, "SELECT count(*) FROM token WHERE NOT revoked AND expires_s > strftime('%s', 'now')", &t.tokens, err) &&
        count_rows(s, "SELECT count(*) FROM device", &t.devices, err) && count_rows(s, "SELECT count(*) FROM source", &t.sources, err) &&
        count_rows(s, "SELECT count(*) FROM import_batch WHERE state = 'applied'", &t.batches, err) &&
        count_rows(s, "SELECT count(*) FROM revision", &t.revisions, err) &&
        count_rows(s, "SELECT coalesce(max(date_hi), 0) FROM status_event WHERE date_lo <= strftime('%s', 'now') / 86400", &newest, err) &&
        count_by(s, "SELECT category, count(*) FROM deployment WHERE moderation = 'published' AND id NOT IN " SURVEY_IDS " GROUP BY category", CATEGORY_TERMS, CATEGORY_COUNT, t.by_category, err) &&
        count_by(s, "SELECT status, count(*) FROM deployment WHERE moderation = 'published' AND id NOT IN " SURVEY_IDS " GROUP BY status", STATUS_TERMS, STATUS_COUNT, t.by_status, err) &&
        count_by(s, "SELECT public_precision, count(*) FROM deployment WHERE moderation = 'published' AND id NOT IN " SURVEY_IDS " GROUP BY public_precision", PRECISION_TERMS, PRECISION_COUNT, t.by_precision, err);
    t.newest_day = (int32_t)MIN(newest, (uint64_t)clock_today());
    t.seq = store_seq(s);
    *out = t;
    return ok;
}
