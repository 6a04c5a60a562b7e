/* The fields of a record in words, each on its own: one value as a phrase, a list item by item. */
#include <math.h>

#include "server/compare.h"

static void put_number(struct page *p, double v, int decimals, const char *unit)
{
    AUTO(buf) text = {0};
    buf_fixed(&text, v, decimals);
    page_fmt(p, "%S%s", buf_str(&text), unit);
}

static void put_at(struct page *p, struct lonlat at)
{
    put_number(p, at.lat, 6, ", ");
    put_number(p, at.lon, 6, "");
}

/* A term, when it is not the one that says nothing. */
static void put_known(struct page *p, const struct term *terms, int value, int none)
{
    if (value != none)
        page_fmt(p, "%T", &terms[value]);
}

static void put_bits(struct page *p, const struct term *terms, int n, uint32_t bits)
{
    bool any = false;
    for (int i = 0; i < n; i++)
        if (bits >> i & 1) {
            page_fmt(p, "%s%T", any ? ", " : "", &terms[i]);
            any = true;
        }
}

#define PUT_TEXT(name, member)                                              \
    static void name(struct page *p, const struct deployment *d)            \
    {                                                                       \
        page_text(p, d->member);                                            \
    }
#define PUT_DATE(name, member)                                              \
    static void name(struct page *p, const struct deployment *d)            \
    {                                                                       \
        if (d->member.year)                                                 \
            page_fmt(p, "%D", d->member);                                   \
    }
#define COUNT_OF(name, member)                                              \
    static size_t name(const struct deployment *d)                          \
    {                                                                       \
        return d->member;                                                   \
    }

PUT_TEXT(put_title_fr, title_fr)
PUT_TEXT(put_title_en, title_en)
PUT_TEXT(put_legal_basis, legal_basis)
PUT_TEXT(put_legal_basis_text, legal_basis_text)
PUT_TEXT(put_authorisation_ref, authorisation_ref)
PUT_TEXT(put_summary_fr, summary_fr)
PUT_TEXT(put_summary_en, summary_en)
PUT_TEXT(put_body_fr, body_fr)
PUT_TEXT(put_body_en, body_en)
PUT_TEXT(put_ref, ref)
PUT_TEXT(put_source_name, source_name)
PUT_TEXT(put_licence, licence)
PUT_TEXT(put_attribution, attribution)
PUT_TEXT(put_place_name, place_name)
PUT_TEXT(put_place_id, place_code)
PUT_DATE(put_authorised_on, authorised_on)
PUT_DATE(put_authorised_until, authorised_until)
PUT_DATE(put_first_seen, first_seen)
PUT_DATE(put_last_confirmed, last_confirmed)
PUT_DATE(put_review_after, review_after)
PUT_DATE(put_count_as_of, device_count_as_of)

static void put_category(struct page *p, const struct deployment *d)
{
    page_fmt(p, "%T", &CATEGORY_TERMS[d->category]);
}

static void put_categories2(struct page *p, const struct deployment *d)
{
    put_bits(p, CATEGORY_TERMS, CATEGORY_COUNT, d->categories2);
}

static void put_capabilities(struct page *p, const struct deployment *d)
{
    put_bits(p, CAPABILITY_TERMS, CAPABILITY_COUNT, d->capabilities);
}

static void put_space(struct page *p, const struct deployment *d)
{
    put_known(p, SPACE_TERMS, (int)d->space, SPACE_UNKNOWN);
}

static void put_target(struct page *p, const struct deployment *d)
{
    put_known(p, TARGET_TERMS, (int)d->target, TARGET_NONE);
}

static void put_level(struct page *p, const struct deployment *d)
{
    put_known(p, LEVEL_TERMS, (int)d->level, LEVEL_DEVICE);
}

static void put_position(struct page *p, const struct deployment *d)
{
    if (d->has_position)
        put_at(p, d->at);
}

static void put_precision(struct page *p, const struct deployment *d)
{
    page_fmt(p, "%T", &PRECISION_TERMS[d->precision]);
}

static void put_public_precision(struct page *p, const struct deployment *d)
{
    put_known(p, PRECISION_TERMS, (int)d->public_precision, (int)d->precision);
}

static void put_accuracy(struct page *p, const struct deployment *d)
{
    if (d->accuracy_m > 0)
        put_number(p, d->accuracy_m, 1, "\u00a0m");
}

static void put_yes(struct page *p, bool is)
{
    if (is)
        page_fmt(p, "%t", "compare.yes");
}

static void put_programme(struct page *p, const struct deployment *d)
{
    put_yes(p, d->programme);
}

static void put_needs_check(struct page *p, const struct deployment *d)
{
    put_yes(p, d->needs_check);
}

static void put_device_count(struct page *p, const struct deployment *d)
{
    if (d->device_count >= 0)
        page_fmt(p, "%N", d->device_count);
}

static void put_retention(struct page *p, const struct deployment *d)
{
    if (d->retention_days >= 0)
        page_fmt(p, "%N %t", (int64_t)d->retention_days, "days");
}

