/*
 * An import is one batch in one transaction. Each row is read, checked as if typed by hand, looked up by its identity and
 * put into a block of edits; a block is applied when it is full. A row that cannot be taken is told and passed over; a
 * file that cannot be read to its end takes everything back.
 *
 * Identity, strongest first: the OSM object ("osm:n123"); the id the source gives ("ext:SOURCE:17"); source, category,
 * place to 1e-7° and a running number for equal places ("at:SOURCE:cctv:48.8566123,2.3522219:1").
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "data/alike.h"
#include "data/base/clock.h"
#include "data/base/hash.h"
#include "data/base/limits.h"
#include "data/base/log.h"
#include "data/import_survey.h"
#include "data/position.h"

enum { HISTORY_MAX = 64, BLOCK_ROWS = 400, BLOCK_BYTES = 128 << 20, BLOCK_ARENA_BYTES = 1 << 30, NOTES_MAX = 1000 };

/* ---- a set of 64-bit keys with a count each ---- */

struct seen {
    uint64_t *key;
    uint32_t *count;
    size_t room, n;
};

static void seen_done(struct seen *s)
{
    free(s->key);
    free(s->count);
    *s = (struct seen){0};
}

static uint32_t *seen_slot(uint64_t *keys, uint32_t *counts, size_t room, uint64_t key)
{
    size_t i = (size_t)hash_mix(key) & (room - 1);
    while (keys[i] && keys[i] != key)
        i = (i + 1) & (room - 1);
    keys[i] = key;
    return &counts[i];
}

/* How often this text was met before; it is counted as met. */
static uint32_t seen_before(struct seen *s, struct str text)
{
    if (s->n * 2 >= s->room) {
        struct seen bigger = {.room = MAX(1024, s->room * 2), .n = s->n};
        bigger.key = base_alloc(bigger.room, sizeof *bigger.key);
        bigger.count = base_alloc(bigger.room, sizeof *bigger.count);
        for (size_t i = 0; i < s->room; i++)
            if (s->key[i])
                *seen_slot(bigger.key, bigger.count, bigger.room, s->key[i]) = s->count[i];
        seen_done(s);
        *s = bigger;
    }
    uint32_t *count = seen_slot(s->key, s->count, s->room, hash64(text.at, text.len, 1) | 1);
    s->n += *count == 0;
    return (*count)++;
}

/* ---- the run ---- */

struct importing {
    struct store *store;
    const struct import_job *job;
    import_row_fn *each;     /* import_each: told of every row, and nothing is written; NULL */
    void *each_ctx;
    struct mapping mapping;
    struct row_rules rules;
    struct gdal_job read;
    struct batch batch;
    bool begun;              /* the batch exists */
    bool store_was_empty;
    bool surveyed;           /* whether guessed projections are believed is known: rules.position.no_guess */
    struct str source;       /* names the source in identities */
    struct arena keep;       /* for the whole run */
    struct arena block;      /* of the edits that wait */
    struct arena scratch;    /* of one row */
    struct edit edits[BLOCK_ROWS];
    size_t n_edits;
    struct seen identities, places;
    struct buf refused, duplicates, notes; /* JSON lists of the report */
    size_t n_notes;
    struct buf format;
    struct progress progress;
    uint64_t assumed;        /* rows whose category nothing says */
    struct {                 /* what was put right, in words, and in how many rows */
        const char *word;
        uint64_t rows;
    } repairs[IMPORT_REPAIRS_MAX];
    uint64_t columns_met;    /* a bit for each column the mapping names that a row had */
    struct buf columns;      /* of a row, for messages */
};

static void importing_done(struct importing *m)
{
    seen_done(&m->identities);
    seen_done(&m->places);
    buf_done(&m->refused);
    buf_done(&m->duplicates);
    buf_done(&m->notes);
    buf_done(&m->format);
    buf_done(&m->columns);
    arena_done(&m->keep);
    arena_done(&m->block);
    arena_done(&m->scratch);
}

/* ---- what is told ---- */

