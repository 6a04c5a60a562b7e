/*
 * /d/{id}/report: what anybody may say of a record without an account. Each kind has its own form, its own words and its own
 * clock; all of them become contributions, and their author keeps a receipt.
 */
#include <string.h>

#include "data/base/clock.h"
#include "data/base/json.h"
#include "data/photo_store.h"
#include "server/fields.h"
#include "server/gate.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/receipt.h"
#include "server/writer.h"

enum { REPORT_NOTE_MAX_RUNES = 2500, REPORT_PASSAGE_MAX_RUNES = 1000, REPORT_CONTACT_MAX_RUNES = 200 }; /* together under a note's bound */

/* The kinds somebody may report, in the order in which they are offered. */
static const enum contribution_kind KINDS[] = {CONTRIBUTION_CONFIRM, CONTRIBUTION_GONE, CONTRIBUTION_PROBLEM, CONTRIBUTION_PRIVACY,
    CONTRIBUTION_REPLY, CONTRIBUTION_UNLAWFUL};

static int kind_of(struct str code)
{
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (str_eq(code, str_of(CONTRIBUTION_KIND_TERMS[KINDS[i]].code)))
            return (int)KINDS[i];
    return -1;
}

/* The law does not ask whether we take contributions. */
static bool is_by_right(enum contribution_kind kind)
{
    return kind == CONTRIBUTION_PRIVACY || kind == CONTRIBUTION_REPLY || kind == CONTRIBUTION_UNLAWFUL;
}

static const char *kind_key(struct arena *a, enum contribution_kind kind, const char *part)
{
    AUTO(buf) key = {0};
    buf_fmt(&key, "report.%s%s", CONTRIBUTION_KIND_TERMS[kind].code, part);
    return str_cstr(a, buf_str(&key));
}

struct report {
    struct deployment record;
    enum contribution_kind kind;
    bool has_photos;
    struct caller caller;
    const struct form *form;  /* NULL: the first time */
    struct faults faults;
    const char *gate;         /* why the form is shown again; NULL */
    struct contribution sent;
    struct str receipt;
};

/* ---- the forms ---- */

static void put_sighting(const struct fields *x)
{
    AUTO(buf) month = {0};
    partial_date_write(&month, partial_date_of_month(clock_unix_s()));
    field_line(x, &(struct field){.name = "seen_on", .label = "report.seen_on", .says = "report.seen_on.says", .type = "month",
        .value = buf_str(&month), .required = true});
    field_choice_begin(x, &(struct field){.name = "basis", .label = "report.basis"});
    field_choice(x, "basis", "survey", "report.basis.survey", true);
    field_choice(x, "basis", "photo", "report.basis.photo", false);
    field_choice(x, "basis", "document", "report.basis.document", false);
    field_choice_end(x);
    field_area(x, &(struct field){.name = "note", .label = "report.note", .says = "report.note.says", .max_runes = REPORT_NOTE_MAX_RUNES});
}

static void put_problem(const struct fields *x)
{
    field_area(x, &(struct field){.name = "note", .label = "report.problem.note", .says = "report.problem.note.says",
        .max_runes = REPORT_NOTE_MAX_RUNES, .required = true});
}

static void put_privacy(const struct fields *x, bool has_photos)
{
    if (has_photos) {
        field_choice_begin(x, &(struct field){.name = "about", .label = "report.about"});
        field_choice(x, "about", "photo", "report.about.photo", false);
        field_choice(x, "about", "place", "report.about.place", true);
        field_choice_end(x);
    }
    field_area(x, &(struct field){.name = "note", .label = "report.privacy.note", .says = "report.privacy.note.says",
        .max_runes = REPORT_NOTE_MAX_RUNES, .required = true});
}

static void put_contact(const struct fields *x, const char *says)
{
    field_line(x, &(struct field){.name = "contact", .label = "report.contact", .says = says, .max_runes = REPORT_CONTACT_MAX_RUNES});
}

static void put_passage(const struct fields *x, bool required)
{
    field_area(x, &(struct field){.name = "passage", .label = "report.passage", .says = "report.passage.says",
        .max_runes = REPORT_PASSAGE_MAX_RUNES, .required = required});
}

static void put_reply(const struct fields *x)
{
    field_line(x, &(struct field){.name = "label", .label = "report.reply.label", .says = "report.reply.label.says",
        .max_runes = REPLY_LABEL_MAX_RUNES, .required = true});
    put_passage(x, false);
    field_area(x, &(struct field){.name = "text", .label = "report.reply.text", .says = "report.reply.text.says",
        .max_runes = CONTRIBUTION_NOTE_MAX_RUNES, .required = true});
    put_contact(x, "report.contact.says");
}

