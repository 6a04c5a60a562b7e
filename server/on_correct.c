/*
 * /d/ID/correct: the form of /add, filled in from the record. The version that was shown travels in the form, so that what is
 * sent is the difference from what its author saw, whatever became of the record meanwhile.
 */
#include <string.h>

#include "data/contribution.h"
#include "server/on.h"
#include "server/on_add.h"
#include "server/proposal.h"

struct correcting {
    struct add x;
    uint64_t id;
    struct deployment base;
    char address[64];
};

static bool find_record(struct correcting *z, struct worker *w, struct request *rq, struct err *err)
{
    bool found;
    if (!str_u64(rq->segments[1], &z->id))
        z->id = store_id_of_slug(w->store, rq->segments[1]);
    if (!store_find(w->store, z->id, false, &rq->arena, &z->base, &found, err))
        return false;
    if (found)
        return true;
    if (record_is_erased(w->store, z->id))
        return err_set(err, ERR_GONE, rq->french ? "cette fiche a été retirée ; il n'y a plus rien à corriger" : "this record was withdrawn; there is nothing left to correct");
    return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de fiche publiée à ce numéro ; cherchez-la dans la liste" :
        "there is no published record of this number; look for it in the list");
}

/* The version its author saw; the newest where that one is no more. */
static bool find_base(struct correcting *z, struct worker *w, struct request *rq, struct err *err)
{
    uint64_t version;
    struct deployment seen;
    bool found;
    if (!str_u64(form_get(z->x.k.f, "base_version"), &version) || version == z->base.version || version > UINT32_MAX)
        return true;
    if (!store_find_version(w->store, z->id, (uint32_t)version, &rq->arena, &seen, &found, err))
        return false;
    if (found)
        z->base = seen;
    return true;
}

/* ---- the page ---- */

static void put_known_sources(struct page *p, const struct deployment *d)
{
    if (!d->n_sources)
        return;
    page_fmt(p, "<p class=\"says\">");
    page_say_n(p, "correct.sources", (int64_t)d->n_sources);
    page_raw(p, "</p>");
}

static bool put_page(struct correcting *z)
{
    struct draft_page *k = &z->x.k;
    struct page *p = &k->page;
    const char *closed = gate_closed(p->app, k->caller);
    AUTO(buf) title = {0}, back = {0};
    deployment_title(&title, &z->base, p->french);
    buf_fmt(&back, "/d/%llu", (unsigned long long)z->id);
    page_begin(p, &(struct page_head){.title = str_of(say(p, "correct.title")), .robots = S("noindex"), .form = true, .script = "add.js"});
    page_fmt(p, "<h1>%t</h1><p><a href=\"%L\">%S</a></p>", "correct.title", back.at, buf_str(&title));
    if (closed)
        add_closed_note(k, closed);
    if (closed && p->app->config.contributions == CONTRIBUTIONS_CLOSED) {
        page_end(p);
        return true;
    }
    page_fmt(p, "<p>%t</p>", "correct.lead");
    put_known_sources(p, &z->base);
    add_begin_form(k, z->address, "correct");
    page_fmt(p, "<input type=\"hidden\" name=\"base_version\" value=\"%d\">", (int64_t)z->base.version);
    if (z->x.says.len)
        page_fmt(p, "<div class=\"faults\" role=\"alert\"><p>%S</p></div>", z->x.says);
    draft_faults(k);
    if (z->x.checked && !k->draft->n_faults && !z->x.says.len)
        draft_preview(k);
    draft_fields(k);
    page_raw(p, "</form>");
    page_end(p);
    return true;
}

/* ---- sending ---- */

static bool judge(struct correcting *z, struct draft *dr, struct worker *w, struct buf *patch, struct err *err)
{
    struct draft_page *k = &z->x.k;
    struct page *p = &k->page;
    z->x.checked = true;
    if (!draft_read_change(dr, &z->base, k->f, p->french, w->store, &p->rq->arena, err))
        return false;
    k->draft = dr;
    if (dr->n_faults)
        return true;
    if (!draft_patch(patch, &z->base, &dr->d, err))
        return false;
    if (str_eq(buf_str(patch), S("{}")))
        z->x.says = str_of(say(p, "correct.nothing"));
    return true;
}

static bool post(struct correcting *z, struct worker *w, struct response *rs, struct err *err)
{
    struct draft_page *k = &z->x.k;
    struct request *rq = k->page.rq;
    struct str pressed = form_get(k->f, "do");
    struct draft *dr = ARENA_NEW(&rq->arena, struct draft);
    AUTO(buf) patch = {0};
    bool looked, again, sends = str_eq(pressed, S("send"));
    if (!dr)
        return err_arena(err);
    if (!draft_map_read(&k->map, k->f, k->what, w->store, &rq->arena, &looked, err))
        return false;
    if (looked || !(sends || str_eq(pressed, S("check"))))
        return put_page(z);
    if (!judge(z, dr, w, &patch, err))
        return false;
    if (!sends || dr->n_faults || z->x.says.len) {
        rs->status = sends ? 400 : rs->status;
        return put_page(z);
    }
    if (!add_gate(k->page.app, w, k, rs, &z->x.says, &again, err))
        return false;
    if (again)
        return put_page(z);
    struct proposal *s = proposal_new(rq, 1);
    if (!s)
        return err_arena(err);
    proposal_put(s, dr, str_copy(&rq->arena, buf_str(&patch)), k->caller);
    s->publish = form_has(k->f, "publish");
    return proposal_send(k->page.app, rq, rs, s, k->caller, err);
}

/* ---- the address ---- */

bool on_correct(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct correcting *z = ARENA_NEW(&rq->arena, struct correcting);
    if (!z)
        return err_arena(err);
    struct draft_page *k = &z->x.k;
    bool looked;
    if (!find_record(z, worker, rq, err) || !add_start(&z->x, app, worker, rq, rs, err))
        return false;
    AUTO(buf) address = {0};
    buf_fmt(&address, "/d/%llu/correct", (unsigned long long)z->id);
    memcpy(z->address, address.at, MIN(address.len + 1, sizeof z->address));
    if (rq->method == HTTP_POST && !find_base(z, worker, rq, err))
        return false;
    k->base = &z->base;
    k->what = draft_what_of(&z->base);
    if (rq->method == HTTP_POST)
        return post(z, worker, rs, err);
    draft_fill(k->f, &z->base, rq->french, &rq->arena);
    return draft_map_read(&k->map, k->f, k->what, worker->store, &rq->arena, &looked, err) && put_page(z);
}
