#include "server/queue_view.h"

#include <math.h>
#include <string.h>

#include "data/geo/quad.h"
#include "server/page_parts.h"

/* ---- what is looked at ---- */

struct queue_view queue_view_of(const struct page *p, const struct caller *c)
{
    struct str tab = page_param(p, "tab"), kind = page_param(p, "kind");
    struct queue_view v = {.tab = "waiting", .q = {.who = &c->who, .token_id = desk_number(page_param(p, "token")),
        .account_id = desk_number(page_param(p, "account")), .batch_id = desk_number(page_param(p, "batch")),
        .urgent_only = page_param(p, "urgent").len != 0, .offset = page_offset(p), .limit = LIST_ROWS}};
    if (str_eq(tab, S("held")) || str_eq(tab, S("decided")))
        v.tab = str_eq(tab, S("held")) ? "held" : "decided";
    v.q.decided = strcmp(v.tab, "waiting") != 0;
    v.q.held = strcmp(v.tab, "held") == 0;
    v.q.kind = kind.len ? 1 + term_of(CONTRIBUTION_KIND_TERMS, kind) : 0;
    return v;
}

void queue_view_query(const struct queue_view *v, const char *without, char first, struct buf *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {{"token", v->q.token_id}, {"account", v->q.account_id}, {"batch", v->q.batch_id}, {"urgent", v->q.urgent_only}};
    size_t from = out->len;
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (numbers[i].value && !(without && strcmp(without, numbers[i].name) == 0))
            buf_fmt(out, "%c%s=%llu", out->len == from ? first : '&', numbers[i].name, (unsigned long long)numbers[i].value);
    if (v->q.kind && !(without && strcmp(without, "kind") == 0))
        buf_fmt(out, "%ckind=%s", out->len == from ? first : '&', CONTRIBUTION_KIND_TERMS[v->q.kind - 1].code);
    if (v->q.decided && !(without && strcmp(without, "tab") == 0))
        buf_fmt(out, "%ctab=%s", out->len == from ? first : '&', v->tab);
}

bool queue_next(struct store *s, const struct queue_view *v, uint64_t id, struct arena *a, uint64_t *next, struct err *err)
{
    struct queue q = v->q;
    struct contribution *all;
    size_t n, total;
    *next = 0;
    if (q.decided)
        return true;
    q.offset = 0;
    q.limit = QUEUE_ROWS_MAX;
    if (!contribution_queue(s, &q, a, &all, &n, &total, err))
        return false;
    size_t at = 0;
    while (at < n && all[at].id != id)
        at++;
    for (size_t i = 1; i <= n; i++) {
        const struct contribution *c = &all[(at + i) % n];
        if (c->id != id && c->state == CONTRIBUTION_PENDING) {
            *next = c->id;
            return true;
        }
    }
    return true;
}

/* ---- in words ---- */

static bool put_target(struct page *p, struct store *s, uint64_t id)
{
    struct deployment d;
    struct err err;
    bool found;
    if (!store_find(s, id, true, &p->rq->arena, &d, &found, &err) || !found)
        return false;
    page_title(p, &d);
    return true;
}

static bool put_proposed(struct page *p, const struct contribution *c)
{
    AUTO(json_doc) doc = {0};
    struct err err;
    struct deployment d;
    if (!json_read(&doc, c->patch, &JSON_BODY, &err) || !deployment_read_json(doc.root, &p->rq->arena, &d, &err))
        return false;
    page_title(p, &d);
    return true;
}

void queue_put_what(struct page *p, struct store *s, const struct contribution *c)
{
    bool said = c->target ? put_target(p, s, c->target) : put_proposed(p, c);
    if (!said)
        page_fmt(p, "%T", &CONTRIBUTION_KIND_TERMS[c->kind]);
}

void queue_put_who(struct page *p, const struct contribution *c)
{
    if (c->by.len)
        page_text(p, c->by);
    else
        page_fmt(p, "%t", "queue.anonymous");
}

