/*
 * Lambert's conformal conic projection with two parallels (IOGP 373-7-2, method 9802) backwards, for Lambert-93 and the
 * nine conical zones, on GRS 80; RGF93 and WGS 84 differ by less than a metre. Which one a pair of metres belongs to is told
 * by its size: Lambert-93 has x under 1,300,000 and y from 6,000,000; a conical zone has x about 1,700,000. Northern France in
 * Web Mercator has numbers of the same size, which as Lambert-93 fall on the sea or the south of France.
 */
#include "data/position.h"

#include <math.h>
#include <string.h>

#include "data/base/buf.h"

#define RADIANS (M_PI / 180)
static const char SEVERAL_POINTS[] = "the number held several points; only the first is kept";

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool broken(struct str text, struct err *err)
{
    return err_set(err, ERR_INVALID, "\"%.*s\" is not a coordinate", STR_ARG(str_cut_runes(text, 40)));
}

/* 48°51'24"N, 48° 51.4' N, 48 51 24 N: up to three numbers after one another; `clean` holds digits, dots and single spaces. */
static bool sexagesimal(struct str clean, double *out)
{
    double part[3] = {0}, unit[] = {1, 60, 3600};
    struct str rest = clean, word;
    size_t n = 0;
    while (str_next(&rest, ' ', &word)) {
        if (!word.len)
            continue;
        if (n == 3 || !str_double(word, &part[n]) || (n && part[n] >= 60))
            return false;
        n++;
    }
    *out = 0;
    for (size_t i = 0; i < n; i++)
        *out += part[i] / unit[i];
    return n > 0;
}

struct counted {
    size_t dots, commas, first_dot, last_dot;
};

static struct counted count_marks(struct str s)
{
    struct counted c = {0};
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '.') {
            c.first_dot = c.dots++ ? c.first_dot : i;
            c.last_dot = i;
        }
        c.commas += s.at[i] == ',';
    }
    return c;
}

/* Copies what matters: digits and marks; signs and hemispheres become *sign; degree marks become spaces. */
static bool clean_number(struct str text, char out[64], size_t *n, double *sign, bool *degrees)
{
    *n = 0;
    *sign = 1;
    *degrees = false;
    for (size_t i = 0; i < text.len;) {
        size_t from = i;
        uint32_t r = str_rune(text, &i);
        char put = 0;
        if (r < 128 && is_digit((char)r))
            put = (char)r;
        else if (r == '.' || r == ',')
            put = (char)r;
        else if (r == '-' || r == 0x2212 || r == 0x2013) {
            if (from != 0)
                return false;
            *sign = -1;
        } else if (r == '+') {
            if (from != 0)
                return false;
        } else if (r == 0xB0 || r == 0xBA || r == '\'' || r == '"' || r == 0x2019 || r == 0x2032 || r == 0x2033 || r == 0x201D) {
            *degrees = true;
            put = ' ';
        } else if (r == ' ' || r == 0xA0 || r == 0x202F || r == 0x2009) {
            put = ' ';
        } else if (r == 'N' || r == 'E' || r == 'n' || r == 'e') {
            *degrees = true;
        } else if (r == 'S' || r == 'W' || r == 'O' || r == 's' || r == 'w' || r == 'o') {
            *degrees = true;
            *sign = -1;
        } else {
            return false;
        }
        if (put) {
            if (*n == 63)
                return false;
            out[(*n)++] = put;
        }
    }
    out[*n] = '\0';
    return *n > 0;
}

static size_t drop(char *s, size_t n, char c)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != c)
            s[kept++] = s[i];
    return kept;
}

