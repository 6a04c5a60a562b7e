/* The fields of a draft in their groups: where, what, how it is known, and more for whoever knows more. */
#include "server/page_draft.h"

#include <string.h>

#include "data/record/public_copy.h"
#include "server/gate.h"

/* Systems have no place in a street. */
static uint32_t not_in_a_street(void)
{
    uint32_t bits = 0;
    for (int i = 0; i < CATEGORY_COUNT; i++)
        if (category_family((enum category)i) == FAMILY_SYSTEMS)
            bits |= 1u << i;
    return bits;
}

static bool has_any(const struct draft_page *k, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str v = form_get(k->f, names[i]);
        bool fault = k->draft && draft_fault_of(k->draft, names[i]);
        if (fault || (v.len && !str_eq(v, S("unknown")) && !str_eq(v, S("none")) && !str_eq(v, S("exact")) && !str_eq(v, S("active"))))
            return true;
    }
    return false;
}

/* ---- where ---- */

static void put_namesakes(struct draft_page *k)
{
    struct page *p = &k->page;
    const struct draft *dr = k->draft;
    if (!dr || !dr->n_namesakes)
        return;
    page_fmt(p, "<fieldset class=\"namesakes\"><legend>%t</legend>", "add.which_place");
    for (size_t i = 0; i < dr->n_namesakes; i++)
        page_fmt(p, "<label class=\"box\"><input type=\"radio\" name=\"place_pick\" value=\"%S\"%s> <span>%S <span class=\"small\">%S%s%S</span></span></label>",
            dr->namesakes[i].code, i ? "" : " checked", dr->namesakes[i].name, dr->namesakes[i].parent_name, dr->namesakes[i].parent_name.len ? ", " : "",
            dr->namesakes[i].code);
    page_raw(p, "</fieldset>");
}

static void put_place(struct draft_page *k)
{
    struct page *p = &k->page;
    bool programme = k->what == DRAFT_PROGRAMME;
    draft_text(k, "place", programme ? "add.territory" : "add.place", programme ? "add.territory_hint" : "add.place_hint",
        " autocomplete=\"off\" autocapitalize=\"words\" maxlength=\"120\"");
    put_namesakes(k);
    page_raw(p, "<input type=\"hidden\" name=\"place_was\" value=\"");
    buf_html(p->out, form_get(k->f, "place"));
    page_fmt(p, "\"><input type=\"hidden\" name=\"pick_was\" value=\"%S\">", form_get(k->f, "place_pick"));
    if (!(k->draft && k->draft->n_namesakes) && form_get(k->f, "place_pick").len)
        page_fmt(p, "<input type=\"hidden\" name=\"place_pick\" value=\"%S\">", form_get(k->f, "place_pick"));
}

static void put_where(struct draft_page *k)
{
    struct page *p = &k->page;
    page_fmt(p, "<fieldset><legend>%t</legend>", "add.where");
    put_place(k);
    if (k->what == DRAFT_PROGRAMME) {
        page_raw(p, "</fieldset>");
        return;
    }
    page_fmt(p, "<p class=\"look\"><button class=\"second\" name=\"do\" value=\"look\">%t</button></p>", "add.look");
    draft_map_put(p, &k->map, k->f, k->what, k->known, k->n_known, k->focus);
    page_fmt(p, "<p class=\"says\">%t</p>", k->what == DRAFT_ZONE ? "add.map_zone_hint" : "add.map_hint");
    if (k->what == DRAFT_ZONE) {
        page_fmt(p, "<p><button class=\"second\" name=\"do\" value=\"uncorner\">%t</button></p>", "add.uncorner");
        draft_area(k, "zone", "add.zone", "add.zone_hint", " rows=\"5\" inputmode=\"text\" spellcheck=\"false\"");
    } else {
        draft_text(k, "at", "add.at", "add.at_hint", " autocomplete=\"off\" inputmode=\"text\" maxlength=\"80\"");
    }
    page_raw(p, "</fieldset>");
}

/* ---- what ---- */

static void put_home(struct draft_page *k)
{
    static const struct term HOMES[] = {{"", "", "", "", ""}, {"no", "", "", "", ""}, {"street", "", "", "", ""}, {"inside", "", "", "", ""}};
    draft_select(k, "home", "add.home", NULL, HOMES, COUNT(HOMES), 0, "add.home", false);
}

