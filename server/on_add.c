/*
 * /add. One form for each of three things (a device, a programme, a zone), and one address: whatever button is pressed comes
 * here, and the answer is the form as it was, with what changed. Only "send" writes. Field sheets are in on_add_sheet.c.
 */
#include <string.h>

#include "data/base/clock.h"
#include "server/alike_list.h"
#include "server/on.h"
#include "server/on_add.h"
#include "server/page_draft.h"
#include "server/proposal.h"

/* ---- the page ---- */

static void put_tabs(struct page *p, enum draft_what what)
{
    static const char *const keys[DRAFT_WHAT_COUNT] = {"add.tab_device", "add.tab_programme", "add.tab_zone"};
    page_fmt(p, "<nav class=\"tabs\" aria-label=\"%t\">", "add.tabs");
    for (int i = 0; i < DRAFT_WHAT_COUNT; i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "/add?what=%s", DRAFT_WHAT_CODES[i]);
        page_fmt(p, "<a href=\"%L\"%s>%t</a>", to.at, i == (int)what ? " aria-current=page" : "", keys[i]);
    }
    page_fmt(p, "<a href=\"%L\">%t</a></nav>", "/add?sheet", "add.tab_sheet");
}

void add_begin_form(struct draft_page *k, const char *address, const char *id)
{
    page_fmt(&k->page, "<form class=\"form draft\" id=\"%s\" method=\"post\" action=\"%L\" novalidate>"
                       "<button class=\"first\" name=\"do\" value=\"check\" tabindex=\"-1\" aria-hidden=\"true\">%t</button>",
        id, address, "add.check");
}

void add_closed_note(struct draft_page *k, const char *closed)
{
    page_fmt(&k->page, "<p class=\"note\" role=\"status\">%t</p>", closed);
}

static bool put_page(struct add *x)
{
    struct draft_page *k = &x->k;
    struct page *p = &k->page;
    const char *closed = gate_closed(p->app, k->caller);
    page_begin(p, &(struct page_head){.title = str_of(say(p, "add.title")), .robots = S("noindex"), .form = true, .script = "add.js"});
    page_fmt(p, "<h1>%t</h1>", "add.title");
    put_tabs(p, k->what);
    if (closed)
        add_closed_note(k, closed);
    if (p->app->config.contributions == CONTRIBUTIONS_CLOSED && closed) {
        page_end(p);
        return true;
    }
    page_fmt(p, "<p>%t</p>", k->what == DRAFT_PROGRAMME ? "add.lead_programme" : k->what == DRAFT_ZONE ? "add.lead_zone" : "add.lead");
    add_begin_form(k, "/add", "add");
    if (x->says.len)
        page_fmt(p, "<div class=\"faults\" role=\"alert\"><p>%S</p></div>", x->says);
    draft_faults(k);
    if (x->n_alike)
        alike_put(k, x->alike, x->n_alike);
    else if (x->checked && !k->draft->n_faults)
        draft_preview(k);
    draft_fields(k);
    page_raw(p, "</form>");
    page_end(p);
    return true;
}

/* ---- what was asked ---- */

static enum draft_what what_of(struct str code)
{
    for (int i = 0; i < DRAFT_WHAT_COUNT; i++)
        if (str_eq(code, str_of(DRAFT_WHAT_CODES[i])))
            return (enum draft_what)i;
    return DRAFT_DEVICE;
}

struct str add_this_month(struct arena *a)
{
    AUTO(buf) text = {0};
    struct ymd today = clock_ymd(clock_today());
    buf_fmt(&text, "%04d-%02d", today.year, today.month);
    return str_copy(a, buf_str(&text));
}

