/*
 * The public change log: how another instance, or somebody's archive, follows this one. A line a record, in the order in which they were
 * last changed; what is no longer public is told as such, and what was erased has to be erased by whoever copied it.
 */
#include <stdio.h>

#include "data/base/limits.h"
#include "data/contribution.h"
#include "server/api_record.h"
#include "server/on.h"

enum { CHANGES_USUAL = 100, LINE_SCRATCH_BYTES = 16 * 1024 * 1024 };

static bool read_number(const struct request *rq, struct str name, uint64_t least, uint64_t most, uint64_t *out, struct err *err)
{
    uint64_t v;
    if (!request_has(rq, name))
        return true;
    if (!str_u64(request_query(rq, name), &v) || v < least)
        return err_set(err, ERR_INVALID, "%.*s is a whole number from %llu up", STR_ARG(name), (unsigned long long)least);
    *out = MIN(v, most);
    return true;
}

static bool changed_again(const struct changes *c, size_t i)
{
    for (size_t k = i + 1; k < c->n; k++)
        if (c->at[k].id == c->at[i].id)
            return true;
    return false;
}

static bool put_line(struct buf *out, struct store *store, const struct change *c, const char *base_url, struct arena *a, struct err *err)
{
    struct deployment d;
    bool found;
    if (!store_find(store, c->id, false, a, &d, &found, err))
        return false;
    buf_fmt(out, "{\"seq\":%llu,\"id\":%llu,\"change\":\"%s\"", (unsigned long long)c->seq, (unsigned long long)c->id,
        found ? "put" : record_is_erased(store, c->id) ? "erased" : "deleted");
    if (found) {
        buf_fmt(out, ",\"version\":%u,\"feature\":", d.version);
        api_record_write(out, &d, base_url);
    }
    buf_add(out, S("}\n"));
    return true;
}

bool on_api_changes(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    uint64_t since = 0, limit = CHANGES_USUAL;
    struct changes changes;
    for (size_t i = 0; i < rq->n_query; i++)
        if (!str_eq(rq->query[i].name, S("since")) && !str_eq(rq->query[i].name, S("limit")))
            return err_set(err, ERR_INVALID, "changes are asked for with since= and limit=");
    if (!read_number(rq, S("since"), 0, INT64_MAX, &since, err) || !read_number(rq, S("limit"), 1, CHANGES_PAGE_MAX, &limit, err) ||
        !store_since_at_most(worker->store, since, limit, &rq->arena, &changes, err))
        return false;
    AUTO(arena) scratch;
    arena_init(&scratch, LINE_SCRATCH_BYTES);
    for (size_t i = 0; i < changes.n; i++) {
        arena_reset(&scratch);
        if (!changed_again(&changes, i) && !put_line(&rs->body, worker->store, &changes.at[i], app_base_url(app), &scratch, err))
            return false;
    }
    AUTO(buf) link = {0};
    buf_fmt(&link, "<%s/api/changes?since=%llu&limit=%llu>; rel=\"next\"", app_base_url(app), (unsigned long long)changes.last_seq, (unsigned long long)limit);
    rs->link = str_copy(&rq->arena, buf_str(&link));
    rs->content_type = "application/x-ndjson";
    return true;
}
