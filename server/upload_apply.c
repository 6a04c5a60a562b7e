/*
 * From an upload to proposals and records. On a worker the file is read once more, so that what changed meanwhile counts,
 * and each row is written out as JSON: that is the plan. The writer turns the plan into one batch, in one step, which is
 * there whole or not at all.
 */
#include <string.h>

#include "data/base/clock.h"
#include "data/base/json_patch.h"
#include "data/contribution.h"
#include "server/upload_read.h"
#include "server/writer.h"

enum { BLOCK_ROWS = 200, BLOCK_ARENA_BYTES = 256 * 1024 * 1024, ROW_ARENA_BYTES = 16 * 1024 * 1024 };

struct piece { /* of the plan's text */
    size_t at, len;
};
struct plan_row {
    bool publish;
    uint64_t target;         /* the record it changes; 0: an addition */
    uint32_t base_version;
    struct piece json;       /* published: the record; proposed: the patch */
    struct piece identity;
    uint64_t content_hash;
    struct lonlat at;
    uint64_t near;           /* it seems to be a duplicate of this record, so far away */
    double near_m;
};
struct plan {
    struct app *app;
    struct store *store;     /* of the worker */
    const struct who *who;
    const char *id;
    struct upload_claim claim;
    struct upload_choice choice;
    upload_answer_fn *answer;
    struct import_seen seen;
    struct arena row_arena;
    struct buf text;
    struct plan_row *rows;
    size_t n, room;
    bool too_many;
    bool failed;             /* for good, and why */
    struct err err;
    struct upload_done done;
};

/* What it holds goes; the plan itself stays its upload's (the writer may run a step again). */
static void plan_empty(struct plan *p)
{
    arena_done(&p->row_arena);
    buf_done(&p->text);
    free(p->rows);
    p->rows = NULL;
}

static void plan_free(void *plan)
{
    plan_empty(plan);
    free(plan);
}

/* ---- the plan, on a worker ---- */

/* What the file says of a record that is here already: fields it does not speak of stay as they are. */
static bool put_patch(struct buf *out, struct deployment *before, const struct deployment *row, struct err *err)
{
    struct deployment after = *row;
    AUTO(buf) from = {0}, to = {0}, patch = {0};
    AUTO(json_doc) was = {0}, is = {0}, difference = {0};
    after.id = before->id = 0;
    after.version = before->version = 0;
    after.slug = before->slug = S("");
    after.batch_id = before->batch_id;
    after.licence = before->licence;
    after.attribution = before->attribution;
    deployment_write_json(&from, before);
    deployment_write_json(&to, &after);
    if (!json_read(&was, buf_str(&from), &JSON_STYLE, err) || !json_read(&is, buf_str(&to), &JSON_STYLE, err))
        return false;
    json_difference(&patch, was.root, is.root);
    if (!json_read(&difference, buf_str(&patch), &JSON_STYLE, err))
        return false;
    static const char *const NOT_SAID[] = {"created_at", "updated_at", "created_s", "updated_s", "moderation"};
    struct json_writer w = {.out = out};
    json_open(&w, '{');
    for (struct json_each e = {0}; json_each(difference.root, &e);) {
        AUTO(buf) value = {0};
        bool said = json_kind(e.value) != JSON_NULL;
        for (size_t i = 0; i < COUNT(NOT_SAID); i++)
            said &= !str_eq(e.key, str_of(NOT_SAID[i]));
        if (!said)
            continue;
        json_write(&value, e.value);
        json_key_str(&w, e.key);
        json_put_raw(&w, buf_str(&value));
    }
    json_close(&w, '}');
    return true;
}

static void put_addition(struct buf *out, const struct deployment *row)
{
    struct deployment d = *row;
    d.id = d.version = 0;
    d.batch_id = 0;
    deployment_write_json(out, &d);
}

/* The JSON of a row; *nothing: it would change nothing. */
static bool write_row(struct plan *p, const struct import_row *r, struct plan_row *row, bool *nothing, struct err *err)
{
    size_t before = p->text.len;
    *nothing = false;
    if (r->is == IMPORT_CHANGED) {
        struct deployment now;
        bool found;
        if (!store_find(p->store, r->other, true, &p->row_arena, &now, &found, err))
            return false;
        if (!found)
            return err_set(err, ERR_CONFLICT, "record %llu went away meanwhile; read the file again", (unsigned long long)r->other);
        row->target = r->other;
        row->base_version = now.version;
        if (!row->publish && !put_patch(&p->text, &now, r->d, err))
            return false;
        *nothing = !row->publish && str_eq(str_slice(buf_str(&p->text), before, p->text.len), S("{}"));
    } else if (!row->publish) {
        put_addition(&p->text, r->d);
    }
    if (row->publish)
        deployment_write_json(&p->text, r->d);
    row->json = (struct piece){before, p->text.len - before};
    return true;
}