/* ---- lists ---- */
COUNT_OF(count_costs, n_costs)
COUNT_OF(count_orgs, n_orgs)
COUNT_OF(count_devices, n_devices)
COUNT_OF(count_zones, n_zones)
COUNT_OF(count_events, n_events)
COUNT_OF(count_claims, n_claims)
COUNT_OF(count_sources, n_sources)
COUNT_OF(count_links, n_links)

static void put_cost(struct page *p, const struct deployment *d, size_t i)
{
    static const char *const kinds[] = {"cost.purchase", "cost.annual", "cost.subsidy", "cost.study"};
    static const char *const vats[] = {"vat.unknown", "vat.ht", "vat.ttc"};
    page_fmt(p, "%t : %N\u00a0€ (%t)", kinds[d->costs[i].kind], d->costs[i].eur, vats[d->costs[i].vat]);
}

static void put_org(struct page *p, const struct deployment *d, size_t i)
{
    const struct org_ref *o = &d->orgs[i];
    page_fmt(p, "%T : %S", &ROLE_TERMS[o->role], o->name);
    if (o->kind != ORG_UNKNOWN)
        page_fmt(p, " (%T)", &ORG_KIND_TERMS[o->kind]);
}

static void put_views(struct page *p, const struct device *v)
{
    for (size_t i = 0; i < v->n_views; i++) {
        const struct device_view *view = &v->views[i];
        if (view->has_bearing) {
            page_fmt(p, ", %t ", "field.towards");
            put_number(p, view->bearing_deg, 1, "°");
        }
        if (view->width_deg > 0) {
            page_fmt(p, ", %t ", "field.width");
            put_number(p, view->width_deg, 1, "°");
        }
        if (view->approximate)
            page_fmt(p, " (%t)", "field.approximate");
    }
    if (v->direction_raw.len)
        page_fmt(p, ", %t « %S »", "field.direction_raw", v->direction_raw);
}

static void put_device(struct page *p, const struct deployment *d, size_t i)
{
    const struct device *v = &d->devices[i];
    page_fmt(p, "%T, %T", &DEVICE_TYPE_TERMS[v->type], &MOUNT_TERMS[v->mount]);
    if (v->height_m > 0) {
        page_fmt(p, ", %t ", "field.height");
        put_number(p, v->height_m, 1, "\u00a0m");
    }
    if (!isnan(v->tilt_deg)) {
        page_fmt(p, ", %t ", "field.tilt");
        put_number(p, v->tilt_deg, 1, "°");
    }
    if (v->model.len)
        page_fmt(p, ", %S", v->model);
    put_views(p, v);
    if (d->n_devices > 1 || !d->has_position || distance_m(d->at, v->at) > 0.5) { /* else it is the record's own */
        page_fmt(p, ", %t ", "field.at");
        put_at(p, v->at);
    }
    if (v->check_date.year)
        page_fmt(p, ", %t %D", "field.checked", v->check_date);
}

static void put_zone(struct page *p, const struct deployment *d, size_t i)
{
    const struct zone *z = &d->zones[i];
    page_fmt(p, "%T, %N %t", &ZONE_KIND_TERMS[z->kind], (int64_t)z->shape.n, "field.corners");
    for (size_t k = 0; k < MIN(z->shape.n, 4); k++) {
        page_raw(p, k ? "; " : " (");
        put_at(p, (struct lonlat){z->shape.at[k].x, z->shape.at[k].y});
    }
    page_raw(p, z->shape.n > 4 ? "; …)" : z->shape.n ? ")" : "");
    if (z->valid_from.year)
        page_fmt(p, ", %t %D", "field.from", z->valid_from);
    if (z->valid_to.year)
        page_fmt(p, ", %t %D", "field.until", z->valid_to);
    if (z->time_window.len)
        page_fmt(p, ", %S", z->time_window);
}

/* What a claim or an event rests on, by its name: numbers change their meaning between two versions. */
static void put_source_of(struct page *p, const struct deployment *d, uint32_t source)
{
    if (!source || source > d->n_sources)
        return;
    const struct source *s = &d->sources[source - 1];
    page_fmt(p, " [%S]", str_cut_runes(s->title.len ? s->title : s->url, 80));
}

static void put_event(struct page *p, const struct deployment *d, size_t i)
{
    const struct status_event *e = &d->events[i];
    page_fmt(p, "%T", &STATUS_TERMS[e->status]);
    if (e->date.year)
        page_fmt(p, ", %D", e->date);
    if (e->kind != EVENT_BEGAN)
        page_fmt(p, " (%T)", &EVENT_KIND_TERMS[e->kind]);
    if (e->act != ACT_NONE)
        page_fmt(p, ", %T", &ACT_TERMS[e->act]);
    if (e->authority != AUTHORITY_NONE)
        page_fmt(p, ", %T", &AUTHORITY_TERMS[e->authority]);
    if (e->note_fr.len)
        page_fmt(p, " — %S", e->note_fr);
    if (e->note_en.len)
        page_fmt(p, " — %S", e->note_en);
    put_source_of(p, d, e->source);
}

