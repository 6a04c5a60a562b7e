/* A polygon out of its corners, one a line as latitude, longitude. */
#include <math.h>

#include "data/position.h"
#include "server/draft.h"

/* The corner on a line; false: there is none, or it is none. */
static bool read_corner(struct str line, struct xy *out)
{
    double x, y;
    struct lonlat at;
    const char *repaired = NULL;
    struct err why;
    if (!position_in_one(line, &x, &y, &repaired, &why) ||
        !position_of(x, y, (struct position_rule){.kind = POSITION_DEGREES, .epsg = 4326, .trusted = true}, &at, &repaired, &why))
        return false;
    *out = (struct xy){at.lon, at.lat};
    return true;
}

static double turn(struct xy a, struct xy b, struct xy c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static bool cross(struct xy a, struct xy b, struct xy c, struct xy d)
{
    return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

static bool crosses_itself(const struct xy *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 2; k < n; k++)
            if (cross(at[i], at[i + 1 < n ? i + 1 : 0], at[k], at[k + 1 < n ? k + 1 : 0]))
                return true;
    return false;
}

static const char *wrong_with(const struct shape *s)
{
    struct rect b = shape_bounds(s);
    double middle = (b.y0 + b.y1) / 2;
    if (s->n < 3)
        return "fault.zone_few";
    if (crosses_itself(s->at, s->n))
        return "fault.zone_crosses";
    if (distance_m((struct lonlat){b.x0, middle}, (struct lonlat){b.x1, middle}) > DRAFT_ZONE_SIDE_MAX_M ||
        distance_m((struct lonlat){b.x0, b.y0}, (struct lonlat){b.x0, b.y1}) > DRAFT_ZONE_SIDE_MAX_M)
        return "fault.zone_large";
    return fabs(shape_ring_area(s->at, s->n)) < 1e-12 ? "fault.zone_few" : NULL;
}

static bool read_ring(struct draft *dr, struct shape *s, struct err *err)
{
    struct str rest = form_get(dr->f, "zone"), line;
    s->kind = SHAPE_POLYGONS;
    s->at = ARENA_ARRAY(dr->a, struct xy, DRAFT_ZONE_CORNERS_MAX + 1);
    s->end = ARENA_NEW(dr->a, uint32_t);
    if (!s->at || !s->end)
        return err_arena(err);
    while (rest.len && str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!line.len)
            continue;
        if (s->n == DRAFT_ZONE_CORNERS_MAX)
            draft_fault(dr, "zone", "fault.zone_many");
        else if (!read_corner(line, &s->at[s->n]))
            draft_fault(dr, "zone", "fault.zone_line");
        else
            s->n++;
    }
    if (s->n > 1 && s->at[0].x == s->at[s->n - 1].x && s->at[0].y == s->at[s->n - 1].y)
        s->n--; /* closed, as other programs write it */
    s->end[0] = s->n;
    s->n_parts = 1;
    return true;
}

/* With y northwards an outer ring has negative area here, so that it is positive on the screen. */
static void wind(struct shape *s)
{
    if (shape_ring_area(s->at, s->n) < 0)
        return;
    for (uint32_t i = 0, k = s->n - 1; i < k; i++, k--) {
        struct xy kept = s->at[i];
        s->at[i] = s->at[k];
        s->at[k] = kept;
    }
}

static bool put_zone(struct draft *dr, const struct shape *shape, struct err *err)
{
    struct zone *z = ARENA_NEW(dr->a, struct zone);
    struct xy middle;
    if (!z || !shape_label_point(shape, 1e-5, dr->a, &middle))
        return err_arena(err);
    *z = (struct zone){.shape = *shape};
    dr->d.zones = z;
    dr->d.n_zones = 1;
    dr->d.has_position = true;
    dr->d.at = (struct lonlat){middle.x, middle.y};
    dr->d.precision = dr->d.public_precision = PRECISION_DISTRICT;
    return true;
}

bool draft_read_zone(struct draft *dr, struct err *err)
{
    struct shape shape = {0};
    if (draft_touched(dr, "zone")) {
        if (!read_ring(dr, &shape, err))
            return false;
        const char *wrong = draft_fault_of(dr, "zone") ? NULL : wrong_with(&shape);
        if (wrong)
            draft_fault(dr, "zone", wrong);
        if (draft_fault_of(dr, "zone"))
            return true;
        wind(&shape);
        if (!put_zone(dr, &shape, err))
            return false;
    }
    if (!dr->d.n_zones)
        return true;
    struct zone *z = arena_copy(dr->a, dr->d.zones, dr->d.n_zones * sizeof *z);
    if (!z)
        return err_arena(err);
    dr->d.zones = z;
    if (draft_touched(dr, "zone_kind"))
        z->kind = (enum zone_kind)draft_term(dr, "zone_kind", ZONE_KIND_TERMS, ZONE_KIND_COUNT, ZONE_NO_COVERAGE_SURVEYED);
    if (draft_touched(dr, "date"))
        z->valid_from = draft_date(dr, "date", true);
    if (z->kind != ZONE_NO_COVERAGE_SURVEYED || dr->was)
        return true;
    if (!z->valid_from.year)
        draft_fault(dr, "date", "fault.zone_month");
    dr->d.title_fr = S("Relevé sans dispositif trouvé");
    dr->d.title_en = S("Surveyed, nothing found");
    dr->d.last_confirmed = z->valid_from;
    return true;
}
