/*
 * What moderators of a place write over its page (words, colour, contact), and how many wait there. The colour becomes a
 * style sheet of one rule, darkened on light ground and lightened on dark ground until it is seen as well as symbols are.
 */
#include <math.h>
#include <string.h>

#include "data/base/hash.h"
#include "data/base/limits.h"
#include "data/group.h"
#include "data/people.h"
#include "server/desk.h"
#include "server/fields.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/writer.h"

/* ---- the colour ---- */

/* 0 to 255 each; relative luminance and contrast as WCAG 2.2 has them. */
struct colour {
    int r, g, b;
};
static const struct colour LIGHT_GROUND = {0xf6, 0xf4, 0xef}, DARK_GROUND = {0x22, 0x25, 0x2a}; /* --paper by day, --card by night: the harder ones */

static double linear(int channel)
{
    double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

static double contrast(struct colour a, struct colour b)
{
    double x = luminance(a), y = luminance(b);
    return (MAX(x, y) + 0.05) / (MIN(x, y) + 0.05);
}

static int hex(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static struct colour colour_of(struct str css) /* "#rrggbb" */
{
    return (struct colour){hex(css.at[1]) * 16 + hex(css.at[2]), hex(css.at[3]) * 16 + hex(css.at[4]), hex(css.at[5]) * 16 + hex(css.at[6])};
}

/* Towards black or white by sixteenths, until it has 3:1. */
static struct colour seen_on(struct colour c, struct colour ground)
{
    int to = luminance(ground) > 0.5 ? 0 : 255;
    for (int step = 0; step < 16 && contrast(c, ground) < 3; step++)
        c = (struct colour){c.r + (to - c.r) / 8, c.g + (to - c.g) / 8, c.b + (to - c.b) / 8};
    return c;
}

static void put_colour(struct buf *out, struct colour c)
{
    buf_fmt(out, "--group: #%02x%02x%02x;", (unsigned)c.r, (unsigned)c.g, (unsigned)c.b);
}

bool on_group_css(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app;
    struct place place;
    struct group_page g;
    AUTO(buf) address = {0};
    if (!page_place(worker, rq, &place, &address, err) || !group_read(worker->store, place.code, &rq->arena, &g, err))
        return false;
    if (!g.colour.len)
        return err_set(err, ERR_MISSING, "the group of this place has chosen no colour");
    rs->content_type = "text/css; charset=utf-8";
    buf_add(&rs->body, S(".group { "));
    put_colour(&rs->body, seen_on(colour_of(g.colour), LIGHT_GROUND));
    buf_add(&rs->body, S(" }\n@media (prefers-color-scheme: dark) { .group { "));
    put_colour(&rs->body, seen_on(colour_of(g.colour), DARK_GROUND));
    buf_add(&rs->body, S(" } }\n"));
    return true;
}

/* ---- the form ---- */

struct editing {
    struct page p;
    struct worker *worker;
    struct caller caller;
    struct place place;
    struct buf address;      /* /c/SLUG */
    struct group_page now;   /* as it is kept */
    struct group_page typed; /* as the form shows it */
    unsigned faults;         /* of what was typed */
    bool changed;            /* somebody else has stored another text since the form was handed out */
};

static void editing_done(struct editing *e)
{
    buf_done(&e->address);
}

/* What the form was filled in upon. */
static void put_mark(struct buf *out, const struct group_page *g)
{
    uint64_t h = hash64(g->body.at, g->body.len, 1);
    h = hash64(g->colour.at, g->colour.len, h);
    h = hash64(g->contact.at, g->contact.len, h);
    buf_hex(out, (const uint8_t *)&h, sizeof h);
}

static bool has_mark(const struct group_page *g, struct str mark)
{
    AUTO(buf) now = {0};
    put_mark(&now, g);
    return str_eq(buf_str(&now), mark);
}

static const struct {
    unsigned bit;
    const char *field, *says;
    int64_t most;
} FAULTS[] = {{GROUP_TEXT_LONG, "body", "group.fault.body", GROUP_TEXT_MAX_RUNES},
    {GROUP_CONTACT_LONG, "contact", "group.fault.contact_long", GROUP_CONTACT_MAX_RUNES}, {GROUP_CONTACT_ODD, "contact", "group.fault.contact", 0},
    {GROUP_COLOUR_ODD, "colour", "group.fault.colour", 0}};

/* With their numbers, in the request's arena. */
static void name_faults(struct editing *e, struct faults *out)
{
    for (size_t i = 0; i < COUNT(FAULTS); i++) {
        if (!(e->faults & FAULTS[i].bit))
            continue;
        AUTO(buf) text = {0};
        struct page words = e->p;
        words.out = &text;
        page_say(&words, FAULTS[i].says, FAULTS[i].most);
        fault_add(out, FAULTS[i].field, str_cstr(&e->p.rq->arena, buf_str(&text)));
    }
}

static void put_what_others_wrote(struct editing *e)
{
    struct page *p = &e->p;
    page_fmt(p, "<div class=\"faults\" role=\"alert\"><p>%t</p><blockquote>", "group.changed");
    page_paragraphs(p, e->now.body);
    page_fmt(p, "<p>%S</p><p>%S</p></blockquote></div>", e->now.contact, e->now.colour);
}

static void put_words_form(struct editing *e)
{
    struct page *p = &e->p;
    struct faults faults = {0};
    struct fields x = {.p = p, .faults = &faults};
    AUTO(buf) mark = {0};
    put_mark(&mark, &e->now);
    name_faults(e, &faults);
    desk_form_begin(p, &e->caller, e->address.at, "form long");
    if (e->changed)
        put_what_others_wrote(e);
    fields_faults(&x);
    page_fmt(p, "<input type=\"hidden\" name=\"what\" value=\"words\"><input type=\"hidden\" name=\"upon\" value=\"%s\">", mark.at);
    field_area(&x, &(struct field){.name = "body", .label = "group.form.body", .says = "group.form.body_says", .value = e->typed.body,
        .max_runes = GROUP_TEXT_MAX_RUNES});
    field_line(&x, &(struct field){.name = "contact", .label = "group.form.contact", .says = "group.form.contact_says", .value = e->typed.contact,
        .max_runes = GROUP_CONTACT_MAX_RUNES});
    field_line(&x, &(struct field){.name = "colour", .label = "group.form.colour", .says = "group.form.colour_says", .value = e->typed.colour});
    page_fmt(p, "<p><button class=\"main\">%t</button></p></form>", "group.form.save");
}

/* ---- two people ---- */

static void put_two_person(struct editing *e)
{
    struct page *p = &e->p;
    struct store *store = e->worker->store;
    bool own = group_two_person(store, e->place.code), in_force = territory_two_person(store, e->place.code);
    page_fmt(p, "<section><h2>%t</h2><p>%t</p>", "group.two", in_force ? "group.two.on" : "group.two.off");
    if (in_force && !own)
        page_fmt(p, "<p class=\"note\">%t</p>", "group.two.wider");
    if (e->caller.who.role >= ROLE_ADMIN) {
        desk_form_begin(p, &e->caller, e->address.at, "one");
        page_fmt(p, "<input type=\"hidden\" name=\"what\" value=\"two\"><input type=\"hidden\" name=\"two\" value=\"%s\"><button>%t</button></form>",
            own ? "off" : "on", own ? "group.two.switch_off" : "group.two.switch_on");
    } else {
        page_fmt(p, "<p class=\"small\">%t</p>", "group.two.admin");
    }
    page_raw(p, "</section>");
}

static bool put_waiting(struct editing *e, struct err *err)
{
    static const char *const keys[] = {"group.exact.waiting", "group.exact.urgent", "group.exact.overdue"};
    struct group_waiting w;
    struct page *p = &e->p;
    if (!group_waiting(e->worker->store, e->place.code, &w, err))
        return false;
    const size_t counts[] = {w.all, w.urgent, w.overdue};
    page_fmt(p, "<section><h2>%t</h2><ul class=\"plain\">", "group.exact");
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (i && !counts[i])
            continue;
        page_raw(p, "<li>");
        page_say_n(p, keys[i], (int64_t)counts[i]);
        page_raw(p, "</li>");
    }
    page_fmt(p, "</ul><p><a href=\"%L\">%t</a></p></section>", "/queue", "group.queue");
    return true;
}

static bool show(struct editing *e, struct response *rs, struct err *err)
{
    struct page *p = &e->p;
    AUTO(buf) title = {0}, city = {0};
    buf_fmt(&title, "%s · %.*s · %s", say(p, "group.form.title"), STR_ARG(e->place.name), p->app->config.title);
    rs->headers = HEADERS_PRIVATE;
    rs->status = e->faults ? 422 : e->changed ? 409 : 200;
    page_begin(p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .form = true, .caller = &e->caller});
    page_fmt(p, "<p class=\"kind\">%S</p><h1>%t</h1>", e->place.name, "group.form.title");
    put_words_form(e);
    if (!put_waiting(e, err))
        return false;
    put_two_person(e);
    buf_fmt(&city, "%.*s", (int)(e->address.len - strlen("/group")), e->address.at);
    page_fmt(p, "<p><a href=\"%L\">%t</a></p>", city.at, "group.back");
    page_end(p);
    return true;
}

