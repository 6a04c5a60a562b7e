#include "server/page_upload.h"

#include <string.h>

/* ---- faults ---- */

bool upload_fault_is_of(const struct upload_fault *f, const char *field)
{
    return f && strcmp(f->field, field) == 0;
}

void page_upload_invalid(struct page *p, const struct upload_fault *f, const char *field)
{
    if (upload_fault_is_of(f, field))
        page_raw(p, " aria-invalid=\"true\"");
}

void page_upload_fault(struct page *p, const struct upload_fault *f, const char *field)
{
    if (!upload_fault_is_of(f, field))
        return;
    page_fmt(p, "<p class=\"fault\" id=\"%s-fault\">", field);
    upload_why(p, str_of(f->err.text));
    page_raw(p, "</p>");
}

/* ---- counts ---- */

void page_upload_counts(struct page *p, const struct upload_view *v)
{
    const struct batch *b = &v->seen.batch;
    const uint64_t counts[IMPORT_CLASS_COUNT] = {b->n_new, b->n_updated, b->n_same, b->n_duplicate, b->n_refused};
    static const char *const KEYS[] = {"upload.new", "upload.changed", "upload.same", "upload.duplicate", "upload.refused"};
    page_raw(p, "<ul class=\"counts\">");
    for (int c = 0; c < IMPORT_CLASS_COUNT; c++) {
        page_fmt(p, "<li class=\"is-%s%s\">", UPLOAD_CLASS_CODES[c], counts[c] ? "" : " none");
        page_upload_mark(p, (enum import_class)c);
        page_fmt(p, "<strong>%N</strong> ", (int64_t)counts[c]);
        page_say_n(p, KEYS[c], (int64_t)counts[c]);
        page_raw(p, "</li>");
    }
    page_raw(p, "</ul>");
    if (v->remembered)
        page_fmt(p, "<p class=\"note\">%t</p>", "upload.remembered");
    if (v->seen.osm)
        page_fmt(p, "<p class=\"note\">%t</p>", "upload.osm");
    if (v->seen.assumed) {
        page_raw(p, "<p class=\"note\">");
        page_say_n(p, "upload.assumed", (int64_t)v->seen.assumed);
        page_raw(p, "</p>");
    }
}

/* ---- rows ---- */

static void put_row_number(struct page *p, const struct upload_row *r)
{
    page_fmt(p, "<tr><td class=\"num\">%N</td><td>", (int64_t)r->number);
}

static void put_record_link(struct page *p, uint64_t id)
{
    AUTO(buf) to = {0};
    buf_fmt(&to, "/d/%llu", (unsigned long long)id);
    page_fmt(p, "<a href=\"%L\">%t %d</a>", to.at, "upload.record", (int64_t)id);
}

static void put_row(struct page *p, enum import_class is, const struct upload_row *r)
{
    put_row_number(p, r);
    if (is == IMPORT_REFUSED) {
        page_fmt(p, "%S</td><td>", r->field);
        upload_why(p, r->why);
        page_raw(p, "</td></tr>");
        return;
    }
    page_text(p, p->french ? r->title_fr : r->title_en);
    if (r->detail.len)
        page_fmt(p, "<br><span class=\"small\">%S</span>", r->detail);
    page_raw(p, "</td><td>");
    if (is == IMPORT_NEW)
        page_text(p, r->place);
    if (r->waiting)
        page_fmt(p, "%t ", "upload.waiting");
    if (r->other)
        put_record_link(p, r->other);
    if (is == IMPORT_DUPLICATE)
        page_fmt(p, " · %N m", (int64_t)(r->distance_m + 0.5));
    if (r->by_hand)
        page_fmt(p, " · %t", "upload.by_hand");
    page_raw(p, "</td></tr>");
}

