/*
 * Bytes as the address of a picture: a line with the place, one with the file, then "name=value" lines. What is refused has a
 * sentence; what passes is within every bound, and says of itself what decides it.
 */
#include <math.h>

#include "data/base/limits.h"
#include "server/static_wish.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct static_wish *w)
{
    AUTO(buf) key = {0};
    must(static_wish_px(w) <= PICTURE_MAX_PX && MAX(w->width_px, w->height_px) * w->scale <= STATIC_SIDE_MAX_PX + 1e-6);
    must(w->width_px >= STATIC_SIDE_MIN_PX && w->height_px >= STATIC_SIDE_MIN_PX && w->scale >= 1 && w->scale <= 4);
    if (w->place == STATIC_CENTRE)
        must(lonlat_is_valid(w->centre) && w->zoom >= 0 && w->zoom <= 22 && w->bearing_deg >= 0 && w->bearing_deg < 360);
    if (w->place == STATIC_BOX)
        must(w->box.south < w->box.north && fabs(w->box.south) <= MERCATOR_MAX_LAT && fabs(w->box.north) <= MERCATOR_MAX_LAT && w->box.west != w->box.east);
    static_wish_key(w, &key);
    must(key.len > 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request rq = {.segments = {S("static"), S("light")}, .n_segments = 2};
    struct str rest = str_from((const char *)data, size), view, file, line, part;
    struct static_wish w;
    struct err err = {0};
    if (size > TARGET_MAX_BYTES || !str_is_utf8(rest) || !str_next(&rest, '\n', &view) || !str_next(&rest, '\n', &file))
        return 0;
    if (str_starts(view, S("city/"))) {
        rq.segments[rq.n_segments++] = S("city");
        view = str_slice(view, 5, view.len);
    }
    rq.segments[rq.n_segments++] = view;
    rq.segments[rq.n_segments++] = file;
    while (rq.n_query < QUERY_MAX && str_next(&rest, '\n', &line)) {
        part = (struct str){0};
        (void)str_next(&line, '=', &part);
        rq.query[rq.n_query++] = (struct http_param){part, line};
    }
    if (static_wish_read(&w, &rq, true, &err))
        check(&w);
    else
        must(err.code != ERR_NONE && err.text[0] && str_is_utf8(str_of(err.text)));
    return 0;
}