/* A first form: what the address says of it, and what is so for nearly every device. */
static void fill_first(struct add *x)
{
    static const char *const names[] = {"what", "center", "zoom", "at", "place", "category", "date", "operator", "workshop"};
    struct request *rq = x->k.page.rq;
    struct form *f = x->k.f;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str v = request_query(rq, str_of(names[i]));
        if (v.len && v.len < DRAFT_URL_MAX_BYTES)
            form_add(f, names[i], str_trim(v));
    }
    bool programme = x->k.what == DRAFT_PROGRAMME;
    const struct {
        const char *name;
        struct str value;
    } usual[] = {{"basis", programme ? S("") : S("survey")}, {"date", programme ? S("") : add_this_month(&rq->arena)}, {"status", programme ? S("announced") : S("active")},
        {"category", programme ? S("") : S("cctv")}, {"precision", S("exact")}, {"zone_kind", S("no_coverage_surveyed")}};
    for (size_t i = 0; i < COUNT(usual); i++)
        if (usual[i].value.len && !form_get(f, usual[i].name).len)
            form_add(f, usual[i].name, usual[i].value);
}

/* ---- sending ---- */

/* What is the same for the next one: the place on the map, the month, who runs them, the workshop. */
static void keep_for_next(struct proposal *s, const struct add *x)
{
    static const char *const names[] = {"what", "place", "date", "operator", "manufacturer", "category", "basis", "status", "workshop", "space", "precision", "zone_kind"};
    AUTO(buf) centre = {0}, zoom = {0};
    struct arena *a = &x->k.page.rq->arena;
    for (size_t i = 0; i < COUNT(names); i++)
        if (form_get(x->k.f, names[i]).len)
            form_add(&s->again, names[i], form_get(x->k.f, names[i]));
    struct lonlat at = x->k.draft->d.has_position && x->k.what == DRAFT_DEVICE ? x->k.draft->d.at : x->k.map.centre;
    buf_fixed(&centre, at.lon, 6);
    buf_char(&centre, ',');
    buf_fixed(&centre, at.lat, 6);
    buf_fmt(&zoom, "%d", MAX(x->k.map.zoom, DRAFT_MAP_ZOOM_CLOSE));
    form_add(&s->again, "place_was", form_get(x->k.f, "place"));
    form_add(&s->again, "place_pick", form_get(x->k.f, "place_pick"));
    form_add(&s->again, "pick_was", form_get(x->k.f, "place_pick"));
    form_add(&s->again, "center", str_copy(a, buf_str(&centre)));
    form_add(&s->again, "zoom", str_copy(a, buf_str(&zoom)));
}

/* A stranger whose form names a workshop is let in by its code alone, so that the code is what was wrong. */
static void note_refusal(struct draft_page *k, struct str why, struct str *says)
{
    if (k->caller->by == CALLER_UNKNOWN && form_get(k->f, "workshop").len) {
        k->gate_fault = (struct draft_fault){"workshop", why};
        k->focus = "workshop";
    }
    *says = why;
}

bool add_gate(struct app *app, struct worker *worker, struct draft_page *k, struct response *rs, struct str *says, bool *again, struct err *err)
{
    struct request *rq = k->page.rq;
    *again = false;
    if (gate_form(app, worker, rq, rs, k->f, GATE_PROPOSE, k->caller, err))
        return true;
    if (err->code != ERR_INVALID && err->code != ERR_TOO_OFTEN)
        return false;
    note_refusal(k, str_copy(&rq->arena, str_of(err->text)), says);
    form_set(k->f, "challenge", S("")); /* it may be used up */
    rs->status = err_http_status(err->code);
    *again = true;
    return true;
}

static bool send(struct add *x, struct worker *worker, struct response *rs, bool *again, struct err *err)
{
    struct draft_page *k = &x->k;
    struct app *app = k->page.app;
    AUTO(buf) patch = {0};
    if (!add_gate(app, worker, k, rs, &x->says, again, err))
        return false;
    if (*again)
        return true;
    struct proposal *s = proposal_new(k->page.rq, 1);
    if (!s)
        return err_arena(err);
    if (!draft_patch(&patch, NULL, &k->draft->d, err))
        return false;
    proposal_put(s, k->draft, str_copy(&k->page.rq->arena, buf_str(&patch)), k->caller);
    s->publish = form_has(k->f, "publish");
    keep_for_next(s, x);
    return proposal_send(app, k->page.rq, rs, s, k->caller, err);
}

