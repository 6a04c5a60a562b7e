/*
 * What a proposal would make of a record: its patch on the newest version, whatever became of that meanwhile; fields that
 * somebody else changed too are named. Also what is published of a day: months.
 */
#include "data/spatialite/ruling.h"

#include <string.h>

#include "data/base/clock.h"
#include "data/base/json_patch.h"

/* ---- from a patch to a record ---- */

void preview_plain(struct buf *out, const struct deployment *d)
{
    struct deployment plain = *d;
    plain.id = plain.version = 0;
    plain.slug = S("");
    deployment_write_json(out, &plain);
}

/* What no proposal can say of a record: its number, its address, where it was imported from, what became of it. */
static void keep_own(struct deployment *d, const struct deployment *own)
{
    d->id = own->id;
    d->version = own->version;
    d->slug = own->slug;
    d->batch_id = own->batch_id;
    d->external_id = own->external_id;
    d->external_source = own->external_source;
    d->licence = own->licence;
    d->attribution = own->attribution;
    d->moderation = own->moderation;
    d->created_s = own->created_s;
}

static bool changed_too(struct str base, const struct json *now, const struct json *patch, struct arena *a, struct str *out, struct err *err)
{
    AUTO(json_doc) was = {0};
    AUTO(buf) names = {0};
    if (!json_read(&was, base, &JSON_STYLE, err))
        return false;
    for (struct json_each e = {0}; json_each(patch, &e);) {
        const struct json *before = json_get(was.root, e.key), *after = json_get(now, e.key);
        if ((!before && !after) || (before && after && json_same(before, after)))
            continue;
        buf_add(&names, names.len ? S(", ") : S(""));
        buf_add(&names, e.key);
    }
    *out = str_copy(a, buf_str(&names));
    return true;
}

static bool patched(const struct json *now, const struct json *patch, struct arena *a, struct deployment *out, struct err *err)
{
    AUTO(buf) text = {0};
    AUTO(json_doc) doc = {0};
    json_merge(&text, now, patch);
    if (!json_read(&doc, str_copy(a, buf_str(&text)), &JSON_STYLE, err) || !deployment_read_json(doc.root, a, out, err))
        return err_under(err, "the proposal");
    return true;
}

/* ---- what is published of a day ---- */

/* Whoever was seen in a street on a day could be found on its footage: what was seen on foot is known by the month. */
static void to_month(struct partial_date *d)
{
    if (!d->day)
        return;
    AUTO(buf) text = {0};
    struct partial_date month = *d;
    month.day = 0;
    partial_date_write(&text, month);
    if (!partial_date_read(buf_str(&text), d))
        must(!"a month is a date");
}

void record_hide_days(struct deployment *d)
{
    to_month(&d->last_confirmed);
    to_month(&d->first_seen);
    for (size_t i = 0; i < d->n_devices; i++)
        to_month(&d->devices[i].check_date);
    for (size_t i = 0; i < d->n_zones; i++)
        if (d->zones[i].kind == ZONE_NO_COVERAGE_SURVEYED)
            to_month(&d->zones[i].valid_from);
    for (size_t i = 0; i < d->n_events; i++)
        if (!d->events[i].source)
            to_month(&d->events[i].date);
    for (size_t i = 0; i < d->n_claims; i++)
        if (d->claims[i].basis == BASIS_SURVEY || d->claims[i].basis == BASIS_PHOTO)
            to_month(&d->claims[i].said_on);
    for (size_t i = 0; i < d->n_sources; i++) { /* when somebody looked, and took a picture; not when a source was published */
        to_month(&d->sources[i].accessed_on);
        to_month(&d->sources[i].archived_on);
        if (d->sources[i].kind == SOURCE_PHOTO)
            to_month(&d->sources[i].published_on);
    }
}

static bool add_event(struct deployment *d, struct arena *a, struct status_event e, struct err *err)
{
    struct status_event *events = ARENA_ARRAY(a, struct status_event, d->n_events + 1);
    if (!events)
        return err_arena(err);
    if (d->n_events)
        memcpy(events, d->events, d->n_events * sizeof *events);
    events[d->n_events++] = e;
    d->events = events;
    return true;
}

