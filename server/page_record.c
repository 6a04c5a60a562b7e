/*
 * A record: what it is, its history as dated dots, what it does, who runs, sells and pays, the evidence sentence by
 * sentence with its sources. Also one of its versions, and its changes. The map's panel asks for part=record: the article alone.
 */
#include <string.h>

#include "data/contribution.h"
#include "data/base/clock.h"
#include "server/on.h"
#include "server/page_parts.h"
#include "server/photo_parts.h"

/* ---- the parts of the article ---- */

static void put_source_mark(struct page *p, uint32_t source)
{
    if (source)
        page_fmt(p, " <a class=\"mark\" href=\"#s%d\" aria-label=\"%t %d\">[%d]</a>", (int64_t)source, "source", (int64_t)source, (int64_t)source);
}

/* Under the title's heading: h1 on a page of its own, h2 in the map's panel. */
static void begin_section(struct page *p, const char *key)
{
    const char *tag = page_is_part(p) ? "h3" : "h2";
    page_fmt(p, "<section><%s>%t</%s>", tag, key, tag);
}

static void put_top(struct page *p, const struct deployment *d, const char *heading)
{
    bool stale;
    enum status status = page_status_now(d, &stale);
    AUTO(buf) to = {0};
    buf_fmt(&to, "/k/%s", CATEGORY_TERMS[d->category].code);
    page_fmt(p, "<p class=\"kind\"><a href=\"%L\">%T</a></p><%s id=\"record-title\" tabindex=\"-1\">", to.at,
        &CATEGORY_TERMS[d->category], heading);
    page_title(p, d);
    page_fmt(p, "</%s><p class=\"where\">", heading);
    page_place_link(p, d->place_code, d->place_name);
    page_fmt(p, "%s%T</p><p class=\"state\">", d->place_name.len ? " · " : "", &PRECISION_TERMS[d->public_precision]);
    page_symbol(p, d->category, status, stale);
    page_status(p, d);
    page_raw(p, "</p>");
    if (status_is_stopped(status))
        page_fmt(p, "<p class=\"stopped\">%t</p>", "record.stopped");
    struct str summary = p->french || !d->summary_en.len ? d->summary_fr : d->summary_en;
    if (summary.len)
        page_fmt(p, "<p class=\"summary\">%S</p>", summary);
}

static void put_event(struct page *p, const struct status_event *e)
{
    page_fmt(p, "<li class=\"st-%s\"><time>%D</time> <strong>", STATUS_TERMS[e->status].code, e->date);
    if (!e->date.year)
        page_fmt(p, "%t ", "record.no_date");
    page_fmt(p, "%T</strong>", &STATUS_TERMS[e->status]);
    if (e->kind == EVENT_ENDED)
        page_fmt(p, " (%t)", "event.ended");
    else if (e->kind == EVENT_OBSERVED)
        page_fmt(p, " (%t)", "event.observed");
    if (e->act != ACT_NONE)
        page_fmt(p, ", %T", &ACT_TERMS[e->act]);
    if (e->authority != AUTHORITY_NONE)
        page_fmt(p, ", %t %T", "by", &AUTHORITY_TERMS[e->authority]);
    struct str note = p->french || !e->note_en.len ? e->note_fr : e->note_en;
    if (note.len)
        page_fmt(p, "<span class=\"says\">%S</span>", note);
    put_source_mark(p, e->source);
    page_raw(p, "</li>");
}

static void put_history(struct page *p, const struct deployment *d)
{
    if (!d->n_events)
        return;
    begin_section(p, "record.history");
    page_raw(p, "<ol class=\"dots\">");
    for (size_t i = 0; i < d->n_events; i++)
        put_event(p, &d->events[i]);
    bool stale;
    page_status_now(d, &stale);
    if (stale)
        page_fmt(p, "<li class=\"st-unknown\"><strong>%t</strong></li>", "record.since_nothing");
    page_raw(p, "</ol></section>");
}