bool position_number(struct str text, double *out, const char **repaired, struct err *err)
{
    char clean[64];
    size_t n;
    double sign, value;
    bool degrees;
    text = str_trim(text);
    if (!text.len)
        return err_set(err, ERR_INVALID, "it is empty");
    if (str_double(text, out))
        return true;
    if (!clean_number(text, clean, &n, &sign, &degrees))
        return broken(text, err);
    struct counted marks = count_marks(str_from(clean, n));
    if (marks.commas == 1 && marks.dots == 0) {
        *strchr(clean, ',') = '.';
    } else if (marks.commas && marks.dots) { /* 1.234,56 or 1,234.56: the later mark is the decimal one */
        bool comma_last = strrchr(clean, ',') > strrchr(clean, '.');
        n = drop(clean, n, comma_last ? '.' : ',');
        clean[n] = '\0';
        if (comma_last && strchr(clean, ','))
            *strchr(clean, ',') = '.';
    } else if (marks.dots > 1) { /* 48.856.123: a spreadsheet took the decimals for thousands */
        if (marks.first_dot > 3)
            return broken(text, err);
        size_t kept = marks.first_dot + 1;
        for (size_t i = kept; i < n; i++)
            if (clean[i] != '.')
                clean[kept++] = clean[i];
        clean[n = kept] = '\0';
        *repaired = SEVERAL_POINTS;
    } else if (marks.commas > 1) {
        return broken(text, err);
    }
    if (degrees ? !sexagesimal(str_trim(str_from(clean, n)), &value) : !str_double(str_from(clean, drop(clean, n, ' ')), &value))
        return broken(text, err);
    *out = sign * value;
    return true;
}

/* ---- projections ---- */

struct cone {
    double lat0, lon0, lat1, lat2; /* degrees */
    double x0, y0;                 /* metres */
};

bool position_knows(int epsg)
{
    return epsg == 4326 || epsg == 4171 || epsg == 4258 || epsg == 2154 || epsg == 3857 || (epsg >= 3942 && epsg <= 3950);
}

static struct cone cone_of(int epsg)
{
    if (epsg == 2154)
        return (struct cone){46.5, 3, 44, 49, 700000, 6600000};
    int zone = epsg - 3900;
    return (struct cone){zone, 3, zone - 0.75, zone + 0.75, 1700000, (zone - 41) * 1e6 + 200000};
}

static double cone_t(double lat, double e)
{
    return tan(M_PI / 4 - lat / 2) / pow((1 - e * sin(lat)) / (1 + e * sin(lat)), e / 2);
}

static double cone_m(double lat, double e)
{
    return cos(lat) / sqrt(1 - e * e * sin(lat) * sin(lat));
}

static struct lonlat cone_inverse(struct cone c, double x, double y)
{
    const double a = 6378137, f = 1 / 298.257222101, e = sqrt(2 * f - f * f);
    double m1 = cone_m(c.lat1 * RADIANS, e), m2 = cone_m(c.lat2 * RADIANS, e);
    double t1 = cone_t(c.lat1 * RADIANS, e), t2 = cone_t(c.lat2 * RADIANS, e), t0 = cone_t(c.lat0 * RADIANS, e);
    double n = (log(m1) - log(m2)) / (log(t1) - log(t2)), big_f = m1 / (n * pow(t1, n));
    double r0 = a * big_f * pow(t0, n), dx = x - c.x0, dy = r0 - (y - c.y0);
    double r = sqrt(dx * dx + dy * dy), t = pow(r / (a * big_f), 1 / n), lat = M_PI / 2 - 2 * atan(t);
    for (int i = 0; i < 8; i++)
        lat = M_PI / 2 - 2 * atan(t * pow((1 - e * sin(lat)) / (1 + e * sin(lat)), e / 2));
    return (struct lonlat){c.lon0 + atan2(dx, dy) / n / RADIANS, lat / RADIANS};
}

static struct lonlat unproject(int epsg, double x, double y)
{
    if (epsg == 3857)
        return (struct lonlat){x / EARTH_RADIUS_M / RADIANS, (2 * atan(exp(y / EARTH_RADIUS_M)) - M_PI / 2) / RADIANS};
    return cone_inverse(cone_of(epsg), x, y);
}