static void put_device(struct draft_page *k)
{
    struct page *p = &k->page;
    page_raw(p, "<div class=\"half\">");
    draft_select(k, "kind", "add.kind", NULL, DEVICE_TYPE_TERMS, DEVICE_TYPE_COUNT, 0, "add.kind", false);
    draft_select(k, "mount", "add.mount", NULL, MOUNT_TERMS, MOUNT_COUNT, 0, "add.mount", false);
    draft_text(k, "direction", "add.direction", "add.direction_hint", " autocomplete=\"off\" spellcheck=\"false\" maxlength=\"120\"");
    put_home(k);
    page_raw(p, "</div>");
}

static void put_what(struct draft_page *k)
{
    struct page *p = &k->page;
    bool programme = k->what == DRAFT_PROGRAMME;
    page_fmt(p, "<fieldset><legend>%t</legend>", programme ? "add.what_programme" : k->what == DRAFT_ZONE ? "add.what_zone" : "add.what");
    if (programme)
        draft_text(k, "title", "add.title_field", "add.title_hint", " maxlength=\"120\" autocomplete=\"off\"");
    if (k->what == DRAFT_ZONE)
        draft_select(k, "zone_kind", "add.zone_kind", NULL, ZONE_KIND_TERMS, ZONE_KIND_COUNT, 0, NULL, false);
    draft_select(k, "category", "add.category", NULL, CATEGORY_TERMS, CATEGORY_COUNT, programme ? 0 : not_in_a_street(), NULL, programme);
    if (k->what == DRAFT_DEVICE && (!k->base || k->base->n_devices == 1))
        put_device(k);
    page_raw(p, "</fieldset>");
}

/* ---- how it is known ---- */

static void put_known(struct draft_page *k)
{
    struct page *p = &k->page;
    page_fmt(p, "<fieldset><legend>%t</legend><div class=\"half\">", "add.known");
    draft_select(k, "basis", "add.basis", NULL, BASIS_TERMS, BASIS_COUNT, 0, "add.basis", k->base || k->what == DRAFT_PROGRAMME);
    draft_text(k, "date", "add.date", k->what == DRAFT_PROGRAMME ? "add.date_hint_programme" : "add.date_hint", " autocomplete=\"off\" maxlength=\"40\"");
    if (k->what != DRAFT_ZONE) {
        draft_select(k, "status", "add.status", NULL, STATUS_TERMS, STATUS_COUNT, 0, NULL, false);
        if (k->what == DRAFT_PROGRAMME || str_eq(form_get(k->f, "status"), S("prohibited")))
            draft_select(k, "authority", "add.authority", NULL, AUTHORITY_TERMS + 1, AUTHORITY_COUNT - 1, 0, NULL, true);
    }
    page_raw(p, "</div></fieldset>");
}

/* ---- more ---- */

static void put_more(struct draft_page *k)
{
    static const char *const names[] = {"angle", "height", "operator", "manufacturer", "space", "target", "count", "precision", "summary"};
    struct page *p = &k->page;
    bool device = k->what == DRAFT_DEVICE && (!k->base || k->base->n_devices == 1);
    draft_open_details(k, "add.more", k->what == DRAFT_PROGRAMME || has_any(k, names, COUNT(names)));
    page_raw(p, "<div class=\"half\">");
    draft_text(k, "operator", "add.operator", "add.operator_hint", " maxlength=\"120\" autocomplete=\"off\"");
    draft_text(k, "manufacturer", "add.manufacturer", NULL, " maxlength=\"120\" autocomplete=\"off\"");
    draft_select(k, "space", "add.space", NULL, SPACE_TERMS, SPACE_COUNT, 0, NULL, false);
    draft_select(k, "target", "add.target", NULL, TARGET_TERMS, TARGET_COUNT, 0, NULL, false);
    draft_text(k, "count", "add.count", "add.count_hint", " inputmode=\"numeric\" maxlength=\"9\" autocomplete=\"off\"");
    if (device) {
        draft_text(k, "height", "add.height", "add.height_hint", " inputmode=\"decimal\" maxlength=\"10\" autocomplete=\"off\"");
        draft_text(k, "angle", "add.angle", "add.angle_hint", " inputmode=\"decimal\" maxlength=\"10\" autocomplete=\"off\"");
        draft_select(k, "precision", "add.precision", NULL, PRECISION_TERMS, PRECISION_DISTRICT + 1, 0, NULL, false);
    }
    page_raw(p, "</div>");
    draft_area(k, "summary", "add.summary", "add.summary_hint", " rows=\"3\"");
    page_raw(p, "</details>");
}

