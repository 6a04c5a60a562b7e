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

/* Over the form: what is wrong, with a link to the field. */
static void put_faults(struct page *p, const struct upload_fault *f)
{
    if (!f)
        return;
    page_fmt(p, "<div class=\"form\"><div class=\"faults\" role=\"alert\"><p>%t</p><p>", "form.wrong");
    if (*f->field)
        page_fmt(p, "<a href=\"#%s\">", f->field);
    upload_why(p, str_of(f->err.text));
    page_raw(p, *f->field ? "</a></p></div></div>" : "</p></div></div>");
}

/* Of people who have no session: the code of their workshop. */
static void put_workshop(struct page *p, const struct caller *c, const struct upload_fault *f, const char *id)
{
    if (c->by != CALLER_UNKNOWN)
        return;
    page_fmt(p, "<label for=\"%s\">%t</label><input id=\"%s\" name=\"workshop\" autocomplete=\"off\" spellcheck=\"false\" required aria-describedby=\"%s-says %s-fault\"", id,
        "upload.workshop", id, id, id);
    page_upload_invalid(p, f, id);
    page_raw(p, ">");
    page_upload_fault(p, f, id);
    page_fmt(p, "<p class=\"says\" id=\"%s-says\">%t <a href=\"%L\">%t</a></p>", id, "upload.workshop.says", "/login?to=%2Fimport", "upload.login");
}

static void open_form(struct page *p, const struct caller *c, const char *address, bool file)
{
    page_fmt(p, file ? "<form class=\"form\" method=\"post\" enctype=\"multipart/form-data\" action=\"%L\">" : "<form class=\"form\" method=\"post\" action=\"%L\">",
        address);
    gate_fields(p, c, NULL);
}

/* ---- a file is chosen ---- */

static void put_upload_form(struct page *p, const struct caller *c, const struct upload_wish *wish, const struct upload_fault *f)
{
    open_form(p, c, "/import", true);
    put_workshop(p, c, f, "workshop");
    page_fmt(p, "<fieldset><legend>%t</legend><label for=\"file\">%t</label><input id=\"file\" name=\"file\" type=\"file\" required aria-describedby=\"file-says file-fault\""
                " accept=\".csv,.tsv,.txt,.ods,.xlsx,.geojson,.json,.kml,.kmz,.gpx,.gpkg,.zip,.fgb\"",
        "upload.file.legend", "upload.file");
    page_upload_invalid(p, f, "file");
    page_raw(p, ">");
    page_upload_fault(p, f, "file");
    page_raw(p, "<p class=\"says\" id=\"file-says\">");
    page_say(p, "upload.file.says", (int64_t)(UPLOAD_MAX_BYTES / 1000000), (int64_t)UPLOAD_ROWS_MAX);
    page_fmt(p, "</p></fieldset><details%s><summary>%t</summary>", wish ? " open" : "", "upload.options");
    page_upload_options(p, wish, f);
    page_fmt(p, "</details><p><button>%t</button></p></form>", "upload.go");
}

static bool put_import_page(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const struct upload_wish *wish, const struct upload_fault *f)
{
    struct page p = begin(app, rq, rs, 0);
    const char *closed = gate_closed(app, c);
    put_faults(&p, f);
    page_fmt(&p, "<p>%t</p>", "upload.intro");
    if (closed && strcmp(closed, "gate.closed") == 0)
        page_fmt(&p, "<p class=\"note\">%t</p>", closed);
    else
        put_upload_form(&p, c, wish, f);
    return end(&p);
}

bool page_import(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c;
    return caller_of(app, worker, rq, &c, err) && put_import_page(app, rq, rs, &c, NULL, NULL);
}

/* Whoever may: people who logged in, and those of a workshop. */
static bool pass_gate(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct form *form, struct caller *c,
    const char *workshop, struct upload_fault *f)
{
    f->field = form_get(form, "workshop").len ? workshop : "";
    if (!gate_form(app, worker, rq, rs, form, GATE_UPLOAD, c, &f->err))
        return false;
    f->field = workshop;
    return c->who.role >= ROLE_CONTRIBUTOR || err_set(&f->err, ERR_STRANGER, "log in first, or type the code of your workshop");
}