/* ---- asking and sending ---- */

static bool may_at(const struct editing *e, struct err *err)
{
    return who_may_at(&e->caller.who, e->place.code) || err_set(err, ERR_DENIED, e->p.french ?
        "votre compte n'a pas de droits sur %.*s ; demandez à qui administre ce site de l'ajouter à votre territoire" :
        "your account has no rights over %.*s; ask whoever runs this site to add it to your territory", STR_ARG(e->place.name));
}

static bool begin(struct editing *e, struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    *e = (struct editing){.p = page_start(app, rq, rs), .worker = worker};
    if (!page_place(worker, rq, &e->place, &e->address, err) || !group_read(worker->store, e->place.code, &rq->arena, &e->now, err))
        return false;
    buf_add(&e->address, S("/group"));
    e->typed = e->now;
    return true;
}

struct writing {
    bool two;                /* the switch, and not the words */
    bool two_person;
    struct str code, slug, upon;
    struct group_page page;
};

static bool write_words(void *ctx, struct store *store, struct err *err)
{
    enum { SCRATCH_BYTES = 128 * 1024 };
    struct writing *w = ctx;
    struct group_page now;
    AUTO(arena) a;
    arena_init(&a, SCRATCH_BYTES);
    if (w->two)
        return territory_set_two_person(store, w->code, w->two_person, err);
    if (!group_read(store, w->code, &a, &now, err))
        return false;
    if (!has_mark(&now, w->upon))
        return err_set(err, ERR_CONFLICT, "somebody else stored other words for this place in the same second; go back, reload, and put yours in again");
    return group_write(store, w->code, &w->page, err);
}

