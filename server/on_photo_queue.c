/*
 * Moderators' side of photos: the list of those that wait, one of them large, rectangles to blur on it, and what is decided.
 * Without script the rectangles are typed in percent, which a grid over the photo helps to read; with script (web/blur.js) they
 * are drawn on it.
 */
#include "data/photo_store.h"
#include "server/fields.h"
#include "server/gate.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/photo_parts.h"
#include "server/writer.h"

enum { BLUR_ROWS = 4 /* without script; more by sending again */, BLURS_A_FORM_MAX = 24 };

struct deciding {
    struct caller caller;
    struct photo photo;
    const struct form *form;
    const char *fault;
    struct sha256 was;
    struct str jpeg;
    int width_px, height_px;
    bool accept, blur;
};

/* ---- the list ---- */

static struct page begin(struct app *app, struct request *rq, struct response *rs, const char *key)
{
    struct page p = page_start(app, rq, rs);
    rs->headers = HEADERS_PRIVATE;
    AUTO(buf) title = {0};
    buf_fmt(&title, "%s · %s", say(&p, key), app->config.title);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .form = true, .photo = true});
    page_fmt(&p, "<p class=\"kind\"><a href=\"%L\">%t</a> · <a href=\"%L\">%t</a></p><h1>%t</h1>", "/queue", "photo.to_queue", "/queue/photo",
        "photo.to_list", key);
    return p;
}

bool on_queue_photos(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct caller caller;
    struct photo *all;
    size_t n, total;
    bool done;
    if (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &caller, &done, err) || done)
        return done;
    if (!photo_waiting(worker->store, &caller.who, &rq->arena, &all, &n, &total, err))
        return false;
    struct page p = begin(app, rq, rs, "photo.waiting");
    page_raw(&p, "<p>");
    page_say_n(&p, "photo.count", (int64_t)total);
    page_raw(&p, "</p><ul class=\"thumbs\">");
    for (size_t i = 0; i < n; i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "/queue/photo/%llu", (unsigned long long)all[i].id);
        page_fmt(&p, "<li><a href=\"%L\"><img src=\"/queue/photo/%d.jpg\" width=\"%d\" height=\"%d\" loading=\"lazy\" alt=\"\"> %t %d</a> <span class=\"small\">%D</span></li>",
            to.at, (int64_t)all[i].id, (int64_t)all[i].width_px, (int64_t)all[i].height_px, "photo.one", (int64_t)i + 1, all[i].taken);
    }
    page_raw(&p, "</ul>");
    page_end(&p);
    return true;
}

/* ---- one of them ---- */

static void put_number(struct page *p, size_t row, const char *name, const char *label, struct str value)
{
    page_fmt(p, "<td><label class=\"hidden\" for=\"%s%d\">%t %d</label><input id=\"%s%d\" name=\"%s\" inputmode=\"decimal\" autocomplete=\"off\" value=\"", name,
        (int64_t)row, label, (int64_t)row, name, (int64_t)row, name);
    buf_html(p->out, value);
    page_raw(p, "\"></td>");
}

static const char *const SIDES[4] = {"x", "y", "w", "h"};
static const char *const SIDE_TEXTS[4] = {"blur.x", "blur.y", "blur.w", "blur.h"};

static void put_rows(struct page *p, const struct form *f)
{
    struct str typed[4][BLURS_A_FORM_MAX] = {0};
    size_t n = BLUR_ROWS;
    for (int side = 0; f && side < 4; side++)
        n = MAX(n, MIN(form_all(f, SIDES[side], typed[side], BLURS_A_FORM_MAX), BLURS_A_FORM_MAX));
    page_fmt(p, "<div class=\"scroll\"><table class=\"blurs\"><thead><tr><th>%t</th><th>%t</th><th>%t</th><th>%t</th></tr></thead><tbody>", SIDE_TEXTS[0],
        SIDE_TEXTS[1], SIDE_TEXTS[2], SIDE_TEXTS[3]);
    for (size_t row = 0; row < n; row++) {
        page_raw(p, "<tr>");
        for (int side = 0; side < 4; side++)
            put_number(p, row + 1, SIDES[side], SIDE_TEXTS[side], typed[side][row]);
        page_raw(p, "</tr>");
    }
    page_raw(p, "</tbody></table></div>");
}

static void put_picture(struct page *p, const struct photo *photo)
{
    page_fmt(p, "<div class=\"blur-stage\" data-add=\"%t\" data-one=\"%t\" data-help=\"%t\" data-removed=\"%t\">"
                "<img id=\"photo\" src=\"/queue/photo/%d.jpg\" width=\"%d\" height=\"%d\" alt=\"%t\"></div>",
        "blur.add", "blur.one", "blur.keys", "blur.removed", (int64_t)photo->id, (int64_t)photo->width_px, (int64_t)photo->height_px, "photo.alt.queue");
}