static void put_claim(struct page *p, const struct deployment *d, size_t i)
{
    const struct claim *c = &d->claims[i];
    page_fmt(p, "%T", &CLAIM_FIELD_TERMS[c->field]);
    if (c->value.len)
        page_fmt(p, " : %S", c->value);
    page_fmt(p, " — %T, %T", &CONFIDENCE_TERMS[c->confidence], &BASIS_TERMS[c->basis]);
    if (c->said_on.year)
        page_fmt(p, ", %D", c->said_on);
    if (c->says_fr.len)
        page_fmt(p, " — %S", c->says_fr);
    if (c->says_en.len)
        page_fmt(p, " — %S", c->says_en);
    put_source_of(p, d, c->source);
}

static void put_source(struct page *p, const struct deployment *d, size_t i)
{
    const struct source *s = &d->sources[i];
    const struct str texts[] = {s->publisher, s->author, s->page, s->lang, s->licence};
    bool web = str_starts(s->url, S("https://")) || str_starts(s->url, S("http://"));
    page_fmt(p, "%T : ", &SOURCE_KIND_TERMS[s->kind]);
    if (s->title.len)
        page_fmt(p, "%S ", s->title);
    if (web)
        page_fmt(p, "<a href=\"%S\" rel=\"nofollow noopener noreferrer\">%S</a>", s->url, s->url);
    else
        page_text(p, s->url);
    for (size_t k = 0; k < COUNT(texts); k++)
        if (texts[k].len)
            page_fmt(p, ", %S", texts[k]);
    if (s->published_on.year)
        page_fmt(p, ", %D", s->published_on);
    if (s->archive_url.len)
        page_fmt(p, ", %t %S", "source.archive", s->archive_url);
    if (s->quote.len)
        page_fmt(p, " <q>%S</q>", s->quote);
}

static void put_link(struct page *p, const struct deployment *d, size_t i)
{
    const struct deployment_link *l = &d->links[i];
    page_fmt(p, "%T %t %d %S", &LINK_KIND_TERMS[l->kind], "field.record", (int64_t)l->to, l->to_key);
}

/* In the order in which whoever decides reads them. */
const struct field_words FIELD_WORDS[] = {
    {"category", put_category, NULL, NULL},
    {"title_fr", put_title_fr, NULL, NULL},
    {"title_en", put_title_en, NULL, NULL},
    {"place_name", put_place_name, NULL, NULL},
    {"place_id", put_place_id, NULL, NULL},
    {"position", put_position, NULL, NULL},
    {"location_precision", put_precision, NULL, NULL},
    {"public_precision", put_public_precision, NULL, NULL},
    {"accuracy_m", put_accuracy, NULL, NULL},
    {"devices", NULL, count_devices, put_device},
    {"status_events", NULL, count_events, put_event},
    {"orgs", NULL, count_orgs, put_org},
    {"surveilled_space", put_space, NULL, NULL},
    {"watch_target", put_target, NULL, NULL},
    {"categories2", put_categories2, NULL, NULL},
    {"capabilities", put_capabilities, NULL, NULL},
    {"admin_level", put_level, NULL, NULL},
    {"programme", put_programme, NULL, NULL},
    {"device_count", put_device_count, NULL, NULL},
    {"device_count_as_of", put_count_as_of, NULL, NULL},
    {"zones", NULL, count_zones, put_zone},
    {"summary_fr", put_summary_fr, NULL, NULL},
    {"summary_en", put_summary_en, NULL, NULL},
    {"body_fr", put_body_fr, NULL, NULL},
    {"body_en", put_body_en, NULL, NULL},
    {"costs", NULL, count_costs, put_cost},
    {"legal_basis", put_legal_basis, NULL, NULL},
    {"legal_basis_text", put_legal_basis_text, NULL, NULL},
    {"authorisation_ref", put_authorisation_ref, NULL, NULL},
    {"authorised_on", put_authorised_on, NULL, NULL},
    {"authorised_until", put_authorised_until, NULL, NULL},
    {"retention_days", put_retention, NULL, NULL},
    {"claims", NULL, count_claims, put_claim},
    {"sources", NULL, count_sources, put_source},
    {"links", NULL, count_links, put_link},
    {"ref", put_ref, NULL, NULL},
    {"source_name", put_source_name, NULL, NULL},
    {"needs_check", put_needs_check, NULL, NULL},
    {"licence", put_licence, NULL, NULL},
    {"attribution", put_attribution, NULL, NULL},
    {"first_seen", put_first_seen, NULL, NULL},
    {"last_confirmed", put_last_confirmed, NULL, NULL},
    {"review_after", put_review_after, NULL, NULL},
};
const size_t N_FIELD_WORDS = COUNT(FIELD_WORDS);