static bool take_file(struct app *app, struct worker *worker, struct request *rq, struct response *rs, const struct form *form, struct caller *c,
    struct upload_wish *wish, char id[33], struct upload_fault *f)
{
    const struct form_field *file = form_file(form, "file");
    struct err *err = &f->err;
    if (!upload_wish_of_form(form, NULL, file ? file->file_name : S(""), &rq->arena, wish, &f->field, err))
        return false;
    if (!pass_gate(app, worker, rq, rs, form, c, "workshop", f))
        return false;
    f->field = "file";
    if (!file || !file->value.len)
        return err_set(err, ERR_INVALID, file ? "this file is empty; choose another one" : "no file was chosen");
    if (file->value.len > UPLOAD_MAX_BYTES)
        return err_set(err, ERR_TOO_BIG, "the file is larger than %d MB; send it in parts", UPLOAD_MAX_BYTES / 1000000);
    if (!upload_wish_check(wish, &f->field, err))
        return false;
    f->field = "";
    return upload_add(app, c, file->value, file->file_name, wish, id, err);
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
    struct upload_fault fault = {.field = ""};
    char id[33];
    if (!form)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, form, err))
        return false;
    if (take_file(app, worker, rq, rs, form, &c, &wish, id, &fault))
        return app_see_other(rq, rs, "/import/%s", id);
    if (!is_a_fault(&fault.err)) {
        *err = fault.err;
        return false;
    }
    if (!caller_of(app, worker, rq, &c, err))
        return false;
    rs->status = err_http_status(fault.err.code);
    return put_import_page(app, rq, rs, &c, &wish, &fault);
}

/* ---- what it would bring ---- */