/* The month somebody says they saw it; else that in which they said it. */
static struct partial_date seen_on(const struct contribution *c, const struct json *patch)
{
    struct partial_date said = {0};
    struct partial_date came = partial_date_of_month(c->created_s);
    if (!partial_date_read(json_string(json_get(patch, S("seen_on"))), &said) || !said.year || said.lo > came.hi)
        return came;
    to_month(&said);
    return said;
}

/* « Toujours là », « n'est plus là ». */
bool preview_sighting(struct deployment *d, const struct contribution *c, const struct json *patch, struct arena *a, struct err *err)
{
    struct partial_date month = seen_on(c, patch);
    if (c->kind == CONTRIBUTION_GONE && !deployment_is_survey(d))
        return add_event(d, a, (struct status_event){.status = STATUS_REMOVED, .kind = EVENT_OBSERVED, .date = month}, err);
    if (!d->last_confirmed.year || month.hi >= d->last_confirmed.hi)
        d->last_confirmed = month;
    if (d->programme || deployment_is_survey(d)) /* its events are told otherwise; there is nothing that could run */
        return true;
    return add_event(d, a, (struct status_event){.status = STATUS_ACTIVE, .kind = EVENT_OBSERVED, .date = month}, err);
}

/* ---- what it would be ---- */

/* A privacy report is about the photos, or else about the place. */
static bool is_of_photos(const struct json *patch)
{
    return json_bool(json_get(patch, S("photos"))) || json_size(json_get(patch, S("withheld_photos"))) > 0;
}

static bool apply_report(struct deployment *d, const struct contribution *c, const struct json *patch, struct arena *a, struct err *err)
{
    if (c->kind == CONTRIBUTION_CONFIRM || c->kind == CONTRIBUTION_GONE)
        return preview_sighting(d, c, patch, a, err);
    if (c->kind == CONTRIBUTION_PRIVACY && !is_of_photos(patch))
        d->public_precision = MAX(d->public_precision, PRECISION_STREET);
    if (c->kind == CONTRIBUTION_UNLAWFUL)
        d->moderation = MODERATION_HIDDEN;
    return true;
}

bool contribution_preview(struct store *s, const struct contribution *c, struct str corrected, struct arena *a, struct deployment *before,
    struct deployment *after, struct str *conflicts, struct err *err)
{
    struct deployment own = {.moderation = MODERATION_PUBLISHED, .device_count = -1, .retention_days = -1};
    AUTO(buf) text = {0};
    *conflicts = S("");
    buf_add(&text, S("{}"));
    if (c->target) {
        bool found;
        if (!record_read(s, c->target, 0, a, &own, &found, err))
            return false;
        if (!found)
            return err_set(err, ERR_MISSING, "there is no record %llu", (unsigned long long)c->target);
        buf_clear(&text);
        preview_plain(&text, &own);
    }
    AUTO(json_doc) now = {0}, patch = {0};
    if (!json_read(&now, buf_str(&text), &JSON_STYLE, err) ||
        !json_read(&patch, corrected.len ? corrected : c->patch, &JSON_STYLE, err))
        return err_under(err, "the proposal");
    if (json_kind(patch.root) != JSON_OBJECT)
        return err_set(err, ERR_INVALID, "the proposal: it is an object of fields");
    *before = own;
    *after = own;
    if (c->kind == CONTRIBUTION_REPLY)
        return true;
    if (!patched(now.root, patch.root, a, after, err))
        return false;
    keep_own(after, &own);
    if (!apply_report(after, c, patch.root, a, err))
        return false;
    if (!c->target || c->base_version == own.version || !c->base_version)
        return true;
    struct deployment base;
    bool found;
    if (!record_read(s, c->target, c->base_version, a, &base, &found, err))
        return false;
    AUTO(buf) was = {0};
    if (found)
        preview_plain(&was, &base);
    return !found || changed_too(buf_str(&was), now.root, patch.root, a, conflicts, err);
}
