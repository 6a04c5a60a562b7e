/*
 * /api/imports: files that programs send. The page of the same is on_upload_page.c; both read a wish out of what was sent and
 * have it read by upload.c.
 */
#include "data/base/json.h"
#include "server/on.h"
#include "server/upload_form.h"

/* ---- answers ---- */

static void put(struct json_writer *w, const char *key, struct str value)
{
    json_key(w, key);
    json_put_str(w, value);
}

static void put_int(struct json_writer *w, const char *key, uint64_t value)
{
    json_key(w, key);
    json_put_int(w, (int64_t)value);
}

static void put_columns(struct json_writer *w, const struct upload_view *v)
{
    json_key(w, "columns");
    json_open(w, '[');
    for (size_t i = 0; i < v->columns.n; i++) {
        json_open(w, '{');
        put(w, "name", v->columns.name[i]);
        put(w, "sample", v->columns.sample[i]);
        json_key(w, "field");
        int means = 0;
        for (int c = 1; c < COLUMN_COUNT && !means; c++)
            means = upload_column_of(v, (enum column)c) == i ? c : 0;
        if (means)
            json_put_cstr(w, COLUMN_NAMES[means]);
        else
            json_put_null(w);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_wish(struct json_writer *w, const struct upload_view *v)
{
    AUTO(buf) mapping = {0}, day = {0};
    const struct upload_wish *wish = &v->wish;
    mapping_write(&mapping, &wish->mapping);
    partial_date_write(&day, wish->as_of);
    json_key(w, "mapping");
    json_put_raw(w, buf_str(&mapping));
    json_key(w, "remembered");
    json_put_bool(w, v->remembered);
    const struct {
        const char *key;
        struct str value;
    } texts[] = {{"name", wish->name}, {"licence", wish->licence}, {"attribution", wish->attribution}, {"source_url", wish->source_url},
        {"category", wish->category}, {"precision", wish->precision}, {"as_of", buf_str(&day)}};
    for (size_t i = 0; i < COUNT(texts); i++)
        put(w, texts[i].key, texts[i].value);
    json_key(w, "survey");
    json_put_bool(w, wish->survey);
}

static void put_counts(struct json_writer *w, const struct upload_view *v)
{
    const struct batch *b = &v->seen.batch;
    json_key(w, "counts");
    json_open(w, '{');
    put_int(w, "read", b->n_read);
    put_int(w, "new", b->n_new);
    put_int(w, "changed", b->n_updated);
    put_int(w, "same", b->n_same);
    put_int(w, "duplicate", b->n_duplicate);
    put_int(w, "refused", b->n_refused);
    put_int(w, "publishable", v->in_territory);
    put_int(w, "assumed_category", v->seen.assumed);
    json_close(w, '}');
}

static void put_rows(struct json_writer *w, const struct upload_view *v, const char *key, enum import_class is)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < v->n_rows[is]; i++) {
        const struct upload_row *r = &v->rows[is][i];
        json_open(w, '{');
        put_int(w, "row", r->number);
        if (r->layer.len)
            put(w, "layer", r->layer);
        if (r->field.len)
            put(w, "field", r->field);
        if (r->why.len)
            put(w, "why", r->why);
        if (r->title_fr.len)
            put(w, "title", r->title_fr);
        if (r->other)
            put_int(w, is == IMPORT_DUPLICATE ? "duplicate_of" : "id", r->other);
        if (is == IMPORT_DUPLICATE) {
            json_key(w, "distance_m");
            json_put_number(w, (double)(int64_t)(r->distance_m * 10) / 10);
        }
        if (r->waiting) {
            json_key(w, "waiting");
            json_put_bool(w, true);
        }
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_preview(struct json_writer *w, const struct upload_view *v)
{
    json_key(w, "preview");
    json_open(w, '{');
    put(w, "type", S("FeatureCollection"));
    json_key(w, "features");
    json_open(w, '[');
    for (size_t i = 0; i < v->n_points; i++) {
        json_open(w, '{');
        put(w, "type", S("Feature"));
        json_key(w, "geometry");
        json_open(w, '{');
        put(w, "type", S("Point"));
        json_key(w, "coordinates");
        json_open(w, '[');
        json_put_number(w, v->points[i].at.lon);
        json_put_number(w, v->points[i].at.lat);
        json_close(w, ']');
        json_close(w, '}');
        json_key(w, "properties");
        json_open(w, '{');
        put(w, "class", str_of(UPLOAD_CLASS_CODES[v->points[i].is]));
        put_int(w, "row", v->points[i].number);
        json_close(w, '}');
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
    put_int(w, "preview_left_out", v->points_left_out);
}

static void put_view(struct json_writer *w, const struct upload_view *v)
{
    put_wish(w, v);
    put_columns(w, v);
    if (v->failed)
        return;
    put_counts(w, v);
    put_rows(w, v, "new_rows", IMPORT_NEW);
    put_rows(w, v, "changed_rows", IMPORT_CHANGED);
    put_rows(w, v, "duplicate_rows", IMPORT_DUPLICATE);
    put_rows(w, v, "refused_rows", IMPORT_REFUSED);
    put_preview(w, v);
}

static struct json_writer begin(struct response *rs, const char *id, const char *state)
{
    struct json_writer w = {.out = &rs->body};
    rs->content_type = "application/json";
    rs->headers = HEADERS_PRIVATE;
    json_open(&w, '{');
    put(&w, "id", str_of(id));
    put(&w, "state", str_of(state));
    return w;
}

static bool accepted(struct response *rs, const char *id)
{
    struct json_writer w = begin(rs, id, UPLOAD_STATE_CODES[UPLOAD_READING]);
    json_close(&w, '}');
    rs->status = 202;
    snprintf(rs->location, sizeof rs->location, "/api/imports/%s", id);
    return true;
}

/* ---- what was asked ---- */

static bool must_be_known(const struct caller *who, struct err *err)
{
    return who->who.role >= ROLE_CONTRIBUTOR ||
           err_set(err, ERR_STRANGER, "files are taken from people and programs that are known; send a token: Authorization: Bearer …");
}

/* A fault of one field is told with a pointer to it. */
static bool field_problem(struct response *rs, const char *field, const struct err *err)
{
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", field);
    return response_problem(rs, 400, err->text, pointer);
}

static bool wish_or_problem(const struct upload_wish *wish, struct response *rs, bool *done, struct err *err)
{
    const char *field;
    *done = !upload_wish_check(wish, &field, err);
    return !*done || field_problem(rs, field, err);
}

bool on_import_post(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller who;
    struct form *form = ARENA_NEW(&rq->arena, struct form);
    struct upload_wish wish;
    const char *field;
    char id[33];
    bool done, bearer = caller_bearer(rq).len != 0;
    if (!form)
        return err_arena(err);
    if (bearer && !gate_api(app, worker, rq, rs, GATE_UPLOAD, &who, err))
        return false;
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, form, err))
        return false;
    if (!bearer && !caller_of(app, worker, rq, &who, err))
        return false;
    if (!must_be_known(&who, err) || (!bearer && !gate_form(app, worker, rq, rs, form, GATE_UPLOAD, &who, err)))
        return false;
    const struct form_field *file = form_file(form, "file");
    if (!file || !file->value.len)
        return response_problem(rs, 400, file ? "the file is empty" : "the form has no file: send it as the field \"file\"", "/file");
    if (file->value.len > UPLOAD_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the file is larger than %d MB", UPLOAD_MAX_BYTES / 1000000);
    if (!upload_wish_of_form(form, NULL, file->file_name, &rq->arena, &wish, &field, err))
        return field_problem(rs, field, err);
    if (!wish_or_problem(&wish, rs, &done, err) || done)
        return done;
    return upload_add(app, &who, file->value, file->file_name, &wish, id, err) && accepted(rs, id);
}

bool on_import_get(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller who;
    struct upload_look look;
    if (!on_no_query(rq, err) || !caller_of(app, worker, rq, &who, err) || !upload_find(app, &who, rq->segments[2], &look, err))
        return false;
    struct json_writer w = begin(rs, look.id, UPLOAD_STATE_CODES[look.state]);
    if (look.state == UPLOAD_APPLIED) {
        put_int(&w, "batch", look.done.batch_id);
        put_int(&w, "proposed", look.done.proposed);
        put_int(&w, "published", look.done.published);
    }
    if (look.state == UPLOAD_FAILED)
        put(&w, "error", str_of(look.view->err.code >= ERR_IO ? "something went wrong here; it was noted" : look.view->err.text));
    if (look.view)
        put_view(&w, look.view);
    json_close(&w, '}');
    upload_look_done(&look);
    return true;
}

bool on_import_put(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller who;
    struct upload_look look;
    struct upload_wish wish;
    bool done;
    if (!gate_api(app, worker, rq, rs, GATE_UPLOAD, &who, err) || !must_be_known(&who, err) || !upload_find(app, &who, rq->segments[2], &look, err))
        return false;
    bool ok = upload_wish_of_json(rq->body, look.view ? &look.view->wish : NULL, &rq->arena, &wish, err);
    upload_look_done(&look);
    if (!ok || !wish_or_problem(&wish, rs, &done, err) || done)
        return ok && done;
    return upload_again(app, &who, rq->segments[2], &wish, err) && accepted(rs, look.id);
}

static bool applied(struct app *app, struct request *rq, struct response *rs, const char *id, const struct upload_done *d, struct err *err)
{
    (void)app, (void)rq, (void)err;
    struct json_writer w = begin(rs, id, UPLOAD_STATE_CODES[UPLOAD_APPLIED]);
    put_int(&w, "batch", d->batch_id);
    put_int(&w, "proposed", d->proposed);
    put_int(&w, "published", d->published);
    json_close(&w, '}');
    return true;
}

bool on_import_apply(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller who;
    struct upload_choice choice = {0};
    if (!gate_api(app, worker, rq, rs, GATE_UPLOAD, &who, err) || !must_be_known(&who, err))
        return false;
    if (str_trim(rq->body).len) {
        AUTO(json_doc) doc = {0};
        if (!json_read(&doc, rq->body, &JSON_BODY, err))
            return false;
        choice = (struct upload_choice){json_bool(json_get(doc.root, S("publish"))), json_bool(json_get(doc.root, S("duplicates")))};
    }
    return upload_apply(app, worker, rq, rs, &who, rq->segments[2], choice, applied, err);
}
