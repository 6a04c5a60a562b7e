/*
 * Icons by name: SVG files placed in the program or in a folder beside the style, drawn once for each size and colour
 * into a sprite; PNG sprite sheets of a style. The only file that includes librsvg.
 */
#ifndef RENDERER_ICON_H
#define RENDERER_ICON_H

#include <cairo.h>

#include "data/base/err.h"
#include "data/base/str.h"

struct icon_set;
struct icon_set *icon_set_new(const char *assets);
void icon_set_free(struct icon_set *s);

struct icon {
    double width_px, height_px; /* natural size */
    bool sdf;
};
/* NULL if there is none of this name. */
const struct icon *icon_find(struct icon_set *s, struct str name);
/* A premultiplied ARGB32 sprite of the icon at this scale, kept by the set. */
struct sprite {
    int width, height;          /* device px */
    int x, y;                   /* device px of the anchor inside the sprite */
    const uint32_t *pixels;
};
const struct sprite *icon_sprite(struct icon_set *s, struct str name, double scale);
/* As vectors, top left at 0,0, for PDF and SVG. */
bool icon_draw(struct icon_set *s, cairo_t *cr, struct str name, double scale);

/* Premultiplied OVER of a sprite on pixels, clipped: own loop, whole pixels. */
void sprite_blit(uint32_t *pixels, int stride, int width, int height, const struct sprite *sprite, int x, int y, unsigned alpha);

#endif
