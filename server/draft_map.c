/*
 * A browser sends a picture's click as map.x and map.y in px from its corner; whoever presses Enter on it instead sends 0 and
 * 0, which is taken for its middle: the cross. So the keyboard moves the map under the cross and sets the point there.
 */
#include "server/draft_map.h"

#include <math.h>
#include <string.h>

#include "data/position.h"
#include "server/page_frame.h"

static const struct lonlat FRANCE = {2.4, 46.55};
enum { FRANCE_ZOOM = 5, STEP_X_PX = 170, STEP_Y_PX = 100, CLICK_NEARER = 2, RING_SHOWN_MAX = 80 /* its address stays under 2 KiB */ };

void form_set(struct form *f, const char *name, struct str value)
{
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->fields[i].name, str_of(name))) {
            f->fields[i].value = value;
            return;
        }
    form_add(f, name, value);
}

/* ---- where ---- */

static bool read_spot(struct str text, struct lonlat *out)
{
    double x, y;
    const char *repaired = NULL;
    struct err why;
    return text.len && position_in_one(text, &x, &y, &repaired, &why) &&
           position_of(x, y, (struct position_rule){.kind = POSITION_DEGREES, .epsg = 4326, .trusted = true}, out, &repaired, &why);
}

static struct str spot_text(struct lonlat at, struct arena *a)
{
    AUTO(buf) text = {0};
    buf_fixed(&text, at.lat, 6);
    buf_add(&text, S(", "));
    buf_fixed(&text, at.lon, 6);
    return str_copy(a, buf_str(&text));
}

static struct lonlat moved(const struct draft_map *m, double dx_px, double dy_px)
{
    double world_px = ldexp(256, m->zoom);
    struct xy at = mercator_of(m->centre);
    at.x += dx_px / world_px;
    at.x -= floor(at.x);
    at.y = CLAMP(at.y + dy_px / world_px, 0.0, 1.0);
    return mercator_lonlat(at);
}

static void read_view(struct draft_map *m, const struct form *f)
{
    struct str text = form_get(f, "center"), zoom = form_get(f, "zoom"), lon, lat;
    int64_t z;
    *m = (struct draft_map){FRANCE, FRANCE_ZOOM, false};
    if (str_next(&text, ',', &lon) && str_next(&text, ',', &lat)) {
        struct lonlat at;
        if (str_double(lon, &at.lon) && str_double(lat, &at.lat) && lonlat_is_valid(at)) {
            m->centre = at;
            m->placed = true;
        }
    }
    if (str_i64(zoom, &z))
        m->zoom = (int)CLAMP(z, 0, DRAFT_MAP_ZOOM_MAX);
}

/* ---- what was pressed ---- */

static bool read_click(const struct form *f, double *x, double *y)
{
    if (!form_has(f, "map.x") || !str_double(form_get(f, "map.x"), x) || !str_double(form_get(f, "map.y"), y))
        return false;
    if (*x == 0 && *y == 0) {
        *x = DRAFT_MAP_WIDE_PX / 2.0;
        *y = DRAFT_MAP_HIGH_PX / 2.0;
    }
    return *x >= 0 && *x <= DRAFT_MAP_WIDE_PX && *y >= 0 && *y <= DRAFT_MAP_HIGH_PX;
}

static void add_corner(struct form *f, struct lonlat at, struct arena *a)
{
    AUTO(buf) text = {0};
    buf_add(&text, form_get(f, "zone"));
    buf_add(&text, text.len ? S("\n") : S(""));
    buf_add(&text, spot_text(at, a));
    form_set(f, "zone", str_copy(a, buf_str(&text)));
}

static void drop_corner(struct form *f, struct arena *a)
{
    struct str zone = form_get(f, "zone");
    size_t n = zone.len;
    while (n && zone.at[n - 1] != '\n')
        n--;
    form_set(f, "zone", str_copy(a, str_trim(str_slice(zone, 0, n))));
}

