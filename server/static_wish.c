#include "server/static_wish.h"

#include <math.h>
#include <string.h>

#include "data/base/limits.h"
#include "server/on.h"
#include "server/page_frame.h"

#define ZOOM_MOST 22.0
#define CSS_DPI 96.0
#define MM_PER_INCH 25.4

enum { SCALE_MAX = 4 };

/* ---- size and form: "800x600@2x.png", "105x90mm.pdf" ---- */

static bool size_wrong(struct err *err)
{
    return err_set(err, ERR_INVALID, "a picture is called WIDTHxHEIGHT.png, such as 800x600.png, 800x600@2x.webp or 105x90mm.pdf");
}

static bool read_format(struct str extension, enum picture_format *out, struct err *err)
{
    static const enum picture_format formats[] = {PICTURE_PNG, PICTURE_WEBP, PICTURE_SVG, PICTURE_PDF};
    for (size_t i = 0; i < COUNT(formats); i++)
        if (str_eq(extension, str_of(PICTURE_EXTENSION[formats[i]]))) {
            *out = formats[i];
            return true;
        }
    return err_set(err, ERR_MISSING, "pictures are .png, .webp, .svg or .pdf; there is no .%.*s", STR_ARG(str_cut_runes(extension, 20)));
}

static bool cut_at(struct str *s, char at, struct str *rest)
{
    const char *found = memrchr(s->at, at, s->len);
    if (!found)
        return false;
    *rest = str_from(found + 1, s->len - (size_t)(found - s->at) - 1);
    s->len = (size_t)(found - s->at);
    return true;
}

static bool read_ratio(struct str ratio, double *scale, struct err *err)
{
    if (ratio.len != 2 || ratio.at[1] != 'x' || ratio.at[0] < '1' || ratio.at[0] > '0' + SCALE_MAX)
        return err_set(err, ERR_INVALID, "behind @ stands how many dots a pixel has: @1x to @%dx", SCALE_MAX);
    *scale = ratio.at[0] - '0';
    return true;
}

static bool is_bitmap(enum picture_format f)
{
    return f == PICTURE_PNG || f == PICTURE_WEBP;
}

static bool too_large(struct err *err)
{
    return err_set(err, ERR_TOO_BIG, "a picture has at most %d million pixels and %d on a side; ask for a smaller one, or a lower @Rx",
        PICTURE_MAX_PX / 1000000, STATIC_SIDE_MAX_PX);
}

static bool check_size(const struct static_wish *w, struct err *err)
{
    if (w->width_px < STATIC_SIDE_MIN_PX || w->height_px < STATIC_SIDE_MIN_PX)
        return err_set(err, ERR_INVALID, "a picture is at least %d px (%d mm) wide and high: a smaller one cannot hold its title and credit",
            STATIC_SIDE_MIN_PX, (int)ceil(STATIC_SIDE_MIN_PX * MM_PER_INCH / CSS_DPI));
    double side = MAX(w->width_px, w->height_px) * w->scale;
    return (static_wish_px(w) <= PICTURE_MAX_PX && side <= STATIC_SIDE_MAX_PX) || too_large(err);
}

static bool read_size(struct str file, struct static_wish *w, struct err *err)
{
    struct str extension, ratio = {0}, high;
    double v[2];
    w->scale = 1;
    if (!cut_at(&file, '.', &extension))
        return size_wrong(err);
    if (!read_format(extension, &w->format, err))
        return false;
    bool has_ratio = cut_at(&file, '@', &ratio);
    if (has_ratio && !read_ratio(ratio, &w->scale, err))
        return false;
    w->paper = str_ends(file, S("mm"));
    file.len -= w->paper ? 2 : 0;
    if (!cut_at(&file, 'x', &high) || !str_double(file, &v[0]) || !str_double(high, &v[1]) || v[0] <= 0 || v[1] <= 0)
        return size_wrong(err);
    if (!w->paper && (v[0] != floor(v[0]) || v[1] != floor(v[1])))
        return err_set(err, ERR_INVALID, "width and height are whole numbers of pixels, or millimetres with mm behind");
    if (w->paper && has_ratio)
        return err_set(err, ERR_INVALID, "what is asked for in millimetres has %d dots an inch; leave @%.*s away", (int)STATIC_PRINT_DPI, STR_ARG(ratio));
    if (w->paper && MAX(v[0], v[1]) > STATIC_SIDE_MAX_MM)
        return err_set(err, ERR_TOO_BIG, "a print is at most %d mm on a side", STATIC_SIDE_MAX_MM);
    double to_px = w->paper ? CSS_DPI / MM_PER_INCH : 1;
    w->width_px = v[0] * to_px;
    w->height_px = v[1] * to_px;
    if (w->paper && is_bitmap(w->format))
        w->scale = STATIC_PRINT_DPI / CSS_DPI;
    return check_size(w, err);
}

/* ---- the place ---- */

static bool place_wrong(struct err *err)
{
    return err_set(err, ERR_INVALID, "a picture shows LON,LAT,ZOOM such as 5.37,43.29,12, or W,S,E,N such as 5.2,43.2,5.5,43.4, or city/SLUG");
}