/* ---- answering ---- */

/* Reads the draft and whatever is like it. */
static bool judge(struct add *x, struct draft *dr, struct worker *worker, struct err *err)
{
    struct draft_page *k = &x->k;
    struct arena *a = &k->page.rq->arena;
    x->checked = true;
    if (!draft_read(dr, k->what, k->f, k->page.french, worker->store, a, err))
        return false;
    k->draft = dr;
    if (dr->n_faults)
        return true;
    return alike_find(k, worker->store, &dr->d, &x->alike, &x->n_alike, err);
}

static const char *focus_after(const struct add *x, struct str pressed)
{
    static const char *const steps[] = {"in", "out", "north", "south", "east", "west"};
    const struct form *f = x->k.f;
    for (size_t i = 0; i < COUNT(steps); i++)
        if (str_eq(pressed, str_of(steps[i])))
            return steps[i];
    if (x->k.draft || str_eq(pressed, S("source")))
        return NULL;
    if (x->k.what == DRAFT_PROGRAMME)
        return form_get(f, "place").len ? "title" : "place";
    if (x->k.what == DRAFT_DEVICE && form_get(f, "at").len)
        return "kind";
    return x->k.map.placed ? "map" : "place";
}

static bool post(struct add *x, struct worker *worker, struct response *rs, struct err *err)
{
    struct draft_page *k = &x->k;
    struct str pressed = form_get(k->f, "do");
    bool looked, again = true;
    struct draft *dr = ARENA_NEW(&k->page.rq->arena, struct draft);
    if (!dr)
        return err_arena(err);
    if (!draft_map_read(&k->map, k->f, k->what, worker->store, &k->page.rq->arena, &looked, err))
        return false;
    bool other = str_eq(pressed, S("other")), sends = other || str_eq(pressed, S("send"));
    if (!looked && (sends || str_eq(pressed, S("check")))) {
        if (!judge(x, dr, worker, err))
            return false;
        if (sends && dr->n_faults)
            rs->status = 400;
        else if (sends && (other || !alike_matters(x->alike, x->n_alike)) && !send(x, worker, rs, &again, err))
            return false;
    }
    if (!again)
        return true;
    if (!k->focus)
        k->focus = x->says.len ? "" : focus_after(x, pressed);
    return put_page(x);
}

bool add_start(struct add *x, struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller *c = ARENA_NEW(&rq->arena, struct caller);
    x->k = (struct draft_page){.page = page_start(app, rq, rs), .f = ARENA_NEW(&rq->arena, struct form), .caller = c};
    rs->headers = HEADERS_PRIVATE;
    if (!c || !x->k.f)
        return err_arena(err);
    if (!caller_of(app, worker, rq, c, err))
        return false;
    x->k.moderator = c->who.role >= ROLE_MODERATOR;
    return rq->method != HTTP_POST || form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, x->k.f, err);
}

bool on_add(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct add *x = ARENA_NEW(&rq->arena, struct add);
    if (!x)
        return err_arena(err);
    if (!add_start(x, app, worker, rq, rs, err))
        return false;
    if (request_has(rq, S("sheet")))
        return on_add_sheet(x, worker, rs, err);
    x->k.what = what_of(rq->method == HTTP_POST ? form_get(x->k.f, "what") : request_query(rq, S("what")));
    if (rq->method == HTTP_POST)
        return post(x, worker, rs, err);
    bool looked;
    fill_first(x);
    if (!draft_map_read(&x->k.map, x->k.f, x->k.what, worker->store, &rq->arena, &looked, err))
        return false;
    x->k.focus = focus_after(x, S(""));
    return put_page(x);
}