static void put_entry(struct buf *list, const struct gdal_row *row, struct str field, const char *why, uint64_t other, double metres)
{
    struct json_writer w = {.out = list, .need_comma = list->len > 0};
    json_open(&w, '{');
    json_key(&w, "row");
    json_put_int(&w, (int64_t)row->number);
    if (row->layer.len) {
        json_key(&w, "layer");
        json_put_str(&w, row->layer);
    }
    if (field.len) {
        json_key(&w, "field");
        json_put_str(&w, str_cut_runes(field, 80));
    }
    if (why) {
        json_key(&w, "why");
        json_put_cstr(&w, why);
    }
    if (other) {
        json_key(&w, "duplicate_of");
        json_put_int(&w, (int64_t)other);
        json_key(&w, "distance_m");
        json_put_number(&w, floor(metres * 10) / 10);
    }
    json_close(&w, '}');
}

/* " (node 123)": what an OSM object is called there. */
static void put_object(struct importing *m, const struct gdal_row *row, struct buf *out)
{
    struct osm_name name;
    if (row_is_osm(row) && row_osm_name(row, &m->scratch, &name))
        buf_fmt(out, " (%s %lld)", name.type == 'n' ? "node" : name.type == 'w' ? "way" : "relation", (long long)name.id);
}

static void tell(struct importing *m, const struct gdal_row *row, struct import_row what)
{
    what.number = row->number;
    what.layer = row->layer;
    if (m->each)
        m->each(m->each_ctx, &what);
}

static void refuse(struct importing *m, const struct gdal_row *row, struct str field, const char *why)
{
    AUTO(buf) line = {0};
    m->batch.n_refused++;
    if (m->each) {
        tell(m, row, (struct import_row){.is = IMPORT_REFUSED, .field = field, .why = why});
        return;
    }
    put_entry(&m->refused, row, field, why, 0, 0);
    buf_add(&line, m->batch.file_name);
    if (row->layer.len && !str_eq(row->format, S("osm"))) {
        buf_add(&line, S(", "));
        buf_add(&line, row->layer);
    }
    buf_fmt(&line, ": row %llu", (unsigned long long)row->number);
    put_object(m, row, &line);
    buf_add(&line, S(": "));
    if (field.len) {
        buf_add(&line, str_cut_runes(field, 80));
        buf_add(&line, S(": "));
    }
    buf_add(&line, str_of(why));
    if (m->job->refused)
        m->job->refused(m->job->ctx, line.at);
}

static void note(struct importing *m, const struct gdal_row *row, struct str field, const char *word)
{
    if (m->n_notes++ < NOTES_MAX)
        put_entry(&m->notes, row, field, word, 0, 0);
}

static void count_repair(struct importing *m, const char *word)
{
    for (size_t i = 0; i < IMPORT_REPAIRS_MAX; i++) {
        if (!m->repairs[i].word)
            m->repairs[i].word = word;
        if (m->repairs[i].word == word) {
            m->repairs[i].rows++;
            return;
        }
    }
}

static bool write_report(const struct importing *m, struct err *err)
{
    AUTO(buf) out = {0};
    struct json_writer w = {.out = &out};
    const struct {
        const char *name;
        uint64_t n;
    } counts[] = {{"read", m->batch.n_read}, {"new", m->batch.n_new}, {"updated", m->batch.n_updated}, {"same", m->batch.n_same},
        {"duplicate", m->batch.n_duplicate}, {"refused", m->batch.n_refused}};
    json_open(&w, '{');
    json_key(&w, "file");
    json_put_str(&w, m->batch.file_name);
    json_key(&w, "format");
    json_put_str(&w, buf_str(&m->format));
    json_key(&w, "batch");
    json_put_str(&w, m->job->dry_run ? S("") : m->batch.slug);
    json_key(&w, "dry_run");
    json_put_bool(&w, m->job->dry_run);
    for (size_t i = 0; i < COUNT(counts); i++) {
        json_key(&w, counts[i].name);
        json_put_int(&w, (int64_t)counts[i].n);
    }
    const struct buf *const lists[] = {&m->refused, &m->duplicates, &m->notes};
    static const char *const NAMES[] = {"refused_rows", "duplicate_rows", "notes"};
    for (size_t i = 0; i < COUNT(lists); i++) {
        json_key(&w, NAMES[i]);
        json_open(&w, '[');
        json_put_raw(&w, buf_str(lists[i]));
        json_close(&w, ']');
    }
    json_close(&w, '}');
    buf_char(&out, '\n');
    return buf_write_file(&out, m->job->report, err) || err_under(err, "report %s", m->job->report);
}

/* ---- the batch ---- */