static bool written(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)err;
    struct writing *w = ctx;
    AUTO(buf) slug = {0};
    buf_url(&slug, w->slug);
    return app_see_other(rq, rs, w->two ? "/c/%s/group" : "/c/%s", slug.at);
}

static bool hand_over(struct editing *e, struct response *rs, struct writing with, struct err *err)
{
    struct request *rq = e->p.rq;
    struct writing *w = ARENA_ARRAY(&rq->arena, struct writing, 1);
    if (!w)
        return err_arena(err);
    *w = with;
    w->code = e->place.code;
    w->slug = e->place.slug.len ? e->place.slug : e->place.code;
    return app_write(e->p.app, rq, rs, write_words, written, w, err);
}

/* "7B3FA0" is the same colour. */
static struct str colour_typed(struct request *rq, struct str s)
{
    AUTO(buf) lower = {0};
    if (s.len && s.at[0] != '#')
        buf_char(&lower, '#');
    for (size_t i = 0; i < s.len; i++)
        buf_char(&lower, s.at[i] >= 'A' && s.at[i] <= 'F' ? (char)(s.at[i] - 'A' + 'a') : s.at[i]);
    return str_copy(&rq->arena, buf_str(&lower));
}

static bool send(struct editing *e, struct response *rs, const struct form *f, struct err *err)
{
    struct str upon = form_get(f, "upon");
    if (str_eq(form_get(f, "what"), S("two"))) {
        if (e->caller.who.role < ROLE_ADMIN)
            return err_set(err, ERR_DENIED, e->p.french ? "seules les personnes qui administrent ce site changent la règle des deux personnes" :
                "only those who run this site change the two-person rule");
        return hand_over(e, rs, (struct writing){.two = true, .two_person = str_eq(form_get(f, "two"), S("on"))}, err);
    }
    e->typed = (struct group_page){.body = form_get(f, "body"), .colour = colour_typed(e->p.rq, form_get(f, "colour")), .contact = form_get(f, "contact")};
    e->faults = group_faults(&e->typed);
    e->changed = !has_mark(&e->now, upon);
    if (e->faults || e->changed)
        return show(e, rs, err);
    return hand_over(e, rs, (struct writing){.page = e->typed, .upon = upon}, err);
}

bool on_group(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    AUTO(editing) e = {0};
    struct form *f = ARENA_ARRAY(&rq->arena, struct form, 1);
    bool done;
    if (!f)
        return err_arena(err);
    if (!begin(&e, app, worker, rq, rs, err) || !caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &e.caller, &done, err))
        return false;
    if (done)
        return true;
    if (!may_at(&e, err))
        return false;
    if (rq->method != HTTP_POST)
        return show(&e, rs, err);
    return form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, f, err) &&
           gate_form(app, worker, rq, rs, f, GATE_MODERATE, &e.caller, err) && send(&e, rs, f, err);
}
