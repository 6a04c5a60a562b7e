/* A record as its form shows it. Reading that form unchanged changes nothing: draft.c compares text with text. */
#include "server/draft.h"

static void add_term(struct form *f, const char *name, const struct term *t)
{
    form_add(f, name, str_of(t->code));
}

static struct str number(struct arena *a, double v)
{
    AUTO(buf) text = {0};
    buf_double(&text, v);
    return str_copy(a, buf_str(&text));
}

/* Latitude first, as people write it. */
static struct str pair(struct arena *a, struct lonlat at)
{
    AUTO(buf) text = {0};
    buf_fixed(&text, at.lat, 6);
    buf_add(&text, S(", "));
    buf_fixed(&text, at.lon, 6);
    return str_copy(a, buf_str(&text));
}

static struct str direction_text(const struct device *v, struct arena *a)
{
    AUTO(buf) text = {0};
    if (v->direction_raw.len)
        return v->direction_raw;
    for (size_t i = 0; i < v->n_views; i++) {
        if (!v->views[i].has_bearing)
            continue;
        buf_add(&text, text.len ? S("; ") : S(""));
        buf_double(&text, v->views[i].bearing_deg);
    }
    return str_copy(a, buf_str(&text));
}

static void add_device(struct form *f, const struct device *v, struct arena *a)
{
    add_term(f, "kind", &DEVICE_TYPE_TERMS[v->type]);
    add_term(f, "mount", &MOUNT_TERMS[v->mount]);
    form_add(f, "direction", direction_text(v, a));
    bool one = v->n_views == 1 && v->views[0].has_bearing && v->views[0].width_deg > 0 && !v->direction_raw.len;
    form_add(f, "angle", one ? number(a, v->views[0].width_deg) : S(""));
    form_add(f, "height", v->height_m > 0 ? number(a, v->height_m) : S(""));
}

static struct str org_of(const struct deployment *d, enum org_role role)
{
    for (size_t i = 0; i < d->n_orgs; i++)
        if (d->orgs[i].role == role)
            return d->orgs[i].name;
    return S("");
}

static struct str corners(const struct zone *z, struct arena *a)
{
    AUTO(buf) text = {0};
    for (uint32_t i = 0; z->shape.n_parts && i < z->shape.end[0]; i++) {
        buf_add(&text, pair(a, (struct lonlat){z->shape.at[i].x, z->shape.at[i].y}));
        buf_char(&text, '\n');
    }
    return str_trim(str_copy(a, buf_str(&text)));
}

void draft_fill(struct form *out, const struct deployment *d, bool french, struct arena *a)
{
    out->n = 0;
    add_term(out, "category", &CATEGORY_TERMS[d->category]);
    form_add(out, "title", str_trim(french ? d->title_fr : d->title_en));
    form_add(out, "summary", str_trim(french ? d->summary_fr : d->summary_en));
    form_add(out, "at", d->has_position && precision_is_point(d->public_precision) ? pair(a, d->at) : S(""));
    form_add(out, "place", str_trim(d->place_name));
    add_term(out, "precision", &PRECISION_TERMS[d->precision]);
    if (d->n_devices == 1)
        add_device(out, &d->devices[0], a);
    form_add(out, "operator", org_of(d, ROLE_OPERATOR));
    form_add(out, "manufacturer", org_of(d, ROLE_VENDOR));
    add_term(out, "space", &SPACE_TERMS[d->space]);
    add_term(out, "target", &TARGET_TERMS[d->target]);
    form_add(out, "count", d->device_count >= 0 ? number(a, (double)d->device_count) : S(""));
    add_term(out, "status", &STATUS_TERMS[d->status]);
    form_add(out, "home", S(""));
    if (!d->n_zones)
        return;
    form_add(out, "zone", corners(&d->zones[0], a));
    add_term(out, "zone_kind", &ZONE_KIND_TERMS[d->zones[0].kind]);
}
