/*
 * Photos of contributors: the page that takes one for a receipt, and /photo/{id}.jpg, which shows those that were accepted.
 */
#include "data/base/clock.h"
#include "data/photo_store.h"
#include "server/fields.h"
#include "server/gate.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/photo_parts.h"
#include "server/receipt.h"
#include "server/writer.h"

#define PHOTO_LICENCE "CC BY-SA 4.0"

/* ---- shown to everybody ---- */

bool on_photo(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app;
    AUTO(buf) jpeg = {0};
    enum photo_public how = PHOTO_IS_NOT;
    uint64_t id;
    if (photo_file_id(rq->segments[1], &id) && !photo_public_jpeg(worker->store, id, &jpeg, &how, err))
        return false;
    if (how == PHOTO_WAS_WITHDRAWN)
        return err_set(err, ERR_GONE, rq->french ? "cette photo a été retirée" : "this photo was withdrawn");
    if (how == PHOTO_IS_NOT)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de photo publiée à cette adresse" : "there is no published photo at this address");
    photo_answer(rs, &jpeg, HEADERS_ASSET);
    return true;
}

/* ---- sent with a receipt ---- */

struct sending {
    struct caller caller;
    const struct form *form;
    struct contribution c;
    struct str receipt;
    struct faults faults;
    const char *gate;   /* why the form is shown again; NULL */
    int status;
    size_t n_before;    /* photos it has */
    struct photo photo;
    struct str jpeg;
};

static struct page begin(struct app *app, struct request *rq, struct response *rs, const char *key)
{
    struct page p = page_start(app, rq, rs);
    rs->headers = HEADERS_PRIVATE;
    AUTO(buf) title = {0};
    buf_fmt(&title, "%s · %s", say(&p, key), app->config.title);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .form = true});
    page_fmt(&p, "<h1>%t</h1>", key);
    return p;
}

static bool takes(const struct sending *s)
{
    return receipt_takes_photos(s->c.kind) && s->n_before < PHOTOS_A_CONTRIBUTION_MAX && s->c.state != CONTRIBUTION_REFUSED &&
           s->c.state != CONTRIBUTION_LAPSED && s->c.state != CONTRIBUTION_ERASED;
}

static void put_fields(struct page *p, const struct sending *s)
{
    bool sent = form_has(s->form, "send"); /* else it is the button of the page before */
    struct fields x = {p, sent ? s->form : NULL, &s->faults};
    fields_faults(&x);
    page_fmt(p, "<form class=\"form\" method=\"post\" enctype=\"multipart/form-data\" action=\"%L\"><input type=\"hidden\" name=\"receipt\" value=\"%S\">",
        "/track/photo", s->receipt);
    gate_fields(p, &s->caller, NULL);
    field_line(&x, &(struct field){.name = "photo", .label = "photo.file", .says = "photo.file.says", .type = "file", .required = true});
    field_line(&x, &(struct field){.name = "taken", .label = "photo.taken", .says = "photo.taken.says", .type = "month"});
    field_line(&x, &(struct field){.name = "author", .label = "photo.author", .says = "photo.author.says", .max_runes = PHOTO_AUTHOR_MAX_RUNES});
    field_box(&x, &(struct field){.name = "licence", .label = "photo.licence", .required = true});
    page_fmt(p, "<p><button name=\"send\" value=\"1\">%t</button></p><p class=\"says\">%t</p></form>", "photo.send", "photo.kept");
}

static bool put_form(struct app *app, struct request *rq, struct response *rs, const struct sending *s)
{
    struct page p = begin(app, rq, rs, "photo.title");
    rs->status = s->status ? s->status : s->gate || s->faults.n ? 400 : 200;
    if (s->gate)
        page_fmt(&p, "<div class=\"faults\" role=\"alert\"><p>%s</p></div>", s->gate);
    if (takes(s)) {
        page_fmt(&p, "<p>%t</p>", "photo.says");
        put_fields(&p, s);
    } else {
        page_fmt(&p, "<p class=\"note\">%t</p>", s->n_before >= PHOTOS_A_CONTRIBUTION_MAX ? "photo.full" : "photo.not_here");
    }
    receipt_button(&p, "/track", s->receipt, "receipt.back", false);
    page_end(&p);
    return true;
}

