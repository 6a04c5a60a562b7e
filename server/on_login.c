/*
 * Logging in and out. An unknown name, a wrong password and a disabled account get the same answer, as late as each other,
 * and each is counted as a guess.
 */
#include "server/desk.h"
#include "server/on.h"
#include "server/writer.h"

enum { TO_MAX_BYTES = 300 };

/* Where to go after: an address of ours and nothing that a browser could read as another site's. */
static bool is_ours(struct str to)
{
    if (!to.len || to.len > TO_MAX_BYTES || to.at[0] != '/' || (to.len > 1 && (to.at[1] == '/' || to.at[1] == '\\')))
        return false;
    for (size_t i = 0; i < to.len; i++)
        if (to.at[i] <= ' ' || to.at[i] > '~' || to.at[i] == '\\' || to.at[i] == '"' || to.at[i] == '<' || to.at[i] == '>')
            return false;
    return true;
}

static const char *first_page(const struct who *who)
{
    return who->role >= ROLE_MODERATOR ? "/queue" : "/me";
}

static void put_page(struct app *app, struct request *rq, struct response *rs, const struct caller *c, struct str name, struct str to,
    const char *fault)
{
    struct page p = desk_begin(app, rq, rs, c, "login.title");
    if (fault)
        page_fmt(&p, "<p class=\"fault\" id=\"fault\" role=\"alert\">%s</p>", fault);
    page_fmt(&p, "<form method=\"post\" action=\"%L\" class=\"form login\">", "/login");
    gate_fields(&p, c, NULL);
    page_fmt(&p, "<input type=\"hidden\" name=\"to\" value=\"%S\"><label for=\"name\">%t</label><input id=\"name\" name=\"name\" value=\"%S\""
                 " autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" required%s>",
        to, "login.name", name, fault ? " aria-invalid=true aria-describedby=fault" : "");
    page_fmt(&p, "<label for=\"password\">%t</label><input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\""
                 " required%s><p><button>%t</button></p></form><p class=\"small\">%t</p>",
        "login.password", fault ? " aria-invalid=true aria-describedby=fault" : "", "login.go", "login.about");
    /* The cookie is not sent with a link from another site, so somebody logged in may stand here. */
    if (to.len && c->by == CALLER_UNKNOWN)
        page_fmt(&p, "<p class=\"small\">%t <a href=\"%L\">%t</a></p>", "login.already", str_cstr(&rq->arena, to), "login.go_on");
    page_end(&p);
}

static void put_known(struct app *app, struct request *rq, struct response *rs, const struct caller *c)
{
    struct page p = desk_begin(app, rq, rs, c, "login.title");
    page_raw(&p, "<p>");
    page_say(&p, "login.you_are", c->who.name);
    page_fmt(&p, "</p><p><a class=\"button\" href=\"%L\">%t</a></p>", first_page(&c->who), "login.go_on");
    page_end(&p);
}

bool on_login(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    if (!caller_of(app, worker, rq, &c, err))
        return false;
    struct str to = request_query(rq, S("to"));
    if (c.by == CALLER_BY_COOKIE)
        put_known(app, rq, rs, &c);
    else
        put_page(app, rq, rs, &c, S(""), is_ours(to) ? to : S(""), NULL);
    return true;
}

bool on_login_post(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page words = {.french = rq->french};
    struct form f;
    struct caller c;
    struct who who;
    bool found;
    if (!desk_form(app, worker, rq, rs, GATE_LOGIN, ROLE_ANONYMOUS, &f, &c, err)) {
        if (err->code != ERR_INVALID)
            return false;
        c = (struct caller){0};
        struct str to = form_get(&f, "to");
        put_page(app, rq, rs, &c, form_get(&f, "name"), is_ours(to) ? to : S(""), err->text);
        rs->status = 400;
        return true;
    }
    struct str name = form_get(&f, "name"), to = form_get(&f, "to");
    if (!people_log_in(worker->store, name, desk_password(&f, "password"), &rq->arena, &who, &found, err))
        return false;
    if (!found && !caller_guesses(app, rq, rs, err))
        return false;
    if (!found) {
        put_page(app, rq, rs, &c, name, is_ours(to) ? to : S(""), say(&words, "login.wrong"));
        rs->status = 403;
        return true;
    }
    if (c.by == CALLER_BY_COOKIE)
        session_end(app, rq, rs);
    session_begin(app, rq, rs, &who);
    return app_see_other(rq, rs, "%s", is_ours(to) ? str_cstr(&rq->arena, to) : first_page(&who));
}

bool on_logout(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct form f;
    struct caller c;
    rs->headers = HEADERS_PRIVATE;
    if (!caller_of(app, worker, rq, &c, err))
        return false;
    if (c.by == CALLER_BY_COOKIE && !desk_form(app, worker, rq, rs, GATE_MODERATE, ROLE_ANONYMOUS, &f, &c, err))
        return false;
    session_end(app, rq, rs);
    return app_see_other(rq, rs, "/login");
}