/* An outline drawn by hand, some twenty kilometres outside of borders and coasts; Corsica as a box. */
bool position_in_france(struct lonlat at)
{
    static const double OUTLINE[][2] = {{2.5, 51.25}, {3.4, 50.85}, {4.3, 50.55}, {5.0, 50.3}, {5.1, 49.95}, {5.9, 49.75}, {6.6, 49.65}, {7.1, 49.4},
        {8.4, 49.2}, {8.1, 48.5}, {7.9, 47.8}, {7.8, 47.4}, {7.2, 47.2}, {6.7, 46.65}, {7.0, 46.55}, {7.3, 46.0}, {7.3, 45.2}, {7.25, 44.8},
        {7.2, 44.4}, {7.9, 44.25}, {7.8, 43.6}, {7.2, 43.4}, {6.8, 43.0}, {6.2, 42.8}, {5.0, 43.05}, {4.0, 43.2}, {3.4, 43.0}, {3.4, 42.25},
        {2.0, 42.2}, {1.3, 42.4}, {0.6, 42.5}, {-0.7, 42.65}, {-1.5, 42.9}, {-2.0, 43.2}, {-2.0, 43.5}, {-1.6, 44.3}, {-1.6, 45.3}, {-1.7, 45.9},
        {-2.7, 46.5}, {-3.6, 47.1}, {-4.7, 47.5}, {-5.4, 48.2}, {-5.3, 48.8}, {-3.8, 49.0}, {-2.8, 49.1}, {-2.2, 49.3}, {-2.3, 49.9},
        {-1.0, 49.95}, {-0.7, 49.6}, {0.0, 49.75}, {0.9, 50.2}, {1.3, 50.4}, {1.35, 50.95}, {1.7, 51.15}};
    bool inside = at.lon > 8.3 && at.lon < 9.8 && at.lat > 41.2 && at.lat < 43.2;
    for (size_t i = 0, j = COUNT(OUTLINE) - 1; i < COUNT(OUTLINE); j = i++) {
        const double *a = OUTLINE[i], *b = OUTLINE[j];
        if ((a[1] > at.lat) != (b[1] > at.lat) && at.lon < (b[0] - a[0]) * (at.lat - a[1]) / (b[1] - a[1]) + a[0])
            inside = !inside;
    }
    return inside;
}

bool position_is_metres(double x, double y)
{
    return fabs(x) > 180 || fabs(y) > 180;
}

bool position_may_be_mercator(double x, double y)
{
    return position_in_france(unproject(3857, x, y));
}

static int guess_projection(double x, double y)
{
    if (x > 50000 && x < 1300000 && y > 6000000 && y < 7200000)
        return 2154;
    int zone = (int)floor(y / 1e6) + 41;
    if (x > 1100000 && x < 2300000 && zone >= 42 && zone <= 50)
        return 3900 + zone;
    return 0;
}

static bool unnamed(const char *why, struct err *err)
{
    return err_set(err, ERR_INVALID, "nothing says which projection these metres are in, and %s; name it in --mapping: {\"projection\": \"EPSG:…\"} "
        "(2154 is Lambert-93, 3857 Web Mercator)", why);
}

static bool from_metres(double x, double y, struct position_rule rule, struct lonlat *out, const char **repaired, struct err *err)
{
    bool told = rule.epsg != 0;
    int epsg = told ? rule.epsg : guess_projection(x, y);
    if (!epsg)
        return err_set(err, ERR_INVALID, "the coordinates are neither degrees nor Lambert-93; name their projection in --mapping: {\"projection\": \"EPSG:…\"}");
    struct lonlat at = unproject(epsg, x, y);
    if (told && !lonlat_is_valid(at))
        return err_set(err, ERR_INVALID, "the coordinates fall outside what their projection can express");
    if (!told && rule.no_guess)
        return unnamed(rule.no_guess, err);
    if (!told && (!lonlat_is_valid(at) || !position_in_france(at)))
        return unnamed(epsg == 2154 ? "read as Lambert-93 they are not in France" : "read as a conical zone they are not in France", err);
    if (!told)
        *repaired = epsg == 2154 ? "read as Lambert-93 (EPSG:2154)" : "read as a conical conformal zone (EPSG:3942 to 3950)";
    *out = at;
    return true;
}

