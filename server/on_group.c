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
#include "server/gate.h"
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

static const struct fault {
    unsigned bit;
    const char *field, *says;
    int64_t most;
} FAULTS[] = {{GROUP_TEXT_LONG, "body", "group.fault.body", GROUP_TEXT_MAX_RUNES}, {GROUP_COLOUR_ODD, "colour", "group.fault.colour", 0},
    {GROUP_CONTACT_LONG, "contact", "group.fault.contact_long", GROUP_CONTACT_MAX_RUNES}, {GROUP_CONTACT_ODD, "contact", "group.fault.contact", 0}};

static void put_faults(struct editing *e)
{
    struct page *p = &e->p;
    if (!e->faults && !e->changed)
        return;
    page_raw(p, "<div class=\"faults\" role=\"alert\">");
    if (e->changed) {
        page_fmt(p, "<p>%t</p><blockquote>", "group.changed");
        page_paragraphs(p, e->now.body);
        page_fmt(p, "<p>%S</p><p>%S</p></blockquote>", e->now.colour, e->now.contact);
    }
    if (e->faults)
        page_fmt(p, "<p>%t</p><ul>", "form.wrong");
    for (size_t i = 0; i < COUNT(FAULTS); i++) {
        if (!(e->faults & FAULTS[i].bit))
            continue;
        page_fmt(p, "<li><a href=\"#%s\">", FAULTS[i].field);
        page_say(p, FAULTS[i].says, FAULTS[i].most);
        page_raw(p, "</a></li>");
    }
    page_raw(p, e->faults ? "</ul></div>" : "</div>");
}

/* The attributes that tie a field to what is said under it, and what is said when it is wrong. */
static bool put_described(struct editing *e, const char *field)
{
    bool wrong = false;
    for (size_t i = 0; i < COUNT(FAULTS); i++)
        wrong |= (e->faults & FAULTS[i].bit) && strcmp(FAULTS[i].field, field) == 0;
    page_fmt(&e->p, wrong ? " aria-invalid=\"true\" aria-describedby=\"%s-says %s-fault\"" : " aria-describedby=\"%s-says\"", field, field);
    return wrong;
}

static void put_says(struct editing *e, const char *field, const char *says, int64_t most)
{
    struct page *p = &e->p;
    page_fmt(p, "<p class=\"says\" id=\"%s-says\">", field);
    page_say(p, says, most);
    page_raw(p, "</p>");
    for (size_t i = 0; i < COUNT(FAULTS); i++) {
        if (!(e->faults & FAULTS[i].bit) || strcmp(FAULTS[i].field, field) != 0)
            continue;
        page_fmt(p, "<p class=\"fault\" id=\"%s-fault\">", field);
        page_say(p, FAULTS[i].says, FAULTS[i].most);
        page_raw(p, "</p>");
    }
}

static void put_text_field(struct editing *e, const char *field, struct str value, const char *label, const char *says, int64_t most, const char *more)
{
    struct page *p = &e->p;
    page_fmt(p, "<label for=\"%s\">%t</label><input id=\"%s\" name=\"%s\" autocomplete=\"off\" value=\"", field, label, field, field);
    buf_html(p->out, value);
    page_raw(p, "\"");
    page_raw(p, more);
    put_described(e, field);
    page_raw(p, ">");
    put_says(e, field, says, most);
}

static void put_words_form(struct editing *e)
{
    struct page *p = &e->p;
    AUTO(buf) mark = {0};
    put_mark(&mark, &e->now);
    page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\"><input type=\"hidden\" name=\"what\" value=\"words\">"
                "<input type=\"hidden\" name=\"upon\" value=\"%s\">", e->address.at, mark.at);
    gate_fields(p, &e->caller, NULL);
    page_fmt(p, "<fieldset><legend>%t</legend><label for=\"body\">%t</label><textarea id=\"body\" name=\"body\" rows=\"12\"", "group.form.words", "group.form.body");
    put_described(e, "body");
    page_raw(p, ">\n"); /* a first line break is not part of the text */
    buf_html(p->out, e->typed.body);
    page_raw(p, "</textarea>");
    put_says(e, "body", "group.form.body_says", GROUP_TEXT_MAX_RUNES);
    put_text_field(e, "contact", e->typed.contact, "group.form.contact", "group.form.contact_says", 0, " inputmode=\"email\"");
    put_text_field(e, "colour", e->typed.colour, "group.form.colour", "group.form.colour_says", 0, " placeholder=\"#7b3fa0\" maxlength=\"7\" spellcheck=\"false\"");
    page_fmt(p, "</fieldset><p><button>%t</button></p></form>", "group.form.save");
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
        page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\"><input type=\"hidden\" name=\"what\" value=\"two\">"
                    "<input type=\"hidden\" name=\"two\" value=\"%s\">", e->address.at, own ? "off" : "on");
        gate_fields(p, &e->caller, NULL);
        page_fmt(p, "<p><button class=\"second\">%t</button></p></form>", own ? "group.two.switch_off" : "group.two.switch_on");
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
    page_begin(p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .form = true});
    page_fmt(p, "<p class=\"kind\">%S</p><h1>%t</h1>", e->place.name, "group.form.title");
    put_faults(e);
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
