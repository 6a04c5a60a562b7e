/*
 * /import: a file is chosen; /import/ID: what it would bring, column by column and row by row, before anything is proposed.
 * Everything is forms and links; while a file is read the page asks for itself again.
 */
#include <string.h>

#include "server/on.h"
#include "server/page_upload.h"
#include "server/writer.h"

enum { READING_REFRESH_S = 2 };

static struct page begin(struct app *app, struct request *rq, struct response *rs, int refresh_s)
{
    struct page p = page_start(app, rq, rs);
    AUTO(buf) title = {0};
    rs->headers = HEADERS_PRIVATE;
    buf_fmt(&title, "%s · %s", say(&p, "upload.title"), app->config.title);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .form = true, .robots = S("noindex"), .refresh_s = refresh_s});
    page_raw(&p, "<link rel=\"stylesheet\" href=\"/web/upload.css\"><article class=\"upload\">");
    page_fmt(&p, "<h1>%t</h1>", "upload.title");
    return p;
}

static bool end(struct page *p)
{
    page_raw(p, "</article>");
    page_end(p);
    return true;
}

static void put_fault(struct page *p, const struct err *fault)
{
    if (!fault)
        return;
    page_fmt(p, "<div class=\"form\"><div class=\"faults\" role=\"alert\" id=\"fault\"><p>%t</p><p>", "form.wrong");
    upload_why(p, str_of(fault->text));
    page_raw(p, "</p></div></div>");
}

/* Of people who have no session: the code of their workshop. */
static void put_workshop(struct page *p, const struct caller *c)
{
    if (c->by != CALLER_UNKNOWN)
        return;
    page_fmt(p, "<label for=\"workshop\">%t</label><input id=\"workshop\" name=\"workshop\" autocomplete=\"off\" spellcheck=\"false\" required aria-describedby=\"workshop-says\">"
                "<p class=\"says\" id=\"workshop-says\">%t <a href=\"%L\">%t</a></p>",
        "upload.workshop", "upload.workshop.says", "/login?to=%2Fimport", "upload.login");
}

static void open_form(struct page *p, const struct caller *c, const char *address, bool file)
{
    page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\"%s>", address, file ? " enctype=multipart/form-data" : "");
    gate_fields(p, c, NULL);
}

/* ---- a file is chosen ---- */

static void put_upload_form(struct page *p, const struct caller *c, const struct upload_wish *wish, bool fault)
{
    open_form(p, c, "/import", true);
    put_workshop(p, c);
    page_fmt(p, "<fieldset><legend>%t</legend><label for=\"file\">%t</label><input id=\"file\" name=\"file\" type=\"file\" required aria-describedby=\"file-says%s\""
                " accept=\".csv,.tsv,.txt,.ods,.xlsx,.geojson,.json,.kml,.kmz,.gpx,.gpkg,.zip,.fgb\"%s><p class=\"says\" id=\"file-says\">",
        "upload.file.legend", "upload.file", fault ? " fault" : "", fault ? " aria-invalid=\"true\"" : "");
    page_say(p, "upload.file.says", (int64_t)(UPLOAD_MAX_BYTES / 1000000), (int64_t)UPLOAD_ROWS_MAX);
    page_fmt(p, "</p></fieldset><details%s><summary>%t</summary>", wish ? " open" : "", "upload.options");
    page_upload_options(p, wish);
    page_fmt(p, "</details><p><button>%t</button></p></form>", "upload.go");
}

static bool put_import_page(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const struct upload_wish *wish, const struct err *fault)
{
    struct page p = begin(app, rq, rs, 0);
    const char *closed = gate_closed(app, c);
    put_fault(&p, fault);
    page_fmt(&p, "<p>%t</p>", "upload.intro");
    if (closed && strcmp(closed, "gate.closed") == 0)
        page_fmt(&p, "<p class=\"note\">%t</p>", closed);
    else
        put_upload_form(&p, c, wish, fault != NULL);
    return end(&p);
}

bool page_import(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    return caller_of(app, worker, rq, &c, err) && put_import_page(app, rq, rs, &c, NULL, NULL);
}