static void put_unlawful(const struct fields *x)
{
    put_passage(x, true);
    field_area(x, &(struct field){.name = "note", .label = "report.unlawful.note", .says = "report.unlawful.note.says",
        .max_runes = REPORT_NOTE_MAX_RUNES, .required = true});
    put_contact(x, "report.contact.says");
    field_box(x, &(struct field){.name = "good_faith", .label = "report.good_faith", .required = true});
}

static void put_fields(const struct fields *x, const struct report *r)
{
    switch (r->kind) {
    case CONTRIBUTION_PROBLEM:
        put_problem(x);
        break;
    case CONTRIBUTION_PRIVACY:
        put_privacy(x, r->has_photos);
        break;
    case CONTRIBUTION_REPLY:
        put_reply(x);
        break;
    case CONTRIBUTION_UNLAWFUL:
        put_unlawful(x);
        break;
    default:
        put_sighting(x);
    }
}

static struct page begin(struct app *app, struct request *rq, struct response *rs, const struct deployment *d, const char *heading)
{
    struct page p = page_start(app, rq, rs);
    rs->headers = HEADERS_PRIVATE;
    AUTO(buf) title = {0}, to = {0};
    buf_fmt(&title, "%s · %s", heading, app->config.title);
    buf_fmt(&to, "/d/%llu", (unsigned long long)d->id);
    page_begin(&p, &(struct page_head){.title = buf_str(&title), .robots = S("noindex"), .form = true});
    page_fmt(&p, "<h1>%s</h1><p class=\"about\">%t <a href=\"%L\">", heading, "report.of", to.at);
    page_title(&p, d);
    page_raw(&p, "</a>");
    if (d->place_name.len)
        page_fmt(&p, ", %S", d->place_name);
    page_raw(&p, "</p>");
    return p;
}

static bool put_form(struct app *app, struct request *rq, struct response *rs, struct report *r)
{
    struct page p = begin(app, rq, rs, &r->record, say(&(struct page){.french = rq->french}, kind_key(&rq->arena, r->kind, ".title")));
    struct fields x = {&p, r->form, &r->faults};
    AUTO(buf) to = {0};
    rs->status = r->gate || r->faults.n ? 400 : 200;
    page_fmt(&p, "<p>%t</p>", kind_key(&rq->arena, r->kind, ".says"));
    const char *closed = is_by_right(r->kind) ? NULL : gate_closed(app, &r->caller);
    if (closed) {
        page_fmt(&p, "<p class=\"note\">%t</p>", closed);
        page_end(&p);
        return true;
    }
    if (r->gate)
        page_fmt(&p, "<div class=\"faults\" role=\"alert\"><p>%s</p></div>", r->gate);
    fields_faults(&x);
    buf_fmt(&to, "/d/%llu/report", (unsigned long long)r->record.id);
    page_fmt(&p, "<form class=\"form\" method=\"post\" action=\"%L\"><input type=\"hidden\" name=\"kind\" value=\"%s\">", to.at,
        CONTRIBUTION_KIND_TERMS[r->kind].code);
    gate_fields(&p, &r->caller, r->form);
    put_fields(&x, r);
    page_fmt(&p, "<p><button class=\"go\">%t</button></p><p class=\"says\">%t</p></form>", kind_key(&rq->arena, r->kind, ".send"), "report.kept");
    page_end(&p);
    return true;
}

/* Which of them, where the address does not say. */
static bool put_choice(struct app *app, struct request *rq, struct response *rs, const struct deployment *d)
{
    struct page p = begin(app, rq, rs, d, say(&(struct page){.french = rq->french}, "report.title"));
    page_raw(&p, "<dl class=\"terms\">");
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        AUTO(buf) to = {0};
        buf_fmt(&to, "/d/%llu/report?kind=%s", (unsigned long long)d->id, CONTRIBUTION_KIND_TERMS[KINDS[i]].code);
        page_fmt(&p, "<dt><a href=\"%L\">%t</a></dt><dd>%t</dd>", to.at, kind_key(&rq->arena, KINDS[i], ".title"),
            kind_key(&rq->arena, KINDS[i], ".says"));
    }
    page_raw(&p, "</dl>");
    page_end(&p);
    return true;
}

/* ---- what was sent ---- */

