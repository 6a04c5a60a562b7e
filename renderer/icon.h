/*
 * Icons by name: SVG files placed in the program or in a folder beside the style, drawn once for
 * each size and colour into a sprite; sprite sheets of a style (icon_sheet.h), drawn where they
 * lie. Only icon.c includes librsvg.
 */
#ifndef RENDERER_ICON_H
#define RENDERER_ICON_H

#include <cairo.h>

#include "data/base/err.h"
#include "data/base/str.h"
#include "data/geo/shape.h"
#include "renderer/color.h"

struct icon_set;
struct text_engine;
/* Words in icons (the count in a cluster) are drawn by the engine, which outlives the set. */
struct icon_set *icon_set_new(const char *assets, struct text_engine *text, size_t cache_bytes); /* for sprites, about */
void icon_set_free(struct icon_set *s);
/* A sprite sheet: its index and its picture; names get "PREFIX:" before them unless the prefix is empty or "default". */
bool icon_set_sheet(struct icon_set *s, struct str prefix, const char *json_path, const char *png_path, struct err *err);
void icon_set_trim(struct icon_set *s); /* forgets sprites when there are many; not while one is in use */

enum { ICON_ZONES_MAX = 8 };
struct icon_zone { /* natural px from the left or the top */
    double from, to;
};
enum icon_fit { ICON_STRETCH_OR_SHRINK, ICON_STRETCH_ONLY, ICON_PROPORTIONAL };
struct icon {
    double width_px, height_px; /* natural size */
    bool sdf;                   /* coloured by the layer */
    bool has_content;
    struct rect content;        /* natural px from its top left: where text goes (icon-text-fit) */
    enum icon_fit fit_x, fit_y; /* how that box follows the text */
    int n_x, n_y;
    struct icon_zone zones_x[ICON_ZONES_MAX],
        zones_y[ICON_ZONES_MAX]; /* what stretches; the rest keeps its size */
};
/* NULL if there is none of this name. */
const struct icon *icon_find(struct icon_set *s, struct str name);

/* The box (any px, from the anchor) that the whole picture covers when its content box is to cover
 * `text`: the text with its padding. Its size is what stretch_x and stretch_y below are made of. */
struct rect icon_round(const struct icon *icon, struct rect text);

struct icon_look {
    double scale;               /* device px for a px of its natural size */
    double device_px; /* device px for a px, of which `scale` holds as many; 0: 1. For halos only */
    double rotate_deg;          /* clockwise */
    double stretch_x, stretch_y; /* 0: as it is; else natural px it is drawn wide and high (icon-text-fit) */
    bool smooth; /* a sheet's px are mixed even where they fall on device px: its layer turns or
                    scales icons */
    bool tinted;                /* the colours below stand for its own */
    struct rgba color, halo;
    double halo_px, halo_blur_px; /* px */
};
/* A premultiplied ARGB32 sprite, kept by the set. */
struct sprite {
    int width, height;          /* device px */
    int x, y;                   /* device px of the icon's centre inside the sprite */
    const uint32_t *pixels;
};
const struct sprite *icon_sprite(struct icon_set *s, struct str name, const struct icon_look *look);
/* The same with its centre at 0,0 of user space, as vectors where it has them: look->scale is then relative to a px. */
bool icon_draw(struct icon_set *s, cairo_t *cr, struct str name, const struct icon_look *look);
/* On an image of ARGB32, its centre at device px x, y. Icons of sheets lie where they are put,
 * others on the nearest px. */
void icon_put(struct icon_set *s, cairo_surface_t *image, struct str name, double x, double y,
    const struct icon_look *look, double opacity);

/* The icon alone, for patterns: a sheet's in its own px, others at so many device px for a px. The
 * caller's; NULL if there is none of this name. */
cairo_surface_t *icon_surface(struct icon_set *s, struct str name, double scale);

/* Premultiplied OVER of a sprite on pixels, clipped: own loop, whole pixels. */
void sprite_blit(uint32_t *pixels, int stride, int width, int height, const struct sprite *sprite, int x, int y, unsigned alpha);

#endif
