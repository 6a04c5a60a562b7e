#include "server/desk.h"

#include "data/base/clock.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

void desk_form_begin(struct page *p, const struct caller *c, const char *action, const char *class)
{
    page_fmt(p, "<form method=\"post\" action=\"%L\"", action);
    if (*class)
        page_fmt(p, " class=\"%s\"", class);
    page_raw(p, ">");
    gate_fields(p, c, NULL);
}

void desk_button(struct page *p, const struct caller *c, const char *action, const char *name, const char *value, const char *label)
{
    desk_form_begin(p, c, action, "one");
    page_fmt(p, "<input type=\"hidden\" name=\"%s\" value=\"%s\"><button>%t</button></form>", name, value, label);
}

void desk_bar(struct page *p, const struct caller *c)
{
    static const struct {
        const char *to, *key;
        enum role least;
    } places[] = {{"/queue", "desk.queue", ROLE_MODERATOR}, {"/queue/photo", "desk.photos", ROLE_MODERATOR},
        {"/queue/history", "desk.history", ROLE_MODERATOR}, {"/import", "desk.import", ROLE_CONTRIBUTOR},
        {"/me", "desk.me", ROLE_CONTRIBUTOR}};
    if (c->by != CALLER_BY_COOKIE)
        return;
    page_fmt(p, "<div class=\"desk-bar\"><nav aria-label=\"%t\">", "desk.nav");
    for (size_t i = 0; i < COUNT(places); i++)
        if (c->who.role >= places[i].least && (p->app->config.photos || !str_eq(str_of(places[i].key), S("desk.photos"))))
            page_fmt(p, "<a href=\"%L\"%s>%t</a>", places[i].to, str_eq(p->rq->path, str_of(places[i].to)) ? " aria-current=page" : "", places[i].key);
    page_fmt(p, "</nav><span class=\"who\">%t <strong>%S</strong></span>", "desk.who", c->who.name);
    desk_form_begin(p, c, "/logout", "one");
    page_fmt(p, "<button>%t</button></form></div>", "desk.log_out");
}

struct page desk_begin_titled(struct app *app, struct request *rq, struct response *rs, const struct caller *c, struct str title)
{
    struct page p = page_start(app, rq, rs);
    rs->headers = HEADERS_PRIVATE;
    AUTO(buf) whole = {0};
    buf_fmt(&whole, "%.*s · %s", STR_ARG(title), app->config.title);
    page_begin(&p, &(struct page_head){.title = buf_str(&whole), .robots = S("noindex"), .form = true, .caller = c});
    return p;
}

struct page desk_begin(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const char *title)
{
    struct page words = {.french = rq->french};
    struct page p = desk_begin_titled(app, rq, rs, c, str_of(say(&words, title)));
    page_fmt(&p, "<h1>%t</h1>", title);
    return p;
}

bool desk_form(struct app *app, struct worker *worker, struct request *rq, struct response *rs, enum gate_kind kind, enum role least,
    struct form *f, struct caller *out, struct err *err)
{
    struct page words = {.french = rq->french};
    rs->headers = HEADERS_PRIVATE;
    f->n = 0;
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, f, err))
        return false;
    /* Said before the gate, which would ask a stranger for work that leads nowhere. */
    if (least > ROLE_ANONYMOUS) {
        if (!caller_of(app, worker, rq, out, err))
            return false;
        if (out->by == CALLER_UNKNOWN)
            return err_set(err, ERR_STRANGER, "%s", say(&words, "desk.stranger"));
    }
    if (!gate_form(app, worker, rq, rs, f, kind, out, err))
        return false;
    return out->who.role >= least || err_set(err, ERR_DENIED, "%s", say(&words, "desk.denied"));
}

/* ---- time in words ---- */

void desk_age(struct page *p, int64_t at_s)
{
    int64_t days = (clock_unix_s() - at_s) / DAY_S;
    if (days <= 0)
        page_fmt(p, "%t", "desk.today");
    else
        page_say_n(p, "desk.days_ago", days);
}

bool desk_is_overdue(int64_t due_s)
{
    return due_s && due_s < clock_unix_s();
}

void desk_due(struct page *p, int64_t due_s)
{
    int64_t left = due_s - clock_unix_s(), size = left < 0 ? -left : left;
    bool hours = size < 2 * DAY_S;
    AUTO(buf) key = {0};
    buf_fmt(&key, "desk.%s_%s", left < 0 ? "late" : "left", hours ? "hours" : "days");
    page_say_n(p, key.at, hours ? MAX(size / HOUR_S, 1) : size / DAY_S);
}

struct str desk_password(const struct form *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (!f->fields[i].is_file && str_eq(f->fields[i].name, str_of(name)))
            return f->fields[i].value;
    return S("");
}

void desk_territory(struct page *p, struct store *s, struct str territory)
{
    bool any = false;
    for (struct str rest = territory, code; rest.len && str_next(&rest, ',', &code); any = true) {
        struct place place;
        struct err err;
        bool found = false;
        code = str_trim(code);
        if (any)
            page_raw(p, ", ");
        if (str_eq(code, S("all")))
            page_fmt(p, "%t", "desk.everywhere");
        else if (store_place(s, code, &p->rq->arena, &place, &found, &err) && found)
            page_text(p, place.name);
        else
            page_text(p, code);
    }
    if (!any)
        page_fmt(p, "%t", "desk.nowhere");
}

uint64_t desk_number(struct str s)
{
    uint64_t v;
    return str_u64(s, &v) ? v : 0;
}