static bool take_file(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct form *form, struct caller *c,
    struct upload_wish *wish, char id[33], struct err *err)
{
    const struct form_field *file = form_file(form, "file");
    const char *field;
    if (!upload_wish_of_form(form, NULL, file ? file->file_name : S(""), &rq->arena, wish, err))
        return false;
    if (!gate_form(app, worker, rq, rs, form, GATE_UPLOAD, c, err))
        return false;
    if (c->who.role < ROLE_CONTRIBUTOR)
        return err_set(err, ERR_STRANGER, "log in first, or type the code of your workshop");
    if (!file || !file->value.len)
        return err_set(err, ERR_INVALID, file ? "this file is empty; choose another one" : "no file was chosen");
    if (file->value.len > UPLOAD_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the file is larger than %d MB; send it in parts", UPLOAD_MAX_BYTES / 1000000);
    return upload_wish_check(wish, &field, err) && upload_add(app, c, file->value, file->file_name, wish, id, err);
}

/* What people can put right themselves is said on the page of the form; else the server's page of errors says it. */
static bool is_a_fault(const struct err *err)
{
    return err->code == ERR_INVALID || err->code == ERR_TOO_BIG || err->code == ERR_STRANGER || err->code == ERR_CONFLICT;
}

bool on_import_form(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c = {0};
    struct form *form = ARENA_NEW(&rq->arena, struct form);
    struct upload_wish wish = {0};
    struct err fault = {0};
    char id[33];
    if (!form)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, form, err))
        return false;
    if (take_file(app, worker, rq, rs, form, &c, &wish, id, &fault))
        return app_see_other(rq, rs, "/import/%s", id);
    if (!is_a_fault(&fault)) {
        *err = fault;
        return false;
    }
    if (!caller_of(app, worker, rq, &c, err))
        return false;
    rs->status = err_http_status(fault.code);
    return put_import_page(app, rq, rs, &c, &wish, &fault);
}

/* ---- what it would bring ---- */

static void put_apply(struct page *p, const struct caller *c, const struct upload_look *l, const char *address)
{
    const struct upload_view *v = l->view;
    uint64_t n = v->seen.batch.n_new + v->seen.batch.n_updated;
    if (!n) {
        page_fmt(p, "<p class=\"note\">%t</p>", "upload.nothing");
        return;
    }
    open_form(p, c, address, false);
    if (v->in_territory) {
        page_fmt(p, "<fieldset><legend>%t</legend><label class=\"box\"><input type=\"radio\" name=\"publish\" value=\"\" checked> <span>%t</span></label>"
                    "<label class=\"box\"><input type=\"radio\" name=\"publish\" value=\"1\" aria-describedby=\"publish-says\"> <span>",
            "upload.how", "upload.how.queue");
        page_say_n(p, "upload.how.now", (int64_t)v->in_territory);
        page_fmt(p, "</span></label><p class=\"says\" id=\"publish-says\">%t</p></fieldset>", v->wish.survey ? "upload.how.warn" : "upload.how.says");
    }
    put_workshop(p, c);
    page_raw(p, "<p><button name=\"do\" value=\"apply\">");
    page_say_n(p, v->in_territory ? "upload.take" : "upload.propose", (int64_t)n);
    page_fmt(p, "</button></p><p class=\"says\">%t</p></form>", "upload.propose.says");
}

static void put_correct(struct page *p, const struct caller *c, const struct upload_view *v, const char *address, bool open)
{
    page_fmt(p, "<details class=\"class\" id=\"columns\"%s><summary><h2>%t</h2></summary><p class=\"small\">%t</p>", open ? " open" : "", "upload.columns",
        "upload.columns.says");
    open_form(p, c, address, false);
    page_upload_columns(p, v);
    page_upload_options(p, &v->wish);
    put_workshop(p, c);
    page_fmt(p, "<p><button class=\"second\" name=\"do\" value=\"read\">%t</button></p></form></details>", "upload.again");
}

static void put_name(struct page *p, const struct upload_view *v)
{
    page_fmt(p, "<p class=\"where\">%S", v->wish.name);
    if (!v->failed) {
        page_raw(p, " · ");
        page_say_n(p, "upload.read", (int64_t)v->seen.batch.n_read);
    }
    page_raw(p, "</p>");
}

static void put_done(struct page *p, const struct caller *c, const struct upload_look *l)
{
    AUTO(buf) queue = {0};
    page_raw(p, "<p role=\"status\" class=\"done\">");
    if (l->done.proposed)
        page_say_n(p, "upload.done.proposed", (int64_t)l->done.proposed);
    if (l->done.proposed && l->done.published)
        page_raw(p, " ");
    if (l->done.published)
        page_say_n(p, "upload.done.published", (int64_t)l->done.published);
    page_raw(p, "</p><p>");
    buf_fmt(&queue, "/queue?batch=%llu", (unsigned long long)l->done.batch_id);
    if (c->who.role >= ROLE_MODERATOR && l->done.proposed)
        page_fmt(p, "<a class=\"button\" href=\"%L\">%t</a> ", queue.at, "upload.to_queue");
    else if (c->by == CALLER_BY_COOKIE)
        page_fmt(p, "<a class=\"button\" href=\"%L\">%t</a> ", "/me", "upload.to_me");
    page_fmt(p, "<a class=\"button second\" href=\"%L\">%t</a></p>", "/import", "upload.another");
}

static void put_waiting(struct page *p, const struct upload_look *l)
{
    page_fmt(p, "<p role=\"status\" class=\"busy\">%t</p><p class=\"small\">%t</p>", l->state == UPLOAD_APPLYING ? "upload.applying" : "upload.reading",
        "upload.reading.says");
}

