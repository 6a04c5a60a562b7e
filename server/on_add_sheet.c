/*
 * /add?sheet=CODE: the rows of a field sheet, typed as they were written. What one sheet has in common is asked once; every row
 * is a contribution of its own, and either all of them are stored or none.
 */
#include <string.h>

#include "server/draft_sheet.h"
#include "server/on_add.h"
#include "server/proposal.h"

struct typing {
    struct add *x;
    struct box sheet;
    bool has_sheet;
    size_t n;
    struct sheet_line *lines;
    struct draft *drafts;    /* one a line */
    bool faulty;
};

/* ---- the page ---- */

static void put_line(struct page *p, const struct sheet_line *l, struct str fault)
{
    page_raw(p, "<li>");
    page_say(p, "sheet.line", (int64_t)l->number, l->typed);
    page_fmt(p, " %S</li>", fault);
}

static void put_line_faults(struct typing *t)
{
    struct page *p = &t->x->k.page;
    for (size_t i = 0; i < t->n; i++) {
        if (t->lines[i].fault.len)
            put_line(p, &t->lines[i], t->lines[i].fault);
        for (size_t k = 0; t->drafts && k < t->drafts[i].n_faults; k++)
            put_line(p, &t->lines[i], t->drafts[i].faults[k].says);
    }
}

static void put_faults(struct typing *t)
{
    struct page *p = &t->x->k.page;
    if (!t->faulty && !t->x->says.len)
        return;
    page_fmt(p, "<div class=\"faults\" role=\"alert\" id=\"rows-fault\"><p>%t</p><ul>", "form.wrong");
    if (t->x->says.len)
        page_fmt(p, "<li>%S</li>", t->x->says);
    put_line_faults(t);
    page_raw(p, "</ul></div>");
}

static void put_rows(struct typing *t)
{
    struct draft_page *k = &t->x->k;
    k->focus = t->faulty ? "rows" : form_get(k->f, "rows").len ? NULL : "rows";
    page_raw(&k->page, "<fieldset>");
    page_fmt(&k->page, "<legend>%t</legend>", "sheet.once");
    page_raw(&k->page, "<div class=\"half\">");
    draft_text(k, "street", "sheet.street", "sheet.street_hint", " maxlength=\"120\" autocomplete=\"off\"");
    draft_text(k, "date", "sheet.month_seen", NULL, " maxlength=\"40\" autocomplete=\"off\"");
    draft_text(k, "operator", "add.operator", "add.operator_hint", " maxlength=\"120\" autocomplete=\"off\"");
    if (k->caller->by != CALLER_BY_COOKIE)
        draft_text(k, "workshop", "add.workshop", "add.workshop_hint", " maxlength=\"60\" autocomplete=\"off\" spellcheck=\"false\"");
    page_raw(&k->page, "</div></fieldset>");
    put_faults(t);
    draft_area(k, "rows", "sheet.rows", "sheet.rows_hint", " rows=\"12\" spellcheck=\"false\" autocapitalize=\"characters\"");
}

static const char *const KEPT[] = {"street", "date", "operator", "workshop"};

/* Which sheet; what the last one had in common with it goes along. */
static void put_code_form(struct typing *t, struct str code)
{
    struct page *p = &t->x->k.page;
    page_fmt(p, "<form class=\"form\" method=\"post\" action=\"%L\">", "/add?sheet");
    for (size_t i = 0; i < COUNT(KEPT); i++) {
        page_fmt(p, "<input type=\"hidden\" name=\"%s\" value=\"", KEPT[i]);
        buf_html(p->out, form_get(t->x->k.f, KEPT[i]));
        page_raw(p, "\">");
    }
    page_fmt(p, "<div class=\"one\"><label for=\"sheet\">%t</label><input id=\"sheet\" name=\"sheet\" value=\"", "sheet.code_label");
    buf_html(p->out, code);
    page_fmt(p, "\" autocomplete=\"off\" spellcheck=\"false\" autofocus maxlength=\"40\" aria-describedby=\"sheet-says%s\"%s>"
                "<p class=\"says\" id=\"sheet-says\">%t</p>",
        code.len ? " sheet-fault" : "", code.len ? " aria-invalid=\"true\"" : "", "sheet.code_hint");
    if (code.len)
        page_fmt(p, "<p class=\"fault\" id=\"sheet-fault\">%t</p>", "fault.sheet_code");
    page_fmt(p, "</div><p class=\"actions\"><button name=\"do\" value=\"open\">%t</button></p></form>", "sheet.open");
}