/* France written the other way round lies off Somalia. */
static bool looks_swapped(struct lonlat at)
{
    return at.lon > 41.2 && at.lon < 51.3 && at.lat > -5.6 && at.lat < 9.8;
}

static bool place_of(double x, double y, struct position_rule rule, struct lonlat *out, const char **repaired, struct err *err)
{
    struct lonlat at = {x, y};
    if (!isfinite(x) || !isfinite(y))
        return err_set(err, ERR_INVALID, "the coordinates are not finite");
    if (x == 0 && y == 0)
        return err_set(err, ERR_INVALID, "0, 0 stands for no position");
    bool degrees = rule.epsg == 4326 || rule.epsg == 4171 || rule.epsg == 4258;
    if (!degrees && (rule.epsg || (rule.kind != POSITION_DEGREES && position_is_metres(x, y))))
        return from_metres(x, y, rule, out, repaired, err);
    if (looks_swapped(at) && !rule.trusted) {
        at = (struct lonlat){y, x};
        *repaired = "longitude and latitude were swapped";
    }
    if (!lonlat_is_valid(at))
        return err_set(err, ERR_INVALID, "the coordinates are out of range: longitude is -180 to 180, latitude -90 to 90%s",
            fabs(x) <= 90 && fabs(y) <= 180 ? "; they may be swapped: name the columns with --mapping" : "");
    *out = at;
    return true;
}

bool position_of(double x, double y, struct position_rule rule, struct lonlat *out, const char **repaired, struct err *err)
{
    bool several = *repaired == SEVERAL_POINTS; /* where the decimal point was, is a guess: believed in France only */
    struct lonlat at;
    if (!place_of(x, y, rule, &at, repaired, err))
        return false;
    if (several && !position_in_france(at))
        return err_set(err, ERR_INVALID, "a spreadsheet broke the numbers: they hold several points, and which is the decimal one cannot be told");
    *out = at;
    return true;
}

bool position_in_one(struct str text, double *x, double *y, const char **repaired, struct err *err)
{
    text = str_trim(text);
    bool lon_first = false;
    size_t open = str_find(text, S("("));
    if (str_has(text, S("POINT")) && open != SIZE_MAX) {
        size_t close = str_find(text, S(")"));
        text = str_trim(str_slice(text, open + 1, close == SIZE_MAX ? text.len : close));
        lon_first = true;
    } else if (str_has(text, S("coordinates")) || str_starts(text, S("["))) {
        size_t bracket = str_find(text, S("[")), close = str_find(text, S("]"));
        if (bracket == SIZE_MAX || close == SIZE_MAX || close < bracket)
            return broken(text, err);
        text = str_trim(str_slice(text, bracket + 1, close));
        lon_first = true;
    }
    /* "48,85 2,35", "48,85; 2,35", "48.85, 2.35", "48.85 2.35": cut at the strongest mark there is. */
    static const char *const CUTS[] = {";", "/", ", ", " ", ","};
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        size_t cut = str_find(text, str_of(CUTS[i]));
        double a, b;
        struct err ignored;
        const char *word = NULL;
        if (cut == SIZE_MAX)
            continue;
        if (!position_number(str_slice(text, 0, cut), &a, &word, &ignored) ||
            !position_number(str_slice(text, cut + strlen(CUTS[i]), text.len), &b, &word, &ignored))
            continue;
        if (word)
            *repaired = word;
        bool x_first = lon_first || position_is_metres(a, b);
        *x = x_first ? a : b;
        *y = x_first ? b : a;
        return true;
    }
    return broken(text, err);
}
