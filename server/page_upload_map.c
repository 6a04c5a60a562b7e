/*
 * The preview's map without script: the server's own tiles, and over them, in the same grid, a drawing with one mark for
 * each row's place. Shapes differ, not only colours; marks that fall on one pixel are one.
 */
#include <math.h>
#include <string.h>

#include "server/page_upload.h"

enum { COLS = 5, ROWS = 3, TILE_PX = 256, WIDE_PX = COLS * TILE_PX, HIGH_PX = ROWS * TILE_PX, FIT_WIDE_PX = 320, FIT_HIGH_PX = 260, ZOOM_MOST = 18 };

static const char MARKS_OF[][48] = {[IMPORT_NEW] = "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", [IMPORT_CHANGED] = "M-5-5h10v10h-10z",
    [IMPORT_SAME] = "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z", [IMPORT_DUPLICATE] = "M0-7L7 0L0 7L-7 0z", [IMPORT_REFUSED] = "M-5-5L5 5M-5 5L5-5"};

void page_upload_mark(struct page *p, enum import_class is)
{
    page_fmt(p, "<svg class=\"mark is-%s\" width=\"18\" height=\"18\" viewBox=\"-9 -9 18 18\" aria-hidden=\"true\"><path d=\"%s\"/></svg>",
        UPLOAD_CLASS_CODES[is], MARKS_OF[is]);
}

struct frame {
    struct xy middle; /* mercator, 0 to 1 */
    int zoom;
    double left, top; /* of the grid of tiles, in pixels of the world at that zoom */
};

static struct frame frame_of(const struct upload_view *v)
{
    struct xy least = {1, 1}, most = {0, 0};
    for (size_t i = 0; i < v->n_points; i++) {
        struct xy at = mercator_of(v->points[i].at);
        least = (struct xy){fmin(least.x, at.x), fmin(least.y, at.y)};
        most = (struct xy){fmax(most.x, at.x), fmax(most.y, at.y)};
    }
    struct frame f = {.middle = {(least.x + most.x) / 2, (least.y + most.y) / 2}, .zoom = ZOOM_MOST};
    while (f.zoom > 0 && (ldexp(TILE_PX, f.zoom) * (most.x - least.x) > FIT_WIDE_PX || ldexp(TILE_PX, f.zoom) * (most.y - least.y) > FIT_HIGH_PX))
        f.zoom--;
    double across = ldexp(1, f.zoom);
    f.left = (floor(f.middle.x * across) - COLS / 2) * TILE_PX;
    f.top = (floor(f.middle.y * across) - ROWS / 2) * TILE_PX;
    return f;
}

static void put_marks(struct page *p, const struct upload_view *v, const struct frame *f, enum import_class is)
{
    AUTO_FREE uint8_t *taken = base_alloc((size_t)WIDE_PX * HIGH_PX / 8, 1);
    double world = ldexp(TILE_PX, f->zoom);
    page_fmt(p, "<g class=\"is-%s\">", UPLOAD_CLASS_CODES[is]);
    for (size_t i = 0; i < v->n_points; i++) {
        struct xy at = mercator_of(v->points[i].at);
        int64_t x = (int64_t)floor(at.x * world - f->left), y = (int64_t)floor(at.y * world - f->top);
        if (v->points[i].is != is || x < 0 || y < 0 || x >= WIDE_PX || y >= HIGH_PX)
            continue;
        size_t bit = (size_t)(y * WIDE_PX + x);
        if (taken[bit / 8] >> bit % 8 & 1)
            continue;
        taken[bit / 8] |= (uint8_t)(1u << bit % 8);
        page_fmt(p, "<path d=\"%s\" transform=\"translate(%d %d)\"/>", MARKS_OF[is], x, y);
    }
    page_raw(p, "</g>");
}

void page_upload_map(struct page *p, const struct upload_view *v, const char *address)
{
    static const enum import_class ORDER[] = {IMPORT_SAME, IMPORT_NEW, IMPORT_CHANGED, IMPORT_DUPLICATE};
    if (!v->n_points)
        return;
    struct frame f = frame_of(v);
    double x = ldexp(f.middle.x, f.zoom), y = ldexp(f.middle.y, f.zoom);
    page_fmt(p, "<figure class=\"preview\"><div class=\"ground\" id=\"preview\" data-address=\"%s\" data-row=\"%t\" data-new=\"%t\" data-changed=\"%t\" data-same=\"%t\" data-duplicate=\"%t\">", address,
        "upload.row", "upload.new.1", "upload.changed.1", "upload.same.1", "upload.duplicate.1");
    page_drawn_map(p, &(struct drawn_map){.centre = mercator_lonlat(f.middle), .zoom = f.zoom, .cols = COLS, .rows = ROWS});
    page_fmt(p, "<div class=\"drawn over cols%d ox%d oy%d\"><svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%t\">", (int64_t)COLS,
        (int64_t)((x - floor(x)) * 8), (int64_t)((y - floor(y)) * 8), (int64_t)WIDE_PX, (int64_t)HIGH_PX, "upload.map");
    for (size_t i = 0; i < COUNT(ORDER); i++)
        put_marks(p, v, &f, ORDER[i]);
    page_raw(p, "</svg></div></div><figcaption class=\"small\">");
    if (v->points_left_out)
        page_say_n(p, "upload.map.left", (int64_t)v->points_left_out);
    else
        page_fmt(p, "%t", "upload.map.all");
    page_raw(p, "</figcaption></figure>");
}