static bool put_page(struct typing *t, struct str code)
{
    struct draft_page *k = &t->x->k;
    struct page *p = &k->page;
    const char *closed = gate_closed(p->app, k->caller);
    page_begin(p, &(struct page_head){.title = str_of(say(p, "sheet.add_title")), .robots = S("noindex"), .form = true});
    page_fmt(p, "<h1>%t</h1>", "sheet.add_title");
    if (closed)
        add_closed_note(k, closed);
    if (closed && p->app->config.contributions == CONTRIBUTIONS_CLOSED) {
        page_end(p);
        return true;
    }
    if (!t->has_sheet) {
        put_code_form(t, code);
        page_end(p);
        return true;
    }
    AUTO(buf) address = {0}, written = {0};
    sheet_code_make(&written, t->sheet);
    buf_fmt(&address, "/add?sheet=%s", written.at);
    page_fmt(p, "<p>%t <strong>%S</strong></p>", "sheet.of", buf_str(&written));
    add_begin_form(k, address.at, "add-sheet");
    put_rows(t);
    gate_fields_again(p, k->caller, k->f);
    if (k->moderator)
        page_fmt(p, "<label class=\"box\"><input type=\"checkbox\" name=\"publish\" value=\"1\"> <span>%t</span></label><p class=\"says\">%t</p>", "add.publish",
            "add.publish_hint");
    page_fmt(p, "<p class=\"actions\"><button name=\"do\" value=\"send\">%t</button></p><p class=\"says\">%t</p></form>", "sheet.send", "add.licence");
    page_end(p);
    return true;
}

/* ---- reading ---- */

/* What the whole sheet says goes into every row. */
static void share(struct form *row, const struct form *sheet, struct arena *a)
{
    static const char *const names[] = {"date", "operator"};
    AUTO(buf) note = {0};
    for (size_t i = 0; i < COUNT(names); i++)
        form_add(row, names[i], form_get(sheet, names[i]));
    form_add(row, "basis", str_of(BASIS_TERMS[BASIS_SURVEY].code));
    form_add(row, "status", str_of(STATUS_TERMS[STATUS_ACTIVE].code));
    if (form_get(sheet, "street").len) {
        buf_add(&note, form_get(sheet, "street"));
        form_add(row, "note", str_copy(a, buf_str(&note)));
    }
}

static bool read_rows(struct typing *t, struct store *store, struct err *err)
{
    struct draft_page *k = &t->x->k;
    struct page *p = &k->page;
    struct arena *a = &p->rq->arena;
    bool too_many;
    if (!draft_sheet_read(form_get(k->f, "rows"), t->sheet, p->french, a, &t->lines, &t->n, &too_many, err))
        return false;
    if (!t->n || too_many) {
        t->faulty = true;
        t->x->says = str_of(say(p, too_many ? "fault.sheet_many" : "fault.sheet_empty"));
        return true;
    }
    t->drafts = ARENA_ARRAY(a, struct draft, t->n);
    if (!t->drafts)
        return err_arena(err);
    for (size_t i = 0; i < t->n; i++) {
        share(&t->lines[i].form, k->f, a);
        t->faulty |= t->lines[i].fault.len != 0;
        if (!t->lines[i].fault.len && !draft_read(&t->drafts[i], DRAFT_DEVICE, &t->lines[i].form, p->french, store, a, err))
            return false;
        t->faulty |= t->drafts[i].n_faults != 0;
    }
    return true;
}

static bool send(struct typing *t, struct response *rs, struct err *err)
{
    struct draft_page *k = &t->x->k;
    struct request *rq = k->page.rq;
    struct proposal *s = proposal_new(rq, t->n);
    if (!s)
        return err_arena(err);
    for (size_t i = 0; i < t->n; i++) {
        AUTO(buf) patch = {0};
        if (!draft_patch(&patch, NULL, &t->drafts[i].d, err))
            return false;
        proposal_put(s, &t->drafts[i], str_copy(&rq->arena, buf_str(&patch)), k->caller);
    }
    for (size_t i = 0; i < COUNT(KEPT); i++)
        form_add(&s->again, KEPT[i], form_get(k->f, KEPT[i]));
    s->again_address = "/add?sheet";
    s->publish = form_has(k->f, "publish");
    return proposal_send(k->page.app, rq, rs, s, k->caller, err);
}

bool on_add_sheet(struct add *x, struct worker *worker, struct response *rs, struct err *err)
{
    struct draft_page *k = &x->k;
    struct request *rq = k->page.rq;
    struct typing *t = ARENA_NEW(&rq->arena, struct typing);
    if (!t)
        return err_arena(err);
    t->x = x;
    k->what = DRAFT_DEVICE;
    struct str code = request_query(rq, S("sheet"));
    if (!code.len)
        code = form_get(k->f, "sheet");
    t->has_sheet = sheet_code_read(code, &t->sheet);
    if (!form_has(k->f, "date"))
        form_add(k->f, "date", add_this_month(&rq->arena));
    bool pressed = str_eq(form_get(k->f, "do"), S("send")) || str_eq(form_get(k->f, "do"), S("check"));
    if (rq->method == HTTP_POST && t->has_sheet && pressed) {
        bool again = true;
        if (!read_rows(t, worker->store, err))
            return false;
        if (t->faulty)
            rs->status = 400;
        else if (str_eq(form_get(k->f, "do"), S("send"))) {
            if (!add_gate(k->page.app, worker, k, rs, &x->says, &again, err))
                return false;
            if (!again)
                return send(t, rs, err);
        }
    }
    return put_page(t, code);
}
