/* One uploaded file through the import, row by row, into what people look at before anything is proposed. */
#include "server/upload_read.h"

#include <string.h>

#include "data/base/hash.h"
#include "data/base/clock.h"

enum { VIEW_ARENA_BYTES = 16 * 1024 * 1024, TITLE_RUNES = 120 };

/* ---- views ---- */

static struct mapping copy_mapping(struct arena *a, const struct mapping *m)
{
    struct mapping out = *m;
    for (int c = 0; c < COLUMN_COUNT; c++) {
        out.column[c] = str_copy(a, m->column[c]);
        out.constant[c] = str_copy(a, m->constant[c]);
    }
    out.projection = str_copy(a, m->projection);
    out.layer = str_copy(a, m->layer);
    return out;
}

struct upload_view *upload_view_new(const struct upload_wish *w)
{
    struct upload_view *v = base_alloc(1, sizeof *v);
    v->holds = 1;
    struct arena *a = &v->arena;
    arena_init(a, VIEW_ARENA_BYTES);
    v->wish = *w;
    v->wish.mapping = copy_mapping(a, &w->mapping);
    struct str *const texts[] = {&v->wish.name, &v->wish.licence, &v->wish.attribution, &v->wish.source_url, &v->wish.category, &v->wish.precision};
    for (size_t i = 0; i < COUNT(texts); i++)
        *texts[i] = str_copy(a, *texts[i]);
    return v;
}

struct upload_view *upload_view_hold(struct upload_view *v)
{
    if (v)
        atomic_fetch_add(&v->holds, 1);
    return v;
}

void upload_view_drop(struct upload_view *v)
{
    if (!v || atomic_fetch_sub(&v->holds, 1) != 1)
        return;
    arena_done(&v->arena);
    free(v->points);
    free(v);
}

size_t upload_column_of(const struct upload_view *v, enum column c)
{
    const struct mapping *m = &v->wish.mapping;
    for (size_t i = 0; i < v->columns.n; i++) {
        struct str name = v->columns.name[i];
        if (m->column[c].len) {
            if (str_eq(m->column[c], name))
                return i;
            continue;
        }
        bool taken = m->absent[c];
        for (int k = 1; k < COLUMN_COUNT && !taken; k++)
            taken = str_eq(m->column[k], name);
        if (!taken && column_guess(name) == c)
            return i;
    }
    return SIZE_MAX;
}

bool upload_wish_check(const struct upload_wish *w, const char **field, struct err *err)
{
    enum { TEXT_RUNES = 200, URL_BYTES = 500 };
    const struct {
        const char *name;
        struct str value;
        size_t most;
    } texts[] = {{"name", w->name, UPLOAD_NAME_MAX_RUNES}, {"licence", w->licence, TEXT_RUNES}, {"attribution", w->attribution, TEXT_RUNES},
        {"source_url", w->source_url, URL_BYTES}};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (str_runes(texts[i].value) > texts[i].most) {
            *field = texts[i].name;
            return err_set(err, ERR_INVALID, "%s: it has more than %zu characters; shorten it", texts[i].name, texts[i].most);
        }
    *field = "source_url";
    if (w->source_url.len && !str_starts(w->source_url, S("https://")) && !str_starts(w->source_url, S("http://")))
        return err_set(err, ERR_INVALID, "source_url: an address begins with https:// or http://");
    *field = "category";
    if (w->category.len && term_of(CATEGORY_TERMS, w->category) < 0)
        return err_set(err, ERR_INVALID, "category: \"%.*s\" is none that is known", STR_ARG(str_cut_runes(w->category, 40)));
    *field = "precision";
    return !w->precision.len || term_of(PRECISION_TERMS, w->precision) >= 0 ||
           err_set(err, ERR_INVALID, "precision: \"%.*s\" is none that is known", STR_ARG(str_cut_runes(w->precision, 40)));
}

/* ---- reading ---- */

/* The file's own name may tell who walked where on which day; what it is called here is told apart by it, and tells nothing. */
static const char *batch_name(struct str name, struct arena *a)
{
    AUTO(buf) out = {0};
    struct sha256 hash = hash_sha256(name);
    buf_add(&out, S("envoi-"));
    buf_hex(&out, hash.bytes, 4);
    return str_cstr(a, buf_str(&out));
}

struct import_job upload_job(const struct upload_wish *w, const char *path, const bool *stop, struct arena *a)
{
    const struct gdal_limits limits = {.memory_bytes = (uint64_t)UPLOAD_MEMORY_MB << 20, .rows = UPLOAD_ROWS_MAX, .seconds = UPLOAD_SECONDS};
    struct import_job job = {.path = path, .name = batch_name(w->name, a), .fields = &w->mapping, .as_of = w->as_of,
        .received = partial_date_of_month(clock_unix_s()), .limits = limits, .stop = stop};
    const struct {
        const char **into;
        struct str value;
    } texts[] = {{&job.category, w->category}, {&job.precision, w->precision}, {&job.licence, w->licence}, {&job.attribution, w->attribution},
        {&job.source_url, w->source_url}};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (texts[i].value.len)
            *texts[i].into = str_cstr(a, texts[i].value);
    return job;
}

