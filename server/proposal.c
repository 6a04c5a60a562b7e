#include "server/proposal.h"

#include <string.h>

#include "server/page_frame.h"
#include "server/writer.h"

struct proposal *proposal_new(struct request *rq, size_t n)
{
    AUTO(buf) code = {0};
    struct proposal *s = ARENA_NEW(&rq->arena, struct proposal);
    struct contribution *all = ARENA_ARRAY(&rq->arena, struct contribution, n);
    if (!s || !all)
        return NULL;
    secret_make(&code);
    must(code.len < sizeof s->receipt);
    memcpy(s->receipt, code.at, code.len + 1);
    s->all = all;
    s->again_address = "/add";
    return s;
}

struct contribution *proposal_put(struct proposal *s, const struct draft *dr, struct str patch, const struct caller *c)
{
    struct contribution *into = &s->all[s->n++];
    const struct deployment *d = &dr->d;
    *into = (struct contribution){.kind = d->id ? CONTRIBUTION_EDIT : CONTRIBUTION_ADD, .target = d->id, .base_version = d->version, .patch = patch,
        .note = dr->note, .survey = dr->survey, .has_position = !d->id && d->has_position, .at = d->at, .account_id = c->who.account_id,
        .token_id = c->who.token_id};
    /* Of a point only its boundary says whose territory it is: what somebody typed does not. */
    if (!d->id && d->programme)
        into->place_code = d->place_code;
    return into;
}

/* ---- on the writer's thread ---- */

static bool publish(struct proposal *s, const struct contribution *c, struct store *store, struct err *err)
{
    struct ruled ruled = {0};
    struct ruling r = {.kind = RULING_ACCEPT, .id = c->id, .version = c->version, .who = &s->who, .at_once = true, .hold_days = s->hold_days};
    if (!contribution_rule(store, &r, &ruled, err)) {
        s->not_mine = err->code == ERR_DENIED;
        return s->not_mine; /* it waits for whoever may: nothing was changed by the attempt */
    }
    s->needs_second |= ruled.needs_second;
    s->n_published += ruled.record != 0;
    if (!s->record)
        s->record = ruled.record;
    return true;
}

static bool store_all(void *ctx, struct store *store, struct err *err)
{
    struct proposal *s = ctx;
    s->n_published = 0; /* it may be the second run */
    s->record = 0;
    s->needs_second = s->not_mine = false;
    for (size_t i = 0; i < s->n; i++) {
        if (!contribution_receive(store, &s->all[i], i ? S("") : str_of(s->receipt), err))
            return false;
        if (s->publish && !publish(s, &s->all[i], store, err))
            return false;
    }
    return true;
}

/* ---- the answer ---- */

static void put_again(struct page *p, const struct proposal *s)
{
    page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\">", s->again_address);
    for (size_t i = 0; i < s->again.n; i++) {
        page_fmt(p, "<input type=\"hidden\" name=\"%S\" value=\"", s->again.fields[i].name);
        buf_html(p->out, s->again.fields[i].value);
        page_raw(p, "\">");
    }
    page_fmt(p, "<p class=\"actions\"><button name=\"do\" value=\"again\" autofocus>%t</button></p></form>", s->n > 1 ? "thanks.sheet" : "thanks.again");
}

static void put_published(struct page *p, const struct proposal *s)
{
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu", (unsigned long long)s->record);
    if (s->n_published) {
        page_raw(p, "<p>");
        page_say_n(p, "thanks.published", (int64_t)s->n_published);
        page_fmt(p, " <a href=\"%L\">%t</a></p>", to.at, "thanks.record");
    }
    if (s->needs_second)
        page_fmt(p, "<p class=\"note\">%t</p>", "thanks.second");
    if (s->not_mine)
        page_fmt(p, "<p class=\"note\">%t</p>", "thanks.not_mine");
}

static void put_receipt(struct page *p, const struct proposal *s)
{
    page_fmt(p, "<p>%t</p><p class=\"receipt\" id=\"receipt\">%s</p><p>%t</p><p><a href=\"%L\">%t</a></p>", "thanks.receipt", s->receipt,
        "thanks.keep", "/track", "thanks.track");
    if (p->app->config.photos && s->n == 1)
        page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\"><input type=\"hidden\" name=\"receipt\" value=\"%s\">"
                    "<p><button class=\"second\">%t</button></p></form>",
            "/track/photo", s->receipt, "thanks.photo");
}

static bool thank(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    const struct proposal *s = ctx;
    buf_done(&rs->body);
    struct page p = page_start(app, rq, rs);
    rs->headers = HEADERS_PRIVATE;
    rs->status = 201;
    page_begin(&p, &(struct page_head){.title = str_of(say(&p, "thanks.title")), .robots = S("noindex"), .form = true});
    page_fmt(&p, "<h1>%t</h1><p>", "thanks.title");
    page_say_n(&p, s->n_published == s->n ? "thanks.done" : "thanks.waits", (int64_t)s->n);
    page_raw(&p, "</p>");
    put_published(&p, s);
    if (s->n_published < s->n)
        put_receipt(&p, s);
    if (s->again.n)
        put_again(&p, s);
    page_fmt(&p, "<p><a href=\"%L\">%t</a></p>", "/", "nav.map");
    page_end(&p);
    return true;
}

bool proposal_send(struct app *app, struct request *rq, struct response *rs, struct proposal *s, const struct caller *c, struct err *err)
{
    s->who = c->who;
    s->publish = s->publish && c->who.role >= ROLE_MODERATOR;
    s->hold_days = app->config.hold_days;
    return app_write(app, rq, rs, store_all, thank, s, err);
}
