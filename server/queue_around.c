/* What stands round a proposal: records that it may be the same as, other proposals too, and the nearest others. */
#include "data/alike.h"
#include "server/page_parts.h"
#include "server/queue_item.h"

static bool is_there(const struct queue_near *all, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            return true;
    return false;
}

static bool find_alike(struct page *p, struct store *s, const struct queue_item *item, struct queue_near *out, size_t *n, struct err *err)
{
    struct alike *all;
    size_t found;
    if (item->c.kind != CONTRIBUTION_ADD || !item->fits)
        return true;
    if (!contribution_alike_kept(s, &item->after, item->c.id, &p->rq->arena, &all, &found, err))
        return false;
    for (size_t i = 0; i < found && *n < QUEUE_NEAR; i++) {
        struct deployment d = {.title_fr = all[i].title, .title_en = all[i].title_en, .place_name = all[i].place_name, .category = all[i].category};
        AUTO(buf) title = {0};
        deployment_title(&title, &d, p->french);
        out[(*n)++] = (struct queue_near){.id = all[i].id, .contribution = all[i].contribution, .distance_m = all[i].distance_m,
            .strength = (int)all[i].strength, .title = str_copy(&p->rq->arena, buf_str(&title)), .at = all[i].at, .has_at = all[i].has_position};
    }
    return true;
}

static bool add_near(struct page *p, struct store *s, const struct near *near, struct queue_near *out, size_t *n, struct err *err)
{
    struct deployment d;
    bool found;
    AUTO(buf) title = {0};
    if (!store_find(s, near->id, true, &p->rq->arena, &d, &found, err))
        return false;
    if (!found)
        return true;
    deployment_title(&title, &d, p->french);
    out[(*n)++] = (struct queue_near){.id = near->id, .distance_m = near->distance_m, .strength = -1, .title = str_copy(&p->rq->arena, buf_str(&title)),
        .at = d.at, .has_at = d.has_position};
    return true;
}

bool queue_find_around(struct page *p, struct store *s, const struct queue_item *item, struct lonlat at, struct queue_near *out, size_t *n, struct err *err)
{
    struct near *all;
    size_t found;
    *n = 0;
    if (!find_alike(p, s, item, out, n, err) || !store_near(s, at, QUEUE_NEAR_M, &p->rq->arena, &all, &found, err))
        return false;
    for (size_t i = 0, nearest = 0; i < found && nearest < QUEUE_NEAR && *n < QUEUE_AROUND_MAX; i++) {
        if (all[i].id == item->c.target)
            continue;
        nearest++;
        if (!is_there(out, *n, all[i].id) && !add_near(p, s, &all[i], out, n, err))
            return false;
    }
    return true;
}

static void put_one(struct page *p, const struct queue_near *near)
{
    static const char *const strengths[] = {[ALIKE_LOW] = "alike.low", [ALIKE_MEDIUM] = "alike.medium", [ALIKE_HIGH] = "alike.high"};
    AUTO(buf) to = {0};
    if (near->id)
        buf_fmt(&to, "/d/%llu", (unsigned long long)near->id);
    else
        buf_fmt(&to, "/queue/%llu", (unsigned long long)near->contribution);
    page_fmt(p, "<li><a href=\"%L\">%S</a>", to.at, near->title);
    if (near->distance_m >= 0)
        page_fmt(p, " <span class=\"n\">%N\u00a0m</span>", (int64_t)(near->distance_m + 0.5));
    if (near->strength >= 0)
        page_fmt(p, " <span class=\"badge%s\">%t</span>", near->strength == ALIKE_HIGH ? " urgent" : "", strengths[near->strength]);
    if (!near->id)
        page_fmt(p, " <span class=\"badge\">%t</span>", "queue.waits_too");
    page_raw(p, "</li>");
}

void queue_put_around(struct page *p, const struct queue_item *item, const struct queue_near *near, size_t n)
{
    page_fmt(p, "<h3>%t</h3>", item->c.kind == CONTRIBUTION_ADD ? "queue.around" : "queue.near");
    if (!n) {
        page_raw(p, "<p>");
        page_say(p, "queue.none_near", (int64_t)QUEUE_NEAR_M);
        page_raw(p, "</p>");
        return;
    }
    page_raw(p, "<ol class=\"near\">");
    for (size_t i = 0; i < n; i++)
        put_one(p, &near[i]);
    page_raw(p, "</ol>");
}