static void put_does(struct page *p, const struct deployment *d)
{
    const struct term *what = &CATEGORY_TERMS[d->category];
    begin_section(p, "record.does");
    page_fmt(p, "<p>%s</p>", p->french ? what->fr_says : what->en_says);
    if (d->categories2) {
        page_fmt(p, "<p>%t ", "record.also");
        bool first = true;
        for (int i = 0; i < CATEGORY_COUNT; i++)
            if (d->categories2 >> i & 1) {
                page_fmt(p, "%s%T", first ? "" : ", ", &CATEGORY_TERMS[i]);
                first = false;
            }
        page_raw(p, ".</p>");
    }
    if (d->capabilities) {
        page_raw(p, "<ul class=\"chips\">");
        for (int i = 0; i < CAPABILITY_COUNT; i++)
            if (d->capabilities >> i & 1)
                page_fmt(p, "<li>%T</li>", &CAPABILITY_TERMS[i]);
        page_raw(p, "</ul>");
    }
    page_raw(p, "</section>");
}

static void put_orgs(struct page *p, const struct deployment *d, enum org_role role)
{
    bool first = true;
    for (size_t i = 0; i < d->n_orgs; i++) {
        const struct org_ref *o = &d->orgs[i];
        if (o->role != role || !o->name.len)
            continue;
        if (first)
            page_fmt(p, "<dt>%T</dt><dd>", &ROLE_TERMS[role]);
        else
            page_raw(p, ", ");
        AUTO(buf) to = {0};
        buf_fmt(&to, "/o/%.*s", STR_ARG(o->slug));
        if (o->slug.len)
            page_fmt(p, "<a href=\"%L\">%S</a>", to.at, o->name);
        else
            page_text(p, o->name);
        first = false;
    }
    if (!first)
        page_raw(p, "</dd>");
}

static void put_costs(struct page *p, const struct deployment *d)
{
    static const char *const kinds[] = {"cost.purchase", "cost.annual", "cost.subsidy", "cost.study"};
    static const char *const vats[] = {"vat.unknown", "vat.ht", "vat.ttc"};
    for (size_t i = 0; i < d->n_costs; i++)
        page_fmt(p, "<dt>%t</dt><dd>%N\u00a0€ <span class=\"small\">%t</span></dd>", kinds[d->costs[i].kind], d->costs[i].eur, vats[d->costs[i].vat]);
}

static void put_device(struct page *p, const struct device *v)
{
    if (v->type != DEVICE_UNKNOWN || v->mount != MOUNT_UNKNOWN)
        page_fmt(p, "<dt>%t</dt><dd>%T, %T</dd>", "record.device", &DEVICE_TYPE_TERMS[v->type], &MOUNT_TERMS[v->mount]);
    if (v->height_m > 0) {
        AUTO(buf) height = {0};
        buf_fixed(&height, v->height_m, 1);
        page_fmt(p, "<dt>%t</dt><dd>%S\u00a0m</dd>", "record.height", buf_str(&height));
    }
    bool first = true;
    for (size_t i = 0; i < v->n_views; i++)
        if (v->views[i].has_bearing) {
            if (first)
                page_fmt(p, "<dt>%t</dt><dd>", "record.direction");
            page_fmt(p, "%s%N°", first ? "" : ", ", (int64_t)v->views[i].bearing_deg);
            first = false;
        }
    if (!first)
        page_raw(p, "</dd>");
    if (v->check_date.year)
        page_fmt(p, "<dt>%t</dt><dd>%D</dd>", "record.checked", v->check_date);
}

static void put_facts(struct page *p, const struct deployment *d)
{
    begin_section(p, "record.facts");
    page_raw(p, "<dl class=\"facts\">");
    for (int role = 0; role < ROLE_COUNT; role++)
        put_orgs(p, d, (enum org_role)role);
    put_costs(p, d);
    if (d->device_count >= 0) {
        page_fmt(p, "<dt>%t</dt><dd>%N", "record.official_count", d->device_count);
        if (d->device_count_as_of.year)
            page_fmt(p, " (%D)", d->device_count_as_of);
        page_raw(p, "</dd>");
    }
    if (d->n_devices > 1)
        page_fmt(p, "<dt>%t</dt><dd>%t %N</dd>", "record.mapped_count", "at_least", (int64_t)d->n_devices);
    if (d->space != SPACE_UNKNOWN)
        page_fmt(p, "<dt>%t</dt><dd>%T</dd>", "record.space", &SPACE_TERMS[d->space]);
    if (d->target != TARGET_NONE)
        page_fmt(p, "<dt>%t</dt><dd>%T</dd>", "record.target", &TARGET_TERMS[d->target]);
    if (d->n_devices == 1)
        put_device(p, &d->devices[0]);
    if (d->legal_basis_text.len)
        page_fmt(p, "<dt>%t</dt><dd>%S</dd>", "record.legal", d->legal_basis_text);
    if (d->authorisation_ref.len)
        page_fmt(p, "<dt>%t</dt><dd>%S</dd>", "record.authorisation", d->authorisation_ref);
    if (d->authorised_until.year)
        page_fmt(p, "<dt>%t</dt><dd>%D</dd>", "record.until", d->authorised_until);
    if (d->last_confirmed.year)
        page_fmt(p, "<dt>%t</dt><dd>%D</dd>", "record.confirmed", d->last_confirmed);
    if (d->retention_days >= 0)
        page_fmt(p, "<dt>%t</dt><dd>%N %t</dd>", "record.retention", (int64_t)d->retention_days, "days");
    if (d->source_name.len)
        page_fmt(p, "<dt>%t</dt><dd><q>%S</q></dd>", "record.source_name", d->source_name);
    page_fmt(p, "<dt>%t</dt><dd>%T. %s</dd></dl></section>", "record.precision", &PRECISION_TERMS[d->public_precision],
        p->french ? PRECISION_TERMS[d->public_precision].fr_says : PRECISION_TERMS[d->public_precision].en_says);
}

