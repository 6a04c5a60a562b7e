/*
 * The grammar of the header, read item by item. A plain point is tried before a range, so that "-10" is a point; inside
 * a range numbers are unsigned.
 */
#include "data/record/direction.h"

#include <math.h>
#include <string.h>

enum { TEXT_MAX = 256 };

struct name {
    const char *text;
    double bearing;
};

static const struct name CARDINALS[] = {{"N", 0}, {"NNE", 22.5}, {"NE", 45}, {"ENE", 67.5}, {"E", 90}, {"ESE", 112.5},
    {"SE", 135}, {"SSE", 157.5}, {"S", 180}, {"SSW", 202.5}, {"SW", 225}, {"WSW", 247.5}, {"W", 270}, {"WNW", 292.5},
    {"NW", 315}, {"NNW", 337.5}, {"NORTH", 0}, {"NORTHNORTHEAST", 22.5}, {"NORTHEAST", 45}, {"EASTNORTHEAST", 67.5},
    {"EAST", 90}, {"EASTSOUTHEAST", 112.5}, {"SOUTHEAST", 135}, {"SOUTHSOUTHEAST", 157.5}, {"SOUTH", 180},
    {"SOUTHSOUTHWEST", 202.5}, {"SOUTHWEST", 225}, {"WESTSOUTHWEST", 247.5}, {"WEST", 270}, {"WESTNORTHWEST", 292.5},
    {"NORTHWEST", 315}, {"NORTHNORTHWEST", 337.5}};
static const struct name TRAVEL[] = {{"NB", 0}, {"EB", 90}, {"SB", 180}, {"WB", 270}, {"NORTHBOUND", 0},
    {"EASTBOUND", 90}, {"SOUTHBOUND", 180}, {"WESTBOUND", 270}};
static const struct name FRENCH[] = {{"O", 270}, {"SO", 225}, {"NO", 315}, {"ONO", 292.5}, {"OSO", 247.5}, {"NNO", 337.5},
    {"SSO", 202.5}, {"NORD", 0}, {"SUD", 180}, {"EST", 90}, {"OUEST", 270}, {"NORDEST", 45}, {"NORDOUEST", 315},
    {"SUDEST", 135}, {"SUDOUEST", 225}};

static bool find_name(const struct name *names, size_t n, struct str s, double *bearing)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(names[i].text), s)) {
            *bearing = names[i].bearing;
            return true;
        }
    return false;
}

struct reading {
    double bearing;
    bool approximate;
};

static bool read_point(struct str s, enum direction_form form, bool with_sign, struct reading *out)
{
    s = str_trim(s);
    *out = (struct reading){0};
    if (find_name(CARDINALS, COUNT(CARDINALS), s, &out->bearing))
        return true;
    if (form == DIRECTION_FRENCH && find_name(FRENCH, COUNT(FRENCH), s, &out->bearing))
        return true;
    if (find_name(TRAVEL, COUNT(TRAVEL), s, &out->bearing)) {
        out->approximate = true;
        return true;
    }
    if (str_ends(s, S("\xC2\xB0")))
        s = str_trim(str_slice(s, 0, s.len - 2));
    bool plain = s.len && strspn(s.at, "+-0123456789.") >= s.len && s.len < 24;
    if (!plain || (!with_sign && (s.at[0] == '-' || s.at[0] == '+')) || !str_double(s, &out->bearing))
        return false;
    if (fabs(out->bearing) > 100000)
        return false;
    out->bearing = fmod(fmod(out->bearing, 360) + 360, 360);
    return true;
}

/* "SOUTH-SOUTHWEST", written out with a hyphen, is one of the sixteen and no range. */
static bool read_hyphened(struct str s, double *bearing)
{
    char joined[TEXT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s.len && n + 1 < TEXT_MAX; i++)
        if (s.at[i] != '-' && s.at[i] != ' ')
            joined[n++] = s.at[i];
    return n > sizeof "NORTHEAST" - 1 && find_name(CARDINALS, COUNT(CARDINALS), str_from(joined, n), bearing);
}

static bool read_range(struct str s, enum direction_form form, struct direction_view *out)
{
    for (size_t i = 1; i + 1 < s.len; i++) {
        struct reading from, to;
        if (s.at[i] != '-' || !read_point(str_slice(s, 0, i), form, false, &from) ||
            !read_point(str_slice(s, i + 1, s.len), form, false, &to))
            continue;
        double width = fmod(to.bearing - from.bearing + 360, 360);
        if (width == 0 || width >= 355) {
            *out = (struct direction_view){.width_deg = 360};
            return true;
        }
        *out = (struct direction_view){.bearing_deg = fmod(from.bearing + width / 2, 360), .width_deg = width,
            .has_bearing = true, .approximate = from.approximate || to.approximate};
        return true;
    }
    return false;
}

/* Upper case; Unicode dashes as '-'; no-break spaces as spaces. */
static struct str normalise(struct str text, char out[TEXT_MAX])
{
    static const char *const dashes[] = {"\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93", "\xE2\x80\x94",
        "\xE2\x80\x95", "\xE2\x88\x92", "\xEF\xBC\x8D"};
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + 1 < TEXT_MAX;) {
        bool dash = false;
        for (size_t d = 0; d < COUNT(dashes) && !dash; d++)
            dash = str_starts(str_slice(text, i, text.len), str_of(dashes[d]));
        if (dash) {
            out[n++] = '-';
            i += 3;
            continue;
        }
        char c = text.at[i++];
        out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    out[n] = '\0';
    return str_trim(str_from(out, n));
}

struct directions direction_read(struct str text, enum direction_form form)
{
    char room[TEXT_MAX];
    struct directions out = {.state = DIRECTION_NONE};
    struct str rest = normalise(text, room), item;
    if (!rest.len)
        return out;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.at[i] == ',')
            room[(size_t)(rest.at - room) + i] = ';';
    bool approximate = false;
    while (str_next(&rest, ';', &item) && out.n < DIRECTION_VIEWS_MAX) {
        struct reading point;
        struct direction_view view;
        item = str_trim(item);
        if (read_point(item, form, true, &point) || read_hyphened(item, &point.bearing))
            view = (struct direction_view){.bearing_deg = point.bearing, .has_bearing = true, .approximate = point.approximate};
        else if (!read_range(item, form, &view))
            continue;
        approximate |= view.approximate;
        out.view[out.n++] = view;
    }
    out.state = !out.n ? DIRECTION_UNPARSED : approximate ? DIRECTION_APPROXIMATE : DIRECTION_PARSED;
    return out;
}