static void put_facts(struct page *p, const struct photo *photo)
{
    AUTO(buf) to = {0};
    page_fmt(p, "<p class=\"state\"><span class=\"said\">%T%s%t</span></p><dl class=\"facts\">", &PHOTO_STATE_TERMS[photo->state], photo->blurred ? " · " : "",
        photo->blurred ? "photo.blurred" : "");
    if (photo->taken.year)
        page_fmt(p, "<dt>%t</dt><dd>%D</dd>", "photo.taken", photo->taken);
    if (photo->author.len)
        page_fmt(p, "<dt>%t</dt><dd>%S</dd>", "photo.author", photo->author);
    page_fmt(p, "<dt>%t</dt><dd>%S</dd><dt>%t</dt><dd>%N × %N</dd>", "licence", photo->licence, "photo.size", (int64_t)photo->width_px,
        (int64_t)photo->height_px);
    buf_fmt(&to, "/queue/%llu", (unsigned long long)photo->contribution);
    page_fmt(p, "<dt>%t</dt><dd><a href=\"%L\">%t</a></dd>", "photo.came_with", to.at, "photo.contribution");
    if (photo->record) {
        buf_clear(&to);
        buf_fmt(&to, "/d/%llu", (unsigned long long)photo->record);
        page_fmt(p, "<dt>%t</dt><dd><a href=\"%L\">%d</a></dd>", "photo.record", to.at, (int64_t)photo->record);
    }
    page_raw(p, "</dl>");
}

static bool put_photo(struct app *app, struct request *rq, struct response *rs, const struct deciding *d)
{
    struct page p = begin(app, rq, rs, "photo.decide");
    AUTO(buf) to = {0};
    buf_fmt(&to, "/queue/photo/%llu", (unsigned long long)d->photo.id);
    rs->status = d->fault ? 400 : 200;
    if (d->fault)
        page_fmt(&p, "<div class=\"faults\" role=\"alert\"><p>%s</p></div>", d->fault);
    if (d->photo.state == PHOTO_REFUSED) {
        page_fmt(&p, "<p class=\"note\">%t</p>", "photo.refused");
        put_facts(&p, &d->photo);
        page_end(&p);
        return true;
    }
    put_picture(&p, &d->photo);
    page_fmt(&p, "<form class=\"form\" id=\"blur\" method=\"post\" action=\"%L\"><fieldset><legend>%t</legend><p class=\"says\">%t</p>", to.at, "blur.title",
        "blur.says");
    gate_fields(&p, &d->caller, NULL);
    put_rows(&p, d->form);
    page_fmt(&p, "<p><button class=\"second\" name=\"do\" value=\"blur\">%t</button></p></fieldset></form>", "blur.send");
    page_fmt(&p, "<form class=\"form\" method=\"post\" action=\"%L\"><fieldset><legend>%t</legend><p class=\"says\">%t</p>", to.at, "photo.decision",
        "photo.decision.says");
    gate_fields(&p, &d->caller, NULL);
    page_fmt(&p, "<p class=\"buttons\"><button name=\"do\" value=\"accept\">%t</button> <button class=\"second\" name=\"do\" value=\"refuse\">%t</button></p></fieldset></form>",
        "photo.accept", "photo.refuse");
    put_facts(&p, &d->photo);
    page_end(&p);
    return true;
}

/* The photo of the address, for those who decide about its place. *done: a stranger was sent to /login. */
static bool find(struct app *app, struct worker *worker, struct request *rq, struct response *rs, uint64_t id, struct deciding **out, bool *done,
    struct err *err)
{
    bool found;
    struct deciding *d = ARENA_NEW(&rq->arena, struct deciding);
    if (!d)
        return err_arena(err);
    if (!caller_must_be(app, worker, rq, rs, ROLE_MODERATOR, &d->caller, done, err) || *done)
        return *done;
    if (!photo_find(worker->store, id, &rq->arena, &d->photo, &found, err))
        return false;
    if (!found)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de photo à ce numéro" : "there is no photo of this number");
    if (!who_may_at(&d->caller.who, d->photo.place_code))
        return err_set(err, ERR_DENIED, rq->french ? "cette photo n'est pas de votre territoire" : "this photo is not of your territory");
    *out = d;
    return true;
}