static void check_text(struct report *r, const struct page *p, const char *name, const char *missing, int64_t most, bool required)
{
    struct str text = form_get(r->form, name);
    if (required && !text.len)
        fault_add(&r->faults, name, say(p, missing));
    if (str_runes(text) > (size_t)most)
        fault_add(&r->faults, name, say(p, "report.too_long"));
}

static void check_month(struct report *r, const struct page *p)
{
    struct partial_date seen;
    struct str on = form_get(r->form, "seen_on");
    if (!partial_date_read(on, &seen) || !seen.month)
        fault_add(&r->faults, "seen_on", say(p, "report.seen_on.wrong"));
    else if (seen.day)
        fault_add(&r->faults, "seen_on", say(p, "report.seen_on.day"));
    else if (seen.lo > (int32_t)(clock_unix_s() / 86400))
        fault_add(&r->faults, "seen_on", say(p, "report.seen_on.future"));
}

static void check(struct report *r, const struct page *p)
{
    check_text(r, p, "passage", "report.passage.missing", REPORT_PASSAGE_MAX_RUNES, r->kind == CONTRIBUTION_UNLAWFUL);
    switch (r->kind) {
    case CONTRIBUTION_CONFIRM:
    case CONTRIBUTION_GONE:
        check_month(r, p);
        check_text(r, p, "note", "report.document.missing", REPORT_NOTE_MAX_RUNES, str_eq(form_get(r->form, "basis"), S("document")));
        break;
    case CONTRIBUTION_REPLY:
        check_text(r, p, "label", "report.reply.label.missing", REPLY_LABEL_MAX_RUNES, true);
        check_text(r, p, "text", "report.reply.text.missing", CONTRIBUTION_NOTE_MAX_RUNES, true);
        break;
    case CONTRIBUTION_UNLAWFUL:
        check_text(r, p, "note", "report.unlawful.note.missing", REPORT_NOTE_MAX_RUNES, true);
        if (!form_has(r->form, "good_faith"))
            fault_add(&r->faults, "good_faith", say(p, "report.good_faith.missing"));
        break;
    default:
        check_text(r, p, "note", "report.note.missing", REPORT_NOTE_MAX_RUNES, true);
    }
    check_text(r, p, "contact", "", REPORT_CONTACT_MAX_RUNES, false);
}

/* One more paragraph of the note, under its heading. */
static void add_part(struct buf *note, const struct page *p, const char *heading, struct str text)
{
    if (!text.len)
        return;
    buf_add(note, note->len ? S("\n\n") : S(""));
    if (heading)
        buf_fmt(note, "%s : ", say(p, heading));
    buf_add(note, text);
}

static struct str note_of(const struct report *r, const struct page *p, struct arena *a)
{
    AUTO(buf) note = {0};
    bool seen = r->kind == CONTRIBUTION_CONFIRM || r->kind == CONTRIBUTION_GONE;
    struct str basis = form_get(r->form, "basis");
    if (seen)
        add_part(&note, p, "report.basis", str_of(say(p, str_eq(basis, S("document")) ? "report.basis.document" :
            str_eq(basis, S("photo")) ? "report.basis.photo" : "report.basis.survey")));
    add_part(&note, p, "report.passage", form_get(r->form, "passage"));
    add_part(&note, p, NULL, form_get(r->form, "note"));
    add_part(&note, p, "report.contact", form_get(r->form, "contact"));
    return str_copy(a, buf_str(&note));
}

static struct str patch_of(const struct report *r, struct arena *a)
{
    AUTO(buf) patch = {0};
    struct json_writer w = {.out = &patch};
    json_open(&w, '{');
    if (r->kind == CONTRIBUTION_CONFIRM || r->kind == CONTRIBUTION_GONE) {
        json_key(&w, "seen_on");
        json_put_str(&w, form_get(r->form, "seen_on"));
    } else if (r->kind == CONTRIBUTION_REPLY) {
        json_key(&w, "label");
        json_put_str(&w, form_get(r->form, "label"));
        json_key(&w, "text");
        json_put_str(&w, form_get(r->form, "text"));
    } else if (r->kind == CONTRIBUTION_PRIVACY && str_eq(form_get(r->form, "about"), S("photo"))) {
        json_key(&w, "photos");
        json_put_bool(&w, true);
    }
    json_close(&w, '}');
    return str_copy(a, buf_str(&patch));
}

static void fill(struct report *r, const struct page *p, struct arena *a)
{
    bool seen = r->kind == CONTRIBUTION_CONFIRM || r->kind == CONTRIBUTION_GONE;
    r->sent = (struct contribution){.kind = r->kind, .target = r->record.id, .note = note_of(r, p, a), .patch = patch_of(r, a),
        .survey = seen && !str_eq(form_get(r->form, "basis"), S("document")), .account_id = r->caller.who.account_id,
        .token_id = r->caller.who.token_id};
}