static void put_class(struct page *p, const struct upload_view *v, enum import_class is, uint64_t total)
{
    static const char *const HEADS[] = {"upload.head.new", "upload.head.changed", "upload.head.same", "upload.head.duplicate", "upload.head.refused"};
    if (!total)
        return;
    bool open = is == IMPORT_REFUSED || is == IMPORT_DUPLICATE;
    page_fmt(p, "<details class=\"class\"%s><summary>", open ? " open" : "");
    page_upload_mark(p, is);
    page_fmt(p, "<h2>%t</h2> <span class=\"n\">%N</span></summary><p class=\"small\">%t</p>"
                "<div class=\"scroll\"><table><thead><tr><th class=\"num\" scope=\"col\">%t</th><th scope=\"col\">%t</th><th scope=\"col\">%t</th></tr></thead><tbody>",
        HEADS[is], (int64_t)total,
        is == IMPORT_NEW ? "upload.says.new" : is == IMPORT_CHANGED ? "upload.says.changed" : is == IMPORT_SAME ? "upload.says.same"
            : is == IMPORT_DUPLICATE ? "upload.says.duplicate" : "upload.says.refused",
        "upload.row", is == IMPORT_REFUSED ? "upload.column" : "upload.what", is == IMPORT_REFUSED ? "upload.why" : is == IMPORT_NEW ? "upload.commune" : "upload.meets");
    for (size_t i = 0; i < v->n_rows[is]; i++)
        put_row(p, is, &v->rows[is][i]);
    page_raw(p, "</tbody></table></div>");
    if (total > v->n_rows[is]) {
        page_raw(p, "<p class=\"small\">");
        page_say_n(p, "upload.more", (int64_t)(total - v->n_rows[is]));
        page_raw(p, "</p>");
    }
    page_raw(p, "</details>");
}

void page_upload_rows(struct page *p, const struct upload_view *v)
{
    const struct batch *b = &v->seen.batch;
    put_class(p, v, IMPORT_REFUSED, b->n_refused);
    put_class(p, v, IMPORT_DUPLICATE, b->n_duplicate);
    put_class(p, v, IMPORT_CHANGED, b->n_updated);
    put_class(p, v, IMPORT_NEW, b->n_new);
    put_class(p, v, IMPORT_SAME, b->n_same);
}

/* ---- what the rows are ---- */

static void put_terms(struct page *p, const char *name, const char *label, const struct term *terms, size_t n, struct str chosen)
{
    page_fmt(p, "<label for=\"%s\">%t</label><select id=\"%s\" name=\"%s\"><option value=\"\">%t</option>", name, label, name, name, "upload.as_file");
    for (size_t i = 0; i < n; i++)
        page_fmt(p, "<option value=\"%s\"%s>%T</option>", terms[i].code, str_eq(chosen, str_of(terms[i].code)) ? " selected" : "", &terms[i]);
    page_raw(p, "</select>");
}

static void put_input(struct page *p, const char *name, const char *label, const char *says, const char *type, struct str value, const struct upload_fault *f)
{
    page_fmt(p, "<label for=\"%s\">%t</label><input id=\"%s\" name=\"%s\" type=\"%s\" value=\"%S\" autocomplete=\"off\" aria-describedby=\"%s-says %s-fault\"", name, label,
        name, name, type, value, name, name);
    page_upload_invalid(p, f, name);
    page_raw(p, ">");
    page_upload_fault(p, f, name);
    page_fmt(p, "<p class=\"says\" id=\"%s-says\">%t</p>", name, says);
}

void page_upload_options(struct page *p, const struct upload_wish *w, const struct upload_fault *f)
{
    static const struct upload_wish NOTHING;
    AUTO(buf) day = {0};
    if (!w)
        w = &NOTHING;
    partial_date_write(&day, w->as_of);
    page_fmt(p, "<fieldset><legend>%t</legend><label class=\"box\"><input type=\"checkbox\" name=\"survey\" value=\"1\"%s> <span>%t</span></label>"
                "<p class=\"says\">%t</p>",
        "upload.rows.legend", w->survey ? " checked" : "", "upload.survey", "upload.survey.says");
    put_terms(p, "category", "upload.category", CATEGORY_TERMS, CATEGORY_COUNT, w->category);
    put_terms(p, "precision", "upload.precision", PRECISION_TERMS, PRECISION_CITY + 1, w->precision);
    page_fmt(p, "</fieldset><fieldset><legend>%t</legend>", "upload.source.legend");
    put_input(p, "source_url", "upload.source_url", "upload.source_url.says", "url", w->source_url, f);
    put_input(p, "licence", "upload.licence", "upload.licence.says", "text", w->licence, f);
    put_input(p, "attribution", "upload.attribution", "upload.attribution.says", "text", w->attribution, f);
    put_input(p, "as_of", "upload.as_of", "upload.as_of.says", "text", buf_str(&day), f);
    put_input(p, "name", "upload.name", "upload.name.says", "text", w->name, f);
    page_raw(p, "</fieldset>");
}

/* ---- columns ---- */