/* From far away a click is a guess: the map comes nearer, and the point is set all the same. */
static void click(struct draft_map *m, struct form *f, enum draft_what what, double x, double y, struct arena *a)
{
    struct lonlat at = moved(m, x - DRAFT_MAP_WIDE_PX / 2.0, y - DRAFT_MAP_HIGH_PX / 2.0);
    if (what == DRAFT_ZONE) {
        add_corner(f, at, a);
        return;
    }
    form_set(f, "at", spot_text(at, a));
    form_set(f, "at_was", form_get(f, "at"));
    if (m->zoom < DRAFT_MAP_ZOOM_CLOSE) {
        m->centre = at;
        m->zoom = MIN(m->zoom + CLICK_NEARER, DRAFT_MAP_ZOOM_CLOSE);
    }
}

static bool steer(struct draft_map *m, struct form *f, struct str pressed, struct arena *a)
{
    static const struct {
        const char *name;
        int dx, dy, dz;
    } STEPS[] = {{"in", 0, 0, 1}, {"out", 0, 0, -1}, {"north", 0, -STEP_Y_PX, 0}, {"south", 0, STEP_Y_PX, 0}, {"west", -STEP_X_PX, 0, 0},
        {"east", STEP_X_PX, 0, 0}};
    for (size_t i = 0; i < COUNT(STEPS); i++)
        if (str_eq(pressed, str_of(STEPS[i].name))) {
            m->centre = moved(m, STEPS[i].dx, STEPS[i].dy);
            m->zoom = CLAMP(m->zoom + STEPS[i].dz, 1, DRAFT_MAP_ZOOM_MAX);
            return true;
        }
    if (!str_eq(pressed, S("uncorner")))
        return false;
    drop_corner(f, a);
    return true;
}

/* A place typed since the map was drawn: a commune is looked at, and is no point by itself. */
static bool look_for(struct draft_map *m, struct form *f, struct store *store, struct arena *a, bool *looked, struct err *err)
{
    struct str typed = form_get(f, "place"), picked = form_get(f, "place_pick");
    struct place place, *all;
    size_t n = 0;
    bool found = false;
    if (!typed.len || (str_eq(typed, form_get(f, "place_was")) && (!picked.len || str_eq(picked, form_get(f, "pick_was")))))
        return true;
    if (picked.len && str_eq(typed, form_get(f, "place_was")) && !store_place(store, picked, a, &place, &found, err))
        return false;
    if (!found) {
        form_set(f, "place_pick", S(""));
        if (!store_places(store, typed, 1, a, &all, &n, err))
            return false;
        if (n)
            place = all[0];
    }
    if (!found && !n)
        return true;
    m->centre = place.at;
    m->zoom = str_eq(place.kind, S("commune")) || str_eq(place.kind, S("foreign")) ? DRAFT_MAP_ZOOM_PLACE : 9;
    m->placed = true;
    *looked = !form_get(f, "at").len && !form_get(f, "zone").len;
    return true;
}

/* Coordinates typed since the map was drawn. */
static void look_at_typed(struct draft_map *m, struct form *f)
{
    struct lonlat at;
    struct str typed = form_get(f, "at");
    if (str_eq(typed, form_get(f, "at_was")) || !read_spot(typed, &at))
        return;
    m->centre = at;
    m->zoom = MAX(m->zoom, DRAFT_MAP_ZOOM_CLOSE);
    m->placed = true;
}

bool draft_map_read(struct draft_map *m, struct form *f, enum draft_what what, struct store *store, struct arena *a, bool *looked, struct err *err)
{
    double x, y;
    *looked = false;
    read_view(m, f);
    if (what == DRAFT_PROGRAMME)
        return true; /* it has a place instead of a point */
    if (!look_for(m, f, store, a, looked, err))
        return false;
    look_at_typed(m, f);
    if (read_click(f, &x, &y)) {
        click(m, f, what, x, y, a);
        *looked = true;
    } else if (steer(m, f, form_get(f, "do"), a)) {
        *looked = true;
    }
    return true;
}

/* ---- the picture ---- */

static void put_pair(struct buf *out, struct lonlat at, int decimals)
{
    buf_fixed(out, at.lon, decimals);
    buf_char(out, ',');
    buf_fixed(out, at.lat, decimals);
}