/* "Nature : vidéosurveillance": a code of a closed list is said in words. */
static void put_claim_value(struct page *p, const struct claim *c)
{
    static const struct {
        enum claim_field field;
        const struct term *terms;
        size_t n;
    } LISTS[] = {{CLAIM_CATEGORY, CATEGORY_TERMS, CATEGORY_COUNT}, {CLAIM_CAPABILITY, CAPABILITY_TERMS, CAPABILITY_COUNT},
        {CLAIM_STATUS, STATUS_TERMS, STATUS_COUNT}};
    page_fmt(p, "%T", &CLAIM_FIELD_TERMS[c->field]);
    if (!c->value.len)
        return;
    for (size_t i = 0; i < COUNT(LISTS); i++) {
        int found = LISTS[i].field == c->field ? term_find(LISTS[i].terms, LISTS[i].n, c->value) : -1;
        if (found >= 0) {
            page_fmt(p, " : %T", &LISTS[i].terms[found]);
            return;
        }
    }
    page_fmt(p, " : %S", c->value);
}

static void put_claim(struct page *p, const struct claim *c)
{
    struct str says = p->french || !c->says_en.len ? c->says_fr : c->says_en;
    page_fmt(p, "<li class=\"conf-%s\"><span class=\"conf\" title=\"%s\">%T</span> ", CONFIDENCE_TERMS[c->confidence].code,
        p->french ? CONFIDENCE_TERMS[c->confidence].fr_says : CONFIDENCE_TERMS[c->confidence].en_says, &CONFIDENCE_TERMS[c->confidence]);
    if (says.len)
        page_text(p, says);
    else
        put_claim_value(p, c);
    page_fmt(p, " <span class=\"small\">(%T%s%D)</span>", &BASIS_TERMS[c->basis], c->said_on.year ? ", " : "", c->said_on);
    put_source_mark(p, c->source);
    page_raw(p, "</li>");
}

static void put_evidence(struct page *p, const struct deployment *d)
{
    begin_section(p, "record.evidence");
    if (d->n_claims) {
        page_raw(p, "<ul class=\"claims\">");
        for (size_t i = 0; i < d->n_claims; i++)
            put_claim(p, &d->claims[i]);
        page_raw(p, "</ul>");
    }
    if (d->n_sources) {
        const char *tag = page_is_part(p) ? "h4" : "h3";
        page_fmt(p, "<%s>%t</%s><ol class=\"sources\">", tag, "record.sources", tag);
        for (size_t i = 0; i < d->n_sources; i++)
            page_source(p, &d->sources[i], i + 1);
        page_raw(p, "</ol>");
    }
    page_raw(p, "</section>");
}

static bool put_links(struct page *p, struct store *store, const struct deployment *d, struct err *err)
{
    if (!d->n_links)
        return true;
    begin_section(p, "record.links");
    page_raw(p, "<ul>");
    for (size_t i = 0; i < d->n_links; i++) {
        struct deployment other;
        bool found = false;
        if (d->links[i].to && !store_find(store, d->links[i].to, false, &p->rq->arena, &other, &found, err))
            return false;
        if (!found)
            continue;
        AUTO(buf) to = {0};
        buf_fmt(&to, "/d/%llu", (unsigned long long)other.id);
        page_fmt(p, "<li>%T <a class=\"record\" href=\"%L\">", &LINK_KIND_TERMS[d->links[i].kind], to.at);
        page_title(p, &other);
        page_raw(p, "</a></li>");
    }
    page_raw(p, "</ul></section>");
    return true;
}