static void plan_row(void *ctx, const struct import_row *r)
{
    struct plan *p = ctx;
    bool twin = r->is == IMPORT_DUPLICATE && p->choice.duplicates;
    if (p->failed || p->too_many || (r->is != IMPORT_NEW && r->is != IMPORT_CHANGED && !twin))
        return;
    if (p->n == UPLOAD_CHANGES_MAX || p->text.len > UPLOAD_PLAN_MAX_BYTES) {
        p->too_many = true;
        return;
    }
    struct plan_row row = {.content_hash = r->content_hash, .at = r->d->n_devices ? r->d->devices[0].at : r->d->at};
    bool nothing;
    row.publish = p->choice.publish && !twin && upload_may_publish(p->store, p->who, r);
    if (twin) {
        row.near = r->other;
        row.near_m = r->distance_m;
    }
    arena_reset(&p->row_arena);
    p->failed = !write_row(p, r, &row, &nothing, &p->err);
    if (p->failed || nothing)
        return;
    row.identity = (struct piece){p->text.len, r->identity.len};
    buf_add(&p->text, r->identity);
    if (p->n == p->room)
        p->rows = base_grow(p->rows, p->room = p->room ? p->room * 2 : 1024, sizeof *p->rows);
    p->rows[p->n++] = row;
}

static bool make_plan(struct plan *p, struct err *err)
{
    AUTO(arena) a;
    arena_init(&a, 1 << 16);
    struct import_job job = upload_job(&p->claim.view->wish, p->claim.path, p->claim.stop, &a);
    if (!import_each(p->store, &job, plan_row, p, &p->seen, err))
        return false;
    if (p->failed) {
        *err = p->err;
        return false;
    }
    if (p->too_many)
        return err_set(err, ERR_TOO_BIG, "it would change more than %d records at once; send it in smaller files, or import it on the command line",
            UPLOAD_CHANGES_MAX);
    return p->n || err_set(err, ERR_CONFLICT, "nothing of this file is new or changed, so there is nothing to propose");
}

/* ---- the step, on the writer ---- */

static struct str piece(const struct plan *p, struct piece c)
{
    return str_from(p->text.at + c.at, c.len);
}

static bool begin_batch(struct plan *p, struct store *s, struct batch *b, struct err *err)
{
    const struct upload_wish *w = &p->claim.view->wish;
    AUTO(buf) slug = {0}, month = {0};
    partial_date_write(&month, partial_date_of_month(clock_unix_s()));
    buf_fmt(&slug, "upload-%s", month.at);
    *b = (struct batch){.slug = buf_str(&slug), .file_name = w->name, .at_s = (int64_t)partial_date_of_month(clock_unix_s()).lo * 86400, .licence = w->licence, .attribution = w->attribution, .url = w->source_url, .as_of = p->seen.batch.as_of};
    if (w->survey && b->as_of.day)
        b->as_of = partial_date_of_month((int64_t)b->as_of.lo * 86400);
    if (!store_batch_begin(s, b, err))
        return false;
    b->slug = S(""); /* ours goes with this function */
    return true;
}

struct block {
    struct edit edits[BLOCK_ROWS];
    struct deployment records[BLOCK_ROWS];
    size_t n;
    struct arena arena;
};

static bool put_block(struct store *s, struct block *b, struct err *err)
{
    bool ok = !b->n || store_apply(s, b->edits, b->n, err);
    b->n = 0;
    arena_reset(&b->arena);
    return ok;
}

/* The record is still the version that the plan was made for. */
static bool still_so(struct store *s, const struct plan_row *r, struct arena *a, struct err *err)
{
    struct deployment now;
    bool found;
    if (!r->target)
        return true;
    if (!store_find(s, r->target, true, a, &now, &found, err))
        return false;
    return (found && now.version == r->base_version) ||
           err_set(err, ERR_CONFLICT, "record %llu was changed just now; read the file again", (unsigned long long)r->target);
}

static bool publish_row(struct plan *p, struct store *s, const struct plan_row *r, uint64_t batch, struct block *b, struct err *err)
{
    AUTO(json_doc) doc = {0};
    struct deployment *d = &b->records[b->n];
    struct str text = str_copy(&b->arena, piece(p, r->json));
    if (!still_so(s, r, &b->arena, err) || !json_read(&doc, text, &JSON_STYLE, err) || !deployment_read_json(doc.root, &b->arena, d, err))
        return false;
    d->id = r->target;
    if (p->claim.view->wish.survey)
        record_hide_days(d);
    b->edits[b->n++] = (struct edit){.kind = EDIT_PUT, .deployment = d, .revision = r->target ? REVISION_CHANGE_IN_WORLD : REVISION_NEW_SOURCE,
        .batch_id = batch, .account_id = p->who->account_id, .token_id = p->who->token_id, .identity = piece(p, r->identity),
        .content_hash = r->content_hash};
    p->done.published++;
    return b->n < BLOCK_ROWS || put_block(s, b, err);
}