static bool store_report(void *ctx, struct store *store, struct err *err)
{
    struct report *r = ctx;
    return contribution_receive(store, &r->sent, r->receipt, err);
}

static bool say_received(void *ctx, struct app *app, struct request *rq, struct response *rs, struct err *err)
{
    (void)err;
    struct report *r = ctx;
    struct page p = begin(app, rq, rs, &r->record, say(&(struct page){.french = rq->french}, "report.received"));
    rs->status = 201;
    bool at_once = r->sent.effect_version || r->sent.withheld_photos;
    page_fmt(&p, "<p>%t</p>", kind_key(&rq->arena, r->kind, at_once ? ".at_once" : ".next"));
    receipt_put(&p, r->receipt, app->config.photos && receipt_takes_photos(r->kind));
    page_end(&p);
    return true;
}

/* ---- the two ways in ---- */

static bool find(struct worker *worker, struct request *rq, struct report **out, struct err *err)
{
    struct report *r = ARENA_NEW(&rq->arena, struct report);
    struct photo *photos;
    size_t n;
    if (!r)
        return err_arena(err);
    if (!page_find_record(worker, rq, &r->record, err) || !photo_of_record(worker->store, r->record.id, &rq->arena, &photos, &n, err))
        return false;
    r->has_photos = n > 0;
    *out = r;
    return true;
}

bool on_report(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct report *r;
    int kind = kind_of(request_query(rq, S("kind")));
    if (!find(worker, rq, &r, err) || !caller_of(app, worker, rq, &r->caller, err))
        return false;
    if (kind < 0)
        return put_choice(app, rq, rs, &r->record);
    r->kind = (enum contribution_kind)kind;
    return put_form(app, rq, rs, r);
}

bool on_report_sent(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct report *r;
    struct page p = {.french = rq->french};
    AUTO(buf) receipt = {0};
    struct form *f = ARENA_NEW(&rq->arena, struct form);
    if (!f)
        return err_arena(err);
    if (!form_read(request_header(rq, "Content-Type"), rq->body, &rq->arena, f, err) || !find(worker, rq, &r, err) ||
        !caller_of(app, worker, rq, &r->caller, err))
        return false;
    int kind = kind_of(form_get(f, "kind"));
    if (kind < 0)
        return err_set(err, ERR_INVALID, "%s", say(&p, "report.no_kind"));
    r->kind = (enum contribution_kind)kind;
    r->form = f;
    check(r, &p);
    if (r->faults.n)
        return put_form(app, rq, rs, r);
    if (!gate_form(app, worker, rq, rs, f, GATE_REPORT, &r->caller, err)) {
        if (err->code != ERR_INVALID)
            return false;
        r->gate = str_cstr(&rq->arena, str_of(err->text));
        return put_form(app, rq, rs, r);
    }
    const char *closed = is_by_right(r->kind) ? NULL : gate_closed(app, &r->caller);
    if (closed)
        return err_set(err, ERR_DENIED, "%s", say(&p, closed));
    fill(r, &p, &rq->arena);
    secret_make(&receipt);
    r->receipt = str_copy(&rq->arena, buf_str(&receipt));
    return app_write(app, rq, rs, store_report, say_received, r, err);
}

/* ---- at the foot of a record ---- */

void report_links(struct page *p, uint64_t record)
{
    bool closed = p->app->config.contributions == CONTRIBUTIONS_CLOSED;
    AUTO(buf) to = {0};
    page_fmt(p, "<section class=\"act\"><%s>%t</%s><ul>", page_is_part(p) ? "h3" : "h2", "report.section", page_is_part(p) ? "h3" : "h2");
    if (!closed) {
        buf_fmt(&to, "/d/%llu/correct", (unsigned long long)record);
        page_fmt(p, "<li><a href=\"%L\">%t</a></li>", to.at, "report.correct");
    }
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        if (closed && !is_by_right(KINDS[i]))
            continue;
        buf_clear(&to);
        buf_fmt(&to, "/d/%llu/report?kind=%s", (unsigned long long)record, CONTRIBUTION_KIND_TERMS[KINDS[i]].code);
        page_fmt(p, "<li><a href=\"%L\">%t</a></li>", to.at, kind_key(&p->rq->arena, KINDS[i], ".link"));
    }
    page_fmt(p, "</ul><p class=\"small\"><a href=\"%L\">%t</a></p></section>", "/track", "report.track");
}