static void put_failed(struct page *p, const struct caller *c, const struct upload_view *v, const char *address)
{
    put_name(p, v);
    page_fmt(p, "<div class=\"form\"><div class=\"faults\" role=\"alert\"><p><strong>%t</strong></p><p>", "upload.failed");
    if (v->err.code >= ERR_IO)
        page_fmt(p, "%t", "error.500");
    else
        upload_why(p, str_of(v->err.text));
    page_raw(p, "</p></div></div>");
    put_correct(p, c, v, address, true);
    page_fmt(p, "<p><a class=\"button second\" href=\"%L\">%t</a></p>", "/import", "upload.another");
}

static void put_ready(struct page *p, const struct caller *c, const struct upload_look *l, const char *address, const char *api)
{
    const struct upload_view *v = l->view;
    bool none = v->seen.batch.n_new + v->seen.batch.n_updated + v->seen.batch.n_same + v->seen.batch.n_duplicate == 0;
    put_name(p, v);
    page_upload_counts(p, v);
    if (none)
        page_fmt(p, "<p class=\"note\">%t</p>", "upload.none_read");
    page_upload_map(p, v, api);
    put_apply(p, c, l, address);
    if (none)
        put_correct(p, c, v, address, true);
    page_upload_rows(p, v);
    if (!none)
        put_correct(p, c, v, address, false);
    page_raw(p, "<link rel=\"stylesheet\" href=\"/web/leaflet.css\"><script src=\"/web/leaflet.js\" defer></script><script src=\"/web/upload.js\" defer></script>");
}

static bool put_one(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const struct upload_look *l, const struct err *fault)
{
    AUTO(buf) address = {0}, api = {0};
    bool waits = l->state == UPLOAD_READING || l->state == UPLOAD_APPLYING;
    buf_fmt(&address, "/import/%s", l->id);
    buf_fmt(&api, "/api/imports/%s", l->id);
    struct page p = begin(app, rq, rs, waits && !fault ? READING_REFRESH_S : 0);
    put_fault(&p, fault);
    if (waits)
        put_waiting(&p, l);
    else if (l->state == UPLOAD_APPLIED)
        put_done(&p, c, l);
    else if (l->state == UPLOAD_FAILED)
        put_failed(&p, c, l->view, address.at);
    else
        put_ready(&p, c, l, address.at, api.at);
    return end(&p);
}

bool page_import_one(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    struct upload_look look;
    if (!caller_of(app, worker, rq, &c, err) || !upload_find(app, &c, rq->segments[1], &look, err))
        return false;
    bool ok = put_one(app, rq, rs, &c, &look, NULL);
    upload_look_done(&look);
    return ok;
}

/* ---- corrected, proposed ---- */

static bool was_applied(struct app *app, struct request *rq, struct response *rs, const char *id, const struct upload_done *done, struct err *err)
{
    (void)app, (void)done, (void)err;
    return app_see_other(rq, rs, "/import/%s", id);
}

static bool read_again(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const struct form *form, const struct upload_view *v,
    struct err *err)
{
    struct upload_wish wish;
    const char *field;
    return upload_wish_of_form(form, v ? &v->columns : NULL, v ? v->wish.name : S(""), &rq->arena, &wish, err) && upload_wish_check(&wish, &field, err) &&
           upload_again(app, c, rq->segments[1], &wish, err) && app_see_other(rq, rs, "/import/%.*s", STR_ARG(rq->segments[1]));
}

bool on_import_change(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c = {0};
    struct form *form = ARENA_NEW(&rq->arena, struct form);
    struct upload_look look;
    struct err fault = {0};
    if (!form)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, form, err))
        return false;
    bool passed = gate_form(app, worker, rq, rs, form, GATE_UPLOAD, &c, &fault);
    if (!passed && (!is_a_fault(&fault) || !caller_of(app, worker, rq, &c, err))) {
        *err = fault.code == ERR_INVALID ? *err : fault;
        return false;
    }
    if (passed && c.who.role < ROLE_CONTRIBUTOR)
        passed = err_set(&fault, ERR_STRANGER, "log in first, or type the code of your workshop");
    if (!upload_find(app, &c, rq->segments[1], &look, err))
        return false;
    bool ok = passed && (str_eq(form_get(form, "do"), S("apply"))
        ? upload_apply(app, worker, rq, rs, &c, rq->segments[1], form_get(form, "publish").len > 0, was_applied, &fault)
        : read_again(app, rq, rs, &c, form, look.view, &fault));
    if (!ok && is_a_fault(&fault)) {
        rs->status = err_http_status(fault.code);
        ok = put_one(app, rq, rs, &c, &look, &fault);
    } else if (!ok) {
        *err = fault;
    }
    upload_look_done(&look);
    return ok;
}