static void put_choice(struct page *p, const struct upload_view *v, enum column c)
{
    AUTO(buf) key = {0};
    size_t chosen = upload_column_of(v, c);
    buf_fmt(&key, "col.%s", COLUMN_NAMES[c]);
    page_fmt(p, "<tr><th scope=\"row\"><label for=\"col_%s\">%t</label></th><td><select id=\"col_%s\" name=\"col_%s\"><option value=\"\">%t</option>", COLUMN_NAMES[c],
        key.at, COLUMN_NAMES[c], COLUMN_NAMES[c], "upload.no_column");
    for (size_t i = 0; i < v->columns.n; i++)
        page_fmt(p, "<option value=\"%d\"%s>%S</option>", (int64_t)i, i == chosen ? " selected" : "", v->columns.name[i]);
    page_fmt(p, "</select></td><td class=\"small\">%S</td></tr>", chosen == SIZE_MAX ? S("") : v->columns.sample[chosen]);
}

static void put_group(struct page *p, const struct upload_view *v, const char *legend, const enum column *columns, size_t n)
{
    page_fmt(p, "<tbody><tr><th class=\"group\" colspan=\"3\" scope=\"rowgroup\">%t</th></tr>", legend);
    for (size_t i = 0; i < n; i++)
        put_choice(p, v, columns[i]);
    page_raw(p, "</tbody>");
}

static void put_projections(struct page *p, struct str chosen)
{
    static const char *const KNOWN[][2] = {{"EPSG:4326", "WGS 84 (GPS)"}, {"EPSG:2154", "Lambert-93"}, {"EPSG:3857", "Web Mercator"}, {"EPSG:27572", "Lambert II étendu"},
        {"EPSG:3942", "CC42"}, {"EPSG:3943", "CC43"}, {"EPSG:3944", "CC44"}, {"EPSG:3945", "CC45"}, {"EPSG:3946", "CC46"}, {"EPSG:3947", "CC47"},
        {"EPSG:3948", "CC48"}, {"EPSG:3949", "CC49"}, {"EPSG:3950", "CC50"}};
    bool met = !chosen.len;
    page_fmt(p, "<label for=\"projection\">%t</label><select id=\"projection\" name=\"projection\"><option value=\"\">%t</option>", "upload.projection",
        "upload.projection.guess");
    for (size_t i = 0; i < COUNT(KNOWN); i++) {
        bool is = str_eq(chosen, str_of(KNOWN[i][0]));
        met |= is;
        page_fmt(p, "<option value=\"%s\"%s>%s (%s)</option>", KNOWN[i][0], is ? " selected" : "", KNOWN[i][1], KNOWN[i][0]);
    }
    if (!met)
        page_fmt(p, "<option selected>%S</option>", chosen);
    page_raw(p, "</select>");
}

void page_upload_columns(struct page *p, const struct upload_view *v, const struct upload_fault *f)
{
    static const enum column PLACE[] = {COLUMN_LON, COLUMN_LAT, COLUMN_X, COLUMN_Y, COLUMN_POSITION, COLUMN_ADDRESS, COLUMN_PRECISION},
        WHAT[] = {COLUMN_CATEGORY, COLUMN_DEVICE_TYPE, COLUMN_MOUNT, COLUMN_DIRECTION, COLUMN_HEIGHT, COLUMN_TILT, COLUMN_MODEL, COLUMN_SPACE, COLUMN_TARGET},
        NAME[] = {COLUMN_ID, COLUMN_REF, COLUMN_NAME, COLUMN_OPERATOR, COLUMN_VENDOR, COLUMN_STATUS, COLUMN_START_DATE, COLUMN_CHECK_DATE, COLUMN_SOURCE_URL};
    if (v->columns.n && !v->seen.osm) {
        page_fmt(p, "<div class=\"scroll\"><table class=\"columns\"><caption class=\"hidden\">%t</caption><thead><tr><th scope=\"col\">%t</th><th scope=\"col\">%t</th>"
                    "<th scope=\"col\">%t</th></tr></thead>",
            "upload.columns", "upload.ours", "upload.theirs", "upload.sample");
        put_group(p, v, "upload.group.place", PLACE, COUNT(PLACE));
        put_group(p, v, "upload.group.what", WHAT, COUNT(WHAT));
        put_group(p, v, "upload.group.name", NAME, COUNT(NAME));
        page_raw(p, "</table></div>");
    }
    put_projections(p, v->wish.mapping.projection);
    put_input(p, "layer", "upload.layer", "upload.layer.says", "text", v->wish.mapping.layer, f);
}