const char *queue_outcome(enum contribution_state state, bool needs_second)
{
    if (needs_second)
        return "outcome.second";
    switch (state) {
    case CONTRIBUTION_ACCEPTED:
        return "outcome.accepted";
    case CONTRIBUTION_HELD:
        return "outcome.held";
    case CONTRIBUTION_REFUSED:
        return "outcome.refused";
    case CONTRIBUTION_MERGED:
        return "outcome.merged";
    case CONTRIBUTION_ASKED:
        return "outcome.asked";
    default:
        return "outcome.other";
    }
}

/* ---- the map ---- */

enum { MAP_W = 640, MAP_H = 340, TILE = 256, MARK_R = 11 };

struct map_place {
    double x, y; /* px of the picture */
};

static struct map_place place_of(struct lonlat at, struct xy corner, double world_px)
{
    struct xy m = mercator_of(at);
    return (struct map_place){m.x * world_px - corner.x, m.y * world_px - corner.y};
}

static void put_fixed(struct page *p, const char *name, double v)
{
    AUTO(buf) text = {0};
    buf_fixed(&text, v, 1);
    page_fmt(p, " %s=\"%S\"", name, buf_str(&text));
}

/* Half a pixel over each other, or the joints show. */
static void put_tiles(struct page *p, struct xy corner, int zoom)
{
    int64_t across = (int64_t)1 << zoom;
    for (int64_t y = (int64_t)floor(corner.y / TILE); (double)y * TILE < corner.y + MAP_H; y++)
        for (int64_t x = (int64_t)floor(corner.x / TILE); (double)x * TILE < corner.x + MAP_W; x++) {
            if (y < 0 || y >= across)
                continue;
            page_fmt(p, "<image href=\"/tiles/light/%d/%d/%d@2x.png?category=all&amp;space=all\" width=\"256.5\" height=\"256.5\"", (int64_t)zoom,
                ((x % across) + across) % across, y);
            put_fixed(p, "x", (double)x * TILE - corner.x);
            put_fixed(p, "y", (double)y * TILE - corner.y);
            page_raw(p, "/>");
        }
}

static void put_mark(struct page *p, const struct queue_mark *m, struct map_place at)
{
    page_fmt(p, "<g class=\"mark-%s\"><circle r=\"%d\"", m->sign == '+' ? "new" : m->sign == 'o' ? "old" : "near", (int64_t)MARK_R);
    put_fixed(p, "cx", at.x);
    put_fixed(p, "cy", at.y);
    page_raw(p, "/>");
    if (m->sign == '+') { /* the very point */
        page_raw(p, "<circle class=\"dot\" r=\"2.5\"");
        put_fixed(p, "cx", at.x);
        put_fixed(p, "cy", at.y);
        page_raw(p, "/>");
    } else if (m->sign != 'o') {
        char sign[2] = {m->sign, 0};
        page_raw(p, "<text text-anchor=\"middle\"");
        put_fixed(p, "x", at.x);
        put_fixed(p, "y", at.y + 4.5);
        page_fmt(p, ">%s</text>", sign);
    }
    page_raw(p, "</g>");
}

void queue_map(struct page *p, struct lonlat centre, int zoom, const struct queue_mark *marks, size_t n)
{
    double world_px = ldexp(TILE, zoom);
    struct xy m = mercator_of(centre), corner = {m.x * world_px - MAP_W / 2.0, m.y * world_px - MAP_H / 2.0};
    page_fmt(p, "<svg class=\"place-map\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%t\">", (int64_t)MAP_W, (int64_t)MAP_H, "queue.map");
    put_tiles(p, corner, zoom);
    for (size_t i = n; i--;) { /* the first on top */
        struct map_place at = place_of(marks[i].at, corner, world_px);
        if (at.x > -MARK_R && at.x < MAP_W + MARK_R && at.y > -MARK_R && at.y < MAP_H + MARK_R)
            put_mark(p, &marks[i], at);
    }
    page_raw(p, "</svg>");
}