static bool set_centre(struct static_wish *w, const double v[3], double bearing, struct err *err)
{
    w->place = STATIC_CENTRE;
    w->centre = (struct lonlat){v[0], v[1]};
    w->zoom = v[2];
    w->bearing_deg = fmod(fmod(bearing, 360) + 360, 360);
    if (!lonlat_is_valid(w->centre) || fabs(w->centre.lat) > MERCATOR_MAX_LAT)
        return err_set(err, ERR_INVALID, "the centre is a longitude from -180 to 180 and a latitude from -85.05 to 85.05, where the map ends");
    if (!(w->zoom >= 0 && w->zoom <= ZOOM_MOST))
        return err_set(err, ERR_INVALID, "zoom is a number from 0 (the world) to %d", (int)ZOOM_MOST);
    return fabs(bearing) <= 720 || err_set(err, ERR_INVALID, "a bearing is degrees clockwise from north, such as 45");
}

static bool set_box(struct static_wish *w, struct box b, struct err *err)
{
    w->place = STATIC_BOX;
    if (!lonlat_is_valid((struct lonlat){b.west, b.south}) || !lonlat_is_valid((struct lonlat){b.east, b.north}) || b.south >= b.north || b.west == b.east)
        return err_set(err, ERR_INVALID, "a box is west,south,east,north in degrees, north above south; west of the antimeridian and east of it is allowed");
    if (b.south >= MERCATOR_MAX_LAT || b.north <= -MERCATOR_MAX_LAT)
        return err_set(err, ERR_INVALID, "the map ends at 85.05 degrees north and south");
    b.south = MAX(b.south, -MERCATOR_MAX_LAT);
    b.north = MIN(b.north, MERCATOR_MAX_LAT);
    w->box = b;
    return true;
}

static bool is_whole(double v)
{
    return v == floor(v);
}

static bool is_turned_centre(const double v[4])
{
    bool finer = !is_whole(v[0]) || !is_whole(v[1]);
    return v[1] >= v[3] || fabs(v[3]) > 90 || (finer && v[2] >= 0 && is_whole(v[2] * 2) && is_whole(v[3]));
}

static bool read_view(struct str text, struct static_wish *w, struct err *err)
{
    struct str bearing;
    double v[4], turned;
    if (cut_at(&text, '@', &bearing))
        return (page_numbers(text, v, 3) && str_double(bearing, &turned)) ? set_centre(w, v, turned, err) : place_wrong(err);
    if (page_numbers(text, v, 3))
        return set_centre(w, v, 0, err);
    if (!page_numbers(text, v, 4))
        return place_wrong(err);
    return is_turned_centre(v) ? set_centre(w, v, v[3], err) : set_box(w, (struct box){v[0], v[1], v[2], v[3]}, err);
}

/* ---- what goes with it ---- */

static bool read_switch(const struct request *rq, const char *name, bool *on, struct err *err)
{
    struct str v = request_query(rq, str_of(name));
    *on = str_eq(v, S("1"));
    return *on || !request_has(rq, str_of(name)) || str_eq(v, S("0")) || err_set(err, ERR_INVALID, "%s is 1 or 0", name);
}

static bool read_query(struct static_wish *w, const struct request *rq, bool french_by_default, struct err *err)
{
    static const char *const others[] = {"legend", "scalebar", "cones", "ink", NULL};
    struct str lang = request_query(rq, S("lang")), ink = request_query(rq, S("ink"));
    w->filter = filter_public();
    if (!on_filter(rq, others, &w->filter, &w->filter_city, err) || !read_switch(rq, "legend", &w->legend, err) ||
        !read_switch(rq, "scalebar", &w->scale_bar, err) || !read_switch(rq, "cones", &w->cones, err))
        return false;
    w->date = request_query(rq, S("date")); /* "2019-10" and its last day are one filter and two titles */
    w->french = lang.len ? str_eq(lang, S("fr")) : french_by_default;
    w->black = str_eq(ink, S("black"));
    return w->black || !request_has(rq, S("ink")) || err_set(err, ERR_INVALID, "ink is black: the picture in greys");
}

bool static_wish_read(struct static_wish *w, const struct request *rq, bool french_by_default, struct err *err)
{
    *w = (struct static_wish){.style = rq->segments[1]};
    bool city = rq->n_segments == 5;
    if (city) {
        w->place = STATIC_CITY;
        w->city = rq->segments[3];
    } else if (!read_view(rq->segments[2], w, err)) {
        return false;
    }
    return read_size(rq->segments[rq->n_segments - 1], w, err) && read_query(w, rq, french_by_default, err);
}

double static_wish_px(const struct static_wish *w)
{
    return w->width_px * w->scale * (w->height_px * w->scale);
}

void static_wish_key(const struct static_wish *w, struct buf *out)
{
    const double numbers[] = {w->centre.lon, w->centre.lat, w->zoom, w->bearing_deg, w->box.west, w->box.south, w->box.east, w->box.north,
        w->width_px, w->height_px, w->scale};
    buf_fmt(out, "static %.*s %d %.*s", STR_ARG(w->style), w->place, STR_ARG(w->city));
    for (size_t i = 0; i < COUNT(numbers); i++) {
        buf_char(out, ' ');
        buf_double(out, numbers[i]);
    }
    buf_fmt(out, " %d %d%d%d%d%d%d %.*s %.*s %llx", w->format, w->paper, w->legend, w->scale_bar, w->black, w->cones, w->french,
        STR_ARG(w->filter_city), STR_ARG(w->date), (unsigned long long)filter_hash(&w->filter));
}
