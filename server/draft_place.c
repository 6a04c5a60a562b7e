/*
 * Where a draft is: a point with its commune, or a territory. A commune's name brings the map there and names it; of a point
 * only a boundary says for certain in which commune it lies.
 */
#include "data/position.h"
#include "server/draft.h"

enum { PLACE_REACH_M = 25000 /* a point further from the named commune's centre is not in it */ };

static bool read_point(struct draft *dr, struct lonlat *at)
{
    double x, y;
    const char *repaired = NULL;
    struct err why;
    struct str text = form_get(dr->f, "at");
    if (!text.len)
        return false;
    if (position_in_one(text, &x, &y, &repaired, &why) &&
        position_of(x, y, (struct position_rule){.kind = POSITION_DEGREES, .epsg = 4326, .trusted = true}, at, &repaired, &why))
        return true;
    draft_fault(dr, "at", "fault.at");
    return false;
}

/* The place somebody typed or chose: by its code, else the only one of this name. */
static bool find_place(struct draft *dr, struct store *store, struct place *out, bool *found, struct err *err)
{
    struct str picked = form_get(dr->f, "place_pick"), typed = form_get(dr->f, "place"), was = form_get(dr->f, "place_was");
    struct place *all;
    size_t n, same = 0;
    *found = false;
    if (!typed.len)
        return true;
    if (picked.len && (!was.len || str_eq(was, typed))) {
        if (!store_place(store, picked, dr->a, out, found, err))
            return false;
        if (*found)
            return true;
    }
    if (!store_places(store, typed, DRAFT_NAMESAKES_MAX, dr->a, &all, &n, err))
        return false;
    /* Those of just this name come before those that have it in theirs, and are all that is asked about. */
    struct str folded = str_fold(dr->a, typed);
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_fold(dr->a, all[i].name), folded)) {
            struct place kept = all[same];
            all[same++] = all[i];
            all[i] = kept;
        }
    *found = same == 1 || n == 1;
    if (*found)
        *out = all[0];
    else if (!n)
        draft_fault(dr, "place", "fault.place_unknown");
    else
        draft_fault(dr, "place", "fault.place_many");
    dr->namesakes = all;
    dr->n_namesakes = *found ? 0 : same ? same : n;
    return true;
}

/* The commune of a point: by its boundary; else the one that was named, if the point is near it. */
static bool name_commune(struct draft *dr, struct store *store, const struct place *named, bool has_name, struct err *err)
{
    struct deployment *d = &dr->d;
    d->place_code = d->place_name = S("");
    if (!store_commune_at(store, d->at, dr->a, &d->place_code, &d->place_name, err))
        return false;
    if (!d->place_code.len && has_name && str_eq(named->kind, S("commune")) && distance_m(named->at, d->at) < PLACE_REACH_M) {
        d->place_code = named->code;
        d->place_name = named->name;
    }
    return true;
}

static void move_to(struct draft *dr, struct lonlat at)
{
    dr->d.has_position = true;
    dr->d.at = at;
    if (dr->d.n_devices == 1)
        dr->d.devices[0].at = at;
}

static bool read_spot(struct draft *dr, struct store *store, struct err *err)
{
    struct place named = {0};
    struct lonlat at;
    bool has_name = false;
    if (!draft_touched(dr, "at") && !draft_touched(dr, "place"))
        return true;
    if (!form_get(dr->f, "at").len)
        draft_fault(dr, "at", "fault.no_position");
    if (!find_place(dr, store, &named, &has_name, err))
        return false;
    if (!read_point(dr, &at))
        return true;
    move_to(dr, at);
    return name_commune(dr, store, &named, has_name, err);
}

/* A programme lies where it is decided: a commune has an anchor, what is larger has no point. */
static bool read_territory(struct draft *dr, struct store *store, struct err *err)
{
    static const struct {
        const char *kind;
        enum admin_level level;
        enum precision precision;
    } KINDS[] = {{"commune", LEVEL_COMMUNE, PRECISION_CITY}, {"foreign", LEVEL_COMMUNE, PRECISION_CITY},
        {"department", LEVEL_DEPARTMENT, PRECISION_DEPARTMENT}, {"region", LEVEL_REGION, PRECISION_REGION},
        {"country", LEVEL_COUNTRY, PRECISION_COUNTRY}};
    struct place place;
    bool found;
    if (!draft_touched(dr, "place"))
        return true;
    if (!form_get(dr->f, "place").len)
        draft_fault(dr, "place", "fault.no_place");
    if (!find_place(dr, store, &place, &found, err) || !found)
        return !dr->n_faults || found || draft_fault_of(dr, "place");
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (str_eq(place.kind, str_of(KINDS[i].kind))) {
            dr->d.level = KINDS[i].level;
            dr->d.precision = dr->d.public_precision = KINDS[i].precision;
        }
    dr->d.place_code = place.code;
    dr->d.place_name = place.name;
    dr->d.has_position = dr->d.precision == PRECISION_CITY;
    dr->d.at = dr->d.has_position ? place.at : (struct lonlat){0};
    return true;
}

bool draft_read_where(struct draft *dr, struct store *store, struct err *err)
{
    if (dr->what == DRAFT_PROGRAMME)
        return read_territory(dr, store, err);
    if (dr->what == DRAFT_ZONE)
        return draft_read_zone(dr, err) && (!dr->d.has_position || !draft_touched(dr, "zone") || name_commune(dr, store, NULL, false, err));
    return read_spot(dr, store, err);
}