static void put_source(struct draft_page *k, size_t number)
{
    struct page *p = &k->page;
    static const char *const parts[] = {"url", "title", "publisher", "date"};
    page_fmt(p, "<fieldset class=\"source\"><legend>%t %d</legend>", "source", (int64_t)number);
    for (size_t i = 0; i < COUNT(parts); i++) {
        AUTO(buf) name = {0}, label = {0};
        buf_fmt(&name, "s%zu_%s", number, parts[i]);
        buf_fmt(&label, "add.source.%s", parts[i]);
        if (i == 2)
            page_raw(p, "<div class=\"half\">");
        draft_text(k, str_cstr(&p->rq->arena, buf_str(&name)), label.at, NULL,
            i == 0 ? " type=\"url\" maxlength=\"1000\" autocomplete=\"off\"" : " maxlength=\"240\" autocomplete=\"off\"");
    }
    AUTO(buf) name = {0};
    buf_fmt(&name, "s%zu_kind", number);
    if (!form_get(k->f, name.at).len)
        form_set(k->f, str_cstr(&p->rq->arena, buf_str(&name)), str_of(SOURCE_KIND_TERMS[SOURCE_PRESS].code));
    draft_select(k, str_cstr(&p->rq->arena, buf_str(&name)), "add.source.kind", NULL, SOURCE_KIND_TERMS, SOURCE_FILE, 0, NULL, false);
    page_raw(p, "</div></fieldset>");
}

static bool source_is_filled(const struct draft_page *k, size_t number)
{
    static const char *const parts[] = {"url", "title", "publisher", "date"};
    for (size_t i = 0; i < COUNT(parts); i++) {
        AUTO(buf) name = {0};
        buf_fmt(&name, "s%zu_%s", number, parts[i]);
        if (form_get(k->f, name.at).len || (k->draft && draft_fault_of(k->draft, name.at)))
            return true;
    }
    return false;
}

static void put_sources(struct draft_page *k)
{
    struct page *p = &k->page;
    size_t last = 0;
    for (size_t i = 1; i <= DRAFT_SOURCES_MAX; i++)
        if (source_is_filled(k, i))
            last = i;
    bool asked = str_eq(form_get(k->f, "do"), S("source"));
    size_t shown = CLAMP(last + (asked || !last), (size_t)1, (size_t)DRAFT_SOURCES_MAX);
    draft_open_details(k, k->base ? "add.sources_new" : "add.sources", last || asked || k->what == DRAFT_PROGRAMME);
    page_fmt(p, "<p class=\"says\">%t</p>", "add.sources_hint");
    for (size_t i = 1; i <= shown; i++)
        put_source(k, i);
    if (shown < DRAFT_SOURCES_MAX)
        page_fmt(p, "<p><button class=\"second\" name=\"do\" value=\"source\">%t</button></p>", "add.source_more");
    page_raw(p, "</details>");
}

static void put_note(struct draft_page *k)
{
    static const char *const names[] = {"note", "workshop"};
    draft_open_details(k, "add.note_title", has_any(k, names, COUNT(names)) || (k->caller->by == CALLER_UNKNOWN && gate_closed(k->page.app, k->caller)));
    draft_area(k, "note", "add.note", "add.note_hint", " rows=\"4\"");
    if (k->caller->by != CALLER_BY_COOKIE)
        draft_text(k, "workshop", "add.workshop", "add.workshop_hint", " autocomplete=\"off\" spellcheck=\"false\" maxlength=\"60\"");
    page_raw(&k->page, "</details>");
}

/* ---- the whole ---- */

static void put_actions(struct draft_page *k)
{
    struct page *p = &k->page;
    if (k->moderator)
        page_fmt(p, "<label class=\"box\"><input type=\"checkbox\" name=\"publish\" value=\"1\"%s> <span>%t</span></label><p class=\"says\">%t</p>",
            form_has(k->f, "publish") ? " checked" : "", "add.publish", "add.publish_hint");
    page_fmt(p, "<p class=\"actions\"><button class=\"second\" name=\"do\" value=\"check\">%t</button> <button name=\"do\" value=\"send\">%t</button></p>"
                "<p class=\"says\">%t</p>",
        "add.check", k->decides ? "decide.corrected_go" : "add.send", k->decides ? "decide.corrected_says" : "add.licence");
}

void draft_fields(struct draft_page *k)
{
    if (!k->base || !deployment_is_withheld(k->base)) /* where it is known to stand is not shown, and so not corrected */
        put_where(k);
    put_what(k);
    put_known(k);
    put_more(k);
    put_sources(k);
    if (!k->decides)
        put_note(k);
    page_fmt(&k->page, "<input type=\"hidden\" name=\"what\" value=\"%s\">", DRAFT_WHAT_CODES[k->what]);
    gate_fields_again(&k->page, k->caller, k->f);
    put_actions(k);
}