/* The day the file says, else that of its newest edit, else when it was written to this disk. */
static bool date_batch(struct importing *m, const struct gdal_row *row, struct err *err)
{
    AUTO(buf) text = {0};
    struct batch *b = &m->batch;
    int32_t day = row->file_day;
    bool from_edits = row->file_day_guessed;
    if (m->job->as_of.year)
        return true;
    if (!day && str_eq(row->format, S("osm"))) {
        if (!survey_newest_edit(&m->read, &day, err))
            return false;
        from_edits = day > 0;
    }
    if (day)
        b->as_of = partial_date_of_day(day);
    partial_date_write(&text, b->as_of);
    if ((!day || from_edits) && !m->each)
        log_line(LOG_INFO, "%.*s: the file does not say which day it describes; taken as %s, %s (--as-of says otherwise)", STR_ARG(b->file_name), text.at,
            from_edits ? "the day of the newest edit in it" : "when it was last changed");
    return true;
}

static bool begin_batch(struct importing *m, const struct gdal_row *row, struct err *err)
{
    bool osm = row_is_osm(row);
    struct batch *b = &m->batch;
    buf_add(&m->format, row->format);
    b->licence = m->job->licence ? str_of(m->job->licence) : osm ? S("ODbL-1.0") : S("");
    b->attribution = m->job->attribution ? str_of(m->job->attribution) : osm ? S("© OpenStreetMap contributors") : S("");
    m->begun = true;
    m->rules.osm = osm;
    return date_batch(m, row, err) && (m->each || store_batch_begin(m->store, b, err));
}

static bool apply_block(struct importing *m, struct err *err)
{
    bool ok = !m->n_edits || store_apply(m->store, m->edits, m->n_edits, err);
    m->n_edits = 0;
    arena_reset(&m->block);
    return ok;
}

/* ---- one row ---- */

static void put_identity(struct importing *m, const struct row_record *r, struct buf *out)
{
    const struct deployment *d = &r->d;
    AUTO(buf) place = {0};
    struct lonlat at = d->n_devices ? d->devices[0].at : d->at;
    if (d->osm_id) {
        buf_fmt(out, "osm:%c%lld", d->osm_type, (long long)d->osm_id);
        return;
    }
    if (r->external_id.len) {
        buf_add(out, S("ext:"));
        buf_add(out, m->source);
        buf_char(out, ':');
        buf_add(out, r->external_id);
        return;
    }
    buf_add(&place, S("at:"));
    buf_add(&place, r->is_osm ? S("osm") : m->source);
    buf_fmt(&place, ":%s:", CATEGORY_TERMS[d->category].code);
    buf_fixed(&place, at.lat, 7);
    buf_char(&place, ',');
    buf_fixed(&place, at.lon, 7);
    buf_add(out, buf_str(&place));
    buf_fmt(out, ":%u", seen_before(&m->places, buf_str(&place)) + 1);
}

static bool find_duplicate(struct importing *m, const struct deployment *d, struct near *out, bool *found, struct err *err)
{
    struct near *near;
    size_t n;
    struct lonlat at = d->n_devices ? d->devices[0].at : d->at;
    *found = false;
    if (m->store_was_empty || (!d->ref.len && !d->source_name.len) || !precision_is_point(d->precision))
        return true;
    if (!store_near(m->store, at, ALIKE_HIGH_M, &m->scratch, &near, &n, err))
        return false;
    for (size_t i = 0; i < n && !*found; i++) {
        if ((m->batch.id && near[i].batch_id == m->batch.id) || near[i].category != d->category)
            continue;
        *found = alike_refs(d->ref, near[i].ref) || alike_names(&m->scratch, d->source_name, near[i].text);
        *out = near[i];
    }
    return true;
}

