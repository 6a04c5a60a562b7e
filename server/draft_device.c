/* What hangs in a street: kind, mount, height, where it looks; and what is said of none: the inside of homes. */
#include <math.h>
#include <string.h>

#include "data/import_row.h"
#include "server/draft.h"

#define HEIGHT_MIN_M 1.5
#define HEIGHT_MAX_M 30.0

/* Decimal point or comma, with or without its unit behind it. */
static bool read_number(struct draft *dr, const char *field, const char *unit, double *out)
{
    struct str text = form_get(dr->f, field);
    if (str_ends(text, str_of(unit)))
        text = str_trim(str_slice(text, 0, text.len - strlen(unit)));
    AUTO(buf) plain = {0};
    for (size_t i = 0; i < text.len; i++)
        buf_char(&plain, text.at[i] == ',' ? '.' : text.at[i]);
    return str_double(buf_str(&plain), out);
}

static void read_height(struct draft *dr, struct device *v)
{
    double h = 0;
    if (!draft_touched(dr, "height"))
        return;
    if (form_get(dr->f, "height").len && (!read_number(dr, "height", "m", &h) || h < HEIGHT_MIN_M || h > HEIGHT_MAX_M))
        draft_fault(dr, "height", "fault.height");
    else
        v->height_m = h;
}

/* The angle goes to every view that does not say its own ("45-90"). */
static bool widen(struct draft *dr, struct device *v, double width_deg, struct err *err)
{
    struct device_view *views = arena_copy(dr->a, v->views, v->n_views * sizeof *views);
    if (!views)
        return err_arena(err);
    for (size_t i = 0; i < v->n_views; i++)
        if (views[i].width_deg <= 0)
            views[i].width_deg = width_deg;
    v->views = views;
    return true;
}

static bool read_views(struct draft *dr, struct device *v, struct err *err)
{
    struct str direction = form_get(dr->f, "direction");
    double width = 0;
    if (!draft_touched(dr, "direction") && !draft_touched(dr, "angle"))
        return true;
    v->views = NULL;
    v->n_views = 0;
    v->direction_unparsed = false;
    if (!import_views(direction, true, v, dr->a))
        return err_arena(err);
    if (direction.len && (v->direction_unparsed || !v->n_views))
        draft_fault(dr, "direction", "fault.direction");
    bool given = form_get(dr->f, "angle").len != 0;
    if (given && (!read_number(dr, "angle", "°", &width) || !(width > 0 && width <= 360)))
        draft_fault(dr, "angle", "fault.angle");
    else if (given && !v->n_views && width < 360)
        draft_fault(dr, "direction", "fault.angle_alone");
    return !given || !v->n_views || widen(dr, v, width, err);
}

/* A camera of a home that films the street is known to its street, without whose it is; one that does not is no business of
 * ours. Who does not say is asked where the device is one that homes have. */
static void read_home(struct draft *dr, const struct device *v)
{
    struct str home = form_get(dr->f, "home");
    if (!draft_touched(dr, "home"))
        return;
    if (str_eq(home, S("inside"))) {
        draft_fault(dr, "home", "fault.home_inside");
    } else if (str_eq(home, S("street"))) {
        dr->d.public_precision = MAX(dr->d.public_precision, PRECISION_STREET);
        dr->d.n_orgs = 0;
        dr->d.ref = dr->d.source_name = S("");
        if (form_get(dr->f, "operator").len)
            draft_fault(dr, "operator", "fault.home_operator");
    } else if (!home.len && (v->type == DEVICE_DOORBELL || v->mount == MOUNT_DOORBELL)) {
        draft_fault(dr, "home", "fault.home_ask");
    } else if (home.len && !str_eq(home, S("no"))) {
        draft_fault(dr, "home", "fault.term");
    }
}

bool draft_read_device(struct draft *dr, struct err *err)
{
    struct device *v = &dr->d.devices[0];
    if (!dr->was)
        *v = (struct device){.at = dr->d.at, .tilt_deg = NAN};
    if (draft_touched(dr, "kind"))
        v->type = (enum device_type)draft_term(dr, "kind", DEVICE_TYPE_TERMS, DEVICE_TYPE_COUNT, DEVICE_UNKNOWN);
    if (draft_touched(dr, "mount"))
        v->mount = (enum mount)draft_term(dr, "mount", MOUNT_TERMS, MOUNT_COUNT, MOUNT_UNKNOWN);
    if (draft_touched(dr, "precision")) {
        int precision = draft_term(dr, "precision", PRECISION_TERMS, PRECISION_COUNT, PRECISION_EXACT);
        if (!precision_is_point((enum precision)precision))
            draft_fault(dr, "precision", "fault.precision");
        dr->d.public_precision = dr->was ? MAX(dr->d.public_precision, (enum precision)precision) : (enum precision)precision;
        dr->d.precision = (enum precision)precision;
    }
    read_height(dr, v);
    if (!read_views(dr, v, err))
        return false;
    read_home(dr, v);
    return true;
}