static const struct form_field *check(struct sending *s, const struct page *p)
{
    const struct form_field *file = form_file(s->form, "photo");
    struct str taken = form_get(s->form, "taken");
    if (!file || !file->value.len)
        fault_add(&s->faults, "photo", say(p, "photo.file.missing"));
    else if (file->value.len > PHOTO_MAX_BYTES) {
        fault_add(&s->faults, "photo", say(p, "photo.file.too_large"));
        s->status = 413;
    }
    if (!partial_date_read(taken, &s->photo.taken) || (taken.len && !s->photo.taken.month) || s->photo.taken.day)
        fault_add(&s->faults, "taken", say(p, "photo.taken.wrong"));
    else if (taken.len && s->photo.taken.lo > (int32_t)(clock_unix_s() / 86400))
        fault_add(&s->faults, "taken", say(p, "report.seen_on.future"));
    if (str_runes(form_get(s->form, "author")) > PHOTO_AUTHOR_MAX_RUNES)
        fault_add(&s->faults, "author", say(p, "photo.author.too_long"));
    if (!form_has(s->form, "licence"))
        fault_add(&s->faults, "licence", say(p, "photo.licence.missing"));
    return file;
}

static bool store_photo(void *ctx, struct store *store, struct err *err)
{
    struct sending *s = ctx;
    return photo_add(store, &s->photo, s->jpeg, err);
}

static bool say_received(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct sending *s = ctx;
    struct page p = begin(app, rq, rs, "photo.received");
    rs->status = 201;
    page_fmt(&p, "<p>%t</p>", "photo.received.says");
    receipt_button(&p, "/track", s->receipt, "receipt.look", true);
    if (s->n_before + 1 < PHOTOS_A_CONTRIBUTION_MAX)
        receipt_button(&p, "/track/photo", s->receipt, "photo.another", false);
    page_end(&p);
    return true;
}

/* The child's sentences are English; in French the reader is told what is taken. */
static bool not_read(struct app *app, struct request *rq, struct response *rs, struct sending *s, struct err *err)
{
    struct page p = {.french = rq->french};
    if (err->code != ERR_INVALID && err->code != ERR_TOO_BIG)
        return false;
    s->status = err_http_status(err->code);
    fault_add(&s->faults, "photo", rq->french ? say(&p, "photo.file.unread") : str_cstr(&rq->arena, str_of(err->text)));
    return put_form(app, rq, rs, s);
}

static bool take(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct sending *s, struct err *err)
{
    struct page p = {.french = rq->french};
    AUTO(buf) jpeg = {0};
    const struct form_field *file = check(s, &p);
    if (s->faults.n || !takes(s))
        return put_form(app, rq, rs, s);
    if (!gate_form(app, worker, rq, rs, s->form, GATE_UPLOAD, &s->caller, err)) {
        if (err->code != ERR_INVALID)
            return false;
        s->gate = str_cstr(&rq->arena, str_of(err->text));
        return put_form(app, rq, rs, s);
    }
    if (!photo_clean_bounded(rs, rq->french, file->value, NULL, 0, &jpeg, &s->photo.width_px, &s->photo.height_px, err))
        return not_read(app, rq, rs, s, err);
    s->photo.contribution = s->c.id;
    s->photo.licence = S(PHOTO_LICENCE);
    s->photo.author = form_get(s->form, "author");
    s->jpeg = str_copy(&rq->arena, buf_str(&jpeg));
    if (s->jpeg.len != jpeg.len)
        return err_arena(err);
    return app_write(app, rq, rs, store_photo, say_received, s, err);
}

bool on_track_photo(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)worker, (void)err;
    return app_see_other(rq, rs, "/track"); /* a receipt comes in a body only */
}

bool on_track_photo_sent(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct sending *s = ARENA_NEW(&rq->arena, struct sending);
    struct form *f = ARENA_NEW(&rq->arena, struct form);
    struct photo *before;
    bool found;
    if (!app->config.photos)
        return err_set(err, ERR_MISSING, rq->french ? "ce site ne prend pas de photos" : "this site takes no photos");
    if (!s || !f)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, f, err) || !caller_of(app, worker, rq, &s->caller, err) ||
        !receipt_find(app, worker, rq, rs, f, &s->c, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, "%s", say(&(struct page){.french = rq->french}, "track.unknown"));
    if (!photo_of_contribution(worker->store, s->c.id, &rq->arena, &before, &s->n_before, err))
        return false;
    s->form = f;
    s->receipt = form_get(f, "receipt");
    return form_has(f, "send") ? take(app, worker, rq, rs, s, err) : put_form(app, rq, rs, s);
}