/* Word for word, with the line breaks of whoever replied. */
static bool put_replies(struct page *p, struct store *store, const struct deployment *d, struct err *err)
{
    struct reply *all;
    size_t n;
    if (!record_replies(store, d->id, &p->rq->arena, &all, &n, err))
        return false;
    if (!n)
        return true;
    begin_section(p, "record.replies");
    for (size_t i = 0; i < n; i++) {
        page_fmt(p, "<div class=\"reply\"><p class=\"small\"><strong>%S</strong>, %t %D</p><blockquote class=\"typed\">", all[i].label,
            "record.reply.received", all[i].received);
        buf_html(p->out, all[i].text);
        page_raw(p, "</blockquote></div>");
    }
    page_raw(p, "</section>");
    return true;
}

static bool put_photos(struct page *p, struct store *store, const struct deployment *d, struct err *err)
{
    AUTO(buf) title = {0};
    deployment_title(&title, d, p->french);
    return photo_figures(p, store, d->id, buf_str(&title), err);
}

static void put_cite(struct page *p, const struct deployment *d)
{
    AUTO(buf) version = {0}, changes = {0};
    buf_fmt(&version, "/d/%llu/v/%u", (unsigned long long)d->id, d->version);
    buf_fmt(&changes, "/d/%llu/history", (unsigned long long)d->id);
    begin_section(p, "record.share");
    page_fmt(p, "<label class=\"small\" for=\"address\">%t</label><div class=\"copy\"><input id=\"address\" readonly value=\"%s/d/%d\"><button type=\"button\" data-copy=\"address\" hidden>%t</button></div>",
        "record.address", app_base_url(p->app), (int64_t)d->id, "copy");
    page_fmt(p, "<p>%S, « ", str_of(p->app->config.title));
    page_title(p, d);
    page_fmt(p, " », %t %d, %D, %s%s</p>", "version", (int64_t)d->version, partial_date_of_month(d->updated_s),
        app_base_url(p->app), version.at);
    page_fmt(p, "<p><a href=\"%L\">%t</a> · <a href=\"%L\">%t</a> · <a href=\"/api/collections/deployments/items/%d\">GeoJSON</a></p>",
        version.at, "record.permanent", changes.at, "record.changes", (int64_t)d->id);
    if (d->licence.len)
        page_fmt(p, "<p class=\"small\">%t %S%s%S</p>", "licence", d->licence, d->attribution.len ? " · " : "", d->attribution);
    page_raw(p, "</section>");
}

/* Where it is drawn: nearer the more precisely it is known. Zoom of 256-px tiles. */
static int zoom_for(enum precision precision)
{
    static const int zooms[PRECISION_COUNT] = {[PRECISION_EXACT] = 17, [PRECISION_ADDRESS] = 17, [PRECISION_STREET] = 16,
        [PRECISION_DISTRICT] = 15, [PRECISION_CITY] = 11, [PRECISION_DEPARTMENT] = 9, [PRECISION_REGION] = 7, [PRECISION_COUNTRY] = 6};
    return zooms[precision];
}

static void put_where(struct page *p, const struct deployment *d)
{
    if (!d->has_position || d->public_precision > PRECISION_CITY)
        return;
    AUTO(buf) to = {0};
    page_map_address(&to, d->at, zoom_for(d->public_precision), S(""));
    page_fmt(p, "<a class=\"mini\" href=\"%L\" tabindex=\"-1\" aria-hidden=\"true\">", to.at); /* the words under it say it too */
    page_drawn_map(p, &(struct drawn_map){.centre = d->at, .zoom = zoom_for(d->public_precision), .cols = 5, .rows = 3,
        .query = S("category=all&space=all")});
    page_fmt(p, "</a><p class=\"small\"><a href=\"%L\">%t</a></p>", to.at, "record.on_map");
}