bool upload_may_publish(struct store *store, const struct who *who, const struct import_row *row)
{
    struct str commune = row->d->place_code;
    bool may = who->role >= ROLE_MODERATOR && !row->by_hand && who_may_at(who, commune) && !territory_two_person(store, commune);
    if (!may || !row->other || row->is != IMPORT_CHANGED)
        return may;
    AUTO(arena) a; /* the record it would change has to be theirs as well */
    struct deployment d;
    struct err err;
    bool found;
    arena_init(&a, REQUEST_ARENA_BYTES);
    return store_find(store, row->other, true, &a, &d, &found, &err) && found && who_may_at(who, d.place_code) &&
           !territory_two_person(store, d.place_code);
}

struct reading {
    struct upload_view *view;
    struct store *store;
    const struct who *who;
};

static struct str title_of(const struct deployment *d, bool french, struct arena *a)
{
    AUTO(buf) text = {0};
    deployment_title(&text, d, french);
    return str_copy(a, str_cut_runes(buf_str(&text), TITLE_RUNES));
}

/* What tells it from its neighbours: its number, its name. */
static struct str detail_of(const struct deployment *d, struct arena *a)
{
    AUTO(buf) text = {0};
    buf_add(&text, d->ref);
    if (d->ref.len && d->source_name.len)
        buf_add(&text, S(" · "));
    buf_add(&text, d->source_name);
    return str_copy(a, str_cut_runes(buf_str(&text), TITLE_RUNES));
}

static void show_row(struct upload_view *v, const struct import_row *r)
{
    struct arena *a = &v->arena;
    if (v->n_rows[r->is] == UPLOAD_ROWS_SHOWN)
        return;
    struct upload_row *row = &v->rows[r->is][v->n_rows[r->is]++];
    *row = (struct upload_row){.number = r->number, .other = r->other, .layer = str_copy(a, str_cut_runes(r->layer, 60)),
        .field = str_copy(a, str_cut_runes(r->field, 80)), .why = str_copy(a, str_of(r->why)), .distance_m = r->distance_m, .by_hand = r->by_hand,
        .waiting = r->waiting};
    if (!r->d)
        return;
    row->title_fr = title_of(r->d, true, a);
    row->title_en = title_of(r->d, false, a);
    row->detail = detail_of(r->d, a);
    row->place = str_copy(a, r->d->place_name);
    row->at = r->d->n_devices ? r->d->devices[0].at : r->d->at;
}

static void show_point(struct upload_view *v, const struct import_row *r)
{
    if (!r->d)
        return;
    if (v->n_points == UPLOAD_POINTS_MAX) {
        v->points_left_out++;
        return;
    }
    v->points[v->n_points++] = (struct upload_point){r->d->n_devices ? r->d->devices[0].at : r->d->at, r->is, r->number};
}

static void take_row(void *ctx, const struct import_row *r)
{
    struct reading *g = ctx;
    show_row(g->view, r);
    show_point(g->view, r);
    if (r->is == IMPORT_NEW || r->is == IMPORT_CHANGED)
        g->view->in_territory += upload_may_publish(g->store, g->who, r);
}

/* What the group said the last time, unless it was said now. A mapping that no longer reads is passed over. */
static bool recall(struct store *store, const struct who *who, struct upload_view *v, struct err *err)
{
    struct str text;
    struct err ignored;
    bool found;
    if (v->wish.mapped)
        return true;
    if (!import_mapping_recall(store, who->territory, &v->columns, &v->arena, &text, &found, err))
        return false;
    v->remembered = found && mapping_read(text, &v->arena, &v->wish.mapping, &ignored);
    return true;
}

void upload_read(struct store *store, const char *path, const struct who *who, const bool *stop, struct upload_view *v)
{
    struct reading g = {.view = v, .store = store, .who = who};
    v->points = base_alloc(UPLOAD_POINTS_MAX, sizeof *v->points);
    struct import_job job = upload_job(&v->wish, path, stop, &v->arena);
    v->failed = !import_look(&job, &v->arena, &v->columns, &v->err) || !recall(store, who, v, &v->err) ||
                !import_each(store, &job, take_row, &g, &v->seen, &v->err);
    if (v->n_points) /* they are kept for an hour */
        v->points = base_grow(v->points, v->n_points, sizeof *v->points);
    if (!v->failed && !v->seen.batch.n_read)
        v->failed = !err_set(&v->err, ERR_INVALID, "it holds no row; is the first line the names of the columns, and does something follow it?");
}