static void put_ring(struct buf *out, struct str corners)
{
    struct str rest = corners, line;
    struct lonlat at;
    size_t n = 0;
    buf_add(out, S("&ring="));
    while (rest.len && str_next(&rest, '\n', &line))
        if (n < RING_SHOWN_MAX && read_spot(str_trim(line), &at)) {
            buf_add(out, n++ ? S(";") : S(""));
            put_pair(out, at, 5);
        }
}

static void picture_address(struct buf *out, const struct draft_map *m, const struct form *f, enum draft_what what, const struct lonlat *known, size_t n_known)
{
    struct lonlat spot;
    buf_add(out, S("/add/map.png?center="));
    put_pair(out, m->centre, 6);
    buf_fmt(out, "&zoom=%d", m->zoom);
    if (what == DRAFT_ZONE) {
        put_ring(out, form_get(f, "zone"));
    } else if (read_spot(form_get(f, "at"), &spot)) {
        buf_add(out, S("&spot="));
        put_pair(out, spot, 6);
        buf_add(out, S("&direction="));
        buf_url(out, str_cut_runes(form_get(f, "direction"), 60));
        buf_add(out, S("&angle="));
        buf_url(out, str_cut_runes(form_get(f, "angle"), 10));
    }
    for (size_t i = 0; i < n_known; i++) {
        buf_add(out, i ? S(";") : S("&known="));
        put_pair(out, known[i], 6);
    }
}

static const char *is_focus(const char *focus, const char *name)
{
    return focus && strcmp(focus, name) == 0 ? " autofocus" : "";
}

static void put_step(struct page *p, const char *where, const char *focus)
{
    AUTO(buf) key = {0};
    buf_fmt(&key, "step.%s", where);
    page_fmt(p, "<button class=\"step %s\" name=\"do\" value=\"%s\" title=\"%t\"%s><span class=\"hidden\">%t</span></button>", where, where, key.at, is_focus(focus, where), key.at);
}

/* What the script says by itself. */
static void put_words(struct page *p)
{
    static const char *const keys[] = {"zoom.in", "zoom.out", "add.js_map", "add.js_spot", "add.js_arrow", "add.js_unset", "add.js_corner", "add.js_set", "add.js_turned",
        "fault.place_unknown"};
    AUTO(buf) json = {0};
    struct json_writer w = {.out = &json};
    json_open(&w, '{');
    for (size_t i = 0; i < COUNT(keys); i++) {
        json_key(&w, keys[i]);
        json_put_cstr(&w, say(p, keys[i]));
    }
    json_close(&w, '}');
    page_fmt(p, " data-words=\"%S\"", buf_str(&json));
}

void draft_map_put(struct page *p, const struct draft_map *m, const struct form *f, enum draft_what what, const struct lonlat *known, size_t n_known,
    const char *focus)
{
    static const char *const steps[] = {"in", "out", "north", "west", "east", "south"};
    AUTO(buf) address = {0}, centre = {0};
    picture_address(&address, m, f, what, known, n_known);
    put_pair(&centre, m->centre, 6);
    page_fmt(p, "<input type=\"hidden\" name=\"center\" value=\"%S\"><input type=\"hidden\" name=\"zoom\" value=\"%d\">"
                "<input type=\"hidden\" name=\"at_was\" value=\"%S\">",
        buf_str(&centre), (int64_t)m->zoom, form_get(f, "at"));
    page_fmt(p, "<div class=\"draft-map\" id=\"draft-map\" data-what=\"%s\"", DRAFT_WHAT_CODES[what]);
    put_words(p);
    page_fmt(p, "><input type=\"image\" id=\"map\" name=\"map\" src=\"%S\" width=\"680\" height=\"400\" alt=\"%t\"%s>"
                "<div class=\"steps\" role=\"group\" aria-label=\"%t\">",
        buf_str(&address), what == DRAFT_ZONE ? "add.map_zone" : "add.map_alt", is_focus(focus, "map"), "step.nav");
    for (size_t i = 0; i < COUNT(steps); i++)
        put_step(p, steps[i], focus);
    page_raw(p, "</div><p class=\"map-credit\">");
    page_credit(p);
    page_raw(p, "</p></div>");
}