static bool put_article(struct page *p, struct store *store, const struct deployment *d, struct err *err)
{
    page_fmt(p, "<article id=\"record\" class=\"record-page\" aria-labelledby=\"record-title\" data-id=\"%d\"", (int64_t)d->id);
    if (d->has_position && precision_is_point(d->public_precision)) {
        AUTO(buf) at = {0};
        buf_fixed(&at, d->at.lon, 6);
        buf_char(&at, ',');
        buf_fixed(&at, d->at.lat, 6);
        page_fmt(p, " data-at=\"%S\"", buf_str(&at));
    }
    page_raw(p, ">");
    put_top(p, d, page_is_part(p) ? "h2" : "h1");
    if (!page_is_part(p))
        put_where(p, d);
    if (!put_replies(p, store, d, err) || !put_photos(p, store, d, err))
        return false;
    put_history(p, d);
    put_does(p, d);
    put_facts(p, d);
    put_evidence(p, d);
    if (!put_links(p, store, d, err))
        return false;
    put_cite(p, d);
    report_links(p, d->id);
    page_raw(p, "</article>");
    return true;
}

/* ---- addresses ---- */

/* /d/{id}: a number, or a slug. */
static bool find_record(struct worker *w, struct request *rq, uint64_t *id, struct err *err)
{
    struct str name = rq->n_segments > 1 ? rq->segments[1] : S("");
    if (!str_u64(name, id))
        *id = store_id_of_slug(w->store, name);
    return *id || err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de fiche « %.*s »" : "there is no record \"%.*s\"",
        STR_ARG(str_cut_runes(name, 40)));
}

static bool no_record(struct worker *w, struct request *rq, uint64_t id, struct err *err)
{
    if (record_is_erased(w->store, id))
        return err_set(err, ERR_GONE, rq->french ? "cette fiche a été retirée, avec toutes ses versions" :
            "this record was withdrawn, with all its versions");
    return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de fiche publiée au numéro %llu" : "there is no published record number %llu",
        (unsigned long long)id);
}

bool page_find_record(struct worker *w, struct request *rq, struct deployment *out, struct err *err)
{
    uint64_t id;
    bool found;
    if (!find_record(w, rq, &id, err) || !store_find(w->store, id, false, &rq->arena, out, &found, err))
        return false;
    return found || no_record(w, rq, id, err);
}

static bool put_record_page(struct page *p, struct worker *w, const struct deployment *d, struct str robots, struct err *err)
{
    if (page_is_part(p))
        return put_article(p, w->store, d, err);
    AUTO(buf) title = {0}, canonical = {0};
    deployment_title(&title, d, p->french);
    buf_fmt(&title, " · %s", p->app->config.title);
    buf_fmt(&canonical, "/d/%llu", (unsigned long long)d->id);
    page_begin(p, &(struct page_head){.title = buf_str(&title), .canonical = buf_str(&canonical), .robots = robots,
        .description = p->french || !d->summary_en.len ? d->summary_fr : d->summary_en});
    if (robots.len) {
        page_raw(p, "<p class=\"note\">");
        page_say(p, "record.old_version", (int64_t)d->version);
        page_fmt(p, " <a href=\"%L\">%t</a></p>", canonical.at, "record.newest");
    }
    if (!put_article(p, w->store, d, err))
        return false;
    page_end(p);
    return true;
}

bool page_record(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct deployment d;
    if (!page_find_record(worker, rq, &d, err))
        return false;
    return put_record_page(&p, worker, &d, S(""), err);
}

bool page_version(struct app *app, struct worker *worker, struct request *rq, struct response *rs, struct err *err)
{
    struct page p = page_start(app, rq, rs);
    struct deployment d;
    uint64_t id, version;
    bool found, published;
    if (!find_record(worker, rq, &id, err))
        return false;
    if (rq->n_segments < 4 || !str_u64(rq->segments[3], &version) || version > UINT32_MAX)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de telle version" : "there is no such version");
    if (!store_find_version(worker->store, id, (uint32_t)version, &rq->arena, &d, &found, err))
        return false;
    if (!found && record_is_erased(worker->store, id))
        return no_record(worker, rq, id, err);
    if (!found)
        return err_set(err, ERR_MISSING, rq->french ? "il n'y a pas de version %llu de cette fiche" : "there is no version %llu of this record",
            (unsigned long long)version);
    struct deployment now;
    if (!store_find(worker->store, id, false, &rq->arena, &now, &published, err))
        return false;
    if (!published)
        return page_error(app, rq, 410, rq->french ? "Cette fiche a été retirée." : "This record was withdrawn.", rs);
    return put_record_page(&p, worker, &d, S("noindex"), err);
}
