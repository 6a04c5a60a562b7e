/*
 * What follows from a record: its status over time, its title, and whether it may be stored at all.
 */
#include "data/record/deployment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/base/clock.h"
#include "data/base/hash.h"

enum { TITLE_MAX = 120, SUMMARY_MAX = 600, QUOTE_MAX = 300, FRESH_MONTHS = 24, FRESH_MONTHS_TRIAL = 12 };

static int by_date(const void *a, const void *b)
{
    const struct status_event *x = a, *y = b;
    if (x->date.lo != y->date.lo)
        return x->date.lo < y->date.lo ? -1 : 1;
    return (x->date.hi > y->date.hi) - (x->date.hi < y->date.hi);
}

/* Whether an event says what the state is from then on; an opinion or a warning alone does not. */
static bool changes_state(const struct status_event *e)
{
    return e->status != STATUS_UNKNOWN || e->act == ACT_NONE;
}

static enum status state_after(const struct status_event *e)
{
    return e->kind == EVENT_ENDED && !status_is_stopped(e->status) ? STATUS_ENDED : e->status;
}

void deployment_derive(struct deployment *d)
{
    if (d->n_events)
        qsort(d->events, d->n_events, sizeof *d->events, by_date);
    d->status = STATUS_UNKNOWN;
    d->status_since = (struct partial_date){0};
    for (size_t i = 0; i < d->n_events; i++) {
        const struct status_event *e = &d->events[i];
        if (!changes_state(e))
            continue;
        if (state_after(e) != d->status || !d->status_since.year)
            d->status_since = e->date;
        d->status = state_after(e);
    }
    if (!d->has_position && d->n_devices) {
        d->has_position = true;
        d->at = d->devices[0].at;
    }
    d->public_precision = MAX(d->public_precision, d->precision);
}

bool deployment_is_survey(const struct deployment *d)
{
    for (size_t i = 0; i < d->n_zones; i++)
        if (d->zones[i].kind != ZONE_NO_COVERAGE_SURVEYED)
            return false;
    return d->n_zones && !d->n_devices && !d->programme;
}

struct partial_date deployment_surveyed_on(const struct deployment *d)
{
    struct partial_date on = d->last_confirmed;
    for (size_t i = 0; i < d->n_zones; i++)
        if (d->zones[i].valid_from.year && (!on.year || d->zones[i].valid_from.hi > on.hi))
            on = d->zones[i].valid_from;
    for (size_t i = 0; i < d->n_claims && !on.year; i++)
        on = d->claims[i].said_on;
    return on;
}

static int32_t months_later(int32_t day, int months)
{
    struct ymd d = clock_ymd(day);
    int m = d.month - 1 + months;
    return clock_day((struct ymd){d.year + m / 12, m % 12 + 1, MIN(d.day, 28)});
}

/* Days are kept in 16 bits by the map: 1970-01-02 to 2149. */
static int32_t clamp_day(int32_t day)
{
    return CLAMP(day, 1, 65534);
}

size_t deployment_intervals(const struct deployment *d, struct interval out[INTERVALS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_events && n + 2 <= INTERVALS_MAX; i++) {
        const struct status_event *e = &d->events[i];
        if (!changes_state(e))
            continue;
        int32_t from = clamp_day(e->date.year ? e->date.lo : 1), last = INT32_MAX;
        for (size_t j = i + 1; j < d->n_events; j++)
            if (changes_state(&d->events[j])) {
                last = clamp_day(d->events[j].date.lo) - 1;
                break;
            }
        if (last < from)
            continue;
        enum status status = state_after(e);
        bool present = !status_is_stopped(status) && status != STATUS_UNKNOWN;
        int32_t fresh_until = months_later(e->date.hi, status == STATUS_TRIAL ? FRESH_MONTHS_TRIAL : FRESH_MONTHS);
        if (d->programme && present && fresh_until < last) {
            fresh_until = MAX(clamp_day(fresh_until), from);
            out[n++] = (struct interval){from, fresh_until, status, false};
            from = fresh_until + 1;
            out[n++] = (struct interval){from, last, status, true};
        } else {
            out[n++] = (struct interval){from, last, status, false};
        }
    }
    if (!n)
        out[n++] = (struct interval){0, INT32_MAX, STATUS_UNKNOWN, false};
    return n;
}

/* ---- the title ---- */

static void put_capitalised(struct buf *out, const char *s)
{
    size_t from = out->len;
    buf_add(out, str_of(s));
    unsigned char *first = (unsigned char *)out->at + from;
    if (*first >= 'a' && *first <= 'z')
        *first -= 32;
    else if (first[0] == 0xC3 && first[1] >= 0xA0 && first[1] != 0xB7)
        first[1] -= 32; /* é → É */
}

