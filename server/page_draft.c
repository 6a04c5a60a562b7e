#include "server/page_draft.h"

#include <string.h>

/* ---- single fields ---- */

static const struct str *fault_of(const struct draft_page *k, const char *name)
{
    return k->draft ? draft_fault_of(k->draft, name) : NULL;
}

void draft_ties(struct draft_page *k, const char *name, const char *hint)
{
    struct page *p = &k->page;
    bool faulty = fault_of(k, name) != NULL;
    bool first = k->draft && k->draft->n_faults && strcmp(k->draft->faults[0].field, name) == 0;
    if (hint || faulty)
        page_fmt(p, " aria-describedby=\"%s%s%s%s%s\"", hint ? name : "", hint ? "-says" : "", hint && faulty ? " " : "", faulty ? name : "",
            faulty ? "-fault" : "");
    if (faulty)
        page_raw(p, " aria-invalid=\"true\"");
    if (k->focus ? strcmp(k->focus, name) == 0 : first)
        page_raw(p, " autofocus");
}

void draft_hint_and_fault(struct draft_page *k, const char *name, const char *hint)
{
    const struct str *fault = fault_of(k, name);
    if (hint)
        page_fmt(&k->page, "<p class=\"says\" id=\"%s-says\">%t</p>", name, hint);
    if (fault)
        page_fmt(&k->page, "<p class=\"fault\" id=\"%s-fault\">%S</p>", name, *fault);
}

void draft_text(struct draft_page *k, const char *name, const char *label, const char *hint, const char *attributes)
{
    struct page *p = &k->page;
    page_fmt(p, "<div class=\"one\"><label for=\"%s\">%t</label><input id=\"%s\" name=\"%s\" value=\"", name, label, name, name);
    buf_html(p->out, form_get(k->f, name)); /* as typed: not set anew */
    page_raw(p, "\"");
    page_raw(p, attributes);
    draft_ties(k, name, hint);
    page_raw(p, ">");
    draft_hint_and_fault(k, name, hint);
    page_raw(p, "</div>");
}

void draft_area(struct draft_page *k, const char *name, const char *label, const char *hint, const char *attributes)
{
    struct page *p = &k->page;
    page_fmt(p, "<div class=\"one\"><label for=\"%s\">%t</label><textarea id=\"%s\" name=\"%s\"", name, label, name, name);
    page_raw(p, attributes);
    draft_ties(k, name, hint);
    page_raw(p, ">\n");
    buf_html(p->out, form_get(k->f, name));
    page_raw(p, "</textarea>");
    draft_hint_and_fault(k, name, hint);
    page_raw(p, "</div>");
}

static void put_option(struct draft_page *k, struct str chosen, const char *code, const struct term *t, const char *words)
{
    struct page *p = &k->page;
    AUTO(buf) key = {0};
    buf_fmt(&key, "%s.%s", words ? words : "", code);
    page_fmt(p, "<option value=\"%s\"%s>%s</option>", code, str_eq(chosen, str_of(code)) ? " selected" : "", words ? say(p, key.at) : page_term(p, t));
}

void draft_select(struct draft_page *k, const char *name, const char *label, const char *hint, const struct term *terms, size_t n, uint32_t skip,
    const char *words, bool with_empty)
{
    struct page *p = &k->page;
    struct str chosen = form_get(k->f, name);
    page_fmt(p, "<div class=\"one\"><label for=\"%s\">%t</label><select id=\"%s\" name=\"%s\"", name, label, name, name);
    draft_ties(k, name, hint);
    page_raw(p, ">");
    if (with_empty)
        page_fmt(p, "<option value=\"\">%t</option>", "add.choose");
    for (size_t i = 0; i < n; i++)
        if (!(skip >> i & 1) || str_eq(chosen, str_of(terms[i].code)))
            put_option(k, chosen, terms[i].code, &terms[i], words);
    page_raw(p, "</select>");
    draft_hint_and_fault(k, name, hint);
    page_raw(p, "</div>");
}

void draft_open_details(struct draft_page *k, const char *title, bool open)
{
    page_fmt(&k->page, "<details%s><summary>%t</summary>", open ? " open" : "", title);
}

/* ---- faults ---- */

void draft_faults(struct draft_page *k)
{
    struct page *p = &k->page;
    if (!k->draft || !k->draft->n_faults)
        return;
    page_fmt(p, "<div class=\"faults\" role=\"alert\"><p>%t</p><ul>", "form.wrong");
    for (size_t i = 0; i < k->draft->n_faults; i++) {
        const struct draft_fault *fault = &k->draft->faults[i];
        if (fault->field[0])
            page_fmt(p, "<li><a href=\"#%s\">%S</a></li>", fault->field, fault->says);
        else
            page_fmt(p, "<li>%S</li>", fault->says);
    }
    page_raw(p, "</ul></div>");
}

/* ---- in words ---- */

static void put_row(struct page *p, const char *label, struct str value)
{
    if (value.len)
        page_fmt(p, "<dt>%t</dt><dd>%S</dd>", label, value);
}

static void put_term_row(struct page *p, const char *label, const struct term *terms, int value, int absent)
{
    if (value != absent)
        page_fmt(p, "<dt>%t</dt><dd>%T</dd>", label, &terms[value]);
}

static void put_device_rows(struct page *p, const struct device *v, struct str direction)
{
    put_term_row(p, "add.kind", DEVICE_TYPE_TERMS, (int)v->type, DEVICE_UNKNOWN);
    put_term_row(p, "add.mount", MOUNT_TERMS, (int)v->mount, MOUNT_UNKNOWN);
    put_row(p, "add.direction", direction);
    if (v->height_m > 0) {
        AUTO(buf) height = {0};
        buf_fixed(&height, v->height_m, 1);
        page_fmt(p, "<dt>%t</dt><dd>%S\u00a0m</dd>", "add.height", buf_str(&height));
    }
}

void draft_preview(struct draft_page *k)
{
    struct page *p = &k->page;
    const struct deployment *d = &k->draft->d;
    AUTO(buf) title = {0};
    deployment_title(&title, d, p->french);
    page_fmt(p, "<section class=\"preview\" aria-labelledby=\"preview\"><h2 id=\"preview\">%t</h2><p><strong>%S</strong></p><dl class=\"facts\">",
        k->base ? "add.preview_change" : "add.preview", buf_str(&title));
    put_row(p, "add.place", d->place_name);
    put_term_row(p, "add.precision", PRECISION_TERMS, (int)d->public_precision, -1);
    if (k->draft->one_device)
        put_device_rows(p, &d->devices[0], form_get(k->f, "direction"));
    put_row(p, "add.operator", form_get(k->f, "operator"));
    if (d->n_events)
        page_fmt(p, "<dt>%t</dt><dd>%T%s%D</dd>", "add.status", &STATUS_TERMS[d->status], d->events[d->n_events - 1].date.year ? ", " : "", d->events[d->n_events - 1].date);
    if (d->n_sources)
        page_fmt(p, "<dt>%t</dt><dd>%N</dd>", "record.sources", (int64_t)d->n_sources);
    page_raw(p, "</dl>");
    if (d->public_precision > d->precision)
        page_fmt(p, "<p class=\"note\">%t</p>", "add.home_held");
    page_fmt(p, "<p class=\"actions\"><button name=\"do\" value=\"send\" autofocus>%t</button></p></section>", "add.send");
}
