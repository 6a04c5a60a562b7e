/*
 * Privacy reports: the only proposals that take effect before anybody decides, and only where nobody public is watched over.
 */
#include "data/spatialite/ruling.h"

#include "data/base/clock.h"

enum { DAY_S = 86400 };

static bool is_publicly_operated(const struct deployment *d)
{
    for (size_t i = 0; i < d->n_orgs; i++)
        if (d->orgs[i].role == ROLE_OPERATOR && d->orgs[i].kind != ORG_PRIVATE && d->orgs[i].kind != ORG_HOUSING && d->orgs[i].kind != ORG_UNKNOWN)
            return true;
    return d->programme || d->level != LEVEL_DEVICE;
}

static bool effects_today(struct store *s, struct str place, int64_t *n, struct err *err)
{
    AUTO(stmt) q = db_stmt(&s->db,
        "SELECT count(*) FROM contribution WHERE kind = 'privacy' AND (effect_version IS NOT NULL OR instr(patch, 'withheld_photos') > 0) AND place_code = :place AND created_s > :since");
    stmt_bind_text(&q, ":place", place);
    stmt_bind_i64(&q, ":since", clock_unix_s() - DAY_S);
    *n = stmt_row(&q) ? stmt_int(&q, 0) : 0;
    return stmt_ok(&q, err);
}

static bool withhold_photos(struct store *s, struct contribution *c, struct arena *a, struct err *err)
{
    AUTO(buf) patch = {0};
    size_t n = 0;
    buf_add(&patch, S("{\"withheld_photos\":["));
    if (!photos_withhold(s, c->target, &patch, &n, err))
        return false;
    buf_add(&patch, S("]}"));
    c->withheld_photos = n > 0;
    if (n)
        c->patch = str_copy(a, buf_str(&patch));
    return true;
}

bool privacy_takes_effect(struct store *s, struct contribution *c, struct arena *a, struct err *err)
{
    struct deployment d;
    bool found;
    int64_t n;
    AUTO(json_doc) wish = {0};
    if (!json_read(&wish, c->patch.len ? c->patch : S("{}"), &JSON_BODY, err))
        return err_under(err, "the report");
    bool of_photo = json_bool(json_get(wish.root, S("photos")));
    /* What it says of photos is read again when the effect is taken back: only our own words may stand there. */
    c->patch = of_photo ? S("{\"photos\":true}") : S("{}");
    if (!record_read(s, c->target, 0, a, &d, &found, err) || !effects_today(s, c->place_code, &n, err))
        return false;
    if (!found || n >= PRIVACY_EFFECTS_A_DAY)
        return true;
    if (of_photo)
        return withhold_photos(s, c, a, err) && record_log_change(s, d.id, err);
    if (is_publicly_operated(&d) || d.public_precision >= PRECISION_STREET)
        return true;
    d.public_precision = PRECISION_STREET;
    struct edit e = {.kind = EDIT_PUT, .deployment = &d, .revision = REVISION_CORRECTION, .by_hand = true};
    if (!store_apply(s, &e, 1, err))
        return false;
    c->effect_version = d.version;
    return true;
}
