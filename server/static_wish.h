/*
 * What an address under /static asks for, and nothing but the address: no place is looked up here.
 *
 *     /static/STYLE/LON,LAT,ZOOM[,BEARING]/WxH[@Rx].EXT      also LON,LAT,ZOOM@BEARING
 *     /static/STYLE/W,S,E,N/WxH[@Rx].EXT
 *     /static/STYLE/city/SLUG/WxH[@Rx].EXT
 *
 * W×H are px, or millimetres with "mm" behind (105x90mm: 300 dots an inch where the picture is made of dots). Four numbers
 * are a box, unless north is not above south, or a zoom of whole or half steps and a whole bearing stand behind a centre that
 * is written finer; '@' leaves no doubt.
 */
#ifndef SERVER_STATIC_WISH_H
#define SERVER_STATIC_WISH_H

#include "data/record/filter.h"
#include "renderer/encode.h"
#include "server/http.h"

#define STATIC_PRINT_DPI 300.0

enum static_place { STATIC_CENTRE, STATIC_BOX, STATIC_CITY };
struct static_wish { /* strings are the request's */
    struct str style;
    enum static_place place;
    struct lonlat centre;
    double zoom, bearing_deg;  /* of the style's zoom, 0 to 22; 0 <= bearing < 360 */
    struct box box;            /* west > east crosses the antimeridian */
    struct str city;           /* a slug or code */
    double width_px, height_px; /* px of 1/96 in */
    double scale;              /* device px for a px */
    bool paper;                /* asked for in millimetres */
    enum picture_format format;
    bool legend, scale_bar, black, cones;
    bool french;
    struct filter filter;
    struct str filter_city;    /* city=: only what is there; a worker looks it up */
    struct str date;           /* as it was asked for */
};

bool static_wish_read(struct static_wish *w, const struct request *rq, bool french_by_default, struct err *err) MUST_USE;
/* Pixels that it costs: those of the picture; of vectors, what their size would have at their scale. */
double static_wish_px(const struct static_wish *w);
/* Equal for wishes that are drawn alike. */
void static_wish_key(const struct static_wish *w, struct buf *out);

#endif