static void put_apply(struct page *p, const struct caller *c, const struct upload_look *l, const char *address,
    const struct upload_fault *f)
{
    const struct upload_view *v = l->view;
    uint64_t n = v->seen.batch.n_new + v->seen.batch.n_updated;
    uint64_t twins = v->seen.batch.n_duplicate;
    if (!n && !twins) {
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
    if (twins) {
        page_fmt(p, "<label class=\"box\"><input type=\"checkbox\" name=\"duplicates\" value=\"1\"%s> <span>", n ? "" : " required");
        page_say_n(p, "upload.twins", (int64_t)twins);
        page_raw(p, "</span></label>");
    }
    put_workshop(p, c, f, "apply-workshop");
    page_raw(p, "<p><button name=\"do\" value=\"apply\">");
    if (n)
        page_say_n(p, v->in_territory ? "upload.take" : "upload.propose", (int64_t)n);
    else
        page_fmt(p, "%t", "upload.propose.twins");
    page_fmt(p, "</button></p><p class=\"says\">%t</p></form>", "upload.propose.says");
}

static void put_correct(struct page *p, const struct caller *c, const struct upload_view *v, const char *address, bool open, const struct upload_fault *f)
{
    page_fmt(p, "<details class=\"class\" id=\"columns\"%s><summary><h2>%t</h2></summary><p class=\"small\">%t</p>", open ? " open" : "", "upload.columns",
        "upload.columns.says");
    open_form(p, c, address, false);
    page_upload_columns(p, v, f);
    page_upload_options(p, &v->wish, f);
    put_workshop(p, c, f, "read-workshop");
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

static void put_failed(struct page *p, const struct caller *c, const struct upload_view *v, const char *address, const struct upload_fault *f)
{
    put_name(p, v);
    page_fmt(p, "<div class=\"form\"><div class=\"faults\" role=\"alert\"><p><strong>%t</strong></p><p>", "upload.failed");
    if (v->err.code >= ERR_IO)
        page_fmt(p, "%t", "error.500");
    else
        upload_why(p, str_of(v->err.text));
    page_raw(p, "</p></div></div>");
    put_correct(p, c, v, address, true, f);
    page_fmt(p, "<p><a class=\"button second\" href=\"%L\">%t</a></p>", "/import", "upload.another");
}

static void put_ready(struct page *p, const struct caller *c, const struct upload_look *l, const char *address, const char *api,
    const struct upload_fault *f)
{
    const struct upload_view *v = l->view;
    bool none = v->seen.batch.n_new + v->seen.batch.n_updated + v->seen.batch.n_same + v->seen.batch.n_duplicate == 0;
    put_name(p, v);
    page_upload_counts(p, v);
    if (none)
        page_fmt(p, "<p class=\"note\">%t</p>", "upload.none_read");
    page_upload_map(p, v, api);
    put_apply(p, c, l, address, f);
    if (none)
        put_correct(p, c, v, address, true, f);
    page_upload_rows(p, v);
    if (!none)
        put_correct(p, c, v, address, f && *f->field && !upload_fault_is_of(f, "apply-workshop"), f);
    page_raw(p, "<link rel=\"stylesheet\" href=\"/web/leaflet.css\"><script src=\"/web/leaflet.js\" defer></script><script src=\"/web/upload.js\" defer></script>");
}

static bool put_one(struct app *app, struct request *rq, struct response *rs, const struct caller *c, const struct upload_look *l, const struct upload_fault *f)
{
    AUTO(buf) address = {0}, api = {0};
    bool waits = l->state == UPLOAD_READING || l->state == UPLOAD_APPLYING;
    buf_fmt(&address, "/import/%s", l->id);
    buf_fmt(&api, "/api/imports/%s", l->id);
    struct page p = begin(app, rq, rs, waits && !f ? READING_REFRESH_S : 0);
    put_faults(&p, f);
    if (waits)
        put_waiting(&p, l);
    else if (l->state == UPLOAD_APPLIED)
        put_done(&p, c, l);
    else if (l->state == UPLOAD_FAILED)
        put_failed(&p, c, l->view, address.at, f);
    else
        put_ready(&p, c, l, address.at, api.at, f);
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
    struct upload_fault *f)
{
    struct upload_wish wish;
    if (!upload_wish_of_form(form, v ? &v->columns : NULL, v ? v->wish.name : S(""), &rq->arena, &wish, &f->field, &f->err) ||
        !upload_wish_check(&wish, &f->field, &f->err))
        return false;
    f->field = "";
    return upload_again(app, c, rq->segments[1], &wish, &f->err) && app_see_other(rq, rs, "/import/%.*s", STR_ARG(rq->segments[1]));
}

bool on_import_change(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller c = {0};
    struct form *form = ARENA_NEW(&rq->arena, struct form);
    struct upload_look look;
    struct upload_fault fault = {.field = ""};
    if (!form)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, form, err))
        return false;
    bool apply = str_eq(form_get(form, "do"), S("apply"));
    bool ok = pass_gate(app, worker, rq, rs, form, &c, apply ? "apply-workshop" : "read-workshop", &fault);
    if (!ok && !is_a_fault(&fault.err)) {
        *err = fault.err;
        return false;
    }
    if ((!ok && !caller_of(app, worker, rq, &c, err)) || !upload_find(app, &c, rq->segments[1], &look, err))
        return false;
    if (ok && apply) {
        fault.field = "";
        ok = upload_apply(app, worker, rq, rs, &c, rq->segments[1],
            (struct upload_choice){form_get(form, "publish").len > 0, form_has(form, "duplicates")}, was_applied, &fault.err);
    } else if (ok) {
        ok = read_again(app, rq, rs, &c, form, look.view, &fault);
    }
    if (!ok && is_a_fault(&fault.err)) {
        rs->status = err_http_status(fault.err.code);
        ok = put_one(app, rq, rs, &c, &look, &fault);
    } else if (!ok) {
        *err = fault.err;
    }
    upload_look_done(&look);
    return ok;
}