/* What was changed here by hand after the last import is not written over. */
bool import_changed_by_hand(struct store *s, uint64_t id, struct arena *scratch, bool *by_hand, struct err *err)
{
    struct revision *list;
    size_t n;
    uint32_t newest = 0;
    *by_hand = false;
    if (!store_history(s, id, scratch, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (list[i].version > newest) {
            newest = list[i].version;
            *by_hand = list[i].by_hand || list[i].batch_id == 0;
        }
    return true;
}

static bool finish_record(struct importing *m, struct row_record *r, uint64_t *content, struct err *err)
{
    struct deployment *d = &r->d;
    *content = deployment_hash(d); /* without the file's day: the same rows in a newer file are the same */
    bool told = false;
    for (size_t i = 0; i < d->n_events; i++) {
        if (!d->events[i].date.year)
            d->events[i].date = m->batch.as_of;
        told |= d->events[i].kind != EVENT_BEGAN;
    }
    if (!told) {
        d->events[d->n_events] = (struct status_event){.status = STATUS_ACTIVE, .kind = EVENT_OBSERVED, .date = m->batch.as_of};
        d->n_events++;
    }
    d->licence = m->batch.licence;
    d->attribution = m->batch.attribution;
    d->batch_id = m->batch.id;
    if (r->external_id.len && !d->osm_id) {
        d->external_id = r->external_id;
        d->external_source = m->source;
    }
    deployment_derive(d);
    return deployment_check(d, err);
}

static bool add_place(struct importing *m, struct deployment *d, struct err *err)
{
    struct str code, name;
    struct lonlat at = d->n_devices ? d->devices[0].at : d->at;
    if (!store_commune_at(m->store, at, &m->block, &code, &name, err))
        return false;
    d->place_code = code;
    d->place_name = name;
    return true;
}

static bool add_edit(struct importing *m, const struct gdal_row *row, struct row_record *r, struct import_row told, struct err *err)
{
    uint64_t id = told.other;
    struct deployment *d = ARENA_NEW(&m->block, struct deployment);
    if (!d)
        return err_arena(err);
    *d = r->d;
    d->id = id;
    if (!add_place(m, d, err))
        return false;
    if (m->each) {
        told.d = d;
        tell(m, row, told);
        return true;
    }
    m->edits[m->n_edits++] = (struct edit){.kind = EDIT_PUT, .deployment = d, .revision = id ? REVISION_CHANGE_IN_WORLD : REVISION_NEW_SOURCE,
        .reason = m->batch.slug, .batch_id = m->batch.id, .identity = str_copy(&m->block, told.identity), .content_hash = told.content_hash};
    return m->n_edits < BLOCK_ROWS || apply_block(m, err);
}

/* What is known of a later day is not written over by an older file; else what was observed before stays in the history. */
static bool keep_history(struct importing *m, uint64_t id, struct row_record *r, bool *older, struct err *err)
{
    struct deployment before, *d = &r->d;
    bool found;
    *older = false;
    if (!store_find(m->store, id, true, &m->block, &before, &found, err) || !found)
        return found ? false : !err->text[0];
    struct status_event *all = ARENA_ARRAY(&m->block, struct status_event, before.n_events + d->n_events);
    if (!all)
        return err_arena(err);
    size_t n = 0;
    for (size_t i = 0; i < before.n_events; i++) {
        const struct status_event *e = &before.events[i];
        *older |= e->kind == EVENT_OBSERVED && e->date.lo > m->batch.as_of.hi;
        bool again = false;
        for (size_t k = 0; k < d->n_events; k++)
            again |= d->events[k].status == e->status && d->events[k].kind == e->kind && d->events[k].date.lo == e->date.lo;
        if (e->kind == EVENT_OBSERVED && !again && n < HISTORY_MAX)
            all[n++] = *e;
    }
    for (size_t k = 0; k < d->n_events; k++)
        all[n++] = d->events[k];
    d->events = all;
    d->n_events = n;
    deployment_derive(d);
    return true;
}

static bool count_same(struct importing *m, const struct gdal_row *row, struct import_row told)
{
    m->batch.n_same++;
    told.is = IMPORT_SAME;
    tell(m, row, told);
    return true;
}

/* True when the row was dealt with, in whichever way; false ends the import. */
static bool settle(struct importing *m, const struct gdal_row *row, struct row_record *r, struct err *err)
{
    AUTO(buf) identity = {0};
    struct err why = {0};
    uint64_t id, known, content;
    struct near other = {0};
    bool duplicate;
    put_identity(m, r, &identity);
    if (seen_before(&m->identities, buf_str(&identity))) {
        refuse(m, row, S("id"), "this id was in the file already");
        return true;
    }
    if (!finish_record(m, r, &content, &why)) {
        refuse(m, row, S(""), why.text);
        return true;
    }
    if (!m->store_was_empty && store_is_withdrawn(m->store, buf_str(&identity))) {
        refuse(m, row, S(""), "withdrawn: it was taken off this map and is not put back by an import");
        return true;
    }
    if (!store_identity(m->store, buf_str(&identity), &id, &known, err))
        return false;
    struct import_row told = {.d = &r->d, .identity = buf_str(&identity), .content_hash = content, .other = id};
    if (id && known == content)
        return count_same(m, row, told);
    if (m->each && !import_row_waits(m->store, told.identity, content, &told.waiting, err))
        return false;
    if (told.waiting)
        return count_same(m, row, told);
    if (id) {
        if (!import_changed_by_hand(m->store, id, &m->scratch, &told.by_hand, err))
            return false;
        if (told.by_hand && !m->each) {
            note(m, row, S(""), "it was changed here by hand since, and is kept as it is");
            return count_same(m, row, told);
        }
        bool older;
        if (!keep_history(m, id, r, &older, err))
            return false;
        if (older) {
            count_repair(m, "the file is older than what is known, which stays");
            return count_same(m, row, told);
        }
        m->batch.n_updated++;
        told.is = IMPORT_CHANGED;
        return add_edit(m, row, r, told, err);
    }
    if (!find_duplicate(m, &r->d, &other, &duplicate, err))
        return false;
    if (duplicate) {
        put_entry(&m->duplicates, row, S(""), NULL, other.id, other.distance_m);
        m->batch.n_duplicate++;
        told.is = IMPORT_DUPLICATE;
        told.other = other.id;
        told.distance_m = other.distance_m;
        tell(m, row, told);
        return true;
    }
    m->batch.n_new++;
    told.is = IMPORT_NEW;
    return add_edit(m, row, r, told, err);
}

/* A projection that is guessed for one row is believed if it is plausible for the file, which is looked through once. */
static bool believe_guess(struct importing *m, struct err *err)
{
    if (m->surveyed)
        return true;
    m->surveyed = true;
    return survey_guess(&m->read, &m->rules, &m->rules.position.no_guess, err);
}

static bool read_and_settle(struct importing *m, const struct gdal_row *row, struct err *err)
{
    struct row_record r;
    struct str field;
    struct err why = {0};
    bool ok = row_read(row, &m->rules, &m->block, &r, &field, &why);
    if (r.guessed_projection) {
        if (!believe_guess(m, err))
            return false;
        if (m->rules.position.no_guess)
            ok = row_read(row, &m->rules, &m->block, &r, &field, &why);
    }
    if (!ok) {
        refuse(m, row, field, why.text);
        return true;
    }
    if (r.repaired) {
        note(m, row, r.repaired_field, r.repaired);
        count_repair(m, r.repaired);
    }
    m->assumed += r.assumed_category;
    if (r.is_osm && r.d.category == CATEGORY_OTHER)
        note(m, row, S("surveillance:type"), "not a type that is known; taken as other");
    return settle(m, row, &r, err);
}

/* Which of the columns that the mapping names a row has. */
static void look_at_columns(struct importing *m, const struct gdal_row *row)
{
    for (int c = 1; c < COLUMN_COUNT; c++)
        if (m->mapping.column[c].len && json_get(row->fields, m->mapping.column[c]))
            m->columns_met |= (uint64_t)1 << c;
    if (m->columns.len)
        return;
    for (struct json_each e = {0}; json_each(row->fields, &e);)
        buf_fmt(&m->columns, "%s%.*s", m->columns.len ? ", " : "", STR_ARG(str_cut_runes(e.key, 40)));
}

/* What only the whole file tells. */
static bool check_whole(struct importing *m, struct err *err)
{
    for (int c = 1; c < COLUMN_COUNT && m->batch.n_read && !m->rules.osm; c++)
        if (m->mapping.column[c].len && !(m->columns_met >> c & 1))
            return err_set(err, ERR_INVALID, "mapping: %s: there is no column \"%.*s\"; there are: %.*s", COLUMN_NAMES[c],
                STR_ARG(str_cut_runes(m->mapping.column[c], 60)), STR_ARG(str_cut_runes(buf_str(&m->columns), 300)));
    return true;
}

static bool is_stopped(const struct import_job *job)
{
    return job->stop && __atomic_load_n(job->stop, __ATOMIC_RELAXED);
}

static bool take_row(void *ctx, const struct gdal_row *row, struct err *err)
{
    struct importing *m = ctx;
    if (is_stopped(m->job))
        return err_set(err, ERR_BUSY, "stopped; the database is as it was");
    if (!m->begun && !begin_batch(m, row, err))
        return false;
    m->batch.n_read++;
    if (!m->each)
        progress_at(&m->progress, m->batch.n_read);
    arena_reset(&m->scratch);
    look_at_columns(m, row);
    if (m->block.used_bytes > BLOCK_BYTES && !apply_block(m, err))
        return false;
    /* A row that waits for nothing leaves nothing. */
    struct arena_mark mark = arena_mark(&m->block);
    size_t waiting = m->n_edits;
    bool ok = read_and_settle(m, row, err);
    if (ok && waiting && m->n_edits == waiting)
        arena_release(&m->block, mark);
    else if (!m->n_edits)
        arena_reset(&m->block);
    return ok;
}

/* ---- the job ---- */

static bool read_mapping(struct importing *m, struct err *err)
{
    AUTO(buf) text = {0};
    if (m->job->fields)
        m->mapping = *m->job->fields;
    if (!m->job->mapping)
        return true;
    return buf_read_file(&text, m->job->mapping, 1 << 20, err) && mapping_read(buf_str(&text), &m->keep, &m->mapping, err);
}

static bool read_word(const char *word, const struct term *terms, size_t n, const char *what, int *out, struct err *err)
{
    AUTO(buf) list = {0};
    *out = word ? term_find(terms, n, str_of(word)) : -1;
    if (!word || *out >= 0)
        return true;
    term_list(&list, terms, n);
    return err_set(err, ERR_INVALID, "%s \"%s\" is not one of %s", what, word, list.at);
}

/* The name of a source in identities: its address if one is given, else the file's name without what follows the dot. */
static struct str name_source(struct importing *m, struct str file_name)
{
    if (m->job->source_url)
        return str_slug(&m->keep, str_of(m->job->source_url));
    size_t dot = str_find(file_name, S("."));
    return str_slug(&m->keep, dot && dot != SIZE_MAX ? str_slice(file_name, 0, dot) : file_name);
}

static bool prepare_batch(struct importing *m, struct err *err)
{
    struct sha256 sum;
    struct stat st;
    AUTO(buf) hex = {0};
    const struct import_job *job = m->job;
    const char *slash = strrchr(job->path, '/');
    struct batch *b = &m->batch;
    b->file_name = str_of(job->name ? job->name : slash ? slash + 1 : job->path);
    m->source = name_source(m, b->file_name);
    b->slug = m->source;
    b->url = str_of(job->source_url);
    if (stat(job->path, &st) != 0)
        return str_has(str_of(job->path), S("://")) || err_errno(err, "it cannot be read");
    b->as_of = job->as_of.year ? job->as_of : job->received.year ? job->received : partial_date_of_day((int32_t)(st.st_mtime / 86400));
    if (S_ISREG(st.st_mode) && hash_sha256_file(job->path, &sum)) {
        buf_hex(&hex, sum.bytes, sizeof sum.bytes);
        b->sha256 = str_copy(&m->keep, buf_str(&hex));
    }
    return true;
}

static bool prepare(struct importing *m, struct err *err)
{
    struct gdal_job *read = &m->read;
    const struct import_job *job = m->job;
    struct store_stats stats;
    uint64_t epsg = 0;
    if (!prepare_batch(m, err) || !read_mapping(m, err) || !store_stats(m->store, &stats, err))
        return false;
    m->store_was_empty = stats.deployments == 0 && stats.revisions == 0;
    m->rules = (struct row_rules){.mapping = &m->mapping,
        .file_is_surveillance = row_text_is_a_sign(m->batch.file_name, &m->scratch) || row_text_is_a_sign(m->source, &m->scratch)};
    if (!read_word(job->category, CATEGORY_TERMS, CATEGORY_COUNT, "category", &m->rules.category, err) ||
        !read_word(job->precision, PRECISION_TERMS, PRECISION_COUNT, "precision", &m->rules.precision, err))
        return false;
    *read = (struct gdal_job){.path = job->path, .limits = job->limits, .stop = job->stop};
    if (m->mapping.layer.len)
        read->layer = str_cstr(&m->keep, m->mapping.layer);
    struct str srs = m->mapping.projection;
    if (!srs.len)
        return true;
    struct str code = str_starts(srs, S("EPSG:")) ? str_slice(srs, 5, srs.len) : srs;
    if (!str_u64(code, &epsg) || epsg > 99999)
        return err_set(err, ERR_INVALID, "mapping: projection \"%.*s\" is not known; write it as EPSG:2154", STR_ARG(str_cut_runes(srs, 40)));
    read->srs = str_cstr(&m->keep, srs);
    /* Tables in a projection that is not computed here are turned by the child, which must then know the columns. */
    const struct str *c = m->mapping.column;
    if (position_knows((int)epsg))
        m->rules.position.epsg = (int)epsg;
    else if ((c[COLUMN_X].len || c[COLUMN_LON].len) && (c[COLUMN_Y].len || c[COLUMN_LAT].len)) {
        read->x_column = str_cstr(&m->keep, c[COLUMN_X].len ? c[COLUMN_X] : c[COLUMN_LON]);
        read->y_column = str_cstr(&m->keep, c[COLUMN_Y].len ? c[COLUMN_Y] : c[COLUMN_LAT]);
    }
    return true;
}

static bool run(struct importing *m, struct err *err)
{
    AUTO(buf) what = {0};
    if (!prepare(m, err))
        return false;
    buf_fmt(&what, "import %.*s", STR_ARG(m->batch.file_name));
    if (!m->each)
        progress_begin(&m->progress, what.at, 0);
    bool ok = gdal_read(&m->read, take_row, m, err) && check_whole(m, err) && apply_block(m, err);
    if (!m->each)
        progress_end(&m->progress);
    if (!ok)
        return false;
    if (is_stopped(m->job))
        return err_set(err, ERR_BUSY, "stopped; the database is as it was");
    if (m->each)
        return true;
    if (m->assumed)
        log_line(LOG_INFO, "%.*s: nothing says what %llu of the rows are; taken as cctv (--category says otherwise)",
            STR_ARG(m->batch.file_name), (unsigned long long)m->assumed);
    for (size_t i = 0; i < IMPORT_REPAIRS_MAX && m->repairs[i].word; i++)
        log_line(LOG_INFO, "%.*s: %llu row%s: %s", STR_ARG(m->batch.file_name), (unsigned long long)m->repairs[i].rows, m->repairs[i].rows > 1 ? "s" : "",
            m->repairs[i].word);
    return !m->begun || store_batch_counts(m->store, &m->batch, err);
}

static struct importing *importing_new(struct store *s, const struct import_job *job)
{
    struct importing *m = base_alloc(1, sizeof *m);
    *m = (struct importing){.store = s, .job = job};
    arena_init(&m->keep, 1 << 24);
    arena_init(&m->block, BLOCK_ARENA_BYTES);
    arena_init(&m->scratch, 1 << 24);
    return m;
}

bool import_file(struct store *s, const struct import_job *job, struct batch *out, struct err *err)
{
    struct importing *m = importing_new(s, job);
    bool ok = store_begin(s, err), written = false;
    if (ok) {
        ok = run(m, err);
        written = ok && !job->dry_run && m->batch.n_new + m->batch.n_updated > 0; /* an import that changes nothing leaves no batch */
        if (written)
            ok = store_commit(s, err);
        else
            store_rollback(s);
    }
    if (ok && job->report)
        ok = write_report(m, err);
    if (ok) {
        *out = (struct batch){.id = written ? m->batch.id : 0, .licence = m->batch.licence, .as_of = m->batch.as_of, .n_read = m->batch.n_read, .n_new = m->batch.n_new,
            .n_updated = m->batch.n_updated, .n_same = m->batch.n_same, .n_duplicate = m->batch.n_duplicate, .n_refused = m->batch.n_refused};
    }
    importing_done(m);
    free(m);
    return ok;
}

bool import_each(struct store *s, const struct import_job *job, import_row_fn *fn, void *ctx, struct import_seen *out, struct err *err)
{
    struct importing *m = importing_new(s, job);
    m->each = fn;
    m->each_ctx = ctx;
    bool ok = run(m, err);
    if (ok) {
        *out = (struct import_seen){.osm = m->rules.osm, .assumed = m->assumed,
            .batch = {.licence = m->batch.licence, .attribution = m->batch.attribution, .as_of = m->batch.as_of, .n_read = m->batch.n_read,
                .n_new = m->batch.n_new, .n_updated = m->batch.n_updated, .n_same = m->batch.n_same, .n_duplicate = m->batch.n_duplicate,
                .n_refused = m->batch.n_refused}};
        for (size_t i = 0; i < IMPORT_REPAIRS_MAX; i++) {
            out->repairs[i].word = m->repairs[i].word;
            out->repairs[i].rows = m->repairs[i].rows;
        }
    }
    importing_done(m);
    free(m);
    return ok;
}
