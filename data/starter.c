/*
 * The starter list is a file of records in the form deployment_read_json reads, known by their external ids: loading it
 * again changes only what differs, and nothing that was edited here since.
 */
#include <string.h>

#include "data/base/clock.h"
#include "data/base/embed.h"
#include "data/import_row.h"

EMBED(starter_json, "data/starter/starter.json")

enum { RECORDS_MAX = 200 };

struct loading {
    struct store *store;
    struct arena arena;
    struct batch batch;
    struct edit edits[RECORDS_MAX];
    size_t n;
};

static bool load_one(struct loading *l, const struct json *v, struct err *err)
{
    AUTO(buf) identity = {0};
    uint64_t id, known, content;
    bool by_hand = false;
    struct deployment *d = ARENA_NEW(&l->arena, struct deployment);
    if (!d)
        return err_arena(err);
    if (!deployment_read_json(v, &l->arena, d, err) || !deployment_check(d, err))
        return err_under(err, "starter list, record %zu", l->n + 1);
    l->batch.n_read++;
    d->external_source = S("starter");
    content = deployment_hash(d);
    buf_fmt(&identity, "ext:starter:%.*s", STR_ARG(d->external_id));
    if (!store_identity(l->store, buf_str(&identity), &id, &known, err))
        return false;
    if (store_is_withdrawn(l->store, buf_str(&identity))) {
        l->batch.n_refused++;
        return true;
    }
    if (id && known != content && !import_changed_by_hand(l->store, id, &l->arena, &by_hand, err))
        return false;
    if (id && (known == content || by_hand)) {
        l->batch.n_same++;
        return true;
    }
    l->batch.n_new += !id;
    l->batch.n_updated += id != 0;
    d->id = id;
    l->edits[l->n++] = (struct edit){.kind = EDIT_PUT, .deployment = d, .revision = REVISION_NEW_SOURCE, .reason = S("starter"),
        .identity = str_copy(&l->arena, buf_str(&identity)), .content_hash = content};
    return true;
}

static bool load_all(struct loading *l, struct err *err)
{
    AUTO(json_doc) doc = {0};
    if (!json_read(&doc, starter_json(), &JSON_STYLE, err))
        return err_under(err, "starter list");
    const struct json *records = json_get(doc.root, S("records"));
    must(json_size(records) <= RECORDS_MAX);
    for (size_t i = 0; i < json_size(records); i++)
        if (!load_one(l, json_at(records, i), err))
            return false;
    if (!l->n)
        return true;
    if (!store_batch_begin(l->store, &l->batch, err))
        return false;
    for (size_t i = 0; i < l->n; i++) {
        l->edits[i].batch_id = l->batch.id;
        l->edits[i].deployment->batch_id = l->batch.id;
    }
    return store_apply(l->store, l->edits, l->n, err) && store_batch_counts(l->store, &l->batch, err);
}

bool starter_load(struct store *s, struct batch *out, struct err *err)
{
    struct loading *l = base_alloc(1, sizeof *l);
    *l = (struct loading){.store = s, .batch = {.slug = S("starter"), .file_name = S("starter.json"), .licence = S("ODbL-1.0")}};
    l->batch.as_of = partial_date_of_day(clock_today());
    arena_init(&l->arena, 16 << 20);
    bool ok = store_begin(s, err);
    if (ok) {
        ok = load_all(l, err);
        if (ok && l->n)
            ok = store_commit(s, err);
        else
            store_rollback(s);
    }
    if (ok)
        *out = (struct batch){.id = l->batch.id, .n_read = l->batch.n_read, .n_new = l->batch.n_new, .n_updated = l->batch.n_updated,
            .n_same = l->batch.n_same, .n_refused = l->batch.n_refused};
    arena_done(&l->arena);
    free(l);
    return ok;
}