static bool propose_row(struct plan *p, struct store *s, const struct plan_row *r, uint64_t batch, struct err *err)
{
    struct contribution c = {.kind = r->target ? CONTRIBUTION_EDIT : CONTRIBUTION_ADD, .target = r->target, .base_version = r->base_version,
        .patch = piece(p, r->json), .survey = p->claim.view->wish.survey, .has_position = true, .at = r->at, .account_id = p->who->account_id,
        .token_id = p->who->token_id, .batch_id = batch};
    AUTO(buf) note = {0};
    if (r->near)
        buf_fmt(&note, p->app->config.french ? "Doublon possible de la fiche %llu, à %d m ; qui a versé le fichier dit que c'est un autre dispositif."
                                             : "Possible duplicate of record %llu, %d m away; whoever uploaded the file says that it is another device.",
            (unsigned long long)r->near, (int)(r->near_m + 0.5));
    c.note = buf_str(&note);
    p->done.proposed++;
    return contribution_receive(s, &c, S(""), err) && import_row_proposed(s, c.id, piece(p, r->identity), r->content_hash, err);
}

static bool put_rows(struct plan *p, struct store *s, uint64_t batch, struct block *block, struct err *err)
{
    for (size_t i = 0; i < p->n; i++)
        if (!(p->rows[i].publish ? publish_row(p, s, &p->rows[i], batch, block, err) : propose_row(p, s, &p->rows[i], batch, err)))
            return false;
    return put_block(s, block, err);
}

static bool keep_mapping(struct plan *p, struct store *s, struct err *err)
{
    const struct upload_view *v = p->claim.view;
    AUTO(buf) mapping = {0};
    if (v->seen.osm || !v->columns.n)
        return true;
    mapping_write(&mapping, &v->wish.mapping);
    return import_mapping_keep(s, p->who->territory, &v->columns, buf_str(&mapping), err);
}

static bool put_plan(struct plan *p, struct store *s, struct err *err)
{
    struct batch batch;
    p->done = (struct upload_done){0};
    if (!begin_batch(p, s, &batch, err))
        return false;
    struct block *block = base_alloc(1, sizeof *block);
    arena_init(&block->arena, BLOCK_ARENA_BYTES);
    bool ok = put_rows(p, s, batch.id, block, err);
    arena_done(&block->arena);
    free(block);
    p->done.batch_id = batch.id;
    batch.n_read = p->seen.batch.n_read;
    batch.n_new = p->done.published;
    batch.n_refused = p->seen.batch.n_refused;
    batch.n_duplicate = p->seen.batch.n_duplicate;
    return ok && store_batch_counts(s, &batch, err) && keep_mapping(p, s, err);
}

static bool write_plan(void *ctx, struct store *s, struct err *err)
{
    struct plan *p = ctx;
    if (!p->failed && put_plan(p, s, &p->err))
        return true;
    p->failed = true;
    *err = p->err;
    upload_unclaim(p->app, &p->claim, NULL);
    plan_empty(p);
    return false;
}

static bool written_plan(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    struct plan *p = ctx;
    char id[sizeof p->claim.id];
    memcpy(id, p->claim.id, sizeof id);
    struct upload_done done = p->done;
    upload_answer_fn *answer = p->answer;
    plan_empty(p);
    upload_unclaim(app, &p->claim, &done);
    return answer(app, rq, rs, id, &done, err);
}

bool upload_apply(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct caller *who, struct str id,
    struct upload_choice choice, upload_answer_fn *answer, struct err *err)
{
    struct plan *p = base_alloc(1, sizeof *p);
    *p = (struct plan){.app = app, .store = worker->store, .choice = choice, .answer = answer};
    arena_init(&p->row_arena, ROW_ARENA_BYTES);
    struct who *own = ARENA_NEW(&rq->arena, struct who); /* the request lives until it is answered */
    if (!own || !upload_claim(app, who, id, p, plan_free, &p->claim, err)) {
        plan_free(p);
        return own ? false : err_arena(err);
    }
    *own = who->who;
    p->who = own;
    if (make_plan(p, err) && app_write(app, rq, rs, write_plan, written_plan, p, err))
        return true;
    upload_unclaim(app, &p->claim, NULL);
    plan_empty(p);
    return false;
}