void deployment_title(struct buf *out, const struct deployment *d, bool french)
{
    struct str given = french ? d->title_fr : d->title_en;
    if (!given.len)
        given = french ? d->title_en : d->title_fr;
    if (given.len) {
        buf_add(out, given);
        return;
    }
    const struct term *what = &CATEGORY_TERMS[d->category];
    if (d->category == CATEGORY_CCTV && d->n_devices)
        what = &DEVICE_TYPE_TERMS[d->devices[0].type];
    put_capitalised(out, french ? what->fr : what->en);
    if (d->place_name.len) {
        buf_add(out, S(", "));
        buf_add(out, d->place_name);
    }
    if (d->id)
        buf_fmt(out, french ? ", n°\u202f%llX" : ", no. %llX", (unsigned long long)d->id);
}

/* ---- checking ---- */

static bool check_text(struct str s, size_t most, const char *what, struct err *err)
{
    if (str_runes(s) > most)
        return err_set(err, ERR_INVALID, "%s: it has more than %zu characters; shorten it", what, most);
    return str_is_utf8(s) || err_set(err, ERR_INVALID, "%s: it is not UTF-8", what);
}

static bool check_source_index(uint32_t source, size_t n, const char *what, struct err *err)
{
    return source <= n || err_set(err, ERR_INVALID, "%s: it names source %u, and there are %zu", what, source, n);
}

static bool check_device(const struct device *v, struct err *err)
{
    if (!lonlat_is_valid(v->at))
        return err_set(err, ERR_INVALID, "device: longitude is -180 to 180 and latitude -90 to 90");
    if (v->height_m && !(v->height_m >= 1.5 && v->height_m <= 30))
        return err_set(err, ERR_INVALID, "device: height_m is 1.5 to 30");
    for (size_t i = 0; i < v->n_views; i++)
        if (!(v->views[i].width_deg >= 0 && v->views[i].width_deg <= 360) ||
            !(v->views[i].bearing_deg >= 0 && v->views[i].bearing_deg < 360))
            return err_set(err, ERR_INVALID, "device: a view's bearing is 0 to under 360 and its width 0 to 360");
    return true;
}

static bool check_events(const struct deployment *d, struct err *err)
{
    for (size_t i = 0; i < d->n_events; i++) {
        const struct status_event *e = &d->events[i];
        if (!check_source_index(e->source, d->n_sources, "status event", err))
            return false;
        bool binding = e->authority != AUTHORITY_NONE && e->act != ACT_OPINION && e->act != ACT_WARNING;
        if (e->status == STATUS_PROHIBITED && !binding)
            return err_set(err, ERR_INVALID, "status event: prohibited needs an authority's binding decision; a warning or an opinion is an act");
        if (!e->source && d->programme && e->status != STATUS_REMOVED)
            return err_set(err, ERR_INVALID, "status event: it needs a source; only a removal seen on site does not");
    }
    return true;
}

static bool check_claims(const struct deployment *d, struct err *err)
{
    for (size_t i = 0; i < d->n_claims; i++) {
        const struct claim *c = &d->claims[i];
        if (!check_source_index(c->source, d->n_sources, "claim", err))
            return false;
        if (!c->source && c->basis != BASIS_SURVEY)
            return err_set(err, ERR_INVALID, "claim: it needs a source unless it was seen on site");
        if (c->device > d->n_devices || c->event > d->n_events)
            return err_set(err, ERR_INVALID, "claim: it names a device or event that is not there");
    }
    return true;
}

bool deployment_check(const struct deployment *d, struct err *err)
{
    if ((unsigned)d->category >= CATEGORY_COUNT)
        return err_set(err, ERR_INVALID, "category: it is needed");
    if (!check_text(d->title_fr, TITLE_MAX, "title_fr", err) || !check_text(d->title_en, TITLE_MAX, "title_en", err) ||
        !check_text(d->summary_fr, SUMMARY_MAX, "summary_fr", err) || !check_text(d->summary_en, SUMMARY_MAX, "summary_en", err))
        return false;
    if (d->has_position && !lonlat_is_valid(d->at))
        return err_set(err, ERR_INVALID, "position: longitude is -180 to 180 and latitude -90 to 90");
    if (!d->has_position && !d->n_devices && d->precision <= PRECISION_CITY)
        return err_set(err, ERR_INVALID, "position: only what is known to a département, region or country has none");
    if (d->public_precision < d->precision)
        return err_set(err, ERR_INVALID, "public_precision: it cannot be finer than the precision that is known");
    if (d->category == CATEGORY_POLICE_FILE && d->precision < PRECISION_DEPARTMENT)
        return err_set(err, ERR_INVALID, "category: a police file is never a point; say department, region or country");
    for (size_t i = 0; i < d->n_devices; i++)
        if (!check_device(&d->devices[i], err))
            return false;
    for (size_t i = 0; i < d->n_sources; i++)
        if (!check_text(d->sources[i].quote, QUOTE_MAX, "quote", err))
            return false;
    return check_events(d, err) && check_claims(d, err);
}

uint64_t deployment_hash(const struct deployment *d)
{
    AUTO(buf) text = {0};
    struct deployment said = *d;
    said.id = said.version = 0;
    said.slug = S("");
    said.batch_id = 0;
    said.created_s = said.updated_s = 0;
    deployment_write_json(&text, &said);
    return hash64(text.at, text.len, 0);
}