bool on_queue_photo(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct deciding *d;
    bool done = false, picture;
    uint64_t id;
    AUTO(buf) jpeg = {0};
    struct str name = rq->segments[2];
    picture = photo_file_id(name, &id);
    if (!picture && !str_u64(name, &id))
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de photo à cette adresse" : "there is no photo at this address");
    if (!find(app, worker, rq, rs, id, &d, &done, err) || done)
        return done;
    if (!picture)
        return put_photo(app, rq, rs, d);
    if (!photo_jpeg(worker->store, id, &jpeg, err))
        return false;
    if (!jpeg.len)
        return err_set(err, ERR_GONE, rq->french ? "cette photo a été refusée, et rien n'en a été gardé" : "this photo was refused, and nothing of it was kept");
    photo_answer(rs, &jpeg, HEADERS_PRIVATE);
    return true;
}

/* ---- what is decided ---- */

/* Percent, with a comma or a point, to parts of one. */
static bool read_part(struct arena *a, struct str text, double *out)
{
    char *at = arena_copy(a, text.at, text.len);
    for (size_t i = 0; at && i < text.len; i++)
        if (at[i] == ',')
            at[i] = '.';
    if (!at || !text.len || !str_double(str_from(at, text.len), out))
        return false;
    *out /= 100;
    return *out >= 0 && *out <= 1;
}

/* Rows that are empty are none; 0 of them, or one that is wrong: false. */
static bool read_blurs(const struct form *f, struct arena *a, struct photo_blur *out, size_t *n)
{
    struct str typed[4][BLURS_A_FORM_MAX] = {0};
    size_t rows = form_all(f, SIDES[0], typed[0], BLURS_A_FORM_MAX);
    *n = 0;
    for (int side = 1; side < 4; side++)
        if (form_all(f, SIDES[side], typed[side], BLURS_A_FORM_MAX) != rows)
            return false;
    if (rows > BLURS_A_FORM_MAX)
        return false;
    for (size_t i = 0; i < rows; i++) {
        struct photo_blur *b = &out[*n];
        if (!typed[0][i].len && !typed[1][i].len && !typed[2][i].len && !typed[3][i].len)
            continue;
        if (!read_part(a, typed[0][i], &b->x) || !read_part(a, typed[1][i], &b->y) || !read_part(a, typed[2][i], &b->width) ||
            !read_part(a, typed[3][i], &b->height) || b->x >= 1 || b->y >= 1 || b->width <= 0 || b->height <= 0)
            return false;
        ++*n;
    }
    return *n > 0;
}

static bool decide(void *ctx, struct store *store, struct err *err)
{
    struct deciding *d = ctx;
    return d->blur ? photo_replace(store, d->photo.id, &d->caller.who, &d->was, d->jpeg, d->width_px, d->height_px, err)
                   : photo_rule(store, d->photo.id, &d->caller.who, d->accept, err);
}

static bool go_on(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)app, (void)err;
    struct deciding *d = ctx;
    if (d->blur)
        return app_see_other(rq, rs, "/queue/photo/%llu", (unsigned long long)d->photo.id);
    return app_see_other(rq, rs, "/queue/%llu", (unsigned long long)d->photo.contribution);
}

static bool blur(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct deciding *d, struct err *err)
{
    struct photo_blur blurs[BLURS_A_FORM_MAX];
    AUTO(buf) was = {0}, jpeg = {0};
    size_t n;
    if (!read_blurs(d->form, &rq->arena, blurs, &n)) {
        d->fault = say(&(struct page){.french = rq->french}, "blur.wrong");
        return put_photo(app, rq, rs, d);
    }
    if (!photo_jpeg(worker->store, d->photo.id, &was, err) ||
        !photo_clean_bounded(rs, rq->french, buf_str(&was), blurs, n, &jpeg, &d->width_px, &d->height_px, err))
        return false;
    d->was = hash_sha256(buf_str(&was));
    d->jpeg = str_copy(&rq->arena, buf_str(&jpeg));
    d->blur = true;
    if (d->jpeg.len != jpeg.len)
        return err_arena(err);
    return app_write(app, rq, rs, decide, go_on, d, err);
}

bool on_queue_photo_sent(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct deciding *d;
    struct form *f = ARENA_NEW(&rq->arena, struct form);
    bool done = false;
    uint64_t id;
    if (!f)
        return err_arena(err);
    if (!str_u64(rq->segments[2], &id))
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de photo à cette adresse" : "there is no photo at this address");
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, f, err) || !find(app, worker, rq, rs, id, &d, &done, err) || done)
        return done;
    if (!gate_form(app, worker, rq, rs, f, GATE_MODERATE, &d->caller, err))
        return false;
    d->form = f;
    struct str what = form_get(f, "do");
    if (str_eq(what, S("blur")))
        return blur(app, worker, rq, rs, d, err);
    d->accept = str_eq(what, S("accept"));
    if (!d->accept && !str_eq(what, S("refuse")))
        return err_set(err, ERR_INVALID, "%s", say(&(struct page){.french = rq->french}, "photo.no_decision"));
    return app_write(app, rq, rs, decide, go_on, d, err);
}
