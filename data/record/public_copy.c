/*
 * What leads to a place is more than coordinates: https://www.openstreetmap.org/node/1 is a position for whoever opens it, and
 * so are the number painted on a pole, the row of a published table, a photo's page, or a decree that gives the address. So a
 * withheld record keeps of each source who says it, when and under which licence, and the front door of the site; and no text
 * that is left may hold one of the keys it is known by.
 */
#include "data/record/public_copy.h"

#include "data/base/buf.h"

bool deployment_is_withheld(const struct deployment *d)
{
    return d->public_precision != d->precision;
}

/* The keys a source knows the record by. */
struct keys {
    struct str at[4];
    size_t n;
};

static void add_key(struct keys *k, struct str key)
{
    if (key.len)
        k->at[k->n++] = key;
}

static bool holds_key(const struct keys *k, struct str text)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_has(text, k->at[i]))
            return true;
    return false;
}

static struct str without_key(const struct keys *k, struct str text)
{
    return holds_key(k, text) ? S("") : text;
}

/* https://host/page → https://host/ */
static struct str front_door(struct str url)
{
    size_t scheme = str_find(url, S("://"));
    if (scheme == SIZE_MAX)
        return S("");
    size_t end = scheme + 3;
    while (end < url.len && url.at[end] != '/' && url.at[end] != '?' && url.at[end] != '#')
        end++;
    return end < url.len && url.at[end] == '/' ? str_slice(url, 0, end + 1) : str_slice(url, 0, end);
}

static void blur_source(struct source *s, const struct keys *k)
{
    s->url = without_key(k, front_door(s->url));
    s->archive_url = s->archive_sha256 = s->page = s->quote = S("");
    s->title = without_key(k, s->title);
    s->publisher = without_key(k, s->publisher);
    s->author = without_key(k, s->author);
}

static void blur_sources(struct deployment *d, const struct keys *k, struct arena *a)
{
    struct source *sources = arena_copy(a, d->sources, d->n_sources * sizeof *sources);
    if (d->n_sources && !sources) { /* no room for a copy: rather nothing than too much */
        d->n_sources = d->n_claims = 0;
        for (size_t i = 0; i < d->n_events; i++)
            d->events[i].source = 0;
        return;
    }
    d->sources = sources;
    for (size_t i = 0; i < d->n_sources; i++)
        blur_source(&sources[i], k);
}

static void blur_claims(struct deployment *d, const struct keys *k)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_claims; i++) {
        struct claim c = d->claims[i];
        if (c.device || c.field == CLAIM_POSITION || c.field == CLAIM_DIRECTION || holds_key(k, c.value) || holds_key(k, c.says_fr) ||
            holds_key(k, c.says_en))
            continue;
        d->claims[n++] = c;
    }
    d->n_claims = n;
}

void deployment_make_public(struct deployment *d, const struct lonlat *anchor, struct arena *a)
{
    if (!deployment_is_withheld(d))
        return;
    AUTO(buf) osm_id = {0};
    struct keys keys = {0};
    if (d->osm_id)
        buf_i64(&osm_id, d->osm_id);
    add_key(&keys, buf_str(&osm_id));
    add_key(&keys, d->ref);
    add_key(&keys, d->external_id);
    add_key(&keys, d->source_name);
    blur_sources(d, &keys, a);
    blur_claims(d, &keys);
    d->has_position = anchor != NULL;
    d->at = anchor ? *anchor : (struct lonlat){0};
    /* The anchor is that of the commune: a badge on it, never a point that looks like a place in a street. */
    d->precision = d->public_precision = MAX(d->public_precision, PRECISION_CITY);
    d->accuracy_m = 0;
    d->n_devices = d->n_zones = 0;
    d->osm_type = 0;
    d->osm_id = 0;
    d->external_id = d->external_source = d->ref = d->source_name = d->authorisation_ref = S("");
}
