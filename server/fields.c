#include "server/fields.h"

#include <string.h>

void fault_add(struct faults *x, const char *field, const char *text)
{
    for (size_t i = 0; i < x->n; i++)
        if (strcmp(x->at[i].field, field) == 0)
            return;
    if (x->n < FAULTS_MAX)
        x->at[x->n++] = (struct fault){field, text};
}

static const char *fault_of(const struct fields *x, const char *name)
{
    for (size_t i = 0; x->faults && i < x->faults->n; i++)
        if (strcmp(x->faults->at[i].field, name) == 0)
            return x->faults->at[i].text;
    return NULL;
}

void fields_faults(const struct fields *x)
{
    if (!x->faults || !x->faults->n)
        return;
    page_fmt(x->p, "<div class=\"faults\" role=\"alert\"><p><strong>%t</strong></p><ul>", "fields.faults");
    for (size_t i = 0; i < x->faults->n; i++)
        page_fmt(x->p, "<li><a href=\"#f-%s\">%s</a></li>", x->faults->at[i].field, x->faults->at[i].text);
    page_raw(x->p, "</ul></div>");
}

struct str field_value(const struct fields *x, const char *name, struct str otherwise)
{
    return x->form && form_has(x->form, name) ? form_get(x->form, name) : otherwise;
}

/* ---- the parts of a field ---- */

static void put_label(const struct fields *x, const struct field *f)
{
    page_fmt(x->p, "<label for=\"f-%s\">%t", f->name, f->label);
    if (!f->required)
        page_fmt(x->p, " <span class=\"n\">(%t)</span>", "fields.optional");
    page_raw(x->p, "</label>");
    if (f->says)
        page_fmt(x->p, "<p class=\"says\" id=\"f-%s-says\">%t</p>", f->name, f->says);
}

/* The fault stands after its field, and is read with it. */
static void put_attributes(const struct fields *x, const struct field *f)
{
    bool wrong = fault_of(x, f->name) != NULL;
    page_fmt(x->p, " id=\"f-%s\" name=\"%s\"", f->name, f->name);
    if (f->says || wrong) {
        page_raw(x->p, " aria-describedby=\"");
        if (f->says)
            page_fmt(x->p, "f-%s-says", f->name);
        if (wrong)
            page_fmt(x->p, "%sf-%s-fault", f->says ? " " : "", f->name);
        page_raw(x->p, "\"");
    }
    page_raw(x->p, wrong ? " aria-invalid=\"true\"" : "");
    page_raw(x->p, f->required ? " required" : "");
}

static void put_fault(const struct fields *x, const char *name)
{
    const char *fault = fault_of(x, name);
    if (fault)
        page_fmt(x->p, "<p class=\"fault\" id=\"f-%s-fault\">%s</p>", name, fault);
}

/* ---- fields ---- */

void field_line(const struct fields *x, const struct field *f)
{
    put_label(x, f);
    page_fmt(x->p, "<input type=\"%s\" autocomplete=\"%s\"", f->type ? f->type : "text", f->autocomplete ? f->autocomplete : "off");
    put_attributes(x, f);
    if (f->max_runes)
        page_fmt(x->p, " maxlength=\"%d\"", f->max_runes);
    struct str value = field_value(x, f->name, f->value);
    page_raw(x->p, " value=\"");
    buf_html(x->p->out, value); /* as typed: our spaces are not theirs */
    page_raw(x->p, "\">");
    put_fault(x, f->name);
}

void field_area(const struct fields *x, const struct field *f)
{
    put_label(x, f);
    page_raw(x->p, "<textarea");
    put_attributes(x, f);
    if (f->max_runes)
        page_fmt(x->p, " maxlength=\"%d\"", f->max_runes);
    page_raw(x->p, ">\n"); /* the first line break of a textarea does not count */
    buf_html(x->p->out, field_value(x, f->name, f->value));
    page_raw(x->p, "</textarea>");
    put_fault(x, f->name);
}

void field_choice_begin(const struct fields *x, const struct field *f)
{
    page_fmt(x->p, "<fieldset id=\"f-%s\" tabindex=\"-1\"", f->name);
    if (fault_of(x, f->name))
        page_fmt(x->p, " aria-describedby=\"f-%s-fault\"", f->name);
    page_fmt(x->p, "><legend>%t</legend>", f->label);
    put_fault(x, f->name);
}

void field_choice(const struct fields *x, const char *name, const char *value, const char *label, bool first)
{
    bool chosen = str_eq(field_value(x, name, first ? str_of(value) : S("")), str_of(value));
    page_fmt(x->p, "<label class=\"box\"><input type=\"radio\" name=\"%s\" value=\"%s\"%s> <span>%t</span></label>", name, value,
        chosen ? " checked" : "", label);
}

void field_choice_end(const struct fields *x)
{
    page_raw(x->p, "</fieldset>");
}

void field_box(const struct fields *x, const struct field *f)
{
    page_raw(x->p, "<label class=\"box\"><input type=\"checkbox\" value=\"1\"");
    put_attributes(x, f);
    page_fmt(x->p, "%s> <span>%t</span></label>", x->form && form_has(x->form, f->name) ? " checked" : "", f->label);
    if (f->says)
        page_fmt(x->p, "<p class=\"says\" id=\"f-%s-says\">%t</p>", f->name, f->says);
    put_fault(x, f->name);
}
