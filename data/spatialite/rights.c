/*
 * Whether somebody may make of one record another: it is the record that stands that is theirs or not, and every place of the one that
 * would stand, whatever the proposal says of itself.
 */
#include "data/spatialite/ruling.h"

#include <string.h>

#include "data/base/clock.h"

static bool denied_at(struct str commune, struct err *err)
{
    if (!commune.len)
        return err_set(err, ERR_DENIED, "the commune of this place is not known (its boundary was not imported), so no territory has it; "
            "`contrechamp places import` brings boundaries, and who may everywhere can decide");
    return err_set(err, ERR_DENIED, "%.*s is not in your territory", STR_ARG(commune));
}

bool rights_at(const struct who *who, struct str commune, struct err *err)
{
    return who_may_at(who, commune) || denied_at(commune, err);
}

static bool rights_at_point(struct store *s, const struct who *who, struct lonlat at, struct arena *a, struct err *err)
{
    struct str code, name;
    return store_commune_at(s, at, a, &code, &name, err) && rights_at(who, code, err);
}

/* The outline's corners: a zone that reaches over the border is for those of both sides. */
static bool rights_over_zone(struct store *s, const struct who *who, const struct zone *z, struct arena *a, struct err *err)
{
    enum { LOOKS_MAX = 64 };
    uint32_t step = z->shape.n / LOOKS_MAX + 1;
    for (uint32_t i = 0; i < z->shape.n; i += step)
        if (!rights_at_point(s, who, (struct lonlat){z->shape.at[i].x, z->shape.at[i].y}, a, err))
            return false;
    return true;
}

static bool rights_over_places(struct store *s, const struct who *who, const struct deployment *d, struct arena *a, struct err *err)
{
    if (d->place_code.len && !rights_at(who, d->place_code, err))
        return false;
    bool point = d->has_position && precision_is_point(d->precision);
    if (!point && !d->place_code.len)
        return denied_at(S(""), err);
    if (point && !rights_at_point(s, who, d->at, a, err))
        return false;
    for (size_t i = 0; i < d->n_devices; i++)
        if (point && !rights_at_point(s, who, d->devices[i].at, a, err))
            return false;
    for (size_t i = 0; i < d->n_zones; i++)
        if (!rights_over_zone(s, who, &d->zones[i], a, err))
            return false;
    return true;
}

bool rights_over(struct store *s, const struct who *who, const struct deployment *before, const struct deployment *after, struct arena *a,
    struct err *err)
{
    if (who_may_at(who, S("")))
        return true;
    return (!before->id || rights_at(who, before->place_code, err)) && rights_over_places(s, who, after, a, err);
}

bool rights_two_person(struct store *s, struct str place, const struct deployment *before, const struct deployment *after)
{
    return territory_two_person(s, place) || (before->id && territory_two_person(s, before->place_code)) ||
           (after->place_code.len && territory_two_person(s, after->place_code));
}

/* ---- what no decision lets in ---- */

static bool is_web_address(struct str url)
{
    return !url.len || str_starts(url, S("https://")) || str_starts(url, S("http://"));
}

static bool had_address(const struct deployment *d, struct str url)
{
    for (size_t i = 0; i < d->n_sources; i++)
        if (str_eq(d->sources[i].url, url) || str_eq(d->sources[i].archive_url, url))
            return true;
    return false;
}

static bool object_is_free(struct store *s, char type, int64_t osm_id, uint64_t own, struct err *err)
{
    AUTO(buf) key = {0};
    uint64_t id = 0, hash;
    if (!type || !osm_id)
        return true;
    buf_fmt(&key, "osm:%c%lld", type, (long long)osm_id);
    if (store_is_withdrawn(s, buf_str(&key)))
        return err_set(err, ERR_INVALID, "osm_id: the record of this object was withdrawn, and does not come back");
    if (!store_identity(s, buf_str(&key), &id, &hash, err))
        return false;
    return !id || id == own || err_set(err, ERR_INVALID, "osm_id: record %llu is of this object already; change that one", (unsigned long long)id);
}

bool rights_may_say(struct store *s, const struct deployment *before, const struct deployment *after, struct err *err)
{
    for (size_t i = 0; i < after->n_sources; i++) {
        const struct source *c = &after->sources[i];
        if ((!is_web_address(c->url) && !had_address(before, c->url)) || (!is_web_address(c->archive_url) && !had_address(before, c->archive_url)))
            return err_set(err, ERR_INVALID, "sources: an address begins with https:// or http://");
    }
    if (after->last_confirmed.year && after->last_confirmed.lo > clock_today())
        return err_set(err, ERR_INVALID, "last_confirmed: it lies in the future");
    if (!object_is_free(s, after->osm_type, after->osm_id, after->id, err))
        return false;
    for (size_t i = 0; i < after->n_devices; i++) {
        struct str tags = after->devices[i].source_tags;
        if (str_has(tags, S("webcam")) || str_has(tags, S("website")))
            return err_set(err, ERR_INVALID, "source_tags: the addresses of feeds are not published; leave contact:webcam and website out");
    }
    for (size_t i = 0; i < after->n_devices; i++)
        if (!object_is_free(s, after->devices[i].osm_type, after->devices[i].osm_id, after->id, err))
            return false;
    return true;
}
